package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"regulars/i18n"
)

// What the demo prints fits five lines, and names the buttons that the phones
// have, in whichever language.
func TestDemoSaysFiveLines(t *testing.T) {
	t.Parallel()
	for _, lang := range []i18n.Lang{"en", "ja"} {
		d := demoOn(t, DemoOptions{Lang: string(lang)})
		said := strings.TrimSpace(d.said.String())
		if n := strings.Count(said, "\n") + 1; n > 5 {
			t.Errorf("%s: %d lines:\n%s", lang, n, said)
		}
		res, err := http.Get(d.address)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{i18n.For(lang).Say(i18n.SimAddFriend), i18n.For(lang).Say(i18n.JoinButton)} {
			if !strings.Contains(said, "“"+word+"”") {
				t.Errorf("%s: the button %q is not named:\n%s", lang, word, said)
			}
		}
		if word := i18n.For(lang).Say(i18n.SimAddFriend); !strings.Contains(string(page), ">"+word+"</button>") {
			t.Errorf("%s: the page has no button %q", lang, word)
		}
		if err := d.stop(); err != nil {
			t.Error(err)
		}
	}
}

// Ctrl-C takes everything away: the temporary folder, the listeners, and every
// goroutine, at whatever moment it comes.
func TestDemoStopsCleanly(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	before := ours()
	for _, when := range []string{"", "Open", "Ctrl-C"} {
		ctx, cancel := context.WithCancel(t.Context())
		said := &cue{word: when, act: cancel}
		if when == "" {
			time.AfterFunc(100*time.Millisecond, cancel) // while the year is written
		}
		m := NewMain()
		m.Stdout = said
		members := 40
		if when == "" {
			members = 5000
		}
		if err := m.demo(ctx, DemoOptions{Lang: "en", Listen: "127.0.0.1:0", Members: members}); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("stopped at %q: %v", when, err)
		}
		cancel()
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			t.Errorf("stopped at %q it leaves %v %v", when, left, err)
		}
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(patience); ; <-tick.C {
		now := ours()
		if strings.Count(now, "\n\n") <= strings.Count(before, "\n\n") {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("goroutines are left:\n%s", now)
		}
	}
}

// cue acts once a word is printed.
type cue struct {
	word string
	act  func()
}

func (c *cue) Write(b []byte) (int, error) {
	if c.word != "" && bytes.Contains(b, []byte(c.word)) {
		c.act()
	}
	return len(b), nil
}

// ours are the goroutines that run this program's code, but for the test's own.
func ours() string {
	buf := make([]byte, 4<<20)
	var out strings.Builder
	for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "regulars/") && !strings.Contains(g, "testing.tRunner") {
			out.WriteString(g + "\n\n")
		}
	}
	return out.String()
}

// The files in a given folder stay, and the operator's commands work on them
// while the demo runs and afterwards.
func TestDemoFolderStays(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	dir := s.path("café demo") // with a space and an accent
	d := demoOn(t, DemoOptions{Lang: "en", Dir: dir})
	config := filepath.Join(dir, "regulars.toml")
	look := func(when string) {
		if out := s.must("--config", config, "stats"); !strings.Contains(out, "members") || !strings.Contains(out, "30") {
			t.Errorf("%s: stats says %s", when, out)
		}
		if out := s.must("--config", config, "verify"); !strings.Contains(out, "all whole") {
			t.Errorf("%s: verify says %s", when, out)
		}
	}
	look("while it runs")
	if err := d.stop(); err != nil {
		t.Fatal(err)
	}
	look("afterwards")
	s.refused(exitWrong, "is not empty; name an empty folder with --dir", "demo", "--dir", dir, "--listen", "127.0.0.1:0")
	s.refused(exitWrong, "cannot be made", "demo", "--dir", filepath.Join(config, "below"), "--listen", "127.0.0.1:0")
}

// A port in use is said, with what to do; nothing is left behind.
func TestDemoPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := newShell(t)
	s.refused(exitWrong, "cannot listen on "+l.Addr().String(), "demo", "--listen", l.Addr().String())
	s.refused(exitWrong, "--listen", "demo", "--listen", l.Addr().String(), "--dir", s.path("demo"))
	if left, _ := os.ReadDir(s.path("demo")); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
	s.refused(exitUsage, "--members", "demo", "--members", "1")
}

// Where no browser can be opened the demo says so and goes on.
func TestDemoWithoutBrowser(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	d := demoOn(t, DemoOptions{Lang: "en", Open: true})
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(patience); !strings.Contains(d.said.String(), "No browser could be opened"); <-tick.C {
		if time.Now().After(late) {
			t.Fatalf("nothing said of the browser:\n%s", d.said)
		}
	}
	res, err := http.Get(d.address)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("the page answers %s", res.Status)
	}
}
