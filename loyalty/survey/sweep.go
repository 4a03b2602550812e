package survey

import (
	"context"
	"time"

	"regulars/store"
)

// How long rows are kept, in days.
const (
	keepAnswers  = 1100
	keepTags     = 400
	keepTellings = 400
	keepCases    = 800 // after they were closed
)

// Sweep deletes what was kept long enough. It returns how many rows went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (gone int, err error) {
	before := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	old := before(keepAnswers)
	steps := []func() (int, error){
		func() (int, error) {
			return store.Sweep(ctx, db, answers.All(), 200, older(func(a Answer) bool { return a.Asked.Before(old) && a.At.Before(old) }))
		},
		func() (int, error) {
			return store.Sweep(ctx, db, days.All(), 200, older(func(s Score) bool { return s.At.Before(old) }))
		},
		func() (int, error) {
			return store.Sweep(ctx, db, tagged.All(), 200, older(func(at time.Time) bool { return at.Before(before(keepTags)) }))
		},
		func() (int, error) {
			return store.Sweep(ctx, db, tellings.All(), 200, older(func(x Telling) bool { return x.At.Before(before(keepTellings)) }))
		},
		func() (int, error) {
			return store.Sweep(ctx, db, cases.All(), 200, older(func(c Case) bool { return !c.IsOpen() && c.Closed.Before(before(keepCases)) }))
		},
	}
	for _, step := range steps {
		n, err := step()
		if gone += n; err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// older is a sweep's question put to the row itself; what cannot be read stays.
func older[T any](old func(T) bool) func(store.Row) bool {
	return func(row store.Row) bool {
		var v T
		return store.Decode(row.Key, row.Value, &v) == nil && old(v)
	}
}
