package sim

import (
	"fmt"
	"strings"
)

// TelegramGroup is a group, supergroup, forum or channel. It stays the same
// value when the group becomes a supergroup.
type TelegramGroup struct {
	bot  *TelegramBot
	chat *tgChat
}

// Accounts that Telegram shows in place of people who write in the name of a
// chat [TG-SPEC Message.sender_chat].
var (
	tgAnonymous = tgUser{ID: 1087968824, IsBot: true, FirstName: "Group", Username: "GroupAnonymousBot"}
	tgChannel   = tgUser{ID: 136817688, IsBot: true, FirstName: "Channel", Username: "Channel_Bot"}
)

// Group makes a basic group of these people, the first of whom owns it and
// adds the bot.
func (b *TelegramBot) Group(title string, people ...*TelegramPerson) *TelegramGroup {
	return b.withBot(b.group("group", title, people), people)
}

// Supergroup is like Group, with an id of a supergroup from the start.
func (b *TelegramBot) Supergroup(title string, people ...*TelegramPerson) *TelegramGroup {
	return b.withBot(b.group("supergroup", title, people), people)
}

// Forum is a supergroup with topics; [TelegramGroup.Topic] makes one.
func (b *TelegramBot) Forum(title string, people ...*TelegramPerson) *TelegramGroup {
	g := b.group("supergroup", title, people)
	b.server.mu.Lock()
	g.chat.ref.IsForum = true
	b.server.mu.Unlock()
	return b.withBot(g, people)
}

// Channel makes a channel that the person owns; the bot is an administrator.
func (b *TelegramBot) Channel(title string, owner *TelegramPerson) *TelegramGroup {
	g := b.group("channel", title, []*TelegramPerson{owner})
	b.act(func() *tgUpdate { return g.botBecomes(owner, tgAdmin) })
	return g
}

// GroupWithoutBot is a group the bot has not been added to yet.
func (b *TelegramBot) GroupWithoutBot(title string, people ...*TelegramPerson) *TelegramGroup {
	return b.group("group", title, people)
}

func (b *TelegramBot) group(kind, title string, people []*TelegramPerson) *TelegramGroup {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	id := -b.server.newID()
	if kind != "group" {
		id -= 1000000000000 // supergroups and channels have -100…
	}
	g := &TelegramGroup{bot: b, chat: b.newChat(tgChatRef{ID: id, Type: kind, Title: title})}
	b.groups = append(b.groups, g)
	for i, p := range people {
		g.chat.members[p.user.ID] = tgMember
		if i == 0 {
			g.chat.members[p.user.ID] = tgCreator
		}
	}
	return g
}

func (b *TelegramBot) withBot(g *TelegramGroup, people []*TelegramPerson) *TelegramGroup {
	if len(people) > 0 {
		g.AddBot(people[0], "")
	}
	return g
}

// ID is the chat's id now; a group that became a supergroup has another.
func (g *TelegramGroup) ID() int64 {
	g.bot.server.mu.Lock()
	defer g.bot.server.mu.Unlock()
	return g.chat.ref.ID
}

// In is the person's seat in a group.
func (p *TelegramPerson) In(g *TelegramGroup) *TelegramSeat {
	return &TelegramSeat{person: p, group: g}
}

// Topic is the same seat in a topic of a forum; 0 is General.
func (s *TelegramSeat) Topic(id int) *TelegramSeat {
	t := *s
	t.thread = id
	return &t
}

// Anonymous is the same seat writing as an anonymous administrator: from is
// GroupAnonymousBot and sender_chat the group.
func (s *TelegramSeat) Anonymous() *TelegramSeat {
	return s.behind(s.group, &tgAnonymous)
}

// As is the same seat writing in the name of a channel.
func (s *TelegramSeat) As(channel *TelegramGroup) *TelegramSeat {
	return s.behind(channel, &tgChannel)
}

// behind is the same seat writing in the name of a chat.
func (s *TelegramSeat) behind(g *TelegramGroup, account *tgUser) *TelegramSeat {
	g.bot.server.mu.Lock()
	defer g.bot.server.mu.Unlock()
	t, ref := *s, g.chat.ref
	t.as, t.behalf = &ref, account
	return &t
}

// Post publishes in a channel: channel_post, without from.
func (g *TelegramGroup) Post(text string) {
	g.bot.act(func() *tgUpdate {
		ref := g.chat.ref
		return g.chat.tell(g.chat.add(&tgMessage{SenderChat: &ref, Text: text, Entities: withFound(text, nil)}))
	})
}

// AddBot adds the bot, plainly or by t.me/<bot>?startgroup=<payload>, which
// then says "/start@bot payload" in the group.
func (g *TelegramGroup) AddBot(by *TelegramPerson, payload string) {
	g.bot.act(
		func() *tgUpdate { return g.botBecomes(by, tgMember) },
		func() *tgUpdate {
			u := by.user
			return g.chat.tell(g.chat.add(&tgMessage{From: &u, NewMembers: []tgUser{g.bot.user}}))
		})
	if payload != "" {
		by.In(g).Say("/start@" + g.bot.config.Username + " " + payload)
	}
}

// botBecomes changes the bot's place. The lock is held.
func (g *TelegramGroup) botBecomes(by *TelegramPerson, status string) *tgUpdate {
	old := g.chat.botStatus()
	g.chat.members[g.bot.user.ID] = status
	by.known = true
	return g.bot.myChatMember(g.chat, by.user, old, status)
}

// RemoveBot kicks the bot out.
func (g *TelegramGroup) RemoveBot(by *TelegramPerson) {
	g.bot.act(func() *tgUpdate { return g.botBecomes(by, tgKicked) })
}

// PromoteBot makes the bot an administrator, who sees every message.
func (g *TelegramGroup) PromoteBot(by *TelegramPerson) {
	g.bot.act(func() *tgUpdate { return g.botBecomes(by, tgAdmin) })
}

// Promote makes a member an administrator.
func (g *TelegramGroup) Promote(p *TelegramPerson) {
	g.bot.act(func() *tgUpdate { return g.becomes(p, p.user, tgAdmin) })
}

// Join lets a person in, of their own accord.
func (g *TelegramGroup) Join(p *TelegramPerson) { g.join(p, p) }

// Add lets one person add another.
func (g *TelegramGroup) Add(by, p *TelegramPerson) { g.join(by, p) }

func (g *TelegramGroup) join(by, p *TelegramPerson) {
	g.bot.act(
		func() *tgUpdate { return g.becomes(p, by.user, tgMember) },
		func() *tgUpdate {
			u := by.user
			return g.chat.tell(g.chat.add(&tgMessage{From: &u, NewMembers: []tgUser{p.user}}))
		})
}

// Leave lets a person out.
func (g *TelegramGroup) Leave(p *TelegramPerson) { g.part(p, p, tgLeft) }

// Kick lets one person throw out another.
func (g *TelegramGroup) Kick(by, p *TelegramPerson) { g.part(by, p, tgKicked) }

func (g *TelegramGroup) part(by, p *TelegramPerson, status string) {
	g.bot.act(
		func() *tgUpdate { return g.becomes(p, by.user, status) },
		func() *tgUpdate {
			u, left := by.user, p.user
			return g.chat.tell(g.chat.add(&tgMessage{From: &u, LeftMember: &left}))
		})
}

// becomes changes a member's state. TG-SPEC: chat_member comes only to bots
// that are administrators and name it in allowed_updates.
func (g *TelegramGroup) becomes(p *TelegramPerson, by tgUser, status string) *tgUpdate {
	old := g.chat.members[p.user.ID]
	if old == "" {
		old = tgLeft
	}
	g.chat.members[p.user.ID] = status
	if g.chat.botStatus() != tgAdmin {
		return nil
	}
	return g.bot.post("chat_member", fmt.Sprintf("member %d", g.chat.ref.ID), map[string]any{
		"chat": g.chat.ref, "from": by, "date": g.bot.now().Unix(),
		"old_chat_member": memberOf(p.user, old), "new_chat_member": memberOf(p.user, status),
	})
}

// Topic opens a topic in a forum and gives its message_thread_id, which is the
// id of the service message that opened it.
func (g *TelegramGroup) Topic(by *TelegramPerson, name string) int {
	id := 0
	g.bot.act(func() *tgUpdate {
		u := by.user
		m := g.chat.add(&tgMessage{From: &u, IsTopicMessage: true,
			TopicCreated: map[string]any{"name": name, "icon_color": 7322096}})
		id = m.MessageID
		m.ThreadID = id
		g.chat.topics[id] = name
		return g.chat.tell(m)
	})
	return id
}

// Upgrade makes the group a supergroup with another id. The old chat gets a
// service message migrate_to_chat_id, the new one migrate_from_chat_id, and
// calls with the old id are refused with migrate_to_chat_id.
func (g *TelegramGroup) Upgrade(by *TelegramPerson) {
	var old *tgChat
	g.bot.act(
		func() *tgUpdate {
			old = g.chat
			ref := old.ref
			ref.ID, ref.Type = -1000000000000-g.bot.server.newID(), "supergroup"
			g.chat = g.bot.newChat(ref)
			for id, s := range old.members {
				g.chat.members[id] = s
			}
			u := by.user
			up := old.tell(old.add(&tgMessage{From: &u, MigrateTo: ref.ID}))
			old.moved = ref.ID
			return up
		},
		func() *tgUpdate {
			return g.chat.tell(g.chat.add(&tgMessage{From: &tgAnonymous, MigrateFrom: old.ref.ID}))
		})
}

// OtherBotSays lets another bot write: our bot does not see it, and plain
// commands are no longer for it (privacy mode).
func (g *TelegramGroup) OtherBotSays(text string) {
	g.bot.server.mu.Lock()
	defer g.bot.server.mu.Unlock()
	other := tgUser{ID: 123456789, IsBot: true, FirstName: "Other", Username: "other_bot"}
	g.chat.add(&tgMessage{From: &other, Text: text})
	g.chat.lastBot = other.ID
}

// botSees applies membership and privacy mode. faq: with privacy mode on, a bot
// sees commands for it, replies to it and service messages; a plain command
// only if no other bot wrote last. BotFather's own words add messages that
// mention it. Administrators and bots with privacy mode off see everything.
func (c *tgChat) botSees(m *tgMessage) bool {
	if c.person != nil {
		return true
	}
	if !c.botIn() {
		return false
	}
	if c.bot.config.SeesAll || c.botStatus() == tgAdmin || m.service() || c.ref.Type == "channel" {
		return true
	}
	if m.ReplyTo != nil && m.ReplyTo.byBot {
		return true
	}
	me := "@" + strings.ToLower(c.bot.config.Username)
	text := strings.ToLower(m.Text + m.Caption)
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == ',' }) {
		if strings.HasPrefix(word, me) {
			return true
		}
	}
	if !strings.HasPrefix(text, "/") {
		return false
	}
	command, _, _ := strings.Cut(text, " ")
	if _, at, addressed := strings.Cut(command, "@"); addressed {
		return "@"+at == me
	}
	return c.lastBot == 0 || c.lastBot == c.bot.user.ID
}
