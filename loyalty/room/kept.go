package room

import (
	"regulars/loyalty"
	"regulars/store"
)

// KeptOf is what is kept about a member, for an export: in which rooms they are, or
// asked to be. It is for a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (store.Kept, error) {
	k := store.Kept{}
	return k, guests.Keep(k, r, string(m))
}
