package recommend

import (
	"regulars/loyalty"
	"regulars/store"
)

// KeptOf is what is kept about a member, for an export: what they had and how often,
// from which it is reckoned what may please them. It is for a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (store.Kept, error) {
	k := store.Kept{}
	return k, tastes.Keep(k, r, string(m))
}
