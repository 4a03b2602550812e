package bot

import (
	"time"

	"regulars/bot/limit"
	"regulars/i18n"
)

// How much the bot listens to. People at a counter come nowhere near; who floods
// is told once and then not answered, so that a flood costs no row, no message and
// nobody else's time. Each replica counts for itself.
var (
	// A person in a chat with the bot alone, and in one group.
	saysAlone    = limit.Rate{Burst: 60, Every: 2 * time.Second, Rest: time.Minute}
	pressesAlone = limit.Rate{Burst: 120, Every: time.Second, Rest: time.Minute}
	saysAmong    = limit.Rate{Burst: 20, Every: 5 * time.Second, Rest: time.Minute}
	pressesAmong = limit.Rate{Burst: 60, Every: time.Second, Rest: time.Minute}
	// A person in all their chats together.
	everywhere = limit.Rate{Burst: 240, Every: time.Second, Rest: time.Minute}
	// A group as a whole: Telegram lets a bot say 20 things a minute there. Many
	// press at once where a packet is handed out.
	groupSays    = limit.Rate{Burst: 45, Every: 3 * time.Second, Rest: time.Minute}
	groupPresses = limit.Rate{Burst: 600, Every: time.Second / 5, Rest: 10 * time.Second}
	// What is not for the bot, of which only who said it is remembered.
	chatters = limit.Rate{Burst: 600, Every: time.Second}
	// How often one chat is told that it is too much.
	tellings = limit.Rate{Burst: 1, Every: time.Hour}
)

// speaker is who does something, and where.
type speaker struct {
	Chat Chat
	Who  UserID
}

// Flood counts what is said, before anything is read or written for it. The zero
// value is not ready, see [NewFlood].
type Flood struct {
	says, presses           *limit.Limiter[speaker] // alone with the bot
	saysAmong, pressesAmong *limit.Limiter[speaker]
	everywhere              *limit.Limiter[Identity]
	groupSays, groupPresses *limit.Limiter[Chat]
	chatter                 *limit.Limiter[Chat]
	told                    *limit.Limiter[Chat]
}

// NewFlood makes what bounds a bot's patience.
func NewFlood() *Flood {
	return &Flood{
		says: limit.New[speaker](saysAlone), presses: limit.New[speaker](pressesAlone),
		saysAmong: limit.New[speaker](saysAmong), pressesAmong: limit.New[speaker](pressesAmong),
		everywhere: limit.New[Identity](everywhere),
		groupSays:  limit.New[Chat](groupSays), groupPresses: limit.New[Chat](groupPresses),
		chatter: limit.New[Chat](chatters), told: limit.New[Chat](tellings),
	}
}

// verdict is what becomes of an event.
type verdict int

const (
	heed verdict = iota // it is done
	slow                // it is not done, and its speaker is told so
	drop                // it is as if it had never come
)

// weigh counts an event. What a platform tells of itself is always heeded: who
// blocked the bot, left or came must be known.
func (f *Flood) weigh(e *Event, now time.Time) verdict {
	if f == nil || e.Chat.ID == "" {
		return heed
	}
	chat := e.Chat
	chat.Thread = 0 // a topic is no other group
	switch e.Kind {
	case Blocked, BotJoined, BotLeft, PeopleCame, PeopleLeft, Migrated, Unsent:
		return heed
	case Said, Pressed, Shared, Sent, Followed, Knocked:
		if !chat.Group || e.forBot() {
			return f.weighWords(e, chat, now)
		}
	}
	if f.chatter.Take(chat, now) > 0 {
		return drop
	}
	return heed
}

// forBot says whether what is done in a group is meant for the bot.
func (e *Event) forBot() bool {
	if e.Kind != Said {
		return e.Kind == Pressed || e.Kind == Knocked
	}
	_, slash := ParseLine(e.Text)
	return slash || e.ToBot
}

// weighWords counts what a person says to the bot: first for the person, so that
// one who floods a group does not use up what the others may say there.
func (f *Flood) weighWords(e *Event, chat Chat, now time.Time) verdict {
	who := speaker{chat, e.From}
	mine, whole := f.says, f.groupSays
	switch {
	case chat.Group && e.Kind == Pressed:
		mine, whole = f.pressesAmong, f.groupPresses
	case chat.Group:
		mine = f.saysAmong
	case e.Kind == Pressed:
		mine = f.presses
	}
	over := mine.Take(who, now) > 0 || e.From != "" && f.everywhere.Take(e.Identity(), now) > 0 ||
		chat.Group && whole.Take(chat, now) > 0
	switch {
	case !over:
		return heed
	case e.expectsAnswer() && f.told.Take(chat, now) == 0:
		return slow
	}
	return drop
}

// expectsAnswer says whether silence would be noticed: chatter gets none anyway.
func (e *Event) expectsAnswer() bool {
	if e.Kind == Said {
		_, slash := ParseLine(e.Text)
		return slash || e.ToBot
	}
	return e.Kind == Pressed
}

// slowDown answers what was too much.
func (t *Turn) slowDown() (string, error) {
	switch {
	case t.Person.Frozen:
		return "quiet", nil
	case t.Event.Chat.Group:
		t.Say(Message{
			Text:    t.Word(i18n.AbuseSlowGroup),
			Buttons: []Button{{Label: t.Word(i18n.BotOpenPrivate), Do: DoPrivate, Value: "menu"}},
		})
	default:
		t.SayText(i18n.AbuseSlow)
	}
	return "slow", nil
}
