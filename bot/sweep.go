package bot

import (
	"context"
	"time"

	"regulars/store"
)

// sweepStep is how many rows a sweep deletes in one transaction.
const sweepStep = 200

// Sweep deletes this package's rows that were kept long enough: marks of done
// events, open questions nobody answered, used or lapsed buttons, quotable
// messages, and dead letters. It returns how many went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	gone := 0
	for _, s := range []func() (int, error){
		func() (int, error) {
			return sweep(ctx, db, seenTable, func(r seenRow) bool { return now.Sub(r.At) > SeenFor })
		},
		func() (int, error) {
			return sweep(ctx, db, sessionTable, func(r sessionRow) bool { return now.After(r.Until) })
		},
		func() (int, error) {
			return sweep(ctx, db, tokenTable, func(r tokenRow) bool { return now.After(r.Until) })
		},
		func() (int, error) {
			return sweep(ctx, db, quoteTable, func(r quoteRow) bool { return now.Sub(r.At) > QuotesFor })
		},
		func() (int, error) {
			return sweep(ctx, db, deadTable, func(r deadRow) bool { return now.Sub(r.At) > DeadFor })
		},
	} {
		n, err := s()
		gone += n
		if err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// sweep deletes a table's rows that old says have been kept long enough. A row
// that cannot be read stays, for `regulars verify` to name.
func sweep[T any](ctx context.Context, db store.DB, t store.Table[T], old func(T) bool) (int, error) {
	return store.Sweep(ctx, db, t.All(), sweepStep, func(row store.Row) bool {
		var v T
		return store.Decode(row.Key, row.Value, &v) == nil && old(v)
	})
}
