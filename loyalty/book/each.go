package book

import (
	"context"

	"regulars/loyalty"
	"regulars/store"
)

// eachRows is how many accounts one View of Each reads: f may take its time over
// each of them.
const eachRows = 256

// Each calls f for every account, ordered by member, as it is stored: what time
// alone has done since may not be in it. f may read more through r. No View
// stays open for more than eachRows accounts.
func (b *Book) Each(ctx context.Context, db store.DB, f func(r store.Reader, m loyalty.MemberID, a *loyalty.Account) error) error {
	rg := accounts.All()
	for more := true; more; {
		err := db.View(ctx, func(r store.Reader) error {
			more = false
			seen := 0
			var failed error
			for m, a := range accounts.Scan(r, rg, &failed) {
				if seen++; seen > eachRows {
					rg.Start, more = accounts.Key(m), true
					break
				}
				if err := firstError(ctx.Err(), f(r, loyalty.MemberID(m), &a)); err != nil {
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
