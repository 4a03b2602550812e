package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	"github.com/chromedp/chromedp/kb"
)

// browser is a tab of a real browser on the page. At the test's end it
// complains of console errors and of requests to anywhere else.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	wrongs []string
}

// chromium is where the browser is; without one the test says so and ends.
func chromium(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: -short, and a browser takes seconds")
	}
	for _, name := range []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("skipped: no Chromium on this machine (Debian: apt-get install chromium-headless-shell)")
	return ""
}

func open(t *testing.T, address string, width, height int64, scheme string) *browser {
	t.Helper()
	dir, err := os.MkdirTemp("", "page-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	options := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(dir), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en"), chromedp.Flag("accept-lang", "en"))
	ctx, stop := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(stop)
	ctx, stopBrowser := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stopBrowser)
	ctx, stopTab := chromedp.NewContext(ctx)
	t.Cleanup(stopTab)
	b := &browser{t: t, ctx: ctx}
	b.must(chromedp.Listen(ctx, func(ev any) { b.watch(ev, address) }))
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	b.must(err)
	_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	b.must(err)
	var mobile []chromedp.EmulateViewportOption
	if width < 600 {
		mobile = append(mobile, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.must(chromedp.Do(ctx, chromedp.EmulateViewport(width, height, mobile...)))
	_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	b.must(err)
	b.must(chromedp.Do(ctx, chromedp.Navigate(address)))
	b.until(`document.body.dataset.live === "1"`)
	b.run(`window.sameDocument = true`) // gone if the page is ever loaded again
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, w := range b.wrongs {
			t.Error(w)
		}
	})
	return b
}

func (b *browser) watch(ev any, home string) {
	wrong := ""
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		wrong = "an exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			wrong = fmt.Sprintf("the console says %v", e.Args)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			wrong = "the log says " + e.Entry.Text + " " + e.Entry.URL
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, home) && !strings.HasPrefix(u, "data:") {
			wrong = "a request to " + u
		}
	}
	if wrong != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.wrongs = append(b.wrongs, wrong)
	}
}

func (b *browser) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// run evaluates a script and gives its value as JSON.
func (b *browser) run(script string) string {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	raw, _ := json.Marshal(v)
	return string(raw)
}

// until waits for an expression to hold.
func (b *browser) until(expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingTimeout(AwaitLimit)))
	if err != nil {
		b.t.Fatalf("never %s: %v\n%s", expression, err, b.run(`document.body.innerText`))
	}
}

// sees waits until a phone shows something, the newest in sight.
func (b *browser) sees(phone, text string) {
	b.t.Helper()
	q, _ := json.Marshal(text)
	b.until(fmt.Sprintf(`(document.querySelector("#%s")?.innerText || "").includes(%s)`, phone, q))
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.Click(chromedp.CSS(selector))))
}

func (b *browser) keys(keys string) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.KeyEvent(keys)))
}

// type types into a phone's text field and sends with Enter.
func (b *browser) types(phone, text string) {
	b.t.Helper()
	b.click("#" + phone + "-text")
	b.keys(text + kb.Enter)
}

// button is the newest button of a phone with a label, marked to be clicked.
func (b *browser) press(phone, label string) {
	b.t.Helper()
	q, _ := json.Marshal(label)
	find := fmt.Sprintf(`[...document.querySelectorAll("#%s button")].filter(b => [b.innerText.trim(), b.ariaLabel].includes(%s)).pop()`, phone, q)
	b.until(find)
	b.run(fmt.Sprintf(`document.querySelectorAll("[data-test]").forEach(e => e.removeAttribute("data-test")); %s.setAttribute("data-test", "")`, find))
	b.click("[data-test]")
}

// picture keeps what the tab shows, for people to look at, in PAGE_PICTURES.
func (b *browser) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("PAGE_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	b.must(err)
	b.must(os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}
