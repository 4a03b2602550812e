package receipt

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Desk is how one shop issues and credits slips. It is a value without state and
// may be used by many at once.
type Desk struct {
	// Key derives the codes and hides them in the rows, at least 32 bytes. It
	// must never change.
	Key []byte
	// Programme is the version of the rules in force at a moment.
	Programme func(at time.Time) *loyalty.Programme
	// Until is the first moment at which a slip issued at an instant can no
	// longer be credited.
	Until func(issued time.Time) time.Time
	// Entry is an entry of the ledger, under the member who has its points by now
	// (two can be merged), and whether it was taken back as a whole. It refuses
	// with loyalty.ErrUnknownRef.
	Entry func(r store.Reader, ref loyalty.Ref) (e loyalty.Entry, back bool, err error)
}

// Act is the particulars of issuing a slip.
type Act struct {
	Op    loyalty.OpID  // asked for, at most 200 bytes; the same one gives the same slip
	Actor loyalty.Actor // asked for: in whose name the sale is credited
	Role  loyalty.Role  // of an employee, at this moment
	Store loyalty.Store
	At    time.Time // when the sale was; zero, or later than Now, is Now
	Now   time.Time // asked for
}

// State is where a slip is in its life.
type State string

// The states. A slip whose validity is over is still stored as Open, see
// [Slip.Claimable]; one whose sale was taken back after it was credited is still
// Credited: the ledger says the rest.
const (
	Open     State = "open"
	Credited State = "credited"
	Void     State = "void"
)

// Slip is a sale without a member, or what became of it.
type Slip struct {
	// Ref is its public name, as "7KQ2X": it is no secret, and no entry of the
	// ledger has one of its length ([IsRef]).
	Ref loyalty.Ref `json:"ref"`
	// Op issued it; the code is derived from it.
	Op     loyalty.OpID   `json:"op"`
	Amount loyalty.Money  `json:"amount"` // minor units
	Order  loyalty.Order  `json:"order,omitempty"`
	Lines  []loyalty.Line `json:"lines,omitempty"`
	Actor  loyalty.Actor  `json:"actor"`
	Role   loyalty.Role   `json:"role,omitempty"`
	Store  loyalty.Store  `json:"store,omitempty"`
	At     time.Time      `json:"at"`     // when the sale was
	Issued time.Time      `json:"issued"` // when the code was made
	Until  time.Time      `json:"until"`  // exclusive
	State  State          `json:"state"`

	Member loyalty.MemberID `json:"member,omitempty"` // credited to
	Entry  loyalty.Ref      `json:"entry,omitempty"`  // of the sale in the ledger
	Ended  time.Time        `json:"ended,omitzero"`   // credited or void since
	By     loyalty.Actor    `json:"by,omitempty"`     // who voided it
	Digest []byte           `json:"digest,omitempty"` // of what was issued, keyed
}

// Sale is the slip's sale as the ledger takes it.
func (s *Slip) Sale() loyalty.Sale {
	return loyalty.Sale{Amount: s.Amount, Order: s.Order, Lines: s.Lines}
}

// Claimable reports whether the slip can be credited at now.
func (s *Slip) Claimable(now time.Time) bool { return s.State == Open && now.Before(s.Until) }

// refusal is a refusal without arguments.
type refusal string

func (r refusal) Error() string { return "receipt: " + string(r) }

// Refusal marks it as an answer, see [loyalty.Refused].
func (refusal) Refusal() {}

var (
	// ErrCode is the one answer to a code that is unknown, void, expired, or
	// somebody else's.
	ErrCode = refusal("the code is not valid")
	// ErrYours says to the one who used a code that they have its points; the slip
	// comes with it.
	ErrYours = refusal("the code was used by the same member")
	// ErrCredited refuses to void what somebody has the points of: its entry is to
	// be taken back instead. The slip comes with it.
	ErrCredited = refusal("the slip is credited")
)
