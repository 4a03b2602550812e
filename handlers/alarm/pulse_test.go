package alarm

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store/mem"
)

// clock is a time that the test sets.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time                       { return c.now }
func (c *clock) After(time.Duration) <-chan time.Time { return nil }

func desk(t *testing.T) (Desk, *clock) {
	t.Helper()
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	c := &clock{time.Date(2026, 11, 2, 0, 10, 0, 0, p.Rules.Location())} // a Monday
	return Desk{DB: mem.New(), Shop: shop.New(v, func(time.Time) *programme.Programme { return p }, c, rand.Reader, slog.New(slog.DiscardHandler))}, c
}

// A café that is silent each night and all Monday hears nothing of it, but does
// when nothing has come in for longer than ever, and once only until it speaks.
func TestSilence(t *testing.T) {
	d, c := desk(t)
	last := c.now
	open := func(at time.Time) bool { return at.Weekday() != time.Monday && at.Hour() >= 9 && at.Hour() < 21 }
	look := func() bool {
		t.Helper()
		unusual, err := d.Silent(t.Context(), "main", last)
		if err != nil {
			t.Fatal(err)
		}
		return unusual
	}
	for end := c.now.AddDate(0, 0, 14); c.now.Before(end); c.now = c.now.Add(alarmStep) {
		if open(c.now) {
			last = c.now
		}
		if look() {
			t.Fatalf("an ordinary silence alarms at %s", c.now.Format("Mon 15:04"))
		}
	}
	// Sunday 21:00 to Tuesday 9:00 are 36 hours; half as long again is 54.
	silent := time.Duration(0)
	for ; !look(); c.now = c.now.Add(alarmStep) {
		if silent = c.now.Sub(last); silent > 100*time.Hour {
			t.Fatal("four days of silence go unnoticed")
		}
	}
	if silent < 53*time.Hour || silent > 55*time.Hour {
		t.Errorf("noticed after %s", silent)
	}
	for range 3 * 24 * 3 { // it goes on, over midnights: it does not become usual
		c.now = c.now.Add(alarmStep)
		if !look() {
			t.Fatalf("forgotten at %s", c.now.Format("Mon 15:04"))
		}
	}
	last = c.now
	if look() {
		t.Error("alarmed although somebody spoke")
	}
}

// In a shop's first days nobody knows what is usual.
func TestSilenceOfTheFirstDays(t *testing.T) {
	d, c := desk(t)
	since := c.now
	for range 6 * 24 {
		c.now = c.now.Add(time.Hour)
		if unusual, err := d.Silent(t.Context(), "main", since); err != nil || unusual {
			t.Fatalf("at %s: %v, %v", c.now, unusual, err)
		}
	}
}

// alarmStep is how often it is looked.
const alarmStep = 20 * time.Minute
