package bolt

import (
	"context"
	"errors"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"regulars/store"
	"regulars/store/storetest"
)

// hold keeps the writer busy with an update until let is called.
func hold(t testing.TB, db *DB) (let func()) {
	t.Helper()
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := db.Update(context.Background(), func(tx store.Tx) error {
			close(held)
			<-release
			return tx.Put(key("held"), nil)
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	return func() {
		close(release)
		wg.Wait()
	}
}

// waiting returns when n updates wait in the queue.
func waiting(db *DB, n int) {
	for len(db.queue) < n {
		runtime.Gosched()
	}
}

func TestWaitingUpdatesShareCommits(t *testing.T) {
	db := fresh(t, Options{})
	const callers = 200
	let := hold(t, db)
	var wg sync.WaitGroup
	var runs atomic.Int64
	for i := range callers {
		wg.Go(func() {
			err := db.Update(context.Background(), func(tx store.Tx) error {
				runs.Add(1)
				if i%10 == 0 {
					return fs.ErrInvalid
				}
				return tx.Put(key("%d", i), nil)
			})
			if (i%10 == 0) != errors.Is(err, fs.ErrInvalid) {
				t.Error(err)
			}
		})
	}
	waiting(db, callers)
	let()
	wg.Wait()
	if n := db.Commits(); n > 2 {
		t.Errorf("%d commits for what waited", n)
	}
	if runs.Load() != callers {
		t.Errorf("%d runs of %d functions: some ran again for their neighbours", runs.Load(), callers)
	}
	if n := len(storetest.Rows(t, db)); n != callers*9/10+1 {
		t.Errorf("%d rows", n)
	}
}

func TestReadingCostsNoCommit(t *testing.T) {
	db := fresh(t, Options{})
	put(t, db, key("a"), nil)
	err := db.Update(context.Background(), func(tx store.Tx) error {
		_, _, err := tx.Get(key("a"))
		return err
	})
	if err != nil || db.Commits() != 1 {
		t.Errorf("%v after %d commits", err, db.Commits())
	}
}

func TestFullQueueIsBusy(t *testing.T) {
	db := fresh(t, Options{Queue: 2})
	let := hold(t, db)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { put(t, db, key("a"), nil) })
	}
	waiting(db, 2)
	err := db.Update(context.Background(), func(store.Tx) error { t.Error("ran"); return nil })
	if !errors.Is(err, store.ErrBusy) {
		t.Errorf("Update: %v", err)
	}
	let()
	wg.Wait()
	put(t, db, key("b"), nil)
}

func TestCloseFinishesWhatWaits(t *testing.T) {
	db := fresh(t, Options{})
	let := hold(t, db)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { put(t, db, key("a"), nil) })
	}
	waiting(db, 20)
	closed := make(chan error, 1)
	go func() { closed <- db.Close() }()
	let()
	wg.Wait()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if n := len(storetest.Rows(t, open(t, db.Path(), Options{}))); n != 2 {
		t.Errorf("%d rows", n)
	}
}

// TestDiskFull is simulated with a largest size: the failing commit leaves
// nothing of itself, reading goes on, and writing too as soon as there is room.
func TestDiskFull(t *testing.T) {
	db := fresh(t, Options{MaxSize: 2 << 20, MmapSize: small.MmapSize})
	db.bolt.AllocSize = 64 << 10 // to grow in small steps up to a small disk
	half := func(tx store.Tx, i int) error {
		// Two rows, so that half a state would show.
		big := encoded(t, strings.Repeat("x", 20<<10))
		return errors.Join(tx.Put(key("%03d/a", i), big), tx.Put(key("%03d/b", i), big))
	}
	n := 0
	// A failed commit may be followed by one that finds pages freed by those
	// before, so full is where several fail.
	for failed := 0; failed < 3; {
		err := db.Update(context.Background(), func(tx store.Tx) error { return half(tx, n) })
		switch {
		case err == nil:
			n, failed = n+1, 0
		case errors.Is(err, store.ErrUnavailable):
			failed++
		default:
			t.Fatal(err)
		}
	}
	if n < 5 {
		t.Fatalf("full after %d updates", n)
	}
	whole := func(what string, n int) {
		t.Helper()
		if got := len(storetest.Rows(t, db)); got != 2*n {
			t.Errorf("%s: %d rows, not %d", what, got, 2*n)
		}
		if err := db.Check(context.Background(), nil); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	whole("full", n)
	err := db.Update(context.Background(), func(tx store.Tx) error {
		return errors.Join(tx.Delete(key("000/a")), tx.Delete(key("000/b")))
	})
	if err != nil {
		t.Fatalf("deleting makes room: %v", err)
	}
	put(t, db, key("small"), encoded(t, 1)) // lets go of the deleted pages
	if err := db.Update(context.Background(), func(tx store.Tx) error {
		return errors.Join(tx.Delete(key("small")), half(tx, 0))
	}); err != nil {
		t.Errorf("the room that a deleted row left: %v", err)
	}
	whole("room was made", n)
	db.bolt.MaxSize = 0 // the disk has room again
	if err := db.Update(context.Background(), func(tx store.Tx) error { return half(tx, n) }); err != nil {
		t.Errorf("there is room: %v", err)
	}
	whole("there is room", n+1)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, db.Path(), Options{})
	whole("opened again", n+1)
}
