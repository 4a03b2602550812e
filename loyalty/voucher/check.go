package voucher

import (
	"context"
	"fmt"
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// Fault is something that is not as it must be.
type Fault struct {
	Where string // a voucher's id, or the key of a row
	What  string // in English, for an operator
}

func (f Fault) String() string { return f.Where + ": " + f.What }

// Check walks vouchers, stocks and pools and tells what is wrong: an open
// voucher whose points are not held under its terms, a used one whose points
// were not captured, a count that is not that of the rows, a digital code that
// was given twice. It may run beside updates. The error is for reading that
// failed, or ctx.
func (d *Desk) Check(ctx context.Context, db store.DB) (faults []Fault, err error) {
	c := &checker{desk: d}
	counts := map[string]int64{}
	err = walk(ctx, db, func(page []Voucher, r store.Reader) error {
		for i := range page {
			if err := c.voucher(r, &page[i]); err != nil {
				return err
			}
			if err := tally(r, &page[i], counts); err != nil {
				return err
			}
		}
		return nil
	}, func([]Voucher) error { return ctx.Err() })
	if err != nil {
		return c.faults, err
	}
	if err := c.strays(ctx, db); err != nil {
		return c.faults, err
	}
	if err := c.stocks(ctx, db, counts); err != nil {
		return c.faults, err
	}
	return c.faults, c.pools(ctx, db)
}

type checker struct {
	desk   *Desk
	faults []Fault
}

func (c *checker) say(where, format string, args ...any) {
	c.faults = append(c.faults, Fault{where, fmt.Sprintf(format, args...)})
}

// voucher holds one voucher against its indexes and against the ledger.
func (c *checker) voucher(r store.Reader, v *Voucher) error {
	m, tail, ok := v.ID.split()
	if !ok || m != v.Member {
		c.say(string(v.ID), "is not its member's")
		return nil
	}
	if v.Kind == loyalty.RewardItem {
		at, ok, err := codes.Get(r, c.desk.codeKey(c.desk.CodeOf(*v)))
		if err != nil {
			return err
		}
		if !ok || at != (place{m, tail}) {
			c.say(string(v.ID), "its code does not lead to it")
		}
	}
	if v.State == Open && !v.Until.IsZero() {
		_, ok, err := dues.Get(r, timeKey(v.Until), string(m), tail)
		if err != nil {
			return err
		}
		if !ok {
			c.say(string(v.ID), "is open and would never lapse")
		}
	}
	if v.Cost == 0 {
		return nil
	}
	return c.points(r, v)
}

// points holds a voucher that cost something against the ledger.
func (c *checker) points(r store.Reader, v *Voucher) error {
	entry, err := c.desk.Book.ByRef(r, v.Hold)
	if loyalty.Refused(err) {
		c.say(string(v.ID), "the entry %s of its points is not there", v.Hold)
		return nil
	}
	if err != nil {
		return err
	}
	kin, err := c.desk.Book.Kin(r, entry.Member, v.Member)
	if err != nil {
		return err
	}
	if !kin || entry.Voucher != string(v.ID) {
		c.say(string(v.ID), "the entry %s is not for it", v.Hold)
	}
	hold, a, err := c.desk.Book.Held(r, entry)
	if err != nil {
		return err
	}
	switch {
	case v.State != Open:
		if hold != nil {
			c.say(string(v.ID), "is %s, and its points are still held", v.State)
		}
	case hold == nil:
		// The ledger may have timed the hold out before anybody wrote down that
		// the voucher lapsed.
		if v.Until.IsZero() || a.RecordedAt.Before(v.Until) {
			c.say(string(v.ID), "is open, and its points are not held")
		}
	case hold.Points() != v.Cost || !hold.Deadline.Equal(v.Until) || hold.Forfeit != (v.OnExpiry == loyalty.FateForfeit):
		c.say(string(v.ID), "cost %d until %s, but %d are held until %s", v.Cost, stamp(v.Until), hold.Points(), stamp(hold.Deadline))
	}
	if v.State == Used {
		return c.captured(r, v, entry)
	}
	return nil
}

// captured holds a used voucher against the entry that took its points.
func (c *checker) captured(r store.Reader, v *Voucher, hold loyalty.Entry) error {
	e, err := c.desk.Book.ByRef(r, v.Use)
	if err != nil && !loyalty.Refused(err) {
		return err
	}
	took := err == nil && e.In(loyalty.Redeemed) == v.Cost
	if took && e.Ref != hold.Ref {
		of, err := c.desk.Book.Numbered(r, e.Member, e.Of)
		if err != nil && !loyalty.Refused(err) {
			return err
		}
		took = err == nil && of.Ref == hold.Ref
	}
	if !took {
		c.say(string(v.ID), "is used, and entry %s did not take its points", v.Use)
		return nil
	}
	mark, err := c.desk.Book.Reversed(r, e)
	if mark.Whole {
		c.say(string(v.ID), "is used, and its points were given back")
	}
	return err
}

// strays finds index rows that lead to no voucher of theirs.
func (c *checker) strays(ctx context.Context, db store.DB) error {
	for _, rg := range []store.Range{dues.All(), stockDues.All(), codes.All()} {
		err := pages(ctx, db, rg, func(r store.Reader, row store.Row) error {
			part := strings.Split(string(row.Key), "/")
			ok := true
			var err error
			switch part[0] + "/" {
			case "voucherdue/":
				ok, err = opens(r, ID(part[2]+"-"+part[3]), "", part[1])
			case "stockdue/":
				ok, err = opens(r, ID(part[3]+"-"+part[4]), part[1], part[2])
			case "vouchercode/":
				var at place
				if err := store.Decode(row.Key, row.Value, &at); err != nil {
					return err
				}
				_, ok, err = vouchers.Get(r, string(at.Member), at.Tail)
			}
			if err == nil && !ok {
				c.say(string(row.Key), "leads to no voucher of which that is true")
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// opens reports whether a voucher is open until the instant, and, where reward
// is said, counts in that reward's stock.
func opens(r store.Reader, id ID, reward, until string) (bool, error) {
	v, ok, err := get(r, id)
	return ok && v.State == Open && timeKey(v.Until) == until && (reward == "" || v.Stocked && v.Reward == reward), err
}

// tally counts a voucher in its reward's stock, if it is there.
func tally(r store.Reader, v *Voucher, counts map[string]int64) error {
	if !v.Stocked {
		return nil
	}
	if v.State == Open {
		if _, ok, err := stockDues.Get(r, stockDueKey(v)...); err != nil || !ok {
			return err
		}
	}
	counts[v.Reward]++
	return nil
}
