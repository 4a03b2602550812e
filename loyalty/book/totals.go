package book

import (
	"context"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Totals is the whole ledger in a few numbers, for an operator.
type Totals struct {
	Members int    // with an entry at least
	Entries uint64 // of all of them
	// Balances sums what the members have: spendable, pending, held and owed
	// points. What the shop owes is the first three.
	Available, Pending, Held, Debt loyalty.Points
}

// Totals sums all balances, each as of the moment when it was read. It decodes
// every head, so it takes seconds for a million members. progress, which may be
// nil, is called with how many members are done.
func (b *Book) Totals(ctx context.Context, db store.DB, now time.Time, progress func(members int)) (sum Totals, err error) {
	rg, p := accounts.All(), b.Programme(now)
	for more := true; more; {
		err := db.View(ctx, func(r store.Reader) error {
			more = false
			seen := 0
			var failed error
			for m, a := range accounts.Scan(r, rg, &failed) {
				if seen++; seen > walkRows {
					rg.Start, more = accounts.Key(m), true
					break
				}
				if err := sum.add(&a, p, now); err != nil {
					return err
				}
				if progress != nil {
					progress(sum.Members)
				}
			}
			return failed
		})
		if err != nil || ctx.Err() != nil {
			return sum, firstError(err, ctx.Err())
		}
	}
	return sum, nil
}

func (t *Totals) add(a *loyalty.Account, p *loyalty.Programme, now time.Time) error {
	if t.Entries += a.Seq; a.Into != "" { // counted where it is a part
		return nil
	}
	has, err := loyalty.BalanceAt(a, p, now)
	if err != nil {
		return err
	}
	t.Members++
	t.Available += has.Available
	t.Pending += has.Pending
	t.Held += has.Held
	t.Debt += has.Debt
	return nil
}
