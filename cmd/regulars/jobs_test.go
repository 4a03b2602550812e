package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"regulars/bot/schedule"
	"regulars/loyalty/people"
	"regulars/store/bolt"
)

// What the clock does is listed, and done by hand, while no serve runs.
func TestJobsByHand(t *testing.T) {
	s, _ := withSale(t)
	out := s.must("jobs", "list")
	for _, want := range []string{"JOB", "club", "* * * * *", "waits", "regulars jobs run"} {
		if !strings.Contains(out, want) {
			t.Errorf("the list says nothing of %q:\n%s", want, out)
		}
	}
	if out := s.must("jobs", "run", "club"); !strings.HasPrefix(out, "club: done for 0 in ") {
		t.Errorf("%s", out)
	}
	s.clock.at = s.clock.at.Add(3 * time.Minute)
	line := ""
	for _, l := range strings.Split(s.must("jobs", "list"), "\n") {
		if strings.HasPrefix(l, "club") {
			line = l
		}
	}
	if !strings.Contains(line, "2026-01-05 10:00") { // when it ran last, on the shop's clock
		t.Errorf("after it ran: %q", line)
	}
	s.refused(2, `there is no job "dishes"; there are club, `, "jobs", "run", "dishes")
}

// Owners hear of a job that failed for a day, and that it is over.
func TestOwnersHearOfAStuckJob(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil).staffed()
	olga := l.enrols("Olga", "en", people.Owner)
	a := l.app.app
	broken := errors.New("the oven is cold")
	a.schedule.Jobs = func() []schedule.Job {
		return []schedule.Job{{Name: "bake", Spec: "*/10 * * * *", Run: func(context.Context, schedule.Tick) (int, error) { return 0, broken }}}
	}
	due := func() {
		t.Helper()
		if _, err := a.schedule.RunDue(t.Context()); !errors.Is(err, broken) {
			t.Errorf("the job's error is %v, want %v", err, broken)
		}
	}
	if _, err := a.schedule.RunDue(t.Context()); err != nil { // the first look at it
		t.Error(err)
	}
	l.passes(10 * time.Minute)
	due()
	w := a.newWatch()
	l.looks(w, olga, 0)
	l.passes(23 * time.Hour)
	due()
	l.looks(w, olga, 0)
	l.passes(time.Hour)
	due()
	got := l.looks(w, olga, 1)
	if !strings.Contains(got, "The job “bake” has not succeeded since") || !strings.Contains(got, "regulars jobs list") {
		t.Errorf("the owner heard %q", got)
	}
	broken = nil
	l.passes(2 * time.Hour)
	due()
	if got := strings.Join(l.hearsOf(olga, func() { l.try(w.look(t.Context())); olga.Say("/help") }), "\n"); !strings.Contains(got, "All jobs of the shop succeed again.") {
		t.Errorf("that it is over was not heard: %q", got)
	}
}
