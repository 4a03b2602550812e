package handlers

import (
	"errors"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
)

// recovery draws the code that lets a member in who has lost the phone. It is
// shown once; who has drawn one before is asked first, because a new one ends it.
func (c counter) recovery(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if err := t.Tx.Lock(people.Subject(m.ID)); err != nil {
		return err
	}
	drawn, ok, err := c.Vault.Recovery(t.Tx, m.ID)
	if err != nil {
		return err
	}
	if ok {
		r, answered := t.Ask(bot.Question{
			Key:     "again",
			Message: bot.Message{Text: t.Word(i18n.RecoveryAsk, "Date", t.Date(c.Local(drawn)))},
			Options: []bot.Option{{Value: "yes", Label: t.Word(i18n.RecoveryNew)}, {Value: "", Label: t.Word(i18n.NotNow)}},
		})
		if !answered {
			return nil
		}
		if r.Value == "" {
			return c.later(t)
		}
	}
	code, err := c.Vault.NewRecoveryCode(t.Tx, m.ID, t.Now, t.Rand())
	if err != nil {
		return err
	}
	t.Say(bot.Message{
		Text:    t.Word(i18n.RecoveryShow, "Code", code.String()),
		Buttons: []bot.Button{{Label: t.Word(i18n.CopyCode), Do: bot.DoCopy, Value: code.String()}},
	})
	return nil
}

// lost lets in who has lost the phone, or had a card before there was a chat. It
// is said in the new chat: "/lost" offers the ways, "/lost CODE" goes one.
func (c counter) lost(t *bot.Turn) error {
	switch t.Args {
	case "":
		t.Say(bot.Message{Text: t.Word(i18n.LostAsk), Buttons: c.waysIn(t)})
		return nil
	case "code":
		return c.lostWithCode(t)
	case "phone":
		return c.lostWithPhone(t)
	case "counter":
		return c.lostAtCounter(t)
	}
	code, err := parseRecovery(t.Args)
	if err != nil {
		return err
	}
	return c.recover(t, code)
}

// waysIn are the proofs that this shop and this platform have.
func (c counter) waysIn(t *bot.Turn) []bot.Button {
	all := []bot.Button{command(t.Word(i18n.LostByCode), "lost code")}
	if c.SMS != "" || t.Event.Platform == bot.Telegram {
		all = append(all, command(t.Word(i18n.LostByPhone), "lost phone"))
	}
	return append(all, command(t.Word(i18n.LostAtCounter), "lost counter"))
}

func parseRecovery(typed string) (people.RecoveryCode, error) {
	code, err := people.ParseRecoveryCode(typed)
	if err != nil {
		err = bot.Refuse(i18n.RecoveryForm)
	}
	return code, err
}

func (c counter) lostWithCode(t *bot.Turn) error {
	r, ok := t.Ask(bot.Question{
		Key:     "code",
		Message: bot.Message{Text: t.Word(i18n.LostTypeCode)},
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
		Parse: func(typed string) (string, error) {
			_, err := parseRecovery(typed)
			return typed, err
		},
	})
	if !ok {
		return nil
	}
	if r.Value == "" {
		return c.start(t)
	}
	code, err := parseRecovery(r.Value)
	if err != nil {
		return err
	}
	return c.recover(t, code)
}

// recover tries a recovery code. A wrong one counts as a try, so its refusal
// lets the count stand; a right one that leads nowhere changes nothing.
func (c counter) recover(t *bot.Turn, code people.RecoveryCode) error {
	drew, err := c.Vault.ByRecovery(t.Tx, code, shopIdentity(t), t.Now)
	if errors.Is(err, people.ErrCode) {
		err = bot.Refuse(i18n.RecoveryWrong)
	}
	if err != nil {
		return t.Concede(err)
	}
	to, err := c.Vault.Holder(t.Tx, drew) // whose part they are since
	if err != nil {
		return err
	}
	return c.regain(t, to, people.ByRecovery)
}

// regain makes this chat the way in of a member who was just proven.
func (c counter) regain(t *bot.Turn, to loyalty.MemberID, how people.Proof) error {
	asker := people.Asker{Person: loyalty.MemberID(t.Person.ID), Who: shopIdentity(t)}
	out, err := c.Regain(shop.In(t), asker, to, how, c.byMember(t, to, "regain"))
	if err != nil {
		return err
	}
	t.Become(bot.PersonID(to), bot.Member, c.Speak(out.Member))
	if err := c.sayRegained(t, out); err != nil {
		return err
	}
	return c.claimWaiting(t, asker.Person, to)
}

// byMember is an act of the member's own.
func (c counter) byMember(t *bot.Turn, id loyalty.MemberID, part string) book.Act {
	return book.Act{Op: loyalty.OpID(t.Op(part)), Actor: loyalty.ByMember(id), Now: t.Now}
}

// sayRegained welcomes a member in the new chat.
func (c counter) sayRegained(t *bot.Turn, out shop.Regained) error {
	msg, err := c.RegainedMessage(shop.In(t), t.Printer, out)
	if err != nil {
		return err
	}
	msg.Menu = c.Menu(t)
	t.Say(msg)
	return nil
}

// lostAtCounter shows a code that an employee types in.
func (c counter) lostAtCounter(t *bot.Turn) error {
	asker := people.Asker{Person: loyalty.MemberID(t.Person.ID), Who: shopIdentity(t)}
	code, err := c.Vault.NewProveCode(t.Tx, asker, t.Now, t.Rand())
	if err != nil {
		return t.Concede(err)
	}
	t.SayText(i18n.LostCounter, "Code", code.String(), "Time", t.Time(c.Local(t.Now.Add(people.ProveLife))))
	return nil
}
