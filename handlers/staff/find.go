package staff

import (
	"errors"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
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
	tags, err := d.Tags(t.Tx, m)
	if err != nil {
		return err
	}
	if len(tags) > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.FindTags), Value: t.List(tags)})
	}
	if m.Frozen {
		msg.Note = t.Word(i18n.FindFrozen)
	}
	sale, err := t.NewToken(t.Person.ID, foundFor, "scan", string(m.ID))
	if err != nil {
		return err
	}
	msg.Buttons = []bot.Button{{Label: t.Word(i18n.FindSale), Do: bot.DoToken, Value: sale}}
	if err := d.showClub(t, m, &msg); err != nil {
		return err
	}
	t.Say(msg)
	return nil
}

// usable is how many vouchers have a button under a member who was found.
const usable = 5

// showClub adds the member's level, stamp cards, vouchers and gifts.
func (d desk) showClub(t *bot.Turn, m people.Person, msg *bot.Message) error {
	way, tiers, err := d.Book.Progress(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	if tiers && d.Has("level", t.Now) {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.FindLevel), Value: d.PartName(t.Printer, t.Now, programme.Level, way.Standing.Level)})
	}
	a, err := d.Book.Account(t.Tx, m.ID)
	if err != nil {
		return err
	}
	d.AddStamps(t.Printer, t.Now, msg, d.AllStamps(t.Now, &a))
	waiting, err := d.Club.Open(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	if len(waiting) > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.FindGifts), Value: i18n.Number(int64(len(waiting)))})
	}
	return d.showVouchers(t, m, msg)
}

// showVouchers adds the vouchers that can be used, the first of them with a
// button each.
func (d desk) showVouchers(t *bot.Turn, m people.Person, msg *bot.Message) error {
	all, err := d.Club.Vouchers.List(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	open := int64(0)
	for _, v := range all {
		if v.State != voucher.Open {
			continue
		}
		if open++; open > usable {
			continue
		}
		token, err := t.NewToken(t.Person.ID, foundFor, "use", string(v.ID))
		if err != nil {
			return err
		}
		label := t.Word(i18n.UseButton, "Reward", d.Reward(t.Printer, t.Now, v.Reward))
		msg.Buttons = append(msg.Buttons, bot.Button{Label: label, Do: bot.DoToken, Value: token})
	}
	if open > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.FindVouchers), Value: i18n.Number(open)})
	}
	return nil
}

// several offers people whose names begin alike, for a closer look.
func (d desk) several(t *bot.Turn, list []loyalty.MemberID) error {
	msg := bot.Message{Text: t.Word(i18n.FindSeveral)}
	if err := d.saw(t, list...); err != nil {
		return err
	}
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
	used, err := d.UsesOf(t.Tx, me.ID, day)
	if err != nil {
		return err
	}
	t.Say(bot.Message{Title: t.Word(i18n.TodayTitle, "Date", t.Date(d.Local(t.Now))), Rows: d.dayRows(t, own, used)})
	if !people.AtLeast(me.Role, people.Manager) {
		return nil
	}
	if err := d.everybody(t, me, day); err != nil {
		return err
	}
	return d.claimed(t, me)
}

// claimed adds, for a shop that imported members, how many of the manager's
// store have claimed what is theirs.
func (d desk) claimed(t *bot.Turn, me people.Staff) error {
	var sum people.Funnel
	stores := []loyalty.Store{me.Store}
	if me.Store == "" {
		for _, s := range d.Programme(t.Now).Stores {
			stores = append(stores, s.ID)
		}
	}
	for _, at := range stores {
		f, err := people.FunnelOf(t.Tx, at)
		if err != nil {
			return err
		}
		sum = sum.Plus(f)
	}
	if sum.Imported > 0 {
		value := t.Word(i18n.TodayClaimed, "Claimed", i18n.Number(sum.Claimed()), "Imported", i18n.Number(sum.Imported))
		t.Say(bot.Message{Rows: []bot.Row{{Label: t.Word(i18n.TodayImported), Value: value}}})
	}
	return nil
}

func (d desk) dayRows(t *bot.Turn, s book.DaySum, used int64) []bot.Row {
	return []bot.Row{
		{Label: t.Word(i18n.TodaySales), Value: i18n.Number(int64(s.Sales)) + " · " + d.Money(t.Printer, t.Now, s.SaleMoney)},
		{Label: t.Word(i18n.TodayPoints), Value: i18n.Number(int64(s.SalePoints))},
		{Label: t.Word(i18n.TodayGives), Value: i18n.Number(int64(s.Gives)) + " · " + i18n.Number(int64(s.GivePoints))},
		{Label: t.Word(i18n.TodayUses), Value: i18n.Number(used)},
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
		if sum.Empty() {
			continue
		}
		name := orSome(t.Printer, strings.TrimSpace(shop.Mask(s.Name)))
		msg.Rows = append(msg.Rows, bot.Row{Label: name, Value: i18n.Number(int64(sum.Sales)) + " · " + d.Money(t.Printer, t.Now, sum.SaleMoney)})
	}
	if len(msg.Rows) > 0 {
		t.Say(msg)
	}
	return nil
}
