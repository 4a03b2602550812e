package team

import (
	"errors"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// deed is a change of an employee: what is written down of it and what does it.
type deed struct {
	what  i18n.Key
	note  string
	whom  people.Staff
	done  string
	tells func(i18n.Printer) bot.Message // what the employee is told; nil: nothing
}

// change does something to the employee of the address: it looks whether they are
// for who asks, in the transaction that does it, and writes it down. A refusal
// stands at the form that was sent.
func (h *page) change(q *console.Request, reason string, f func(tx store.Tx, d *deed) error) (console.Answer, error) {
	if q.Bad() {
		return q.Again(h.person(q))
	}
	var d deed
	err := h.update(q, "team-"+strconv.FormatInt(q.Now.UnixNano(), 36), func(tx store.Tx, l *shop.Letters) (err error) {
		d = deed{}
		if d.whom, err = h.theirs(q, tx); err != nil {
			return err
		}
		if err = f(tx, &d); err != nil {
			return err
		}
		if d.tells != nil {
			if _, err = l.To(d.whom.Member, "", d.tells); err != nil {
				return err
			}
		}
		return q.Audit(tx, d.what, about(d.whom.ID), "", reason, d.note)
	})
	if errors.Is(err, people.ErrNotStaff) {
		return q.Gone(), nil
	}
	if q.WrongBy("", err) {
		return q.Again(h.person(q))
	}
	return q.Go("/console/team/of/"+string(d.whom.ID), d.done), err
}

func (h *page) setRole(q *console.Request) (console.Answer, error) {
	reason, _ := q.Reason()
	role, at := loyalty.Role(q.Typed("role")), loyalty.Store(q.Typed("store"))
	if !h.grants(q, role, at) {
		q.Wrong("role", q.Say(i18n.ConsoleTeamNotYours))
	}
	return h.change(q, reason, func(tx store.Tx, d *deed) error {
		d.what, d.note = i18n.ConsoleTeamDidRole, string(role)+" "+string(at)
		d.done = q.Say(i18n.ConsoleTeamRoleSet, "Name", called(d.whom), "Role", q.Say(roleWords[role]), "Store", h.place(q, at))
		return h.Shop.Vault.MoveStaff(tx, d.whom.ID, role, at)
	})
}

func (h *page) setName(q *console.Request) (console.Answer, error) {
	name := shop.Tidy(q.Typed("name"))
	return h.change(q, "", func(tx store.Tx, d *deed) error {
		d.what, d.done = i18n.ConsoleTeamDidName, q.Say(i18n.ConsoleTeamNamed)
		return h.Shop.Vault.NameStaff(tx, d.whom.ID, name, q.Rand())
	})
}

func (h *page) letGo(q *console.Request) (console.Answer, error) {
	reason, _ := q.Reason()
	return h.change(q, reason, func(tx store.Tx, d *deed) error {
		d.what, d.done = i18n.ConsoleTeamDidLeave, q.Say(i18n.ConsoleTeamLeft, "Name", called(d.whom))
		return h.Shop.Vault.LetGo(tx, d.whom.ID, q.Now)
	})
}

// newPIN takes the employee's PIN away and sends the code for a new one to their
// own chat: nobody else learns with what they sign.
func (h *page) newPIN(q *console.Request) (console.Answer, error) {
	return h.change(q, "", func(tx store.Tx, d *deed) error {
		if err := h.Shop.Vault.ForgetPIN(tx, d.whom.ID); err != nil {
			return err
		}
		_, _, reached, err := h.Shop.Reach(tx, d.whom.Member)
		if err != nil {
			return err
		}
		d.what, d.done = i18n.ConsoleTeamDidPin, q.Say(i18n.ConsoleTeamPinGone, "Name", called(d.whom))
		if !reached || h.Outbox == nil {
			return nil
		}
		code, err := h.Shop.Vault.NewPINCode(tx, d.whom.ID, q.Now, q.Rand())
		if err != nil {
			return err
		}
		until := h.Shop.Local(q.Now.Add(people.CodeLife))
		d.done = q.Say(i18n.ConsoleTeamPinSent, "Name", called(d.whom))
		d.tells = func(p i18n.Printer) bot.Message {
			return bot.Message{
				Title: p.Say(i18n.CounterPINTitle, "Code", code[:3]+" "+code[3:]),
				Text:  p.Say(i18n.CounterPINHow, "First", p.Say(i18n.CounterPagePinFirst), "Time", p.Time(until)),
			}
		}
		return nil
	})
}

// setLimits gives an employee limits of their own, or the role's back. Only an
// owner allows more than the role does.
func (h *page) setLimits(q *console.Request) (console.Answer, error) {
	reason, _ := q.Reason()
	var own *loyalty.Cap
	if q.Typed("limits") == "own" {
		own = &loyalty.Cap{}
		for _, f := range []struct {
			name string
			to   *loyalty.Points
		}{{"give_act", &own.GiveAct}, {"give_day", &own.GiveDay}, {"sale_act", &own.SaleAct}, {"sale_day", &own.SaleDay}} {
			n, err := readPoints(q.Typed(f.name))
			if err != nil {
				q.Wrong(f.name, q.Say(i18n.ConsoleTeamPointsForm))
			}
			*f.to = n
		}
	}
	return h.change(q, reason, func(tx store.Tx, d *deed) error {
		if own != nil && !q.Owner() && wider(*own, h.Shop.Rules(q.Now).Caps[d.whom.Role]) {
			return bot.Refuse(i18n.ConsoleTeamWider)
		}
		d.what, d.done = i18n.ConsoleTeamDidLimits, q.Say(i18n.ConsoleTeamLimited, "Name", called(d.whom))
		if own != nil {
			d.note = strings.Join([]string{points(own.GiveAct), points(own.GiveDay), points(own.SaleAct), points(own.SaleDay)}, " / ")
		}
		return h.Shop.Vault.SetCaps(tx, d.whom.ID, own)
	})
}

// mostLimit keeps sums of a day far from overflowing.
const mostLimit = 1_000_000_000

func readPoints(typed string) (loyalty.Points, error) {
	if typed == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(typed, ",", ""), 10, 64)
	if err != nil || n < 0 || n > mostLimit {
		return 0, strconv.ErrRange
	}
	return loyalty.Points(n), nil
}

func points(n loyalty.Points) string { return strconv.FormatInt(int64(n), 10) }

// wider reports whether a cap allows more than another in anything; zero is no
// bound.
func wider(own, role loyalty.Cap) bool {
	more := func(a, b loyalty.Points) bool { return b > 0 && (a == 0 || a > b) }
	return more(own.GiveAct, role.GiveAct) || more(own.GiveDay, role.GiveDay) || more(own.SaleAct, role.SaleAct) || more(own.SaleDay, role.SaleDay)
}

// endSession ends one of a colleague's sessions in a browser, or all.
func (h *page) endSession(q *console.Request) (console.Answer, error) {
	return h.change(q, "", func(tx store.Tx, d *deed) error {
		d.what, d.done = i18n.ConsoleTeamDidSession, q.Say(i18n.ConsoleTeamSessionEnded)
		if id := q.Typed("session"); id != "" {
			return h.Shop.Vault.EndConsoleSession(tx, d.whom.ID, people.WebSessionID(id))
		}
		return h.Shop.Vault.EndConsoleSessions(tx, d.whom.ID)
	})
}
