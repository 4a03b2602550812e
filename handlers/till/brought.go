package till

import (
	"cmp"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/programme"
)

// PartName is what a part of the programme is called in the reader's language.
func (t Till) PartName(p i18n.Printer, now time.Time, part programme.Part, id string) string {
	return t.Programme(now).Words(part, id, string(p.Lang)).Name
}

// Reward is what a reward is called in the reader's language.
func (t Till) Reward(p i18n.Printer, now time.Time, id string) string {
	return t.PartName(p, now, programme.Reward, id)
}

// shares are the rules besides the rate that gave a sale its points.
func (t Till) shares(p i18n.Printer, now time.Time, e loyalty.Entry) (rows []bot.Row) {
	for _, s := range e.Shares {
		if s.Rule == "base" || s.Points == 0 {
			continue
		}
		rows = append(rows, bot.Row{Label: t.rule(p, now, s.Rule), Value: shop.Signed(s.Points)})
	}
	return rows
}

// rule is what a rule that gives points is called.
func (t Till) rule(p i18n.Printer, now time.Time, rule string) string {
	kind, id, _ := strings.Cut(rule, "/")
	switch kind {
	case "tier":
		return t.PartName(p, now, programme.Level, id)
	case "item", "category":
		return t.PartName(p, now, programme.Item, id)
	case "visit":
		return p.Say(i18n.SoldVisit)
	case "cap":
		return p.Say(i18n.SoldCap)
	}
	return cmp.Or(t.PartName(p, now, programme.Bonus, id), p.Say(i18n.SoldBonus))
}

// brought are a purchase's full cards and gifts, a line each.
func (t Till) brought(p i18n.Printer, now time.Time, out club.Outcome) (lines []string) {
	told := map[string]bool{}
	for _, g := range out.Gifts {
		told[g.Gift] = true
		what := t.contents(p, now, g)
		card, prize := strings.CutPrefix(g.Gift, prizeOf)
		switch {
		case prize && len(what) > 0:
			lines = append(lines, p.Say(i18n.SoldFull, "Card", t.PartName(p, now, programme.Card, card), "Reward", p.List(what)))
		case len(what) > 0:
			lines = append(lines, p.Say(i18n.SoldGift, "Gift", t.GiftName(p, now, g), "What", what))
		}
	}
	for _, o := range out.Choices {
		lines = append(lines, p.Say(i18n.SoldChoice, "Gift", t.GiftName(p, now, club.Given{Gift: o.Gift, Kind: o.Kind})))
	}
	for _, card := range out.Filled {
		if !told[prizeOf+card] { // it has no prize, but it is full
			lines = append(lines, p.Say(i18n.SoldFullOnly, "Card", t.PartName(p, now, programme.Card, card)))
		}
	}
	return lines
}

// prizeOf begins the names of the gifts that stamp cards bring.
const prizeOf = "stamp/"

// contents is what is in a gift.
func (t Till) contents(p i18n.Printer, now time.Time, g club.Given) (what []string) {
	if g.Points > 0 {
		what = append(what, shop.Points(p, g.Points))
	}
	if g.Voucher.ID != "" {
		what = append(what, t.Reward(p, now, g.Voucher.Reward))
	}
	return what
}

// GiftName is what a gift is called.
func (t Till) GiftName(p i18n.Printer, now time.Time, g club.Given) string {
	if card, ok := strings.CutPrefix(g.Gift, prizeOf); ok {
		return p.Say(i18n.GiftPrize, "Card", t.PartName(p, now, programme.Card, card))
	}
	kinds := map[loyalty.GiftKind]i18n.Key{
		loyalty.GiftWelcome: i18n.GiftWelcome, loyalty.GiftBirthday: i18n.GiftBirthday, loyalty.GiftAnniversary: i18n.GiftAnniversary,
		loyalty.GiftVisit: i18n.GiftVisit, loyalty.GiftComeback: i18n.GiftComeback, loyalty.GiftTier: i18n.GiftTier,
	}
	if key, ok := kinds[g.Kind]; ok {
		return cmp.Or(t.PartName(p, now, programme.Gift, g.Gift), p.Say(key))
	}
	return g.Gift
}

// Moved is the change of the member's level, to an employee by the member's
// name, to the member with "".
func (t Till) Moved(p i18n.Printer, now time.Time, out club.Outcome, name string) []string {
	if out.From == out.To {
		return nil
	}
	tiers := t.Rules(now).Tiers
	key := i18n.SoldRose
	switch fell := tiers.Index(out.To) < tiers.Index(out.From); {
	case fell && name != "":
		key = i18n.SoldFellStaff
	case fell:
		key = i18n.SoldFell
	case name != "":
		key = i18n.SoldRoseStaff
	}
	text := i18n.T(key, "Tier", t.PartName(p, now, programme.Level, out.To))
	if name != "" {
		text.Args = append(text.Args, "Name", name)
	}
	return []string{p.Print(text)}
}

// WentBack are the gifts and vouchers that an operation took or gave back, a
// line each kind.
func (t Till) WentBack(p i18n.Printer, now time.Time, out club.Outcome) (lines []string) {
	var taken, returned []string
	for _, g := range out.Taken {
		taken = append(taken, cmp.Or(p.List(t.contents(p, now, g)), t.GiftName(p, now, g)))
	}
	for _, v := range out.Returned {
		returned = append(returned, t.Reward(p, now, v.Reward))
	}
	if len(taken) > 0 {
		lines = append(lines, p.Say(i18n.RefundTaken, "What", taken))
	}
	if len(returned) > 0 {
		lines = append(lines, p.Say(i18n.RefundReturned, "What", returned))
	}
	return lines
}

// GoodUntil are the last moments of vouchers that came back.
func (t Till) GoodUntil(p i18n.Printer, out club.Outcome) (rows []bot.Row) {
	for _, v := range out.Returned {
		if !v.Until.IsZero() {
			rows = append(rows, bot.Row{Label: p.Say(i18n.VoucherUntil), Value: t.until(p, v.Until)})
		}
	}
	return rows
}

// until is the last day of what is good until end, or its time on that day.
func (t Till) until(p i18n.Printer, end time.Time) string {
	at := t.Local(end)
	if h, m, s := at.Clock(); h+m+s == 0 { // it ends with a day
		return p.ShortDate(at.Add(-1))
	}
	return p.ShortDate(at) + " " + p.Time(at)
}
