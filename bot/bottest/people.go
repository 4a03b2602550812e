package bottest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"regexp"
	"strconv"
	"strings"
	"time"

	"regulars/bot"
)

// persona is somebody in a transcript.
type persona struct {
	name     string
	identity bot.Identity
	platform bot.Platform
	title    string // the name on the account
	lang     string
	buttons  map[bot.ChatID][]bot.Button // newest last, by chat
	said     map[bot.ChatID]bot.MessageID
	unnamed  bool // LINE tells no user id of theirs in groups
}

// group is a group chat in a transcript.
type group struct {
	name string
	chat bot.Chat
}

// person finds or makes the one whom "ann", "ann@telegram", "sam(clerk)@line"
// or "ann@telegram(manager)" names.
func (w *world) person(spec string) *persona {
	role, name := "", spec
	if i := strings.IndexByte(spec, '('); i >= 0 {
		j := strings.IndexByte(spec, ')')
		if j < i {
			w.t.Fatalf("bad name %q", spec)
		}
		role, name = spec[i+1:j], spec[:i]+spec[j+1:]
	}
	name, platform, _ := strings.Cut(name, "@")
	p, ok := w.people[name]
	if !ok {
		p = w.newPersona(name, bot.Platform(platform))
		w.people[name] = p
	}
	if role != "" {
		if err := w.fixture.Enrol(w.t.Context(), p.identity, role); err != nil {
			w.t.Fatalf("enrolling %s: %v", name, err)
		}
	}
	return p
}

func (w *world) newPersona(name string, platform bot.Platform) *persona {
	p := &persona{name: name, platform: bot.LINE, lang: "en", buttons: map[bot.ChatID][]bot.Button{}, said: map[bot.ChatID]bot.MessageID{}}
	sum := md5.Sum([]byte(bare(name)))
	p.identity = bot.Identity{Channel: lineOf(name), User: bot.UserID("U" + hex.EncodeToString(sum[:]))}
	if platform == bot.Telegram {
		p.platform = bot.Telegram
		p.identity = bot.Identity{Channel: "telegram", User: bot.UserID(strconv.Itoa(int(crc32.ChecksumIEEE([]byte(name)) >> 1)))}
	}
	return p
}

// bare is whose chat it is: "ann" of "ann+".
func bare(name string) string { return strings.TrimSuffix(name, "+") }

// lineOf is the LINE account that a name's chat is with.
func lineOf(name string) bot.ChannelName {
	if bare(name) != name {
		return "line2"
	}
	return "line"
}

// place is the chat "#club", or topic 7 of it, "#club/7".
func (w *world) place(name string, on bot.Platform) bot.Chat {
	name, topic, _ := strings.Cut(strings.TrimSpace(name), "/")
	chat := w.group(name, on).chat
	chat.Thread, _ = strconv.ParseInt(topic, 10, 64)
	return chat
}

// group finds or makes the group "#club" on a platform.
func (w *world) group(name string, on bot.Platform) *group {
	g, ok := w.groups[name]
	if !ok {
		g = &group{name: name}
		sum := md5.Sum([]byte(name))
		g.chat = bot.Chat{Channel: "line", ID: bot.ChatID("C" + hex.EncodeToString(sum[:])), Group: true}
		if on == bot.Telegram {
			g.chat = bot.Chat{Channel: "telegram", ID: bot.ChatID(fmt.Sprintf("-100%d", crc32.ChecksumIEEE([]byte(name)))), Group: true}
		}
		w.groups[name] = g
	}
	return g
}

// display is the name on a persona's account.
func (p *persona) display() string {
	if p.title != "" {
		return p.title
	}
	return strings.ToUpper(p.name[:1]) + bare(p.name[1:])
}

// private is the persona's chat with the bot.
func (p *persona) private() bot.Chat {
	return bot.Chat{Channel: p.identity.Channel, ID: bot.ChatID(p.identity.User)}
}

// event begins an event that the persona causes in a chat.
func (w *world) event(p *persona, chat bot.Chat, kind bot.EventKind) bot.Event {
	w.next++
	e := bot.Event{
		ID: bot.EventID(fmt.Sprintf("e%04d", w.next)), Channel: chat.Channel, Platform: p.platform, Kind: kind,
		At: time.Now(), Chat: chat, From: p.identity.User, Name: p.display(), Language: p.lang,
		Message: bot.MessageID(fmt.Sprintf("m%04d", w.next)),
	}
	if p.platform == bot.Telegram {
		e.Username = p.name + "_tg"
	} else {
		e.Reply = bot.ReplyToken{Value: "r-" + string(e.ID), Until: time.Now().Add(55 * time.Second)}
	}
	if chat.Group && p.unnamed {
		e.From, e.Name = "", ""
	}
	return e
}

// speech is what the persona says, with mentions of others made real.
func (w *world) speech(p *persona, chat bot.Chat, text string) bot.Event {
	if w.code != "" {
		text = strings.ReplaceAll(text, "<code>", w.code)
	}
	e := w.event(p, chat, bot.Said)
	e.Text = escapes.Replace(repeated(text))
	if rest, ok := strings.CutPrefix(e.Text, "/"); ok && p.platform == bot.Telegram {
		if word, args, ok := strings.Cut(rest, "@Bot"); ok && !strings.ContainsAny(word, " \n") {
			e.Text, e.ToBot = "/"+word+args, true // as the adapter does
		}
	}
	p.said[chat.ID] = e.Message
	for i := 0; i < len(e.Text); i++ {
		if e.Text[i] != '@' {
			continue
		}
		word := strings.FieldsFunc(e.Text[i+1:]+" ", func(r rune) bool { return r == ' ' || r == '\n' || r == ',' })
		if len(word) == 0 {
			continue
		}
		m := bot.Mention{Start: i, Len: 1 + len(word[0])}
		if word[0] == "Bot" {
			m.Bot, e.ToBot = true, true
		} else if q := w.people[strings.ToLower(word[0])]; q != nil && q.platform == p.platform {
			if !q.unnamed { // LINE tells the id of those who agreed to it only
				m.User = q.identity.User
			}
		} else if p.platform == bot.Telegram {
			m.Username = word[0]
		} else {
			continue
		}
		e.Mentions = append(e.Mentions, m)
	}
	return e
}

var repetition = regexp.MustCompile(`\{(.+?)\*(\d+)\}`)

// repeated writes out {x*9}.
func repeated(text string) string {
	return repetition.ReplaceAllStringFunc(text, func(s string) string {
		m := repetition.FindStringSubmatch(s)
		n, _ := strconv.Atoi(m[2])
		return strings.Repeat(m[1], n)
	})
}
