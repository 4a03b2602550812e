package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"regulars/store"
)

// add counts one more under name, in an Update that locks it first.
func add(tx store.Tx, name string) error {
	if err := tx.Lock(store.Subject(name)); err != nil {
		return err
	}
	raw, _, err := tx.Get([]byte(name))
	if err != nil {
		return err
	}
	n := 0
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &n); err != nil {
			return err
		}
	}
	raw, _ = json.Marshal(n + 1)
	return tx.Put([]byte(name), raw)
}

// counted adds up what add counted under names.
func counted(t *testing.T, db *DB, names ...string) (sum int) {
	t.Helper()
	err := db.View(t.Context(), func(r store.Reader) error {
		sum = 0
		for _, name := range names {
			raw, ok, err := r.Get([]byte(name))
			if err != nil || !ok {
				return fmt.Errorf("%s: %v %w", name, ok, err)
			}
			n := 0
			if err := json.Unmarshal(raw, &n); err != nil {
				return err
			}
			sum += n
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// TestOneSubject: three processes add to one subject from many goroutines, and
// every addition counts. One lock asked for first is never begun anew.
func TestOneSubject(t *testing.T) {
	t.Parallel()
	const callers, times = 8, 12
	db, url := fresh(t, Options{Conns: 8})
	dbs := []*DB{db, another(t, url, Options{Conns: 8}), another(t, url, Options{Conns: 8})}
	var wg sync.WaitGroup
	for _, db := range dbs {
		for range callers {
			wg.Go(func() {
				for range times {
					if err := db.Update(t.Context(), func(tx store.Tx) error { return add(tx, "pgtest/hot") }); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	if got := counted(t, db, "pgtest/hot"); got != len(dbs)*callers*times {
		t.Errorf("%d additions are there, of %d", got, len(dbs)*callers*times)
	}
	waits := int64(0)
	for _, db := range dbs {
		s := db.Stats()
		waits += s.LockWaits
		if s.Restarts != 0 || s.Updates != callers*times || s.Commits != callers*times {
			t.Errorf("what was counted: %+v", s)
		}
	}
	if waits == 0 {
		t.Error("nobody waited for a lock")
	}
}

// TestLocksInAnyOrder: Updates of two processes that lock several subjects one
// after the other, each in an order of its own, all end, and all count.
func TestLocksInAnyOrder(t *testing.T) {
	t.Parallel()
	const callers, times, subjects, each = 6, 10, 5, 3
	db, url := fresh(t, Options{})
	other := another(t, url, Options{})
	names := make([]string, subjects)
	for i := range names {
		names[i] = fmt.Sprintf("pgtest/%d", i)
	}
	var wg sync.WaitGroup
	for i, db := range []*DB{db, other} {
		for c := range callers {
			dice := rand.New(rand.NewPCG(uint64(i), uint64(c)))
			wg.Go(func() {
				for range times {
					order := dice.Perm(subjects)[:each]
					err := db.Update(t.Context(), func(tx store.Tx) error {
						for _, at := range order {
							if err := add(tx, names[at]); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	if got := counted(t, db, names...); got != 2*callers*times*each {
		t.Errorf("%d additions are there, of %d", got, 2*callers*times*each)
	}
	t.Logf("%d updates were begun anew %d times", 2*callers*times, db.Stats().Restarts+other.Stats().Restarts)
}

// TestCrossedLocks: two Updates each hold what the other wants. One lets go, is
// begun anew, and sees what the other left.
func TestCrossedLocks(t *testing.T) {
	t.Parallel()
	db, url := fresh(t, Options{})
	other := another(t, url, Options{})
	var first, ended sync.WaitGroup // first: both hold their first lock
	first.Add(2)
	cross := func(db *DB, one, two string) {
		defer ended.Done()
		var once sync.Once
		err := db.Update(t.Context(), func(tx store.Tx) error {
			if err := add(tx, one); err != nil {
				return err
			}
			once.Do(func() { first.Done(); first.Wait() })
			return add(tx, two)
		})
		if err != nil {
			t.Error(err)
		}
	}
	ended.Add(2)
	go cross(db, "pgtest/a", "pgtest/b")
	go cross(other, "pgtest/b", "pgtest/a")
	ended.Wait()
	if got := counted(t, db, "pgtest/a", "pgtest/b"); got != 4 {
		t.Errorf("%d additions are there, of 4", got)
	}
	if n := db.Stats().Restarts + other.Stats().Restarts; n != 1 {
		t.Errorf("begun anew %d times, not once", n)
	}
}

var (
	kinRole  = store.NewTable[int]("pgkin-role/", store.Readable, store.FirstPart("pgkin"))
	kinPurse = store.NewTable[int]("pgkin-purse/", store.Locked, store.FirstPart("pgkin"))
)

// TestReadAlong: what was read before a lock, on request or along with something
// else, is read again after it.
func TestReadAlong(t *testing.T) {
	t.Parallel()
	db, url := fresh(t, Options{})
	other := another(t, url, Options{})
	both := func(db *DB, who string, add int, meanwhile func()) (role, purse int) {
		err := db.Update(t.Context(), func(tx store.Tx) (err error) {
			if _, _, err = kinRole.Get(tx, who); err != nil {
				return err
			}
			meanwhile()
			if err = tx.Lock(store.Subject("pgkin/" + who)); err != nil {
				return err
			}
			if role, _, err = kinRole.Get(tx, who); err != nil {
				return err
			}
			if purse, _, err = kinPurse.Get(tx, who); err != nil {
				return err
			}
			if err := kinRole.Put(tx, role+add, who); err != nil {
				return err
			}
			return kinPurse.Put(tx, purse+add, who)
		})
		if err != nil {
			t.Fatal(err)
		}
		return role, purse
	}
	for i := range 3 * kinSure { // they learn what follows upon what
		both(db, fmt.Sprint(i), 1, func() {})
		both(other, fmt.Sprint(i), 1, func() {})
		err := db.View(t.Context(), func(r store.Reader) error {
			_, _, err := kinRole.Get(r, fmt.Sprint(i))
			if err == nil {
				_, _, err = kinPurse.Get(r, fmt.Sprint(i)) // so it comes along with a role before any lock
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	role, purse := both(db, "ann", 1, func() { both(other, "ann", 5, func() {}) })
	if role != 5 || purse != 5 {
		t.Errorf("under the lock the rows are %d and %d, not what the last holder left", role, purse)
	}
}

// TestBusySubject: many Updates that wait for one subject, which another process
// holds, leave connections to all others, and all get their turn.
func TestBusySubject(t *testing.T) {
	t.Parallel()
	const callers = 20
	db, url := fresh(t, Options{Conns: 6})
	other := another(t, url, Options{})
	var wg sync.WaitGroup
	err := other.Update(t.Context(), func(tx store.Tx) error {
		if err := add(tx, "pgtest/busy"); err != nil {
			return err
		}
		for i := range callers {
			wg.Go(func() {
				err := db.Update(context.Background(), func(tx store.Tx) error {
					if i%2 == 0 { // in the middle of a transaction as well as at its beginning
						if err := add(tx, fmt.Sprintf("pgtest/own%d", i)); err != nil {
							return err
						}
					}
					return add(tx, "pgtest/busy")
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		for db.Stats().Waiting < callers-abreast {
			runtime.Gosched()
		}
		return set(t.Context(), db, "in between")
	})
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if got := counted(t, db, "pgtest/busy"); got != callers+1 {
		t.Errorf("%d additions are there, of %d", got, callers+1)
	}
	if err := db.Close(); err != nil || len(db.gate.doors) != 0 {
		t.Errorf("%d gates were left open: %v", len(db.gate.doors), err)
	}
}

// TestSwallowedRestart: a function that makes little of its errors is begun anew
// all the same, and nothing of its first run is kept.
func TestSwallowedRestart(t *testing.T) {
	t.Parallel()
	db, _ := fresh(t, Options{})
	low, high := "pgtest/a", "pgtest/b"
	if db.key(store.Subject(low)) > db.key(store.Subject(high)) {
		low, high = high, low
	}
	held, let := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	var once, free sync.Once
	wg.Go(func() {
		err := db.Update(context.Background(), func(tx store.Tx) error {
			err := add(tx, low)
			once.Do(func() { close(held) })
			<-let
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	runs := 0
	err := db.Update(t.Context(), func(tx store.Tx) error {
		runs++
		_ = add(tx, high)
		if runs == 1 {
			_ = tx.Put([]byte("pgtest/first run"), nil)
		}
		_ = add(tx, low) // out of order, and taken
		free.Do(func() { close(let) })
		return nil
	})
	wg.Wait()
	if err != nil || runs != 2 {
		t.Fatalf("Update: %v after %d runs", err, runs)
	}
	if got := counted(t, db, low, high); got != 3 {
		t.Errorf("%d additions are there, of 3", got)
	}
	err = db.View(t.Context(), func(r store.Reader) error {
		if _, ok, err := r.Get([]byte("pgtest/first run")); ok || err != nil {
			t.Errorf("the first run left a row: %v %v", ok, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
