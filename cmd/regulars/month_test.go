package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

var receiptForm = regexp.MustCompile(`Receipt code\W+([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})`)

// TestReplayedMonth sells 3,600 times in a month on LINE, one half by the member's
// card and one by the receipt's code. Every member reads every receipt, and not one
// message is paid for: what is claimed is answered, and what is sold by card rides
// along.
func TestReplayedMonth(t *testing.T) {
	t.Parallel()
	const members, clerks = 60, 10
	days := 30 // on each, a sale by card and one by code for each member
	if raceDetector {
		days = 3
	}
	began := time.Now()
	w := newWire(t)
	m := &month{wire: w, heard: map[string]int{}}
	for i := range members {
		m.members = append(m.members, w.line.Person(fmt.Sprintf("Member %d", i), "en"))
	}
	m.sideBySide(m.members, func(_ int, p *sim.LinePerson) { p.Follow() })
	m.settle()
	m.sideBySide(m.members, func(_ int, p *sim.LinePerson) { m.press(p, "Join")() })
	m.settle()
	var cards []string
	for _, p := range m.members {
		cards = append(cards, w.card(p))
	}
	for i := range clerks {
		m.clerks = append(m.clerks, w.employee("line", fmt.Sprintf("Clerk %d", i), people.Clerk).(*sim.LinePerson))
	}
	m.listen()
	clear(m.heard)
	var taken loyalty.Money
	for day := range days {
		w.world.Clock.Set(caseDay.AddDate(0, 0, day))
		byCard, byCode := func(i int) int { return 50 + 7*i + day }, func(i int) int { return 60 + 5*i + day }
		for i := range members {
			taken += loyalty.Money(byCard(i) + byCode(i))
		}
		m.sideBySide(m.clerks, func(k int, p *sim.LinePerson) {
			for i := k; i < members; i += clerks {
				p.Say(fmt.Sprintf("/sale %s %d", cards[i], byCard(i)))
				p.Say(fmt.Sprintf("/code %d R-%d", byCode(i), i))
			}
		})
		codes := spotted(receiptForm, m.shown())
		if len(codes) != members {
			t.Fatalf("day %d: %d receipts have a code, not %d", day, len(codes), members)
		}
		w.world.Clock.Advance(time.Hour)
		m.sideBySide(m.members, func(i int, p *sim.LinePerson) { p.Say("/claim " + codes[i]) })
		m.listen()
	}
	if used := w.line.Used(); used != 0 {
		t.Errorf("LINE bills %d messages for earning", used)
	}
	for _, c := range w.world.Wire.Calls() {
		if c.Billed > 0 || strings.Contains(c.Path, "/message/push") || strings.Contains(c.Path, "/message/multicast") {
			t.Fatalf("%s %s: %s", c.Method, c.Path, c.Body)
		}
	}
	for _, p := range m.members {
		if got := m.heard[p.Name()]; got != 2*days {
			t.Errorf("%s read %d receipts, not %d", p.Name(), got, 2*days)
		}
	}
	if n, sum := m.sold(); n != 2*members*days || sum != taken {
		t.Errorf("the ledger has %d sales of %d, not %d of %d", n, sum, 2*members*days, taken)
	}
	t.Logf("%d sales in %s", 2*members*days, time.Since(began).Round(time.Millisecond))
}

// month is a café with many phones that are looked at seldom.
type month struct {
	*wire
	members, clerks []*sim.LinePerson
	heard           map[string]int // receipts that each member read
}

// sideBySide lets each of them do something, all at the same time.
func (m *month) sideBySide(who []*sim.LinePerson, do func(i int, p *sim.LinePerson)) {
	var acts []func()
	for i, p := range who {
		acts = append(acts, func() { do(i, p) })
	}
	atOnce(acts...)
}

// settle waits until everything that was said is answered. Time goes by as it
// does for everybody: were it pushed on, reply tokens would lapse on a slow
// machine, and answers be paid for.
func (m *month) settle() {
	m.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(time.Minute); ; {
		m.line.Redeliver()
		m.world.Settle(0)
		yes, err := quietFor(m.t.Context(), m.app.app, 0)
		m.try(err)
		if yes {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			m.t.Fatalf("not all was answered within a minute\n%s", m.log)
		}
	}
}

// listen counts the receipts that members read.
func (m *month) listen() {
	m.t.Helper()
	m.settle()
	for _, p := range m.members {
		said, err := p.Await(0)
		m.try(err)
		m.heard[p.Name()] += count(said, "Purchase")
	}
}

// shown is what clerks read.
func (m *month) shown() (all []string) {
	m.t.Helper()
	m.settle()
	for _, p := range m.clerks {
		said, err := p.Await(0)
		m.try(err)
		all = append(all, said...)
	}
	return all
}

// sold is how many sales are in the ledger, and their sum.
func (m *month) sold() (n int, sum loyalty.Money) {
	m.t.Helper()
	book := m.app.app.shop.Book
	for _, p := range m.members {
		id := m.id(p)
		m.try(m.app.app.db.View(context.Background(), func(r store.Reader) error {
			list, err := book.History(r, id, 0, 10_000)
			for _, e := range list {
				if e.Kind == loyalty.KindEarn {
					n, sum = n+1, sum+e.Amount
				}
			}
			return err
		}))
	}
	return n, sum
}
