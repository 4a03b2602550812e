package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/bottest"
	"regulars/bot/sim"
	"regulars/handlers/campaign"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
)

// running is the program served in this process.
type running struct {
	app  *app
	url  string
	stop func() error // ends it and closes its store
}

// e2eKey is the installation's key of these tests.
var e2eKey = bytes.Repeat([]byte{7}, people.MasterSize)

// cafeProgramme is the default preset, but that a clerk can ask for more than
// he may give alone: the transcripts' shop.
func cafeProgramme(t testing.TB) *programme.Programme {
	t.Helper()
	p, complaints := programme.Load(cafeText())
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	return p
}

// cafeText is its file.
func cafeText() []byte {
	text, _ := programme.Preset("cafe")
	return bytes.Replace(anyDay(text), []byte("approve_over = 300"), []byte("approve_over = 100"), 1)
}

// always is a programme that has one version.
func always(p *programme.Programme) func(time.Time) *programme.Programme {
	return func(time.Time) *programme.Programme { return p }
}

var weekdays = regexp.MustCompile(`(?m)^weekdays = \[.*\]`)

// anyDay is a preset whose double day is long past, so that a sale earns the
// same on whatever day the tests run.
func anyDay(text []byte) []byte {
	return weekdays.ReplaceAll(text, []byte("from = 2000-01-01\nto = 2000-01-01"))
}

// unstopped is a preset in which employees may enter as much as they like: a test
// that hammers one member does in a minute what a shop does in a month.
func unstopped(text []byte) []byte {
	return []byte(strings.NewReplacer("\nhour = 240 ", "\nhour = 0 ", "\ncard = 12 ", "\ncard = 0 ", "\nall  = 30 ", "\nall  = 0 ").Replace(string(text)))
}

// runApp serves cfg over the store at path, which is made if it is not there,
// and returns once the platforms are set up.
func runApp(t testing.TB, cfg *Config, path string, o bolt.Options, clock bot.Clock, log *slog.Logger) *running {
	t.Helper()
	return runAppBy(t, always(cafeProgramme(t)), cfg, path, o, clock, log)
}

// runAppBy is runApp under another programme.
func runAppBy(t testing.TB, at func(time.Time) *programme.Programme, cfg *Config, path string, o bolt.Options, clock bot.Clock, log *slog.Logger, before ...func(*app)) *running {
	t.Helper()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := bolt.Create(path); err != nil {
			t.Fatal(err)
		}
	}
	if o.MmapSize == 0 {
		o.MmapSize = 1 << 20
	}
	db, err := bolt.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return runAppOver(t, at, cfg, db, clock, log, before...)
}

// runAppOver is runAppBy over a store that is open. Its end closes it. What a test wants
// otherwise is done before the program runs: what runs reads without a lock what does
// not change.
func runAppOver(t testing.TB, at func(time.Time) *programme.Programme, cfg *Config, db store.DB, clock bot.Clock, log *slog.Logger, before ...func(*app)) *running {
	t.Helper()
	a, err := newApp(cfg, db, e2eKey, at, clock, log)
	if err != nil {
		t.Fatal(err)
	}
	a.byHand = true
	for _, change := range before {
		change(a)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.run(ctx, l) }()
	select {
	case <-a.settled:
	case err := <-ended:
		t.Fatalf("the program ended: %v", err)
	case <-time.After(patience):
		t.Fatal("the platforms were not set up within a minute")
	}
	return &running{app: a, url: "http://" + l.Addr().String(), stop: func() error {
		cancel()
		return errors.Join(endOf(ended, clock), db.Close())
	}}
}

// endOf waits for the program's end. Where its clock is a simulator's that
// stands still, it is moved meanwhile, so that what has a grace comes to an
// end, and put back.
func endOf(ended <-chan error, clock bot.Clock) error {
	c, driven := clock.(*sim.Clock)
	if !driven {
		return <-ended
	}
	defer c.Set(c.Now())
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-tick.C:
			c.Advance(time.Second / 2)
		}
	}
}

// bottestConfig is the program's configuration in a transcript's world.
func bottestConfig(w *bottest.World) *Config {
	return &Config{
		PublicURL: bottest.PublicURL,
		Channels: []ChannelConfig{
			{Name: "line", Kind: bot.LINE, ChannelID: bottest.LineID, ChannelSecret: bottest.LineSecret, ChannelToken: bottest.LineToken,
				BasicID: bottest.LineBasicID, APIBase: w.Sim.LineAPI(), DataAPIBase: w.Sim.LineDataAPI()},
			{Name: "telegram", Kind: bot.Telegram, Token: bottest.TelegramToken, SecretToken: bottest.TelegramSecret,
				Username: bottest.TelegramName, APIBase: w.Sim.TelegramAPI()},
		},
	}
}

// bootApp starts the program for a transcript.
func bootApp(t testing.TB, w *bottest.World) bottest.Program {
	return bootAppBy(t, w, bottestConfig(w))
}

// bootAppBy is bootApp with another configuration.
func bootAppBy(t testing.TB, w *bottest.World, cfg *Config) bottest.Program {
	rules := newSceneRules(t, w.Dir)
	return program(t, runAppBy(t, rules.at, cfg, filepath.Join(w.Dir, "regulars.db"), bolt.Options{}, w.Sim.Clock, testLog(t), untold), rules)
}

// untold is the program as where the transcripts were written down: what is sent there
// is told by `do> sends`.
func untold(a *app) { a.shop.Sends = nil }

// program is what a transcript does with a running program.
func program(t testing.TB, r *running, rules *sceneRules) bottest.Program {
	return bottest.Program{
		URL: r.url, Zone: cafeProgramme(t).Rules.Zone, Stop: r.stop,
		Enrol: func(ctx context.Context, who bot.Identity, role string) error {
			return enrol(ctx, r.app, who, loyalty.Role(role))
		},
		Meet: func(ctx context.Context, who bot.Identity, name, lang string) error {
			return e2eMeet(ctx, r.app, who, people.Seen{DisplayName: name, Language: lang})
		},
		Idle:   func(ctx context.Context) (bool, error) { return idle(ctx, r.app) },
		Verify: func(ctx context.Context) error { return whole(ctx, r.app) },
		Do:     e2eDeeds(r.app, rules),
		Tick: func(ctx context.Context, job string) error {
			sure(r.app)
			if job == "campaigns" {
				return mail(ctx, r.app)
			}
			_, err := r.app.jobs().Run(ctx, job)
			return err
		},
	}
}

// mail does what campaigns have to do by now, and returns once nothing of them is
// on its way: what waits for another day has its recipients left.
func mail(ctx context.Context, a *app) error {
	if _, err := a.campaigns.RunDue(ctx); err != nil {
		return err
	}
	a.outbox.LookBulks()
	if c, driven := a.clock.(*sim.Clock); driven { // it stands still, and paces wait for it
		defer c.Set(c.Now())
		ended := make(chan struct{})
		defer close(ended)
		go func() {
			for tick := time.Tick(5 * time.Millisecond); ; {
				select {
				case <-ended:
					return
				case <-tick:
					c.Advance(50 * time.Millisecond)
				}
			}
		}()
	}
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		left := int64(0)
		err := a.db.View(ctx, func(r store.Reader) error {
			all, err := a.campaigns.List(r, 0)
			for _, c := range all {
				n, e := a.campaigns.Counts(r, c.ID)
				if err = errors.Join(err, e); n.State == campaign.Sending {
					left += n.Bulk.Left
				}
			}
			return err
		})
		if err != nil || left == 0 {
			return err
		}
	}
	return errors.New("a campaign was still going out after a minute")
}

// sure waits until a platform's answer has confirmed the clock, which comes a
// moment after what it answers was heard. A scene in which nobody spoke since
// the clock jumped goes on in doubt.
func sure(a *app) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(5 * time.Second); a.doubt.is(); {
		select {
		case <-tick.C:
		case <-late:
			return
		}
	}
}

// testLog shows the program's log where a test is run with -v.
func testLog(t testing.TB) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	return slog.New(slog.DiscardHandler)
}

// enrol makes somebody an employee, as the code from the command line would.
func enrol(ctx context.Context, a *app, who bot.Identity, role loyalty.Role) error {
	known, err := a.adapters[who.Channel].Profile(ctx, who.User)
	if err != nil {
		return err
	}
	if err := e2eMeet(ctx, a, who, people.Seen{DisplayName: known.Name, Language: "en"}); err != nil {
		return err
	}
	return a.db.Update(ctx, func(tx store.Tx) error {
		now := a.clock.Now()
		code, err := a.shop.Vault.Invite(tx, role, "", loyalty.ByJob("test"), now, people.CodeLife, rand.Reader)
		if err != nil {
			return err
		}
		_, err = a.shop.Vault.Enrol(tx, code, shop.Identity(who), now, rand.Reader)
		return err
	})
}

// e2eMeet makes somebody known.
func e2eMeet(ctx context.Context, a *app, who bot.Identity, seen people.Seen) error {
	return a.db.Update(ctx, func(tx store.Tx) error {
		_, _, err := a.shop.Vault.Meet(tx, shop.Identity(who), seen, a.clock.Now(), rand.Reader)
		return err
	})
}

// idle says that the outbox holds nothing that is due: no answer on its way and
// no intent whose time has come. The keys are as its package comment states.
func idle(ctx context.Context, a *app) (yes bool, err error) {
	now := a.clock.Now().UnixMicro()
	yes = true
	err = a.db.View(ctx, func(r store.Reader) error {
		for row, err := range r.Scan(store.Range{Start: []byte("outanswer/"), End: []byte("outanswer0")}) {
			yes = row.Key == nil
			return err
		}
		for row, err := range r.Scan(store.Range{Start: []byte("outdue/"), End: []byte("outdue0")}) {
			if err != nil {
				return err
			}
			parts := strings.SplitN(string(row.Key), "/", 5)
			due, err := strconv.ParseInt(parts[3], 10, 64)
			if yes = yes && due > now; err != nil {
				return err
			}
		}
		return nil
	})
	return yes, err
}

// whole says whether every point is where the ledger says.
func whole(ctx context.Context, a *app) error {
	faults, err := a.shop.Book.Verify(ctx, a.db, nil)
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("%v", faults)
	}
	return err
}
