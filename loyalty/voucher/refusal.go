package voucher

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"regulars/loyalty"
)

// Refusals without arguments; see [loyalty.Refused].
var (
	ErrUnknownReward = refusal("there is no such reward, or it is not to be had for points")
	ErrLevel         = refusal("the reward is for other tiers")
	ErrPlan          = refusal("the reward is for who has another paid plan")
	ErrOver          = refusal("the reward is no longer given")
	ErrUnknownCode   = refusal("no voucher has this code")
	ErrUnknown       = refusal("no such voucher of this member")
	ErrVoid          = refusal("the voucher was given back or withdrawn")
	ErrForfeit       = refusal("the points of this voucher would not come back, so that it is not given back")
	ErrStaff         = refusal("members do not use vouchers themselves: staff do")
	ErrNotUsed       = refusal("the voucher is not used, so that no use can be undone")
)

// refusal is a refusal without arguments.
type refusal string

func (r refusal) Error() string { return "voucher: " + string(r) }

// Refusal marks the type for [loyalty.Refused], as do those below.
func (r refusal) Refusal() {}

// SoldOutError refuses because nothing is left of a reward.
type SoldOutError struct {
	Reward string `json:"reward"`
}

// LimitError refuses because the member has had their number of a reward.
type LimitError struct {
	Reward string       `json:"reward"`
	Most   int64        `json:"most"`
	Per    loyalty.Span `json:"per,omitempty"`  // "" for ever
	Again  time.Time    `json:"again,omitzero"` // when the period is over; zero for ever
}

// NotYetError refuses before the reward's first moment.
type NotYetError struct {
	From time.Time `json:"from"`
}

// UsedError refuses a voucher that was used, and says when and where.
type UsedError struct {
	At    time.Time     `json:"at"`
	Store loyalty.Store `json:"store,omitempty"`
	By    loyalty.Actor `json:"by"`
	Ref   loyalty.Ref   `json:"ref,omitempty"` // the entry; a present has none
}

// LapsedError refuses a voucher whose time is over.
type LapsedError struct {
	At time.Time `json:"at"` // the first instant at which it was
}

// StoreError refuses a voucher in a store where it is not taken.
type StoreError struct {
	Stores []loyalty.Store `json:"stores"` // where it is
}

func (e *SoldOutError) Error() string { return "voucher: nothing is left of reward " + e.Reward }
func (e *LimitError) Error() string {
	return fmt.Sprintf("voucher: reward %s is given %d times per %q to one member", e.Reward, e.Most, e.Per)
}
func (e *NotYetError) Error() string { return "voucher: the reward is given from " + stamp(e.From) }
func (e *UsedError) Error() string {
	return fmt.Sprintf("voucher: used on %s in store %q", stamp(e.At), e.Store)
}
func (e *LapsedError) Error() string { return "voucher: lapsed on " + stamp(e.At) }
func (e *StoreError) Error() string  { return fmt.Sprintf("voucher: taken in %q only", e.Stores) }

// Refusal marks the type for [loyalty.Refused].
func (*SoldOutError) Refusal() {}

// Refusal marks the type for [loyalty.Refused].
func (*LimitError) Refusal() {}

// Refusal marks the type for [loyalty.Refused].
func (*NotYetError) Refusal() {}

// Refusal marks the type for [loyalty.Refused].
func (*UsedError) Refusal() {}

// Refusal marks the type for [loyalty.Refused].
func (*LapsedError) Refusal() {}

// Refusal marks the type for [loyalty.Refused].
func (*StoreError) Refusal() {}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// refusalRow is a refusal as it is stored: the name of its type, or the text of
// one without arguments, and its fields.
type refusalRow struct {
	Code string          `json:"code"`
	Args json.RawMessage `json:"args,omitempty"`
}

// plain are the refusals without arguments that an operation here may meet, the
// book's among them.
var plain = []error{
	ErrUnknownReward, ErrLevel, ErrPlan, ErrOver, ErrUnknownCode, ErrUnknown, ErrVoid, ErrForfeit, ErrStaff, ErrNotUsed,
	loyalty.ErrSelf, loyalty.ErrFrozen, loyalty.ErrFull, loyalty.ErrAmount, loyalty.ErrOverflow,
	loyalty.ErrUnknownRef, loyalty.ErrHoldClosed, loyalty.ErrAlreadyReversed, loyalty.ErrReason,
}

// form is how one type of refusal is stored.
type form struct {
	code string
	as   func(error) (error, bool) // finds one in a chain
	new  func() error
}

func formOf[T any, P interface {
	*T
	error
}](code string) form {
	return form{code, func(err error) (error, bool) { var e P; ok := errors.As(err, &e); return e, ok }, func() error { return P(new(T)) }}
}

var forms = []form{
	formOf[SoldOutError]("sold_out"), formOf[LimitError]("limit"), formOf[NotYetError]("not_yet"),
	formOf[UsedError]("used"), formOf[LapsedError]("lapsed"), formOf[StoreError]("store"),
	formOf[loyalty.ShortError]("short"), formOf[loyalty.KindError]("kind"), formOf[loyalty.LimitError]("cap"),
	formOf[loyalty.ApprovalError]("approval"), formOf[loyalty.StopError]("stop"),
}

// pack is the stored form of a refusal.
func pack(err error) (*refusalRow, error) {
	for _, p := range plain {
		if errors.Is(err, p) {
			return &refusalRow{Code: p.Error()}, nil
		}
	}
	for _, f := range forms {
		if e, ok := f.as(err); ok {
			args, jerr := json.Marshal(e)
			return &refusalRow{f.code, args}, jerr
		}
	}
	return nil, fmt.Errorf("voucher: no stored form of refusal: %w", err)
}

// unpack is the refusal that was stored.
func (r *refusalRow) unpack() error {
	for _, p := range plain {
		if p.Error() == r.Code {
			return p
		}
	}
	for _, f := range forms {
		if f.code == r.Code {
			e := f.new()
			if err := json.Unmarshal(r.Args, e); err != nil {
				return err
			}
			return e
		}
	}
	return fmt.Errorf("voucher: stored refusal %q is of no known kind", r.Code)
}
