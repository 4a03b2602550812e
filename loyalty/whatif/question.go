package whatif

import (
	"slices"
	"time"

	"regulars/loyalty"
)

// Question is what is asked: the rules that were in force, those that might have
// been, and over which time.
type Question struct {
	// Was is the version of the rules in force at a moment, as [book.Book] has it.
	Was func(at time.Time) *loyalty.Programme
	// New are the rules asked about, see [Stack].
	New *loyalty.Programme
	// From is when they would have begun, zero the beginning of the ledger; To
	// ends the reckoning, exclusive.
	From, To time.Time
}

// Stack puts rules on top of those that were in force at a moment, as a version
// of their own that begins then: what was bought before keeps its rules. A zero
// from is the beginning: there is nothing before.
func Stack(rules loyalty.Programme, was func(time.Time) *loyalty.Programme, from, to time.Time) *loyalty.Programme {
	rules.Before, rules.From = nil, from
	newest := was(to)
	if newest == nil {
		return &rules
	}
	// A number of its own, so that no entry is taken for one of another version.
	rules.Version = newest.Version + 1
	rules.Expiry.Version = rules.Version
	rules.Tiers.Levels = slices.Clone(rules.Tiers.Levels) // the caller's stay as they are
	for i := range rules.Tiers.Levels {
		if x := rules.Tiers.Levels[i].Expiry; x != nil {
			own := *x
			own.Version = rules.Version
			rules.Tiers.Levels[i].Expiry = &own
		}
	}
	if !from.IsZero() {
		rules.Before = was(from)
	}
	return &rules
}

// at is the new rules of a moment.
func (q *Question) at(t time.Time) *loyalty.Programme { return q.New.At(t) }
