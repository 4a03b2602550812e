package privacy

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"regulars/bot"
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
	for _, more := range []part{
		{Title: words.Say(i18n.ExportCases), Rows: p.cases(x, words)},
		{Title: words.Say(i18n.ExportLooks), Rows: p.looks(x, words)},
	} {
		if len(more.Rows) > 0 {
			parts = append(parts, more)
		}
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
	name, calls := x.Name, x.DisplayName
	if name == "" { // they never gave one: what their app calls them is the name we have
		name, calls = calls, ""
	}
	for _, r := range []row{
		{Label: words.Say(i18n.SettingsName), Value: name, Note: calls},
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
		rows = append(rows, row{Label: p.Shop.Label(bot.ChannelName(a.Channel)), Value: a.User, Note: a.Username})
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
		note := []string{p.Shop.EntryWords(words, e.EffectiveAt, e.Entry)}
		for _, more := range []string{string(e.Ref), e.Reason} {
			if more != "" {
				note = append(note, more)
			}
		}
		rows = append(rows, row{
			Label: words.Date(p.Shop.Local(e.EffectiveAt)), Value: signed(e.Change), Note: strings.Join(note, " · "),
		})
	}
	return rows
}

func (p *Pages) cases(x shop.Portrait, words i18n.Printer) (rows []row) {
	for _, c := range slices.Backward(x.Cases) {
		became := i18n.ExportCaseOpen
		if !c.IsOpen() {
			became = shop.HowWords[c.How]
		}
		var said []string
		for _, n := range c.Notes {
			who := i18n.ExportYouSaid
			if n.Shop {
				who = i18n.ExportShopSaid
			}
			if n.Words != "" {
				said = append(said, words.Say(who, "Words", n.Words))
			}
		}
		rows = append(rows, row{Label: words.Date(p.Shop.Local(c.Opened)), Value: words.Say(became), Note: strings.Join(said, "\n")})
	}
	return rows
}

func (p *Pages) looks(x shop.Portrait, words i18n.Printer) (rows []row) {
	for _, l := range slices.Backward(x.Looks) {
		as := words.Say(shop.LookedAsWords[l.As])
		if l.Store != "" {
			as += " · " + p.Shop.StoreName(l.Store)
		}
		rows = append(rows, row{Label: words.Date(p.Shop.Local(l.At)), Value: as, Note: shop.DataWords(words, l.Data)})
	}
	return rows
}

func signed(n loyalty.Points) string {
	if n > 0 {
		return "+" + i18n.Number(int64(n))
	}
	return i18n.Number(int64(n))
}

// rest is what has no words of its own: it stands as it is stored, under the line of
// the privacy notice that its tables belong to, in the notice's order.
func (p *Pages) rest(x shop.Portrait, words i18n.Printer) (parts []part) {
	all := map[i18n.Key]map[string][]any{}
	add := func(table string, v any, n int) {
		k, known := shop.KeptIn(table)
		if n == 0 || !known {
			return
		}
		if all[k.What] == nil {
			all[k.What] = map[string][]any{}
		}
		all[k.What][table] = append(all[k.What][table], v) // a merged member has a table of each part
	}
	add("voucher", x.Tickets, len(x.Tickets))
	add("survey", x.Answers, len(x.Answers))
	add("reach", x.Touches, len(x.Touches))
	add("tag", x.Tags, len(x.Tags))
	add("person", x.Parts, len(x.Parts))
	for _, rows := range x.Rooms {
		for table, v := range rows {
			add(table, v, len(v))
		}
	}
	for _, k := range shop.Retention() {
		if len(all[k.What]) == 0 {
			continue
		}
		text, err := json.MarshalIndent(all[k.What], "", "  ")
		if err != nil {
			text = []byte(err.Error())
		}
		parts = append(parts, part{Title: words.Say(i18n.ExportMore, "What", words.Say(k.What)), Text: string(text)})
	}
	return parts
}
