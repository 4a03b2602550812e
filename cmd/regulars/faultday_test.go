package main

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/bot/sim"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
)

// TestFaultDay is a shop's day in which everything that the simulator can break
// breaks, one thing after the other, while 200 people join, buy, look up their
// points, have purchases undone and ask in groups, on both platforms. In the
// evening every point is where the ledger says, and everybody has heard of
// everything as often as LEDGER's page on delivery allows: on LINE once; on
// Telegram a receipt once, or twice where nobody can know, and a mere answer at
// most once.
func TestFaultDay(t *testing.T) {
	t.Parallel()
	n, seed := 200, uint64(20261121)
	if os.Getenv("REGULARS_TORTURE") != "" {
		n, seed = 4000, uint64(time.Now().UnixNano())
	}
	t.Logf("%d members, seed %d", n, seed)
	// Two employees type faster than any people.
	d := &faultDay{lab: newLab(t, bolt.Options{}, func(c *Config) { c.Unbounded = true }).staffed(), dice: mathrand.New(mathrand.NewPCG(seed, 1))}
	mishaps := d.mishaps()
	for i := range n {
		m := &mishaps[i%len(mishaps)]
		m.folk = append(m.folk, d.person(i, m.platform))
	}
	for i := range mishaps {
		d.lives(&mishaps[i])
		d.world.Faults.Clear()
	}
	d.monthEnds()
	for i := range mishaps {
		for _, f := range mishaps[i].folk {
			d.judge(&mishaps[i], f)
		}
	}
	for _, c := range d.line.Complaints() {
		t.Errorf("LINE complains: %s", c)
	}
	d.try(whole(t.Context(), d.app.app))
}

type faultDay struct {
	*lab
	dice *mathrand.Rand
}

// mishap is one switch, and those whose day it spoils.
type mishap struct {
	name     string
	platform string
	doubtful bool // the program cannot know whether a call took effect
	// around lets people do something, each deed an event, while it is switched
	// on; a switch of the drawer strikes one of the calls that the bot makes.
	around func(do func() (deeds int))
	folk   []*folk
}

// folk is one member.
type folk struct {
	p      sim.Person
	id     bot.Identity
	name   string
	points int // of the one purchase
	undone bool
	ref    string
	seat   sim.Person // in a group
}

// mishaps are all switches on both platforms. The quota comes last: it ends
// pushes for the rest of the month.
func (d *faultDay) mishaps() (all []mishap) {
	doubtful := []sim.Fault{sim.DropAnswer, sim.Reset, sim.ServerErr, sim.Garbage, sim.Empty}
	for _, platform := range []string{"line", "telegram"} {
		for _, f := range []sim.Fault{sim.DropAnswer, sim.Reset, sim.Delay, sim.RateLimit, sim.ServerErr, sim.Garbage, sim.Empty} {
			path := "sendMessage"
			if platform == "line" {
				path = "/v2/bot/message/*"
			}
			all = append(all, mishap{name: string(f), platform: platform, doubtful: slices.Contains(doubtful, f), around: func(do func() (deeds int)) {
				d.world.Faults.Clear()
				d.world.Faults.Switch(sim.Rule{Fault: f, Platform: platform, Path: path, Times: 1, Skip: d.dice.IntN(5), By: 2 * time.Second})
				do()
			}})
		}
	}
	return append(all,
		mishap{name: "delivered twice", platform: "line", around: func(do func() (deeds int)) { do(); d.line.Repeat() }},
		mishap{name: "delivered twice", platform: "telegram", around: func(do func() (deeds int)) { do(); d.telegram.Again() }},
		mishap{name: "newest first", platform: "line", around: func(do func() (deeds int)) {
			h := d.line.Hold()
			var newest []int
			for i := range do() {
				newest = append([]int{i}, newest...)
			}
			h.Apart(newest...)
		}},
		mishap{name: "newest first", platform: "telegram", around: func(do func() (deeds int)) { d.telegram.Hold(); do(); d.telegram.Release(true) }},
		mishap{name: "the 200 is lost", platform: "line", around: func(do func() (deeds int)) {
			d.lose.Store(true)
			do()
			d.lose.Store(false)
			d.line.Redeliver()
		}},
		mishap{name: "quota", platform: "line", around: func(do func() (deeds int)) {
			d.world.Faults.Clear()
			d.world.Faults.Switch(sim.Rule{Fault: sim.QuotaUsed, Platform: "line", Path: pushPath, Times: 1})
			do()
		}})
}

// person is somebody new.
func (d *faultDay) person(i int, platform string) *folk {
	f := &folk{name: fmt.Sprintf("M%04d", i), points: 100 + i%800, undone: i%3 == 0}
	if platform == "line" {
		p := d.line.Person(f.name, "en")
		f.p, f.id = p, bot.Identity{Channel: "main", User: bot.UserID(p.ID())}
	} else {
		p := d.telegram.Person(f.name, "en")
		f.p, f.id = p, bot.Identity{Channel: "tg", User: bot.UserID(fmt.Sprint(p.ID()))}
	}
	return f
}

// lives is the day of those whom one mishap meets, ten at a time.
func (d *faultDay) lives(m *mishap) {
	for some := range slices.Chunk(m.folk, 10) {
		each := func(some []*folk, do func(f *folk)) {
			m.around(func() int {
				for _, f := range some {
					do(f)
				}
				return len(some)
			})
			d.quiet()
		}
		each(some, comes)
		each(some, joins)
		d.again(some)
		clerk := sim.Person(d.sam)
		if m.platform == "telegram" {
			clerk = d.tess
		}
		each(some, func(f *folk) { clerk.Say(fmt.Sprintf("/sale %s %d", d.card(f), f.points*10)) })
		d.refs(clerk, some)
		each(some, func(f *folk) { f.p.Say("points") })
		wrong := slices.DeleteFunc(slices.Clone(some), func(f *folk) bool { return !f.undone })
		each(wrong, func(f *folk) { clerk.Say("/undo " + f.ref) })
		d.gathers(m, some)
	}
}

func comes(f *folk) {
	switch p := f.p.(type) {
	case *sim.LinePerson:
		p.Follow()
	case *sim.TelegramPerson:
		p.Start("")
	}
}

func joins(f *folk) { f.p.Press("Join") }

// again is for those whose invitation got lost, as a mere answer on Telegram
// may: they ask once more.
func (d *faultDay) again(some []*folk) {
	d.t.Helper()
	d.world.Faults.Clear()
	lost := slices.DeleteFunc(slices.Clone(some), func(f *folk) bool { return d.card(f) != "" })
	for _, f := range lost {
		f.p.Say("/join")
	}
	d.quiet()
	for _, f := range lost {
		f.p.Press("Join")
	}
	d.quiet()
}

// gathers lets one of them ask in a group.
func (d *faultDay) gathers(m *mishap, some []*folk) {
	f := some[0]
	switch p := f.p.(type) {
	case *sim.LinePerson:
		f.seat = p.In(d.line.Group("Group of "+f.name, p))
	case *sim.TelegramPerson:
		f.seat = p.In(d.telegram.Group("Group of "+f.name, p))
	}
	d.quiet()
	m.around(func() int { f.seat.Say("/points"); return 1 })
	d.quiet()
}

// card is a member's number, as it stands on the card; "" for a stranger.
func (d *faultDay) card(f *folk) (number string) {
	d.t.Helper()
	d.try(d.app.app.db.Update(d.t.Context(), func(tx store.Tx) error {
		v := d.app.app.shop.Vault
		id, known, err := v.Who(tx, shop.Identity(f.id))
		if err != nil || !known {
			return err
		}
		p, err := v.Get(tx, id)
		if err != nil || p.Status != people.Member {
			return err
		}
		code, err := v.Card(tx, id, rand.Reader)
		number = code.String()
		return err
	}))
	return number
}

// refs reads the receipts' references off the employee's phone.
func (d *faultDay) refs(clerk sim.Person, some []*folk) {
	d.t.Helper()
	heard := clerk.Received()
	for _, f := range some {
		said := fmt.Sprintf("%d points for %s ", f.points, f.name)
		at := slices.IndexFunc(heard, func(m string) bool { return strings.Contains(m, said) })
		if at < 0 {
			d.t.Fatalf("%s never heard of %s's purchase: %q", clerk.Name(), f.name, heard[max(0, len(heard)-12):])
		}
		_, after, _ := strings.Cut(heard[at], "Ref ")
		f.ref = strings.Fields(after)[0]
	}
}

// quiet lets time pass until nothing is left to be said within half an hour.
func (d *faultDay) quiet() {
	d.t.Helper()
	d.eventually("quiet", func() bool {
		yes, err := quietFor(d.t.Context(), d.app.app, 30*time.Minute)
		d.try(err)
		return yes
	})
}

// quietFor reports whether no answer is on its way and nothing is due within d,
// but on channels that are stopped.
func quietFor(ctx context.Context, a *app, d time.Duration) (yes bool, err error) {
	yes = true
	err = a.db.View(ctx, func(r store.Reader) error {
		for _, err := range r.Scan(store.Prefix([]byte("outanswer/"))) {
			yes = false
			return err
		}
		stops, err := a.outbox.Stops(r)
		if err != nil {
			return err
		}
		for row, err := range r.Scan(store.Prefix([]byte("outdue/"))) {
			if err != nil {
				return err
			}
			key := strings.Split(string(row.Key), "/") // outdue/<channel>/<rank>/<µs>/<id>
			due, err := strconv.ParseInt(key[3], 10, 64)
			if err != nil {
				return err
			}
			stopped := slices.ContainsFunc(stops, func(s outbox.Stop) bool { return string(s.Channel) == key[1] })
			yes = yes && (stopped || time.UnixMicro(due).After(a.clock.Now().Add(d)))
		}
		return nil
	})
	return yes, err
}

// monthEnds moves on to when LINE's quota begins anew.
func (d *faultDay) monthEnds() {
	d.world.Faults.Clear()
	d.world.Clock.Advance(32 * 24 * time.Hour)
	d.quiet()
}

// judge counts what somebody, and the employee who served them, has heard.
func (d *faultDay) judge(m *mishap, f *folk) {
	d.t.Helper()
	least, most, lost := 1, 1, 1
	if m.platform == "telegram" && m.doubtful {
		most, lost = 2, 0
	}
	clerk := sim.Person(d.sam)
	if m.platform == "telegram" {
		clerk = d.tess
	}
	often := func(who sim.Person, what string, least, most int) {
		d.t.Helper()
		if n := count(who.Received(), what); n < least || n > most {
			d.t.Errorf("%s on %s: %s heard %q %d times, of %d to %d: %q", m.name, m.platform, who.Name(), what, n, least, most, f.p.Received())
		}
	}
	balance := f.points
	corrected := 0
	if f.undone {
		balance, corrected = 0, 1
	}
	often(clerk, fmt.Sprintf("%d points for %s ", f.points, f.name), least, most)
	often(f.p, "You're in!", lost, 1)
	often(f.p, fmt.Sprintf("+%d points", f.points), least, most)
	often(f.p, "Good until", lost, 1)
	often(f.p, "Corrected", corrected*least, corrected*most)
	if f.seat != nil {
		often(f.seat, i18n.For("en").Say(i18n.BotPrivateHere), lost, 1)
		often(f.seat, strconv.Itoa(f.points), 0, 0)
	}
	if got := d.balance(f); got != loyalty.Points(balance) {
		d.t.Errorf("%s on %s: %s has %d points, not %d", m.name, m.platform, f.name, got, balance)
	}
}

func (d *faultDay) balance(f *folk) (n loyalty.Points) {
	d.t.Helper()
	a := d.app.app
	d.try(a.db.View(d.t.Context(), func(r store.Reader) error {
		id, _, err := a.shop.Vault.Who(r, shop.Identity(f.id))
		if err != nil {
			return err
		}
		b, err := a.shop.Book.Balance(r, id, a.clock.Now())
		n = b.Available
		return err
	}))
	return n
}
