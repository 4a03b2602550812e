package members

import (
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// shown is a number that somebody asked to see.
type shown struct {
	Face
	Phone    string
	Proven   bool
	Birthday string
}

// number shows a member's phone number and birthday, and writes down that
// somebody asked. It is the answer of the form itself: nothing of it may stand in
// an address, or in a cookie.
func (p *page) number(q *console.Request) (console.Answer, error) {
	var m people.Person
	ok := false
	err := q.Update(func(tx store.Tx) (err error) {
		if err = tx.Lock(people.Subject(loyalty.MemberID(q.R.PathValue("id")))); err != nil {
			return err
		}
		if m, ok, err = p.of(tx, q); err != nil || !ok {
			return err
		}
		if err := p.Saw(tx, shop.Looker{By: q.Me.ID.Actor()}, shop.WayNumber, q.Now, m.ID); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleMembersDoNumber, string(m.ID), m.ID, "", "")
	})
	if err != nil || !ok {
		return q.Gone(), err
	}
	return q.Page("members_number.html", title(q, m), shown{face(m), m.Phone.E164(), m.PhoneProven, m.Birthday.ISO()}), nil
}
