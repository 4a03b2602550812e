package admin

import (
	"context"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// dataRequests prints who waits for everything that is kept of them, the most urgent
// first; it fails when one is late, so that a script notices.
func (d Desk) dataRequests(ctx context.Context, _ map[string]string, out Out) error {
	var all []people.DataRequest
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		all, err = people.DataRequests(r)
		return err
	})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		out.Say("nobody waits: requests are answered in the chat at once, where phones can reach public_url")
		return nil
	}
	slices.SortFunc(all, func(a, b people.DataRequest) int { return a.Due.Compare(b.Due) })
	t, late := newTable("MEMBER", "ASKED", "DUE"), false
	for _, q := range all {
		due := d.Shop.Local(q.Due.Add(-time.Second)).Format(time.DateOnly)
		if d.now().After(q.Due) {
			due, late = due+"  LATE", true
		}
		t.add(string(q.Member), d.Shop.Local(q.At).Format(time.DateOnly), due)
	}
	t.print(out)
	out.Say("the member's page in the console has the file; afterwards: regulars privacy answered MEMBER")
	if late {
		return &Error{"a request is later than the law allows; answer it today", 1}
	}
	return nil
}

// dataGiven closes a request.
func (d Desk) dataGiven(ctx context.Context, args map[string]string, out Out) error {
	id, open := loyalty.MemberID(args["member"]), false
	err := d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(id)); err != nil {
			return err
		}
		var err error
		if open, err = people.AskedForData(tx, id); err != nil || !open {
			return err
		}
		return people.DataGiven(tx, id)
	})
	if err != nil {
		return err
	}
	if !open {
		return &Error{"no request of " + args["member"] + " is open; `regulars privacy requests` lists them", 1}
	}
	out.Say("closed")
	return nil
}
