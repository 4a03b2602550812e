package campaign

import (
	"time"

	"regulars/bot"
	"regulars/store"
)

// Bulks is what the outbox does with many recipients of one text.
type Bulks interface {
	// Open makes an empty bulk that does not send yet.
	Open(tx store.Tx, b Bulk) error
	// Add appends part n (from 0) to it.
	Add(tx store.Tx, id string, n int, p Part) error
	Start(tx store.Tx, id string) error
	Pause(tx store.Tx, id string) error
	Resume(tx store.Tx, id string) error
	// Stop ends it: what no try was begun for is not sent.
	Stop(tx store.Tx, id string) error
	// Begun is for how many recipients a try was begun, whatever came of it.
	Begun(r store.Reader, id string) (int64, error)
	// Tally is how many recipients are in which state, by wording.
	Tally(r store.Reader, id string) (Tally, error)
}

// Bulk is one campaign as the outbox knows it.
type Bulk struct {
	ID        string
	NotBefore time.Time
	NotAfter  time.Time
	Budget    int64 // paid messages; 0: no bound
}

// Part is at most PartSize recipients who get the same wording over one channel.
type Part struct {
	Channel   bot.ChannelName
	Wording   string
	Personal  bool // each has words of their own
	NotBefore time.Time
	People    []bot.PersonID
}

// PartSize is how many recipients a part has at most (LINE docs,
// #send-multicast-message: 500 user ids).
const PartSize = 500

// Tally is what became of a bulk's recipients.
type Tally struct {
	ByWording map[string]map[string]int64 // by wording and then by state, as in "sent"
	Billed    int64                       // messages paid for
	Pending   int64                       // of them no outcome is known yet
	Done      bool
}

func bulkID(id ID) string { return string(id) }
