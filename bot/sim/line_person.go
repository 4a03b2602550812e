package sim

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// LinePerson is somebody on LINE, in the private chat with an official
// account or, from [LinePerson.In], in a group. Everything they do sends its
// webhook and returns when the bot has answered it or LINE gave up; to do
// something without waiting, use a goroutine.
type LinePerson struct {
	ch   *LineChannel
	user *lineUser
	chat *lineChat
}

var _ Person = (*LinePerson)(nil)

// Person gives the account of a person on LINE, made at first use. A new
// person is not a friend yet: see [LinePerson.Follow]. The language, a BCP 47
// tag, is what the profile says; it is kept from the first call.
func (ch *LineChannel) Person(name, language string) *LinePerson {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	u := ch.account(name, language)
	if u.lang == "" {
		u.lang = language
	}
	return &LinePerson{ch: ch, user: u, chat: u.private}
}

// account makes the person's account at first use. Sim.mu is held.
func (ch *LineChannel) account(name, language string) *lineUser {
	u := ch.people[name]
	if u == nil {
		u = &lineUser{ch: ch, name: name, lang: language, id: ch.server.userID(ch.cfg.Provider, name)}
		u.private = ch.newChat("user", u.id, name)
		u.private.members = []*lineUser{u}
		ch.people[name], ch.users[u.id] = u, u
		ch.sim.notify()
	}
	return u
}

// meet makes the account of somebody whom another channel of the same
// provider knows: their id is valid here too, though they are no friend yet.
func (ch *LineChannel) meet(id string) {
	if ch.users[id] != nil {
		return
	}
	for key, known := range ch.server.userIDs {
		if name, ours := strings.CutPrefix(key, ch.cfg.Provider+"/"); ours && known == id {
			ch.account(name, "")
		}
	}
}

// userID is the same for a person on all channels of a provider, and another
// on each provider's. DOC: user ids are per provider.
func (l *lineServer) userID(provider, name string) string {
	key := provider + "/" + name
	if l.userIDs[key] == "" {
		l.userIDs[key] = "U" + randomHex(16)
	}
	return l.userIDs[key]
}

// In is the same person with the group's chat before them.
func (p *LinePerson) In(g *LineGroup) *LinePerson {
	return &LinePerson{ch: p.ch, user: p.user, chat: g.chat}
}

// Name is the display name.
func (p *LinePerson) Name() string { return p.user.name }

// ID is the user id that the bot sees.
func (p *LinePerson) ID() string { return p.user.id }

// do runs f under the lock and delivers the event it returns, if any.
func (p *LinePerson) do(f func() *lineEvent) {
	p.ch.sim.mu.Lock()
	e := f()
	p.ch.sim.notify()
	p.ch.sim.mu.Unlock()
	if e != nil {
		p.ch.send(e)
	}
}

// Befriend makes the person a friend without an event, as those are who
// added the account before a bot was attached to it.
func (p *LinePerson) Befriend() *LinePerson {
	p.do(func() *lineEvent { p.user.friend = true; return nil })
	return p
}

// Follow adds the account, or unblocks it (isUnblocked true). A second
// Follow does nothing.
func (p *LinePerson) Follow() {
	p.do(func() *lineEvent {
		u := p.user
		if u.friend && !u.blocked {
			return nil
		}
		unblocked := u.blocked
		u.friend, u.blocked = true, false
		return p.ch.event("follow", u.private, u, true, map[string]any{"follow": map[string]any{"isUnblocked": unblocked}})
	})
}

// Unblock is Follow of somebody who blocked.
func (p *LinePerson) Unblock() { p.Follow() }

// Block blocks the account: an unfollow event, and nothing arrives any more.
func (p *LinePerson) Block() {
	p.do(func() *lineEvent {
		if p.user.blocked {
			return nil
		}
		p.user.blocked = true
		return p.ch.event("unfollow", p.user.private, p.user, false, nil)
	})
}

// RefuseConsent makes the person one who did not agree that official accounts
// get profile information: no userId in groups, no profile. DOC user-consent.
func (p *LinePerson) RefuseConsent() *LinePerson {
	p.do(func() *lineEvent { p.user.noConsent = true; return nil })
	return p
}

// Standby turns the chat's mode to standby (another module channel or a
// person of the shop holds it), or back to active.
func (p *LinePerson) Standby(on bool) {
	p.do(func() *lineEvent { p.chat.standby = on; return nil })
}

// Say sends a text. Who blocks the account has to unblock before writing.
func (p *LinePerson) Say(text string) { p.say(text, nil) }

// SayMention sends a text with mentions: each "@Name" of those named is one,
// and is put in front when the text has it not. A nil person is the bot.
func (p *LinePerson) SayMention(text string, to ...*LinePerson) {
	p.ch.sim.mu.Lock()
	var list []any
	for _, who := range to {
		tag := "@" + p.ch.cfg.Name
		if who != nil {
			tag = "@" + who.user.name
		}
		if !strings.Contains(text, tag) {
			text = tag + " " + text
		}
	}
	for _, who := range to {
		list = append(list, p.mentionee(text, who))
	}
	p.ch.sim.mu.Unlock()
	p.say(text, map[string]any{"mention": map[string]any{"mentionees": list}})
}

// mentionee is one mention; index and length are UTF-16 code units.
func (p *LinePerson) mentionee(text string, who *LinePerson) map[string]any {
	name, id, self := p.ch.cfg.Name, p.ch.userID, true
	if who != nil {
		name, id, self = who.user.name, who.user.id, false
		if who.user.noConsent {
			id = ""
		}
	}
	before, _, _ := strings.Cut(text, "@"+name)
	m := map[string]any{"index": units(before), "length": units("@" + name), "type": "user", "isSelf": self}
	if id != "" {
		m["userId"] = id
	}
	return m
}

// SayAll mentions everybody in the group with "@All".
func (p *LinePerson) SayAll(text string) {
	list := []any{map[string]any{"index": 0, "length": 4, "type": "all"}}
	p.say("@All "+text, map[string]any{"mention": map[string]any{"mentionees": list}})
}

// Quote answers the newest visible message whose rendered text contains part.
func (p *LinePerson) Quote(part, text string) error {
	p.ch.sim.mu.Lock()
	var found *lineMessage
	for _, m := range p.chat.seen(p.user) {
		if !m.unsent && strings.Contains(m.text, part) {
			found = m
		}
	}
	p.ch.sim.mu.Unlock()
	if found == nil {
		return fmt.Errorf("sim: %s sees no message with %q to quote", p.Name(), part)
	}
	p.say(text, map[string]any{"quotedMessageId": found.id})
	return nil
}

// Sticker sends a sticker.
func (p *LinePerson) Sticker() {
	p.message(map[string]any{
		"type": "sticker", "packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC",
		"keywords": []any{"hello"},
	}, true)
}

// Picture sends a picture that the bot can get as message content.
func (p *LinePerson) Picture(contentType string, data []byte) {
	p.message(map[string]any{"type": "image", "contentProvider": map[string]any{"type": "line"}}, true,
		lineBlob{kind: contentType, data: data})
}

// Location sends a place.
func (p *LinePerson) Location(title, address string, latitude, longitude float64) {
	p.message(map[string]any{
		"type": "location", "title": title, "address": address, "latitude": latitude, "longitude": longitude,
	}, false)
}

func (p *LinePerson) say(text string, more map[string]any) {
	body := map[string]any{"type": "text", "text": text}
	for k, v := range more {
		body[k] = v
	}
	p.message(body, true)
}

// message puts a message of the person into the chat and sends its event.
// quotable ones carry a quoteToken (text, sticker, image, video).
func (p *LinePerson) message(body map[string]any, quotable bool, blob ...lineBlob) {
	p.do(func() *lineEvent {
		u := p.user
		if p.chat.kind == "user" && u.blocked || !p.chat.has(u) {
			return nil
		}
		m := p.chat.add(&lineMessage{from: u, body: body})
		m.text = renderLine(body)
		body["id"], body["markAsReadToken"] = m.id, m.mark
		if quotable {
			body["quoteToken"] = m.quote
		}
		if len(blob) > 0 {
			p.ch.content[m.id] = blob[0]
		}
		if p.chat.kind == "user" {
			u.wrote = m.at
			delete(p.ch.loading, p.chat.id)
		}
		if !p.chat.bot {
			return nil // people talk on in a group that the bot has left
		}
		return p.ch.event("message", p.chat, u, true, map[string]any{"message": body})
	})
}

// Unsend takes back the person's newest message in this chat.
func (p *LinePerson) Unsend() {
	p.do(func() *lineEvent {
		for i := len(p.chat.log) - 1; i >= 0; i-- {
			m := p.chat.log[i]
			if m.from != p.user || m.unsent {
				continue
			}
			m.unsent = true
			if blob, ok := p.ch.content[m.id]; ok {
				p.ch.content[m.id] = lineBlob{kind: blob.kind, gone: true}
			}
			return p.ch.event("unsend", p.chat, p.user, false, map[string]any{"unsend": map[string]any{"messageId": m.id}})
		}
		return nil
	})
}

// units counts UTF-16 code units, as LINE counts text everywhere.
func units(s string) int { return len(utf16.Encode([]rune(s))) }
