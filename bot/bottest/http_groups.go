package bottest

import (
	"slices"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/bot/sim"
)

// group finds or makes a group with everybody in it who will speak there; the
// bot hears nothing of that unless its joining is the scene's own event.
func (p *httpPlayer) group(name string, by *httpPerson, announce bool) *httpGroup {
	if g, ok := p.groups[name]; ok {
		return g
	}
	g := &httpGroup{name: name, platform: by.platform, owner: by, members: map[*httpPerson]bool{by: true}}
	p.groups[name] = g
	members := []*httpPerson{by}
	for _, x := range p.speakersIn(name, by.platform) {
		if !g.members[x] {
			g.members[x] = true
			members = append(members, x)
		}
	}
	title := strings.TrimPrefix(name, "#")
	found := func() {
		if by.tg != nil {
			var who []*sim.TelegramPerson
			for _, x := range members {
				who = append(who, x.tg)
			}
			g.tg = p.foundOnTelegram(name, title, who)
			return
		}
		var who []*sim.LinePerson
		for _, x := range members {
			who = append(who, x.line)
		}
		g.line = p.world.Line.Group(title, who...)
	}
	if announce {
		found()
	} else {
		p.deafly(found)
	}
	return g
}

// foundOnTelegram makes a forum of a group in whose topics somebody speaks, and
// a basic group of any other.
func (p *httpPlayer) foundOnTelegram(name, title string, who []*sim.TelegramPerson) *sim.TelegramGroup {
	for _, l := range p.script {
		if strings.Contains(l.verb+" "+l.rest, name+"/") {
			return p.world.Telegram.Forum(title, who...)
		}
	}
	return p.world.Telegram.Group(title, who...)
}

// topic opens a forum's topic at its first mention; the bot hears nothing of
// that.
func (g *httpGroup) topic(number string) int {
	if g.topics == nil {
		g.topics = map[string]int{}
	}
	if g.topics[number] == 0 {
		g.owner.play.deafly(func() { g.topics[number] = g.tg.Topic(g.owner.tg, "Topic "+number) })
	}
	return g.topics[number]
}

// speakersIn are all who speak or are spoken to in a group and did not come
// into it by an event of the scene.
func (p *httpPlayer) speakersIn(name string, on bot.Platform) (all []*httpPerson) {
	var names []string
	came := map[string]bool{}
	for _, l := range p.script {
		w := strings.Fields(l.rest)
		if l.verb == "event" && len(w) > 2 && w[0] == name {
			if w[1] == "came" {
				came[w[2]] = true
			} else {
				names = append(names, w[len(w)-1])
			}
		}
		if l.verb == "press" && len(w) > 2 && w[1] == "in" && bareGroup(w[2]) == name {
			names = append(names, w[0])
		}
		who, where, in := strings.Cut(l.verb, " in ")
		where, to, _ := strings.Cut(where, " to ")
		if !in || bareGroup(where) != name {
			continue
		}
		names = append(names, who)
		if to != "" && to != "bot" {
			names = append(names, to)
		}
		for other := range p.people {
			if strings.Contains(l.rest, "@"+strings.ToUpper(other[:1])+other[1:]) {
				names = append(names, other)
			}
		}
	}
	for _, n := range names {
		bare, _, _ := strings.Cut(n, "@")
		bare, _, _ = strings.Cut(bare, "(")
		x := p.people[bare]
		if x == nil && !came[bare] {
			x = p.person(strings.TrimSpace(n))
		}
		if x != nil && !came[bare] && x.platform == on && !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	return all
}

// bareGroup is the group of "#club/7".
func bareGroup(where string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(where), "/")
	return name
}

func (g *httpGroup) ear() *ear         { return &g.listened }
func (g *httpGroup) isKey(string) bool { return false }
func (g *httpGroup) heard() (string, []string) {
	if g.tg != nil {
		return strconv.FormatInt(g.tg.ID(), 10), g.owner.tg.In(g.tg).Received()
	}
	return g.line.ID(), g.owner.line.In(g.line).Received()
}
