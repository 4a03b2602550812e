package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"regulars/store"
)

var errRefused = errors.New("refused")

// failureWritesNone: an error comes back as it is, and nothing was written.
func failureWritesNone(t *testing.T, db store.DB) {
	put(t, db, key("a"), "old")
	err := db.Update(context.Background(), func(tx store.Tx) error {
		return errors.Join(tx.Put(key("a"), []byte("new")), tx.Put(key("b"), []byte("new")), errRefused)
	})
	if !errors.Is(err, errRefused) {
		t.Fatalf("Update: %v", err)
	}
	err = db.Update(context.Background(), func(tx store.Tx) error {
		_ = tx.Delete(key("a"))
		return errRefused
	})
	if err != errRefused {
		t.Fatalf("Update gave another error: %v", err)
	}
	want(t, "a", get(t, db, key("a")), "old")
	want(t, "b", get(t, db, key("b")), "-")
	if err := db.View(context.Background(), func(store.Reader) error { return errRefused }); err != errRefused {
		t.Fatalf("View gave another error: %v", err)
	}
}

// panicWritesNone: a panic reaches the caller, writes nothing and harms nobody.
func panicWritesNone(t *testing.T, db store.DB) {
	for _, where := range []string{"Update", "View"} {
		got := func() (p any) {
			defer func() { p = recover() }()
			if where == "View" {
				return db.View(context.Background(), func(store.Reader) error { panic("oh") })
			}
			return db.Update(context.Background(), func(tx store.Tx) error {
				_ = tx.Put(key("a"), []byte("new"))
				panic("oh")
			})
		}()
		if got == nil {
			t.Fatalf("%s: the panic was swallowed", where)
		}
		if where == "Update" {
			want(t, "a", get(t, db, key("a")), "-")
		}
		put(t, db, key("b"), where)
		want(t, "b", get(t, db, key("b")), where)
	}
}

// goexitWritesNone: a function that ends its goroutine, as a failing test does,
// writes nothing and leaves a store that works.
func goexitWritesNone(t *testing.T, db store.DB) {
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Update(context.Background(), func(tx store.Tx) error {
			_ = tx.Put(key("a"), []byte("new"))
			runtime.Goexit()
			return nil
		})
	})
	wg.Wait()
	want(t, "a", get(t, db, key("a")), "-")
	put(t, db, key("b"), "new")
	want(t, "b", get(t, db, key("b")), "new")
}

// viewStandsStill: a View sees one state, whatever is committed meanwhile.
func viewStandsStill(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error {
		for i := range 2 * store.ScanPage {
			if err := tx.Put(key("%05d", i), []byte("old")); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, db, func(r store.Reader) error {
		seen := 0
		for row, err := range r.Scan(free.All()) {
			if err != nil {
				return err
			}
			if seen == 0 {
				var wg sync.WaitGroup
				wg.Go(func() {
					update(t, db, func(tx store.Tx) error {
						return errors.Join(tx.Put(key("00500"), []byte("new")), tx.Delete(key("00501")), tx.Put(key("00501x"), nil))
					})
				})
				wg.Wait()
			}
			want(t, string(row.Key), string(row.Value), "old")
			seen++
		}
		want(t, "rows", seen, 2*store.ScanPage)
		v, _, err := r.Get(key("00500"))
		want(t, "row 500", string(v), "old")
		return err
	})
	want(t, "row 500 afterwards", get(t, db, key("00500")), "new")
}

// noLostUpdate: increments of a few counters from many sides all count.
func noLostUpdate(t *testing.T, db store.DB) {
	const callers, times, counters = 8, 40, 3
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range times {
				name := fmt.Sprint((c + i) % counters)
				err := db.Update(context.Background(), func(tx store.Tx) error {
					if err := tx.Lock(store.Subject("storetest/" + name)); err != nil {
						return err
					}
					v, _, err := locked.Get(tx, name)
					if err != nil {
						return err
					}
					v.N++
					return locked.Put(tx, v, name)
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
		for _, v := range locked.Scan(r, locked.All(), &err) {
			sum += v.N
		}
		return err
	})
	want(t, "increments", sum, callers*times)
}

// neighbours: of many at once some fail and some panic; each success is there
// whole, and nothing of the others.
func neighbours(t *testing.T, db store.DB) {
	const callers, times = 16, 12
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range times {
				func() {
					defer func() { _ = recover() }()
					err := db.Update(context.Background(), func(tx store.Tx) error {
						for part := range 3 {
							if err := tx.Put(key("%d/%d/%d", c, i, part), nil); err != nil {
								return err
							}
						}
						switch (c + i) % 4 {
						case 1:
							return errRefused
						case 2:
							panic("oh")
						}
						return nil
					})
					if ((c+i)%4 == 1) != (err == errRefused) || err != nil && err != errRefused {
						t.Errorf("update %d of %d: %v", i, c, err)
					}
				}()
			}
		})
	}
	wg.Wait()
	for c := range callers {
		for i := range times {
			there := "-"
			if (c+i)%4 == 0 || (c+i)%4 == 3 {
				there = ""
			}
			for part := range 3 {
				want(t, fmt.Sprintf("row %d/%d/%d", c, i, part), get(t, db, key("%d/%d/%d", c, i, part)), there)
			}
		}
	}
}

// functionMayRunAgain: however often an engine runs a function, one run counts.
func functionMayRunAgain(t *testing.T, db store.DB) {
	for i := range 20 {
		var result int
		update(t, db, func(tx store.Tx) error {
			v, _, err := tx.Get(key("n"))
			if err != nil {
				return err
			}
			result, _ = strconv.Atoi(string(v))
			result++
			return tx.Put(key("n"), strconv.AppendInt(nil, int64(result), 10))
		})
		want(t, "result", result, i+1)
	}
	want(t, "n", get(t, db, key("n")), "20")
}

// contexts: a context that ended has no effect, and whenever it ends, the rows
// are there exactly if Update said so.
func contexts(t *testing.T, db store.DB) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	ran := false
	if err := db.Update(ended, func(store.Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
		t.Fatalf("Update: %v, ran: %v", err, ran)
	}
	if err := db.View(ended, func(store.Reader) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
		t.Fatalf("View: %v, ran: %v", err, ran)
	}

	// One update holds the writer, if there is only one, while another waits.
	ctx, cancel := context.WithCancel(context.Background())
	holding, let, waited := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		var once sync.Once
		update(t, db, func(tx store.Tx) error {
			once.Do(func() { close(holding); <-let })
			return tx.Put(key("first"), nil)
		})
	})
	<-holding
	wg.Go(func() {
		waited <- db.Update(ctx, func(tx store.Tx) error { return tx.Put(key("second"), nil) })
	})
	cancel()
	err := <-waited // while the first still runs: waiting does not outlive the context
	close(let)
	wg.Wait()
	same(t, db, "second", err)

	ctx, cancel = context.WithCancel(context.Background())
	err = db.Update(ctx, func(tx store.Tx) error {
		cancel()
		return tx.Put(key("third"), nil)
	})
	same(t, db, "third", err)
}

// same checks that the row named name is there exactly if err is nil.
func same(t *testing.T, db store.DB, name string, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatalf("%s: %v", name, err)
	}
	there := get(t, db, key("%s", name)) != "-"
	if there != (err == nil) {
		t.Fatalf("%s: Update said %v, but the row is there: %v", name, err, there)
	}
}

// overIsOver: a transaction that was kept gives errors and writes nothing.
func overIsOver(t *testing.T, db store.DB) {
	put(t, db, key("a"), "old")
	var tx store.Tx
	var r store.Reader
	update(t, db, func(x store.Tx) error { tx = x; return nil })
	view(t, db, func(x store.Reader) error { r = x; return nil })
	if err := tx.Put(key("a"), []byte("new")); err == nil {
		t.Error("Put works")
	}
	if err := tx.Delete(key("a")); err == nil {
		t.Error("Delete works")
	}
	if err := tx.Lock("storetest/a"); err == nil {
		t.Error("Lock works")
	}
	for name, r := range map[string]store.Reader{"Tx": tx, "Reader": r} {
		if _, _, err := r.Get(key("a")); err == nil {
			t.Errorf("%s.Get works", name)
		}
		for _, err := range r.Scan(store.Range{}) {
			if err == nil {
				t.Errorf("%s.Scan works", name)
			}
		}
	}
	want(t, "a", get(t, db, key("a")), "old")
}

// closed: after Close nothing runs.
func closed(t *testing.T, db store.DB) {
	put(t, db, key("a"), "old")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(context.Background(), func(store.Tx) error { t.Error("ran"); return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Update: %v", err)
	}
	if err := db.View(context.Background(), func(store.Reader) error { t.Error("ran"); return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("View: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("Close again: %v", err)
	}
}
