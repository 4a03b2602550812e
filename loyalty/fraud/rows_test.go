package fraud

import (
	"context"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/mem"
)

var now = time.Date(2026, 3, 30, 12, 0, 0, 0, time.UTC)

func finding(s Subject, day string, score int) Finding {
	return Finding{Key: Key{s, day, "one-card"}, Score: score, Weight: 50, FoundAt: now, Numbers: Numbers{"times": int64(score)}}
}

func update(t *testing.T, db store.DB, f func(store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, db store.DB, f func(store.Reader) error) {
	t.Helper()
	if err := db.View(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// What was decided stays so, however often the same is found.
func TestFoundAgain(t *testing.T) {
	db := mem.New()
	sam := OfStaff("sam")
	record := func(score int) (isNew bool) {
		update(t, db, func(tx store.Tx) (err error) { isNew, err = Record(tx, finding(sam, "2026-03-30", score)); return err })
		return isNew
	}
	if !record(40) || record(60) {
		t.Error("the first is new, the second is the same")
	}
	key := Key{sam, "2026-03-30", "one-card"}
	record(70)
	var f Finding
	get := func(r store.Reader) (err error) { f, _, err = Get(r, key); return err }
	view(t, db, get)
	if f.Score != 70 || !f.Open() {
		t.Errorf("open, it takes the newer numbers: %+v", f)
	}
	update(t, db, func(tx store.Tx) error {
		_, err := Decide(tx, key, Fine, "staff/owen", []byte("sealed"), now)
		return err
	})
	record(90)
	view(t, db, get)
	if f.Score != 70 || f.Decision != Fine || f.By != "staff/owen" || f.Note == nil {
		t.Errorf("decided, it stays: %+v", f)
	}
	update(t, db, func(tx store.Tx) error {
		if _, err := Decide(tx, Key{sam, "2026-03-29", "one-card"}, Fine, "staff/owen", nil, now); err != ErrNone {
			t.Errorf("deciding nothing: %v", err)
		}
		if _, err := Decide(tx, key, "maybe", "staff/owen", nil, now); err != ErrDecision {
			t.Errorf("deciding something else: %v", err)
		}
		return nil
	})
}

func TestBetween(t *testing.T) {
	db := mem.New()
	ann := OfMember("01ARZ3NDEKTSV4RRFFQ69G5FAV")
	update(t, db, func(tx store.Tx) error {
		for _, f := range []Finding{
			finding(OfStaff("sam"), "2026-03-28", 99), finding(OfStaff("sam"), "2026-03-29", 20),
			finding(ann, "2026-03-30", 80), finding(OfStaff("eva"), "2026-03-31", 70),
		} {
			if _, err := Record(tx, f); err != nil {
				return err
			}
		}
		return nil
	})
	days := func() (got []string) {
		view(t, db, func(r store.Reader) error {
			list, err := Between(r, "2026-03-29", "2026-03-31")
			for _, f := range list {
				got = append(got, f.Key.String())
			}
			return err
		})
		return got
	}
	want := []string{ann.String() + "/2026-03-30/one-card", "staff/eva/2026-03-31/one-card", "staff/sam/2026-03-29/one-card"}
	if got := days(); len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("%q, want %q", got, want)
	}
	for _, s := range want {
		if k, ok := ParseKey(s); !ok || k.String() != s {
			t.Errorf("%q is read as %+v", s, k)
		}
	}
	update(t, db, func(tx store.Tx) error { return Forget(tx, ann.MemberID()) })
	if got := days(); len(got) != 2 {
		t.Errorf("of who was erased nothing stays: %q", got)
	}
	if _, err := Sweep(context.Background(), db, now.AddDate(2, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if got := days(); len(got) != 0 {
		t.Errorf("after two years: %q", got)
	}
}

func TestHeld(t *testing.T) {
	db := mem.New()
	ann := OfMember("01ARZ3NDEKTSV4RRFFQ69G5FAV")
	held := func(want bool) {
		t.Helper()
		view(t, db, func(r store.Reader) error {
			is, err := Held(r, ann, 60)
			if is != want {
				t.Errorf("held: %v", is)
			}
			return err
		})
	}
	held(false)
	update(t, db, func(tx store.Tx) error { _, err := Record(tx, finding(ann, "2026-03-30", 60)); return err })
	held(true)
	key := Key{ann, "2026-03-30", "one-card"}
	for _, c := range []struct {
		d    Decision
		held bool
	}{{Fine, false}, {Fraud, true}} {
		update(t, db, func(tx store.Tx) error { _, err := Decide(tx, key, c.d, "staff/owen", nil, now); return err })
		held(c.held)
	}
}

func TestScore(t *testing.T) {
	f := func(weight, score int, d Decision) Finding { return Finding{Weight: weight, Score: score, Decision: d} }
	for _, c := range []struct {
		all  []Finding
		want int
	}{
		{nil, 0},
		{[]Finding{f(50, 100, Open)}, 50},
		{[]Finding{f(50, 100, Open), f(50, 100, Open)}, 75},
		{[]Finding{f(50, 100, Fine)}, 0},
		{[]Finding{f(10, 10, Fraud)}, 100},
		{[]Finding{f(900, 900, Open), f(-5, 50, Open)}, 100},
	} {
		if got := Score(c.all); got != c.want {
			t.Errorf("%+v: %d, want %d", c.all, got, c.want)
		}
	}
}
