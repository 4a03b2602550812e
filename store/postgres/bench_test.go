package postgres

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/postgres/pgtest"
)

// The benchmarks compare with the bolt engine on the same disk in the same
// minutes, in turns, both syncing each commit, and report medians: absolute
// numbers belong to the machine.

// rounds is how often each side has its turn; it is odd, for the median.
const rounds = 7

// The rows of a member, as a shop has them: each table's under her own name.
var benchTables = [3]store.Table[string]{
	store.NewTable[string]("pgbench-account/", store.Locked, store.FirstPart("pgbench")),
	store.NewTable[string]("pgbench-person/", store.Locked, store.FirstPart("pgbench")),
	store.NewTable[string]("pgbench-told/", store.Locked, store.FirstPart("pgbench")),
}

// hundred runs 100 updates at once, each of which locks a member, reads three of
// its rows and writes two, and returns how long all took.
func hundred(b *testing.B, dbs []store.DB, member func(i int) string) time.Duration {
	var wg sync.WaitGroup
	value := strings.Repeat("x", 200)
	start := time.Now()
	for i := range 100 {
		m, db := member(i), dbs[i%len(dbs)]
		wg.Go(func() {
			err := db.Update(context.Background(), func(tx store.Tx) error {
				if err := tx.Lock(store.Subject("pgbench/" + m)); err != nil {
					return err
				}
				for i, table := range benchTables {
					if _, _, err := table.Get(tx, m); err != nil {
						return err
					}
					if i > 0 {
						if err := table.Put(tx, value, m); err != nil {
							return err
						}
					}
				}
				return nil
			})
			if err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

func median[T ~int64 | ~float64](v []T) T {
	slices.Sort(v)
	return v[len(v)/2]
}

// benchmark lets two processes' worth of handles on PostgreSQL and one on bolt
// take turns at hundred.
func benchmark(b *testing.B, member func(i int) string) {
	url := pgtest.NewServer(b, pgtest.Durable...).Database(b)
	one, err := Create(context.Background(), url, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = one.Close() })
	two := another(b, url, Options{})
	path := filepath.Join(b.TempDir(), "regulars.db")
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	file, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = file.Close() })
	for b.Loop() {
		var pg1, pg2, bo []time.Duration
		hundred(b, []store.DB{one, two}, member) // makes the connections
		before := one.Stats()
		for range rounds {
			pg1 = append(pg1, hundred(b, []store.DB{one}, member))
			bo = append(bo, hundred(b, []store.DB{file}, member))
		}
		s := one.Stats()
		for range rounds {
			pg2 = append(pg2, hundred(b, []store.DB{one, two}, member))
		}
		updates := float64(s.Updates - before.Updates)
		b.ReportMetric(float64(median(pg1))/float64(median(bo)), "x-bolt")
		b.ReportMetric(float64(median(pg2))/float64(median(bo)), "two-processes-x-bolt")
		b.ReportMetric(100/median(pg1).Seconds(), "updates/s")
		b.ReportMetric(100/median(bo).Seconds(), "bolt-updates/s")
		b.ReportMetric(float64(s.Trips-before.Trips)/updates, "trips/update")
		b.ReportMetric(float64(s.LockWaits-before.LockWaits)/updates, "waits/update")
		b.ReportMetric(float64(s.Restarts-before.Restarts)/updates, "restarts/update")
	}
}

// BenchmarkRatioOneMember is 100 updates of one member at once.
func BenchmarkRatioOneMember(b *testing.B) {
	benchmark(b, func(int) string { return "ann" })
}

// BenchmarkRatioManyMembers is 100 updates of different members at once.
func BenchmarkRatioManyMembers(b *testing.B) {
	benchmark(b, func(i int) string { return fmt.Sprintf("%03d", i) })
}
