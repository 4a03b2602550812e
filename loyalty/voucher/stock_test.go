package voucher

import (
	"errors"
	"testing"
	"time"

	"regulars/loyalty"
)

// TestStock: what is used stays gone, what is given back or lapsed is left
// again, at once and whether or not anybody swept.
func TestStock(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 1000)
	want := func(what string, left, taken int64) {
		t.Helper()
		if l, n := s.left("mug"); l != left || n != taken {
			t.Errorf("%s: %d left and %d taken, want %d and %d", what, l, n, left, taken)
		}
		s.clean()
	}
	out := func() error { _, err := s.redeem(ann, "mug"); return err }
	var sold *SoldOutError
	want("at first", 2, 0)
	a, b := s.must(s.redeem(ann, "mug")), s.must(s.redeem(ann, "mug"))
	want("both out", 0, 2)
	if err := out(); !errors.As(err, &sold) || sold.Reward != "mug" {
		t.Errorf("a third: %v", err)
	}
	s.has(ann, 940, 60)
	s.must(s.cancel(ann, a))
	want("one given back", 1, 1)
	a = s.must(s.redeem(ann, "mug"))
	s.must(s.use(b))
	want("one used", 0, 2)
	s.must(s.undo(b))
	want("its use undone", 0, 2)
	s.must(s.use(b))
	s.now = a.Until.Add(-1)
	want("one about to lapse", 0, 2)
	s.now = a.Until
	want("one lapsed", 1, 1)
	c := s.must(s.redeem(ann, "mug")) // nobody has swept
	want("taken by the next", 0, 2)
	if n := s.expire(); n != 1 {
		t.Errorf("%d expired", n)
	}
	want("swept after it was taken", 0, 2)
	s.must(s.void(c))
	d := s.must(s.present(bo, "mug", "gift"))
	want("a present takes one", 0, 2)
	if _, err := s.present(bo, "mug", "another"); !errors.As(err, &sold) {
		t.Errorf("a present of what is sold out: %v", err)
	}
	s.must(s.use(d))
	want("all used", 0, 2)

	next := plan()
	next.Version, next.From, next.Before = 2, s.now.Add(time.Hour), s.p
	reward(next, "mug", func(r *loyalty.Reward) { r.Stock = count(5) })
	less := plan()
	less.Version, less.From, less.Before = 3, s.now.Add(2*time.Hour), next
	reward(less, "mug", func(r *loyalty.Reward) { r.Stock = count(1) })
	s.p = less
	want("before the new version", 0, 2)
	s.now = next.From
	want("five ever", 3, 2)
	e := s.must(s.redeem(ann, "mug"))
	s.now = less.From
	want("lowered below what is out", 0, 2) // e lapsed with it
	if err := out(); !errors.As(err, &sold) {
		t.Errorf("beyond a lowered stock: %v", err)
	}
	if s.state(e) != Expired {
		t.Error("the last one did not lapse")
	}
}

// TestStockInDoubt: a clock that is known to be wrong gives nobody's voucher to
// who comes next.
func TestStockInDoubt(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 1000)
	s.earn(bo, 1000)
	a, _ := s.must(s.redeem(ann, "mug")), s.must(s.redeem(ann, "mug"))
	doubt := true
	s.d.Book.ClockInDoubt = func() bool { return doubt }
	s.now = a.Until
	var sold *SoldOutError
	if _, err := s.redeem(bo, "mug"); !errors.As(err, &sold) {
		t.Errorf("in doubt: %v", err)
	}
	if n := s.expire(); n != 0 {
		t.Errorf("%d expired in doubt", n)
	}
	s.now, doubt = a.Until.Add(-time.Minute), false
	s.must(s.use(a))
	s.now = a.Until
	s.must(s.redeem(bo, "mug"))
	s.clean()
}

// TestLapsedStockIsNobodysTwice: a voucher whose stock went to the next member
// is not used by somebody whose clock is behind.
func TestLapsedStockIsNobodysTwice(t *testing.T) {
	p := plan()
	reward(p, "mug", func(r *loyalty.Reward) { r.Stock = count(1) })
	s := newShop(t, p)
	s.earn(ann, 100)
	s.earn(bo, 100)
	a := s.must(s.redeem(ann, "mug"))
	s.now = a.Until
	s.must(s.redeem(bo, "mug"))
	s.now = a.Until.Add(-time.Second)
	var lapsed *LapsedError
	if _, err := s.use(a); !errors.As(err, &lapsed) {
		t.Errorf("used: %v", err)
	}
	if left, _ := s.left("mug"); left != 0 {
		t.Errorf("%d left", left)
	}
	s.clean()
}

// TestSweep: after 400 days vouchers go with their codes, and what they count
// for stays.
func TestSweep(t *testing.T) {
	p := plan()
	p.Expiry.Kind = loyalty.Never
	s := newShop(t, p)
	addCodes(s, "S-1", "S-2")
	s.earn(ann, 1000)
	used := s.must(s.redeem(ann, "mug"))
	s.must(s.use(used))
	s.must(s.redeem(ann, "song"))
	s.must(s.void(s.must(s.redeem(ann, "latte"))))
	s.must(s.redeem(ann, "cake"))
	s.now = start.AddDate(0, 0, 399)
	s.expire()
	if n := s.sweep(); n != 0 {
		t.Errorf("%d rows went after 399 days", n)
	}
	s.now = start.AddDate(0, 0, 402)
	// Three vouchers, a digital code, the outcomes of four redemptions, a use and
	// a withdrawal; the cake lapsed two weeks later.
	if n := s.sweep(); n != 3+1+6 {
		t.Errorf("%d rows went after 402 days", n)
	}
	if left, taken := s.left("mug"); left != 1 || taken != 1 {
		t.Errorf("%d mugs left, %d taken", left, taken)
	}
	if _, err := s.use(used); !errors.Is(err, ErrUnknownCode) {
		t.Errorf("a code that was swept: %v", err)
	}
	if added, twice := addCodes(s, "S-1", "S-3"); added != 1 || twice != 1 {
		t.Errorf("%d added, %d known", added, twice)
	}
	s.clean()
	s.now = start.AddDate(0, 0, 420)
	if n := s.sweep(); n != 1 {
		t.Errorf("%d rows went later", n)
	}
	s.clean()
}
