package main

import (
	"crypto/rand"
	"encoding/hex"
	"time"

	"regulars/bot/schedule"
	"regulars/handlers/jobs"
)

// jobs are what the schedule does in this shop.
func (a *app) jobs() jobs.Jobs { return jobs.Jobs{DB: a.db, Shop: a.shop, Outbox: a.outbox} }

// newSchedule runs the shop's jobs by its clock, under a name that no other
// process has.
func (a *app) newSchedule() *schedule.Scheduler {
	var name [8]byte
	_, _ = rand.Read(name[:]) // never fails
	return &schedule.Scheduler{
		DB: a.db, Clock: a.clock, Log: a.log, Holder: hex.EncodeToString(name[:]),
		Zone: func() *time.Location { return a.shop.Local(a.clock.Now()).Location() },
		Jobs: func() []schedule.Job { return a.jobs().All() },
	}
}
