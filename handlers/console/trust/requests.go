package trust

import (
	"slices"
	"time"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// requests is the page about who waits for everything that is kept of them.
func (h *page) requests() []console.Route {
	return []console.Route{
		{Method: "GET", Path: "/console/trust/requests", Do: h.waiting},
		{Method: "POST", Path: "/console/trust/requests/{id}/given", Do: h.given},
	}
}

// waits is a line of the page.
type waits struct {
	Member  loyalty.MemberID
	Name    string
	Asked   time.Time
	LastDay string // on which the law still lets it be answered
	Late    bool
}

// waiting lists the requests that are open, the most urgent first. Managers write to
// these people, so that they stand here with their names, and that is noted.
func (h *page) waiting(q *console.Request) (console.Answer, error) {
	var list []waits
	err := q.View(func(r store.Reader) error {
		list = nil
		all, err := people.DataRequests(r)
		if err != nil {
			return err
		}
		slices.SortFunc(all, func(a, b people.DataRequest) int { return a.Due.Compare(b.Due) })
		for _, x := range all {
			name, err := q.CustomerName(r, x.Member)
			if err != nil {
				return err
			}
			list = append(list, waits{x.Member, name, x.At, h.Shop.LastDay(q.P, x.Due), !q.Now.Before(x.Due)})
		}
		return nil
	})
	return q.Page("trust_requests.html", q.Say(i18n.ConsoleRequestsTitle), list), err
}

// given closes a request that was answered by other means than the file of the
// member's page, which closes it by itself.
func (h *page) given(q *console.Request) (console.Answer, error) {
	id, open := loyalty.MemberID(q.R.PathValue("id")), false
	err := q.Update(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(id)); err != nil {
			return err
		}
		var err error
		if open, err = people.AskedForData(tx, id); err != nil || !open {
			return err
		}
		if err := people.DataGiven(tx, id); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleRequestsDid, string(id), id, "", "")
	})
	said := i18n.ConsoleRequestsClosed
	if !open {
		said = i18n.ConsoleRequestsNone
	}
	return q.Go("/console/trust/requests", q.Say(said)), err
}
