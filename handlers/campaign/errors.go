package campaign

import (
	"errors"
	"fmt"
	"strings"

	"regulars/loyalty"
)

var (
	// ErrNone reports an id that no campaign has.
	ErrNone = errors.New("campaign: there is no such campaign; `regulars campaign list` shows them")
	// ErrManager refuses what a clerk may not do.
	ErrManager = errors.New("campaign: only a manager may do this")
	// ErrSame refuses a second yes of the person who gave the first.
	ErrSame = errors.New("campaign: somebody else than the one who sent it must confirm it")
	// ErrUncounted refuses to send what nobody counted since it was last changed, or
	// was counted too long ago.
	ErrUncounted = errors.New("campaign: its audience must be counted before it is sent")
	// ErrNobody refuses to send what would reach neither a member nor a group.
	ErrNobody = errors.New("campaign: it would reach nobody")
)

// StateError says that a campaign's state does not allow what was asked.
type StateError struct{ State State }

func (e *StateError) Error() string {
	return fmt.Sprintf("campaign: it is in the state %q, in which this cannot be done", string(e.State))
}

// ChangeError refuses a new version of a campaign under way that changes more
// than its words, picture, button labels and end: the recipients are frozen.
type ChangeError struct {
	Key string // of the draft, as in "segment"
}

func (e *ChangeError) Error() string {
	return fmt.Sprintf("campaign: %s cannot change once recipients are written down; stop it and make a new campaign", e.Key)
}

// DraftError says that a draft cannot be sent as it is.
type DraftError struct{ Complaints []Complaint }

func (e *DraftError) Error() string {
	var lines []string
	for _, c := range e.Complaints {
		lines = append(lines, c.String())
	}
	return "campaign: " + strings.Join(lines, "; ")
}

// BudgetError says that a campaign would cost more than its budget, or than the
// month has left.
type BudgetError struct {
	Needs, Has int64 // messages that are paid for
	Price      loyalty.Money
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("campaign: it needs %d paid messages and has %d", e.Needs, e.Has)
}
