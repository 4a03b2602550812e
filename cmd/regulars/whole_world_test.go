package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "embed"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

//go:embed testdata/whole.toml
var wholeFile []byte

// wholeShop is the service, with everything around it, in a bubble of invented time:
// both platforms, one to three processes on one store, and a gate through which
// every transaction, call and webhook passes one at a time.
type wholeShop struct {
	t       *testing.T
	seed    uint64
	dice    *rand.Rand
	gate    *gate
	net     *pipes
	db      store.DB
	file    string // where the store is, if it is a file; "": in memory
	sim     *sim.Sim
	line    *sim.LineChannel
	bots    *sim.TelegramBot
	at      func(time.Time) *programme.Programme
	log     *safeBuffer
	mu      sync.Mutex
	procs   []*process // those that live
	born    []*process // all there ever were
	starts  int
	peril   int // of a thousand things that happen, so many go wrong
	named   []calledBy
	trace   []string
	planted planted
}

// planted is how a store commits that is broken on purpose.
type planted func(store.DB, context.Context, func(store.Tx) error) error

// calledBy is how an id of the simulator's is called in a trace.
type calledBy struct{ id, name string }

// process is one of them, from its start to its end.
type process struct {
	world  *wholeShop
	number int
	app    *app
	door   *pipeDoor
	clock  *ownClock
	dead   atomic.Bool
	stop   context.CancelFunc
	ended  chan error
}

// ownClock is a machine's: it is off by up to two seconds, and is put right while the
// process runs, forwards or back.
type ownClock struct {
	*sim.Clock
	off atomic.Int64 // nanoseconds
}

func (c *ownClock) Now() time.Time { return c.Clock.Now().Add(time.Duration(c.off.Load())) }

// wrong is how far off it is from now on.
func (c *ownClock) wrong(lot uint64) time.Duration {
	off := time.Duration(int(lot%5)-2) * time.Second
	c.off.Store(int64(off))
	return off
}

// lots are a process's own, drawn from the seed.
type drawnLots struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func (l *drawnLots) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}

const wholeURL = "http://127.0.0.1:1" // an address in the clear: no certificate is looked at

// wholeStart is a Thursday, 10:00 in Taipei.
var wholeStart = time.Date(2026, 3, 5, 2, 0, 0, 0, time.UTC)

func newWhole(t *testing.T, seed uint64) *wholeShop {
	t.Helper()
	p, complaints := programme.Load(wholeFile)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	w := &wholeShop{t: t, seed: seed, dice: rand.New(rand.NewPCG(seed, 77)), gate: newGate(seed), net: newPipes(), at: always(p), log: &safeBuffer{}}
	w.found()
	time.Sleep(time.Until(wholeStart))
	s, err := sim.Start(sim.Options{Listener: w.net.listen("10.0.0.100:80"), Webhooks: &hookWay{w, w.net.transport()}})
	if err != nil {
		t.Fatal(err)
	}
	w.sim = s
	w.line = s.LineChannel(sim.LineConfig{ID: labLineID, Secret: labLineSecret, Token: labLineToken, BasicID: "@lab", Redelivery: true})
	w.bots = s.TelegramBot(sim.TelegramConfig{Token: labBotToken, Username: "lab_bot"})
	return w
}

// found makes the store: in memory, which finds a lock that was forgotten, or in
// every second tale of one process a file.
func (w *wholeShop) found() {
	w.t.Helper()
	if w.want() > 1 || w.seed%2 > 0 {
		w.db = mem.New()
		return
	}
	w.file = filepath.Join(w.t.TempDir(), "regulars.db")
	if err := bolt.Create(w.file); err != nil {
		w.t.Fatal(err)
	}
	w.opens()
}

// opens opens the file, again where the process that had it open is gone.
func (w *wholeShop) opens() {
	w.t.Helper()
	if w.db != nil {
		if err := w.db.Close(); err != nil {
			w.t.Fatal(err)
		}
	}
	db, err := bolt.Open(w.file, bolt.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.db = db
}

// launch starts one process more.
func (w *wholeShop) launch() *process {
	w.t.Helper()
	if w.starts++; w.file != "" && w.starts > 1 {
		w.opens()
	}
	p := &process{world: w, number: w.starts, clock: &ownClock{Clock: w.sim.Clock}, ended: make(chan error, 1)}
	p.clock.wrong(w.gate.fresh("clock"))
	away := &caller{p, w.net.transport()}
	cfg := &Config{
		PublicURL: wholeURL, Data: "postgres://whole", calls: &http.Client{Transport: away},
		Channels: []ChannelConfig{
			{Name: "main", Kind: bot.LINE, ChannelID: labLineID, ChannelSecret: labLineSecret, ChannelToken: labLineToken, BasicID: "@lab",
				APIBase: w.sim.LineAPI(), DataAPIBase: w.sim.LineDataAPI()},
			{Name: "tg", Kind: bot.Telegram, Token: labBotToken, SecretToken: labBotSecret, Username: "lab_bot", APIBase: w.sim.TelegramAPI()},
		},
	}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelInfo})).With("process", p.number)
	a, err := newApp(cfg, &shared{w.db, p}, e2eKey, w.at, p.clock, log)
	if err != nil {
		w.t.Fatal(err)
	}
	key := sha256.Sum256(fmt.Append(nil, w.seed, p.number))
	a.shop.Rand = &drawnLots{r: rand.NewChaCha8(key)}
	p.app, p.door = a, w.net.listen(fmt.Sprintf("10.0.0.%d:80", p.number))
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	w.mu.Lock() // before it runs: it may end by itself at once
	w.procs, w.born = append(w.procs, p), append(w.born, p)
	w.mu.Unlock()
	go func() {
		err := a.run(ctx, p.door)
		p.dead.Store(true) // it may have ended by itself: where the store is away at its start
		w.gone(p)
		p.door.cut()
		p.ended <- err
	}()
	return p
}

// someone is a process that lives, as a load balancer finds one.
func (w *wholeShop) someone(lot uint64) *process {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.procs) == 0 {
		return nil
	}
	return w.procs[lot%uint64(len(w.procs))]
}

// first is a process that lives; there is one again where all have ended.
func (w *wholeShop) first() *process {
	for {
		if p := w.someone(0); p != nil {
			return p
		}
		w.revive()
	}
}

// all are the processes that live.
func (w *wholeShop) all() []*process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.procs)
}

func (w *wholeShop) living() int { return len(w.all()) }

// gone takes a process off the load balancer's list.
func (w *wholeShop) gone(p *process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.procs = slices.DeleteFunc(w.procs, func(x *process) bool { return x == p })
}

// kill ends a process as a power cut does: from now on it reaches nobody.
func (w *wholeShop) kill(p *process) {
	p.dead.Store(true)
	w.gone(p)
	w.note("process %d dies", p.number)
	p.door.cut()
	p.stop()
}

// retire ends a process in good order.
func (w *wholeShop) retire(p *process) {
	w.t.Helper()
	w.gone(p)
	w.note("process %d stops", p.number)
	p.stop()
	for range 120 {
		select {
		case err := <-p.ended:
			if err != nil && !errors.Is(err, errShut) && !errors.Is(err, store.ErrUnavailable) {
				w.t.Errorf("process %d ends with: %v", p.number, err)
			}
			return
		default:
			w.rest(250 * time.Millisecond)
		}
	}
	w.t.Fatalf("process %d does not end\n%s", p.number, w.log)
}

func (w *wholeShop) note(format string, args ...any) {
	w.trace = append(w.trace, w.sim.Clock.Now().In(taipei).Format("02 15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// want is how many processes there are to be.
func (w *wholeShop) want() int { return 1 + int(w.seed%3) }

func (w *wholeShop) tail(n int) string {
	return strings.Join(w.trace[max(0, len(w.trace)-n):], "\n")
}

// close ends everything in the bubble.
func (w *wholeShop) close() {
	w.peril = 0
	for _, p := range w.all() {
		w.retire(p)
	}
	for _, p := range w.born {
		p.stop()
	}
	w.rest(time.Minute) // who was killed just now ends too, while its clock still runs
	w.sim.Close()
	w.rest(time.Minute)
	if err := w.db.Close(); err != nil {
		w.t.Error(err)
	}
}

// hire makes somebody an employee.
func (w *wholeShop) hire(who bot.Identity, role loyalty.Role) {
	w.t.Helper()
	a := w.first().app
	err := w.db.Update(context.Background(), func(tx store.Tx) error {
		now := a.clock.Now()
		if _, _, err := a.shop.Vault.Meet(tx, shop.Identity(who), people.Seen{Language: "en"}, now, a.shop.Rand); err != nil {
			return err
		}
		code, err := a.shop.Vault.Invite(tx, role, "", "job:test", now, people.CodeLife, a.shop.Rand)
		if err != nil {
			return err
		}
		_, err = a.shop.Vault.Enrol(tx, code, shop.Identity(who), now, a.shop.Rand)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
