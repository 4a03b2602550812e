package main

import (
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/store/bolt"
)

// TestFaults lets the platforms misbehave while the program talks (LEDGER cases
// 9 to 13): everybody hears of everything as often as the ledger's page allows,
// and LINE has nothing to complain about.
func TestFaults(t *testing.T) {
	l := newLab(t, bolt.Options{}, nil).staffed()
	run := func(name string, f func(t *testing.T, l *lab)) {
		t.Run(name, func(t *testing.T) {
			l.t = t
			defer l.world.Faults.Clear()
			f(t, l)
			l.passes(2 * time.Second)
			for _, c := range l.line.Complaints() {
				t.Errorf("LINE complains: %s", c)
			}
			l.try(whole(t.Context(), l.app.app))
		})
	}
	run("9: the answer to a webhook is lost", webhookAnswerLost)
	run("10: the answer to a reply is lost", replyAnswerLost)
	run("10: a reply fails for longer than its token lives", replyTooLate)
	run("10: the answer to a push is lost", pushAnswerLost)
	run("10: a push fails", pushFails)
	run("11: the answer to a receipt on Telegram is lost", receiptAnswerLost)
	run("12: a mere answer on Telegram is lost or reset", mereAnswerLost)
	run("13: Telegram wants 35 seconds of silence", telegramFlood)
	run("slow platforms", slow)
}

const (
	replyPath = "/v2/bot/message/reply"
	pushPath  = "/v2/bot/message/push"
)

// sell lets Sam record a sale and gives the answers until the confirmation.
func (l *lab) sell(amount, order string) []string {
	l.t.Helper()
	l.sam.Say("/sale 0912345678 " + amount + " " + order)
	return l.hears(l.sam, 1)
}

func webhookAnswerLost(t *testing.T, l *lab) {
	before := len(l.line.Deliveries())
	l.lose.Store(true)
	l.sam.Say("/sale 0912345678 100 CASE9")
	l.lose.Store(false)
	all := l.hears(l.sam, 1) // the answer goes out although the 200 did not arrive
	again := l.line.Redeliver()
	if len(again) != 1 || again[0].Status != 200 || len(l.line.Deliveries()) != before+2 {
		t.Fatalf("redelivered: %+v", again)
	}
	l.passes(5 * time.Second)
	all = append(all, l.hears(l.sam, 0)...)
	if n := count(all, "10 points for Ann"); n != 1 {
		t.Errorf("Sam heard of the sale %d times: %q", n, all)
	}
	l.ann.Say("points")
	if all := l.hears(l.ann, 2); count(all, "+10 points") != 1 || count(all, "\n10\n")+count(all, "10 points\n") == 0 {
		t.Errorf("Ann heard %q", all)
	}
}

func replyAnswerLost(t *testing.T, l *lab) {
	for _, fault := range []sim.Fault{sim.DropAnswer, sim.Empty} {
		l.world.Faults.Switch(sim.Rule{Fault: fault, Platform: "line", Path: replyPath, Times: 1})
		all := l.sell("110", "LOST-"+string(fault))
		l.passes(90 * time.Second)
		all = append(all, l.hears(l.sam, 0)...)
		if n := count(all, "11 points for Ann"); n != 1 {
			t.Errorf("%s: Sam heard of the sale %d times: %q", fault, n, all)
		}
	}
	for _, fault := range []sim.Fault{sim.Reset, sim.ServerErr, sim.Garbage} { // without effect
		l.world.Faults.Switch(sim.Rule{Fault: fault, Platform: "line", Path: replyPath, Times: 2})
		all := l.sell("120", "FAIL-"+string(fault))
		l.passes(90 * time.Second)
		all = append(all, l.hears(l.sam, 0)...)
		if n := count(all, "12 points for Ann"); n != 1 {
			t.Errorf("%s: Sam heard of the sale %d times: %q", fault, n, all)
		}
	}
}

func replyTooLate(t *testing.T, l *lab) {
	used := l.line.Used()
	off := l.world.Faults.Switch(sim.Rule{Fault: sim.ServerErr, Platform: "line", Path: replyPath})
	l.sam.Say("/sale 0912345678 130 LATE")
	l.sam.Say("/today")
	l.passes(2 * time.Minute)
	off()
	l.passes(2 * time.Minute)
	all := l.hears(l.sam, 0)
	if count(all, "13 points for Ann") != 1 {
		t.Errorf("Sam heard %q; the confirmation must come, with its reference", all)
	}
	if len(all) != 1 {
		t.Errorf("Sam heard %q; a mere answer is not worth a push", all)
	}
	if l.line.Used() != used+1 {
		t.Errorf("%d paid messages", l.line.Used()-used)
	}
}

func pushAnswerLost(t *testing.T, l *lab) {
	l.ann.Say("points") // takes along what rides
	l.passes(2 * time.Second)
	l.hears(l.ann, 0)
	l.sell("140", "PUSH")
	used := l.line.Used()
	l.world.Faults.Switch(sim.Rule{Fault: sim.DropAnswer, Platform: "line", Path: pushPath, Times: 2})
	l.try(l.sam.Press("Undo")) // Ann must know at once
	l.hears(l.sam, 1)
	all := l.hears(l.ann, 1)
	l.passes(10 * time.Minute)
	all = append(all, l.hears(l.ann, 0)...)
	if n := count(all, "14"); n != 1 {
		t.Errorf("Ann heard of the correction %d times: %q", n, all)
	}
	if l.line.Used() != used+1 {
		t.Errorf("%d paid messages", l.line.Used()-used)
	}
}

func pushFails(t *testing.T, l *lab) {
	for _, fault := range []sim.Fault{sim.Reset, sim.ServerErr, sim.RateLimit} {
		l.sell("150", "PUSHFAIL-"+string(fault))
		l.world.Faults.Switch(sim.Rule{Fault: fault, Platform: "line", Path: pushPath, Times: 3})
		l.try(l.sam.Press("Undo"))
		l.hears(l.sam, 1)
		all := l.hears(l.ann, 1)
		l.passes(30 * time.Minute)
		all = append(all, l.hears(l.ann, 0)...)
		if n := count(all, "Corrected"); n != 1 {
			t.Errorf("%s: Ann heard of the correction %d times: %q", fault, n, all)
		}
	}
}

func receiptAnswerLost(t *testing.T, l *lab) {
	l.world.Faults.Switch(sim.Rule{Fault: sim.DropAnswer, Platform: "telegram", Path: "sendMessage", Times: 1, Skip: 1})
	l.tess.Say("/sale 0987654321 160 TG")
	l.hears(l.tess, 1)
	all := l.hears(l.bob, 1)
	l.passes(time.Minute)
	all = append(all, l.hears(l.bob, 0)...)
	again := l.hears(l.tess, 0)
	if n := count(all, "+16 points"); n < 1 || n > 2 || n+len(again) > 2 {
		t.Errorf("Bob heard of the points %d times: %q, Tess again %q", n, all, again)
	}
}

func mereAnswerLost(t *testing.T, l *lab) {
	for _, fault := range []sim.Fault{sim.DropAnswer, sim.Reset} {
		l.world.Faults.Switch(sim.Rule{Fault: fault, Platform: "telegram", Path: "sendMessage", Times: 1})
		l.bob.Say("/points")
		l.passes(5 * time.Minute)
		want := 1
		if fault == sim.Reset {
			want = 0 // nobody knows; two equal answers would look like two deeds
		}
		if all := l.hears(l.bob, 0); len(all) != want {
			t.Errorf("%s: Bob heard %q", fault, all)
		}
	}
}

func telegramFlood(t *testing.T, l *lab) {
	l.world.Faults.Switch(sim.Rule{Fault: sim.RateLimit, Platform: "telegram", Times: 1, By: 35 * time.Second})
	from := len(l.world.Wire.Calls())
	calls := func() (n int) {
		for _, c := range l.world.Wire.Calls()[from:] {
			if c.Platform == "telegram" && !c.ToBot {
				n++
			}
		}
		return n
	}
	wishes := func() int { return strings.Count(l.log.String(), "the platform asks to wait\" channel=tg") }
	before := wishes()
	l.world.Clock.Freeze(l.world.Clock.Now()) // the 35 s pass when the test says so
	defer l.world.Clock.Thaw()
	l.bob.Say("/points")
	l.soon("Telegram's wish for silence to be known", func() bool { return wishes() > before }) // two answers at once would be two calls
	l.world.Settle(time.Second / 2)
	l.tess.Say("/sale 0987654321 170 FLOOD")
	l.world.Settle(20 * time.Millisecond)
	l.world.Clock.Advance(30 * time.Second)
	l.world.Settle(20 * time.Millisecond)
	if n := calls(); n != 1 {
		t.Errorf("%d calls within the 35 s that Telegram asked for", n)
	}
	l.world.Clock.Thaw()
	l.passes(20 * time.Second)
	if all := l.hears(l.bob, 2); len(all) != 2 || count(all, "+17 points") != 1 {
		t.Errorf("Bob heard %q", all)
	}
	if all := l.hears(l.tess, 1); count(all, "17 points for Bob") != 1 {
		t.Errorf("Tess heard %q", all)
	}
}

func slow(t *testing.T, l *lab) {
	l.world.Faults.Switch(sim.Rule{Fault: sim.Delay, By: 300 * time.Millisecond, Times: 4})
	l.sell("180", "SLOW")
	l.tess.Say("/sale 0987654321 180 SLOW2")
	if all := append(l.hears(l.tess, 1), l.hears(l.bob, 1)...); count(all, "18 points") != 2 {
		t.Errorf("Tess and Bob heard %q", all)
	}
}
