package main

import (
	"fmt"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
)

// TestClockJumpsWhileServing moves the machine's clock while the shop is open, and
// puts it right minutes later: as a dead battery, a bad time server or a hand
// does. The shop goes on selling, handing out and taking back; nothing is done
// twice, the ledger keeps its order, no message waits for a day that is not to
// come, and whoever's voucher ran out by a clock that is ahead has their points back:
// an account's time does not go back with the clock (invariant 18), so that what was
// sold to somebody in those minutes ends the holds that had less to go than the jump.
// More than 25 days ahead all events are old ones to it, see bot.OldAfter.
func TestClockJumpsWhileServing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		by   time.Duration
		less bool // so far ahead that a voucher's half hour is over
	}{
		{name: "a day back", by: -24 * time.Hour}, {name: "an hour back", by: -time.Hour}, {name: "five minutes back", by: -5 * time.Minute},
		{name: "five minutes ahead", by: 5 * time.Minute}, {name: "an hour ahead", by: time.Hour, less: true},
		{name: "a day ahead", by: 24 * time.Hour, less: true}, {name: "three weeks ahead", by: 21 * 24 * time.Hour, less: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			j := newClockJump(t)
			first, second := j.buysLatte(j.ann), j.buysLatte(j.ann) // good for half an hour
			j.sells("before")
			j.jumps(c.by)
			j.sells("during")
			handed := j.hands(first)
			j.moves(10 * time.Minute)
			j.jumps(0)
			j.heard(j.sam, j.says(j.sam, "/use "+first), 0, "Hand this to")
			handed += j.hands(second)
			if handed != 2 && !c.less {
				t.Errorf("of two good vouchers %d were handed out", handed)
			}
			j.sells("after")
			j.ticks()
			j.again(j.sent(0)) // everything that LINE ever delivered
			j.judge(handed)
		})
	}
}

// clockJump is a shop whose machine tells another time for a while.
type clockJump struct {
	*wire
	clock    *skewed
	sam      sim.Person
	ann, bo  sim.Person
	ref      string // of the last sale, for the one after to take back
	sold     int
	reversed int
}

func newClockJump(t *testing.T) *clockJump {
	t.Helper()
	w := newWireOn(t, stamped(t, "2026-03-11T04:00:00Z")) // noon in Taipei
	w.try(w.app.stop())
	clock := &skewed{Clock: w.world.Clock}
	w.lab.clock = clock
	w.start(bolt.Options{})
	return &clockJump{
		wire: w, clock: clock, sam: w.employee("line", "Sam", people.Clerk),
		ann: w.member("line", "Ann", 400), bo: w.member("telegram", "Bo", 200),
	}
}

// jumps lets the program believe that it is so much later than it is. Both platforms
// tell it the time with their next answers; a machine's own clock shows the jump
// before that, by what does not jump with it, which this one cannot (see
// TestAgreementEndsWhenTheClockIsMoved).
func (j *clockJump) jumps(by time.Duration) {
	j.t.Helper()
	j.clock.by.Store(int64(by))
	j.says(j.ann, "/help")
	j.says(j.bo, "/help")
	for _, p := range []sim.Person{j.ann, j.bo} {
		j.heard(p, j.answer(p, "/points"), 1, "points")
	}
}

// sells records two sales, one for each platform's member, takes back the one of
// the time before, and sends LINE's webhooks of it once more.
func (j *clockJump) sells(when string) {
	j.t.Helper()
	had := len(j.line.Deliveries())
	if j.ref != "" {
		j.heard(j.sam, j.says(j.sam, "/undo "+j.ref), 1, "Undone: "+j.ref)
		j.reversed++
	}
	for i, p := range []sim.Person{j.ann, j.bo} {
		said := j.says(j.sam, fmt.Sprintf("/sale %s 100 %s-%d", j.card(p), when, i))
		j.ref = j.only(refForm, said)
		j.sold++
	}
	j.again(j.sent(had))
}

// hands uses a voucher, and gives 1 if it was good.
func (j *clockJump) hands(code string) int {
	j.t.Helper()
	return count(j.says(j.sam, "/use "+code), "Hand this to")
}

// judge counts what the ledger has, in whose order it must be. A voucher that was not
// handed out has given its points back.
func (j *clockJump) judge(handed int) {
	j.t.Helper()
	earned, back := 0, 0
	for _, p := range []sim.Person{j.ann, j.bo} {
		id, last := j.id(p), uint64(0)
		j.try(j.app.app.db.View(j.t.Context(), func(r store.Reader) error {
			all, err := j.app.app.shop.Book.History(r, id, 0, 1000)
			for i := len(all) - 1; i >= 0; i-- {
				e := all[i]
				if e.Seq <= last {
					j.t.Errorf("%s: entry %d after %d", p.Name(), e.Seq, last)
				}
				last = e.Seq
				switch e.Kind {
				case loyalty.KindEarn:
					earned++
				case loyalty.KindReverse:
					back++
				}
			}
			return err
		}))
	}
	if earned != j.sold || back != j.reversed {
		j.t.Errorf("%d sales and %d taken back are in the ledger, not %d and %d", earned, back, j.sold, j.reversed)
	}
	for p, want := range map[sim.Person]int{j.ann: 400 - 140*handed + 30, j.bo: 200 + 10} {
		if b, _ := j.has(p); b.Available != loyalty.Points(want) || b.Held != 0 {
			j.t.Errorf("%s has %d points and %d set aside, not %d and 0", p.Name(), b.Available, b.Held, want)
		}
	}
}
