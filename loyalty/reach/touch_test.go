package reach

import (
	"context"
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

const ann = loyalty.MemberID("01ANN")

func update(t testing.TB, db store.DB, f func(store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// ask asks for a promo, and reports until when it is put off; zero: it may go.
func ask(t testing.TB, db store.DB, intent string, at time.Time, caps loyalty.Caps, zone *time.Location, parts ...loyalty.MemberID) (later time.Time) {
	t.Helper()
	update(t, db, func(tx store.Tx) (err error) {
		later, err = Ask(tx, ann, parts, Touch{Kind: Promo, Intent: intent, At: at}, caps, zone)
		return err
	})
	return later
}

// Whatever is asked whenever: in the local day, the seven and the thirty that end
// with a message's, no cap is broken; and what is put off may go at the moment
// that was said, and not a nanosecond before.
func TestCapsHold(t *testing.T) {
	zones := []*time.Location{time.UTC}
	for _, name := range []string{"Asia/Taipei", "America/New_York", "America/Santiago"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	rapid.Check(t, func(r *rapid.T) {
		db := mem.New()
		caps := loyalty.Caps{Day: rapid.IntRange(0, 2).Draw(r, "day"), Week: rapid.IntRange(0, 3).Draw(r, "week"), Month: rapid.IntRange(0, 6).Draw(r, "month")}
		zone := rapid.SampledFrom(zones).Draw(r, "zone")
		date := func(at time.Time) int {
			y, m, d := at.In(zone).Date()
			return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
		}
		var sent []int
		holds := func(at time.Time) bool {
			day, week, month := 1, 1, 1
			for _, d := range sent {
				switch ago := date(at) - d; {
				case ago == 0:
					day, week, month = day+1, week+1, month+1
				case ago < 7:
					week, month = week+1, month+1
				case ago < 30:
					month++
				}
			}
			over := func(n, most int) bool { return most > 0 && n > most }
			return !over(day, caps.Day) && !over(week, caps.Week) && !over(month, caps.Month)
		}
		at := time.Date(2026, rapid.SampledFrom([]time.Month{1, 3, 9, 10}).Draw(r, "month"), 1, 5, 0, 0, 0, time.UTC)
		for n := range rapid.IntRange(1, 40).Draw(r, "asked") {
			at = at.Add(time.Duration(rapid.IntRange(0, 60).Draw(r, "hours")) * time.Hour)
			later := ask(t, db, fmt.Sprint(n), at, caps, zone)
			if may := holds(at); may != later.IsZero() {
				r.Fatalf("at %s, after %v: put off until %s", at.In(zone), sent, later)
			}
			if later.IsZero() {
				sent = append(sent, date(at))
				continue
			}
			if !holds(later) || holds(later.Add(-1)) {
				r.Fatalf("at %s, after %v: put off until %s", at.In(zone), sent, later.In(zone))
			}
		}
	})
}

// One message is one touch, however often it is tried, and what was let go is
// never put off again.
func TestOneMessageCountsOnce(t *testing.T) {
	db := mem.New(mem.Twice)
	at := time.Date(2026, 5, 4, 3, 0, 0, 0, time.UTC)
	caps := loyalty.Caps{Day: 1, Week: 2}
	for range 3 {
		if later := ask(t, db, "one", at, caps, time.UTC); !later.IsZero() {
			t.Fatalf("the same message is put off until %s", later)
		}
	}
	want := time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)
	if later := ask(t, db, "two", at.Add(time.Hour), caps, time.UTC); !later.Equal(want) {
		t.Errorf("a second one of a day is put off until %s, not %s", later, want)
	}
	update(t, db, func(tx store.Tx) error {
		n, err := Ignored(tx, ann)
		if n != 1 {
			t.Errorf("%d promos are ignored, not 1", n)
		}
		if noted, err := Noted(tx, ann, "two"); noted || err != nil {
			t.Error("what was put off is noted", err)
		}
		return err
	})
}

// What reached somebody before they were merged reached them.
func TestPartsAreThem(t *testing.T) {
	db := mem.New(mem.Twice)
	at := time.Date(2026, 5, 4, 3, 0, 0, 0, time.UTC)
	part := loyalty.MemberID("01BEN")
	update(t, db, func(tx store.Tx) error { return Note(tx, part, Touch{Kind: Nudge, Intent: "one", At: at}) })
	if later := ask(t, db, "two", at, loyalty.Caps{Day: 1}, time.UTC, part); later.IsZero() {
		t.Error("a second message of one day goes to one person")
	}
	if later := ask(t, db, "two", at, loyalty.Caps{Day: 1}, time.UTC); !later.IsZero() {
		t.Error("somebody else's message counts")
	}
}

// A purchase or a tap ends what was ignored, and costs no write a second time.
func TestEngaged(t *testing.T) {
	db := mem.New(mem.Twice)
	at := time.Date(2026, 5, 4, 3, 0, 0, 0, time.UTC)
	update(t, db, func(tx store.Tx) error { return Engaged(tx, ann, at) })
	ignored := func() (n int, last time.Time) {
		update(t, db, func(tx store.Tx) (err error) {
			if n, err = Ignored(tx, ann); err == nil {
				last, err = LastEngaged(tx, ann)
			}
			return err
		})
		return n, last
	}
	if _, last := ignored(); !last.IsZero() {
		t.Error("a row is kept of who was never written to")
	}
	for n := range 4 {
		ask(t, db, fmt.Sprint(n), at.AddDate(0, 0, n), loyalty.Caps{}, time.UTC)
	}
	update(t, db, func(tx store.Tx) error { return Note(tx, ann, Touch{Kind: Nudge, Intent: "nudge", At: at}) })
	if n, _ := ignored(); n != 4 {
		t.Errorf("%d promos are ignored, not 4", n)
	}
	bought := at.AddDate(0, 0, 5)
	update(t, db, func(tx store.Tx) error { return Engaged(tx, ann, bought) })
	if n, last := ignored(); n != 0 || !last.Equal(bought) {
		t.Errorf("after a purchase %d are ignored, the last deed was at %s", n, last)
	}
}

// What is a year old is swept, what is younger stays.
func TestSweep(t *testing.T) {
	db := mem.New(mem.Twice)
	at := time.Date(2026, 5, 4, 3, 0, 0, 0, time.UTC)
	update(t, db, func(tx store.Tx) error {
		if err := Note(tx, "01OLD", Touch{Kind: Nudge, Intent: "one", At: at.AddDate(-1, 0, -1)}); err != nil {
			return err
		}
		return Note(tx, ann, Touch{Kind: Nudge, Intent: "one", At: at.AddDate(0, -11, 0)})
	})
	if n, err := Sweep(context.Background(), db, at); n != 1 || err != nil {
		t.Errorf("%d rows went, not 1: %v", n, err)
	}
}
