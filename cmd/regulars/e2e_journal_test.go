package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/store"
)

// timedSale is a sale, and between which moments it was recorded.
type timedSale struct {
	member         int
	amount         int64
	said, answered time.Time // zero: nobody heard
}

// TestRestoreToASecond restores the shop, with the program as it is shipped, to
// a second in the middle of a burst of sales: what employees had been told by
// then is there, what they typed later is not, and members have the points that
// these sales come to. Then to the latest that there is after a kill: at
// most the last second is missing.
func TestRestoreToASecond(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "REGULARS_CHANNEL_TG_POLLING=true")
	p.start()
	p.hooked()
	s := newSiege(p, p.stop, 4, 3)
	copies := filepath.Join(p.dir, "backups") + string(filepath.Separator)
	p.must("backup", copies)
	sold := s.burst(2500 * time.Millisecond)
	p.kill()
	first, last, slowest := time.Now(), time.Time{}, time.Duration(0)
	for _, x := range sold {
		slowest = max(slowest, x.answered.Sub(x.said))
		if x.said.Before(first) {
			first = x.said
		}
		if x.answered.After(last) {
			last = x.answered
		}
	}
	end := first.Add(last.Sub(first) / 2).Round(time.Second)
	second := end.Add(-time.Second)
	if out := p.must("backup", "--list"); !strings.Contains(out, "every second up to ") {
		t.Errorf("the list of backups says\n%s", out)
	}
	out, err := p.command("restore", copies, "--at", last.Add(time.Hour).UTC().Format(time.RFC3339), "--force").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "the last second that can be reached") {
		t.Errorf("%v\n%s", err, out)
	}
	text := p.must("restore", copies, "--at", second.UTC().Format(time.RFC3339), "--force")
	for _, want := range []string{"commits of the journal", "all whole: ", "Messages are held"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	in := s.holdsUpTo(sold, end, end)
	t.Logf("%d of %d sales are in %s", in, len(sold), second.UTC().Format(time.TimeOnly))
	if in == 0 || in == len(sold) {
		t.Error("the second lies not in the middle of the burst")
	}
	p.must("restore", copies, "--at", "latest", "--force")
	// Where a sale takes long, so does writing the journal down.
	in = s.holdsUpTo(sold, last.Add(-time.Second-2*slowest), last.Add(time.Hour))
	t.Logf("%d of %d sales are in the latest second; the slowest took %s", in, len(sold), slowest)
	p.must("verify")
}

// burst lets employees sell as fast as they are answered, and tells when each
// sale was typed and answered, by order.
func (s *siege) burst(d time.Duration) map[string]timedSale {
	sold := map[string]timedSale{}
	var mu sync.Mutex
	var all sync.WaitGroup
	until := time.Now().Add(d)
	for c, clerk := range s.clerks {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(c), 1))
			for n := 0; n < 10 || time.Now().Before(until); n++ {
				order := fmt.Sprintf("B%d-%d", c, n)
				x := timedSale{member: r.IntN(len(s.members)), amount: 10 * (1 + r.Int64N(90)), said: time.Now()}
				before := len(clerk.Received())
				clerk.Say(fmt.Sprintf("/sale %s %d %s", s.phone(x.member), x.amount, order))
				x.answered = answeredAt(clerk, before, patience)
				mu.Lock()
				sold[order] = x
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return sold
}

// answeredAt waits until an employee has heard more than before messages, and
// tells when that was; zero where nothing came.
func answeredAt(clerk sim.Person, before int, within time.Duration) time.Time {
	late := time.After(within)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		if len(clerk.Received()) > before {
			return time.Now()
		}
		select {
		case <-late:
			return time.Time{}
		case <-tick.C:
		}
	}
}

// holdsUpTo fails the test unless the store has every sale that was answered
// before told, none that was typed after typed, and members the points of exactly
// those that it has. It tells how many those are.
func (s *siege) holdsUpTo(sold map[string]timedSale, told, typed time.Time) (n int) {
	s.t.Helper()
	s.opened(func(a *app) {
		there := map[string]bool{}
		for i, m := range s.members {
			for order, amount := range s.ordersOf(a, m) {
				if x, known := sold[order]; !known || x.member != i || x.amount != amount {
					s.t.Errorf("%s has order %q of %d (typed: %+v)", m.Name(), order, amount, x)
				}
				there[order] = true
			}
		}
		for order, x := range sold {
			if !x.answered.IsZero() && x.answered.Before(told) && !there[order] {
				s.t.Errorf("order %s was answered at %s and is not there", order, x.answered.Format(time.StampMilli))
			}
			if x.said.After(typed) && there[order] {
				s.t.Errorf("order %s was typed at %s and is there", order, x.said.Format(time.StampMilli))
			}
		}
		n = len(there)
	})
	return n
}

// ordersOf are the orders that a member earned points with, and their amounts.
// It fails the test where one is there twice, or the points are not the entries'.
func (s *siege) ordersOf(a *app, m *sim.LinePerson) map[string]int64 {
	s.t.Helper()
	orders := map[string]int64{}
	err := a.db.View(context.Background(), func(r store.Reader) error {
		id, ok, err := a.shop.Vault.Who(r, shop.Identity(bot.Identity{Channel: "main", User: bot.UserID(m.ID())}))
		if err != nil || !ok {
			return fmt.Errorf("%s is nobody (%w)", m.Name(), err)
		}
		list, err := a.shop.Book.History(r, id, 0, 10_000)
		if err != nil {
			return err
		}
		points := int64(0)
		for _, e := range list {
			points += int64(e.Change())
			if e.Kind != loyalty.KindEarn {
				continue
			}
			if _, twice := orders[string(e.Order)]; twice {
				s.t.Errorf("%s has order %q twice", m.Name(), e.Order)
			}
			orders[string(e.Order)] = int64(e.Amount)
		}
		b, err := a.shop.Book.Balance(r, id, a.clock.Now())
		if int64(b.Available) != points {
			s.t.Errorf("%s has %d points, the entries give %d", m.Name(), b.Available, points)
		}
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
	return orders
}
