package rollup

import (
	"context"

	"regulars/loyalty"
	"regulars/store"
)

// DaySums is what a local day came to.
type DaySums struct {
	Day int32
	Sums
}

// Sums is what each day of a span came to, those on which nothing happened
// included; a span that begins before the shop's first row begins there.
func (d *Desk) Sums(ctx context.Context, s Span, w Where) ([]DaySums, error) {
	byDay := map[int32]*Sums{}
	first := s.To
	err := d.total(ctx, s, w, func(k rowKey, sum Sums) {
		if byDay[k.when] == nil {
			byDay[k.when] = &Sums{}
		}
		first = min(first, k.when)
		byDay[k.when].Add(sum)
	})
	if err != nil {
		return nil, err
	}
	if s.Days() > longest { // who asks for ever wants no days of nothing
		s = Span{first, lastOf(byDay) + 1}
	}
	var list []DaySums
	for day := max(s.From, 0); day < s.To; day++ {
		sum := DaySums{Day: day}
		if got := byDay[day]; got != nil {
			sum.Sums = *got
		}
		list = append(list, sum)
	}
	return list, nil
}

// longest is how many days a span may have that is answered day by day, empty
// ones included: ten years.
const longest = 3660

func lastOf(byDay map[int32]*Sums) (last int32) {
	for day := range byDay {
		last = max(last, day)
	}
	return last
}

// Total is what a span came to in all.
func (d *Desk) Total(ctx context.Context, s Span, w Where) (sum Sums, err error) {
	err = d.total(ctx, s, w, func(_ rowKey, more Sums) { sum.Add(more) })
	return sum, err
}

// ByStore is what a span came to in each store; "" is what was in none: joining
// in a chat, what points do by themselves.
func (d *Desk) ByStore(ctx context.Context, s Span, w Where) (map[loyalty.Store]Sums, error) {
	all := map[loyalty.Store]Sums{}
	err := d.total(ctx, s, w, func(k rowKey, more Sums) {
		sum := all[loyalty.Store(k.who)]
		sum.Add(more)
		all[loyalty.Store(k.who)] = sum
	})
	return all, err
}

// total calls f for each row's sum.
func (d *Desk) total(ctx context.Context, s Span, w Where, f func(rowKey, Sums)) error {
	return d.read(ctx, w, func(r store.Reader, st state, who resolver) error {
		list, err := rows(r, st.Gen, s, w.Store)
		if err != nil {
			return err
		}
		for i := range list {
			row := &list[i]
			if w.Set == nil {
				f(row.rowKey, row.sum.sums(row.visits))
				continue
			}
			f(row.rowKey, row.within(w.Set, who))
		}
		return nil
	})
}

// within is the sum of a row's records of a set.
func (s *stored) within(set *Set, who resolver) Sums {
	var sum columns
	var visits int64
	for r := (record{}); s.next(&r); {
		if !set.Has(who.of(r.ord)) {
			continue
		}
		if sum.plus(&r.columns); r.columns[cOrders] > 0 {
			visits++
		}
	}
	return sum.sums(visits)
}
