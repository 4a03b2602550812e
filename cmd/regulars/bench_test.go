package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"
)

// What the program promises of its speed. Both sides of a ratio take turns in
// one run, on one machine, and medians are compared: absolute numbers belong to
// the machine. Run them with `make bench`, on a machine that does nothing else.

// benchRounds is how often each side has its turn; it is odd, for the median.
const benchRounds = 5

// BenchmarkWebhooks64 and BenchmarkWebhooks512 compare signed webhooks a second
// to a durable 200, each from another member who asks for their points and gets
// an answer, with a handler that only parses with LINE's own module behind the
// same server. The bar is a third.
func BenchmarkWebhooks64(b *testing.B)  { benchWebhooks(b, 64) }
func BenchmarkWebhooks512(b *testing.B) { benchWebhooks(b, 512) }

func benchWebhooks(b *testing.B, callers int) {
	const members = 20_000
	s := openBenchShop(b, benchStore(b, members))
	defer s.stop()
	ours, theirs := newClient(b, s.url), newClient(b, parseOnly(b))
	next := 0
	pick := func(int) int { next++; return next % members }
	ours.rate(b, callers, webhooks(2000, pick)) // connections, caches
	theirs.rate(b, callers, webhooks(2000, pick))
	s.drained(b)
	for b.Loop() {
		var us, them, ratio, behind []float64
		for range benchRounds {
			requests := webhooks(12_000, pick)
			runtime.GC()
			before := s.line.sent.Load()
			u := ours.rate(b, callers, requests)
			behind = append(behind, 1-float64(s.line.sent.Load()-before)/float64(len(requests)))
			s.drained(b)
			requests = webhooks(24_000, pick)
			runtime.GC()
			t := theirs.rate(b, callers, requests)
			us, them, ratio = append(us, u), append(them, t), append(ratio, u/t)
		}
		r := median(ratio)
		verdict(b, r >= 1.0/3, "webhooks/%d: ours %.0f/s, parse-only %.0f/s, ratio %.2f (bar ≥ 0.33); put off %d; answers unsent at the last 200: %.0f %%",
			callers, median(us), median(them), r, ours.putOff.Load(), 100*median(behind))
		b.ReportMetric(r, "x-parse")
	}
}

// BenchmarkWebhookLatency sends 2,500 webhooks a second, whether or not earlier
// ones were answered. The bar for the 99th percentile is 50 ms.
func BenchmarkWebhookLatency(b *testing.B) {
	const members, perSecond = 20_000, 2500
	s := openBenchShop(b, benchStore(b, members))
	defer s.stop()
	c := newClient(b, s.url)
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 1))
	b.Logf("seed %d", seed)
	pick := func(int) int { return random.IntN(members) }
	c.rate(b, 64, webhooks(2000, pick))
	for b.Loop() {
		var p50, p99, worst []time.Duration
		for range benchRounds {
			s.drained(b)
			requests := webhooks(3*perSecond, pick)
			runtime.GC()
			took := c.arrivals(b, perSecond, requests, random)
			p50, p99, worst = append(p50, quantile(took, 0.5)), append(p99, quantile(took, 0.99)), append(worst, quantile(took, 1))
		}
		verdict(b, median(p99) < 50*time.Millisecond, "latency at %d/s: p50 %v, p99 %v (bar < 50 ms), longest %v, put off %d",
			perSecond, round(median(p50)), round(median(p99)), round(median(worst)), c.putOff.Load())
		b.ReportMetric(float64(median(p99).Microseconds()), "µs-p99")
	}
}

// BenchmarkIdle compares one webhook alone, from its first byte to its 200,
// with one bare commit of bbolt that writes as many rows. The bar is a
// millisecond more.
func BenchmarkIdle(b *testing.B) {
	const members = 1000
	s := openBenchShop(b, benchStore(b, members))
	defer s.stop()
	c := newClient(b, s.url)
	bare := bareCommits(b)
	var us, them []time.Duration
	for b.Loop() {
		for i, r := range webhooks(200*benchRounds, func(i int) int { return i % members }) {
			us = append(us, one(b, func() error { return c.send(r) }))
			s.drained(b)
			them = append(them, one(b, func() error { return bare(i) }))
		}
		u, t := median(us), median(them)
		verdict(b, u <= t+time.Millisecond, "idle: webhook to 200 in %v, bare commit %v, difference %v (bar ≤ 1 ms)", round(u), round(t), round(u-t))
		b.ReportMetric(float64((u - t).Microseconds()), "µs-over-bare")
	}
}

// bareCommits commits to plain bbolt the two rows that a /points leaves behind
// in its first commit, its mark and its answer.
func bareCommits(b *testing.B) func(i int) error {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, &bbolt.Options{
		FreelistType: bbolt.FreelistMapType, InitialMmapSize: 256 << 20, NoStatistics: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	mark, answer := make([]byte, 120), make([]byte, 1200)
	return func(i int) error {
		return db.Update(func(tx *bbolt.Tx) error {
			rows, err := tx.CreateBucketIfNotExists([]byte("rows"))
			if err != nil {
				return err
			}
			if err := rows.Put(fmt.Appendf(nil, "outanswer/main.01J%023d.a", i), answer); err != nil {
				return err
			}
			return rows.Put(fmt.Appendf(nil, "seen/main/01J%023d", i), mark)
		})
	}
}

// BenchmarkMillion compares a shop of a million members with one of a thousand:
// /points within 1.3 times, alone and under load. And it starts the large one,
// lets its sweeps run, and asks what it holds in memory: under 200 MB.
func BenchmarkMillion(b *testing.B) {
	const few, many = 1000, 1_000_000
	path := benchStore(b, many)
	heap, most := heapAfterStart(b, path)
	verdict(b, heap < 200<<20, "heap after start with %d members: %d MB live, %d MB at most meanwhile (bar < 200 MB)", many, heap>>20, most>>20)
	large, small := openBenchShop(b, path), openBenchShop(b, benchStore(b, few))
	defer large.stop()
	defer small.stop()
	cl, cs := newClient(b, large.url), newClient(b, small.url)
	random := rand.New(rand.NewPCG(1, 2))
	anyOf := func(n int) func(int) int { return func(int) int { return random.IntN(n) } }
	cl.rate(b, 64, webhooks(20_000, anyOf(many)))
	cs.rate(b, 64, webhooks(2000, anyOf(few)))
	for b.Loop() {
		var tl, ts []time.Duration
		ql, qs := webhooks(100*benchRounds, anyOf(many)), webhooks(100*benchRounds, anyOf(few))
		for i := range ql {
			tl = append(tl, one(b, func() error { return cl.send(ql[i]) }))
			large.drained(b)
			ts = append(ts, one(b, func() error { return cs.send(qs[i]) }))
			small.drained(b)
		}
		l, s := median(tl), median(ts)
		alone := float64(l) / float64(s)
		verdict(b, alone <= 1.3, "/points alone: %d members %v, %d members %v, ratio %.2f (bar ≤ 1.3)", many, round(l), few, round(s), alone)
		var ratio []float64
		for range benchRounds {
			ql, qs := webhooks(8000, anyOf(many)), webhooks(8000, anyOf(few))
			runtime.GC()
			rl := cl.rate(b, 64, ql)
			large.drained(b)
			runtime.GC()
			rs := cs.rate(b, 64, qs)
			small.drained(b)
			ratio = append(ratio, rs/rl)
		}
		load := median(ratio)
		verdict(b, load <= 1.3, "/points, 64 at once: %d members take %.2f times as long as %d (bar ≤ 1.3)", many, load, few)
		b.ReportMetric(alone, "x-few-alone")
		b.ReportMetric(load, "x-few-load")
	}
}

// heapAfterStart starts the whole program over a store and lets it sweep and
// look through it for ten seconds. It gives the live heap then and the most
// that stood in it meanwhile, in bytes.
func heapAfterStart(b *testing.B, path string) (live, most uint64) {
	var m runtime.MemStats
	runtime.GC() // what made the store
	s := openWholeShop(b, path)
	defer s.stop()
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(20 * time.Millisecond) {
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc)
	}
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, most
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
