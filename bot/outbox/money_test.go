package outbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// metered is a LINE that tells of its quota and counts groups.
type metered struct {
	*platform
	mu        sync.Mutex
	month     string
	before    int // billed in earlier months
	limit     int64
	elsewhere int64 // sent from LINE's own manager
	members   map[bot.ChatID]int
	asked     int // for members
	away      bool
}

func (m *metered) Quota(context.Context) (limit, used int64, unlimited bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return 0, 0, false, errors.New("no answer")
	}
	m.platform.mu.Lock()
	defer m.platform.mu.Unlock()
	if month := lineMonth(time.Now()); month != m.month {
		m.month, m.before = month, m.billed
	}
	return m.limit, m.elsewhere + int64(m.billed-m.before), m.limit == 0, nil
}

func (m *metered) Members(_ context.Context, chat bot.ChatID) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	if m.away {
		return 0, errors.New("no answer")
	}
	return m.members[chat], nil
}

// set changes what LINE has.
func (m *metered) set(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// meter gives the world's LINE a quota.
func (w *world) meter(limit int64, p Plan) *metered {
	m := &metered{platform: w.line, limit: limit, members: map[bot.ChatID]int{}}
	w.cfg.Channels = map[bot.ChannelName]Channel{"main": m, "tg": w.tg}
	w.cfg.Plan = func(time.Time) Plan { return p }
	w.build()
	return m
}

// settled looks that nothing stays reserved when all is over, and that what is
// counted is what LINE billed, but for letters of which nobody knows.
func (w *world) settled(when string, unknown int) {
	w.t.Helper()
	m, billed := w.month(), int64(w.billed())
	if m.Held != 0 || m.Own < billed || m.Own > billed+int64(unknown) {
		w.t.Errorf("%s: %d reserved in the end, %d counted, %d billed, %d unknown", when, m.Held, m.Own, billed, unknown)
	}
}

// month is what is known of LINE's month.
func (w *world) month() (m Month) {
	w.t.Helper()
	w.must(w.db.View(context.Background(), func(r store.Reader) (err error) {
		m, err = w.o.Month(r, "main", time.Now())
		return err
	}))
	return m
}

// many puts n pushes of a class, each to somebody else.
func (w *world) many(n int, class bot.Class) (all []bot.Intent) {
	for i := range n {
		all = append(all, w.intent("main", fmt.Sprintf("%s-%d", class, i), class, "hello"))
	}
	w.must(w.put(all...))
	return all
}

func (w *world) billed() int {
	w.line.mu.Lock()
	defer w.line.mu.Unlock()
	return w.line.billed
}

// A month's limit stops promos first, gifts next and receipts never; what was
// stopped goes out in the next month.
func TestMonthLimitStopsTheLeastUrgentFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.cfg.LookEvery = time.Hour
		w.meter(0, Plan{Most: 20, Keep: 20})
		w.start()
		w.pass(30*24*time.Hour + 12*time.Hour) // the last of January, in the evening in Japan
		promos := w.many(30, bot.Promo)
		w.pass(time.Minute)
		w.expect("promos", fmt.Sprint(w.billed()), "16") // a fifth is kept
		w.many(30, bot.Gift)
		w.pass(time.Minute)
		w.expect("with gifts", fmt.Sprint(w.billed()), "18") // half of the fifth is
		w.many(30, bot.Receipt)
		w.pass(time.Minute)
		w.expect("with receipts", fmt.Sprint(w.billed()), "48")
		waiting := 0
		for _, p := range promos {
			if w.state(p) == "waiting" {
				waiting++
			}
		}
		w.expect("promos that wait", fmt.Sprint(waiting), "14")
		if m := w.month(); m.Own != 48 || m.Held != 0 {
			t.Errorf("the month has %d, %d held", m.Own, m.Held)
		}
		w.pass(24 * time.Hour)
		w.expect("next month", fmt.Sprint(w.billed()), fmt.Sprint(48+18)) // gifts come first, and leave a tenth
	})
}

// What the month no longer pays for still rides for nothing.
func TestOverTheLimitStillRides(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.meter(0, Plan{Most: 1})
		w.start()
		w.many(1, bot.Promo)
		w.pass(time.Minute)
		n := w.intent("main", "ann", bot.Nudge, "30 points go soon")
		w.must(w.put(n))
		w.pass(time.Minute)
		w.expect("not pushed", w.line.said("ann"), "")
		w.must(w.put(w.intent("main", "ann", bot.Answer, "120 points")))
		w.settle()
		w.expect("rode", w.line.said("ann"), "30 points go soon|120 points")
		w.expect("state", w.state(n), "rode")
	})
}

// A limit in money is held through the price table.
func TestMonthCost(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cost := func(n int64) (int64, bool) { return 800 + max(0, n-5)*20, true } // 5 included, then 20 each
		w.meter(0, Plan{MostMoney: 900, Included: 5, Cost: cost})
		w.start()
		w.many(20, bot.Promo)
		w.pass(time.Minute)
		w.expect("billed", fmt.Sprint(w.billed()), "10")
		w.must(w.db.View(context.Background(), func(r store.Reader) error {
			c, err := w.o.Cost(r, "main", 3, time.Now())
			if c != (Cost{Extra: 3, Money: 60, Priced: true}) {
				t.Errorf("three more: %+v", c)
			}
			return err
		}))
	})
}

// What a push costs is told beforehand: what the fee covers, and what comes on
// top.
func TestCostBefore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cost := func(n int64) (int64, bool) { return 1200 + (max(0, n-100)+4)/5, true }
		m := w.meter(1000, Plan{Included: 100, Cost: cost})
		m.set(func() { m.elsewhere = 90 })
		w.start()
		w.settle()
		for _, c := range []struct {
			n    int64
			want Cost
		}{
			{10, Cost{Included: 10, Priced: true, Fits: true}},
			{60, Cost{Included: 10, Extra: 50, Money: 10, Priced: true, Fits: true}},
			{911, Cost{Included: 10, Extra: 901, Money: 181, Priced: true}},
		} {
			w.must(w.db.View(context.Background(), func(r store.Reader) error {
				got, err := w.o.Cost(r, "main", c.n, time.Now())
				if got != c.want {
					t.Errorf("%d messages: %+v, want %+v", c.n, got, c.want)
				}
				free, err2 := w.o.Cost(r, "tg", c.n, time.Now())
				if free != (Cost{Priced: true, Fits: true}) {
					t.Errorf("on Telegram: %+v", free)
				}
				return errors.Join(err, err2)
			}))
		}
	})
}

// What was sent from LINE's own manager counts, as soon as LINE tells of it.
func TestQuotaUsedElsewhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.meter(100, Plan{})
		w.start()
		w.settle()
		w.many(10, bot.Promo)
		w.pass(time.Minute)
		m.set(func() { m.elsewhere = 85 })
		w.pass(time.Hour) // it is asked
		if m := w.month(); !m.Limited || m.Limit != 100 || m.Used != 95 || m.Own != 10 {
			t.Errorf("%+v", m)
		}
		w.many(10, bot.Nudge)
		w.pass(time.Minute)
		w.expect("billed", fmt.Sprint(w.billed()), "15")
		m.set(func() { m.limit = 300 }) // a larger plan
		w.pass(2 * time.Hour)
		w.expect("after the plan was raised", fmt.Sprint(w.billed()), "20")
	})
}

// LINE's "monthly limit" stops the channel until next month, or until the plan
// is raised; for a group it says only that the group is too large for what is
// left.
func TestMonthlyLimitOfOneAndOfAGroup(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.meter(0, Plan{})
		m.members["team"] = 40
		w.start()
		w.settle()
		group := w.intent("main", "team", bot.Promo, "party")
		group.Person, group.Letter.To.Group = "", true
		w.line.script(only(bot.QuotaUsed))
		w.must(w.put(group))
		w.pass(time.Minute)
		w.many(1, bot.Promo)
		w.pass(time.Minute)
		w.expect("one person is still reached", fmt.Sprint(w.billed()), "1")
		w.expect("the group waits", w.state(group), "waiting")
		if m := w.month(); m.Held != 0 || m.Own != 1 {
			t.Errorf("%+v", m)
		}

		m.set(func() { m.limit = 50 })
		w.pass(time.Hour) // read; and the group is tried again
		w.expect("the group", w.state(group), "sent")
		if m := w.month(); m.Own != 41 {
			t.Errorf("a push to 40 people counts for %d", m.Own-1)
		}
		w.line.script(only(bot.QuotaUsed))
		last := w.intent("main", "bob", bot.Receipt, "spent 50")
		w.must(w.put(last))
		w.pass(2 * time.Hour)
		w.expect("stopped", w.state(last), "waiting")
		m.set(func() { m.limit = 100 })
		w.pass(2 * time.Hour)
		w.expect("after the plan was raised", w.state(last), "sent")
	})
}

// A group's members are counted once a day, and before anything is claimed.
func TestGroupPushCostsItsMembers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.meter(0, Plan{Most: 50})
		m.members["team"], m.away = 30, true
		w.start()
		send := func() bot.Intent {
			i := w.intent("main", "team", bot.Promo, "party")
			i.Person, i.Letter.To.Group = "", true
			w.must(w.put(i))
			return i
		}
		first := send()
		w.pass(30 * time.Second)
		w.expect("nobody knows what it costs", w.state(first), "waiting")
		m.set(func() { m.away = false })
		w.pass(time.Minute)
		w.expect("first", w.state(first), "sent")
		asked := m.asked
		second := send()
		w.pass(time.Minute)
		w.expect("the second is too dear", w.state(second), "waiting")
		if got := w.month(); got.Own != 30 || got.Held != 0 || m.asked != asked {
			t.Errorf("%+v, asked %d times more", got, m.asked-asked)
		}
	})
}

// A process that dies between the reservation and the mark leaves no message
// counted twice, and none reserved for ever.
func TestReservationOutlivesTheProcess(t *testing.T) {
	onMem(t, func(t *testing.T, w *world) {
		w.meter(0, Plan{Most: 3})
		w.start()
		w.line.script(w.thenKill(fine))
		w.must(w.put(w.intent("main", "ann", bot.Promo, "hello")))
		w.settle()
		w.rise()
		if m := w.month(); m.Own != 1 || m.Held != 0 {
			t.Errorf("%+v", m)
		}
		w.many(5, bot.Promo)
		w.pass(3 * time.Hour) // a reading took the first for somebody else's until the next
		w.expect("billed", fmt.Sprint(w.billed()), "3")
	})
}

// What nobody knows the outcome of counts as sent: a limit holds all the same.
func TestUnknownCountsAsSpent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.meter(0, Plan{Most: 2})
		w.start()
		w.line.always(lost)
		w.many(2, bot.Promo)
		w.pass(25 * time.Hour)
		w.line.always(fine)
		w.many(2, bot.Promo)
		w.pass(time.Minute)
		w.expect("billed", fmt.Sprint(w.billed()), "2")
	})
}

// A new month begins in Japan, with what is still on its way.
func TestMonthBeginsInJapan(t *testing.T) {
	db := mem.New(mem.Twice)
	w := newWorld(t, db)
	w.meter(0, Plan{Most: 10})
	last := time.Date(2026, 11, 30, 14, 59, 0, 0, time.UTC)
	take := func(now time.Time, n int64) (granted bool) {
		w.must(db.Update(context.Background(), func(tx store.Tx) (err error) {
			granted, _, _, err = w.o.spend(tx, "main", bot.Promo, n, now)
			return err
		}))
		return granted
	}
	if !take(last, 8) || take(last, 8) {
		t.Error("ten a month are not ten a month")
	}
	w.must(db.Update(context.Background(), func(tx store.Tx) error { return w.o.settle(tx, "main", 5, 5, last) }))
	if next := last.Add(time.Minute); take(next, 8) || !take(next, 7) {
		t.Error("three are on their way into December, and seven are left of it")
	}
}

// However many send at once, and whatever becomes of what they send, no limit
// is ever passed.
func TestLimitsHoldUnderConcurrentSends(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	engines := map[string]func(*testing.T) store.DB{
		"mem": func(*testing.T) store.DB { return mem.New(mem.Twice) },
		"bolt": func(t *testing.T) store.DB {
			path := filepath.Join(t.TempDir(), "x.db")
			if err := bolt.Create(path); err != nil {
				t.Fatal(err)
			}
			db, err := bolt.Open(path, bolt.Options{NoSync: true})
			if err != nil {
				t.Fatal(err)
			}
			return db
		},
	}
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			defer db.Close()
			w := newWorld(t, db)
			draw := rand.New(rand.NewPCG(seed, 1))
			limit, own := 300+draw.Int64N(300), 200+draw.Int64N(300)
			cost := func(n int64) (int64, bool) { return n / 3 * 2, true }
			m := w.meter(limit, Plan{Most: own, MostMoney: 200 + draw.Int64N(100), Keep: draw.Int64N(50), Cost: cost})
			m.elsewhere = draw.Int64N(100)
			w.must(w.o.ReadQuota(context.Background(), "main"))
			var all sync.WaitGroup
			for i := range 50 {
				draw := rand.New(rand.NewPCG(seed, uint64(i)+2))
				all.Go(func() { w.sender(draw, m) })
			}
			all.Wait()
			w.must(w.o.ReadQuota(context.Background(), "main"))
			if got := w.month(); got.Held != 0 || got.Used > min(limit, own) || got.Own < 50 {
				t.Errorf("in the end %+v, of %d and %d", got, limit, own)
			}
		})
	}
}

// sender reserves, looks at every limit, and settles, many times over.
func (w *world) sender(draw *rand.Rand, m *metered) {
	ctx, now := context.Background(), time.Now()
	plan := w.o.plan(now)
	for range 40 {
		n := 1 + draw.Int64N(9)
		class := []bot.Class{bot.Promo, bot.Nudge, bot.Gift}[draw.IntN(3)]
		ok := false
		err := w.db.Update(ctx, func(tx store.Tx) (err error) {
			ok, _, _, err = w.o.spend(tx, "main", class, n, now)
			if err != nil {
				return err
			}
			q, err := quotaFor(tx, "main", now)
			// A reading may take for others' what was on its way when it was made, so
			// that more is held back than need be; this is the truth.
			sum := q.Held + q.Spent + m.elsewhere
			if money, _ := plan.Cost(sum); sum > min(q.Limit, plan.Most) || money > plan.MostMoney {
				w.t.Errorf("%d of ours, on their way or there, and %d of others are over a limit", sum-m.elsewhere, m.elsewhere)
			}
			return err
		})
		if err == nil && ok {
			billed := draw.Int64N(n + 1)
			m.platform.mu.Lock()
			m.billed += int(billed)
			m.platform.mu.Unlock()
			err = w.db.Update(ctx, func(tx store.Tx) error { return w.o.settle(tx, "main", n, billed, now) })
		}
		if err == nil && draw.IntN(20) == 0 {
			err = w.o.ReadQuota(ctx, "main")
		}
		if err != nil {
			w.t.Error(err)
			return
		}
	}
}

// A campaign's own budget is a purse as well.
func TestPurse(t *testing.T) {
	var p purse
	if !p.take(6, 10) || p.take(5, 10) || !p.take(4, 10) {
		t.Error("ten are ten")
	}
	p.settle(6, 2)
	if !p.take(4, 10) || p.take(1, 10) || !p.take(100, -1) {
		t.Errorf("%+v", p)
	}
}
