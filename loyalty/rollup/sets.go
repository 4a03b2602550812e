package rollup

import (
	"context"
	"errors"
	"iter"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/segment"
	"regulars/store"
)

// ErrOldSet says that all ordinals were given anew since a set was made: ask for
// it again.
var ErrOldSet = errors.New("rollup: the set is of rows that were made anew since")

// Set is some members, by ordinal: who is one with others stands there as who
// took them in.
type Set struct {
	AsOf time.Time
	gen  int
	bits []uint64
}

// Has reports whether an ordinal is in the set.
func (s *Set) Has(ord uint32) bool {
	return int(ord>>6) < len(s.bits) && s.bits[ord>>6]&(1<<(ord&63)) != 0
}

// Len is how many are in it.
func (s *Set) Len() (n int) {
	for _, w := range s.bits {
		n += bits.OnesCount64(w)
	}
	return n
}

// All yields its ordinals in their order.
func (s *Set) All() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i, w := range s.bits {
			for ; w != 0; w &= w - 1 {
				if !yield(uint32(i<<6 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}

// And is who is in both.
func (s *Set) And(o *Set) *Set {
	both := &Set{AsOf: s.AsOf, gen: s.gen, bits: slices.Clone(s.bits[:min(len(s.bits), len(o.bits))])}
	for i := range both.bits {
		both.bits[i] &= o.bits[i]
	}
	return both
}

func (s *Set) add(ord uint32) {
	for int(ord>>6) >= len(s.bits) {
		s.bits = append(s.bits, make([]uint64, 1+len(s.bits))...)
	}
	s.bits[ord>>6] |= 1 << (ord & 63)
}

// sets are those that were asked for of late, and who has which ordinal.
type sets struct {
	mu    sync.Mutex
	kept  map[string]*Set
	index index
}

// index is who has which ordinal, in memory: some 50 bytes a member, read when a
// set is asked for first.
type index struct {
	gen    int
	ids    []loyalty.MemberID // by ordinal
	sorted []uint32           // ordinals by id
}

// keepSets is how old a set may be that is given again, and mostSets how many
// are kept.
const (
	keepSets = 3 * time.Minute
	mostSets = 16
)

// SetOf is who is in a segment, by the rolls as they are. It may be three minutes
// old and says of when it is. Errors are those of [segment.Desk.Count], and ErrNotYet.
func (d *Desk) SetOf(ctx context.Context, e *segment.Expr, now time.Time) (*Set, error) {
	d.sets.mu.Lock()
	defer d.sets.mu.Unlock()
	if err := d.reindex(ctx); err != nil {
		return nil, err
	}
	gen := d.sets.index.gen
	if s := d.sets.kept[e.String()]; s != nil && s.gen == gen && now.Sub(s.AsOf) < keepSets && !now.Before(s.AsOf) {
		return s, nil
	}
	s := &Set{AsOf: now.UTC(), gen: gen}
	var mu sync.Mutex
	err := d.Segments.Walk(ctx, e, now, func() (func(loyalty.MemberID, segment.Look), func()) {
		var mine []uint32
		add := func(m loyalty.MemberID, _ segment.Look) {
			if ord, ok := d.sets.index.of(m); ok {
				mine = append(mine, ord)
			}
		}
		return add, func() {
			mu.Lock()
			defer mu.Unlock()
			for _, ord := range mine {
				s.add(ord)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if d.sets.kept == nil || len(d.sets.kept) >= mostSets {
		d.sets.kept = map[string]*Set{}
	}
	d.sets.kept[e.String()] = s
	return s, nil
}

// of is a member's ordinal.
func (x *index) of(m loyalty.MemberID) (uint32, bool) {
	i, ok := slices.BinarySearchFunc(x.sorted, m, func(ord uint32, m loyalty.MemberID) int {
		return strings.Compare(string(x.ids[ord]), string(m))
	})
	if !ok {
		return 0, false
	}
	return x.sorted[i], true
}

// reindex reads who has which ordinal, as far as that is not known.
func (d *Desk) reindex(ctx context.Context) error {
	x := &d.sets.index
	return d.DB.View(ctx, func(r store.Reader) error {
		st, err := stateIn(r)
		switch {
		case err != nil:
			return err
		case st.Gen == 0:
			return ErrNotYet
		case st.Gen == x.gen && len(x.ids) == int(st.Next):
			return nil
		case st.Gen != x.gen:
			*x = index{gen: st.Gen}
		}
		from := len(x.ids) / perRow
		ids := slices.Clone(x.ids[:from*perRow])
		rg := ords.Between(generation(st.Gen)+"/"+pad(int32(from)), generation(st.Gen)+"0")
		for row, err := range r.Scan(rg) {
			if err != nil {
				return err
			}
			list, err := decodeIDs(row.Key, row.Value)
			if err != nil {
				return err
			}
			ids = append(ids, list...)
		}
		sorted := slices.Clone(x.sorted)
		for ord := len(x.ids); ord < len(ids); ord++ {
			sorted = append(sorted, uint32(ord))
		}
		slices.SortFunc(sorted, func(a, b uint32) int { return strings.Compare(string(ids[a]), string(ids[b])) })
		x.ids, x.sorted = ids, sorted
		return nil
	})
}

// Members are who has these ordinals, "" for nobody.
func (d *Desk) Members(ctx context.Context, list []uint32) ([]loyalty.MemberID, error) {
	out := make([]loyalty.MemberID, len(list))
	err := d.DB.View(ctx, func(r store.Reader) error {
		st, err := stateIn(r)
		if err != nil {
			return err
		}
		known := map[uint32][]loyalty.MemberID{}
		for i, ord := range list {
			row, read := known[ord/perRow]
			if !read {
				if row, err = idsIn(r, st.Gen, ord); err != nil {
					return err
				}
				known[ord/perRow] = row
			}
			if at := int(ord % perRow); at < len(row) {
				out[i] = row[at]
			}
		}
		return nil
	})
	return out, err
}

// idsIn is the row of members in which an ordinal is.
func idsIn(r store.Reader, gen int, ord uint32) ([]loyalty.MemberID, error) {
	key := ordKey(gen, ord)
	raw, ok, err := r.Get(key)
	if err != nil || !ok {
		return nil, err
	}
	return decodeIDs(key, raw)
}
