package referral

import (
	"testing"
	"time"

	"regulars/loyalty"
)

// TestSpansBeginWhereDaysDo: in Havana clocks go from 23:59 to 01:00 on Sunday 8
// March 2026, and have midnight twice on Sunday 1 November.
func TestSpansBeginWhereDaysDo(t *testing.T) {
	havana, err := time.LoadLocation("America/Havana")
	if err != nil {
		t.Fatal(err)
	}
	p := &loyalty.Programme{Zone: havana}
	for _, c := range []struct {
		span loyalty.Span
		at   string // local
		from string
	}{
		{loyalty.SpanDay, "2026-03-08T13:00:00-04:00", "2026-03-08T01:00:00-04:00"},
		{loyalty.SpanDay, "2026-03-09T00:30:00-04:00", "2026-03-09T00:00:00-04:00"},
		{loyalty.SpanWeek, "2026-03-08T13:00:00-04:00", "2026-03-02T00:00:00-05:00"},
		{loyalty.SpanDay, "2026-11-01T13:00:00-05:00", "2026-11-01T00:00:00-04:00"},
		{loyalty.SpanMonth, "2026-11-30T23:59:00-05:00", "2026-11-01T00:00:00-04:00"},
		{loyalty.SpanYear, "2026-11-30T23:59:00-05:00", "2026-01-01T00:00:00-05:00"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := spanStart(p, c.span, at).In(havana).Format(time.RFC3339); got != c.from {
			t.Errorf("the %s of %s begins %s, want %s", c.span, c.at, got, c.from)
		}
	}
	if from := spanStart(p, "", start); !from.IsZero() {
		t.Errorf("for ever begins %s", from)
	}
}

// TestDaysToBuyAreWhole: who joined half past midnight has all of the last day,
// also where that day lacks this time.
func TestDaysToBuyAreWhole(t *testing.T) {
	havana, err := time.LoadLocation("America/Havana")
	if err != nil {
		t.Fatal(err)
	}
	p := &loyalty.Programme{Zone: havana, Referral: loyalty.Referral{Within: 7}}
	joined := time.Date(2026, 3, 1, 0, 30, 0, 0, havana)
	for day, want := range map[string]bool{"2026-03-07": false, "2026-03-08": false, "2026-03-09": true} {
		if got := late(p, joined, day); got != want {
			t.Errorf("late on %s: %v", day, got)
		}
	}
}
