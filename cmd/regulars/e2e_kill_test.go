package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/store"
)

// TestKilledUnderLoad kills the program with SIGKILL again and again while
// employees record sales and members ask for their points, with the platforms
// delivering again what was not answered (LEDGER cases 9 to 11). Nothing that
// was acknowledged may be lost, nothing doubled. REGULARS_TORTURE=1 kills 50
// times.
func TestKilledUnderLoad(t *testing.T) {
	kills, members, clerks := 5, 6, 4
	if os.Getenv("REGULARS_TORTURE") != "" {
		kills = 50
	}
	if testing.Short() {
		t.Skip("kills take seconds")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %d kills", seed, kills)
	r := rand.New(rand.NewPCG(seed, 0))

	p := newPlace(t, "REGULARS_CHANNEL_TG_POLLING=true")
	p.line.SetRedelivery(true, 150*time.Millisecond)
	p.start()
	p.hooked()
	s := newSiege(p, p.stop, members, clerks)
	stop := s.work(seed)
	for range kills {
		before := s.done.Load()
		least := 30 + r.Int64N(40) // so many events more, at least
		p.eventually("work between kills", func() bool { return s.done.Load() >= before+least })
		p.kill()
		p.start()
	}
	stop()
	s.quieten()
	s.judge()
}

// newSiege lets members join and employees enrol. end stops the program.
func newSiege(p *place, end func() error, members, clerks int) *siege {
	p.t.Helper()
	s := &siege{place: p, end: end, sold: map[string]sale{}}
	for i := range members {
		s.members = append(s.members, p.joined(fmt.Sprintf("Member%d", i), s.phone(i)))
	}
	for i := range clerks {
		c := p.line.Person(fmt.Sprintf("Clerk%d", i), "en").Befriend()
		c.Say("/staff " + p.invite("clerk"))
		p.hears(c, 1)
		s.clerks = append(s.clerks, c)
	}
	tg := p.telegram.Person("Tess", "en")
	tg.Say("/staff " + p.invite("clerk"))
	p.hears(tg, 1)
	s.tg = tg
	return s
}

// sale is what an employee typed.
type sale struct {
	clerk  sim.Person
	member int
	amount int
}

// siege is a shop under load.
type siege struct {
	*place
	end     func() error // stops the program
	members []*sim.LinePerson
	clerks  []*sim.LinePerson
	tg      *sim.TelegramPerson

	mu   sync.Mutex
	sold map[string]sale // by order
	done atomic.Int64
}

func (s *siege) phone(i int) string { return fmt.Sprintf("09120000%02d", i) }

// work lets everybody act side by side until the returned function is called.
func (s *siege) work(seed uint64) (stop func()) {
	var all sync.WaitGroup
	quit := make(chan struct{})
	loop := func(id uint64, act func(r *rand.Rand)) {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, id))
			for {
				select {
				case <-quit:
					return
				default:
					act(r)
					s.done.Add(1)
				}
			}
		})
	}
	for i, c := range s.clerks {
		loop(uint64(i+1), func(r *rand.Rand) { s.sell(r, c, fmt.Sprintf("L%d", i)) })
	}
	loop(50, func(r *rand.Rand) { s.sell(r, s.tg, "T") })
	for i, m := range s.members {
		loop(uint64(i+100), func(r *rand.Rand) {
			s.patiently(m, func() { m.Say([]string{"points", "/history", "/card"}[r.IntN(3)]) })
		})
	}
	return func() { close(quit); all.Wait() }
}

// sell records one sale with an order number of its own.
func (s *siege) sell(r *rand.Rand, clerk sim.Person, till string) {
	x := sale{clerk: clerk, member: r.IntN(len(s.members)), amount: 10 * (1 + r.IntN(90))}
	s.mu.Lock()
	order := fmt.Sprintf("%s-%d", till, len(s.sold))
	s.sold[order] = x
	s.mu.Unlock()
	s.patiently(clerk, func() { clerk.Say(fmt.Sprintf("/sale %s %d %s", s.phone(x.member), x.amount, order)) })
}

// patiently does something and waits for an answer, as people do, for at most
// two seconds: the program may be down.
func (s *siege) patiently(x sim.Person, act func()) {
	before := len(x.Received())
	act()
	enough := time.After(2 * time.Second)
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	for len(x.Received()) == before {
		select {
		case <-enough:
			return
		case <-tick.C:
		}
	}
}

// quieten waits until everything was delivered and said.
func (s *siege) quieten() {
	s.t.Helper()
	s.eventually("the redeliveries", func() bool { return s.unacknowledged() == 0 && s.telegram.Pending() == 0 })
	s.world.Settle(300 * time.Millisecond)
	for _, m := range s.members {
		s.takes(m)
	}
}

// takes lets a member ask for their points until nothing rides any more: it comes
// with the next answers, five at a time.
func (p *place) takes(m *sim.LinePerson) {
	p.t.Helper()
	for again := true; again; {
		before := len(m.Received())
		m.Say("points")
		p.eventually(m.Name()+"'s points", func() bool { return len(m.Received()) > before })
		again = len(m.Received())-before > 1
	}
}

// unacknowledged counts LINE's events that no delivery brought home yet.
func (s *siege) unacknowledged() int {
	open := map[string]bool{}
	for _, d := range s.line.Deliveries() {
		var body struct {
			Events []struct{ WebhookEventID string }
		}
		if err := json.Unmarshal(d.Body, &body); err != nil {
			s.t.Fatal(err)
		}
		for _, e := range body.Events {
			if d.Status == 200 {
				delete(open, e.WebhookEventID)
			} else {
				open[e.WebhookEventID] = true
			}
		}
	}
	return len(open)
}

var refForm = regexp.MustCompile(`Ref ([0-9A-Z]{5,})`)

// judge holds the ledger and the phones against what was typed.
func (s *siege) judge() {
	t := s.t
	s.must("verify")
	if err := s.end(); err != nil {
		t.Errorf("stopping: %v", err)
	}
	refs := map[string]string{} // ref → order
	s.opened(func(a *app) {
		for i, m := range s.members {
			s.judgeMember(a, i, m, refs)
		}
	})
	if len(refs) != len(s.sold) {
		t.Errorf("%d sales were typed and acknowledged, %d are in the ledger", len(s.sold), len(refs))
	}
	s.judgePhones(refs)
	for _, c := range s.line.Complaints() {
		t.Errorf("LINE complains: %s", c)
	}
	t.Logf("%d sales, %d webhooks of LINE, %d redelivered, %d paid messages", len(s.sold), len(s.line.Deliveries()), s.redelivered(), s.line.Used())
}

func (s *siege) redelivered() (n int) {
	for _, d := range s.line.Deliveries() {
		if d.Redelivery {
			n++
		}
	}
	return n
}

// judgeMember counts a member's sales in the ledger: each once, at its amount.
func (s *siege) judgeMember(a *app, i int, m *sim.LinePerson, refs map[string]string) {
	t := s.t
	var points int64
	err := a.db.View(context.Background(), func(r store.Reader) error {
		id, ok, err := a.shop.Vault.Who(r, shop.Identity(bot.Identity{Channel: "main", User: bot.UserID(m.ID())}))
		if err != nil || !ok {
			return fmt.Errorf("%s is nobody (%v)", m.Name(), err)
		}
		seen := map[string]bool{}
		for before := uint64(0); before != 1; {
			list, err := a.shop.Book.History(r, id, before, 100)
			if err != nil || len(list) == 0 {
				break
			}
			for _, e := range list {
				before = e.Seq
				if points += int64(e.Change()); e.Kind != loyalty.KindEarn && e.Change() == 0 {
					continue // what a sale brings about: a card's head start, a tier
				}
				order := string(e.Order)
				x, known := s.sold[order]
				if seen[order] || !known || x.member != i || int64(e.Amount) != int64(x.amount) {
					t.Errorf("%s: order %q of %d is in the ledger (twice %t, typed %t: %+v)", m.Name(), order, e.Amount, seen[order], known, x)
				}
				seen[order] = true
				refs[string(e.Ref)] = order
			}
		}
		b, err := a.shop.Book.Balance(r, id, a.clock.Now())
		if err == nil && int64(b.Available) != points {
			t.Errorf("%s has %d points, the sales give %d", m.Name(), b.Available, points)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// judgePhones: each confirmation reached its employee and each receipt its
// member; on LINE once, by token and retry key, on Telegram at least once.
func (s *siege) judgePhones(refs map[string]string) {
	said := map[string]map[string]int{} // ref → who → how often
	note := func(x sim.Person) {
		for _, text := range x.Received() {
			for _, m := range refForm.FindAllStringSubmatch(text, -1) {
				if said[m[1]] == nil {
					said[m[1]] = map[string]int{}
				}
				said[m[1]][x.Name()]++
			}
		}
	}
	note(s.tg)
	for _, c := range s.clerks {
		note(c)
	}
	for _, m := range s.members {
		note(m)
	}
	lost, doubled, repeated := 0, 0, 0
	for ref, order := range refs {
		x := s.sold[order]
		member := s.members[x.member].Name()
		for _, who := range []string{x.clerk.Name(), member} {
			switch n := said[ref][who]; {
			case n == 0:
				lost++
				s.t.Errorf("%s never heard of %s (order %s)", who, ref, order)
			case n > 1 && who == s.tg.Name():
				repeated++
			case n > 1:
				doubled++
				s.t.Errorf("%s heard %d times of %s (order %s)", who, n, ref, order)
			}
		}
	}
	s.t.Logf("%d lost, %d doubled on LINE, %d repeated on Telegram", lost, doubled, repeated)
	var unknown []string
	for ref := range said {
		if refs[ref] == "" {
			unknown = append(unknown, ref)
		}
	}
	if len(unknown) > 0 {
		s.t.Errorf("people were told of %s, which the ledger does not know", strings.Join(unknown, ", "))
	}
}
