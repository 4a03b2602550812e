package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
)

// Whose phone is which on the demo's page.
const (
	annPhone = "p1"
	samPhone = "p2"
)

// TestBrowserDemo goes through the guided first minute, breaks something and
// moves the clock, on a desktop and on a phone, as somebody does who has just
// typed `regulars demo`; afterwards the ledger is whole.
func TestBrowserDemo(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	for _, s := range []screen{desktop, phone.dark()} {
		t.Run(s.name, func(t *testing.T) {
			d := demoOn(t, DemoOptions{Lang: "en"})
			b := openTab(t, browser, d.address, s)
			firstMinute(b, "en")
			b.picture("minute-" + s.name)
			recovers(b)
			moves(b)
			b.close()
			d.whole(t)
		})
	}
}

// firstMinute does what the guide says, with the finger.
func firstMinute(b *tab, lang i18n.Lang) {
	b.t.Helper()
	p := i18n.For(lang)
	points, earned := p.Say(i18n.KeyPoints), cafePoints(b.t, 350)
	b.step(0)
	b.press("guide", p.Say(i18n.SimShowMe)+" · Ann")
	b.press(annPhone, p.Say(i18n.SimAddFriend))
	b.press(annPhone, p.Say(i18n.JoinButton))
	b.step(1)
	b.press(annPhone, points)
	b.step(2)
	b.sees(annPhone, shop.Points(p, 0))
	b.press("guide", p.Say(i18n.SimShowMe)+" · Sam")
	b.until(`document.getElementById("p2-text").value.startsWith("/sale ")`)
	b.press(samPhone, p.Say(i18n.SimSend))
	b.sees(samPhone, shop.Points(p, earned))
	b.step(3)
	b.press("guide", p.Say(i18n.SimShowMe)+" · Ann")
	b.press(annPhone, points)
	b.step(4)
	b.sees(annPhone, p.Say(i18n.ReceiptFor))
	b.sees(annPhone, shop.Points(p, earned))
	b.press(annPhone, p.Say(i18n.TourClub))
	b.press("guide", p.Say(i18n.SimShowMe)+" · Ann")
	b.until(`document.getElementById("p1-text").value === "/points"`)
	b.press(annPhone, p.Say(i18n.SimSend))
	b.sees(annPhone, p.Say(i18n.BotPrivateHere))
	b.step(5)
	b.discreet(p, earned)
}

// cafePoints is what a sale gives in the demo's café today: it has a double day.
func cafePoints(t testing.TB, amount loyalty.Money) loyalty.Points {
	text, _ := programme.Preset("cafe")
	p, _ := programme.Load(text)
	n, err := p.Rules.Earn(amount)
	if err != nil {
		t.Fatal(err)
	}
	today := time.Now().In(p.Rules.Zone).Weekday()
	for _, b := range p.Rules.Earning.Bonuses {
		if slices.Contains(b.Weekdays, today) {
			n = n * loyalty.Points(b.Percent) / 100
		}
	}
	return n
}

// step waits until so many steps of the guide are ticked.
func (b *tab) step(n int) {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.querySelectorAll("#guide li.done").length === %d`, n))
}

// clockFaces are the days and times in a chat, which are no points.
var clockFaces = regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}:[0-9]{2}`)

// discreet looks at the group on everybody's phone: no balance, no card.
func (b *tab) discreet(p i18n.Printer, balance loyalty.Points) {
	b.t.Helper()
	group := clockFaces.ReplaceAllString(b.text(`document.getElementById("p1-log").innerText`), "")
	if strings.Contains(group, shop.Points(p, balance)) || strings.Contains(group, fmt.Sprint(int64(balance))+"\n") {
		b.t.Errorf("the group learns how many points Ann has: %q", group)
	}
}

// recovers lets LINE refuse a call once: the answer comes all the same.
func recovers(b *tab) {
	b.t.Helper()
	p := i18n.For("en")
	b.press(annPhone, "Corner Café")
	b.until(`document.getElementById("p1-log").innerText.includes("` + p.Say(i18n.ReceiptFor) + `")`)
	before := b.said(annPhone)
	b.panel("panel-trouble")
	b.value(`(f => { f.fault.value = "500"; f.platform.value = "line"; f.path.value = "/v2/bot/message/*"; f.times.value = "1"; return 1 })(document.querySelector("#panel-trouble form.fields"))`, new(int))
	b.press("panel-trouble", p.Say(i18n.SimSwitchOn))
	b.until(`document.querySelector("#faults .list")`)
	b.picture("trouble-" + b.size())
	b.press("panel-trouble", p.Say(i18n.SimClose))
	b.press(annPhone, p.Say(i18n.KeyPoints))
	b.until(fmt.Sprintf(saidScript+` > %d`, annPhone, before))
	b.until(`!document.querySelector("#faults .list")`) // it has struck
	b.panel("panel-wire")
	b.until(`[...document.querySelectorAll("#calls .trouble")].some(e => {
		if (e.querySelector(".status").innerText !== "500") return false;
		e.querySelector("summary").focus(); // the list moves while calls come in
		return true;
	})`)
	b.keys(kb.Enter)
	b.until(`document.activeElement.closest(".call").querySelector("pre")`)
	b.picture("wire-" + b.size())
	b.press("panel-wire", p.Say(i18n.SimClose))
}

// moves puts the clock forward by a day.
func moves(b *tab) {
	b.t.Helper()
	day := func() string { return b.text(`document.querySelector("#clock time").innerText.slice(0, 10)`) }
	before := day()
	b.panel("panel-trouble")
	b.press("panel-trouble", i18n.For("en").Say(i18n.SimDay))
	b.until(`document.querySelector("#clock time").innerText.slice(0, 10) > "` + before + `"`)
	b.press("panel-trouble", i18n.For("en").Say(i18n.SimClose))
	said := b.said(annPhone)
	b.press(annPhone, i18n.For("en").Say(i18n.KeyPoints)) // and all goes on
	b.until(fmt.Sprintf(saidScript+` > %d`, annPhone, said))
}

// saidScript counts the bot's messages in the open chat of a phone.
const saidScript = `document.querySelectorAll("#%s-log .d-row:not(.d-mine)").length`

func (b *tab) said(phone string) (n int) {
	b.t.Helper()
	b.value(fmt.Sprintf(saidScript, phone), &n)
	return n
}

// panel opens a drawer by its button.
func (b *tab) panel(id string) {
	b.t.Helper()
	b.click(`.tools [popovertarget="` + id + `"]`)
	b.until(`document.getElementById("` + id + `").matches(":popover-open")`)
}

// size names what the tab is looked at on.
func (b *tab) size() (s string) { return b.text(`innerWidth > 600 ? "desktop" : "phone"`) }

// TestBrowserDemoByKeyboard goes through the first minute with Tab, Enter and
// the letters alone; where the focus is can always be seen.
func TestBrowserDemoByKeyboard(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	d := demoOn(t, DemoOptions{Lang: "en"})
	b := openTab(t, browser, d.address, desktop)
	p := i18n.For("en")
	enter := func(wanted string) { b.tabTo(wanted); b.keys(kb.Enter) }
	labelled := func(phone, label string) string {
		return fmt.Sprintf(`(e => [e.innerText, e.ariaLabel].includes(%s) && e.closest("#%s"))(document.activeElement)`, quote(label), phone)
	}
	enter(labelled("guide", p.Say(i18n.SimShowMe)+" · Ann"))
	b.until(labelled(annPhone, p.Say(i18n.SimAddFriend))) // the guide leads there
	b.keys(kb.Enter)
	b.sees(annPhone, p.Say(i18n.JoinButton))
	enter(labelled(annPhone, p.Say(i18n.JoinButton)))
	b.step(1)
	b.tabTo(`document.activeElement.id === "p1-text"`)
	b.keys("points" + kb.Enter)
	b.step(2)
	b.until(`document.activeElement.id === "p1-text"`)
	enter(labelled("guide", p.Say(i18n.SimShowMe)+" · Sam"))
	b.until(`document.activeElement.id === "p2-text" && document.activeElement.value.startsWith("/sale ")`)
	b.keys(kb.Enter)
	b.step(3)
	enter(labelled("guide", p.Say(i18n.SimShowMe)+" · Ann"))
	b.until(`document.activeElement.id === "p1-text"`)
	b.keys("points" + kb.Enter)
	b.step(4)
	enter(`document.activeElement.id === "p1-chat-1"`)
	b.until(`document.getElementById("p1-chat-1").ariaCurrent === "true"`)
	b.tabTo(`document.activeElement.id === "p1-text"`)
	b.keys("/points" + kb.Enter)
	b.step(5)
	// The drawer as well: a fault switched on and off again.
	enter(`document.activeElement.getAttribute("popovertarget") === "panel-trouble"`)
	// What the café sends of its own accord at that moment may use a fault up.
	for tries := 1; ; tries++ {
		enter(labelled("panel-trouble", p.Say(i18n.SimSwitchOn)))
		if b.soon(`document.querySelector("#faults .list")`) {
			break
		}
		if tries == 3 {
			t.Fatal("a fault that is switched on is not listed")
		}
	}
	enter(labelled("panel-trouble", p.Say(i18n.SimAllOff)))
	b.until(`!document.querySelector("#faults .list")`)
	b.close()
	d.whole(t)
}

// tabTo presses Tab until the focus is where wanted.
func (b *tab) tabTo(wanted string) {
	b.t.Helper()
	for range 200 {
		b.keys(kb.Tab)
		var seen struct{ There, Visible bool }
		b.value(`(e => ({ There: !!(`+wanted+`), Visible: e === document.body || parseFloat(getComputedStyle(e).outlineWidth) >= 2 }))(document.activeElement)`, &seen)
		if !seen.Visible {
			b.t.Errorf("the focus cannot be seen on %s", b.text(`document.activeElement.outerHTML.slice(0, 200)`))
		}
		if seen.There {
			return
		}
	}
	b.picture("failed-keyboard")
	b.t.Fatalf("Tab never comes to %s", wanted)
}

// TestBrowserLanguages looks at the page and the first screens in each language
// on both sizes: every letter has a glyph, nothing runs off the side, and no
// word is missing.
func TestBrowserLanguages(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	for i, lang := range i18n.Langs {
		if raceDetector && i > 0 {
			break // words race with nothing; the run without the detector reads them all
		}
		t.Run(string(lang), func(t *testing.T) {
			d := demoOn(t, DemoOptions{Lang: string(lang)})
			for i, s := range []screen{phone, desktop.dark(), phone.dark(), desktop} {
				all := os.Getenv("REGULARS_SHOTS") != "" // to be looked at
				if i > 1 && !all {
					break
				}
				b := openTab(t, browser, d.address, s)
				b.picture(fmt.Sprintf("first-%s-%s", lang, s.name))
				if i == 0 {
					firstMinute(b, lang)
				}
				b.picture(fmt.Sprintf("minute-%s-%s", lang, s.name))
				b.readable(lang)
				if i < 2 {
					for _, id := range []string{"panel-people", "panel-trouble", "panel-wire"} {
						if !all && (i > 0 || id != "panel-trouble") {
							continue // the one with most words
						}
						b.panel(id)
						b.readable(lang)
						b.picture(fmt.Sprintf("%s-%s-%s", id, lang, s.name))
						b.press(id, i18n.For(lang).Say(i18n.SimClose))
					}
				}
			}
		})
	}
}

// readable holds what is on the screen to what a reader needs.
func (b *tab) readable(lang i18n.Lang) {
	b.t.Helper()
	var seen struct {
		Lang    string
		Wide    int
		Missing []string
		Cut     []string
		Text    string
	}
	b.value(readableScript, &seen)
	if seen.Lang != string(lang) {
		b.t.Errorf("the page says it is in %s", seen.Lang)
	}
	if seen.Wide > 0 {
		b.t.Errorf("the page is %d pixels wider than the screen", seen.Wide)
	}
	if len(seen.Missing) > 0 {
		b.t.Errorf("no glyph for %q", seen.Missing)
	}
	if len(seen.Cut) > 0 {
		list, _ := json.MarshalIndent(seen.Cut, "", "  ")
		b.t.Errorf("cut off: %s", list)
	}
	for _, bad := range []string{"{{", "<no value>", "sim.", "tour.", "%!"} {
		if strings.Contains(seen.Text, bad) {
			b.t.Errorf("the page shows %q: %s", bad, seen.Text)
		}
	}
}

// readableScript draws every letter of the page in its own font onto a canvas,
// beside one that no font has: where both look alike there is no glyph.
const readableScript = `(() => {
	const canvas = document.createElement("canvas");
	canvas.width = canvas.height = 40;
	const pen = canvas.getContext("2d", { willReadFrequently: true });
	const drawn = (c, font) => {
		pen.clearRect(0, 0, 40, 40);
		pen.font = font;
		pen.fillText(c, 4, 28);
		return pen.getImageData(0, 0, 40, 40).data.join("");
	};
	const fonts = new Map(), missing = new Set(), cut = new Set();
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	let text = "";
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!e.checkVisibility() || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(e.tagName)) continue;
		text += walk.currentNode.data + "\n";
		const style = getComputedStyle(e);
		const font = style.fontStyle + " " + style.fontWeight + " 20px " + style.fontFamily;
		if (!fonts.has(font)) fonts.set(font, { none: drawn("\u0378", font), seen: new Set() });
		const known = fonts.get(font);
		for (const c of walk.currentNode.data) {
			if (known.seen.has(c) || !/[\p{L}\p{N}\p{P}\p{Sm}\p{Sc}]/u.test(c)) continue;
			known.seen.add(c);
			if (drawn(c, font) === known.none) missing.add(c);
		}
	}
	for (const e of document.querySelectorAll(".bar h1, .own, .tools button, .guide b, .guide p, .guide button, .chip, .fields label, .row button, .list button, .wide, .d-btn, .d-key, .owner h2")) {
		if (e.checkVisibility() && e.clientWidth && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 4))
			cut.add(e.innerText.trim().slice(0, 60) + " (" + e.scrollWidth + "x" + e.scrollHeight + " in " + e.clientWidth + "x" + e.clientHeight + ")");
	}
	return {
		Lang: document.documentElement.lang, Wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
		Missing: [...missing], Cut: [...cut], Text: text,
	};
})()`
