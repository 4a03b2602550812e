package recommend

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/bolt"
)

// What the benchmark's shop has: 10,000 kinds of goods, and customers who buy six
// times, five different ones each time, mostly of the fifty that go together.
const (
	kindsOfGoods = 10_000
	sorts        = 50
	sales, lines = 6, 5
)

// bought are a member's entries, made past the book: what is measured is reading
// them.
func bought(r *rand.Rand, m loyalty.MemberID) (all []loyalty.Entry) {
	home := r.IntN(kindsOfGoods/sorts) * sorts
	for i := range sales {
		at := time.Date(2026, 1, 1+i*3, 4, 0, 0, 0, time.UTC)
		e := loyalty.Entry{
			Form: loyalty.FormNow, Member: m, Seq: uint64(i + 1), Kind: loyalty.KindEarn, Actor: "job/till", EffectiveAt: at, RecordedAt: at, Amount: 100,
			Tally: loyalty.Tally{Day: int32(at.Unix() / (24 * 60 * 60)), Visits: 1, Money: 100},
		}
		for range lines {
			item := home + r.IntN(sorts)
			if r.IntN(4) == 0 {
				item = r.IntN(kindsOfGoods)
			}
			e.Lines = append(e.Lines, loyalty.Line{Item: fmt.Sprintf("sku-%05d", item), Quantity: 1, Amount: 20})
		}
		all = append(all, e)
	}
	return all
}

// stocked is a bbolt file with so many members' purchases.
func stocked(b *testing.B, seed uint64, members int) store.DB {
	b.Helper()
	path := filepath.Join(b.TempDir(), "recommend.db")
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	r := rand.New(rand.NewPCG(seed, 1))
	const batch = 500
	for first := 0; first < members; first += batch {
		var keys []string
		var rows [][]byte
		keep := func(key string, v any) {
			raw, err := store.Encode(v)
			if err != nil {
				b.Fatal(err)
			}
			keys, rows = append(keys, key), append(rows, raw)
		}
		for i := first; i < min(first+batch, members); i++ {
			m := loyalty.MemberID(fmt.Sprintf("M%025d", i))
			for _, e := range bought(r, m) {
				keep(fmt.Sprintf("entry/%s/%012d", m, e.Seq), e)
			}
			keep("account/"+string(m), loyalty.Account{Seq: sales, Pots: map[loyalty.Pot]loyalty.Points{}})
		}
		err := db.Update(context.Background(), func(tx store.Tx) error {
			for i := range keys {
				subject, _ := store.SubjectOf([]byte(keys[i]))
				if err := tx.Lock(subject); err != nil {
					return err
				}
				if err := tx.Put([]byte(keys[i]), rows[i]); err != nil {
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

// BenchmarkRefresh is what a night costs from the store to the rows, in a shop of
// 10,000 kinds of goods and 20,000 customers: the first one, which reads all that
// was ever bought, and one after it, when little is new. REGULARS_MEMBERS sets
// another number of customers.
func BenchmarkRefresh(b *testing.B) {
	members := 20_000
	if n, err := strconv.Atoi(os.Getenv("REGULARS_MEMBERS")); err == nil {
		members = n
	}
	const seed = 3
	db := stocked(b, seed, members)
	now := time.Date(2026, 2, 1, 3, 0, 0, 0, time.UTC)
	p := &loyalty.Programme{
		Version: 1, Zone: time.UTC, Rate: loyalty.Rate{Points: 1, Per: 1},
		Recommend: loyalty.Recommend{Rewards: true, Items: true, Days: 365, Least: 5},
	}
	rules := func(time.Time) *loyalty.Programme { return p }
	desk := &book.Book{Key: bytes.Repeat([]byte{7}, 32), Programme: rules}
	d := &Desk{
		Book: desk, Programme: rules, Vouchers: &voucher.Desk{Book: desk, Key: desk.Key, Programme: rules},
		Named: func(Thing, time.Time) bool { return true },
	}
	for _, night := range []string{"First", "Later"} {
		b.Run(night, func(b *testing.B) {
			for b.Loop() {
				n, err := d.Refresh(context.Background(), db, now)
				if err != nil || n != members {
					b.Fatalf("seed %d: %d of %d members, %v", seed, n, members, err)
				}
			}
			err := db.View(context.Background(), func(r store.Reader) error {
				s, _, err := Last(r)
				if err == nil && s.Things < kindsOfGoods/2 {
					b.Errorf("seed %d: something goes with %d things only", seed, s.Things)
				}
				b.ReportMetric(float64(s.Things), "things")
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
