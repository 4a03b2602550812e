package loyalty

import "slices"

// Lever is a way of saying what is true so that it moves people: behavioural
// economics has a name for each. Pulled, it adds words; the members of its
// hold-out read the same page without them, so that a difference can be told.
// Nobody is held out from anything that they are entitled to.
type Lever string

// The levers.
const (
	LeverGoal      Lever = "goal_gradient" // how little is missing of the next reward or level
	LeverFraming   Lever = "framing"       // that as what they have of it already
	LeverSocial    Lever = "social_proof"  // how many members took a reward lately
	LeverScarcity  Lever = "scarcity"      // how few there are, and how soon it ends
	LeverLoss      Lever = "loss"          // what goes soon
	LeverEndowment Lever = "endowment"     // what was given at the start is theirs
	LeverGratitude Lever = "gratitude"     // thanks for a visit, see [NudgeThanks]
)

// AllLevers are the levers in the order in which they are shown.
var AllLevers = []Lever{LeverGoal, LeverFraming, LeverSocial, LeverScarcity, LeverLoss, LeverEndowment, LeverGratitude}

// LeverRule is a lever that is on.
type LeverRule struct {
	Lever   Lever
	Holdout int // members of a hundred who do not read its words, 0 to 90
}

// Lever finds a lever's rule; ok is false for one that is off.
func (p *Programme) Lever(l Lever) (rule LeverRule, ok bool) {
	i := slices.IndexFunc(p.Levers, func(r LeverRule) bool { return r.Lever == l })
	if i < 0 {
		return rule, false
	}
	return p.Levers[i], true
}
