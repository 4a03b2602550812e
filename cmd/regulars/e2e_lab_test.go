package main

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
)

// lab is the program in this process, with the simulator's clock, so that
// hours pass at will. Ann is a member on LINE, Bob one on Telegram; Sam works
// on LINE, Tess on Telegram.
type lab struct {
	t        testing.TB
	world    *sim.Sim
	line     *sim.LineChannel
	telegram *sim.TelegramBot
	app      *running
	cfg      *Config
	path     string
	log      *safeBuffer
	at       func(time.Time) *programme.Programme
	clock    bot.Clock // the program's: the world's, unless a test lets it go wrong
	front    *httptest.Server
	lose     atomic.Bool // the program's answers to webhooks get lost on the way

	ann, sam  *sim.LinePerson
	bob, tess *sim.TelegramPerson
}

const (
	labLineID, labLineSecret, labLineToken = "1650000088", "lab-line-secret-71c0", "lab-line-token-09e2"
	labBotToken, labBotSecret              = "8001:lab-telegram-token-40ff", "lab-telegram-secret-5d3a"
)

// newLab starts a world with a program in it; set changes its configuration.
func newLab(t testing.TB, o bolt.Options, set func(*Config)) *lab {
	t.Helper()
	l := newWorld(t, set)
	l.start(o)
	return l
}

// newWorld is newLab before its program is started.
func newWorld(t testing.TB, set func(*Config)) *lab {
	t.Helper()
	l := &lab{t: t, world: sim.New(t), log: &safeBuffer{}, path: filepath.Join(t.TempDir(), "lab.db"), at: always(cafeProgramme(t))}
	l.clock = l.world.Clock
	l.line = l.world.LineChannel(sim.LineConfig{ID: labLineID, Secret: labLineSecret, Token: labLineToken, BasicID: "@lab", Redelivery: true, Timeout: patience})
	l.telegram = l.world.TelegramBot(sim.TelegramConfig{Token: labBotToken, Username: "lab_bot"})
	l.front = httptest.NewServer(http.HandlerFunc(l.pass))
	t.Cleanup(l.front.Close)
	l.cfg = &Config{
		PublicURL: l.front.URL,
		Channels: []ChannelConfig{
			{Name: "main", Kind: bot.LINE, ChannelID: labLineID, ChannelSecret: labLineSecret, ChannelToken: labLineToken, BasicID: "@lab",
				APIBase: l.world.LineAPI(), DataAPIBase: l.world.LineDataAPI()},
			{Name: "tg", Kind: bot.Telegram, Token: labBotToken, SecretToken: labBotSecret, Username: "lab_bot", APIBase: l.world.TelegramAPI()},
		},
	}
	if set != nil {
		set(l.cfg)
	}
	t.Cleanup(func() {
		if l.app != nil {
			l.app.stop()
		}
	})
	return l
}

// start serves; stop ends the program and leaves the world.
func (l *lab) start(o bolt.Options, before ...func(*app)) {
	l.t.Helper()
	l.app = runAppBy(l.t, l.at, l.cfg, l.path, o, l.clock, slog.New(slog.NewTextHandler(l.log, &slog.HandlerOptions{Level: slog.LevelDebug})), before...)
}

func (l *lab) stop() {
	l.t.Helper()
	if err := l.app.stop(); err != nil {
		l.t.Errorf("stopping: %v", err)
	}
	l.app = nil
}

// pass is the way from the platforms to the program.
func (l *lab) pass(w http.ResponseWriter, r *http.Request) {
	to, err := url.Parse(l.app.url)
	if err != nil {
		panic(err)
	}
	r.URL.Scheme, r.URL.Host, r.RequestURI = to.Scheme, to.Host, ""
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || l.lose.Load() {
		panic(http.ErrAbortHandler)
	}
	defer res.Body.Close()
	w.WriteHeader(res.StatusCode)
	io.Copy(w, res.Body)
}

// staffed lets everybody come.
func (l *lab) staffed() *lab {
	l.t.Helper()
	ctx := l.t.Context()
	l.ann = l.line.Person("Ann", "en")
	l.ann.Follow()
	l.hears(l.ann, 1)
	l.try(l.ann.Press("Join"))
	l.hears(l.ann, 2)
	l.ann.Say("/phone")
	l.hears(l.ann, 1)
	l.ann.Say("0912345678")
	l.hears(l.ann, 1)
	l.bob = l.telegram.Person("Bob", "en")
	l.bob.SetNumber("+886987654321")
	l.bob.Start("")
	l.hears(l.bob, 1)
	l.try(l.bob.Press("Join"))
	l.hears(l.bob, 2)
	l.bob.Say("/phone")
	l.hears(l.bob, 2)
	l.bob.ShareContact()
	l.hears(l.bob, 1)
	l.sam = l.line.Person("Sam", "en").Befriend()
	l.tess = l.telegram.Person("Tess", "en")
	for _, x := range []sim.Person{l.sam, l.tess} {
		code, err := invited(ctx, l.app.app, people.Clerk)
		l.try(err)
		x.Say("/staff " + code)
		l.hears(x, 1)
	}
	l.passes(time.Minute)
	for _, x := range []sim.Person{l.ann, l.bob, l.sam, l.tess} {
		l.hears(x, 0)
	}
	return l
}

func (l *lab) try(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// hears waits for n messages more, while time passes, and gives all new ones.
func (l *lab) hears(x sim.Person, n int) (all []string) {
	l.t.Helper()
	l.eventually(x.Name()+" to hear something", func() bool {
		more, _ := x.Await(0)
		all = append(all, more...)
		return len(all) >= n
	})
	return all
}

// soon waits for what needs none of the simulator's time.
func (l *lab) soon(what string, ok func() bool) {
	l.t.Helper()
	tick := time.NewTicker(4 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(patience); !ok(); <-tick.C {
		if time.Now().After(late) {
			l.t.Fatalf("waited in vain for %s\n%s", what, l.log)
		}
	}
}

// eventually lets time pass until ok, for at most a minute and a half of the
// simulator's; whoever works after that has a while of the machine's.
func (l *lab) eventually(what string, ok func() bool) {
	l.t.Helper()
	tick := time.NewTicker(4 * time.Millisecond)
	defer tick.Stop()
	late := time.Now().Add(patience)
	for i := 0; !ok(); i++ {
		if i > 1800 && time.Now().After(late) {
			l.t.Fatalf("waited in vain for %s\n%s", what, l.log)
		}
		<-tick.C
		if i%5 == 4 && i <= 1800 {
			l.world.Clock.Advance(250 * time.Millisecond)
		}
	}
}

// passes lets time go by in small steps, with a moment after each: the next one
// comes when nothing is due any more, as on a busy machine it otherwise would
// while what the last one brought has not begun.
func (l *lab) passes(d time.Duration) {
	for range 20 {
		l.world.Clock.Advance(d / 20)
		l.world.Settle(3 * time.Millisecond)
		l.rests()
	}
}

// rests waits until nothing is due, or for 40 ms: what a platform does not
// answer stays due.
func (l *lab) rests() {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(40 * time.Millisecond); ; {
		if yes, err := quietFor(l.t.Context(), l.app.app, 0); yes || err != nil {
			return // a store that is broken on purpose tells nothing
		}
		select {
		case <-tick.C:
		case <-late:
			return
		}
	}
}

// count says how many messages contain a text.
func count(all []string, text string) (n int) {
	for _, m := range all {
		if strings.Contains(m, text) {
			n++
		}
	}
	return n
}

// rows are everything in the store.
func (l *lab) rows() map[string]string {
	l.t.Helper()
	all := map[string]string{}
	err := l.app.app.db.View(l.t.Context(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Range{End: bytes.Repeat([]byte{0xff}, 8)}) {
			if err != nil {
				return err
			}
			all[string(row.Key)] = string(row.Value)
		}
		return nil
	})
	l.try(err)
	return all
}
