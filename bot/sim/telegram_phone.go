package sim

import (
	"fmt"
	"slices"
	"strings"
)

// words is the text of a message, whatever kind it is.
func (m *tgMessage) words() string {
	switch {
	case m.Text != "":
		return m.Text
	case m.Caption != "":
		return m.Caption
	case m.Contact != nil:
		return "(contact: " + m.Contact.FirstName + " " + m.Contact.PhoneNumber + ")"
	case m.Sticker != nil:
		return fmt.Sprint("(sticker: ", m.Sticker["emoji"], ")")
	}
	return ""
}

// line renders a message as transcripts show it: its text, "(picture)" where a
// picture is (Telegram has no alternative text), then its buttons on one line.
func (m *tgMessage) line() string {
	var parts, buttons []string
	if w := m.words(); w != "" {
		parts = append(parts, w)
	}
	if len(m.Photo) > 0 {
		parts = append(parts, "(picture)")
	}
	for _, row := range m.Markup.rows() {
		for _, b := range row {
			buttons = append(buttons, "["+b.Text+"]")
		}
	}
	for _, row := range m.keyboard.keys() {
		for _, k := range row {
			buttons = append(buttons, "⌨["+k.Text+"]")
		}
	}
	if len(buttons) > 0 {
		parts = append(parts, strings.Join(buttons, " "))
	}
	return strings.Join(parts, "\n")
}

func (m *tgMarkup) rows() [][]tgButton {
	if m == nil {
		return nil
	}
	return m.Inline
}

func (m *tgMarkup) keys() [][]tgKey {
	if m == nil {
		return nil
	}
	return m.Keyboard
}

// newest finds the newest message that is still there. The lock is held.
func (c *tgChat) newest(ok func(*tgMessage) bool) *tgMessage {
	for i := len(c.msgs) - 1; i >= 0; i-- {
		if m := c.msgs[i]; !m.deleted && ok(m) {
			return m
		}
	}
	return nil
}

// look runs f on the seat's chat under the lock.
func (s *TelegramSeat) look(f func(*tgChat)) {
	mu := s.person.bot.server.mu
	mu.Lock()
	defer mu.Unlock()
	f(s.chat())
}

// Phone is the chat as it stands now, edits made and deleted messages gone:
// "bo> /points" for people, "bot< …" for the bot; a topic's seat sees its
// topic only.
func (s *TelegramSeat) Phone() (lines []string) {
	s.look(func(c *tgChat) {
		for _, m := range c.msgs {
			if m.deleted || m.line() == "" || (s.thread != 0 && m.ThreadID != s.thread) {
				continue
			}
			lines = append(lines, m.speaker()+m.line())
		}
	})
	return lines
}

// speaker is the prefix of a line.
func (m *tgMessage) speaker() string {
	switch {
	case m.byBot:
		return "bot< "
	case m.SenderChat != nil:
		return strings.ToLower(m.SenderChat.Title) + "> "
	case m.From != nil:
		return strings.ToLower(m.From.FirstName) + "> "
	}
	return ""
}

// Received is what the bot said here, in order, rendered, without prefix. An
// edit that changes words or picture is one more line; an edit of buttons
// alone is none.
func (s *TelegramSeat) Received() (lines []string) {
	s.look(func(c *tgChat) { lines = append(lines, c.log...) })
	return lines
}

// Await waits until the bot has said n lines here that no Await of this person
// returned before, and returns all such lines.
func (s *TelegramSeat) Await(n int) ([]string, error) {
	limited, stop := awaitLimit()
	defer stop()
	s.person.bot.server.wait(limited, func() bool {
		c := s.chat()
		return len(c.log)-c.read[s.person] >= n
	})
	var lines []string
	s.look(func(c *tgChat) {
		lines = append(lines, c.log[c.read[s.person]:]...)
		c.read[s.person] = len(c.log)
	})
	if len(lines) < n {
		return lines, fmt.Errorf("sim: waited %v for %d messages, %d came", AwaitLimit, n, len(lines))
	}
	return lines, nil
}

// AwaitButton waits until a button with this label could be pressed, whatever
// else the bot says meanwhile.
func (s *TelegramSeat) AwaitButton(label string) error {
	limited, stop := awaitLimit()
	defer stop()
	if s.person.bot.server.wait(limited, func() bool { return slices.Contains(s.chat().buttons(), label) }) {
		return nil
	}
	return fmt.Errorf("sim: waited %v for the button [%s]; there are %q", AwaitLimit, label, s.Buttons())
}

// Buttons are the labels that could be pressed now, newest first: buttons
// under messages, then the reply keyboard.
func (s *TelegramSeat) Buttons() (labels []string) {
	s.look(func(c *tgChat) { labels = c.buttons() })
	return labels
}

func (c *tgChat) buttons() (labels []string) {
	c.newest(func(m *tgMessage) bool {
		for _, row := range m.Markup.rows() {
			for _, b := range row {
				labels = append(labels, b.Text)
			}
		}
		return false
	})
	for _, row := range c.keyboard() {
		for _, k := range row {
			labels = append(labels, k.Text)
		}
	}
	return labels
}

// Keyboard is the reply keyboard now in sight, as labels.
func (s *TelegramSeat) Keyboard() (labels []string) {
	s.look(func(c *tgChat) {
		for _, row := range c.keyboard() {
			for _, k := range row {
				labels = append(labels, k.Text)
			}
		}
	})
	return labels
}

// keyboard is the newest reply keyboard that was not removed since.
func (c *tgChat) keyboard() [][]tgKey {
	m := c.newest(func(m *tgMessage) bool { return m.keyboard != nil && (m.keyboard.Keyboard != nil || m.keyboard.Remove) })
	if m == nil {
		return nil
	}
	return m.keyboard.Keyboard
}

// Toasts are the texts with which presses were answered.
func (p *TelegramPerson) Toasts() (out []string) {
	p.look(func(*tgChat) { out = append(out, p.toasts...) })
	return out
}

// Opened are the addresses that pressed buttons led to, and Copied what they
// put on the clipboard.
func (p *TelegramPerson) Opened() (out []string) {
	p.look(func(*tgChat) { out = append(out, p.opened...) })
	return out
}

// Copied is what pressed buttons put on the clipboard.
func (p *TelegramPerson) Copied() (out []string) {
	p.look(func(*tgChat) { out = append(out, p.copied...) })
	return out
}

// Commands is the command list this person sees here, one "/name - what it
// does" a line, resolved by scope and language as TG-SPEC BotCommandScope
// says: the narrowest scope first, in each the person's language first.
func (s *TelegramSeat) Commands() (lines []string) {
	s.look(func(c *tgChat) {
		for _, cmd := range s.commands(c) {
			lines = append(lines, "/"+cmd.Command+" - "+cmd.Description)
		}
	})
	return lines
}

func (s *TelegramSeat) commands(c *tgChat) []tgCommand {
	id := c.ref.ID
	scopes := []string{fmt.Sprintf("chat %d", id), "all_private_chats", "default"}
	if c.person == nil {
		scopes = []string{fmt.Sprintf("chat_member %d %d", id, s.person.user.ID)}
		status := c.members[s.person.user.ID]
		admin := status == tgAdmin || status == tgCreator
		if admin {
			scopes = append(scopes, fmt.Sprintf("chat_administrators %d", id))
		}
		scopes = append(scopes, fmt.Sprintf("chat %d", id))
		if admin {
			scopes = append(scopes, "all_chat_administrators")
		}
		scopes = append(scopes, "all_group_chats", "default")
	}
	lang, _, _ := strings.Cut(s.person.user.LanguageCode, "-")
	for _, scope := range scopes {
		for _, l := range []string{lang, ""} {
			if list := c.bot.commands[scope+"/"+l]; list != nil {
				return list
			}
		}
	}
	return nil
}
