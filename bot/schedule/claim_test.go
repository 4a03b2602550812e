package schedule

import (
	"context"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/mem"
)

func claim(t *testing.T, db store.DB, job, tick, who string) (mine bool, err error) {
	t.Helper()
	err = db.Update(context.Background(), func(tx store.Tx) (err error) {
		mine, err = Claim(tx, job, tick, who)
		return err
	})
	return mine, err
}

func TestClaimIsOnce(t *testing.T) {
	db := mem.New(mem.Twice)
	for i, c := range []struct {
		job, tick, who string
		mine           bool
	}{
		{"birthday", "2026-11-01T09:00", "ann", true},
		{"birthday", "2026-11-01T09:00", "ann", false},
		{"birthday", "2026-11-01T09:00", "bob", true},
		{"birthday", "2026-11-02", "ann", true},
		{"other", "2026-11-01T09:00", "ann", true},
		{"other", "2026-11-01T09:00", "ann/points", true},
		{"other", "2026-11-01T09:00", "ann/points", false},
	} {
		if mine, err := claim(t, db, c.job, c.tick, c.who); mine != c.mine || err != nil {
			t.Errorf("%d: %v, %v", i, mine, err)
		}
	}
	for _, c := range [][3]string{{"j", "tomorrow", "ann"}, {"j", "2026-11-1", "ann"}, {"j/k", "2026-11-01", "ann"}, {"j", "2026-11-01/x", "ann"}, {"", "2026-11-01", "ann"}, {"j", "2026-11-01", ""}} {
		if _, err := claim(t, db, c[0], c[1], c[2]); err == nil {
			t.Errorf("%v was claimed", c)
		}
	}
	err := db.View(context.Background(), func(r store.Reader) error {
		for who, want := range map[string]bool{"ann": true, "cid": false} {
			if is, err := Claimed(r, "birthday", "2026-11-01T09:00", who); is != want || err != nil {
				t.Errorf("%s: %v, %v", who, is, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestClaimsAreKeptFortyDays(t *testing.T) {
	db := mem.New(mem.Twice)
	for _, tick := range []string{"2026-11-01T09:00", "2026-11-02", "2026-11-01T05:30Z"} {
		if _, err := claim(t, db, "j", tick, "ann"); err != nil {
			t.Fatal(err)
		}
	}
	n, err := Sweep(context.Background(), db, time.Date(2026, 12, 11, 0, 0, 0, 0, time.UTC))
	if n != 0 || err != nil {
		t.Error("swept too early:", n, err)
	}
	n, err = Sweep(context.Background(), db, time.Date(2026, 12, 11, 12, 0, 0, 0, time.UTC))
	if n != 2 || err != nil {
		t.Error(n, err)
	}
	if mine, _ := claim(t, db, "j", "2026-11-02", "ann"); mine {
		t.Error("a claim that is to be kept was swept")
	}
}

func TestLeases(t *testing.T) {
	db := mem.New(mem.Twice)
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	take := func(holder string, after time.Duration) (fence uint64, mine bool) {
		t.Helper()
		err := db.Update(context.Background(), func(tx store.Tx) (err error) {
			fence, mine, err = Lease(tx, "x", holder, now.Add(after), time.Minute)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return fence, mine
	}
	holds := func(holder string, fence uint64) (is bool) {
		t.Helper()
		err := db.Update(context.Background(), func(tx store.Tx) (err error) {
			is, err = Holds(tx, "x", holder, fence)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	for i, c := range []struct {
		holder string
		after  time.Duration
		fence  uint64
		mine   bool
	}{
		{"a", 0, 1, true},
		{"b", 59 * time.Second, 1, false},
		{"a", 50 * time.Second, 1, true}, // renewed
		{"b", 100 * time.Second, 1, false},
		{"b", 110 * time.Second, 2, true},  // it lapsed
		{"a", 111 * time.Second, 2, false}, // who was slow finds out
		{"a", -24 * time.Hour, 3, true},    // given before the clock was set back
	} {
		if fence, mine := take(c.holder, c.after); fence != c.fence || mine != c.mine {
			t.Errorf("%d: fence %d, mine %v", i, fence, mine)
		}
	}
	if holds("b", 2) || holds("a", 1) || !holds("a", 3) {
		t.Error("an old fence holds, or the new one does not")
	}
	err := db.Update(context.Background(), func(tx store.Tx) error {
		if err := Release(tx, "x", "b", 2); err != nil { // not theirs: no effect
			return err
		}
		return Release(tx, "x", "a", 3)
	})
	if err != nil || holds("a", 3) {
		t.Error("given back and still held", err)
	}
	if fence, mine := take("b", -24*time.Hour); fence != 4 || !mine {
		t.Error(fence, mine)
	}
}
