package outbox

import (
	"context"
	"errors"
	"time"

	"regulars/bot"
	"regulars/store"
)

// apply writes what the act says and returns what to do after the commit.
func (a *act) apply(tx store.Tx, days *tally, now time.Time) (after func(), err error) {
	c, it, v := a.c, a.it, a.v
	if err := tx.Lock(subject(it.id)); err != nil {
		return nil, err
	}
	table := queue
	if it.direct {
		table = answers
	}
	r, ok, err := table.Get(tx, string(it.id))
	if err != nil || !ok || a.overtaken(&r) {
		return nil, err
	}
	if it.direct && v.state != Sent && r.Until > micros(it.letter.Reply.Until) {
		// A redelivered event brought a new token meanwhile.
		return func() { c.o.reload(c, it.id) }, nil
	}
	if it.direct {
		if err := c.releaseRiders(tx, it, &r, v, days, now); err != nil {
			return nil, err
		}
	}
	switch v.ending {
	case park:
		return nil, a.park(tx, &r, days, now)
	case toQueue:
		return func() { c.tell(event{look: true}) }, a.toQueue(tx, &r, days, now)
	case unmerge:
		return func() { c.o.reload(c, it.id) }, a.unmerge(tx, &r)
	case handOver, unclaim:
		return func() { c.tell(event{look: true}) }, a.handBack(tx, &r, days, now)
	case restore:
		r.State, r.By = Waiting, ""
		return nil, queue.Put(tx, r, string(it.id))
	}
	if v.state == Unreachable {
		if err := c.suppressLane(tx, r.Lane, it.id, days, now); err != nil {
			return nil, err
		}
		if f := c.o.cfg.OnUnreachable; f != nil {
			after = func() { f(context.Background(), it.person, it.letter.To) }
		}
	}
	return after, days.end(tx, c, it.id, &r, it.direct, v, it.cost, now)
}

// overtaken says that another process has the intent in hand, or another letter
// took it along: of what this one meant to do with it only that it arrived is
// still true.
func (a *act) overtaken(r *row) bool {
	switch {
	case a.v.ending == finish && a.v.state == Sent:
		return false
	case a.it.direct:
		return r.Replica != "" && !a.c.o.has(r)
	case a.v.ending == restore:
		return r.State != Riding || r.By != a.it.by
	}
	return r.State == Riding || r.Tries != a.it.seen
}

// park keeps an answer for as long as a redelivery may bring it a token.
func (a *act) park(tx store.Tx, r *row, days *tally, now time.Time) error {
	until := r.Born + renewLife.Microseconds()
	if until <= micros(now) {
		return days.end(tx, a.c, a.it.id, r, true, over(Late, a.v.why), 0, now)
	}
	if err := a.strip(tx, r); err != nil {
		return err
	}
	r.State, r.Replica = Parked, ""
	if err := setDue(tx, r, a.it.id, until); err != nil {
		return err
	}
	return answers.Put(tx, *r, string(a.it.id))
}

// unmerge takes the riders out of an answer that the platform refused.
func (a *act) unmerge(tx store.Tx, r *row) error {
	if err := a.strip(tx, r); err != nil {
		return err
	}
	return answers.Put(tx, *r, string(a.it.id))
}

// strip takes its riders' messages out of an answer's stored letter.
func (a *act) strip(tx store.Tx, r *row) error {
	if r.Lead == 0 {
		return nil
	}
	l, err := a.c.ownLetter(tx, r)
	if err == nil {
		r.Letter, err = a.c.o.seal(tx, r.Person, l)
	}
	r.Lead = 0
	if errors.Is(err, bot.ErrGone) {
		return nil // whoever opens it next finds out
	}
	return err
}

// toQueue makes a queued receipt of an answer that must arrive.
func (a *act) toQueue(tx store.Tx, r *row, days *tally, now time.Time) error {
	l, err := a.c.ownLetter(tx, r)
	if err == nil {
		l.Reply, l.Callback = bot.ReplyToken{}, ""
		r.Letter, err = a.c.o.seal(tx, r.Person, withRef(l, r.Ref))
	}
	if errors.Is(err, bot.ErrGone) {
		return days.end(tx, a.c, a.it.id, r, true, over(Suppressed, "erased"), 0, now)
	}
	if err != nil {
		return err
	}
	if err := remove(tx, r, a.it.id, true); err != nil {
		return err
	}
	r.Class, r.Carriage, r.State = bot.Receipt, bot.PushNow, Waiting
	r.Until, r.Lead, r.N, r.Replica = 0, 0, len(l.Messages), ""
	return enqueue(tx, r, a.it.id, micros(now))
}

// handBack leaves a queued intent to its table until a.v.at.
func (a *act) handBack(tx store.Tx, r *row, days *tally, now time.Time) error {
	it, v := a.it, a.v
	r.State, r.Maybe, r.Next, r.Moves = Waiting, it.doubt, it.next, it.moves
	if it.doubt {
		r.State = Claimed
	}
	if v.ending == unclaim {
		r.Calls, r.First = nil, 0
	}
	if !it.doubt && it.next == 0 { // nothing went out
		days.settle(r, 0)
	}
	if v.moved != "" {
		r.Calls = nil
		sealed, err := a.c.o.seal(tx, r.Person, it.letter)
		switch {
		case err == nil:
			r.Letter = sealed
		case !errors.Is(err, bot.ErrGone): // the next claim finds out
			return err
		}
	}
	if v.quota {
		if err := a.c.quotaUsed(tx, now, monthsEnd(now)); err != nil {
			return err
		}
	}
	if err := setDue(tx, r, it.id, max(micros(v.at), micros(now))); err != nil {
		return err
	}
	return queue.Put(tx, *r, string(it.id))
}

// quotaUsed stops the channel until the quota begins anew, unless somebody
// stopped it for longer.
func (c *channel) quotaUsed(tx store.Tx, now, until time.Time) error {
	if err := tx.Lock(pauseSubject(c.name)); err != nil {
		return err
	}
	if p, ok, err := pauses.Get(tx, string(c.name)); err != nil || ok && p.Until == 0 {
		return err
	}
	q, err := quotaFor(tx, c.name, now)
	if err != nil {
		return err
	}
	return setPause(tx, c.name, pause{Why: WhyQuota, At: micros(now), Until: micros(until), Limit: q.Limit})
}

// suppressLane ends all else that waits for a chat that cannot be reached.
func (c *channel) suppressLane(tx store.Tx, lane string, but bot.IntentID, days *tally, now time.Time) error {
	if err := tx.Lock(laneSubject(lane)); err != nil {
		return err
	}
	var err error
	var waiting []bot.IntentID
	for key := range lanes.Scan(tx, lanes.Under(lane), &err) {
		if id := idOf(key, 2); id != but {
			waiting = append(waiting, id)
		}
	}
	for _, id := range waiting {
		if err != nil {
			break
		}
		if err = tx.Lock(subject(id)); err != nil {
			break
		}
		r, ok, e := queue.Get(tx, string(id))
		if err = e; err == nil && ok && r.Channel == c.name {
			v := over(Suppressed, "unreachable")
			if r.begun() {
				v.state = Unsure
			}
			err = days.end(tx, c, id, &r, false, v, 0, now)
		}
	}
	return err
}
