package campaign

import (
	"fmt"
	"slices"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/store"
)

// State is where a campaign stands.
type State string

// The states. Stopped and Done are final.
const (
	Drafted   State = "draft"
	Waiting   State = "waiting"   // for a manager, or for a second one
	Scheduled State = "scheduled" // for its time
	Freezing  State = "freezing"  // its recipients are being written down
	Sending   State = "sending"
	Paused    State = "paused"
	Stopped   State = "stopped"
	Done      State = "done"
)

// Campaign is what is known of one beside its words.
type Campaign struct {
	ID      ID            `json:"-"`
	State   State         `json:"s"`
	Name    string        `json:"name"`
	By      loyalty.Actor `json:"by"` // who drafted it
	Born    time.Time     `json:"born"`
	Version int           `json:"v"` // the newest

	// Counted is the audience as it was last counted, of which version and when.
	Counted *Counted `json:"counted,omitempty"`
	// Asking is who waits to hear what a count comes to, see [Engine.AskCount].
	Asking bot.PersonID `json:"asking,omitempty"`
	// Reporting is who waits to hear what came of it.
	Reporting bot.PersonID `json:"reporting,omitempty"`
	// Asked is who asked for it to be sent, Yes the managers who agreed, in order.
	Asked loyalty.Actor   `json:"asked,omitempty"`
	Yes   []loyalty.Actor `json:"yes,omitempty"`
	Start time.Time       `json:"start,omitzero"` // when freezing begins
	// Before is the state that a pause interrupted; Why is "" for a pause by hand,
	// WhyGrew, WhyChanged, WhyRestored, or the outbox's word.
	Before State  `json:"before,omitempty"`
	Why    string `json:"why,omitempty"`

	FrozenAt time.Time        `json:"frozen,omitzero"` // the now of the segment
	Cursor   loyalty.MemberID `json:"cursor,omitempty"`
	Walked   bool             `json:"walked,omitempty"`  // all members were looked at
	People   int64            `json:"people,omitempty"`  // frozen as recipients
	Parts    int              `json:"parts,omitempty"`   // full ones written, and at the end all
	Held     int64            `json:"held,omitempty"`    // left out as a control
	Skipped  map[string]int64 `json:"skipped,omitempty"` // not frozen, by why
	Wordings []string         `json:"words,omitempty"`   // that somebody is to read, as in "zh-TW/a"
	Personal []string         `json:"pers,omitempty"`    // of these, those with fields of the recipient's own

	SendingAt time.Time `json:"sending,omitzero"` // when the first may have gone
	Changes   []Change  `json:"changes,omitempty"`
	EndedAt   time.Time `json:"ended,omitzero"` // when the sending was over; the journey goes on
	Walk      *Walk     `json:"way,omitempty"`  // the journey, once it began
}

// Change is a new version of a campaign under way: whoever was not begun by
// then gets the new words.
type Change struct {
	Version int           `json:"v"` // the new one
	By      loyalty.Actor `json:"by"`
	At      time.Time     `json:"at"`
	Begun   int64         `json:"begun"` // recipients whose words were made before
}

// Counted is an audience with the version that it was counted for.
type Counted struct {
	Version  int       `json:"v"`
	At       time.Time `json:"at"`
	Audience Audience  `json:"a"`
}

// Why a campaign is paused by itself.
const (
	WhyGrew    = "grew"    // so many more members than were counted that a second manager must look
	WhyChanged = "changed" // what two managers agreed to was changed by one of them
)

// Asks says that it is paused until another manager agrees, see [Engine.Approve].
func (c *Campaign) Asks() bool {
	return c.State == Paused && (c.Why == WhyGrew || c.Why == WhyChanged)
}

// Ended says that nothing more comes of it.
func (c *Campaign) Ended() bool { return c.State == Stopped || c.State == Done }

// heldPart is a page of members who are left out: 16 bytes each.
type heldPart struct {
	People []byte `json:"p"`
}

// openPart is a part that is not full yet.
type openPart struct {
	Key    partKey `json:"k"`
	People []byte  `json:"p"`
}

var (
	// A list in a chat reads campaigns as they were a moment ago; who changes one
	// locks it, see Get.
	table  = store.NewTable[Campaign]("campaign/", store.Readable, store.FirstPart("campaign"))
	drafts = store.NewTable[Draft]("campdraft/", store.Locked, store.FirstPart("campaign"))
	opens  = store.NewTable[openPart]("campopen/", store.Locked, store.FirstPart("campaign"))
	held   = store.NewTable[heldPart]("campheld/", store.Locked, store.FirstPart("campaign"))
)

// subject is what to lock before a campaign is read in order to change it.
func subject(id ID) store.Subject { return store.Subject("campaign/" + string(id)) }

func number(n int) string { return fmt.Sprintf("%06d", n) }

// Get is a campaign; ErrNone where there is none. An Update locks it.
func (e *Engine) Get(r store.Reader, id ID) (Campaign, error) {
	if tx, ok := r.(store.Tx); ok {
		if err := tx.Lock(subject(id)); err != nil {
			return Campaign{}, err
		}
	}
	c, ok, err := table.Get(r, string(id))
	if err == nil && !ok {
		err = ErrNone
	}
	c.ID = id
	return c, err
}

// Draft is what a campaign says in a version; 0 is the newest. An Update locks
// the campaign.
func (e *Engine) Draft(r store.Reader, id ID, version int) (Draft, error) {
	if version == 0 {
		c, err := e.Get(r, id)
		if err != nil {
			return Draft{}, err
		}
		version = c.Version
	}
	d, ok, err := drafts.Get(r, string(id), number(version))
	if err == nil && !ok {
		err = ErrNone
	}
	return d, err
}

// List gives the campaigns, the newest first, at most limit; 0 is all.
func (e *Engine) List(r store.Reader, limit int) (list []Campaign, err error) {
	for id, c := range table.Scan(r, table.All(), &err) {
		c.ID = ID(id)
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b Campaign) int { return b.Born.Compare(a.Born) })
	if limit > 0 && len(list) > limit {
		list = list[:limit]
	}
	return list, err
}

// put stores c, in an Update that locked it.
func put(tx store.Tx, c Campaign) error { return table.Put(tx, c, string(c.ID)) }
