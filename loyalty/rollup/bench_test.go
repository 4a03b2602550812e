package rollup

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"regulars/loyalty"
	"regulars/loyalty/segment"
	"regulars/store"
	"regulars/store/bolt"
)

// members is how many the benchmarks have, with two entries each.
func members() int {
	if n, err := strconv.Atoi(os.Getenv("REGULARS_MEMBERS")); err == nil {
		return n
	}
	return 1_000_000
}

// BenchmarkRollup makes the rows of a million members and two million entries of
// two years, and of a tenth of them, from nothing, and then asks for what pages
// ask: each answer under 300 ms, warm (issue 7).
func BenchmarkRollup(b *testing.B) {
	for _, n := range []int{members() / 10, members()} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := newWorld(b, filled(b, n), 1)
			w.now = benchDay
			b.Run("rebuild", func(b *testing.B) {
				for b.Loop() {
					if err := w.desk.Rebuild(context.Background(), w.now, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds()*float64(b.N), "members/s")
			})
			benchQueries(b, w)
			b.Run("check", func(b *testing.B) {
				for b.Loop() {
					if faults, err := w.desk.Check(context.Background(), nil); err != nil || len(faults) > 0 {
						b.Fatal(err, len(faults))
					}
				}
			})
			b.Run("who-has-which-ordinal", func(b *testing.B) { benchIndex(b, w, n) })
			b.Run("refresh-after-a-sale", func(b *testing.B) { benchRefresh(b, w) })
		})
	}
}

// atMost is what a page may wait for a figure.
const atMost = 300 * time.Millisecond

func benchQueries(b *testing.B, w *world) {
	ctx, today := context.Background(), w.today()
	month, year := Span{today - 30, today + 1}, Span{today - 365, today + 1}
	some := &Set{gen: 1}
	for ord := uint32(0); int(ord) < members(); ord += 3 {
		some.add(ord)
	}
	st, err := w.desk.setState(ctx, func(*state) error { return nil })
	if err != nil {
		b.Fatal(err)
	}
	some.gen = st.Gen
	for _, q := range []struct {
		name string
		ask  func() error
	}{
		{"sums-month", func() error { _, err := w.desk.Sums(ctx, month, Where{}); return err }},
		{"sums-year", func() error { _, err := w.desk.Sums(ctx, year, Where{}); return err }},
		{"sums-year-segment", func() error { _, err := w.desk.Sums(ctx, year, Where{Set: some}); return err }},
		{"sums-ever", func() error { _, err := w.desk.Total(ctx, Ever, Where{}); return err }},
		{"customers-month", func() error { _, err := w.desk.Customers(ctx, month, Where{}); return err }},
		{"customers-year", func() error { _, err := w.desk.Customers(ctx, year, Where{}); return err }},
		{"customers-year-store", func() error { _, err := w.desk.Customers(ctx, year, Where{Store: "north"}); return err }},
		{"customers-year-segment", func() error { _, err := w.desk.Customers(ctx, year, Where{Set: some}); return err }},
		{"histories", func() error { _, err := w.desk.Customers(ctx, Ever, Where{}); return err }},
		{"visits-ever", func() error { return w.desk.EachVisit(ctx, Ever, Where{}, func(Visit) {}) }},
		{"staff-month", func() error { _, err := w.desk.Staff(ctx, MonthOf(today)); return err }},
		{"settlement", func() error { _, err := w.desk.Settlement(ctx, MonthOf(today)); return err }},
	} {
		b.Run(q.name, func(b *testing.B) {
			best := time.Hour // of a few: the machine may have other work
			for range 5 {
				begin := time.Now()
				if err := q.ask(); err != nil {
					b.Fatal(err)
				}
				best = min(best, time.Since(begin))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(best.Microseconds())/1000, "ms")
			if best > atMost && members() <= 1_000_000 {
				b.Errorf("it took %v", best)
			}
		})
	}
}

// benchIndex is what the first set costs beside the walk over the rolls.
func benchIndex(b *testing.B, w *world, n int) {
	for b.Loop() {
		w.desk.sets.index = index{}
		if err := w.desk.reindex(context.Background()); err != nil {
			b.Fatal(err)
		}
		for i := range n {
			if ord, ok := w.desk.sets.index.of(w.desk.sets.index.ids[i]); !ok || int(ord) != i {
				b.Fatal(i, ord)
			}
		}
	}
}

// benchRefresh is what it costs, seconds after a sale, to take it in.
func benchRefresh(b *testing.B, w *world) {
	m := w.member("bench")
	w.refresh()
	for b.Loop() {
		b.StopTimer()
		w.sell(m, "eve", "north", 100)
		b.StartTimer()
		w.refresh()
	}
}

var benchDay = time.Date(2026, 11, 20, 15, 0, 0, 0, taipei)

// filled is a store of so many members with two entries each, on the average, of
// the last two years: written as rows, as a million transactions take an hour.
func filled(b *testing.B, n int) store.DB {
	b.Helper()
	path := filepath.Join(b.TempDir(), "rollup.db")
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	raw, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	for _, rows := range []func(int) []store.Row{accountRows, entryRows, personRows} {
		fillTable(b, raw, n, rows)
	}
	if err := raw.Close(); err != nil {
		b.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

// fillTable writes the rows of all members, a page at a time in the order of their
// keys, made on all processors.
func fillTable(b *testing.B, raw *bbolt.DB, n int, rows func(int) []store.Row) {
	const atOnce = 40_000
	for from := 0; from < n; from += atOnce {
		part := make([][]store.Row, min(atOnce, n-from))
		var wg sync.WaitGroup
		for k := range runtime.GOMAXPROCS(0) {
			wg.Go(func() {
				for i := k; i < len(part); i += runtime.GOMAXPROCS(0) {
					part[i] = rows(from + i)
				}
			})
		}
		wg.Wait()
		err := raw.Update(func(tx *bbolt.Tx) error {
			bucket := tx.Bucket([]byte("rows"))
			bucket.FillPercent = 0.9
			for _, list := range part {
				for _, row := range list {
					if err := bucket.Put(row.Key, row.Value); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func benchMember(i int) loyalty.MemberID { return loyalty.MemberID(fmt.Sprintf("01JAAAAAAA%016d", i)) }

func benchRow(key string, v any) []store.Row {
	raw, err := store.Encode(v)
	if err != nil {
		panic(err)
	}
	return []store.Row{{Key: []byte(key), Value: raw}}
}

func personRows(i int) []store.Row {
	joined := benchEntries(i)[0].EffectiveAt
	return benchRow("person/"+string(benchMember(i)), map[string]any{
		"status": "member", "lang": "en", "created": joined, "joined": joined,
		"key": bytes.Repeat([]byte{1}, 60), "profile": bytes.Repeat([]byte{2}, 300),
	})
}

func accountRows(i int) []store.Row {
	return benchRow("account/"+string(benchMember(i)), loyalty.Account{Seq: uint64(len(benchEntries(i)))})
}

func entryRows(i int) (rows []store.Row) {
	for _, e := range benchEntries(i) {
		rows = append(rows, benchRow(fmt.Sprintf("entry/%s/%012d", e.Member, e.Seq), e)...)
	}
	return rows
}

// benchEntries are a member's: one to three sales, a tenth of which is spent.
func benchEntries(i int) (list []loyalty.Entry) {
	r := rand.New(rand.NewPCG(uint64(i), 5))
	at := benchDay.AddDate(0, 0, -r.IntN(730))
	for seq := uint64(1); seq <= uint64(1+i%3); seq++ {
		amount := loyalty.Money(50 + r.IntN(900))
		if at.After(benchDay) {
			at = benchDay
		}
		e := loyalty.Entry{
			Form: loyalty.FormNow, Member: benchMember(i), Seq: seq, Kind: loyalty.KindEarn, Amount: amount,
			Ref: loyalty.Ref(fmt.Sprintf("R%d.%d", i, seq)), Op: loyalty.OpID(fmt.Sprintf("evt/main/%d.%d", i, seq)),
			Legs: []loyalty.Leg{{Pot: loyalty.Issued, Points: -loyalty.Points(amount)}, {Pot: loyalty.Available, Points: loyalty.Points(amount)}},
			Lot:  &loyalty.Opening{Granted: loyalty.Points(amount), Rule: 1, Base: at, ExpiresAt: at.AddDate(1, 0, 0)},
			Tally: loyalty.Tally{Day: segment.DayOf(at, taipei), Bucket: 24000, Visits: 1, Money: amount, Points: loyalty.Points(amount),
				Earned: loyalty.Points(amount)},
			Shares: []loyalty.Share{{Rule: "base", Points: loyalty.Points(amount)}}, Programme: 1,
			EffectiveAt: at, RecordedAt: at, Actor: loyalty.ByStaff("s" + strconv.Itoa(r.IntN(20))), Role: "clerk",
			Store: []loyalty.Store{"north", "south", "east"}[r.IntN(3)],
		}
		binary.BigEndian.PutUint64(e.Hash[:], r.Uint64())
		binary.BigEndian.PutUint64(e.Digest[:], r.Uint64())
		if seq > 1 && r.IntN(10) == 0 {
			e.Kind, e.Lot, e.Amount, e.Tally, e.Shares = loyalty.KindSpend, nil, 0, loyalty.Tally{}, nil
			e.Parts = []loyalty.Part{{Lot: 1, Points: 20}}
			e.Legs = []loyalty.Leg{{Pot: loyalty.Available, Points: -20}, {Pot: loyalty.Redeemed, Points: 20}}
		}
		list = append(list, e)
		at = at.AddDate(0, 0, 1+r.IntN(60))
	}
	return list
}
