package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"regulars/store"
	"regulars/store/storetest"
)

func TestMissingOrForeign(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "regulars.db")
	if _, err := Open(path, Options{}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "regulars init") {
		t.Errorf("missing: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Fatal("Open made a file")
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "empty") {
		t.Errorf("empty: %v", err)
	}
	if err := Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create over a file: %v", err)
	}
	plain, err := bbolt.Open(filepath.Join(dir, "other.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	plain.Close()
	if _, err := Open(filepath.Join(dir, "other.db"), Options{}); err == nil || !strings.Contains(err.Error(), "no store of regulars") {
		t.Errorf("another program's: %v", err)
	}
}

func TestMissingAfterUse(t *testing.T) {
	path, _ := filled(t)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "had 8 commits") {
		t.Errorf("Open: %v", err)
	}
	if err := Create(path); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), ".commits") {
		t.Errorf("Create: %v", err)
	}
}

func TestNewerFormat(t *testing.T) {
	path, _ := filled(t)
	plain, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = plain.Update(func(btx *bbolt.Tx) error { return btx.Bucket(bucketMark).Put(keyFormat, []byte("2")) })
	if err := errors.Join(err, plain.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); err == nil || errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "newer regulars") {
		t.Errorf("Open: %v", err)
	}
}

func TestInUse(t *testing.T) {
	db := fresh(t, Options{})
	start := time.Now()
	_, err := Open(db.Path(), Options{Timeout: 200 * time.Millisecond})
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), "admin socket") {
		t.Errorf("Open: %v", err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	put(t, db, key("a"), nil)
}

func TestBrokenHead(t *testing.T) {
	path, rows := filled(t)
	whole := readFile(t, path)
	newest, older, _ := heads(t, whole)
	for name, head := range map[string]int{"newest": newest, "older": older} {
		broken := tamper(t, whole, func(b []byte) []byte {
			b[head*os.Getpagesize()+50] ^= 1
			return b
		})
		if _, err := Open(broken, small); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "--accept-loss") {
			t.Errorf("%s: %v", name, err)
		}
		db := open(t, broken, Options{AcceptLoss: true})
		if err := db.Check(context.Background(), nil); err != nil {
			t.Errorf("%s, loss accepted: %v", name, err)
		}
		if got := storetest.Rows(t, db); name == "older" && !sameRows(got, rows) || len(got) == 0 {
			t.Errorf("%s, loss accepted: %d of %d rows", name, len(got), len(rows))
		}
		put(t, db, key("a"), encoded(t, 1))
		put(t, db, key("b"), encoded(t, 1))
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		open(t, broken, Options{}) // both heads are whole again
	}
	both := tamper(t, whole, func(b []byte) []byte {
		clear(b[:2*os.Getpagesize()])
		return b
	})
	if got := judge(t, "both", both, rows, true); got != "refused" {
		t.Error("both:", got)
	}
}

func TestFlippedValue(t *testing.T) {
	path, rows := filled(t)
	flipped := tamper(t, readFile(t, path), func(b []byte) []byte {
		at := bytes.LastIndex(b, []byte("77 77 77"))
		for at >= 0 { // every copy of it: which one is in use is bbolt's affair
			b[at] ^= 1
			at = bytes.LastIndex(b[:at], []byte("77 77 77"))
		}
		return b
	})
	if got := judge(t, "flipped", flipped, rows, true); got != "named" {
		t.Error(got)
	}
	db := open(t, flipped, Options{})
	if err := db.Check(context.Background(), nil); err == nil {
		t.Error("Check finds nothing after others wrote")
	}
}

func TestZeroedPages(t *testing.T) {
	path, rows := filled(t)
	whole := readFile(t, path)
	_, _, used := heads(t, whole)
	verdicts := map[string]int{}
	for page := range used {
		zeroed := tamper(t, whole, func(b []byte) []byte {
			clear(b[page*os.Getpagesize() : (page+1)*os.Getpagesize()])
			return b
		})
		verdicts[judge(t, fmt.Sprintf("page %d of %d zeroed", page, used), zeroed, rows, true)]++
	}
	t.Log(verdicts)
	if verdicts["named"] < 10 || verdicts["refused"] < 3 {
		t.Errorf("too few pages mattered: %v", verdicts)
	}
}

func TestCutShort(t *testing.T) {
	path, rows := filled(t)
	whole := readFile(t, path)
	_, _, used := heads(t, whole)
	for length := 1; length < used*os.Getpagesize(); length += 3001 {
		short := tamper(t, whole, func(b []byte) []byte { return b[:length] })
		if got := judge(t, fmt.Sprintf("cut to %d bytes", length), short, rows, true); got != "refused" {
			t.Errorf("cut to %d bytes: %s", length, got)
		}
	}
}

// TestCutWhileOpen cuts the file under a store that works: reading pages that
// are gone is an error like any other.
func TestCutWhileOpen(t *testing.T) {
	path, _ := filled(t)
	db := open(t, path, small)
	if err := os.Truncate(path, int64(4*os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
	err := db.View(context.Background(), func(r store.Reader) error {
		for _, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("View: %v", err)
	}
	for range 2 {
		err = db.Update(context.Background(), func(tx store.Tx) error { return tx.Put(key("0100"), nil) })
		if !errors.Is(err, store.ErrDamaged) {
			t.Errorf("Update: %v", err)
		}
	}
	if err := db.Check(context.Background(), nil); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Check: %v", err)
	}
}

func TestRandomDamage(t *testing.T) {
	path, rows := filled(t)
	whole := readFile(t, path)
	_, _, used := heads(t, whole)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	verdicts := map[string]int{}
	for i := range 100 {
		hurt := tamper(t, whole, func(b []byte) []byte {
			page := rnd.IntN(used) * os.Getpagesize()
			// Where a page's header and entries are, or anywhere in it.
			at, n := page+rnd.IntN(200), 1+rnd.IntN(16)
			if i%3 == 0 {
				at, n = page+rnd.IntN(3000), 1+rnd.IntN(1000)
			}
			for j := range n {
				b[at+j] = byte(rnd.Uint32())
			}
			return b
		})
		verdicts[judge(t, fmt.Sprintf("seed %d, damage %d", seed, i), hurt, rows, false)]++
	}
	t.Log(verdicts)
	garbage := tamper(t, whole, func(b []byte) []byte {
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		return b
	})
	if got := judge(t, "all of it", garbage, rows, false); got != "refused" {
		t.Error(got)
	}
}
