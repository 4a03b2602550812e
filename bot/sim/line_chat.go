package sim

import (
	"fmt"
	"strings"
	"time"
)

// lineUser is an account of LINE as one official account knows it.
type lineUser struct {
	ch        *LineChannel
	id        string
	name      string
	lang      string
	noConsent bool      // did not agree to give profile information to accounts
	friend    bool      // added the official account
	blocked   bool      // and blocked it since
	wrote     time.Time // last message in the private chat
	menu      string    // rich menu linked to this user
	shown     string    // menu that a switch on the phone brought up
	draft     string    // prefilled text waiting in the input field
	opened    []string  // addresses opened
	clipboard string
	private   *lineChat
}

// lineChat is a private chat, a group, or a room.
type lineChat struct {
	ch      *LineChannel
	kind    string // "user", "group", "room"
	id      string
	name    string
	members []*lineUser
	bot     bool // the official account is in it
	standby bool
	log     []*lineMessage
	since   map[*lineUser]int // from which entry of log a member sees it
	read    map[*lineUser]int // messages of the bot returned by Await
}

// lineMessage is one message on the phones of a chat.
type lineMessage struct {
	id      string
	at      time.Time
	from    *lineUser      // nil: the bot
	body    map[string]any // the wire object
	text    string         // rendered
	quote   string         // quoteToken
	mark    string         // markAsReadToken
	buttons []lineButton
	quick   []lineButton
	unsent  bool
	seen    bool // marked as read by the bot
	chat    *lineChat
}

// lineBlob is a picture, video or file.
type lineBlob struct {
	kind string
	data []byte
	gone bool
}

// newChat opens a chat with the bot in it. Sim.mu is held.
func (ch *LineChannel) newChat(kind, id, name string) *lineChat {
	c := &lineChat{
		ch: ch, kind: kind, id: id, name: name, bot: true,
		since: map[*lineUser]int{}, read: map[*lineUser]int{},
	}
	ch.chats[id] = c
	return c
}

// add puts a message on the phones of the chat.
func (c *lineChat) add(m *lineMessage) *lineMessage {
	m.at = c.ch.sim.Clock.Now()
	m.id = fmt.Sprintf("%d%s", m.at.UnixMilli()%1e13, randomDigits(6))
	m.quote, m.mark = randomHex(20), randomHex(24)
	m.chat = c
	c.log = append(c.log, m)
	if m.from != nil {
		c.ch.marks[m.mark] = m
	}
	c.ch.sim.notify()
	return m
}

// seen is the log from where this user sees it.
func (c *lineChat) seen(u *lineUser) []*lineMessage { return c.log[min(c.since[u], len(c.log)):] }

func (c *lineChat) has(u *lineUser) bool {
	for _, m := range c.members {
		if m == u {
			return true
		}
	}
	return false
}

// line is the transcript form of a message.
func (m *lineMessage) line() string {
	who := "bot< "
	if m.from != nil {
		who = strings.ToLower(m.from.name) + "> "
	}
	if m.unsent {
		return who + "(unsent)"
	}
	return who + m.text
}

// reachable says whether a message to this person arrives. DOC
// #send-push-message: friends, or a non-friend who wrote within 7 days.
func (u *lineUser) reachable(now time.Time) bool {
	if u.blocked {
		return false
	}
	return u.friend || !u.wrote.IsZero() && now.Sub(u.wrote) < 7*24*time.Hour
}
