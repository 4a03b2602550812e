package people

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// JoinedAt is when a person became a member, and how far they are now, without
// opening what is sealed of them: zero for who never did, "" for an id that no row
// knows. Of who has left it is still told.
func JoinedAt(r store.Reader, id loyalty.MemberID) (at time.Time, status Status, err error) {
	row, _, err := persons.Get(r, string(id))
	return row.JoinedAt, row.Status, err
}

// Joined is at most n ids of those who became members, whether or not they have
// left since, ordered, from the first after the one given ("" is the beginning);
// next is where to go on, "" at the end. Of contacts it looks at 16 n at most.
func Joined(r store.Reader, after loyalty.MemberID, n int) (ids []loyalty.MemberID, next loyalty.MemberID, err error) {
	seen := 0
	for id, row := range persons.Scan(r, persons.Between(string(after)+"\x00", "\xff"), &err) {
		if !row.JoinedAt.IsZero() {
			ids = append(ids, loyalty.MemberID(id))
		}
		if seen++; len(ids) == n || seen == 16*n {
			return ids, loyalty.MemberID(id), nil
		}
	}
	return ids, "", err
}
