package storetest

import (
	"context"
	"fmt"
	"testing"

	"regulars/store"
)

// tables: rows of each kind of table are written and read as their table asks.
func tables(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error {
		if err := tx.Lock("storetest/ann", "storetest-readable/ann"); err != nil {
			return err
		}
		if err := tx.Lock("storetest/bo"); err != nil {
			return err
		}
		for i := range 3 {
			for _, who := range []string{"ann", "bo"} {
				if err := locked.Put(tx, value{N: i, S: who}, who, fmt.Sprint(i)); err != nil {
					return err
				}
			}
		}
		if err := readable.Put(tx, value{N: 9}, "ann"); err != nil {
			return err
		}
		return free.Put(tx, value{N: 10}, "ann")
	})
	update(t, db, func(tx store.Tx) (err error) {
		if v, ok, err := readable.Get(tx, "ann"); err != nil || !ok || v.N != 9 {
			t.Errorf("a Readable row without its lock: %v %v %v", v, ok, err)
		}
		if v, ok, err := free.Get(tx, "ann"); err != nil || !ok || v.N != 10 {
			t.Errorf("a Free row: %v %v %v", v, ok, err)
		}
		if err := tx.Lock("storetest/ann"); err != nil {
			return err
		}
		n := 0
		for k, v := range locked.Scan(tx, locked.Under("ann"), &err) {
			want(t, "key", k, fmt.Sprintf("ann/%d", n))
			want(t, "value", v, value{N: n, S: "ann"})
			n++
		}
		want(t, "rows of ann", n, 3)
		if err != nil {
			return err
		}
		return locked.Delete(tx, "ann", "1")
	})
	view(t, db, func(r store.Reader) (err error) {
		got := ""
		for k := range locked.Scan(r, locked.All(), &err) {
			got += k + " "
		}
		want(t, "keys", got, "ann/0 ann/2 bo/0 bo/1 bo/2 ")
		return err
	})
}

// sweep: store.Sweep takes the old rows, all of them and no others, in steps.
func sweep(t *testing.T, db store.DB) {
	const n = 100
	update(t, db, func(tx store.Tx) error {
		for i := range n {
			who := fmt.Sprintf("%03d", i)
			if err := tx.Lock(store.Subject("storetest/" + who)); err != nil {
				return err
			}
			if err := locked.Put(tx, value{N: i}, who); err != nil {
				return err
			}
		}
		return nil
	})
	old := func(row store.Row) bool {
		var v value
		return store.Decode(row.Key, row.Value, &v) == nil && (v.N%3 == 0 || v.N >= 90)
	}
	gone, err := store.Sweep(context.Background(), db, locked.All(), 4, old)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "rows swept", gone, 40) // 0, 3, … 87 and 90 … 99
	for _, row := range Rows(t, db) {
		if old(row) {
			t.Errorf("%q was left", row.Key)
		}
	}
	want(t, "rows left", len(Rows(t, db)), n-40)
	gone, err = store.Sweep(context.Background(), db, locked.All(), 4, old)
	want(t, "rows swept again", gone, 0)
	want(t, "error", err, nil)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = store.Sweep(ended, db, locked.All(), 4, old); err == nil {
		t.Error("Sweep does not mind that its context ended")
	}
}

// reopen: the rows of the last commit are there after a restart, and only they.
func reopen(t *testing.T, db store.DB) {
	re, ok := db.(Reopener)
	if !ok {
		t.Skip("this engine's store does not outlive it")
	}
	for i := range 3 {
		put(t, db, key("%d", i), "v")
		before := Hash(t, db)
		re.Reopen()
		want(t, "hash after reopening", Hash(t, db), before)
	}
	want(t, "rows", len(Rows(t, db)), 3)
}
