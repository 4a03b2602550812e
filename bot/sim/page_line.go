package sim

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"regulars/bot/draw"
)

// pageLog is how many messages of a chat the page shows.
const pageLog = 60

// lineHandset is a phone with LINE on it.
type lineHandset struct{ p *LinePerson }

func (h lineHandset) platform() string { return "line" }
func (h lineHandset) account() string  { return h.p.ID() }
func (h lineHandset) shop() string     { return h.p.ch.Config().Name }

func (h lineHandset) name() string {
	h.p.ch.sim.mu.Lock()
	defer h.p.ch.sim.mu.Unlock()
	return h.p.user.name
}

func (h lineHandset) lang() string {
	h.p.ch.sim.mu.Lock()
	defer h.p.ch.sim.mu.Unlock()
	return h.p.user.lang
}

// in is the person with a chat before them; nil when there is no such chat.
func (h lineHandset) in(chat string) *LinePerson {
	if chat == "" {
		return h.p
	}
	h.p.ch.sim.mu.Lock()
	defer h.p.ch.sim.mu.Unlock()
	if c := h.p.ch.chats[chat]; c != nil && c.has(h.p.user) {
		return &LinePerson{ch: h.p.ch, user: h.p.user, chat: c}
	}
	return nil
}

func (h lineHandset) chats() []pageChat {
	ch := h.p.ch
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	out := []pageChat{{Name: ch.cfg.Name, Count: h.p.chat.said(h.p.user), Bot: true}}
	for id, c := range ch.chats {
		if c.kind != "user" && c.has(h.p.user) {
			out = append(out, pageChat{Key: id, Name: c.name, Count: c.said(h.p.user), Bot: c.bot})
		}
	}
	slices.SortFunc(out[1:], func(a, b pageChat) int { return strings.Compare(a.Name+a.Key, b.Name+b.Key) })
	return out
}

// said is how many messages of others somebody could have seen.
func (c *lineChat) said(to *lineUser) int {
	n := 0
	for _, m := range c.seen(to) {
		if m.from != to {
			n++
		}
	}
	return n
}

func (h lineHandset) log(chat string) []pageMessage {
	p := h.in(chat)
	if p == nil {
		return nil
	}
	p.ch.sim.mu.Lock()
	defer p.ch.sim.mu.Unlock()
	all := p.chat.seen(p.user)
	var out []pageMessage
	for _, m := range all[max(0, len(all)-pageLog):] {
		pm := pageMessage{ID: m.id, At: m.at, Mine: m.from == p.user, Who: p.ch.cfg.Name, Wire: m.body, Unsent: m.unsent, Read: m.seen}
		if m.from != nil {
			pm.Who = m.from.name
		}
		out = append(out, pm)
	}
	return out
}

func (h lineHandset) under(chat string) pageUnder {
	ch := h.p.ch
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	m := h.p.user.current()
	if chat != "" || m == nil || !h.p.user.friend {
		return pageUnder{}
	}
	u := pageUnder{MenuID: m.id, MenuW: intOf(object(m.body["size"])["width"]), MenuH: intOf(object(m.body["size"])["height"])}
	u.MenuBar, _ = m.body["chatBarText"].(string)
	for _, a := range array(m.body["areas"]) {
		bounds, action := object(object(a)["bounds"]), object(object(a)["action"])
		label, _ := action["label"].(string)
		u.Areas = append(u.Areas, pageArea{label, intOf(bounds["x"]), intOf(bounds["y"]), intOf(bounds["width"]), intOf(bounds["height"]), action})
	}
	return u
}

func intOf(v any) int { f, _ := v.(float64); return int(f) }

func (h lineHandset) state() pageState {
	h.p.ch.sim.mu.Lock()
	defer h.p.ch.sim.mu.Unlock()
	u := h.p.user
	return pageState{Friend: u.friend, Blocked: u.blocked, Draft: u.draft}
}

func (h lineHandset) say(chat, text string) {
	p := h.in(chat)
	if p == nil {
		return
	}
	if chat == "" { // what a link had typed there is sent, or written over
		p.do(func() *lineEvent { p.user.draft = ""; return nil })
	}
	p.Say(text)
}

func (h lineHandset) tap(chat, _ string, a draw.Action) (open, copied string, err error) {
	p := h.in(chat)
	switch {
	case p == nil:
		return "", "", errors.New("the chat is gone")
	case a.Kind == "link":
		return a.Value, "", nil
	case a.Kind == "uri":
		p.do(func() *lineEvent { p.user.opened = append(p.user.opened, a.Value); return nil })
		return a.Value, "", nil
	case a.Kind == "datetimepicker":
		return "", "", p.act(a.Raw, a.Value)
	}
	err = p.act(a.Raw, "")
	if a.Kind == "clipboard" {
		copied = p.Clipboard()
	}
	return "", copied, err
}

func (h lineHandset) do(chat, deed, value string) error {
	p, ch := h.in(chat), h.p.ch
	if p == nil {
		return errors.New("the chat is gone")
	}
	switch deed {
	case "follow":
		h.p.Follow()
	case "block":
		h.p.Block()
	case "sticker":
		p.Sticker()
	case "photo":
		p.Picture("image/png", pagePhoto())
	case "unsend":
		p.Unsend()
	case "rename":
		return h.p.SetName(value)
	case "group":
		ch.Group(value, h.p)
	case "join", "leave", "botin", "botout":
		g := ch.groupByID(value)
		if g == nil {
			return errNobody
		}
		return h.group(g, deed)
	default:
		return errNobody
	}
	return nil
}

func (h lineHandset) group(g *LineGroup, deed string) error {
	switch deed {
	case "join":
		g.Join(h.p)
	case "leave":
		g.Leave(h.p)
	case "botin":
		return g.AddBot()
	case "botout":
		g.KickBot()
	}
	return nil
}

func (ch *LineChannel) groupByID(id string) *LineGroup {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	if c := ch.chats[id]; c != nil && c.kind != "user" {
		return &LineGroup{ch: ch, chat: c}
	}
	return nil
}

// SetName changes the display name; the account and its chats stay the same.
func (p *LinePerson) SetName(name string) error {
	ch := p.ch
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	if name == "" || ch.people[name] != nil {
		return fmt.Errorf("sim: somebody else has this name, or it is empty")
	}
	provider := ch.cfg.Provider + "/"
	delete(ch.people, p.user.name)
	delete(ch.server.userIDs, provider+p.user.name)
	p.user.name, p.user.private.name = name, name
	ch.people[name] = p.user
	ch.server.userIDs[provider+name] = p.user.id
	ch.sim.notify()
	return nil
}

func (h lineHandset) opens(l deepLink) (string, error) {
	switch l.kind {
	case "line-friend":
		h.p.Follow()
		return "", nil
	default:
		return "", h.p.Open(l.URL)
	}
}

// picture is a picture on this phone: content of a message, or a rich menu's.
func (h lineHandset) picture(ref string) []byte {
	ch := h.p.ch
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	if id, ok := strings.CutPrefix(ref, "content:"); ok {
		return ch.content[id].data
	}
	if id, ok := strings.CutPrefix(ref, "menu:"); ok {
		if m := ch.menus.byID[id]; m != nil {
			return m.image.data
		}
	}
	return nil
}
