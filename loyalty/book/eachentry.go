package book

import (
	"context"

	"regulars/loyalty"
	"regulars/store"
)

// EachEntry calls f for every entry there is, ordered by member and number. f
// may read more through r. No View stays open for more than walkRows entries.
func (b *Book) EachEntry(ctx context.Context, db store.DB, f func(r store.Reader, e loyalty.Entry) error) error {
	rg := entries.All()
	for more := true; more; {
		err := db.View(ctx, func(r store.Reader) error {
			more = false
			seen := 0
			var failed error
			for key, e := range entries.Scan(r, rg, &failed) {
				if seen++; seen > walkRows {
					rg.Start, more = entries.Key(key), true
					break
				}
				if err := firstError(ctx.Err(), f(r, e)); err != nil {
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
