package event

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// State is how a member stands to an event.
type State string

// The states.
const (
	Going     State = "going"     // has a place
	Waiting   State = "waiting"   // for one
	Cancelled State = "cancelled" // gave it up, or left the shop
	Arrived   State = "arrived"
	// Passed waited, and could not pay when a place was free, or the day of what they
	// had agreed to pay for was another by then.
	Passed State = "passed"
	// Off had a place or waited when the shop called the event off.
	Off State = "off"
	// NoShow had a place and did not come; it is never stored, see [Seat.StateAt].
	NoShow State = "no-show"
)

// Seat is one member's part of an event.
type Seat struct {
	Event  string           `json:"event"`
	Member loyalty.MemberID `json:"member"`
	State  State            `json:"state"`
	At     time.Time        `json:"at"` // when they signed up last
	// Times is how often they signed up: each has an operation of its own.
	Times  int            `json:"times"`
	Number int64          `json:"number,omitempty"` // Waiting: their place in the queue
	Code   loyalty.Ref    `json:"code"`             // of the ticket; no secret, and gives no right
	Price  loyalty.Points `json:"price,omitempty"`  // paid for the place
	Paid   loyalty.Ref    `json:"paid,omitempty"`   // the entry that paid it
	// Agreed says that who waited agreed to Price; without it, the seat is from before
	// that was asked, and costs what the event costs then.
	Agreed bool      `json:"agreed,omitempty"`
	Start  time.Time `json:"start"` // of the event when they signed up
	// Late says that they waited and had their place after CancelBy, when they could
	// not give it up in time any more.
	Late    bool              `json:"late,omitempty"`
	Choices map[string]string `json:"choices,omitempty"`
	// Words are the answers in words, as JSON, sealed with the member's key.
	Words   []byte        `json:"words,omitempty"`
	Remind  time.Time     `json:"remind,omitzero"`  // the reminder that is due
	Changed time.Time     `json:"changed,omitzero"` // into State
	By      loyalty.Actor `json:"by,omitempty"`     // Arrived: who let them in
}

// Ticket is the code as people read it: in two groups.
func (s *Seat) Ticket() string {
	const first = 4 // letters of the first group
	if len(s.Code) <= first {
		return string(s.Code)
	}
	return string(s.Code[:first]) + "-" + string(s.Code[first:])
}

// Holds says that the seat takes a place.
func (s *Seat) Holds() bool { return s.State == Going || s.State == Arrived }

// StateAt is the state as of a moment: who has a place and did not come is a
// no-show once the event has ended.
func (s *Seat) StateAt(e *loyalty.Event, now time.Time) State {
	if s.State == Going && !now.Before(e.End) {
		return NoShow
	}
	return s.State
}

// Counts is how full an event is.
type Counts struct {
	Taken   int64 `json:"taken,omitempty"`
	Waiting int64 `json:"waiting,omitempty"`
	Last    int64 `json:"last,omitempty"` // number of the last who waited
	Arrived int64 `json:"arrived,omitempty"`
	// Off is when the shop called the event off, and End when it is over, for
	// sweeping.
	Off time.Time `json:"off,omitzero"`
	End time.Time `json:"end,omitzero"`
	// Seen is when somebody signed up last: the programme of that moment has the
	// event, where that of now has it no more. Lost is since when it was missed.
	Seen time.Time `json:"seen,omitzero"`
	Lost time.Time `json:"lost,omitzero"`
}

// Made is an event that a manager made, with its words.
type Made struct {
	loyalty.Event
	Name  string        `json:"name"`
	About string        `json:"about,omitempty"`
	Where string        `json:"where,omitempty"`
	By    loyalty.Actor `json:"by"`
	At    time.Time     `json:"at"`
}

// ticket leads from a code to a seat.
type ticket struct {
	Event  string           `json:"event"`
	Member loyalty.MemberID `json:"member"`
	End    time.Time        `json:"end"` // of the event, for sweeping
}

// ended is when an event is over, for sweeping.
type ended struct {
	End time.Time `json:"end"`
}

var (
	mades   = store.NewTable[Made]("eventmade/", store.Readable, store.FirstPart("event"))
	counts  = store.NewTable[Counts]("eventcount/", store.Readable, store.FirstPart("event"))
	seats   = store.NewTable[Seat]("eventseat/", store.Readable, store.FirstPart("event"))
	queue   = store.NewTable[loyalty.MemberID]("eventqueue/", store.Readable, store.FirstPart("event"))
	offs    = store.NewTable[time.Time]("eventoff/", store.Readable, store.FirstPart("event"))
	tickets = store.NewTable[ticket]("eventticket/", store.Readable, store.FirstPart("eventticket"))
	ofs     = store.NewTable[ended]("eventof/", store.Readable, store.FirstPart("member"))
	dues    = store.NewTable[struct{}]("eventdue/", store.Readable, dueSubject)
)

// dueSubject is the event of a reminder, which stands second in its key.
func dueSubject(rest []byte) store.Subject {
	_, rest, _ = bytes.Cut(rest, []byte("/"))
	id, _, _ := bytes.Cut(rest, []byte("/"))
	return store.Subject("event/" + string(id))
}

// stamp is a time in a key: microseconds, as long as all others, so that it sorts.
func stamp(t time.Time) string { return fmt.Sprintf("%017d", t.UnixMicro()) }

func number(n int64) string { return fmt.Sprintf("%012d", n) }

// lock makes an event's rows, and members', an Update's own.
func lock(tx store.Tx, event string, members ...loyalty.MemberID) error {
	if event == "" || len(event) > 64 || strings.Contains(event, "/") {
		return fmt.Errorf("event: an id is 1 to 64 characters without a slash, not %d bytes of something else", len(event))
	}
	subjects := []store.Subject{store.Subject("event/" + event)}
	for _, m := range members {
		subjects = append(subjects, store.Subject("member/"+string(m)))
	}
	return tx.Lock(subjects...)
}
