package segment

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Bought is on how many local days from the one of from up to, not including,
// that of to a member came, and what they paid on them less what came back, as
// of the last [Desk.Refresh]. A year back is known. Somebody without a roll
// bought nothing.
func (d *Desk) Bought(r store.Reader, m loyalty.MemberID, from, to time.Time) (days int64, money loyalty.Money, err error) {
	row, err := readRoll(r, m)
	if err != nil || row == nil {
		return 0, 0, err
	}
	zone := d.Programme(to).Location()
	first, end := DayOf(from, zone), DayOf(to, zone)
	for _, day := range row.Days {
		if day.Day < first || day.Day >= end {
			continue
		}
		if day.Visits > 0 {
			days++
		}
		money += day.Money
	}
	return days, money, nil
}
