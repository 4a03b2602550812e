package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"regulars/store"
)

// increment adds one to the row of name, in a transaction that locks it first.
func increment(tx store.Tx, name string) error {
	if err := tx.Lock(store.Subject("storetest/" + name)); err != nil {
		return err
	}
	v, _, err := locked.Get(tx, name)
	if err != nil {
		return err
	}
	v.N++
	return locked.Put(tx, v, name)
}

// locksInAnyOrder: transactions that lock the same subjects, each in an order of
// its own and some twice, all come to an end, and all count.
func locksInAnyOrder(t *testing.T, db store.DB) {
	const callers, times, counters = 6, 8, 4
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range times {
				err := db.Update(context.Background(), func(tx store.Tx) error {
					if err := tx.Lock(); err != nil {
						return err
					}
					for step := range counters {
						at := (c + i + step) % counters
						if c%2 == 1 {
							at = (c + i + counters - step) % counters
						}
						if err := increment(tx, fmt.Sprint(at)); err != nil {
							return err
						}
					}
					return increment(tx, fmt.Sprint(i%counters))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	sum := 0
	view(t, db, func(r store.Reader) (err error) {
		sum = 0
		for _, v := range locked.Scan(r, locked.All(), &err) {
			sum += v.N
		}
		return err
	})
	want(t, "increments", sum, callers*times*(counters+1))
}

// lockSeesLast: what is read after its lock is what its last holder left, though
// the row, or that there is none, was read before.
func lockSeesLast(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error {
		return errors.Join(tx.Lock("storetest-readable/ann"), readable.Put(tx, value{N: 1}, "ann"))
	})
	update(t, db, func(tx store.Tx) error {
		for _, who := range []string{"ann", "bo"} {
			before, _, err := readable.Get(tx, who) // may be old by the time of the lock
			if err != nil {
				return err
			}
			if err := tx.Lock(store.Subject("storetest-readable/" + who)); err != nil {
				return err
			}
			now, _, err := readable.Get(tx, who)
			if err != nil {
				return err
			}
			if now.N < before.N {
				t.Errorf("%s went back from %d to %d", who, before.N, now.N)
			}
			now.N++
			if err := readable.Put(tx, now, who); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, db, func(r store.Reader) error {
		ann, _, err := readable.Get(r, "ann")
		want(t, "ann", ann.N, 2)
		return err
	})
}

// viewDuringUpdate: a View does not wait for an Update, and sees nothing of it
// before it is committed.
func viewDuringUpdate(t *testing.T, db store.DB) {
	put(t, db, key("a"), "old")
	update(t, db, func(tx store.Tx) error {
		if err := errors.Join(tx.Put(key("a"), []byte("new")), tx.Put(key("b"), []byte("new"))); err != nil {
			return err
		}
		var seen string
		var wg sync.WaitGroup
		wg.Go(func() {
			seen = get(t, db, key("a")) + " " + get(t, db, key("b"))
		})
		wg.Wait()
		want(t, "what a View sees", seen, "old -")
		return nil
	})
	want(t, "a afterwards", get(t, db, key("a")), "new")
}

// deadlines: a context that ran out is told from one that was ended.
func deadlines(t *testing.T, db store.DB) {
	ended, cancel := context.WithTimeout(context.Background(), -time.Second)
	defer cancel()
	ran := false
	if err := db.Update(ended, func(store.Tx) error { ran = true; return nil }); !errors.Is(err, context.DeadlineExceeded) || ran {
		t.Errorf("Update: %v, ran: %v", err, ran)
	}
	if err := db.View(ended, func(store.Reader) error { ran = true; return nil }); !errors.Is(err, context.DeadlineExceeded) || ran {
		t.Errorf("View: %v, ran: %v", err, ran)
	}
}

// scanOverDeleted: rows that a transaction deleted by the page are passed over,
// and those that it put by the page come, in their places.
func scanOverDeleted(t *testing.T, db store.DB) {
	const n = 3*store.ScanPage + 7
	update(t, db, func(tx store.Tx) error {
		for i := range n {
			if err := tx.Put(key("%05d", i), []byte("old")); err != nil {
				return err
			}
		}
		return nil
	})
	update(t, db, func(tx store.Tx) error {
		for i := range 2*store.ScanPage + 1 { // all of two pages, and the first of the third
			if err := tx.Delete(key("%05d", i)); err != nil {
				return err
			}
		}
		for i := range n { // between what is left, and beyond it
			if err := tx.Put(key("%05d+", 2*store.ScanPage+i), []byte("new")); err != nil {
				return err
			}
		}
		rows, news, last := 0, 0, ""
		for row, err := range tx.Scan(free.All()) {
			if err != nil {
				return err
			}
			if string(row.Key) <= last {
				t.Fatalf("%q comes after %q", row.Key, last)
			}
			last = string(row.Key)
			rows++
			if string(row.Value) == "new" {
				news++
			}
		}
		want(t, "new rows", news, n)
		want(t, "rows", rows, n+n-2*store.ScanPage-1)
		return nil
	})
	want(t, "rows afterwards", len(Rows(t, db)), n+n-2*store.ScanPage-1)
}
