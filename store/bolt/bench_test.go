package bolt

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"regulars/store"
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
