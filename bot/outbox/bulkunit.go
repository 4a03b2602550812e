package outbox

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"regulars/bot"
)

// unit is what one commit claimed of a part, and one commit marks: a multicast,
// or a block of people each of whom gets a call.
type unit struct {
	c     *channel
	key   unitKey
	fence int64
	items []*item // one for each of tries
	tries []*try

	mu   sync.Mutex
	left int // tries without an end
}

// try is one letter of a unit.
type try struct {
	who    []int // whom of the part it goes to
	person bot.PersonID
	to     bot.Address // of one person
	sent   calls
	held   int64 // reserved of the month and the budget
	many   bool  // a multicast
	again  bool  // an earlier try may have arrived

	end fate
	why string
}

// fate is how a try ended.
type fate int

const (
	back        fate = iota // without effect: pending again
	arrived                 // accepted by the platform
	maybe                   // the platform knows its key: it is repeated until the outcome is known
	unsure                  // nobody will ever know
	unreachable             // the person blocked the bot or is gone
	refused                 // the platform will never accept it
	noQuota                 // without effect, and the month's messages are used up
)

// add makes t one of u's.
func (u *unit) add(t *try, class bot.Class, now time.Time) {
	id := bot.IntentID(fmt.Sprintf("bulk/%s/%d/%d", u.key.id, u.key.n, t.who[0]))
	it := &item{
		id: id, person: t.person, class: class, born: micros(now), at: now, letter: bot.Letter{To: t.to},
		sent: t.sent, mine: true, unit: u, try: t,
	}
	if t.many {
		h := sha256.Sum256([]byte(id))
		copy(it.lane[:], h[:]) // no chat's: nothing else waits for it
	} else {
		it.lane = u.c.o.cfg.Persons.Lane(t.to.Chat)
	}
	u.tries, u.items = append(u.tries, t), append(u.items, it)
	u.left++
}

// ended notes how a try ended; the last one lets the unit be marked.
func (u *unit) ended(t *try, f fate) {
	if f == back && t.again {
		f = maybe // this try had no effect, but the one before
	}
	u.mu.Lock()
	t.end = f
	u.left--
	over := u.left == 0
	u.mu.Unlock()
	if over {
		go u.finish()
	}
}

// finish marks the unit, however often the store refuses, and makes room for
// another.
func (u *unit) finish() {
	c := u.c
	defer c.tell(event{unitOver: true})
	for fails := 1; ; fails++ {
		now := c.o.cfg.Clock.Now()
		err := c.markUnit(context.Background(), u, now)
		if err == nil || fails > 3 && c.feeder.over.Load() {
			c.feeder.release(u.key, nil, now)
			if err != nil {
				c.o.cfg.Log.Error("outbox: how a part of a bulk ended could not be stored; the next start finds out what became of it", "bulk", u.key.id, "part", u.key.n, "error", err)
			}
			return
		}
		c.o.cfg.Log.Warn("outbox: how a part of a bulk ended cannot be stored; it is tried again", "bulk", u.key.id, "part", u.key.n, "error", err)
		<-c.o.cfg.Clock.After(backoff(fails, 100*time.Millisecond, 5*time.Second))
	}
}

// flyUnit is fly for one try of a unit: its commit is behind it.
func (c *channel) flyUnit(ctx context.Context, it *item) {
	if !c.owner() { // another process knows of the claim, and goes by what it does not know
		c.tell(event{done: &landing{it: it, extra: -1}})
		it.unit.ended(it.try, back)
		return
	}
	res := c.transmit(ctx, it)
	now := c.o.cfg.Clock.Now()
	f, stop := c.judgeTry(it, res, now)
	it.try.why = reason(res)
	c.report(it, res, verdict{ending: again, at: monthsEnd(now)})
	l := &landing{it: it, stop: stop, ok: res.Outcome == bot.Delivered, extra: it.next - 1, paced: it.paced}
	l.fail = res.Outcome == bot.Unknown || (res.Outcome == bot.NotSent && res.RetryAfter == 0)
	if !l.ok {
		l.extra++
	}
	c.tell(event{done: l})
	it.unit.ended(it.try, f)
	c.shareStop(ctx, stop)
}

// judgeTry says what a call's outcome means for whom it went to, and until when
// the channel must rest.
func (c *channel) judgeTry(it *item, res bot.Result, now time.Time) (f fate, stop time.Time) {
	keyed := it.next < len(it.sent.Calls) && it.sent.Calls[it.next].Idempotent
	none := back // this call had no effect: nor had the try, if it was the first
	if it.next > 0 {
		if none = unsure; keyed {
			none = maybe
		}
	}
	switch res.Outcome {
	case bot.Delivered:
		return arrived, stop
	case bot.Unreachable:
		if !it.try.many {
			return unreachable, stop
		}
	case bot.QuotaUsed:
		if none == back && !it.try.again {
			return noQuota, stop
		}
		return none, stop
	case bot.Unauthorised:
		return none, now.Add(time.Minute)
	case bot.NotSent:
		if res.RetryAfter > 0 {
			return none, now.Add(res.RetryAfter)
		}
		if keyed {
			// A server's own error may hide an effect; its key makes that no matter.
			return maybe, stop
		}
		return none, stop
	case bot.Unknown:
		if keyed {
			return maybe, stop
		}
		return unsure, stop
	}
	if none != back {
		return unsure, stop
	}
	return refused, stop
}
