package shop

import (
	"context"
	"hash/fnv"
	"strconv"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/store"
)

// joinsOfDay is a part of those who joined on a local day. There are sixteen
// parts, so that a busy hour's newcomers do not all wait for one row.
type joinsOfDay struct {
	Count int64 `json:"n"`
}

var joinDays = store.NewTable[joinsOfDay]("joinday/", store.Readable, func(rest []byte) store.Subject {
	return store.Subject("joinday/" + string(rest))
})

// countJoin counts a new member.
func (s *Shop) countJoin(tx store.Tx, d club.Deed) error {
	day, part := s.Rules(d.Act.Now).Day(d.Act.Now), joinPart(d.Member)
	if err := tx.Lock(store.Subject("joinday/" + day + "/" + part)); err != nil {
		return err
	}
	row, _, err := joinDays.Get(tx, day, part)
	if err != nil {
		return err
	}
	row.Count++
	return joinDays.Put(tx, row, day, part)
}

func joinPart(m loyalty.MemberID) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(m)) // never fails
	return strconv.FormatUint(uint64(h.Sum32()%16), 16)
}

// Joins is how many became members on the local days from first to last, both
// included ("2006-01-02"), whether or not they have left since.
func (s *Shop) Joins(r store.Reader, first, last string) (n int64, err error) {
	for _, row := range joinDays.Scan(r, joinDays.Between(first, last+"0"), &err) { // "0" follows "/"
		n += row.Count
	}
	return n, err
}

// joinsKept is how long the count of a day is kept.
const joinsKept = 400 * 24 * time.Hour

// SweepJoins deletes the counts of days over 400 days ago. It returns how many
// rows went.
func SweepJoins(ctx context.Context, db store.DB, now time.Time) (int, error) {
	to := now.Add(-joinsKept).UTC().Format(time.DateOnly)
	return store.Sweep(ctx, db, joinDays.Between("", to), 100, func(store.Row) bool { return true })
}
