package jobs

import (
	"context"
	"errors"

	"regulars/bot/schedule"
)

// segments keep what segments and figures look at: "segments" makes out-of-date
// rolls and rollups anew (serve does so every few seconds besides), "segment-counts" counts the segments
// that have a name, for shops too large to count them while somebody waits,
// "segment-census" counts everybody for the metrics that are of people, and "population"
// reckons once a night what each member is compared with, "recommend" what goes with
// what, and "levers" what came of the words of levers.
func (j Jobs) segments() []schedule.Job {
	return []schedule.Job{
		{Name: "segments", Spec: everyMinute, Run: func(ctx context.Context, _ schedule.Tick) (int, error) {
			return j.Shop.Rollups.Refresh(ctx, j.Shop.Clock.Now())
		}},
		{Name: "segment-counts", Spec: "7 * * * *", Run: func(ctx context.Context, _ schedule.Tick) (int, error) {
			return j.Shop.Segments.TallyAll(ctx, j.Shop.Clock.Now())
		}},
		{Name: "segment-census", Spec: "37 * * * *", Run: func(ctx context.Context, _ schedule.Tick) (int, error) {
			return j.Shop.Metrics.Refresh(ctx, j.Shop.Clock.Now())
		}},
		{Name: "population", Spec: "40 3 * * *", Run: j.population},
		{Name: "levers", Spec: "20 4 * * *", Run: j.levers},
		{Name: "recommend", Spec: "10 4 * * *", Run: func(ctx context.Context, _ schedule.Tick) (int, error) {
			return j.Shop.Recommend.Refresh(ctx, j.DB, j.Shop.Clock.Now())
		}},
	}
}

// levers counts what is said of rewards, and what came of what was said before.
func (j Jobs) levers(ctx context.Context, _ schedule.Tick) (int, error) {
	now := j.Shop.Clock.Now()
	counted := j.Shop.Levers.Count(ctx, j.DB, now)
	n, err := j.Shop.Levers.Settle(ctx, j.DB, now)
	return n, errors.Join(counted, err)
}

// population looks at everybody once a night.
func (j Jobs) population(ctx context.Context, _ schedule.Tick) (int, error) {
	now := j.Shop.Clock.Now()
	if _, err := j.Shop.RecheckIgnored(ctx); err != nil {
		return 0, err
	}
	n, err := j.Shop.Segments.Refresh(ctx, now)
	if err != nil {
		return n, err
	}
	if _, err = j.Shop.Segments.Fit(ctx, now); err != nil {
		return n, err
	}
	_, err = j.Shop.Metrics.Refresh(ctx, now)
	return n, err
}
