package bottest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"regulars/bot"
	"regulars/bot/sim"
)

// World is what a scene over HTTP is played in: both platforms on loopback,
// with a LINE account ("line" in the configuration), another one of the same
// provider that most shops leave out ("line2"), and a Telegram bot ("telegram"), whose settings are the constants below. Its clock stands still
// but for clock> lines and for what the bot itself waits for.
type World struct {
	Sim      *sim.Sim
	Line     *sim.LineChannel
	Second   *sim.LineChannel // another LINE account of the same provider, "line2"
	Telegram *sim.TelegramBot
	// Dir is where the program keeps its store over restarts.
	Dir string
}

// What the program must be configured with.
const (
	LineID         = "1650000001"
	LineSecret     = "line-channel-secret"
	LineToken      = "line-channel-token"
	LineBasicID    = "@cafe"
	SecondID       = "1650000002"
	SecondSecret   = "second-channel-secret"
	SecondToken    = "second-channel-token"
	SecondBasicID  = "@cafe2"
	TelegramToken  = "1001:telegram-bot-token"
	TelegramSecret = "telegram-webhook-secret"
	TelegramName   = "cafe_bot"
	// PublicURL is the shop's own, so that what links say is the same in every
	// run; webhooks find the program by themselves.
	PublicURL = "https://cafe.example"
)

// Program is the program under test while it runs.
type Program struct {
	// URL is its front door, "http://127.0.0.1:1234".
	URL  string
	Zone *time.Location
	// Enrol makes a person an employee.
	Enrol func(ctx context.Context, who bot.Identity, role string) error
	// Meet makes a person known, with name and language.
	Meet func(ctx context.Context, who bot.Identity, name, lang string) error
	// Idle says that nothing is waiting to be said now.
	Idle func(ctx context.Context) (bool, error)
	// Verify checks the ledger.
	Verify func(ctx context.Context) error
	// Tick runs a job by its name. The program runs none by itself.
	Tick func(ctx context.Context, job string) error
	// Do is what do> lines can ask for, by their first word.
	Do map[string]func(ctx context.Context, who bot.Identity, args string) (code string, err error)
	// Stop ends the program and closes its store.
	Stop func() error
}

// Boot starts the program in a world, with the store in World.Dir, and returns
// once the platforms are set up. It is called again after a restart.
type Boot func(t testing.TB, w *World) Program

// RunHTTP plays the transcripts that match pattern over real HTTP: people act
// in the simulator, signed webhooks reach the program, and what arrives on
// phones is compared with the transcript. The layout of a message is the
// adapters' affair and has tests of its own: here white space, the place of a
// picture and the order of buttons do not count, and codes drawn by lot need
// only be the same wherever the transcript has the same.
//
// A scene with a line that nobody can say over HTTP is skipped, and says why.
// At most a share of skips (0..1) of all scenes may be.
func RunHTTP(t *testing.T, pattern string, boot Boot, skips float64) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts match %s (%v)", pattern, err)
	}
	var played, skipped atomic.Int64
	t.Run("scenes", func(t *testing.T) {
		for _, f := range files {
			for _, s := range scenes(t, f) {
				t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar")+"/"+s.name, func(t *testing.T) {
					t.Parallel()
					defer func() {
						if t.Skipped() {
							skipped.Add(1)
						}
					}()
					played.Add(1)
					playHTTP(t, boot, s)
				})
			}
		}
	})
	t.Logf("%d scenes, %d of them skipped", played.Load(), skipped.Load())
	if float64(skipped.Load()) > skips*float64(played.Load()) {
		t.Errorf("%d of %d scenes were skipped; at most %.0f %% may be", skipped.Load(), played.Load(), 100*skips)
	}
}

// scriptScene is a scene with what is played before it.
type scriptScene struct {
	name  string
	setup []scriptLine
	lines []scriptLine
}

// scenes reads a transcript's scenes.
func scenes(t testing.TB, file string) (all []scriptScene) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var setup []scriptLine
	for _, s := range a.Files {
		if s.Name == "setup" {
			setup = scriptLines(string(s.Data))
			for i := range setup {
				setup[i].answers = nil // not compared
				setup[i].setup = true
			}
		}
	}
	for _, s := range a.Files {
		if s.Name != "setup" {
			all = append(all, scriptScene{s.Name, setup, scriptLines(string(s.Data))})
		}
	}
	return all
}

// playHTTP plays one scene.
func playHTTP(t *testing.T, boot Boot, s scriptScene) {
	p := newHTTPPlayer(t, boot, append(append([]scriptLine(nil), s.setup...), s.lines...))
	for _, l := range s.setup {
		p.step(l)
	}
	for _, l := range s.lines {
		p.step(l)
	}
	p.finish()
}

// front stands before the program as a proxy would: one address that survives
// restarts. Deaf, it takes webhooks and passes nothing on, for what people did
// before the scene begins.
type front struct {
	*httptest.Server
	to   atomic.Pointer[url.URL]
	deaf atomic.Bool
}

func newFront(t testing.TB) *front {
	f := &front{}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(f.to.Load()) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !f.deaf.Load() {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(f.Close)
	return f
}

// newWorldHTTP opens both platforms at the time when scenes begin.
func newWorldHTTP(t testing.TB) *World {
	s := sim.New(t)
	s.Clock.Freeze(Start.Add(-time.Minute))
	w := &World{Sim: s, Dir: t.TempDir()}
	const slow = time.Minute // a busy machine's answers are not too late
	w.Line = s.LineChannel(sim.LineConfig{ID: LineID, Secret: LineSecret, Token: LineToken, BasicID: LineBasicID, Name: "Bot", Redelivery: true, Timeout: slow})
	w.Second = s.LineChannel(sim.LineConfig{ID: SecondID, Secret: SecondSecret, Token: SecondToken, BasicID: SecondBasicID, Name: "Bot", Redelivery: true, Timeout: slow})
	w.Telegram = s.TelegramBot(sim.TelegramConfig{Token: TelegramToken, Username: TelegramName, Name: "Bot"})
	return w
}

// hook leads both platforms' webhooks to the front.
func (w *World) hook(t testing.TB, f *front) {
	w.Line.SetWebhook(f.URL + "/webhook/line")
	w.Second.SetWebhook(f.URL + "/webhook/line2")
	w.Sim.Clock.Advance(2 * time.Second) // Telegram takes one change a second
	form := url.Values{"url": {f.URL + "/webhook/telegram"}, "secret_token": {TelegramSecret}}
	res, err := http.PostForm(w.Sim.TelegramAPI()+"/bot"+TelegramToken+"/setWebhook", form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatal(fmt.Errorf("setWebhook: %s", res.Status))
	}
}
