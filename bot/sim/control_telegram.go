package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Telegram's part of the control interface. All bodies and answers are JSON;
// {bot} is the bot's username, people are named by their first name or user id,
// groups by their title or chat id. A failure is 400 {"error": "…"}.
//
//	POST telegram/bots                 {"token","username","name","sees_all","no_limits"} → {"id","token","username"}
//	GET  telegram/bots                 → [{"id","token","username","pending"}]
//	POST telegram/{bot}/people         {"name","language","username","number"} → {"id","name","username"}
//	POST telegram/{bot}/groups         {"title","kind","people":[names]} → {"id","title"}; kind is group,
//	                                   supergroup, forum, channel or without_bot (a group it is not in)
//	GET  telegram/{bot}/phone          ?who=&in=&topic= → {"phone","received","buttons","keyboard","commands",
//	                                   "toasts","opened","copied","messages"}
//	POST telegram/{bot}/{verb}         one of the verbs, which answers as phone does
//
// Verbs of a person take "who", and "in" (a group) and "topic" where it is not
// the private chat; "anonymous": true writes as the group, "as" as a channel:
//
//	say {text}  start {payload}  press {label}  press_inaccessible {label}  reply {to,text}  edit {text}
//	sticker {emoji}  photo {data (base64), text}  contact {}  contact_of {of | number,text}  forward_contact {of}
//	block {}  unblock {}  delete_account {}  rename {text}  username {text}  language {text}  number {text}
//	await {n}
//
// Verbs of a group take "in", and "who" does it to "of":
//
//	add_bot {who,payload}  remove_bot {who}  promote_bot {who}  promote {of}  join {of}  add {who,of}
//	ask_in {of}  leave {of}  kick {who,of}  topic {who,text} (answers "topic")  upgrade {who}  post {text}  other_bot {text}
//
// Verbs of the bot's webhook:
//
//	again {n: how many updates back}  hold {}  release {reverse}  apart {on}
func (s *Sim) controlTelegram(mux *http.ServeMux) {
	g := s.telegram
	mux.HandleFunc("POST /telegram/bots", tgControl(g.controlNew))
	mux.HandleFunc("GET /telegram/bots", tgControl(g.controlList))
	mux.HandleFunc("POST /telegram/{bot}/people", tgControl(g.controlPerson))
	mux.HandleFunc("POST /telegram/{bot}/groups", tgControl(g.controlGroup))
	mux.HandleFunc("GET /telegram/{bot}/phone", tgControl(g.controlPhone))
	mux.HandleFunc("POST /telegram/{bot}/{verb}", tgControl(g.controlVerb))
}

// tgOrder is the body of every request.
type tgOrder struct {
	Token, Username, Name, Language, Number, Title, Kind string
	Who, In, As, Of, Text, Payload, Label, To, Emoji     string
	People                                               []string
	Data                                                 []byte
	Topic, N                                             int
	Anonymous, Reverse, On                               bool
	SeesAll                                              bool `json:"sees_all"`
	NoLimits                                             bool `json:"no_limits"`

	bot  *TelegramBot
	verb string
	err  error // of a group's verb
}

// tgControl reads an order and writes what became of it.
func tgControl(f func(*http.Request, *tgOrder) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		o := &tgOrder{}
		var result any
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, tgMaxBody)).Decode(o)
		if err == nil || r.ContentLength == 0 || r.Method == "GET" {
			result, err = f(r, o)
		}
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			result = map[string]string{"error": err.Error()}
		}
		json.NewEncoder(w).Encode(result)
	}
}

func (g *telegramServer) controlNew(_ *http.Request, o *tgOrder) (any, error) {
	c := TelegramConfig{Token: o.Token, Username: o.Username, Name: o.Name, SeesAll: o.SeesAll}
	if o.NoLimits {
		c.Limits = NoTelegramLimits
	}
	b := g.sim.TelegramBot(c)
	return map[string]any{"id": b.ID(), "token": b.Token(), "username": b.Username()}, nil
}

func (g *telegramServer) controlList(*http.Request, *tgOrder) (any, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := []map[string]any{}
	for token, b := range g.bots {
		out = append(out, map[string]any{"id": b.user.ID, "token": token, "username": b.user.Username, "pending": len(b.updates.pending)})
	}
	return out, nil
}

// controlled finds the bot of a request.
func (g *telegramServer) controlled(r *http.Request) (*TelegramBot, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, b := range g.bots {
		if strings.EqualFold(b.user.Username, r.PathValue("bot")) {
			return b, nil
		}
	}
	return nil, fmt.Errorf("no bot @%s; make it by POST telegram/bots", r.PathValue("bot"))
}

func (g *telegramServer) controlPerson(r *http.Request, o *tgOrder) (any, error) {
	b, err := g.controlled(r)
	if err != nil {
		return nil, err
	}
	p := b.Person(o.Name, o.Language)
	if o.Username != "" {
		p.SetUsername(o.Username)
	}
	if o.Number != "" {
		p.SetNumber(o.Number)
	}
	return map[string]any{"id": p.ID(), "name": o.Name, "username": p.Username()}, nil
}

func (g *telegramServer) controlGroup(r *http.Request, o *tgOrder) (any, error) {
	b, err := g.controlled(r)
	if err != nil {
		return nil, err
	}
	var people []*TelegramPerson
	for _, name := range o.People {
		p, err := b.named(name)
		if err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	if len(people) == 0 {
		return nil, fmt.Errorf("a group needs people; the first owns it")
	}
	var group *TelegramGroup
	switch o.Kind {
	case "", "group":
		group = b.Group(o.Title, people...)
	case "supergroup":
		group = b.Supergroup(o.Title, people...)
	case "forum":
		group = b.Forum(o.Title, people...)
	case "channel":
		group = b.Channel(o.Title, people[0])
	case "without_bot":
		group = b.GroupWithoutBot(o.Title, people...)
	default:
		return nil, fmt.Errorf("no kind of group is called %q", o.Kind)
	}
	return map[string]any{"id": group.ID(), "title": o.Title}, nil
}

// named finds a person by first name or user id.
func (b *TelegramBot) named(name string) (*TelegramPerson, error) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	for _, p := range b.people {
		if p.user.FirstName == name || fmt.Sprint(p.user.ID) == name {
			return p, nil
		}
	}
	return nil, fmt.Errorf("no person %q; make one by POST telegram/%s/people", name, b.user.Username)
}

// titled finds a group by title or chat id; the newest of that title.
func (b *TelegramBot) titled(title string) (*TelegramGroup, error) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	for i := len(b.groups) - 1; i >= 0; i-- {
		if c := b.groups[i].chat; c.ref.Title == title || fmt.Sprint(c.ref.ID) == title {
			return b.groups[i], nil
		}
	}
	return nil, fmt.Errorf("no group %q; make one by POST telegram/%s/groups", title, b.user.Username)
}

// seat finds who speaks where.
func (o *tgOrder) seat() (*TelegramSeat, error) {
	p, err := o.bot.named(o.Who)
	if err != nil || o.In == "" {
		if err != nil {
			return nil, err
		}
		return p.TelegramSeat, nil
	}
	group, err := o.bot.titled(o.In)
	if err != nil {
		return nil, err
	}
	s := p.In(group).Topic(o.Topic)
	if o.Anonymous {
		s = s.Anonymous()
	}
	if o.As != "" {
		channel, err := o.bot.titled(o.As)
		if err != nil {
			return nil, err
		}
		s = s.As(channel)
	}
	return s, nil
}

func (g *telegramServer) controlPhone(r *http.Request, o *tgOrder) (any, error) {
	b, err := g.controlled(r)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	o.bot, o.Who, o.In = b, q.Get("who"), q.Get("in")
	fmt.Sscan(q.Get("topic"), &o.Topic)
	s, err := o.seat()
	if err != nil {
		return nil, err
	}
	return s.state(), nil
}

// state is what a phone shows.
func (s *TelegramSeat) state() map[string]any {
	return map[string]any{
		"phone": s.Phone(), "received": s.Received(), "buttons": s.Buttons(), "keyboard": s.Keyboard(),
		"commands": s.Commands(), "toasts": s.person.Toasts(), "opened": s.person.Opened(),
		"copied": s.person.Copied(), "messages": s.Messages(),
	}
}

// controlVerb performs a verb.
func (g *telegramServer) controlVerb(r *http.Request, o *tgOrder) (any, error) {
	b, err := g.controlled(r)
	if err != nil {
		return nil, err
	}
	o.bot, o.verb = b, r.PathValue("verb")
	if f := tgBotVerbs[o.verb]; f != nil {
		f(o)
		return map[string]any{"pending": b.Pending()}, nil
	}
	if f := tgGroupVerbs[o.verb]; f != nil {
		return o.toGroup(f)
	}
	f := tgPersonVerbs[o.verb]
	if f == nil {
		return nil, fmt.Errorf("no verb %q", o.verb)
	}
	s, err := o.seat()
	if err != nil {
		return nil, err
	}
	if err := f(s, o); err != nil {
		return nil, err
	}
	return s.state(), nil
}
