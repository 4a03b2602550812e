package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"regulars/bot/sim"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/event"
	"regulars/store"
)

// TestBrowserCounterByKeyboard serves a customer with keys alone, as on a till
// with a keyboard and a scanner that types.
func TestBrowserCounterByKeyboard(t *testing.T) {
	t.Parallel()
	c := newCounterTop(t)
	ann := c.member("line", "Ann", 0)
	b := c.registers(cameraOn(t, ""), tablet)
	c.begins(b, "2468")
	b.value(`document.querySelector("[aria-label=`+i18n.For("en").Say(i18n.CounterPageLock)+`]").focus()`, new(any))
	b.keys(kb.Enter)
	b.view("who")
	b.tabTo(`document.activeElement.innerText === "Sam"`)
	b.keys(kb.Enter)
	b.until(`document.querySelector(".dots")`)
	b.keys("2468" + kb.Enter)
	b.view("look")
	for _, amount := range []string{"350", "80"} { // the next customer as the first
		b.keys(c.card(ann) + kb.Enter)
		b.view("sale")
		b.keys(amount + "9" + kb.Backspace + kb.Enter)
		b.done("good")
		b.keys(kb.Enter)
		b.view("look")
	}
	c.wants(ann, 43, 0, 0)
	// A scanner that types while several are to be chosen from means the next one.
	bob := c.member("line", "Bob", 0)
	c.member("line", "Anton", 0)
	b.keys("An" + kb.Enter)
	b.view("several")
	b.keys(c.card(bob) + kb.Enter)
	b.view("sale")
	b.keys("100" + kb.Enter)
	b.done("good")
	c.wants(bob, 10, 0, 0)
	b.keys(kb.Enter)
	b.view("look")
	b.keys(c.card(ann) + kb.Enter)
	b.view("sale")
	b.tabTo(`document.activeElement.classList.contains("key")`)
	b.keys(kb.Escape)
	b.view("look")
	// Of five vouchers as many can be ticked as go with one sale.
	cy := c.member("line", "Cy", 700)
	for range 5 {
		c.buysLatte(cy)
	}
	b.keys(c.card(cy) + kb.Enter)
	b.view("sale")
	b.value(`document.querySelectorAll(".tick input").forEach(box => box.click())`, new(any))
	b.until(`[...document.querySelectorAll(".tick input")].map(box => box.checked + "/" + box.disabled).join() === "true/false,true/false,true/false,true/false,false/true"`)
	b.value(`document.querySelector(".tick input").click()`, new(any))
	b.until(`document.querySelectorAll(".tick input:enabled").length === 5`)
	b.value(`document.querySelector(".tick input").click()`, new(any))
	b.keys("60")
	b.records()
	b.done("good")
	b.close()
}

// TestBrowserCounterLanguages looks at every view in each language on a small
// phone and a tablet: nothing is cut off, everything has its glyph, and a finger
// finds what is to be pressed.
func TestBrowserCounterLanguages(t *testing.T) {
	t.Parallel()
	c := newCounterTop(t, "[referral]", demoPlans+tonight+"[check_in]\npoints = 2\n\n[referral]")
	ann := c.member("line", "Ann", 200)
	c.buysLatte(ann)
	c.signsUp(ann)
	b := c.registers(cameraOn(t, ""), phone)
	c.begins(b, "2468")
	small, large := screen{"small", 360, 640, "light"}, tablet
	for i, lang := range i18n.Langs {
		for _, s := range []screen{small, large} {
			if s == large && i > 0 && os.Getenv("REGULARS_SHOTS") == "" {
				continue // the small one has less room
			}
			if raceDetector && i > 0 {
				continue // the other run looks at every language
			}
			t.Run(fmt.Sprint(lang, "-", s.name), func(t *testing.T) {
				b := &tab{t: t, ctx: b.ctx}
				b.try(chromedp.Do(b.ctx, chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateTouch)))
				b.value(`document.querySelector("#bar .icon:last-child").click()`, new(any))
				b.view("menu")
				b.value(fmt.Sprintf(`(s => { s.value = %q; s.dispatchEvent(new Event("change")); return 1 })(document.querySelector("select"))`, lang), new(int))
				b.until(fmt.Sprintf(`document.documentElement.lang === %q && document.querySelector("select")?.value === %q`, lang, lang))
				c.everyView(b, ann, lang, s)
			})
		}
	}
	for _, s := range []screen{small, large} {
		b.shownToCustomers(c, s)
	}
	b.close()
}

// everyView goes through the views as an employee who is at the till.
func (c *counterTop) everyView(b *tab, ann sim.Person, lang i18n.Lang, s screen) {
	b.t.Helper()
	look := func(name string) {
		b.t.Helper()
		b.picture(fmt.Sprintf("counter-%s-%s-%s", name, lang, s.name))
		b.readable(lang)
		b.fits(name)
	}
	click := func(selector string) {
		b.t.Helper()
		b.until(fmt.Sprintf(`(e => e && e.checkVisibility())(document.querySelector(%q))`, selector))
		b.value(fmt.Sprintf(`document.querySelector(%q).click()`, selector), new(any))
	}
	look("menu")
	click("#stage .back")
	b.view("look")
	b.until(`document.querySelector("video").videoWidth`)
	look("look")
	b.looksUp(c.card(ann))
	b.view("sale")
	click(".tick input")
	click(".items button")
	b.taps("1200")
	look("sale")
	click(".tick input") // it stays hers
	click(".extras .link")
	look("late")
	click(".extras .link:not([hidden])")
	b.view("plan")
	look("plan")
	b.records()
	b.done("good")
	b.sees("stage", "NT$299")
	look("plan-done")
	click("#stage .undo")
	click("#stage .undo.sure")
	b.until(`document.querySelector("#stage .done.good .foot")?.children.length === 1`)
	b.next()
	b.looksUp(c.card(ann))
	b.view("sale")
	b.taps("1200")
	b.records()
	b.done("good")
	look("done")
	click("#stage .undo")
	look("undo")
	click("#stage .undo.sure")
	b.until(`document.querySelector("#stage .done.good .foot")?.children.length === 1`)
	b.next()
	c.door(b, look, click)
	click(".more button") // not a member
	b.view("sale")
	b.taps("60")
	b.records()
	b.done("code")
	b.until(`document.querySelector(".done img").naturalWidth`)
	look("code")
	c.slip(b, lang, s)
	b.next()
	b.looksUp("0900000000")
	b.until(`document.querySelector("#look .wrong").innerText`)
	look("nobody")
	if s.width < 800 {
		click(".more .narrow")
		b.until(`document.querySelector("#stage .act")`)
		look("recent")
	}
	click("#bar .icon") // the lock
	b.view("who")
	look("who")
	click(".people button:last-child")
	b.until(`document.querySelector(".dots")`)
	look("pin")
	click("#full .link")
	b.until(`document.querySelector("[name=code]")`)
	look("first")
	click("#full .back")
	b.unlocks("2468")
	b.view("look")
}

// tonight is an event whose door is open on the day of cases.
const tonight = `
[[event]]
id     = "tasting"
name   = { en = "An evening with the roaster", zh-TW = "與烘豆師的一晚", zh-HK = "與烘豆師共度一晚", ja = "焙煎士と過ごす夕べ", th = "ค่ำคืนกับนักคั่วกาแฟ", zh-CN = "与烘豆师的一晚" }
starts = 2026-03-02T19:00:00
places = 5

`

// signsUp gives somebody a place tonight.
func (c *counterTop) signsUp(p sim.Person) {
	c.t.Helper()
	who, a := c.id(p), c.app.app
	c.try(a.db.Update(c.t.Context(), func(tx store.Tx) error {
		_, err := a.shop.Events.SignUp(tx, who, book.Act{Op: "signs-up", Actor: loyalty.ByMember(who), Now: a.clock.Now()}, "tasting", event.Answers{})
		return err
	}))
}

// door lets the guest in who is expected, and takes that back.
func (c *counterTop) door(b *tab, look, click func(string)) {
	b.t.Helper()
	click("#bar .icon:last-child")
	b.view("menu")
	click("#stage button.row:nth-of-type(2)")
	b.view("door")
	b.until(`document.querySelector("#stage .guest button")`)
	look("door")
	click("#stage .guest button")
	b.done("good")
	look("door-done")
	click("#stage .undo")
	click("#stage .undo.sure")
	b.until(`document.querySelector("#stage .done.good .foot")?.children.length === 1`)
	b.next()
}

// slip prints the code that is shown on a roll of 58 mm and one of 80: one sheet
// with nothing cut off, what its customer needs, and none of the page's buttons.
func (c *counterTop) slip(b *tab, lang i18n.Lang, s screen) {
	b.t.Helper()
	b.value(`window.print = () => { window.printed = (window.printed || 0) + 1 }, window.printed = 0`, new(int))
	b.value(`document.querySelector("#stage .print").click()`, new(any))
	b.until(`window.printed === 1`)
	defer func() {
		b.try(chromedp.Do(b.ctx, chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateTouch)))
		_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
		b.try(err)
	}()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	b.try(err)
	p := i18n.For(lang)
	for _, roll := range []struct {
		mm     int64
		inches float64
	}{{58, 48 / 25.4}, {80, 72 / 25.4}} { // what the head of a printer reaches
		b.try(chromedp.Do(b.ctx, chromedp.EmulateViewport(int64(roll.inches*96), 600)))
		var bad []string
		b.value(`[...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && !e.closest("svg")).flatMap(e => {
			const r = e.getBoundingClientRect();
			return [r.right > document.documentElement.clientWidth + 1 && "cut: " + e.className, e.tagName === "BUTTON" && "button: " + e.innerText,
				e.tagName === "IMG" && (r.width < 130 || Math.abs(r.width - r.height) > 1) && "code: " + r.width + "x" + r.height].filter(Boolean);
		})`, &bad)
		if len(bad) > 0 {
			b.t.Errorf("the slip of %d mm: %q", roll.mm, bad)
		}
		for _, want := range []string{"60", p.Say(i18n.CounterPageCodeHow), strings.Split(p.Say(i18n.CounterPageUntil, "Time", "§"), "§")[0]} {
			b.sees("stage", want)
		}
		b.sees("stage", b.text(`document.querySelector(".letters").textContent`))
		b.sees("stage", b.text(`JSON.parse(localStorage.getItem("counter.state")).shop || "no name"`))
		res, err := chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: roll.inches, PaperHeight: 120 / 25.4, PreferCSSPageSize: new(true)})
		b.try(err)
		if n := len(pdfPage.FindAll(res.Data, -1)); n != 1 {
			b.t.Errorf("%d mm: it prints on %d pages", roll.mm, n)
		}
		if dir := os.Getenv("REGULARS_SHOTS"); dir != "" {
			b.try(os.WriteFile(filepath.Join(dir, fmt.Sprintf("counter-slip-%s-%d.pdf", lang, roll.mm)), res.Data, 0o644))
		}
	}
}

// fits complains of what a finger misses or an eye cannot read.
func (b *tab) fits(view string) {
	b.t.Helper()
	var bad []string
	b.value(fitsScript, &bad)
	if len(bad) > 0 {
		list, _ := json.MarshalIndent(bad, "", "  ")
		b.t.Errorf("%s: %s", view, list)
	}
}

const fitsScript = `(() => {
	const bad = [], name = e => (e.innerText || e.ariaLabel || e.className).trim().slice(0, 40);
	for (const e of document.querySelectorAll("button, a, select, input:not([type=checkbox], [type=radio]), .tick")) {
		if (!e.checkVisibility()) continue;
		const r = e.getBoundingClientRect();
		if (r.height < 44 && !e.classList.contains("chip") || r.width < 44) bad.push("small: " + name(e) + " " + r.width + "x" + r.height);
		if (e.tagName === "BUTTON" && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2)) bad.push("cut: " + name(e));
		if (r.right > document.documentElement.clientWidth + 1 || r.left < -1) bad.push("aside: " + name(e));
	}
	for (const e of document.querySelectorAll("body *")) {
		if (e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && parseFloat(getComputedStyle(e).fontSize) < 13) bad.push("tiny: " + name(e));
	}
	return bad;
})()`
