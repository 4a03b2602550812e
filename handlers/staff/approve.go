package staff

import (
	"errors"
	"fmt"
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

// approval is a gift of points that waits for a second person.
type approval struct {
	Member  loyalty.MemberID `json:"m"`
	Points  loyalty.Points   `json:"n"`
	Reason  []byte           `json:"r"` // sealed with the member's key
	By      people.StaffID   `json:"by"`
	Role    loyalty.Role     `json:"role"`
	Store   loyalty.Store    `json:"s,omitempty"`
	At      time.Time        `json:"at"`
	Until   time.Time        `json:"until"`
	Decided time.Time        `json:"d,omitzero"`
	Yes     bool             `json:"y,omitempty"`
	Who     people.StaffID   `json:"who,omitempty"`
}

var approvals = store.NewTable[approval]("approval/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("approval/" + string(rest))
})

// approvalLife is how long a manager has to decide.
const approvalLife = 24 * time.Hour

// ask puts a gift to the managers: each who can be reached gets two buttons of
// their own, and the first answer counts.
func (d desk) ask(t *bot.Turn, me people.Staff, m people.Person, n loyalty.Points, reason string, act book.Act) error {
	id := t.Op("approval")
	if err := t.Tx.Lock(store.Subject("approval/" + id)); err != nil {
		return err
	}
	row := approval{
		Member: m.ID, Points: n, Reason: act.Reason, By: me.ID, Role: me.Role, Store: act.Store,
		At: t.Now, Until: t.Now.Add(approvalLife),
	}
	if err := approvals.Put(t.Tx, row, id); err != nil {
		return err
	}
	asked, err := d.askManagers(t, me, m, n, reason, id)
	if err != nil {
		return err
	}
	if !asked {
		return bot.Refuse(i18n.ApproveNobody, "Points", shop.Points(t.Printer, n))
	}
	if t.Event.Chat.Group {
		t.SayText(i18n.ApproveAskedGroup)
		return nil
	}
	t.SayText(i18n.ApproveAsked, "Points", shop.Points(t.Printer, n))
	return nil
}

func (d desk) askManagers(t *bot.Turn, me people.Staff, m people.Person, n loyalty.Points, reason, id string) (asked bool, err error) {
	managers, err := d.Vault.Managers(t.Tx, me.Store)
	if err != nil {
		return false, err
	}
	asker, err := d.Vault.Get(t.Tx, me.Member)
	if err != nil {
		return false, err
	}
	for _, boss := range managers {
		if boss.Member == me.Member || boss.Member == m.ID {
			continue // nobody approves what they asked for, or what they get
		}
		yes, no, err := d.tokens(t, boss, id)
		if err != nil {
			return asked, err
		}
		ok, err := d.Tell(t, boss.Member, bot.Receipt, bot.PushNow, "", func(p i18n.Printer) bot.Message {
			return bot.Message{
				Title: p.Say(i18n.ApproveTitle, "Points", shop.Points(p, n)),
				Rows: []bot.Row{
					{Label: p.Say(i18n.ApproveBy), Value: orSome(p, shop.Mask(asker.Called()))},
					{Label: p.Say(i18n.ApproveFor), Value: orSome(p, shop.Mask(m.Called()))},
					{Label: p.Say(i18n.ApproveReason), Value: reason},
				},
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
	yes, err = t.NewToken(bot.PersonID(boss.Member), approvalLife, "decide", "yes "+id)
	if err != nil {
		return "", "", err
	}
	no, err = t.NewToken(bot.PersonID(boss.Member), approvalLife, "decide", "no "+id)
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
	if err := t.Tx.Lock(store.Subject("approval/" + id)); err != nil {
		return err
	}
	row, ok, err := approvals.Get(t.Tx, id)
	switch {
	case err != nil:
		return err
	case !ok || t.Now.After(row.Until):
		return bot.Refuse(i18n.ApproveLate)
	case !row.Decided.IsZero():
		return bot.Refuse(i18n.ApproveDecided)
	}
	row.Decided, row.Yes, row.Who = t.Now, answer == "yes", me.ID
	if err := approvals.Put(t.Tx, row, id); err != nil {
		return err
	}
	if !row.Yes {
		t.SayText(i18n.ApproveRefused)
		return d.tellAsker(t, row, i18n.ApproveToldNo)
	}
	return d.approved(t, me, row)
}

// approved gives the points in the name of the one who asked.
func (d desk) approved(t *bot.Turn, me people.Staff, row approval) error {
	asker, err := d.Vault.StaffByID(t.Tx, row.By)
	if errors.Is(err, people.ErrNotStaff) || err == nil && !asker.Active {
		return bot.Refuse(i18n.ApproveGone)
	}
	if err != nil {
		return err
	}
	act := book.Act{
		Op: loyalty.OpID(t.Op("approved")), Actor: row.By.Actor(), Role: asker.Role, Self: asker.Member,
		Approver: me.ID.Actor(), Store: row.Store, Reason: row.Reason, Now: t.Now,
	}
	r, err := d.Book.Give(t.Tx, row.Member, act, row.Points)
	var limit *loyalty.LimitError
	if errors.As(err, &limit) { // the asker's, not the reader's
		return &bot.Refusal{Text: i18n.T(i18n.ApproveCap), Cause: err}
	}
	if err != nil {
		return fmt.Errorf("giving what was approved: %w", err)
	}
	e := r.Entry()
	if err := d.remember(t, asker, e.Ref); err != nil {
		return err
	}
	if err := d.tellGift(t, row.Member, r); err != nil {
		return err
	}
	t.MustArrive(string(e.Ref))
	t.SayText(i18n.ApproveGiven, "Points", shop.Points(t.Printer, row.Points), "Ref", string(e.Ref))
	return d.tellAsker(t, row, i18n.ApproveToldYes)
}

// tellAsker tells the employee what became of their request.
func (d desk) tellAsker(t *bot.Turn, row approval, key i18n.Key) error {
	asker, err := d.Vault.StaffByID(t.Tx, row.By)
	if err != nil || !asker.Active {
		return err
	}
	_, err = d.Tell(t, asker.Member, bot.Receipt, bot.PushNow, "", func(p i18n.Printer) bot.Message {
		return bot.Message{Text: p.Say(key, "Points", shop.Points(p, row.Points))}
	})
	return err
}
