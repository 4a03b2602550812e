package console

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// shown are members whom an answer shows, by the way in which it does.
type shown map[shop.Way]map[loyalty.MemberID]bool

// Shows remembers that the answer shows members: it is noted before it goes out, so
// that a page that names people by [Request.CustomerName] or [Request.MaskedName]
// cannot forget to.
func (q *Request) Shows(way shop.Way, all ...loyalty.MemberID) {
	if q.shown == nil {
		q.shown = shown{}
	}
	if q.shown[way] == nil {
		q.shown[way] = map[loyalty.MemberID]bool{}
	}
	for _, m := range all {
		q.shown[way][m] = true
	}
}

// noted notes whom the answer shows; where it cannot, the answer is not given.
func (q *Request) noted() error {
	by := shop.Looker{By: q.Me.ID.Actor()}
	for _, way := range slices.Sorted(maps.Keys(q.shown)) {
		all := slices.Sorted(maps.Keys(q.shown[way]))
		if err := q.c.Shop.SawIn(q.R.Context(), q.c.DB, by, way, q.Now, all...); err != nil {
			return err
		}
	}
	return nil
}

// CustomerName is a customer's whole name, for who decides something about them; of
// who has left or never gave one, words.
func (q *Request) CustomerName(r store.Reader, m loyalty.MemberID) (string, error) {
	p, err := q.c.Shop.Whole(r, m)
	if err != nil && !errors.Is(err, people.ErrNobody) && !errors.Is(err, people.ErrErased) {
		return "", err
	}
	q.Shows(shop.WayCase, m)
	return cmp.Or(shop.Tidy(p.Called()), q.Say(i18n.SomeCustomer)), nil
}

// MaskedName is a customer's name as far as a list of what people did needs it.
func (q *Request) MaskedName(r store.Reader, m loyalty.MemberID) (string, error) {
	q.Shows(shop.WayGlance, m)
	return q.c.Shop.CustomerName(r, q.P, m)
}
