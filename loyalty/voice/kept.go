package voice

import (
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// KeptOf is what is kept about a member under their own id, for an export: each
// [Voice] by its reference, with the words still sealed. It is for a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (k store.Kept, err error) {
	k = store.Kept{}
	rows := k.Of(voices.Word())
	for key := range ofs.Scan(r, ofs.Under(string(m)), &err) {
		_, ref, _ := strings.Cut(key, "/")
		v, ok, err := voices.Get(r, ref)
		if err != nil {
			return k, err
		}
		if ok {
			rows[ref] = v
		}
	}
	return k, err
}

// EachKept yields a member's gifts to charities, or for "" everybody's, which stand
// under the charity: the table, the charity, month and entry, and the row. It is for a
// View, and goes over all there ever were.
func EachKept(r store.Reader, of loyalty.MemberID, yield func(m loyalty.MemberID, word, id string, row any) error) (err error) {
	for key, g := range donated.Naming(r, string(of), &err) {
		if err := yield(g.Member, donated.Word(), key, g); err != nil {
			return err
		}
	}
	return err
}
