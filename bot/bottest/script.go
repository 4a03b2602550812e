package bottest

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"regulars/bot"
)

// play runs a script's lines and gives it back with the answers that came.
func (w *world) play(script string) string {
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimRight(script, "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "bot"), strings.HasPrefix(line, "   |"):
			continue // an answer: it is written anew
		case strings.TrimSpace(line) == "", strings.HasPrefix(line, "#"):
			out.WriteString(line + "\n")
			continue
		}
		out.WriteString(line + "\n")
		verb, rest, ok := strings.Cut(line, ">")
		if !ok {
			w.t.Fatalf("not a line of a transcript: %q", line)
		}
		out.WriteString(w.step(verb, strings.TrimSpace(rest)))
	}
	return strings.TrimRight(out.String(), "\n") + "\n\n"
}

// step does one line and tells what was heard.
func (w *world) step(verb, rest string) string {
	var spoke bot.Chat
	switch verb {
	case "press":
		spoke = w.press(rest)
	case "event":
		spoke = w.happen(rest)
	case "clock":
		w.clock(rest)
	case "lang":
		who, tag, _ := strings.Cut(rest, " ")
		w.person(who).lang = tag
	case "call":
		who, name, _ := strings.Cut(rest, " ")
		w.person(who).title = escapes.Replace(repeated(name))
	case "do":
		w.do(rest)
	case "again":
		e := *w.last
		e.Redelivered = true
		spoke = e.Chat
		w.deliver(e)
	case "restart":
		w.restart()
	case "crash":
		w.crash = int(rest[0] - '0')
		if len(rest) > 1 {
			w.crash = w.crash*10 + int(rest[1]-'0')
		}
	case "tick":
		if err := w.fixture.Tick(context.Background(), rest); err != nil {
			w.t.Errorf("tick %s: %v", rest, err)
		}
		synctest.Wait()
	case "verify":
		if err := w.fixture.Verify(context.Background()); err != nil {
			w.t.Errorf("verify: %v", err)
		}
	default:
		spoke = w.say(verb, rest)
	}
	return w.listen(spoke)
}

// say does "ann>", "ann in #club>" and "sam in #club to ann>".
func (w *world) say(verb, text string) bot.Chat {
	who, place, in := strings.Cut(verb, " in ")
	p := w.person(strings.TrimSpace(who))
	chat := p.private()
	to := ""
	if in {
		place, to, _ = strings.Cut(place, " to ")
		chat = w.place(place, p.platform)
	}
	e := w.speech(p, chat, text)
	if to == "bot" {
		// LINE does not say whose message it was.
		e.Quoted = &bot.Quote{Message: "b1", Bot: p.platform == bot.Telegram}
		e.ToBot = e.Quoted.Bot
	} else if to != "" {
		q := w.person(to)
		e.Quoted = &bot.Quote{Message: q.said[chat.ID]}
		if p.platform == bot.Telegram {
			e.Quoted.From, e.Quoted.Name = q.identity.User, q.display()
		}
	}
	w.deliver(e)
	return chat
}

var pressed = regexp.MustCompile(`^(\S+)(?: in (#\S+))? "(.*)"$`)

// press does a button as the persona's app would.
func (w *world) press(rest string) bot.Chat {
	m := pressed.FindStringSubmatch(rest)
	if m == nil {
		w.t.Fatalf("press> wants a name and a label in quotes: %q", rest)
	}
	p := w.person(m[1])
	chat := p.private()
	if m[2] != "" {
		chat = w.group(m[2], p.platform).chat
	}
	b, ok := p.newest(chat.ID, m[3])
	if !ok && chat.Group {
		b, ok = w.inGroup(chat.ID, m[3])
	}
	if !ok {
		w.t.Fatalf("%s sees no button %q", p.name, m[3])
	}
	return w.tap(p, chat, b)
}

func (w *world) tap(p *persona, chat bot.Chat, b bot.Button) bot.Chat {
	switch {
	case b.Do == bot.DoPrivate:
		chat = p.private()
		line := "/" + b.Value
		if payload, ok := bot.StartPayload(b.Value); ok && p.platform == bot.Telegram {
			line = "/start " + payload
		}
		w.deliver(w.speech(p, chat, line))
	case b.Do == bot.DoOpen || b.Do == bot.DoCopy:
	case b.Do == bot.DoContact:
		e := w.event(p, chat, bot.Shared)
		e.Contact = &bot.Contact{Phone: "+886912345678", Own: true}
		w.deliver(e)
	case chat.Group && p.platform == bot.LINE && b.Do == bot.DoCommand:
		w.deliver(w.speech(p, chat, "/"+b.Value))
	case chat.Group && p.platform == bot.LINE:
		w.deliver(w.speech(p, chat, b.Label))
	default:
		e := w.event(p, chat, bot.Pressed)
		e.Data, e.On, e.Message = b.Data(), "b1", ""
		w.deliver(e)
	}
	return chat
}

// newest finds the newest button with a label in a chat of the persona's.
func (p *persona) newest(chat bot.ChatID, label string) (bot.Button, bool) {
	all := p.buttons[chat]
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Label == label {
			return all[i], true
		}
	}
	return bot.Button{}, false
}

// inGroup finds a button that everybody in a group sees.
func (w *world) inGroup(chat bot.ChatID, label string) (bot.Button, bool) {
	for _, p := range w.people {
		if b, ok := p.newest(chat, label); ok {
			return b, true
		}
	}
	return bot.Button{}, false
}

// clock moves time, and lets what falls due meanwhile happen. Over more than a
// week the program is away: a machine that looks at its queue for years of
// bubble time would take minutes of ours.
func (w *world) clock(rest string) {
	var by time.Duration
	if d, ok := strings.CutPrefix(rest, "+"); ok {
		var err error
		if by, err = time.ParseDuration(d); err != nil {
			w.t.Fatalf("clock> %s: %v", rest, err)
		}
	} else {
		to, err := time.ParseInLocation("2006-01-02 15:04", rest, w.fixture.Zone)
		if err != nil {
			w.t.Fatalf("clock> %s: %v", rest, err)
		}
		by = time.Until(to)
	}
	if away := by > 7*24*time.Hour; away {
		w.halt()
		defer w.start()
	}
	time.Sleep(by)
	synctest.Wait()
}

// happen does event> lines.
func (w *world) happen(rest string) bot.Chat {
	words := strings.Fields(rest)
	if strings.HasPrefix(words[0], "#") {
		return w.groupEvent(words)
	}
	p := w.person(words[0])
	chat := p.private()
	var e bot.Event
	switch words[1] {
	case "follow":
		e = w.event(p, chat, bot.Followed)
	case "block":
		e = w.event(p, chat, bot.Blocked)
		e.Reply = bot.ReplyToken{}
	case "sticker":
		e = w.event(p, chat, bot.Sent)
	case "odd":
		e = w.event(p, chat, bot.Odd)
		e.Raw = []byte(`{"type":"new"}`)
	case "forged":
		e = w.event(p, chat, bot.Pressed)
		e.Data = w.forgery(strings.Join(words[2:], " "))
	case "contact":
		e = w.event(p, chat, bot.Shared)
		e.Contact = &bot.Contact{Phone: words[len(words)-1], Own: words[2] != "other"}
	case "asks": // for a place in a group, by its link
		e = w.event(p, chat, bot.Knocked)
		e.Into, e.Title = w.group(words[2], p.platform).chat.ID, strings.TrimPrefix(words[2], "#")
	case "unnamed":
		p.unnamed = true
		return chat
	default:
		w.t.Fatalf("event> %s: unknown", rest)
	}
	w.deliver(e)
	return chat
}

func (w *world) groupEvent(words []string) bot.Chat {
	by := &persona{platform: bot.LINE, identity: bot.Identity{Channel: "line"}, lang: "en", name: "nobody", unnamed: true}
	if len(words) > 3 && words[2] == "by" {
		by = w.person(words[3])
	}
	g := w.group(words[0], by.platform)
	if words[1] == "promote" { // the bot hears of it and has nothing to do
		return g.chat
	}
	by.platform = map[bot.ChannelName]bot.Platform{"line": bot.LINE, "telegram": bot.Telegram}[g.chat.Channel]
	kinds := map[string]bot.EventKind{"join": bot.BotJoined, "leave": bot.BotLeft, "migrate": bot.Migrated, "came": bot.PeopleCame, "left": bot.PeopleLeft, "standby": bot.Standby, "unsend": bot.Unsent}
	kind, ok := kinds[words[1]]
	if !ok {
		w.t.Fatalf("event> %s %s: unknown", words[0], words[1])
	}
	e := w.event(by, g.chat, kind)
	e.Title = strings.TrimPrefix(g.name, "#")
	if kind == bot.Migrated {
		e.MovedTo = g.chat.ID + "9"
	}
	if kind == bot.PeopleCame || kind == bot.PeopleLeft {
		e.Members = []bot.UserID{w.person(words[2]).identity.User}
	}
	if kind == bot.Unsent {
		e.On = w.person(words[2]).said[g.chat.ID]
	}
	w.deliver(e)
	if kind == bot.Migrated {
		g.chat.ID = e.MovedTo
	}
	return g.chat
}

var codeLike = regexp.MustCompile(`\b[2-9A-Z]{3,}(?:-[2-9A-Z]{2,})+\b`)

// listen tells what arrived on phones, and to whom.
func (w *world) listen(spoke bot.Chat) string {
	var out strings.Builder
	all := slices.Concat(w.line.take(), w.second.take(), w.tg.take())
	// Letters to several chats go out side by side: the speaker's comes first
	// here, the others by name.
	place := func(h heard) string {
		if h.to.Channel == spoke.Channel && h.to.ID == spoke.ID {
			return ""
		}
		return w.nameOf(h.to.Chat)
	}
	slices.SortStableFunc(all, func(a, b heard) int { return strings.Compare(place(a), place(b)) })
	for _, h := range all {
		mark := "bot"
		if other := place(h); other != "" {
			mark = "bot→" + other
		}
		s := Render(h.m)
		if c := codeLike.FindString(s); c != "" {
			w.code = c
		}
		w.show(h)
		if s != "" {
			out.WriteString(quoteLines(mark, s))
		}
	}
	return out.String()
}

// nameOf is whose phone a chat is on.
func (w *world) nameOf(c bot.Chat) string {
	for name, p := range w.people {
		if p.identity.Channel == c.Channel && bot.ChatID(p.identity.User) == c.ID {
			return name
		}
	}
	for name, g := range w.groups {
		if g.chat.Channel == c.Channel && g.chat.ID == c.ID {
			return name
		}
	}
	return string(c.Channel) + " nobody"
}

// show puts a message's buttons under the thumbs of those who see it.
func (w *world) show(h heard) {
	all := h.m.AllButtons()
	if h.m.Menu != nil {
		all = append(append([]bot.Button(nil), h.m.Menu.Keys...), all...)
	}
	for _, p := range w.people {
		if h.to.Group && p.identity.Channel == h.to.Channel || h.to.ID == bot.ChatID(p.identity.User) {
			p.buttons[h.to.ID] = append(p.buttons[h.to.ID], all...)
		}
	}
}

var stolen = regexp.MustCompile(`^of (\S+) "(.*)"$`)

// forgery is the payload of a forged button: as told, or somebody else's.
func (w *world) forgery(data string) string {
	m := stolen.FindStringSubmatch(data)
	if m == nil {
		return data
	}
	p := w.person(m[1])
	b, ok := p.newest(p.private().ID, m[2])
	if !ok {
		w.t.Fatalf("%s sees no button %q", p.name, m[2])
	}
	return b.Data()
}

// do does a deed of the shop's.
func (w *world) do(rest string) {
	what, rest, _ := strings.Cut(rest, " ")
	who, args, _ := strings.Cut(rest, " ")
	f := w.fixture.Do[what]
	if f == nil {
		w.t.Fatalf("do> %s: nobody knows how", what)
	}
	code, err := f(w.t.Context(), w.person(who).identity, args)
	if err != nil {
		w.t.Errorf("do> %s %s: %v", what, rest, err)
	}
	if code != "" {
		w.code = code
	}
	synctest.Wait()
}
