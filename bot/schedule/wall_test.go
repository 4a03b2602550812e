package schedule

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// wall reads a nominal time.
func wall(t *testing.T, s string) time.Time {
	t.Helper()
	w, err := time.Parse(wallForm, s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A nominal time is the first moment at which a clock on the wall shows it, or is
// past it: held against a clock that is watched minute by minute over each kind
// of change there is.
func TestMomentAgainstAWatchedClock(t *testing.T) {
	for _, c := range []struct{ zone, from string }{
		{"America/New_York", "2026-03-08T00:00"}, // an hour skipped at 2
		{"America/New_York", "2026-11-01T00:00"}, // an hour repeated
		{"Australia/Lord_Howe", "2026-04-05T00:00"},
		{"Australia/Lord_Howe", "2026-10-04T00:00"}, // half an hour
		{"Africa/Cairo", "2026-04-24T00:00"},        // midnight is skipped
		{"America/Havana", "2026-11-01T00:00"},      // midnight comes twice
		{"Pacific/Apia", "2011-12-29T12:00"},        // a day is skipped
		{"Asia/Taipei", "2026-07-01T00:00"},         // nothing happens
		{"UTC", "2026-07-01T00:00"},
	} {
		loc, from := zone(t, c.zone), wall(t, c.from)
		begin := from.Add(-30 * time.Hour) // some moment by which it has not been shown
		highest, i := nominal(begin, loc), 0
		for m := begin; i < 50*60; m = m.Add(time.Minute) {
			if shown := nominal(m, loc); shown.After(highest) {
				highest = shown
			}
			for ; i < 50*60; i++ {
				w := from.Add(time.Duration(i) * time.Minute)
				if w.After(highest) {
					break
				}
				if got := moment(w, loc); !got.Equal(m) {
					t.Fatalf("%s: %s is %v, a watched clock shows it at %v", c.zone, w.Format(wallForm), got.UTC(), m.UTC())
				}
			}
		}
	}
}

func TestTicksOverDaylightSaving(t *testing.T) {
	ny := zone(t, "America/New_York")
	for _, c := range []struct {
		spec, from, until string // moments
		want              string // keys, with the moments that a clock shows
	}{
		{"30 1 * * *", "2026-10-31T12:00:00Z", "2026-11-03T00:00:00Z", "2026-11-01T01:30 at 01:30 EDT, 2026-11-02T01:30 at 01:30 EST, "},
		{"30 2 * * *", "2026-03-07T12:00:00Z", "2026-03-10T00:00:00Z", "2026-03-08T02:30 at 03:00 EDT, 2026-03-09T02:30 at 02:30 EDT, "},
		// An hour's clock knows the day's hours: 25 of them are 24 times.
		{"0 * * * *", "2026-11-01T04:30:00Z", "2026-11-01T07:30:00Z",
			"2026-11-01T05:00Z at 05:00 UTC, 2026-11-01T06:00Z at 06:00 UTC, 2026-11-01T07:00Z at 07:00 UTC, "},
		{"*/30 1 * * *", "2026-11-01T04:30:00Z", "2026-11-01T07:30:00Z", "2026-11-01T01:00 at 01:00 EDT, 2026-11-01T01:30 at 01:30 EDT, "},
		{"0 9 29 2 *", "2026-01-01T00:00:00Z", "2033-01-01T00:00:00Z", "2028-02-29T09:00 at 09:00 EST, 2032-02-29T09:00 at 09:00 EST, "},
	} {
		ts, err := timesOf(c.spec, ny)
		if err != nil {
			t.Fatal(err)
		}
		from, _ := time.Parse(time.RFC3339, c.from)
		until, _ := time.Parse(time.RFC3339, c.until)
		got := ""
		for w := ts.next(nominal(from, ts.zone)); !ts.at(w).After(until); w = ts.next(w) {
			got += fmt.Sprintf("%s at %s, ", ts.key(w), ts.at(w).In(ts.zone).Format("15:04 MST"))
		}
		if got != c.want {
			t.Errorf("%s: %s\nwant %s", c.spec, got, c.want)
		}
	}
}

// newest is what counting through all ticks finds.
func TestNewestIsWhatCountingFinds(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	ny := zone(t, "America/New_York")
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, spec := range []string{"* * * * *", "*/7 * * * *", "30 1 * * *", "30 2 * * *", "0 9 * * 1", "0 9 1 * *", "0 0 31 12 *"} {
		ts, err := timesOf(spec, ny)
		if err != nil {
			t.Fatal(err)
		}
		for range 40 {
			now := begin.Add(time.Duration(random.Int64N(int64(365 * 24 * time.Hour))))
			from := now.AddDate(0, -14, 0)
			if ts.elapsed {
				from = now.Add(-time.Hour)
			}
			var want time.Time
			for w := ts.next(nominal(from, ts.zone)); !ts.at(w).After(now); w = ts.next(w) {
				want = w
			}
			if got := ts.newest(now); !got.Equal(want) {
				t.Fatalf("%s at %v: %v, want %v", spec, now, got, want)
			}
		}
	}
	if ts, err := timesOf("0 0 30 2 *", ny); err != nil || !ts.newest(begin).IsZero() {
		t.Error("the 30th of February was", ts.newest(begin), err)
	}
}

func TestCheckRefusesWhatCronWouldNotStand(t *testing.T) {
	for _, spec := range []string{"", "* * * *", "* * * * * *", "61 * * * *", "@daily", "@every 1m", "TZ=Asia/Tokyo * * * * *", "TZ=0 * * * *", "TZ= * * * *", "* * * * 9", "*/0 * * * *", "- - - - -", "1-0 * * * *", "? ? ? ? x"} {
		if err := Check(spec); err == nil {
			t.Errorf("%q is taken for a spec", spec)
		}
	}
	for _, spec := range []string{"* * * * *", "0 9 * * 1", "0 9 * * MON", "*/5 8-20 * * *", "0 9 29 2 *"} {
		if err := Check(spec); err != nil {
			t.Error(err)
		}
	}
}

func FuzzSpec(f *testing.F) {
	f.Add("0 9 * * 1")
	f.Add("TZ=0 * * * *")
	f.Add("0 9 29 2 *")
	now := time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, spec string) {
		ts, err := timesOf(spec, time.UTC)
		if err != nil {
			return
		}
		if w := ts.newest(now); ts.at(w).After(now) {
			t.Errorf("%q was last due at %v, which is to come", spec, w)
		}
	})
}
