package metric

import (
	"cmp"
	"context"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/rollup"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// TakeUp is how a reward is taken for points: how many members took it in the
// last thirty days and in the thirty before, of those who bought in them.
type TakeUp struct {
	Reward      string
	Before, Now measure.Share
	// Verdict compares them: measure.Lower is falling take-up, measure.TooFew too
	// few to tell.
	Verdict measure.Verdict
}

// takeDays is how long the two spans of a take-up are.
const takeDays = 30

// taken is what one night found.
type taken struct {
	At      time.Time           `json:"at"`
	Bought  [2]int64            `json:"bought"`  // who bought in the span before, and in the last
	Rewards map[string][2]int64 `json:"rewards"` // who took each in them
}

var takes = store.NewTable[taken]("rewardtake/", store.Readable, store.FirstPart("rewardtake"))

// TakeUps are the take-ups of all rewards that were taken in the last sixty days,
// the most taken first, as of a night. missing is [NotYet] or "".
func (d *Desk) TakeUps(ctx context.Context) (list []TakeUp, at time.Time, missed string, err error) {
	now := d.Now()
	got, err := d.memo.do(ctx, key("takes", rollup.Span{}, Query{}), now, longLife, func(ctx context.Context) (any, error) {
		return d.takes(ctx, now)
	})
	v := Value{}
	if err = missing(&v, err); err != nil || !v.Known() {
		return nil, at, v.Missing, err
	}
	t := got.(taken)
	for reward, n := range t.Rewards {
		x := TakeUp{Reward: reward, Before: measure.Share{Hits: n[0], Of: max(t.Bought[0], n[0])}, Now: measure.Share{Hits: n[1], Of: max(t.Bought[1], n[1])}}
		x.Verdict = measure.TakeUp(x.Before, x.Now)
		list = append(list, x)
	}
	sortBy(list, func(a, b *TakeUp) int {
		return cmp.Or(cmp.Compare(b.Before.Hits+b.Now.Hits, a.Before.Hits+a.Now.Hits), cmp.Compare(a.Reward, b.Reward))
	})
	return list, t.At, "", nil
}

// takes is what is kept, or is found now where that is older than a day.
func (d *Desk) takes(ctx context.Context, now time.Time) (t taken, err error) {
	ok := false
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		t, ok, err = takes.Get(r, allKey)
		return err
	})
	if err != nil || ok && now.Sub(t.At) < rankedFor && !now.Before(t.At) {
		return t, err
	}
	return d.countTakes(ctx, now)
}

// countTakes looks at every voucher that was taken for points, and keeps what it
// found.
func (d *Desk) countTakes(ctx context.Context, now time.Time) (t taken, err error) {
	type one struct {
		reward string
		who    loyalty.MemberID
		span   int
	}
	today := d.Daily.Span(now, now, now).To
	seen := map[one]bool{}
	t = taken{At: now.UTC(), Rewards: map[string][2]int64{}}
	err = voucher.Each(ctx, d.DB, func(v *voucher.Voucher) {
		back := today - d.Daily.Span(v.Issued, v.Issued, now).From
		if v.Cost == 0 || back < 0 || back >= 2*takeDays {
			return
		}
		x := one{v.Reward, v.Member, 1 - int(back/takeDays)}
		if !seen[x] {
			seen[x] = true
			n := t.Rewards[v.Reward]
			n[x.span]++
			t.Rewards[v.Reward] = n
		}
	})
	for i := range t.Bought {
		if err != nil {
			return t, err
		}
		to := today + 1 - takeDays*int32(1-i)
		var who *rollup.Customers
		if who, err = d.Daily.Customers(ctx, rollup.Span{From: to - takeDays, To: to}, rollup.Where{}); err == nil {
			t.Bought[i] = int64(who.Len())
		}
	}
	if err != nil {
		return t, err
	}
	return t, d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("rewardtake/" + allKey)); err != nil {
			return err
		}
		return takes.Put(tx, t, allKey)
	})
}
