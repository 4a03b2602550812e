package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/bot/draw"
	"regulars/bot/sim"
	"regulars/handlers/campaign"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/reach"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// gallery is what the shop says of its own accord, by what it is, language and
// platform: each as the app draws it.
type gallery struct {
	kinds []string
	shown map[string]string // by kind, language and platform
}

func (g *gallery) add(kind string, l i18n.Lang, on bot.Platform, drawn ...draw.Drawing) {
	key := kind + "/" + string(l) + "/" + string(on)
	if _, ok := g.shown[key]; !ok && l == i18n.Langs[0] && on == bot.LINE {
		g.kinds = append(g.kinds, kind)
	}
	for _, d := range drawn {
		g.shown[key] += string(d.In(draw.Row{Name: "Corner", Plain: on == bot.Telegram, Time: "12:00"})) + string(d.Under)
	}
}

// both adds a message as it looks on both platforms.
func (g *gallery) both(kind string, l i18n.Lang, all ...bot.Message) {
	for _, on := range []bot.Platform{bot.LINE, bot.Telegram} {
		for _, m := range all {
			g.add(kind, l, on, draw.Message(m, on, draw.Options{}))
		}
	}
}

// page is all languages of one kind.
func (g *gallery) page(kind string) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><meta charset="utf-8"><title>` + kind + `</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">`)
	for _, on := range []bot.Platform{bot.LINE, bot.Telegram} {
		for _, l := range i18n.Langs {
			fmt.Fprintf(&b, `<section class="d-%s" lang="%s"><h2>%s · %s</h2>%s</section>`, strings.ToLower(string(on)), l, html.EscapeString(kind), l, g.shown[kind+"/"+string(l)+"/"+string(on)])
		}
	}
	return b.String()
}

// TestBrowserReachingOut draws what the shop says of its own accord, and what
// managers read of it, in all languages on both platforms: no button is cut, no
// letter lacks its glyph, nothing is left untranslated. REGULARS_SHOTS keeps the
// pictures.
func TestBrowserReachingOut(t *testing.T) {
	if raceDetector {
		t.Skip("skipped: words race with nothing")
	}
	t.Parallel()
	browser := chromium(t)
	g := &gallery{shown: map[string]string{}}
	for _, l := range i18n.Langs {
		g.fill(t, l)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:")
		if r.URL.Path == "/style.css" {
			w.Header().Set("Content-Type", "text/css")
			fmt.Fprint(w, draw.CSS, `body { margin: 0; display: grid; grid-template-columns: repeat(6, 320px); font: 12px sans-serif } section { padding: 4px; overflow: hidden } h2 { margin: 0; font-size: 12px }`)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, g.page(strings.TrimPrefix(r.URL.Path, "/")))
	}))
	defer server.Close()
	for _, kind := range g.kinds {
		b := openPage(t, browser, server.URL+"/"+kind, screen{"wide", 1920, 1700, "light"})
		var cut []string
		b.value(`[...document.querySelectorAll(".d-btn, .d-key")].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.closest("section").lang + ": " + e.innerText)`, &cut)
		if len(cut) > 0 {
			t.Errorf("%s: cut off: %q", kind, cut)
		}
		b.picture("reach-" + kind)
		b.close()
	}
}

// fill lets a café of a language say everything.
func (g *gallery) fill(t *testing.T, l i18n.Lang) {
	c, w, max := liveCafe(t, l)
	p, s, now := i18n.For(l), c.app.shop, c.app.clock.Now()
	var grace people.Person
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", l, err)
		}
	}
	grace, _ = c.member(w.grace)
	try(c.app.db.View(context.Background(), func(r store.Reader) error {
		x, _ := s.Surveys.Find(now, "visit")
		g.both("question", l, s.Question(p, now, x))
		nudge := func(kind string, n shop.Nudged, k loyalty.NudgeKind) {
			for _, own := range s.Programme(now).Nudges {
				if own.Kind == k {
					n.Nudge = &own
				}
			}
			if n.Nudge == nil {
				n.Nudge = &loyalty.Nudge{ID: string(k), Kind: k}
			}
			n.Person = grace
			m, err := s.NudgeMessage(r, p, now, n)
			try(err)
			g.both(kind, l, m)
		}
		open, err := s.Club.Vouchers.List(r, grace.ID, now)
		try(err)
		lots := []reach.Lapse{{At: now.AddDate(0, 0, 1), Points: 120}}
		var won *voucher.Voucher
		for i := range open {
			if i < 2 {
				lots = append(lots, reach.Lapse{At: now.AddDate(0, 0, 3+10*i), Voucher: string(open[i].ID)})
				won = &open[i]
			}
		}
		nudge("lapse", shop.Nudged{Occasion: reach.Occasion{Lots: lots}}, loyalty.NudgePoints)
		nudge("lapse-one", shop.Nudged{Occasion: reach.Occasion{Lots: []reach.Lapse{{At: now.AddDate(0, 0, 40), Points: 1250}}}}, loyalty.NudgePoints)
		nudge("lapse-last", shop.Nudged{Occasion: reach.Occasion{Lots: []reach.Lapse{{At: now.AddDate(0, 0, 3), Points: 1250}}}}, loyalty.NudgePoints)
		nudge("tier", shop.Nudged{Occasion: reach.Occasion{Left: 2400, End: now.AddDate(0, 1, 0), Stand: loyalty.Standing{Level: "silver", Until: now.AddDate(0, 2, 0)}}}, loyalty.NudgeTier)
		nudge("stamps", shop.Nudged{Occasion: reach.Occasion{Card: "coffee", Left: 2}}, loyalty.NudgeStamps)
		nudge("comeback", shop.Nudged{Points: 20, Voucher: won}, loyalty.NudgeComeback)
		nudge("anniversary", shop.Nudged{Occasion: reach.Occasion{Years: 2}}, loyalty.NudgeAnniversary)
		for _, n := range []int64{10, 20, 30, 40} {
			nudge("thanks", shop.Nudged{Occasion: reach.Occasion{Visit: reach.Visit{Number: n, By: c.boss.ID.Actor()}}}, loyalty.NudgeThanks)
		}
		nudge("released", shop.Nudged{Occasion: reach.Occasion{Points: 80}}, loyalty.NudgeReleased)
		g.both("birthday", l, s.Happening(p, now, club.Happened{Given: club.Given{Kind: loyalty.GiftBirthday, Gift: "birthday"}, Choice: &club.Open{Gift: "birthday", Kind: loyalty.GiftBirthday, Rewards: []string{"free-drink", "birthday-cake"}, Until: now.AddDate(0, 0, 20)}}))
		for _, d := range []campaign.Draft{cafeOffer(p), cafeDraft(p)} {
			d.Picture = "cookie.jpg"
			m, err := c.app.campaigns.Preview(r, "7KQ2M4", &d, string(l), campaign.OnlyVariant, &grace)
			try(err)
			g.both("campaign", l, m)
		}
		return nil
	}))
	g.customers(t, c, w, l)
	g.managers(t, w, max, l)
}

// customers answer: Grace likes it, Bo does not.
func (g *gallery) customers(t *testing.T, c *cafe, w *crew, l i18n.Lang) {
	t.Helper()
	if err := c.question(t.Context(), people.Identity{Channel: "line", User: w.grace.ID()}); err != nil {
		t.Fatal(err)
	}
	c.app.outbox.Nudge(bot.Intent{})
	waitFor(t, w.grace, 1)
	n := len(w.grace.Raw())
	w.grace.Say("/survey visit 10")
	waitFor(t, w.grace, 2)
	for _, m := range w.grace.Raw()[n:] {
		g.add("answered", l, bot.LINE, draw.LINE(m, draw.Options{}))
	}
	for _, raw := range w.bo.Messages()[1:] {
		g.add("answered", l, bot.Telegram, draw.Telegram(wired(raw), draw.Options{}))
	}
}

func waitFor(t *testing.T, p sim.Person, n int) {
	t.Helper()
	if _, err := p.Await(n); err != nil {
		t.Fatal(err)
	}
}

// managers look, one on each platform.
func (g *gallery) managers(t *testing.T, w *crew, max *sim.TelegramPerson, l i18n.Lang) {
	t.Helper()
	for _, m := range w.mia.Raw() {
		g.add("alert", l, bot.LINE, draw.LINE(m, draw.Options{}))
	}
	for _, m := range max.Messages()[1:] {
		g.add("alert", l, bot.Telegram, draw.Telegram(wired(m), draw.Options{}))
	}
	p := i18n.For(l)
	for _, step := range []struct{ kind, press string }{
		{"stats", ""}, {"messages", ""}, {"cases", ""}, {"segment", ""}, {"campaigns", ""},
		{"draft", p.Say(i18n.DemoDraftName)}, {"campaigns-again", "/campaigns"}, {"sent", p.Say(i18n.DemoOfferName)}, {"report", p.Say(i18n.CampReport)},
	} {
		n, k := len(w.mia.Raw()), len(max.Messages())
		for _, who := range []interface {
			sim.Person
			Say(string)
			Press(string) error
		}{w.mia, max} {
			switch {
			case step.press == "":
				who.Say("/" + step.kind)
			case step.press[0] == '/':
				who.Say(step.press)
			default:
				if err := who.Press(step.press); err != nil {
					t.Fatalf("%s: %v", l, err)
				}
			}
			waitFor(t, who, 1)
			if step.kind == "report" && who == sim.Person(w.mia) {
				waitFor(t, who, 1) // the first who asks waits until it is reckoned
			}
		}
		for _, m := range w.mia.Raw()[n:] {
			g.add(step.kind, l, bot.LINE, draw.LINE(m, draw.Options{}))
		}
		if step.press == "" || step.press[0] == '/' {
			k++ // what he said himself
		}
		for _, m := range max.Messages()[k:] {
			g.add(step.kind, l, bot.Telegram, draw.Telegram(wired(m), draw.Options{}))
		}
	}
}

// liveCafe is the demo's café, running, with a manager on Telegram besides.
func liveCafe(t *testing.T, l i18n.Lang) (*cafe, *crew, *sim.TelegramPerson) {
	t.Helper()
	m := NewMain()
	c, err := m.openCafe(t.TempDir(), "", l)
	if err != nil {
		t.Fatal(err)
	}
	w, err := c.people(t.Context(), m, 40, l)
	if err != nil {
		t.Fatal(err)
	}
	max := c.telegram.Person("Max", string(l))
	if _, err := c.enrol(t.Context(), people.Identity{Channel: "telegram", User: fmt.Sprint(max.ID())}, "Max", people.Manager, l); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.app.run(ctx, c.listener) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, c.app.db.Close()); err != nil {
			t.Error(err)
		}
		c.world.Close()
	})
	<-c.app.settled
	max.Start("")
	waitFor(t, max, 1)
	if err := c.settleIn(w); err != nil {
		t.Fatal(err)
	}
	waitFor(t, max, 2) // of Bo
	waitFor(t, w.bo, 3)
	return c, w, max
}

func wired(raw json.RawMessage) (m map[string]any) {
	_ = json.Unmarshal(raw, &m)
	return m
}
