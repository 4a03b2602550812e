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
