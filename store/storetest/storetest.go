// Package storetest is what every engine of package store must do, as tests
// that an engine's own test runs over itself:
//
//	func TestEngine(t *testing.T) {
//		storetest.Run(t, func(t testing.TB) store.DB { return open(t) })
//	}
//
// An engine whose store outlives Close also implements [Reopener].
//
// The tests write rows under "storetest/" (subject: the key's first part),
// "storetest-readable/" (likewise) and "storetest-free/", in stores that open
// makes for them, empty, one a test.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"testing"

	"regulars/store"
)

// Reopener is a store.DB that can be closed and opened again in place, with the
// rows of its last commit.
type Reopener interface {
	store.DB
	// Reopen fails the test where it cannot.
	Reopen()
}

// value is what the tests' tables hold.
type value struct {
	N int
	S string
}

var (
	locked   = store.NewTable[value]("storetest/", store.Locked, store.FirstPart("storetest"))
	readable = store.NewTable[value]("storetest-readable/", store.Readable, store.FirstPart("storetest-readable"))
	free     = store.NewTable[value]("storetest-free/", store.Free, nil)
)

// Run tries the engine whose empty stores open makes. open closes them with
// t.Cleanup where that matters; a store may be closed by a test already.
func Run(t *testing.T, open func(t testing.TB) store.DB) {
	for name, test := range map[string]func(*testing.T, store.DB){
		"Limits":              limits,
		"Copies":              copies,
		"NilIsEmpty":          nilIsEmpty,
		"OwnWrites":           ownWrites,
		"ScanOrder":           scanOrder,
		"ScanEdges":           scanEdges,
		"ScanSeesNextPage":    scanSeesNextPage,
		"ScanDeletesAsItGoes": scanDeletes,
		"ScanNested":          scanNested,
		"ScanOverDeleted":     scanOverDeleted,
		"FailureWritesNone":   failureWritesNone,
		"PanicWritesNone":     panicWritesNone,
		"GoexitWritesNone":    goexitWritesNone,
		"ViewStandsStill":     viewStandsStill,
		"NoLostUpdate":        noLostUpdate,
		"LocksInAnyOrder":     locksInAnyOrder,
		"LockSeesLast":        lockSeesLast,
		"ViewDuringUpdate":    viewDuringUpdate,
		"Neighbours":          neighbours,
		"FunctionMayRunAgain": functionMayRunAgain,
		"Context":             contexts,
		"Deadline":            deadlines,
		"OverIsOver":          overIsOver,
		"Closed":              closed,
		"Tables":              tables,
		"DamagedRow":          damagedRow,
		"Sweep":               sweep,
		"Reopen":              reopen,
		"Model":               model,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// Failer is the part of testing.TB that rapid.T has as well.
type Failer interface {
	Helper()
	Fatal(args ...any)
}

// Rows reads all rows of db, in the order of their keys.
func Rows(t Failer, db store.DB) []store.Row {
	t.Helper()
	var rows []store.Row
	err := db.View(context.Background(), func(r store.Reader) error {
		rows = nil
		for row, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Hash is a digest of all rows of db: stores of different engines with the same
// rows have the same.
func Hash(t Failer, db store.DB) string {
	t.Helper()
	h := sha256.New()
	for _, row := range Rows(t, db) {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(row.Key))))
		h.Write(row.Key)
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(row.Value))))
		h.Write(row.Value)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// key is a row of the Free table, which asks for no lock.
func key(format string, args ...any) []byte {
	return free.Key(fmt.Sprintf(format, args...))
}

// update runs f in an Update that must succeed.
func update(t testing.TB, db store.DB, f func(tx store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// view runs f in a View that must succeed.
func view(t testing.TB, db store.DB, f func(r store.Reader) error) {
	t.Helper()
	if err := db.View(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// put writes one row by itself.
func put(t testing.TB, db store.DB, key []byte, value string) {
	t.Helper()
	update(t, db, func(tx store.Tx) error { return tx.Put(key, []byte(value)) })
}

// get reads one row by itself: its value, or "-" if there is none.
func get(t testing.TB, db store.DB, key []byte) (s string) {
	t.Helper()
	view(t, db, func(r store.Reader) error {
		v, ok, err := r.Get(key)
		if s = string(v); !ok {
			s = "-"
		}
		return err
	})
	return s
}

// want fails the test if got is something else.
func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}
