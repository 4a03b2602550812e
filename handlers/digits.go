package handlers

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// What six digits by SMS are for, as the command that asks for them is told.
const (
	forCard  = "card"  // whose card it is: a new chat
	forPhone = "phone" // that a member's number is theirs
)

// sendDigits sends digits to a number, or only seems to, and asks for them.
// Whether the number is known shows nowhere: throttles, rows, words and the
// letter to the gateway are the same, but that the letter has no number
// (LEDGER case 28).
func (c counter) sendDigits(t *bot.Turn, what string, phone people.Phone, known bool) error {
	digits, err := c.Vault.NewSMSCode(t.Tx, shopIdentity(t), loyalty.MemberID(t.Person.ID), phone, t.Now, t.Rand())
	if err != nil {
		return t.Concede(err)
	}
	number := ""
	if known {
		number = phone.E164()
	}
	t.Tell(bot.Telling{
		Person: t.Person.ID, Class: bot.Answer, NotAfter: t.Now.Add(people.SMSLife),
		To:       bot.Address{Chat: bot.Chat{Channel: c.SMS, ID: bot.ChatID(number)}},
		Messages: []bot.Message{{Text: t.Word(i18n.SMSText, "Shop", c.Name(t.Now, t.Lang), "Code", digits)}},
	})
	line := what + " " + phone.String()
	t.Then("digits", line, c.askDigits(t, line), "")
	return nil
}

// askDigits is the question for the digits. line says what they are for and to
// which number they went, masked.
func (c counter) askDigits(t *bot.Turn, line string) bot.Question {
	what, masked, _ := strings.Cut(line, " ")
	text := t.Word(i18n.SMSSent, "Phone", masked)
	if what == forPhone {
		text = t.Word(i18n.SMSSentOwn, "Phone", masked)
	}
	return bot.Question{
		Key:     "digits",
		Message: bot.Message{Text: text},
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
		Parse:   parseDigits,
	}
}

func parseDigits(typed string) (string, error) {
	d := people.ReadDigits(typed)
	if len(d) != 6 || strings.Trim(d, "0123456789") != "" {
		return "", bot.Refuse(i18n.SMSDigits)
	}
	return d, nil
}

// digits hears the digits. It follows sendDigits; typed by itself it asks for
// digits that were never sent.
func (c counter) digits(t *bot.Turn) error {
	q := c.askDigits(t, t.Args)
	r, ok := t.Ask(q)
	if !ok {
		return nil
	}
	if r.Value == "" {
		return c.start(t)
	}
	what, _, _ := strings.Cut(t.Args, " ")
	phone, left, err := c.Vault.SMSCode(t.Tx, shopIdentity(t), loyalty.MemberID(t.Person.ID), r.Value, t.Now)
	switch {
	case errors.Is(err, people.ErrSMSCode) && left > 0:
		t.Then("digits", t.Args, q, t.Word(i18n.SMSWrong)) // what it cost stands
		return nil
	case errors.Is(err, people.ErrSMSCode):
		line := "lost phone"
		if what == forPhone {
			line = "phone prove"
		}
		t.Say(bot.Message{Text: t.Word(i18n.SMSOver), Buttons: []bot.Button{command(t.Word(i18n.SMSAgain), line)}})
		return nil
	case err != nil:
		return err
	case what == forPhone:
		m, err := c.Member(t)
		if err != nil {
			return err
		}
		return c.phoneProven(t, m, phone, people.BySMS)
	}
	return c.cardOf(t, phone, people.BySMS)
}

// lostWithPhone proves a number, by Telegram's own contact card or by digits,
// and opens the card that it is on.
func (c counter) lostWithPhone(t *bot.Turn) error {
	q := bot.Question{
		Key:     "phone",
		Message: bot.Message{Text: t.Word(i18n.LostTypePhone)},
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
		Contact: t.Event.Platform == bot.Telegram,
	}
	switch {
	case c.SMS != "":
		q.Parse = c.parsePhone(t)
		if q.Contact {
			q.Message.Text = t.Word(i18n.LostShareOrType)
		}
	case q.Contact:
		q.Message.Text = t.Word(i18n.LostSharePhone)
	default:
		return c.lostAtCounter(t)
	}
	r, ok := t.Ask(q)
	if !ok {
		return nil
	}
	if r.Value == "" {
		return c.start(t)
	}
	phone, proven, err := c.givenPhone(t, r)
	if err != nil {
		return err
	}
	if proven {
		return c.cardOf(t, phone, people.ByContact)
	}
	return c.sendToCard(t, phone)
}

// sendToCard sends digits to a number if a card has it.
func (c counter) sendToCard(t *bot.Turn, phone people.Phone) error {
	to, known, err := c.NumberOf(t.Tx, phone, loyalty.MemberID(t.Person.ID))
	if err != nil {
		return err
	}
	if known {
		if err := people.Reached(t.Tx, to, t.Now); err != nil {
			return err
		}
	}
	return c.sendDigits(t, forCard, phone, known)
}

// cardOf opens the card of a number that was just proven. A member takes in what
// a file brought under it, and stays who they are.
func (c counter) cardOf(t *bot.Turn, phone people.Phone, how people.Proof) error {
	me, err := c.Vault.Get(t.Tx, loyalty.MemberID(t.Person.ID))
	if err != nil {
		return err
	}
	to, known, err := c.NumberOf(t.Tx, phone, me.ID)
	if err != nil {
		return err
	}
	switch {
	case !known && me.Status == people.Member:
		return c.phoneProven(t, me, phone, how)
	case !known:
		t.Say(bot.Message{Text: t.Word(i18n.LostNone, "Phone", phone.String()), Buttons: c.welcomeButtons(t)})
		return nil
	case me.Status == people.Member:
		if moved, err := c.takesIn(t, me, to, phone, how); moved || err != nil {
			return err
		}
	}
	if err := c.regain(t, to, how); err != nil {
		return err
	}
	return c.Vault.SetPhone(t.Tx, to, phone, true, t.Rand())
}

// takesIn does the claim of somebody who is a member already: where a file
// brought the other, there is no chat to be locked and nothing to move into.
func (c counter) takesIn(t *bot.Turn, me people.Person, to loyalty.MemberID, phone people.Phone, how people.Proof) (bool, error) {
	origin, brought, err := people.OriginOf(t.Tx, to)
	if err != nil || !brought || !origin.Claimed.IsZero() {
		return false, err
	}
	free, err := c.NothingToLose(t.Tx, me.ID, t.Now)
	if err != nil || free {
		return false, err // simply move in
	}
	return true, c.phoneProven(t, me, phone, how)
}
