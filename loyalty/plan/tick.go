package plan

import (
	"context"
	"errors"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// page is how many members are looked up at a time.
const page = 100

// Done is what time did to a member's plan, to be told.
type Done struct {
	Member loyalty.MemberID
	Run    Run
	Ended  bool   // the plan has ended by itself
	Gave   []Gave // cash-back that was given
	Fell   []Fell // and that was taken back
	At     time.Time
}

// Gave is cash-back that was given: so much more, and in which voucher.
type Gave struct {
	Plan    string
	Money   loyalty.Money
	Voucher voucher.Voucher
}

// Fell is cash-back that was taken back, as goods came back: By is taken from open
// vouchers, of which Left is left; Owed was used, and is taken from what comes next.
type Fell struct {
	Plan           string
	By, Left, Owed loyalty.Money
}

// Tick does what is due by now: it ends plans whose time and grace are over, and
// gives the cash-back of years that are over, each member in a transaction of
// their own; tell is called in it. n is for how many it did something. It goes on
// behind those who fail.
func (d *Desk) Tick(ctx context.Context, db store.DB, now time.Time, tell func(store.Tx, Done) error) (n int, err error) {
	var failed []error
	for from := ""; ; {
		var list []loyalty.MemberID
		err := db.View(ctx, func(r store.Reader) (err error) {
			list, from, err = due(r, now, from)
			return err
		})
		if err != nil {
			return n, errors.Join(append(failed, err)...)
		}
		for _, m := range list {
			did := false
			err := db.Update(ctx, func(tx store.Tx) (err error) {
				did, err = d.tick(tx, m, now, tell)
				return err
			})
			if failed = append(failed, err); did && err == nil {
				n++
			}
		}
		if len(list) < page || ctx.Err() != nil {
			return n, errors.Join(append(failed, ctx.Err())...)
		}
	}
}

// due lists some members whose plans are due, behind a place.
func due(r store.Reader, now time.Time, from string) (list []loyalty.MemberID, next string, err error) {
	if from != "" {
		from += "\x00"
	}
	for key := range dues.Scan(r, dues.Between(from, timeKey(now)+"\xff"), &err) {
		_, m, _ := strings.Cut(key, "/")
		list, next = append(list, loyalty.MemberID(m)), key
		if len(list) == page {
			break
		}
	}
	return list, next, err
}

func (d *Desk) tick(tx store.Tx, m loyalty.MemberID, now time.Time, tell func(store.Tx, Done) error) (bool, error) {
	x, err := run(tx, m)
	if err != nil || x.Due.IsZero() || now.Before(x.Due) {
		return false, err // somebody else did it meanwhile
	}
	out := Done{Member: m, At: now}
	if err := d.waiting(tx, &x, now, &out); err != nil {
		return false, err
	}
	out.Ended = x.Plan != "" && x.Over.IsZero() && !now.Before(x.End(d.Programme(now)))
	// Of two who became one, whose plan runs longer has the year; the other's has
	// ended with it.
	best, _, err := d.Stand(tx, m, now)
	if err != nil {
		return false, err
	}
	if own := best.member == m || out.Ended && best.StateAt(d.Programme(now), now) == None; own {
		if err := d.settleYears(tx, &x, now, out.Ended, &out); err != nil {
			return false, err
		}
	} else if !x.Began.IsZero() && x.Over.IsZero() {
		_, x.Years = d.Programme(now).PlanYear(x.Began, x.settled())
	}
	if out.Ended {
		x, err = d.over(tx, x, now) // its year is settled
	} else {
		err = d.put(tx, x, now)
	}
	if err != nil || !out.Ended && len(out.Gave) == 0 {
		return err == nil, err
	}
	out.Run = x
	return true, tell(tx, out)
}
