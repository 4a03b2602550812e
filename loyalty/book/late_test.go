package book

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// TestCapsOfToday: what an employee may give is what the rules of today say,
// however far back a sale or a gift is dated.
func TestCapsOfToday(t *testing.T) {
	s := newShop(t, nil)
	s.rulesOf(changed(plan(), noon.AddDate(0, 0, -1), func(p *loyalty.Programme) {
		p.Zone = time.UTC // and so is the day
		p.Caps = map[loyalty.Role]loyalty.Cap{"clerk": {GiveDay: 50, SaleDay: 500}}
	}))
	s.now = time.Date(2026, 3, 10, 23, 0, 0, 0, time.UTC)
	dated := func(days int) Act {
		a := s.act(sam)
		a.Role, a.At = "clerk", s.now.AddDate(0, 0, days)
		return a
	}
	give, sell := 0, 0
	for range 4 {
		for _, days := range []int{0, -60} {
			a := dated(days)
			if _, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Give(tx, ann, a, 20) }); err == nil {
				give += 20
			}
			a = dated(days)
			if _, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, ann, a, 200, "") }); err == nil {
				sell += 200
			}
		}
	}
	if give != 40 || sell != 400 {
		t.Errorf("gave %d by hand and %d by sales, caps are 50 and 500", give, sell)
	}
	if sum := s.day(sam, "2026-03-10"); int(sum.GivePoints) != give || int(sum.SalePoints) != sell {
		t.Errorf("the day: %+v", sum)
	}
}

// TestManyLongRefundsThatWait: refunds of sales that never come fill no account
// so that nothing else can be written to it.
func TestManyLongRefundsThatWait(t *testing.T) {
	s := newShop(t, plan())
	lines := make([]loyalty.Line, 500)
	for i := range lines {
		lines[i] = loyalty.Line{Item: strings.Repeat("x", 190) + strconv.Itoa(i), Amount: 1}
	}
	var refused error
	for i := 0; i < 20 && refused == nil; i++ {
		a := s.act(sam)
		_, refused = s.do(func(tx store.Tx) (Receipt, error) {
			return s.b.Refund(tx, ann, a, loyalty.Order("R"+strconv.Itoa(i)), loyalty.Return{Lines: lines})
		})
	}
	if !errors.Is(refused, loyalty.ErrFull) {
		t.Errorf("refused with %v", refused)
	}
	s.earn(ann, 100, "")
	s.has(ann, 100, 0, 0, 0)
	s.clean()
}

// TestCapsOfOnesOwn: an employee with caps of their own has those and not the
// role's, wider or narrower; a colleague has the role's.
func TestCapsOfOnesOwn(t *testing.T) {
	s := newShop(t, nil)
	s.rulesOf(changed(plan(), noon.AddDate(0, 0, -1), func(p *loyalty.Programme) {
		p.Caps = map[loyalty.Role]loyalty.Cap{"clerk": {GiveDay: 50}}
	}))
	own := loyalty.Cap{GiveAct: 60, GiveDay: 70}
	s.b.Caps = func(_ store.Reader, who loyalty.Actor) (*loyalty.Cap, error) {
		if who != sam {
			return nil, nil
		}
		return &own, nil
	}
	give := func(who loyalty.Actor, n loyalty.Points) error {
		a := s.act(who)
		a.Role = "clerk"
		_, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Give(tx, ann, a, n) })
		return err
	}
	var limit *loyalty.LimitError
	if err := give("staff/kim", 55); !errors.As(err, &limit) || limit.Limit != 50 {
		t.Errorf("a colleague gave 55: %v", err)
	}
	if err := give(sam, 55); err != nil {
		t.Errorf("55 of 70: %v", err)
	}
	if err := give(sam, 16); !errors.As(err, &limit) || limit.Limit != 70 || limit.Used != 55 {
		t.Errorf("16 more: %v", err)
	}
	if err := give(sam, 61); !errors.As(err, &limit) || limit.Span != loyalty.SpanAct {
		t.Errorf("61 at once: %v", err)
	}
}
