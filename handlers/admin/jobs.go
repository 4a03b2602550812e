package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"regulars/bot/schedule"
	"regulars/store"
)

// listJobs prints how every job of the shop stands.
func (d Desk) listJobs(ctx context.Context, _ map[string]string, out Out) error {
	var all []schedule.State
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		all, err = d.Schedule.Status(r)
		return err
	})
	if err != nil {
		return err
	}
	t := newTable("JOB", "WHEN", "LAST", "FOR", "NEXT", "NOW")
	for _, x := range all {
		t.add(x.Job.Name, x.Job.Spec, d.stamp(x.Ended), fmt.Sprint(x.For), d.stamp(x.Next), d.jobNow(x))
	}
	t.print(out)
	for _, x := range all {
		if x.Error != "" {
			out.Say("")
			out.Say("%s fails since %s: %s", x.Job.Name, d.stamp(x.Failing), x.Error)
		}
	}
	out.Say("")
	out.Say("`regulars jobs run JOB` runs one now. Who had theirs gets no second.")
	return nil
}

// jobNow is what a job does at the moment.
func (d Desk) jobNow(x schedule.State) string {
	switch {
	case x.Holder != "":
		return "runs since " + d.stamp(x.Since)
	case x.Error != "":
		return "is tried again each minute"
	case x.Running != "":
		return "was cut short; goes on within a minute"
	}
	return "waits"
}

// runJob runs one job now.
func (d Desk) runJob(ctx context.Context, args map[string]string, out Out) error {
	name, begun := args["name"], time.Now()
	n, err := d.Schedule.RunNow(ctx, name)
	switch {
	case errors.Is(err, schedule.ErrNoJob):
		return &Error{fmt.Sprintf("there is no job %q; there are %s", name, strings.Join(d.jobNames(), ", ")), 2}
	case errors.Is(err, schedule.ErrRuns):
		return fmt.Errorf("%s is running already; `regulars jobs list` says since when", name)
	case err != nil:
		return fmt.Errorf("%s was done for %d and not for everybody: %w; it is tried again each minute while serve runs", name, n, err)
	}
	out.Say("%s: done for %d in %s.", name, n, time.Since(begun).Round(time.Millisecond))
	return nil
}

func (d Desk) jobNames() (names []string) {
	for _, j := range d.Schedule.Jobs() {
		names = append(names, j.Name)
	}
	return names
}
