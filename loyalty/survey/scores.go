package survey

import (
	"iter"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Score is one answer, as those who count read it: nameless but for the
// member's id.
type Score struct {
	Survey   string             `json:"survey"`
	Wave     string             `json:"wave"`
	Member   loyalty.MemberID   `json:"member"`
	Kind     loyalty.SurveyKind `json:"kind"`
	Score    int                `json:"score"`
	Option   string             `json:"option,omitempty"`
	At       time.Time          `json:"at"` // of the first answer
	Store    loyalty.Store      `json:"store,omitempty"`
	Employee string             `json:"staff,omitempty"`
	Lang     string             `json:"lang,omitempty"`
	Channel  string             `json:"channel,omitempty"`
	Themes   []string           `json:"themes,omitempty"`
	Comment  bool               `json:"comment,omitempty"` // there is one
	Late     bool               `json:"late,omitempty"`
}

func (a *Answer) score() Score {
	return Score{
		Survey: a.Survey, Wave: a.Wave, Member: a.Member, Kind: a.Kind, Score: a.Score, Option: a.Option, At: a.At,
		Store: a.Visit.Store, Employee: a.Visit.Staff, Lang: a.Lang, Channel: a.Channel, Themes: a.Themes,
		Comment: len(a.Comment) > 0, Late: a.Late,
	}
}

// Class is what a recommendation's score counts as.
type Class string

// The classes of NPS.
const (
	Promoter  Class = "promoter"  // 9 and 10
	Passive   Class = "passive"   // 7 and 8
	Detractor Class = "detractor" // 0 to 6
)

// ClassOf is the class of a score from 0 to 10.
func ClassOf(score int) Class {
	switch {
	case score >= 9:
		return Promoter
	case score >= 7:
		return Passive
	}
	return Detractor
}

// Query chooses answers. Empty fields choose all.
type Query struct {
	From, To time.Time // answered in [From, To)
	ID       string    // of the survey
	Kind     loyalty.SurveyKind
	Store    loyalty.Store
	Employee string // id, without "staff/"
	Late     bool   // late ones too
}

func (q *Query) wants(s *Score) bool {
	return (q.From.IsZero() || !s.At.Before(q.From)) && (q.To.IsZero() || s.At.Before(q.To)) &&
		(q.ID == "" || s.Survey == q.ID) && (q.Kind == "" || s.Kind == q.Kind) && (q.Store == "" || s.Store == q.Store) &&
		(q.Employee == "" || s.Employee == q.Employee) && (q.Late || !s.Late)
}

// Scores yields the answers that q chooses, in the order of their days. A read
// that failed is reported through err, to be looked at after the loop.
func Scores(r store.Reader, q Query, err *error) iter.Seq[Score] {
	return func(yield func(Score) bool) {
		// Days are local ones, and a zone is at most a day away from UTC.
		from, to := "", "~"
		if !q.From.IsZero() {
			from = q.From.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
		}
		if !q.To.IsZero() {
			to = q.To.UTC().AddDate(0, 0, 2).Format(time.DateOnly)
		}
		for _, s := range days.Scan(r, days.Between(from, to), err) {
			if q.wants(&s) && !yield(s) {
				return
			}
		}
	}
}

// Tally counts answers.
type Tally struct {
	Answers, Promoters, Passives, Detractors int
	Sum                                      int64 // of the scores
	Options                                  map[string]int
	Themes                                   map[string]int
}

// Count counts the answers that q chooses. Promoters and the rest count answers
// to the recommendation only.
func Count(r store.Reader, q Query) (t Tally, err error) {
	t.Options, t.Themes = map[string]int{}, map[string]int{}
	for s := range Scores(r, q, &err) {
		t.Answers++
		t.Sum += int64(s.Score)
		if s.Option != "" {
			t.Options[s.Option]++
		}
		for _, theme := range s.Themes {
			t.Themes[theme]++
		}
		if s.Kind != loyalty.SurveyNPS {
			continue
		}
		switch ClassOf(s.Score) {
		case Promoter:
			t.Promoters++
		case Passive:
			t.Passives++
		default:
			t.Detractors++
		}
	}
	return t, err
}

// Reached counts the members of a survey's wave by how far they are; late
// answers are counted by themselves.
type Reached struct{ Asked, Answered, Unreached, Late int }

// Wave counts a survey's wave. In an Update its members must be locked: it is
// for a View.
func Wave(r store.Reader, survey, wave string) (n Reached, err error) {
	for _, a := range answers.Scan(r, answers.Under(survey, wave), &err) {
		switch {
		case a.State == Unreached:
			n.Unreached++
			continue
		case a.Late:
			n.Late++
		case a.State == Answered:
			n.Answered++
		}
		n.Asked++
	}
	return n, err
}

// Latest is a member's newest answer to a recommendation that counts, late ones
// excluded; of who was merged ask for each.
func Latest(r store.Reader, m loyalty.MemberID) (Grade, bool, error) {
	own, _, err := persons.Get(r, string(m))
	if err != nil || own.NPS == nil {
		return Grade{}, false, err
	}
	return *own.NPS, true, nil
}

// Tagged yields who tagged a theme since a moment, from a member on ("" at
// first), in their order.
func Tagged(r store.Reader, theme string, since time.Time, from loyalty.MemberID, err *error) iter.Seq[loyalty.MemberID] {
	return func(yield func(loyalty.MemberID) bool) {
		rg := tagged.Under(theme)
		rg.Start = tagged.Key(theme, string(from))
		for key, at := range tagged.Scan(r, rg, err) {
			m := loyalty.MemberID(key[strings.LastIndexByte(key, '/')+1:])
			if !at.Before(since) && !yield(m) {
				return
			}
		}
	}
}

// All yields every member's part of every wave that is kept, by survey, wave and
// member. It is for a View; a read that failed is reported through err.
func All(r store.Reader, err *error) iter.Seq[Answer] {
	return func(yield func(Answer) bool) {
		for _, a := range answers.Scan(r, answers.All(), err) {
			if !yield(a) {
				return
			}
		}
	}
}

// AllCases yields every case that is kept, open and closed, likewise.
func AllCases(r store.Reader, err *error) iter.Seq[Case] {
	return func(yield func(Case) bool) {
		for _, c := range cases.Scan(r, cases.All(), err) {
			if !yield(c) {
				return
			}
		}
	}
}

// Part is a member's part of a survey's wave.
func Part(r store.Reader, survey, wave string, m loyalty.MemberID) (Answer, bool, error) {
	return answers.Get(r, survey, wave, string(m))
}
