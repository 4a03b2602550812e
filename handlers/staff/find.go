package staff

import (
	"errors"
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
)

// find shows a member, masked: /find WHO, or the beginning of a name.
func (d desk) find(t *bot.Turn) error {
	if _, err := d.me(t); err != nil {
		return err
	}
	if t.Token { // one of several, for this employee only
		m, _, err := d.member(t, loyalty.MemberID(t.Args), "", nil)
		if err != nil {
			return err
		}
		return d.show(t, m)
	}
	m, _, err := d.anyone(t)
	if err == nil {
		return d.show(t, m)
	}
	if d.Words(err) == nil && !isRefusal(err) {
		return err
	}
	list, byName := d.Vault.ByName(t.Tx, t.Args, 6)
	if byName != nil {
		return byName
	}
	switch len(list) {
	case 0:
		var no *bot.Refusal
		if errors.As(err, &no) && no.Text.Key == i18n.WhoUnread { // it was a name
			return bot.Refuse(i18n.FindNone)
		}
		return err
	case 1:
		m, _, err := d.member(t, list[0], "", nil)
		if err != nil {
			return err
		}
		return d.show(t, m)
	}
	return d.several(t, list)
}

// foundFor is how long the buttons under what was found are good: the customer
// is standing there.
const foundFor = 15 * time.Minute

// show is one member as an employee may see them.
func (d desk) show(t *bot.Turn, m people.Person) error {
	b, err := d.Book.Balance(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	msg := bot.Message{
		Title: d.called(t, m),
		Rows: []bot.Row{
			{Label: t.Word(i18n.KeyPoints), Value: i18n.Number(int64(b.Available))},
			{Label: t.Word(i18n.FindVisits), Value: i18n.Number(b.Count.Visits)},
			{Label: t.Word(i18n.FindSince), Value: t.Date(d.Local(m.JoinedAt))},
		},
	}
	if !m.Phone.IsZero() {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.SettingsPhone), Value: m.Phone.String()})
	}
	if card := m.Card.String(); m.Card != "" {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.CardNumber), Value: "•••" + card[len(card)-4:]})
	}
	if b.Debt > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.PointsOwed), Value: i18n.Number(int64(b.Debt))})
	}
	if m.Frozen {
		msg.Note = t.Word(i18n.FindFrozen)
	}
	sale, err := t.NewToken(t.Person.ID, foundFor, "scan", string(m.ID))
	if err != nil {
		return err
	}
	msg.Buttons = []bot.Button{{Label: t.Word(i18n.FindSale), Do: bot.DoToken, Value: sale}}
	t.Say(msg)
	return nil
}

// several offers people whose names begin alike, for a closer look.
func (d desk) several(t *bot.Turn, list []loyalty.MemberID) error {
	msg := bot.Message{Text: t.Word(i18n.FindSeveral)}
	for _, id := range list {
		if err := t.Tx.Lock(people.Subject(id)); err != nil {
			return err
		}
		p, err := d.Vault.Get(t.Tx, id)
		if err != nil {
			return err
		}
		token, err := t.NewToken(t.Person.ID, foundFor, "find", string(id))
		if err != nil {
			return err
		}
		label := d.called(t, p)
		if !p.Phone.IsZero() {
			label += " " + p.Phone.String()
		}
		msg.Buttons = append(msg.Buttons, bot.Button{Label: label, Do: bot.DoToken, Value: token})
	}
	t.Say(msg)
	return nil
}

// today sums up the local day: one's own, and for a manager everybody's.
func (d desk) today(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	day := d.Rules(t.Now).Day(t.Now)
	own, err := d.Book.Day(t.Tx, me.ID.Actor(), day)
	if err != nil {
		return err
	}
	t.Say(bot.Message{Title: t.Word(i18n.TodayTitle, "Date", t.Date(d.Local(t.Now))), Rows: d.dayRows(t, own)})
	if !people.AtLeast(me.Role, people.Manager) {
		return nil
	}
	return d.everybody(t, me, day)
}

func (d desk) dayRows(t *bot.Turn, s book.DaySum) []bot.Row {
	return []bot.Row{
		{Label: t.Word(i18n.TodaySales), Value: i18n.Number(int64(s.Sales)) + " · " + d.Money(t.Printer, t.Now, s.SaleMoney)},
		{Label: t.Word(i18n.TodayPoints), Value: i18n.Number(int64(s.SalePoints))},
		{Label: t.Word(i18n.TodayGives), Value: i18n.Number(int64(s.Gives)) + " · " + i18n.Number(int64(s.GivePoints))},
		{Label: t.Word(i18n.TodayUndos), Value: i18n.Number(int64(s.Undos))},
	}
}

// everybody adds a line for each employee of the manager's store.
func (d desk) everybody(t *bot.Turn, me people.Staff, day string) error {
	all, err := d.Vault.AllStaff(t.Tx)
	if err != nil {
		return err
	}
	msg := bot.Message{Title: t.Word(i18n.TodayAll)}
	for _, s := range all {
		if me.Store != "" && s.Store != me.Store {
			continue
		}
		sum, err := d.Book.Day(t.Tx, s.ID.Actor(), day)
		if err != nil {
			return err
		}
		if sum == (book.DaySum{}) {
			continue
		}
		name := orSome(t.Printer, strings.TrimSpace(Mask(s.Name)))
		msg.Rows = append(msg.Rows, bot.Row{Label: name, Value: i18n.Number(int64(sum.Sales)) + " · " + d.Money(t.Printer, t.Now, sum.SaleMoney)})
	}
	if len(msg.Rows) > 0 {
		t.Say(msg)
	}
	return nil
}
