package telegram

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"regulars/bot"
)

// Decode checks the webhook's secret header and reads its one update. Whatever
// is signed and not understood becomes an event of kind Odd, so that it can be
// answered 200: Telegram holds back a whole chat behind an update that fails.
//
// Text is told so that commands need no knowledge of Telegram:
//   - "/points@us 5" becomes "/points 5" with ToBot set;
//   - "/points@other" keeps its "@" and is not ToBot: a first word with an "@"
//     is another bot's command, that is, chatter;
//   - "/start payload" stays as it is, see [bot.StartCommand].
//
// Messages of other bots, channel posts and service messages without meaning
// here are Ignored. People who hide behind a group or channel (anonymous
// administrators) have no From. A bot added to a group is told by
// my_chat_member alone: the service message about it is Ignored, so that one
// thing that happened is one event.
func (c *Channel) Decode(h http.Header, body []byte) ([]bot.Event, error) {
	if !c.genuine(h) {
		return nil, bot.ErrForged
	}
	return []bot.Event{c.event(body)}, nil
}

// event reads one update and never fails.
func (c *Channel) event(raw []byte) bot.Event {
	e := bot.Event{Channel: c.name, Platform: bot.Telegram, Kind: bot.Odd, At: c.clock.Now()}
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		u = update{ID: idOf(raw)} // nothing half-read is used
	}
	if e.ID = bot.EventID(number(u.ID)); u.ID <= 0 {
		sum := sha256.Sum256(raw)
		e.ID = bot.EventID("x" + hex.EncodeToString(sum[:12]))
	}
	switch {
	case u.Message != nil:
		c.message(&e, u.Message)
	case u.Callback != nil:
		c.pressed(&e, u.Callback)
	case u.Membership != nil:
		membership(&e, u.Membership)
	case u.Knock != nil:
		knocked(&e, u.Knock)
	}
	if e.Kind == bot.Odd {
		e.Raw = raw[:min(len(raw), maxRaw)]
	}
	return e
}

// maxRaw is how many bytes are kept of what was not understood.
const maxRaw = 64 << 10

// idOf finds the id of an update of which something else cannot be read.
func idOf(raw []byte) int64 {
	var u struct {
		ID int64 `json:"update_id"`
	}
	if json.Unmarshal(raw, &u) != nil {
		return 0
	}
	return u.ID
}

// place fills in where it happened and when.
func place(e *bot.Event, c chat, date int64) {
	e.Chat = bot.Chat{Channel: e.Channel, ID: bot.ChatID(number(c.ID)), Group: c.group()}
	e.Title = c.Title
	// The upper bound is the year 9999, the last that JSON can tell.
	if 0 < date && date < 253402300800 {
		e.At = time.Unix(date, 0).UTC()
	}
}

// actor fills in who did it.
func actor(e *bot.Event, p *person) {
	e.From, e.Name, e.Username, e.Language = p.user(), p.name(), p.Username, p.Language
}

// message reads what was said or sent, and the service messages that matter.
func (c *Channel) message(e *bot.Event, m *message) {
	if m.Chat.ID == 0 {
		return
	}
	e.Kind = bot.Ignored
	if !m.Chat.group() && !m.Chat.private() {
		return
	}
	place(e, m.Chat, m.Date)
	e.Message = messageID(m.ID)
	// Outside forums, message_thread_id only tells a thread of replies, to
	// which nothing can be addressed.
	if m.IsTopic {
		e.Chat.Thread = m.Thread
	}
	switch {
	case m.MigrateTo != 0:
		e.Kind, e.MovedTo = bot.Migrated, bot.ChatID(number(m.MigrateTo))
		return
	case m.MigrateFrom != 0: // told in the new group: the event is the old one's
		e.Kind, e.MovedTo = bot.Migrated, e.Chat.ID
		e.Chat.ID = bot.ChatID(number(m.MigrateFrom))
		return
	}
	if !author(e, m) {
		return
	}
	switch {
	case len(m.Came) > 0:
		people(e, bot.PeopleCame, m.Came)
	case m.Gone != nil:
		people(e, bot.PeopleLeft, []person{*m.Gone})
	case m.Text != "":
		e.Kind = bot.Said
		c.quote(e, m.ReplyTo)
		c.words(e, m.Text, m.Entities)
	case m.Contact != nil:
		e.Kind = bot.Shared
		e.Contact = &bot.Contact{Phone: international(m.Contact.Phone), Own: m.ownCard()}
	case m.any():
		e.Kind = bot.Sent
		c.quote(e, m.ReplyTo)
	}
}

// author fills in who wrote m; false means that it must not be heard. Behind
// sender_chat stands somebody unknown, and m.From is a stand-in then
// (GroupAnonymousBot, Channel Bot).
func author(e *bot.Event, m *message) bool {
	switch {
	case m.SenderChat != nil:
		return m.Chat.group()
	case m.From == nil || m.From.ID <= 0 || m.From.IsBot:
		return false
	}
	actor(e, m.From)
	return true
}

// ownCard holds when Telegram vouches that the card is its sender's: anybody
// can pass on somebody else's.
func (m *message) ownCard() bool {
	return m.Chat.private() && m.From != nil && m.SenderChat == nil && m.Contact.User == m.From.ID &&
		!bool(m.Origin || m.ForwardDate || m.ViaBot)
}

// international puts the plus before a number, which Telegram may leave out.
func international(phone string) string {
	if phone == "" || strings.HasPrefix(phone, "+") {
		return phone
	}
	return "+" + phone
}

// people fills in who came or left, bots aside.
func people(e *bot.Event, kind bot.EventKind, who []person) {
	for _, p := range who {
		if !p.IsBot && p.ID > 0 {
			e.Members = append(e.Members, p.user())
		}
	}
	if len(e.Members) > 0 {
		e.Kind = kind
	}
}

// quote fills in what a message answers. In a forum every message "answers"
// the one that opened its topic, which says nothing.
func (c *Channel) quote(e *bot.Event, m *message) {
	if m == nil || bool(m.TopicCreated) || m.ID == 0 {
		return
	}
	q := &bot.Quote{Message: messageID(m.ID)}
	if m.From != nil && m.SenderChat == nil {
		q.Bot = m.From.ID == c.self
		if !m.From.IsBot && m.From.ID > 0 {
			q.From, q.Name = m.From.user(), m.From.name()
		}
	}
	e.Quoted = q
	e.ToBot = q.Bot
}

// pressed reads a press of an inline button. Telegram does not say when it
// happened; the message may be gone or, for inline messages, unknown.
func (c *Channel) pressed(e *bot.Event, q *callback) {
	if q.From.ID <= 0 {
		return
	}
	e.Kind = bot.Ignored
	if q.From.IsBot {
		return
	}
	actor(e, &q.From)
	e.Callback, e.Data = q.ID, q.Data
	e.Chat = bot.Chat{Channel: e.Channel, ID: bot.ChatID(e.From)}
	if m := q.Message; m != nil && m.Chat.ID != 0 {
		place(e, m.Chat, 0)
		e.On = messageID(m.ID)
		if m.IsTopic {
			e.Chat.Thread = m.Thread
		}
	}
	if q.ID != "" && q.Data != "" {
		e.Kind = bot.Pressed
	}
}

// membership reads what became of the bot itself in a chat.
func membership(e *bot.Event, m *memberChange) {
	if m.Chat.ID == 0 {
		return
	}
	e.Kind = bot.Ignored
	if !m.Chat.group() && !m.Chat.private() {
		return
	}
	place(e, m.Chat, m.Date)
	if m.From.ID > 0 && !m.From.IsBot {
		actor(e, &m.From)
	}
	switch {
	case m.Chat.private() && m.New.out():
		e.Kind = bot.Blocked
	case m.Chat.private() && m.New.in():
		e.Kind = bot.Followed
	case m.New.out():
		e.Kind = bot.BotLeft
	case m.New.in() && !m.Old.in(): // else it was promoted or restricted
		e.Kind = bot.BotJoined
	}
}
