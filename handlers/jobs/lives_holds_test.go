package jobs

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/chance"
	"regulars/loyalty/event"
	"regulars/loyalty/household"
	"regulars/loyalty/offer"
	"regulars/loyalty/voice"
	"regulars/store"
)

// holds looks whether what must hold always does, and with all whether the ledger and
// the vouchers do in full.
func (v *village) holds(all bool) {
	v.Helper()
	v.look(func(r store.Reader) error {
		v.eventsHold(r)
		v.chanceHolds(r)
		v.housesHold(r)
		v.offersHold(r)
		v.onceHolds(r)
		v.voicesHold(r)
		v.accountsHold(r)
		return nil
	})
	if !all {
		return
	}
	ctx := context.Background()
	if faults, err := v.s.Book.Verify(ctx, v.db, nil); err != nil || len(faults) > 0 {
		v.Fatalf("ledger: %v, %v", faults, err)
	}
	if faults, err := v.s.Club.Vouchers.Check(ctx, v.db); err != nil || len(faults) > 0 {
		v.Fatalf("vouchers: %v, %v", faults, err)
	}
	if n, err := v.s.Book.Rebuild(ctx, v.db, nil); err != nil || n > 0 {
		v.Fatalf("rebuilding changed %d accounts, %v", n, err)
	}
}

// ends is what holds of a life as a whole: draws can be drawn again, jobs find their
// end, and what is swept leaves the rest as it was.
func (v *village) ends() {
	v.Helper()
	v.clock.set(v.clock.Now().AddDate(0, 2, 0))
	for range 2 {
		for _, job := range v.j.Names() {
			v.job(job)
		}
	}
	v.holds(true)
	days := map[string]bool{}
	for _, row := range v.db.Dump() {
		if rest, ok := strings.CutPrefix(string(row.Key), "drawday/"); ok {
			day, _, _ := strings.Cut(rest, "/")
			days[day] = true
		}
		if rest, ok := strings.CutPrefix(string(row.Key), "drawseed/"); ok {
			days[rest] = true
		}
	}
	for day := range days {
		rep, err := v.s.Chance.Verify(context.Background(), v.db, day, v.clock.Now())
		if err != nil || len(rep.Faults) > 0 {
			v.Errorf("draws of %s: %v, %v", day, rep.Faults, err)
		}
	}
	v.Log("done: ", v.did)
}

func (v *village) rules() *loyalty.Programme { return v.s.Rules(v.clock.Now()) }

// eventsHold: no more have a place than there are places, counts are what the seats
// say, and what was paid for a place stands exactly while somebody has it.
func (v *village) eventsHold(r store.Reader) {
	v.Helper()
	for _, e := range v.rules().Events {
		seats, err := v.s.Events.Seats(r, e.ID)
		x, _, err2 := v.s.Events.Find(r, e.ID, v.clock.Now())
		if err != nil || err2 != nil {
			v.Fatal(err, err2)
		}
		taken, waiting := int64(0), int64(0)
		for _, s := range seats {
			if s.Holds() {
				taken++
			}
			if s.State == event.Waiting {
				waiting++
			}
			if s.Holds() && s.Paid != "" && !v.stands(r, s.Paid) && x.Off.IsZero() {
				v.Fatalf("%s: %s has a place whose price went back: %+v", e.ID, s.Member, s)
			}
			if s.State == event.Off && s.Paid != "" && v.stands(r, s.Paid) {
				v.Fatalf("%s: %s paid for what was called off: %+v", e.ID, s.Member, s)
			}
		}
		if taken > e.Places || waiting > e.Waiting || taken != x.Taken || waiting != x.Counts.Waiting {
			v.Fatalf("%s: %d of %d places, %d of %d wait, counted %+v", e.ID, taken, e.Places, waiting, e.Waiting, x.Counts)
		}
	}
}

// stands says that an entry was not taken back.
func (v *village) stands(r store.Reader, ref loyalty.Ref) bool {
	v.Helper()
	e, err := v.s.Book.ByRef(r, ref)
	if err != nil {
		v.Fatal(ref, err)
	}
	mark, err := v.s.Book.Reversed(r, e)
	if err != nil {
		v.Fatal(ref, err)
	}
	return !mark.Whole
}

// chanceHolds: prizes, packets and quizzes give no more than there is, nobody opens a
// packet twice, and a day's packets stay in its budget.
func (v *village) chanceHolds(r store.Reader) {
	v.Helper()
	now := v.clock.Now()
	packets, err := v.s.Chance.Packets(r, time.Time{}, 1000, func(*chance.Packet) bool { return true })
	runs, err2 := v.s.Chance.Runs(r, time.Time{}, 1000, func(*chance.Run) bool { return true })
	if err != nil || err2 != nil {
		v.Fatal(err, err2)
	}
	days := map[string]loyalty.Points{}
	for _, k := range packets {
		if k.Given > k.Total || k.Taken > k.Pieces || k.Taken == k.Pieces && k.Given != k.Total {
			v.Fatalf("packet %+v", k)
		}
		if days[k.Day] += k.Total; k.Closed {
			days[k.Day] -= k.Total - k.Given
		}
	}
	for day, n := range days {
		if n > v.rules().Play.Packets.Day {
			v.Fatalf("%d points in packets on %s", n, day)
		}
	}
	for _, q := range runs {
		if q.Given > q.First || q.Given > q.Rights || q.Rights > q.Heard {
			v.Fatalf("quiz %+v", q)
		}
	}
	stock, pieces := map[string]int64{}, map[string]loyalty.Points{}
	for _, m := range v.ever {
		kept, err := chance.KeptOf(r, m)
		if err != nil {
			v.Fatal(err)
		}
		for _, row := range kept["draw"] {
			if x := row.(chance.Draw); !x.Undone {
				stock[x.Game+"/"+x.Given]++
			}
		}
		for key, row := range kept["drawgo"] {
			text := strings.Contains(jsonOf(row), `"used":3`) // two goes a purchase
			if text {
				v.Fatalf("goes of %s/%s: %s", m, key, jsonOf(row))
			}
		}
		for _, e := range v.ledger(r, m) {
			if id, ok := strings.CutPrefix(e.Gift, "packet/"); ok && e.Kind == loyalty.KindGift {
				pieces[id] += e.Change()
			}
		}
	}
	for _, k := range packets {
		if pieces[k.ID] != k.Given {
			v.Fatalf("packet %+v gave %d by the ledger", k, pieces[k.ID])
		}
	}
	for _, g := range v.rules().Play.Games {
		for _, z := range g.Prizes {
			if z.Stock != nil && stock[g.ID+"/"+z.ID] > *z.Stock {
				v.Fatalf("%s/%s was won %d times of %d at %v", g.ID, z.ID, stock[g.ID+"/"+z.ID], *z.Stock, now)
			}
		}
	}
}

// ledger is all of a member's own entries.
func (v *village) ledger(r store.Reader, m loyalty.MemberID) []loyalty.Entry {
	v.Helper()
	list, err := v.s.Book.Since(r, m, 0, 100_000)
	if err != nil {
		v.Fatal(err)
	}
	return list
}

// housesHold: nobody is in two households, none is too large, and who made it is in it.
func (v *village) housesHold(r store.Reader) {
	v.Helper()
	in := map[loyalty.MemberID]string{}
	houses, err := household.All(r, "", 1000)
	if err != nil {
		v.Fatal(err)
	}
	for _, h := range houses {
		if len(h.Members) == 0 || len(h.Members) > v.rules().Household.Size || h.Mate(h.Owner) == nil {
			v.Fatalf("household %+v", h)
		}
		for _, mate := range h.Members {
			if in[mate.Member] != "" {
				v.Fatalf("%s is in %s and in %s", mate.Member, in[mate.Member], h.ID)
			}
			in[mate.Member] = h.ID
			if at, ok, err := v.s.Households.Of(r, mate.Member); err != nil || !ok || at.ID != h.ID {
				v.Fatalf("%s is in %s, and looked up in %s, %v %v", mate.Member, h.ID, at.ID, ok, err)
			}
		}
	}
	for _, m := range v.ever {
		kept, err := household.KeptOf(r, m)
		if err != nil || len(kept["housed"]) != len(kept["household"]) {
			v.Fatalf("%s is looked up in a household that knows nothing of it: %v, %v", m, kept, err)
		}
	}
}

// offersHold: no offer gives more than its numbers say, to all and to one person.
func (v *village) offersHold(r store.Reader) {
	v.Helper()
	p := v.rules()
	all, mine := map[string]int64{}, map[string]int64{}
	for _, m := range v.ever {
		kept, err := offer.KeptOf(r, m)
		if err != nil {
			v.Fatal(err)
		}
		for key, row := range kept["offerclaim"] {
			id, _, _ := strings.Cut(key, "/")
			o := p.Offers[slices.IndexFunc(p.Offers, func(o loyalty.Offer) bool { return o.ID == id })]
			at := row.(offer.Claim).At
			if o.Number > 0 {
				if all[id+spanOf(p, o.NumberPer, at)]++; all[id+spanOf(p, o.NumberPer, at)] > o.Number {
					v.Fatalf("offer %s was claimed more than %d times", id, o.Number)
				}
			}
			if mine[string(m)+id+spanOf(p, o.Per, at)]++; o.PerPerson > 0 && mine[string(m)+id+spanOf(p, o.Per, at)] > o.PerPerson {
				v.Fatalf("offer %s was claimed more than %d times by %s", id, o.PerPerson, m)
			}
		}
	}
	owed := map[string]int64{}
	err := offer.EachKept(r, "", func(_ loyalty.MemberID, _, _ string, row any) error {
		t := row.(offer.Take)
		if t.Back {
			owed[string(t.Voucher)]--
		} else {
			owed[string(t.Voucher)]++
		}
		return nil
	})
	for id, n := range owed {
		if err != nil || n < 0 || n > 1 {
			v.Fatalf("voucher %s is owed for %d times, %v", id, n, err)
		}
	}
}

// spanOf names the calendar span of the shop in which t lies.
func spanOf(p *loyalty.Programme, per loyalty.Span, t time.Time) string {
	switch t = t.In(p.Location()); per {
	case loyalty.SpanDay:
		return t.Format("|2006-01-02")
	case loyalty.SpanWeek:
		return t.AddDate(0, 0, -(int(t.Weekday())+6)%7).Format("|2006-01-02")
	case loyalty.SpanMonth:
		return t.Format("|2006-01")
	case loyalty.SpanYear:
		return t.Format("|2006")
	}
	return "|"
}

// onceHolds: what is given once stands once. A gift's name in the ledger holds what it
// is for and when; check-ins, missions' periods, draws, pieces and voices have one each.
func (v *village) onceHolds(r store.Reader) {
	v.Helper()
	for _, m := range v.ever {
		standing, matched := map[string]int{}, 0
		for _, e := range v.ledger(r, m) {
			if e.Kind == loyalty.KindMatch && e.Actor.Staff() { // else it was kept, by a challenge
				matched++
			}
			if e.Kind != loyalty.KindGift || e.Gift == "" {
				continue
			}
			word, _, _ := strings.Cut(e.Gift, "/")
			if !slices.Contains([]string{"check", "draw", "packet", "quiz", "voice", "mission"}, word) {
				continue
			}
			mark, err := v.s.Book.Reversed(r, e)
			if err != nil {
				v.Fatal(err)
			}
			if mark.Whole {
				continue
			}
			if standing[e.Gift]++; standing[e.Gift] > 1 {
				v.Fatalf("%s has %s twice", m, e.Gift)
			}
		}
		if matched > 1 {
			v.Fatalf("%s was given a tier for another %d times", m, matched)
		}
	}
}

// accountsHold: what moves between accounts comes to nothing in all, and one chat
// account is welcomed once and has one free go a day, however often it leaves.
func (v *village) accountsHold(r store.Reader) {
	v.Helper()
	joined := loyalty.Points(0)
	for _, m := range v.ever {
		for _, e := range v.ledger(r, m) {
			joined += e.In(loyalty.Joined)
		}
	}
	if joined != 0 {
		v.Fatalf("%d points came from nowhere", joined)
	}
	got := map[string]int{}
	err := chance.EachKept(r, "", func(m loyalty.MemberID, word, id string, row any) error {
		for name, ids := range v.mine {
			if slices.Contains(ids, m) {
				got[name+"/"+word+"/"+id]++
			}
		}
		return nil
	})
	for what, n := range got {
		if err != nil || n > 1 {
			v.Fatalf("%s: %d times, %v", what, n, err)
		}
	}
	for name, ids := range v.mine {
		welcomed, free := 0, map[string]int{}
		for _, m := range ids {
			for _, e := range v.ledger(r, m) {
				if e.Kind == loyalty.KindGift && strings.HasPrefix(e.Gift, "hello") {
					welcomed++
				}
			}
			kept, err := chance.KeptOf(r, m)
			if err != nil {
				v.Fatal(err)
			}
			for _, row := range kept["draw"] {
				if x := row.(chance.Draw); x.Game == "daily" && x.Free {
					free[x.Day]++
				}
			}
		}
		for day, n := range free {
			if n > 1 {
				v.Fatalf("%s had %d free goes on %s", name, n, day)
			}
		}
		if welcomed > 1 {
			v.Fatalf("%s was welcomed %d times", name, welcomed)
		}
	}
}

// voicesHold: what a charity is owed are the gifts that stand, and a voice was given
// for as often as the programme says.
func (v *village) voicesHold(r store.Reader) {
	v.Helper()
	want, owed := loyalty.Points(0), loyalty.Points(0)
	err := voice.EachKept(r, "", func(_ loyalty.MemberID, _, _ string, row any) error {
		if g := row.(voice.Gift); v.stands(r, g.Entry) {
			want += g.Points
		}
		return nil
	})
	if err != nil {
		v.Fatal(err)
	}
	for month := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); !month.After(v.clock.Now().AddDate(0, 1, 0)); month = month.AddDate(0, 1, 0) {
		list, err := v.s.Voices.Months(r, month.Format("2006-01"), v.clock.Now())
		if err != nil {
			v.Fatal(err)
		}
		for _, o := range list {
			owed += o.Given.Points - o.Back.Points
		}
	}
	if owed != want {
		v.Fatalf("the cats are owed %d, and the gifts come to %d", owed, want)
	}
	for _, m := range v.ever {
		given := map[string]int{}
		kept, err := voice.KeptOf(r, m)
		if err != nil {
			v.Fatal(err)
		}
		for _, row := range kept["voice"] {
			if x := row.(voice.Voice); x.State == voice.Given {
				if given[spanOf(v.rules(), loyalty.SpanMonth, x.Decided)]++; given[spanOf(v.rules(), loyalty.SpanMonth, x.Decided)] > 1 {
					v.Fatalf("%s was given for two reviews in a month", m)
				}
			}
		}
	}
}

func jsonOf(row any) string {
	text, err := json.Marshal(row)
	if err != nil {
		panic(err)
	}
	return string(text)
}
