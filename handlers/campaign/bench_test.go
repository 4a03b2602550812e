package campaign

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/loyalty"
	"regulars/store"
	"regulars/store/bolt"
)

// timed measures how long the functions of Updates last, and beside each of them
// some work of fixed length: on a busy machine both wait for a processor.
type timed struct {
	store.DB
	updates, fixed []time.Duration
	work           [2 << 20]byte
}

func (d *timed) Update(ctx context.Context, f func(store.Tx) error) error {
	from := time.Now()
	sha256.Sum256(d.work[:])
	d.fixed = append(d.fixed, time.Since(from))
	return d.DB.Update(ctx, func(tx store.Tx) error {
		from := time.Now()
		err := f(tx)
		d.updates = append(d.updates, time.Since(from))
		return err
	})
}

// crowd is a segment of so many members in six languages over two channels and
// three zones.
type crowd int

func (crowd) Check(string) error { return nil }

func (n crowd) Each(_ context.Context, _ string, _ time.Time, after loyalty.MemberID, limit int, f func(Who) error) (loyalty.MemberID, error) {
	i := 0
	if after != "" {
		fmt.Sscanf(string(after), "01JH00000000000000%d", &i)
		i++
	}
	langs, zones := []string{"zh-TW", "en", "ja", "th", "zh-HK", "zh-CN"}, []string{"", "Asia/Tokyo", "Europe/London"}
	for to := min(i+limit, int(n)); i < to; i++ {
		id := loyalty.MemberID(fmt.Sprintf("01JH00000000000000%08d", i))
		if err := f(Who{Member: id, Channel: []bot.ChannelName{"line", "line", "line", "tg"}[i%4], Lang: langs[i%6], Zone: zones[i%3], Promo: true}); err != nil {
			return "", err
		}
	}
	if i == int(n) {
		return "", nil
	}
	return loyalty.MemberID(fmt.Sprintf("01JH00000000000000%08d", i-1)), nil
}

// BenchmarkFreeze writes down an audience of 1,000,000 in a bbolt file. It tells
// how long the longest Update's function took, and the live memory at its most.
func BenchmarkFreeze(b *testing.B) {
	for _, n := range []crowd{10_000, 1_000_000} {
		b.Run(fmt.Sprint(int(n)), func(b *testing.B) {
			for b.Loop() {
				freezeMany(b, n)
			}
		})
	}
}

func freezeMany(b *testing.B, n crowd) {
	w := newWorld(&testing.T{})
	path := filepath.Join(b.TempDir(), "bench.db")
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	file, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	db := &timed{DB: file}
	out, err := outbox.New(outbox.Config{
		DB: db, Persons: &w.e.Shop.Persons, Clock: w.clock, Log: w.e.Shop.Log,
		Channels: map[bot.ChannelName]outbox.Channel{"line": mute{bot.LINE}, "tg": mute{bot.Telegram}},
	})
	if err != nil {
		b.Fatal(err)
	}
	e := &Engine{Shop: w.e.Shop, DB: db, Bulks: out, Outbox: out, Segments: n}
	d := plain()
	d.HoldOut = nil
	d.When.Local = "2026-01-06 10:00"
	d.Text = map[string]map[string]Words{}
	for _, l := range []string{"zh-TW", "en", "ja", "th", "zh-HK", "zh-CN"} {
		d.Text[l] = map[string]Words{"a": {Text: "A"}, "b": {Text: "B"}}
	}
	ctx := context.Background()
	const id = ID("BENCH2")
	err = db.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(subject(id)); err != nil {
			return err
		}
		if err := drafts.Put(tx, d, string(id), number(1)); err != nil {
			return err
		}
		return put(tx, Campaign{ID: id, State: Scheduled, Version: 1, Start: w.clock.at})
	})
	if err != nil {
		b.Fatal(err)
	}
	most, from := uint64(0), time.Now()
	for more := true; more; {
		if more, err = e.advance(ctx, id); err != nil {
			b.Fatal(err)
		}
		var m runtime.MemStats
		if len(db.updates)%64 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
		}
	}
	b.ReportMetric(float64(n)/time.Since(from).Seconds(), "members/s")
	for name, all := range map[string][]time.Duration{"update": db.updates, "fixed": db.fixed} {
		slices.Sort(all)
		ms := func(i int) float64 { return float64(all[i].Microseconds()) / 1000 }
		b.ReportMetric(ms(len(all)-1), "ms-max-"+name)
		b.ReportMetric(ms(len(all)*99/100), "ms-p99-"+name)
		b.ReportMetric(ms(len(all)/2), "ms-p50-"+name)
	}
	b.ReportMetric(float64(most)/(1<<20), "MB-live")
}

func (crowd) Refresh(context.Context, time.Time) error { return nil }

func (crowd) Bought(store.Reader, loyalty.MemberID, time.Time, time.Time) (int64, loyalty.Money, error) {
	return 0, 0, nil
}

func (crowd) Fits(context.Context, string, []loyalty.MemberID, time.Time) ([]bool, error) {
	return nil, nil
}
