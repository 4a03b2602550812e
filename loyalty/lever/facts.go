package lever

import (
	"context"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// FactDays is how many days back it is counted how many members took a reward.
const FactDays = 30

// LeastTaken is how many members must have taken a reward before it is said: of
// fewer, it would move nobody, or tell who they are.
const LeastTaken = 20

// facts is what one night found.
type facts struct {
	At    time.Time        `json:"at"`
	Taken map[string]int64 `json:"taken"` // members, by reward
}

var known = store.NewTable[facts]("leverfact/", store.Readable, store.FirstPart("leverfact"))

const allKey = "all"

// Count counts how many members took each reward for points in the last days, what
// they gave back left out. It looks at every voucher, in small Views.
func (d *Desk) Count(ctx context.Context, db store.DB, now time.Time) error {
	if _, on := d.Programme(now).Lever(loyalty.LeverSocial); !on {
		return nil
	}
	type taken struct {
		reward string
		who    loyalty.MemberID
	}
	from, who := now.AddDate(0, 0, -FactDays), map[taken]bool{}
	err := voucher.Each(ctx, db, func(v *voucher.Voucher) {
		if v.Cost > 0 && v.State != voucher.Void && !v.Issued.Before(from) {
			who[taken{v.Reward, v.Member}] = true
		}
	})
	if err != nil {
		return err
	}
	f := facts{At: now.UTC(), Taken: map[string]int64{}}
	for t := range who {
		f.Taken[t.reward]++
	}
	return db.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("leverfact/" + allKey)); err != nil {
			return err
		}
		return known.Put(tx, f, allKey)
	})
}

// Taken is how many members took each reward lately, of those that enough took;
// nothing where nobody counted for two days, as it is said to be true.
func (d *Desk) Taken(r store.Reader, now time.Time) (map[string]int64, error) {
	f, _, err := known.Get(r, allKey)
	if err != nil || now.Sub(f.At) > 48*time.Hour {
		return nil, err
	}
	for reward, n := range f.Taken {
		if n < LeastTaken {
			delete(f.Taken, reward)
		}
	}
	return f.Taken, nil
}
