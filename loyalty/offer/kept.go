package offer

import (
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// KeptOf is what is kept about a member under their own id, for an export: what they
// claimed, by offer and instant. It is for a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (store.Kept, error) {
	k := store.Kept{}
	return k, claims.Keep(k, r, string(m))
}

// EachKept yields a member's vouchers that a neighbour took, or for "" everybody's,
// which stand under the month: the table, the neighbour's row, and the row. It is for a
// View, and goes over all there ever were.
func EachKept(r store.Reader, of loyalty.MemberID, yield func(m loyalty.MemberID, word, id string, row any) error) (err error) {
	for key, t := range takes.Naming(r, string(of), &err) {
		if month, rest, ok := strings.Cut(key, "/"); ok {
			t.Month = month
			partner, _, _ := strings.Cut(rest, "/")
			t.Partner = loyalty.Store(partner)
		}
		if err := yield(t.Member, takes.Word(), key, t); err != nil {
			return err
		}
	}
	return err
}
