package storetest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"regulars/store"
)

// limits: an empty key, a long key and a large value are refused, at the limit
// they are not, and a refusal does not end the transaction.
func limits(t *testing.T, db store.DB) {
	long := append(key(""), bytes.Repeat([]byte("k"), store.MaxKey)...)[:store.MaxKey]
	large := bytes.Repeat([]byte("v"), store.MaxValue)
	update(t, db, func(tx store.Tx) error {
		for _, bad := range []store.Row{
			{Key: nil, Value: nil},
			{Key: append(bytes.Clone(long), 'k'), Value: nil},
			{Key: key("a"), Value: append(bytes.Clone(large), 'v')},
		} {
			if err := tx.Put(bad.Key, bad.Value); !errors.Is(err, store.ErrTooLarge) {
				t.Errorf("a key of %d and a value of %d bytes: %v", len(bad.Key), len(bad.Value), err)
			}
		}
		if err := tx.Delete(nil); !errors.Is(err, store.ErrTooLarge) {
			t.Errorf("Delete of an empty key: %v", err)
		}
		return tx.Put(long, large)
	})
	if got := get(t, db, long); got != string(large) {
		t.Fatalf("the largest row came back with %d bytes", len(got))
	}
	want(t, "rows", len(Rows(t, db)), 1)
}

// copies: what is given and what is taken share no memory with the store.
func copies(t *testing.T, db store.DB) {
	k, v := key("k"), []byte("value")
	update(t, db, func(tx store.Tx) error {
		if err := tx.Put(k, v); err != nil {
			return err
		}
		k2 := bytes.Clone(k)
		k[len(k)-1], v[0] = 'X', 'X'
		got, _, err := tx.Get(k2)
		want(t, "own write", string(got), "value")
		if len(got) > 0 {
			got[0] = 'Y'
		}
		k[len(k)-1], v[0] = 'k', 'v'
		return err
	})
	k = key("k")
	view(t, db, func(r store.Reader) error {
		got, _, err := r.Get(k)
		if err != nil {
			return err
		}
		want(t, "value", string(got), "value")
		got[0] = 'Y'
		_ = append(got, "more"...)
		for row, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
			row.Key[0], row.Value[0] = 'Y', 'Y'
		}
		return nil
	})
	want(t, "value after all that", get(t, db, k), "value")
}

// nilIsEmpty: nil is stored as an empty value, and an empty value is a row.
func nilIsEmpty(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error {
		return errors.Join(tx.Put(key("nil"), nil), tx.Put(key("empty"), []byte{}))
	})
	look := func(r store.Reader) error {
		for _, k := range []string{"nil", "empty"} {
			v, ok, err := r.Get(key("%s", k))
			if !ok || len(v) != 0 || err != nil {
				t.Errorf("%s: %v %v %v", k, v, ok, err)
			}
		}
		if v, ok, err := r.Get(key("none")); ok || len(v) != 0 || err != nil {
			t.Errorf("missing: %v %v %v", v, ok, err)
		}
		return nil
	}
	view(t, db, look)
	update(t, db, func(tx store.Tx) error { return look(tx) })
	want(t, "rows", len(Rows(t, db)), 2)
}

// ownWrites: a transaction sees its own, in Get and in Scan, over what was there.
func ownWrites(t *testing.T, db store.DB) {
	for _, k := range []string{"a", "c", "e"} {
		put(t, db, key("%s", k), "old")
	}
	update(t, db, func(tx store.Tx) error {
		err := errors.Join(
			tx.Put(key("b"), []byte("new")),
			tx.Put(key("c"), []byte("new")),
			tx.Delete(key("e")),
			tx.Delete(key("none")),
			tx.Put(key("f"), []byte("gone")),
			tx.Delete(key("f")),
			tx.Delete(key("a")),
			tx.Put(key("a"), []byte("again")),
		)
		want(t, "in the transaction", list(t, tx, free.All()), "a=again b=new c=new")
		if _, ok, _ := tx.Get(key("e")); ok {
			t.Error("a deleted row can be read")
		}
		return err
	})
	view(t, db, func(r store.Reader) error {
		want(t, "after it", list(t, r, free.All()), "a=again b=new c=new")
		return nil
	})
}

// list writes the rows of rg as "key=value", keys without their table.
func list(t testing.TB, r store.Reader, rg store.Range) string {
	t.Helper()
	var b bytes.Buffer
	for row, err := range r.Scan(rg) {
		if err != nil {
			t.Error(err)
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.Write(bytes.TrimPrefix(row.Key, key("")))
		b.WriteByte('=')
		b.Write(row.Value)
	}
	return b.String()
}

// damagedRow: a row whose bytes changed is not taken for the row that it was.
func damagedRow(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error { return free.Put(tx, value{N: 7, S: "seven"}, "row") })
	update(t, db, func(tx store.Tx) error {
		raw, _, err := tx.Get(free.Key("row"))
		if err != nil {
			return err
		}
		raw[1] ^= 0x10
		return tx.Put(free.Key("row"), raw)
	})
	err := db.View(context.Background(), func(r store.Reader) error {
		_, _, err := free.Get(r, "row")
		return err
	})
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Get: %v", err)
	}
	view(t, db, func(r store.Reader) error {
		var err error
		for range free.Scan(r, free.All(), &err) {
			t.Error("Scan gave a damaged row")
		}
		if !errors.Is(err, store.ErrDamaged) {
			t.Errorf("Scan: %v", err)
		}
		return nil
	})
}
