package jobs

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
	"regulars/store/mem"
)

// bought sells something to a member and waits until the question is due.
func (w *world) bought(id loyalty.MemberID) {
	w.t.Helper()
	act := w.act()
	act.Store = "main"
	w.update(func(tx store.Tx) error {
		_, err := w.jobs.Shop.Club.Sale(tx, id, act, loyalty.Sale{Amount: 200})
		return err
	})
}

// asked are the questions that a member was sent.
func (w *world) asked(id loyalty.MemberID) (list []bot.Intent) {
	for _, i := range w.out.to(id) {
		if strings.HasPrefix(string(i.ID), "survey.") {
			list = append(list, i)
		}
	}
	return list
}

func (w *world) wave(id, wave string) (n survey.Reached) {
	w.t.Helper()
	err := w.jobs.DB.View(context.Background(), func(r store.Reader) (err error) {
		n, err = survey.Wave(r, id, wave)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// A question is a nudge that rides for a day, is pushed then, and is dropped after
// two; it is asked once however often the job runs.
func TestQuestionRidesThenIsPushed(t *testing.T) {
	w := newWorld(t)
	ann := w.join("Ann", "")
	w.bought(ann)
	if w.run("surveys"); len(w.asked(ann)) != 0 {
		t.Fatal("asked at the till")
	}
	w.clock.at = w.clock.at.Add(3 * time.Hour)
	for range 3 {
		w.run("surveys")
	}
	list := w.asked(ann)
	if len(list) != 1 {
		t.Fatalf("asked %d times", len(list))
	}
	i := list[0]
	if i.Class != bot.Nudge || i.Carriage != bot.RideThenPush || !i.RideUntil.Equal(w.clock.at.Add(24*time.Hour)) || !i.NotAfter.Equal(w.clock.at.Add(48*time.Hour)) {
		t.Errorf("asked as %s, %s, until %v and %v", i.Class, i.Carriage, i.RideUntil, i.NotAfter)
	}
	m := i.Letter.Messages[0]
	if len(m.Buttons) != 11 || m.Buttons[9].Value != "survey visit 9" {
		t.Errorf("the buttons: %v", m.Buttons)
	}
	if n := w.wave("visit", "2026-01"); n != (survey.Reached{Asked: 1}) {
		t.Errorf("the wave: %+v", n)
	}
}

// Who blocked the shop, or wants quiet, counts as not reached; employees and who
// left are not asked at all.
func TestWhoIsNotAsked(t *testing.T) {
	w := newWorld(t)
	s := w.jobs.Shop
	blocked, quiet, gone, clerk := w.join("Bo", ""), w.join("Cy", ""), w.join("Di", ""), w.join("Ed", "")
	for _, id := range []loyalty.MemberID{blocked, quiet, gone, clerk} {
		w.bought(id)
	}
	w.update(func(tx store.Tx) error {
		if err := s.Vault.SetBlocked(tx, people.Identity{Channel: "line", User: "Bo"}, true, w.clock.at, rand.Reader); err != nil {
			return err
		}
		if err := s.Vault.SetQuiet(tx, quiet, true, rand.Reader); err != nil {
			return err
		}
		code, err := s.Vault.Invite(tx, people.Clerk, "main", loyalty.ByJob("test"), w.clock.at, people.CodeLife, rand.Reader)
		if err != nil {
			return err
		}
		_, err = s.Vault.Enrol(tx, code, people.Identity{Channel: "line", User: "Ed"}, w.clock.at, rand.Reader)
		return err
	})
	w.update(func(tx store.Tx) error { return s.Vault.Erase(tx, gone, w.clock.at, w.clock.at) })
	w.clock.at = w.clock.at.Add(3 * time.Hour)
	w.run("surveys")
	for _, id := range []loyalty.MemberID{blocked, quiet, gone, clerk} {
		if n := len(w.asked(id)); n != 0 {
			t.Errorf("%s is asked", id)
		}
	}
	if n := w.wave("visit", "2026-01"); n != (survey.Reached{Unreached: 2}) {
		t.Errorf("the wave: %+v", n)
	}
}

// Whatever write or commit the program dies at, each is asked once in the end.
func TestAskedOnceOverDeaths(t *testing.T) {
	for n := 1; n < 12; n++ {
		w := newWorld(t)
		var all []loyalty.MemberID
		for _, name := range []string{"Ann", "Bob", "Cy"} {
			id := w.join(name, "")
			w.bought(id)
			all = append(all, id)
		}
		w.clock.at = w.clock.at.Add(3 * time.Hour)
		db := w.jobs.DB.(*mem.DB)
		if n%2 == 0 {
			db.CrashAt(n)
		} else {
			db.CrashAfterCommit(n / 2)
		}
		_, _ = w.jobs.Run(context.Background(), "surveys")
		db.Reopen()
		for range 2 {
			w.run("surveys")
		}
		if got := w.wave("visit", "2026-01"); got.Asked != 3 {
			t.Errorf("dying the %d. way: %+v", n, got)
		}
		for _, id := range all {
			if len(w.asked(id)) != 1 {
				t.Errorf("dying the %d. way: %s is asked %d times", n, id, len(w.asked(id)))
			}
		}
	}
}
