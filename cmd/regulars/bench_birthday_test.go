package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
)

// counted counts the updates of a store, and what a View reads.
type counted struct {
	store.DB
	updates, reads atomic.Int64
}

func (c *counted) Update(ctx context.Context, f func(store.Tx) error) error {
	c.updates.Add(1)
	return c.DB.Update(ctx, f)
}

func (c *counted) View(ctx context.Context, f func(store.Reader) error) error {
	return c.DB.View(ctx, func(r store.Reader) error { return f(countedReader{r, &c.reads}) })
}

type countedReader struct {
	store.Reader
	reads *atomic.Int64
}

func (r countedReader) Get(key []byte) ([]byte, bool, error) {
	r.reads.Add(1)
	return r.Reader.Get(key)
}

func (r countedReader) Scan(rg store.Range) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		for row, err := range r.Reader.Scan(rg) {
			if r.reads.Add(1); !yield(row, err) {
				return
			}
		}
	}
}

// BenchmarkBirthdays runs the job that gives birthday gifts in a shop of a million
// members, on the day of 2,700 of them: under a second, from the first look to the
// last commit, the messages that tell of it among them. It visits those who have
// their birthday, and nobody else.
func BenchmarkBirthdays(b *testing.B) {
	const members, due = 1_000_000, 2700
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load([]byte(strings.Replace(string(text), `around  = "month"`, `around  = "day"`, 1)))
	if len(complaints) > 0 {
		b.Fatal(complaints[0])
	}
	path := benchStore(b, members)
	today := time.Now().In(p.Rules.Location())
	all := birthdaysFor(b, path, today, due)
	s := newBenchShopUnder(b, path, p)
	defer func() {
		if err := s.app.db.Close(); err != nil {
			b.Error(err)
		}
	}()
	s.bornOn(b, all[:due], today)
	db := &counted{DB: s.app.db}
	s.app.db = db
	run := func() (int, time.Duration) {
		from := time.Now()
		n, err := s.app.jobs().Run(b.Context(), "club")
		if err != nil {
			b.Fatal(err)
		}
		return n, time.Since(from)
	}
	for b.Loop() {
		n, took := run()
		updates, reads := db.updates.Load(), db.reads.Load()
		verdict(b, n == due && took < time.Second, "birthdays: %d of %d members have their gift and message in %v (bar < 1 s)", n, members, round(took))
		verdict(b, updates < due+10 && reads < 2*due, "they took %d updates, and %d rows were read to find them", updates, reads)
		if n, took := run(); n != 0 || took > 100*time.Millisecond {
			b.Errorf("the next minute %d more had theirs in %v", n, took)
		}
		b.ReportMetric(took.Seconds(), "s")
	}
}

// birthdaysFor writes into the index the birthdays of all members of a closed
// store: so many today, the others spread over the other days of the year. It
// gives all members, today's first.
func birthdaysFor(b *testing.B, path string, today time.Time, due int) (all []loyalty.MemberID) {
	b.Helper()
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	err = db.View(context.Background(), func(r store.Reader) (err error) {
		for row, err := range r.Scan(store.Prefix([]byte("person/"))) {
			if err != nil {
				return err
			}
			all = append(all, loyalty.MemberID(row.Key[len("person/"):]))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	var rows []store.Row
	for i, id := range all[due:] {
		day := today.AddDate(0, 0, 1+i%300)
		value, err := store.Encode(struct{}{})
		if err != nil {
			b.Fatal(err)
		}
		rows = append(rows, store.Row{Key: fmt.Appendf(nil, "bday/%s/%s", day.Format("01-02"), id), Value: value})
	}
	slices.SortFunc(rows, func(x, y store.Row) int { return strings.Compare(string(x.Key), string(y.Key)) })
	raw, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	if err := writeRows(raw, inOrder(rows)); err != nil {
		b.Fatal(err)
	}
	if err := raw.Sync(); err != nil {
		b.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		b.Fatal(err)
	}
	return all
}

// bornOn enters the birthday of some.
func (s *benchShop) bornOn(b *testing.B, all []loyalty.MemberID, today time.Time) {
	b.Helper()
	for page := range slices.Chunk(all, 200) {
		err := s.app.db.Update(context.Background(), func(tx store.Tx) error {
			for _, id := range page {
				born := people.Birthday{Year: 1990, Month: today.Month(), Day: today.Day()}
				if err := s.app.shop.Vault.SetBirthday(tx, id, born, benchDay, s.app.shop.Rand); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
