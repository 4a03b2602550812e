package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// tgDoor is what a group remembers of its door.
type tgDoor struct {
	links  []string                  // that create join requests
	asking map[int64]*TelegramPerson // who asked and was not decided about
	banned []int64
	// What the bot may not do as an administrator.
	noInvite, noRestrict bool
}

// tgKnockFor is how long a bot may write to somebody who asked to be let in and
// never wrote to it (TG-SPEC, ChatJoinRequest.user_chat_id): five minutes, or until
// the request is decided.
const tgKnockFor = 5 * time.Minute

// knocking says whether the person asked to be let in somewhere lately.
func (p *TelegramPerson) knocking() bool {
	return !p.knockedAt.IsZero() && p.bot.now().Sub(p.knockedAt) < tgKnockFor
}

// LimitBot takes rights of an administrator from the bot: to invite, to ban.
func (g *TelegramGroup) LimitBot(invite, restrict bool) {
	g.bot.server.mu.Lock()
	defer g.bot.server.mu.Unlock()
	g.chat.door.noInvite, g.chat.door.noRestrict = !invite, !restrict
}

// AskIn follows the group's newest link that creates join requests, as its member's
// app would. It errs when there is none, or the person is in it or was banned.
func (p *TelegramPerson) AskIn(g *TelegramGroup) error {
	err := fmt.Errorf("sim: no way into the group")
	p.bot.act(func() *tgUpdate {
		if len(g.chat.door.links) == 0 {
			return nil
		}
		up, ok := g.chat.knock(p, g.chat.door.links[len(g.chat.door.links)-1])
		if ok {
			err = nil
		}
		return up
	})
	return err
}

// InGroup says whether somebody is in the group now.
func (g *TelegramGroup) InGroup(p *TelegramPerson) bool {
	g.bot.server.mu.Lock()
	defer g.bot.server.mu.Unlock()
	s := g.chat.members[p.user.ID]
	return s != "" && s != tgLeft && s != tgKicked
}

// knock makes the request and tells the bot, if it is an administrator who may
// invite (TG-SPEC, Update.chat_join_request). The lock is held.
func (c *tgChat) knock(p *TelegramPerson, link string) (*tgUpdate, bool) {
	in := c.members[p.user.ID]
	if slices.Contains(c.door.banned, p.user.ID) || in != "" && in != tgLeft && in != tgKicked {
		return nil, false
	}
	if c.door.asking == nil {
		c.door.asking = map[int64]*TelegramPerson{}
	}
	c.door.asking[p.user.ID] = p
	if c.botStatus() != tgAdmin || c.door.noInvite {
		return nil, true
	}
	p.known, p.knockedAt = true, c.bot.now()
	return c.bot.post("chat_join_request", fmt.Sprintf("chat %d", c.ref.ID), map[string]any{
		"chat": c.ref, "from": p.user, "user_chat_id": p.user.ID, "date": c.bot.now().Unix(),
		"invite_link": c.link(link, ""),
	}), true
}

// link is a ChatInviteLink.
func (c *tgChat) link(address, name string) map[string]any {
	return map[string]any{
		"invite_link": address, "creator": c.bot.user, "creates_join_request": true,
		"is_primary": false, "is_revoked": false, "name": name,
	}
}

// led finds the group that a link leads to. The lock is held.
func (b *TelegramBot) led(address string) *tgChat {
	for _, c := range b.chats {
		if slices.Contains(c.door.links, address) {
			return c
		}
	}
	return nil
}

// inviting finds a call's group, where the bot must be able to invite.
func (c *tgCall) inviting(words string) (*tgChat, error) {
	chat, err := c.writable()
	switch {
	case err != nil:
		return nil, err
	case chat.person != nil:
		return nil, badRequest("can't access invite links in the private chat")
	case chat.botStatus() != tgAdmin || chat.door.noInvite:
		return nil, badRequest("%s", words)
	}
	return chat, nil
}

// createChatInviteLink makes links; only those that create join requests lead
// anywhere here.
func createChatInviteLink(c *tgCall) (any, error) {
	chat, err := c.inviting("not enough rights to manage chat invite link")
	if err != nil {
		return nil, err
	}
	if c.bool("creates_join_request") && c.int("member_limit") != 0 {
		return nil, badRequest("member limit can't be specified for links requiring administrator approval")
	}
	if len([]rune(c.text("name"))) > 32 {
		return nil, badRequest("invite link name is too long")
	}
	address := fmt.Sprintf("https://t.me/+sim%d_%d", -chat.ref.ID, len(chat.door.links)+1)
	chat.door.links = append(chat.door.links, address)
	return chat.link(address, c.text("name")), nil
}

// requester finds who asked to be let in.
func (c *tgCall) requester() (*tgChat, *TelegramPerson, error) {
	chat, err := c.inviting("CHAT_ADMIN_REQUIRED")
	if err != nil {
		return nil, nil, err
	}
	id := c.int("user_id")
	private := c.chats[id]
	if private == nil || private.person == nil {
		return nil, nil, badRequest("USER_ID_INVALID")
	}
	if p := chat.door.asking[id]; p != nil {
		delete(chat.door.asking, id)
		p.knockedAt = time.Time{}
		return chat, p, nil
	}
	if s := chat.members[id]; s != "" && s != tgLeft && s != tgKicked {
		return nil, nil, badRequest("USER_ALREADY_PARTICIPANT")
	}
	return nil, nil, badRequest("HIDE_REQUESTER_MISSING")
}

func approveChatJoinRequest(c *tgCall) (any, error) {
	chat, p, err := c.requester()
	if err != nil {
		return nil, err
	}
	chat.become(p, c.user, tgMember)
	chat.tell(chat.add(&tgMessage{From: &p.user, NewMembers: []tgUser{p.user}}))
	return true, nil
}

func declineChatJoinRequest(c *tgCall) (any, error) {
	_, _, err := c.requester()
	return err == nil, err
}

// restricting finds a call's group and person, whom the bot must be able to put out.
func (c *tgCall) restricting() (*tgChat, *TelegramPerson, error) {
	chat, err := c.writable()
	if err != nil {
		return nil, nil, err
	}
	id := c.int("user_id")
	private := c.chats[id]
	switch {
	case chat.person != nil:
		return nil, nil, badRequest("chat member status can't be changed in private chats")
	case private == nil || private.person == nil:
		return nil, nil, badRequest("PARTICIPANT_ID_INVALID")
	case chat.botStatus() != tgAdmin:
		return nil, nil, badRequest("CHAT_ADMIN_REQUIRED")
	case chat.door.noRestrict:
		return nil, nil, badRequest("not enough rights to restrict/unrestrict chat member")
	case chat.members[id] == tgCreator:
		return nil, nil, badRequest("can't remove chat owner")
	case chat.members[id] == tgAdmin:
		return nil, nil, badRequest("user is an administrator of the chat")
	}
	return chat, private.person, nil
}

// banChatMember takes somebody out; in supergroups no link lets them in again
// before they are unbanned [TG-SPEC].
func banChatMember(c *tgCall) (any, error) {
	chat, p, err := c.restricting()
	if err != nil {
		return nil, err
	}
	was := chat.members[p.user.ID]
	if chat.ref.Type == "supergroup" && !slices.Contains(chat.door.banned, p.user.ID) {
		chat.door.banned = append(chat.door.banned, p.user.ID)
	}
	delete(chat.door.asking, p.user.ID)
	chat.become(p, c.user, tgKicked)
	if was != "" && was != tgLeft && was != tgKicked {
		me := c.user
		chat.tell(chat.add(&tgMessage{From: &me, LeftMember: &p.user}))
	}
	return true, nil
}

// unbanChatMember lets somebody ask again. Without only_if_banned it takes who is
// there out [TG-SPEC].
func unbanChatMember(c *tgCall) (any, error) {
	chat, err := c.writable()
	if err != nil {
		return nil, err
	}
	if chat.ref.Type != "supergroup" {
		return nil, badRequest("method is available for supergroup and channel chats only")
	}
	chat, p, err := c.restricting()
	if err != nil {
		return nil, err
	}
	banned := slices.Contains(chat.door.banned, p.user.ID)
	if banned || !c.bool("only_if_banned") {
		chat.door.banned = slices.DeleteFunc(chat.door.banned, func(id int64) bool { return id == p.user.ID })
		chat.become(p, c.user, tgLeft)
	}
	return true, nil
}

// become changes a member's state for the bot's own deed. The lock is held.
func (c *tgChat) become(p *TelegramPerson, by tgUser, status string) {
	for _, g := range c.bot.groups {
		if g.chat == c {
			g.becomes(p, by, status)
		}
	}
}

// joinLink says whether an address leads to asking for a place in a group.
func joinLink(address string) bool { return strings.HasPrefix(address, "https://t.me/+") }
