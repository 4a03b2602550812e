package plan

import (
	"cmp"

	"regulars/loyalty"
	"regulars/store"
)

// KeptOf is what is kept about a member, for an export: their plan, what they paid for
// it, and the years whose cash-back was decided. It is for a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (store.Kept, error) {
	k, who := store.Kept{}, string(m)
	return k, cmp.Or(runs.Keep(k, r, who), payments.Keep(k, r, who), years.Keep(k, r, who))
}
