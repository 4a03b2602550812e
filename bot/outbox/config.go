package outbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"regulars/bot"
	"regulars/store"
)

// Channel is what the outbox needs of a configured channel; a bot.Adapter is
// one.
type Channel interface {
	bot.Sender
	Platform() bot.Platform
}

// Verdict is what MaySend says of an intent. The zero Verdict lets it go.
type Verdict struct {
	// Why, when set, suppresses the intent for good: "opted-out", "blocked",
	// "capped". It is kept in the intent's row and must hold no personal data.
	Why string
	// NotBefore, when set, puts it off: quiet hours.
	NotBefore time.Time
}

// Config is what an Outbox is made of. DB, Persons and Channels are needed, the
// rest has defaults.
type Config struct {
	DB       store.DB
	Persons  bot.Persons
	Channels map[bot.ChannelName]Channel
	Clock    bot.Clock    // default: bot.SystemClock
	Log      *slog.Logger // default: slog.Default
	Rand     io.Reader    // of retry keys; default: crypto/rand.Reader
	// Replica is this process among others on the same store; nil: it is alone.
	// It must be joined while Run runs and before the first Put.
	Replica Replica

	// MaySend is asked in the commit that stores key and body, for every try of
	// all but answers, and for riders. It may lock and read, and runs again
	// when the transaction does. nil lets everything go.
	MaySend func(tx store.Tx, i bot.Intent, now time.Time) (Verdict, error)
	// Free says whether messages cost nothing on a channel. Default: all but
	// LINE's.
	Free func(bot.ChannelName) bool
	// Plan is what messages cost and may cost at a moment. nil: no limits but
	// the platform's own.
	Plan func(now time.Time) Plan
	// Bulk is asked about one text to many; nil: there are no bulks.
	Bulk *BulkHooks
	// Paces overrides DefaultPace for channels.
	Paces map[bot.ChannelName]Pace

	// OnMoved is told that a chat has another id, before the letter goes there.
	OnMoved func(ctx context.Context, from bot.Chat, to bot.ChatID) error
	// OnUnreachable is told that a person (empty for a group) cannot be
	// reached, after what waited for that chat was suppressed.
	OnUnreachable func(ctx context.Context, person bot.PersonID, to bot.Address)
	// OnDropHeld ends what others who send kept back because of a Hold of that
	// moment, before it is lifted, and tells how many that were.
	OnDropHeld func(ctx context.Context, hold time.Time) (n int, err error)
	// OnDate is told the platform's clock beside our own, where a call gave it.
	OnDate func(ch bot.ChannelName, platform, ours time.Time)

	Zone       *time.Location // of the days in Stats; default UTC
	Workers    int            // letters in flight per channel, default 64; at most half are no answers
	Grace      time.Duration  // how long answers may still go out after the stop; default 10 s
	AnswerLife time.Duration  // how long an answer without reply token is worth sending; default 5 min
	RideLife   time.Duration  // how long RideOnly waits for an answer at most; default 90 days
	SendLimit  time.Duration  // for one call; default 20 s
	// LookEvery is how often the queue is looked at unasked, for what another
	// process put, renewed tokens and lifted stops; default 2 s.
	LookEvery time.Duration
}

// Limits that are not for configuring.
const (
	// RetryKeyLife is how long LINE remembers a retry key (LINE docs, "retrying
	// failed API requests"). No intent is tried for longer, on any platform.
	RetryKeyLife = 24 * time.Hour
	// renewLife is how long after an event a redelivery may bring its token to
	// life again (LINE docs, #send-reply-message: 20 minutes), and some more.
	renewLife = 25 * time.Minute
	// rideFirst is how long a push waits for the answer of its own turn.
	rideFirst = time.Second
	// handBack is the wait from which a queued intent goes back to its table
	// rather than stay in memory.
	handBack = 10 * time.Second
	// window is how many queued intents of a class a channel holds in memory.
	window = 128
	// maxID keeps every key that holds an intent's id far below store.MaxKey.
	maxID = 300
)

// How long finished intents are kept; the duties of evidence end there.
const (
	KeepAnswers = 3 * 24 * time.Hour
	KeepPasts   = 30 * 24 * time.Hour
	KeepDead    = 90 * 24 * time.Hour
	KeepWaiting = 90 * 24 * time.Hour // of what could not be sent, and nobody took along
	KeepDays    = 800 * 24 * time.Hour
	KeepBulks   = 800 * 24 * time.Hour // what became of them in numbers …
	KeepParts   = 180 * 24 * time.Hour // … and of each recipient
)

func (c *Config) fill() error {
	if c.DB == nil || c.Persons == nil {
		return errors.New("outbox: DB and Persons are needed")
	}
	for name := range c.Channels {
		if name == "" || strings.ContainsAny(string(name), "/*") {
			return fmt.Errorf("outbox: channel name %q is empty or contains / or *", name)
		}
	}
	if c.Clock == nil {
		c.Clock = bot.SystemClock{}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Free == nil {
		c.Free = func(n bot.ChannelName) bool { return c.Channels[n].Platform() != bot.LINE }
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Workers < 2 {
		c.Workers = 64
	}
	for _, d := range []struct {
		value  *time.Duration
		normal time.Duration
	}{
		{&c.Grace, 10 * time.Second}, {&c.AnswerLife, 5 * time.Minute},
		{&c.RideLife, 90 * 24 * time.Hour}, {&c.SendLimit, 20 * time.Second}, {&c.LookEvery, 2 * time.Second},
	} {
		if *d.value <= 0 {
			*d.value = d.normal
		}
	}
	return nil
}
