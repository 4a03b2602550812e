package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// What a manager does in the console, in a browser. Each part of the console has
// a file browser_console_<part>_test.go, which tells its jobs:
//
//	func init() {
//		consoleJobs = append(consoleJobs, consoleJob{"members: freeze", people.Manager, func(c *consoleTop, b *tab) {
//			ann := c.member("Ann Frost " + b.size())   // somebody whom no other job knows
//			b.goesTo("/console/members?q=Frost")        // an address, or by the keyboard:
//			b.follows("Ann Frost")                      // Tab to a link or button and Enter, until the next page is there
//			b.fills("Reason", "lost phone")             // Tab to the field with that label and type
//			b.follows("Freeze")
//			b.says("is frozen")
//		}})
//	}
//
// Every job runs on a phone and on a desktop, by keyboard alone, one after the
// other in one café and one browser: it leaves alone what others use.

// consoleJob is one of them.
type consoleJob struct {
	name string
	as   loyalty.Role // who does it: people.Manager is Mia, people.Owner is Olga
	do   func(*consoleTop, *tab)
}

var consoleJobs []consoleJob

var (
	smallPhone = screen{"phone", 360, 740, "light"}
	office     = screen{"desktop", 1280, 800, "light"}
)

// TestBrowserConsole does every job, on a phone and at a desk.
func TestBrowserConsole(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	top := newConsoleTop(t, true)
	for _, s := range []screen{smallPhone, office} {
		if raceDetector && s == office {
			break // what runs is the same
		}
		for _, job := range consoleJobs {
			t.Run(s.name+"/"+job.name, func(t *testing.T) {
				here := *top // the café of all
				here.t = t
				b := here.opens(browser, s, job.as)
				job.do(&here, b)
				b.picture("console-" + strings.NewReplacer("/", "-", " ", "-", ":", "").Replace(s.name+"-"+job.name))
				b.close()
			})
		}
	}
}

// opens comes into the console by a link from the chat, as somebody does.
func (c *consoleTop) opens(browser context.Context, s screen, as loyalty.Role) *tab {
	c.t.Helper()
	who := c.mia
	if as == people.Owner {
		who = c.owner
	}
	b := openPage(c.t, browser, c.link(who.ID), s)
	b.follows(i18n.For(i18n.En).Say("console.in_do"))
	if at := b.text(`location.pathname`); at != "/console/" {
		c.t.Fatalf("the link led to %s: %s", at, b.text(`document.body.innerText`))
	}
	return b
}

// goesTo opens an address of the console.
func (b *tab) goesTo(address string) {
	b.t.Helper()
	b.visit(b.text(`location.origin`) + address)
}

// named is a script that tells whether the focus is on what people call so.
func named(label string) string {
	return fmt.Sprintf(`(e => {
		const tidy = s => (s || "").replace(/\s+/g, " ").trim();
		const names = [...(e.labels || [])].map(l => tidy(l.innerText)).concat(tidy(e.ariaLabel), e.matches("a, button, summary") ? tidy(e.innerText) : "");
		return names.some(n => n === %[1]s) || e.matches("a") && names.some(n => n.includes(%[1]s));
	})(document.activeElement)`, quote(label))
}

// follows presses Tab until the focus is on the link or button of a name, then
// Enter, and waits for the page that comes of it.
func (b *tab) follows(label string) {
	b.t.Helper()
	b.value(`window.stale = 1`, new(int))
	b.tabTo(`document.activeElement.matches("a, button, input[type=submit]") && ` + named(label))
	b.keys(kb.Enter)
	b.loads()
}

// loads waits until another document is there, whole.
func (b *tab) loads() {
	b.t.Helper()
	late := time.After(time.Minute)
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	for {
		// While pages change places there is nothing to ask.
		got, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](`!window.stale && document.readyState === "complete"`))
		if ok, is := got.(bool); err == nil && is && ok {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			b.picture("failed-" + strings.ReplaceAll(b.t.Name(), "/", "-"))
			b.t.Fatalf("no other page comes: %v\n%s", err, b.text(`document.body.innerText`))
		}
	}
}

// toggles opens or ticks what has a name, with Enter or Space, where no page
// comes of it: a summary, a checkbox, a radio button.
func (b *tab) toggles(label string) {
	b.t.Helper()
	b.tabTo(named(label))
	if b.text(`document.activeElement.tagName`) == "SUMMARY" {
		b.keys(kb.Enter)
	} else {
		b.keys(" ")
	}
}

// fills types into the field of a label, in place of what is there. A choice is
// typed as it is called; a date is "2026-12-31" and a time "09:30".
func (b *tab) fills(label, text string) {
	b.t.Helper()
	b.tabTo(named(label))
	switch b.text(`document.activeElement.type || ""`) {
	case "select-one":
		b.keys(text)
		if got := b.text(`document.activeElement.selectedOptions[0].innerText.trim()`); got != text {
			b.t.Errorf("%s has no choice %q: typing it chose %q", label, text, got)
		}
	case "date":
		day, err := time.Parse(time.DateOnly, text)
		b.try(err)
		b.keys(day.Format("01022006"))
	case "time":
		at, err := time.Parse("15:04", text)
		b.try(err)
		b.keys(strings.ReplaceAll(at.Format("03:04PM"), ":", ""))
	case "file":
		b.value(`document.activeElement.setAttribute("data-file", "")`, new(any))
		b.try(chromedp.Do(b.ctx, chromedp.SetUploadFiles(chromedp.CSS("[data-file]"), []string{text})))
		b.value(`document.activeElement.removeAttribute("data-file")`, new(any))
	default:
		b.value(`document.activeElement.select()`, new(any))
		if text == "" {
			b.keys(kb.Delete)
			return
		}
		// As a keyboard of whatever language gives it, all at once.
		_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: text})
		b.try(err)
	}
}

// says waits until the page shows a text.
func (b *tab) says(text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.body.innerText.replace(/\s+/g, " ").includes(%s)`, quote(text)))
}

// keepsIn holds the page to the screen: nothing runs off its side.
func (b *tab) keepsIn() {
	b.t.Helper()
	var wide []string
	b.value(`(() => {
		const right = document.documentElement.clientWidth;
		const rolls = e => e && e !== document.body && (getComputedStyle(e).overflowX !== "visible" || rolls(e.parentElement));
		if (document.documentElement.scrollWidth <= right) return []; // innerWidth grows with what a phone zooms out for
		return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > right + 1 && !rolls(e))
			.slice(0, 5).map(e => e.outerHTML.slice(0, 160));
	})()`, &wide)
	if len(wide) > 0 {
		b.t.Errorf("%s runs off the side: %s", b.text(`location.pathname`), strings.Join(wide, "\n  "))
	}
}

// dims shows the page as it is in the dark, or in the light again.
func (b *tab) dims(scheme string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	b.try(err)
}

// TestBrowserConsoleLook opens every page of the console on a small phone: it
// fits, axe finds nothing serious, in the light and in the dark, and no letter
// lacks its glyph. With REGULARS_SHOTS each is kept as a picture, also from a
// desk and in every language.
func TestBrowserConsoleLook(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	top := newConsoleTop(t, false)
	b := top.opens(browser, smallPhone, people.Owner)
	// The tool itself finds what is wrong.
	b.value(`document.querySelector("main").insertAdjacentHTML("beforeend", "<button id=bad></button>")`, new(any))
	if len(b.faults()) != 1 {
		t.Errorf("axe finds %v on a page with a button that has no name", b.faults())
	}
	pages := top.crawl(top.enters(top.owner), 1)
	if raceDetector {
		pages = pages[:5] // looks race with nothing; the run without the detector sees them all
	}
	for _, p := range pages {
		if p.root == nil || !strings.Contains(p.body, "<!doctype html>") {
			continue
		}
		t.Run(strings.TrimPrefix(p.pattern, "GET /console"), func(t *testing.T) {
			b.t = t
			b.goesTo(p.address)
			b.keepsIn()
			b.accessible()
			b.picture(pictureOf(p, "phone"))
			b.dims("dark")
			b.accessible("color-contrast")
			b.picture(pictureOf(p, "phone-dark"))
			b.dims("light")
		})
	}
	b.t = t
	b.close()
	for _, address := range []string{"/console/nothing", "/console/in/nothing"} { // where no frame is
		c := openPage(t, browser, top.url+address, smallPhone.dark())
		c.forgives = []string{"404"}
		c.keepsIn()
		c.accessible()
		c.picture("console-bare" + strings.ReplaceAll(address, "/", "-"))
	}
	if os.Getenv("REGULARS_SHOTS") != "" {
		top.album(browser, pages)
	}
}

// album keeps each page as it looks from a desk, in the dark, and in every
// language.
func (c *consoleTop) album(browser context.Context, pages []seenPage) {
	c.t.Helper()
	for _, s := range []screen{office, office.dark()} {
		b := c.opens(browser, s, people.Owner)
		for _, l := range i18n.Langs {
			if s.scheme == "dark" && l != i18n.En {
				continue
			}
			b.value(fmt.Sprintf(`(() => { window.stale = 1; const f = document.querySelector("form[action='/console/language']"); f.lang.value = %s; f.requestSubmit(); return 1 })()`, quote(string(l))), new(int))
			b.loads()
			for _, p := range pages {
				if p.root != nil && strings.Contains(p.body, "<!doctype html>") {
					b.goesTo(p.address)
					b.picture(pictureOf(p, s.name+"-"+string(l)))
				}
			}
		}
		b.close()
	}
}

func pictureOf(p seenPage, s string) string {
	name := strings.NewReplacer("GET /console/", "", "{", "", "}", "", "/", "-", "$", "").Replace(p.pattern)
	return "console-page-" + path.Clean("x" + name)[1:] + "-" + s
}
