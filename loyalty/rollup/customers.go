package rollup

import (
	"cmp"
	"context"
	"iter"
	"runtime"
	"slices"
	"sync"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Customer is what one member bought in a span. Days are local ones.
type Customer struct {
	Ordinal     uint32
	Orders      int32         // that did not come back as a whole
	Days        int32         // on which there was one
	First, Last int32         // of these days
	Money       loyalty.Money // of the orders, net
}

// Customers are who bought in a span.
type Customers struct {
	Span
	AsOf time.Time
	gen  int
	list []Customer // by ordinal; without orders: nobody
	n    int
}

// Len is how many they are.
func (c *Customers) Len() int { return c.n }

// All yields them in the order of their ordinals, which never changes.
func (c *Customers) All() iter.Seq[Customer] {
	return func(yield func(Customer) bool) {
		for i := range c.list {
			if one := &c.list[i]; one.Orders > 0 {
				one.Ordinal = uint32(i)
				if !yield(*one) {
					return
				}
			}
		}
	}
}

// Of is what a member bought; ok is false for who bought nothing.
func (c *Customers) Of(ord uint32) (one Customer, ok bool) {
	if int(ord) >= len(c.list) || c.list[ord].Orders <= 0 {
		return Customer{}, false
	}
	one = c.list[ord]
	one.Ordinal = ord
	return one, true
}

// Set is who they are.
func (c *Customers) Set() *Set {
	s := &Set{AsOf: c.AsOf, gen: c.gen}
	for one := range c.All() {
		s.add(one.Ordinal)
	}
	return s
}

// Customers are who bought in a span, in a store or all, of a set or all. Who was
// merged is one customer with who took them in. Span [Ever] gives whole
// histories: of a customer come Days times, Last − First days between the first
// and the last, and known for until − First.
func (d *Desk) Customers(ctx context.Context, s Span, w Where) (c *Customers, err error) {
	err = d.read(ctx, w, func(r store.Reader, st state, who resolver) error {
		list, err := rows(r, st.Gen, s, w.Store)
		if err != nil {
			return err
		}
		c = &Customers{Span: s, AsOf: st.At, gen: st.Gen, list: make([]Customer, st.Next)}
		c.count(list, who, w.Set)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if at := time.UnixMicro(d.asOf.Load()).UTC(); at.After(c.AsOf) {
		c.AsOf = at
	}
	return c, nil
}

// count adds the rows up, the blocks of ordinals side by side; what is of merged
// members comes after, as it goes into other blocks.
func (c *Customers) count(list []stored, who resolver, set *Set) {
	var merged []visit
	var mu sync.Mutex
	var working sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, rows := range blocks(list) {
		slots <- struct{}{}
		working.Go(func() {
			defer func() { <-slots }()
			moved := c.block(rows, who, set)
			mu.Lock()
			defer mu.Unlock()
			merged = append(merged, moved...)
		})
	}
	working.Wait()
	c.merge(merged)
	for i := range c.list {
		if c.list[i].Orders > 0 {
			c.n++
		}
	}
}

// visit is what a member bought on a day in a store.
type visit struct {
	ord   uint32
	day   int32
	order int32
	money loyalty.Money
}

// block adds up rows of one block, ordered by day. What is of who was merged, or
// of who took somebody in, it gives back.
func (c *Customers) block(rows []stored, who resolver, set *Set) (moved []visit) {
	taking := map[uint32]bool{}
	for ord, into := range who {
		taking[ord], taking[into] = true, true
	}
	for i := range rows {
		row := &rows[i]
		for r := (record{}); row.next(&r); {
			if r.columns[cOrders] == 0 && r.columns[cGross] == r.columns[cRefunded] || int(r.ord) >= len(c.list) {
				continue
			}
			v := visit{r.ord, row.when, int32(r.columns[cOrders]), r.money()}
			if len(taking) > 0 && taking[r.ord] {
				v.ord = who.of(r.ord)
				moved = append(moved, v)
				continue
			}
			if set == nil || set.Has(r.ord) {
				c.list[r.ord].add(&v)
			}
		}
	}
	if set == nil {
		return moved
	}
	in := moved[:0]
	for _, v := range moved {
		if set.Has(v.ord) {
			in = append(in, v)
		}
	}
	return in
}

// add adds a visit; they come in the order of their days.
func (c *Customer) add(v *visit) {
	c.Orders, c.Money = c.Orders+v.order, c.Money+v.money
	if v.order <= 0 || c.Last == v.day && c.Days > 0 {
		return
	}
	if c.Days == 0 {
		c.First = v.day
	}
	c.Days, c.Last = c.Days+1, v.day
}

// merge adds what merged members bought, each under who they are now.
func (c *Customers) merge(list []visit) {
	slices.SortStableFunc(list, func(a, b visit) int { return cmp.Compare(a.day, b.day) })
	for i := range list {
		if v := &list[i]; int(v.ord) < len(c.list) {
			c.list[v.ord].add(v)
		}
	}
}

// Visit is what one member bought on a local day, in all stores asked for.
type Visit struct {
	Day     int32
	Ordinal uint32 // of who the member is now
	Orders  int32  // 0: all of them came back
	Money   loyalty.Money
}

// EachVisit calls f for what was bought in a span, in the order of the days; one
// member may come more than once a day, of several stores.
func (d *Desk) EachVisit(ctx context.Context, s Span, w Where, f func(Visit)) error {
	var list []stored
	var who resolver
	err := d.read(ctx, w, func(r store.Reader, st state, merged resolver) (err error) {
		who = merged
		list, err = rows(r, st.Gen, s, w.Store)
		return err
	})
	if err != nil {
		return err
	}
	for i := range list {
		row := &list[i]
		for r := (record{}); row.next(&r); {
			if r.columns[cOrders] == 0 && r.columns[cGross] == 0 {
				continue
			}
			if ord := who.of(r.ord); w.Set == nil || w.Set.Has(ord) {
				f(Visit{row.when, ord, int32(r.columns[cOrders]), r.money()})
			}
		}
	}
	return nil
}
