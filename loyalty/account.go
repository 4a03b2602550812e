package loyalty

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Account is one member's state: the fold of their entries. [Account.Apply] is
// the only thing that changes it. Its JSON is the stored head; what is closed
// is not in it.
type Account struct {
	Seq        uint64         `json:"seq"`  // of the last entry; 0 is an account without entries
	Head       Hash           `json:"head"` // that entry's hash
	RecordedAt time.Time      `json:"recorded,omitzero"`
	Lots       []Lot          `json:"lots,omitempty"`  // with points left or held, ordered by (ExpiresAt, Seq)
	Holds      []HoldState    `json:"holds,omitempty"` // with points held, ordered by Seq
	Waits      []Wait         `json:"waits,omitempty"` // reversals without their earning yet
	Owed       Points         `json:"owed,omitempty"`  // the debt, ≥ 0
	Frozen     bool           `json:"frozen,omitempty"`
	Pots       map[Pot]Points `json:"pots"` // what the legs of all entries sum to
	Count      Counters       `json:"count"`

	Standing Standing          `json:"standing,omitzero"` // the tier
	Buckets  []Tally           `json:"buckets,omitempty"` // by month, ordered; the newest maxBuckets
	Days     []Tally           `json:"days,omitempty"`    // by day, ordered; the newest maxDays
	Cards    map[string]Stamps `json:"cards,omitempty"`   // stamp cards by their id
	Terms    int               `json:"terms,omitempty"`   // newest programme version whose expiry rule the lots were held against
	Into     MemberID          `json:"into,omitempty"`    // the account that took this one in: nothing is left here
	Wings    []Wing            `json:"wings,omitempty"`   // whom this one took in, ever, in order

	// Shelf holds closed lots by Seq, and Marks what has been taken back of an
	// entry. Both grow for ever, so they live in rows of their own: whoever
	// decides about an old entry loads what it names first.
	Shelf map[uint64]Lot  `json:"-"`
	Marks map[uint64]Mark `json:"-"`
}

// Counters are what tiers and a manager's questions count.
type Counters struct {
	Earned   Points    `json:"earned,omitempty"`  // given less taken back, ever
	Spent    Points    `json:"spent,omitempty"`   // used less undone, ever
	Visits   int64     `json:"visits,omitempty"`  // sales not wholly taken back
	Money    Money     `json:"money,omitempty"`   // of sales, less refunds
	First    time.Time `json:"first,omitzero"`    // effective time of the first entry
	Activity time.Time `json:"activity,omitzero"` // latest earning or spending
}

// Lot is points of one earning. Granted = Remaining + Held + Consumed +
// Expired + Reversed + Moved, at all times.
type Lot struct {
	Seq uint64 `json:"seq"` // of the entry that opened it
	Opening
	Pending   bool   `json:"pending,omitempty"`
	Remaining Points `json:"remaining,omitempty"`
	Held      Points `json:"held,omitempty"`
	Consumed  Points `json:"consumed,omitempty"`
	Expired   Points `json:"expired,omitempty"`
	Reversed  Points `json:"reversed,omitempty"` // taken back, or paid to a debt
	Moved     Points `json:"moved,omitempty"`    // with another account: by a merge, or lent
	// From and Of are the account and the lot of a borrowed one: what comes free in
	// it goes back there.
	From MemberID `json:"from,omitempty"`
	Of   uint64   `json:"of,omitempty"`
}

// Closed reports whether nothing is left in the lot.
func (l *Lot) Closed() bool { return l.Remaining == 0 && l.Held == 0 }

// GoneAt reports whether the lot's points are past their expiry at t.
func (l *Lot) GoneAt(t time.Time) bool { return !l.ExpiresAt.IsZero() && !t.Before(l.ExpiresAt) }

// order sorts lots by (ExpiresAt, Seq), never last.
func (l *Lot) order(m *Lot) int {
	if l.ExpiresAt.IsZero() != m.ExpiresAt.IsZero() {
		if l.ExpiresAt.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(l.ExpiresAt.Compare(m.ExpiresAt), cmp.Compare(l.Seq, m.Seq))
}

// HoldState is what is still held under one hold entry.
type HoldState struct {
	Seq      uint64    `json:"seq"`
	Parts    []Part    `json:"parts"`
	Deadline time.Time `json:"deadline,omitzero"` // then it goes back; zero is never
	Forfeit  bool      `json:"forfeit,omitempty"` // then it is gone instead
}

// Points is how many are still held.
func (h *HoldState) Points() Points { return sum(h.Parts) }

// Wait is a reversal that came before its earning. It waits 30 days.
type Wait struct {
	Seq    uint64    `json:"seq"`
	Order  Order     `json:"order"`
	Amount Money     `json:"amount,omitempty"` // 0 is what the lines say, or the whole sale
	Lines  []Line    `json:"lines,omitempty"`
	Since  time.Time `json:"since"`
}

// Mark is what has been taken back of one entry.
type Mark struct {
	Points Points `json:"points,omitempty"`
	Amount Money  `json:"amount,omitempty"` // of a sale's money
	Whole  bool   `json:"whole,omitempty"`  // nothing more can be taken back
	Lines  []Line `json:"lines,omitempty"`  // of a sale's, one an item
	// Of what the entry added to the counts, and to each card, signed as there.
	Nights    int64      `json:"nights,omitempty"`
	Qualified Points     `json:"qualified,omitempty"`
	Stamps    []Stamping `json:"stamps,omitempty"`
}

// Equal reports whether both say the same.
func (m Mark) Equal(n Mark) bool {
	return m.Points == n.Points && m.Amount == n.Amount && m.Whole == n.Whole && m.Nights == n.Nights &&
		m.Qualified == n.Qualified && slices.Equal(m.Lines, n.Lines) && slices.Equal(m.Stamps, n.Stamps)
}

// with is the mark after the reversal e, beside the mark before.
func (m Mark) with(e *Entry) Mark {
	m.Points, m.Amount, m.Whole = m.Points+e.In(Issued), m.Amount+e.Amount, e.Whole
	m.Nights, m.Qualified = m.Nights-e.Tally.Nights, m.Qualified-e.Tally.Points
	m.Lines, m.Stamps = slices.Clone(m.Lines), slices.Clone(m.Stamps)
	for _, l := range e.Lines {
		m.Lines, _ = addLine(m.Lines, l) // of a sale's lines, which fit
	}
	for _, s := range e.Stamps {
		i := slices.IndexFunc(m.Stamps, func(t Stamping) bool { return t.Card == s.Card })
		if i < 0 {
			m.Stamps = append(m.Stamps, s)
			continue
		}
		m.Stamps[i].Stamps += s.Stamps
		m.Stamps[i].Filled += s.Filled
	}
	return m
}

func sum(parts []Part) (n Points) {
	for _, p := range parts {
		n += p.Points
	}
	return n
}

// Clone is a deep copy.
func (a *Account) Clone() *Account { return a.cloneOver(&Account{}) }

// cloneOver is [Account.Clone] in the memory of another account, which is no more.
func (a *Account) cloneOver(c *Account) *Account {
	old := *c
	*c = *a
	c.Lots, c.Holds, c.Waits, c.Wings = sliceOver(old.Lots, a.Lots), sliceOver(old.Holds, a.Holds), sliceOver(old.Waits, a.Waits), sliceOver(old.Wings, a.Wings)
	for i := range c.Holds {
		c.Holds[i].Parts = slices.Clone(c.Holds[i].Parts)
	}
	c.Buckets, c.Days, c.Cards = sliceOver(old.Buckets, a.Buckets), sliceOver(old.Days, a.Days), mapOver(old.Cards, a.Cards)
	c.Pots, c.Shelf, c.Marks = mapOver(old.Pots, a.Pots), mapOver(old.Shelf, a.Shelf), mapOver(old.Marks, a.Marks)
	return c
}

// sliceOver and mapOver are copies in the memory of what was there before, nil
// of nil.
func sliceOver[T any](old, s []T) []T {
	if old == nil || s == nil {
		return slices.Clone(s)
	}
	return append(old[:0], s...)
}

func mapOver[K comparable, V any](old, m map[K]V) map[K]V {
	if old == nil || m == nil {
		return maps.Clone(m)
	}
	clear(old)
	maps.Copy(old, m)
	return old
}

// Check holds the account against the invariants that it can be held against
// alone: zero sum, lot identity, pots that equal lots, holds and debt.
func (a *Account) Check() error {
	var total, active, pending, held Points
	for _, n := range a.Pots {
		total += n
	}
	for i := range a.Lots {
		l := &a.Lots[i]
		if err := l.check(); err != nil {
			return err
		}
		if l.Pending {
			pending += l.Remaining
		} else {
			active += l.Remaining
		}
		held += l.Held
	}
	for i := range a.Holds {
		held -= a.Holds[i].Points()
	}
	switch {
	case total != 0:
		return fmt.Errorf("loyalty: the pots sum to %d, not 0", total)
	case active != a.Pots[Available] || pending != a.Pots[Pending]:
		return fmt.Errorf("loyalty: lots have %d active and %d pending, pots %d and %d", active, pending, a.Pots[Available], a.Pots[Pending])
	case held != 0:
		return fmt.Errorf("loyalty: lots hold %d more than holds do", held)
	case a.Owed < 0 || a.Owed != -a.Pots[Debt]:
		return fmt.Errorf("loyalty: %d owed, pot %d", a.Owed, a.Pots[Debt])
	}
	return nil
}

// check is the lot's identity.
func (l *Lot) check() error {
	if min(l.Granted, l.Remaining, l.Held, l.Consumed, l.Expired, l.Reversed, l.Moved) < 0 {
		return fmt.Errorf("loyalty: lot %d has a part below zero", l.Seq)
	}
	if l.Granted != l.Remaining+l.Held+l.Consumed+l.Expired+l.Reversed+l.Moved {
		return fmt.Errorf("loyalty: lot %d does not add up to what it granted", l.Seq)
	}
	return nil
}
