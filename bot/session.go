package bot

import (
	"errors"
	"reflect"
	"time"
)

// ErrGone reports that a person was erased: what was sealed with their key can
// no longer be read by anybody.
var ErrGone = errors.New("bot: the person was erased")

// loadSession reads the conversation that the speaker has open in this chat.
func (t *Turn) loadSession() error {
	row, ok, err := sessionTable.Get(t.puts.Tx, t.sessionKey()...)
	if err != nil || !ok {
		return err
	}
	t.had = true
	if t.Now.After(row.Until) {
		return nil // too late: as if it had not been
	}
	s := &session{}
	if err := t.bot.open(t.puts.Tx, t.Person.ID, row.Sealed, s); err != nil {
		if errors.Is(err, ErrGone) {
			return nil
		}
		return err
	}
	if t.Now.After(s.Until) {
		s = &session{Done: s.Done}
	}
	if s.Done != nil && t.Now.After(s.Done.Until) {
		s.Done = nil
	}
	t.session = s
	return nil
}

func (t *Turn) sessionKey() []string {
	return []string{t.lane.String(), string(t.Person.ID)}
}

// saveChat stores what changed of the conversation and of the chat.
func (t *Turn) saveChat() error {
	tx := t.puts.Tx
	if t.Event.Chat.ID == "" {
		return nil
	}
	if t.Person.ID != "" {
		if err := t.saveSession(); err != nil {
			return err
		}
	}
	if !t.mute.IsZero() {
		t.chat.MutedUntil = t.mute
	}
	if reflect.DeepEqual(t.chat, t.chatBefore) {
		return nil
	}
	return chatTable.Put(tx, t.chat, t.lane.String())
}

func (t *Turn) saveSession() error {
	tx := t.puts.Tx
	until := t.session.Until
	if !t.open() {
		until = time.Time{}
	}
	if d := t.session.Done; d != nil && d.Until.After(until) {
		until = d.Until
	}
	if until.IsZero() {
		if !t.had {
			return nil
		}
		return sessionTable.Delete(tx, t.sessionKey()...)
	}
	sealed, err := t.bot.seal(tx, t.Person.ID, t.session)
	if errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	return sessionTable.Put(tx, sessionRow{Until: until, Sealed: sealed}, t.sessionKey()...)
}
