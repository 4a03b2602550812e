// Package measure is the arithmetic of what a shop is told about its members:
// what was sold to how many ([Sales]), who stayed, left and came back ([Stay],
// [Cohorts]), whether a difference is one ([Compare], [CompareMeans]), what a
// survey says ([NPS], [CSAT]), who buys how recently, often and much ([RFM],
// [Grid]), who is still a customer and what they will be worth ([BGNBD],
// [GammaGamma], [CLV]), how much somebody has to do with the shop ([Engagement],
// [LoyaltyScore]) and what the shop owes ([Liability]).
//
// It is pure: it has no rows, no clock, no words and no randomness, and the same
// figures go in and come out on every machine to the four digits that are ever
// shown. Whoever calls it says which window and which people the figures are of.
//
// # What cannot be computed says so
//
// Nothing here answers 0 for "unknown". A figure that a handful of people
// cannot carry comes with Few set, or as [ErrTooFew]; what there is nothing to
// reckon from (a mean order without an order) as [ErrNone]; a model that the data do
// not pin down comes as [ErrNoFit]. Both are answers to be shown, not failures:
//
//   - a score of a survey needs [FewAnswers] answers;
//   - two shares are compared when each group has [FewPeople] people, and when,
//     at the share both have together, each could be expected to hold [FewHits]
//     who did and [FewHits] who did not (below that the normal curve, which the
//     test rests on, is no likeness of the counts);
//   - two means are compared when each group has [FewPeople] people;
//   - the model of purchases needs [FewRepeaters] buyers who came again.
//
// A comparison is for a horizon that was set before it began: looking every day
// and stopping at the first "better" finds one in four campaigns that did
// nothing. [SampleSize] is for before, [Compare] for after.
package measure

import "errors"

// The least that each figure is told from; see the package comment.
const (
	FewAnswers   = 30
	FewPeople    = 30
	FewHits      = 5
	FewRepeaters = 10
)

// ErrTooFew: there are not enough people, answers or purchases to say anything.
var ErrTooFew = errors.New("measure: too few to tell")

// ErrNoFit: the purchases do not pin the model's parameters down, as where
// nobody ever stopped coming; there is no honest figure to show.
var ErrNoFit = errors.New("measure: the model does not fit these purchases")
