package rollup

import (
	"context"
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// Settled is how many points of one store were spent at another in a month, less
// what was given back in it: it may be below 0. "" is no store: points of a
// welcome gift, of an import; what was redeemed in a chat.
type Settled struct {
	From, To loyalty.Store // where they were given, where they were spent
	Points   loyalty.Points
}

// Settlement is what was spent in a month, by where it was given and where it was
// spent, ordered by both; the same store twice is among them. A month counts what
// was recorded in it, so it never changes once it is over.
func (d *Desk) Settlement(ctx context.Context, m Month) (list []Settled, err error) {
	err = d.read(ctx, Where{}, func(r store.Reader, st state, _ resolver) (err error) {
		list = nil
		for key, n := range settled.Scan(r, settled.Under(generation(st.Gen), pad(int32(m))), &err) {
			k := settleKeyOf(key)
			list = append(list, Settled{k.from, k.to, n})
		}
		return err
	})
	return list, err
}

// settleKeyOf reads a key of rollsettle after the prefix.
func settleKeyOf(key string) (k settleKey) {
	if p := strings.Split(key, "/"); len(p) == 4 {
		k = settleKey{Month(number(p[1])), storeOf(p[2]), storeOf(p[3])}
	}
	return k
}
