package rollup

import (
	"context"

	"regulars/loyalty"
	"regulars/store"
)

// perRow is how many members one row of rollord holds.
const perRow = 256

func ordKey(gen int, ord uint32) []byte { return ords.Key(generation(gen), pad(int32(ord/perRow))) }

// encodeIDs is a row of members by ordinal.
func encodeIDs(list []loyalty.MemberID) []byte {
	b := []byte{form}
	for _, m := range list {
		b = append(b, byte(len(m)))
		b = append(b, m...)
	}
	return store.WithSum(b)
}

func decodeIDs(key, raw []byte) (list []loyalty.MemberID, err error) {
	if raw, err = store.CheckSum(key, raw); err != nil {
		return nil, err
	}
	in := reader{b: raw}
	in.uint()
	for len(in.b) > 0 {
		list = append(list, loyalty.MemberID(in.str()))
	}
	return list, nil
}

// name writes which member an ordinal is, the next of all.
func name(tx store.Tx, gen int, ord uint32, m loyalty.MemberID) error {
	list, err := idsIn(tx, gen, ord)
	if err != nil {
		return err
	}
	return tx.Put(ordKey(gen, ord), encodeIDs(append(list, m)))
}

// Member is who has an ordinal, "" for nobody.
func (d *Desk) Member(ctx context.Context, ord uint32) (loyalty.MemberID, error) {
	list, err := d.Members(ctx, []uint32{ord})
	return list[0], err
}

// Ordinal is a member's, of their own and not of whom they were merged into; ok
// is false for who has none yet.
func (d *Desk) Ordinal(ctx context.Context, m loyalty.MemberID) (ord uint32, ok bool, err error) {
	err = d.DB.View(ctx, func(r store.Reader) error {
		st, err := stateIn(r)
		if err != nil {
			return err
		}
		k, has, err := knowns.Get(r, generation(st.Gen), string(m))
		ord, ok = k.Ord, has
		return err
	})
	return ord, ok, err
}
