package bolt

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	bbolt "go.etcd.io/bbolt"

	"regulars/store"
	"regulars/store/storetest"
)

func TestLostCommits(t *testing.T) {
	db := fresh(t, Options{})
	path := db.Path()
	put(t, db, key("0"), nil)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	old := readFile(t, path)
	db = open(t, path, Options{})
	for i := range 3 {
		put(t, db, key("%d", i), nil)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "lost its last 3 commits") {
		t.Errorf("Open: %v", err)
	}
	db = open(t, path, Options{AcceptLoss: true})
	if n := db.Commits(); n != 1 {
		t.Errorf("it goes on from %d commits", n)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path, Options{}) // accepted once is accepted
}

// TestBackupWhileWriting: a backup is a store of one commit, whatever happens
// meanwhile.
func TestBackupWhileWriting(t *testing.T) {
	db := fresh(t, Options{})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := addRow(db, w); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	dir := t.TempDir()
	for i := range 5 {
		path := filepath.Join(dir, "backup.db")
		if i%2 == 0 {
			if err := db.BackupTo(context.Background(), path); err != nil {
				t.Fatal(err)
			}
			if err := db.BackupTo(context.Background(), path); !errors.Is(err, fs.ErrExist) {
				t.Errorf("over another backup: %v", err)
			}
		} else {
			var b bytes.Buffer
			if err := db.Backup(context.Background(), &b); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Check(context.Background(), nil); err != nil {
			t.Errorf("the store at work: %v", err)
		}
		backup := open(t, path, Options{})
		if err := backup.Check(context.Background(), nil); err != nil {
			t.Error(err)
		}
		countRows(t, backup)
		if err := errors.Join(backup.Close(), os.Remove(path)); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(counterPath(path)); err == nil {
			t.Error("looking into a backup left a counter beside it")
		}
	}
	close(stop)
	wg.Wait()
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := db.Backup(ended, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
	left, err := filepath.Glob(db.Path() + ".backup-*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestCheckAgreesWithBbolt: files that Check finds clean, bbolt does as well.
func TestCheckAgreesWithBbolt(t *testing.T) {
	db := fresh(t, small)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for range 100 {
		randomUpdate(t, db, rnd)
		last := uint64(0)
		if err := db.Check(context.Background(), func(done, total uint64) { last = total - done }); err != nil || last != 0 {
			t.Fatal(err, last)
		}
		err := db.bolt.View(func(btx *bbolt.Tx) error {
			var all error
			for err := range btx.Check() {
				all = errors.Join(all, err)
			}
			return all
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestCompact(t *testing.T) {
	db := fresh(t, Options{})
	err := db.Update(context.Background(), func(tx store.Tx) error {
		for i := range 300 {
			if err := tx.Put(key("%d", i), encoded(t, strings.Repeat("x", 10<<10))); err != nil {
				return err
			}
		}
		return tx.Put(key("small"), encoded(t, "small"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if gone, err := store.Sweep(context.Background(), db, store.Range{}, 50, func(row store.Row) bool { return len(row.Value) > 1000 }); gone != 300 || err != nil {
		t.Fatal(gone, err)
	}
	commits, hash := db.Commits(), storetest.Hash(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before, after, err := Compact(context.Background(), db.Path(), Options{}, nil)
	if err != nil || before < 3<<20 || after > 100<<10 {
		t.Fatalf("from %d to %d bytes: %v", before, after, err)
	}
	db = open(t, db.Path(), Options{})
	if db.Commits() != commits || storetest.Hash(t, db) != hash {
		t.Error("compacting changed more than the size")
	}
	if err := db.Check(context.Background(), nil); err != nil {
		t.Error(err)
	}
}

// TestCounterFollows: the counter beside the file is never ahead of it, is
// written while the store works, not only at its end, and at most once a second.
func TestCounterFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "regulars.db")
		if err := Create(path); err != nil {
			t.Fatal(err)
		}
		c := startCounter(path, 0)
		look := func(what string, n uint64) {
			t.Helper()
			synctest.Wait()
			if got, err := readCounter(counterPath(path)); got != n || err != nil {
				t.Errorf("%s: it says %d, not %d: %v", what, got, n, err)
			}
		}
		look("at first", 0)
		time.Sleep(counterEvery) // of the bubble's clock
		c.add(1)
		look("after a rest", 1)
		c.add(2)
		c.add(3)
		look("within the second", 1)
		time.Sleep(counterEvery)
		look("a second later", 3)
		c.add(4)
		if err := c.stop(); err != nil {
			t.Fatal(err)
		}
		look("at the end", 4)
	})
}
