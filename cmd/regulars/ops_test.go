package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
)

// scraped is what the private address answers.
func scraped(t *testing.T, a *app) string {
	t.Helper()
	w := httptest.NewRecorder()
	a.ops.private().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// TestMetricsTellOfADay looks at the figures after somebody joined and somebody
// else forged a delivery.
func TestMetricsTellOfADay(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil)
	ann := l.line.Person("Ann", "en")
	ann.Follow()
	l.hears(ann, 1)
	res, err := http.Post(l.app.url+"/webhook/main", "application/json", strings.NewReader(`{"events":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	for _, path := range []string{"/webhook/nowhere", "/invented/by/who/asks"} {
		if res, err = http.Post(l.app.url+path, "", nil); err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	l.eventually("members to be counted", func() bool {
		l.app.app.ops.metrics.shop.forget()
		return strings.Contains(scraped(t, l.app.app), "regulars_members{")
	})
	l.eventually("what was sent to be written down", func() bool {
		l.app.app.ops.metrics.shop.forget()
		return strings.Contains(scraped(t, l.app.app), `regulars_messages_sent_total{channel="main",class="answer"} 1`)
	})
	text := scraped(t, l.app.app)
	for _, want := range []string{
		`regulars_webhooks_total{channel="main",outcome="taken"} 1`,
		`regulars_webhooks_total{channel="main",outcome="refused"} 1`,
		`regulars_webhooks_total{channel="",outcome="no_route"} 1`,
		`regulars_events_total{channel="main"} 1`,
		`regulars_webhook_duration_seconds_count{channel="main"} 1`,
		`regulars_messages_sent_total{channel="main",class="answer"} 1`,
		`regulars_members{status="contact"} 1`,
		`regulars_outbox_due{channel="tg",class="promo"} 0`,
		`regulars_http_requests_total{area="none",code="4xx"} 1`,
		"regulars_ready 1", "regulars_scrape_errors 0", "regulars_dead_letters 0",
		"regulars_store_commits_total", "regulars_quota_used", "regulars_job_failing", "go_goroutines", "process_resident_memory_bytes",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "regulars_journal_") {
		t.Error("figures of a journal that is not kept")
	}
	if strings.Contains(text, "invented") || strings.Contains(text, "nowhere") {
		t.Error("whoever asks for an address chooses a label")
	}
}

// Names are as Prometheus asks for them, and each says what it is.
func TestMetricNames(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil)
	families, err := l.app.app.ops.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^(regulars|go|process|promhttp)_[a-z0-9_]+$`)
	for _, f := range families {
		total := strings.HasSuffix(f.GetName(), "_total")
		if !form.MatchString(f.GetName()) || f.GetHelp() == "" || strings.HasPrefix(f.GetName(), "regulars_") && (f.GetType().String() == "COUNTER") != total {
			t.Errorf("%s (%s): %q", f.GetName(), f.GetType(), f.GetHelp())
		}
		if n := len(f.GetMetric()); n > 200 {
			t.Errorf("%s has %d series", f.GetName(), n)
		}
	}
}

// TestReadiness: ready when all is well; not while it stops, nor without its
// store, and each time with the reason. Alive it is all the while.
func TestReadiness(t *testing.T) {
	t.Parallel()
	l := newWorld(t, nil)
	if err := bolt.Create(l.path); err != nil {
		t.Fatal(err)
	}
	file, err := bolt.Open(l.path, bolt.Options{MmapSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	db := &gone{DB: file}
	l.app = runAppOver(t, l.at, l.cfg, db, l.clock, testLog(t))
	ask := func(path string) (int, string) {
		w := httptest.NewRecorder()
		l.app.app.routes().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code, w.Body.String()
	}
	l.eventually("the program to be ready", func() bool { code, _ := ask("/readyz"); return code == http.StatusOK })
	l.app.app.ops.draining.Store(true)
	if code, why := ask("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(why, "draining") {
		t.Errorf("draining: %d %q", code, why)
	}
	l.app.app.ops.draining.Store(false)
	db.away.Store(true)
	if code, why := ask("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(why, "store") {
		t.Errorf("without a store: %d %q", code, why)
	}
	if code, why := ask("/healthz"); code != http.StatusOK {
		t.Errorf("alive all the same: %d %q", code, why)
	}
	db.away.Store(false)
	l.eventually("the program to be ready again", func() bool { code, _ := ask("/readyz"); return code == http.StatusOK })
}

// TestProcessWithoutTheKeyStops: it does not seal on with a generation that others
// gave up, when its key file lacks the one that they went over to.
func TestProcessWithoutTheKeyStops(t *testing.T) {
	t.Parallel()
	l := newWorld(t, nil)
	var copied atomic.Bool
	keys := []people.Key{{ID: 1, Master: e2eKey}, {ID: 2, Master: bytes.Repeat([]byte{2}, people.MasterSize)}}
	l.start(bolt.Options{}, func(a *app) {
		a.ops.keys = func(*Config) ([]people.Key, error) {
			if copied.Load() {
				return slices.Clone(keys), nil
			}
			return slices.Clone(keys[:1]), nil
		}
	})
	other, err := people.NewRing(slices.Clone(keys))
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Advance(t.Context(), l.app.app.db, 2); err != nil {
		t.Fatal(err)
	}
	if err := l.app.app.ops.followKey(t.Context()); err == nil || !strings.Contains(err.Error(), "sealed with generation 2 of the key, and the key file has only 1") {
		t.Errorf("it goes on: %v", err)
	}
	// The file was copied meanwhile, and nobody told the process.
	copied.Store(true)
	within, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	if err := l.app.app.ops.followKey(within); err != nil || l.app.app.shop.Vault.Current() != 2 {
		t.Errorf("with the file it seals with %d: %v", l.app.app.shop.Vault.Current(), err)
	}
}

// TestKeyFileKeepsItsOwner: whoever rotates as root leaves a file that serve's
// account can read, behind the link that leads to it.
func TestKeyFileKeepsItsOwner(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	file, link := filepath.Join(t.TempDir(), "regulars.key"), filepath.Join(t.TempDir(), "link.key")
	keys := []people.Key{{ID: 1, Master: e2eKey}}
	err := errors.Join(os.WriteFile(file, encodeKeys(keys), 0o600), os.Chown(file, 12345, 12345), os.Symlink(file, link))
	if err == nil {
		err = rewriteKeys(link, append(keys, people.Key{ID: 2, Master: bytes.Repeat([]byte{2}, people.MasterSize)}))
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "\n2 ") {
		t.Errorf("the link was replaced: %q, %v", text, err)
	}
	if is, err := os.Stat(file); err != nil || is.Mode().Perm() != 0o600 || owner(is) != [2]uint64{12345, 12345} {
		t.Errorf("it has another owner or mode: %v", err)
	}
}

// owner is whose a file is, as the system tells it.
func owner(info os.FileInfo) (ids [2]uint64) {
	sys := reflect.Indirect(reflect.ValueOf(info.Sys()))
	return [2]uint64{sys.FieldByName("Uid").Uint(), sys.FieldByName("Gid").Uint()}
}

// TestStuckLoopIsNoLife: a loop that does not read what it is told for a minute
// is worth a restart.
func TestStuckLoopIsNoLife(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil)
	still, err := newApp(l.cfg, l.app.app.db, e2eKey, l.at, l.clock, slog.New(slog.DiscardHandler)) // its loops never run
	if err != nil {
		t.Fatal(err)
	}
	ask := func() int {
		w := httptest.NewRecorder()
		still.ops.healthz(w, nil)
		return w.Code
	}
	if ask(); ask() != http.StatusOK {
		t.Error("a moment is no reason")
	}
	if why := still.ops.unready(t.Context()); len(why) != 1 || !strings.Contains(why[0], "not taken in yet") {
		t.Errorf("ready before the loops ran: %q", why)
	}
	still.ops.told = still.ops.told.Add(-2 * stuckAfter)
	if ask() != http.StatusServiceUnavailable {
		t.Error("a loop that stands still for two minutes passes for alive")
	}
}

// TestRequestsHaveIDs: one that a trusted proxy gave goes through, one that
// anybody else made up does not; lines that belong to a request carry it.
func TestRequestsHaveIDs(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	level := new(slog.LevelVar)
	level.Set(slog.LevelDebug)
	a := &app{cfg: &Config{TrustedProxies: readProxies("10.0.0.0/8")}, log: newLog(&log, logJSON, level)}
	o := &operations{a: a, log: a.log, metrics: &metrics{}}
	o.metrics.instruments()
	o.proxies.Store(&a.cfg.TrustedProxies)
	a.ops = o
	mux := http.NewServeMux()
	mux.HandleFunc("GET /c/{token}", func(w http.ResponseWriter, r *http.Request) {
		a.log.InfoContext(r.Context(), "inside", "header", r.Header.Get(requestHeader))
		http.Error(w, "teapot", http.StatusTeapot)
	})
	ask := func(from, id string) (given string, lines []map[string]any) {
		r := httptest.NewRequest("GET", "/c/secret-token?also=secret", nil)
		r.RemoteAddr = from
		r.Header.Set(requestHeader, id)
		w := httptest.NewRecorder()
		log.Reset()
		o.front(mux).ServeHTTP(w, r)
		if strings.Contains(log.String(), "secret") || strings.Contains(log.String(), "10.1") {
			t.Errorf("the line tells what was asked for, or who asked: %s", log.String())
		}
		for line := range strings.Lines(log.String()) {
			var m map[string]any
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, m)
		}
		return w.Header().Get(requestHeader), lines
	}
	given, lines := ask("10.1.2.3:555", "proxy-id-0001")
	if given != "proxy-id-0001" || len(lines) != 2 || lines[0]["request"] != given || lines[0]["header"] != given || lines[1]["request"] != given ||
		lines[1]["route"] != "/c/{token}" || lines[1]["status"] != 418.0 || lines[1]["method"] != "GET" {
		t.Errorf("by a proxy: %q %v", given, lines)
	}
	if given, _ = ask("192.0.2.1:555", "made-up-id-1"); given == "made-up-id-1" || len(given) < 16 {
		t.Errorf("by a stranger: %q", given)
	}
	if given, _ = ask("10.1.2.3:555", "two\nlines-of-it"); strings.Contains(given, "two") {
		t.Errorf("a proxy's nonsense is believed: %q", given)
	}
	level.Set(slog.LevelInfo)
	if _, lines = ask("10.1.2.3:555", ""); len(lines) != 1 {
		t.Errorf("above debug: %v", lines)
	}
}

// TestDraining: told to stop, the program says that it is not ready and goes on
// for as long as it was told to.
func TestDraining(t *testing.T) {
	t.Parallel()
	clock := &paused{until: make(chan time.Time)}
	o := &operations{a: &app{clock: clock}, log: slog.New(slog.DiscardHandler)}
	o.drain.Store(int64(20 * time.Second))
	ctx, stop := context.WithCancel(t.Context())
	later, release := o.drained(ctx)
	defer release()
	stop()
	if d := <-clock.asked(); d != 20*time.Second || !o.draining.Load() || later.Err() != nil {
		t.Errorf("waits %v, draining %v, ended %v", d, o.draining.Load(), later.Err())
	}
	clock.until <- time.Time{}
	<-later.Done()
	if !errors.Is(context.Cause(later), context.Canceled) {
		t.Errorf("ended by %v", context.Cause(later))
	}
}

// gone is a store that cannot be read while it is away.
type gone struct {
	store.DB
	away atomic.Bool
}

func (g *gone) View(ctx context.Context, f func(store.Reader) error) error {
	if g.away.Load() {
		return store.ErrUnavailable
	}
	return g.DB.View(ctx, f)
}

// paused is a clock whose waits end when a test says so.
type paused struct {
	until chan time.Time
	waits chan time.Duration
	once  sync.Once
}

func (c *paused) asked() chan time.Duration {
	c.once.Do(func() { c.waits = make(chan time.Duration, 1) })
	return c.waits
}

func (c *paused) Now() time.Time { return time.Time{} }

func (c *paused) After(d time.Duration) <-chan time.Time { c.asked() <- d; return c.until }
