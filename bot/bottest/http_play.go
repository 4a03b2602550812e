package bottest

import (
	"context"
	"fmt"
	"net/url"
	"slices"
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
		case "crash", "tick":
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
	on := bot.LINE
	switch at := p.last.(type) {
	case *httpPerson:
		on = at.platform
	case *httpGroup:
		on = at.platform
	}
	if on == bot.Telegram {
		p.world.Telegram.Again()
	} else {
		p.world.Line.Repeat()
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

// places are all chats, people's first, in order of their names.
func (p *httpPlayer) places() map[string]place {
	all := map[string]place{}
	for name, x := range p.people {
		all[name] = x
	}
	for name, g := range p.groups {
		all[name] = g
	}
	return all
}

// fresh is what a place heard since it was asked last.
func fresh(at place) []string {
	id, all := at.heard()
	e := at.ear()
	if e.id != id {
		e.id, e.n = id, 0
	}
	return all[min(e.n, len(all)):]
}

// forget leaves what was heard so far uncompared, but for codes.
func (p *httpPlayer) forget() {
	for _, at := range p.places() {
		for _, text := range fresh(at) {
			p.note(text)
			at.ear().n++
		}
	}
}

// note keeps the last code that was shown.
func (p *httpPlayer) note(text string) {
	if c := codeLike.FindString(text); c != "" {
		p.code = c
	}
}

// patience is how long, in real time, an answer may take.
const patience = 4 * time.Second

// compare waits for the answers of a line and holds them against what came.
func (p *httpPlayer) compare(l scriptLine, spoke place) {
	want := map[string][]string{}
	for _, a := range l.answers {
		to := a.to
		if to == "" {
			to = p.nameOf(spoke)
		}
		want[to] = append(want[to], a.text)
	}
	p.await(want)
	for name, at := range p.places() {
		var got []shown
		for _, text := range fresh(at) {
			p.note(text)
			at.ear().n++
			got = p.join(got, look(text, at.isKey), at)
		}
		p.match(l, name, want[name], got)
	}
}

// join leaves out the short messages that carry Telegram's reply keyboard and
// say nothing but its labels; a contact button on one belongs to the message
// before it.
func (p *httpPlayer) join(got []shown, s shown, at place) []shown {
	x, private := at.(*httpPerson)
	if !private || x.platform != bot.Telegram {
		return append(got, s)
	}
	words := strings.Join(s.words, " ")
	for _, labels := range x.keyboards() {
		if words != labels.joined {
			continue
		}
		if n := len(got); n > 0 && labels.contact {
			got[n-1].buttons = append(got[n-1].buttons, s.buttons...)
			slices.Sort(got[n-1].buttons)
		}
		return got
	}
	return append(got, s)
}

// await waits until everybody has heard as much as they should. Where the bot
// waits for its own clock (Telegram's pace), the clock goes on a little.
func (p *httpPlayer) await(want map[string][]string) {
	if len(want) == 0 {
		return
	}
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for !p.enough(want) {
		stuck := time.NewTimer(30 * time.Millisecond)
		select {
		case <-p.calls:
		case <-stuck.C:
			p.world.Sim.Clock.Advance(200 * time.Millisecond)
		case <-deadline.C:
			return // the comparison tells
		}
		stuck.Stop()
	}
}

func (p *httpPlayer) enough(want map[string][]string) bool {
	all := p.places()
	for name, list := range want {
		at := all[name]
		if at == nil {
			continue
		}
		var got []shown
		for _, text := range fresh(at) {
			got = p.join(got, look(text, at.isKey), at)
		}
		if len(got) < len(list) || missing(list, got) {
			return false
		}
	}
	return true
}

// missing says whether a button is still to come, on a message of its own.
func missing(want []string, got []shown) bool {
	for i, w := range want {
		for _, b := range look(w, always).buttons {
			if !slices.Contains(got[i].buttons, b) {
				return true
			}
		}
	}
	return false
}

func always(string) bool { return true }

// match compares the messages of one chat.
func (p *httpPlayer) match(l scriptLine, name string, want []string, got []shown) {
	var wants []shown
	for _, w := range want {
		wants = append(wants, look(w, always))
	}
	same := len(wants) == len(got)
	for i := 0; same && i < len(got); i++ {
		same = p.lots.same(wants[i], got[i])
	}
	if same {
		return
	}
	p.t.Fatalf("%s\n%s heard something else\n--- want\n%s\n--- got\n%s", l.text, name, list(wants), list(got))
}

func list(all []shown) string {
	var out []string
	for _, s := range all {
		out = append(out, "  "+s.String())
	}
	return strings.Join(out, "\n")
}

func (p *httpPlayer) nameOf(at place) string {
	for name, other := range p.places() {
		if other == at {
			return name
		}
	}
	return "nobody"
}

// finish looks at what the scene left behind: nothing unsaid, nothing doubled,
// nothing that a platform refused, and a ledger that is whole.
func (p *httpPlayer) finish() {
	p.quiet()
	p.compare(scriptLine{text: "(the end)"}, nil)
	for _, c := range p.world.Line.Complaints() {
		p.t.Errorf("LINE complains: %s", c)
	}
	for _, c := range p.world.Sim.Wire.Calls()[p.wire:] {
		// 403 is Telegram's for those who blocked the bot, and a forged press
		// cannot be acknowledged.
		forged := p.forged > 0 && strings.HasSuffix(c.Path, "/answerCallbackQuery")
		if !c.ToBot && c.Status >= 400 && c.Status != 403 && !forged {
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
