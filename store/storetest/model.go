package storetest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"regulars/store"
)

// model: random transactions do to the store what they do to a map.
func model(t *testing.T, db store.DB) {
	rapid.Check(t, func(rt *rapid.T) {
		clearRows(rt, db)
		rows := map[string]string{}
		for range rapid.IntRange(1, 5).Draw(rt, "transactions") {
			draft := maps.Clone(rows)
			steps := rapid.SliceOfN(genStep, 0, 15).Draw(rt, "steps")
			end := rapid.SampledFrom([]string{"commit", "commit", "fail", "panic"}).Draw(rt, "end")
			transact(rt, db, draft, steps, end)
			if end == "commit" {
				rows = draft
			}
			if re, ok := db.(Reopener); ok && rapid.IntRange(0, 19).Draw(rt, "restart") == 0 {
				re.Reopen()
			}
			for _, row := range Rows(rt, db) {
				if v, ok := rows[string(row.Key)]; !ok || v != string(row.Value) {
					rt.Fatalf("row %q is %q", row.Key, row.Value)
				}
			}
			if got := len(Rows(rt, db)); got != len(rows) {
				rt.Fatalf("%d rows, not %d", got, len(rows))
			}
		}
	})
}

// step is one thing that a transaction does.
type step struct {
	do    string
	key   []byte
	end   []byte // of a scan
	value string
}

var (
	// Few keys that are close to one another, so that steps meet.
	genKey = rapid.Custom(func(t *rapid.T) []byte {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "\x00", "\xff"}), 0, 3).Draw(t, "key")
		return key("%s", strings.Join(parts, ""))
	})
	genStep = rapid.Custom(func(t *rapid.T) step {
		return step{
			do:    rapid.SampledFrom([]string{"put", "put", "put", "delete", "get", "scan", "rewrite"}).Draw(t, "do"),
			key:   genKey.Draw(t, "key"),
			end:   genKey.Draw(t, "end"),
			value: rapid.SampledFrom([]string{"", "x", "y", strings.Repeat("z", 3000)}).Draw(t, "value"),
		}
	})
)

// transact runs steps in one Update, and on draft.
func transact(t *rapid.T, db store.DB, draft map[string]string, steps []step, end string) {
	defer func() {
		if p := recover(); p != nil && p != "end" {
			panic(p)
		}
	}()
	original := maps.Clone(draft)
	err := db.Update(context.Background(), func(tx store.Tx) error {
		clear(draft)
		maps.Copy(draft, original)
		for _, s := range steps {
			if err := s.run(tx, draft); err != nil {
				t.Fatal(err)
			}
		}
		switch end {
		case "fail":
			return errRefused
		case "panic":
			panic("end")
		}
		return nil
	})
	if (end == "fail") != (err == errRefused) || err != nil && err != errRefused {
		t.Fatalf("Update: %v", err)
	}
}

// run does s to both and compares what they say.
func (s step) run(tx store.Tx, rows map[string]string) error {
	switch s.do {
	case "put":
		rows[string(s.key)] = s.value
		return tx.Put(s.key, []byte(s.value))
	case "delete":
		delete(rows, string(s.key))
		return tx.Delete(s.key)
	case "get":
		v, ok, err := tx.Get(s.key)
		if w, there := rows[string(s.key)]; err == nil && (ok != there || string(v) != w) {
			err = fmt.Errorf("Get(%q) is %q, %v", s.key, v, ok)
		}
		return err
	}
	return s.scan(tx, rows)
}

// scan compares a range, and for "rewrite" replaces or deletes its rows on the
// way.
func (s step) scan(tx store.Tx, rows map[string]string) error {
	rg := store.Range{Start: s.key, End: s.end}
	var there []string
	for k := range rows {
		if rg.Contains([]byte(k)) {
			there = append(there, k)
		}
	}
	slices.Sort(there)
	for row, err := range tx.Scan(rg) {
		if err != nil {
			return err
		}
		if len(there) == 0 || there[0] != string(row.Key) || rows[there[0]] != string(row.Value) {
			return fmt.Errorf("Scan(%q, %q) gives %q where %q should come", rg.Start, rg.End, row.Key, there)
		}
		there = there[1:]
		if s.do == "scan" {
			continue
		}
		if bytes.HasSuffix(row.Key, []byte("a")) {
			delete(rows, string(row.Key))
			err = tx.Delete(row.Key)
		} else {
			rows[string(row.Key)] = s.value
			err = tx.Put(row.Key, []byte(s.value))
		}
		if err != nil {
			return err
		}
	}
	if len(there) > 0 {
		return fmt.Errorf("Scan(%q, %q) misses %q", rg.Start, rg.End, there)
	}
	return nil
}

// clearRows empties the store.
func clearRows(t *rapid.T, db store.DB) {
	err := db.Update(context.Background(), func(tx store.Tx) error {
		for row, err := range tx.Scan(free.All()) {
			if err != nil {
				return err
			}
			if err := tx.Delete(row.Key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
