package household

import (
	"cmp"

	"regulars/loyalty"
	"regulars/store"
)

// KeptOf is what is kept about a member, for an export: when they joined households,
// what they used of others' points, and their own place, which names nobody else. It
// is for a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (store.Kept, error) {
	k, who := store.Kept{}, string(m)
	rows := k.Of(houses.Word())
	err := cmp.Or(places.Keep(k, r, who), joinset.Keep(k, r, who), uses.Keep(k, r, who), losses.Keep(k, r, who))
	if err != nil {
		return k, err
	}
	at, ok, err := places.Get(r, who)
	if err != nil || !ok {
		return k, err
	}
	h, ok, err := houses.Get(r, at.House)
	if mate := h.Mate(m); ok && mate != nil {
		rows[at.House] = *mate
	}
	return k, err
}
