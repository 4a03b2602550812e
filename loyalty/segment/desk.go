package segment

import (
	"errors"
	"fmt"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// Source fills in what another room knows of a member: it changes only the
// fields that it names in its own comment. parts are who was merged into the
// member, whose things are the member's. It reads, and is called in a View.
type Source func(r store.Reader, m loyalty.MemberID, parts []loyalty.MemberID, roll *Roll) error

// Desk is how one shop keeps its rolls and finds members by them. Its fields are
// set before it is used; then it may be used by many at once.
type Desk struct {
	DB    store.DB
	Vault *people.Vault
	Book  *book.Book
	// Programme is the version of the rules in force at a moment.
	Programme func(time.Time) *loyalty.Programme
	// Platform tells a configured channel's platform, "line" or "telegram"; ok is
	// false for one that is configured no more.
	Platform func(channel string) (platform string, ok bool)
	// Lang is the shop's own language, of who has told none.
	Lang string
	// Known are the names that expressions may compare with; nil: the rules' tiers.
	Known func(time.Time) Known
	// Own are the programme's segments in force at a moment; nil: it has none.
	Own func(time.Time) []Named
	// Sources are asked in their order.
	Sources []Source
	// Also is told, in the commit that takes a member's mark off and under their
	// lock, that something of them was written; nil tells nobody. It is for what
	// else is made from the same and would otherwise ask for a mark of its own of
	// every sale.
	Also func(store.Tx, loyalty.MemberID) error
}

func (d *Desk) also(tx store.Tx, m loyalty.MemberID) error {
	if d.Also == nil {
		return nil
	}
	return d.Also(tx, m)
}

// rolls are no JSON, see the package comment: only keys and ranges are used of
// their table.
var (
	rolls = store.NewTable[struct{}]("roll/", store.Readable, store.FirstPart("member"))
	dues  = store.NewTable[int]("rolldue/", store.Locked, store.FirstPart("member"))
	fits  = store.NewTable[Population]("rollfit/", store.Readable, store.FirstPart("rollfit"))
)

// Mark says that a member's roll is out of date. Whoever writes what a roll is
// made from calls it in the same transaction, under the member's lock.
func (d *Desk) Mark(tx store.Tx, m loyalty.MemberID) error {
	// The number tells a mark that a refresh has seen from one set since.
	n, _, err := dues.Get(tx, string(m))
	if err != nil {
		return err
	}
	return dues.Put(tx, n+1, string(m))
}

// PersonChanged is Mark for who wrote a person's row: of somebody who is gone,
// everything here goes in the same commit.
func (d *Desk) PersonChanged(tx store.Tx, m loyalty.MemberID) error {
	status, err := people.StatusOf(tx, m)
	switch {
	case err != nil:
		return err
	case status == people.Erased:
		return d.forget(tx, m)
	case status == people.Contact:
		return nil // has no roll
	}
	return d.Mark(tx, m)
}

// forget deletes all of a member's rows.
func (d *Desk) forget(tx store.Tx, m loyalty.MemberID) error {
	id := string(m)
	return errors.Join(rolls.Delete(tx, id), dues.Delete(tx, id), labels.Delete(tx, id), d.also(tx, m))
}

// Expr is the segment of this name among the programme's and the presets, or
// else the expression itself, held against the programme. The error is a
// *Complaint.
func (d *Desk) Expr(text string, now time.Time) (*Expr, error) {
	all := append(d.own(now), presets...)
	ids := make([]string, len(all))
	for i, n := range all {
		if ids[i] = n.ID; n.ID == text {
			text = n.When
			break
		}
	}
	e, err := Compile(text)
	var c *Complaint
	if errors.As(err, &c) && c.Wrong == WrongWord && c.Word == text && c.Nearest == "" {
		c.Nearest = nearest(text, ids) // one word alone is a name that was mistyped
	}
	if err != nil {
		return nil, err
	}
	if d.Known != nil {
		return e, e.Check(d.Known(now))
	}
	return e, e.Check(KnownOf(d.Programme(now)))
}

func (d *Desk) own(now time.Time) []Named {
	if d.Own == nil {
		return nil
	}
	return d.Own(now)
}

// KnownOf is what a programme's rules know of names.
func KnownOf(p *loyalty.Programme) Known {
	k := Known{Tiers: []string{}}
	for _, l := range p.Tiers.Levels {
		k.Tiers = append(k.Tiers, l.ID)
	}
	return k
}

// TooFewError says that an attribute cannot be told of anybody yet, as too few
// members have bought twice.
type TooFewError struct{ Attribute string }

func (e *TooFewError) Error() string {
	return fmt.Sprintf("segment: %q cannot be told yet: too few members have come again", e.Attribute)
}
