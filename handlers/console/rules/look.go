package rules

import (
	"html/template"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/draw"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/loyalty/reach"
	"regulars/store"
)

// look is a nudge as both platforms show it in one language.
type look struct {
	Lang, Own      string
	LINE, Telegram template.HTML
}

// fills are the places that a nudge's wording may have.
func fills(kind string) []string {
	all := map[loyalty.NudgeKind][]string{
		loyalty.NudgePoints: {"{points}", "{date}"}, loyalty.NudgeVouchers: {"{reward}", "{date}"}, loyalty.NudgeTier: {"{tier}", "{left}", "{date}"},
		loyalty.NudgeStamps: {"{left}", "{reward}"}, loyalty.NudgeComeback: {"{points}", "{reward}", "{date}"}, loyalty.NudgeAnniversary: {"{years}"},
		loyalty.NudgeThanks: {"{visits}", "{employee}"}, loyalty.NudgeReleased: {"{points}"},
	}[loyalty.NudgeKind(kind)]
	return append([]string{"{name}", "{store}"}, all...)
}

// known reports whether there are such nudges.
func known(kind string) bool { return len(fills(kind)) > 2 }

// looks draws a nudge in each language: what was typed, else what the file says,
// else the program's own words.
func (p *part) looks(q *console.Request, g *ground, t target) (all []look, err error) {
	for _, l := range g.langs() {
		lang, ok := i18n.Match(l)
		if !ok {
			continue
		}
		m, err := p.sample(q, g, t, lang)
		if err != nil {
			return nil, err
		}
		all = append(all, look{Lang: l, Own: lang.Own(), LINE: draw.Message(m, bot.LINE, draw.Options{}).HTML, Telegram: draw.Message(m, bot.Telegram, draw.Options{}).HTML})
	}
	return all, nil
}

// wording is the first one in a language, "" for none.
func wording(q *console.Request, g *ground, t target, lang i18n.Lang) string {
	if q.R.PostForm.Has("text." + g.langs()[0]) {
		first := ""
		for _, l := range slices.Concat([]string{string(lang)}, g.langs()) {
			line, _, _ := strings.Cut(strings.TrimSpace(q.Text("text."+l)), "\n")
			if first == "" {
				first = strings.TrimSpace(line)
			}
		}
		return first
	}
	if t.New {
		return ""
	}
	if own := g.P.NudgeTexts(t.ID, string(lang)); len(own) > 0 {
		return own[0]
	}
	return ""
}

// sample is a nudge told to somebody who could be a member, in figures that
// could be theirs.
func (p *part) sample(q *console.Request, g *ground, t target, lang i18n.Lang) (msg bot.Message, err error) {
	s, printer := q.Shop(), i18n.For(lang)
	soon := q.Now.AddDate(0, 0, 14)
	x := shop.Nudged{
		Nudge: &loyalty.Nudge{ID: "a sample", Kind: loyalty.NudgeKind(t.Kind), Visit: 10, Signed: s.Name(q.Now, lang)},
		Occasion: reach.Occasion{
			Lots: []reach.Lapse{{At: soon, Points: 120}}, End: soon, Left: 2, Points: 35, Years: 1, Visit: reach.Visit{Number: 10},
			Stand: loyalty.Standing{Until: soon},
		},
	}
	if cards := s.Rules(q.Now).Cards; len(cards) > 0 {
		x.Card = cards[0].ID
	}
	reward := ""
	if all := g.P.Rules.Rewards; len(all) > 0 {
		reward = g.P.Words(programme.Reward, all[0].ID, string(lang)).Name
	}
	err = q.View(func(r store.Reader) (err error) {
		msg, err = s.NudgeMessage(r, printer, q.Now, x)
		return err
	})
	text := wording(q, g, t, lang)
	if err != nil || text == "" {
		return msg, err
	}
	level := ""
	if all := g.P.Rules.Tiers.Levels; len(all) > 0 {
		level = g.P.Words(programme.Level, all[len(all)-1].ID, string(lang)).Name
	}
	msg.Title, msg.Rows = "", nil
	msg.Text = strings.NewReplacer("{name}", printer.Say(i18n.SomeCustomer), "{store}", g.P.ShopName(string(lang)),
		"{points}", shop.Points(printer, 120), "{date}", printer.Date(s.Local(soon.Add(-time.Second))), "{reward}", reward, "{left}", i18n.Number(2),
		"{tier}", level, "{years}", i18n.Number(1), "{visits}", i18n.Number(10), "{employee}", s.Name(q.Now, lang)).Replace(text)
	return msg, nil
}

// previewPiece draws what is being typed.
func (p *part) previewPiece(q *console.Request, b Book) (console.Answer, error) {
	g, err := stand(q, b)
	if err != nil {
		return console.Answer{}, err
	}
	t := target{Sheet: sheets["nudge"], ID: q.R.PathValue("id"), New: q.R.PathValue("id") == fresh, Kind: q.Typed("kind")}
	t.element = "nudge#" + t.ID
	if !t.New {
		t.Kind = g.F.String(t.element, "kind")
	}
	if !known(t.Kind) {
		return q.Gone(), nil
	}
	looks, err := p.looks(q, g, t)
	return q.Piece("rules_looks.html", looks), err
}
