package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// benchDay is when the members of benchmarks joined.
var benchDay = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)

// memberRows are the rows of members from up to to: each spoke, joined and had
// one sale, through the same code as ever.
func memberRows(b *testing.B, from, to int) []store.Row {
	vault, err := people.NewVault(benchKey)
	if err != nil {
		b.Fatal(err)
	}
	p := benchProgramme(b)
	random := rand.NewChaCha8([32]byte(binary.BigEndian.AppendUint32(make([]byte, 28), uint32(from))))
	s := shop.New(vault, func(time.Time) *programme.Programme { return p }, bot.SystemClock{}, random, slog.New(slog.DiscardHandler))
	db := mem.New()
	const atOnce = 25
	for ; from < to; from += atOnce {
		err := db.Update(context.Background(), func(tx store.Tx) error {
			for i := from; i < min(to, from+atOnce); i++ {
				if err := addMember(tx, s, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Error(err)
			break
		}
	}
	return db.Dump()
}

func addMember(tx store.Tx, s *shop.Shop, i int) error {
	now := benchDay.Add(time.Duration(i) * time.Millisecond)
	who := people.Identity{Channel: benchChannel, User: benchUser(i)}
	p, _, err := s.Vault.Meet(tx, who, people.Seen{Language: "en", DisplayName: fmt.Sprintf("Member %07d", i)}, now, s.Rand)
	if err != nil {
		return err
	}
	if _, err := s.Vault.Join(tx, p.ID, shop.Wording, now, s.Rand); err != nil {
		return err
	}
	act := book.Act{Op: loyalty.OpID(fmt.Sprintf("bench-%d", i)), Actor: loyalty.ByJob("bench"), Now: now}
	_, err = s.Book.Earn(tx, p.ID, act, loyalty.Money(100+i%900), "")
	return err
}

// benchStore is a store of n members, in the benchmark's own folder. Large ones
// are made once and kept among the machine's temporary files, under a name that
// changes when the form of any row does.
func benchStore(b *testing.B, n int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bench.db")
	if n < 100_000 {
		makeStore(b, path, n)
		return path
	}
	sample := sha256.New()
	for _, row := range memberRows(b, 0, 8) {
		fmt.Fprintf(sample, "%d %s", len(row.Value), row.Key)
	}
	cached := filepath.Join(os.TempDir(), fmt.Sprintf("regulars-bench-%d-%s.db", n, hex.EncodeToString(sample.Sum(nil)[:6])))
	if _, err := os.Stat(cached); errors.Is(err, fs.ErrNotExist) {
		start := time.Now()
		makeStore(b, cached+".new", n)
		if err := errors.Join(os.Rename(cached+".new", cached), os.Rename(cached+".new.commits", cached+".commits")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			b.Fatal(err)
		}
		b.Logf("made %s in %v", cached, time.Since(start).Round(time.Second))
	}
	copyFile(b, cached, path)
	return path
}

func copyFile(b *testing.B, from, to string) {
	src, err := os.Open(from)
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	_, err = io.Copy(dst, src)
	if err := errors.Join(err, dst.Sync(), dst.Close()); err != nil {
		b.Fatal(err)
	}
}

// makeStore writes members' rows into a new file, many members at a time and in
// the order of their keys, which takes minutes less than a million transactions.
func makeStore(b *testing.B, path string, n int) {
	b.Helper()
	for _, old := range []string{path, path + ".commits"} {
		if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			b.Fatal(err)
		}
	}
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	const atOnce = 100_000 // some 700 MB of rows
	for from := 0; from < n; from += atOnce {
		if err := writeRows(db, manyMembers(b, from, min(n, from+atOnce))); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(db.Sync(), db.Close()); err != nil {
		b.Fatal(err)
	}
	if n > atOnce {
		compactFile(b, path)
	}
}

// compactFile leaves no free pages in a file: bbolt writes the list of them
// with every commit, and here they would only stem from how the file was made.
func compactFile(b *testing.B, path string) {
	src, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	dst, err := bbolt.Open(path+".compact", 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	err = bbolt.Compact(dst, src, 64<<20)
	if err := errors.Join(err, dst.Sync(), dst.Close(), src.Close(), os.Rename(path+".compact", path)); err != nil {
		b.Fatal(err)
	}
}

// manyMembers is memberRows on all processors, sorted.
func manyMembers(b *testing.B, from, to int) (rows []store.Row) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	const chunk = 2500
	for at := from; at < to; at += chunk {
		slots <- struct{}{}
		wg.Go(func() {
			made := memberRows(b, at, min(to, at+chunk))
			mu.Lock()
			rows = append(rows, made...)
			mu.Unlock()
			<-slots
		})
	}
	wg.Wait()
	slices.SortFunc(rows, func(x, y store.Row) int { return bytes.Compare(x.Key, y.Key) })
	return rows
}

func writeRows(db *bbolt.DB, rows []store.Row) error {
	return db.Update(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket([]byte("rows"))
		bucket.FillPercent = 0.8
		for _, row := range rows {
			if err := bucket.Put(row.Key, row.Value); err != nil {
				return err
			}
		}
		return nil
	})
}
