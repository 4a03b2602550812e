package outbox

import (
	"context"
	"strings"
	"time"

	"regulars/store"
)

// step is a transaction's work on one part.
type step struct {
	c     *channel
	tx    store.Tx
	now   time.Time
	key   unitKey
	h     bulkRow
	p     partRow
	marks []byte
	moved [256]int64 // recipients, by mark
	days  tally
}

// step locks and reads a part; nil: it is gone.
func (c *channel) step(tx store.Tx, key unitKey, now time.Time) (*step, error) {
	s := &step{c: c, tx: tx, now: now, key: key}
	h, err := bulkFor(tx, key.id)
	if err != nil {
		return nil, err
	}
	p, ok, err := parts.Get(tx, partKey(key.id, key.n))
	if err != nil || !ok {
		return nil, err
	}
	s.h, s.p, s.marks = h, p, []byte(p.States)
	return s, nil
}

// set moves a recipient to another state.
func (s *step) set(i int, mark byte) {
	s.moved[s.marks[i]]--
	s.moved[mark]++
	s.marks[i] = mark
}

// putOff keeps the earliest time at which deferred people may be asked about
// again.
func (s *step) putOff(us int64) {
	if s.p.Later == 0 || us < s.p.Later {
		s.p.Later = us
	}
}

// askAgain makes deferred people candidates once nobody else is.
func (s *step) askAgain() {
	if strings.IndexByte(string(s.marks), pendingMark) >= 0 {
		return
	}
	s.p.Later = 0
	for i, m := range s.marks {
		if m == deferredMark {
			s.set(i, pendingMark)
		}
	}
}

func (s *step) body(t *try) string { return bodyKey(s.key.id, s.key.n, t.who[0]) }

// settle ends a reservation of the budget and of the month.
func (s *step) settle(held, billed int64) {
	s.h.settle(held, billed)
	s.days.settled(s.c.name, held, billed)
}

// write stores the step, with the part's place in time.
func (s *step) write(due int64) error {
	counts := s.days.of(s.c.o.date(s.now) + "/" + string(s.c.name))
	for mark, n := range s.moved {
		if n == 0 {
			continue
		}
		state := s.p.stateOf(byte(mark))
		s.h.count(s.p.Wording, state, n)
		switch {
		case mark == sentMark:
			counts.Sent[s.h.Class] += n
		case state.Why() != "":
			counts.Ended[Suppressed] += n
		case mark == failedMark || mark == unsureMark || mark == expiredMark:
			counts.Ended[state] += n
		}
	}
	s.p.States = string(s.marks)
	if err := s.p.put(s.tx, s.key.id, s.key.n, due); err != nil {
		return err
	}
	s.h.close(s.now)
	if err := bulks.Put(s.tx, s.h, string(s.key.id)); err != nil {
		return err
	}
	return s.days.write(s.tx, s.c.o, s.now)
}

// writeDue is write for when the part has something to do.
func (s *step) writeDue() error {
	due, err := s.due()
	if err != nil {
		return err
	}
	return s.write(due)
}

// due is when the part must be looked at: 0 when everybody has an end.
func (s *step) due() (int64, error) {
	has := func(mark byte) bool { return strings.IndexByte(string(s.marks), mark) >= 0 }
	if has(pendingMark) {
		return micros(s.now), nil
	}
	var due int64
	if has(deferredMark) {
		due = max(s.p.Later, 1)
	} else {
		s.p.Later = 0
	}
	if !has(tryingMark) {
		return due, nil
	}
	var err error
	for _, b := range bodies.Scan(s.tx, bodies.Under(partKey(s.key.id, s.key.n)), &err) {
		if due == 0 || b.Due < due {
			due = b.Due
		}
	}
	return max(due, 1), err
}

// endAll ends a part of a bulk that is over: who waits as said, who may have
// been reached as unsure.
func (s *step) endAll(as State) error {
	mark := byte(expiredMark)
	if why := as.Why(); why != "" {
		mark = s.p.suppressed(why)
	}
	for i, m := range s.marks {
		if m == pendingMark || m == deferredMark {
			s.set(i, mark)
		}
	}
	var err error
	kept := map[string]bodyRow{}
	for key, b := range bodies.Scan(s.tx, bodies.Under(partKey(s.key.id, s.key.n)), &err) {
		kept[key] = b
	}
	if err != nil {
		return err
	}
	for key, b := range kept {
		if err := s.unsure(b.Who, b.Held, key); err != nil {
			return err
		}
	}
	for i, m := range s.marks {
		if m == tryingMark {
			s.set(i, unsureMark)
		}
	}
	return s.write(0)
}

// forsake ends as unsure whom a dead process was trying, where no retry key
// tells. With a key their call is kept, and made again.
func (s *step) forsake() error {
	if strings.IndexByte(string(s.marks), tryingMark) < 0 {
		return nil
	}
	kept := make([]bool, len(s.marks))
	var err error
	for _, b := range bodies.Scan(s.tx, bodies.Under(partKey(s.key.id, s.key.n)), &err) {
		for _, i := range b.Who {
			kept[i] = true
		}
	}
	for i, m := range s.marks {
		if m == tryingMark && !kept[i] {
			s.set(i, unsureMark)
		}
	}
	return err
}

// unsure ends a call of which nobody will know more. A limit must hold all the
// same, so it counts as billed.
func (s *step) unsure(who []int, held int64, body string) error {
	for _, i := range who {
		s.set(i, unsureMark)
	}
	s.settle(held, held)
	return bodies.Delete(s.tx, body)
}

// badMany is how many may be refused, before anybody of a part was reached, until
// the words are what is wrong.
const badMany = 5

// refuse deals with a call that the platform will never accept. Of several
// people one may be to blame: they are halved until it is found.
func (s *step) refuse(who []int, many bool) error {
	if many && len(who) > 1 {
		s.p.Most = (len(who) + 1) / 2
		for _, i := range who {
			s.set(i, pendingMark)
		}
		return nil
	}
	s.set(who[0], failedMark)
	s.p.Most = 0
	s.p.Bad++
	s.pauseIfBad()
	return nil
}

// pauseIfBad stops a bulk whose words no platform takes: somebody must look.
func (s *step) pauseIfBad() {
	if s.p.Bad >= badMany && strings.IndexByte(string(s.marks), sentMark) < 0 && s.h.State == BulkRunning {
		s.h.pause(WhyRejected)
	}
}

// markUnit commits how a unit's tries ended, and does what follows. A commit whose
// answer was lost is tried again, and then finds that it stands.
func (c *channel) markUnit(ctx context.Context, u *unit, now time.Time) error {
	err := c.o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		s, err := c.step(tx, u.key, now)
		if err != nil || s == nil || s.p.Fence != u.fence {
			return err // it is marked, or another process took it over with what it knew
		}
		s.p.Fence++
		for _, t := range u.tries {
			if err := s.end(t); err != nil {
				return err
			}
		}
		return s.writeDue()
	})
	if err != nil {
		return err
	}
	if f := c.o.cfg.OnUnreachable; f != nil {
		for _, t := range u.tries {
			if t.end == unreachable {
				f(ctx, t.person, t.to)
			}
		}
	}
	return nil
}

// end writes down how a try ended.
func (s *step) end(t *try) error {
	var err error
	switch t.end {
	case maybe:
		return s.keep(t)
	case unsure:
		return s.unsure(t.who, t.held, s.body(t))
	case refused:
		err = s.refuse(t.who, t.many)
	case noQuota:
		if err = s.c.quotaUsed(s.tx, s.now, monthsEnd(s.now)); err == nil {
			s.all(t.who, pendingMark)
		}
	default:
		s.all(t.who, s.markOf(t.end))
	}
	if err != nil {
		return err
	}
	if t.end == arrived {
		s.days.of(s.c.o.date(s.now) + "/" + string(s.c.name)).Billed += t.held
		s.settle(t.held, t.held)
	} else {
		s.settle(t.held, 0)
	}
	if !t.sent.repeatable(0) {
		return nil // nothing was kept
	}
	return bodies.Delete(s.tx, s.body(t))
}

func (s *step) all(who []int, mark byte) {
	for _, i := range who {
		s.set(i, mark)
	}
}

func (s *step) markOf(f fate) byte {
	switch f {
	case arrived:
		return sentMark
	case unreachable:
		return s.p.suppressed(whyUnreachable)
	}
	return pendingMark
}

// keep leaves a call to be repeated, as long as the platform knows its key.
func (s *step) keep(t *try) error {
	b, ok, err := bodies.Get(s.tx, s.body(t))
	if err != nil || !ok {
		return err
	}
	if micros(s.now) >= b.First+RetryKeyLife.Microseconds() {
		return s.unsure(t.who, b.Held, s.body(t))
	}
	b.Due = micros(s.now.Add(backoff(b.Tries, time.Second, 10*time.Minute)))
	return bodies.Put(s.tx, b, s.body(t))
}
