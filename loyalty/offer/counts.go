package offer

import (
	"context"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Count is how an offer goes.
type Count struct {
	Claims, Members int64 // ever: how many were claimed, by how many members
	Lately, Before  int64 // claimed in the last days, and in as many days before those
	Used            int64 // of all claims whose vouchers are kept, how many were used
	Open            int64 // of these, how many may be used yet
	Newest          time.Time
}

// claimsAView is how many claims one View reads.
const claimsAView = 200

// Counts counts claims by offer, also of offers that the programme has no more.
// now ends the last days, which are so many. It reads all claims, in small Views.
func (d *Desk) Counts(ctx context.Context, db store.DB, now time.Time, days int) (map[string]Count, error) {
	all := map[string]Count{}
	since, before := now.AddDate(0, 0, -days), now.AddDate(0, 0, -2*days)
	var last string // the member and offer of the claim before
	err := d.walk(ctx, db, func(r store.Reader, c Claim) error {
		n := all[c.Offer]
		n.Claims++
		if who := string(c.Member) + "/" + c.Offer; who != last {
			n.Members++
			last = who
		}
		switch {
		case !c.At.Before(since):
			n.Lately++
		case !c.At.Before(before):
			n.Before++
		}
		if c.At.After(n.Newest) {
			n.Newest = c.At
		}
		v, err := d.Vouchers.Get(r, c.Voucher, now)
		if err != nil && !loyalty.Refused(err) {
			return err
		}
		switch {
		case err != nil: // swept long ago
		case v.State == voucher.Used:
			n.Used++
		case v.State == voucher.Open:
			n.Open++
		}
		all[c.Offer] = n
		return nil
	})
	return all, err
}

// walk gives all claims, ordered by member and offer, a page to a View.
func (d *Desk) walk(ctx context.Context, db store.DB, f func(store.Reader, Claim) error) error {
	rg := claims.All()
	for more := true; more; {
		err := db.View(ctx, func(r store.Reader) error {
			more = false
			seen := 0
			var failed error
			for key, c := range claims.Scan(r, rg, &failed) {
				if err := f(r, c.keyed(key)); err != nil {
					return err
				}
				if seen++; seen == claimsAView {
					rg.Start, more = append(claims.Key(key), 0), true
					return ctx.Err()
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

// Made is a claim with what became of its voucher.
type Made struct {
	Claim
	State voucher.State // as of now; "" where the voucher is kept no more
	Until time.Time     // of the voucher; zero: for ever
	Store loyalty.Store // where it was used
}

// Of are the newest claims of one offer, at most n. It reads all claims.
func (d *Desk) Of(ctx context.Context, db store.DB, id string, now time.Time, n int) (list []Made, err error) {
	err = d.walk(ctx, db, func(r store.Reader, c Claim) error {
		if c.Offer != id {
			return nil
		}
		x := Made{Claim: c}
		v, err := d.Vouchers.Get(r, c.Voucher, now)
		if err == nil {
			x.State, x.Until, x.Store = v.State, v.Until, v.UsedStore
		} else if !loyalty.Refused(err) {
			return err
		}
		if list = append(list, x); len(list) >= 2*n { // the memory of a page, however many there are
			list = newest(list, n)
		}
		return nil
	})
	return newest(list, n), err
}

func newest(list []Made, n int) []Made {
	slices.SortFunc(list, func(a, b Made) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return strings.Compare(string(a.Voucher), string(b.Voucher))
	})
	return list[:min(n, len(list))]
}

// Left is how many of an offer with a number are left at now; 0 of others.
func (d *Desk) Left(r store.Reader, id string, now time.Time) (int64, error) {
	p := d.Programme(now)
	o, ok := p.Offer(id)
	if !ok {
		return 0, nil
	}
	taken, err := d.taken(r, p, o, now)
	return max(0, o.Number-taken), err
}
