package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"regulars/bot/sim"
)

// patience is how long a test waits, in real time, for what has to come: a
// machine with much else to do is slow, and only what hangs takes so long.
const patience = time.Minute

// binaryDir is where it is built; TestMain takes it away.
var binaryDir string

// TestMain clears up what outlives single tests.
func TestMain(m *testing.M) {
	// Most of these tests wait: for processes, browsers and disks. Where nobody
	// says how many are to run at once, twice as many as the machine has cores.
	// Under the race detector they reckon more than they wait.
	flag.Parse()
	if at := flag.Lookup("test.parallel"); !raceDetector && at.Value.String() == fmt.Sprint(runtime.GOMAXPROCS(0)) {
		at.Value.Set(fmt.Sprint(2 * runtime.GOMAXPROCS(0)))
	}
	code := m.Run()
	if binaryDir != "" {
		os.RemoveAll(binaryDir)
	}
	os.Exit(code)
}

// shippedBinary is the program as it is shipped, built once for all tests.
var shippedBinary = sync.OnceValues(func() (path string, err error) {
	dir, err := os.MkdirTemp("", "regulars-e2e-")
	if err != nil {
		return "", err
	}
	binaryDir, path = dir, filepath.Join(dir, "regulars")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		err = errors.New(string(out))
	}
	return path, err
})

// ports are those that freeAddress has handed out.
var ports atomic.Int32

// freeAddress is one for a process that begins later. Nobody else is given it
// meanwhile: it is below the ports that a system gives to whoever asks for any,
// and each is handed out once.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 1000 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20_000+(int32(os.Getpid())*40+ports.Add(1))%12_000)
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}

// place is a shop on disk, made by `regulars init`, beside a simulated world.
type place struct {
	t        testing.TB
	world    *sim.Sim
	line     *sim.LineChannel
	telegram *sim.TelegramBot
	bin, dir string
	url      string
	env      []string

	proc *exec.Cmd
	done chan error
	log  *safeBuffer
}

// safeBuffer is what the program writes while a test may look.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// Secrets of the world; the test of case 34 looks for them.
const (
	e2eLineID        = "1650000077"
	e2eLineSecret    = "line-secret-3f9c1b77aa20"
	e2eLineToken     = "line-token-88d1e0c2aa31"
	e2eTelegramToken = "7001:telegram-token-5521aabb"
)

// newPlace makes a world and a shop in it. Settings are variables of the
// environment, which say more than the file.
func newPlace(t testing.TB, settings ...string) *place {
	t.Helper()
	if raceDetector {
		t.Skip("the shipped binary is built without the race detector; the run without it tries it")
	}
	bin, err := shippedBinary()
	if err != nil {
		t.Fatalf("building: %v", err)
	}
	return newPlaceOf(t, bin, settings...)
}

// newPlaceOf is newPlace by a program of another build.
func newPlaceOf(t testing.TB, bin string, settings ...string) *place {
	t.Helper()
	dir, err := os.MkdirTemp("", "e2e-") // t.TempDir is too long for a socket's path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return newPlaceIn(t, bin, dir, settings...)
}

// newPlaceIn is newPlaceOf in a folder that is there already.
func newPlaceIn(t testing.TB, bin, dir string, settings ...string) *place {
	t.Helper()
	w := sim.New(t)
	p := &place{t: t, world: w, bin: bin, dir: dir, log: &safeBuffer{}}
	p.line = w.LineChannel(sim.LineConfig{ID: e2eLineID, Secret: e2eLineSecret, Token: e2eLineToken, BasicID: "@e2e", Redelivery: true, Timeout: patience})
	p.telegram = w.TelegramBot(sim.TelegramConfig{Token: e2eTelegramToken, Username: "e2e_bot"})
	addr := freeAddress(t)
	p.url = "http://" + addr
	p.env = append(os.Environ(), append([]string{
		"REGULARS_LISTEN=" + addr, "REGULARS_PUBLIC_URL=" + p.url,
		"REGULARS_CHANNEL_MAIN_API_BASE=" + w.LineAPI(), "REGULARS_CHANNEL_MAIN_DATA_API_BASE=" + w.LineDataAPI(),
		"REGULARS_FLOOD_LIMIT=false", // its employees are machines
		"REGULARS_CHANNEL_TG_API_BASE=" + w.TelegramAPI(), "REGULARS_CHANNEL_TG_USERNAME=e2e_bot",
	}, settings...)...)
	p.must("init", "--preset", "cafe", "--shop", "E2E", "--line-id", e2eLineID, "--line-secret", e2eLineSecret,
		"--line-token", e2eLineToken, "--line-basic-id", "@e2e", "--telegram-token", e2eTelegramToken)
	text, err := os.ReadFile(filepath.Join(dir, "programme.toml"))
	if err != nil {
		t.Fatal(err)
	}
	p.write("programme.toml", string(unstopped(anyDay(text))))
	return p
}

// command is a regulars command in the shop's folder, with no terminal.
func (p *place) command(args ...string) *exec.Cmd {
	c := exec.Command(p.bin, append([]string{"--config", filepath.Join(p.dir, "regulars.toml")}, args...)...)
	c.Dir, c.Env = p.dir, p.env
	return c
}

// must runs a command and gives what it printed.
func (p *place) must(args ...string) string {
	p.t.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("regulars %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// start serves, and returns once the front door is open.
func (p *place) start() {
	p.t.Helper()
	c := p.command("serve")
	c.Stdout, c.Stderr = io.Discard, p.log
	if err := c.Start(); err != nil {
		p.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	p.proc, p.done = c, done
	p.t.Cleanup(func() { c.Process.Kill() })
	until := time.After(patience)
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		res, err := http.Get(p.url + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				tick.Stop()
				return
			}
		}
		select {
		case err := <-done:
			p.t.Fatalf("serve ended: %v\n%s", err, p.log)
		case <-until:
			p.t.Fatalf("serve is not ready\n%s", p.log)
		case <-tick.C:
		}
	}
}

// hooked waits until both platforms were told, for the first time, where to
// call and what to show.
func (p *place) hooked() {
	p.t.Helper()
	told := func(suffix string) bool {
		for _, c := range p.world.Wire.Calls() {
			if !c.ToBot && strings.HasSuffix(c.Path, suffix) && c.Method != "GET" && c.Status == http.StatusOK {
				return true
			}
		}
		return false
	}
	polls := slices.Contains(p.env, "REGULARS_CHANNEL_TG_POLLING=true")
	p.eventually("the platforms to be set up", func() bool {
		return told("/channel/webhook/endpoint") && told("/richmenu/alias") && told("/setMyCommands") && (polls || told("/setWebhook"))
	})
}

// eventually waits for something that takes a moment of real time.
func (p *place) eventually(what string, ok func() bool) {
	p.t.Helper()
	until := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-until:
			p.t.Fatalf("waited in vain for %s\n%s", what, p.log)
		}
	}
}

// kill ends the program with no warning.
func (p *place) kill() {
	p.proc.Process.Kill()
	<-p.done
}

// stop asks the program to end and waits for it.
func (p *place) stop() error {
	p.t.Helper()
	if err := p.proc.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-p.done:
		return err
	case <-time.After(patience):
		p.proc.Process.Kill()
		return errors.New("it did not end within a minute of SIGTERM")
	}
}

var inviteForm = regexp.MustCompile(`[2-9A-Z]{4}(?:-[2-9A-Z]{2,}){1,}`)

// invite draws an employee's code at the command line.
func (p *place) invite(role string) string {
	p.t.Helper()
	out := p.must("staff", "invite", "--role", role)
	code := inviteForm.FindString(out)
	if code == "" {
		p.t.Fatalf("no code in %q", out)
	}
	return code
}

// opened is the shop's store, opened in this process while the program is down.
func (p *place) opened(f func(a *app)) {
	p.t.Helper()
	env := map[string]string{}
	for _, kv := range p.env {
		k, v, _ := strings.Cut(kv, "=")
		env[k] = v
	}
	m := NewMain()
	m.Env = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	cfg, err := LoadConfig(filepath.Join(p.dir, "regulars.toml"), m.Env)
	if err != nil {
		p.t.Fatal(err)
	}
	a, err := m.openApp(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		p.t.Fatal(err)
	}
	defer a.db.Close()
	if err := whole(context.Background(), a); err != nil {
		p.t.Errorf("the ledger is not whole: %v", err)
	}
	f(a)
}

// joined makes somebody on LINE a member with a phone number, by chat.
func (p *place) joined(name, phone string) *sim.LinePerson {
	p.t.Helper()
	x := p.line.Person(name, "en")
	x.Follow()
	p.hears(x, 1)
	p.try(x.Press("Join"))
	p.hears(x, 2)
	p.try(x.Press("Add my number"))
	p.hears(x, 1)
	x.Say(phone)
	p.hears(x, 1)
	return x
}

// hears waits for n messages and gives them.
func (p *place) hears(x sim.Person, n int) []string {
	p.t.Helper()
	got, err := x.Await(n)
	if err != nil {
		p.t.Fatalf("%v; %s has %q\n%s", err, x.Name(), x.Phone(), p.log)
	}
	return got
}

func (p *place) try(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}
