package loyalty

import (
	"testing"
	"time"
)

// Periods are counted from the beginning, by the calendar of the shop; days that are
// missing are the month's last.
func TestPlanPeriods(t *testing.T) {
	taipei := time.FixedZone("Taipei", 8*60*60)
	p := &Programme{Zone: taipei}
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, taipei) }
	for _, c := range []struct {
		every Span
		from  time.Time
		n     int
		want  time.Time
	}{
		{SpanMonth, day(2026, 1, 5).Add(10 * time.Hour), 1, day(2026, 2, 5)},
		{SpanMonth, day(2026, 1, 31).Add(23 * time.Hour), 1, day(2026, 2, 28)},
		{SpanMonth, day(2026, 1, 31).Add(23 * time.Hour), 2, day(2026, 3, 31)},
		{SpanYear, day(2028, 2, 29), 1, day(2029, 2, 28)},
		{SpanYear, day(2028, 2, 29), 4, day(2032, 2, 29)},
	} {
		if got := p.PlanEnd(Plan{Every: c.every}, c.from, c.n); !got.Equal(c.want) {
			t.Errorf("%d × %s from %s: to %s, want %s", c.n, c.every, c.from, got, c.want)
		}
	}
	from := day(2026, 3, 10).Add(15 * time.Hour)
	begins, ends := p.PlanYear(from, day(2026, 12, 1))
	if !begins.Equal(from) || !ends.Equal(day(2027, 3, 10)) {
		t.Errorf("the first year is from %s to %s", begins, ends)
	}
	begins, ends = p.PlanYear(from, day(2028, 3, 9))
	if !begins.Equal(day(2027, 3, 10)) || !ends.Equal(day(2028, 3, 10)) {
		t.Errorf("the second year is from %s to %s", begins, ends)
	}
}

// What comes back is worked out by hand from the days that are left.
func TestPlanBack(t *testing.T) {
	p := &Programme{}
	day := func(m time.Month, d, h int) time.Time { return time.Date(2026, m, d, h, 0, 0, 0, time.UTC) }
	month := Plan{Refund: PlanRefundProRata}
	full := Plan{Refund: PlanRefundFull, RefundDays: 30}
	from, to := day(1, 5, 10), day(2, 5, 0) // 31 days
	for _, c := range []struct {
		what string
		plan Plan
		now  time.Time
		want Money
	}{
		{"the first day is used up: 30 of 31", month, day(1, 5, 20), 961}, // 993 × 30/31 = 960.97
		{"the last but one", month, day(2, 3, 9), 32},                     // 993 × 1/31 = 32.03
		{"the last", month, day(2, 4, 9), 0},
		{"over", month, day(2, 5, 0), 0},
		{"not begun", month, day(1, 4, 0), 993},
		{"none", Plan{}, day(1, 5, 20), 0},
		{"none, not begun", Plan{Refund: PlanRefundNone}, day(1, 4, 0), 0},
		{"all on day 30", full, day(2, 3, 23), 993},
		{"not on day 31", full, day(2, 4, 0), 0},
	} {
		if got := p.PlanBack(c.plan, 993, from, to, c.now); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
}

func TestCashBack(t *testing.T) {
	c := CashBack{Percent: 200, Cap: 1250_00}
	for spent, want := range map[Money]Money{0: 0, -5: 0, 49: 0, 50: 1, 12345: 246, 62500_00: 1250_00, 1 << 62: 1250_00} {
		if got := c.Of(spent); got != want {
			t.Errorf("2 %% of %d is %d, want %d", spent, got, want)
		}
	}
	if got := (CashBack{Percent: 50}).Of(20000); got != 100 {
		t.Errorf("half a percent of 20000 is %d", got)
	}
}
