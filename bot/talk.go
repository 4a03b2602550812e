package bot

import (
	"strings"
	"time"

	"regulars/i18n"
)

// How long the bot is quiet after it has answered words that it does not
// understand (law 13), and after somebody asked to talk to the shop.
const (
	QuietFor = 8 * time.Hour
	MuteFor  = 12 * time.Hour
)

// hear does a text: a command, an answer, an everyday word, or chatter.
func (t *Turn) hear() (string, error) {
	if t.Event.Chat.Group {
		return t.overhear()
	}
	if line, ok := ParseLine(t.Event.Text); ok {
		return t.obey(line)
	}
	if o, ok := t.session.Pending.match(t.Event); ok && t.open() {
		return t.choose(o)
	}
	if t.Now.Before(t.chat.MutedUntil) && !t.open() {
		return "muted", nil
	}
	if cmd := t.bot.Commands.everyday(t.Event.Text, t.Person.Lang); cmd != nil {
		return t.restart(cmd, "")
	}
	if t.open() {
		return t.typedAnswer()
	}
	return t.chatter()
}

// open says that a question waits for an answer.
func (t *Turn) open() bool { return t.session.Command != "" && t.session.Pending.Key != "" }

// restart leaves a conversation for a new command.
func (t *Turn) restart(cmd *Command, args string) (string, error) {
	t.fresh()
	return t.run(cmd, args)
}

// obey runs a typed command.
func (t *Turn) obey(line Line) (string, error) {
	if cmd, args, ok := t.bot.startLine(line); ok {
		return t.restart(cmd, args)
	}
	if cmd := t.bot.Commands.word(line.Word, t.Person.Lang); cmd != nil {
		return t.restart(cmd, line.Args)
	}
	if t.Event.Chat.Group && !t.Event.ToBot {
		return "quiet", nil // another bot's command
	}
	m := Message{Text: t.Word(i18n.BotUnknownCommand, "Word", clip(line.Word, 32))}
	if near := t.bot.Commands.Nearest(line.Word, t.Person.Role); near != nil && near.Place&Private != 0 {
		m.Buttons = append(m.Buttons, Button{Label: "/" + near.Name, Do: DoCommand, Value: near.Name})
	}
	m.Buttons = append(m.Buttons, Button{Label: t.Word(i18n.BotMenuButton), Do: DoCommand, Value: "menu"})
	t.Say(m)
	return "unknown", nil
}

// startLine reads a deep link's "/start points_g-7K2Q" as the command meant.
func (b *Bot) startLine(line Line) (*Command, string, bool) {
	if !strings.EqualFold(line.Word, "start") || line.Args == "" {
		return nil, "", false
	}
	text, ok := StartCommand(line.Args)
	if !ok {
		return nil, "", false
	}
	name, args, _ := strings.Cut(text, " ")
	cmd := b.Commands.Named(name)
	return cmd, args, cmd != nil
}

// choose answers the open question with one of its options.
func (t *Turn) choose(o Option) (string, error) {
	p := t.session.Pending
	if t.session.Answers == nil {
		t.session.Answers = map[string]kept{}
	}
	t.session.Answers[p.Key] = kept{p.Digest, Reply{Value: o.Value}}
	if t.Event.Kind == Pressed {
		_, t.pressed, _ = ParseData(t.Event.Data)
	}
	t.session.Pending, t.session.Misses = pending{}, 0
	return t.resume()
}

// resume runs the conversation's command again from its start.
func (t *Turn) resume() (string, error) {
	cmd := t.bot.Commands.Named(t.session.Command)
	if cmd == nil {
		t.fresh()
		return "done", nil
	}
	args := t.session.Args
	if t.session.Group != "" {
		args += " " + GroupMark + t.session.Group
	}
	return t.run(cmd, args)
}

// typedAnswer gives the open question a typed text; one that wants a button is
// put again once, and then left alone.
func (t *Turn) typedAnswer() (string, error) {
	if t.session.Pending.Typed {
		t.answering = true
		return t.resume()
	}
	return t.missed(i18n.BotChooseButton)
}

// missed answers what is no answer: the question once more, then silence.
func (t *Turn) missed(key i18n.Key) (string, error) {
	if t.session.Misses++; t.session.Misses > 2 {
		t.fresh()
		return t.chatter()
	}
	misses := t.session.Misses
	end, err := t.resume()
	if err != nil || !t.asked {
		return end, err
	}
	t.session.Misses = misses
	if len(t.said) == 1 { // else something has changed, and is to be read
		t.instead(t.Word(key))
	}
	return end, nil
}

// seen does a sticker, picture or the like.
func (t *Turn) seen() (string, error) {
	if t.Event.Chat.Group || t.Now.Before(t.chat.MutedUntil) {
		return "quiet", nil
	}
	if t.open() {
		return t.missed(i18n.BotNotASticker)
	}
	return t.chatter()
}

// shared does a contact card. It answers a question that asked for one; else it
// is chatter, and nothing is kept of it.
func (t *Turn) shared() (string, error) {
	if t.Event.Chat.Group || !t.open() {
		return "quiet", nil
	}
	p := t.session.Pending
	if !p.Contact && p.Typed {
		return t.missed(i18n.BotNotASticker)
	}
	if !p.Contact {
		return t.missed(i18n.BotChooseButton)
	}
	c := t.Event.Contact
	if c == nil || !c.Own {
		return t.missed(i18n.BotNotYourContact)
	}
	if t.session.Answers == nil {
		t.session.Answers = map[string]kept{}
	}
	t.session.Answers[p.Key] = kept{p.Digest, Reply{Value: c.Phone, Contact: c}}
	t.session.Pending, t.session.Misses = pending{}, 0
	return t.resume()
}

// chatter is a text that is no command, no awaited answer and no everyday word.
// A new person is greeted: existing friends of an account never sent a follow.
// Others get the menu once and then silence, so that a person of the shop can
// answer in the platform's own chat.
func (t *Turn) chatter() (string, error) {
	if end, mine, err := t.heard(); err != nil || mine {
		return end, err
	}
	name := "menu"
	if t.Person.New {
		name = "start"
	} else if t.Now.Sub(t.chat.MenuAt) < QuietFor {
		return "quiet", nil
	}
	t.chat.MenuAt = t.Now
	if t.Person.Frozen {
		t.SayText(i18n.BotFrozen)
		return "frozen", nil
	}
	if cmd := t.bot.Commands.Named(name); cmd != nil {
		return t.run(cmd, "")
	}
	return "quiet", nil
}

// heard runs the command that takes a text for its own, if one does.
func (t *Turn) heard() (end string, mine bool, err error) {
	if t.Event.Kind != Said || t.Person.New {
		return "", false, nil
	}
	for _, cmd := range t.bot.Commands.All {
		if cmd.Hears == nil {
			continue
		}
		args, mine, err := cmd.Hears(t)
		if err != nil {
			return "", false, err
		}
		if mine {
			end, err = t.restart(cmd, args)
			return end, true, err
		}
	}
	return "", false, nil
}

// press does a button.
func (t *Turn) press() (string, error) {
	kind, value, ok := ParseData(t.Event.Data)
	if !ok {
		return "quiet", nil // a button of another program
	}
	switch kind {
	case DoCommand:
		name, args, _ := strings.Cut(value, " ")
		cmd := t.bot.Commands.Named(name)
		if cmd == nil {
			return t.tooOld()
		}
		return t.restart(cmd, args)
	case DoToken:
		return t.redeemToken(value)
	}
	if o, ok := t.session.Pending.match(t.Event); ok && t.open() {
		return t.choose(o)
	}
	if d := t.session.Done; d != nil && d.Press == value {
		name, args, _ := strings.Cut(d.Line, " ")
		if cmd := t.bot.Commands.Named(name); cmd != nil {
			return t.restart(cmd, args)
		}
	}
	return t.tooOld()
}

// tooOld answers a button whose question is over.
func (t *Turn) tooOld() (string, error) {
	t.Say(Message{Text: t.Word(i18n.BotButtonOld), Buttons: []Button{{Label: t.Word(i18n.BotMenuButton), Do: DoCommand, Value: "menu"}}})
	return "old button", nil
}

// clip shortens s to n runes.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
