package rollup

import (
	"cmp"
	"context"
	"slices"

	"regulars/store"
)

// StaffSums is what an employee did in a month, by the day on which it counts:
// sales and gifts that they recorded, points that members spent with them, and
// members who joined with them (Joined: the first entry that an employee recorded
// of the member was theirs, on the day of joining). Back, Undone, Refunded and
// Void are what anybody took back of it since, in the month of what was taken
// back.
type StaffSums struct {
	Staff   string // the employee's id, without "staff/"
	Members int    // with whom they had to do
	Sums
}

// Staff is what each employee did in a month, ordered by id.
func (d *Desk) Staff(ctx context.Context, m Month) (list []StaffSums, err error) {
	err = d.staffRows(ctx, m, func(k rowKey, o *opened, _ resolver) {
		i, ok := slices.BinarySearchFunc(list, k.who, func(s StaffSums, id string) int { return cmp.Compare(s.Staff, id) })
		if !ok {
			list = slices.Insert(list, i, StaffSums{Staff: k.who})
		}
		list[i].Members += o.n
		list[i].Add(o.sum.sums(o.visits))
	}, func() { list = nil })
	return list, err
}

// Given is what an employee did to one member in a month.
type Given struct {
	Member uint32 // ordinal of who the member is now
	Sums
}

// StaffMembers is what an employee did in a month to each member, who got the
// most points first, n at most.
func (d *Desk) StaffMembers(ctx context.Context, m Month, staff string, n int) ([]Given, error) {
	byMember := map[uint32]*Sums{}
	err := d.staffRows(ctx, m, func(k rowKey, o *opened, who resolver) {
		if k.who != staff {
			return
		}
		for r := (record{}); o.next(&r); {
			ord := who.of(r.ord)
			if byMember[ord] == nil {
				byMember[ord] = &Sums{}
			}
			byMember[ord].Add(r.sums(min(r.columns[cOrders], 1)))
		}
	}, func() { clear(byMember) })
	list := make([]Given, 0, len(byMember))
	for ord, sum := range byMember {
		list = append(list, Given{ord, *sum})
	}
	slices.SortFunc(list, func(a, b Given) int {
		return cmp.Or(cmp.Compare(b.Given(), a.Given()), cmp.Compare(a.Member, b.Member))
	})
	return list[:min(n, len(list))], err
}

// staffRows calls f for each row of a month's employees; begin, before the first.
func (d *Desk) staffRows(ctx context.Context, m Month, f func(rowKey, *opened, resolver), begin func()) error {
	return d.read(ctx, Where{}, func(r store.Reader, st state, who resolver) error {
		begin()
		for row, err := range r.Scan(months.Under(generation(st.Gen), pad(int32(m)))) {
			if err != nil {
				return err
			}
			o, err := open(row.Key, row.Value)
			if err != nil {
				return err
			}
			f(keyOf(row.Key), &o, who)
		}
		return nil
	})
}
