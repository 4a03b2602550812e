package handlers

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/plan"
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
	lost, err := c.toLose(t, m.ID)
	if err != nil {
		return err
	}
	r, ok := t.Ask(bot.Question{
		Key:   "sure",
		Terms: lost,
		Message: bot.Message{
			Title: t.Word(i18n.LeaveTitle),
			Text:  t.Word(i18n.LeaveText, "Points", lost, "Shop", c.Name(t.Now, t.Lang)),
			Note:  c.leavesMark(t),
		},
		Options: []bot.Option{{Value: "no", Label: t.Word(i18n.LeaveStay)}, {Value: "yes", Label: t.Word(i18n.LeaveGo)}},
	})
	if !ok {
		return nil
	}
	if r.Value != "yes" {
		t.Say(bot.Message{Text: t.Word(i18n.LeaveStayed), Menu: c.Menu(t)})
		return nil
	}
	until := t.Now.AddDate(1, 0, 0)
	if err := c.Club.Leave(t.Tx, m.ID, book.Act{
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

// toLose is what ends with a membership: points, those on their way and those
// set aside too, vouchers that could still be used, and a plan that runs: nothing of
// what was paid for it comes back.
func (c counter) toLose(t *bot.Turn, id loyalty.MemberID) (string, error) {
	b, err := c.Book.Balance(t.Tx, id, t.Now)
	if err != nil {
		return "", err
	}
	lost := shop.Points(t.Printer, b.Available+b.Held+b.Pending)
	open, err := c.OpenVouchers(t.Tx, id, t.Now)
	if err == nil && open > 0 {
		lost = t.Word(i18n.LeaveVouchers, "Points", lost, "Count", open)
	}
	if err != nil {
		return "", err
	}
	x, state, err := c.Plans.Stand(t.Tx, id, t.Now)
	if err == nil && state != plan.None {
		lost = t.Word(i18n.PlanLost, "Lost", lost, "Plan", c.PlanName(t.Printer, t.Now, x.Plan), "Date", c.LastDay(t.Printer, x.End(c.Rules(t.Now))))
	}
	return lost, err
}

// leavesMark tells of the mark that stays, and what for, where the programme
// gives newcomers anything.
func (c counter) leavesMark(t *bot.Turn) string {
	if _, ok := c.HasGift(loyalty.GiftWelcome, t.Now); ok {
		return t.Word(i18n.LeaveNote)
	}
	return t.Word(i18n.LeaveMark)
}
