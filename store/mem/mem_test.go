package mem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"regulars/store"
	"regulars/store/storetest"
)

var (
	members = store.NewTable[int]("memtest/", store.Locked, store.FirstPart("memtest"))
	roles   = store.NewTable[int]("memtest-role/", store.Readable, store.FirstPart("memtest"))
	events  = store.NewTable[int]("memtest-event/", store.Free, nil)
)

func TestEngine(t *testing.T) {
	storetest.Run(t, func(testing.TB) store.DB { return New() })
}

func TestEngineTwice(t *testing.T) {
	storetest.Run(t, func(testing.TB) store.DB { return New(Twice) })
}

func update(db *DB, f func(tx store.Tx) error) error {
	return db.Update(context.Background(), f)
}

// TestStrict: what may be done without a lock, and what is refused, by name.
func TestStrict(t *testing.T) {
	db := New()
	err := update(db, func(tx store.Tx) error {
		return errors.Join(tx.Lock("memtest/ann"), members.Put(tx, 1, "ann", "x"), roles.Put(tx, 2, "ann"))
	})
	if err != nil {
		t.Fatal(err)
	}
	scan := func(tx store.Tx, rg store.Range) (err error) {
		for range members.Scan(tx, rg, &err) {
		}
		return err
	}
	for name, c := range map[string]struct {
		do     func(tx store.Tx) error
		refuse bool
	}{
		"read locked":      {func(tx store.Tx) error { _, _, err := members.Get(tx, "ann", "x"); return err }, true},
		"read missing":     {func(tx store.Tx) error { _, _, err := members.Get(tx, "bo"); return err }, true},
		"write locked":     {func(tx store.Tx) error { return members.Put(tx, 1, "ann") }, true},
		"delete locked":    {func(tx store.Tx) error { return members.Delete(tx, "ann") }, true},
		"scan one":         {func(tx store.Tx) error { return scan(tx, members.Under("ann")) }, true},
		"scan one empty":   {func(tx store.Tx) error { return scan(tx, members.Under("bo")) }, true},
		"scan all":         {func(tx store.Tx) error { return scan(tx, members.All()) }, true},
		"another's lock":   {func(tx store.Tx) error { return errors.Join(tx.Lock("memtest/bo"), members.Put(tx, 1, "ann")) }, true},
		"no table's key":   {func(tx store.Tx) error { return tx.Put([]byte("memtest-none/1"), nil) }, true},
		"write readable":   {func(tx store.Tx) error { return roles.Put(tx, 1, "ann") }, true},
		"read readable":    {func(tx store.Tx) error { _, _, err := roles.Get(tx, "ann"); return err }, false},
		"write free":       {func(tx store.Tx) error { return events.Put(tx, 1, "1") }, false},
		"scan one, locked": {func(tx store.Tx) error { return errors.Join(tx.Lock("memtest/ann"), scan(tx, members.Under("ann"))) }, false},
		"lock on the way": {func(tx store.Tx) error {
			return errors.Join(tx.Lock("memtest/bo"), members.Put(tx, 1, "bo"), tx.Lock("memtest/ann"), members.Delete(tx, "ann"))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := update(db, c.do)
			if errors.Is(err, store.ErrUnlocked) != c.refuse || !c.refuse && err != nil {
				t.Fatal(err)
			}
			if c.refuse && (!strings.Contains(err.Error(), `"memtest`) || !strings.Contains(err.Error(), "tx.Lock(")) {
				t.Errorf("%v names no row and no subject", err)
			}
		})
	}
	// A View contends for nothing.
	err = db.View(context.Background(), func(r store.Reader) error {
		_, _, err := members.Get(r, "ann", "x")
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestTwice: a function with an effect outside its Tx is found out.
func TestTwice(t *testing.T) {
	db, n := New(Twice), 0
	err := update(db, func(tx store.Tx) error {
		n++
		return events.Put(tx, n, "impure")
	})
	if err != nil || n != 2 || db.Writes() != 1 {
		t.Fatalf("%v; %d runs, %d writes", err, n, db.Writes())
	}
}

// story is three updates of two writes each.
func story(db *DB) error {
	for i := range 3 {
		err := update(db, func(tx store.Tx) error {
			_ = events.Put(tx, i, fmt.Sprint(i)) // even one that looks away
			return events.Put(tx, i, fmt.Sprint(i), "more")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// TestCrashAtEveryWrite: a crash leaves the rows of the last commit.
func TestCrashAtEveryWrite(t *testing.T) {
	calm := New()
	if err := story(calm); err != nil || calm.Writes() != 6 {
		t.Fatal(err, calm.Writes())
	}
	for n := 1; n <= calm.Writes(); n++ {
		db := New()
		db.CrashAt(n)
		if err := story(db); !errors.Is(err, ErrCrash) {
			t.Fatalf("crash at %d: %v", n, err)
		}
		if err := db.View(context.Background(), func(store.Reader) error { return nil }); !errors.Is(err, ErrCrash) {
			t.Errorf("crash at %d: View: %v", n, err)
		}
		if err := story(db); !errors.Is(err, ErrCrash) {
			t.Errorf("crash at %d: Update: %v", n, err)
		}
		db.Reopen()
		if got := len(storetest.Rows(t, db)); got != (n-1)/2*2 {
			t.Errorf("crash at %d: %d rows", n, got)
		}
		if err := story(db); err != nil || db.Hash() != calm.Hash() {
			t.Errorf("crash at %d: done again: %v, %v", n, err, db.Dump())
		}
	}
}

// TestCrashAfterEveryCommit: a commit is kept that nobody was told of.
func TestCrashAfterEveryCommit(t *testing.T) {
	for n := 1; n <= 3; n++ {
		db := New()
		if err := db.View(context.Background(), func(store.Reader) error { return nil }); err != nil {
			t.Fatal(err)
		}
		db.CrashAfterCommit(n)
		if err := update(db, func(store.Tx) error { return nil }); err != nil {
			t.Fatal("a commit of nothing counts:", err)
		}
		if err := story(db); !errors.Is(err, ErrCrash) {
			t.Fatalf("crash after %d: %v", n, err)
		}
		if got := len(db.Dump()); got != 2*n {
			t.Errorf("crash after %d: %d rows", n, got)
		}
		db.Reopen()
		if got := len(storetest.Rows(t, db)); got != 2*n {
			t.Errorf("crash after %d, opened again: %d rows", n, got)
		}
	}
}

// TestHash: it is the hash that storetest gives, and depends on every byte.
func TestHash(t *testing.T) {
	a, b := New(), New()
	for _, db := range []*DB{a, b} {
		if err := story(db); err != nil {
			t.Fatal(err)
		}
	}
	if a.Hash() != b.Hash() || a.Hash() != storetest.Hash(t, a) {
		t.Error("equal rows, unequal hashes")
	}
	if err := update(b, func(tx store.Tx) error { return events.Put(tx, 7, "0") }); err != nil || a.Hash() == b.Hash() {
		t.Error(err, "unequal rows, equal hashes")
	}
}
