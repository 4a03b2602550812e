package chance

import (
	"cmp"
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// KeptOf is what is kept about a member under their own id, for an export: their
// draws, and the goes that purchases brought. It is for a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (store.Kept, error) {
	k := store.Kept{}
	return k, cmp.Or(draws.Keep(k, r, string(m)), gos.Keep(k, r, string(m)))
}

// EachKept yields a member's pieces of packets and answers to quizzes, or for ""
// everybody's, which stand under the packet and the quiz: the table, the packet's or
// quiz's id, and the row. It is for a View, and goes over all of 400 days.
func EachKept(r store.Reader, of loyalty.MemberID, yield func(m loyalty.MemberID, word, id string, row any) error) error {
	var err error
	for key, v := range pieces.Naming(r, string(of), &err) {
		id, m, _ := strings.Cut(key, "/")
		if err := yield(loyalty.MemberID(m), pieces.Word(), id, v); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	for key, v := range guesses.Naming(r, string(of), &err) {
		id, m, _ := strings.Cut(key, "/")
		if err := yield(loyalty.MemberID(m), guesses.Word(), id, v); err != nil {
			return err
		}
	}
	return err
}
