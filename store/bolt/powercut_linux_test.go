package bolt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"regulars/store"
	"regulars/store/storetest"
)

// cuts is how often the power is cut: REGULARS_TORTURE asks for many.
func cuts(few int) int {
	if os.Getenv("REGULARS_TORTURE") != "" {
		return 20 * few
	}
	return few
}

// TestPowerCutOverFUSE cuts the power under a store that works on a disk which
// loses what was not synced (LEDGER, case 18): it opens, is whole, and holds all
// that was acknowledged before; its journal lacks a moment at most. It goes on
// from there, and the power is cut again.
func TestPowerCutOverFUSE(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	p := &powerTest{T: t, rnd: rand.New(rand.NewPCG(seed, 0)), dir: t.TempDir()}
	p.create()
	// A journal that lacked everything would agree with all that is asked below.
	defer func() {
		if p.missing > p.commits*9/10 {
			t.Errorf("journals lacked %d of %d commits", p.missing, p.commits)
		}
	}()
	for round := range cuts(5) {
		if err := p.round(""); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	t.Logf("%d rows, %d commits, of which journals lacked %d", sumOf(p.acknowledged), p.commits, p.missing)
}

// TestPowerCutIsFelt is the negative control: a store that does not sync does
// not live through the same.
func TestPowerCutIsFelt(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	felt := 0
	for range cuts(3) {
		p := &powerTest{T: t, rnd: rnd, dir: t.TempDir()}
		p.create()
		if err := p.round(noSyncEnv + "=1"); err != nil {
			t.Log(err)
			felt++
		}
	}
	if felt < cuts(3)*2/3 {
		t.Errorf("of %d power cuts under a store that does not sync %d were felt: the disk of this test loses nothing", cuts(3), felt)
	}
}

func sumOf(list []int) (sum int) {
	for _, n := range list {
		sum += n
	}
	return sum
}

// powerTest is a store through several power cuts.
type powerTest struct {
	*testing.T
	rnd          *rand.Rand
	dir          string // what the disk has, between two rounds
	acknowledged []int  // rows of each writer
	missing      uint64 // commits that the journal lacked
	commits      uint64 // of the store
	before       string // a copy from before the first commit
}

func (p *powerTest) create() {
	p.acknowledged = make([]int, crashWriters)
	path := filepath.Join(p.dir, "regulars.db")
	if err := Create(path); err != nil {
		p.Fatal(err)
	}
	// The first commit draws the line that copies belong to.
	db := open(p, path, journaled(path))
	if _, err := addRow(db, 0); err != nil {
		p.Fatal(err)
	}
	p.before, _ = copyOf(p, db)
	if err := db.Close(); err != nil {
		p.Fatal(err)
	}
}

// round has a child write until the power is cut, and tells what is wrong with
// what is left.
func (p *powerTest) round(env string) error {
	root, at, unmount := mountPower(p.T, p.dir, p.rnd)
	p.writeUntilCut(root, filepath.Join(at, "regulars.db"), env)
	unmount()
	p.dir = filepath.Join(p.TempDir(), "left")
	root.left(p.T, p.dir)
	return p.inspect(filepath.Join(p.dir, "regulars.db"))
}

// writeUntilCut cuts the power after a while, and notes what had been
// acknowledged by then. The store works in a process of its own: one that waits
// for a page of its map cannot serve it at the same time.
func (p *powerTest) writeUntilCut(root *powerDir, path, env string) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashEnv+"="+path, env)
	out, err := child.StdoutPipe()
	if err != nil {
		p.Fatal(err)
	}
	if err := child.Start(); err != nil {
		p.Fatal(err)
	}
	said := bufio.NewReader(out)
	for range 100 + p.rnd.IntN(600) {
		line, err := said.ReadString('\n')
		if err != nil {
			p.Error("the child ended early:", err)
			break
		}
		var w, row int
		if _, err := fmt.Sscanf(line, "%d %d\n", &w, &row); err != nil {
			p.Fatalf("%q: %v", line, err)
		}
		p.acknowledged[w] = max(p.acknowledged[w], row+1)
	}
	root.d.cut()
	_ = child.Process.Kill()
	_, _ = io.Copy(io.Discard, said)
	_ = child.Wait() // it was killed
}

// inspect opens what is left, and holds it against what was acknowledged.
func (p *powerTest) inspect(path string) error {
	db, err := Open(path, journaled(path))
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Check(context.Background(), nil); err != nil {
		return err
	}
	rows, err := rowsOf(db)
	if err != nil {
		return err
	}
	for w, n := range p.acknowledged {
		if rows[w] < n {
			return fmt.Errorf("writer %d has %d rows, and was told of %d", w, rows[w], n)
		}
		p.acknowledged[w] = rows[w]
	}
	return p.journalHolds(db)
}

// journalHolds brings the first copy forward by the journal, as far as that
// goes. Where commits are missing, a backup is made, as serve does.
func (p *powerTest) journalHolds(db *DB) error {
	line, n := db.Line(), uint64(1)
	if c := open(p, p.before, small); true {
		n = c.Commits()
		_ = c.Close()
	}
	j := lookAt(p, db.Path())
	r := j.Reach(line, n)
	path := tamper(p, readFile(p, p.before), func(b []byte) []byte { return b })
	if err := Replay(p.Context(), path, j.Read(p.Context(), r, r.Last, nil)); err != nil {
		return err
	}
	c := open(p, path, small)
	defer c.Close()
	if _, err := rowsOf(c); err != nil {
		return fmt.Errorf("what the journal gives: %w", err)
	}
	s, _ := db.Journal()
	missing := db.Commits() - r.Last
	p.commits = db.Commits()
	if s.Follows(line, n) != (missing == 0) {
		return fmt.Errorf("%d commits are missing in the journal, and it says %+v", missing, s)
	}
	if missing == 0 {
		if storetest.Hash(p, c) != storetest.Hash(p, db) {
			return errors.New("the journal gives another state")
		}
		return nil
	}
	p.missing += missing
	p.before, _ = copyOf(p, db)
	return nil
}

// rowsOf is how many rows each writer has; an error where one is missing among
// them, or their counter says otherwise.
func rowsOf(db *DB) ([]int, error) {
	next, seen := make([]int, crashWriters), make([]int, crashWriters)
	err := db.View(context.Background(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
			var w, n int
			switch {
			case strings.HasPrefix(string(row.Key), "boltest/next/"):
				if _, err := fmt.Sscanf(string(row.Key), "boltest/next/%d", &w); err != nil {
					return err
				}
				if err := store.Decode(row.Key, row.Value, &next[w]); err != nil {
					return err
				}
			default:
				if _, err := fmt.Sscanf(string(row.Key), "boltest/row/%d/%d", &w, &n); err != nil {
					return err
				}
				if n != seen[w] {
					return fmt.Errorf("writer %d: row %d where %d should be", w, n, seen[w])
				}
				seen[w]++
			}
		}
		return nil
	})
	for w := range next {
		if err == nil && next[w] != seen[w] {
			err = fmt.Errorf("writer %d has %d rows, and its counter is %d", w, seen[w], next[w])
		}
	}
	return next, err
}
