package sim

import (
	"net/http"
	"sort"
	"time"
)

// controlLine adds LINE's verbs to the control interface; control.go lists
// them.
func (s *Sim) controlLine(mux *http.ServeMux) {
	mux.HandleFunc("POST /line/channels", controlled(s.controlNewChannel))
	mux.HandleFunc("GET /line/channels", controlled(func(*http.Request, struct{}) (any, error) { return s.lineChannelIDs(), nil }))
	mux.HandleFunc("GET /line/{c}", onChannel(s, (*LineChannel).controlState))
	mux.HandleFunc("POST /line/{c}/{verb}", onChannel(s, (*LineChannel).controlVerb))
	mux.HandleFunc("POST /line/{c}/people", onChannel(s, (*LineChannel).controlNewPerson))
	mux.HandleFunc("GET /line/{c}/people/{who}", onChannel(s, (*LineChannel).controlPhone))
	mux.HandleFunc("POST /line/{c}/people/{who}/{verb}", onChannel(s, (*LineChannel).controlDeed))
	mux.HandleFunc("POST /line/{c}/groups", onChannel(s, (*LineChannel).controlNewGroup))
	mux.HandleFunc("POST /line/{c}/groups/{group}/{verb}", onChannel(s, (*LineChannel).controlGroup))
}

// LineChannelByID finds a channel; nil when there is none.
func (s *Sim) LineChannelByID(id string) *LineChannel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.line.channels[id]
}

func (s *Sim) lineChannelIDs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := []string{}
	for id := range s.line.channels {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}

// onChannel is controlled for the channel that the path names.
func onChannel[In any](s *Sim, f func(*LineChannel, *http.Request, In) (any, error)) http.HandlerFunc {
	return controlled(func(r *http.Request, in In) (any, error) {
		ch := s.LineChannelByID(r.PathValue("c"))
		if ch == nil {
			return nil, errNobody
		}
		return f(ch, r, in)
	})
}

// channelRequest is LineConfig with durations as texts.
type channelRequest struct {
	ID, Secret, Token, BasicID, Name, Provider string
	Verified                                   bool
	Quota                                      int
	ChatMode, ReadMode                         string
	NoGroups                                   bool
	Webhook                                    string
	Redelivery                                 bool
	RedeliverAfter, Timeout                    jsonDuration
}

func (s *Sim) controlNewChannel(_ *http.Request, q channelRequest) (any, error) {
	ch := s.LineChannel(LineConfig{
		ID: q.ID, Secret: q.Secret, Token: q.Token, BasicID: q.BasicID, Name: q.Name, Provider: q.Provider,
		Verified: q.Verified, Quota: q.Quota, ChatMode: q.ChatMode, ReadMode: q.ReadMode, NoGroups: q.NoGroups,
		Webhook: q.Webhook, Redelivery: q.Redelivery,
		RedeliverAfter: time.Duration(q.RedeliverAfter), Timeout: time.Duration(q.Timeout),
	})
	return ch.controlSettings(), nil
}

func (ch *LineChannel) controlSettings() map[string]any {
	c := ch.Config()
	return map[string]any{
		"id": c.ID, "secret": c.Secret, "token": c.Token, "basicID": c.BasicID, "name": c.Name, "provider": c.Provider,
		"userID": ch.userID, "webhook": c.Webhook, "quota": c.Quota, "verified": c.Verified,
		"api": ch.sim.LineAPI(), "dataAPI": ch.sim.LineDataAPI(),
	}
}

func (ch *LineChannel) controlState(*http.Request, struct{}) (any, error) {
	out := ch.controlSettings()
	out["used"], out["complaints"], out["webhookErrors"] = ch.Used(), ch.Complaints(), ch.WebhookErrors()
	out["deliveries"] = wireDeliveries(ch.Deliveries())
	people, groups := map[string]string{}, []any{}
	for _, p := range ch.People() {
		people[p.Name()] = p.ID()
	}
	for _, g := range ch.Groups() {
		names := []string{}
		for _, p := range g.Members() {
			names = append(names, p.Name())
		}
		groups = append(groups, map[string]any{"id": g.ID(), "kind": g.chat.kind, "name": g.Name(), "people": names, "bot": g.HasBot()})
	}
	out["people"], out["groups"] = people, groups
	return out, nil
}

// wireDelivery is a Delivery in the control interface's answers.
type wireDelivery struct {
	At         time.Time `json:"at"`
	Events     int       `json:"events"`
	Redelivery bool      `json:"redelivery"`
	Status     int       `json:"status"`
	Failure    string    `json:"failure,omitempty"`
}

func wireDeliveries(list []Delivery) []wireDelivery {
	out := []wireDelivery{}
	for _, d := range list {
		out = append(out, wireDelivery{d.At, d.Events, d.Redelivery, d.Status, d.Failure})
	}
	return out
}

// during gives the deliveries made while f ran.
func (ch *LineChannel) during(f func() error) (any, error) {
	before := len(ch.Deliveries())
	if err := f(); err != nil {
		return nil, err
	}
	return map[string]any{"deliveries": wireDeliveries(ch.Deliveries()[before:])}, nil
}

type channelVerb struct {
	URL      string
	Active   *bool
	On       bool
	After    jsonDuration
	Value    int
	Order    []int
	Together bool
	Events   []map[string]any
}

func (ch *LineChannel) controlVerb(r *http.Request, q channelVerb) (any, error) {
	return ch.during(func() error {
		switch r.PathValue("verb") {
		case "webhook":
			if q.URL != "" {
				ch.SetWebhook(q.URL)
			}
			if q.Active != nil {
				ch.SetWebhookActive(*q.Active)
			}
		case "redelivery":
			ch.SetRedelivery(q.On, time.Duration(q.After))
		case "async":
			ch.Async(q.On)
		case "quota":
			ch.SetQuota(q.Value)
		case "verify":
			ch.Verify()
		case "redeliver":
			ch.Redeliver()
		case "repeat":
			ch.Repeat()
		case "hold":
			ch.Hold()
		case "release":
			return ch.controlRelease(q)
		case "inject":
			ch.Inject(q.Events...)
		default:
			return errNobody
		}
		return nil
	})
}

// controlRelease checks the order first: the Go methods take it on trust.
func (ch *LineChannel) controlRelease(q channelVerb) error {
	ch.sim.mu.Lock()
	held := ch.held
	bad := held == nil
	for _, i := range q.Order {
		bad = bad || i < 0 || i >= len(held.events)
	}
	ch.sim.mu.Unlock()
	if bad {
		return errNobody
	}
	if q.Together {
		held.Together(q.Order...)
	} else {
		held.Apart(q.Order...)
	}
	return nil
}

type personRequest struct {
	Name, Language    string
	Friend, NoConsent bool
}

func (ch *LineChannel) controlNewPerson(_ *http.Request, q personRequest) (any, error) {
	p := ch.Person(q.Name, q.Language)
	if q.Friend {
		p.Befriend()
	}
	if q.NoConsent {
		p.RefuseConsent()
	}
	return map[string]any{"id": p.ID(), "name": p.Name()}, nil
}

// known finds a person by name, in the group's chat when one is named.
func (ch *LineChannel) known(name, group string) (*LinePerson, error) {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	u := ch.people[name]
	if u == nil {
		return nil, errNobody
	}
	p := &LinePerson{ch: ch, user: u, chat: u.private}
	if group != "" {
		if p.chat = ch.chats[group]; p.chat == nil {
			return nil, errNobody
		}
	}
	return p, nil
}

func (ch *LineChannel) controlPhone(r *http.Request, _ struct{}) (any, error) {
	p, err := ch.known(r.PathValue("who"), r.URL.Query().Get("group"))
	if err != nil {
		return nil, err
	}
	menu, labels := p.Menu()
	return map[string]any{
		"id": p.ID(), "name": p.Name(), "phone": p.Phone(), "received": p.Received(), "raw": p.Raw(),
		"buttons": p.Buttons(), "menu": map[string]any{"name": menu, "labels": labels},
		"opened": p.Opened(), "clipboard": p.Clipboard(), "draft": p.Draft(), "loading": p.IsLoading(),
	}, nil
}

type groupRequest struct {
	Name   string
	People []string
	Room   bool
}

// crowd finds people by their names; one unknown name fails all.
func (ch *LineChannel) crowd(names []string) ([]*LinePerson, error) {
	var out []*LinePerson
	for _, name := range names {
		p, err := ch.known(name, "")
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (ch *LineChannel) controlNewGroup(_ *http.Request, q groupRequest) (any, error) {
	people, err := ch.crowd(q.People)
	if err != nil {
		return nil, err
	}
	g := (*LineGroup)(nil)
	if q.Room {
		g = ch.Room(people...)
	} else {
		g = ch.Group(q.Name, people...)
	}
	return map[string]any{"id": g.ID(), "bot": g.HasBot()}, nil
}

func (ch *LineChannel) controlGroup(r *http.Request, q groupRequest) (any, error) {
	people, err := ch.crowd(q.People)
	if err != nil {
		return nil, err
	}
	ch.sim.mu.Lock()
	chat := ch.chats[r.PathValue("group")]
	ch.sim.mu.Unlock()
	if chat == nil || chat.kind == "user" {
		return nil, errNobody
	}
	g := &LineGroup{ch: ch, chat: chat}
	return ch.during(func() error {
		switch r.PathValue("verb") {
		case "join":
			g.Join(people...)
		case "leave":
			g.Leave(people...)
		case "kick":
			g.KickBot()
		case "add":
			return g.AddBot()
		default:
			return errNobody
		}
		return nil
	})
}
