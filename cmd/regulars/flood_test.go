package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
)

// floodScene is a group with fifty people in it who say nothing but commands, and
// Ann, who is there too and only wants her points, in her own chat.
type floodScene struct {
	*wire
	platform string
	ann      sim.Person
	seats    []sim.Person
}

func newFloodScene(w *wire, platform string) *floodScene {
	c := &floodScene{wire: w, platform: platform, ann: w.member(platform, "Ann", 40)}
	if platform == "line" {
		var all []*sim.LinePerson
		for i := range 50 {
			all = append(all, w.line.Person(fmt.Sprint("M", i), "en"))
		}
		group := w.line.Group("Regulars", all...)
		for _, p := range all {
			c.seats = append(c.seats, p.In(group))
		}
		return c
	}
	var all []*sim.TelegramPerson
	for i := range 50 {
		all = append(all, w.telegram.Person(fmt.Sprint("M", i), "en"))
	}
	group := w.telegram.Supergroup("Regulars", all...)
	for _, p := range all {
		c.seats = append(c.seats, p.In(group))
	}
	return c
}

// floods lets each of so many say a command so often, all at once, and meanwhile
// Ann asks for her points; it gives what was said in the group.
func (c *floodScene) floods(people, times int) []string {
	c.t.Helper()
	var rush []func()
	for _, p := range c.seats[:people] {
		rush = append(rush, func() {
			for range times {
				p.Say("/points")
			}
		})
	}
	rush = append(rush, func() { c.ann.Say("/points") })
	c.world.Clock.Freeze(c.world.Clock.Now()) // a busy machine takes so long to say it all that the bounds would let more in
	atOnce(rush...)
	c.world.Clock.Thaw()
	asked := time.Now()
	c.heard(c.ann, c.hears(c.ann, 1), 1, "40 points")
	if took := time.Since(asked); took > patience {
		c.t.Errorf("%s: in her own chat she waited %s", c.platform, took)
	}
	c.passes()
	return c.hears(c.seats[0], 0)
}

// passes lets minutes pass until nothing is on its way: Telegram takes 20 messages
// a minute for a group, and an answer whose token lapsed waits minutes for another.
// Each message has its time to go out before the next one may: on a busy machine
// answers would otherwise grow too old.
func (c *floodScene) passes() {
	c.t.Helper()
	passed := time.Duration(0)
	c.eventually("quiet", func() bool {
		yes, err := quietFor(c.t.Context(), c.app.app, time.Second)
		c.try(err)
		switch quiet := yes && c.telegram.Pending() == 0; {
		case quiet && passed >= 3*time.Minute:
			return true
		case quiet:
			passed += c.steps(20*time.Second, 0)
		default:
			passed += c.steps(3*time.Second, 100*time.Millisecond)
		}
		c.line.Redeliver()
		return false
	})
}

// steps moves the clock by d, waits for a call for at most so long, and until
// there are no more.
func (c *floodScene) steps(d, most time.Duration) time.Duration {
	calls, stop := c.world.Wire.Subscribe()
	defer stop()
	c.world.Clock.Advance(d)
	select {
	case <-calls:
	case <-time.After(most):
	}
	c.world.Settle(20 * time.Millisecond)
	return d
}

// bounded: so many answers at most, so many kind words, and nothing for money.
func (c *floodScene) bounded(what string, said []string, most, kindly int) {
	c.t.Helper()
	kind := 0
	for _, words := range said {
		if strings.Contains(words, "A lot is coming in here at once") || strings.Contains(words, "群組裡一下子太多訊息了") {
			kind++
		}
	}
	if len(said) == 0 || len(said)-kind > most || kind != kindly {
		c.t.Errorf("%s, %s: %d answers, of which %d are the kind word; want at most %d and %d", c.platform, what, len(said), kind, most, kindly)
	}
	if paid := c.line.Used(); paid != 0 {
		c.t.Errorf("%s, %s: %d messages were paid for", c.platform, what, paid)
	}
}

// marks is how many events have left one.
func (w *wire) marks() (n int) {
	for key := range w.rows() {
		if strings.HasPrefix(key, "seen/") {
			n++
		}
	}
	return n
}

// TestGroupFlood: one person and then fifty flood a group with commands: the bot
// says a bounded number of things, then one kind word, then nothing; nobody else
// waits, nothing is paid for, and no more is stored than was answered.
func TestGroupFlood(t *testing.T) {
	t.Parallel()
	for _, platform := range []string{"line", "telegram"} {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			c := newFloodScene(w, platform)
			w.hush()
			w.unread(c.ann, c.seats[0])
			marks := w.marks()
			one := c.floods(1, 200)
			c.bounded("one person", one, 20, 1)
			fifty := c.floods(50, 20)
			c.bounded("fifty", fifty, 45, 0) // it was said a few minutes ago
			// Ann's, and one for each that may be answered: on a slow machine some of
			// those grow too old to be.
			if grown := w.marks() - marks; grown > 20+45+10 {
				t.Errorf("%d marks for %d answers to 1,200 commands", grown, len(one)+len(fifty))
			}
		})
	}
}
