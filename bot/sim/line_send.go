package sim

import (
	"net/http"
	"time"
)

// lineSent is one entry of sentMessages.
type lineSent struct {
	ID         string `json:"id"`
	QuoteToken string `json:"quoteToken,omitempty"`
}

// lineBatch is a checked request to send.
type lineBatch struct {
	messages []map[string]any
	silent   bool
	units    []string
}

// reply is free and rides a token that works once (DOC #send-reply-message).
func (c *lineCall) reply() lineAnswer {
	body, bad := c.json()
	if bad != nil {
		return *bad
	}
	if c.r.Header.Get(retryKeyHeader) != "" { // DOC: 400 if a retry key is sent with reply
		return lineRefuse(400, "The retry key is not supported for this endpoint")
	}
	ck := &lineCheck{}
	o := ck.root(body)
	name := o.str("replyToken", true, 1, 0)
	b := o.batch(false)
	if bad := ck.refusal(o); bad != nil {
		return *bad
	}
	t := c.ch.replies[name]
	if t == nil || t.used || c.now.After(t.deadline) {
		return lineRefuse(400, "Invalid reply token")
	}
	if bad := c.ch.fits(b, t.chat); bad != nil {
		return *bad
	}
	if !t.chat.bot {
		return lineRefuse(400, lineFailedToSend)
	}
	t.used = true
	delete(c.ch.loading, t.chat.id)
	sent := c.ch.show(b, t.chat, c.now)
	c.ch.count("reply", 1, c.now)
	return lineOK(map[string]any{"sentMessages": sent})
}

// push sends to one person, group or room, and is counted by people.
func (c *lineCall) push() lineAnswer {
	return c.keyed(func() lineAnswer {
		body, bad := c.json()
		if bad != nil {
			return *bad
		}
		ck := &lineCheck{}
		o := ck.root(body)
		to := o.str("to", true, 1, 0)
		b := o.batch(true)
		if bad := ck.refusal(o); bad != nil {
			return *bad
		}
		if !lineIDForm.MatchString(to) {
			return lineRefuse(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
		}
		c.ch.meet(to)
		chat := c.ch.chats[to]
		if chat == nil || !chat.bot {
			return lineRefuse(400, lineFailedToSend)
		}
		if bad := c.ch.fits(b, chat); bad != nil {
			return *bad
		}
		billed, over := c.ch.spend(chat.heads(c.now), c.now)
		if over != nil {
			return *over
		}
		c.ch.tag(b, c.now)
		delete(c.ch.loading, chat.id)
		c.ch.count("push", billed, c.now)
		a := lineOK(map[string]any{"sentMessages": c.ch.show(b, chat, c.now)})
		a.billed = billed
		return a
	})
}

// multicast sends to at most 500 people. Ids that cannot be reached, unknown
// ones too, are passed over in silence.
func (c *lineCall) multicast() lineAnswer {
	return c.keyed(func() lineAnswer {
		body, bad := c.json()
		if bad != nil {
			return *bad
		}
		ck := &lineCheck{}
		o := ck.root(body)
		ids := o.strings("to", true, 1, 500)
		b := o.batch(true)
		if bad := ck.refusal(o); bad != nil {
			return *bad
		}
		for _, id := range ids {
			if !lineIDForm.MatchString(id) || id[0] != 'U' {
				return lineRefuse(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
			}
		}
		return c.spread("multicast", b, c.ch.reached(ids, c.now), c.ch.strangers(ids))
	})
}

// broadcast sends to all friends.
func (c *lineCall) broadcast() lineAnswer {
	return c.keyed(func() lineAnswer {
		body, bad := c.json()
		if bad != nil {
			return *bad
		}
		ck := &lineCheck{}
		o := ck.root(body)
		b := o.batch(false)
		if bad := ck.refusal(o); bad != nil {
			return *bad
		}
		var all []*lineChat
		for _, u := range c.ch.users {
			if u.friend && !u.blocked {
				all = append(all, u.private)
			}
		}
		return c.spread("broadcast", b, all, 0)
	})
}

// reached are the chats of those ids that messages arrive in, each once.
func (ch *LineChannel) reached(ids []string, now time.Time) []*lineChat {
	var out []*lineChat
	seen := map[string]bool{}
	for _, id := range ids {
		if u := ch.users[id]; u != nil && !seen[id] && u.reachable(now) {
			out = append(out, u.private)
		}
		seen[id] = true
	}
	return out
}

// Crowd makes every well-formed user id that nobody has a friend of the account,
// to whom multicasts are counted and not kept: more people than a simulator has
// room for.
func (ch *LineChannel) Crowd() {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	ch.strange = true
}

// strangers counts those of ids who are of the crowd.
func (ch *LineChannel) strangers(ids []string) int {
	if !ch.strange {
		return 0
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if ch.users[id] == nil {
			seen[id] = true
		}
	}
	return len(seen)
}

// spread sends to many, and to so many of the crowd: all or, over the quota,
// nobody.
func (c *lineCall) spread(kind string, b lineBatch, to []*lineChat, strangers int) lineAnswer {
	if bad := c.ch.fits(b, nil); bad != nil {
		return *bad
	}
	billed, over := c.ch.spend(len(to)+strangers, c.now)
	if over != nil {
		return *over
	}
	c.ch.tag(b, c.now)
	for _, chat := range to {
		c.ch.show(b, chat, c.now)
	}
	c.ch.count(kind, billed, c.now)
	a := lineOK(map[string]any{})
	a.billed = billed
	return a
}

// heads is how many people a message to this chat counts for. DOC pricing:
// blocked users are not counted, and a group counts its members.
func (c *lineChat) heads(now time.Time) int {
	if c.kind != "user" {
		return len(c.members)
	}
	if c.members[0].reachable(now) {
		return 1
	}
	return 0
}

// show puts the messages on the phones of a chat, if they arrive there at
// all: 200 is not delivery. The answer's sentMessages do not tell.
func (ch *LineChannel) show(b lineBatch, chat *lineChat, now time.Time) []lineSent {
	arrives := chat.kind != "user" || chat.members[0].reachable(now)
	var sent []lineSent
	for _, body := range b.messages {
		m := &lineMessage{body: body}
		m.render(ch)
		if arrives {
			chat.add(m)
		} else {
			m.id, m.quote = randomDigits(18), randomHex(20)
		}
		s := lineSent{ID: m.id}
		switch body["type"] {
		case "text", "textV2", "sticker", "image", "video", "template", "flex", "imagemap":
			s.QuoteToken = m.quote
		}
		sent = append(sent, s)
	}
	return sent
}

// fits checks what depends on where the messages go: quotes and mentions.
// A nil chat is a send to many, which can have neither.
func (ch *LineChannel) fits(b lineBatch, chat *lineChat) *lineAnswer {
	for i, m := range b.messages {
		if quote, ok := m["quoteToken"].(string); ok && (chat == nil || chat.quoted(quote) == nil) {
			a := lineRefuse(400, "The request body has 1 error(s)", lineDetail{"Invalid quoteToken", indexed("messages", i) + ".quoteToken"})
			return &a
		}
		if chat != nil && chat.kind != "user" && m["trackingId"] != nil { // "not in groups"
			a := lineRefuse(400, "The request body has 1 error(s)", lineDetail{"Not available in groups and rooms", indexed("messages", i) + ".trackingId"})
			return &a
		}
		for key, sub := range object(m["substitution"]) {
			if object(sub)["type"] != "mention" {
				continue
			}
			who := object(object(sub)["mentionee"])
			if chat == nil || chat.kind == "user" || !chat.mentionable(who) {
				a := lineRefuse(400, "The request body has 1 error(s)",
					lineDetail{"Mention is only available for members of a group or a room", indexed("messages", i) + ".substitution." + key})
				return &a
			}
		}
	}
	return nil
}

// quoted finds what a quoteToken names; tokens never lapse.
func (c *lineChat) quoted(token string) *lineMessage {
	for _, m := range c.log {
		if m.quote == token {
			return m
		}
	}
	return nil
}

// mentionable: "all mentioned must be members" (PLATFORMS 1.4).
func (c *lineChat) mentionable(who map[string]any) bool {
	if who["type"] == "all" {
		return true
	}
	id, _ := who["userId"].(string)
	for _, u := range c.members {
		if u.id == id {
			return true
		}
	}
	return false
}

// validate answers the validation endpoints, which look at messages alone.
func (c *lineCall) validate() lineAnswer {
	body, bad := c.json()
	if bad != nil {
		return *bad
	}
	ck := &lineCheck{}
	o := ck.root(body)
	o.messages()
	if bad := ck.refusal(o); bad != nil {
		return *bad
	}
	return lineAnswer{status: http.StatusOK, body: []byte("{}")}
}
