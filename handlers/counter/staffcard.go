package counter

import (
	"io"
	"strconv"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
)

// deed is one thing that an employee does: what it is, what to type, and what
// else there is to know.
type deed struct {
	What  string
	Type  []string
	Known string
}

// StaffCard writes the card with an employee's commands in a language as one
// HTML page, with examples that the shop's own country and currency give.
func StaffCard(w io.Writer, s *shop.Shop, lang i18n.Lang) error {
	p, at := i18n.For(lang), s.Programme(s.Clock.Now())
	name := at.ShopName(string(lang))
	return printPages.ExecuteTemplate(w, "staffcard.html", map[string]any{
		"Lang": lang, "Style": printStyle, "Shop": name, "Langs": langs("/staffcard/", lang),
		"Title": p.Say(i18n.TeamTitle), "Lead": p.Say(i18n.TeamLead, "Shop", name), "Deeds": deeds(p, at),
		"Group": p.Say(i18n.TeamGroup),
	})
}

// exampleRef is a reference of nobody's: its check character is right, so that
// it reads like one.
var exampleRef = string(loyalty.NewRef([]byte("example"), 5))

func deeds(p i18n.Printer, at *programme.Programme) []deed {
	phone, amount, part := examples(at)
	say := p.Say
	bought := deed{say(i18n.TeamSale), []string{"/sale " + phone + " " + amount}, say(i18n.TeamSaleOn)}
	all := []deed{{say(i18n.TeamBegin), []string{"/staff 7KQ2-M3XP"}, say(i18n.TeamBeginOn)}, bought}
	if items := at.Rules.Earning.Items; len(items) > 0 {
		id := items[len(items)-1].ID // the first are often those that earn nothing
		all = append(all, deed{What: say(i18n.TeamItems), Type: []string{"/sale " + phone + " " + amount + " #" + id}})
	}
	all = append(all, deed{What: say(i18n.TeamNoCard), Type: []string{"/code " + amount}})
	if len(at.Rules.Rewards) > 0 {
		all = append(all, deed{say(i18n.TeamUse), []string{"/use 7KQ-2M3-XP9"}, say(i18n.TeamUseOn)})
	}
	return append(all,
		deed{say(i18n.TeamUndo), []string{"/undo", "/undo " + exampleRef}, say(i18n.TeamUndoOn)},
		deed{What: say(i18n.TeamRefund), Type: []string{"/refund " + exampleRef + " " + part}},
		deed{What: say(i18n.TeamFind), Type: []string{"/find " + phone}},
		deed{say(i18n.TeamGive), []string{"/give " + phone + " 20 " + say(i18n.TeamWhy)}, say(i18n.TeamGiveOn)},
		deed{What: say(i18n.TeamFreeze), Type: []string{"/freeze " + phone}},
		deed{What: say(i18n.TeamToday), Type: []string{"/today"}},
		deed{What: say(i18n.TeamHelp), Type: []string{"/help"}},
	)
}

// phones are numbers as people of a country write them; in most they belong to
// nobody (Japan, Taiwan and others keep none for examples).
var phones = map[string]string{"TW": "0912345678", "HK": "91234567", "JP": "09012345678", "TH": "0812345678", "CN": "13812345678"}

// amounts are what a coffee for two costs, in whole units.
var amounts = map[string]int{"TWD": 350, "HKD": 85, "JPY": 1200, "THB": 180, "CNY": 60}

// examples are a phone number, an amount and a part of it, for this shop.
func examples(at *programme.Programme) (phone, amount, part string) {
	phone = phones[at.Country]
	if phone == "" {
		phone = phones["TW"]
	}
	whole := amounts[at.Rules.Currency.Code]
	if whole == 0 {
		whole = 20
	}
	return phone, strconv.Itoa(whole), strconv.Itoa(whole / 2)
}
