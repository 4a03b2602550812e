package recommend

import (
	"cmp"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/store"
)

// For is what may please a member next, the likeliest first, at most n: none of
// what they had lately. may says what can be told of now; nil: whatever the
// programme recommends. It is empty where nothing is known. In an Update it locks
// the member.
func (d *Desk) For(r store.Reader, m loyalty.MemberID, now time.Time, may func(Thing) bool, n int) ([]Hint, error) {
	rules := &d.Programme(now).Recommend
	if !rules.On() {
		return nil, nil
	}
	t, _, err := d.taste(r, m)
	if err != nil {
		return nil, err
	}
	mine, err := d.things(r, m, &t, now)
	if err != nil || len(mine) == 0 {
		return nil, err
	}
	c := census{number: map[Thing]int32{}}
	c.take(mine)
	table := make([][]measure.Alike, len(mine))
	for i, x := range mine {
		list, _, err := alikes.Get(r, string(x))
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			if o.Both >= rules.Least { // as the programme asks now
				table[i] = append(table[i], measure.Alike{Other: c.of(o.Thing), Both: o.Both, Share: o.Share, Evidence: o.Evidence})
			}
		}
	}
	found := measure.Hints(c.people[0], func(i int32) []measure.Alike { return table[i] }, func(i int32) bool {
		x := c.things[i]
		return tells(rules, x) && d.Named(x, now) && (may == nil || may(x))
	}, n)
	hints := make([]Hint, len(found))
	for i, h := range found {
		hints[i] = Hint{Thing: c.things[h.Other], Because: c.things[h.Because], Both: h.Both}
	}
	return hints, nil
}

// of is a thing's number.
func (c *census) of(x Thing) int32 {
	n, known := c.number[x]
	if !known {
		n = int32(len(c.things))
		c.things, c.number[x] = append(c.things, x), n
	}
	return n
}

// tells says that the programme recommends things of this kind.
func tells(rules *loyalty.Recommend, x Thing) bool {
	switch kind, _ := x.Split(); kind {
	case Reward:
		return rules.Rewards
	case Category:
		return rules.Categories
	case Item:
		return rules.Items
	}
	return false
}

// Pair is two things that go together.
type Pair struct {
	First, Other Thing
	Both         int64   // members who had both
	Share        float64 // how likely the other is to who had the first, 0 to 1
}

// Pairs are what goes together most, at most n, for who looks after the shop.
func (d *Desk) Pairs(r store.Reader, now time.Time, n int) (list []Pair, err error) {
	for key, others := range alikes.Scan(r, alikes.All(), &err) {
		for _, o := range others {
			if d.Named(Thing(key), now) && d.Named(o.Thing, now) {
				list = append(list, Pair{Thing(key), o.Thing, o.Both, o.Share})
			}
		}
	}
	slices.SortFunc(list, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(b.Both, a.Both), cmp.Compare(a.First, b.First), cmp.Compare(a.Other, b.Other))
	})
	return list[:min(len(list), n)], err
}
