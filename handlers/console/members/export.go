package members

import (
	"encoding/json"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// export gives a manager everything about a member as a file, for the member; it
// is written down who asked and why.
func (p *page) export(q *console.Request) (console.Answer, error) {
	reason, ok := q.Reason()
	if !ok {
		return q.Again(p.story(q))
	}
	err := q.Update(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(loyalty.MemberID(q.R.PathValue("id")))); err != nil {
			return err
		}
		m, is, err := p.of(tx, q)
		if ok = is && m.Status != people.Erased; err != nil || !ok {
			return err
		}
		if err := p.Saw(tx, shop.Looker{By: q.Me.ID.Actor()}, shop.WayFile, q.Now, m.ID); err != nil {
			return err
		}
		if err := people.DataGiven(tx, m.ID); err != nil { // whoever waited for it has it now
			return err
		}
		return q.Audit(tx, i18n.ConsoleMembersDoExport, string(m.ID), m.ID, reason, "")
	})
	if err != nil || !ok {
		return q.Gone(), err
	}
	var x shop.Portrait
	err = q.View(func(r store.Reader) error {
		m, _, err := p.of(r, q)
		if err != nil {
			return err
		}
		x, err = p.Portrait(r, q.P, m, q.Now)
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	text, err := json.MarshalIndent(x, "", "  ")
	return q.File("member-"+endOf(x.ID)+".json", "application/json", append(text, '\n')), err
}
