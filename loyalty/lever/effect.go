package lever

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/store"
)

// Effect is what came of one lever: what those who read its words bought in the
// days after, against the hold-out.
type Effect struct {
	Rule loyalty.LeverRule
	// Treated and Held are the two, with how many of each bought anything. Only whose
	// days are over are in them, and who is in the arm now in which they were first.
	Treated, Held measure.Share
	Waiting       int64 // whose days are not over yet
	// Verdict compares the shares of who bought, Spend the money of each, in minor
	// units; measure.TooFew is an answer.
	Verdict measure.Verdict
	Spend   measure.Interval
	Money   measure.Outcome
}

// Effects are those of the levers that are on, in their order.
func (d *Desk) Effects(ctx context.Context, db store.DB, now time.Time) ([]Effect, error) {
	rules := d.Programme(now).Levers
	list, money := make([]Effect, len(rules)), make([][2][]float64, len(rules))
	for i, r := range rules {
		list[i].Rule = r
	}
	err := walk(ctx, db, func(_ store.Reader, m loyalty.MemberID, mine row) error {
		for i, r := range rules {
			one, known := mine[r.Lever]
			switch held := d.Held(r.Lever, m, r.Holdout); {
			case !known || held != one.Held:
			case !one.Done:
				list[i].Waiting++
			case held:
				count(&list[i].Held, one.Days)
				money[i][0] = append(money[i][0], float64(one.Money))
			default:
				count(&list[i].Treated, one.Days)
				money[i][1] = append(money[i][1], float64(one.Money))
			}
		}
		return nil
	})
	for i := range list {
		e := &list[i]
		e.Verdict = measure.Compare(e.Held, e.Treated)
		e.Spend, e.Money = measure.CompareMeans(measure.SpreadOf(money[i][0]), measure.SpreadOf(money[i][1]))
	}
	return list, err
}

func count(s *measure.Share, days int64) {
	s.Of++
	if days > 0 {
		s.Hits++
	}
}

// Settle writes down what members bought whose days are over, and tells of how
// many. It may be stopped and run again. Of who cannot be read it goes on with the
// others; the error tells.
func (d *Desk) Settle(ctx context.Context, db store.DB, now time.Time) (done int, err error) {
	var due []loyalty.MemberID
	zone := d.Programme(now).Location()
	err = walk(ctx, db, func(_ store.Reader, m loyalty.MemberID, mine row) error {
		for _, one := range mine {
			if !one.Done && !now.Before(over(one.At, zone)) {
				due = append(due, m)
				break
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, m := range due {
		if err := db.Update(ctx, func(tx store.Tx) error { return d.settle(tx, m, now, zone) }); err != nil {
			failed = append(failed, fmt.Errorf("lever: what %s bought: %w", m, err))
			continue
		}
		done++
	}
	return done, errors.Join(failed...)
}

// over is the start of the first local day that does not count any more.
func over(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d+Days, 0, 0, 0, 0, zone)
}

func (d *Desk) settle(tx store.Tx, m loyalty.MemberID, now time.Time, zone *time.Location) error {
	if err := tx.Lock(store.Subject("member/" + string(m))); err != nil {
		return err
	}
	mine, known, err := rows.Get(tx, string(m))
	if err != nil || !known { // erased since
		return err
	}
	who, err := d.Book.Holder(tx, m)
	if err != nil {
		return err
	}
	for l, one := range mine {
		if one.Done || now.Before(over(one.At, zone)) {
			continue
		}
		if one.Days, one.Money, err = d.Bought(tx, who, one.At, over(one.At, zone)); err != nil {
			return err
		}
		one.Done = true
		mine[l] = one
	}
	return rows.Put(tx, mine, string(m))
}

// page is how many rows are read at a time.
const page = 256

// walk calls f for every member's row, in small Views.
func walk(ctx context.Context, db store.DB, f func(store.Reader, loyalty.MemberID, row) error) error {
	after := ""
	for {
		n := 0
		err := db.View(ctx, func(r store.Reader) (err error) {
			for id, mine := range rows.Scan(r, rows.Between(after, "\xff"), &err) {
				if err := f(r, loyalty.MemberID(id), mine); err != nil {
					return err
				}
				after = id + "\x00"
				if n++; n == page {
					break
				}
			}
			return err
		})
		if err != nil || n < page {
			return err
		}
	}
}
