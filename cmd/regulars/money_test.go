package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/bot/sim"
	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
)

// sends makes the deed that says what went out on LINE this month, as the
// handlers' tests have it.
func sends(a *app) deed {
	return func(_ context.Context, _ bot.Identity, args string) (string, error) {
		c := shop.Sends{Channel: "line", Own: a.shop.Programme(a.clock.Now()).Messages.Most, Read: a.clock.Now()}
		n, err := fmt.Sscan(args, &c.Billed, &c.Replies, &c.Rode, &c.Saved, &c.Used, &c.Limit)
		if err != nil || n != 6 {
			return "", fmt.Errorf("sends wants six numbers: %w", err)
		}
		c.Limited, c.Stopped = c.Limit > 0, c.Limit > 0 && c.Used >= c.Limit
		a.shop.Sends = func(store.Reader, time.Time, time.Time) ([]shop.Sends, error) { return []shop.Sends{c}, nil }
		return "", nil
	}
}

// pushes puts one push to a chat and gives its id.
func (l *lab) pushes(to string, group bool, class bot.Class) bot.IntentID {
	l.t.Helper()
	now := l.world.Clock.Now()
	i := bot.Intent{
		ID: bot.IntentID(fmt.Sprintf("lab/%d", deedsDone.Add(1))), Channel: "main", Class: class, Carriage: bot.PushNow, Born: now,
		Letter: bot.Letter{To: bot.Address{Chat: bot.Chat{Channel: "main", ID: bot.ChatID(to), Group: group}}, Messages: []bot.Message{{Text: "hello"}}},
	}
	l.try(l.app.app.db.Update(l.t.Context(), func(tx store.Tx) error { return l.app.app.outbox.Put(tx, now, i) }))
	l.app.app.outbox.Nudge(i)
	return i.ID
}

// stands waits until an intent stands so.
func (l *lab) stands(id bot.IntentID, want outbox.State) {
	l.t.Helper()
	l.eventually(string(id)+" is "+string(want), func() bool {
		var s outbox.Status
		err := l.app.app.db.View(l.t.Context(), func(r store.Reader) (err error) {
			s, _, err = l.app.app.outbox.Find(r, id)
			return err
		})
		return err == nil && s.State == want
	})
}

// month is what the program knows of LINE's month.
func (l *lab) month() (m outbox.Month) {
	l.t.Helper()
	l.try(l.app.app.db.View(l.t.Context(), func(r store.Reader) (err error) {
		m, err = l.app.app.outbox.Month(r, "main", l.world.Clock.Now())
		return err
	}))
	return m
}

// A push to a group of LINE's is counted by its members, here as there.
func TestGroupPushIsCountedByMembers(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil).staffed()
	before, known := l.line.Used(), l.month().Own
	friends := []*sim.LinePerson{l.ann}
	for i := range 6 {
		friends = append(friends, l.line.Person(fmt.Sprint("friend ", i), "en"))
	}
	group := l.line.Group("Regulars", friends...)
	l.stands(l.pushes(group.ID(), true, bot.Promo), outbox.Sent)
	if got := l.line.Used() - before; got != 7 {
		t.Errorf("LINE billed %d for a group of 7", got)
	}
	if got := l.month().Own - known; got != 7 {
		t.Errorf("the program counts %d for a group of 7", got)
	}
}

// LINE's two kinds of 429: one is waited for, the other stops what costs money
// until the plan is raised; answers go out all the same.
func TestTwoKindsOf429(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil).staffed()
	l.world.Faults.Switch(sim.Rule{Fault: sim.RateLimit, Platform: "line", Path: pushPath, Times: 1})
	first := l.pushes(l.ann.ID(), false, bot.Receipt)
	l.passes(5 * time.Second)
	l.stands(first, outbox.Sent)
	l.hears(l.ann, 1)

	used := l.line.Used()
	l.line.SetQuota(used)
	l.stands(l.pushes(l.ann.ID(), false, bot.Receipt), outbox.Waiting)
	l.eventually("the channel is stopped", func() bool { return len(l.stops()) == 1 })
	l.ann.Say("/points")
	l.hears(l.ann, 1)
	if got := l.line.Used(); got != used {
		t.Errorf("%d billed after the quota was used up", got-used)
	}
	if s := l.stops()[0]; s.Why != outbox.WhyQuota || s.Until.IsZero() {
		t.Errorf("stopped as %+v", s)
	}

	l.line.SetQuota(used + 10)
	l.try(l.app.app.outbox.ReadQuota(t.Context(), "main"))
	l.passes(2 * time.Hour)
	l.eventually("the stop is lifted", func() bool { return len(l.stops()) == 0 })
	l.stands(l.pushes(l.ann.ID(), false, bot.Receipt), outbox.Sent)
}

func (l *lab) stops() (all []outbox.Stop) {
	l.t.Helper()
	l.try(l.app.app.db.View(l.t.Context(), func(r store.Reader) (err error) {
		all, err = l.app.app.outbox.Stops(r)
		return err
	}))
	return all
}

// What the shop's people send from LINE's own manager is reckoned with, and the
// owner hears when the shop's own limit is near.
func TestOwnLimitAndManager(t *testing.T) {
	t.Parallel()
	l := newWorld(t, nil)
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load([]byte(strings.Replace(string(text), "month_limit = 3000", "month_limit = 100", 1)))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	l.at = always(p)
	l.start(bolt.Options{})
	l.staffed()
	olga := l.enrols("Olga", "en", people.Owner)
	w := l.app.app.newWatch()
	l.looks(w, olga, 0)
	l.line.SendFromManager(82)
	l.try(l.app.app.outbox.ReadQuota(t.Context(), "main"))
	if m := l.month(); m.Used < 82 || m.Limited {
		t.Errorf("%+v", m)
	}
	if got := l.looks(w, olga, 1); !strings.Contains(got, "of the 100 messages that your programme allows a month are used") {
		t.Errorf("the owner heard %q", got)
	}
	// Nudges and promos leave a tenth: with 82 gone, seven or eight may go.
	var all []bot.IntentID
	for range 12 {
		all = append(all, l.pushes(l.ann.ID(), false, bot.Promo))
	}
	l.passes(time.Minute)
	sent := 0
	l.try(l.app.app.db.View(t.Context(), func(r store.Reader) error {
		for _, id := range all {
			s, _, err := l.app.app.outbox.Find(r, id)
			if err != nil {
				return err
			}
			if s.State == outbox.Sent {
				sent++
			}
		}
		return nil
	}))
	if m := l.month(); sent == 0 || sent > 8 || m.Used > 90 {
		t.Errorf("%d promos went out, %+v", sent, m)
	}
	l.stands(l.pushes(l.ann.ID(), false, bot.Receipt), outbox.Sent)
}
