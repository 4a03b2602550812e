package whatif

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
	"regulars/store/bolt"
)

// perMember is how many entries a member of the benchmark has.
const perMember = 50

// pastOf is a member's past: sales on every second day, each tenth refunded in
// part, a spend now and then.
func pastOf(b *testing.B, p *loyalty.Programme, kind int) (all []loyalty.Entry, head loyalty.Account) {
	b.Helper()
	a := &loyalty.Account{}
	now := time.Date(2025, 1, 1+kind%30, 2, 0, 0, 0, time.UTC)
	add := func(f func(d loyalty.Draft) ([]loyalty.Entry, error)) {
		made, err := f(loyalty.Draft{Member: "M", Actor: till, Reason: anyReason, Now: now, Order: loyalty.Order(fmt.Sprint(len(all)))})
		if err != nil && !loyalty.Refused(err) {
			b.Fatal(err)
		}
		for _, e := range made {
			e.Op = loyalty.OpID(fmt.Sprint("sale/main/", e.Seq))
			if err := a.Apply(e); err != nil {
				b.Fatal(err)
			}
			all = append(all, e)
		}
	}
	for i := 0; len(all) < perMember; i++ {
		now = now.AddDate(0, 0, 2)
		sale := loyalty.Sale{Amount: loyalty.Money(50 + 7*((kind+i)%40)), Order: loyalty.Order(fmt.Sprint(i)), Lines: []loyalty.Line{{Item: "latte", Quantity: 1, Amount: 40}}}
		add(func(d loyalty.Draft) ([]loyalty.Entry, error) { return loyalty.Sell(a, p, d, sale) })
		switch of := all[len(all)-1]; {
		case i%10 == 9 && of.Kind == loyalty.KindEarn:
			add(func(d loyalty.Draft) ([]loyalty.Entry, error) {
				return loyalty.Refund(a, p, d, &of, loyalty.Return{Amount: 30})
			})
		case i%6 == 5:
			add(func(d loyalty.Draft) ([]loyalty.Entry, error) { return loyalty.Spend(a, p, d, 20) })
		}
	}
	a.Shelf, a.Marks = nil, nil
	return all, *a
}

// filled is a store with so many entries. They are written as the book writes
// them, but past it: what is measured is reading and living them again.
func filled(b *testing.B, p *loyalty.Programme, entries int) store.DB {
	b.Helper()
	path := filepath.Join(b.TempDir(), "whatif.db")
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	const kinds, batch = 97, 200
	var pasts [kinds][]loyalty.Entry
	var heads [kinds]loyalty.Account
	for k := range kinds {
		pasts[k], heads[k] = pastOf(b, p, k)
	}
	for first := 0; first < entries/perMember; first += batch {
		err := db.Update(context.Background(), func(tx store.Tx) error {
			for i := first; i < min(first+batch, entries/perMember); i++ {
				m := loyalty.MemberID(fmt.Sprintf("M%025d", i))
				if err := tx.Lock(store.Subject("member/" + string(m))); err != nil {
					return err
				}
				put := func(key string, v any) error {
					raw, err := store.Encode(v)
					if err != nil {
						return err
					}
					return tx.Put([]byte(key), raw)
				}
				for _, e := range pasts[i%kinds] {
					e.Member = m
					if err := put(fmt.Sprintf("entry/%s/%012d", m, e.Seq), e); err != nil {
						return err
					}
				}
				if err := put("account/"+string(m), heads[i%kinds]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return db
}

// BenchmarkMillion asks about a million entries of 20,000 members in one bbolt
// file, and reports the largest heap that was seen: it must not grow with the
// members. REGULARS_WHATIF sets another number of entries.
func BenchmarkMillion(b *testing.B) {
	entries := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("REGULARS_WHATIF")); err == nil {
		entries = n
	}
	was := plain()
	was.Reversal = loyalty.ReverseUpTo
	db := filled(b, was, entries)
	is := *was
	is.Rate.Per, is.Tiers.Levels = 8, []loyalty.Level{{ID: "bronze"}, {ID: "silver", At: 2000}, {ID: "gold", At: 4000}}
	rules := func(time.Time) *loyalty.Programme { return was }
	to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	g := &Ground{DB: db, Book: &book.Book{Programme: rules}, Workers: runtime.GOMAXPROCS(0)}
	q := &Question{Was: rules, New: Stack(is, rules, time.Time{}, to), To: to}
	runtime.GC()
	var heap atomic.Uint64
	look := func(done, _ int64) {
		if done%256 != 0 {
			return
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap.Store(max(heap.Load(), m.HeapAlloc))
	}
	b.ResetTimer()
	for b.Loop() {
		res, err := g.Run(context.Background(), q, look)
		if err != nil {
			b.Fatal(err)
		}
		if res.Exact != res.Members || res.Same() {
			b.Fatalf("%d of %d members are lived as they were", res.Exact, res.Members)
		}
		b.ReportMetric(float64(res.Entries), "entries")
	}
	b.ReportMetric(float64(entries)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	b.ReportMetric(float64(heap.Load())/(1<<20), "heap-MiB")
}
