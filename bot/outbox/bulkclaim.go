package outbox

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/store"
)

// plan is what a View found to do about a part.
type plan struct {
	key    unitKey
	h      bulkRow
	p      partRow
	people []bot.PersonID
	again  []*try        // calls that are due to be repeated
	whom   []candidate   // else: who is next
	words  []bot.Message // that all of them get, by multicast
	many   bool
	retry  string   // a multicast's key
	call   bot.Call // the multicast, if nobody is left out at the last moment
}

// candidate is somebody who may be claimed, with the letter for them alone
// unless it is a multicast.
type candidate struct {
	i    int
	to   bot.Address
	sent calls
	why  string // cannot be reached, or "" …
	bad  bool   // … or cannot be written to
}

// claimUnit decides about a part, and claims of it what is to be tried. Words
// are read and letters encoded before the commit; a multicast once more within
// where May leaves somebody out.
func (c *channel) claimUnit(ctx context.Context, key unitKey, now time.Time) (u *unit, err error) {
	pl := plan{key: key}
	found := false
	err = c.o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		found, err = c.read(r, &pl, now)
		return err
	})
	if err != nil || !found {
		return nil, err
	}
	if pl.many {
		if pl.retry, err = c.o.uuid(); err != nil {
			return nil, err
		}
		pl.call, _ = c.multicast(reachable(pl.whom), pl.words)
	}
	err = c.o.cfg.DB.Update(ctx, func(tx store.Tx) (err error) {
		u, err = c.claimPlan(tx, &pl, now)
		return err
	})
	if err != nil || u == nil {
		return nil, err
	}
	return u, nil
}

// read fills pl from the rows; false: there is no such part any more.
func (c *channel) read(r store.Reader, pl *plan, now time.Time) (bool, error) {
	var ok bool
	var err error
	if pl.h, ok, err = bulks.Get(r, string(pl.key.id)); err != nil || !ok {
		return false, err
	}
	if pl.p, ok, err = parts.Get(r, partKey(pl.key.id, pl.key.n)); err != nil || !ok {
		return false, err
	}
	if _, over := pl.h.over(now); over {
		return true, nil
	}
	who, _, err := whos.Get(r, partKey(pl.key.id, pl.key.n))
	if err != nil {
		return false, err
	}
	pl.people = splitPeople(who)
	if err := c.readAgain(r, pl, now); err != nil || len(pl.again) > 0 {
		return true, err
	}
	return true, c.readNext(r, pl, now)
}

// readAgain finds the calls that are due to be repeated: one multicast, or a
// block.
func (c *channel) readAgain(r store.Reader, pl *plan, now time.Time) error {
	var err error
	for _, b := range bodies.Scan(r, bodies.Under(partKey(pl.key.id, pl.key.n)), &err) {
		if b.Due > micros(now) {
			continue
		}
		t := &try{who: b.Who, held: b.Held, many: b.Many || len(b.Who) > 1, again: true}
		var owner bot.PersonID
		if !t.many {
			t.person = pl.people[b.Who[0]]
			owner = t.person
		}
		e := c.o.open(r, owner, b.Calls, &t.sent)
		switch {
		case errors.Is(e, bot.ErrGone):
			t.why = whyErased
		case e != nil:
			return e
		}
		pl.again = append(pl.again, t)
		if t.many || len(pl.again) == pushBlock {
			break
		}
	}
	if err != nil {
		return err
	}
	for _, t := range pl.again {
		if t.many || t.why != "" {
			continue
		}
		// Only for the place in the queue: the body says where it goes.
		if t.to, _, err = c.o.cfg.Bulk.Reach(r, t.person, c.name); err != nil {
			return err
		}
	}
	return nil
}

// readNext finds who is next, and what they are told.
func (c *channel) readNext(r store.Reader, pl *plan, now time.Time) error {
	_, multi := c.sender.(Multicaster)
	pl.many = multi && !pl.p.Personal && !c.free
	size := freeBlock
	switch {
	case pl.many && pl.p.Most > 0:
		size = pl.p.Most
	case pl.many:
		size = PartSize
	case !c.free:
		size = pushBlock
	}
	var err error
	if !pl.p.Personal {
		if pl.words, err = c.o.cfg.Bulk.Words(r, pl.key.id, pl.p.Wording); err != nil {
			return err
		}
	}
	marks := pl.p.States
	if strings.IndexByte(marks, pendingMark) < 0 {
		marks = strings.ReplaceAll(marks, string(deferredMark), string(pendingMark))
	}
	for i := 0; i < len(marks) && len(pl.whom) < size; i++ {
		if marks[i] != pendingMark {
			continue
		}
		who, err := c.readOne(r, pl, i)
		if err != nil {
			return err
		}
		pl.whom = append(pl.whom, who)
	}
	return nil
}

// readOne is the i-th of a part as a candidate.
func (c *channel) readOne(r store.Reader, pl *plan, i int) (who candidate, err error) {
	who.i = i
	to, ok, err := c.o.cfg.Bulk.Reach(r, pl.people[i], c.name)
	switch {
	case errors.Is(err, bot.ErrGone):
		who.why = whyErased
		return who, nil
	case err != nil:
		return who, err
	case !ok:
		who.why = whyUnreachable
		return who, nil
	}
	if who.to = to; pl.many {
		return who, nil
	}
	words := pl.words
	if pl.p.Personal {
		words, err = c.o.cfg.Bulk.WordsFor(r, pl.key.id, pl.p.Wording, pl.people[i])
		if errors.Is(err, bot.ErrGone) {
			who.why = whyErased
			return who, nil
		}
		if err != nil {
			return who, err
		}
	}
	if who.sent, err = c.encode(bot.Letter{To: to, Messages: words}, false); err != nil || len(who.sent.Calls) == 0 {
		c.o.cfg.Log.Error("outbox: a bulk's letter cannot be encoded; this recipient gets none", "channel", c.name, "bulk", pl.key.id, "part", pl.key.n, "error", err)
		who.bad = true
	}
	return who, nil
}

// claimPlan is the claim's commit.
func (c *channel) claimPlan(tx store.Tx, pl *plan, now time.Time) (*unit, error) {
	s, err := c.step(tx, pl.key, now)
	if err != nil || s == nil || s.p.Fence != pl.p.Fence || s.p.States != pl.p.States {
		return nil, err // somebody else was here
	}
	s.p.Fence++
	if as, over := s.h.over(now); over {
		return nil, s.endAll(as)
	}
	if ours, err := c.owns(tx); err != nil || !ours {
		return nil, err
	}
	held, err := paused(tx, c.name, now)
	if err != nil || held || s.h.State != BulkRunning || max(s.h.Waits[c.name], s.h.NotBefore) > micros(now) {
		return nil, err
	}
	if err := s.forsake(); err != nil {
		return nil, err
	}
	u := &unit{c: c, key: pl.key, fence: s.p.Fence}
	if len(pl.again) > 0 {
		err = s.claimAgain(u, pl)
	} else {
		err = s.claimNext(u, pl)
	}
	if err != nil {
		return nil, err
	}
	if len(u.tries) > 0 {
		s.h.goes(c.name)
		return u, s.write(s.p.Due)
	}
	return nil, s.writeDue()
}

// claimNext claims those of the plan's people who may be spoken to now, within
// the budget and the month.
func (s *step) claimNext(u *unit, pl *plan) error {
	list, err := s.allowed(pl)
	if err != nil || len(list) == 0 {
		return err
	}
	if list, err = s.afford(list, pl.many); err != nil || len(list) == 0 {
		return err
	}
	if !pl.many {
		for _, who := range list {
			t := &try{who: []int{who.i}, person: pl.people[who.i], to: who.to, sent: who.sent, held: s.price(who.sent.cost(0))}
			if err := s.begin(u, t); err != nil {
				return err
			}
		}
		return nil
	}
	t := &try{many: true, held: int64(len(list))}
	for _, who := range list {
		t.who = append(t.who, who.i)
	}
	call := pl.call
	if len(list) < len(reachable(pl.whom)) || call.Body == nil {
		call, err = s.c.multicast(list, pl.words)
	}
	if err != nil {
		s.c.o.cfg.Log.Error("outbox: a bulk's multicast cannot be encoded", "channel", s.c.name, "bulk", pl.key.id, "part", pl.key.n, "error", err)
		s.settle(t.held, 0)
		return s.refuse(t.who, true)
	}
	t.sent = calls{Calls: []bot.Call{call}, Keys: []string{pl.retry}}
	return s.begin(u, t)
}

// reachable are those of list who have an account there.
func reachable(list []candidate) (out []candidate) {
	for _, who := range list {
		if who.why == "" {
			out = append(out, who)
		}
	}
	return out
}

// multicast is the one call that says words to all of list. An adapter's panic
// is a refusal of its own.
func (c *channel) multicast(list []candidate, words []bot.Message) (call bot.Call, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.o.cfg.Log.Error("outbox: encoding a multicast panicked", "channel", c.name, "stack", string(debug.Stack()))
			err = errors.New("the adapter panicked; the log has its stack")
		}
	}()
	users := make([]bot.UserID, len(list))
	for i, who := range list {
		users[i] = who.to.Person.User
	}
	return c.sender.(Multicaster).EncodeMulticast(users, words)
}

// allowed asks May about the plan's people, and leaves those who may not be
// spoken to, or not yet.
func (s *step) allowed(pl *plan) (list []candidate, err error) {
	if len(pl.whom) == 0 {
		return nil, nil
	}
	s.askAgain()
	people := make([]bot.PersonID, len(pl.whom))
	for i, who := range pl.whom {
		people[i] = pl.people[who.i]
	}
	may, err := s.may(people)
	if err != nil {
		return nil, err
	}
	for i, who := range pl.whom {
		switch v := may[i]; {
		case v.Why != "":
			s.set(who.i, s.p.suppressed(v.Why))
		case who.why != "":
			s.set(who.i, s.p.suppressed(who.why))
		case who.bad:
			s.set(who.i, failedMark)
			s.p.Bad++
		case v.NotBefore.After(s.now):
			s.set(who.i, deferredMark)
			s.putOff(micros(v.NotBefore))
		default:
			list = append(list, who)
		}
	}
	s.pauseIfBad()
	return list, nil
}

// afford cuts list to what the budget leaves, and reserves it of the month.
func (s *step) afford(list []candidate, many bool) ([]candidate, error) {
	cost := func() (n int64) {
		for _, who := range list {
			if many {
				n++
			} else {
				n += s.price(who.sent.cost(0))
			}
		}
		return n
	}
	n := cost()
	if most := s.h.most(); most >= 0 && n > 0 {
		for n > max(0, most-s.h.Held-s.h.Spent) {
			list = list[:len(list)-1]
			n = cost()
		}
		if len(list) == 0 {
			s.h.pause(WhyBudget)
			return nil, nil
		}
	}
	ok, until, why, err := s.c.o.spend(s.tx, s.c.name, s.h.Class, n, s.now)
	if err != nil {
		return nil, err
	}
	if !ok {
		s.h.wait(s.c.name, why, until)
		return nil, nil
	}
	s.h.Held += n
	return list, nil
}

// price is what a letter is billed: nothing where messages are free.
func (s *step) price(n int64) int64 {
	if s.c.free {
		return 0
	}
	return n
}

// claimAgain claims calls that may have arrived. One of whose people has since
// asked for no more is not repeated: what became of it nobody knows.
func (s *step) claimAgain(u *unit, pl *plan) error {
	for _, t := range pl.again {
		b, ok, err := bodies.Get(s.tx, s.body(t))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		gone := t.why != "" || micros(s.now) >= b.First+RetryKeyLife.Microseconds()
		var later time.Time
		if !gone {
			if gone, later, err = s.mayAgain(t, pl); err != nil {
				return err
			}
		}
		switch {
		case gone:
			if err := s.unsure(t.who, b.Held, s.body(t)); err != nil {
				return err
			}
		case later.After(s.now):
			b.Due = micros(later)
			if err := bodies.Put(s.tx, b, s.body(t)); err != nil {
				return err
			}
		default:
			b.Tries++
			if err := bodies.Put(s.tx, b, s.body(t)); err != nil {
				return err
			}
			u.add(t, s.h.Class, s.now)
		}
	}
	return nil
}

// mayAgain asks May once more about whom a call goes to.
func (s *step) mayAgain(t *try, pl *plan) (gone bool, later time.Time, err error) {
	people := make([]bot.PersonID, len(t.who))
	for i, who := range t.who {
		people[i] = pl.people[who]
	}
	may, err := s.may(people)
	if err != nil {
		return false, later, err
	}
	for _, v := range may {
		if v.NotBefore.After(later) {
			later = v.NotBefore
		}
	}
	return slices.ContainsFunc(may, func(v Verdict) bool { return v.Why != "" }), later, nil
}

// may asks about people of the step's part.
func (s *step) may(people []bot.PersonID) ([]Verdict, error) {
	if s.c.o.cfg.Bulk.May == nil {
		return make([]Verdict, len(people)), nil
	}
	may, err := s.c.o.cfg.Bulk.May(s.tx, s.h.bulk(s.key.id), s.c.name, people, s.now)
	if err == nil && len(may) != len(people) {
		err = errors.New("outbox: BulkHooks.May gave verdicts of another number than people")
	}
	return may, err
}

// begin claims a try: its people, and, where it may be repeated, its exact form.
func (s *step) begin(u *unit, t *try) error {
	if !t.sent.repeatable(0) {
		s.all(t.who, tryingMark)
		u.add(t, s.h.Class, s.now)
		return nil
	}
	owner := t.person // of a multicast nobody: the installation's key
	sealed, err := s.c.o.seal(s.tx, owner, t.sent)
	if errors.Is(err, bot.ErrGone) {
		s.all(t.who, s.p.suppressed(whyErased))
		s.settle(t.held, 0)
		return nil
	}
	if err != nil {
		return err
	}
	s.all(t.who, tryingMark)
	u.add(t, s.h.Class, s.now)
	now := micros(s.now)
	return bodies.Put(s.tx, bodyRow{Who: t.who, First: now, Due: now, Tries: 1, Held: t.held, Many: t.many, Calls: sealed}, s.body(t))
}
