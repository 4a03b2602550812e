package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"regulars/store"
	"regulars/store/journal"
)

// The benchmarks compare with plain bbolt on the same disk in the same minutes,
// in turns, and report medians: absolute numbers belong to the machine.

// rounds is how often each side has its turn; it is odd, for the median.
const rounds = 7

// benchValue is about what a member's row weighs.
var benchValue = make([]byte, 200)

// bare is a store of plain bbolt with the settings that Open uses.
func bare(b *testing.B) *bbolt.DB {
	plain, err := bbolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, &bbolt.Options{
		FreelistType: bbolt.FreelistMapType, InitialMmapSize: 256 << 20, NoStatistics: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = plain.Close() })
	err = plain.Update(func(btx *bbolt.Tx) error {
		_, err := btx.CreateBucket(bucketRows)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return plain
}

// ours and theirs read a row and write it back, as the smallest update does.
func ours(db *DB, k []byte) error {
	return db.Update(context.Background(), func(tx store.Tx) error {
		if _, _, err := tx.Get(k); err != nil {
			return err
		}
		return tx.Put(k, benchValue)
	})
}

func theirs(db *bbolt.DB, k []byte) error {
	return db.Update(func(btx *bbolt.Tx) error {
		rows := btx.Bucket(bucketRows)
		rows.Get(k)
		return rows.Put(k, benchValue)
	})
}

// rate lets callers work at once for a while, and returns updates a second.
func rate(b *testing.B, callers int, d time.Duration, update func(k []byte) error) float64 {
	var n atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for c := range callers {
		wg.Go(func() {
			for i := 0; time.Since(start) < d; i++ {
				if err := update(fmt.Appendf(nil, "member/%05d/%02d", c, i%20)); err != nil {
					b.Error(err)
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(n.Load()) / time.Since(start).Seconds()
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// BenchmarkRatioCoalesced compares 512 callers at once with the same over plain
// bbolt, one commit a call. The goal is a ratio of 4 or more.
func BenchmarkRatioCoalesced(b *testing.B) {
	db, plain := fresh(b, Options{}), bare(b)
	const callers, turn = 512, 500 * time.Millisecond
	for b.Loop() {
		var us, them, ratio []float64
		for range rounds {
			u := rate(b, callers, turn, func(k []byte) error { return ours(db, k) })
			t := rate(b, callers, turn, func(k []byte) error { return theirs(plain, k) })
			us, them, ratio = append(us, u), append(them, t), append(ratio, u/t)
		}
		b.ReportMetric(median(ratio), "x-bare")
		b.ReportMetric(median(us), "updates/s")
		b.ReportMetric(median(them), "bare-updates/s")
	}
}

// BenchmarkRatioIdle compares one caller alone. The goal is less than a
// millisecond more than a bare commit takes.
func BenchmarkRatioIdle(b *testing.B) {
	db, plain := fresh(b, Options{}), bare(b)
	k := []byte("member/00001/01")
	timed := func(update func() error) float64 {
		start := time.Now()
		if err := update(); err != nil {
			b.Fatal(err)
		}
		return float64(time.Since(start).Microseconds())
	}
	for b.Loop() {
		var us, them []float64
		for range 100 * rounds {
			us = append(us, timed(func() error { return ours(db, k) }))
			them = append(them, timed(func() error { return theirs(plain, k) }))
		}
		u, t := median(us), median(them)
		b.ReportMetric(u/t, "x-bare")
		b.ReportMetric(u, "µs/update")
		b.ReportMetric(t, "bare-µs/update")
	}
}

// sale writes what a sale does, about: fifteen rows of JSON, a few hundred
// bytes each, that no two sales have alike.
func sale(db *DB, k []byte, rnd *rand.Rand) error {
	return db.Update(context.Background(), func(tx store.Tx) error {
		for i := range 15 {
			value := fmt.Appendf(nil, `{"member":"%016x","at":"2026-11-22T10:00:00Z","points":%d,"sealed":"%x"}`, rnd.Uint64(), i, benchSealed(rnd))
			if err := tx.Put(fmt.Appendf(k[:len(k):len(k)], "/%02d", i), value); err != nil {
				return err
			}
		}
		return nil
	})
}

func benchSealed(rnd *rand.Rand) (b []byte) {
	for range 10 {
		b = binary.BigEndian.AppendUint64(b, rnd.Uint64())
	}
	return b
}

// journalPair is a store with a journal and one without.
func journalPair(b *testing.B) (with, without *DB) {
	path := filepath.Join(b.TempDir(), "journaled.db")
	if err := Create(path); err != nil {
		b.Fatal(err)
	}
	return open(b, path, Options{Journal: &journal.Options{Dir: path + ".journal", Key: journalKey}}), fresh(b, Options{})
}

// BenchmarkRatioJournalBusy compares 512 callers at once, with a journal and
// without. The goal is less than 1.05 times the time of a commit.
func BenchmarkRatioJournalBusy(b *testing.B) {
	with, without := journalPair(b)
	turn := func(db *DB) float64 {
		return rate(b, 512, 250*time.Millisecond, func(k []byte) error {
			return sale(db, k, rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)))
		})
	}
	for b.Loop() {
		var us, them, ratio []float64
		for range 6*rounds + 1 {
			t, u := turn(without), turn(with)
			us, them, ratio = append(us, u), append(them, t), append(ratio, t/u)
		}
		b.ReportMetric(median(ratio), "x-without")
		b.ReportMetric(median(us), "sales/s")
		b.ReportMetric(median(them), "without-sales/s")
	}
	if s, _ := with.Journal(); s.Err != nil {
		b.Error(s.Err)
	}
}

// BenchmarkRatioJournalIdle compares one caller alone. What the machine does
// besides changes more than the journal: so turns are short, and medians are
// taken over each sale.
func BenchmarkRatioJournalIdle(b *testing.B) {
	with, without := journalPair(b)
	rnd := rand.New(rand.NewPCG(1, 0))
	turn := func(db *DB, into []float64) []float64 {
		for i := range 20 {
			start := time.Now()
			if err := sale(db, fmt.Appendf(nil, "member/%05d", i), rnd); err != nil {
				b.Fatal(err)
			}
			into = append(into, float64(time.Since(start).Microseconds()))
		}
		return into
	}
	for b.Loop() {
		var us, them []float64
		for range 400 {
			them, us = turn(without, them), turn(with, us)
		}
		u, t := median(us), median(them)
		b.ReportMetric(u/t, "x-without")
		b.ReportMetric(u, "µs/sale")
		b.ReportMetric(t, "without-µs/sale")
	}
}
