package campaign

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// stepLife is for how long a step's message may be late: put off by quiet hours,
// caps or a pause.
const stepLife = 3 * 24 * time.Hour

// dueStep is one member whose next step is due, and what its expressions say.
type dueStep struct {
	member loyalty.MemberID
	way    way
	exit   bool // leaves
	pass   bool // is left out of this step
}

// walk takes the next members on whose step is due. What expressions say of them
// is found in Views; each is then taken on in the commit that puts their message,
// unless something happened to them since.
func (e *Engine) walkOn(ctx context.Context, c Campaign) (more bool, err error) {
	if !c.Walk.Enrolled {
		return e.enrol(ctx, c)
	}
	now := e.now()
	d, list, err := e.dueSteps(ctx, c, now)
	if err != nil || len(list) == 0 {
		return false, err
	}
	if err := e.weigh(ctx, &d, list, now); err != nil {
		return false, err
	}
	most, err := e.budget(ctx, c)
	if err != nil {
		return false, err
	}
	err = e.DB.Update(ctx, func(tx store.Tx) error {
		is, err := e.Get(tx, c.ID)
		if err != nil || is.State != Done || !is.Walking() || is.Version != c.Version {
			return err
		}
		rep, err := e.report(tx, c.ID)
		if err != nil {
			return err
		}
		x := &stepping{e: e, tx: tx, c: &is, d: &d, now: now, most: most, billed: rep.Billed}
		for i := range list {
			if err := x.take(&list[i]); err != nil {
				return err
			}
		}
		return e.putWay(tx, &is)
	})
	if err == nil {
		e.Outbox.Nudge(bot.Intent{})
	}
	return err == nil, err
}

// dueSteps are the first members who are due by now, with what the campaign says.
func (e *Engine) dueSteps(ctx context.Context, c Campaign, now time.Time) (d Draft, list []dueStep, err error) {
	id := string(c.ID)
	err = e.DB.View(ctx, func(r store.Reader) (err error) {
		list = nil
		for key := range dues.Scan(r, dues.Between(id+"/", id+"/"+dueAt(now.UnixMicro()+1)), &err) {
			m := key[strings.LastIndexByte(key, '/')+1:]
			w, ok, err := ways.Get(r, id, m)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if list = append(list, dueStep{member: loyalty.MemberID(m), way: w}); len(list) == pageSteps {
				break
			}
		}
		if err != nil || len(list) == 0 {
			return err
		}
		d, err = e.Draft(r, c.ID, c.Version)
		return err
	})
	return d, list, err
}

// weigh finds who leaves at their step, and who is left out of it.
func (e *Engine) weigh(ctx context.Context, d *Draft, list []dueStep, now time.Time) error {
	fresh := false
	ask := func(text string, step int, set func(*dueStep, bool)) error {
		var at []*dueStep
		var who []loyalty.MemberID
		for i := range list {
			if x := &list[i]; x.way.Step == step && x.way.Waits == "" {
				at, who = append(at, x), append(who, x.member)
			}
		}
		if text == "" || len(at) == 0 {
			return nil
		}
		if !fresh {
			if err := e.Segments.Refresh(ctx, now); err != nil {
				return err
			}
			fresh = true
		}
		fits, err := e.Segments.Fits(ctx, text, who, now)
		if err != nil {
			return fmt.Errorf("step %d: %w", step+1, err)
		}
		for i, x := range at {
			set(x, fits[i])
		}
		return nil
	}
	for i, s := range d.Journey {
		if err := ask(s.Exit, i, func(x *dueStep, fits bool) { x.exit = fits }); err != nil {
			return err
		}
		if err := ask(s.If, i, func(x *dueStep, fits bool) { x.pass = !fits }); err != nil {
			return err
		}
	}
	return nil
}

// stepping takes members on in one Update.
type stepping struct {
	e      *Engine
	tx     store.Tx
	c      *Campaign
	d      *Draft
	now    time.Time
	most   int64 // paid messages that the campaign may cost; 0: no bound
	billed int64 // of them to who got the first message
}

// take takes one member on by one step.
func (x *stepping) take(s *dueStep) error {
	id, m := string(x.c.ID), s.member
	if err := x.tx.Lock(people.Subject(m)); err != nil {
		return err
	}
	w, ok, err := ways.Get(x.tx, id, string(m))
	if err != nil || !ok || w.Step != s.way.Step || w.Due != s.way.Due || w.Waits != s.way.Waits {
		return err // somebody else did, or a deed came
	}
	if err := x.e.dropMember(x.tx, x.c.ID, m, w); err != nil {
		return err
	}
	if w.Step >= len(x.d.Journey) { // a newer version has fewer
		x.c.Walk.Through++
		return nil
	}
	p, err := x.e.Shop.Whole(x.tx, m)
	gone := errors.Is(err, people.ErrNobody) || errors.Is(err, people.ErrErased) || p.Status == people.Erased || p.ID != m
	if err != nil && !gone {
		return err
	}
	count := x.c.Walk.at(w.Step)
	if gone || s.exit || w.Waits != "" {
		count.Left++
		return nil
	}
	written := false
	if !s.pass {
		if written, err = x.write(p, w.Step); err != nil {
			return err
		}
	}
	if written {
		count.Written++
		w.Since = x.now
	} else {
		count.Passed++
	}
	w.Step++
	return x.e.enter(x.tx, x.c, x.d, m, w, x.now, x.now)
}

// write puts a step's message; false says that it is not for this member now.
func (x *stepping) write(p people.Person, step int) (bool, error) {
	to, speak, ok, err := x.e.Shop.ReachUnasked(x.tx, p.ID)
	if err != nil {
		return false, err
	}
	costs := ok && x.e.Shop.Channel(to.Channel).Platform == bot.LINE
	switch {
	case !ok, p.Quiet, !p.Agreed(people.ForPromo):
		return false, nil
	case len(x.d.Channels) > 0 && !slices.Contains(x.d.Channels, to.Channel):
		return false, nil
	case costs && x.most > 0 && x.billed+x.c.Walk.Paid >= x.most:
		return false, nil
	}
	s := x.d.Journey[step]
	says := *x.d
	says.Text, says.Picture, says.Buttons = s.Text, s.Picture, s.Buttons
	msg, err := x.e.message(x.tx, x.c.ID, &says, x.e.lang(&says, string(speak.Lang)), x.e.variantOf(x.c.ID, x.d, &says, p.ID), &p)
	if err != nil {
		return false, err
	}
	if costs {
		x.c.Walk.Paid++
	}
	if slices.ContainsFunc(s.Buttons, func(b Button) bool { return b.Do == DoCoupon }) {
		if err := x.offered(p.ID); err != nil {
			return false, err
		}
	}
	return true, x.e.Outbox.Put(x.tx, x.now, bot.Intent{
		ID: stepIntent(x.c.ID, step, p.ID), Channel: to.Channel, Person: bot.PersonID(p.ID), Class: bot.Promo, Carriage: bot.PushNow,
		Born: x.now, NotAfter: x.now.Add(stepLife), Letter: bot.Letter{To: to, Messages: []bot.Message{msg}},
	})
}

// offered notes that a step offers a member the coupon: they may take it, and
// have the campaign's whole window for it.
func (x *stepping) offered(m loyalty.MemberID) error {
	row, _, err := taps.Get(x.tx, string(x.c.ID), string(m))
	if err != nil {
		return err
	}
	row.Offered = x.now
	return taps.Put(x.tx, row, string(x.c.ID), string(m))
}

// stepIntent is the id of a step's message to a member: there is one at most.
func stepIntent(id ID, step int, m loyalty.MemberID) bot.IntentID {
	return bot.IntentID(fmt.Sprintf("%s%s.s%d.%s", mark, id, step+1, m))
}
