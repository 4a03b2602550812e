package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"regulars/store"
	"regulars/store/postgres/pgtest"
)

// TestRefusals: what Open and Create refuse, and that they say why without
// telling a password.
func TestRefusals(t *testing.T) {
	t.Parallel()
	url := pgtest.Start(t)
	refused := func(name string, err, want error, words string) {
		t.Helper()
		if err == nil || want != nil && !errors.Is(err, want) || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx := t.Context()
	_, err := Open(ctx, url, Options{})
	refused("no store", err, fs.ErrNotExist, "regulars init")
	_, err = Open(ctx, strings.Replace(url, "/shop", "/nothing", 1), Options{})
	refused("no database", err, nil, "no such database")
	_, err = Open(ctx, "postgres://shop:hunter2@127.0.0.1:1/shop", Options{})
	refused("no server", err, store.ErrUnavailable, "shop@127.0.0.1:1/shop")
	_, err = Open(ctx, "postgres://shop:hunter2@127.0.0.1:none/shop", Options{})
	refused("no URL", err, nil, "postgres")
	db, err := Create(ctx, url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := set(ctx, db, "kept"); err != nil {
		t.Fatal(err)
	}
	_, err = Create(ctx, url, Options{})
	refused("made twice", err, fs.ErrExist, "not empty")
	sql(t, url, `update regulars.meta set version = 7, oldest = 7`)
	_, err = Open(ctx, url, Options{})
	refused("a newer schema", err, ErrNewer, "use the newer regulars")
	sql(t, url, `update regulars.meta set version = 7, oldest = 1`)
	if got := now(t, another(t, url, Options{})); got != "kept" {
		t.Errorf("an older program reads %q where it may go on", got)
	}
}

// TestTooOldMeanwhile: a program that runs while the schema becomes too new for
// it is stopped by its next connection.
func TestTooOldMeanwhile(t *testing.T) {
	t.Parallel()
	db, url := fresh(t, Options{})
	sql(t, url, `update regulars.meta set version = 7, oldest = 7`)
	if err := set(t.Context(), db, "too late"); !errors.Is(err, ErrNewer) {
		t.Errorf("Update: %v", err)
	}
}

// TestSteps: several processes that start at once bring the schema forward, each
// step once; one that fails leaves nothing of itself.
func TestSteps(t *testing.T) {
	t.Parallel()
	db, url := fresh(t, Options{})
	if err := set(t.Context(), db, "kept"); err != nil {
		t.Fatal(err)
	}
	to := func(steps []step) error {
		db, err := open(t.Context(), url, Options{}, func(ctx context.Context, db *DB, conn *pgx.Conn) error {
			return db.advance(ctx, conn, steps)
		})
		if err == nil {
			err = db.Close()
		}
		return err
	}
	two := append(steps[:1:1], step{sql: `create table SCHEMA.once (n int); insert into SCHEMA.once values (1)`, oldest: 1})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := to(two); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	bad := append(two[:2:2], step{sql: `insert into SCHEMA.once values (2); select 1/0`, oldest: 3})
	if err := to(bad); err == nil || !strings.Contains(err.Error(), "version 3") {
		t.Errorf("a step that fails: %v", err)
	}
	var version, oldest, taken, once int
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	err = conn.QueryRow(t.Context(), `select version, oldest, (select count(*) from regulars.steps), (select count(*) from regulars.once) from regulars.meta`).
		Scan(&version, &oldest, &taken, &once)
	if err != nil || version != 2 || oldest != 1 || taken != 2 || once != 1 {
		t.Errorf("version %d, oldest %d, %d steps, %d rows: %v", version, oldest, taken, once, err)
	}
	if got := now(t, db); got != "kept" {
		t.Errorf("the program that ran all along reads %q", got)
	}
}

// TestTimeouts: a lock, a statement and a pause that take too long end, say what
// they were, and hold up nobody afterwards.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	db, url := fresh(t, Options{Conns: 4, LockTimeout: 300 * time.Millisecond})
	err := db.Update(t.Context(), func(tx store.Tx) error {
		if err := add(tx, "pgtest/held"); err != nil {
			return err
		}
		err := db.Update(t.Context(), func(tx store.Tx) error { return add(tx, "pgtest/held") })
		if !errors.Is(err, store.ErrBusy) {
			t.Errorf("a lock that is held: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	patient := another(t, url, Options{LockTimeout: time.Minute, StatementTimeout: 300 * time.Millisecond})
	err = db.Update(t.Context(), func(tx store.Tx) error {
		if err := add(tx, "pgtest/held"); err != nil {
			return err
		}
		err := patient.Update(t.Context(), func(tx store.Tx) error { return add(tx, "pgtest/held") })
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("a statement that takes too long: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slow := another(t, url, Options{IdleTimeout: time.Second}) // a busy machine may pause as well
	err = slow.Update(t.Context(), func(x store.Tx) error {
		if err := add(x, "pgtest/held"); err != nil {
			return err
		}
		// The server ends a transaction that pauses, and others get its lock.
		for db.Update(t.Context(), func(tx store.Tx) error { return add(tx, "pgtest/held") }) != nil {
		}
		return nil
	})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a function that paused too long: %v", err)
	}
	if got := counted(t, db, "pgtest/held"); got != 3 {
		t.Errorf("%d additions are there, of 3", got)
	}
}

// TestQueue: who finds the queue full is told at once, who waits in it gets its
// turn, and Views do not wait for Updates.
func TestQueue(t *testing.T) {
	t.Parallel()
	db, _ := fresh(t, Options{Conns: 2, Queue: 1})
	holding, let := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := db.Update(context.Background(), func(tx store.Tx) error {
			_, _, err := tx.Get(row)
			close(holding)
			<-let
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-holding
	wg.Go(func() {
		if err := set(context.Background(), db, "waited"); err != nil {
			t.Error(err)
		}
	})
	for db.Stats().Waiting == 0 {
		runtime.Gosched()
	}
	err := set(t.Context(), db, "no room")
	if !errors.Is(err, store.ErrBusy) {
		t.Errorf("Update where the queue is full: %v", err)
	}
	if got := now(t, db); got != "-" {
		t.Errorf("the row is %q", got)
	}
	close(let)
	wg.Wait()
	if got := now(t, db); got != "waited" {
		t.Errorf("the row is %q", got)
	}
	if s := db.Stats(); s.Busy == 0 || s.Waiting != 0 {
		t.Errorf("what was counted: %+v", s)
	}
}

// TestLarge: an Update of many and large rows goes out in parts, and is kept
// whole or not at all; a scan of them comes in pages that memory bears.
func TestLarge(t *testing.T) {
	t.Parallel()
	db, _ := fresh(t, Options{})
	large := bytes.Repeat([]byte("0123456789abcdef"), store.MaxValue/16)
	const n = 40
	write := func(fail error) error {
		return db.Update(t.Context(), func(tx store.Tx) error {
			for i := range n {
				if err := tx.Put(fmt.Appendf(nil, "pgtest/%03d", i), large); err != nil {
					return err
				}
			}
			for i := range 5000 {
				if err := tx.Put(fmt.Appendf(nil, "pgtest/small/%05d", i), nil); err != nil {
					return err
				}
			}
			return fail
		})
	}
	if err := write(errCut); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	count := func(rg store.Range) (rows int) {
		trips := db.Stats().Trips
		err := db.View(t.Context(), func(r store.Reader) error {
			rows = 0
			for row, err := range r.Scan(rg) {
				if err != nil {
					return err
				}
				if len(row.Value) != 0 && !bytes.Equal(row.Value, large) {
					return errors.New("a row is not what was written")
				}
				rows++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d rows in %d round trips", rows, db.Stats().Trips-trips)
		return rows
	}
	if got := count(store.Range{}); got != 0 {
		t.Fatalf("%d rows of an Update that failed", got)
	}
	if err := write(nil); err != nil {
		t.Fatal(err)
	}
	if got := count(store.Range{}); got != n+5000 {
		t.Errorf("%d rows, not %d", got, n+5000)
	}
	if size, err := db.Size(t.Context()); err != nil || size < 100_000 {
		t.Errorf("Size is %d: %v", size, err)
	}
}

// TestRoundTrips: an Update that locks, reads and writes as most do costs two
// round trips and one for each further row, and what it read it need not ask
// for again.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	db, _ := fresh(t, Options{})
	trips := func(f func(store.Tx) error) int64 {
		before := db.Stats().Trips
		if err := db.Update(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		return db.Stats().Trips - before
	}
	three := func(tx store.Tx) error {
		return errors.Join(tx.Lock("pgtest/1", "pgtest/2"), tx.Lock("pgtest/3"), add(tx, "pgtest/1"), add(tx, "pgtest/2"), add(tx, "pgtest/3"))
	}
	for _, c := range []struct {
		name string
		want int64
		f    func(store.Tx) error
	}{
		{"lock, read, write", 2, func(tx store.Tx) error { return add(tx, "pgtest/1") }},
		{"three locks, and then three rows", 4, three},
		{"the same row again", 2, func(tx store.Tx) error { return errors.Join(add(tx, "pgtest/1"), add(tx, "pgtest/1")) }},
		{"write only", 2, func(tx store.Tx) error { return tx.Put(row, nil) }},
		{"nothing", 0, func(tx store.Tx) error { return tx.Lock("pgtest/1") }},
		{"what mostly follows is read along", 2, three},
	} {
		if got := trips(c.f); got != c.want {
			t.Errorf("%s: %d round trips, not %d", c.name, got, c.want)
		}
	}
}
