package sim

import (
	"encoding/json"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"strings"
	"testing"
	"time"
)

func TestBrowserTalks(t *testing.T) {
	t.Parallel()
	chromium(t)
	w := newPageWorld(t, nil)
	b := open(t, w.Address(), 1440, 900, "light")
	b.press("p1", "Add as a friend")
	b.sees("p1", "Welcome <to> the café")
	b.press("p1", "Join")
	b.sees("p1", "You're in!")
	b.press("p1", "My points") // a quick reply, which goes when used
	b.sees("p1", "You have 120 points.")
	b.until(`document.querySelector("#p1-quick").hidden`)
	b.types("p1", "two words")
	b.sees("p1", "You said: two words")
	b.until(`document.querySelector("#p1-text").value === ""`)
	b.until(`(l => l.scrollHeight - l.scrollTop - l.clientHeight < 2)(document.querySelector("#p1-log"))`)
	b.until(`document.querySelector("#p1-log").getAttribute("aria-live") === "polite"`)

	b.press("p2", "Start")
	b.sees("p2", "Hello")
	b.press("p2", "Points")
	b.sees("p2", "You have 7 points.")
	b.press("p2", "Share my number")
	b.sees("p2", "8869")

	// One phone's code, scanned with another.
	b.types("p1", "card")
	b.until(`document.querySelector("#p1-log .scan")`)
	b.click("#p1-log .scan summary")
	b.press("p1", "Bo · Telegram")
	b.press("p2", "Open with Bo's phone (Telegram)")
	b.sees("p2", "How much was the purchase?")

	// In the group.
	b.click("#p1-chat-1")
	b.until(`document.querySelector("#p1-chat-1").ariaCurrent === "true"`)
	b.types("p1", "hello all")
	b.sees("p1", "You said: hello all")
	b.until(`document.querySelector("#p3-chat-1 .count")`)
	b.until(`document.querySelector("#guide h2").innerText.includes("2/2")`)
	if b.run(`window.sameDocument`) != "true" {
		t.Error("the page was loaded again")
	}
	b.picture("desktop-light")
}

func TestBrowserBreaksAndMends(t *testing.T) {
	t.Parallel()
	chromium(t)
	w := newPageWorld(t, nil)
	b := open(t, w.Address(), 1440, 900, "dark")
	b.press("p1", "Add as a friend")
	b.sees("p1", "Welcome")
	b.click(`[popovertarget="panel-trouble"]`)
	b.run(`document.querySelector("#panel-trouble [name=fault]").value = "500"; document.querySelector("#panel-trouble [name=times]").value = "0"`)
	b.press("panel-trouble", "Switch on")
	b.until(`document.querySelector("#faults .list")`)
	b.types("p1", "into the void")
	b.until(`document.querySelector("#calls .trouble")`)
	b.press("panel-trouble", "Switch off")
	b.until(`!document.querySelector("#faults .list")`)
	b.types("p1", "here again")
	b.sees("p1", "You said: here again")
	if strings.Contains(b.run(`document.querySelector("#p1").innerText`), "You said: into the void") {
		t.Error("the broken call arrived")
	}
	b.picture("trouble-dark")
	b.press("panel-trouble", "+1 day")
	b.until(`document.querySelector("#clock").innerText.includes("2026-11-03")`)
	b.press("panel-trouble", "Close")
	b.click(`[popovertarget="panel-wire"]`)
	b.click("#calls .trouble summary")
	b.until(`document.querySelector("#calls .trouble pre")`)
	b.sees("panel-wire", "into the void")
	b.picture("wire-dark")
}

// Everything without a mouse: the focus is always to be seen, goes through the
// page in order, and Enter does what it says.
func TestBrowserByKeyboard(t *testing.T) {
	t.Parallel()
	chromium(t)
	w := newPageWorld(t, nil)
	b := open(t, w.Address(), 1440, 900, "light")
	b.tabTo(`document.activeElement.innerText === "Add as a friend"`)
	b.keys(kb.Enter)
	b.sees("p1", "Welcome")
	b.tabTo(`document.activeElement.innerText === "Join"`)
	b.keys(kb.Enter)
	b.sees("p1", "You're in!")
	b.tabTo(`document.activeElement.id === "p1-text"`)
	b.keys("points" + kb.Enter)
	b.sees("p1", "You have 120 points.")
	b.until(`document.activeElement.id === "p1-text"`) // and may go on typing
	b.tabTo(`document.activeElement.getAttribute("popovertarget") === "panel-people"`)
	b.keys(kb.Enter)
	b.tabTo(`document.activeElement.name === "name" && document.activeElement.closest("#panel-people")`)
	b.keys("Zoe" + kb.Enter)
	b.sees("p4", "Zoe")
	b.until(`document.activeElement.closest("#p4")`)
}

// tabTo presses Tab until the focus is where wanted.
func (b *browser) tabTo(wanted string) {
	b.t.Helper()
	for range 120 {
		b.keys(kb.Tab)
		var seen struct{ There, Visible bool }
		raw := b.run(`({There: !!(` + wanted + `), Visible: document.activeElement === document.body || parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2})`)
		if err := json.Unmarshal([]byte(raw), &seen); err != nil {
			b.t.Fatal(err)
		}
		if !seen.Visible {
			b.t.Errorf("the focus cannot be seen on %s", b.run(`document.activeElement.outerHTML.slice(0, 200)`))
		}
		if seen.There {
			return
		}
	}
	b.t.Fatalf("Tab never comes to %s", wanted)
}

// On a phone nothing needs zooming: no sideways scrolling of the page, no text
// below 11 px, nothing to press smaller than a fingertip.
func TestBrowserOnAPhone(t *testing.T) {
	t.Parallel()
	chromium(t)
	w := newPageWorld(t, nil)
	b := open(t, w.Address(), 390, 844, "light")
	b.press("p1", "Add as a friend")
	b.sees("p1", "Welcome")
	b.types("p1", "points")
	b.sees("p1", "You have 120 points.")
	b.picture("phone-light")
	if got := b.run(`document.documentElement.scrollWidth`); got != "390" {
		t.Errorf("the page is %s pixels wide", got)
	}
	if got := b.run(`[...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && parseFloat(getComputedStyle(e).fontSize) < 11).map(e => e.outerHTML.slice(0, 100))`); got != "[]" {
		t.Errorf("small text: %s", got)
	}
	small := `[...document.querySelectorAll("button:not(.d-link), a, summary, select, textarea")].filter(e => e.checkVisibility()).filter(e => { const r = e.getBoundingClientRect(); return r.height < 36 || r.width < 36 }).map(e => e.outerHTML.slice(0, 100))`
	if got := b.run(small); got != "[]" {
		t.Errorf("small targets: %s", got)
	}
	b.click("#tab-p2")
	b.until(`document.querySelector("#tab-p2").hasAttribute("aria-current") && !document.querySelector("#tab-p1").hasAttribute("aria-current")`)
	b.press("p2", "Start")
	b.sees("p2", "Hello")
	b.picture("phone-telegram")
	b.click(`[popovertarget="panel-wire"]`)
	b.until(`document.querySelector("#calls .call")`)
	b.picture("phone-wire")
}

// The first paint comes within 100 ms of that of a page with one line of text
// in the same browser: what a busy machine and the browser itself take is in
// both, and the best of a few loads has the least of it.
func TestBrowserPaintsSoon(t *testing.T) {
	chromium(t)
	w := newPageWorld(t, nil)
	w.do("phone/p1/follow")
	w.shows("Welcome")
	b := open(t, w.Address(), 1440, 900, "light")
	page, plain := 1e9, 1e9
	for end := time.Now().Add(AwaitLimit); time.Now().Before(end); {
		plain = min(plain, b.paint(w.Address()+"asset/sse.LICENSE"))
		if page = min(page, b.paint(w.Address())); page-plain <= 100 {
			break
		}
	}
	t.Logf("first contentful paint after %.0f ms; of a line of text after %.0f ms", page, plain)
	if page-plain > 100 {
		t.Errorf("the first paint comes %.0f ms after that of a line of text", page-plain)
	}
}

// paint loads an address and gives its first contentful paint in milliseconds.
func (b *browser) paint(address string) (ms float64) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.Navigate(address)))
	b.until(`performance.getEntriesByName("first-contentful-paint").length`)
	b.must(json.Unmarshal([]byte(b.run(`performance.getEntriesByName("first-contentful-paint")[0].startTime`)), &ms))
	return ms
}
