package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"regulars/store"
	"regulars/store/storetest"
)

// small keeps a test's file to a few dozen pages.
var small = Options{MmapSize: 1 << 15}

// key and encoded make rows as tables do.
func key(format string, args ...any) []byte {
	return fmt.Appendf(nil, "boltest/"+format, args...)
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := store.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// put commits one row.
func put(t testing.TB, db *DB, k, v []byte) {
	t.Helper()
	if err := db.Update(context.Background(), func(tx store.Tx) error { return tx.Put(k, v) }); err != nil {
		t.Fatal(err)
	}
}

// filled makes a closed store of several levels of pages with some free ones,
// and returns its path and rows.
func filled(t testing.TB) (path string, rows []store.Row) {
	t.Helper()
	db := fresh(t, small)
	for part := range 8 {
		err := db.Update(context.Background(), func(tx store.Tx) error {
			for i := part; i < 400; i += 8 {
				text := strings.Repeat(fmt.Sprint(i, " "), 10+i%50)
				if i == 200 {
					text = strings.Repeat("long", 5000) // overflow pages
				}
				if err := tx.Put(key("%04d", i), encoded(t, text)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rows = storetest.Rows(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return db.Path(), rows
}

// judge opens a file that was tampered with and fails the test unless it is
// refused, or named as damaged by Check, or still holds exactly rows. Whatever
// it is, reading it must neither panic nor hang, nor must writing, which is not
// tried where a random size could make bbolt ask for gigabytes.
func judge(t *testing.T, what, path string, rows []store.Row, writeToo bool) (verdict string) {
	t.Helper()
	db, err := Open(path, small)
	if err != nil {
		if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "restore") {
			t.Errorf("%s: Open: %v", what, err)
		}
		return "refused"
	}
	defer db.Close()
	check := db.Check(context.Background(), nil)
	if check != nil && !errors.Is(check, store.ErrDamaged) {
		t.Errorf("%s: Check: %v", what, check)
	}
	var got []store.Row
	read := db.View(context.Background(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
			got = append(got, row)
		}
		return nil
	})
	if read != nil && (!errors.Is(read, store.ErrDamaged) || check == nil) {
		t.Errorf("%s: Scan: %v, but Check: %v", what, read, check)
	}
	if check == nil && !sameRows(got, rows) {
		t.Errorf("%s: other rows, and Check finds nothing", what)
	}
	if check != nil && !writeToo {
		return "named"
	}
	err = db.Update(context.Background(), func(tx store.Tx) error {
		for i := range 400 {
			_, _, _ = tx.Get(key("%04d", i))
			if err := tx.Put(key("%04d", i), []byte("new")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrDamaged) && !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("%s: Update: %v", what, err)
	}
	if check != nil {
		return "named"
	}
	return "unharmed"
}

func sameRows(a, b []store.Row) bool {
	for i := range a {
		if i >= len(b) || !bytes.Equal(a[i].Key, b[i].Key) || !bytes.Equal(a[i].Value, b[i].Value) {
			return false
		}
	}
	return len(a) == len(b)
}

// tamper puts changed bytes where a store is to be opened, without a counter.
func tamper(t testing.TB, whole []byte, change func(b []byte) []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tampered.db")
	if err := os.WriteFile(path, change(bytes.Clone(whole)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// heads are the two heads, newest first, and the pages in use.
func heads(t testing.TB, whole []byte) (newest, older int, used int) {
	t.Helper()
	size := os.Getpagesize()
	a, errA := parseHead(whole[:size])
	b, errB := parseHead(whole[size : 2*size])
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	if a.txid > b.txid {
		return 0, 1, int(a.pages)
	}
	return 1, 0, int(b.pages)
}

// replaceWith puts a copy of the file from at path.
func replaceWith(t testing.TB, path, from string) error {
	t.Helper()
	return replaceFile(path, writes(string(readFile(t, from))))
}

// writes writes text.
func writes(text string) func(f *os.File) error {
	return func(f *os.File) error {
		_, err := f.WriteString(text)
		return err
	}
}
