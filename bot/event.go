package bot

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"time"
)

// ChannelName is the name a channel has in the configuration, as in "main".
type ChannelName string

// Platform is the kind of a channel.
type Platform string

// The platforms there are.
const (
	LINE     Platform = "line"
	Telegram Platform = "telegram"
)

// UserID is a platform's id of a person: "U…" on LINE, a decimal number on
// Telegram. It means something only together with its channel.
type UserID string

// ChatID is a platform's id of a chat. In a private chat it equals the UserID.
type ChatID string

// EventID is a platform's id of an event, unique within its channel:
// webhookEventId on LINE, update_id on Telegram.
type EventID string

// MessageID is a platform's id of a message, unique within its chat on
// Telegram and within its channel on LINE.
type MessageID string

// Identity is one account of a person on one channel.
type Identity struct {
	Channel ChannelName `json:"ch"`
	User    UserID      `json:"u"`
}

// Chat is where something was said.
type Chat struct {
	Channel ChannelName `json:"ch"`
	ID      ChatID      `json:"id"`
	Group   bool        `json:"g,omitempty"`  // a group, room or supergroup
	Thread  int64       `json:"th,omitempty"` // Telegram's forum topic; 0: none
}

// EventKind says what happened.
type EventKind string

// The kinds that the adapters tell apart. What they cannot tell is Odd.
const (
	Said       EventKind = "said"        // a text; Text, Mentions, Quoted
	Pressed    EventKind = "pressed"     // a button; Data, On
	Shared     EventKind = "shared"      // a contact card; Contact
	Sent       EventKind = "sent"        // a sticker, picture, place or the like
	Followed   EventKind = "followed"    // the person added or unblocked the bot
	Blocked    EventKind = "blocked"     // the person blocked the bot
	BotJoined  EventKind = "bot-joined"  // the bot was added to a group
	BotLeft    EventKind = "bot-left"    // the bot was removed from a group
	PeopleCame EventKind = "people-came" // Members joined a group
	PeopleLeft EventKind = "people-left" // Members left a group
	Migrated   EventKind = "migrated"    // a group has the new id MovedTo
	Knocked    EventKind = "knocked"     // somebody asks to be let into a group, Into; Chat is where they can be answered
	Unsent     EventKind = "unsent"      // a message was taken back; On
	Odd        EventKind = "odd"         // understood by nobody; kept, answered 200
	Ignored    EventKind = "ignored"     // understood, and of no meaning here: a topic was opened, another bot spoke
	Standby    EventKind = "standby"     // LINE: another module answers this chat
)

// Event is one thing that happened on a platform, as every adapter tells it.
// It knows no platform's wire format.
type Event struct {
	ID          EventID     `json:"id"`
	Channel     ChannelName `json:"ch"`
	Platform    Platform    `json:"pf"`
	Kind        EventKind   `json:"k"`
	At          time.Time   `json:"at"` // by the platform's clock
	Redelivered bool        `json:"re,omitempty"`
	Chat        Chat        `json:"chat"`

	// From is who did it; empty when the platform does not say (LINE groups).
	From     UserID `json:"from,omitempty"`
	Name     string `json:"name,omitempty"`     // display name, if the event carries one
	Username string `json:"username,omitempty"` // Telegram's @name, without @
	Language string `json:"lang,omitempty"`     // the app's language tag, if told

	Text     string    `json:"text,omitempty"`
	Mentions []Mention `json:"mentions,omitempty"`
	ToBot    bool      `json:"tobot,omitempty"` // mentions the bot, replies to it, or names it (/points@bot)
	Message  MessageID `json:"msg,omitempty"`   // the message said
	Quoted   *Quote    `json:"quoted,omitempty"`
	Data     string    `json:"data,omitempty"` // the pressed button's payload
	On       MessageID `json:"on,omitempty"`   // the message the button stood on, or that was unsent
	Callback string    `json:"cb,omitempty"`   // Telegram's callback query id, to be answered
	Contact  *Contact  `json:"contact,omitempty"`
	Members  []UserID  `json:"members,omitempty"`
	MovedTo  ChatID    `json:"movedto,omitempty"`
	Title    string    `json:"title,omitempty"` // of a group, if told
	Into     ChatID    `json:"into,omitempty"`

	Reply ReplyToken `json:"reply,omitzero"`
	// Raw is the platform's own bytes of an Odd event, to be kept for a look.
	Raw []byte `json:"raw,omitempty"`
}

// Mention is a piece of the text that names a person.
type Mention struct {
	Start, Len int    // bytes within Text
	User       UserID // empty when only a @name is known
	Username   string // without @, Telegram
	Bot        bool   // it names this bot
}

// Quote is the message that a message answers. LINE tells its id only.
type Quote struct {
	Message MessageID `json:"msg"`
	From    UserID    `json:"from,omitempty"`
	Name    string    `json:"name,omitempty"`
	Bot     bool      `json:"bot,omitempty"` // it was sent by this bot
}

// Contact is a shared contact card. Own is true only when the platform vouches
// that the card is the sender's own (PLATFORMS: contact.user_id == from.id, in
// a private chat, not forwarded).
type Contact struct {
	Phone string `json:"phone"`
	Own   bool   `json:"own"`
}

// ReplyToken lets one answer go out free of charge until its deadline (LINE).
type ReplyToken struct {
	Value string    `json:"v"`
	Until time.Time `json:"until"`
}

// Identity of the one who caused e.
func (e *Event) Identity() Identity { return Identity{e.Channel, e.From} }

// Adapter is one configured channel of a platform, as the rest of the program
// sees it: it reads webhooks and sends letters.
type Adapter interface {
	Channel() ChannelName
	Platform() Platform
	// Decode checks that body was signed for this channel and reads its events.
	// ErrForged means that nothing was parsed. One odd event among many becomes
	// an event of kind Odd and does not disturb the others.
	Decode(h http.Header, body []byte) ([]Event, error)
	Sender
	// Profile asks the platform for what it will tell of a person.
	Profile(ctx context.Context, u UserID) (Profile, error)
}

// Profile is what a platform tells of a person.
type Profile struct {
	Name     string
	Language string // a BCP 47 tag, or empty
}

// Doorkeeper lets people into groups and out of them, on platforms where a program
// may. Adapters of such platforms are one besides.
type Doorkeeper interface {
	// DoorLink makes a link with which people ask to be let into a group; name is for
	// the group's administrators. ErrNoRights, ErrNoGroup.
	DoorLink(ctx context.Context, group ChatID, name string) (link string, err error)
	// KeepsDoor says with an error, as DoorLink does, that people could not be let in
	// or out now.
	KeepsDoor(ctx context.Context, group ChatID) error
}

// What keeps a Doorkeeper from a group's door.
var (
	ErrNoRights = errors.New("bot: the bot is no administrator who may invite and ban")
	ErrNoGroup  = errors.New("bot: the bot is not in the group")
)

// Lane is a keyed hash that stands for a chat in keys, where its id must not.
type Lane [12]byte

func (l Lane) String() string { return hex.EncodeToString(l[:]) }
