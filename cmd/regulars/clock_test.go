package main

import (
	"testing"
	"time"
)

// A machine that wakes up in another year writes no expiry before a platform
// has confirmed its clock, nor while one contradicts it.
func TestExpiryWaitsForAConfirmedClock(t *testing.T) {
	s, _ := withSale(t) // 35 points, good until the end of 2027
	a := s.open()
	defer a.db.Close()
	later := s.clock.at.AddDate(5, 0, 0)
	settle := func() (n int) {
		t.Helper()
		n, err := a.shop.Book.SettleAll(t.Context(), a.db, later, nil)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := settle(); n != 0 {
		t.Errorf("%d expiries before anybody confirmed the clock", n)
	}
	a.doubt.note("main", later.AddDate(-5, 0, 0), later)
	if n := settle(); n != 0 {
		t.Errorf("%d expiries while LINE says it is five years earlier", n)
	}
	a.doubt.note("main", later.Add(-time.Minute), later)
	if n := settle(); n != 1 {
		t.Errorf("%d expiries once the clock was confirmed, want 1", n)
	}
}

// What the platforms confirmed before the clock was moved is worth nothing
// after it; a night without a word from them is no matter.
func TestAgreementEndsWhenTheClockIsMoved(t *testing.T) {
	for _, c := range []struct {
		shown, passed time.Duration
		moved         bool
	}{
		{0, 0, false},
		{9 * time.Hour, 9 * time.Hour, false},
		{9*time.Hour + 5*time.Minute, 9 * time.Hour, false},
		{48 * time.Hour, time.Minute, true},
		{-24 * time.Hour, time.Minute, true},
		{time.Minute, time.Hour, true}, // it was set back by nearly an hour
	} {
		if got := clockMoved(c.shown, c.passed); got != c.moved {
			t.Errorf("the clock shows %v later after %v: moved %v", c.shown, c.passed, got)
		}
	}
	var d clockDoubt
	d.now = time.Now
	if !d.is() {
		t.Error("nobody has confirmed it yet")
	}
	if d.note("main", time.Now(), time.Now()); d.is() {
		t.Error("it was confirmed just now")
	}
}
