package bottest

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/store"
)

var update = flag.Bool("update", false, "write the bot's lines into the transcripts")

// Fixture is the shop under test, as its handlers make it.
type Fixture struct {
	// Bot is complete but for DB, Outbox and Clock, which the player sets.
	Bot *bot.Bot
	// Zone is the shop's, for clock> lines.
	Zone *time.Location
	// Enrol makes a person an employee.
	Enrol func(ctx context.Context, who bot.Identity, role string) error
	// Do are the deeds of do> lines, by their first word. What they return, if
	// anything, is the last code shown.
	Do map[string]func(ctx context.Context, who bot.Identity, args string) (code string, err error)
	// Tick runs a job.
	Tick func(ctx context.Context, job string) error
	// Verify checks the ledger.
	Verify func(ctx context.Context) error
	// MaySend and the like are the outbox's own needs.
	Outbox func(*outbox.Config)
}

// Setup makes the shop over an open store. It is called again after a restart.
type Setup func(t testing.TB, db store.DB, clock bot.Clock) Fixture

// Engine opens a store for a scene. Reopen stops using the old one and gives
// the same rows anew.
type Engine struct {
	Name string
	Open func(t testing.TB) store.DB
	// Reopen restarts the store; nil keeps it open.
	Reopen func(t testing.TB, db store.DB) store.DB
}

// Crasher is a store that can be told to fail (store/mem).
type Crasher interface {
	CrashAt(n int)
	Reopen()
}

// Start is when scenes begin: a Monday morning in 2026, 10:00 in Taipei.
var Start = time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)

// Run plays the transcripts that match pattern, each scene on each engine.
func Run(t *testing.T, pattern string, setup Setup, engines ...Engine) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts match %s (%v)", pattern, err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) { play(t, f, setup, engines) })
	}
}

func play(t *testing.T, file string, setup Setup, engines []Engine) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	prelude := ""
	for _, s := range a.Files {
		if s.Name == "setup" {
			prelude = string(s.Data)
		}
	}
	for i, s := range a.Files {
		if s.Name == "setup" {
			continue
		}
		for n, e := range engines {
			t.Run(s.Name+"/"+e.Name, func(t *testing.T) {
				if !*update { // scenes know nothing of one another, and wait for disks
					t.Parallel()
				}
				got, want := scene(t, e, setup, prelude, string(s.Data)), string(a.Files[i].Data)
				switch {
				case got == want:
				case *update && n == 0:
					a.Files[i].Data = []byte(got)
				default:
					t.Errorf("the conversation went another way\n--- want\n%s\n--- got\n%s", want, got)
				}
			})
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// scene plays one scene in a bubble of time and gives back its text with the
// answers that came.
func scene(t *testing.T, e Engine, setup Setup, prelude, script string) (got string) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(Start))
		w := newWorld(t, e, setup)
		defer w.stop()
		w.play(prelude)
		got = w.play(script)
	})
	return got
}

// world is one shop with its people while a scene is played.
type world struct {
	t       testing.TB
	engine  Engine
	setup   Setup
	db      store.DB
	fixture Fixture
	line    *recorder
	second  *recorder // another LINE account of the same provider
	tg      *recorder
	cancel  context.CancelFunc
	done    chan struct{}

	people map[string]*persona
	groups map[string]*group
	last   *bot.Event
	next   int // numbers events and messages
	crash  int
	code   string // the last code shown
}

func newWorld(t testing.TB, e Engine, setup Setup) *world {
	w := &world{
		t: t, engine: e, setup: setup, db: e.Open(t),
		line:   &recorder{name: "line", platform: bot.LINE},
		second: &recorder{name: "line2", platform: bot.LINE},
		tg:     &recorder{name: "telegram", platform: bot.Telegram},
		people: map[string]*persona{}, groups: map[string]*group{},
	}
	w.start()
	return w
}

// start runs the program on the store.
func (w *world) start() {
	w.fixture = w.setup(w.t, w.db, bot.SystemClock{})
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(w.t.Output(), nil))
	}
	cfg := outbox.Config{
		DB: w.db, Persons: w.fixture.Bot.Persons, Clock: bot.SystemClock{}, Log: log, Zone: w.fixture.Zone,
		LookEvery: time.Minute,                                                              // nobody else puts anything
		Paces:     map[bot.ChannelName]outbox.Pace{w.tg.name: outbox.DefaultPace(bot.LINE)}, // people here type faster
		Channels:  map[bot.ChannelName]outbox.Channel{w.line.name: w.line, w.second.name: w.second, w.tg.name: w.tg},
	}
	if w.fixture.Outbox != nil {
		w.fixture.Outbox(&cfg)
	}
	o, err := outbox.New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	b := w.fixture.Bot
	b.DB, b.Clock, b.Outbox, b.Log = w.db, bot.SystemClock{}, o, log
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.done = cancel, make(chan struct{})
	go func() {
		defer close(w.done)
		if err := o.Run(ctx); err != nil && !w.crashed() {
			w.t.Errorf("outbox: %v", err)
		}
	}()
	synctest.Wait()
}

// crashed says that the store is down on purpose.
func (w *world) crashed() bool {
	_, ok := w.db.(Crasher)
	return ok && w.crash != 0
}

// halt stops the program; the store stays.
func (w *world) halt() {
	w.cancel()
	<-w.done
}

func (w *world) stop() {
	w.halt()
	if err := w.db.Close(); err != nil {
		w.t.Errorf("closing the store: %v", err)
	}
}

func (w *world) restart() {
	w.halt()
	if w.engine.Reopen != nil {
		w.db = w.engine.Reopen(w.t, w.db)
	}
	w.start()
}

// deliver hands an event to the bot as a webhook would, and again after a
// crash on purpose.
func (w *world) deliver(e bot.Event) {
	w.last = &e
	if c, ok := w.db.(Crasher); ok && w.crash > 0 {
		c.CrashAt(w.crash)
		err := w.fixture.Bot.Handle(w.t.Context(), []bot.Event{e})
		synctest.Wait()
		w.halt()
		c.Reopen()
		w.crash = 0
		w.start()
		if err == nil {
			return // the crash was to come later than the last write
		}
		e.Redelivered = true
	}
	w.crash = 0
	if err := w.fixture.Bot.Handle(w.t.Context(), []bot.Event{e}); err != nil && !errors.Is(err, context.Canceled) {
		w.t.Errorf("the webhook was not done: %v", err)
	}
	synctest.Wait()
}
