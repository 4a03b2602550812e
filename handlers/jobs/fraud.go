package jobs

import (
	"context"
	"time"

	"regulars/bot/schedule"
)

// fraudJob looks every night at what employees did on the day before, when nobody
// enters anything any more, and at whose referrals wait for somebody. What members do
// otherwise is looked at when they do it.
func (j Jobs) fraudJob() []schedule.Job {
	return []schedule.Job{{Name: "fraud", Spec: "40 4 * * *", Run: j.fraud}}
}

// fraud looks at the local day before the tick's, and once more at the one before
// that: receipts' codes count on the day of the sale, and are sent in later.
func (j Jobs) fraud(ctx context.Context, t schedule.Tick) (done int, err error) {
	today := j.Shop.Local(t.At)
	for ago := 2; ago >= 1; ago-- {
		n, err := j.Shop.FindStaff(ctx, j.DB, today.AddDate(0, 0, -ago).Format(time.DateOnly))
		if done += n; err != nil {
			return done, err
		}
	}
	n, err := j.Shop.FindMembers(ctx, j.DB)
	return done + n, err
}
