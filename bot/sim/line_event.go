package sim

import "time"

// lineEvent is one webhook event. Its body never changes once made; a
// redelivery is a copy.
type lineEvent struct {
	body  map[string]any
	token *lineReplyToken // nil when the event has none
	tries int             // deliveries so far
}

// lineReplyToken may be used once, until deadline.
//
// DOC #send-reply-message: "use within 1 minute of receipt"; a redelivered
// token works "1 min after redelivery unless already used or 20 min since the
// event".
type lineReplyToken struct {
	chat     *lineChat
	born     time.Time // when the event happened
	deadline time.Time
	used     bool
}

const (
	replyTokenLife  = time.Minute
	replyTokenLimit = 20 * time.Minute
	redeliverLimit  = 10 // tries by itself; LINE does not disclose its own
)

// event makes an event of this kind in a chat and, unless the chat stands by,
// gives it a reply token. Sim.mu is held.
func (ch *LineChannel) event(kind string, chat *lineChat, who *lineUser, answerable bool, more map[string]any) *lineEvent {
	now := ch.sim.Clock.Now()
	body := map[string]any{
		"type": kind, "mode": "active", "timestamp": now.UnixMilli(),
		"webhookEventId": ulid(now), "deliveryContext": map[string]any{"isRedelivery": false},
	}
	if chat != nil {
		body["source"] = chat.source(kind, who)
	}
	for k, v := range more {
		body[k] = v
	}
	e := &lineEvent{body: body}
	if chat != nil && chat.standby {
		body["mode"] = "standby" // DOC #common-properties: no reply token then
		return e
	}
	if answerable {
		token := randomHex(16)
		e.token = &lineReplyToken{chat: chat, born: now, deadline: now.Add(replyTokenLife)}
		ch.replies[token] = e.token
		body["replyToken"] = token
	}
	return e
}

// source is who an event is from. In groups and rooms userId is promised only
// in message events, and only for people who consented (SPEC GroupSource).
func (c *lineChat) source(kind string, who *lineUser) map[string]any {
	s := map[string]any{"type": c.kind}
	switch c.kind {
	case "user":
		s["userId"] = c.id
		return s
	case "group":
		s["groupId"] = c.id
	case "room":
		s["roomId"] = c.id
	}
	if kind == "message" && who != nil && !who.noConsent {
		s["userId"] = who.id
	}
	return s
}

// Inject delivers events that this simulator has no verb for, given as JSON
// objects; mode, timestamp, webhookEventId and deliveryContext are added
// where missing.
func (ch *LineChannel) Inject(events ...map[string]any) {
	ch.sim.mu.Lock()
	var list []*lineEvent
	for _, more := range events {
		list = append(list, ch.event("", nil, nil, false, more))
	}
	ch.sim.mu.Unlock()
	ch.send(list...)
}
