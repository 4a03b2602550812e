package postgres

import (
	"context"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/postgres/pgtest"
	"regulars/store/storetest"
)

// fresh makes a store in a database of its own, which the test closes.
func fresh(t testing.TB, o Options) (*DB, string) {
	t.Helper()
	url := pgtest.Start(t)
	db, err := Create(t.Context(), url, unhurried(o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, url
}

// unhurried is o for a server that is there all the time, however busy the machine;
// whose line is broken by the test is not: there it is found out how soon.
func unhurried(o Options) Options {
	if o.dial == nil && o.ConnectTimeout == 0 {
		o.ConnectTimeout, o.Patience = time.Minute, 10*time.Second
	}
	return o
}

// another opens the store at url once more, as another process would.
func another(t testing.TB, url string, o Options) *DB {
	t.Helper()
	db, err := Open(context.Background(), url, unhurried(o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestEngine(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t testing.TB) store.DB {
		db, url := fresh(t, Options{})
		return &reopening{db, t, url}
	})
}

// reopening closes and opens its store when storetest asks for it.
type reopening struct {
	*DB
	t   testing.TB
	url string
}

func (r *reopening) Reopen() {
	r.t.Helper()
	if err := r.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.DB = another(r.t, r.url, Options{})
}
