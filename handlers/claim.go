package handlers

import (
	"errors"
	"fmt"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/receipt"
)

// claim takes a receipt's code: /claim 7KQ2-M3XP-9ABC-DEFG, which a receipt's QR
// types in. A member has its points at once; somebody who is none yet is welcomed,
// and has them with the tap that makes them one. Wrong codes are counted, and
// answered alike whatever is wrong with them.
func (c counter) claim(t *bot.Turn) error {
	p, err := c.Vault.Get(t.Tx, loyalty.MemberID(t.Person.ID))
	if err != nil {
		return err
	}
	code, ok, err := c.claimCode(t)
	if err != nil || !ok {
		return err
	}
	if err := c.Vault.Barred(t.Tx, claimTries, claimant(p.ID), t.Now); err != nil {
		return err
	}
	if p.Status == people.Member {
		err = c.claimNow(t, p, code)
	} else {
		err = c.claimLater(t, p, code)
	}
	if !errors.Is(err, receipt.ErrCode) {
		return err
	}
	if err := c.Vault.Attempt(t.Tx, claimTries, claimant(p.ID), t.Now); err != nil {
		return err
	}
	no := &bot.Refusal{Text: i18n.T(i18n.ClaimNo), Cause: err}
	if p.Status != people.Member {
		no.Buttons = []bot.Button{shop.JoinButton(t)}
	}
	return t.Concede(no)
}

// claimTries bounds the wrong codes of one person, over all their chats.
var claimTries = people.CodeThrottle.For("receipt")

// claimant is a person in all their chats, for counting tries.
func claimant(id loyalty.MemberID) people.Identity {
	return people.Identity{Channel: "person", User: string(id)}
}

// claimCode is the code that was sent, or asks for it.
func (c counter) claimCode(t *bot.Turn) (code receipt.Code, ok bool, err error) {
	typed := t.Args
	if strings.TrimSpace(typed) == "" {
		r, answered := t.Ask(bot.Question{
			Key:     "code",
			Message: bot.Message{Text: t.Word(i18n.ClaimAsk)},
			Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
			Parse: func(typed string) (string, error) {
				if _, ok := receipt.ParseCode(typed); !ok {
					return "", bot.Refuse(i18n.ClaimForm)
				}
				return typed, nil
			},
		})
		if !answered {
			return "", false, nil
		}
		if r.Value == "" {
			t.SayText(i18n.Cancelled)
			return "", false, nil
		}
		typed = r.Value
	}
	if code, ok = receipt.ParseCode(typed); !ok {
		return "", false, bot.Refuse(i18n.ClaimForm)
	}
	return code, true, nil
}

// claimNow credits a code to a member, who reads the receipt in the answer.
func (c counter) claimNow(t *bot.Turn, m people.Person, code receipt.Code) error {
	msg, err := c.credited(t, m, code, "claim")
	if err != nil {
		return err
	}
	t.Say(msg)
	return nil
}

// credited credits a code and words what came of it. Its refusals are the ledger's
// and receipt.ErrCode.
func (c counter) credited(t *bot.Turn, m people.Person, code receipt.Code, part string) (bot.Message, error) {
	desk := till.Till{Shop: c.Shop}
	call := &till.Call{
		Tx: t.Tx, Now: t.Now, Printer: t.Printer, Tell: t.Tell,
		Op: func(what string) loyalty.OpID { return loyalty.OpID(t.Op(part + "/" + what)) },
	}
	out, err := desk.Claim(call, m, code)
	var limit *loyalty.LimitError
	var stop *loyalty.StopError
	switch {
	case errors.Is(err, receipt.ErrYours):
		return c.creditedBefore(t, out.Slip)
	case errors.As(err, &limit), errors.As(err, &stop): // the employee's, of which the member knows nothing
		return bot.Message{}, &bot.Refusal{Text: i18n.T(i18n.ClaimCounter), Cause: err}
	case err != nil:
		return bot.Message{}, err
	}
	return desk.Bought(call, t.Printer, out.Sold), nil
}

// creditedBefore is said to who sends a code again that brought them its points.
func (c counter) creditedBefore(t *bot.Turn, s receipt.Slip) (msg bot.Message, err error) {
	e, err := c.Book.ByRef(t.Tx, s.Entry)
	if err != nil {
		return msg, err
	}
	mark, err := c.Book.Reversed(t.Tx, e)
	if err != nil {
		return msg, err
	}
	at := c.Local(s.Ended)
	msg.Text = t.Word(i18n.ClaimYours, "Date", t.Date(at), "Time", t.Time(at))
	if mark.Whole {
		msg.Text = t.Word(i18n.ClaimBack)
	}
	msg.Buttons = []bot.Button{command(t.Word(i18n.KeyPoints), "points"), command(t.Word(i18n.KeyHistory), "history")}
	return msg, nil
}

// claimLater keeps a code for somebody who has not joined yet, and welcomes them
// with what it brings.
func (c counter) claimLater(t *bot.Turn, p people.Person, code receipt.Code) error {
	s, err := c.Slips().Wait(t.Tx, p.ID, code, t.Now)
	if err != nil {
		return err
	}
	worth, err := c.Slips().Worth(s)
	if err != nil {
		return err
	}
	money := c.Money(t.Printer, t.Now, s.Amount)
	first := t.Word(i18n.ClaimJoinPlain, "Money", money)
	if worth > 0 {
		first = t.Word(i18n.ClaimJoin, "Money", money, "Points", shop.Points(t.Printer, worth))
	}
	return c.welcomeWith(t, first)
}

// claimWaiting credits the codes that were sent before joining: was is who sent
// them, now the member that they are. Whatever is wrong with one (somebody else
// was faster, say), joining stands.
func (c counter) claimWaiting(t *bot.Turn, was, now loyalty.MemberID) error {
	codes, err := c.Slips().Waiting(t.Tx, was)
	if err != nil || len(codes) == 0 {
		return err
	}
	m, err := c.Vault.Get(t.Tx, now)
	if err != nil {
		return err
	}
	told := map[i18n.Key]bool{}
	for i, code := range codes {
		msg, err := c.credited(t, m, code, fmt.Sprintf("claim%d", i))
		if err == nil {
			t.Say(msg)
			continue
		}
		no := c.claimRefused(err)
		if no == nil {
			return err
		}
		if !told[no.Text.Key] {
			told[no.Text.Key] = true
			t.Say(bot.Message{Text: t.Print(no.Text), Buttons: no.Buttons})
		}
	}
	return nil
}

// claimRefused is err in words; nil for what is no refusal.
func (c counter) claimRefused(err error) *bot.Refusal {
	var no *bot.Refusal
	switch {
	case errors.Is(err, receipt.ErrCode):
		return &bot.Refusal{Text: i18n.T(i18n.ClaimNo), Cause: err}
	case errors.As(err, &no):
		return no
	}
	return c.Words(err)
}
