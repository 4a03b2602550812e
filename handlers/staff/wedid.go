package staff

import (
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/survey"
)

// tagsFor is how long those who tagged a theme are told what became of it.
const tagsFor = 365 * 24 * time.Hour

// mostTagged bounds how many are counted before they are told; more are told all
// the same.
const mostTagged = 2000

// wedid tells those who tagged a theme what the shop did: /wedid THEME TEXT. It
// goes with their next answers, to those who take news.
func (d desk) wedid(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	theme, text := d.theme(t)
	if theme == "" || text == "" {
		return d.wedidUsage(t)
	}
	name := d.ThemeName(t.Printer, t.Now, theme)
	n := 0
	for range survey.Tagged(t.Tx, theme, t.Now.Add(-tagsFor), "", &err) {
		if n++; n == mostTagged {
			break
		}
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return bot.Refuse(i18n.WedidNobody, "Theme", name)
	}
	r, ok := t.Ask(bot.Question{
		Key: "sure", Terms: text, Message: bot.Message{Title: t.Word(i18n.WedidTitle, "Theme", name), Text: text, Note: t.Word(i18n.WedidAsk, "Count", n, "Theme", name)},
		Options: []bot.Option{{Value: "yes", Label: t.Word(i18n.WedidYes)}, {Value: "no", Label: t.Word(i18n.NotNow)}},
	})
	if !ok {
		return nil
	}
	if r.Value != "yes" {
		t.SayText(i18n.SurveySkipped)
		return nil
	}
	sealed, err := d.Vault.SealShop(shop.WedidPurpose, []byte(text), t.Rand())
	if err != nil {
		return err
	}
	if err := survey.PutTelling(t.Tx, survey.Telling{ID: shop.TellingID(t.Op("wedid")), Theme: theme, Sealed: sealed, By: string(me.ID), At: t.Now.UTC()}); err != nil {
		return err
	}
	t.SayText(i18n.WedidDone)
	return nil
}

// theme reads a theme off the front of the arguments: its id, or its name in any
// language.
func (d desk) theme(t *bot.Turn) (theme, rest string) {
	words := strings.Fields(t.Args)
	for _, id := range d.themes(t) {
		for n := min(len(words), 4); n > 0; n-- {
			typed := strings.Join(words[:n], " ")
			if typed == id || slices.ContainsFunc(i18n.Langs, func(l i18n.Lang) bool {
				return shop.Same(d.ThemeName(i18n.For(l), t.Now, id)) == shop.Same(typed)
			}) {
				return id, shop.Typed(strings.Join(words[n:], " "))
			}
		}
	}
	return "", ""
}

// themes are all that the programme's surveys name, each once.
func (d desk) themes(t *bot.Turn) (all []string) {
	for _, s := range d.Programme(t.Now).Surveys {
		for _, theme := range s.Themes {
			if !slices.Contains(all, theme) {
				all = append(all, theme)
			}
		}
	}
	return all
}

func (d desk) wedidUsage(t *bot.Turn) error {
	var names []string
	for _, theme := range d.themes(t) {
		names = append(names, d.ThemeName(t.Printer, t.Now, theme))
	}
	if len(names) == 0 {
		return bot.Refuse(i18n.WedidNone)
	}
	return bot.Refuse(i18n.WedidUsage, "Example", names[0], "Themes", names)
}
