package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// demoRun is `regulars demo` with its page, in this process.
type demoRun struct {
	address string
	dir     string
	said    *safeBuffer
	stop    func() error // Ctrl-C; gives what the demo ended with
}

// demoOn runs the demo until the test ends, with a small café.
func demoOn(t testing.TB, o DemoOptions) *demoRun {
	t.Helper()
	if o.Dir == "" {
		o.Dir = filepath.Join(t.TempDir(), "demo")
	}
	o.Listen, o.Members = "127.0.0.1:0", max(o.Members, 30)
	d := &demoRun{dir: o.Dir, said: &safeBuffer{}}
	m := NewMain()
	m.Stdout = d.said
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.demo(ctx, o) }()
	d.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := d.stop(); err != nil {
			t.Errorf("the demo ended with: %v", err)
		}
	})
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for !strings.Contains(d.said.String(), "Ctrl-C") {
		select {
		case <-tick.C:
		case err := <-ended:
			ended <- err
			t.Fatalf("the demo ended before it began: %v", err)
		case <-late:
			t.Fatalf("no page after a minute: %s", d.said)
		}
	}
	first, _, _ := strings.Cut(d.said.String(), "\n")
	d.address = strings.TrimPrefix(first, "Open ")
	return d
}

// whole stops the demo and has `regulars verify` look at what it leaves.
func (d *demoRun) whole(t *testing.T) {
	t.Helper()
	if err := d.stop(); err != nil {
		t.Errorf("the demo ended with: %v", err)
	}
	s := newShell(t)
	if out := s.must("--config", filepath.Join(d.dir, "regulars.toml"), "verify"); !strings.Contains(out, "all whole") {
		t.Errorf("verify says %s", out)
	}
}

// chromium starts a browser without a window, or skips the test where there is
// none. It ends with the test. more are what it needs beside the usual.
func chromium(t testing.TB, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: -short, and a browser takes seconds")
	}
	path := ""
	// The engine alone first: without the browser's own windows, which nobody sees
	// here, it asks half as much of the machine.
	for _, name := range []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("skipped: no Chromium on this machine (Debian: apt-get install chromium-headless-shell)")
	}
	profile, err := os.MkdirTemp("", "regulars-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(profile) })
	o := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	o = append(o, chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en"), chromedp.Flag("accept-lang", "en"))
	o = append(o, more...)
	ctx, stop := context.WithTimeout(context.Background(), 8*time.Minute) // only what hangs; a busy machine takes its time
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, o...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	return ctx
}

// tab is one tab of the browser. What the console complains of, and every
// request to another host, fails the test.
type tab struct {
	t     testing.TB
	ctx   context.Context
	close func() // before what it shows is stopped, which the console would note
	// forgives are parts of complaints that a test expects.
	forgives []string
}

// screen is what a tab is looked at on.
type screen struct {
	name          string
	width, height int64
	scheme        string
}

var (
	desktop = screen{"desktop", 1440, 900, "light"}
	phone   = screen{"phone", 390, 844, "light"}
)

func (s screen) dark() screen { s.name, s.scheme = s.name+"-dark", "dark"; return s }

// openTab shows an address in a tab of its own and waits until it is live.
func openTab(t testing.TB, browser context.Context, address string, s screen) *tab {
	t.Helper()
	b := openPage(t, browser, address, s)
	b.until(`document.body.dataset.live === "1"`)
	return b
}

// openPage is openTab for a page without a script.
func openPage(t testing.TB, browser context.Context, address string, s screen) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(browser)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx, close: stop}
	home, _, _ := strings.Cut(strings.TrimPrefix(address, "http://"), "/")
	var mu sync.Mutex
	var wrong []string
	b.try(chromedp.Listen(ctx, func(ev any) {
		if w := complaint(ev, "http://"+home+"/"); w != "" {
			mu.Lock()
			defer mu.Unlock()
			wrong = append(wrong, w)
		}
	}))
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, w := range wrong {
			if !slices.ContainsFunc(b.forgives, func(part string) bool { return strings.Contains(w, part) }) {
				t.Error(w)
			}
		}
	})
	_, err := chromedp.Call(ctx, log.Enable, cdp.Empty{})
	b.try(err)
	_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	b.try(err)
	var as []chromedp.EmulateViewportOption
	if s.width < 600 {
		as = append(as, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.try(chromedp.Do(ctx, chromedp.EmulateViewport(s.width, s.height, as...)))
	_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: s.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	b.try(err)
	b.visit(address)
	return b
}

// complaint is what is wrong about an event of the browser, or "".
func complaint(ev any, home string) string {
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		return "an exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			return fmt.Sprintf("the console says %v", e.Args)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			return "the browser's log says " + e.Entry.Text + " " + e.Entry.URL
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, home) && !strings.HasPrefix(u, "data:") {
			return "a request to " + u
		}
	case *network.EventResponseReceived:
		csp := ""
		for k, v := range e.Response.Headers {
			if strings.EqualFold(k, "Content-Security-Policy") {
				csp = fmt.Sprint(v)
			}
		}
		if strings.HasPrefix(e.Response.URL, home) && (!strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe")) {
			return fmt.Sprintf("%s has the policy %q", e.Response.URL, csp)
		}
	}
	return ""
}

func (b *tab) try(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) visit(address string) {
	b.t.Helper()
	b.try(chromedp.Do(b.ctx, chromedp.Navigate(address)))
}

// value evaluates a script into v.
func (b *tab) value(script string, v any) {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	raw, _ := json.Marshal(got)
	if err := json.Unmarshal(raw, v); err != nil {
		b.t.Fatalf("%s gives %s: %v", script, raw, err)
	}
}

func (b *tab) text(script string) (s string) {
	b.t.Helper()
	b.value(script, &s)
	return s
}

// until waits for an expression to hold.
func (b *tab) until(expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingTimeout(time.Minute)))
	if err != nil {
		b.picture("failed-" + strings.ReplaceAll(b.t.Name(), "/", "-"))
		b.t.Fatalf("never %s: %v\n%s", expression, err, b.text(`document.body.innerText`))
	}
}

// soon says whether an expression comes to be true within some seconds.
func (b *tab) soon(expression string) bool {
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingTimeout(5*time.Second)))
	return err == nil
}

func quote(s string) string { q, _ := json.Marshal(s); return string(q) }

// sees waits until an element, most often a phone such as "p1", shows a text.
func (b *tab) sees(id, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`(document.getElementById(%s)?.innerText || "").includes(%s)`, quote(id), quote(text)))
}

// press clicks or taps the newest button with a label, once it is where a
// finger reaches it: on the screen, and nothing in front.
func (b *tab) press(id, label string) {
	b.t.Helper()
	for {
		b.until(fmt.Sprintf(`(() => {
		document.querySelectorAll("[data-test]").forEach(e => e.removeAttribute("data-test"));
		const all = [...document.querySelectorAll("#" + %s + " :is(button, a)")];
		const it = all.filter(e => [e.innerText.trim(), e.ariaLabel].includes(%s) && e.checkVisibility()).pop();
		if (!it) return false;
		it.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
		const r = it.getBoundingClientRect();
		const top = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
		if (!top || !(it === top || it.contains(top))) return false;
		it.setAttribute("data-test", "");
		return true;
	})()`, quote(id), quote(label)))
		ctx, stop := context.WithTimeout(b.ctx, 15*time.Second)
		err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS("[data-test]")))
		stop()
		if err == nil {
			return
		}
		// A page that was drawn anew in between has another such button, without the mark.
		gone := false
		if b.ctx.Err() == nil {
			b.value(`!document.querySelector("[data-test]")`, &gone)
		}
		if !gone {
			b.t.Fatalf("%s is not to be pressed: %v", label, err)
		}
	}
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.try(chromedp.Do(b.ctx, chromedp.Click(chromedp.CSS(selector))))
}

func (b *tab) keys(keys string) {
	b.t.Helper()
	b.try(chromedp.Do(b.ctx, chromedp.KeyEvent(keys)))
}

// picture keeps what the tab shows in the folder REGULARS_SHOTS, for people to
// look at.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("REGULARS_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	b.try(err)
	b.try(os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}
