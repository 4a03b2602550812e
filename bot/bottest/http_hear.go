package bottest

import (
	"slices"
	"strings"
	"time"

	"regulars/bot"
)

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
			if !slices.ContainsFunc(got[i].buttons, func(g string) bool { return sameButton(b, g) }) {
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
