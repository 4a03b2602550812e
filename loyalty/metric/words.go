package metric

import (
	"cmp"
	"context"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/rollup"
	"regulars/loyalty/survey"
	"regulars/store"
)

// By is what the recommendation is split by.
type By string

// The ways to split it. Weeks begin on Monday.
const (
	ByStore    By = "store"
	ByEmployee By = "employee"
	ByWeek     By = "week"
)

// NPSPart is the recommendation of one store, employee or week.
type NPSPart struct {
	Store    loyalty.Store
	Employee string    // the id, without "staff/"
	From     time.Time // the week's Monday, local
	Counts   measure.NPS
	Score    measure.Score // Few under 30 answers
}

// NPSBy splits the window's recommendation: stores and employees by how many
// answers they have, the most first, and weeks in their order. Answers about a
// visit in no store, or with no employee, stand under "". missing is [NotYet] or
// "".
func (d *Desk) NPSBy(ctx context.Context, q Query, by By) (list []NPSPart, missed string, err error) {
	x, err := d.ask(ctx, q)
	if err != nil {
		return nil, "", err
	}
	v := Value{}
	list, err = remember(x, "nps by "+string(by), x.span, func(ctx context.Context, w rollup.Where) ([]NPSPart, error) {
		all, err := x.Daily.Scores(ctx, x.span, w)
		return x.parted(all, by), err
	})
	err = missing(&v, err)
	return slices.Clone(list), v.Missing, err
}

// parted are the answers to the recommendation among some, by what they are split
// by.
func (x *question) parted(all []rollup.Score, by By) (list []NPSPart) {
	type part struct {
		name string
		week int32
	}
	counts := map[part]*NPSPart{}
	for _, s := range all {
		if s.Kind != loyalty.SurveyNPS {
			continue
		}
		p, k := NPSPart{}, part{}
		switch by {
		case ByStore:
			p.Store, k.name = s.Store, string(s.Store)
		case ByEmployee:
			p.Employee, k.name = s.Staff, s.Staff
		default:
			k.week = s.Day - (s.Day+3)%7 // 1970-01-01 was a Thursday
			p.From = x.date(k.week)
		}
		if counts[k] == nil {
			counts[k] = &p
		}
		counts[k].Counts[min(max(s.Score, 0), 10)]++
	}
	for _, p := range counts {
		p.Score = p.Counts.Score()
		list = append(list, *p)
	}
	sortBy(list, func(a, b *NPSPart) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(b.Score.N, a.Score.N), cmp.Compare(a.Store, b.Store), cmp.Compare(a.Employee, b.Employee))
	})
	return list
}

// date is the beginning of a local day by its number.
func (x *question) date(day int32) time.Time {
	y, m, d := rollup.Date(day).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, x.q.From.Location())
}

// Themes is how often each theme was tagged in the window.
func (d *Desk) Themes(ctx context.Context, q Query) (map[string]int64, error) {
	x, err := d.ask(ctx, q)
	if err != nil {
		return nil, err
	}
	all := map[string]int64{}
	return all, x.told(x.q.From, x.q.To, func(list []survey.Score) error {
		for _, s := range list {
			for _, theme := range s.Themes {
				all[theme]++
			}
		}
		return nil
	})
}

// Words are the newest answers with something typed, tagged with a theme ("" any),
// at most n of them. What was typed is sealed with the member's key.
func (d *Desk) Words(ctx context.Context, q Query, theme string, n int) (words []survey.Answer, err error) {
	x, err := d.ask(ctx, q)
	if err != nil {
		return nil, err
	}
	// Back a week at a time: the newest of a year are mostly those of the last days.
	for to := x.q.To; to.After(x.q.From) && len(words) < n; to = to.AddDate(0, 0, -7) {
		from := to.AddDate(0, 0, -7)
		if from.Before(x.q.From) {
			from = x.q.From
		}
		err := x.told(from, to, func(list []survey.Score) error {
			sortBy(list, func(a, b *survey.Score) int { return b.At.Compare(a.At) })
			for _, s := range list {
				if !s.Comment || theme != "" && !slices.Contains(s.Themes, theme) {
					continue
				}
				a, ok, err := x.answerOf(s)
				if err != nil {
					return err
				}
				if ok && len(a.Comment) > 0 {
					words = append(words, a)
				}
				if len(words) == n {
					break
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return words, nil
}

func (x *question) answerOf(s survey.Score) (a survey.Answer, ok bool, err error) {
	err = x.DB.View(x.ctx, func(r store.Reader) (err error) {
		a, ok, err = survey.Part(r, s.Survey, s.Wave, s.Member)
		return err
	})
	return a, ok, err
}

// told hands over the answers of some days that are of the query's store and
// segment.
func (x *question) told(from, to time.Time, f func([]survey.Score) error) error {
	var list []survey.Score
	err := x.DB.View(x.ctx, func(r store.Reader) (err error) {
		list = nil
		for s := range survey.Scores(r, survey.Query{From: from, To: to, Store: x.q.Store}, &err) {
			list = append(list, s)
		}
		return err
	})
	if err == nil && x.q.Segment != "" {
		list, err = x.meant(list)
	}
	if err != nil {
		return err
	}
	return f(list)
}

// meant are the answers of who is in the segment. What somebody answered before
// they were merged into another is nobody's there.
func (x *question) meant(list []survey.Score) ([]survey.Score, error) {
	e, err := x.Rolls.Expr(x.q.Segment, x.now)
	if err != nil {
		return nil, err
	}
	ids := make([]loyalty.MemberID, len(list))
	for i := range list {
		ids[i] = list[i].Member
	}
	fits, err := x.Rolls.Fits(x.ctx, e, ids, x.now)
	if err != nil {
		return nil, err
	}
	in := list[:0]
	for i := range list {
		if fits[i] {
			in = append(in, list[i])
		}
	}
	return in, nil
}
