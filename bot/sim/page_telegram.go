package sim

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"regulars/bot/draw"
)

// telegramHandset is a phone with Telegram on it.
type telegramHandset struct{ p *TelegramPerson }

func (h telegramHandset) platform() string { return "telegram" }
func (h telegramHandset) account() string  { return strconv.FormatInt(h.p.ID(), 10) }
func (h telegramHandset) name() string     { return h.p.Name() }
func (h telegramHandset) shop() string     { return h.p.bot.user.FirstName }

func (h telegramHandset) lang() (tag string) {
	h.p.look(func(*tgChat) { tag = h.p.user.LanguageCode })
	return tag
}

// seat is the person in a chat; nil when they are not in it.
func (h telegramHandset) seat(chat string) *TelegramSeat {
	if chat == "" {
		return h.p.TelegramSeat
	}
	for _, g := range h.groups() {
		if g.key() == chat {
			return h.p.In(g)
		}
	}
	return nil
}

// key names a group lastingly: its id changes when it becomes a supergroup.
func (g *TelegramGroup) key() string {
	g.bot.server.mu.Lock()
	defer g.bot.server.mu.Unlock()
	for i, other := range g.bot.groups {
		if other == g {
			return "g" + strconv.Itoa(i)
		}
	}
	return ""
}

func (b *TelegramBot) groupByKey(key string) *TelegramGroup {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	digits, _ := strings.CutPrefix(key, "g")
	if i, err := strconv.Atoi(digits); err == nil && i >= 0 && i < len(b.groups) {
		return b.groups[i]
	}
	return nil
}

// groups are those that the person is in.
func (h telegramHandset) groups() []*TelegramGroup {
	b := h.p.bot
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	var out []*TelegramGroup
	for _, g := range b.groups {
		if s := g.chat.members[h.p.user.ID]; s != "" && s != tgLeft && s != tgKicked {
			out = append(out, g)
		}
	}
	return out
}

func (h telegramHandset) chats() []pageChat {
	out := []pageChat{{Name: h.shop(), Bot: true}}
	h.p.look(func(c *tgChat) { out[0].Count = c.said(h.p.user.ID) })
	for _, g := range h.groups() {
		c := pageChat{Key: g.key()}
		h.p.In(g).look(func(chat *tgChat) { c.Name, c.Count, c.Bot = chat.ref.Title, chat.said(h.p.user.ID), chat.botIn() })
		out = append(out, c)
	}
	return out
}

// said is how many messages of others there are.
func (c *tgChat) said(to int64) int {
	n := 0
	for _, m := range c.msgs {
		if !m.deleted && (m.From == nil || m.From.ID != to) {
			n++
		}
	}
	return n
}

func (h telegramHandset) log(chat string) (out []pageMessage) {
	s := h.seat(chat)
	if s == nil {
		return nil
	}
	s.look(func(c *tgChat) {
		for i := len(c.msgs) - 1; i >= 0 && len(out) < pageLog; i-- {
			if m := c.msgs[i]; !m.deleted {
				out = append(out, h.message(m))
			}
		}
	})
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// message copies a message by way of its JSON: edits change it in place.
func (h telegramHandset) message(m *tgMessage) pageMessage {
	pm := pageMessage{ID: strconv.Itoa(m.MessageID), At: m.at, Edited: m.EditDate != 0}
	switch {
	case m.SenderChat != nil:
		pm.Who = m.SenderChat.Title
	case m.From != nil:
		pm.Who, pm.Mine = m.From.FirstName, !m.byBot && m.From.ID == h.p.user.ID
	}
	if raw, err := json.Marshal(m.wire()); err == nil {
		json.Unmarshal(raw, &pm.Wire)
	}
	return pm
}

func (h telegramHandset) under(chat string) (u pageUnder) {
	s := h.seat(chat)
	if s == nil {
		return u
	}
	s.look(func(c *tgChat) {
		if raw, err := json.Marshal(c.keyboard()); err == nil {
			json.Unmarshal(raw, &u.Keys)
		}
	})
	return u
}

func (h telegramHandset) state() (st pageState) {
	h.p.look(func(*tgChat) { st = pageState{Friend: h.p.started, Blocked: h.p.blocked} })
	return st
}

func (h telegramHandset) say(chat, text string) {
	if s := h.seat(chat); s != nil {
		s.Say(text)
	}
}

func (h telegramHandset) tap(chat, message string, a draw.Action) (open, copied string, err error) {
	s := h.seat(chat)
	switch {
	case s == nil:
		return "", "", errors.New("the chat is gone")
	case a.Kind == "link":
		return a.Value, "", nil
	case a.Kind == "command":
		s.Say(a.Value)
		return "", "", nil
	}
	m, b, k := s.at(message, a)
	if b == nil && k == nil {
		return "", "", errors.New("the button is gone")
	}
	if b != nil && b.URL != "" {
		h.p.change(func() { h.p.opened = append(h.p.opened, b.URL) })
		return b.URL, "", nil
	}
	s.tap(m, b, k, false)
	if b != nil && b.CopyText != nil {
		copied = b.CopyText.Text
	}
	return "", copied, nil
}

// at finds a button by its place, as it stands there now.
func (s *TelegramSeat) at(message string, a draw.Action) (m *tgMessage, b *tgButton, k *tgKey) {
	s.look(func(c *tgChat) {
		if a.Kind == "key" {
			if rows := c.keyboard(); a.Row < len(rows) && a.Col < len(rows[a.Row]) {
				key := rows[a.Row][a.Col]
				k = &key
			}
			return
		}
		id, _ := strconv.ParseInt(message, 10, 64)
		if m = c.message(id); m == nil {
			return
		}
		if rows := m.Markup.rows(); a.Row < len(rows) && a.Col < len(rows[a.Row]) {
			button := rows[a.Row][a.Col]
			b = &button
		}
	})
	return m, b, k
}

func (h telegramHandset) do(chat, deed, value string) error {
	s, b := h.seat(chat), h.p.bot
	if s == nil {
		return errors.New("the chat is gone")
	}
	switch deed {
	case "follow":
		if h.state().Blocked {
			h.p.Unblock()
		}
		h.p.Start("")
	case "block":
		h.p.Block()
	case "sticker":
		s.Sticker("🙂")
	case "photo":
		s.Photo(pagePhoto(), "")
	case "contact":
		s.ShareContact()
	case "rename":
		if value == "" {
			return errors.New("the name is empty")
		}
		h.p.SetName(value)
	case "group":
		b.Group(value, h.p)
	case "join", "leave", "botin", "botout":
		g := b.groupByKey(value)
		if g == nil {
			return errNobody
		}
		h.group(g, deed)
	default:
		return errNobody
	}
	return nil
}

func (h telegramHandset) group(g *TelegramGroup, deed string) {
	switch deed {
	case "join":
		g.Join(h.p)
	case "leave":
		g.Leave(h.p)
	case "botin":
		g.AddBot(h.p, "")
	case "botout":
		g.RemoveBot(h.p)
	}
}

func (h telegramHandset) opens(l deepLink) (string, error) {
	if l.kind == "telegram-group" {
		g := h.p.bot.Group(h.shop(), h.p)
		return g.key(), nil
	}
	if h.state().Blocked {
		h.p.Unblock()
	}
	h.p.Start(l.payload)
	return "", nil
}

func (h telegramHandset) picture(ref string) []byte { return h.p.bot.File(ref) }
