package chance

import (
	"fmt"
	"time"

	"regulars/loyalty"
)

// refusal is a refusal without arguments.
type refusal string

func (r refusal) Error() string { return "chance: " + string(r) }

// Refusal marks it as an answer, see [loyalty.Refused].
func (refusal) Refusal() {}

// The refusals without arguments.
var (
	ErrNoGame   = refusal("there is no such game")
	ErrLevel    = refusal("the game is for members of other tiers")
	ErrOver     = refusal("the game is over")
	ErrNoGo     = refusal("there is no free go, and goes cannot be had for points")
	ErrNoPacket = refusal("there is no such red packet")
	ErrEmpty    = refusal("every piece of the red packet is taken")
	ErrLate     = refusal("its time is over")
	ErrNoQuiz   = refusal("there is no such quiz")
	ErrGuessed  = refusal("an answer was given already")
	ErrOff      = refusal("the programme has nothing of it")
	// ErrReturned refuses who left the shop, is known to have been a member, and came
	// back after this was handed out: they may have had their part.
	ErrReturned = refusal("the member came back after it was handed out")
)

// NotYetError refuses before a game's first moment.
type NotYetError struct{ From time.Time }

// ManyError refuses because the member has had their goes.
type ManyError struct {
	Most int64
	Per  loyalty.Span
}

func (e *NotYetError) Error() string {
	return "chance: the game begins on " + e.From.UTC().Format(time.RFC3339)
}
func (e *ManyError) Error() string { return fmt.Sprintf("chance: %d goes per %s", e.Most, e.Per) }

// Refusal marks it as an answer.
func (*NotYetError) Refusal() {}

// Refusal marks it as an answer.
func (*ManyError) Refusal() {}
