package bottest

import (
	"strings"

	"regulars/bot"
	"regulars/bot/sim"
)

// escapes are what a script cannot hold as it is.
var escapes = strings.NewReplacer(`\n`, "\n", `\u202e`, "\u202e")

// say does "ann>", "ann in #club>" and "sam in #club to ann>".
func (p *httpPlayer) say(verb, text string) place {
	who, where, in := strings.Cut(verb, " in ")
	x := p.person(strings.TrimSpace(who))
	if p.code != "" {
		text = strings.ReplaceAll(text, "<code>", p.code)
	}
	text = p.lots.translate(escapes.Replace(repeated(text)))
	if !in {
		x.sayPrivate(text)
		return x
	}
	where, to, _ := strings.Cut(where, " to ")
	where, topic, _ := strings.Cut(strings.TrimSpace(where), "/")
	g := p.group(where, x, false)
	x.introduced()
	x.sayIn(g, topic, text, to)
	x.said[g.name] = text
	return g
}

func (x *httpPerson) sayPrivate(text string) {
	x.acted = true
	if x.tg != nil {
		x.tg.Say(x.byUsername(text))
		return
	}
	x.line.Say(text)
}

// introduced makes somebody known whose first word falls in a group on LINE,
// where no language is told and the shop's would be spoken: transcripts are
// about what is said, not in which language.
func (x *httpPerson) introduced() {
	if x.line == nil || x.acted || x.play.prog.Meet == nil {
		return
	}
	x.acted = true
	if err := x.play.prog.Meet(x.play.t.Context(), x.identity(), x.line.Name(), x.lang); err != nil {
		x.play.t.Fatal(err)
	}
}

// sayIn says something in a group, as an answer to somebody's last message
// there if to is not empty.
func (x *httpPerson) sayIn(g *httpGroup, topic, text, to string) {
	p := x.play
	quoted := ""
	if to == "bot" {
		_, all := g.heard()
		if len(all) == 0 {
			p.t.Fatalf("the bot said nothing in %s that could be answered", g.name)
		}
		quoted, _, _ = strings.Cut(all[len(all)-1], "\n")
		quoted = personIcon.Replace(quoted)
	} else if to != "" {
		quoted = p.person(to).said[g.name]
	}
	if x.tg != nil {
		x.sayOnTelegram(g, topic, strings.ReplaceAll(x.byUsername(text), "@Bot", "@"+TelegramName), quoted)
		return
	}
	seat := x.line.In(g.line)
	if quoted != "" {
		if err := seat.Quote(quoted, text); err != nil {
			p.t.Skip("nobody can answer a message that was taken back")
		}
		return
	}
	var named []*sim.LinePerson
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == ',' }) {
		name, ok := strings.CutPrefix(w, "@")
		if !ok || name == "" {
			continue
		}
		if name == "Bot" {
			named = append(named, nil)
		} else if q := p.people[strings.ToLower(name)]; q != nil && q.line != nil {
			text = strings.ReplaceAll(text, w, "@"+q.line.Name())
			named = append(named, q.line)
		}
	}
	if len(named) > 0 {
		seat.SayMention(text, named...)
		return
	}
	seat.Say(text)
}

// byUsername writes mentions as Telegram's apps complete them: by @name, where
// a person has one.
func (x *httpPerson) byUsername(text string) string {
	words := strings.Split(text, " ")
	for i, w := range words {
		name, ok := strings.CutPrefix(w, "@")
		if q := x.play.people[strings.ToLower(name)]; ok && q != nil && q.tg != nil && q.tg.Username() != "" {
			words[i] = "@" + q.tg.Username()
		}
	}
	return strings.Join(words, " ")
}

func (x *httpPerson) sayOnTelegram(g *httpGroup, topic, text, quoted string) {
	seat := x.tg.In(g.tg)
	if topic != "" {
		seat = seat.Topic(g.topic(topic))
	}
	if quoted == "" {
		seat.Say(text)
		return
	}
	if err := seat.Reply(quoted, text); err != nil {
		x.play.t.Fatal(err)
	}
}

// press does a button as the person's app would.
func (p *httpPlayer) press(rest string) place {
	m := pressed.FindStringSubmatch(rest)
	if m == nil {
		p.t.Fatalf("press> wants a name and a label in quotes: %q", rest)
	}
	x := p.person(m[1])
	x.introduced()
	if m[2] == "" {
		return x.press(x, m[3])
	}
	where, _, _ := strings.Cut(m[2], "/")
	g := p.groups[where]
	if g == nil {
		p.t.Fatalf("there is no %s to press a button in", m[2])
	}
	return x.press(g, m[3])
}

// press presses a button in the private chat or in a group; from there one may
// come into the private chat.
func (x *httpPerson) press(at place, label string) place {
	g, inGroup := at.(*httpGroup)
	if x.tg != nil {
		seat, before := x.tg.TelegramSeat, len(x.tg.Opened())
		if inGroup {
			seat = x.tg.In(g.tg)
		}
		x.pressed(seat.Press(label))
		if opened := x.tg.Opened(); len(opened) > before && strings.Contains(opened[len(opened)-1], "?start=") {
			return x
		}
		return at
	}
	seat := x.line
	if inGroup {
		seat = x.line.In(g.line)
	}
	x.pressed(seat.Press(label))
	if x.line.Draft() != "" {
		x.pressed(x.line.Send())
		return x
	}
	return at
}

func (x *httpPerson) pressed(err error) {
	if err != nil {
		x.play.t.Fatal(err)
	}
}

// happen does event> lines.
func (p *httpPlayer) happen(rest string) place {
	w := strings.Fields(rest)
	if strings.HasPrefix(w[0], "#") {
		return p.groupEvent(w)
	}
	x := p.person(w[0])
	x.acted = x.acted || w[1] != "unnamed"
	if x.tg != nil {
		x.onTelegram(w)
	} else {
		x.onLine(w)
	}
	return x
}

func (x *httpPerson) onLine(w []string) {
	switch w[1] {
	case "follow":
		x.line.Follow()
	case "block":
		x.line.Block()
	case "sticker":
		x.line.Sticker()
	case "unsend":
		x.line.Unsend()
	case "unnamed":
		x.line.RefuseConsent()
	case "forged":
		x.line.Postback(strings.Replace(x.play.forgery(strings.Join(w[2:], " ")), ":", "=", 1))
	case "odd":
		x.play.lineOf(x.name).Inject(map[string]any{"type": "new", "source": map[string]any{"type": "user", "userId": x.line.ID()}})
	default:
		x.play.t.Skipf("event> %s: nobody does that on LINE", w[1])
	}
}

func (x *httpPerson) onTelegram(w []string) {
	switch w[1] {
	case "follow":
		x.tg.Unblock()
	case "block":
		x.tg.Block()
	case "sticker":
		x.tg.Sticker("👍")
	case "contact":
		number := strings.TrimPrefix(w[len(w)-1], "+")
		if w[2] == "other" {
			x.tg.SendContact(nil, number, "Somebody")
			return
		}
		x.tg.SetNumber(number)
		x.tg.ShareContact()
	case "asks":
		x.pressed(x.tg.AskIn(x.play.groups[w[2]].tg))
	case "forged":
		x.forgeOnTelegram(strings.Join(w[2:], " "))
	default:
		x.play.t.Skipf("event> %s: nobody does that on Telegram", w[1])
	}
}

// groupEvent does event> lines of a group.
func (p *httpPlayer) groupEvent(w []string) place {
	var by *httpPerson
	if len(w) > 3 && w[2] == "by" {
		by = p.person(w[3])
	}
	g := p.groups[w[0]]
	if g == nil {
		if by == nil {
			by = p.person("nobody")
		}
		if g = p.group(w[0], by, w[1] == "join"); w[1] == "join" {
			return g
		}
	}
	if by == nil {
		by = g.owner
	}
	if g.platform == bot.Telegram {
		p.inTelegramGroup(g, w, by)
	} else {
		p.inLineGroup(g, w, by)
	}
	return g
}

func (p *httpPlayer) inLineGroup(g *httpGroup, w []string, by *httpPerson) {
	switch w[1] {
	case "join":
		if err := g.line.AddBot(); err != nil {
			p.t.Fatal(err)
		}
	case "leave":
		g.line.KickBot()
	case "came":
		g.line.Join(p.person(w[2]).line)
	case "left":
		g.line.Leave(p.person(w[2]).line)
	case "unsend":
		p.person(w[2]).line.In(g.line).Unsend()
	case "standby":
		seat := by.line.In(g.line)
		seat.Standby(true)
		seat.Say("hello")
		seat.Standby(false)
	default:
		p.t.Skipf("event> # %s: no such thing on LINE", w[1])
	}
}

func (p *httpPlayer) inTelegramGroup(g *httpGroup, w []string, by *httpPerson) {
	switch w[1] {
	case "join":
		g.tg.AddBot(by.tg, "")
	case "leave":
		g.tg.RemoveBot(by.tg)
	case "came":
		g.tg.Join(p.person(w[2]).tg)
	case "left":
		g.tg.Leave(p.person(w[2]).tg)
	case "promote":
		g.tg.PromoteBot(by.tg)
	case "migrate":
		g.tg.Upgrade(by.tg)
	default:
		p.t.Skipf("event> # %s: no such thing on Telegram", w[1])
	}
}
