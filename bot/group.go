package bot

import (
	"encoding/json"
	"strings"
	"time"

	"regulars/i18n"
	"regulars/store"
)

// groupFacts is what is sealed of a group.
type groupFacts struct {
	Chat  Chat   `json:"c"`
	Title string `json:"t,omitempty"`
}

// overhear does a text said in a group. The bot reacts to a command, a mention
// of it, or an answer to one of its messages, and to nothing else: people talk
// to one another here.
func (t *Turn) overhear() (string, error) {
	if err := t.rememberSaying(); err != nil {
		return "", err
	}
	if line, ok := ParseLine(t.Event.Text); ok {
		if t.Event.From == "" {
			return t.stranger(line)
		}
		return t.obey(line)
	}
	if o, ok := t.session.Pending.match(t.Event); ok && t.open() {
		return t.choose(o)
	}
	if !t.Event.ToBot {
		return "quiet", nil
	}
	return t.addressed()
}

// addressed does words said to the bot by mention or reply.
func (t *Turn) addressed() (string, error) {
	text := t.withoutBot()
	if line, ok := ParseLine(text); ok {
		return t.obey(line)
	}
	if t.open() && t.session.Pending.Typed {
		t.answering = true
		return t.resume()
	}
	if cmd := t.bot.Commands.everyday(text, t.Person.Lang); cmd != nil {
		return t.restart(cmd, "")
	}
	if cmd := t.bot.Commands.Named("menu"); cmd != nil {
		return t.run(cmd, "")
	}
	return "quiet", nil
}

// withoutBot is the text with mentions of the bot taken out.
func (t *Turn) withoutBot() string {
	s, cut := t.Event.Text, 0
	for _, m := range t.Event.Mentions {
		if m.Bot && m.Start-cut >= 0 && m.Start-cut+m.Len <= len(s) {
			s = s[:m.Start-cut] + s[m.Start-cut+m.Len:]
			cut += m.Len
		}
	}
	return strings.TrimSpace(s)
}

// stranger answers a command of somebody whom LINE does not name: the private
// chat knows them.
func (t *Turn) stranger(line Line) (string, error) {
	cmd := t.bot.Commands.word(line.Word, t.Lang)
	if cmd == nil {
		return "quiet", nil
	}
	if cmd.Role > Member {
		return "", &Refusal{Text: i18n.T(i18n.BotOnlyStaff)}
	}
	t.Say(t.openPrivate(cmd))
	return "private", nil
}

// openInGroup says whether this text may be a typed option of an open question.
// A group's texts are looked at for that only when somebody has one open.
func (t *Turn) openInGroup() bool { return t.chat.Asking.After(t.Now) }

// rememberSaying keeps who said a LINE message, because an answer that quotes
// it will tell only its id (PLATFORMS trap 32).
func (t *Turn) rememberSaying() error {
	e := t.Event
	if e.Platform != LINE || e.Message == "" || e.From == "" {
		return nil
	}
	sealed, err := t.bot.Persons.Seal(t.puts.Tx, "", []byte(e.From))
	if err != nil {
		return err
	}
	return quoteTable.Put(t.puts.Tx, quoteRow{At: t.Now, Sealed: sealed}, string(e.Channel), string(e.Message))
}

// QuotedUser is who said the message that this one answers, if it is known.
func (t *Turn) QuotedUser() (UserID, error) {
	q := t.Event.Quoted
	if q == nil || q.Bot {
		return "", nil
	}
	if q.From != "" {
		return q.From, nil
	}
	row, ok, err := quoteTable.Get(t.puts.Tx, string(t.Event.Channel), string(q.Message))
	if err != nil || !ok || t.Now.Sub(row.At) > QuotesFor {
		return "", err
	}
	raw, err := t.bot.Persons.Open(t.puts.Tx, "", row.Sealed)
	return UserID(raw), err
}

// keepGroup notes that the bot came into a group, left it, or that the group
// has a new id.
func (t *Turn) keepGroup() error {
	switch t.Event.Kind {
	case BotJoined:
		return t.groupJoined()
	case BotLeft:
		t.chat.Left = t.Now
	case Migrated:
		return t.groupMoved()
	}
	return nil
}

func (t *Turn) groupJoined() error {
	e, tx := t.Event, t.puts.Tx
	lane := t.lane.String()
	if t.chat.Group == "" {
		code, err := t.newGroupCode(lane)
		if err != nil {
			return err
		}
		t.chat.Group = code
	}
	facts, err := json.Marshal(groupFacts{Chat: e.Chat, Title: e.Title})
	if err != nil {
		return err
	}
	t.chat.Sealed, err = t.bot.Persons.Seal(tx, "", facts)
	t.chat.Joined, t.chat.Left = t.Now, time.Time{}
	return err
}

// newGroupCode draws a code that no other group has.
func (t *Turn) newGroupCode(lane string) (string, error) {
	for n := 4; ; n++ {
		code := drawCode(t.Rand(), n)
		if err := t.puts.Tx.Lock(store.Subject("group/" + code)); err != nil {
			return "", err
		}
		if _, taken, err := groupTable.Get(t.puts.Tx, code); err != nil {
			return "", err
		} else if !taken {
			return code, groupTable.Put(t.puts.Tx, lane, code)
		}
	}
}

// groupMoved carries what is known of a group over to its new id (Telegram: a
// group became a supergroup).
func (t *Turn) groupMoved() error {
	e, tx := t.Event, t.puts.Tx
	to := e.Chat
	to.ID = e.MovedTo
	lane := t.bot.Persons.Lane(to).String()
	if t.chat.MovedTo == lane {
		return nil
	}
	if err := tx.Lock(store.Subject("chat/" + lane)); err != nil {
		return err
	}
	row := t.chat
	facts := groupFacts{Chat: to}
	if len(row.Sealed) > 0 {
		if err := t.bot.open(tx, "", row.Sealed, &facts); err != nil {
			return err
		}
		facts.Chat = to
	}
	var err error
	if row.Sealed, err = t.bot.seal(tx, "", facts); err != nil {
		return err
	}
	t.chat.MovedTo, t.chat.Left = lane, t.Now
	if err := chatTable.Put(tx, row, lane); err != nil || row.Group == "" {
		return err
	}
	if err := tx.Lock(store.Subject("group/" + row.Group)); err != nil {
		return err
	}
	return groupTable.Put(tx, lane, row.Group)
}

// GroupTitle is the name of the group with a code, "" if it is not known.
func (t *Turn) GroupTitle(code string) (string, error) {
	lane, ok, err := groupTable.Get(t.puts.Tx, code)
	if err != nil || !ok {
		return "", err
	}
	row, ok, err := chatTable.Get(t.puts.Tx, lane)
	if err != nil || !ok || len(row.Sealed) == 0 {
		return "", err
	}
	var facts groupFacts
	err = t.bot.open(t.puts.Tx, "", row.Sealed, &facts)
	return facts.Title, err
}

// CodeOf is the short code of a group on this event's channel, "" for one that was
// never seen being joined.
func (t *Turn) CodeOf(group ChatID) (string, error) {
	lane := t.bot.Persons.Lane(Chat{Channel: t.Event.Channel, ID: group, Group: true})
	row, _, err := chatTable.Get(t.puts.Tx, lane.String())
	return row.Group, err
}

// GroupCode is the short code of the group this was said in, "" in private or
// in a group that was never seen being joined.
func (t *Turn) GroupCode() string { return t.chat.Group }
