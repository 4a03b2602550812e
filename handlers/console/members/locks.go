package members

import (
	"errors"
	"slices"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/segment"
	"regulars/store"
)

// What may be locked, as a form names it; a chat is named by its place.
const (
	lockStop = "stop"
	lockLost = "lost"
	lockChat = "chat-"
)

func chatField(i int) string { return lockChat + string(rune('a'+i)) }

// maxChats bounds the chats that a form lists.
const maxChats = 8

func (w *work) chatName(a people.Account) string {
	label := w.Label(bot.ChannelName(a.Channel))
	if a.Username != "" {
		label += " @" + shop.Tidy(a.Username)
	}
	return label
}

func option(value, label string) console.Option { return console.Option{Value: value, Label: label} }

// offerLocks are what can be locked.
func offerLocks(w *work) (any, error) {
	list := []console.Option{option(lockLost, w.q.Say(i18n.ConsoleMembersLockLost)), option(lockStop, w.q.Say(i18n.ConsoleMembersLockStop))}
	open := w.Lockable(w.m)
	if w.m.Frozen || len(open) < 2 { // one alone is the whole
		return list, nil
	}
	for i, a := range open[:min(len(open), maxChats)] {
		list = append(list, option(chatField(i), w.q.Say(i18n.ConsoleMembersLockChat, "Chat", w.chatName(a))))
	}
	return list, nil
}

// may holds a lock against who the member is, under the same rules as in chat.
func (w *work) may() error {
	if w.m.ID == w.q.Me.Member {
		return loyalty.ErrSelf
	}
	other, employed, err := w.Vault.StaffOfMember(w.r, w.m.ID)
	if err == nil && employed && !people.AtLeast(w.q.Me.Role, other.Role) {
		err = bot.Refuse(i18n.FreezeStaff)
	}
	return err
}

// freeze locks the member, or one of their chats.
func freeze(w *work) (plan, error) {
	if err := w.may(); err != nil {
		return plan{}, err
	}
	what, open := w.q.Typed("what"), w.Lockable(w.m)
	said := w.q.Say(i18n.ConsoleMembersLocked)
	for i, a := range open[:min(len(open), maxChats)] {
		if what == chatField(i) && !w.m.Frozen && len(open) > 1 {
			rows := []Row{w.row(i18n.ConsoleMembersWhat, w.q.Say(i18n.ConsoleMembersLockChat, "Chat", w.chatName(a)))}
			return plan{Rows: rows, Warn: w.q.Say(i18n.ConsoleMembersLockChatHow), do: func(w *work) (done, error) {
				return done{said: said}, w.LockChat(w.call, w.m, a)
			}}, nil
		}
	}
	lost, err := w.lost(what == lockLost)
	if err != nil {
		return plan{}, err
	}
	label, how := i18n.ConsoleMembersLockStop, i18n.ConsoleMembersLockStopHow
	switch {
	case what != lockLost && what != lockStop:
		return refuse(i18n.ConsoleMembersLockWhich)
	case lost:
		label, how = i18n.ConsoleMembersLockLost, i18n.ConsoleMembersLockLostHow
	}
	return plan{Rows: []Row{w.row(i18n.ConsoleMembersWhat, w.q.Say(label))}, Warn: w.q.Say(how), do: func(w *work) (done, error) {
		return done{said: said}, w.LockAll(w.call, w.m, lost)
	}}, nil
}

// lost says whether a lock of the whole card may be ended by who proves to be its
// owner: an employee's is a manager's to end, and a stop stays a stop.
func (w *work) lost(asked bool) (bool, error) {
	_, employed, err := w.Vault.StaffOfMember(w.r, w.m.ID)
	if err != nil || employed || !asked || !w.m.Frozen {
		return asked && !employed, err
	}
	return w.Vault.Lost(w.r, w.m.ID)
}

// thaw obeys everything again.
func thaw(w *work) (plan, error) {
	if err := w.may(); err != nil {
		return plan{}, err
	}
	if !till.Locked(w.m) {
		return refuse(i18n.ConsoleMembersNotLocked)
	}
	return plan{Warn: w.q.Say(i18n.ConsoleMembersThawHow), do: func(w *work) (done, error) {
		return done{said: w.q.Say(i18n.ConsoleMembersThawed)}, w.Unlock(w.call, w.m)
	}}, nil
}

// offerTags are the tags that the member has.
func offerTags(w *work) (any, error) {
	have, err := w.Tags(w.r, w.m)
	list := []console.Option{{Label: "–"}}
	for _, t := range have {
		list = append(list, console.Option{Value: t, Label: t})
	}
	return list, err
}

// tags gives a tag, takes one away, or both.
func tags(w *work) (plan, error) {
	if w.q.Me.Member == w.m.ID { // tags choose who is offered what
		return plan{}, loyalty.ErrSelf
	}
	add, away := w.q.Typed("add"), w.q.Typed("away")
	have, err := w.Tags(w.r, w.m)
	if err != nil {
		return plan{}, err
	}
	var rows []Row
	if add != "" {
		if add, err = segment.Tidy(add); err != nil {
			return refuse(i18n.TagBad)
		}
		rows = append(rows, w.row(i18n.ConsoleMembersTagAdd, add))
	}
	if away != "" {
		if !slices.Contains(have, away) {
			return refuse(i18n.TagBad)
		}
		rows = append(rows, w.row(i18n.ConsoleMembersTagAway, away))
	}
	if len(rows) == 0 {
		return refuse(i18n.ConsoleMembersTagNone)
	}
	return plan{Rows: rows, do: func(w *work) (done, error) {
		tx := w.r.(store.Tx)
		if away != "" {
			// Who was merged into them brought theirs along.
			for _, id := range append(slices.Clone(w.m.Parts), w.m.ID) {
				if _, err := w.Segments.Untag(tx, id, away); err != nil && !errors.Is(err, people.ErrNotMember) {
					return done{}, err
				}
			}
		}
		if add != "" {
			_, err := w.Segments.Tag(tx, w.m.ID, add)
			switch {
			case errors.Is(err, segment.ErrTags):
				return done{}, bot.Refuse(i18n.TagFull, "Name", title(w.q, w.m))
			case errors.Is(err, people.ErrNotMember):
				return done{}, bot.Refuse(i18n.WhoNotMember)
			case err != nil:
				return done{}, err
			}
		}
		return done{said: w.q.Say(i18n.ConsoleMembersTagged)}, nil
	}}, nil
}
