package home

import (
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// asked is a request of an employee's that waits, or was decided.
type asked struct {
	ID               string
	Card             bool // a card that is to move, not points
	Member           loyalty.MemberID
	Name, By, Reason string
	Why              string // what stopped it besides its amount
	Points           loyalty.Points
	Store            loyalty.Store
	At, Until        time.Time
	Yes              bool
	Who              string // decided
	Lapsed           bool
}

// approvalsData is the page of what needs a second person.
type approvalsData struct {
	Waiting, Past []asked
	Others        int // that wait for another manager: one's own, or another store's
}

func (h *page) approvals(q *console.Request) (console.Answer, error) {
	var d approvalsData
	err := q.View(func(r store.Reader) error {
		points, err := till.Approvals(r)
		if err != nil {
			return err
		}
		for i := range points {
			if err := h.addPoints(q, r, &d, &points[i]); err != nil {
				return err
			}
		}
		cards, err := till.Provings(r)
		for i := range cards {
			if err := h.addCard(q, r, &d, &cards[i]); err != nil {
				return err
			}
		}
		return err
	})
	return q.Page("home_approvals.html", q.Say(i18n.ConsoleHomeApprovals), &d), err
}

func (h *page) addPoints(q *console.Request, r store.Reader, d *approvalsData, a *till.Approval) error {
	name, err := q.CustomerName(r, a.Member)
	if err != nil {
		return err
	}
	x := asked{ID: a.ID, Member: a.Member, Name: name, By: h.employee(r, a.By), Points: a.Points, Store: a.Store, At: a.At, Until: a.Until, Yes: a.Yes}
	for _, row := range shop.StopRows(q.P, a.Why) {
		x.Why = row.Value
	}
	plain, err := h.Shop.Vault.OpenFor(r, a.Member, "reason", a.Reason)
	if err == nil {
		x.Reason = shop.Tidy(string(plain))
	}
	d.add(q, x, a.Waits(q.Now), a.Decided, h.employee(r, a.Who), decides(q, a.By, a.Store, a.Member))
	return nil
}

func (h *page) addCard(q *console.Request, r store.Reader, d *approvalsData, p *till.Proving) error {
	name, err := q.CustomerName(r, p.Member)
	if err != nil {
		return err
	}
	x := asked{ID: p.ID, Card: true, Member: p.Member, Name: name, By: h.employee(r, p.By), Store: p.Store, At: p.Until.Add(-till.ProvingLife), Until: p.Until, Yes: p.Yes}
	d.add(q, x, p.Waits(q.Now), p.Decided, h.employee(r, p.Who), decides(q, p.By, p.Store, p.Member, p.Person))
	return nil
}

// add sorts a request into what who asks may decide, and what is over.
func (d *approvalsData) add(q *console.Request, x asked, waits bool, decided time.Time, who string, mine bool) {
	switch {
	case waits && mine:
		d.Waiting = append(d.Waiting, x)
	case waits:
		d.Others++
	case q.Sees(x.Store):
		x.Lapsed, x.Who = decided.IsZero(), who
		if !x.Lapsed {
			x.At = decided
		}
		d.Past = append(d.Past, x)
	}
}

// employee is an employee's name, else the id; "" for nobody.
func (h *page) employee(r store.Reader, id people.StaffID) string {
	if id == "" {
		return ""
	}
	if s, err := h.Shop.Vault.StaffByID(r, id); err == nil && s.Name != "" {
		return shop.Tidy(s.Name)
	}
	return string(id)
}

// call is the till's view of what who asks does. The operation is the request's
// that is decided: it is decided once.
func (h *page) call(q *console.Request, tx store.Tx, l *shop.Letters, id string) *till.Call {
	return &till.Call{
		Tx: tx, Now: q.Now, At: q.Now, Me: q.Me, Store: q.Me.Store, Printer: q.P, Tell: l.Tell,
		Op: func(part string) loyalty.OpID { return loyalty.OpID("console-" + id + "." + part) },
	}
}

// decidePoints says yes or no to points, as the buttons in the chat do.
func (h *page) decidePoints(q *console.Request) (console.Answer, error) {
	id, said := q.Typed("id"), ""
	err := h.update(q, "decide-"+id, func(tx store.Tx, l *shop.Letters) error {
		a, ref, err := till.Till{Shop: h.Shop}.Decide(h.call(q, tx, l, id), id, q.Typed("answer") == "yes")
		if err != nil {
			return err
		}
		what := i18n.ConsoleHomeDidRefuse
		said = q.Say(i18n.ApproveRefused)
		if a.Yes {
			what = i18n.ConsoleHomeDidApprove
			said = q.Say(i18n.ApproveGiven, "Points", shop.Points(q.P, a.Points), "Ref", string(ref))
		}
		return q.Audit(tx, what, string(a.Member), a.Member, "", strconv.FormatInt(int64(a.Points), 10)+" "+string(ref))
	})
	if q.WrongBy("", err) {
		return q.Again(h.approvals(q))
	}
	return q.Go("/console/approvals", said), err
}

// decideCard says yes or no to a card that is to move to another chat.
func (h *page) decideCard(q *console.Request) (console.Answer, error) {
	id, said := q.Typed("id"), ""
	err := h.update(q, "prove-"+id, func(tx store.Tx, l *shop.Letters) error {
		in := shop.Doing{Tx: tx, Now: q.Now, Rand: q.Rand(), Tell: l.Tell}
		p, err := till.Till{Shop: h.Shop}.DecideProof(h.call(q, tx, l, id), in, id, q.Typed("answer") == "yes")
		if err != nil {
			return err
		}
		what := i18n.ConsoleHomeDidKeep
		said = q.Say(i18n.ProveKept)
		if p.Yes {
			what = i18n.ConsoleHomeDidMove
			name, err := q.CustomerName(tx, p.Member)
			if err != nil {
				return err
			}
			said = q.Say(i18n.ProveDone, "Name", name)
		}
		return q.Audit(tx, what, string(p.Member), p.Member, "", "")
	})
	if q.WrongBy("", err) {
		return q.Again(h.approvals(q))
	}
	return q.Go("/console/approvals", said), err
}
