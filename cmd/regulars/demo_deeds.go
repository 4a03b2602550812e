package main

import (
	"context"
	"fmt"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/event"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
	"regulars/loyalty/room"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// What the café's members did besides buying and redeeming, so that every page has
// something to show: they paid for plans, claimed what is free, came to a tasting,
// wrote reviews, gave points away. Grace and Bo are in most of it, as theirs are
// the phones that one can look at.

// deeds are these, in the order of time.
func (h *history) deeds(p i18n.Printer) (all []happening) {
	then := func(at time.Time, do func(tx store.Tx, at time.Time) error) {
		all = append(all, happening{at, func(ctx context.Context) error {
			return h.db.Update(ctx, func(tx store.Tx) error {
				if err := do(tx, at); err != nil {
					return fmt.Errorf("the demo at %s: %w", at, err)
				}
				return nil
			})
		}})
	}
	add := func(ago int, do func(tx store.Tx, at time.Time) error) {
		at := midday(h.shop.Local(h.until)).AddDate(0, 0, -ago)
		if at.After(h.until) {
			at = h.until
		}
		then(at, do)
	}
	for _, e := range h.shop.Rules(h.until).Events {
		if e.ID == "roast" {
			then(e.Start, h.tasting)
		}
	}
	h.planDeeds(add)
	h.offerDeeds(add)
	h.eventDeeds(p, add)
	h.voiceDeeds(p, add)
	h.homeDeeds(p, add)
	h.roomDeeds(add)
	for _, ago := range []int{32, 28, 3, 0} { // the hourly look, on the days on which it has something to do
		at := midday(h.shop.Local(h.until)).AddDate(0, 0, -ago).Add(time.Hour)
		if at.After(h.until) {
			at = h.until
		}
		all = append(all, happening{at, func(ctx context.Context) error {
			_, err := h.shop.Rooms.Review(ctx, h.db, at, func(store.Tx, room.Guest, room.Step) error { return nil })
			return err
		}})
	}
	for ago := 70; ago > 0; ago -= 7 {
		add(ago, h.pulled)
	}
	return all
}

// adder adds what is done so many days ago.
type adder func(ago int, do func(tx store.Tx, at time.Time) error)

// one is the i-th member who joined, from the beginning again where there are not
// so many. The first two are Grace and Bo, once they have joined.
func (h *history) one(i int) *life {
	known, others := []*life{}, []*life{}
	for _, l := range h.joined {
		if l.saves {
			known = append(known, l)
		} else {
			others = append(others, l)
		}
	}
	switch {
	case i < len(known):
		return known[i]
	case len(others) == 0:
		return h.joined[i%len(h.joined)]
	}
	return others[(i-len(known))%len(others)]
}

// boss and clerk are who does it for the café.
func (h *history) boss() *people.Staff  { return &h.staff[len(h.staff)-1] }
func (h *history) clerk() *people.Staff { return &h.staff[0] }

// planDeeds: Grace pays for her pass each month, some others have one, one had it
// refunded, one cancelled, one tries it.
func (h *history) planDeeds(add adder) {
	pay := func(i int, id string, amount loyalty.Money) func(store.Tx, time.Time) error {
		return func(tx store.Tx, at time.Time) error {
			l := h.one(i)
			_, err := h.shop.Plans.Record(tx, l.id, h.act(l, at, h.clerk()), plan.Pay{Plan: id, Amount: amount})
			return unlessRefused(err)
		}
	}
	for _, ago := range []int{81, 51, 21} {
		add(ago, pay(0, "pass", 299))
	}
	for i, ago := range []int{96, 66, 36, 29, 25, 19, 11, 4} {
		add(ago, pay(2+i, "pass", 299))
	}
	add(160, pay(11, "house", 1900))
	add(75, pay(12, "house", 1900))
	add(40, pay(13, "pass", 299))
	add(33, func(tx store.Tx, at time.Time) error {
		l := h.one(13)
		_, _, err := h.shop.Plans.Refund(tx, l.id, h.act(l, at, h.boss()))
		return unlessRefused(err)
	})
	add(24, func(tx store.Tx, at time.Time) error {
		l := h.one(5)
		_, err := h.shop.Plans.Cancel(tx, l.id, h.act(l, at, nil))
		return unlessRefused(err)
	})
	add(6, func(tx store.Tx, at time.Time) error {
		l := h.one(14)
		_, err := h.shop.Plans.Try(tx, l.id, h.act(l, at, nil), "pass", false)
		return unlessRefused(err)
	})
}

// offerDeeds: each week somebody claims what is free, and most use it; the bookshop
// hands in what it took.
func (h *history) offerDeeds(add adder) {
	for week := 10; week >= 0; week-- {
		add(7*week+2, func(tx store.Tx, at time.Time) error { return h.claims(tx, at, "weekly", week, 5) })
		add(7*week+1, func(tx store.Tx, at time.Time) error { return h.claims(tx, at, "next-door", week, 2) })
		add(7*week+1, func(tx store.Tx, at time.Time) error { return h.claims(tx, at, "refill", week, 3) })
	}
	for n := range 7 {
		add(n+1, func(tx store.Tx, at time.Time) error { return h.claims(tx, at, "friday", n, 6) }) // on one of them
	}
}

// claims lets some members claim an offer. What is the bookshop's it hands in, all
// but the last one; of the others three in four are used.
func (h *history) claims(tx store.Tx, at time.Time, id string, from, many int) error {
	for i := range many {
		l := h.one(from*3 + i)
		v, err := h.shop.Offers().Claim(tx, l.id, h.act(l, at, nil), id)
		if err != nil {
			if err = unlessRefused(err); err != nil {
				return err
			}
			continue
		}
		if err := h.after(tx, l, v, at.Add(20*time.Minute), i); err != nil {
			return err
		}
	}
	return nil
}

func (h *history) after(tx store.Tx, l *life, v voucher.Voucher, at time.Time, i int) error {
	switch {
	case at.After(h.until) || l.saves && i > 0 || h.rand.IntN(4) == 0:
		return nil
	case v.Reward != "bookmark":
		return unlessRefused(h.use(tx, l, v, at, h.clerk()))
	}
	_, err := h.shop.Offers().HandIn(tx, h.act(l, at, h.boss()), "books", h.shop.Club.Vouchers.CodeOf(v))
	return unlessRefused(err)
}

// eventDeeds: the tasting that was, with who came and who did not; the class that
// will be, which is full; and Mia's evening, whose door is open today.
func (h *history) eventDeeds(p i18n.Printer, add adder) {
	sign := func(id string, a event.Answers, from, many int) func(store.Tx, time.Time) error {
		return func(tx store.Tx, at time.Time) error {
			for i := range many {
				l := h.one(from + i)
				if _, err := h.shop.Events.SignUp(tx, l.id, h.act(l, at, nil), id, a); unlessRefused(err) != nil {
					return err
				}
			}
			return nil
		}
	}
	milk := func(id string) event.Answers { return event.Answers{Choices: map[string]string{"milk": id}} }
	add(19, sign("roast", event.Answers{}, 1, 5))
	add(16, sign("roast", event.Answers{}, 6, 4))
	add(5, sign("latte-art", milk("oat"), 1, 6))
	add(3, sign("latte-art", milk("cow"), 7, 12)) // as far as they have the points
	add(2, sign("latte-art", milk("oat"), 0, 1))  // Grace waits
	add(8, func(tx store.Tx, at time.Time) error { return h.evening(tx, p, at) })
	add(4, sign("evening", event.Answers{}, 0, 8))
	add(1, sign("evening", event.Answers{}, 9, 4))
	add(0, func(tx store.Tx, at time.Time) error {
		l := h.one(4) // who came early
		_, err := h.shop.Events.Arrive(tx, l.id, h.act(l, at, h.clerk()), "evening")
		return unlessRefused(err)
	})
}

// tasting is the day of the tasting: two stay away.
func (h *history) tasting(tx store.Tx, at time.Time) error {
	for i := range 6 {
		l := h.one(1 + i)
		if _, err := h.shop.Events.Arrive(tx, l.id, h.act(l, at, h.clerk()), "roast"); unlessRefused(err) != nil {
			return err
		}
	}
	return nil
}

// evening plans an event that begins soon, today.
func (h *history) evening(tx store.Tx, p i18n.Printer, at time.Time) error {
	now := h.shop.Local(h.until.Add(time.Hour))
	start := now.Add(2 * time.Hour).Truncate(30 * time.Minute)
	if last := time.Date(now.Year(), now.Month(), now.Day(), 23, 0, 0, 0, now.Location()); start.After(last) {
		start = last
	}
	m := event.Made{Name: p.Say(i18n.DemoEvening), About: p.Say(i18n.DemoEveningText), By: h.boss().ID.Actor(), At: at}
	m.Event = loyalty.Event{
		ID: "evening", Start: start, End: start.Add(time.Hour), Store: "main", Places: 20,
		Closes: start, CancelBy: start, Carriage: loyalty.NudgeRide,
	}
	return h.shop.Events.Make(tx, m, at)
}

// voiceDeeds: reviews and posts, of which two wait for Mia; and points given away
// each week.
func (h *history) voiceDeeds(p i18n.Printer, add adder) {
	said := func(i int, kind loyalty.VoiceKind, words string, yes, no bool) func(store.Tx, time.Time) error {
		return func(tx store.Tx, at time.Time) error { return h.say(tx, h.one(i), at, kind, words, p, yes, no) }
	}
	const link = "https://reviews.example/corner-cafe/"
	add(44, said(2, loyalty.VoiceReview, link+"1042", true, false))
	add(31, said(6, loyalty.VoicePost, "https://pictures.example/p/flat-white", true, false))
	add(20, said(3, loyalty.VoiceReview, "https://reviews.example/blue-door/77", false, true))
	add(13, said(0, loyalty.VoiceReview, link+"1077", true, false))
	add(2, said(7, loyalty.VoiceReview, p.Say(i18n.DemoReview), false, false))
	add(1, said(1, loyalty.VoicePost, "https://pictures.example/p/latte-heart", false, false))
	for week := range 12 {
		add(7*week+3, func(tx store.Tx, at time.Time) error {
			for i := range 2 {
				l := h.one(week*2 + i)
				n := loyalty.Points(10 + 10*h.rand.IntN(4))
				if _, _, err := h.shop.Voices.Donate(tx, l.id, h.act(l, at, nil), "farm", n); unlessRefused(err) != nil {
					return err
				}
			}
			return nil
		})
	}
}

// say sends something that a member wrote, and decides on it half an hour later.
func (h *history) say(tx store.Tx, l *life, at time.Time, kind loyalty.VoiceKind, words string, p i18n.Printer, yes, no bool) error {
	sealed, err := h.shop.SealWords(tx, l.id, words)
	if err != nil {
		return err
	}
	v, err := h.shop.Voices.Send(tx, l.id, h.act(l, at, nil), kind, sealed)
	if err != nil {
		return unlessRefused(err)
	}
	act := h.act(l, at.Add(30*time.Minute), h.boss())
	switch {
	case yes:
		_, _, err = h.shop.Voices.Approve(tx, v.Ref, act, 0)
	case no:
		if sealed, err = h.shop.SealWords(tx, l.id, p.Say(i18n.DemoReviewNo)); err == nil {
			_, err = h.shop.Voices.Refuse(tx, v.Ref, act, sealed)
		}
	}
	return unlessRefused(err)
}

// homeDeeds: Grace and Bo share their points, and so do three others; one has a tier
// for what they have elsewhere, and one waits for theirs.
func (h *history) homeDeeds(p i18n.Printer, add adder) {
	share := func(owner int, mates ...int) func(store.Tx, time.Time) error {
		return func(tx store.Tx, at time.Time) error {
			for _, i := range mates {
				l := h.one(owner)
				code, _, err := h.shop.Households.Invite(tx, l.id, h.act(l, at, nil).Op, at)
				if err == nil {
					_, err = h.shop.Households.Join(tx, h.one(i).id, code, at)
				}
				if unlessRefused(err) != nil {
					return err
				}
			}
			return nil
		}
	}
	add(90, share(0, 1))
	add(55, share(4, 8, 9))
	ask := func(i int, grant bool) func(store.Tx, time.Time) error {
		return func(tx store.Tx, at time.Time) error { return h.match(tx, h.one(i), at, p, grant) }
	}
	add(34, ask(10, true))
	add(33, ask(15, true))
	add(2, ask(16, false))
	add(1, ask(8, false))
}

// roomDeeds: who has a plan asks to be let into the group, and the clerk does it a day
// later, all but the last two; one who had their pass refunded was taken out.
func (h *history) roomDeeds(add adder) {
	asks := func(i int) func(store.Tx, time.Time) error {
		return func(tx store.Tx, at time.Time) error {
			_, err := h.shop.Rooms.Ask(tx, h.one(i).id, "backroom", at)
			return unlessRefused(err)
		}
	}
	does := func(i int) func(store.Tx, time.Time) error {
		return func(tx store.Tx, at time.Time) error {
			_, _, err := h.shop.Rooms.Did(tx, h.one(i).id, "backroom", at)
			return unlessRefused(err)
		}
	}
	for i, ago := range map[int]int{0: 70, 3: 60, 13: 38, 4: 35, 11: 30, 6: 22, 7: 16} {
		add(ago, asks(i))
		add(ago-1, does(i))
	}
	add(27, does(13))
	add(2, asks(8))
	add(1, asks(9))
}

// match asks for silver; a day's half later it is given, where it is.
func (h *history) match(tx store.Tx, l *life, at time.Time, p i18n.Printer, grant bool) error {
	sealed, err := h.shop.Vault.SealFor(tx, l.id, shop.MatchPurpose, []byte(p.Say(i18n.DemoMatch)), h.bytes)
	if err != nil {
		return err
	}
	q, err := h.shop.Matches.Ask(tx, l.id, h.act(l, at, nil).Op, "silver", sealed, at)
	if err != nil || !grant {
		return unlessRefused(err)
	}
	act := h.act(l, at.Add(2*time.Hour), h.boss())
	if act.Reason, err = h.shop.MatchReason(tx, q); err != nil {
		return err
	}
	_, _, err = h.shop.Matches.Grant(tx, q.Ref, act)
	return unlessRefused(err)
}

// pulled: everybody has read the pages where the levers speak, or would have, had
// they been of those who do not.
func (h *history) pulled(tx store.Tx, at time.Time) error {
	for i, l := range h.joined {
		if i%3 != at.YearDay()%3 {
			continue // did not look this week
		}
		if err := tx.Lock(store.Subject("member/" + string(l.id))); err != nil {
			return err
		}
		for _, x := range h.shop.Rules(at).Levers {
			if x.Lever == loyalty.LeverScarcity && i%2 == 0 {
				continue // had nothing that was scarce
			}
			if _, err := h.shop.Levers.Pull(tx, x.Lever, l.id, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// nights does what the last night would have done.
func (h *history) nights(ctx context.Context) error {
	if _, err := h.shop.Recommend.Refresh(ctx, h.db, h.until); err != nil {
		return err
	}
	if err := h.shop.Levers.Count(ctx, h.db, h.until); err != nil {
		return err
	}
	_, err := h.shop.Levers.Settle(ctx, h.db, h.until)
	return err
}
