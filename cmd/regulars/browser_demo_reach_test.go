package main

import (
	"fmt"
	"testing"

	"regulars/bot"
	"regulars/handlers/campaign"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

// miaPhone is the manager's.
const miaPhone = "p5"

// TestBrowserDemoReachesOut answers a survey with a tap on each platform; then
// Mia sends a small campaign by chat, Grace and Bo take its coupon, and their
// taps are counted.
func TestBrowserDemoReachesOut(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	c, w, _ := liveCafe(t, "en")
	noon := midday(c.app.shop.Local(c.app.clock.Now())) // offers are not sent at night
	if c.app.clock.Now().After(noon) {
		noon = noon.AddDate(0, 0, 1)
	}
	c.world.Clock.Set(noon)
	c.world.Mount(c.world.Page(c.page(w, "en")))
	b := openTab(t, browser, c.world.Address(), desktop)
	p := i18n.For("en")

	for phone, who := range map[string]people.Identity{
		gracePhone: {Channel: "line", User: w.grace.ID()}, boPhone: {Channel: "telegram", User: fmt.Sprint(w.bo.ID())},
	} {
		if err := c.question(t.Context(), who); err != nil {
			t.Fatal(err)
		}
		c.app.outbox.Nudge(bot.Intent{})
		b.press(phone, "9")
		b.sees(phone, p.Say(i18n.SurveyPromoter))
	}
	b.picture("demo-answered")

	says := func(text string) {
		b.value(fmt.Sprintf(`(() => { document.getElementById("p5-text").value = %s; return 1 })()`, quote(text)), new(int))
		b.press(miaPhone, p.Say(i18n.SimSend))
	}
	says("/campaign")
	b.sees(miaPhone, "What would you like to call it?")
	says("Two friends")
	b.sees(miaPhone, "points > 500")
	says(fmt.Sprintf(`%q in tags and reachable`, p.Say(i18n.DemoTagMornings)))
	b.sees(miaPhone, "Write it just as customers will read it")
	says("A latte for early birds.")
	b.press(miaPhone, "No, go on")
	b.press(miaPhone, "No picture")
	b.press(miaPhone, "A coupon")
	b.press(miaPhone, "Latte")
	b.press(miaPhone, "14 days")
	b.press(miaPhone, "Right away")
	b.press(miaPhone, p.Say(i18n.CampHoldOut))
	b.press(miaPhone, "Nobody")
	b.until(`(said => said.lastIndexOf("Will get it") > said.lastIndexOf("I'm counting") && said.lastIndexOf("I'm counting") > said.lastIndexOf("It was promised"))(document.getElementById("p5-log").innerText)`)
	b.press("p5-log", p.Say(i18n.CampSend)) // not the phone's own
	b.press(miaPhone, p.Say(i18n.CampYes))
	for _, phone := range []string{gracePhone, boPhone} {
		b.sees(phone, "A latte for early birds.")
		b.press(phone, "Get it")
		b.sees(phone, "Latte")
	}
	b.picture("demo-campaign")
	var all []campaign.Campaign
	err := c.app.db.View(t.Context(), func(r store.Reader) (err error) {
		all, err = c.app.campaigns.List(r, 1)
		return err
	})
	if err != nil || len(all) != 1 || all[0].Name != "Two friends" {
		t.Fatal(all, err)
	}
	rep, err := c.app.campaigns.Report(t.Context(), all[0].ID)
	if err != nil || rep.Issued < 2 {
		t.Errorf("%d coupons, %v taps, %v", rep.Issued, rep.Taps, err)
	}
	for _, pressed := range rep.Taps {
		if pressed.People != 2 {
			t.Errorf("%d people tapped", pressed.People)
		}
	}
	says("/campaigns")
	b.press(miaPhone, "Two friends")
	b.press(miaPhone, p.Say(i18n.CampReport))
	b.sees(miaPhone, "2 taken")
	b.picture("demo-report")
	b.close()
}
