// Package jobs is what the schedule does: what comes to members because time
// passes, without anybody saying anything. Each person's part is one
// transaction, with the message that tells them of it; whatever was done is not
// done again, however often and by however many a job is run.
//
// The package owns no rows. That a gift was given and a nudge told stands in
// the rows of loyalty/club and loyalty/reach, and the messages in the outbox
// under ids made from what they tell. When jobs ran stands in bot/schedule's.
package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/store"
)

// Jobs are the jobs of one shop.
type Jobs struct {
	DB     store.DB
	Shop   *shop.Shop
	Outbox bot.Outbox
	// Doors is the way to the groups that members of some tiers may enter.
	Doors Doors
	// More are jobs of rooms that this one does not know.
	More []schedule.Job
}

// everyMinute is the spec of what looks for what is due by now.
const everyMinute = "* * * * *"

// All are the jobs as the shop is set now, in the order in which they run by
// hand. After one that did something, the outbox looks what there is to send.
func (j Jobs) All() []schedule.Job {
	all := slices.Concat(
		[]schedule.Job{{Name: "club", Spec: everyMinute, Run: j.club}},
		[]schedule.Job{{Name: "settle", Spec: "*/10 * * * *", Run: j.settle}},
		[]schedule.Job{{Name: "nudges", Spec: everyMinute, Run: j.nudges}},
		[]schedule.Job{{Name: "plans", Spec: everyMinute, Run: j.plans}},
		j.surveyJobs(), j.lineJobs(),
		j.eventJobs(),
		j.playJobs(),
		j.roomJobs(),
		j.digestJob(), j.fraudJob(),
		j.segments(),
		j.statements(),
		j.More,
	)
	for i := range all {
		run := all[i].Run
		all[i].Run = func(ctx context.Context, t schedule.Tick) (int, error) {
			done, err := run(ctx, t)
			if done > 0 {
				j.Outbox.Nudge(bot.Intent{}) // no channel: every one looks what there is
			}
			return done, err
		}
	}
	return all
}

// Run does one job by its name and by hand, at its newest tick: "club" (gifts,
// referrals, vouchers that lapsed), "settle" (what time does to accounts),
// "nudges" (what the shop writes of its own accord). done is for
// how many people, or vouchers, it did something; that holds beside an error as
// well, which keeps nobody else from theirs: whom it left out is tried again by
// the next Run.
func (j Jobs) Run(ctx context.Context, name string) (done int, err error) {
	for _, job := range j.All() {
		if job.Name != name {
			continue
		}
		now := j.Shop.Clock.Now()
		t, err := schedule.TickAt(job, j.Shop.Local(now).Location(), now)
		if err != nil {
			return 0, err
		}
		return job.Run(ctx, t)
	}
	return 0, fmt.Errorf("jobs: there is no %q; there are %s", name, strings.Join(j.Names(), ", "))
}

// Names are the jobs' names, in the order of All.
func (j Jobs) Names() (names []string) {
	for _, job := range j.All() {
		names = append(names, job.Name)
	}
	return names
}

// club gives the gifts that are due, rewards referrals and closes vouchers.
func (j Jobs) club(ctx context.Context, _ schedule.Tick) (int, error) {
	return j.Shop.Club.Tick(ctx, j.DB, j.Shop.Clock.Now(), Tell(j.Shop, j.Outbox))
}

// settle writes down what time has done to accounts: points that waited can be
// spent, others are gone, tiers end. Nobody's points depend on it.
func (j Jobs) settle(ctx context.Context, _ schedule.Tick) (int, error) {
	return j.Shop.Book.SettleAll(ctx, j.DB, j.Shop.Clock.Now(), nil)
}
