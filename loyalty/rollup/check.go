package rollup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"regulars/loyalty"
	"regulars/store"
)

// Check makes the rows of days, employees, settlement and merged members once
// more, in memory, from all entries that were taken in, and holds every stored one
// against them, byte for byte; and each member's joining against their person. Each
// fault is one sentence. Answers are not looked at, as package survey has a check of
// its own. It reads all entries. This process takes nothing in meanwhile; where
// another does, it begins anew, a few times. progress, which may be nil, is told how
// many members are done.
func (d *Desk) Check(ctx context.Context, progress func(members int)) (faults []string, err error) {
	leave, err := d.one.take(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	for range 5 {
		c := &checking{desk: d, sum: newBatch(nil)}
		err = d.DB.View(ctx, func(r store.Reader) (err error) { c.st, err = stateIn(r); return err })
		if err != nil || c.st.Gen == 0 {
			return nil, err // nothing was made yet, so nothing is wrong
		}
		if err := c.members(ctx, progress); err != nil {
			return nil, err
		}
		if err := c.rows(ctx); err != nil {
			return nil, err
		}
		if faults = c.faults; len(faults) == 0 {
			return nil, nil
		}
		// Another process may have taken something in since the members were read: then
		// what was held against the rows is out of date, and nothing is known of them.
		if moved, err := c.moved(ctx); err != nil || !moved {
			return faults, err
		}
	}
	return nil, errors.New("rollup: other processes take in what happens faster than it can be checked; ask when the shop is quiet, or with all of them stopped")
}

// moved reports whether anything was taken in since the members were read.
func (c *checking) moved(ctx context.Context) (bool, error) {
	mark := uint64(0)
	st := c.st
	err := c.desk.DB.View(ctx, func(r store.Reader) (err error) {
		if st, err = stateIn(r); err != nil {
			return err
		}
		for _, k := range knowns.Scan(r, knowns.Under(generation(c.st.Gen)), &err) {
			mark += k.mark()
		}
		return err
	})
	return mark != c.mark || st.Gen != c.st.Gen, err
}

// mark grows with all that is taken in of a member.
func (k known) mark() uint64 { return 1 + k.Seq + uint64(k.Join.Day) }

// checking is a Check on its way.
type checking struct {
	desk *Desk
	st   state
	mark uint64 // of all members as they were read

	mu     sync.Mutex
	sum    *batch
	faults []string
}

func (c *checking) say(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// one is a member with what is known of them.
type one struct {
	member loyalty.MemberID
	known
}

// members takes all of them in once more, on all processors.
func (c *checking) members(ctx context.Context, progress func(int)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	pages := make(chan []one)
	var working sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		working.Go(func() {
			b := newBatch(nil)
			for page := range pages {
				if err := c.page(ctx, b, page); err != nil {
					stop(err)
				}
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			c.sum.plus(b)
		})
	}
	seen, after := 0, ""
	for more := true; more && ctx.Err() == nil; {
		var page []one
		err := c.desk.DB.View(ctx, func(r store.Reader) (err error) {
			g := generation(c.st.Gen) + "/"
			for key, k := range knowns.Scan(r, knowns.Between(g+after, g+"\xff"), &err) {
				c.mark += k.mark()
				if page = append(page, one{loyalty.MemberID(key[len(g):]), k}); len(page) == chunk {
					break
				}
			}
			return err
		})
		if err != nil {
			stop(err)
			break
		}
		if more = len(page) == chunk; len(page) > 0 {
			after = string(page[len(page)-1].member) + "\x00"
			pages <- page
		}
		if seen += len(page); progress != nil {
			progress(seen)
		}
	}
	close(pages)
	working.Wait()
	return context.Cause(ctx)
}

// page takes some members in, as far as they were taken in.
func (c *checking) page(ctx context.Context, b *batch, page []one) error {
	return c.desk.DB.View(ctx, func(r store.Reader) error {
		b.ord = func(m loyalty.MemberID) (uint32, error) {
			k, _, err := knowns.Get(r, generation(c.st.Gen), string(m))
			return k.Ord, err
		}
		for i := range page {
			err := c.member(r, b, &page[i])
			if skips(err) {
				c.say("figures: what member %s did cannot be read: %v", page[i].member, err)
			} else if err != nil {
				return fmt.Errorf("rollup: member %s: %w", page[i].member, err)
			}
		}
		return nil
	})
}

func (c *checking) member(r store.Reader, b *batch, is *one) error {
	t := &taking{desk: c.desk, r: r, b: b, m: is.member, k: &known{Ord: is.Ord}}
	var err error
	if is.Seq > 0 { // entries are numbered from 1
		if t.list, err = c.desk.Book.Since(r, is.member, 0, int(is.Seq)); err != nil {
			return err
		}
	}
	if err := t.entries(); err != nil {
		return err
	}
	_, marked, err := todos.Get(r, string(is.member))
	if err != nil {
		return err
	}
	if join, err := t.joining(); err != nil {
		return err
	} else if join != is.Join && !marked {
		c.say("figures: the joining of member %s is counted as another", is.member)
	}
	t.joined(is.Join, 1)
	if t.k.Seq != is.Seq {
		c.say("figures: of member %s %d entries are counted, and there are %d", is.member, is.Seq, t.k.Seq)
	}
	return nil
}

// rows holds every stored row against what was made.
func (c *checking) rows(ctx context.Context) error {
	g := generation(c.st.Gen)
	for _, rg := range []store.Range{days.Under(g), months.Under(g)} {
		if err := c.table(ctx, rg); err != nil {
			return err
		}
	}
	for k, p := range c.sum.piles {
		if len(p.list()) > 0 {
			c.say("figures: row %q is missing", k.under(c.st.Gen))
		}
	}
	return c.desk.DB.View(ctx, func(r store.Reader) (err error) {
		for key, n := range settled.Scan(r, settled.Under(g), &err) {
			k := settleKeyOf(key)
			if c.sum.settle[k] != n {
				c.say("figures: %q settles %d points, and its entries %d", key, n, c.sum.settle[k])
			}
			delete(c.sum.settle, k)
		}
		for k, n := range c.sum.settle {
			if n != 0 {
				c.say("figures: %d points from %q to %q in %d are not settled", n, k.from, k.to, k.month)
			}
		}
		if err != nil {
			return err
		}
		if err := c.stores(r); err != nil {
			return err
		}
		who, err := resolve(r, c.st)
		for ord, into := range c.sum.parts {
			if is, ok := who[ord]; ok != (into != nil) || ok && is != *into {
				c.say("figures: ordinal %d is a part of another than the ledger says", ord)
			}
			delete(who, ord)
		}
		for ord := range who {
			c.say("figures: ordinal %d is a part of nobody by the ledger", ord)
		}
		return err
	})
}

// rowsAtOnce is how many rows of days one View of a check reads.
const rowsAtOnce = 64

// table holds the rows of a range against what was made, and takes that off.
func (c *checking) table(ctx context.Context, rg store.Range) error {
	for more := true; more; {
		err := c.desk.DB.View(ctx, func(r store.Reader) error {
			more = false
			seen := 0
			for row, err := range r.Scan(rg) {
				if err != nil {
					return err
				}
				if seen++; seen > rowsAtOnce {
					rg.Start, more = row.Key, true
					return ctx.Err()
				}
				k := keyOf(row.Key)
				var want []byte
				if p := c.sum.piles[k]; p != nil {
					want = encode(p.list())
				}
				if !bytes.Equal(want, row.Value) {
					c.say("figures: row %q is not what the entries give", row.Key)
				}
				delete(c.sum.piles, k)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
