package club

import (
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Visits is how many visits of the member count, those taken back excluded, and
// the local date of the newest, as its midnight in UTC; zero without any. In an
// Update it locks the member.
func (c *Club) Visits(r store.Reader, m loyalty.MemberID, now time.Time) (n int64, last time.Time, err error) {
	x, err := c.peek(r, m, now)
	if err != nil {
		return 0, time.Time{}, err
	}
	return x.card.Visits, x.card.Last, nil
}

// VisitsOf is by how many an operation changed its member's visits.
func VisitsOf(r book.Receipt) int64 { return visitsOf(r) }
