package bolt

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/storetest"
)

// crashEnv names the store that a child process writes to until it is killed.
const crashEnv = "REGULARS_TEST_CRASH_STORE"

// noSyncEnv has it leave it to the operating system when to write.
const noSyncEnv = "REGULARS_TEST_CRASH_NOSYNC"

// stubbornEnv has it try again what the store refused, and print "no writer".
const stubbornEnv = "REGULARS_TEST_CRASH_STUBBORN"

const crashWriters = 16

// TestMain runs the child of TestKilled instead of the tests, where it is one.
func TestMain(m *testing.M) {
	if path := os.Getenv(crashEnv); path != "" {
		if err := writeUntilKilled(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeUntilKilled has writers that each add rows one after the other, and
// prints "writer row" for each that was acknowledged.
func writeUntilKilled(path string) error {
	o := journaled(path)
	o.Journal.SyncEvery = 20 * time.Millisecond // there are few seconds to lose
	o.NoSync = os.Getenv(noSyncEnv) != ""
	stubborn := os.Getenv(stubbornEnv) != ""
	db, err := Open(path, o)
	for stubborn && errors.Is(err, store.ErrUnavailable) {
		fmt.Println("no 0")
		time.Sleep(2 * time.Millisecond)
		db, err = Open(path, o)
	}
	if err != nil {
		return err
	}
	var out sync.Mutex
	var wg sync.WaitGroup
	for w := range crashWriters {
		wg.Go(func() {
			for {
				n, err := addRow(db, w)
				if stubborn && errors.Is(err, store.ErrUnavailable) {
					out.Lock()
					fmt.Printf("no %d\n", w)
					out.Unlock()
					time.Sleep(2 * time.Millisecond)
					continue
				}
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				out.Lock()
				fmt.Printf("%d %d\n", w, n)
				out.Unlock()
			}
		})
	}
	wg.Wait()
	return nil
}

// addRow writes writer w's next row and its counter, in one update.
func addRow(db *DB, w int) (n int, err error) {
	err = db.Update(context.Background(), func(tx store.Tx) error {
		raw, ok, err := tx.Get(key("next/%d", w))
		if err != nil {
			return err
		}
		n = 0
		if ok {
			if err := store.Decode(key("next"), raw, &n); err != nil {
				return err
			}
		}
		row, err := store.Encode(strings.Repeat("x", n%300))
		if err != nil {
			return err
		}
		next, err := store.Encode(n + 1)
		if err != nil {
			return err
		}
		if err := tx.Put(key("row/%d/%06d", w, n), row); err != nil {
			return err
		}
		return tx.Put(key("next/%d", w), next)
	})
	return n, err
}

// TestKilled kills a process that writes, several times over one file: all that
// it was told is written is there, and nothing half. Its journal, over a copy
// of the file from before, gives the same, or it is known that a few of the last
// commits are missing in it.
func TestKilled(t *testing.T) {
	db := fresh(t, Options{})
	path := db.Path()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	acknowledged := make([]int, crashWriters) // rows of each writer
	for round := range 4 {
		before := tamper(t, readFile(t, path), func(b []byte) []byte { return b })
		killAfter(t, path, 200+rand.IntN(1500), acknowledged)
		db := open(t, path, journaled(path))
		replays(t, before, db)
		if err := db.Check(context.Background(), nil); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		rows := countRows(t, db)
		for w, n := range acknowledged {
			if rows[w] < n {
				t.Errorf("round %d: writer %d has %d rows, and was told of %d", round, w, rows[w], n)
			}
			acknowledged[w] = rows[w]
		}
		t.Logf("round %d: %v", round, rows)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killAfter runs a child until it has acknowledged lines rows, kills it, and
// notes what it said, to its last word.
func killAfter(t *testing.T, path string, lines int, acknowledged []int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashEnv+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(out)
	for n := 0; ; n++ {
		if n == lines {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		line, err := said.ReadString('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var w, row int
		if _, err := fmt.Sscanf(line, "%d %d\n", &w, &row); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		acknowledged[w] = max(acknowledged[w], row+1)
	}
	_ = child.Wait() // it was killed
}

// countRows returns how many rows each writer has, and fails the test where one
// is missing among them or their counter says otherwise.
func countRows(t *testing.T, db *DB) []int {
	t.Helper()
	rows := make([]int, crashWriters)
	for _, row := range storetest.Rows(t, db) {
		parts := strings.Split(string(row.Key), "/")
		w, _ := strconv.Atoi(parts[2])
		switch parts[1] {
		case "next":
			if err := store.Decode(row.Key, row.Value, &rows[w]); err != nil {
				t.Fatal(err)
			}
		case "row":
			if n, _ := strconv.Atoi(parts[3]); n >= rows[w] {
				t.Errorf("writer %d: row %d, but its counter is %d", w, n, rows[w])
			}
		}
	}
	for w, n := range rows {
		seen := 0
		for _, row := range storetest.Rows(t, db) {
			if bytes.HasPrefix(row.Key, key("row/%d/", w)) {
				seen++
			}
		}
		if seen != n {
			t.Errorf("writer %d has %d rows, and its counter is %d", w, seen, n)
		}
	}
	return rows
}

// TestPowerCut puts together every kind of file that a power cut may leave, and
// opens it. bbolt syncs a commit's pages, then writes and syncs its head. So
// between two commits the disk holds the first one's file with any part of the
// second one's pages, or all of them and the head or not: the rows must be
// those of one of the two, and of the second only where its head is there.
func TestPowerCut(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	db := fresh(t, small)
	page := os.Getpagesize()
	before, rowsBefore := readFile(t, db.Path()), storetest.Rows(t, db)
	for range 30 {
		randomUpdate(t, db, rnd)
		after, rowsAfter := readFile(t, db.Path()), storetest.Rows(t, db)
		for range 3 {
			cut := bytes.Clone(before)
			if rnd.IntN(2) == 0 { // a file that grew is synced at its new length first
				cut = append(cut, make([]byte, len(after)-len(before))...)
			}
			for at := 2 * page; at+page <= len(cut); at += page {
				if rnd.IntN(2) == 0 {
					copy(cut[at:at+page], after[at:])
				}
			}
			opens(t, tamper(t, cut, func(b []byte) []byte { return b }), rowsBefore)
		}
		headless := append(bytes.Clone(before[:2*page]), after[2*page:]...)
		opens(t, tamper(t, headless, func(b []byte) []byte { return b }), rowsBefore)
		opens(t, tamper(t, after, func(b []byte) []byte { return b }), rowsAfter)
		before, rowsBefore = after, rowsAfter
	}
}

// randomUpdate writes and deletes some rows in one commit.
func randomUpdate(t *testing.T, db *DB, rnd *rand.Rand) {
	t.Helper()
	err := db.Update(context.Background(), func(tx store.Tx) error {
		for range 1 + rnd.IntN(20) {
			k := key("%03d", rnd.IntN(200))
			if rnd.IntN(3) == 0 {
				if err := tx.Delete(k); err != nil {
					return err
				}
				continue
			}
			if err := tx.Put(k, encoded(t, strings.Repeat("v", rnd.IntN(2000)))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// opens fails the test unless the store at path opens clean with rows.
func opens(t *testing.T, path string, rows []store.Row) {
	t.Helper()
	db, err := Open(path, small)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Check(context.Background(), nil); err != nil {
		t.Error(err)
	}
	if !sameRows(storetest.Rows(t, db), rows) {
		t.Error("the rows are those of no commit")
	}
}
