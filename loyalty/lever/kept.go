package lever

import (
	"regulars/loyalty"
	"regulars/store"
)

// KeptOf is what is kept about a member, for an export: which levers' words they read,
// or did not as one of the hold-out, and what they bought in the days after. It is for
// a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (store.Kept, error) {
	k := store.Kept{}
	return k, rows.Keep(k, r, string(m))
}
