package reach

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Touches are what reached the member of the shop's own accord in the last month,
// the oldest first; which messages those were is not told, their Intent is empty.
// In an Update it locks the member.
func Touches(r store.Reader, m loyalty.MemberID) ([]Touch, error) {
	row, err := load(r, m)
	list := make([]Touch, len(row.all))
	for i, t := range row.all {
		list[i] = Touch{Kind: t.Kind, At: time.Unix(t.At, 0).UTC()}
	}
	return list, err
}
