package voucher

import (
	"context"
	"time"

	"regulars/store"
)

// Outstanding counts the vouchers that can still be used at now, by reward. It
// reads every voucher, in small Views.
func Outstanding(ctx context.Context, db store.DB, now time.Time) (open map[string]int, err error) {
	open = map[string]int{}
	err = walk(ctx, db, func(list []Voucher, _ store.Reader) error {
		for i := range list {
			if list[i].StateAt(now) == Open {
				open[list[i].Reward]++
			}
		}
		return nil
	}, func([]Voucher) error { return nil })
	return open, err
}

// Each calls f for every voucher there is, in small Views; f must keep nothing of
// them.
func Each(ctx context.Context, db store.DB, f func(*Voucher)) error {
	return walk(ctx, db, func(list []Voucher, _ store.Reader) error {
		for i := range list {
			f(&list[i])
		}
		return nil
	}, func([]Voucher) error { return nil })
}
