package bot

import (
	"encoding/json"
	"time"

	"regulars/store"
)

// seenRow marks an event as done, with what it led to: a failed attempt stays
// failed (law 2).
type seenRow struct {
	At  time.Time `json:"at"`
	End string    `json:"e"`           // "done", "refused:<key>", "dead:<ref>", "quiet"
	Out IntentID  `json:"o,omitempty"` // the answer, to renew its token
}

// chatRow is what the bot remembers of a chat.
type chatRow struct {
	MenuAt     time.Time `json:"m,omitzero"` // when unasked words last got the menu
	MutedUntil time.Time `json:"q,omitzero"` // a person of the shop answers here

	Asking  time.Time `json:"a,omitzero"`  // a group: until when somebody may have a question open
	Group   string    `json:"g,omitempty"` // a group's short code; empty: a private chat
	Sealed  []byte    `json:"s,omitempty"` // groupFacts under the installation's key
	Joined  time.Time `json:"j,omitzero"`
	Left    time.Time `json:"l,omitzero"`
	MovedTo string    `json:"to,omitempty"` // the lane of the supergroup that it became
}

// sessionRow is an open conversation, sealed with its person's key.
type sessionRow struct {
	Until  time.Time `json:"u"`
	Sealed []byte    `json:"s"`
}

// tokenRow is what a one-time button means.
type tokenRow struct {
	For     PersonID  `json:"for"`
	Command string    `json:"c"`
	Args    string    `json:"a"` // never personal data: a reference or a key
	Until   time.Time `json:"u"`
	Used    bool      `json:"x,omitempty"`
}

// deadRow is an event whose handling failed, kept to be looked at and replayed.
type deadRow struct {
	At      time.Time   `json:"at"`
	Channel ChannelName `json:"ch"`
	Event   EventID     `json:"ev"`
	Kind    EventKind   `json:"k"`
	Person  PersonID    `json:"p,omitempty"`
	Error   string      `json:"e"`
	Sealed  []byte      `json:"s"` // the event
	Done    time.Time   `json:"d,omitzero"`
}

// quoteRow tells who said a LINE group message, for answers that quote it.
type quoteRow struct {
	At     time.Time `json:"at"`
	Sealed []byte    `json:"s"` // the UserID, under the installation's key
}

var (
	seenTable    = store.NewTable[seenRow]("seen/", store.Locked, whole("seen"))
	chatTable    = store.NewTable[chatRow]("chat/", store.Readable, store.FirstPart("chat"))
	sessionTable = store.NewTable[sessionRow]("sess/", store.Locked, store.FirstPart("chat"))
	tokenTable   = store.NewTable[tokenRow]("tok/", store.Locked, whole("tok"))
	deadTable    = store.NewTable[deadRow]("dead/", store.Locked, whole("dead"))
	quoteTable   = store.NewTable[quoteRow]("said/", store.Free, nil)
	groupTable   = store.NewTable[string]("group/", store.Readable, whole("group"))
)

// whole is the subject of a table whose every row is contended for alone.
func whole(word string) func([]byte) store.Subject {
	return func(rest []byte) store.Subject { return store.Subject(word + "/" + string(rest)) }
}

// How long rows are kept.
const (
	// SeenFor is far beyond any redelivery (Telegram 24 h; LINE undisclosed,
	// days). Events older than OldAfter are ignored, so that a replayed webhook
	// cannot outlive its mark.
	SeenFor  = 30 * 24 * time.Hour
	OldAfter = 25 * 24 * time.Hour
	// QuotesFor is how long a LINE message can be quoted to say who is meant.
	QuotesFor = 48 * time.Hour
	// DeadFor is how long an operator has to look at a dead letter.
	DeadFor = 90 * 24 * time.Hour
)

// seal and open are JSON under a person's key.
func (b *Bot) seal(tx store.Tx, id PersonID, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return b.Persons.Seal(tx, id, raw)
}

func (b *Bot) open(r store.Reader, id PersonID, sealed []byte, v any) error {
	raw, err := b.Persons.Open(r, id, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}
