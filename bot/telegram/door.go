package telegram

import (
	"context"
	"errors"
	"strconv"

	"regulars/bot"
)

// joinRequest is a ChatJoinRequest (Bot API, #chatjoinrequest).
type joinRequest struct {
	Chat chat   `json:"chat"`
	From person `json:"from"`
	// UserChat is where the person can be written to for five minutes, or until the
	// request is decided, though they never wrote to the bot.
	UserChat int64 `json:"user_chat_id"`
	Date     int64 `json:"date"`
}

// knocked reads that somebody asks to be let into a group. It happens in their
// private chat: that is where they are answered.
func knocked(e *bot.Event, q *joinRequest) {
	if q.Chat.ID == 0 || q.From.ID <= 0 {
		return
	}
	e.Kind = bot.Ignored
	if !q.Chat.group() || q.From.IsBot {
		return
	}
	place(e, chat{ID: q.From.ID, Type: "private"}, q.Date)
	if q.UserChat != 0 {
		e.Chat.ID = bot.ChatID(number(q.UserChat))
	}
	actor(e, &q.From)
	e.Title, e.Into, e.Kind = q.Chat.Title, bot.ChatID(number(q.Chat.ID)), bot.Knocked
}

// The calls at a group's door.
const (
	approve = "approveChatJoinRequest"
	decline = "declineChatJoinRequest"
	ban     = "banChatMember"
	unban   = "unbanChatMember"
)

// atDoor says that a method does something at a group's door.
func atDoor(method string) bool {
	return method == approve || method == decline || method == ban || method == unban
}

// door makes the calls at a group's door, those before and those after the words.
// Who is taken out is banned and let off at once: the API knows no other way, and
// they may ask again. A basic group keeps no list of the banned and refuses the
// latter, see settled; but by now it may be a supergroup, where who is banned stays so.
func door(d *bot.Door) (before, after []request) {
	if d == nil {
		return nil, nil
	}
	call := func(method string) request {
		return request{Method: method, Params: map[string]string{"chat_id": string(d.Group), "user_id": string(d.User)}}
	}
	switch d.Do {
	case bot.DoorAdmit:
		return []request{call(approve)}, nil
	case bot.DoorDecline:
		return nil, []request{call(decline)}
	case bot.DoorRemove:
		off := call(unban)
		off.Params["only_if_banned"] = "true"
		return []request{call(ban), off}, nil
	}
	return nil, nil
}

// check complains of a door whose ids are no numbers.
func checkDoor(d *bot.Door) error {
	if d == nil {
		return nil
	}
	_, group := strconv.ParseInt(string(d.Group), 10, 64)
	_, user := strconv.ParseInt(string(d.User), 10, 64)
	if group != nil || user != nil {
		return errors.New("telegram: a door whose group or person is no number")
	}
	return nil
}

// settled are refusals that leave nothing to do at a door: somebody else let the
// person in or turned them away, they took their request back or left, or they run
// the group themselves, where no bot can put them out. A basic group keeps no list
// of the banned.
var settled = []string{
	"user_already_participant", "hide_requester_missing", "user_id_invalid", "participant_id_invalid", "user_not_participant",
	"user not found", "user is an administrator of the chat", "can't remove chat owner", "user_channels_too_much",
	"supergroup and channel chats only",
}

// DoorLink makes a link to a group with which people ask to be let in
// (createChatInviteLink). Each is another one, and those from before stay good.
func (c *Channel) DoorLink(ctx context.Context, group bot.ChatID, name string) (string, error) {
	if err := c.KeepsDoor(ctx, group); err != nil {
		return "", err
	}
	var link struct {
		Link string `json:"invite_link"`
	}
	const most = 32 // letters of a link's name (Bot API, #createchatinvitelink)
	if r := []rune(name); len(r) > most {
		name = string(r[:most])
	}
	r := c.do(ctx, callTime, "createChatInviteLink", map[string]string{
		"chat_id": string(group), "name": name, "creates_join_request": "true",
	})
	if err := r.doorless(); err != nil {
		return "", err
	}
	if err := r.decode("createChatInviteLink", &link); err != nil {
		return "", err
	}
	if link.Link == "" {
		return "", errors.New("telegram: createChatInviteLink: an answer without a link")
	}
	return link.Link, nil
}

// KeepsDoor says with an error that the bot could not let people into a group or
// out of it (getChatMember of itself).
func (c *Channel) KeepsDoor(ctx context.Context, group bot.ChatID) error {
	var own struct {
		status
		Invite   bool `json:"can_invite_users"`
		Restrict bool `json:"can_restrict_members"`
	}
	r := c.do(ctx, callTime, "getChatMember", map[string]string{"chat_id": string(group), "user_id": number(c.self)})
	if err := r.doorless(); err != nil {
		return err
	}
	if err := r.decode("getChatMember", &own); err != nil {
		return err
	}
	switch {
	case !own.in():
		return bot.ErrNoGroup
	case own.Status != "administrator" || !own.Invite || !own.Restrict:
		return bot.ErrNoRights
	}
	return nil
}

// doorless is what keeps the bot from a group's door, of an answer that says so.
func (r *reply) doorless() error {
	switch {
	case r.err == nil || !r.json:
		return nil
	case r.says("not enough rights", "need administrator rights", "chat_admin_required"):
		return bot.ErrNoRights
	case r.fate("getChatMember") == bot.Unreachable || r.movedTo != 0:
		return bot.ErrNoGroup
	}
	return nil
}

var _ bot.Doorkeeper = (*Channel)(nil)
