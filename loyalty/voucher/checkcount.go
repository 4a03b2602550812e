package voucher

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"regulars/store"
)

// stocks compares the stocks with what the walk counted. Where they differ it
// counts again in one View, as vouchers may have come and gone meanwhile.
func (c *checker) stocks(ctx context.Context, db store.DB, counts map[string]int64) error {
	wrong := map[string]stock{}
	compare := func(r store.Reader) (err error) {
		clear(wrong)
		seen := map[string]bool{}
		for reward, s := range stocks.Scan(r, stocks.All(), &err) {
			if seen[reward] = true; s.Taken != s.Swept+counts[reward] || s.Swept < 0 {
				wrong[reward] = s
			}
		}
		for reward := range counts {
			if !seen[reward] {
				wrong[reward] = stock{}
			}
		}
		return err
	}
	if err := db.View(ctx, compare); err != nil || len(wrong) == 0 {
		return err
	}
	err := db.View(ctx, func(r store.Reader) (err error) {
		clear(counts)
		for _, v := range vouchers.Scan(r, vouchers.All(), &err) {
			if terr := tally(r, &v, counts); terr != nil {
				return terr
			}
		}
		if err != nil {
			return err
		}
		return compare(r)
	})
	for reward, s := range wrong {
		c.say(string(stocks.Key(reward)), "says %d are out or used, the rows say %d", s.Taken, s.Swept+counts[reward])
	}
	return err
}

// pools holds the pools against their heads: given in order, each to one
// voucher, none missing of those that are left.
func (c *checker) pools(ctx context.Context, db store.DB) error {
	given := map[ID]bool{}
	var reward string // of the row before
	var n int64
	err := pages(ctx, db, pool.All(), func(r store.Reader, row store.Row) error {
		var code digital
		if err := store.Decode(row.Key, row.Value, &code); err != nil {
			return err
		}
		part := strings.Split(string(row.Key), "/")
		h, _, err := poolHeads.Get(r, part[1])
		if err != nil {
			return err
		}
		var i int64
		if _, err := fmt.Sscanf(part[2], "%d", &i); err != nil || i < 1 || i > h.Total {
			c.say(string(row.Key), "is no code of the pool, which has %d", h.Total)
			return nil
		}
		if i > h.Given+1 && (part[1] != reward || n != i-1) {
			c.say(string(row.Key), "the code before it is missing")
		}
		reward, n = part[1], i
		if (i <= h.Given) != (code.By != "") {
			c.say(string(row.Key), "is given or not, and the pool's head says otherwise: %d were", h.Given)
		}
		if code.By == "" {
			return nil
		}
		if given[code.By] {
			c.say(string(row.Key), "its voucher %s got another code as well", code.By)
		}
		given[code.By] = true
		v, ok, err := get(r, code.By)
		if ok && !bytes.Equal(v.Sealed, code.Sealed) {
			c.say(string(row.Key), "is given to voucher %s, which has another code", code.By)
		}
		return err
	})
	if err != nil {
		return err
	}
	return db.View(ctx, func(r store.Reader) (err error) {
		for reward, h := range poolHeads.Scan(r, poolHeads.All(), &err) {
			if h.Given == h.Total { // the newest may be swept
				continue
			}
			if _, ok, err := pool.Get(r, reward, numberKey(h.Total)); err != nil {
				return err
			} else if !ok {
				c.say(string(poolHeads.Key(reward)), "code %d is missing", h.Total)
			}
		}
		return err
	})
}

// pages gives the rows of a range, a page to a View.
func pages(ctx context.Context, db store.DB, rg store.Range, f func(store.Reader, store.Row) error) error {
	for more := true; more; {
		err := db.View(ctx, func(r store.Reader) error {
			more = false
			seen := 0
			for row, err := range r.Scan(rg) {
				if err != nil {
					return err
				}
				if err := f(r, row); err != nil {
					return err
				}
				if seen++; seen == store.ScanPage {
					rg.Start, more = append(row.Key, 0), true
					return nil
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
