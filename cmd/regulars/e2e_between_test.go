package main

import (
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
)

// TestKilledBetween kills the program at the moments that hurt most (LEDGER
// cases 10 and 11): after the platform took a message and before the program
// knows.
func TestKilledBetween(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "REGULARS_CHANNEL_TG_POLLING=true")
	p.start()
	p.hooked()
	ann := p.joined("Ann", "0912345678")
	sam := p.line.Person("Sam", "en").Befriend()
	tess := p.telegram.Person("Tess", "en")
	for _, x := range []sim.Person{sam, tess} {
		x.Say("/staff " + p.invite("clerk"))
		p.hears(x, 1)
	}
	for _, fault := range []sim.Fault{sim.DropAnswer, sim.ServerErr} {
		t.Run("a reply, "+string(fault), func(t *testing.T) {
			p.killedWhile(sim.Rule{Fault: fault, Platform: "line", Path: replyPath}, func() { sam.Say("/sale 0912345678 100 R-" + string(fault)) })
			p.heardOnce(t, sam, "10 points for Ann")
		})
		t.Run("a push, "+string(fault), func(t *testing.T) {
			sam.Say("/sale 0912345678 200 P-" + string(fault))
			p.hears(sam, 1)
			p.killedWhile(sim.Rule{Fault: fault, Platform: "line", Path: pushPath}, func() { p.try(sam.Press("Undo")) })
			p.heardOnce(t, ann, "Corrected")
			p.hears(sam, 0)
		})
	}
	t.Run("a receipt on Telegram", func(t *testing.T) {
		p.killedWhile(sim.Rule{Fault: sim.DropAnswer, Platform: "telegram", Path: "sendMessage"}, func() { tess.Say("/sale 0912345678 300 T") })
		all := p.hears(tess, 1)
		p.world.Settle(4 * time.Second) // it is said once more, with its reference, after three
		all = append(all, p.hears(tess, 0)...)
		if n := count(all, "30 points for Ann"); n < 1 || n > 2 || count(all, "Ref ") != n {
			t.Errorf("Tess heard %q", all)
		}
	})
	for _, c := range p.line.Complaints() {
		t.Errorf("LINE complains: %s", c)
	}
	p.must("verify")
}

// killedWhile lets somebody act while a fault strikes, kills the program as
// soon as it did, and starts it again with the platform well.
func (p *place) killedWhile(r sim.Rule, act func()) {
	p.t.Helper()
	since := len(p.world.Wire.Calls())
	off := p.world.Faults.Switch(r)
	act()
	p.eventually("the fault to strike", func() bool {
		for _, c := range p.world.Wire.Calls()[since:] {
			if c.Fault == string(r.Fault) && strings.HasSuffix(c.Path, strings.TrimPrefix(r.Path, "/v2")) {
				return true
			}
		}
		return false
	})
	p.kill()
	off()
	p.start()
}

// heardOnce waits for a message, and for what may come after it.
func (p *place) heardOnce(t *testing.T, x sim.Person, text string) {
	t.Helper()
	var all []string
	p.eventually(x.Name()+" to hear of it", func() bool {
		more, _ := x.Await(0)
		all = append(all, more...)
		return count(all, text) > 0
	})
	p.world.Settle(1500 * time.Millisecond) // longer than the first tries again take
	more, _ := x.Await(0)
	if all = append(all, more...); count(all, text) != 1 {
		t.Errorf("%s heard %q", x.Name(), all)
	}
}
