package main

import (
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
)

// TestBinary runs the shipped program, as an operator would start it, through
// the first things that a shop does.
func TestBinary(t *testing.T) {
	t.Run("webhook", func(t *testing.T) { firstDay(t, "REGULARS_CHANNEL_TG_POLLING=false") })
	t.Run("polling", func(t *testing.T) { firstDay(t, "REGULARS_CHANNEL_TG_POLLING=true") })
}

// firstDay is a morning on both platforms: people join, employees are enrolled
// by a code from the command line, sales are recorded across platforms.
func firstDay(t *testing.T, telegram string) {
	t.Parallel()
	p := newPlace(t, telegram)
	p.start()
	p.hooked()

	ann := p.joined("Ann", "0912345678")
	bob := p.telegram.Person("Bob", "en")
	bob.Start("")
	p.hears(bob, 1)
	p.try(bob.Press("Join"))
	p.hears(bob, 2)

	sam := p.telegram.Person("Sam", "en")
	sam.Say("/staff " + p.invite("clerk"))
	p.hears(sam, 1)
	sam.Say("/sale 0912345678 NT$350 A-1")
	if got := p.hears(sam, 1)[0]; !strings.Contains(got, "35 points for Ann") {
		t.Errorf("Sam heard %q", got)
	}
	ann.Say("points")
	got := strings.Join(p.hears(ann, 2), "\n")
	if !strings.Contains(got, "+35 points") || !strings.Contains(got, "35 points\n") {
		t.Errorf("Ann heard %q", got)
	}
	if used := p.line.Used(); used != 0 {
		t.Errorf("%d paid messages; an answer and its riders are free", used)
	}
	if out := p.must("stats"); !strings.Contains(out, "members              2") {
		t.Errorf("stats say:\n%s", out)
	}
	p.must("verify") // over the socket, while serve runs
	p.stopsCleanly(sam, ann)
	p.opened(func(*app) {})
	if c := p.line.Complaints(); len(c) > 0 {
		t.Errorf("LINE complains: %q", c)
	}
}

// stopsCleanly ends the program while an answer is on its way: the platform is
// slow, and the program waits for it.
func (p *place) stopsCleanly(sam *sim.TelegramPerson, ann *sim.LinePerson) {
	p.t.Helper()
	p.world.Faults.Switch(sim.Rule{Fault: sim.Delay, Platform: "line", Path: "/v2/bot/message/reply", By: 700 * time.Millisecond, Times: 1})
	ann.Say("points")
	before := time.Now()
	if err := p.stop(); err != nil {
		p.t.Errorf("after SIGTERM: %v\n%s", err, p.log)
	}
	if d := time.Since(before); d > stopTakes { // then whoever looks after it would kill it
		p.t.Errorf("it took %s to stop", d)
	}
	if got := p.hears(ann, 1)[0]; !strings.Contains(got, "35 points") {
		p.t.Errorf("Ann heard %q", got)
	}
}
