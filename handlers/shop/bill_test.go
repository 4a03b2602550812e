package shop

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"regulars/bot"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
)

// still is a clock that stands.
type still struct{ at time.Time }

func (c still) Now() time.Time                       { return c.at }
func (c still) After(time.Duration) <-chan time.Time { return nil }

// A month is added up over the channels where pushing costs money: each has its
// own fee and limit.
func TestBill(t *testing.T) {
	text, _ := programme.Preset("cafe") // medium: NT$800 for 3,000, which is the shop's limit too
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 4, 10, 16, 0, 0, 0, time.UTC) // midnight in Taipei, after ten days of thirty
	s := New(v, func(time.Time) *programme.Programme { return p }, still{now}, rand.Reader, slog.New(slog.DiscardHandler))
	if b, err := s.Bill(nil, now); err != nil || b.Costs {
		t.Errorf("where nobody counts: %+v, %v", b, err)
	}
	read := now.Add(-time.Hour)
	s.Sends = func(_ store.Reader, from, to time.Time) ([]Sends, error) {
		if !from.Equal(time.Date(2026, 3, 31, 16, 0, 0, 0, time.UTC)) || !to.Equal(now) {
			t.Errorf("asked from %v to %v", from, to)
		}
		return []Sends{
			{Channel: "main", Billed: 600, Replies: 4000, Rode: 380, Saved: 300, Own: 3000, Limited: true, Limit: 2000, Used: 620, Read: read},
			{Channel: "second", Billed: 30, Replies: 10, Rode: 3, Saved: 3, Own: 60, Used: 20, Stopped: true},
		}, nil
	}
	b, err := s.Bill(nil, now)
	if err != nil {
		t.Fatal(err)
	}
	// 300 of 3,000 included messages are a tenth of the fee; the second channel's
	// three are not a whole dollar. Ten days are a third of April.
	want := Bill{
		To: now, Costs: true, Billed: 630, Replies: 4010, Rode: 383, Used: 650, Priced: true, Cost: 1600, Saved: 80,
		Forecast: 1860 + 60, Expected: 1600, Limit: 2060, Left: 1380 + 30, Read: read, Stopped: []bot.ChannelName{"second"},
	}
	b.From = time.Time{}
	if !reflect.DeepEqual(b, want) {
		t.Errorf("got  %+v\nwant %+v", b, want)
	}
}

func TestForecast(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		n             int64
		passed, whole time.Duration
		want          int64
	}{
		{600, 10 * day, 30 * day, 1800},
		{10, time.Minute, 30 * day, 300}, // not 432,000
		{100, 30 * day, 30 * day, 100},
		{0, 5 * day, 31 * day, 0},
	} {
		if got := forecast(c.n, c.passed, c.whole); got != c.want {
			t.Errorf("%d in %v of %v: %d, want %d", c.n, c.passed, c.whole, got, c.want)
		}
	}
}
