package staff

import (
	"regulars/bot"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// freeze stops what a lost phone could do: /freeze WHO. Where the member has
// another chat, only the lost one is locked; else spending and cards are, until
// the member has proven who they are in a new chat. A manager may instead stop
// the card for good reason: that only /unfreeze ends.
func (d desk) freeze(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	m, _, err := d.anyone(t)
	if err != nil {
		return err
	}
	if err := d.MayLock(d.call(t, me), m.ID); err != nil {
		return err
	}
	open := d.Lockable(m)
	if m.Frozen || len(open) < 2 {
		return d.lockAll(t, me, m)
	}
	lost, ok := d.askLost(t, m, open)
	switch {
	case !ok:
		return nil
	case lost == "":
		return d.lockAll(t, me, m)
	}
	for i, a := range open {
		if lost == chatOption(i) {
			return d.lockChat(t, me, m, a)
		}
	}
	return nil
}

// chatOption stands for a chat in a question: no account is in a button.
func chatOption(i int) string { return string(rune('a' + i)) }

// askLost asks which chat was on the lost phone; "" is all of them.
func (d desk) askLost(t *bot.Turn, m people.Person, open []people.Account) (string, bool) {
	q := bot.Question{Key: "lost", Message: bot.Message{Text: t.Word(i18n.LostWhich, "Name", d.called(t, m))}, Terms: string(m.ID)}
	for i, a := range open[:min(len(open), 8)] {
		label := d.Label(bot.ChannelName(a.Channel))
		if a.Username != "" {
			label += " @" + a.Username
		}
		q.Options = append(q.Options, bot.Option{Value: chatOption(i), Label: label})
	}
	q.Options = append(q.Options, bot.Option{Value: "", Label: t.Word(i18n.LostAll)})
	r, ok := t.Ask(q)
	return r.Value, ok
}

// lockChat stops obeying one chat.
func (d desk) lockChat(t *bot.Turn, me people.Staff, m people.Person, a people.Account) error {
	if err := d.LockChat(d.call(t, me), m, a); err != nil {
		return err
	}
	t.SayText(i18n.LostLocked, "Name", d.called(t, m), "Channel", d.Label(bot.ChannelName(a.Channel)))
	return nil
}

// lockAll locks the whole member. An employee's lock is a manager's to end: with
// it goes what they may do here.
func (d desk) lockAll(t *bot.Turn, me people.Staff, m people.Person) error {
	lost, ok, err := d.endsByProof(t, me, m)
	if err != nil || !ok {
		return err
	}
	if err := d.LockAll(d.call(t, me), m, lost); err != nil {
		return err
	}
	t.SayText(i18n.FreezeDone, "Name", d.called(t, m))
	return nil
}

// endsByProof says whether a lock of the whole card is for a lost phone, which
// its owner ends by proving who they are. A clerk's is, as seconds count then; a
// manager is asked, also about a clerk's lock that stands; a stop stays a stop.
func (d desk) endsByProof(t *bot.Turn, me people.Staff, m people.Person) (lost, ok bool, err error) {
	_, employed, err := d.Vault.StaffOfMember(t.Tx, m.ID)
	if err != nil || employed {
		return false, err == nil, err
	}
	if m.Frozen {
		if lost, err = d.Vault.Lost(t.Tx, m.ID); err != nil || !lost {
			return false, err == nil, err
		}
	}
	if !people.AtLeast(me.Role, people.Manager) {
		return true, true, nil
	}
	r, ok := t.Ask(bot.Question{
		Key: "reason", Message: bot.Message{Text: t.Word(i18n.FreezeWhy, "Name", d.called(t, m))}, Terms: string(m.ID),
		Options: []bot.Option{{Value: "lost", Label: t.Word(i18n.FreezeLost)}, {Value: "stop", Label: t.Word(i18n.FreezeStop)}},
	})
	return r.Value == "lost", ok, nil
}

// unfreeze obeys everything again, with a new card; a manager's to do.
func (d desk) unfreeze(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	m, _, err := d.anyone(t)
	if err != nil {
		return err
	}
	if err := d.MayLock(d.call(t, me), m.ID); err != nil {
		return err
	}
	if !till.Locked(m) {
		t.SayText(i18n.UnfreezeNot, "Name", d.called(t, m))
		return nil
	}
	if err := d.Unlock(d.call(t, me), m); err != nil {
		return err
	}
	t.SayText(i18n.UnfreezeDone, "Name", d.called(t, m))
	return nil
}
