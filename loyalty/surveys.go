package loyalty

import (
	"fmt"
	"time"
)

// SurveyKind is what a survey asks for.
type SurveyKind string

// The kinds of surveys.
const (
	SurveyNPS  SurveyKind = "nps"  // how likely to recommend, 0 to 10
	SurveyCSAT SurveyKind = "csat" // how satisfied, 1 to 5
	SurveyPoll SurveyKind = "poll" // one of the survey's own options
)

// Range are the lowest and highest score of a kind; a poll has none.
func (k SurveyKind) Range() (low, high int) {
	switch k {
	case SurveyNPS:
		return 0, 10
	case SurveyCSAT:
		return 1, 5
	}
	return 0, 0
}

// SurveyAfter is what a survey follows upon.
type SurveyAfter string

// What surveys follow upon.
const (
	AfterVisit SurveyAfter = "visit" // a purchase
	AfterJoin  SurveyAfter = "join"
	AfterUse   SurveyAfter = "use" // a voucher used at a counter
)

// SpanQuarter is three calendar months from January, April, July or October.
const SpanQuarter Span = "quarter"

// Survey is one question that some members are asked after something they did,
// at most once a wave.
type Survey struct {
	ID    string
	Kind  SurveyKind
	After SurveyAfter
	Delay time.Duration // after the deed
	Share int           // percent of members who are asked in a wave, 1 to 100
	// Fatigue is how many days pass between any two surveys of one member.
	Fatigue int
	// Wave is how answers are counted together, and how often one member is asked
	// at most: SpanWeek, SpanMonth or SpanQuarter.
	Wave Span
	// OpenFor is how long an answer counts, from the asking.
	OpenFor time.Duration
	// From and To are the local time of day within which it is asked, in minutes
	// since midnight; equal ones are any time.
	From, To int
	Options  []string // a poll's, in their order
	FollowUp bool     // one question more after the score
	Themes   []string // that the second answer can be tagged with
	Points   Points   // for the first answer of a wave
	Reward   string   // likewise, a voucher of this reward
	// ReviewURL is where a promoter may write publicly, "" nowhere.
	ReviewURL string
	// AlertAt is the highest score that calls the store's managers; -1 is none.
	AlertAt int
	// ThankAfter is how long after its case was closed a customer who was helped
	// is thanked; 0 is never.
	ThankAfter time.Duration
	// Carriage is how the question travels, as package bot names it: "ride",
	// "push" or "ride-then-push", which rides for RideFor. What has not gone after
	// Within is not asked any more.
	Carriage        string
	RideFor, Within time.Duration
}

// WaveAt names the wave of a local moment: "2026-W47", "2026-11" or "2026-Q4".
func (s *Survey) WaveAt(local time.Time) string {
	switch s.Wave {
	case SpanWeek:
		y, w := local.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", y, w)
	case SpanQuarter:
		return fmt.Sprintf("%04d-Q%d", local.Year(), (int(local.Month())+2)/3)
	}
	return local.Format("2006-01")
}

// Opens is the first moment from t on that lies within the survey's hours, in
// t's location.
func (s *Survey) Opens(t time.Time) time.Time {
	if s.From == s.To {
		return t
	}
	minute, day := t.Hour()*60+t.Minute(), t.Day()
	switch {
	case s.From < s.To && minute < s.From, s.From > s.To && minute >= s.To && minute < s.From:
	case s.From < s.To && minute >= s.To:
		day++
	default:
		return t
	}
	return time.Date(t.Year(), t.Month(), day, s.From/60, s.From%60, 0, 0, t.Location())
}
