package staff

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

// sold is the employee's receipt of a purchase.
func (d desk) sold(t *bot.Turn, m people.Person, out club.Outcome, cards []stamps, used voucher.Voucher) bot.Message {
	e, p := out.Receipt.Entry(), t.Printer
	lines := []string{t.Word(i18n.SaleDone,
		"Points", shop.Points(p, gained(e)), "Name", d.called(t, m), "Money", d.Money(p, t.Now, e.Amount))}
	if used.ID != "" {
		lines = append(lines, t.Word(i18n.SoldVoucher, "Reward", d.reward(p, t.Now, used.Reward)))
	}
	lines = append(lines, d.met(t, out.Receipt.Entries, d.called(t, m))...)
	lines = append(lines, d.moved(p, t.Now, out, d.called(t, m))...)
	lines = append(lines, d.brought(p, t.Now, out)...)
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
		Text: strings.Join(append(d.moved(p, t.Now, out, ""), d.brought(p, t.Now, out)...), "\n"),
		Rows: append([]bot.Row{{Label: p.Say(i18n.ReceiptFor), Value: d.Money(p, t.Now, e.Amount)}}, d.shares(p, t.Now, e)...),
		Note: d.refNote(t, p, string(e.Ref)),
	}
	if gained(e) > 0 {
		msg.Title = p.Say(i18n.ReceiptEarned, "Points", shop.Points(p, gained(e)))
	}
	d.addStamps(p, t.Now, &msg, cards)
	msg.Rows = append(msg.Rows, d.refundRows(t, p, out.Receipt.Entries)...)
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
