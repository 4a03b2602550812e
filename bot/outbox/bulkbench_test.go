package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/sim"
	"regulars/bot/telegram"
	"regulars/store"
	"regulars/store/bolt"
)

// What texts to many are promised to do, against the simulator, on a store that
// syncs. Absolute numbers belong to the machine: run them with `make bench`, on
// one that does nothing else.

// sealing is people whose ids are their LINE ids, with one key for all, so that
// a million of them need no room.
type sealing struct{ *people }

func (s sealing) Seal(tx store.Tx, _ bot.PersonID, plain []byte) ([]byte, error) {
	return s.people.Seal(tx, "", plain)
}

func (s sealing) Open(r store.Reader, _ bot.PersonID, sealed []byte) ([]byte, error) {
	return s.people.Open(r, "", sealed)
}

// timed is a store that remembers how long the functions of its updates took.
type timed struct {
	store.DB
	mu    sync.Mutex
	took  []time.Duration
	whole []time.Duration
}

func (d *timed) Update(ctx context.Context, f func(store.Tx) error) error {
	var within time.Duration
	began := time.Now()
	err := d.DB.Update(ctx, func(tx store.Tx) error {
		t := time.Now()
		err := f(tx)
		within = time.Since(t)
		return err
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.took, d.whole = append(d.took, within), append(d.whole, time.Since(began))
	return err
}

// share is the p-th of a hundred parts, and the longest.
func share(list []time.Duration, p int) (at, most time.Duration) {
	if len(list) == 0 {
		return 0, 0
	}
	s := slices.Sorted(slices.Values(list))
	return s[len(s)*p/100], s[len(s)-1]
}

func (d *timed) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.took, d.whole = nil, nil
}

func benchDB(b *testing.B) *timed {
	path := filepath.Join(b.TempDir(), "bench.db")
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return &timed{DB: db}
}

// stranger is the i-th of the simulated crowd.
func stranger(i int) bot.PersonID {
	h := sha256.Sum256(fmt.Appendf(nil, "stranger %d", i))
	return bot.PersonID("U" + hex.EncodeToString(h[:16]))
}

// benchHooks reach LINE ids as they are, and say what a café says.
func benchHooks() *BulkHooks {
	return &BulkHooks{
		Words: func(store.Reader, BulkID, string) ([]bot.Message, error) {
			return []bot.Message{{
				Title: "Ten percent on Thursday", Text: "Rain is coming, so is the new blend: ten percent off each bag until Sunday.",
				Buttons: []bot.Button{{Label: "Get it", Do: bot.DoCommand, Value: "c 7KQ2"}}, Note: "No more of these? Say /quiet",
			}}, nil
		},
		Reach: func(_ store.Reader, p bot.PersonID, ch bot.ChannelName) (bot.Address, bool, error) {
			return bot.Address{
				Chat: bot.Chat{Channel: ch, ID: bot.ChatID(p)}, Person: bot.Identity{Channel: ch, User: bot.UserID(p)},
			}, true, nil
		},
	}
}

// begin puts and starts a bulk, in commits of ten parts, and runs o until all is
// done.
func begin(b *testing.B, o *Outbox, id BulkID, ch bot.ChannelName, n int, person func(int) bot.PersonID) {
	ctx, now := context.Background(), time.Now()
	put := func(f func(tx store.Tx) error) {
		if err := o.cfg.DB.Update(ctx, f); err != nil {
			b.Fatal(err)
		}
	}
	put(func(tx store.Tx) error { return o.PutBulk(tx, Bulk{ID: id, Class: bot.Promo}, now) })
	for from := 0; from < n; from += 10 * PartSize {
		put(func(tx store.Tx) error {
			for k := from; k < min(n, from+10*PartSize); k += PartSize {
				var list []bot.PersonID
				for i := k; i < min(n, k+PartSize); i++ {
					list = append(list, person(i))
				}
				if err := o.PutPart(tx, id, k/PartSize, Part{Channel: ch, People: list}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	put(func(tx store.Tx) error { return o.StartBulk(tx, id, now) })
	o.LookBulks()
}

// await waits until a bulk is over.
func await(b *testing.B, o *Outbox, id BulkID) (rep BulkReport) {
	for look := time.Tick(20 * time.Millisecond); ; <-look {
		err := o.cfg.DB.View(context.Background(), func(r store.Reader) (err error) {
			rep, _, err = o.BulkReport(r, id)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		if rep.State == BulkDone {
			return rep
		}
	}
}

func running(b *testing.B, o *Outbox) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- o.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
}

func promised(b *testing.B, ok bool, format string, args ...any) {
	b.Helper()
	if ok {
		b.Logf("ok: "+format, args...)
		return
	}
	b.Errorf("MISSED: "+format, args...)
}

// BenchmarkBulkLINE sends one text to a million by multicast. The bars: 30,000
// people a second, within 200 calls a second, and 99 % of updates within 20 ms;
// the longest is told, since a busy machine may stop any of them.
func BenchmarkBulkLINE(b *testing.B) {
	const people = 1_000_000
	for b.Loop() {
		s := sim.New(b)
		s.Wire.Most = 100
		account := s.LineChannel(sim.LineConfig{})
		account.Crowd()
		is := account.Config()
		c, err := line.New(line.Config{Name: "main", ChannelID: is.ID, Secret: is.Secret, Token: is.Token, BasicID: is.BasicID,
			APIBase: s.LineAPI(), DataAPIBase: s.LineDataAPI()})
		if err != nil {
			b.Fatal(err)
		}
		db := benchDB(b)
		o, err := New(Config{DB: db, Persons: sealing{newPeople()}, Channels: map[bot.ChannelName]Channel{"main": c}, Bulk: benchHooks()})
		if err != nil {
			b.Fatal(err)
		}
		running(b, o)
		frozen := time.Now()
		begin(b, o, "july", "main", people, stranger)
		put, putMost := share(db.took, 99)
		db.forget()
		began := time.Now()
		rep := await(b, o, "july")
		took := time.Since(began)
		n := rep.ByWording[""][Sent]
		rate := float64(n) / took.Seconds()
		p99, most := share(db.took, 99)
		wp99, wmost := share(db.whole, 99)
		b.ReportMetric(rate, "people/s")
		promised(b, n == people && rate >= 30_000 && account.Used() == people,
			"%d of %d by LINE in %v: %.0f a second (bar ≥ 30,000), %.0f calls a second (bar ≤ 200), billed %d",
			n, people, took.Round(time.Millisecond), rate, float64(people)/PartSize/took.Seconds(), rep.Billed)
		promised(b, p99 < 20*time.Millisecond, "updates while it went out: 99 %% within %v, the longest %v; with their sync %v and %v (bar < 20 ms)", p99, most, wp99, wmost)
		b.Logf("written down in %v: updates of ten parts 99 %% within %v, the longest %v", began.Sub(frozen).Round(time.Millisecond), put, putMost)
	}
}

// BenchmarkBulkMemory compares what a bulk of a million needs with what one of
// ten thousand does, over a wire without a memory. The bar is 20 MB.
func BenchmarkBulkMemory(b *testing.B) {
	heap := func(people int) (most uint64) {
		db := benchDB(b)
		o, err := New(Config{DB: db, Persons: sealing{newPeople()}, Channels: map[bot.ChannelName]Channel{"main": &quick{newPlatform(bot.LINE)}}, Bulk: benchHooks()})
		if err != nil {
			b.Fatal(err)
		}
		begin(b, o, "july", "main", people, stranger)
		db.forget()
		runtime.GC()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		done := make(chan error, 1)
		go func() { done <- o.Run(ctx) }()
		over := make(chan BulkReport, 1)
		go func() { over <- await(b, o, "july") }()
		for {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			if m.HeapAlloc > before.HeapAlloc {
				most = max(most, m.HeapAlloc-before.HeapAlloc)
			}
			select {
			case <-over:
				stop()
				<-done
				return most
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	for b.Loop() {
		small, large := heap(10_000), heap(1_000_000)
		more := (float64(large) - float64(small)) / (1 << 20)
		b.ReportMetric(more, "MB-more")
		promised(b, more < 20, "live heap above the start: 10,000 people %.1f MB, 1,000,000 people %.1f MB; %.1f MB more (bar ± 20)",
			float64(small)/(1<<20), float64(large)/(1<<20), more)
	}
}

// BenchmarkBulkTelegram sends one text to as many as a quarter of a minute
// allows, while people ask and are answered. The bars: 98 % of 30 a second in
// all, no 429, and each answer within 200 ms.
func BenchmarkBulkTelegram(b *testing.B) {
	const people, spell = 1200, 25 * time.Second
	for b.Loop() {
		s := sim.New(b)
		account := s.TelegramBot(sim.TelegramConfig{})
		c, err := telegram.New(telegram.Config{Name: "tg", Token: account.Token(), SecretToken: "secret", Username: account.Username(), APIBase: s.TelegramAPI()})
		if err != nil {
			b.Fatal(err)
		}
		ids := make([]bot.PersonID, people)
		for i := range ids {
			p := account.Person(fmt.Sprint("p", i), "")
			p.Start("")
			ids[i] = bot.PersonID(fmt.Sprint(p.ID()))
		}
		o, err := New(Config{DB: benchDB(b), Persons: sealing{newPeople()}, Channels: map[bot.ChannelName]Channel{"tg": c}, Bulk: benchHooks()})
		if err != nil {
			b.Fatal(err)
		}
		running(b, o)
		calls, unsubscribe := s.Wire.Subscribe()
		begin(b, o, "july", "tg", people-100, func(i int) bot.PersonID { return ids[i] })
		sent, refused, late := 0, 0, []time.Duration{}
		asked := map[string]time.Time{}
		ask := time.NewTicker(700 * time.Millisecond)
		var from time.Time
		end := time.After(spell + time.Second)
	watching:
		for n := 0; ; {
			select {
			case <-end:
				break watching
			case <-ask.C:
				n++
				text := fmt.Sprintf("You have %d points", n)
				asked[text] = time.Now()
				answerOf(b, o, bot.ChatID(ids[people-1-n%100]), text)
			case call := <-calls:
				if !strings.HasSuffix(call.Path, "/sendMessage") {
					continue
				}
				if call.Status == 429 {
					refused++
					continue
				}
				if from.IsZero() {
					from = call.At
				}
				if call.At.Sub(from) < spell {
					sent++
				}
				for text, t := range asked {
					if strings.Contains(string(call.Body), strings.ReplaceAll(text, " ", "+")) || strings.Contains(string(call.Body), text) {
						late = append(late, call.At.Sub(t))
						delete(asked, text)
					}
				}
			}
		}
		ask.Stop()
		unsubscribe()
		rate := float64(sent) / spell.Seconds()
		mid, most := share(late, 50)
		p95, _ := share(late, 95)
		b.ReportMetric(rate, "calls/s")
		promised(b, rate >= 0.98*30 && refused == 0, "Telegram: %.2f calls a second over %v (bar ≥ 29.4), %d refused", rate, spell, refused)
		promised(b, most < 200*time.Millisecond && len(late) > 20 && len(asked) <= 1, "%d answers meanwhile: half within %v, 95 %% within %v, the longest %v (bar < 200 ms); %d never came",
			len(late), mid.Round(time.Millisecond), p95.Round(time.Millisecond), most.Round(time.Millisecond), max(0, len(asked)-1))
	}
}

func answerOf(b *testing.B, o *Outbox, to bot.ChatID, text string) {
	chat := bot.Chat{Channel: "tg", ID: to}
	in := bot.Intent{
		ID: bot.IntentID("tg/" + text), Channel: "tg", Lane: o.cfg.Persons.Lane(chat), Person: bot.PersonID(to), Class: bot.Answer,
		Born: time.Now(), Letter: bot.Letter{To: bot.Address{Chat: chat}, Messages: []bot.Message{{Text: text}}},
	}
	if err := o.cfg.DB.Update(context.Background(), func(tx store.Tx) error { return o.Put(tx, time.Now(), in) }); err != nil {
		b.Error(err)
	}
	o.Nudge(in)
}
