package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
)

// boPhone is a regular's on Telegram.
const boPhone = "p4"

// TestBrowserReceipt gives a receipt's code on the demo's page as people do: Sam
// enters two sales without a member, Ann's phone scans the first on LINE and she
// joins, Bo's the second on Telegram.
func TestBrowserReceipt(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	for _, c := range []struct {
		screen screen
		lang   i18n.Lang
	}{{desktop, i18n.En}, {phone, i18n.Ja}, {phone.dark(), i18n.ZhTW}} {
		if raceDetector && c.screen.name != desktop.name {
			continue // the run without it looks at every screen
		}
		t.Run(c.screen.name, func(t *testing.T) {
			d := demoOn(t, DemoOptions{Lang: string(c.lang)})
			b := openTab(t, browser, d.address, c.screen)
			claimsReceipts(b, c.lang)
			b.readable(c.lang)
			b.close()
			d.whole(t)
		})
	}
}

func claimsReceipts(b *tab, lang i18n.Lang) {
	b.t.Helper()
	p := i18n.For(lang)
	b.press(annPhone, p.Say(i18n.SimAddFriend))
	b.sees(annPhone, p.Say(i18n.JoinButton))

	b.code(p, 350)
	b.picture(fmt.Sprintf("receipt-code-%s-%s", lang, b.size()))
	b.scan(p, annPhone, "Ann", "LINE")
	b.until(`document.getElementById("p1-text").value.startsWith("/claim ")`)
	b.picture(fmt.Sprintf("receipt-typed-%s-%s", lang, b.size()))
	b.press(annPhone, p.Say(i18n.SimSend))
	waits, _, _ := strings.Cut(p.Say(i18n.ClaimJoin, "Money", "\x00", "Points", ""), "\x00")
	b.sees(annPhone, waits)
	b.picture(fmt.Sprintf("receipt-waits-%s-%s", lang, b.size()))
	b.press(annPhone, p.Say(i18n.JoinButton))
	b.sees(annPhone, p.Say(i18n.ReceiptEarned, "Points", shop.Points(p, cafePoints(b.t, 350))))
	b.picture(fmt.Sprintf("receipt-joined-%s-%s", lang, b.size()))

	b.code(p, 1200)
	b.scan(p, boPhone, "Bo", "Telegram")
	b.sees(boPhone, p.Say(i18n.ReceiptEarned, "Points", ""))
	b.picture(fmt.Sprintf("receipt-telegram-%s-%s", lang, b.size()))
}

// code lets Sam enter a sale without a member, and waits for its QR.
func (b *tab) code(p i18n.Printer, amount loyalty.Money) {
	b.t.Helper()
	const codes = `document.querySelectorAll("#p2-log details.scan").length`
	var before int
	b.value(codes, &before)
	b.value(fmt.Sprintf(`(i => { i.value = "/code %d"; return 1 })(document.getElementById("p2-text"))`, amount), new(int))
	b.press(samPhone, p.Say(i18n.SimSend))
	b.until(fmt.Sprintf(codes+" > %d", before))
	b.sees(samPhone, p.Say(i18n.CodeShow))
}

// scan holds somebody's camera to the code on Sam's phone.
func (b *tab) scan(p i18n.Printer, who, name, app string) {
	b.t.Helper()
	b.value(`(e => { e.open = true; e.scrollIntoView({ block: "nearest", behavior: "instant" }); return 1 })([...document.querySelectorAll("#p2-log details.scan")].pop())`, new(int))
	b.press(samPhone, name+" · "+app)
	b.press(who, p.Say(i18n.SimOpenAs, "Name", name, "App", app))
}

// TestBrowserReceiptPage looks at the page behind a receipt's QR, where the shop has
// two chats.
func TestBrowserReceiptPage(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	w := newWire(t)
	code := w.noReceipt() // it looks nothing up
	line, telegram := w.scans(code)
	for _, s := range []screen{phone, phone.dark(), desktop} {
		b := openPage(t, browser, w.app.url+"/r/"+code, s)
		var links []string
		b.value(`[...document.querySelectorAll("a")].filter(a => a.checkVisibility() && a.getBoundingClientRect().height >= 44).map(a => a.href)`, &links)
		if !slices.Equal(links, []string{line, telegram}) {
			t.Errorf("%s: the links lead to %q", s.name, links)
		}
		if wide := b.text(`document.documentElement.scrollWidth > innerWidth ? "yes" : ""`); wide != "" {
			t.Errorf("%s: the page is wider than the screen", s.name)
		}
		if background := b.text(`getComputedStyle(document.querySelector("a")).backgroundColor`); background == "rgba(0, 0, 0, 0)" {
			t.Errorf("%s: the page has lost its style", s.name)
		}
		b.readable("en")
		b.picture("receipt-page-" + s.name)
		b.close()
	}
}
