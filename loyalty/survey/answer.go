package survey

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Outcome is what an answer came to.
type Outcome string

// The outcomes.
const (
	First   Outcome = "first"   // it counts
	Changed Outcome = "changed" // it took the first one's place
	Already Outcome = "already" // there is one, which stays
	Late    Outcome = "late"    // kept, but not counted
	Unasked Outcome = "unasked" // nobody asked this person
)

// changeFor is how long a score may be changed, and whyFor how long a typed text
// after it is the second answer.
const (
	changeFor = time.Hour
	whyFor    = 24 * time.Hour
)

// Given is what somebody answers: a score, or a poll's option.
type Given struct {
	Score  int
	Option string
}

// Answer keeps what a member answers to the newest question of a survey that
// they, or who was merged into them, were asked.
func (d *Desk) Answer(tx store.Tx, m loyalty.MemberID, survey string, g Given, now time.Time, lang, channel string) (Answer, Outcome, error) {
	who, own, o, err := d.open(tx, m, survey)
	if err != nil || o.Wave == "" {
		return Answer{}, Unasked, err
	}
	a, ok, err := answers.Get(tx, survey, o.Wave, string(who))
	if err != nil || !ok {
		return a, Unasked, err
	}
	how := outcome(a, g, o, now)
	switch how {
	case Already:
		return a, how, nil
	case Changed:
		a.Changed = now.UTC()
	default:
		a.At, a.Lang, a.Channel, a.Late = now.UTC(), lang, channel, how == Late
	}
	a.State, a.Score, a.Option = Answered, g.Score, g.Option
	o.Score, o.Why = true, now.UTC().Add(whyFor)
	own.Open[survey] = o
	if a.Kind == loyalty.SurveyNPS && !a.Late {
		own.NPS = &Grade{a.Score, a.At}
	}
	if err := persons.Put(tx, own, string(who)); err != nil {
		return a, how, err
	}
	return a, how, d.answered(tx, a)
}

func outcome(a Answer, g Given, o Open, now time.Time) Outcome {
	switch {
	case !a.At.IsZero() && (now.Sub(a.At) >= changeFor || g == Given{a.Score, a.Option}):
		return Already
	case !a.At.IsZero():
		return Changed
	case !now.Before(o.Until):
		return Late
	}
	return First
}

// answered writes an answer with its row by day, and tells of it.
func (d *Desk) answered(tx store.Tx, a Answer) error {
	if err := d.put(tx, a); err != nil {
		return err
	}
	day := a.At.In(d.Zone(a.At)).Format(time.DateOnly)
	if err := days.Put(tx, a.score(), day, a.Survey, a.Wave, string(a.Member)); err != nil {
		return err
	}
	if d.Changed == nil || a.Late {
		return nil
	}
	return d.Changed(tx, a.Member)
}

// open finds a survey's newest question to a member or those merged with them,
// with the row in which it stands.
func (d *Desk) open(r store.Reader, m loyalty.MemberID, survey string) (who loyalty.MemberID, own person, o Open, err error) {
	all, err := d.family(r, m)
	if err != nil {
		return m, own, o, err
	}
	for _, one := range all {
		him, _, err := persons.Get(r, string(one))
		if err != nil {
			return m, own, o, err
		}
		if x, ok := him.Open[survey]; ok && x.Asked.After(o.Asked) {
			who, own, o = one, him, x
		}
	}
	return who, own, o, nil
}

// Of is a member's part of the newest wave of a survey that they were asked.
func (d *Desk) Of(r store.Reader, m loyalty.MemberID, survey string) (Answer, bool, error) {
	who, _, o, err := d.open(r, m, survey)
	if err != nil || o.Wave == "" {
		return Answer{}, false, err
	}
	return answers.Get(r, survey, o.Wave, string(who))
}

// Wait is what a member's next typed words may be about.
type Wait struct {
	Survey string      // a question whose score (Why false) or second answer is awaited
	Why    bool        // the second answer
	Case   loyalty.Ref // or the case about which the shop wrote to them
}

// Waits tells what a member's typed words may be about, the newest first: what
// the shop wrote to them, a second answer, a score.
func (d *Desk) Waits(r store.Reader, m loyalty.MemberID, now time.Time) (list []Wait, err error) {
	all, err := d.family(r, m)
	if err != nil {
		return nil, err
	}
	var talks, whys, scores []Wait
	for _, one := range all {
		own, _, err := persons.Get(r, string(one))
		if err != nil {
			return nil, err
		}
		if own.Talk != nil && now.Before(own.Talk.Until) {
			talks = append(talks, Wait{Case: own.Talk.Case})
		}
		for id, o := range own.Open {
			switch {
			case o.Score && now.Before(o.Why):
				whys = append(whys, Wait{Survey: id, Why: true})
			case !o.Score && now.Before(o.Until):
				scores = append(scores, Wait{Survey: id})
			}
		}
	}
	return slices.Concat(talks, whys, scores), nil
}

// Explain adds the second answer: a sealed comment, a theme, or neither, when
// the member would rather not. A comment ends the waiting for one. It reports
// false when no score of theirs is there.
func (d *Desk) Explain(tx store.Tx, m loyalty.MemberID, survey string, comment []byte, theme string, now time.Time) (Answer, bool, error) {
	who, own, o, err := d.open(tx, m, survey)
	if err != nil || !o.Score {
		return Answer{}, false, err
	}
	a, ok, err := answers.Get(tx, survey, o.Wave, string(who))
	if err != nil || !ok {
		return a, false, err
	}
	if theme == "" {
		o.Why = time.Time{}
		own.Open[survey] = o
		if err := persons.Put(tx, own, string(who)); err != nil {
			return a, false, err
		}
	}
	if comment != nil {
		a.Comment = comment
	}
	if theme != "" && !slices.Contains(a.Themes, theme) {
		a.Themes = append(a.Themes, theme)
		if err := tagged.Put(tx, now.UTC(), theme, string(who)); err != nil {
			return a, false, err
		}
	}
	return a, true, d.answered(tx, a)
}

// Reward notes that a first answer was rewarded. It reports false when the
// person, whoever they were merged with, has had this wave's.
func (d *Desk) Reward(tx store.Tx, a Answer) (bool, error) {
	all, err := d.family(tx, a.Member)
	if err != nil {
		return false, err
	}
	for _, one := range all {
		if x, _, err := answers.Get(tx, a.Survey, a.Wave, string(one)); err != nil || x.Rewarded {
			return false, err
		}
	}
	a.Rewarded = true
	return true, d.put(tx, a)
}
