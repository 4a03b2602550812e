package bottest

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/sim"
)

// httpPlayer plays one scene.
type httpPlayer struct {
	t      testing.TB
	boot   Boot
	world  *World
	front  *front
	prog   Program
	people map[string]*httpPerson
	groups map[string]*httpGroup
	script []scriptLine // all of it, to know what will be said of whom
	lots   lots
	code   string // the last code shown
	last   place  // where the last event happened
	wire   int    // calls looked at so far
	calls  <-chan sim.Call
	forged int // presses without a button so far
}

// place is a chat in which the bot may say something.
type place interface {
	// heard is all that the bot said there; it begins anew when the chat has
	// another id.
	heard() (id string, all []string)
	// isKey says whether a key of a reply keyboard belongs to a message.
	isKey(label string) bool
	// ear is how much was compared so far.
	ear() *ear
}

// ear remembers what was heard in a chat.
type ear struct {
	id string
	n  int
}

func newHTTPPlayer(t testing.TB, boot Boot, script []scriptLine) *httpPlayer {
	p := &httpPlayer{
		t: t, boot: boot, script: script, lots: lots{},
		people: map[string]*httpPerson{}, groups: map[string]*httpGroup{},
	}
	for _, l := range script { // before anything is started
		switch l.verb {
		case "crash":
			t.Skipf("%s> is no thing that people do", l.verb)
		}
	}
	p.world, p.front = newWorldHTTP(t), newFront(t)
	calls, stop := p.world.Sim.Wire.Subscribe()
	p.calls = calls
	t.Cleanup(stop)
	p.start()
	p.world.Sim.Clock.Freeze(Start)
	t.Cleanup(func() {
		if p.prog.Stop != nil {
			p.prog.Stop()
		}
	})
	return p
}

// start runs the program and leads the webhooks to it.
func (p *httpPlayer) start() {
	p.prog = p.boot(p.t, p.world)
	to, err := url.Parse(p.prog.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	p.front.to.Store(to)
	now := p.world.Sim.Clock.Now()
	p.world.hook(p.t, p.front)
	p.world.Sim.Clock.Set(now)
	p.wire = len(p.world.Sim.Wire.Calls())
}

func (p *httpPlayer) restart() {
	if err := p.prog.Stop(); err != nil {
		p.t.Errorf("stopping: %v", err)
	}
	p.prog.Stop = nil
	p.start()
}

// deafly does what the bot must not hear of.
func (p *httpPlayer) deafly(f func()) {
	p.front.deaf.Store(true)
	defer p.front.deaf.Store(false)
	f()
}

// step does one line and compares what is heard.
func (p *httpPlayer) step(l scriptLine) {
	var spoke place
	p.world.Sim.Clock.Advance(time.Millisecond) // one thing after another
	switch l.verb {
	case "press":
		spoke = p.press(l.rest)
	case "event":
		spoke = p.happen(l.rest)
	case "clock":
		p.clock(l.rest)
	case "lang":
		who, tag, _ := strings.Cut(l.rest, " ")
		p.person(who).speaks(tag)
	case "call":
		who, name, _ := strings.Cut(l.rest, " ")
		p.person(who).isCalled(escapes.Replace(repeated(name)))
	case "again":
		spoke = p.last
		p.again()
	case "restart":
		p.restart()
	case "verify":
		p.quiet()
		if err := p.prog.Verify(context.Background()); err != nil {
			p.t.Errorf("verify: %v", err)
		}
	case "do":
		p.do(l.rest)
	case "tick":
		if err := p.prog.Tick(context.Background(), l.rest); err != nil {
			p.t.Errorf("tick> %s: %v", l.rest, err)
		}
	default:
		spoke = p.say(l.verb, l.rest)
	}
	if spoke != nil {
		p.last = spoke
	}
	if l.setup {
		p.quiet()
		p.forget()
		return
	}
	p.compare(l, spoke)
}

// do does a deed of the shop's.
func (p *httpPlayer) do(rest string) {
	what, rest, _ := strings.Cut(rest, " ")
	who, args, _ := strings.Cut(rest, " ")
	f := p.prog.Do[what]
	if f == nil {
		p.t.Skipf("do> %s: nobody knows how", what)
	}
	code, err := f(context.Background(), p.person(who).identity(), args)
	if err != nil {
		p.t.Errorf("do> %s %s: %v", what, rest, err)
	}
	if code != "" {
		p.code = code
	}
}

// again lets the platform of the last event deliver it once more.
func (p *httpPlayer) again() {
	on, line := bot.LINE, p.world.Line
	switch at := p.last.(type) {
	case *httpPerson:
		on, line = at.platform, p.lineOf(at.name)
	case *httpGroup:
		on = at.platform
	}
	if on == bot.Telegram {
		p.world.Telegram.Again()
	} else {
		line.Repeat()
	}
}

// clock moves time in steps, as it passes: what falls due on the way happens
// on the way.
func (p *httpPlayer) clock(rest string) {
	now := p.world.Sim.Clock.Now()
	to := now
	if d, ok := strings.CutPrefix(rest, "+"); ok {
		by, err := time.ParseDuration(d)
		if err != nil {
			p.t.Fatalf("clock> %s: %v", rest, err)
		}
		to = now.Add(by)
	} else {
		var err error
		if to, err = time.ParseInLocation("2006-01-02 15:04", rest, p.prog.Zone); err != nil {
			p.t.Fatalf("clock> %s: %v", rest, err)
		}
	}
	if to.Sub(now) > 7*24*time.Hour { // as in a bubble, where the program is away
		p.away(to)
		return
	}
	const steps = 12
	for i := range steps {
		p.quiet()
		p.world.Sim.Settle(2 * time.Millisecond) // what woke up is not on paper yet
		p.world.Sim.Clock.Set(now.Add(to.Sub(now) * time.Duration(i+1) / steps))
	}
	p.world.Sim.Settle(4 * time.Millisecond)
	p.quiet()
}

// away lets the program sleep until then.
func (p *httpPlayer) away(until time.Time) {
	if err := p.prog.Stop(); err != nil {
		p.t.Errorf("stopping: %v", err)
	}
	p.prog.Stop = nil
	p.world.Sim.Clock.Set(until)
	p.start()
}

// quiet waits until the program has nothing to say now. Telegram's pace may
// hold a message back, so time passes meanwhile.
func (p *httpPlayer) quiet() {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for i := range 1000 {
		idle, err := p.prog.Idle(p.t.Context())
		if err != nil {
			p.t.Fatal(err)
		}
		if idle {
			return
		}
		<-tick.C
		if i%10 == 9 {
			p.world.Sim.Clock.Advance(200 * time.Millisecond)
		}
	}
}

// finish looks at what the scene left behind: nothing unsaid, nothing doubled,
// nothing that a platform refused, and a ledger that is whole.
func (p *httpPlayer) finish() {
	p.quiet()
	p.compare(scriptLine{text: "(the end)"}, nil)
	for _, c := range append(p.world.Line.Complaints(), p.world.Second.Complaints()...) {
		p.t.Errorf("LINE complains: %s", c)
	}
	for _, c := range p.world.Sim.Wire.Calls()[p.wire:] {
		// 403 is Telegram's for those who blocked the bot, a forged press cannot be
		// acknowledged, and a basic group keeps no list of the banned.
		forged := p.forged > 0 && strings.HasSuffix(c.Path, "/answerCallbackQuery")
		unlisted := strings.HasSuffix(c.Path, "/unbanChatMember") && strings.Contains(string(c.Answer), "supergroup and channel chats only")
		if !c.ToBot && c.Status >= 400 && c.Status != 403 && !forged && !unlisted {
			p.t.Errorf("%s refused %s with %d: %s", c.Platform, c.Path, c.Status, c.Answer)
		}
		if c.ToBot && c.Status != 200 {
			p.t.Errorf("a webhook of %s was answered %d %s", c.Platform, c.Status, c.Answer)
		}
	}
	if err := p.prog.Verify(context.Background()); err != nil {
		p.t.Errorf("verify: %v", err)
	}
	if err := p.prog.Stop(); err != nil {
		p.t.Error(fmt.Errorf("stopping: %w", err))
	}
	p.prog.Stop = nil
}
