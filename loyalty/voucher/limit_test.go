package voucher

import (
	"errors"
	"testing"
	"time"

	"regulars/loyalty"
)

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

// TestDaysHaveTheirOwnLength: a voucher of one day, issued before clocks move.
func TestDaysHaveTheirOwnLength(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	p := plan()
	p.Zone = london
	for _, c := range []struct{ issued, until time.Time }{
		{time.Date(2026, 3, 28, 23, 30, 0, 0, london), time.Date(2026, 3, 30, 0, 0, 0, 0, london)},  // 29 March has 23 hours
		{time.Date(2026, 10, 24, 0, 30, 0, 0, london), time.Date(2026, 10, 26, 0, 0, 0, 0, london)}, // 25 October has 25
		{time.Date(2026, 10, 25, 0, 30, 0, 0, london), time.Date(2026, 10, 27, 0, 0, 0, 0, london)},
	} {
		r := loyalty.Reward{ValidFor: 24 * time.Hour, ToDayEnd: true}
		if got := Lapses(p, r, c.issued); !got.Equal(c.until) {
			t.Errorf("issued %s: until %s, want %s", c.issued, got.In(london), c.until)
		}
	}
}
