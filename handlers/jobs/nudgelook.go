package jobs

import (
	"errors"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/reach"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// looking is one member looked at in one transaction.
type looking struct {
	Jobs
	tx    store.Tx
	tick  schedule.Tick
	now   time.Time
	p     people.Person
	facts *reach.Facts
	plan  reach.Plan
}

// look tells a member what they are to be told now, and keeps when to look again.
func (j Jobs) look(tx store.Tx, t schedule.Tick, m loyalty.MemberID) (told int, err error) {
	x := looking{Jobs: j, tx: tx, tick: t, now: j.Shop.Clock.Now()}
	if err := tx.Lock(people.Subject(m)); err != nil {
		return 0, err
	}
	x.p, err = j.Shop.Vault.Get(tx, m)
	switch {
	case errors.Is(err, people.ErrNobody), err == nil && x.p.Status == people.Erased:
		return 0, reach.Forget(tx, m)
	case err != nil:
		return 0, err
	case x.p.Into != "":
		return 0, reach.Join(tx, m, x.p.Into)
	}
	if x.plan, err = reach.Load(tx, m); err != nil {
		return 0, err
	}
	if x.p.Status != people.Member {
		return 0, reach.Save(tx, m, x.plan, time.Time{})
	}
	next, told, err := x.all()
	if err != nil {
		return 0, err
	}
	return told, reach.Save(tx, m, x.plan, next)
}

// dueNow is a nudge whose occasion has come.
type dueNow struct {
	n    *loyalty.Nudge
	o    reach.Occasion
	redo bool
}

// all tells of each nudge that is due, and says when the next one may be.
func (x *looking) all() (next time.Time, told int, err error) {
	if x.facts, err = x.Shop.NudgeFacts(x.tx, x.p, x.now); err != nil {
		return next, 0, err
	}
	next, due := x.due()
	if len(due) > 0 && x.inDoubt() {
		return x.now, 0, nil // as soon as it is known what day it is
	}
	for _, d := range due {
		did, err := x.tell(d)
		if err != nil {
			return next, told, err
		}
		if did {
			told++
		}
		if d.n.Points > 0 || d.n.Reward != "" { // what they were given may lapse as well
			if x.facts, err = x.Shop.NudgeFacts(x.tx, x.p, x.now); err != nil {
				return next, told, err
			}
		}
	}
	if len(due) > 0 { // something more may be due, or turn at midnight
		more, again := x.due()
		if next = more; len(again) > 0 {
			next = x.now
		}
	}
	return next, told, nil
}

// due are the nudges to tell of now, and when there may be more.
func (x *looking) due() (next time.Time, due []dueNow) {
	nudges := x.Shop.Programme(x.now).Nudges
	for i := range nudges {
		n := &nudges[i]
		o, ok, redo, later := x.plan.Next(n.ID, reach.Occasions(n, x.Shop.Rules(x.now), x.facts, x.now), x.now)
		if next = reach.Sooner(next, later); ok {
			due = append(due, dueNow{n, o, redo})
		}
	}
	// Of what lapses, the one that looks furthest tells of all.
	slices.SortStableFunc(due, func(a, b dueNow) int {
		if lapses(a.n) && lapses(b.n) {
			return b.o.End.Compare(a.o.End)
		}
		return 0
	})
	return next, due
}

func lapses(n *loyalty.Nudge) bool {
	return n.Kind == loyalty.NudgePoints || n.Kind == loyalty.NudgeVouchers
}

// tell writes the message of one occasion, if it is to be written.
func (x *looking) tell(d dueNow) (did bool, err error) {
	if d.n.Kind == loyalty.NudgePoints { // the ledger plans its own next notice
		if err := x.Shop.Book.MarkNoticed(x.tx, x.p.ID, x.now); err != nil {
			return false, err
		}
	}
	to, speak, ok, err := x.Shop.ReachUnasked(x.tx, x.p.ID)
	if err != nil {
		return false, err
	}
	if !ok || x.p.Quiet || d.n.Promo && !x.p.Agreed(people.ForPromo) || x.covered(d) || !d.redo && x.plan.Enough(d.n, x.now) {
		x.plan.Tell(d.n.ID, d.o, x.now, false)
		return false, nil
	}
	if !d.redo {
		key := x.Shop.Local(d.o.At).Format(time.DateOnly) + "." + d.o.Key
		mine, err := schedule.Claim(x.tx, "nudge-"+d.n.ID, key, string(x.p.ID))
		if err != nil || !mine {
			x.plan.Tell(d.n.ID, d.o, x.now, false)
			return false, err
		}
	}
	n := shop.Nudged{Nudge: d.n, Occasion: d.o, Person: x.p}
	if err := x.bring(&n, d); err != nil {
		return false, err
	}
	msg, err := x.Shop.NudgeMessage(x.tx, speak, x.now, n)
	if err != nil {
		return false, err
	}
	x.plan.Tell(d.n.ID, d.o, x.now, true)
	return true, x.Outbox.Put(x.tx, x.now, x.intent(d, to, msg))
}

// covered says that what lapses is in a message that was just written.
func (x *looking) covered(d dueNow) bool {
	if !lapses(d.n) {
		return false
	}
	for _, other := range x.Shop.Programme(x.now).Nudges {
		if t := x.plan.Told[other.ID]; lapses(&other) && other.Kind != d.n.Kind && t != nil && t.Wrote(x.now) {
			return true
		}
	}
	return false
}

// intent is the message as the outbox takes it.
func (x *looking) intent(d dueNow, to bot.Address, msg bot.Message) bot.Intent {
	i := bot.Intent{
		ID: shop.NudgeID(d.n.ID, x.p.ID, &d.o), Channel: to.Channel, Person: bot.PersonID(x.p.ID), Class: bot.Nudge, Carriage: bot.RideOnly,
		Born: x.now, NotAfter: d.o.Until, Letter: bot.Letter{To: to, Messages: []bot.Message{msg}},
	}
	if d.n.Promo {
		i.Class = bot.Promo
	}
	switch d.n.Carriage {
	case loyalty.NudgePush:
		i.Carriage = bot.PushNow
	case loyalty.NudgeRidePush:
		i.Carriage, i.RideUntil = bot.RideThenPush, d.o.At.AddDate(0, 0, d.n.Patience)
	}
	return i
}

// bring gives what comes with a nudge, once an occasion. What is out of stock
// does not come, and the message says nothing of it.
func (x *looking) bring(n *shop.Nudged, d dueNow) error {
	act := book.Act{
		Op: loyalty.OpID(strings.Join([]string{"nudge", d.n.ID, d.o.Key, string(x.p.ID)}, "/")), Actor: loyalty.ByJob("nudges"), Now: x.now,
	}
	if d.n.Points > 0 {
		_, err := x.Shop.Book.Grant(x.tx, x.p.ID, act, "nudge/"+d.n.ID, d.n.Points, nil)
		switch {
		case err == nil:
			n.Points = d.n.Points
		case !loyalty.Refused(err):
			return err
		}
	}
	if d.n.Reward == "" {
		return nil
	}
	v, err := x.Shop.Club.Vouchers.Present(x.tx, x.p.ID, act, d.n.Reward, "nudge/"+d.n.ID+"/"+d.o.Key)
	switch {
	case err == nil && v.State == voucher.Open:
		n.Voucher = &v
	case err != nil && !loyalty.Refused(err):
		return err
	}
	return nil
}
