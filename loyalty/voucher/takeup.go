package voucher

import (
	"context"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// TakeUp is how often a reward is taken, and what becomes of that.
type TakeUp struct {
	Taken    int64 // for points, in the last days
	Before   int64 // for points, in as many days before those
	Presents int64 // given for nothing, in the last days
	Used     int64 // used in the last days, whenever they were taken
	UsedOf   int64 // of Taken and Presents, how many were used so far
	// Months is Taken by month, in the order of the query's.
	Months []int64
}

// TakeUpQuery is what [TakeUps] counts.
type TakeUpQuery struct {
	Until  time.Time   // the last days end before this instant
	Days   int         // how many those are
	Months []time.Time // each one's first instant, in order; the last ends at Until
	// Store leaves what is used to those used there; what is taken is of no store.
	Store loyalty.Store
}

// TakeUps counts by reward. What was given back is counted as taken, for it was
// wanted once. It reads every voucher that is kept (400 days after it closed), in
// small Views: a million take seconds.
func TakeUps(ctx context.Context, db store.DB, q TakeUpQuery) (map[string]TakeUp, error) {
	from, before := q.Until.AddDate(0, 0, -q.Days), q.Until.AddDate(0, 0, -2*q.Days)
	all := map[string]TakeUp{}
	err := walk(ctx, db, func(list []Voucher, _ store.Reader) error { return nil }, func(list []Voucher) error {
		for i := range list {
			v := &list[i]
			u := all[v.Reward]
			u.add(v, &q, from, before)
			all[v.Reward] = u
		}
		return ctx.Err()
	})
	return all, err
}

func (u *TakeUp) add(v *Voucher, q *TakeUpQuery, from, before time.Time) {
	if u.Months == nil {
		u.Months = make([]int64, len(q.Months))
	}
	here := v.State == Used && (q.Store == "" || v.UsedStore == q.Store)
	if here && !v.UsedAt.Before(from) && v.UsedAt.Before(q.Until) {
		u.Used++
	}
	if !v.Issued.Before(q.Until) {
		return
	}
	lately := !v.Issued.Before(from)
	if lately && here {
		u.UsedOf++
	}
	switch paid := v.Source == ""; {
	case lately && !paid:
		u.Presents++
	case lately:
		u.Taken++
	case paid && !v.Issued.Before(before):
		u.Before++
	}
	for i := len(q.Months) - 1; i >= 0 && v.Source == ""; i-- {
		if !v.Issued.Before(q.Months[i]) {
			u.Months[i]++
			break
		}
	}
}
