package sim

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// Press taps the newest visible button with this label, under a message or on
// the reply keyboard. A callback button sends a callback query; an address is
// noted in Opened, but a link to this bot's ?start= starts it in the private
// chat; a reply key says its label or shares the contact card.
func (s *TelegramSeat) Press(label string) error { return s.press(label, false) }

// PressInaccessible presses a button of a message that Telegram will not show
// the bot any more: the query's message has date 0 and no content [TG-SPEC
// InaccessibleMessage].
func (s *TelegramSeat) PressInaccessible(label string) error { return s.press(label, true) }

// Forge presses a button and says that it carried other data, as a changed app
// can: "a bad client can send arbitrary data in this field" [TG-SPEC
// CallbackQuery].
func (s *TelegramSeat) Forge(label, data string) error {
	m, button, _ := s.find(label)
	if button == nil {
		return fmt.Errorf("sim: no button [%s] to press; there are %q", label, s.Buttons())
	}
	s.person.bot.act(func() *tgUpdate { return s.query(m, data, false) })
	return nil
}

func (s *TelegramSeat) press(label string, gone bool) error {
	m, button, key := s.find(label)
	if button == nil && key == nil {
		return fmt.Errorf("sim: no button [%s] to press; there are %q", label, s.Buttons())
	}
	s.tap(m, button, key, gone)
	return nil
}

// tap does what a button under m, or else a key, is for.
func (s *TelegramSeat) tap(m *tgMessage, button *tgButton, key *tgKey, gone bool) {
	p := s.person
	switch {
	case button != nil && button.Data != "":
		p.bot.act(func() *tgUpdate { return s.query(m, button.Data, gone) })
	case button != nil && button.CopyText != nil:
		p.change(func() { p.copied = append(p.copied, button.CopyText.Text) })
	case button != nil && button.URL != "":
		s.open(button.URL)
	case button != nil:
		p.change(func() { p.opened = append(p.opened, webApp(button.WebApp)) })
	case key != nil && key.RequestContact:
		s.ShareContact()
	case key != nil && key.WebApp != nil:
		p.change(func() { p.opened = append(p.opened, webApp(key.WebApp)) })
	case key != nil:
		s.Say(key.Text)
	}
}

// find looks for a label under messages, then on the reply keyboard.
func (s *TelegramSeat) find(label string) (at *tgMessage, button *tgButton, key *tgKey) {
	s.look(func(c *tgChat) {
		at = c.newest(func(m *tgMessage) bool {
			for _, row := range m.Markup.rows() {
				for i := range row {
					if row[i].Text == label {
						button = &row[i]
						return true
					}
				}
			}
			return false
		})
		for _, row := range c.keyboard() {
			for i := range row {
				if row[i].Text == label && key == nil {
					key = &row[i]
				}
			}
		}
	})
	return at, button, key
}

// query makes the callback query. TG-SRV: queries queue by user, not by chat.
func (s *TelegramSeat) query(m *tgMessage, data string, gone bool) *tgUpdate {
	b := s.person.bot
	b.nextQuery++
	id := fmt.Sprintf("%d%06d", s.person.user.ID, b.nextQuery)
	b.queries[id] = &tgQuery{at: b.now(), person: s.person}
	var shown any = m.wire()
	if gone {
		shown = map[string]any{"chat": m.Chat, "message_id": m.MessageID, "date": 0}
	}
	s.person.known = true
	return b.post("callback_query", fmt.Sprintf("query %d", s.person.user.ID), map[string]any{
		"id": id, "from": s.person.user, "message": shown, "data": data,
		"chat_instance": fmt.Sprint(m.Chat.ID * 31),
	})
}

// open follows an address; a link to this bot's private chat starts it.
func (s *TelegramSeat) open(address string) {
	p := s.person
	p.change(func() { p.opened = append(p.opened, address) })
	if joinLink(address) {
		p.bot.act(func() *tgUpdate {
			c := p.bot.led(address)
			if c == nil {
				return nil
			}
			up, _ := c.knock(p, address)
			return up
		})
		return
	}
	u, err := url.Parse(address)
	if err != nil {
		return
	}
	name := strings.Trim(u.Path, "/")
	if u.Scheme == "tg" {
		name = u.Query().Get("domain")
	} else if u.Host != "t.me" && u.Host != "telegram.me" {
		return
	}
	if strings.EqualFold(name, p.bot.config.Username) && u.Query().Has("start") {
		p.Start(u.Query().Get("start"))
	}
}

func webApp(raw json.RawMessage) string {
	var app struct{ URL string }
	json.Unmarshal(raw, &app)
	return app.URL
}
