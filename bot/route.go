package bot

import (
	"cmp"
	"fmt"
	"strings"

	"regulars/i18n"
)

// refused ends a turn with the words of a refusal.
func (t *Turn) refused(no *Refusal) (string, error) {
	t.fresh()
	if t.Event.Kind == Said && t.Event.Chat.Group {
		if err := t.rememberSaying(); err != nil { // it can be answered all the same
			return "", err
		}
	}
	t.Say(Message{Text: t.Print(no.Text), Buttons: no.Buttons})
	return "refused:" + string(no.Text.Key), nil
}

// route finds out what an event means and does it.
func (b *Bot) route(t *Turn) (end string, err error) {
	e := t.Event
	if t.Now.Sub(e.At) > OldAfter && !e.At.IsZero() && e.Kind != Knocked { // who waits at a door waits on
		return "old", nil
	}
	switch e.Kind {
	case Standby, Ignored:
		return string(e.Kind), nil
	case Odd:
		return "odd", t.keepOdd()
	case Said:
		return t.hear()
	case Pressed:
		return t.press()
	case Shared:
		return t.shared()
	case Sent:
		return t.seen()
	case Unsent:
		return "done", quoteTable.Delete(t.puts.Tx, string(e.Channel), string(e.On))
	case BotJoined, BotLeft, Migrated:
		if err := t.keepGroup(); err != nil {
			return "", err
		}
	}
	if cmd := b.Commands.On(e.Kind); cmd != nil {
		return t.run(cmd, "")
	}
	return "done", nil
}

// run checks who may and where, and runs a command.
func (t *Turn) run(cmd *Command, args string) (string, error) {
	t.command, t.Args = cmd, t.fromGroup(args)
	switch {
	case t.Person.Frozen && t.Event.Kind != Blocked && t.Event.Kind != Knocked:
		return "", Refuse(cmp.Or(cmd.Locked, i18n.BotFrozen))
	case t.Event.Chat.Group && cmd.Place&Group == 0:
		t.Say(t.openPrivate(cmd))
		return "private", nil
	case !t.Event.Chat.Group && cmd.Place&Private == 0:
		return "", Refuse(i18n.BotOnlyGroup)
	case cmd.Role > Member && t.Person.Role < cmd.Role:
		key := i18n.BotOnlyStaff
		if t.Person.Role >= Clerk {
			key = i18n.BotOnlyManager
		}
		return "", &Refusal{Text: i18n.T(key), Cause: fmt.Errorf("role %d for /%s", t.Person.Role, cmd.Name)}
	}
	t.session.Command, t.session.Args, t.session.Group = cmd.Name, t.Args, t.Group
	if err := cmd.Run(t); err != nil {
		return "", err
	}
	if t.asked && t.puts.n > 0 && !t.handedOn {
		return "", fmt.Errorf("%w: /%s", ErrWroteBeforeAsking, cmd.Name)
	}
	if !t.asked {
		t.fresh()
	}
	return "done", nil
}

// openPrivate is the neutral line that a private command gets in a group. Its
// button carries which group it was.
func (t *Turn) openPrivate(cmd *Command) Message {
	line := cmd.Name
	if t.chat.Group != "" {
		line += " " + GroupMark + t.chat.Group
	}
	return Message{
		Text:    t.Word(i18n.BotPrivateHere),
		Buttons: []Button{{Label: t.Word(i18n.BotOpenPrivate), Do: DoPrivate, Value: line}},
	}
}

// GroupMark begins the argument that says which group a person came from.
const GroupMark = "g-"

// fromGroup takes the group's mark off a command's arguments.
func (t *Turn) fromGroup(args string) string {
	words := strings.Fields(args)
	if n := len(words); n > 0 && strings.HasPrefix(words[n-1], GroupMark) {
		t.Group = strings.TrimPrefix(words[n-1], GroupMark)
		return strings.Join(words[:n-1], " ")
	}
	return args
}

// bury keeps an event that could not be handled and tells its person the
// reference under which an operator finds it.
func (t *Turn) bury(cause error) (string, error) {
	ref, err := t.keepDead(cause)
	if err != nil {
		return "", err
	}
	t.fresh()
	addressed := !t.Event.Chat.Group || t.Event.ToBot || t.Event.Kind == Pressed
	if addressed && t.Event.Chat.ID != "" && (t.Event.Kind == Said || t.Event.Kind == Pressed || t.Event.Kind == Shared) {
		t.SayText(i18n.BotWentWrong, "Ref", ref)
	}
	return "dead:" + ref, nil
}
