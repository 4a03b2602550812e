package book

import (
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// What the random lives found, as cases of their own.

// TestClockStepsBackBehindANewVersion: what was recorded under new rules is not
// held against older ones because the clock stepped back behind their start.
func TestClockStepsBackBehindANewVersion(t *testing.T) {
	old := plan()
	old.Expiry = loyalty.Expiry{Version: 1}
	s := newShop(t, old)
	from := noon.AddDate(0, 1, 0)
	s.rulesOf(changed(old, from, func(p *loyalty.Programme) {
		p.Expiry.Kind, p.Expiry.Months, p.Expiry.Follow = loyalty.AfterMonths, 12, true
	}))
	s.now = from.Add(2 * time.Hour)
	s.earn(ann, 100, "")
	s.now = from.Add(-time.Hour)
	s.earn(ann, 10, "") // told under the old rules, and brought under the new ones at once
	end := time.Date(2027, 4, 11, 0, 0, 0, 0, taipei)
	if b := s.balance(ann); b.Next.Points != 110 || !b.Next.At.Equal(end) {
		t.Errorf("%d points go at %s", b.Next.Points, b.Next.At)
	}
	s.clean()
}

// TestIdleRuleIsFollowedWhereTheEndIsTheSame: points that come under a longer
// rule of silence do so when it begins and not when somebody next looks,
// although their end is the same that day: the next activity renews them by it.
func TestIdleRuleIsFollowedWhereTheEndIsTheSame(t *testing.T) {
	idle := func(months int) func(*loyalty.Programme) {
		return func(p *loyalty.Programme) {
			p.Expiry.Kind, p.Expiry.Months, p.Expiry.RoundTo, p.Expiry.Follow = loyalty.Idle, months, loyalty.ToHalfYear, true
		}
	}
	first := plan()
	idle(1)(first)
	second := changed(first, noon.AddDate(0, 0, 1), idle(3))
	s := newShop(t, first)
	s.rulesOf(changed(second, noon.AddDate(0, 0, 2), func(p *loyalty.Programme) {
		p.Expiry = loyalty.Expiry{Version: 3, Kind: loyalty.Never} // for what is earned from here on
	}))
	s.earn(ann, 100, "") // 10 March: to the end of June, under either
	s.now = noon.AddDate(0, 0, 3)
	if n := s.settle(ann); n != 1 {
		t.Errorf("%d entries when the rule began", n)
	}
	s.now = noon.AddDate(0, 2, 0)
	if _, err := s.spend(ann, 1); err != nil {
		t.Fatal(err)
	}
	if b, end := s.balance(ann), time.Date(2027, 1, 1, 0, 0, 0, 0, taipei); b.Next.Points != 99 || !b.Next.At.Equal(end) {
		t.Errorf("%d points go at %s", b.Next.Points, b.Next.At)
	}
	s.clean()
}

// TestLatePointsGoWithTheSilenceThatTheyComeUnder: points told late, as of
// before a rule of silence began, have its silence from the last activity, and
// not from the rule's beginning.
func TestLatePointsGoWithTheSilenceThatTheyComeUnder(t *testing.T) {
	old := plan()
	old.Expiry = loyalty.Expiry{Version: 1}
	from := noon.AddDate(0, 0, 5)
	s := newShop(t, old)
	s.rulesOf(changed(old, from, func(p *loyalty.Programme) {
		p.Expiry.Kind, p.Expiry.Months, p.Expiry.Follow = loyalty.Idle, 1, true
	}))
	s.now = from.AddDate(0, 0, 20) // 4 April
	s.earn(ann, 100, "")
	a := s.act(sam)
	a.At = noon
	s.must(func(tx store.Tx) (Receipt, error) { return s.b.Give(tx, ann, a, 10) })
	end := time.Date(2026, 5, 5, 0, 0, 0, 0, taipei)
	if b := s.balance(ann); b.Next.Points != 110 || !b.Next.At.Equal(end) {
		t.Errorf("%d points go at %s", b.Next.Points, b.Next.At)
	}
	s.clean()
}

// TestANightsBirthday: what is left of a night after midnight is the day
// before's, its birthday too.
func TestANightsBirthday(t *testing.T) {
	p := plan()
	p.Earning.Bonuses = []loyalty.Bonus{{ID: "party", Points: 7, Birthday: loyalty.SpanDay, FromHour: 22 * 60, ToHour: 2 * 60}}
	s := newShop(t, p)
	s.b.Facts = func(store.Reader, loyalty.MemberID) (loyalty.Facts, error) {
		return loyalty.Facts{BirthMonth: time.March, BirthDay: 10}, nil
	}
	for hour, want := range map[int]loyalty.Points{1: 1, 21: 1, 22: 8, 25: 8, 26: 1, 46: 1} {
		s.now = time.Date(2026, 3, 10, hour, 0, 0, 0, taipei)
		if got := s.earn(ann, 1, "").Entry().Change(); got != want {
			t.Errorf("at %s: %d points, want %d", s.now.Format(time.DateTime), got, want)
		}
	}
}
