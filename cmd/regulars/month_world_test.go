package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/bot/sim"
	"regulars/handlers/jobs"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
)

// rides is a café with a year behind it and a December ahead.
type rides struct {
	*wire
	rec             *recorder
	draw            *rand.Rand
	lives           []*life
	phones          []*sim.LinePerson
	cards           []string
	clerks          []*sim.LinePerson
	olga            *sim.LinePerson // owns it
	contacts, sales int
	ends            map[bot.IntentID]string // how what was put ended
	spans           map[time.Time]*span     // by when they begin
}

// The month is LINE's as well, whose begins and ends an hour before Taipei's.
var (
	taipei    = time.FixedZone("Asia/Taipei", 8*60*60)
	ridesFrom = time.Date(2026, 12, 1, 0, 10, 0, 0, taipei)
	ridesTo   = time.Date(2026, 12, 31, 22, 0, 0, 0, taipei)
)

func newRides(t *testing.T, seed uint64, members int, change func(*programme.Programme)) *rides {
	t.Helper()
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	change(p)
	l := newWorld(t, nil)
	l.at = always(p)
	r := &rides{wire: &wire{l}, rec: newRecorder(), draw: rand.New(rand.NewPCG(seed, 1)), spans: map[time.Time]*span{}, ends: map[bot.IntentID]string{}}
	l.world.Clock.Set(ridesFrom.Add(-time.Hour))
	r.year(members)
	l.world.Clock.Set(ridesFrom)
	l.start(bolt.Options{NoSync: true})
	t.Cleanup(r.sound)
	a := l.app.app
	r.rec.Outbox = a.outbox
	a.bot.Outbox = r.rec
	a.schedule.Jobs = func() []schedule.Job {
		j := a.jobs()
		j.Outbox = r.rec
		return slices.DeleteFunc(j.All(), func(j schedule.Job) bool { return strings.HasPrefix(j.Name, "segment") || j.Name == "population" })
	}
	r.olga = r.employee("line", "Olga", people.Owner).(*sim.LinePerson)
	for i := range 8 {
		r.clerks = append(r.clerks, r.employee("line", fmt.Sprint("Clerk ", i), people.Clerk).(*sim.LinePerson))
	}
	r.numbers()
	r.plan()
	return r
}

// year writes what led here, before anybody serves: a year for most members, up to
// two for a third of them, whose points of the year before go at the month's end.
// Most come now and then, and a third has faded away.
func (r *rides) year(members int) {
	r.t.Helper()
	ctx := r.t.Context()
	r.try(bolt.Create(r.path))
	db, err := bolt.Open(r.path, bolt.Options{NoSync: true, MmapSize: 1 << 28})
	r.try(err)
	defer db.Close()
	a, err := newApp(r.cfg, db, e2eKey, r.at, r.clock, slog.New(slog.DiscardHandler))
	r.try(err)
	until := ridesFrom.Add(-time.Hour)
	h := newHistory(a.shop, db, until, []people.Staff{{ID: "01A", Role: people.Clerk}, {ID: "01B", Role: people.Manager}})
	h.rand = r.draw
	for i := range members {
		c := h.draw(i)
		if i%3 == 0 {
			c.joined = c.joined.AddDate(-1, 0, 0)
		}
		phone := r.line.Person(fmt.Sprint(c.name, " ", i), c.language).Befriend()
		c.who = people.Identity{Channel: "main", User: phone.ID()}
		r.phones = append(r.phones, phone)
		r.lives = append(r.lives, &life{number: i, regular: c, visits: h.visits(c)})
	}
	r.try(h.liveAll(ctx, r.lives))
	// What came due in that year was told then.
	a.doubt.note("main", a.clock.Now(), a.clock.Now())
	j := jobs.Jobs{DB: db, Shop: a.shop, Outbox: nobody{}}
	for _, name := range []string{"settle", "nudges", "surveys"} {
		_, err := j.Run(ctx, name)
		r.try(err)
	}
}

// numbers are what clerks find members by.
func (r *rides) numbers() {
	r.t.Helper()
	a := r.app.app
	r.try(a.db.Update(r.t.Context(), func(tx store.Tx) error {
		r.cards = nil
		for _, l := range r.lives {
			code, err := a.shop.Vault.Card(tx, l.id, a.shop.Rand)
			if err != nil {
				return err
			}
			r.cards = append(r.cards, code.String())
		}
		return nil
	}))
}

// plan draws the month: who comes when, and who looks at their points or card how
// often: a quarter never, the others one to four times, one time in two just after
// a visit. Who has faded away seldom looks.
func (r *rides) plan() {
	h := newHistory(r.app.app.shop, nil, ridesTo, []people.Staff{{}})
	h.rand = r.draw
	asks := []string{"/points", "/points", "/card", "/stamps", "/vouchers", "/level", "/history"}
	open := time.Date(2026, 12, 1, 8, 0, 0, 0, taipei)
	for i, l := range r.lives {
		c := l.regular
		c.joined = open
		var visits []visit
		if c.faded == 1 {
			visits = h.visits(c)
		}
		for _, v := range visits {
			clerk, text := r.clerks[i%len(r.clerks)], fmt.Sprintf("/sale %s %d", r.cards[i], v.amount)
			if x := r.spanOf(v.at); x != nil {
				x.sales = append(x.sales, func() { clerk.Say(text) })
				r.sales++
			}
		}
		times := []int{0, 0, 1, 1, 2, 2, 3, 4}[r.draw.IntN(8)]
		if c.faded < 1 && r.draw.IntN(10) < 7 {
			times = 0
		}
		for range times {
			at := open.AddDate(0, 0, r.draw.IntN(31)).Add(time.Duration(r.draw.IntN(14*60)) * time.Minute)
			if len(visits) > 0 && r.draw.IntN(2) == 0 {
				at = pick(r.draw, visits).at.Add(time.Hour)
			}
			ask, phone := pick(r.draw, asks), r.phones[i]
			if x := r.spanOf(at); x != nil {
				x.words = append(x.words, func() { phone.Say(ask) })
				r.contacts++
			}
		}
	}
}

// span is a part of a day: purchases, and then what members say.
type span struct{ sales, words []func() }

// starts are the local hours at which a day's spans begin.
var starts = []int{8, 10, 13, 16, 20}

// spanOf is the span in which a moment lies; nil after the month's end.
func (r *rides) spanOf(at time.Time) *span {
	y, m, d := at.In(taipei).Date()
	begin := time.Date(y, m, d, starts[0], 0, 0, 0, taipei)
	for _, h := range starts {
		if x := time.Date(y, m, d, h, 0, 0, 0, taipei); !x.After(at) {
			begin = x
		}
	}
	if !begin.Before(ridesTo) {
		return nil
	}
	if r.spans[begin] == nil {
		r.spans[begin] = &span{}
	}
	return r.spans[begin]
}

// live lets the month pass, some hours at a time: the schedule does what is due,
// and then people come, and say things.
func (r *rides) live() {
	r.t.Helper()
	for day := ridesFrom; day.Before(ridesTo); day = day.AddDate(0, 0, 1) {
		y, m, d := day.Date()
		for _, h := range starts {
			now := time.Date(y, m, d, h, 0, 0, 0, taipei)
			r.world.Clock.Set(now.Add(time.Minute))
			r.tick()
			if h == 10 && now.Weekday() == time.Monday {
				r.digest(time.Date(y, m, d, 0, 0, 0, 0, taipei))
			}
			if x := r.spans[now]; x != nil {
				r.happen(x.sales)
				r.world.Clock.Set(now.Add(10 * time.Minute))
				r.happen(x.words)
			}
		}
	}
	r.world.Clock.Set(ridesTo)
	r.tick()
}

// happen lets many things happen at the same time.
func (r *rides) happen(acts []func()) {
	const together = 16
	lanes := make([]func(), min(together, len(acts)))
	for i := range lanes {
		lanes[i] = func() {
			for k := i; k < len(acts); k += together {
				acts[k]()
			}
		}
	}
	atOnce(lanes...)
	r.settle()
}

// tick does what the schedule has due, by a clock that LINE confirms.
func (r *rides) tick() {
	r.t.Helper()
	now := r.clock.Now()
	r.app.app.doubt.note("main", now, now)
	_, err := r.app.app.schedule.RunDue(r.t.Context())
	r.try(err)
	r.settle()
}

// settle waits until nothing is on its way, while no time is pushed on.
func (r *rides) settle() {
	r.t.Helper()
	every := time.NewTicker(5 * time.Millisecond)
	defer every.Stop()
	for late := time.After(time.Minute); ; {
		r.world.Settle(0)
		yes, err := quietFor(r.t.Context(), r.app.app, 0)
		r.try(err)
		if yes {
			return
		}
		select {
		case <-every.C:
		case <-late:
			r.t.Fatalf("not all was said within a minute\n%s", r.log)
		}
	}
}

// arrival is a message on its way to a phone, as LINE took it.
type arrival struct {
	at     time.Time
	pushed bool
}

// arrived are the messages that LINE took, by what they were written as.
func (r *rides) arrived() map[bot.IntentID][]arrival {
	r.t.Helper()
	all := map[bot.IntentID][]arrival{}
	for _, c := range r.world.Wire.Calls() {
		if c.ToBot || c.Status != 200 || !strings.Contains(c.Path, "/message/") {
			continue
		}
		var body struct {
			Messages []json.RawMessage `json:"messages"`
		}
		if json.Unmarshal(c.Body, &body) != nil {
			continue
		}
		for _, m := range body.Messages {
			if id, ok := r.rec.find(m); ok {
				all[id] = append(all[id], arrival{c.At, !strings.HasSuffix(c.Path, "/reply")})
			}
		}
	}
	return all
}
