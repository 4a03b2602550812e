package main

import (
	"fmt"
	"testing"

	"regulars/i18n"
	"regulars/loyalty/programme"
)

// gracePhone is a regular's, who has points.
const gracePhone = "p3"

// TestBrowserRedeem redeems a reward on the demo's page as people do: Grace
// looks through the rewards and takes one, Sam's camera is held to her
// voucher's code, and both see what came of it. Afterwards every point and
// voucher is where the ledger says.
func TestBrowserRedeem(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	for _, c := range []struct {
		screen screen
		lang   i18n.Lang
	}{{desktop, i18n.En}, {phone, i18n.Th}, {phone.dark(), i18n.ZhTW}} {
		if raceDetector && c.screen.name != desktop.name {
			continue // the run without it looks at every screen
		}
		t.Run(c.screen.name, func(t *testing.T) {
			d := demoOn(t, DemoOptions{Lang: string(c.lang)})
			b := openTab(t, browser, d.address, c.screen)
			redeems(b, c.lang)
			b.readable(c.lang)
			b.close()
			d.whole(t)
		})
	}
}

func redeems(b *tab, lang i18n.Lang) {
	b.t.Helper()
	p := i18n.For(lang)
	cookie := cafeReward(b.t, lang, "cookie")
	take := p.Say(i18n.RewardsRedeem, "Points", p.Say(i18n.PointsCount, "Count", 60, "Number", "60"))
	b.press(gracePhone, p.Say(i18n.KeyRewards))
	b.sees(gracePhone, cookie)
	b.until(`[...document.querySelectorAll("#p3-log img")].filter(i => i.naturalWidth === 720).length >= 3`) // the cards' pictures
	b.value(`(i => { i.closest(".d-card, .d-bubble, div").scrollIntoView({ block: "center", inline: "center", behavior: "instant" }); return 1 })([...document.querySelectorAll("#p3-log img")].find(i => i.naturalWidth === 720))`, new(int))
	b.picture(fmt.Sprintf("rewards-%s-%s", lang, b.size()))
	b.press(gracePhone, take)
	b.sees(gracePhone, p.Say(i18n.RedeemAfter))
	b.press(gracePhone, take)
	b.sees(gracePhone, p.Say(i18n.VoucherShow))
	b.until(`document.querySelector("#p3-log details.scan")`)
	b.picture(fmt.Sprintf("voucher-%s-%s", lang, b.size()))
	b.value(`(e => { e.open = true; e.scrollIntoView({ block: "nearest", behavior: "instant" }); return 1 })([...document.querySelectorAll("#p3-log details.scan")].pop())`, new(int))
	b.press(gracePhone, "Sam · Telegram")
	b.press(samPhone, p.Say(i18n.SimOpenAs, "Name", "Sam", "App", "Telegram")) // the page behind the code leads into the employee's own chat
	b.sees(samPhone, cookie)
	b.picture(fmt.Sprintf("used-%s-%s", lang, b.size()))
	b.until(fmt.Sprintf(`(log => log.lastIndexOf(%s) > log.lastIndexOf(%s))(document.getElementById("p3-log").innerText)`, quote(cookie), quote(p.Say(i18n.VoucherShow))))
	b.press(gracePhone, p.Say(i18n.KeyMore))
	b.picture(fmt.Sprintf("after-%s-%s", lang, b.size()))
}

// cafeReward is what the demo's café calls a reward.
func cafeReward(t testing.TB, lang i18n.Lang, id string) string {
	t.Helper()
	p, complaints := programme.Load(cafeRules(lang))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	return p.Words(programme.Reward, id, string(lang)).Name
}
