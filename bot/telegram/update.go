package telegram

import (
	"encoding/json"
	"strconv"
	"strings"

	"regulars/bot"
)

// The types below are what is read of an Update (Bot API 10.1, #update), no
// more. Fields of which only the presence counts stay raw, so that their form
// may change.

type update struct {
	ID         int64         `json:"update_id"`
	Message    *message      `json:"message"`
	Callback   *callback     `json:"callback_query"`
	Membership *memberChange `json:"my_chat_member"`
	Knock      *joinRequest  `json:"chat_join_request"`
}

type message struct {
	ID           int64    `json:"message_id"`
	Thread       int64    `json:"message_thread_id"`
	IsTopic      bool     `json:"is_topic_message"`
	From         *person  `json:"from"`
	SenderChat   *chat    `json:"sender_chat"`
	Date         int64    `json:"date"`
	Chat         chat     `json:"chat"`
	Text         string   `json:"text"`
	Entities     []entity `json:"entities"`
	ReplyTo      *message `json:"reply_to_message"`
	Contact      *contact `json:"contact"`
	Came         []person `json:"new_chat_members"`
	Gone         *person  `json:"left_chat_member"`
	MigrateTo    int64    `json:"migrate_to_chat_id"`
	MigrateFrom  int64    `json:"migrate_from_chat_id"`
	TopicCreated presence `json:"forum_topic_created"`
	Origin       presence `json:"forward_origin"`
	ForwardDate  presence `json:"forward_date"` // older servers tell it so
	ViaBot       presence `json:"via_bot"`
	attachments           // what Sent means
}

// attachments are the kinds of messages that people send and that are no text.
type attachments struct {
	Animation presence `json:"animation"`
	Audio     presence `json:"audio"`
	Document  presence `json:"document"`
	PaidMedia presence `json:"paid_media"`
	Photo     presence `json:"photo"`
	Sticker   presence `json:"sticker"`
	Story     presence `json:"story"`
	Video     presence `json:"video"`
	VideoNote presence `json:"video_note"`
	Voice     presence `json:"voice"`
	Checklist presence `json:"checklist"`
	Dice      presence `json:"dice"`
	Game      presence `json:"game"`
	Poll      presence `json:"poll"`
	Venue     presence `json:"venue"`
	Location  presence `json:"location"`
}

func (a attachments) any() bool {
	return bool(a.Animation || a.Audio || a.Document || a.PaidMedia || a.Photo || a.Sticker || a.Story ||
		a.Video || a.VideoNote || a.Voice || a.Checklist || a.Dice || a.Game || a.Poll || a.Venue || a.Location)
}

// presence is true for a field that is there, whatever it holds.
type presence bool

func (p *presence) UnmarshalJSON(raw []byte) error {
	*p = string(raw) != "null"
	return nil
}

var _ json.Unmarshaler = (*presence)(nil)

type chat struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"`
	Title string `json:"title"`
}

func (c chat) group() bool   { return c.Type == "group" || c.Type == "supergroup" }
func (c chat) private() bool { return c.Type == "private" }

type person struct {
	ID       int64  `json:"id"`
	IsBot    bool   `json:"is_bot"`
	First    string `json:"first_name"`
	Last     string `json:"last_name"`
	Username string `json:"username"`
	Language string `json:"language_code"`
}

func (p *person) name() string     { return strings.TrimSpace(p.First + " " + p.Last) }
func (p *person) user() bot.UserID { return bot.UserID(number(p.ID)) }
func number(n int64) string        { return strconv.FormatInt(n, 10) }
func messageID(n int64) bot.MessageID {
	if n == 0 {
		return ""
	}
	return bot.MessageID(number(n))
}

type entity struct {
	Type   string  `json:"type"`
	Offset int     `json:"offset"` // UTF-16 units
	Length int     `json:"length"`
	User   *person `json:"user"`
}

type contact struct {
	Phone string `json:"phone_number"`
	User  int64  `json:"user_id"`
}

type callback struct {
	ID      string   `json:"id"`
	From    person   `json:"from"`
	Message *message `json:"message"` // date 0: too old to be shown
	Data    string   `json:"data"`
}

type memberChange struct {
	Chat chat   `json:"chat"`
	From person `json:"from"`
	Date int64  `json:"date"`
	Old  status `json:"old_chat_member"`
	New  status `json:"new_chat_member"`
}

type status struct {
	Status   string `json:"status"`
	IsMember bool   `json:"is_member"` // of the restricted
}

// in says whether someone of that status is in the chat.
func (s status) in() bool {
	switch s.Status {
	case "creator", "administrator", "member":
		return true
	case "restricted":
		return s.IsMember
	}
	return false
}

// out says that someone of that status is certainly not in the chat.
func (s status) out() bool {
	return s.Status == "left" || s.Status == "kicked" || s.Status == "restricted" && !s.IsMember
}
