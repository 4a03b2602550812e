package sim

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// TelegramPerson is a person with a Telegram account, as one bot meets them:
// the methods of the embedded seat act in the private chat with the bot, [In]
// gives the seat in a group.
//
// Everything a person does returns when the bot has answered (or has refused
// twice and waits for the next try, or nobody listens). While a bot polls,
// answered means confirmed by the next getUpdates.
type TelegramPerson struct {
	*TelegramSeat

	bot     *TelegramBot
	user    tgUser
	number  string
	known   bool // the bot has seen this account: it may ask for its chat
	started bool // has written to the bot: it may write back
	blocked bool
	deleted bool
	toasts  []string
	opened  []string
	copied  []string
	// knockedAt is when they asked to be let in somewhere and were not decided about.
	knockedAt time.Time
}

// TelegramSeat is a person's place in one chat.
type TelegramSeat struct {
	person *TelegramPerson
	group  *TelegramGroup // nil in the private chat
	thread int            // the topic; 0 is General, or none
	as     *tgChatRef     // writes in the name of this chat
	behalf *tgUser        // the account Telegram shows for such messages
}

var _ Person = (*TelegramPerson)(nil)
var _ Person = (*TelegramSeat)(nil)

// Person invents an account with a first name and the language of its app, as
// in "zh-hant" or "th". It has a @username made of its name and a phone number;
// it has not started the bot.
func (b *TelegramBot) Person(name, language string) *TelegramPerson {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	id := b.server.newID()
	p := &TelegramPerson{bot: b, number: fmt.Sprintf("8869%08d", id%100000000)}
	p.user = tgUser{ID: id, FirstName: name, LanguageCode: language}
	if at := username(name); at != "" {
		p.user.Username = fmt.Sprintf("%s_%04d", at, id%10000)
	}
	p.TelegramSeat = &TelegramSeat{person: p}
	b.people = append(b.people, p)
	c := b.newChat(tgChatRef{ID: id, Type: "private"})
	c.person = p
	p.rename()
	return p
}

// username keeps the letters of a name that a @username can have.
func username(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

// rename lets the private chat show the person's names.
func (p *TelegramPerson) rename() {
	p.bot.chats[p.user.ID].ref = tgChatRef{ID: p.user.ID, Type: "private",
		FirstName: p.user.FirstName, LastName: p.user.LastName, Username: p.user.Username}
}

// Name is the first name.
func (s *TelegramSeat) Name() string {
	b := s.person.bot
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	return s.person.user.FirstName
}

// ID is the account's user id, and the id of its private chat.
func (p *TelegramPerson) ID() int64 { return p.user.ID }

// Username is the @name without @, or empty.
func (p *TelegramPerson) Username() string {
	p.bot.server.mu.Lock()
	defer p.bot.server.mu.Unlock()
	return p.user.Username
}

// act runs steps under the lock, one after another, waiting after each until
// the update it made is done with.
func (b *TelegramBot) act(steps ...func() *tgUpdate) {
	for _, step := range steps {
		b.server.mu.Lock()
		up := step()
		b.server.mu.Unlock()
		b.awaitUpdate(up)
	}
}

// awaitLimit is a context for waits on behalf of people.
func awaitLimit() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), AwaitLimit)
}

// awaitUpdate waits until an update is answered, or cannot be now.
func (b *TelegramBot) awaitUpdate(up *tgUpdate) {
	if up == nil {
		return
	}
	limited, stop := awaitLimit()
	defer stop()
	u := &b.updates
	b.server.wait(limited, func() bool {
		l := u.lanes[up.lane]
		return up.done || u.apart || u.hold || (l != nil && l.stalled) || (u.hook.url == "" && !u.longPoll)
	})
}

// chat is where the seat is. The lock is held.
func (s *TelegramSeat) chat() *tgChat {
	if s.group != nil {
		return s.group.chat
	}
	return s.person.bot.chats[s.person.user.ID]
}

// draft is a message from this seat. The lock is held.
func (s *TelegramSeat) draft() *tgMessage {
	u := s.person.user
	m := &tgMessage{From: &u, ThreadID: s.thread, IsTopicMessage: s.thread != 0}
	if s.as != nil {
		ref := *s.as
		m.From, m.SenderChat = s.behalf, &ref
	}
	return m
}

// send puts a message into the chat and tells the bot, if it sees it.
func (s *TelegramSeat) send(m *tgMessage) *tgUpdate {
	c := s.chat()
	p := s.person
	if c.person != nil {
		if p.blocked || p.deleted {
			return nil // the app shows a Restart button instead of a text field
		}
		p.started, p.known = true, true
	}
	c.add(m)
	return c.tell(m)
}

// tell makes the update for a message people wrote, unless privacy mode or
// absence hides it from the bot.
func (c *tgChat) tell(m *tgMessage) *tgUpdate {
	if !c.botSees(m) {
		return nil
	}
	if m.From != nil {
		if private := c.bot.chats[m.From.ID]; private != nil {
			private.person.known = true
		}
	}
	kind := "message"
	if c.ref.Type == "channel" {
		kind = "channel_post"
	}
	if m.EditDate != 0 {
		kind = "edited_" + kind
	}
	return c.bot.post(kind, fmt.Sprintf("chat %d", c.ref.ID), m.wire())
}

// text makes a text message with its entities.
func (s *TelegramSeat) text(text string) *tgMessage {
	m := s.draft()
	m.Text = text
	m.Entities = withFound(text, s.mentions(text))
	return m
}

// mentions finds "@Name" of members without @username, which the app turns
// into text_mention.
func (s *TelegramSeat) mentions(text string) []tgEntity {
	var out []tgEntity
	for _, p := range s.person.bot.people {
		if p.user.Username != "" || s.group == nil {
			continue
		}
		tag := "@" + p.user.FirstName
		if i := strings.Index(text, tag); i >= 0 && !wordAfter(text, i+len(tag)) {
			u := p.user
			out = append(out, tgEntity{Type: "text_mention", Offset: utf16Len(text[:i]), Length: utf16Len(tag), User: &u})
		}
	}
	return out
}

// Say types a text and sends it. Commands, @names and addresses are marked as
// the apps do; "@Name" of a person without username becomes a text_mention.
func (s *TelegramSeat) Say(text string) {
	s.person.bot.act(func() *tgUpdate { return s.send(s.text(text)) })
}

// Reply answers the newest message of the chat whose text contains the given
// words, in the same topic. It errs when there is none.
func (s *TelegramSeat) Reply(to, text string) error {
	err := fmt.Errorf("sim: no message with %q to reply to", to)
	s.person.bot.act(func() *tgUpdate {
		target := s.chat().newest(func(m *tgMessage) bool { return strings.Contains(m.words(), to) })
		if target == nil {
			return nil
		}
		err = nil
		m := s.text(text)
		m.ReplyTo = target
		m.inThread(s.chat(), target)
		return s.send(m)
	})
	return err
}

// inThread puts an answer into its thread: the topic of a forum, or, in a
// supergroup without topics, the first message of the exchange; then there is
// a message_thread_id but no is_topic_message.
func (m *tgMessage) inThread(c *tgChat, target *tgMessage) {
	m.ThreadID, m.IsTopicMessage = target.ThreadID, target.IsTopicMessage
	if c.ref.Type == "supergroup" && !c.ref.IsForum && m.ThreadID == 0 {
		m.ThreadID = target.MessageID
	}
}

// Edit changes the last message this person wrote here: edited_message.
func (s *TelegramSeat) Edit(text string) error {
	err := fmt.Errorf("sim: no own message to edit")
	s.person.bot.act(func() *tgUpdate {
		c := s.chat()
		m := c.newest(func(m *tgMessage) bool {
			return m.From != nil && m.From.ID == s.person.user.ID && m.Text != ""
		})
		if m == nil {
			return nil
		}
		err = nil
		m.Text, m.Entities = text, withFound(text, s.mentions(text))
		m.EditDate = c.bot.now().Unix()
		return c.tell(m)
	})
	return err
}

// Sticker sends a sticker with an emoji.
func (s *TelegramSeat) Sticker(emoji string) {
	s.person.bot.act(func() *tgUpdate {
		m := s.draft()
		f := s.person.bot.keep("stickers", "webp", []byte("RIFF simulated WEBP"), 512, 512)
		m.Sticker = map[string]any{"file_id": f.FileID, "file_unique_id": f.UniqueID, "type": "regular",
			"width": 512, "height": 512, "is_animated": false, "is_video": false, "emoji": emoji}
		return s.send(m)
	})
}

// Photo sends a picture (the bytes of a file) with a caption.
func (s *TelegramSeat) Photo(data []byte, caption string) {
	s.person.bot.act(func() *tgUpdate {
		m := s.draft()
		m.Photo = []tgPhoto{s.person.bot.keep("photos", "jpg", data, 640, 640)}
		m.Caption, m.CaptionEntities = caption, withFound(caption, nil)
		return s.send(m)
	})
}
