package main

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/admin"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/store"
)

// TestMonthOfRides lives a December of the café twice: as shipped, and with
// everything that may ride pushed at once. The first is billed for half as much
// at most; in both nobody is told anything twice, or after its deadline, and what
// the program says of its messages is what LINE counted.
func TestMonthOfRides(t *testing.T) {
	t.Parallel()
	members := 400
	if raceDetector {
		members = 60 // ten times slower: what may ride is seen, and no bar is held
	}
	seed := uint64(20261201)
	t.Log("seed", seed)
	var rode, pushed rideMonth
	t.Run("both", func(t *testing.T) {
		t.Run("as shipped", func(t *testing.T) {
			t.Parallel()
			rode = liveMonth(t, seed, members, func(*programme.Programme) {})
		})
		t.Run("all pushed", func(t *testing.T) {
			t.Parallel()
			pushed = liveMonth(t, seed, members, pushAll)
		})
	})
	if t.Failed() {
		return
	}
	t.Logf("with rides: %s", rode)
	t.Logf("without:    %s", pushed)
	if !raceDetector && rode.billed*2 > pushed.billed {
		t.Errorf("%d messages are billed with rides, %d without: more than half", rode.billed, pushed.billed)
	}
}

// pushAll is the programme of a shop that knows no rides.
func pushAll(p *programme.Programme) {
	for i := range p.Nudges {
		p.Nudges[i].Carriage, p.Nudges[i].Patience = loyalty.NudgePush, 0
	}
	for i := range p.Surveys {
		p.Surveys[i].Carriage = string(bot.PushNow)
	}
}

// rideMonth is a month as LINE saw it.
type rideMonth struct {
	billed, rode, saved int // messages
	money               string
	kinds               map[string]map[string]int // what became of what the shop wrote, by kind
	contacts, sales     int
	took                time.Duration
}

func (m rideMonth) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d billed, %d rode free, %d of which would have been pushed, saved %s; %d sales, members wrote %d times; %s",
		m.billed, m.rode, m.saved, m.money, m.sales, m.contacts, m.took.Round(time.Second))
	for _, kind := range slices.Sorted(maps.Keys(m.kinds)) {
		fmt.Fprintf(&b, "\n    %-16s", kind)
		for _, end := range slices.Sorted(maps.Keys(m.kinds[kind])) {
			fmt.Fprintf(&b, " %s %d", end, m.kinds[kind][end])
		}
	}
	return b.String()
}

// liveMonth is one December, and what it came to.
func liveMonth(t *testing.T, seed uint64, members int, change func(*programme.Programme)) rideMonth {
	began := time.Now()
	r := newRides(t, seed, members, change)
	r.live()
	m := r.held()
	m.money = r.said(m)
	m.took = time.Since(began)
	return m
}

// held holds what arrived on phones against what was written for them.
func (r *rides) held() rideMonth {
	r.t.Helper()
	m := rideMonth{billed: r.line.Used(), kinds: map[string]map[string]int{}, contacts: r.contacts, sales: r.sales}
	told := r.arrived()
	occasions := map[string]int{}
	for id, in := range r.rec.all() {
		kind, end := kindOf(id, in), r.endOf(id)
		for _, a := range told[id] {
			if !in.NotAfter.IsZero() && !a.at.Before(in.NotAfter) {
				r.t.Errorf("%s of %s is told on %s, its deadline is %s", kind, in.Person, a.at, in.NotAfter)
			}
			if !a.pushed {
				m.rode++
				if in.Carriage != bot.RideOnly {
					m.saved++
				}
			}
		}
		if n, ended := len(told[id]), end == string(outbox.Sent) || end == string(outbox.Rode); n > 1 || ended != (n == 1) {
			r.t.Errorf("%s arrived %d times, and the program says %q", id, n, end)
		}
		if in.Class == bot.Gift && len(told[id]) != 1 {
			r.t.Errorf("the gift %s is told %d times: %s", id, len(told[id]), end)
		}
		occasions[occasionOf(id)] += len(told[id])
		if m.kinds[kind] == nil {
			m.kinds[kind] = map[string]int{}
		}
		m.kinds[kind][end]++
	}
	for what, n := range occasions {
		if n > 1 {
			r.t.Errorf("%s is told %d times", what, n)
		}
	}
	r.toWhom()
	return m
}

// toWhom looks that nobody reads what was written for another.
func (r *rides) toWhom() {
	r.t.Helper()
	put := r.rec.all()
	for i, phone := range r.phones {
		for _, text := range phone.Received() {
			if id, ok := r.rec.find([]byte(text)); ok && put[id].Person != bot.PersonID(r.lives[i].id) {
				r.t.Errorf("%s is on the phone of %s", id, r.lives[i].id)
			}
		}
	}
}

// endOf is how an intent stands, or stood at the last look: it is not kept for
// longer than a month.
func (r *rides) endOf(id bot.IntentID) (end string) {
	if end := r.ends[id]; end != "" {
		return end
	}
	r.try(r.app.app.db.View(r.t.Context(), func(rd store.Reader) error {
		s, ok, err := r.app.app.outbox.Find(rd, id)
		switch {
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("nothing is known of %s", id)
		}
		if end = string(s.State); s.State == outbox.Suppressed {
			end += "-" + s.Why
		}
		if s.State != outbox.Waiting {
			r.ends[id] = end
		}
		return nil
	}))
	return end
}

// kindOf is what an intent is about.
func kindOf(id bot.IntentID, in bot.Intent) string {
	switch parts := strings.Split(string(id), "."); {
	case parts[0] == "nudge":
		return parts[1]
	case slices.Contains([]string{"survey", "casethanks", "digest"}, parts[0]):
		return parts[0]
	case in.Class == bot.Gift:
		return "gift"
	case parts[0] == "club":
		return "voucher-gone"
	}
	return "receipt"
}

// occasionOf is what an intent tells of: a nudge that was written anew because its
// figures changed tells of the same.
func occasionOf(id bot.IntentID) string {
	if s := string(id); strings.HasPrefix(s, "nudge.") {
		return s[:strings.LastIndexByte(s, '.')]
	}
	return string(id)
}

// said holds what the program says of the month's messages, each way it says it,
// against LINE's count, and gives the money saved.
func (r *rides) said(m rideMonth) (saved string) {
	r.t.Helper()
	now, s := r.clock.Now(), r.app.app.shop
	price, _ := s.Programme(now).Messages.Price(now)
	saved = fmt.Sprintf("NT$%d", price.Saved(int64(m.billed), int64(m.saved)))
	var bill shop.Bill
	r.try(r.app.app.db.View(context.Background(), func(rd store.Reader) (err error) {
		bill, err = s.Bill(rd, now)
		return err
	}))
	if bill.Billed != int64(m.billed) || bill.Used != bill.Billed || bill.Rode != int64(m.rode) {
		r.t.Errorf("the bill has %d billed, %d counted and %d that rode; LINE has %d and %d", bill.Billed, bill.Used, bill.Rode, m.billed, m.rode)
	}
	var lines []string
	r.try(r.app.app.desk().Ops()["stats"](context.Background(), nil, func(l admin.Line) { lines = append(lines, l.Text) }))
	stats := strings.Join(lines, "\n")
	for _, want := range []string{
		fmt.Sprintf("messages this month  %d billed, %d replies and %d that rode along free", m.billed, bill.Replies, m.rode),
		"riding along saved " + saved,
	} {
		if !strings.Contains(stats, want) {
			r.t.Errorf("stats do not say %q:\n%s", want, stats)
		}
	}
	chat := strings.Join(r.answer(r.olga, "/messages"), "\n")
	r.shows(chat, `Pushed, paid for\W+(\d[\d,]*)`, fmt.Sprint(m.billed))
	r.shows(chat, `Rode along, free\W+(\d[\d,]*)`, fmt.Sprint(m.rode))
	r.shows(chat, `Saved by riding along\W+(NT\$[\d,]+)`, saved)
	month := strings.Join(r.answer(r.olga, "/stats month"), "\n")
	r.shows(month, `Messages\W+([\d,]+) paid`, fmt.Sprint(m.billed))
	r.shows(month, `paid, ([\d,]+) rode free`, fmt.Sprint(m.rode))
	r.shows(month, `Saved by that\W+(NT\$[\d,]+)`, saved)
	return saved
}

// shows complains unless a text has a figure where a form has its group.
func (r *rides) shows(text, form, want string) {
	r.t.Helper()
	found := regexp.MustCompile(form).FindStringSubmatch(text)
	if found == nil || strings.ReplaceAll(found[1], ",", "") != want {
		r.t.Errorf("%q, not %s, in %q", found, want, text)
	}
}

// digest holds a week's letter against what LINE counted in that week.
func (r *rides) digest(monday time.Time) {
	r.t.Helper()
	said := strings.Join(r.says(r.olga, "/cases"), "\n")
	for id := range r.rec.all() {
		r.endOf(id)
	}
	billed, rode, saved := 0, 0, 0
	from, put := monday.AddDate(0, 0, -7), r.rec.all()
	for _, c := range r.world.Wire.Calls() {
		if !c.At.Before(from) && c.At.Before(monday) {
			billed += c.Billed
		}
	}
	for id, list := range r.arrived() {
		for _, a := range list {
			if a.pushed || a.at.Before(from) || !a.at.Before(monday) {
				continue
			}
			if rode++; put[id].Carriage != bot.RideOnly {
				saved++
			}
		}
	}
	price, _ := r.at(monday).Messages.Price(monday)
	r.shows(said, `Messages\W+([\d,]+) paid`, strconv.Itoa(billed))
	r.shows(said, `paid, ([\d,]+) rode free`, strconv.Itoa(rode))
	r.shows(said, `Saved by that\W+(NT\$[\d,]+)`, fmt.Sprintf("NT$%d", price.Saved(0, int64(saved))))
}
