package whatif

import (
	"slices"
	"time"

	"regulars/loyalty"
)

// side is one member under one set of rules.
type side struct {
	rules func(time.Time) *loyalty.Programme
	story *story
	sum   *Figures
	mine  Flow // this member's part of sum

	acct  *loyalty.Account
	spare *loyalty.Account        // one before it, whose memory the next decision takes
	shelf map[uint64]loyalty.Lot  // closed lots: a decision gets those that it needs
	marks map[uint64]loyalty.Mark // likewise
	// done are the entries here, by the numbers that the ledger's have.
	done map[uint64]*loyalty.Entry
	// had are the gifts by their names.
	had    map[string]*had
	visits int64
	last   time.Time // local date of the newest visit
	due    []dueGift // of the calendar, in order
}

// had is a gift that was given.
type had struct {
	kind   loyalty.GiftKind
	at     time.Time
	entry  loyalty.Entry // of the points, zero for none
	visit  int64
	level  string
	sale   uint64 // here; 0 for none
	undone bool   // by hand: it is not given again
}

func newSide(rules func(time.Time) *loyalty.Programme, st *story, sum *Figures) *side {
	return &side{
		rules: rules, story: st, sum: sum, acct: roomy(st), spare: roomy(st),
		shelf: map[uint64]loyalty.Lot{}, marks: map[uint64]loyalty.Mark{},
		done: make(map[uint64]*loyalty.Entry, len(st.entries)), had: map[string]*had{},
	}
}

// roomy is an account without entries that has room for a story's lots.
func roomy(st *story) *loyalty.Account {
	return &loyalty.Account{Lots: make([]loyalty.Lot, 0, min(len(st.entries), pageEntries))}
}

// decide is a deciding function of package loyalty for one act.
type decide func(*loyalty.Account, *loyalty.Programme, loyalty.Draft) ([]loyalty.Entry, error)

// draft is an act like the ledger's entry.
func (s *side) draft(e *loyalty.Entry) loyalty.Draft {
	return loyalty.Draft{
		Member: s.story.member, Actor: e.Actor, Store: e.Store, Order: e.Order, Reason: anyReason,
		Facts: s.story.at(e.EffectiveAt), At: e.EffectiveAt, Now: e.RecordedAt,
	}
}

// anyReason stands for the sealed one: rules only look whether there is one.
var anyReason = []byte{1}

// do decides an act, after which the account is what it comes to; ok is false
// where the rules refuse it.
func (s *side) do(d loyalty.Draft, f decide) (made []loyalty.Entry, ok bool, err error) {
	d.Newest = s.rules(later(d.Now, s.acct.RecordedAt))
	d.Spare = s.spare
	d.After = func(a *loyalty.Account) { s.acct, s.spare = a, s.acct }
	made, err = f(s.acct, s.rules(d.At), d)
	for i := range made {
		s.count(&made[i])
	}
	s.unload()
	if loyalty.Refused(err) {
		return nil, false, nil
	}
	return made, err == nil, err
}

// as is do for one of the ledger's entries, of which it remembers the first one
// of its kind here.
func (s *side) as(e *loyalty.Entry, f decide) (head *loyalty.Entry, ok bool, err error) {
	made, ok, err := s.do(s.draft(e), f)
	if !ok || err != nil {
		return nil, false, err
	}
	for i := range made {
		if head = &made[i]; !head.Kind.Automatic() {
			s.done[e.Seq] = head
			return head, true, nil
		}
	}
	return nil, false, nil
}

// load puts on the account what deciding about an old entry needs: its mark and
// those of its lots that are closed.
func (s *side) load(of *loyalty.Entry) {
	if m, ok := s.marks[of.Seq]; ok {
		s.acct.Marks[of.Seq] = m
	}
	need := func(seq uint64) {
		open := slices.ContainsFunc(s.acct.Lots, func(l loyalty.Lot) bool { return l.Seq == seq })
		if l, closed := s.shelf[seq]; closed && !open {
			s.acct.Shelf[seq] = l
		}
	}
	for _, p := range of.Parts {
		need(p.Lot)
	}
	if of.Lot != nil {
		need(of.Seq)
	}
}

// unload takes closed lots and marks off the account, which is copied for every
// decision.
func (s *side) unload() {
	for seq, l := range s.acct.Shelf {
		s.shelf[seq] = l
	}
	for seq, m := range s.acct.Marks {
		s.marks[seq] = m
	}
	if s.acct.Shelf == nil {
		s.acct.Shelf, s.acct.Marks = map[uint64]loyalty.Lot{}, map[uint64]loyalty.Mark{}
	}
	clear(s.acct.Shelf)
	clear(s.acct.Marks)
}

// settle writes what time has done by now, where there is anything.
func (s *side) settle(now time.Time) error {
	if due := s.acct.NextDue(); due.IsZero() || due.After(now) {
		return nil // new terms, too, come with the next act
	}
	return s.settleAll(now)
}

func (s *side) settleAll(now time.Time) error {
	d := loyalty.Draft{Member: s.story.member, Facts: s.story.at(now), Now: now, At: now}
	_, _, err := s.do(d, loyalty.Settle)
	return err
}

// past lets one of the ledger's entries from before the question stand. Closed lots
// stay on the account meanwhile: the next one may open one again.
func (s *side) past(e *loyalty.Entry) error {
	if err := s.acct.Apply(*e); err != nil {
		return err
	}
	s.see(e)
	if !e.Kind.Automatic() {
		s.done[e.Seq] = e
	}
	switch of := s.story.numbered(e.Of); {
	case e.Kind == loyalty.KindGift && e.Gift != loyalty.StartGift:
		s.remember(e)
	case e.Kind == loyalty.KindReverse && of != nil && of.Kind == loyalty.KindGift:
		delete(s.had, of.Gift)
	}
	return nil
}

// see keeps the visits, as the club does.
func (s *side) see(e *loyalty.Entry) {
	switch n := e.Tally.Visits; {
	case n > 0:
		s.visits += n
		s.last = later(s.last, dateOf(e.EffectiveAt, s.zone(e.RecordedAt)))
	case n < 0:
		s.visits += n
		s.last = lastVisit(s.acct)
	}
}

func (s *side) zone(t time.Time) *time.Location { return s.rules(t).Location() }

// rank is the place of the member's tier.
func (s *side) rank(now time.Time) int { return s.rules(now).Tiers.Index(s.acct.Standing.Level) }

// level is the member's tier by its id, "" where there are none.
func (s *side) level(now time.Time) string {
	levels := s.rules(now).Tiers.Levels
	if len(levels) == 0 {
		return ""
	}
	return levels[s.rank(now)].ID
}

// fits reports whether the member's tier is one of these; none are all.
func (s *side) fits(levels []string, now time.Time) bool {
	return len(levels) == 0 || slices.Contains(levels, s.acct.Standing.Level) || slices.Contains(levels, s.level(now))
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// dateOf is t's local day, as midnight in UTC.
func dateOf(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// lastVisit is the local date of the newest visit that stands.
func lastVisit(a *loyalty.Account) time.Time {
	for _, d := range slices.Backward(a.Days) {
		if d.Visits > 0 {
			return time.Unix(int64(d.Day)*24*60*60, 0).UTC()
		}
	}
	return time.Time{}
}
