package voucher

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
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

// TestLimits: per member and local period; what was given back does not count,
// what is forfeited does.
func TestLimits(t *testing.T) {
	at := func(d, h, m int) time.Time { return time.Date(2026, 3, d, h, m, 0, 0, taipei) }
	for _, c := range []struct {
		per              loyalty.Span
		first, no, again time.Time
	}{
		{loyalty.SpanDay, at(10, 0, 0), at(10, 23, 59), at(11, 0, 0)},
		{loyalty.SpanWeek, at(9, 0, 0), at(15, 23, 59), at(16, 0, 0)}, // Monday to Sunday
		{loyalty.SpanMonth, at(1, 0, 0), at(31, 23, 59), at(32, 0, 0)},
		{loyalty.SpanYear, at(1, 0, 0), time.Date(2026, 12, 31, 23, 59, 0, 0, taipei), time.Date(2027, 1, 1, 0, 0, 0, 0, taipei)},
		{"", at(1, 0, 0), at(1, 0, 1).AddDate(1, 6, 0), time.Time{}},
	} {
		p := plan()
		reward(p, "once", func(r *loyalty.Reward) { r.Per = c.per })
		s := newShop(t, p)
		s.now = c.first
		s.earn(ann, 100)
		s.must(s.use(s.must(s.redeem(ann, "once"))))
		s.now = c.no
		var full *LimitError
		if _, err := s.redeem(ann, "once"); !errors.As(err, &full) || full.Most != 1 || full.Per != c.per || !full.Again.Equal(c.again) {
			t.Errorf("per %q: %v, again %v", c.per, err, full)
		}
		if s.earn(bo, 10); c.per != "" {
			s.must(s.redeem(bo, "once"))
			s.now = c.again
			s.must(s.redeem(ann, "once"))
		}
		s.clean()
	}
}

func TestWhatCountsForALimit(t *testing.T) {
	for what, c := range map[string]struct {
		fate loyalty.Fate
		end  func(*shop, Voucher)
		full bool
	}{
		"open":                  {"", func(*shop, Voucher) {}, true},
		"used":                  {"", func(s *shop, v Voucher) { s.must(s.use(v)) }, true},
		"given back":            {"", func(s *shop, v Voucher) { s.must(s.cancel(ann, v)) }, false},
		"withdrawn":             {"", func(s *shop, v Voucher) { s.must(s.void(v)) }, false},
		"lapsed, points back":   {"", func(s *shop, v Voucher) { s.now = v.Until }, false},
		"lapsed and swept":      {"", func(s *shop, v Voucher) { s.now = v.Until; s.expire() }, false},
		"lapsed, points gone":   {loyalty.FateForfeit, func(s *shop, v Voucher) { s.now = v.Until }, true},
		"used, undone, lapsed":  {"", func(s *shop, v Voucher) { s.must(s.use(v)); s.must(s.undo(v)); s.now = v.Until }, false},
		"used 401 days ago":     {"", func(s *shop, v Voucher) { s.must(s.use(v)); s.now = s.now.AddDate(0, 0, 401); s.sweep() }, true},
		"forfeited 401 days":    {loyalty.FateForfeit, func(s *shop, v Voucher) { s.now = s.now.AddDate(0, 0, 402); s.expire(); s.sweep() }, true},
		"given back 401 days":   {"", func(s *shop, v Voucher) { s.must(s.cancel(ann, v)); s.now = s.now.AddDate(0, 0, 401); s.sweep() }, false},
		"lapsed 401 days, back": {"", func(s *shop, v Voucher) { s.now = s.now.AddDate(0, 0, 402); s.expire(); s.sweep() }, false},
	} {
		p := plan()
		p.Expiry.Kind = loyalty.Never
		reward(p, "once", func(r *loyalty.Reward) { r.OnExpiry = c.fate })
		s := newShop(t, p)
		s.earn(ann, 100)
		c.end(s, s.must(s.redeem(ann, "once")))
		var full *LimitError
		if _, err := s.redeem(ann, "once"); errors.As(err, &full) != c.full || (err == nil) == c.full {
			t.Errorf("%s: %v", what, err)
		}
		s.clean()
	}
}

func TestGates(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100)
	if _, err := s.redeem(ann, "lounge"); !errors.Is(err, ErrLevel) {
		t.Errorf("below the tier: %v", err)
	}
	s.must(s.redeem(ann, "plain"))
	s.earn(ann, 1000) // to gold
	s.must(s.redeem(ann, "lounge"))
	if _, err := s.redeem(ann, "plain"); !errors.Is(err, ErrLevel) {
		t.Errorf("above the tier: %v", err)
	}
	s.now = time.Date(2028, 2, 1, 0, 0, 0, 0, taipei) // gold to the end of 2027
	s.earn(ann, 100)
	if _, err := s.redeem(ann, "lounge"); !errors.Is(err, ErrLevel) {
		t.Errorf("after the tier fell: %v", err)
	}

	s = newShop(t, plan())
	s.earn(ann, 100)
	var early *NotYetError
	if _, err := s.redeem(ann, "spring"); !errors.As(err, &early) || !early.From.Equal(start.AddDate(0, 0, 1)) {
		t.Errorf("too early: %v", err)
	}
	s.now = start.AddDate(0, 0, 1)
	s.must(s.redeem(ann, "spring"))
	s.now = start.AddDate(0, 0, 3)
	if _, err := s.redeem(ann, "spring"); !errors.Is(err, ErrOver) {
		t.Errorf("too late: %v", err)
	}
	if _, err := s.redeem(ann, "nothing"); !errors.Is(err, ErrUnknownReward) {
		t.Errorf("unknown: %v", err)
	}
	s.clean()
}

func TestOffers(t *testing.T) {
	s := newShop(t, plan())
	addCodes(s, "S-1", "S-2")
	s.earn(ann, 45)
	s.must(s.redeem(ann, "once"))
	s.must(s.present(bo, "mug", "a"))
	s.must(s.present(bo, "mug", "b"))
	var got []string
	s.view(func(r store.Reader) error {
		b, err := s.d.Book.Balance(r, ann, s.now)
		if err != nil {
			return err
		}
		list, err := s.d.Offers(r, ann, s.now, "green", b)
		for _, o := range list {
			line := fmt.Sprintf("%s %T", o.Reward.ID, o.Err)
			if o.Left != nil {
				line += fmt.Sprintf(" %d left %d taken", *o.Left, o.Taken)
			}
			got = append(got, line)
		}
		return err
	})
	want := []string{
		"song <nil> 2 left 0 taken", "plain <nil>", "daily <nil>",
		"latte *loyalty.ShortError", "cake *loyalty.ShortError",
		"mug *voucher.SoldOutError 0 left 2 taken", "lounge voucher.refusal", "once *voucher.LimitError", "spring *voucher.NotYetError",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestOffersAreWhatRedeemSays: in a turn of their own, one after the other.
func TestOffersAreWhatRedeemSays(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 60)
	var list []Offer
	if err := s.do(func(tx store.Tx) (err error) { // inside an Update, as a command does
		b, err := s.d.Book.Balance(tx, ann, s.now)
		if err != nil {
			return err
		}
		list, err = s.d.Offers(tx, ann, s.now, "", b)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		v, err := s.redeem(ann, o.Reward.ID)
		if fmt.Sprint(err) != fmt.Sprint(o.Err) {
			t.Errorf("%s: offered %v, redeemed %v", o.Reward.ID, o.Err, err)
		}
		if err == nil {
			s.must(s.void(v))
		}
	}
}

func TestListOpenFirst(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 500)
	for _, id := range []string{"cake", "latte", "once"} {
		s.must(s.redeem(ann, id))
		s.now = s.now.Add(time.Minute)
	}
	s.must(s.use(s.must(s.redeem(ann, "mug"))))
	s.now = start.Add(31 * time.Minute)
	var got []string
	s.view(func(r store.Reader) error {
		list, err := s.d.List(r, ann, s.now)
		for _, v := range list {
			got = append(got, v.Reward+" "+string(v.State))
		}
		return err
	})
	if want := "[once open cake open mug used latte expired]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// TestDaysHaveTheirOwnLength: a voucher of one day, issued before clocks move.
func TestDaysHaveTheirOwnLength(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Skip(err)
	}
	p := plan()
	p.Zone = london
	for _, c := range []struct{ issued, until time.Time }{
		{time.Date(2026, 3, 28, 23, 30, 0, 0, london), time.Date(2026, 3, 30, 0, 0, 0, 0, london)},  // 29 March has 23 hours
		{time.Date(2026, 10, 24, 0, 30, 0, 0, london), time.Date(2026, 10, 26, 0, 0, 0, 0, london)}, // 25 October has 25
		{time.Date(2026, 10, 25, 0, 30, 0, 0, london), time.Date(2026, 10, 27, 0, 0, 0, 0, london)},
	} {
		r := loyalty.Reward{ValidFor: 24 * time.Hour, ToDayEnd: true}
		if got := lapses(p, r, c.issued); !got.Equal(c.until) {
			t.Errorf("issued %s: until %s, want %s", c.issued, got.In(london), c.until)
		}
	}
}

// sweep deletes what is old.
func (s *shop) sweep() int {
	s.t.Helper()
	n, err := s.d.Sweep(context.Background(), s.db, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
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
