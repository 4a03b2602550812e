package match

import (
	"regulars/loyalty"
	"regulars/store"
)

// KeptOf is what is kept about a member, for an export: their [Request], with its words
// still sealed. It is for a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (store.Kept, error) {
	k := store.Kept{}
	return k, requests.Keep(k, r, string(m))
}
