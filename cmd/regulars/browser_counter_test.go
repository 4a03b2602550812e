package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"regulars/bot/sim"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

var tablet = screen{"tablet", 1180, 820, "light"}

// counterTop is a shop's counter: the whole program, a manager and an employee
// on their phones, and a browser on a device.
type counterTop struct {
	*wire
	boss, sam sim.Person
	wifi      *wifi
}

// wifi is the network between the device and the program.
type wifi struct {
	*httptest.Server
	lose atomic.Int32 // so many answers more get lost on their way to the device
	next atomic.Bool  // the program has another version of the page
	// begun counts how often a page asked for what it begins with.
	begun atomic.Int32
}

// newCounterTop opens the shop.
func newCounterTop(t *testing.T, changes ...string) *counterTop {
	t.Helper()
	w := newWire(t, changes...)
	c := &counterTop{wire: w, wifi: &wifi{}}
	c.boss, c.sam = w.employee("line", "May", people.Manager), w.employee("telegram", "Sam", people.Clerk)
	w.unread(c.boss, c.sam)
	c.wifi.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			to, _ := url.Parse(w.app.url)
			r.SetURL(to)
			r.Out.Header.Del("Accept-Encoding")
			r.SetXForwarded()
		},
		ModifyResponse: func(r *http.Response) error {
			if r.Request.Method == http.MethodPost && c.wifi.lose.Load() > 0 {
				c.wifi.lose.Add(-1)
				return errors.New("lost")
			}
			if r.Request.URL.Path == "/counter/api/state" {
				c.wifi.begun.Add(1)
			}
			if r.Request.URL.Path == "/counter/sw.js" && c.wifi.next.Load() {
				return another(r)
			}
			return nil
		},
		// What a proxy says then. (A connection that breaks off would be asked once
		// more by the browser itself.)
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.Header().Set("Content-Security-Policy", "default-src 'none'")
			w.WriteHeader(http.StatusBadGateway)
		},
	})
	t.Cleanup(c.wifi.Close)
	return c
}

// another makes a service worker that of another version.
func another(r *http.Response) error {
	raw, err := io.ReadAll(r.Body)
	raw = bytes.Replace(raw, []byte(`const VERSION = "`), []byte(`const VERSION = "next-`), 1)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	r.Header.Set("Content-Length", fmt.Sprint(len(raw)))
	return err
}

var (
	registerForm = regexp.MustCompile(`#register=([\w-]+)`)
	pinCodeForm  = regexp.MustCompile(`\b(\d{3} \d{3})\b`)
)

// registers opens the page by the manager's link, on a new device.
func (c *counterTop) registers(browser context.Context, s screen) *tab {
	c.t.Helper()
	c.says(c.boss, "/counter")
	c.try(c.boss.Press(i18n.For("en").Say(i18n.CounterLinkOpen)))
	token := c.only(registerForm, c.boss.(*sim.LinePerson).Opened())
	b := openTab(c.t, browser, c.wifi.URL+"/counter/#register="+token, s)
	// The browser notes what is refused or not reached; people are told by the page.
	b.forgives = []string{"Failed to load resource", "net::ERR_"}
	b.until(`document.querySelector("[name=name]")`)
	b.picture("counter-register-" + s.name)
	b.value(`document.querySelector("[name=name]").focus()`, new(any))
	b.keys("Front counter" + kb.Enter)
	b.until(`document.body.dataset.view === "who" && document.querySelector(".people button")`)
	b.picture("counter-who-" + s.name)
	return b
}

// begins lets Sam choose his PIN and unlock.
func (c *counterTop) begins(b *tab, pin string) {
	c.t.Helper()
	code := c.only(pinCodeForm, c.says(c.sam, "/pin"))
	b.press("full", "Sam")
	b.until(`document.querySelector("[name=code]")`)
	for name, text := range map[string]string{"code": code, "pin": pin, "again": pin} {
		b.value(fmt.Sprintf(`document.querySelector("[name=%s]").focus()`, name), new(any))
		b.keys(text)
	}
	b.picture("counter-first-" + b.wide())
	b.value(`document.querySelector("form").requestSubmit()`, new(any))
	b.view("look")
}

// unlocks lets Sam in with his PIN.
func (b *tab) unlocks(pin string) {
	b.t.Helper()
	b.press("full", "Sam")
	b.until(`document.querySelector(".dots")`)
	b.taps(pin)
	b.value(`document.querySelector("#full .go").click()`, new(any))
}

// taps taps a number on the keys of the page.
func (b *tab) taps(digits string) {
	b.t.Helper()
	b.until(`document.querySelector("section:not(:empty) .pad")?.checkVisibility()`)
	for _, d := range digits {
		b.value(fmt.Sprintf(`[...document.querySelectorAll(".key")].filter(k => k.checkVisibility() && k.innerText === %q).pop().click()`, string(d)), new(any))
	}
}

// view waits for a view of the page.
func (b *tab) view(name string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.body.dataset.view === %q`, name))
}

// looksUp types into the field, as a scanner does too.
func (b *tab) looksUp(text string) {
	b.t.Helper()
	b.value(`(f => { f.value = ""; f.focus(); return 1 })(document.getElementById("field"))`, new(int))
	b.keys(text + kb.Enter)
}

// records taps the big button once it may be tapped.
func (b *tab) records() {
	b.t.Helper()
	b.until(`!document.querySelector(".sale .go").disabled`)
	b.click(".sale .go")
}

// done waits for what came of an act: good, bad, kept or code.
func (b *tab) done(kind string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.querySelector("#stage .done.%s")`, kind))
}

func (b *tab) next() {
	b.t.Helper()
	b.value(`document.querySelector("#stage .done .go").click()`, new(any))
	b.view("look")
}

// wide names the screen for a picture.
func (b *tab) wide() string { return b.text(`innerWidth >= 800 ? "tablet" : "phone"`) }

// offline takes the network from a tab, or gives it back.
func (b *tab) offline(yes bool) {
	b.t.Helper()
	var rules []*network.Conditions
	if yes {
		rules = []*network.Conditions{{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1}}
	}
	_, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{EmulateOfflineServiceWorker: &yes, MatchedNetworkConditions: rules})
	b.try(err)
	_, err = chromedp.Call(b.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1})
	b.try(err)
	if yes { // an answer that was on its way may still come, and be believed
		b.until(`document.querySelector("#bar .off") || (dispatchEvent(new Event("offline")), false)`)
	}
}

// filmed is a camera's picture of a QR code, as Chromium takes it.
func filmed(t testing.TB, text string) string {
	t.Helper()
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	if code, err = barcode.Scale(code, 300, 300); err != nil {
		t.Fatal(err)
	}
	film := image.NewRGBA(image.Rect(0, 0, 640, 480))
	draw.Draw(film, film.Bounds(), image.NewUniform(color.Gray{0xd8}), image.Point{}, draw.Src)
	draw.Draw(film, image.Rect(150, 70, 490, 410), image.White, image.Point{}, draw.Src)
	draw.Draw(film, image.Rect(170, 90, 470, 390), code, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, film, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "card.mjpeg")
	if err := os.WriteFile(path, bytes.Repeat(b.Bytes(), 2), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// cameraOn is a browser whose camera sees a text as a QR code; without one it
// sees Chromium's own moving picture.
func cameraOn(t testing.TB, text string) context.Context {
	t.Helper()
	o := []chromedp.ExecAllocatorOption{chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true)}
	if text != "" {
		o = append(o, chromedp.Flag("use-file-for-fake-video-capture", filmed(t, text)))
	}
	return chromium(t, o...)
}

// cardLink is what a member's card shows.
func (c *counterTop) cardLink(p sim.Person) string {
	c.t.Helper()
	c.card(p) // it is drawn when first shown
	id, token := c.id(p), ""
	c.try(c.app.app.db.View(c.t.Context(), func(r store.Reader) (err error) {
		token, err = c.app.app.shop.Vault.CardToken(r, id, c.world.Clock.Now(), people.CardLife)
		return err
	}))
	return c.cfg.PublicURL + "/c/" + token
}

// TestBrowserCounter is a customer at the counter: the card is held up to the
// camera, the amount tapped, and that is all; then what was wrong is undone, a
// voucher pays a part, and somebody without a card is found.
func TestBrowserCounter(t *testing.T) {
	t.Parallel()
	for _, s := range []screen{phone, tablet.dark()} {
		t.Run(s.name, func(t *testing.T) {
			c := newCounterTop(t)
			ann := c.member("line", "Ann", 200)
			code := c.buysLatte(ann)
			b := c.registers(cameraOn(t, c.cardLink(ann)), s)
			c.begins(b, "2468")

			b.view("sale") // by the camera alone
			b.sees("stage", "Ann")
			b.taps("350")
			b.picture("counter-sale-" + s.name)
			// The amount took a while; the card is still held up afterwards, and means no other purchase.
			b.value(`(then => { performance.now = () => then() + 60e3; return 1 })(performance.now.bind(performance))`, new(int))
			b.records()
			b.done("good")
			b.sees("stage", "+35")
			b.picture("counter-done-" + s.name)
			c.wants(ann, 95, 140, 1)

			b.value(`document.querySelector("#stage .undo").click(); document.querySelector("#stage .sure").click()`, new(any))
			b.until(`document.querySelector("#stage .done.good h2")?.innerText === "` + i18n.For("en").Say(i18n.CounterPageUndone) + `"`)
			c.wants(ann, 60, 140, 1)
			b.next()

			// A scanner that types: the voucher's code, and what it pays a part of.
			b.looksUp(c.cfg.PublicURL + "/v/" + strings.ReplaceAll(code, "-", ""))
			b.view("sale")
			b.until(`document.querySelector(".tick input").checked`)
			b.taps("60")
			b.picture("counter-voucher-" + s.name)
			b.records()
			b.done("good")
			b.picture("counter-voucher-done-" + s.name)
			c.wants(ann, 66, 0, 0)
			b.next()

			b.looksUp(strings.ToLower(c.card(ann)))
			b.view("sale")
			b.sees("stage", "66")
			b.value(`document.querySelector("#stage .back").click()`, new(any))
			b.view("look")
			b.looksUp("0900000000")
			b.until(`document.querySelector("#look .wrong").innerText`)
			b.picture("counter-nobody-" + s.name)

			b.value(`document.querySelector("[aria-label=`+i18n.For("en").Say(i18n.CounterPageLock)+`]").click()`, new(any))
			b.view("who")
			if left := b.text(`document.getElementById("look").innerText + document.getElementById("stage").innerText`); left != "" {
				t.Errorf("locked, the page still has %q", left)
			}
			b.close()
		})
	}
}

// TestBrowserCounterOffline sells while there is no network, over a reload of
// the page, and with an answer that gets lost: everything is booked once.
func TestBrowserCounterOffline(t *testing.T) {
	t.Parallel()
	c := newCounterTop(t)
	ann, bo := c.member("line", "Ann", 0), c.member("telegram", "Bo", 0)
	b := c.registers(cameraOn(t, ""), phone)
	c.begins(b, "2468")
	b.until(`navigator.serviceWorker.controller`)

	b.looksUp(c.card(ann))
	b.view("sale")
	b.taps("100")
	c.wifi.lose.Store(1) // the sale is booked, and nobody hears of it
	b.records()
	b.done("kept")
	b.until(`document.querySelector("#stage .done.good")`) // it was asked again
	c.wants(ann, 10, 0, 0)
	b.next()

	b.offline(true)
	b.looksUp(c.card(ann))
	b.view("sale")
	b.taps("200")
	b.picture("counter-offline-sale")
	b.records()
	b.done("kept")
	b.picture("counter-kept")
	b.next()
	b.looksUp("no such name")
	b.sees("look", i18n.For("en").Say(i18n.CounterPageOfflineFind))

	b.visit(c.wifi.URL + "/counter/") // the tablet's browser starts anew
	b.until(`document.body.dataset.live === "1"`)
	b.view("look")
	b.sees("bar", i18n.For("en").Say(i18n.CounterPageWaitingChip, "Number", "1"))
	b.looksUp(c.cardLink(bo))
	b.view("sale")
	b.taps("300")
	b.records()
	b.done("kept")
	b.value(`document.querySelector("#bar .chip:not(.off)").click()`, new(any))
	b.until(`document.querySelectorAll("#stage .act.waiting").length === 2`)
	b.picture("counter-waiting")
	c.wants(ann, 10, 0, 0)

	b.offline(false)
	b.until(`!document.querySelector("#bar .chip")`)
	c.wants(ann, 30, 0, 0)
	c.wants(bo, 30, 0, 0)
	b.value(`document.querySelector("#stage .back").click()`, new(any))
	b.view("look")
	b.press("look", i18n.For("en").Say(i18n.CounterPageRecent))
	b.until(`document.querySelectorAll("#stage .act").length === 3`)
	b.picture("counter-recent")

	// One that was refused is sent again once, by a finger that taps twice.
	b.value(`(() => { const asked = indexedDB.open("counter", 1); asked.onsuccess = () => {
		const acts = asked.result.transaction("acts", "readwrite").objectStore("acts"), id = "refused-act";
		acts.add({ id, path: "sale", body: { id, session: "", scan: "`+c.card(bo)+`", amount: 40 }, label: { kind: "sale", name: "Bo", amount: "40" },
			at: "2026-01-05T02:00:00Z", tries: 1, state: "refused", text: "refused", status: 422 }).onsuccess = () => { window.planted = true };
	} })(), 1`, new(int))
	b.until(`window.planted`)
	b.visit(c.wifi.URL + "/counter/?" + "planted")
	b.until(`document.body.dataset.live === "1" && document.querySelector("#bar .chip.bad")`)
	b.value(`document.querySelector("#bar .chip.bad").click()`, new(any))
	b.until(`document.querySelector("#stage .act.refused button")`)
	b.value(`(again => { again.click(); again.click() })(document.querySelector("#stage .act.refused button")), 1`, new(int))
	b.until(`!document.querySelector("#bar .chip")`)
	c.wants(bo, 34, 0, 0)

	// Of what the program said nothing was kept, and a new version of the page
	// takes over by itself, but not while a customer is served.
	b.value(`(async () => {
		const kept = await caches.keys(), all = [];
		for (const name of kept) for (const r of await (await caches.open(name)).keys()) all.push(r.url);
		window.kept = kept.length + " " + all.some(u => u.includes("/api/")) + " " + (all.length > 20);
	})(), 1`, new(int))
	b.until(`window.kept === "1 false true"`)
	b.value(`document.querySelector("#stage .back").click()`, new(any))
	c.removedMeanwhile(b, bo)
	b.looksUp(c.card(bo))
	b.view("sale")
	b.value(`window.before = true`, new(bool))
	c.wifi.next.Store(true)
	b.value(`(async () => { window.worker = (await navigator.serviceWorker.getRegistration()).update() && navigator.serviceWorker.controller })(), 1`, new(int))
	b.until(`window.worker && navigator.serviceWorker.controller !== window.worker`)
	b.taps("50")
	b.until(`document.querySelector(".amount").innerText.includes("50") && window.before`)
	begun := c.wifi.begun.Load()
	b.value(`document.querySelector("#stage .back").click()`, new(any))
	c.eventually("the page to begin anew", func() bool { return c.wifi.begun.Load() > begun })
	b.until(`!window.before && document.body.dataset.live === "1"`)
	b.view("look")
	b.close()
}

// removedMeanwhile has another tab remove a sale at the very moment when it is
// about to be sent, without a network: it does not come back.
func (c *counterTop) removedMeanwhile(b *tab, bo sim.Person) {
	b.t.Helper()
	b.view("look")
	b.offline(true)
	b.looksUp(c.card(bo))
	b.view("sale")
	b.taps("20")
	b.value(`(fetch => { window.fetch = (to, ...how) => fetch(to, ...how).catch(e => {
		window.failed ||= String(to).includes("/api/sale?");
		throw e;
	}) })(window.fetch), 1`, new(int))
	b.value(`(get => { IDBObjectStore.prototype.get = function(key) {
		IDBObjectStore.prototype.get = get;
		const other = this.transaction.db.transaction("acts", "readwrite");
		other.objectStore("acts").delete(key);
		other.oncomplete = () => { window.removed = true };
		return get.call(this, key);
	} })(IDBObjectStore.prototype.get), 1`, new(int))
	b.records()
	b.done("kept")
	b.until(`window.removed && window.failed`) // what is on its way already would still arrive
	b.offline(false)
	b.until(`!document.querySelector("#bar .chip")`)
	c.wants(bo, 34, 0, 0)
	b.next()
}

// TestBrowserCounterLocks tries PINs, leaves the device alone, and takes it from
// the shop: nothing is to be had from it then, and nothing that it kept is lost.
func TestBrowserCounterLocks(t *testing.T) {
	t.Parallel()
	c := newCounterTop(t)
	ann := c.member("line", "Ann", 0)
	b := c.registers(cameraOn(t, ""), tablet)
	c.begins(b, "2468")
	b.looksUp(c.card(ann))
	b.view("sale")
	b.value(`(then => { Date.now = () => then + 600e3; return 1 })(Date.now())`, new(int)) // ten minutes without a touch
	b.view("who")
	b.value(`delete Date.now, 1`, new(int))
	b.visit(c.wifi.URL + "/counter/?" + "again")
	b.until(`document.body.dataset.live === "1"`)
	b.view("who")

	for range 20 {
		b.unlocks("1357")
		b.until(`document.querySelector("#full .wrong")?.innerText`)
		locked := b.text(`document.querySelector("#full .wrong").innerText`)
		if regexp.MustCompile(`\d:\d\d`).MatchString(locked) {
			break
		}
		b.value(`document.querySelector("#full .back").click()`, new(any))
	}
	b.until(`/\d:\d\d/.test(document.querySelector("#full .wrong").innerText) && document.querySelector("#full .go").disabled`)
	b.picture("counter-locked-out")
	c.moves(2 * time.Hour)
	b.visit(c.wifi.URL + "/counter/")
	b.until(`document.body.dataset.live === "1"`)
	b.unlocks("2468")
	b.view("look")

	// Revoked while a sale waits: it is shown, not lost. Her card's number is known
	// for one without a network too, though it has letters only; a name is not.
	b.offline(true)
	b.looksUp("Maximilian W")
	b.until(`!document.querySelector("#look .wrong").hidden`)
	b.looksUp(c.plainCard(ann))
	b.view("sale")
	b.taps("120")
	b.records()
	b.done("kept")
	c.try(c.app.app.db.Update(t.Context(), func(tx store.Tx) error {
		all, err := people.Devices(tx)
		if err != nil {
			return err
		}
		return people.RevokeDevice(tx, all[0].ID, c.world.Clock.Now())
	}))
	b.offline(false)
	b.view("setup")
	b.sees("full", i18n.For("en").Say(i18n.CounterPageSetupGone))
	b.press("full", i18n.For("en").Say(i18n.CounterPageWaiting))
	b.until(`document.querySelector("#full .act.refused")`)
	b.picture("counter-revoked")
	c.wants(ann, 0, 0, 0)
	b.close()
}
