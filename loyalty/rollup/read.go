package rollup

import (
	"context"
	"slices"

	"regulars/loyalty"
	"regulars/store"
)

// read runs f over what holds. A set of another generation is refused by
// ErrOldSet.
func (d *Desk) read(ctx context.Context, w Where, f func(store.Reader, state, resolver) error) error {
	return d.DB.View(ctx, func(r store.Reader) error {
		st, err := stateIn(r)
		switch {
		case err != nil:
			return err
		case st.Gen == 0:
			return ErrNotYet
		case w.Set != nil && w.Set.gen != st.Gen:
			return ErrOldSet
		}
		who, err := resolve(r, st)
		if err != nil {
			return err
		}
		return f(r, st, who)
	})
}

// resolver tells who an ordinal's member is now. It knows only those who were
// merged.
type resolver map[uint32]uint32

// of is the ordinal of who has what this one's member had.
func (w resolver) of(ord uint32) uint32 {
	if len(w) == 0 {
		return ord
	}
	for range len(w) + 1 { // a chain is no longer than that
		into, ok := w[ord]
		if !ok {
			break
		}
		ord = into
	}
	return ord
}

func resolve(r store.Reader, st state) (w resolver, err error) {
	w = resolver{}
	for key, into := range parts.Scan(r, parts.Under(generation(st.Gen)), &err) {
		w[uint32(number(key[len(key)-7:]))] = into
	}
	return w, err
}

// stored is a row of a day, unread.
type stored struct {
	rowKey
	opened
}

// rows are a span's rows, of one store or all, ordered by day.
func rows(r store.Reader, gen int, s Span, at loyalty.Store) (list []stored, err error) {
	for row, err := range r.Scan(daysIn(gen, s)) {
		if err != nil {
			return nil, err
		}
		k := keyOf(row.Key)
		if at != "" && k.who != string(at) {
			continue
		}
		o, err := open(row.Key, row.Value)
		if err != nil {
			return nil, err
		}
		list = append(list, stored{k, o})
	}
	return list, nil
}

// blocks are rows by the block of their ordinals, each ordered by day.
func blocks(list []stored) [][]stored {
	var parted [][]stored
	for _, s := range list {
		for int(s.block) >= len(parted) {
			parted = append(parted, nil)
		}
		parted[s.block] = append(parted[s.block], s)
	}
	return slices.DeleteFunc(parted, func(l []stored) bool { return len(l) == 0 })
}
