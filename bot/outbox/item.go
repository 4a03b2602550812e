package outbox

import (
	"time"

	"regulars/bot"
)

// item is an intent in memory: an answer with all it takes, or the name of a
// queued row whose turn has come. It belongs to the channel's loop, and to the
// worker while it is in flight.
type item struct {
	id     bot.IntentID
	lane   bot.Lane
	person bot.PersonID
	class  bot.Class
	ref    string
	group  bool
	direct bool
	born   int64     // µs; the order of answers
	seq    uint64    // the order of arrival
	at     time.Time // not before

	notAfter time.Time
	until    time.Time // direct: no try begins at or after it
	letter   bot.Letter
	merged   bool           // riders were looked for
	takes    []bot.IntentID // riders in the letter
	sent     calls
	next     int          // calls that were accepted
	cost     int          // of those
	doubt    bool         // an earlier try of call next may have arrived
	lost     bool         // an earlier process may have sent it
	mine     bool         // queued: claimed by this process before
	seen     int          // queued: its row's Tries as this process knows them
	by       bot.IntentID // queued and riding: what it was found to ride on
	unknowns int
	tries    int
	moves    int
	paced    int   // of the last try: further calls that took their places themselves
	slot     int   // its last call's place among the recent
	unit     *unit // of a bulk: claimed already, ended with the unit
	try      *try
	troubles int // times in a row that the store refused
}

// setDeadline says until when an answer is worth a try.
func (it *item) setDeadline(c *channel, life time.Duration) {
	it.until = it.letter.Reply.Until
	if c.free || it.until.IsZero() {
		it.until = at(it.born).Add(life)
	}
	if !it.notAfter.IsZero() && it.notAfter.Before(it.until) {
		it.until = it.notAfter
	}
}

// receipt says that it must arrive, if need be twice or for money.
func (it *item) receipt() bool {
	return it.class == bot.Receipt || (it.ref != "" && rank(it.class) <= 2)
}

// rank in the order of urgency: whatever holds a reply token is as urgent as an
// answer.
func (it *item) rank() int {
	if it.direct {
		return 0
	}
	return rank(it.class)
}

func (it *item) before(other *item) bool {
	if a, b := it.rank(), other.rank(); a != b {
		return a < b
	}
	if it.born != other.born {
		return it.born < other.born
	}
	return it.seq < other.seq
}

// backoff is how long to wait after the n-th try in a row: first, doubled each
// time, most.
func backoff(n int, first, most time.Duration) time.Duration {
	d := first
	for range n - 1 {
		if d *= 2; d >= most {
			return most
		}
	}
	return d
}
