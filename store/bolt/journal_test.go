package bolt

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"regulars/store"
	"regulars/store/journal"
	"regulars/store/storetest"
)

var journalKey = journal.Key{Fingerprint: "AAAA", Secret: []byte("a secret")}

// journaled is how a store at path is opened with a journal beside it.
func journaled(path string) Options {
	return Options{MmapSize: small.MmapSize, Journal: &journal.Options{Dir: path + ".journal", Key: journalKey, SegmentBytes: 64 << 10}}
}

// freshJournaled makes a store with a journal.
func freshJournaled(t testing.TB) *DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "regulars.db")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	return open(t, path, journaled(path))
}

// lookAt looks through the journal of the store at path.
func lookAt(t testing.TB, path string) *journal.Journal {
	t.Helper()
	j, err := journal.Look(t.Context(), path+".journal", journalKey, nil)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// copyOf is a copy of a store as it is now, and its commits.
func copyOf(t testing.TB, db *DB) (path string, n uint64) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "copy.db")
	if err := db.BackupTo(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	c := open(t, path, small)
	n = c.Commits()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return path, n
}

// replays brings the copy before up to what the journal of db has of it, and
// holds it against db, which has just been opened.
func replays(t *testing.T, before string, db *DB) {
	t.Helper()
	c := open(t, before, small)
	line, n := c.Line(), c.Commits()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if line == "" { // it was copied before the first commit with a journal
		return
	}
	j := lookAt(t, db.Path())
	r := j.Reach(line, n)
	if err := Replay(t.Context(), before, j.Read(t.Context(), r, r.Last, nil)); err != nil {
		t.Fatal(err)
	}
	c = open(t, before, small)
	defer c.Close()
	if err := c.Check(t.Context(), nil); err != nil {
		t.Error(err)
	}
	countRows(t, c)
	s, _ := db.Journal()
	missing := db.Commits() - r.Last
	t.Logf("%d commits, the journal misses %d", db.Commits(), missing)
	if whole := s.Follows(line, n); whole != (missing == 0) || !whole && s.From != db.Commits()+1 {
		t.Errorf("of %d commits %d are missing, and it says %+v", db.Commits(), missing, s)
	}
	if missing == 0 && storetest.Hash(t, c) != storetest.Hash(t, db) {
		t.Error("the journal gives another state")
	}
}

// TestReplay: a copy and the journal give the state after any commit since.
func TestReplay(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	db := freshJournaled(t)
	randomUpdate(t, db, rnd)
	var copies []string
	hashes := map[uint64]string{}
	for range 5 {
		path, n := copyOf(t, db)
		copies = append(copies, path)
		for range 30 {
			randomUpdate(t, db, rnd)
			hashes[db.Commits()] = storetest.Hash(t, db)
		}
		if hashes[n] == "" && n > 1 {
			t.Errorf("a copy of commit %d", n)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	j := lookAt(t, db.Path())
	for i, path := range copies {
		c := open(t, path, small)
		line, n := c.Line(), c.Commits()
		_ = c.Close()
		r := j.Reach(line, n)
		if r.Last != 151 || r.End != nil {
			t.Fatalf("%+v", r)
		}
		to := n + 1 + rnd.Uint64N(151-n)
		if i == 0 {
			to = 151
		}
		if err := Replay(t.Context(), path, j.Read(t.Context(), r, to, nil)); err != nil {
			t.Fatal(err)
		}
		c = open(t, path, small)
		if c.Commits() != to || c.Line() != line || storetest.Hash(t, c) != hashes[to] {
			t.Errorf("from %d to %d: another state, at %d", n, to, c.Commits())
		}
		_ = c.Close()
		if err := Replay(t.Context(), path, j.Read(t.Context(), j.Reach(line, 0), 3, nil)); err == nil {
			t.Error("commits that it has already were taken")
		}
	}
}

// TestJournalOfMany: updates that share commits, and those that fail, are
// written down as they were committed.
func TestJournalOfMany(t *testing.T) {
	t.Parallel()
	db := freshJournaled(t)
	put(t, db, key("first"), nil)
	before, _ := copyOf(t, db)
	var wg sync.WaitGroup
	for w := range crashWriters {
		wg.Go(func() {
			for range 40 {
				if _, err := addRow(db, w); err != nil {
					t.Error(err)
				}
				err := db.Update(context.Background(), func(tx store.Tx) error {
					return errors.Join(tx.Put(key("never"), nil), errLeft)
				})
				if !errors.Is(err, errLeft) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	path := db.Path()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, path, journaled(path))
	j := lookAt(t, path)
	r := j.Reach(db.Line(), 1)
	if r.Last != db.Commits() {
		t.Errorf("%d of %d commits", r.Last, db.Commits())
	}
	if err := Replay(t.Context(), before, j.Read(t.Context(), r, r.Last, nil)); err != nil {
		t.Fatal(err)
	}
	if c := open(t, before, small); storetest.Hash(t, c) != storetest.Hash(t, db) {
		t.Error("another state")
	}
}

// TestLinesOfHistory: a store that goes back begins a line of its own, and one
// that only became smaller does not. Reading changes nothing.
func TestLinesOfHistory(t *testing.T) {
	t.Parallel()
	db := freshJournaled(t)
	path := db.Path()
	var lines []string
	write := func() {
		t.Helper()
		put(t, db, key("%d", db.Commits()), encoded(t, 1))
		lines = append(lines, db.Line())
		if db.journal != nil {
			if err := db.journal.Sync(); err != nil {
				t.Fatal(err)
			}
		}
	}
	again := func(o Options) {
		t.Helper()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db = open(t, path, o)
	}
	write()
	again(journaled(path))
	write()
	old, n := copyOf(t, db)
	write()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Compact(t.Context(), path, Options{}, nil); err != nil {
		t.Fatal(err)
	}
	again(journaled(path))
	write() // 3: compacted
	if s, _ := db.Journal(); s.Follows(lines[0], n-1) == false {
		t.Errorf("%+v", s)
	}
	if err := errors.Join(db.Close(), replaceWith(t, path, old)); err != nil {
		t.Fatal(err)
	}
	loss := journaled(path)
	loss.AcceptLoss = true
	again(loss)
	if db.Line() != lines[0] {
		t.Error("opening alone drew a line")
	}
	write() // 4: lost commits
	if s, _ := db.Journal(); s.Follows(lines[0], n) || !s.Follows(db.Line(), n) || s.Follows(db.Line(), n-1) {
		t.Errorf("%+v", s)
	}
	again(journaled(path))
	write() // 5: as before
	o := journaled(path)
	o.NewLine = true
	again(o)
	write() // 6: put back from a backup
	again(Options{AcceptLoss: true})
	write() // 7: nothing was lost, no journal
	same := []bool{true, true, true, true, false, true, false, true}
	for i := range lines {
		if i > 0 && (lines[i] == lines[i-1]) != same[i] {
			t.Errorf("commit %d: %v", i, lines)
		}
	}
	if slices.Contains(lines, "") {
		t.Errorf("%q", lines)
	}
	// A copy put back by hand, with the counter beside it, is found out as well.
	if err := errors.Join(db.Close(), replaceWith(t, path, old), replaceFile(counterPath(path), writes("2\n"))); err != nil {
		t.Fatal(err)
	}
	again(journaled(path))
	write()
	if slices.Contains(lines[:8], lines[8]) {
		t.Error("a copy put back by hand goes on in the old line")
	}
}
