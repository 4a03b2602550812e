package staff

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

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
	if err := d.MayProve(t.Tx, me, m.ID); err != nil {
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
	if err := d.Proved(shop.In(t), m.ID, asker, d.act(t, me, "prove")); err != nil {
		return err
	}
	t.SayText(i18n.ProveDone, "Name", name)
	return nil
}

// askProof puts it to the managers: each who can be reached gets two buttons of
// their own, and the first answer counts.
func (d desk) askProof(t *bot.Turn, me people.Staff, m people.Person, asker people.Asker, code people.ProveCode) error {
	id := t.Op("proving")
	chat, err := d.Vault.SealAsker(t.Tx, asker, t.Rand())
	if err != nil {
		return err
	}
	act := d.act(t, me, "prove")
	row := till.Proving{ID: id, Member: m.ID, Person: asker.Person, Chat: chat, By: me.ID, Store: act.Store, Until: t.Now.Add(till.ProvingLife)}
	if err := till.PutProving(t.Tx, row); err != nil {
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
		yes, err := t.NewToken(bot.PersonID(boss.Member), till.ProvingLife, "proved", "yes "+id)
		if err != nil {
			return asked, err
		}
		no, err := t.NewToken(bot.PersonID(boss.Member), till.ProvingLife, "proved", "no "+id)
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
	row, err := d.DecideProof(d.call(t, me), shop.In(t), id, answer == "yes")
	if err != nil {
		return err
	}
	if !row.Yes {
		t.SayText(i18n.ProveKept)
		return nil
	}
	m, err := d.Vault.Get(t.Tx, row.Member)
	if err != nil {
		return err
	}
	t.SayText(i18n.ProveDone, "Name", d.called(t, m))
	return nil
}
