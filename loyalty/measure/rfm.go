package measure

import "slices"

// Cuts are where a figure's fifths end: the value at 20, 40, 60 and 80 % of the
// people, from the smallest. They are a population's; a person's fifth is
// [Cuts.Fifth].
type Cuts [4]int64

// CutsOf sorts the values, in place, and gives their cuts. Without values all
// are 0. A million values take about a tenth of a second.
func CutsOf(values []int64) Cuts {
	var c Cuts
	if len(values) == 0 {
		return c
	}
	slices.Sort(values)
	for k := range c {
		// The value that the first (k+1)/5 of the people reach.
		c[k] = values[(len(values)*(k+1)+4)/5-1]
	}
	return c
}

// Fifth is 1 (the lowest) to 5 for a value: one more than the cuts below it.
// Equal values are always in the same fifth, so that fifths need not be of equal
// size: where most people bought once, all of them are in the first, and none in
// the second.
func (c Cuts) Fifth(v int64) int8 {
	f := int8(1)
	for _, cut := range c {
		if v > cut {
			f++
		}
	}
	return f
}

// Scale is the cuts of the three figures over the buyers of a window. Recency
// is a moment in any unit that grows with time (a day's number, µs), that of the
// last purchase: the later the better.
type Scale struct {
	Recency   Cuts `json:"recency"`
	Frequency Cuts `json:"frequency"`
	Money     Cuts `json:"money"`
}

// RFM is a buyer's fifths, 1 to 5 each, 5 being the most recent, the most often
// and the most spent. The zero RFM is that of one who bought nothing.
type RFM struct{ R, F, M int8 }

// Of is the fifths of a buyer whose last purchase, number of purchases and
// money (in the currency's minor unit) these are.
func (s Scale) Of(last, count, money int64) RFM {
	return RFM{R: s.Recency.Fifth(last), F: s.Frequency.Fifth(count), M: s.Money.Fifth(money)}
}

// Kind is one of the eleven kinds of buyer that RFM tells apart, by the name
// that expressions use; "" for one who bought nothing.
type Kind string

// The kinds, from the best down.
const (
	Champions     Kind = "champions"      // bought just now, often and much
	Loyal         Kind = "loyal"          // often and much, not just now
	Potential     Kind = "potential"      // recently, and more than the first time
	NewBuyers     Kind = "new"            // just now, once or little
	Promising     Kind = "promising"      // recently, once or little
	NeedAttention Kind = "attention"      // middling in all
	AboutToSleep  Kind = "about-to-sleep" // middling recently, seldom
	AtRisk        Kind = "at-risk"        // were good, and have been away
	CantLose      Kind = "cant-lose"      // were among the best, and have been away longest
	Hibernating   Kind = "hibernating"    // were little, and have been away
	Lost          Kind = "lost"           // were little, and have been away longest
)

// Kinds are all eleven, from the best down.
var Kinds = []Kind{Champions, Loyal, Potential, NewBuyers, Promising, NeedAttention, AboutToSleep, AtRisk, CantLose, Hibernating, Lost}

// kinds is the rule, as it may be shown: a row a fifth of recency, from the
// longest away to the latest, and in it a column a fifth of how often and how
// much, which are taken together as their mean, a half rounding up.
var kinds = [5][5]Kind{
	{Lost, Lost, Hibernating, CantLose, CantLose},
	{Hibernating, Hibernating, AtRisk, AtRisk, AtRisk},
	{AboutToSleep, AboutToSleep, NeedAttention, Loyal, Loyal},
	{Promising, Potential, Loyal, Loyal, Champions},
	{NewBuyers, Potential, Potential, Champions, Champions},
}

// Kind is the buyer's kind by the table of recency against the mean of frequency
// and money; "" for the zero RFM.
func (f RFM) Kind() Kind {
	if f.R < 1 || f.R > 5 || f.F < 1 || f.F > 5 || f.M < 1 || f.M > 5 {
		return ""
	}
	return kinds[f.R-1][(f.F+f.M+1)/2-1]
}
