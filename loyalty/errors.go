package loyalty

import (
	"errors"
	"fmt"
	"time"
)

// A refusal is an answer, not an accident: the rules say no, and nothing but
// the refusal itself is recorded. These are the refusals without arguments.
// One place above turns refusals into words; see [Refused].
var (
	ErrAlreadyReversed = refusal("already reversed")
	ErrSelf            = refusal("nobody acts on their own account as staff")
	ErrFrozen          = refusal("the account is frozen")
	ErrAmount          = refusal("the amount must be more than nothing")
	ErrOverflow        = refusal("the number is too large")
	ErrUnknownRef      = refusal("no entry has this reference")
	ErrHoldClosed      = refusal("the hold is captured, released or timed out")
	ErrReason          = refusal("a manual entry needs a reason")
	ErrMerged          = refusal("one of the accounts is part of another already, or they are one")
	ErrNotMerged       = refusal("the account is not part of another")
	ErrNewerMerge      = refusal("a newer merge must be taken back first")
	ErrFull            = refusal("the account has too many open lots, holds or waiting reversals")
	ErrGone            = refusal("the points were past their end before they came")
)

// errCarry is an entry that no merge can have made.
var errCarry = errors.New("what the entry carries does not fit its kind or the account")

// refusal is a refusal without arguments.
type refusal string

func (r refusal) Error() string { return "loyalty: " + string(r) }

// ShortError refuses to take more points than there are.
type ShortError struct {
	Need Points `json:"need"` // asked for
	Have Points `json:"have"` // available at that moment
}

func (e *ShortError) Error() string {
	return fmt.Sprintf("loyalty: %d points needed, %d available", e.Need, e.Have)
}

// LimitError refuses what is over an employee's cap, or a store's.
type LimitError struct {
	Span  Span   `json:"span"`  // which cap: an act's or the day's
	Limit Points `json:"limit"` // the cap
	Used  Points `json:"used"`  // already given that day; 0 for an act's cap
	Asked Points `json:"asked"` // what this act would give
}

// Span is what a cap covers.
type Span string

// The spans of caps.
const (
	SpanAct Span = "act"
	SpanDay Span = "day"
	// Those of all who give in a store together.
	SpanStoreAct Span = "store act"
	SpanStoreDay Span = "store day"
)

func (e *LimitError) Error() string {
	return fmt.Sprintf("loyalty: %d points asked, cap per %s is %d, %d used", e.Asked, e.Span, e.Limit, e.Used)
}

// ApprovalError says that a second person must approve. The caller asks one,
// and tries again under a new operation id with Approver set.
type ApprovalError struct {
	Over  Points `json:"over"`  // more than this needs approval
	Asked Points `json:"asked"` // what this act would give
}

func (e *ApprovalError) Error() string {
	return fmt.Sprintf("loyalty: %d points need a second person's approval (over %d)", e.Asked, e.Over)
}

// ConflictError says that an operation id was used before with another
// payload. Nothing is recorded; a program that meets it has a bug, or somebody
// tries something, so the caller raises an alarm.
type ConflictError struct {
	Op OpID `json:"op"`
}

func (e *ConflictError) Error() string {
	return "loyalty: operation id used before with another payload"
}

// DuplicateError refuses a second sale under one order number on one day.
type DuplicateError struct {
	Ref Ref       `json:"ref"` // the entry that has the order's points
	At  time.Time `json:"at"`  // when it was recorded
}

func (e *DuplicateError) Error() string {
	return "loyalty: this order has its points already, see " + string(e.Ref)
}

// ExcessError refuses to refund more money than is left of a sale.
type ExcessError struct {
	Asked Money `json:"asked"`
	Left  Money `json:"left"`
}

func (e *ExcessError) Error() string {
	return fmt.Sprintf("loyalty: refund of %d asked, %d left of the sale", e.Asked, e.Left)
}

// KindError refuses to undo, capture or release an entry of the wrong kind.
type KindError struct {
	Kind Kind `json:"kind"`
}

func (e *KindError) Error() string {
	return "loyalty: cannot do that to an entry of kind " + string(e.Kind)
}

// Refusal is how the rooms beside this one (vouchers, referrals) refuse: an error
// with this method is an answer, not an accident, as those here are.
type Refusal interface {
	error
	Refusal()
}

// Refused reports whether err is the rules saying no, in which case the
// transaction that met it is fit to commit, and should be: it holds the
// refusal under its operation id.
func Refused(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		switch err.(type) {
		case refusal, *ShortError, *LimitError, *ApprovalError, *ConflictError, *DuplicateError, *ExcessError, *KindError, Refusal:
			return true
		}
	}
	return false
}
