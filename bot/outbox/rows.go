package outbox

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"regulars/bot"
	"regulars/store"
)

// State is where an intent stands.
type State string

// The states. From Sent on they are final.
const (
	Waiting State = "waiting" // queued, or an answer in this process's hands
	Claimed State = "claimed" // a try was begun; its bytes are stored
	Riding  State = "riding"  // taken along by an answer that is on its way
	Parked  State = "parked"  // an answer whose token lapsed; a redelivery may bring another

	Sent        State = "sent"        // the platform accepted it (LINE: which is not delivery)
	Rode        State = "rode"        // accepted as part of an answer, free of charge
	Late        State = "late"        // an answer that found no live token
	Expired     State = "expired"     // NotAfter, the wait for a ride, or 24 hours of tries passed
	Suppressed  State = "suppressed"  // not sent on purpose; Why says why
	Unsure      State = "unknown"     // may have arrived; never shown as sent
	Unreachable State = "unreachable" // the person blocked the bot or is gone
	Dead        State = "dead"        // the platform will never accept it: a dead letter
)

// row is an intent as it is stored. Times are microseconds since 1970, 0 for
// none.
type row struct {
	Channel   bot.ChannelName `json:"ch"`
	Lane      string          `json:"ln"`
	Person    bot.PersonID    `json:"p,omitempty"`
	Class     bot.Class       `json:"c"`
	Carriage  bot.Carriage    `json:"k,omitempty"`
	Group     bool            `json:"g,omitempty"`
	Born      int64           `json:"b"`
	NotBefore int64           `json:"nb,omitempty"`
	NotAfter  int64           `json:"na,omitempty"`
	RideUntil int64           `json:"ru,omitempty"`
	Ref       string          `json:"rf,omitempty"`
	N         int             `json:"n"`            // messages in the letter
	Until     int64           `json:"to,omitempty"` // the reply token's deadline

	State  State          `json:"s"`
	Due    int64          `json:"d,omitempty"`  // as in its outdue row; 0: it has none
	By     bot.IntentID   `json:"by,omitempty"` // Riding: the answer that took it
	Takes  []bot.IntentID `json:"tk,omitempty"` // an answer's riders
	Lead   int            `json:"ld,omitempty"` // how many of its first messages are theirs
	NoRide bool           `json:"nr,omitempty"` // an answer that took it along was refused
	Tries  int            `json:"t,omitempty"`
	First  int64          `json:"f,omitempty"` // the first try
	Maybe  bool           `json:"m,omitempty"` // a try had an unknown outcome
	Next   int            `json:"nx,omitempty"`
	Moves  int            `json:"mv,omitempty"`
	Held   int64          `json:"hd,omitempty"` // billed messages reserved for it, see spend
	// Replica has an answer in hand; "" is the only process there is, or nobody.
	Replica string `json:"rp,omitempty"`

	Letter []byte `json:"x"`           // sealed: bot.Letter
	Calls  []byte `json:"y,omitempty"` // sealed: calls
}

// past is how an intent ended.
type past struct {
	Channel bot.ChannelName `json:"ch"`
	Class   bot.Class       `json:"c"`
	State   State           `json:"s"`
	Why     string          `json:"w,omitempty"`
	At      int64           `json:"a"`
	Ref     string          `json:"rf,omitempty"`
}

// dead is a dead letter.
type dead struct {
	Row row    `json:"r"`
	Why string `json:"w"`
	At  int64  `json:"a"`
}

// pause stops what a channel sends besides answers.
type pause struct {
	Why   string `json:"w"`
	At    int64  `json:"a"`
	Until int64  `json:"u,omitempty"` // 0: until somebody lifts it
	// Old is set where a backup was restored: what was born by then may have been
	// sent since it was made, answers too.
	Old int64 `json:"o,omitempty"`
	// Limit was the month's quota when it was used up; a higher one lifts the
	// stop. 0: not known.
	Limit int64 `json:"l,omitempty"`
}

// none is the value of index rows.
type none struct{}

var (
	answers = store.NewTable[row]("outanswer/", store.Locked, ofIntent)
	queue   = store.NewTable[row]("outqueue/", store.Locked, ofIntent)
	pasts   = store.NewTable[past]("outpast/", store.Locked, ofIntent)
	deads   = store.NewTable[dead]("outdead/", store.Locked, ofIntent)
	dues    = store.NewTable[none]("outdue/", store.Free, nil)
	lanes   = store.NewTable[none]("outlane/", store.Readable, store.FirstPart("outlane"))
	days    = store.NewTable[Counts]("outday/", store.Readable, ofDay)
	pauses  = store.NewTable[pause]("outpause/", store.Readable, store.FirstPart("outpause"))
	stops   = store.NewTable[stopped]("outstop/", store.Readable, store.FirstPart("outstop"))
)

// all is the name under which a pause holds every channel.
const all = "*"

func ofIntent(rest []byte) store.Subject { return store.Subject("out/" + string(rest)) }
func ofDay(rest []byte) store.Subject    { return store.Subject("outday/" + string(rest)) }

func subject(id bot.IntentID) store.Subject { return store.Subject("out/" + string(id)) }
func laneSubject(lane string) store.Subject { return store.Subject("outlane/" + lane) }

// rank is a class's place in the order of urgency, one digit for keys.
func rank(c bot.Class) int {
	switch c {
	case bot.Answer:
		return 0
	case bot.Receipt:
		return 1
	case bot.Gift:
		return 2
	case bot.Nudge:
		return 3
	default:
		return 4
	}
}

const ranks = 5

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func at(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us)
}

// stamp writes a time so that keys sort by it.
func stamp(us int64) string { return fmt.Sprintf("%016d", us) }

func dueKey(r *row, id bot.IntentID) string {
	return fmt.Sprintf("%s/%d/%016d/%s", r.Channel, rank(r.Class), r.Due, id)
}

func laneKey(r *row, id bot.IntentID) string {
	return r.Lane + "/" + stamp(r.Born) + "/" + string(id)
}

// idOf is what stands in an index key after n slashes.
func idOf(key string, n int) bot.IntentID {
	parts := strings.SplitN(key, "/", n+1)
	return bot.IntentID(parts[len(parts)-1])
}

func laneOf(s string) (l bot.Lane) {
	_, _ = hex.Decode(l[:], []byte(s)) // our own writing; the row's checksum held
	return l
}

// setDue moves r's place in time, in r and in the index; 0 takes it out.
func setDue(tx store.Tx, r *row, id bot.IntentID, due int64) error {
	if r.Due == due {
		return nil
	}
	if r.Due != 0 {
		if err := dues.Delete(tx, dueKey(r, id)); err != nil {
			return err
		}
	}
	r.Due = due
	if due == 0 {
		return nil
	}
	return dues.Put(tx, none{}, dueKey(r, id))
}

// enqueue stores r as a queued intent, with its place in the lane. The
// intent's subject is locked.
func enqueue(tx store.Tx, r *row, id bot.IntentID, due int64) error {
	if err := tx.Lock(laneSubject(r.Lane)); err != nil {
		return err
	}
	if err := setDue(tx, r, id, due); err != nil {
		return err
	}
	if err := lanes.Put(tx, none{}, laneKey(r, id)); err != nil {
		return err
	}
	return queue.Put(tx, *r, string(id))
}

// remove takes an intent out of every table but pasts and deads.
func remove(tx store.Tx, r *row, id bot.IntentID, direct bool) error {
	if err := setDue(tx, r, id, 0); err != nil {
		return err
	}
	if direct {
		return answers.Delete(tx, string(id))
	}
	if err := tx.Lock(laneSubject(r.Lane)); err != nil {
		return err
	}
	if err := lanes.Delete(tx, laneKey(r, id)); err != nil {
		return err
	}
	return queue.Delete(tx, string(id))
}
