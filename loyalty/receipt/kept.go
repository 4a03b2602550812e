package receipt

import (
	"regulars/loyalty"
	"regulars/store"
)

// EachKept yields the slips whose codes a member claimed, or for "" everybody's: the
// table, the slip's public name, and the slip. It is for a View, and goes over all that
// are still kept.
func EachKept(r store.Reader, of loyalty.MemberID, yield func(m loyalty.MemberID, word, id string, row any) error) (err error) {
	for _, s := range slips.Naming(r, string(of), &err) {
		if s.Member == "" {
			continue
		}
		s.Digest = nil // it says nothing to anybody
		if err := yield(s.Member, slips.Word(), string(s.Ref), s); err != nil {
			return err
		}
	}
	return err
}
