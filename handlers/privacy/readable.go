package privacy

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
)

// row is a line of two cells or three.
type row struct{ Label, Value, Note string }

// part is one section of the page.
type part struct {
	Title string
	Rows  []row
	Text  string // what has no words of its own, as it is stored
}

// exportPage is everything about a member for a reader: the person, what they agreed
// to in its exact words, the ledger; and what the rooms keep as it is stored.
func (p *Pages) exportPage(x shop.Portrait, words i18n.Printer, token string, until time.Time) map[string]any {
	parts := []part{
		{Title: words.Say(i18n.ExportYou), Rows: p.person(x, words)},
		{Title: words.Say(i18n.PrivacyPastTitle), Rows: p.agreed(x, words)},
		{Title: words.Say(i18n.HistoryTitle), Rows: p.entries(x, words)},
	}
	parts = append(parts, p.rest(x, words)...)
	kept := part{Title: words.Say(i18n.ExportKept)}
	for _, k := range x.Kept {
		kept.Rows = append(kept.Rows, row{Label: k.What, Value: k.For})
	}
	given := part{Title: words.Say(i18n.ExportGiven)}
	for _, g := range x.Given {
		given.Rows = append(given.Rows, row{Value: g})
	}
	return map[string]any{
		"Lang": words.Lang, "Title": words.Say(i18n.ExportTitle), "Parts": append(parts, kept, given),
		"Text": words.Say(i18n.ExportUntil, "Time", words.Time(p.Shop.Local(until))),
		"File": link{Label: words.Say(i18n.ExportFile), URL: "/e/" + token + "/data.json"}, "Notice": link{Label: words.Say(i18n.PrivacyNotice), URL: "/privacy?lang=" + string(words.Lang)},
	}
}

func (p *Pages) person(x shop.Portrait, words i18n.Printer) (rows []row) {
	for _, r := range []row{
		{Label: words.Say(i18n.SettingsName), Value: x.Name, Note: x.DisplayName},
		{Label: words.Say(i18n.SettingsPhone), Value: x.Phone},
		{Label: words.Say(i18n.SettingsBirthday), Value: x.Birthday},
		{Label: words.Say(i18n.CardNumber), Value: x.CardNumber},
		{Label: words.Say(i18n.PrivacyJoin), Value: words.Say(i18n.PrivacySince, "Date", words.Date(p.Shop.Local(x.Joined)))},
		{Label: words.Say(i18n.CardPoints), Value: i18n.Number(int64(x.Points.Available))},
	} {
		if r.Value != "" || r.Note != "" {
			rows = append(rows, r)
		}
	}
	for _, a := range x.Accounts {
		rows = append(rows, row{Label: a.Channel, Value: a.User, Note: a.Username})
	}
	return rows
}

func (p *Pages) agreed(x shop.Portrait, words i18n.Printer) (rows []row) {
	for _, e := range x.Agreed {
		rows = append(rows, row{
			Label: words.Date(p.Shop.Local(e.At)), Value: p.Shop.ConsentLine(words, e.ConsentEvent), Note: strings.Join(e.Words, "\n"),
		})
	}
	return rows
}

func (p *Pages) entries(x shop.Portrait, words i18n.Printer) (rows []row) {
	for _, e := range slices.Backward(x.Entries) {
		amount := ""
		if e.Amount != 0 {
			amount = p.Shop.Money(words, e.EffectiveAt, e.Amount)
		}
		rows = append(rows, row{
			Label: words.Date(p.Shop.Local(e.EffectiveAt)),
			Value: signed(e.Change), Note: strings.Join(strings.Fields(string(e.Kind)+" "+amount+" "+string(e.Ref)+" "+e.Reason), " "),
		})
	}
	return rows
}

func signed(n loyalty.Points) string {
	if n > 0 {
		return "+" + i18n.Number(int64(n))
	}
	return i18n.Number(int64(n))
}

// rest is what has no words: it stands as it is stored, under the table's name.
func (p *Pages) rest(x shop.Portrait, words i18n.Printer) (parts []part) {
	all := map[string]any{}
	add := func(name string, v any, n int) {
		if n > 0 {
			all[name] = v
		}
	}
	add("vouchers", x.Tickets, len(x.Tickets))
	add("answers", x.Answers, len(x.Answers))
	add("messages", x.Touches, len(x.Touches))
	add("tags", x.Tags, len(x.Tags))
	add("merged", x.Parts, len(x.Parts))
	for _, rows := range x.Rooms {
		for name, v := range rows {
			add(name, v, len(v))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		text, err := json.MarshalIndent(all[name], "", "  ")
		if err != nil {
			text = []byte(err.Error())
		}
		parts = append(parts, part{Title: words.Say(i18n.ExportMore, "What", name), Text: string(text)})
	}
	return parts
}
