package bottest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/bot/sim"
)

// httpPerson is somebody in a scene, in the simulator.
type httpPerson struct {
	play     *httpPlayer
	name     string
	platform bot.Platform
	line     *sim.LinePerson
	tg       *sim.TelegramPerson
	lang     string
	acted    bool              // the bot has heard of them
	said     map[string]string // what they said last, by chat
	listened ear
}

// httpGroup is a group in the simulator. Somebody of it listens.
type httpGroup struct {
	name     string
	platform bot.Platform
	line     *sim.LineGroup
	tg       *sim.TelegramGroup
	topics   map[string]int // a forum's, by the transcript's numbers
	owner    *httpPerson
	members  map[*httpPerson]bool
	listened ear
}

// person finds or makes the one whom "ann", "ann@telegram" or "sam(clerk)@line"
// names.
func (p *httpPlayer) person(spec string) *httpPerson {
	role, name := "", spec
	if i, j := strings.IndexByte(spec, '('), strings.IndexByte(spec, ')'); i >= 0 && j > i {
		role, name = spec[i+1:j], spec[:i]+spec[j+1:]
	}
	name, platform, _ := strings.Cut(name, "@")
	x, ok := p.people[name]
	if !ok {
		x = p.newHTTPPerson(name, bot.Platform(platform))
		p.people[name] = x
	}
	if role != "" {
		if err := p.prog.Enrol(p.t.Context(), x.identity(), role); err != nil {
			p.t.Fatalf("enrolling %s: %v", name, err)
		}
	}
	return x
}

func (p *httpPlayer) newHTTPPerson(name string, platform bot.Platform) *httpPerson {
	x := &httpPerson{play: p, name: name, platform: bot.LINE, lang: "en", said: map[string]string{}}
	display, named := strings.ToUpper(name[:1])+bare(name[1:]), p.speaksFirst(name)
	for _, l := range p.script {
		who, rest, _ := strings.Cut(l.rest, " ")
		if own, _, _ := strings.Cut(who, "@"); own != name {
			continue
		}
		switch l.verb {
		case "call":
			if !named {
				display, named = escapes.Replace(repeated(rest)), true
			}
		case "lang":
			if x.lang == "en" {
				x.lang = rest // a LINE profile tells one language, from the start
			}
		}
	}
	if platform == bot.Telegram {
		x.platform = bot.Telegram
		x.meetTelegram(display)
		return x
	}
	x.line = p.lineOf(name).Person(display, x.lang)
	if !p.follows(name) {
		x.line.Befriend()
	}
	return x
}

func (p *httpPlayer) lineOf(name string) *sim.LineChannel {
	if lineOf(name) != "line" {
		return p.world.Second
	}
	return p.world.Line
}

// meetTelegram makes a Telegram account that has started the bot before.
func (x *httpPerson) meetTelegram(display string) {
	p := x.play
	x.tg = p.world.Telegram.Person(display, x.lang)
	x.tg.SetNumber("886912345678")
	x.tg.SetUsername(x.name + "_tg")
	if !p.mentions("@"+x.name+"_tg", "") && p.mentions("@"+display, " in #") {
		x.tg.SetUsername("") // so that the mention is of a person, not of a name
	}
	p.deafly(func() { x.tg.Start("") })
	if p.follows(x.name) {
		p.deafly(x.tg.Block)
	}
}

// mentions says whether somebody says a name with @ in chats of a kind.
func (p *httpPlayer) mentions(at, where string) bool {
	for _, l := range p.script {
		if strings.Contains(l.verb, where) && strings.Contains(l.rest+" ", at+" ") {
			return true
		}
	}
	return false
}

// follows says whether somebody's first event is to add the account.
func (p *httpPlayer) follows(name string) bool {
	for _, l := range p.script {
		w := strings.Fields(l.rest)
		if l.verb != "event" || len(w) < 2 {
			continue
		}
		if bare, _, _ := strings.Cut(w[0], "@"); bare == name && (w[1] == "follow" || w[1] == "block") {
			return w[1] == "follow"
		}
	}
	return false
}

func (x *httpPerson) identity() bot.Identity {
	if x.tg != nil {
		return bot.Identity{Channel: "telegram", User: bot.UserID(strconv.FormatInt(x.tg.ID(), 10))}
	}
	return bot.Identity{Channel: lineOf(x.name), User: bot.UserID(x.line.ID())}
}

// speaksFirst says whether somebody does something before a call> line names
// them.
func (p *httpPlayer) speaksFirst(name string) bool {
	for _, l := range p.script {
		for _, part := range []string{l.verb, l.rest} {
			who, _, _ := strings.Cut(part, " ")
			if who, _, _ = strings.Cut(who, "@"); who == name || strings.HasPrefix(who, name+"(") {
				return l.verb != "call"
			}
		}
	}
	return false
}

// isCalled changes the name on somebody's account.
func (x *httpPerson) isCalled(name string) {
	switch {
	case x.tg != nil:
		x.tg.SetName(name)
	case x.line.Name() != name:
		x.play.t.Skip("the simulator's people keep their names on LINE")
	}
}

// speaks sets the language of somebody's app.
func (x *httpPerson) speaks(tag string) {
	switch {
	case x.tg != nil:
		x.tg.SetLanguage(tag)
	case tag != x.lang:
		x.play.t.Skip("LINE tells a person's language once; it cannot change under the bot")
	}
}

func (x *httpPerson) ear() *ear { return &x.listened }

func (x *httpPerson) heard() (string, []string) {
	if x.tg != nil {
		return x.name, x.tg.Received()
	}
	return x.name, x.line.Received()
}

// keyLabels are the labels of one reply keyboard, as a message that carries it
// repeats them.
type keyLabels struct {
	joined  string
	contact bool
}

// keyboards are the reply keyboards that the person was shown.
func (x *httpPerson) keyboards() (all []keyLabels) {
	for _, raw := range x.tg.Messages() {
		var m struct {
			Keyboard struct {
				Rows [][]struct {
					Text    string `json:"text"`
					Contact bool   `json:"request_contact"`
				} `json:"keyboard"`
			} `json:"keyboard"`
		}
		if json.Unmarshal(raw, &m) != nil {
			continue
		}
		var labels, asks []string
		for _, row := range m.Keyboard.Rows {
			for _, k := range row {
				labels = append(labels, k.Text)
				if k.Contact {
					asks = append(asks, k.Text)
				}
			}
		}
		if len(labels) > 0 {
			all = append(all, keyLabels{strings.Join(labels, " · "), len(asks) > 0})
		}
		for _, ask := range asks {
			all = append(all, keyLabels{ask, true})
		}
	}
	return all
}

// isKey: a key that asks for the contact card is a button of its message.
func (x *httpPerson) isKey(label string) bool {
	return x.tg != nil && slices.Contains(x.keyboards(), keyLabels{label, true})
}
