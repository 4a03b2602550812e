package till

import (
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
)

// TellMember leaves several messages for a member as one letter, in their
// language; it does nothing for one who cannot be reached.
func (t Till) TellMember(c *Call, id loyalty.MemberID, how bot.Carriage, ref string, words func(i18n.Printer) []bot.Message) error {
	to, speak, ok, err := t.Reach(c.Tx, id)
	if err != nil || !ok {
		return err
	}
	c.Tell(bot.Telling{Person: bot.PersonID(id), To: to, Class: bot.Receipt, Carriage: how, Ref: ref, Messages: words(speak)})
	return nil
}

// TellElsewhere tells other members whom an operation touched, as a referrer
// whose reward went back; nobody learns whose purchase it was.
func (t Till) TellElsewhere(c *Call, out club.Outcome) error {
	for _, h := range out.Elsewhere {
		if err := t.TellMember(c, h.Member, bot.PushNow, "", func(p i18n.Printer) []bot.Message {
			return []bot.Message{t.Happening(p, c.Now, h)}
		}); err != nil {
			return err
		}
	}
	return nil
}

// Stamps is what a stamp card holds.
type Stamps struct {
	Card       string // its id
	Have, Size int64
}

// Stamped are the stamp cards that an operation changed.
func (t Till) Stamped(c *Call, id loyalty.MemberID, r book.Receipt) (list []Stamps, err error) {
	var a loyalty.Account
	for _, k := range t.Rules(c.Now).Cards {
		if !slices.ContainsFunc(r.Entries, func(e loyalty.Entry) bool {
			return slices.ContainsFunc(e.Stamps, func(s loyalty.Stamping) bool { return s.Card == k.ID })
		}) {
			continue
		}
		if len(list) == 0 {
			if a, err = t.Book.Account(c.Tx, id); err != nil {
				return nil, err
			}
		}
		list = append(list, Stamps{k.ID, max(0, a.Cards[k.ID].Have), k.Size})
	}
	return list, nil
}

// AllStamps are all of a member's stamp cards.
func (t Till) AllStamps(now time.Time, a *loyalty.Account) (list []Stamps) {
	for _, k := range t.Rules(now).Cards {
		list = append(list, Stamps{k.ID, max(0, a.Cards[k.ID].Have), k.Size})
	}
	return list
}

// AddStamps puts stamp cards on a message: the first as dots, each in words.
func (t Till) AddStamps(p i18n.Printer, now time.Time, msg *bot.Message, cards []Stamps) {
	for i, k := range cards {
		words := p.Say(i18n.SoldStamps, "Have", i18n.Number(k.Have), "Size", i18n.Number(k.Size))
		if i == 0 {
			msg.Dots = &bot.Dots{Have: int(k.Have), Size: int(k.Size), Alt: words}
		}
		msg.Rows = append(msg.Rows, bot.Row{Label: t.PartName(p, now, programme.Card, k.Card), Value: words})
	}
}

// SoldMessage is the employee's receipt of a purchase.
func (t Till) SoldMessage(c *Call, m people.Person, s Sold) bot.Message {
	p, name := c.Printer, Called(c.Printer, m)
	lines := []string{p.Say(i18n.SaleDone,
		"Points", shop.Points(p, Gained(s.Entry)), "Name", name, "Money", t.Money(p, c.Now, s.Entry.Amount))}
	for _, v := range s.Used {
		lines = append(lines, p.Say(i18n.SoldVoucher, "Reward", t.Reward(p, c.Now, v.Reward)))
	}
	lines = append(lines, t.met(c, s.Receipt.Entries, name)...)
	lines = append(lines, t.Moved(p, c.Now, s.Outcome, name)...)
	lines = append(lines, t.brought(p, c.Now, s.Outcome)...)
	msg := bot.Message{Text: strings.Join(lines, "\n"), Rows: t.shares(p, c.Now, s.Entry)}
	t.AddStamps(p, c.Now, &msg, s.Cards)
	return msg
}

// tellSold leaves the member's receipt for a purchase. It rides the next answer
// where a push costs money (law 14), but with a voucher that it used.
func (t Till) tellSold(c *Call, m people.Person, s Sold) error {
	how := bot.RideOnly
	if len(s.Used) > 0 {
		how = bot.PushNow
	}
	if Gained(s.Entry) == 0 && len(s.Used) == 0 && len(s.Cards)+len(s.Gifts)+len(s.To) == 0 {
		return nil // a sale too small for anything is no news
	}
	return t.TellMember(c, m.ID, how, string(s.Entry.Ref), func(p i18n.Printer) (all []bot.Message) {
		for _, v := range s.Used {
			all = append(all, t.toldUsed(c, p, v, s.Receipt.Balance))
		}
		return append(all, t.Bought(c, p, s))
	})
}

// Bought is the member's receipt of a purchase.
func (t Till) Bought(c *Call, p i18n.Printer, s Sold) bot.Message {
	e, b := s.Entry, s.Receipt.Balance
	msg := bot.Message{
		Text: strings.Join(append(t.Moved(p, c.Now, s.Outcome, ""), t.brought(p, c.Now, s.Outcome)...), "\n"),
		Rows: append([]bot.Row{{Label: p.Say(i18n.ReceiptFor), Value: t.Money(p, c.Now, e.Amount)}}, t.shares(p, c.Now, e)...),
		Note: t.RefNote(p, c.Now, string(e.Ref)),
	}
	if Gained(e) > 0 {
		msg.Title = p.Say(i18n.ReceiptEarned, "Points", shop.Points(p, Gained(e)))
	}
	t.AddStamps(p, c.Now, &msg, s.Cards)
	msg.Rows = append(msg.Rows, t.refundRows(c, p, s.Receipt.Entries)...)
	msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(b.Available))})
	if b.Debt > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.PointsOwed), Value: i18n.Number(int64(b.Debt))})
	}
	if e.Lot != nil && e.In(loyalty.Pending) > 0 {
		label := p.Say(i18n.SoldPending, "Date", t.Local(e.Lot.ActiveAt))
		msg.Rows = append(msg.Rows, bot.Row{Label: label, Value: i18n.Number(int64(e.In(loyalty.Pending)))})
	}
	if len(s.Choices) > 0 {
		msg.Buttons = append(msg.Buttons, bot.Button{Label: p.Say(i18n.SoldChoose), Do: bot.DoCommand, Value: "gifts"})
	}
	if len(s.Vouchers) > 0 {
		msg.Buttons = append(msg.Buttons, bot.Button{Label: p.Say(i18n.KeyVouchers), Do: bot.DoCommand, Value: "vouchers"})
	}
	return msg
}

// met tells an employee of the refunds that had waited for a sale.
func (t Till) met(c *Call, r []loyalty.Entry, name string) (lines []string) {
	for _, e := range r {
		if e.Kind == loyalty.KindReverse {
			lines = append(lines, c.Printer.Say(i18n.RefundDone, "Name", name, "Money", t.Money(c.Printer, c.Now, e.Amount), "Points", shop.Signed(e.Change())))
		}
	}
	return lines
}

// refundRows are the same for the member's receipt.
func (t Till) refundRows(c *Call, p i18n.Printer, r []loyalty.Entry) (rows []bot.Row) {
	for _, e := range r {
		if e.Kind == loyalty.KindReverse {
			value := strings.Join([]string{t.Money(p, c.Now, e.Amount), shop.Signed(e.Change())}, " · ")
			rows = append(rows, bot.Row{Label: p.Say(i18n.RefundFor), Value: value})
		}
	}
	return rows
}

// RefNote is the small line of a receipt.
func (t Till) RefNote(p i18n.Printer, now time.Time, ref string) string {
	return p.Say(i18n.ReceiptRef, "Ref", ref, "Date", p.ShortDate(t.Local(now)), "Time", p.Time(t.Local(now)))
}
