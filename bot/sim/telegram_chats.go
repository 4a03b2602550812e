package sim

import (
	"strconv"
	"strings"
)

// Member states as ChatMember.status has them [TG-SPEC].
const (
	tgCreator = "creator"
	tgAdmin   = "administrator"
	tgMember  = "member"
	tgLeft    = "left"
	tgKicked  = "kicked"
)

// tgChat is a chat with its memory.
type tgChat struct {
	bot     *TelegramBot
	ref     tgChatRef
	person  *TelegramPerson  // of a private chat
	members map[int64]string // by user id, of the others; the bot's own id too
	topics  map[int]string   // names by message_thread_id
	msgs    []*tgMessage
	nextMsg int
	moved   int64 // the supergroup it became
	lastBot int64 // which bot wrote last; 0 none
	door    tgDoor
	log     []string
	read    map[*TelegramPerson]int // how much of log Await has returned
}

// newChat registers a chat. The lock is held.
func (b *TelegramBot) newChat(ref tgChatRef) *tgChat {
	c := &tgChat{bot: b, ref: ref, members: map[int64]string{}, topics: map[int]string{}, read: map[*TelegramPerson]int{}}
	b.chats[ref.ID] = c
	return c
}

// add gives a message its id and date and keeps it. Ids count per bot, but per
// chat in supergroups and channels [TG-SPEC Message].
func (c *tgChat) add(m *tgMessage) *tgMessage {
	if c.ref.Type == "supergroup" || c.ref.Type == "channel" {
		c.nextMsg++
		m.MessageID = c.nextMsg
	} else {
		c.bot.nextMsg++
		m.MessageID = c.bot.nextMsg
	}
	m.at = c.bot.now()
	m.Date, m.Chat = m.at.Unix(), c.ref
	c.msgs = append(c.msgs, m)
	if m.byBot {
		c.lastBot = c.bot.user.ID
		c.log = append(c.log, m.line())
	}
	c.bot.server.sim.notify()
	return m
}

// message finds a message that still exists.
func (c *tgChat) message(id int64) *tgMessage {
	return c.newest(func(m *tgMessage) bool { return int64(m.MessageID) == id })
}

// botStatus is the bot's own state in a group.
func (c *tgChat) botStatus() string {
	if s := c.members[c.bot.user.ID]; s != "" {
		return s
	}
	return tgLeft
}

// botIn says whether the bot is in the group.
func (c *tgChat) botIn() bool { s := c.botStatus(); return s != tgLeft && s != tgKicked }

// chat finds the chat of a call's chat_id, whether or not it can be written to.
func (c *tgCall) chat() (*tgChat, error) {
	id := c.text("chat_id")
	if id == "" {
		return nil, badRequest("chat_id is empty")
	}
	if name, ok := strings.CutPrefix(id, "@"); ok {
		for _, chat := range c.chats {
			if chat.ref.Type != "private" && strings.EqualFold(chat.ref.Username, name) {
				return chat, nil
			}
		}
		return nil, badRequest("chat not found")
	}
	n, err := strconv.ParseInt(id, 10, 64)
	chat := c.chats[n]
	if err != nil || chat == nil || (chat.person != nil && !chat.person.known) {
		return nil, badRequest("chat not found")
	}
	if chat.moved != 0 {
		// TG-SRV: "group chat was upgraded to a supergroup chat" + migrate_to_chat_id
		return nil, &tgError{Code: 400, MigrateTo: chat.moved,
			Description: "Bad Request: group chat was upgraded to a supergroup chat"}
	}
	return chat, nil
}

// writable finds the chat and refuses as Telegram does when the bot may not
// write there.
func (c *tgCall) writable() (*tgChat, error) {
	chat, err := c.chat()
	if err != nil {
		return nil, err
	}
	if p := chat.person; p != nil {
		switch {
		case p.deleted:
			return nil, forbidden("user is deactivated")
		case p.blocked:
			return nil, forbidden("bot was blocked by the user")
		case !p.started && !p.knocking():
			return nil, forbidden("bot can't initiate conversation with a user")
		}
		return chat, nil
	}
	switch chat.botStatus() {
	case tgKicked:
		return nil, forbidden("bot was kicked from the " + chat.ref.Type + " chat")
	case tgLeft:
		return nil, forbidden("bot is not a member of the " + chat.ref.Type + " chat")
	}
	return chat, nil
}

// readable finds a chat the bot can ask about.
func (c *tgCall) readable() (*tgChat, error) {
	chat, err := c.chat()
	if err == nil && chat.person == nil && !chat.botIn() {
		return c.writable() // words it
	}
	return chat, err
}

// thread checks message_thread_id. TG-SRV: "message thread not found". The
// General topic has no id to send with: the answer without one lands there.
func (c *tgCall) thread(chat *tgChat) (id int, err error) {
	id = int(c.int("message_thread_id"))
	if id == 0 {
		return 0, nil
	}
	if _, ok := chat.topics[id]; ok && chat.ref.IsForum {
		return id, nil
	}
	// in a supergroup without topics, answers hang on the first message
	if chat.ref.Type == "supergroup" && !chat.ref.IsForum && chat.message(int64(id)) != nil {
		return id, nil
	}
	return 0, badRequest("message thread not found")
}

// getChat is the ChatFullInfo, as far as a bot reads it.
func getChat(c *tgCall) (any, error) {
	chat, err := c.readable()
	if err != nil {
		return nil, err
	}
	r := chat.ref
	return map[string]any{
		"id": r.ID, "type": r.Type, "title": r.Title, "username": r.Username,
		"first_name": r.FirstName, "last_name": r.LastName, "is_forum": r.IsForum,
		"accent_color_id": 0, "max_reaction_count": 11,
		"accepted_gift_types": map[string]bool{},
	}, nil
}

// userIn names a user and their state in a chat.
func (c *tgCall) userIn(chat *tgChat, id int64) (map[string]any, bool) {
	u, found := c.user, id == c.user.ID
	if private := c.chats[id]; private != nil && private.person != nil {
		u, found = private.person.user, true
	}
	status := chat.members[id]
	if chat.person != nil {
		status = tgMember
	}
	if status == "" {
		status = tgLeft
	}
	m := map[string]any{"user": u, "status": status}
	if status == tgAdmin && id == c.user.ID {
		m["can_invite_users"], m["can_restrict_members"] = !chat.door.noInvite, !chat.door.noRestrict
	}
	return m, found
}

func getChatMember(c *tgCall) (any, error) {
	chat, err := c.readable()
	if err != nil {
		return nil, err
	}
	m, found := c.userIn(chat, c.int("user_id"))
	if !found {
		return nil, badRequest("PARTICIPANT_ID_INVALID")
	}
	return m, nil
}

func getChatMemberCount(c *tgCall) (any, error) {
	chat, err := c.readable()
	if err != nil {
		return nil, err
	}
	if chat.person != nil {
		return 2, nil
	}
	n := 0
	for _, s := range chat.members {
		if s != tgLeft && s != tgKicked {
			n++
		}
	}
	return n, nil
}

func getChatAdministrators(c *tgCall) (any, error) {
	chat, err := c.readable()
	if err != nil {
		return nil, err
	}
	if chat.person != nil {
		return nil, badRequest("there are no administrators in the private chat")
	}
	out := []map[string]any{}
	for id, s := range chat.members {
		// other bots are left out [TG-SPEC getChatAdministrators]
		if s == tgCreator || s == tgAdmin {
			m, _ := c.userIn(chat, id)
			out = append(out, m)
		}
	}
	return out, nil
}

func leaveChat(c *tgCall) (any, error) {
	chat, err := c.writable()
	if err != nil {
		return nil, err
	}
	if chat.person != nil {
		return nil, badRequest("chat member status can't be changed in private chats")
	}
	old := chat.botStatus()
	chat.members[c.user.ID] = tgLeft
	c.myChatMember(chat, c.user, old, tgLeft)
	return true, nil
}
