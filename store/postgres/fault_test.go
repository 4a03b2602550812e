package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"regulars/store"
	"regulars/store/postgres/pgtest"
	"regulars/store/storetest"
)

// soon is what "within a second" is given on a machine with other things to do: a
// single statement that waits for its own limit takes longer.
const soon = 15 * time.Second

var row = []byte("pgtest/row")

// set writes one row by itself.
func set(ctx context.Context, db store.DB, value string) error {
	return db.Update(ctx, func(tx store.Tx) error { return tx.Put(row, []byte(value)) })
}

// now is the row's value, "-" if there is none.
func now(t testing.TB, db store.DB) (s string) {
	t.Helper()
	err := db.View(context.Background(), func(r store.Reader) error {
		v, ok, err := r.Get(row)
		if s = string(v); !ok {
			s = "-"
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sql runs one statement over a connection of its own.
func sql(t testing.TB, url, statement string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(context.Background(), statement, args...); err != nil {
		t.Error(err)
	}
}

// endOf terminates the server's side of tx, and returns when it is gone.
func endOf(t testing.TB, url string, x store.Tx) {
	t.Helper()
	sql(t, url, `select pg_terminate_backend($1, 10000)`, int(x.(*tx).c.conn.Conn().PgConn().PID()))
}

// TestKilledConnection: whenever an Update's connection goes, what Update says
// is what the next reader finds.
func TestKilledConnection(t *testing.T) {
	t.Parallel()
	w := &wire{}
	db, url := fresh(t, Options{dial: w.dial, StatementTimeout: 3 * time.Second})
	for name, c := range map[string]struct {
		f    func(tx store.Tx) // runs after the first read
		kept bool
	}{
		"between reads":              {func(x store.Tx) { endOf(t, url, x); _, _, _ = x.Get([]byte("pgtest/other")) }, false},
		"before what is written":     {func(x store.Tx) { endOf(t, url, x) }, false},
		"while COMMIT goes out":      {func(x store.Tx) { w.next.Store(&order{before: func() { endOf(t, url, x) }}) }, false},
		"cut before COMMIT":          {func(store.Tx) { w.next.Store(&order{cut: true}) }, false},
		"COMMIT never arrives":       {func(store.Tx) { w.next.Store(&order{swallow: true}) }, false},
		"COMMIT's answer is lost":    {func(store.Tx) { w.next.Store(&order{deaf: true}) }, true},
		"nothing happens afterwards": {func(store.Tx) {}, true},
	} {
		before := now(t, db)
		err := db.Update(t.Context(), func(x store.Tx) error {
			if err := x.Lock("pgtest/row"); err != nil {
				return err
			}
			if _, _, err := x.Get(row); err != nil {
				return err
			}
			c.f(x)
			return x.Put(row, []byte(name))
		})
		want := before
		if c.kept {
			want = name
		}
		if c.kept != (err == nil) || err != nil && !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s: Update says %v", name, err)
		}
		if got := now(t, db); got != want {
			t.Errorf("%s: the row is %q, not %q", name, got, want)
		}
	}
	if s := db.Stats(); s.Asked < 2 || s.Lost < 5 || s.Away {
		t.Errorf("what was counted: %+v", s)
	}
}

// TestCrashDuringCommit: the server goes down with the connection and comes up
// again. It may have given the transaction's id to another one; the row tells.
func TestCrashDuringCommit(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	w := &wire{}
	db, err := Create(t.Context(), server.Database(t), Options{dial: w.dial, AskTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	crash := func() { server.Stop(t); server.Start(t) }
	for _, c := range []struct {
		name string
		o    order
		kept bool
	}{
		{"after COMMIT", order{deaf: true, after: crash}, true},
		{"before COMMIT", order{before: crash}, false},
	} {
		untilBack(t, db)
		err := db.Update(t.Context(), func(x store.Tx) error {
			if _, _, err := x.Get(row); err != nil {
				return err
			}
			w.next.Store(&c.o)
			return x.Put(row, []byte(c.name))
		})
		if c.kept != (err == nil) || err != nil && !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s: Update says %v", c.name, err)
		}
		untilAnswered(t, db)
		if got := now(t, db); c.kept != (got == c.name) {
			t.Errorf("%s: the row is %q", c.name, got)
		}
	}
}

// TestStaleConnections: connections that the server closed while they were idle
// are nobody's trouble.
func TestStaleConnections(t *testing.T) {
	t.Parallel()
	db, url := fresh(t, Options{})
	for i := range 3 {
		if err := set(t.Context(), db, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		now(t, db)
		sql(t, url, `select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
	}
	if err := set(t.Context(), db, "last"); err != nil {
		t.Fatal(err)
	}
	if got := now(t, db); got != "last" {
		t.Fatalf("the row is %q", got)
	}
}

// TestServerAway: while the server is stopped, calls fail soon, those that wait
// for a lock too, and once it is back all goes on by itself.
func TestServerAway(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	db, err := Create(t.Context(), server.Database(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := set(t.Context(), db, "before"); err != nil {
		t.Fatal(err)
	}
	refused := tangle(t, db)
	server.Stop(t)
	began := time.Now()
	refused()
	for range 20 {
		if err := set(t.Context(), db, "away"); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("Update while the server is away: %v", err)
		}
		err := db.View(t.Context(), func(r store.Reader) error { _, _, err := r.Get(row); return err })
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("View while the server is away: %v", err)
		}
	}
	if took := time.Since(began); took > soon {
		t.Errorf("what should fail took %v", took)
	}
	server.Start(t)
	untilBack(t, db)
	if got := now(t, db); got != "back" {
		t.Errorf("the row is %q", got)
	}
}

// TestServerSilent: the same where nothing breaks, and nothing answers either.
func TestServerSilent(t *testing.T) {
	t.Parallel()
	url := pgtest.Start(t)
	proxy := pgtest.NewProxy(t, url)
	db, err := Create(t.Context(), proxy.URL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := set(t.Context(), db, "before"); err != nil {
		t.Fatal(err)
	}
	refused := tangle(t, db)
	proxy.Stall(true)
	began := time.Now()
	refused()
	for range 20 {
		if err := set(t.Context(), db, "silent"); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("Update while the server is silent: %v", err)
		}
	}
	if took := time.Since(began); took > soon {
		t.Errorf("what should fail took %v", took)
	}
	if !db.Stats().Away {
		t.Error("Stats do not say that the server is away")
	}
	proxy.Stall(false)
	untilBack(t, db)
	if got := now(t, db); got != "back" {
		t.Errorf("the row is %q", got)
	}
	if n := len(storetest.Rows(t, db)); n != 1 {
		t.Errorf("%d rows, where one was kept", n)
	}
}

// tangle begins three Updates of which two wait for the first's lock. The
// returned function lets the first go on, and awaits that all were refused.
func tangle(t *testing.T, db *DB) (refused func()) {
	holding, let, done := make(chan struct{}), make(chan struct{}), make(chan error, 3)
	update := func(f func()) {
		done <- db.Update(context.Background(), func(tx store.Tx) error {
			_ = tx.Lock("pgtest/tangle")
			if _, _, err := tx.Get([]byte("pgtest/tangle")); err != nil {
				return err
			}
			f()
			_, _, err := tx.Get(row)
			return err
		})
	}
	go update(func() { close(holding); <-let })
	<-holding
	for range 2 {
		go update(func() {})
	}
	// One waits for the lock, the other behind it at the gate.
	for s := db.Stats(); s.Conns-s.Idle < 2 || s.Waiting < 1; s = db.Stats() {
		runtime.Gosched()
	}
	return func() {
		close(let)
		for range 3 {
			if err := <-done; !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("an Update that was under way: %v", err)
			}
		}
	}
}

// untilBack tries until an Update succeeds.
func untilBack(t *testing.T, db *DB) {
	t.Helper()
	until(t, func() error { return set(t.Context(), db, "back") })
}

// untilAnswered tries until a View succeeds.
func untilAnswered(t *testing.T, db *DB) {
	t.Helper()
	until(t, func() error {
		return db.View(t.Context(), func(r store.Reader) error { _, _, err := r.Get(row); return err })
	})
}

func until(t *testing.T, do func() error) {
	t.Helper()
	deadline, beat := time.After(time.Minute), time.NewTicker(20*time.Millisecond)
	defer beat.Stop()
	for {
		err := do()
		if err == nil {
			return
		}
		select {
		case <-deadline:
			t.Fatal(err)
		case <-beat.C:
		}
	}
}
