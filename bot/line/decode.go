package line

import (
	"encoding/json"
	"net/http"
	"time"

	"regulars/bot"
)

// replyWindow is how long a reply token is trusted after it came in. LINE
// promises a minute (LINE docs, #send-reply-message); the rest is for the way.
const replyWindow = 55 * time.Second

// wireEvent is what is used of LINE's event objects (LINE docs,
// #webhook-event-objects). What LINE adds later is ignored; what does not fit
// makes that one event odd.
type wireEvent struct {
	Type            string `json:"type"`
	Mode            string `json:"mode"`
	Timestamp       int64  `json:"timestamp"` // ms
	WebhookEventID  string `json:"webhookEventId"`
	ReplyToken      string `json:"replyToken"`
	DeliveryContext struct {
		IsRedelivery bool `json:"isRedelivery"`
	} `json:"deliveryContext"`
	Source   *wireSource   `json:"source"`
	Message  *wireMessage  `json:"message"`
	Postback *wirePostback `json:"postback"`
	Unsend   *struct {
		MessageID string `json:"messageId"`
	} `json:"unsend"`
	Joined *wireMembers `json:"joined"`
	Left   *wireMembers `json:"left"`
}

type wireSource struct {
	Type    string `json:"type"`
	UserID  string `json:"userId"` // missing in groups without the user's consent
	GroupID string `json:"groupId"`
	RoomID  string `json:"roomId"`
}

type wireMessage struct {
	ID              string `json:"id"`
	Type            string `json:"type"`
	Text            string `json:"text"`
	QuotedMessageID string `json:"quotedMessageId"`
	Mention         *struct {
		Mentionees []wireMentionee `json:"mentionees"`
	} `json:"mention"`
}

type wireMentionee struct {
	Index  int    `json:"index"` // UTF-16 code units
	Length int    `json:"length"`
	Type   string `json:"type"` // "user" or "all"
	UserID string `json:"userId"`
	IsSelf bool   `json:"isSelf"`
}

type wirePostback struct {
	Data   string `json:"data"`
	Params *struct {
		Date     string `json:"date"`
		Time     string `json:"time"`
		Datetime string `json:"datetime"`
	} `json:"params"`
}

type wireMembers struct {
	Members []wireSource `json:"members"`
}

// Decode checks the signature over body as it came and reads its events. An
// empty list is LINE testing the connection. A signed body that is not LINE's
// envelope becomes one odd event: answering anything but 200 would only bring
// it back.
func (c *Channel) Decode(h http.Header, body []byte) ([]bot.Event, error) {
	signature := h.Get("X-Line-Signature")
	if signature == "" || !c.signed(signature, body) {
		return nil, bot.ErrForged
	}
	var envelope struct {
		Events []json.RawMessage `json:"events"`
	}
	now := c.clock.Now()
	if err := json.Unmarshal(body, &envelope); err != nil {
		return []bot.Event{c.odd(wireEvent{}, body, now)}, nil
	}
	events := make([]bot.Event, 0, len(envelope.Events))
	for _, raw := range envelope.Events {
		var w wireEvent
		err := json.Unmarshal(raw, &w)
		e, known := c.event(&w, raw, now)
		if err != nil || !known {
			e = c.odd(w, raw, now)
		}
		events = append(events, e)
	}
	return events, nil
}

// event translates w. It reports false where the event makes no sense to the
// program.
func (c *Channel) event(w *wireEvent, raw []byte, now time.Time) (bot.Event, bool) {
	e := c.common(w, raw)
	if useless[w.Type] {
		e.Kind = bot.Ignored
		return e, true
	}
	if e.Chat.ID == "" {
		return e, false
	}
	if w.Mode == "standby" {
		e.Kind = bot.Standby
		return e, true
	}
	if w.ReplyToken != "" {
		e.Reply = bot.ReplyToken{Value: w.ReplyToken, Until: now.Add(replyWindow)}
	}
	return e, fill(&e, w)
}

// common fills in what every kind of event has. Chat stays empty when the
// source is missing or not one of LINE's forms.
func (c *Channel) common(w *wireEvent, raw []byte) bot.Event {
	e := bot.Event{
		ID: bot.EventID(w.WebhookEventID), Channel: c.name, Platform: bot.LINE,
		At: time.UnixMilli(w.Timestamp).UTC(), Redelivered: w.DeliveryContext.IsRedelivery,
	}
	if !eventForm.MatchString(w.WebhookEventID) {
		e.ID = bot.EventID(hashID(raw))
	}
	if w.Source == nil {
		return e
	}
	if userForm.MatchString(w.Source.UserID) {
		e.From = bot.UserID(w.Source.UserID)
	}
	chat := bot.Chat{Channel: c.name}
	switch w.Source.Type {
	case "user":
		chat.ID = bot.ChatID(e.From)
	case "group":
		chat.ID, chat.Group = bot.ChatID(w.Source.GroupID), true
	case "room":
		chat.ID, chat.Group = bot.ChatID(w.Source.RoomID), true
	}
	if chat.Group && !groupForm.MatchString(string(chat.ID)) {
		chat.ID = ""
	}
	if chat.ID != "" {
		e.Chat = chat
	}
	return e
}

// useless are the kinds that LINE documents and that mean nothing here
// (PLATFORMS 1.1). Some have no source, and none is worth an operator's look.
var useless = map[string]bool{
	"videoPlayComplete": true, "beacon": true, "accountLink": true, "membership": true, "module": true, "activated": true,
	"deactivated": true, "botSuspended": true, "botResumed": true, "delivery": true,
}

// maxRaw is how many bytes are kept of what was not understood.
const maxRaw = 64 << 10

// fill adds what only e's kind has, and reports false for kinds that nobody
// here knows.
func fill(e *bot.Event, w *wireEvent) bool {
	switch {
	case w.Type == "message" && w.Message != nil:
		fillMessage(e, w.Message)
	case w.Type == "postback" && w.Postback != nil:
		e.Kind, e.Data = bot.Pressed, pressed(w.Postback)
	case w.Type == "follow":
		e.Kind = bot.Followed
	case w.Type == "unfollow":
		e.Kind = bot.Blocked
	case w.Type == "join":
		e.Kind = bot.BotJoined
	case w.Type == "leave":
		e.Kind = bot.BotLeft
	case w.Type == "memberJoined" && w.Joined != nil:
		e.Kind, e.Members = bot.PeopleCame, w.Joined.users()
	case w.Type == "memberLeft" && w.Left != nil:
		e.Kind, e.Members = bot.PeopleLeft, w.Left.users()
	case w.Type == "unsend" && w.Unsend != nil:
		e.Kind, e.On = bot.Unsent, bot.MessageID(w.Unsend.MessageID)
	default:
		return false
	}
	return true
}

func fillMessage(e *bot.Event, m *wireMessage) {
	e.Kind, e.Message = bot.Sent, bot.MessageID(m.ID)
	if m.QuotedMessageID != "" {
		e.Quoted = &bot.Quote{Message: bot.MessageID(m.QuotedMessageID)}
	}
	if m.Type != "text" {
		return
	}
	e.Kind, e.Text = bot.Said, m.Text
	if m.Mention == nil {
		return
	}
	for _, p := range m.Mention.Mentionees {
		start, end, ok := byteRange(m.Text, p.Index, p.Length)
		if !ok || p.Type == "all" {
			continue
		}
		mention := bot.Mention{Start: start, Len: end - start, Bot: p.IsSelf}
		if userForm.MatchString(p.UserID) {
			mention.User = bot.UserID(p.UserID)
		}
		e.Mentions = append(e.Mentions, mention)
		e.ToBot = e.ToBot || p.IsSelf
	}
}

// byteRange turns a place told in UTF-16 code units into bytes of s. It reports
// false when the place is outside s or splits a character.
func byteRange(s string, index, length int) (start, end int, ok bool) {
	if index < 0 || length <= 0 || index > len(s) || length > len(s) {
		return 0, 0, false
	}
	start, end = -1, -1
	at := 0
	for i, r := range s {
		if at == index {
			start = i
		}
		if at == index+length {
			end = i
		}
		at += runeUnits(r)
	}
	if at == index+length {
		end = len(s)
	}
	return start, end, start >= 0 && end >= 0
}

func (m *wireMembers) users() []bot.UserID {
	var users []bot.UserID
	for _, s := range m.Members {
		if userForm.MatchString(s.UserID) {
			users = append(users, bot.UserID(s.UserID))
		}
	}
	return users
}

// odd keeps what can be kept of an event that was not understood.
func (c *Channel) odd(w wireEvent, raw []byte, now time.Time) bot.Event {
	e := c.common(&w, raw)
	e.Kind, e.Raw = bot.Odd, raw[:min(len(raw), maxRaw)]
	if w.Timestamp == 0 {
		e.At = now
	}
	return e
}
