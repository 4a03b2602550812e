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
	"regulars/store"
)

// proving is a card that waits for a manager before it moves to a new chat.
type proving struct {
	Member  loyalty.MemberID `json:"m"`
	Person  loyalty.MemberID `json:"p"` // whose the new chat is until then
	Chat    []byte           `json:"c"` // sealed with that person's key
	By      people.StaffID   `json:"by"`
	Store   loyalty.Store    `json:"s,omitempty"`
	Until   time.Time        `json:"until"`
	Decided time.Time        `json:"d,omitzero"`
	Yes     bool             `json:"y,omitempty"`
	Who     people.StaffID   `json:"who,omitempty"`
}

var provings = store.NewTable[proving]("proving/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("proving/" + string(rest))
})

// provingLife is how long a manager has to decide: the customer stands at the
// counter, or comes back later that day.
const provingLife = 12 * time.Hour

// prove moves a card to the phone that shows a code: /prove WHO CODE. An
// employee has looked at who stands there; a manager says yes, or does it.
func (d desk) prove(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	who, typed := cutProof(t.Args)
	if typed == "" {
		return bot.Refuse(i18n.ProveHow, "Code", "7K2M-9QXA")
	}
	code, err := people.ParseProveCode(typed)
	if err != nil {
		return bot.Refuse(i18n.ProveHow, "Code", "7K2M-9QXA")
	}
	t.Args = who
	m, _, err := d.anyone(t)
	if err != nil {
		return err
	}
	if err := d.mayProve(t, me, m.ID); err != nil {
		return err
	}
	asker, err := d.Vault.ByProveCode(t.Tx, code, shop.Identity(t.Event.Identity()), t.Now)
	if errors.Is(err, people.ErrCode) {
		return counted{bot.Refuse(i18n.ProveWrong)}
	}
	if err != nil {
		return err
	}
	if asker.Person == m.ID {
		return people.ErrOwnAccount
	}
	if people.AtLeast(me.Role, people.Manager) {
		return d.proveAlone(t, me, m, asker, code)
	}
	return d.askProof(t, me, m, asker, code)
}

// cutProof takes the code off the end of what was typed, also where it was typed
// in two groups.
func cutProof(args string) (who, code string) {
	words := strings.Fields(args)
	for n := 1; n <= 2 && n < len(words)+1; n++ {
		last := strings.Join(words[len(words)-n:], "")
		if _, err := people.ParseProveCode(last); err == nil {
			return strings.Join(words[:len(words)-n], " "), last
		}
	}
	if len(words) < 2 {
		return args, ""
	}
	return strings.Join(words[:len(words)-1], " "), words[len(words)-1]
}

// mayProve refuses one's own card, and that of a colleague who is not below:
// with the chat goes what they may do here.
func (d desk) mayProve(t *bot.Turn, me people.Staff, id loyalty.MemberID) error {
	if id == me.Member {
		return loyalty.ErrSelf
	}
	other, employed, err := d.Vault.StaffOfMember(t.Tx, id)
	if err == nil && employed && (!people.AtLeast(me.Role, people.Manager) || people.AtLeast(other.Role, me.Role)) {
		err = bot.Refuse(i18n.LostStaff)
	}
	return err
}

// proveAlone asks a manager who stands at the counter for their own yes.
func (d desk) proveAlone(t *bot.Turn, me people.Staff, m people.Person, asker people.Asker, code people.ProveCode) error {
	b, err := d.Book.Balance(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	name := d.called(t, m)
	r, ok := t.Ask(bot.Question{
		Key:     "move",
		Message: bot.Message{Text: t.Word(i18n.ProveConfirm, "Name", name, "Points", shop.Points(t.Printer, b.Available))},
		Options: []bot.Option{{Value: "yes", Label: t.Word(i18n.ProveMove)}, {Value: "", Label: t.Word(i18n.NotNow)}},
		Terms:   string(m.ID),
	})
	if !ok {
		return nil
	}
	if r.Value == "" {
		t.SayText(i18n.ProveKept)
		return nil
	}
	if err := d.Vault.EndProve(t.Tx, code); err != nil {
		return err
	}
	if err := d.proved(t, m.ID, asker, d.act(t, me, "prove")); err != nil {
		return err
	}
	t.SayText(i18n.ProveDone, "Name", name)
	return nil
}

// askProof puts it to the managers: each who can be reached gets two buttons of
// their own, and the first answer counts.
func (d desk) askProof(t *bot.Turn, me people.Staff, m people.Person, asker people.Asker, code people.ProveCode) error {
	id := t.Op("proving")
	if err := t.Tx.Lock(store.Subject("proving/" + id)); err != nil {
		return err
	}
	chat, err := d.Vault.SealAsker(t.Tx, asker, t.Rand())
	if err != nil {
		return err
	}
	act := d.act(t, me, "prove")
	row := proving{Member: m.ID, Person: asker.Person, Chat: chat, By: me.ID, Store: act.Store, Until: t.Now.Add(provingLife)}
	if err := provings.Put(t.Tx, row, id); err != nil {
		return err
	}
	asked, err := d.putToManagers(t, me, m, asker.Person, id)
	if err != nil {
		return err
	}
	if !asked {
		return bot.Refuse(i18n.ProveNobody)
	}
	t.SayText(i18n.ProveAsked)
	return d.Vault.EndProve(t.Tx, code)
}

func (d desk) putToManagers(t *bot.Turn, me people.Staff, m people.Person, asker loyalty.MemberID, id string) (asked bool, err error) {
	managers, err := d.Vault.Managers(t.Tx, me.Store)
	if err != nil {
		return false, err
	}
	by, err := d.Vault.Get(t.Tx, me.Member)
	if err != nil {
		return false, err
	}
	for _, boss := range managers {
		if boss.Member == me.Member || boss.Member == m.ID || boss.Member == asker {
			continue // nobody approves what they asked for, or what they get
		}
		yes, err := t.NewToken(bot.PersonID(boss.Member), provingLife, "proved", "yes "+id)
		if err != nil {
			return asked, err
		}
		no, err := t.NewToken(bot.PersonID(boss.Member), provingLife, "proved", "no "+id)
		if err != nil {
			return asked, err
		}
		ok, err := d.Tell(t, boss.Member, bot.Receipt, bot.PushNow, "", func(p i18n.Printer) bot.Message {
			rows := []bot.Row{
				{Label: p.Say(i18n.ApproveBy), Value: orSome(p, shop.Mask(by.Called()))},
				{Label: p.Say(i18n.ApproveFor), Value: orSome(p, shop.Mask(m.Called()))},
			}
			if !m.Phone.IsZero() {
				rows = append(rows, bot.Row{Label: p.Say(i18n.SettingsPhone), Value: m.Phone.String()})
			}
			return bot.Message{Title: p.Say(i18n.ProveTitle), Rows: rows, Buttons: []bot.Button{
				{Label: p.Say(i18n.ApproveYes), Do: bot.DoToken, Value: yes},
				{Label: p.Say(i18n.ApproveNo), Do: bot.DoToken, Value: no},
			}}
		})
		if err != nil {
			return asked, err
		}
		asked = asked || ok
	}
	return asked, nil
}

// decideProof does a manager's yes or no. It comes by a one-time button only.
func (d desk) decideProof(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	answer, id, _ := strings.Cut(t.Args, " ")
	if !t.Token || id == "" {
		return bot.Refuse(i18n.BotButtonOld)
	}
	if err := t.Tx.Lock(store.Subject("proving/" + id)); err != nil {
		return err
	}
	row, ok, err := provings.Get(t.Tx, id)
	switch {
	case err != nil:
		return err
	case !ok || t.Now.After(row.Until):
		return bot.Refuse(i18n.ApproveLate)
	case !row.Decided.IsZero():
		return bot.Refuse(i18n.ApproveDecided)
	}
	row.Decided, row.Yes, row.Who = t.Now, answer == "yes", me.ID
	if err := provings.Put(t.Tx, row, id); err != nil {
		return err
	}
	if row.Member, err = d.Vault.Holder(t.Tx, row.Member); err != nil {
		return err
	}
	// Whose card it is, and who works here, may have changed since it was asked.
	if err := d.mayProve(t, me, row.Member); err != nil {
		return err
	}
	asker, err := d.Vault.OpenAsker(t.Tx, row.Person, row.Chat)
	if errors.Is(err, people.ErrCode) { // that chat is somebody else's by now
		return bot.Refuse(i18n.ProveGone)
	}
	if err != nil {
		return err
	}
	if row.Yes {
		return d.agreed(t, me, row, asker)
	}
	t.SayText(i18n.ProveKept)
	if err := d.TellChats(t, asker.Person, []people.Identity{asker.Who}, func(p i18n.Printer) bot.Message {
		return bot.Message{Text: p.Say(i18n.LostNot)}
	}); err != nil {
		return err
	}
	return d.tellProver(t, row, i18n.ProveToldNo)
}

// agreed moves the card in the name of the employee who asked.
func (d desk) agreed(t *bot.Turn, me people.Staff, row proving, asker people.Asker) error {
	by, err := d.Vault.StaffByID(t.Tx, row.By)
	if errors.Is(err, people.ErrNotStaff) || err == nil && !by.Active {
		return bot.Refuse(i18n.ProveGone)
	}
	if err != nil {
		return err
	}
	act := book.Act{
		Op: loyalty.OpID(t.Op("prove")), Actor: row.By.Actor(), Role: by.Role, Self: by.Member,
		Approver: me.ID.Actor(), Store: row.Store, Now: t.Now,
	}
	if err := d.proved(t, row.Member, asker, act); err != nil {
		return err
	}
	m, err := d.Vault.Get(t.Tx, row.Member)
	if err != nil {
		return err
	}
	t.SayText(i18n.ProveDone, "Name", d.called(t, m))
	return d.tellProver(t, row, i18n.ProveToldYes)
}

// proved moves the card, and welcomes the member in the new chat.
func (d desk) proved(t *bot.Turn, id loyalty.MemberID, asker people.Asker, act book.Act) error {
	out, err := d.Regain(t, asker, id, people.AtCounter, act)
	if err != nil {
		return err
	}
	speak := i18n.For(d.Speak(out.Member))
	msg, err := d.RegainedMessage(t, speak, out)
	if err != nil {
		return err
	}
	msg.Menu = &bot.Menu{Lang: string(speak.Lang), Role: bot.Member, Keys: d.Keys(speak, t.Now)}
	return d.TellChats(t, id, []people.Identity{asker.Who}, func(i18n.Printer) bot.Message { return msg })
}

// tellProver tells the employee what the manager said.
func (d desk) tellProver(t *bot.Turn, row proving, key i18n.Key) error {
	by, err := d.Vault.StaffByID(t.Tx, row.By)
	if err != nil || !by.Active {
		return err
	}
	m, err := d.Vault.Get(t.Tx, row.Member)
	if err != nil {
		return err
	}
	_, err = d.Tell(t, by.Member, bot.Receipt, bot.PushNow, "", func(p i18n.Printer) bot.Message {
		return bot.Message{Text: p.Say(key, "Name", orSome(p, shop.Mask(m.Called())))}
	})
	return err
}
