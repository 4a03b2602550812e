package loyalty

import "slices"

// Wing is a member whom an account took in ([Merge]): from then on their lots,
// holds and old entries are part of it, under numbers of their own.
type Wing struct {
	Member MemberID `json:"member"`
	Seq    uint64   `json:"seq"`             // of the entry that took them in
	Ended  bool     `json:"ended,omitempty"` // taken back since
}

// How wings are numbered. An account's own entries, lots and holds have their
// Seq; those of its n-th wing have n in the byte above, and those of that wing's
// own wings one more byte above each, the outermost on top.
const (
	firstWing, lastWing = 32, 48 // bits below the bytes
	maxWings            = 255    // ever, of one account
)

// Lift is the number, in an account, of what is id in its n-th wing. It reports
// false for what is taken in too deep.
func Lift(n int, id uint64) (uint64, bool) {
	for at := firstWing; at <= lastWing; at += 8 {
		if id>>at == 0 {
			return uint64(n)<<at | id, true
		}
	}
	return 0, false
}

// Lower is the wing that a number belongs to, and its number there; wing 0 is
// the account itself.
func Lower(id uint64) (wing int, inner uint64) {
	for at := lastWing; at >= firstWing; at -= 8 {
		if n := id >> at; n != 0 {
			return int(n & 0xff), id &^ (0xff << at)
		}
	}
	return 0, id
}

// Lifted is the entry as an account sees it that took its member in, as its n-th
// wing.
func (e Entry) Lifted(n int) Entry {
	up := func(id uint64) uint64 {
		if id == 0 {
			return 0
		}
		id, _ = Lift(n, id)
		return id
	}
	e.Seq, e.Of, e.For = up(e.Seq), up(e.Of), up(e.For)
	e.Parts = slices.Clone(e.Parts)
	for i := range e.Parts {
		e.Parts[i].Lot = up(e.Parts[i].Lot)
	}
	return e
}

// Wing is the number of the member's wing that stands, 0 for none.
func (a *Account) Wing(m MemberID) int {
	return 1 + slices.IndexFunc(a.Wings, func(w Wing) bool { return w.Member == m && !w.Ended })
}

// depth is how many wings lie in one another in what the account has.
func (a *Account) depth() (n int) {
	look := func(id uint64) {
		k := 0
		for w, in := Lower(id); w > 0; w, in = Lower(in) {
			k++
		}
		n = max(n, k)
	}
	for i := range a.Wings {
		if n == 0 && !a.Wings[i].Ended {
			n = 1
		}
	}
	for i := range a.Lots {
		look(a.Lots[i].Seq)
	}
	for i := range a.Holds {
		look(a.Holds[i].Seq)
		for _, p := range a.Holds[i].Parts {
			look(p.Lot)
		}
	}
	for i := range a.Waits {
		look(a.Waits[i].Seq)
	}
	return n
}

// Carry is what an account is from an entry on that moves it as a whole: it
// joins another one or takes one in (KindMerge), or is itself again
// (KindUnmerge). Of KindAdopt only Lots and Marks are in it: what an account
// must know of an old entry of a wing, when that is corrected.
type Carry struct {
	With  MemberID `json:"with"`            // the other one
	Wing  int      `json:"wing,omitempty"`  // which wing of the account With is; 0: the account is one of With
	Lots  []Lot    `json:"lots,omitempty"`  // these are so from here on; others stay
	Marks []Marked `json:"marks,omitempty"` // the same

	Holds    []HoldState `json:"holds,omitempty"` // these, and no others
	Waits    []Wait      `json:"waits,omitempty"`
	Frozen   bool        `json:"frozen,omitempty"`
	Count    Counters    `json:"count,omitzero"`
	Standing Standing    `json:"standing,omitzero"`
	Buckets  []Tally     `json:"buckets,omitempty"`
	Days     []Tally     `json:"days,omitempty"`
	Cards    []CardState `json:"cards,omitempty"` // ordered by Card
}

// Marked is what has been taken back of the entry Seq.
type Marked struct {
	Seq uint64 `json:"seq"`
	Mark
}

// CardState is one stamp card in a [Carry].
type CardState struct {
	Card string `json:"card"`
	Stamps
}

// carries reports whether entries of this kind have a Carry.
func (k Kind) carries() bool { return k == KindMerge || k == KindUnmerge || k == KindAdopt }

// take makes the account what a Carry says.
func (a *Account) take(e *Entry) error {
	c := e.Carry
	if (c != nil) != e.Kind.carries() {
		return errCarry
	}
	if c == nil {
		return nil
	}
	for _, l := range c.Lots {
		if err := l.check(); err != nil {
			return err
		}
		delete(a.Shelf, l.Seq)
		a.Lots = slices.DeleteFunc(a.Lots, func(o Lot) bool { return o.Seq == l.Seq })
		a.Lots = append(a.Lots, l)
	}
	for _, m := range c.Marks {
		a.Marks[m.Seq] = m.Mark
	}
	if e.Kind == KindAdopt {
		return nil
	}
	a.Holds = slices.Clone(c.Holds)
	for i := range a.Holds {
		a.Holds[i].Parts = slices.Clone(a.Holds[i].Parts)
	}
	a.Waits, a.Frozen, a.Count, a.Standing = slices.Clone(c.Waits), c.Frozen, c.Count, c.Standing
	a.Buckets, a.Days, a.Cards = slices.Clone(c.Buckets), slices.Clone(c.Days), nil
	for _, s := range c.Cards {
		if a.Cards == nil {
			a.Cards = map[string]Stamps{}
		}
		a.Cards[s.Card] = s.Stamps
	}
	return a.join(e.Kind, e.Seq, c)
}

// join notes who is part of whom.
func (a *Account) join(k Kind, seq uint64, c *Carry) error {
	switch {
	case k == KindMerge && c.Wing == 0 && a.Into == "":
		a.Into = c.With
	case k == KindUnmerge && c.Wing == 0 && a.Into == c.With:
		a.Into = ""
	case k == KindMerge && c.Wing == len(a.Wings)+1:
		a.Wings = append(slices.Clone(a.Wings), Wing{Member: c.With, Seq: seq})
	case k == KindUnmerge && c.Wing > 0 && c.Wing <= len(a.Wings) && a.Wings[c.Wing-1].Member == c.With && !a.Wings[c.Wing-1].Ended:
		a.Wings = slices.Clone(a.Wings)
		a.Wings[c.Wing-1].Ended = true
	default:
		return errCarry
	}
	return nil
}
