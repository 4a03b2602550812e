package plan

import (
	"context"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Held is a member's plan with its newest payment, for lists.
type Held struct {
	Member loyalty.MemberID
	Run    Run
	State  State // None: it is over
	Last   Payment
}

// List are the plans of all members, of one plan or of all ("" is all), that of the
// soonest end first, those that are over after the others and the newest of them
// first; at most most of them. It reads a row for each member who ever had one, in
// small Views.
func (d *Desk) List(ctx context.Context, db store.DB, now time.Time, of string, most int) (list []Held, err error) {
	rules := d.Programme(now)
	for rg, more := runs.All(), true; more; {
		err := db.View(ctx, func(r store.Reader) (err error) {
			n := 0
			more = false
			for m, x := range runs.Scan(r, rg, &err) {
				if n++; n > store.ScanPage {
					rg.Start, more = runs.Key(m), true
					break
				}
				if x.Plan == "" || of != "" && x.Plan != of {
					continue
				}
				h := Held{Member: loyalty.MemberID(m), Run: x, State: x.StateAt(rules, now)}
				if h.Last, _, err = payments.Get(r, m, numberKey(x.Last)); err != nil {
					return err
				}
				list = append(list, h)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(list, func(a, b Held) int {
		switch {
		case (a.State == None) != (b.State == None):
			if a.State == None {
				return 1
			}
			return -1
		case a.State == None:
			return b.Run.To.Compare(a.Run.To)
		}
		return a.Run.To.Compare(b.Run.To)
	})
	return list[:min(len(list), most)], nil
}
