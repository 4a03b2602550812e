package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"regulars/store"
)

// scanOrder: rows come in the order of their bytes, over several pages, from a
// range's start up to, and without, its end; a loop may stop.
func scanOrder(t *testing.T, db store.DB) {
	const n = 3*store.ScanPage + 1
	update(t, db, func(tx store.Tx) error {
		for i := range n {
			j := i * 7919 % n // in disorder; n is no multiple of 7919
			if err := tx.Put(key("%05d", j), fmt.Appendf(nil, "%d", j)); err != nil {
				return err
			}
		}
		return nil
	})
	look := func(r store.Reader) error {
		for _, c := range []struct{ from, to int }{{0, n}, {1, n}, {255, 257}, {256, 512}, {100, 100}, {700, 3}} {
			next := c.from
			for row, err := range r.Scan(free.Between(fmt.Sprintf("%05d", c.from), fmt.Sprintf("%05d", c.to))) {
				if err != nil {
					return err
				}
				want(t, "key", string(row.Key), string(key("%05d", next)))
				want(t, "value", string(row.Value), fmt.Sprint(next))
				next++
			}
			want(t, fmt.Sprintf("end of [%d,%d)", c.from, c.to), next, max(c.from, c.to))
		}
		seen := 0
		for range r.Scan(free.All()) {
			if seen++; seen == 300 {
				break
			}
		}
		want(t, "rows before the loop stopped", seen, 300)
		return nil
	}
	view(t, db, look)
	update(t, db, func(tx store.Tx) error { return look(tx) })
}

// scanEdges: ranges without an end, keys of 0xff and of zero bytes, and a key
// that another begins with.
func scanEdges(t *testing.T, db store.DB) {
	names := []string{"", "\x00", "a", "a\x00", "a\xff", "a\xff\xff", "b", "\xff", "\xff\x00", "\xff\xff"}
	for _, n := range names {
		put(t, db, key("%s", n), "v")
	}
	look := func(r store.Reader) error {
		count := func(rg store.Range) (n int) {
			for _, err := range r.Scan(rg) {
				if err != nil {
					t.Error(err)
				}
				n++
			}
			return n
		}
		want(t, "all", count(store.Range{}), len(names))
		want(t, "the table", count(free.All()), len(names))
		want(t, "under a", count(store.Prefix(key("a"))), 4)
		want(t, "under a ff", count(store.Prefix(key("a\xff"))), 2)
		want(t, "under ff", count(store.Prefix(key("\xff"))), 3)
		want(t, "under ff ff", count(store.Prefix(key("\xff\xff"))), 1)
		want(t, "from b up", count(store.Range{Start: key("b")}), 4)
		want(t, "beyond all", count(store.Range{Start: []byte("\xff")}), 0)
		want(t, "below all", count(store.Range{End: key("")}), 0)
		want(t, "the first", count(store.Range{End: key("\x00")}), 1)
		return nil
	}
	view(t, db, look)
	update(t, db, func(tx store.Tx) error { return look(tx) })
}

// scanSeesNextPage: a loop that writes sees it beyond its page, and not within.
func scanSeesNextPage(t *testing.T, db store.DB) {
	const n = store.ScanPage + 10
	update(t, db, func(tx store.Tx) error {
		for i := range n {
			if err := tx.Put(key("%05d", 10*i), []byte("old")); err != nil {
				return err
			}
		}
		return nil
	})
	update(t, db, func(tx store.Tx) error {
		seen := map[string]string{}
		for row, err := range tx.Scan(free.All()) {
			if err != nil {
				return err
			}
			if len(seen) == 0 {
				err = errors.Join(
					tx.Put(key("%05d", 10), []byte("new")), // this page
					tx.Delete(key("%05d", 20)),
					tx.Put(key("%05d", 25), []byte("new")),
					tx.Put(key("%05d", 10*(n-1)), []byte("new")), // the next one
					tx.Delete(key("%05d", 10*(n-2))),
					tx.Put(key("%05d", 10*(n-3)+5), []byte("new")),
					tx.Put(key("%05d", 10*n), []byte("new")),
				)
				if err != nil {
					return err
				}
			}
			seen[string(bytes.TrimPrefix(row.Key, key("")))] = string(row.Value)
		}
		for i, w := range map[int]string{10: "old", 20: "old", 25: "", 10 * (n - 1): "new", 10 * (n - 2): "", 10*(n-3) + 5: "new", 10 * n: "new"} {
			want(t, fmt.Sprintf("row %d", i), seen[fmt.Sprintf("%05d", i)], w)
		}
		return nil
	})
	want(t, "rows afterwards", len(Rows(t, db)), n-2+3)
}

// scanDeletes: a loop may delete and rewrite every row that it comes by.
func scanDeletes(t *testing.T, db store.DB) {
	const n = 2*store.ScanPage + 3
	update(t, db, func(tx store.Tx) error {
		for i := range n {
			if err := tx.Put(key("%05d", i), []byte("old")); err != nil {
				return err
			}
		}
		return nil
	})
	update(t, db, func(tx store.Tx) error {
		seen := 0
		for row, err := range tx.Scan(free.All()) {
			if err != nil {
				return err
			}
			seen++
			// A row put behind the loop is not come by again.
			moved := append(key("-"), bytes.TrimPrefix(row.Key, key(""))...)
			if err := errors.Join(tx.Delete(row.Key), tx.Put(moved, row.Value)); err != nil {
				return err
			}
		}
		want(t, "rows seen", seen, n)
		return nil
	})
	rows := Rows(t, db)
	want(t, "rows", len(rows), n)
	for _, row := range rows {
		if !bytes.HasPrefix(row.Key, key("-")) {
			t.Fatalf("%q was left", row.Key)
		}
	}
}

// scanNested: loops within loops do not disturb one another.
func scanNested(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error {
		for i := range 300 {
			if err := tx.Put(key("%03d", i), nil); err != nil {
				return err
			}
		}
		return nil
	})
	look := func(r store.Reader) error {
		n := 0
		for outer, err := range r.Scan(free.Between("000", "280")) {
			if err != nil {
				return err
			}
			for inner, err := range r.Scan(store.Range{Start: outer.Key, End: key("282")}) {
				if err != nil {
					return err
				}
				want(t, "first inner row", string(inner.Key), string(outer.Key))
				break
			}
			n++
		}
		want(t, "rows", n, 280)
		return nil
	}
	view(t, db, look)
	update(t, db, func(tx store.Tx) error { return look(tx) })
}
