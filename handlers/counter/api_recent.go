package counter

import (
	"context"
	"errors"
	"time"

	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/receipt"
	"regulars/loyalty/voucher"
	"regulars/store"
)

type recentBody struct {
	Session string `json:"session"`
}

// recentActs is how many acts the page shows.
const recentActs = 5

type actAnswer struct {
	Ref    string         `json:"ref"`
	Label  string         `json:"label"`
	At     time.Time      `json:"at"`
	Name   string         `json:"name"`
	Kind   string         `json:"kind"`
	What   string         `json:"what"`
	Amount loyalty.Money  `json:"amount"`
	Points loyalty.Points `json:"points"`
	Undone bool           `json:"undone"`
}

// recent is what the employee did last.
func (c *Counter) recent(ctx context.Context, q *request, b recentBody) (any, error) {
	var list []actAnswer
	err := c.DB.Update(ctx, func(tx store.Tx) error {
		list = []actAnswer{}
		d, me, err := c.live(tx, q, b.Session)
		if err != nil {
			return err
		}
		s := &search{c, &till.Call{Tx: tx, Now: q.now, Me: me, Store: d.Store, Printer: q.printer}, d}
		acts, err := c.till().Recent(s.call)
		if err != nil {
			return err
		}
		for _, done := range acts[:min(len(acts), recentActs)] {
			a, err := s.act(done)
			if err != nil {
				return err
			}
			list = append(list, a)
		}
		return nil
	})
	return map[string]any{"acts": list}, err
}

// act tells of one act.
func (s *search) act(done till.Done) (a actAnswer, err error) {
	a.At = done.At.UTC()
	stands, err := s.c.till().Stands(s.call, done)
	if err != nil {
		return a, err
	}
	a.Undone = !stands
	if a.Ref, err = s.c.refOf(done, s.device.ID, s.call.Now); err != nil {
		return a, err
	}
	var whose loyalty.MemberID
	if done.Voucher != "" {
		whose, err = s.actOnVoucher(done, &a)
	} else {
		whose, err = s.actOnEntry(done, &a)
	}
	if err != nil || whose == "" {
		return a, err
	}
	m, err := s.c.till().Owner(s.call.Tx, whose)
	a.Name = till.Called(s.call.Printer, m)
	if errors.Is(err, people.ErrNobody) {
		err = nil
	}
	return a, err
}

// actOnVoucher fills in the use of a present.
func (s *search) actOnVoucher(done till.Done, a *actAnswer) (loyalty.MemberID, error) {
	a.Kind = "use"
	v, err := s.c.Shop.Club.Vouchers.Get(s.call.Tx, done.Voucher, s.call.Now)
	if errors.Is(err, voucher.ErrUnknown) { // swept since
		return "", nil
	}
	a.Label = s.c.till().UseRef(v)
	a.What = s.c.till().Reward(s.call.Printer, s.call.Now, v.Reward)
	return v.Member, err
}

// actOnEntry fills in what an entry says.
func (s *search) actOnEntry(done till.Done, a *actAnswer) (loyalty.MemberID, error) {
	if receipt.IsRef(done.Ref) {
		return s.actOnSlip(done.Ref, a)
	}
	e, err := s.c.Shop.Book.ByRef(s.call.Tx, done.Ref)
	if err != nil {
		return "", err
	}
	p, t := s.call.Printer, s.c.till()
	a.Label, a.At, a.Amount, a.Points = string(done.Ref), e.EffectiveAt.UTC(), e.Amount, e.Change()
	a.Kind, a.What = "other", shop.Points(p, a.Points)
	switch e.Kind {
	case loyalty.KindEarn:
		a.Kind, a.Points = "sale", till.Gained(e)
		a.What = t.Money(p, s.call.Now, e.Amount)
	case loyalty.KindGive:
		a.Kind = "give"
	case loyalty.KindReverse, loyalty.KindWait:
		a.Kind = "refund"
		a.What = t.Money(p, s.call.Now, e.Amount)
	case loyalty.KindCapture:
		a.Kind = "use"
		v, err := t.PaidWith(s.call, e)
		if err != nil {
			return "", err
		}
		if v.ID != "" {
			a.What = t.Reward(p, s.call.Now, v.Reward)
		}
	}
	return e.Member, nil
}
