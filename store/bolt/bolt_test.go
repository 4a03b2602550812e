package bolt

import (
	"path/filepath"
	"testing"

	"regulars/store"
	"regulars/store/storetest"
)

// fresh makes and opens a store that the test closes.
func fresh(t testing.TB, opts Options) *DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "regulars.db")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	return open(t, path, opts)
}

func open(t testing.TB, path string, opts Options) *DB {
	t.Helper()
	db, err := Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestEngine(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.DB { return &reopening{fresh(t, Options{}), t} })
}

// reopening closes and opens its file when storetest asks for it.
type reopening struct {
	*DB
	t testing.TB
}

func (r *reopening) Reopen() {
	r.t.Helper()
	if err := r.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.DB = open(r.t, r.Path(), Options{})
}
