package receipt

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// Fault is something that is not as it must be.
type Fault struct {
	Where string // a slip's public name, or the key of a row
	What  string // in English, for an operator
}

func (f Fault) String() string { return f.Where + ": " + f.What }

// Check walks slips and what leads to them and tells what is wrong: a slip that
// is not under its code, a credited one whose sale the ledger does not have, an
// index that leads nowhere. It may run beside updates. The error is for reading
// that failed, or ctx.
func (d *Desk) Check(ctx context.Context, db store.DB) ([]Fault, error) {
	c := &checker{desk: d}
	err := each(ctx, db, slips, slips.All(), c.slip)
	for _, index := range []store.Table[at]{refs, orders} {
		if err == nil {
			err = each(ctx, db, index, index.All(), c.index)
		}
	}
	if err == nil {
		err = each(ctx, db, dues, dues.All(), c.due)
	}
	return c.faults, err
}

// All calls f with every slip that is kept, in no order that means anything. It may
// run beside updates. The error is f's, or for reading that failed, or ctx.
func All(ctx context.Context, db store.DB, f func(Slip) error) error {
	return each(ctx, db, slips, slips.All(), func(_ store.Reader, _ string, s Slip) error { return f(s) })
}

// each calls f with the rows of a table, a page of them in each View.
func each[T any](ctx context.Context, db store.DB, t store.Table[T], rg store.Range, f func(r store.Reader, key string, v T) error) error {
	for more := true; more; {
		err := db.View(ctx, func(r store.Reader) (err error) {
			n := 0
			more = false
			for key, v := range t.Scan(r, rg, &err) {
				if err := f(r, key, v); err != nil {
					return err
				}
				if n++; n == store.ScanPage {
					rg.Start, more = append(t.Key(key), 0), true
					break
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

type checker struct {
	desk   *Desk
	faults []Fault
}

func (c *checker) say(where, format string, args ...any) {
	c.faults = append(c.faults, Fault{where, fmt.Sprintf(format, args...)})
}

// slip holds one slip against its indexes and against the ledger.
func (c *checker) slip(r store.Reader, place string, s Slip) error {
	name := "slip " + string(s.Ref)
	if c.desk.place(c.desk.CodeOf(s)) != place {
		c.say(name, "its code does not lead to it")
	}
	if !bytes.Equal(s.Digest, c.desk.digest(Act{Actor: s.Actor}, s.Sale())) {
		c.say(name, "its sale is not the one that was issued")
	}
	if row, ok, err := refs.Get(r, string(s.Ref)); err != nil || !ok || row.Slip != place {
		c.say(name, "its name does not lead to it")
		if err != nil {
			return err
		}
	}
	if _, ok, err := dues.Get(r, s.dueDay(), place); err != nil || !ok {
		c.say(name, "would never be swept")
		if err != nil {
			return err
		}
	}
	if s.State != Credited {
		if s.Entry != "" || s.Member != "" {
			c.say(name, "is %s, and has entry %s", s.State, s.Entry)
		}
		return nil
	}
	return c.credited(r, name, s)
}

// credited holds a credited slip against the entry of its sale. The member may be
// another one by now: two can be merged.
func (c *checker) credited(r store.Reader, name string, s Slip) error {
	e, _, err := c.desk.Entry(r, s.Entry)
	if loyalty.Refused(err) {
		c.say(name, "is credited, and its entry %s is not there", s.Entry)
		return nil
	}
	if err != nil {
		return err
	}
	if e.Kind != loyalty.KindEarn || e.Amount != s.Amount || e.Order != s.Order || e.Actor != s.Actor || !e.EffectiveAt.Equal(s.At) {
		c.say(name, "is credited, and entry %s is not of its sale", s.Entry)
	}
	return nil
}

func (c *checker) index(r store.Reader, key string, row at) error {
	_, ok, err := slips.Get(r, row.Slip)
	if err == nil && !ok {
		c.say(key, "leads to no slip")
	}
	return err
}

func (c *checker) due(r store.Reader, key string, _ struct{}) error {
	day, place, _ := strings.Cut(key, "/")
	s, ok, err := slips.Get(r, place)
	if err == nil && (!ok || s.dueDay() != day) {
		c.say(key, "leads to no slip that ends then")
	}
	return err
}
