package staff

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
)

// tell leaves several messages for a member as one letter.
func (d desk) tell(t *bot.Turn, id loyalty.MemberID, how bot.Carriage, ref string, words func(i18n.Printer) []bot.Message) error {
	to, speak, ok, err := d.Reach(t.Tx, id)
	if err != nil || !ok {
		return err
	}
	t.Tell(bot.Telling{Person: bot.PersonID(id), To: to, Class: bot.Receipt, Carriage: how, Ref: ref, Messages: words(speak)})
	return nil
}

// stamps is what a card holds after an operation that changed it.
type stamps struct {
	card       string
	have, size int64
}

// stamped are the stamp cards that an operation changed.
func (d desk) stamped(t *bot.Turn, id loyalty.MemberID, r book.Receipt) (list []stamps, err error) {
	var a loyalty.Account
	for _, k := range d.Rules(t.Now).Cards {
		if !slices.ContainsFunc(r.Entries, func(e loyalty.Entry) bool {
			return slices.ContainsFunc(e.Stamps, func(s loyalty.Stamping) bool { return s.Card == k.ID })
		}) {
			continue
		}
		if len(list) == 0 {
			if a, err = d.Book.Account(t.Tx, id); err != nil {
				return nil, err
			}
		}
		list = append(list, stamps{k.ID, max(0, a.Cards[k.ID].Have), k.Size})
	}
	return list, nil
}

// addStamps puts stamp cards on a message: the first as dots, each in words.
func (d desk) addStamps(p i18n.Printer, now time.Time, msg *bot.Message, cards []stamps) {
	for i, k := range cards {
		words := p.Say(i18n.SoldStamps, "Have", i18n.Number(k.have), "Size", i18n.Number(k.size))
		if i == 0 {
			msg.Dots = &bot.Dots{Have: int(k.have), Size: int(k.size), Alt: words}
		}
		msg.Rows = append(msg.Rows, bot.Row{Label: d.name(p, now, programme.Card, k.card), Value: words})
	}
}

func (d desk) name(p i18n.Printer, now time.Time, part programme.Part, id string) string {
	return d.Programme(now).Words(part, id, string(p.Lang)).Name
}

func (d desk) reward(p i18n.Printer, now time.Time, id string) string {
	return d.name(p, now, programme.Reward, id)
}

// sold is the employee's receipt of a purchase.
func (d desk) sold(t *bot.Turn, m people.Person, out club.Outcome, cards []stamps, used voucher.Voucher) bot.Message {
	e, p := out.Receipt.Entry(), t.Printer
	lines := []string{t.Word(i18n.SaleDone,
		"Points", shop.Points(p, gained(e)), "Name", d.called(t, m), "Money", d.Money(p, t.Now, e.Amount))}
	if used.ID != "" {
		lines = append(lines, t.Word(i18n.SoldVoucher, "Reward", d.reward(p, t.Now, used.Reward)))
	}
	lines = append(lines, d.brought(p, t.Now, out)...)
	lines = append(lines, d.moved(p, t.Now, out, d.called(t, m))...)
	msg := bot.Message{Text: strings.Join(lines, "\n"), Rows: d.shares(p, t.Now, e)}
	d.addStamps(p, t.Now, &msg, cards)
	return msg
}

// tellSold leaves the member's receipt for a purchase. It rides the next answer
// where a push costs money (law 14), but with a voucher that it used.
func (d desk) tellSold(t *bot.Turn, m people.Person, out club.Outcome, cards []stamps, used voucher.Voucher, rec book.Receipt) error {
	e, how := out.Receipt.Entry(), bot.RideOnly
	if used.ID != "" {
		how = bot.PushNow
	}
	if gained(e) == 0 && used.ID == "" && len(cards)+len(out.Gifts)+len(out.To) == 0 {
		return nil // a sale too small for anything is no news
	}
	return d.tell(t, m.ID, how, string(e.Ref), func(p i18n.Printer) (all []bot.Message) {
		if used.ID != "" {
			rec.Balance = out.Receipt.Balance
			all = append(all, d.toldUsed(t, p, used, rec))
		}
		return append(all, d.bought(t, p, out, cards))
	})
}

// bought is the member's receipt of a purchase.
func (d desk) bought(t *bot.Turn, p i18n.Printer, out club.Outcome, cards []stamps) bot.Message {
	e, b := out.Receipt.Entry(), out.Receipt.Balance
	msg := bot.Message{
		Text: strings.Join(append(d.brought(p, t.Now, out), d.moved(p, t.Now, out, "")...), "\n"),
		Rows: append([]bot.Row{{Label: p.Say(i18n.ReceiptFor), Value: d.Money(p, t.Now, e.Amount)}}, d.shares(p, t.Now, e)...),
		Note: d.refNote(t, p, string(e.Ref)),
	}
	if gained(e) > 0 {
		msg.Title = p.Say(i18n.ReceiptEarned, "Points", shop.Points(p, gained(e)))
	}
	d.addStamps(p, t.Now, &msg, cards)
	msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(b.Available))})
	if b.Debt > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.PointsOwed), Value: i18n.Number(int64(b.Debt))})
	}
	if e.Lot != nil && e.In(loyalty.Pending) > 0 {
		label := p.Say(i18n.SoldPending, "Date", d.Local(e.Lot.ActiveAt))
		msg.Rows = append(msg.Rows, bot.Row{Label: label, Value: i18n.Number(int64(e.In(loyalty.Pending)))})
	}
	if len(out.Choices) > 0 {
		msg.Buttons = append(msg.Buttons, bot.Button{Label: p.Say(i18n.SoldChoose), Do: bot.DoCommand, Value: "gifts"})
	}
	if len(out.Vouchers) > 0 {
		msg.Buttons = append(msg.Buttons, bot.Button{Label: p.Say(i18n.KeyVouchers), Do: bot.DoCommand, Value: "vouchers"})
	}
	return msg
}

// refNote is the small line of a receipt.
func (d desk) refNote(t *bot.Turn, p i18n.Printer, ref string) string {
	return p.Say(i18n.ReceiptRef, "Ref", ref, "Date", p.ShortDate(d.Local(t.Now)), "Time", p.Time(d.Local(t.Now)))
}

// shares are the rules besides the rate that gave a sale its points.
func (d desk) shares(p i18n.Printer, now time.Time, e loyalty.Entry) (rows []bot.Row) {
	for _, s := range e.Shares {
		if s.Rule == "base" || s.Points == 0 {
			continue
		}
		rows = append(rows, bot.Row{Label: d.rule(p, now, s.Rule), Value: shop.Signed(s.Points)})
	}
	return rows
}

// rule is what a rule that gives points is called.
func (d desk) rule(p i18n.Printer, now time.Time, rule string) string {
	kind, id, _ := strings.Cut(rule, "/")
	switch kind {
	case "tier":
		return d.name(p, now, programme.Level, id)
	case "item", "category":
		return d.name(p, now, programme.Item, id)
	case "visit":
		return p.Say(i18n.SoldVisit)
	case "cap":
		return p.Say(i18n.SoldCap)
	}
	return cmp.Or(d.name(p, now, programme.Bonus, id), p.Say(i18n.SoldBonus))
}

// brought are a purchase's full cards and gifts, a line each.
func (d desk) brought(p i18n.Printer, now time.Time, out club.Outcome) (lines []string) {
	told := map[string]bool{}
	for _, g := range out.Gifts {
		told[g.Gift] = true
		card, prize := strings.CutPrefix(g.Gift, "stamp/")
		switch {
		case prize && g.Voucher.ID != "":
			lines = append(lines, p.Say(i18n.SoldFull, "Card", d.name(p, now, programme.Card, card), "Reward", d.reward(p, now, g.Voucher.Reward)))
		case slices.ContainsFunc(out.Choices, func(o club.Open) bool { return o.Gift == g.Gift }):
			lines = append(lines, p.Say(i18n.SoldChoice, "Gift", d.gift(p, now, g)))
		default:
			lines = append(lines, p.Say(i18n.SoldGift, "Gift", d.gift(p, now, g), "What", p.List(d.contents(p, now, g))))
		}
		if !prize && g.Points > 0 && g.Voucher.ID == "" && len(out.Choices) > 0 && lines[len(lines)-1] == p.Say(i18n.SoldChoice, "Gift", d.gift(p, now, g)) {
			lines = append(lines, p.Say(i18n.SoldGift, "Gift", d.gift(p, now, g), "What", shop.Points(p, g.Points)))
		}
	}
	for _, card := range out.Filled {
		if !told["stamp/"+card] { // it has no prize, but it is full
			lines = append(lines, p.Say(i18n.SoldFullOnly, "Card", d.name(p, now, programme.Card, card)))
		}
	}
	return lines
}

// contents is what is in a gift.
func (d desk) contents(p i18n.Printer, now time.Time, g club.Given) (what []string) {
	if g.Points > 0 {
		what = append(what, shop.Points(p, g.Points))
	}
	if g.Voucher.ID != "" {
		what = append(what, d.reward(p, now, g.Voucher.Reward))
	}
	return what
}

// gift is what a gift is called.
func (d desk) gift(p i18n.Printer, now time.Time, g club.Given) string {
	if card, ok := strings.CutPrefix(g.Gift, "stamp/"); ok {
		return p.Say(i18n.GiftPrize, "Card", d.name(p, now, programme.Card, card))
	}
	kinds := map[loyalty.GiftKind]i18n.Key{
		loyalty.GiftWelcome: i18n.GiftWelcome, loyalty.GiftBirthday: i18n.GiftBirthday, loyalty.GiftAnniversary: i18n.GiftAnniversary,
		loyalty.GiftVisit: i18n.GiftVisit, loyalty.GiftComeback: i18n.GiftComeback, loyalty.GiftTier: i18n.GiftTier,
	}
	if key, ok := kinds[g.Kind]; ok {
		return cmp.Or(d.name(p, now, programme.Gift, g.Gift), p.Say(key))
	}
	return g.Gift
}

// moved is the change of the member's level, to an employee by the member's
// name, to the member with "".
func (d desk) moved(p i18n.Printer, now time.Time, out club.Outcome, name string) []string {
	if out.From == out.To {
		return nil
	}
	tiers := d.Rules(now).Tiers
	key := i18n.SoldRose
	switch fell := tiers.Index(out.To) < tiers.Index(out.From); {
	case fell && name != "":
		key = i18n.SoldFellStaff
	case fell:
		key = i18n.SoldFell
	case name != "":
		key = i18n.SoldRoseStaff
	}
	text := i18n.T(key, "Tier", d.name(p, now, programme.Level, out.To))
	if name != "" {
		text.Args = append(text.Args, "Name", name)
	}
	return []string{p.Print(text)}
}

// wentBack are the gifts and vouchers that an operation took or gave back, a
// line each kind.
func (d desk) wentBack(p i18n.Printer, now time.Time, out club.Outcome) (lines []string) {
	var taken, returned []string
	for _, g := range out.Taken {
		taken = append(taken, cmp.Or(p.List(d.contents(p, now, g)), d.gift(p, now, g)))
	}
	for _, v := range out.Returned {
		returned = append(returned, d.reward(p, now, v.Reward))
	}
	if len(taken) > 0 {
		lines = append(lines, p.Say(i18n.RefundTaken, "What", taken))
	}
	if len(returned) > 0 {
		lines = append(lines, p.Say(i18n.RefundReturned, "What", returned))
	}
	return lines
}

// goodUntil are the last moments of vouchers that came back.
func (d desk) goodUntil(p i18n.Printer, out club.Outcome) (rows []bot.Row) {
	for _, v := range out.Returned {
		if !v.Until.IsZero() {
			rows = append(rows, bot.Row{Label: p.Say(i18n.VoucherUntil), Value: d.until(p, v.Until)})
		}
	}
	return rows
}

// until is the last day of what is good until t, or its time on that day.
func (d desk) until(p i18n.Printer, t time.Time) string {
	at := d.Local(t)
	if h, m, s := at.Clock(); h+m+s == 0 { // it ends with a day
		return p.ShortDate(at.Add(-1))
	}
	return p.ShortDate(at) + " " + p.Time(at)
}
