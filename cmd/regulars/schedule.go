package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/alarm"
	"regulars/handlers/jobs"
	"regulars/i18n"
	"regulars/store"
)

// jobs are what the schedule does in this shop.
func (a *app) jobs() jobs.Jobs {
	return jobs.Jobs{DB: a.db, Shop: a.shop, Outbox: a.outbox, Doors: jobs.Doors{Group: a.bot.GroupChat, Keepers: a.doorkeeper}}
}

// doorkeeper is a channel that lets people into groups, where its platform has a
// program do that.
func (a *app) doorkeeper(name bot.ChannelName) (bot.Doorkeeper, bool) {
	k, ok := a.adapters[name].(bot.Doorkeeper)
	return k, ok
}

// newSchedule runs the shop's jobs by its clock, under a name that no other
// process has.
func (a *app) newSchedule() *schedule.Scheduler {
	var name [8]byte
	_, _ = rand.Read(name[:]) // never fails
	return &schedule.Scheduler{
		DB: a.db, Clock: a.clock, Log: a.log, Holder: hex.EncodeToString(name[:]), Replica: a.replica,
		Zone: func() *time.Location { return a.shop.Local(a.clock.Now()).Location() },
		Jobs: func() []schedule.Job { return a.jobs().All() },
	}
}

// jobStuck is how long a job may fail until owners hear of it.
const jobStuck = 24 * time.Hour

// jobs looks for jobs that do not succeed.
func (w *watch) jobs(ctx context.Context) (found []alarm.Trouble, ok bool) {
	var all []schedule.State
	err := w.a.db.View(ctx, func(r store.Reader) (err error) {
		all, err = w.a.schedule.Status(r)
		return err
	})
	if err != nil {
		return nil, false
	}
	for _, x := range all {
		since := x.Failing
		if since.IsZero() {
			since = x.Since
		}
		if x.Stuck(w.a.clock.Now(), jobStuck) {
			found = append(found, alarm.Trouble{Kind: alarm.Jobs, About: x.Job.Name,
				Text: i18n.T(i18n.AlarmStuck, "Job", x.Job.Name, "Date", w.a.shop.Local(since))})
		}
	}
	return found, true
}
