package trust

import (
	"cmp"
	"slices"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// disputes is the page about lines of the ledger that members say are wrong.
func (h *page) disputes() []console.Route {
	return []console.Route{{Method: "GET", Path: "/console/trust/disputes", Do: h.disputed}}
}

// mostDisputes is how many lines the page has; those that wait come first.
const mostDisputes = 200

// dispute is a line of the page: a complaint, and what became of it.
type dispute struct {
	Ref             loyalty.Ref
	Name, Line      string // the customer, masked: nobody's name is needed here
	Since           time.Time
	Open            bool
	State, By, Note string // what became of it, who did that, and what there is to know about it
	At              time.Time
}

// disputed lists what waits, what was answered, and what was settled lately, with who did
// it and when.
func (h *page) disputed(q *console.Request) (console.Answer, error) {
	var d struct {
		List []dispute
		Days int
		More int
	}
	d.Days = listDays
	err := q.View(func(r store.Reader) error {
		all, err := theDisputes(q, r)
		if err != nil {
			return err
		}
		d.List, d.More = nil, max(0, len(all)-mostDisputes)
		for i := range all[:len(all)-d.More] {
			line, err := h.dispute(q, r, &all[i])
			if err != nil {
				return err
			}
			d.List = append(d.List, line)
		}
		return nil
	})
	return q.Page("trust_disputes.html", q.Say(i18n.DisputeTitle), &d), err
}

// theDisputes are those that who asks may see: the open ones, who waits longest first, and
// then the settled ones, the newest first. Those without a store are everybody's.
func theDisputes(q *console.Request, r store.Reader) (list []survey.Case, err error) {
	lately := q.Now.AddDate(0, 0, -listDays)
	for c := range survey.AllCases(r, &err) {
		at := c.Visit.Store
		if c.Wrong && (at == "" || q.Sees(at)) && (c.IsOpen() || c.Closed.After(lately)) {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b survey.Case) int {
		if a.IsOpen() && b.IsOpen() {
			return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.Ref, b.Ref))
		}
		if a.IsOpen() != b.IsOpen() {
			return a.Closed.Compare(b.Closed) // an open one has no time
		}
		return cmp.Or(b.Closed.Compare(a.Closed), cmp.Compare(a.Ref, b.Ref))
	})
	return list, err
}

// dispute is how a complaint stands: it waits for a word, has one, or is settled.
func (h *page) dispute(q *console.Request, r store.Reader, c *survey.Case) (l dispute, err error) {
	l = dispute{Ref: c.Ref, Since: c.Opened, Open: c.IsOpen(), At: c.Opened}
	if l.Name, err = q.MaskedName(r, c.Member); err != nil {
		return l, err
	}
	about, err := h.Shop.CaseAbout(r, q.P, q.Now, *c)
	if err != nil {
		return l, err
	}
	l.Line = about.Value
	by := c.By
	switch since := c.Unanswered(); {
	case !l.Open:
		l.State, l.At, l.Note = q.Say(shop.HowWords[c.How]), c.Closed, string(c.Fixed)
		if c.Own {
			l.Note = q.Say(i18n.DisputeOwn)
		}
	case since.IsZero(): // the last word is the shop's
		last := c.Notes[len(c.Notes)-1]
		l.State, l.At, by = q.Say(i18n.DisputeAnswered), last.At, last.By
	default:
		l.State, l.At = q.Say(i18n.DisputeWaits), since
	}
	l.By = h.employee(r, by)
	return l, nil
}

// employee is an employee's name, else the id; "" for nobody.
func (h *page) employee(r store.Reader, id string) string {
	if s, err := h.Shop.Vault.StaffByID(r, people.StaffID(id)); err == nil && s.Name != "" {
		return shop.Tidy(s.Name)
	}
	return id
}
