package people

import (
	"context"

	"regulars/loyalty"
	"regulars/store"
)

// Everybody calls f for every person there is or was, ordered by id, members or
// not; who is erased is among them. f may read more through r. No View stays
// open for more than a page of them.
func Everybody(ctx context.Context, db store.DB, f func(r store.Reader, id loyalty.MemberID) error) error {
	rg := persons.All()
	for more := true; more; {
		err := db.View(ctx, func(r store.Reader) error {
			more = false
			seen := 0
			var failed error
			for id := range persons.Scan(r, rg, &failed) {
				if seen++; seen > countPage {
					rg.Start, more = persons.Key(id), true
					break
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := f(r, loyalty.MemberID(id)); err != nil {
					return err
				}
			}
			return failed
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Page is at most n ids of persons there are or were, members or not, ordered,
// from the first after the one given ("" is the beginning).
func Page(r store.Reader, after loyalty.MemberID, n int) (ids []loyalty.MemberID, err error) {
	for id := range persons.Scan(r, persons.Between(string(after)+"\x00", "\xff"), &err) {
		if ids = append(ids, loyalty.MemberID(id)); len(ids) == n {
			break
		}
	}
	return ids, err
}
