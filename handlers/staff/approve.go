package staff

import (
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
)

// request is a gift that needs a second person.
type request struct {
	m      people.Person
	n      loyalty.Points
	reason string
	why    *loyalty.StopError // what else than the amount asks for one
	about  loyalty.Ref        // the case that it puts right; "": it is a gift
}

// ask puts a gift to the managers: each who can be reached gets two buttons of
// their own, and the first answer counts.
func (d desk) ask(t *bot.Turn, me people.Staff, q request, act book.Act) error {
	id := t.Op("approval")
	row := till.Approval{
		ID: id, Member: q.m.ID, Points: q.n, Reason: act.Reason, By: me.ID, Role: me.Role, Store: act.Store,
		At: t.Now, Until: t.Now.Add(till.ApprovalLife), Why: q.why, Case: q.about,
	}
	if err := till.PutApproval(t.Tx, row); err != nil {
		return err
	}
	asked, err := d.askManagers(t, me, q, id)
	if err != nil {
		return err
	}
	if !asked {
		return bot.Refuse(i18n.ApproveNobody, "Points", shop.Points(t.Printer, q.n))
	}
	if t.Event.Chat.Group {
		t.SayText(i18n.ApproveAskedGroup)
		return nil
	}
	t.SayText(i18n.ApproveAsked, "Points", shop.Points(t.Printer, q.n))
	return nil
}

func (d desk) askManagers(t *bot.Turn, me people.Staff, q request, id string) (asked bool, err error) {
	managers, err := d.Vault.Managers(t.Tx, me.Store)
	if err != nil {
		return false, err
	}
	asker, err := d.Vault.Get(t.Tx, me.Member)
	if err != nil {
		return false, err
	}
	for _, boss := range managers {
		if boss.Member == me.Member || boss.Member == q.m.ID {
			continue // nobody approves what they asked for, or what they get
		}
		yes, no, err := d.tokens(t, boss, id)
		if err != nil {
			return asked, err
		}
		ok, err := d.Tell(t, boss.Member, bot.Receipt, bot.PushNow, "", func(p i18n.Printer) bot.Message {
			return bot.Message{
				Title: p.Say(i18n.ApproveTitle, "Points", shop.Points(p, q.n)),
				Rows: append([]bot.Row{
					{Label: p.Say(i18n.ApproveBy), Value: orSome(p, shop.Mask(asker.Called()))},
					{Label: p.Say(i18n.ApproveFor), Value: orSome(p, shop.Mask(q.m.Called()))},
					{Label: p.Say(i18n.ApproveReason), Value: q.reason},
				}, shop.StopRows(p, q.why)...),
				Buttons: []bot.Button{
					{Label: p.Say(i18n.ApproveYes), Do: bot.DoToken, Value: yes},
					{Label: p.Say(i18n.ApproveNo), Do: bot.DoToken, Value: no},
				},
			}
		})
		if err != nil {
			return asked, err
		}
		asked = asked || ok
	}
	return asked, nil
}

func orSome(p i18n.Printer, name string) string {
	if name == "" {
		return p.Say(i18n.SomeCustomer)
	}
	return name
}

// tokens are a manager's own two buttons.
func (d desk) tokens(t *bot.Turn, boss people.Staff, id string) (yes, no string, err error) {
	yes, err = t.NewToken(bot.PersonID(boss.Member), till.ApprovalLife, "decide", "yes "+id)
	if err != nil {
		return "", "", err
	}
	no, err = t.NewToken(bot.PersonID(boss.Member), till.ApprovalLife, "decide", "no "+id)
	return yes, no, err
}

// decide does a manager's yes or no. It comes by a one-time button only.
func (d desk) decide(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	answer, id, _ := strings.Cut(t.Args, " ")
	if !t.Token || id == "" {
		return bot.Refuse(i18n.BotButtonOld)
	}
	a, ref, err := d.Decide(d.call(t, me), id, answer == "yes")
	if err != nil {
		return err
	}
	if !a.Yes {
		t.SayText(i18n.ApproveRefused)
		return nil
	}
	t.MustArrive(string(ref))
	t.SayText(i18n.ApproveGiven, "Points", shop.Points(t.Printer, a.Points), "Ref", string(ref))
	return nil
}
