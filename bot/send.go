package bot

import (
	"context"
	"errors"
	"time"

	"regulars/store"
)

// Class is what an intent is for. It decides how far the outbox goes to get it
// delivered, what it may cost, and whose consent it needs.
type Class string

// The classes, most urgent first.
const (
	Answer  Class = "answer"  // to something the person just did
	Receipt Class = "receipt" // what happened to their points or vouchers
	Gift    Class = "gift"
	Nudge   Class = "nudge"
	Promo   Class = "promo"
)

// Carriage says how an intent may travel when no reply token is at hand.
type Carriage string

const (
	// PushNow sends it by itself, on LINE for money.
	PushNow Carriage = "push"
	// RideOnly waits for the next answer to that person and is never pushed
	// where a push costs money; where messages are free it goes at once.
	RideOnly Carriage = "ride"
	// RideThenPush waits for the next answer until NotBefore+its patience, that
	// is until RideUntil, and is pushed then.
	RideThenPush Carriage = "ride-then-push"
)

// IntentID names an intent. It is made from the event or job that caused it,
// so that doing the same thing twice makes the same intent.
type IntentID string

// Intent is something to be said: whom, what, class, not before, not after.
// Its letter is sealed with the receiver's key in the outbox.
type Intent struct {
	ID        IntentID
	Channel   ChannelName
	Lane      Lane
	Person    PersonID // empty for a group
	Class     Class
	Carriage  Carriage
	Born      time.Time
	NotBefore time.Time // zero: at once
	NotAfter  time.Time // zero: for ever
	RideUntil time.Time // RideThenPush only
	Ref       string    // the reference a receipt is known by, e.g. "7KQ2"
	Letter    Letter
}

// Outbox is where turns and jobs leave what is to be said.
type Outbox interface {
	// Put stores intents in tx. Answers in a private chat take along what
	// waits to ride (free, up to MaxMessages in all).
	Put(tx store.Tx, now time.Time, intents ...Intent) error
	// Renew gives an intent whose answer has not gone out the token of a
	// redelivered event, and does nothing if it has gone out.
	Renew(tx store.Tx, id IntentID, token ReplyToken) error
	// Nudge is called after the commit with what was put, and returns at once.
	Nudge(intents ...Intent)
}

// Call is one request to a platform, ready to be stored and sent: the same
// bytes at every try.
type Call struct {
	// Method is the adapter's own word for the endpoint, as in "reply", "push",
	// "sendMessage".
	Method string `json:"m"`
	// Body is the exact request body; its form is the adapter's own.
	Body []byte `json:"b"`
	// Cost is how many paid messages it counts for, per receiver (LINE: 1 for a
	// push whatever its bubbles; a reply is 0; Telegram is 0).
	Cost int `json:"c,omitempty"`
	// Idempotent says that the platform recognises a retry key.
	Idempotent bool `json:"i,omitempty"`
}

// Outcome is what became of a Call, as far as can be known.
type Outcome string

const (
	// Delivered: the platform accepted it, now or at an earlier try.
	Delivered Outcome = "delivered"
	// NotSent: certainly without effect; it may be tried again (refused
	// connection, 500 of an endpoint without a retry key, 429).
	NotSent Outcome = "not-sent"
	// Unknown: it may have taken effect or not (time-out or reset after the
	// body went out, an answer that is not JSON).
	Unknown Outcome = "unknown"
	// TokenDead: the reply token is used up or too old.
	TokenDead Outcome = "token-dead"
	// Unreachable: the person blocked the bot, left, or never wrote to it.
	Unreachable Outcome = "unreachable"
	// Moved: the chat has another id, MovedTo.
	Moved Outcome = "moved"
	// QuotaUsed: the month's paid messages are used up; stop this class.
	QuotaUsed Outcome = "quota-used"
	// Rejected: the platform will never accept these bytes: a defect of ours.
	Rejected Outcome = "rejected"
	// Unauthorised: the channel's token is wrong; nothing will go until it is mended.
	Unauthorised Outcome = "unauthorised"
)

// Result is an Outcome with what comes along.
type Result struct {
	Outcome    Outcome
	RetryAfter time.Duration // with NotSent: how long the whole channel must wait; 0: the outbox chooses
	MovedTo    ChatID
	Messages   []MessageID // ids of what was sent, where told
	Date       time.Time   // the platform's Date header; zero if none
	Err        error       // for the log; free of tokens and personal data
}

// Sender turns letters into calls and makes them.
type Sender interface {
	// Encode turns a letter into the calls that say it, in order. With
	// byReply the letter's reply token is used where the platform has such.
	Encode(l Letter, byReply bool) ([]Call, error)
	// Send makes one call. retryKey is a UUID that stays the same for the same
	// body, or empty where the call is not Idempotent.
	Send(ctx context.Context, c Call, retryKey string) Result
	// Wait says that the person's message is being worked on (a loading
	// animation, "typing…"), at no cost. Failing is no harm.
	Wait(ctx context.Context, to Address)
}

// ErrForged reports a webhook that was not signed for its channel.
var ErrForged = errors.New("bot: webhook not signed for this channel")
