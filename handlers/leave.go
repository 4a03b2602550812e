package handlers

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
)

// leave ends a membership and erases the person, after saying what is lost.
// What stays is told as well: a nameless ledger, and for a year a mark that
// keeps a second welcome gift away.
func (c counter) leave(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if t.Person.Role > bot.Member {
		return bot.Refuse(i18n.LeaveStaff)
	}
	b, err := c.Book.Balance(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	lost := shop.Points(t.Printer, b.Available+b.Held+b.Pending)
	r, ok := t.Ask(bot.Question{
		Key:   "sure",
		Terms: lost,
		Message: bot.Message{
			Title: t.Word(i18n.LeaveTitle),
			Text:  t.Word(i18n.LeaveText, "Points", lost, "Shop", c.Name(t.Now, t.Lang)),
			Note:  t.Word(i18n.LeaveNote),
		},
		Options: []bot.Option{{Value: "no", Label: t.Word(i18n.LeaveStay)}, {Value: "yes", Label: t.Word(i18n.LeaveGo)}},
	})
	if !ok {
		return nil
	}
	if r.Value != "yes" {
		t.Say(bot.Message{Text: t.Word(i18n.LeaveStayed), Menu: shop.Menu(t)})
		return nil
	}
	until := t.Now.AddDate(1, 0, 0)
	if err := c.Book.GiveUp(t.Tx, m.ID, book.Act{
		Op: loyalty.OpID(t.Op("leave")), Actor: loyalty.ByMember(m.ID), Reason: []byte("left"), Now: t.Now,
	}); err != nil {
		return err
	}
	if err := c.Vault.Erase(t.Tx, m.ID, t.Now, until); err != nil {
		return err
	}
	goodbye := t.Word(i18n.LeaveDone, "Date", t.Date(c.Local(until)))
	if err := t.Forget(); err != nil {
		return err
	}
	t.Say(bot.Message{Text: goodbye})
	return nil
}
