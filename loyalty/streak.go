package loyalty

import (
	"math"
	"slices"
	"time"
)

// Streak counts weeks, days or months in a row.
type Streak struct {
	ID    string
	Every Span // SpanDay, SpanWeek (from Monday) or SpanMonth
	// Of is what keeps it going: GoalVisits or GoalCheckIns, one in each span.
	Of     Goal
	Stores []Store // in which it counts; none: all
	// Length is after how many spans it brings its prize, each time again.
	Length int
	// Freezes are how many spans may be missed between two prizes without ending
	// it; a missed one does not count.
	Freezes int
	Prize   Prize
}

// Run is where a streak stands.
type Run struct {
	Count int       // spans in a row, those that were missed and forgiven not counted
	Since time.Time // first moment of the first one; zero when Count is 0
	// Freezes are how many spans may still be missed.
	Freezes int
	// Now says that the span that runs is counted already.
	Now bool
	// Prizes are the spans, by number, in which the length was reached, oldest
	// first, of this run and of all before it.
	Prizes []Prized
	// Starts are the spans with which this run and those before it began, by number,
	// oldest first.
	Starts []int
}

// Prized is a streak's length reached.
type Prized struct {
	Span  int // number of the span in which it was, see [Streak.Number]
	Count int // spans in a row then: a multiple of Length
}

// Number is the number of the span in which t lies: spans are numbered in a row,
// local days from 1970-01-01, weeks from the Monday of its week, months from its
// January.
func (s *Streak) Number(t time.Time, zone *time.Location) int {
	day := civilDay(t, zone)
	switch s.Every {
	case SpanWeek:
		return int(epochDay(monday(day))+3) / 7
	case SpanMonth:
		return (day.Year()-1970)*12 + int(day.Month()) - 1
	}
	return int(epochDay(day))
}

// Start is the first moment of the span of a number.
func (s *Streak) Start(n int, zone *time.Location) time.Time {
	first := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	switch s.Every {
	case SpanWeek:
		return dayStart(first.AddDate(0, 0, 7*n-3), zone)
	case SpanMonth:
		return dayStart(first.AddDate(0, n, 0), zone)
	}
	return dayStart(first.AddDate(0, 0, n), zone)
}

// Run is where the streak stands in the span now, of who had what keeps it going in
// the spans active, in any order. The span that runs ends nothing: there is still
// time.
func (s *Streak) Run(active []int, now int, zone *time.Location) (r Run) {
	spans := slices.Compact(slices.Sorted(slices.Values(active)))
	spans = slices.DeleteFunc(spans, func(n int) bool { return n > now })
	r.Freezes = s.Freezes
	first := 0
	for i, n := range spans {
		missed := 0
		if i > 0 {
			missed = n - spans[i-1] - 1
		}
		if r.Freezes -= missed; r.Freezes < 0 || i == 0 {
			r.Count, r.Freezes, first = 0, s.Freezes, n
			r.Starts = append(r.Starts, n)
		}
		if r.Count++; s.Length > 0 && r.Count%s.Length == 0 {
			r.Prizes = append(r.Prizes, Prized{n, r.Count})
			r.Freezes = s.Freezes
		}
	}
	if len(spans) == 0 {
		return r
	}
	last := spans[len(spans)-1]
	r.Now = last == now
	if r.Freezes -= max(0, now-last-1); r.Freezes < 0 {
		r.Count, r.Freezes = 0, s.Freezes
		return r
	}
	r.Since = s.Start(first, zone)
	return r
}

// Between are the spans of the runs that another presence in the span n changes, or
// one less, from the first to before end: a run is counted from its first span on, so
// all before it stays, and all after the next that begins as it did. r and o are the
// streak with and without it.
func (r *Run) Between(o *Run, n int) (first, end int) {
	first, end = n, math.MaxInt
	for _, starts := range [][]int{r.Starts, o.Starts} {
		if i, _ := slices.BinarySearch(starts, n+1); i > 0 {
			first = min(first, starts[i-1])
		}
	}
	for _, start := range r.Starts {
		if _, both := slices.BinarySearch(o.Starts, start); both && start > n {
			return first, start
		}
	}
	return first, end
}

// In are the prizes from the span first to before end.
func (r *Run) In(first, end int) []Prized {
	return slices.DeleteFunc(slices.Clone(r.Prizes), func(p Prized) bool { return p.Span < first || p.Span >= end })
}

// Badge is something to be proud of, which a mission or a streak gives once ever.
type Badge struct{ ID string }

// CheckIn is scanning a code that is seen in the store only, once a local day and
// store. The zero one is off.
type CheckIn struct {
	On     bool
	Points Points // each time; may be 0
	// Minutes are how long a code is shown before another one is; it is good for as
	// long again. A code of 1440 is the day's, for printing.
	Minutes int
}

// Board is a list in a group of those who opted in, by what they did in the week.
// The zero one is off.
type Board struct {
	On bool
	// What counts how much there, see the words of [BoardVisit] and others; 0 is
	// nothing.
	Visit, CheckIn, Mission, Review, Quiz int64
	Most                                  int // lines that are shown
}

// What is counted on a board.
const (
	BoardVisit   = "visit"
	BoardCheckIn = "check_in"
	BoardMission = "mission"
	BoardReview  = "review" // a review or post that was approved
	BoardQuiz    = "quiz"   // a right answer in a group's quiz
)

// Worth is how much a deed counts on the board.
func (b *Board) Worth(what string) int64 {
	switch what {
	case BoardVisit:
		return b.Visit
	case BoardCheckIn:
		return b.CheckIn
	case BoardMission:
		return b.Mission
	case BoardReview:
		return b.Review
	case BoardQuiz:
		return b.Quiz
	}
	return 0
}

// Week is the Monday of t's local week, as 2006-01-02.
func (p *Programme) Week(t time.Time) string {
	return monday(civilDay(t, p.Location())).Format(time.DateOnly)
}
