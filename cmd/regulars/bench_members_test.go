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
	"iter"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// benchDay is up to when the members of benchmarks joined and bought: the first of
// the month, so that a kept store is good for all of it.
var benchDay = func() time.Time {
	y, m, _ := time.Now().UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}()

// making makes one member in a store that has no other.
type making func(tx store.Tx, s *shop.Shop, i int) error

// memberRows are the rows of members from up to to, made through the same code as
// ever, in no order.
func memberRows(b *testing.B, from, to int, add making) (rows []store.Row) {
	s := benchRules(b, benchRandom(from))
	for i := from; i < to; i++ {
		db := alone{}
		s.Segments.DB = db
		if err := errors.Join(add(db, s, i), s.Segments.Rebuild(context.Background(), benchDay, nil)); err != nil {
			b.Error(err)
			break
		}
		for key, value := range db {
			rows = append(rows, store.Row{Key: []byte(key), Value: value})
		}
	}
	return rows
}

// alone is a store of a single member, which a million are made in: it checks
// nothing and keeps no order but when it is asked for it.
type alone map[string][]byte

func (a alone) View(_ context.Context, f func(store.Reader) error) error { return f(a) }
func (a alone) Update(_ context.Context, f func(store.Tx) error) error   { return f(a) }
func (a alone) Close() error                                             { return nil }
func (a alone) Lock(...store.Subject) error                              { return nil }

func (a alone) Get(key []byte) ([]byte, bool, error) {
	v, ok := a[string(key)]
	return v, ok, nil
}

func (a alone) Put(key, value []byte) error {
	a[string(key)] = bytes.Clone(value)
	return nil
}

func (a alone) Delete(key []byte) error {
	delete(a, string(key))
	return nil
}

func (a alone) Scan(rg store.Range) iter.Seq2[store.Row, error] {
	var keys []string
	for key := range a {
		if rg.Contains([]byte(key)) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return func(yield func(store.Row, error) bool) {
		for _, key := range keys {
			if !yield(store.Row{Key: []byte(key), Value: a[key]}, nil) {
				return
			}
		}
	}
}

// benchRules is the shop of the benchmarks without its front doors.
func benchRules(b *testing.B, random io.Reader) *shop.Shop {
	vault, err := people.NewVault(benchKey)
	if err != nil {
		b.Fatal(err)
	}
	return shop.New(vault, always(benchProgramme(b)), bot.SystemClock{}, random, slog.New(slog.DiscardHandler))
}

func benchRandom(i int) *rand.ChaCha8 {
	return rand.NewChaCha8([32]byte(binary.BigEndian.AppendUint32(make([]byte, 28), uint32(i))))
}

// benchYears is how far back the members of benchmarks go.
const benchYears = 2

// addMember makes a member who joined some day of the two years. Of ten, three never
// bought; the others did, each at a rate of their own, until they stopped, two
// entries each on the average. One buyer in five said how it was, and two members in
// three agreed to offers.
func addMember(tx store.Tx, s *shop.Shop, i int) error {
	lot := rand.New(rand.NewPCG(uint64(i), 5))
	first := benchDay.AddDate(-benchYears, 0, 0)
	at := first.Add(time.Duration(lot.Float64() * float64(benchDay.Sub(first)))).Truncate(time.Millisecond)
	who := people.Identity{Channel: benchChannel, User: benchUser(i)}
	p, _, err := s.Vault.Meet(tx, who, people.Seen{Language: "en", DisplayName: fmt.Sprintf("Member %07d", i)}, at, s.Rand)
	if err != nil {
		return err
	}
	_, err = s.Vault.Join(tx, p.ID, shop.Wording, at, s.Rand)
	if err == nil && i%3 > 0 {
		err = s.Vault.SetConsent(tx, p.ID, people.ForPromo, true, shop.Wording, at, s.Rand)
	}
	if err != nil || lot.IntN(10) < 3 {
		return err
	}
	every, stop := 20/lot.ExpFloat64(), 0.3+0.4*lot.Float64() // days between visits; how likely each is the last
	usual := 100 + 300*lot.ExpFloat64()                       // minor units
	visit := survey.Visit{Store: []loyalty.Store{"main", "north", "south"}[lot.IntN(3)], Staff: fmt.Sprint("staff", lot.IntN(20))}
	for n := 0; at.Before(benchDay); n++ {
		act := book.Act{Op: loyalty.OpID(fmt.Sprintf("bench-%d-%d", i, n)), Actor: loyalty.ByStaff(visit.Staff), Role: people.Clerk, Store: visit.Store, Now: at}
		if _, err := s.Book.Earn(tx, p.ID, act, loyalty.Money(50+usual*(0.5+lot.Float64())), ""); err != nil {
			return err
		}
		visit.At = at
		if n == 0 && lot.IntN(5) == 0 {
			if err := answerOnce(tx, s, p.ID, visit, lot); err != nil {
				return err
			}
		}
		if lot.Float64() < stop {
			break
		}
		at = at.Add(time.Duration((1 + min(every*lot.ExpFloat64(), 3000)) * 24 * float64(time.Hour))).Truncate(time.Millisecond)
	}
	return nil
}

// answerOnce lets a member answer one of the two questions.
func answerOnce(tx store.Tx, s *shop.Shop, m loyalty.MemberID, v survey.Visit, lot *rand.Rand) error {
	id, score := "visit", lot.IntN(11)
	if lot.IntN(2) == 0 {
		id, score = "counter", 1+lot.IntN(5)
	}
	now := v.At.Add(time.Hour)
	q, ok := s.Surveys.Find(now, id)
	if !ok {
		return fmt.Errorf("no survey %s", id)
	}
	if err := tx.Lock(people.Subject(m)); err != nil {
		return err
	}
	if _, err := s.Surveys.Ask(tx, m, q, v, now, "en", benchChannel, true); err != nil {
		return err
	}
	_, _, err := s.Surveys.Answer(tx, m, id, survey.Given{Score: score}, now, "en", benchChannel)
	if err == nil {
		_, _, err = s.Surveys.Explain(tx, m, id, nil, []string{"service", "wait"}[lot.IntN(2)], now)
	}
	return err
}

// benchStore is a store of n members, in the benchmark's own folder.
func benchStore(b *testing.B, n int) string {
	b.Helper()
	return storeOf(b, "", n, addMember)
}

// storeOf is benchStore for members of another kind.
func storeOf(b *testing.B, kind string, n int, add making) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bench.db")
	if n < 100_000 {
		makeStore(b, path, n, add)
		return path
	}
	copyFile(b, keptStore(b, kind, n, add), path)
	return path
}

// keptStore is a large store, which is made once and kept among the machine's
// temporary files, under a name that changes when the form of any row does; one of
// each kind and size.
func keptStore(b *testing.B, kind string, n int, add making) string {
	b.Helper()
	name := filepath.Join(os.TempDir(), fmt.Sprintf("regulars-bench-%s%d-", kind, n))
	cached := name + rowForms(b, add) + ".db"
	if _, err := os.Stat(cached); errors.Is(err, fs.ErrNotExist) {
		old, _ := filepath.Glob(name + "*") // the pattern is sound
		for _, path := range old {
			os.Remove(path)
		}
		start := time.Now()
		makeStore(b, cached+".new", n, add)
		if err := errors.Join(os.Rename(cached+".new", cached), os.Remove(cached+".new.commits")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			b.Fatal(err)
		}
		b.Logf("made %s in %v", cached, time.Since(start).Round(time.Second))
	}
	return cached
}

// rowForms is a digest of the keys, and of the sizes, of all rows of a few members.
func rowForms(b *testing.B, add making) string {
	rows, done := sortedRows(b, 40, add)
	defer done()
	sample := sha256.New()
	for row, err := range rows {
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintf(sample, "%d %s", len(row.Value), row.Key)
	}
	return hex.EncodeToString(sample.Sum(nil)[:6])
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
