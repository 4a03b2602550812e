package measures

import (
	"context"
	"html/template"
	"strings"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/console/chart"
	"regulars/i18n"
	"regulars/loyalty/metric"
	"regulars/store"
)

// oneData is a metric's page.
type oneData struct {
	*Form
	Figure     Figure
	Definition []string
	Chart      template.HTML
	Weights    []weight
	Parts      []weight
}

// series is a metric's values by step, and the comparison's.
type series struct {
	All    both
	Now    []metric.Point
	Before []metric.Point
}

// steps are those of a series, the finest first.
var steps = []choice{{"day", i18n.ConsoleMeasuresByDay}, {"week", i18n.ConsoleMeasuresByWeek}, {"month", i18n.ConsoleMeasuresByMonth}}

// mostRows is how many days a page's table has: a whole year of them is for a file.
const mostRows = 200

// stepFor is the step that a window's days make a readable line with.
func stepFor(q metric.Query) metric.Step {
	switch days := int(q.To.Sub(q.From).Hours() / 24); {
	case days <= 45:
		return metric.Day
	case days <= 200:
		return metric.Week
	}
	return metric.Month
}

func (p *part) one(q *console.Request) (console.Answer, error) {
	n := metric.Name(q.R.PathValue("name"))
	info, ok := metric.InfoOf(n)
	if !ok {
		return q.Gone(), nil
	}
	a, err := p.asked(q)
	if err != nil {
		return console.Answer{}, err
	}
	d := oneData{Form: p.form(q, a, true, true)}
	step := metric.Step(known(steps, q.Typed("step"), string(stepFor(a.Query))))
	if days := int(a.Query.To.Sub(a.Query.From).Hours() / 24); step == metric.Day && (days > mostRows && !q.WantsCSV() || days > metric.MostPoints) {
		step = metric.Week
	}
	d.Steps, d.Step = options(q, steps), string(step)
	s, ready, err := of(q.Context(), p.slow, a.key(q.R.URL.Path, step), func(ctx context.Context) (series, error) { return p.series(ctx, a, n, step) })
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() && ready {
		return p.seriesCSV(q, a, info, s), nil
	}
	if d.Definition, err = p.definition(q, info); err != nil {
		return console.Answer{}, err
	}
	d.explain(q, n)
	if d.Pending = !ready || s.pending(); ready {
		d.Figure = p.figure(q, a, s.All.Now, s.All.Beside)
		if a.fits(info) {
			d.Chart = p.drawn(q, a, info, step, s)
		}
	}
	return d.page(q, "measures_one.html", title(q.P, n), d), nil
}

// series asks for all that the page shows.
func (p *part) series(ctx context.Context, a *ask, n metric.Name, step metric.Step) (s series, err error) {
	all, err := p.values(ctx, a, []metric.Name{n})
	if err != nil {
		return s, err
	}
	s.All = all[0]
	if s.Now, err = p.Shop.Metrics.Series(ctx, n, a.Query, step); err != nil || !a.Compared() {
		return s, err
	}
	s.Before, err = p.Shop.Metrics.Series(ctx, n, a.Beside, step)
	return s, err
}

func (s *series) pending() bool {
	late := s.All.Now.Missing == metric.NotYet
	for _, p := range s.Now {
		late = late || p.Value.Missing == metric.NotYet
	}
	return late
}

// explain adds what a made figure is made of.
func (d *oneData) explain(q *console.Request, n metric.Name) {
	switch n {
	case metric.Engagement:
		d.Weights = weights(q.P, engagementWeights())
	case metric.LoyaltyScore:
		d.Weights, d.Parts = weights(q.P, engagementWeights()), parts(q.P, metric.ScoreParts())
	}
}

// definition is what a metric is, in words: what is counted, of whom, over which
// days, how refunds count, and what the shop has set that it rests on.
func (p *part) definition(q *console.Request, info metric.Info) (list []string, err error) {
	var set metric.Settings
	err = q.View(func(r store.Reader) (err error) {
		set, err = p.Shop.Metrics.Settings(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	list = append(list, q.Say(i18n.Key("console.measures.def."+string(info.Name)),
		"Days", set.ActiveDays, "Offers", set.FatigueAfter, "Few", fewAnswers, "Margin", plain(100*set.Margin, 1)+"%",
		"Discount", plain(100*set.Discount, 2)+"%", "Model", "BG/NBD", "Spend", "gamma-gamma"))
	switch {
	case info.Name == metric.RepeatRate || info.Name == metric.RepeatEver:
		if set.MergeDays {
			list = append(list, q.Say(i18n.ConsoleMeasuresMerged))
		} else {
			list = append(list, q.Say(i18n.ConsoleMeasuresUnmerged))
		}
	case info.Name == metric.Liability || info.Name == metric.LiabilityNet:
		list = append(list, p.pointValue(q, set))
	}
	switch {
	case info.Sums:
		list = append(list, q.Say(i18n.ConsoleMeasuresIsSum))
	case info.State:
		list = append(list, q.Say(i18n.ConsoleMeasuresIsState))
	default:
		list = append(list, q.Say(i18n.ConsoleMeasuresIsShare))
	}
	if !info.PerStore && !info.PerSegment {
		list = append(list, q.Say(i18n.ConsoleMeasuresIsWhole))
	}
	return list, nil
}

// pointValue says what a point is worth and who says so.
func (p *part) pointValue(q *console.Request, set metric.Settings) string {
	v, ok := p.Shop.Metrics.PointValue(set, q.Now)
	switch {
	case !ok:
		return q.Say(i18n.Key("console.measures.why." + metric.NoPointValue))
	case set.PointValue > 0:
		return q.Say(i18n.ConsoleMeasuresPointSet, "Value", p.pointWorth(q, v))
	}
	return q.Say(i18n.ConsoleMeasuresPointFound, "Value", p.pointWorth(q, v))
}

// pointWorth writes what a point is worth, which is mostly less than the
// currency's least coin.
func (p *part) pointWorth(q *console.Request, minor float64) string {
	c := p.Shop.Rules(q.Now).Currency
	for range c.Digits {
		minor /= 10
	}
	return c.Code + " " + plain(minor, 4)
}

// drawn is the line over time.
func (p *part) drawn(q *console.Request, a *ask, info metric.Info, step metric.Step, s series) template.HTML {
	l := chart.Lines{
		ID: "series", Title: title(q.P, info.Name), Note: noted(p.span(q, a.Query), p.whom(q, a)), Head: q.Say(stepHead(step)),
		Mark: p.axis(q, info.Unit, info.Name), CSV: a.at(q.R.URL.Path, "step", string(step), "format", "csv"),
	}
	now := chart.Series{Name: p.span(q, a.Query)}
	if a.Compared() {
		now.Name = q.Say(i18n.ConsoleMeasuresNow)
	}
	for _, x := range s.Now {
		l.Labels = append(l.Labels, p.place(q, step, x.From))
		now.Values = append(now.Values, p.point(q, x))
	}
	l.Series = append(l.Series, now)
	if a.Compared() {
		before := chart.Series{Name: q.Say(comparedKey(a.Compare))}
		for i, x := range s.Before {
			if i == len(s.Now) { // a longer month: what has no day beside it
				break
			}
			v := p.point(q, x)
			v.Note = strings.TrimSpace("(" + p.place(q, step, x.From) + ") " + v.Note)
			before.Values = append(before.Values, v)
		}
		l.Series = append(l.Series, before)
	}
	return l.Draw(q.P)
}

func stepHead(s metric.Step) i18n.Key {
	switch s {
	case metric.Week:
		return i18n.ConsoleMeasuresByWeek
	case metric.Month:
		return i18n.ConsoleMeasuresByMonth
	}
	return i18n.ConsoleMeasuresByDay
}

func comparedKey(compare string) i18n.Key {
	if compare == "year" {
		return i18n.ConsoleMeasuresYearBefore
	}
	return i18n.ConsoleMeasuresBefore
}

// place names a step by its first day.
func (p *part) place(q *console.Request, step metric.Step, t time.Time) string {
	if step == metric.Month {
		return p.month(q, t)
	}
	return q.P.ShortDate(p.Shop.Local(t))
}

// month writes a month for people, and fileMonth for spreadsheets: 2026-01.
func (p *part) month(q *console.Request, t time.Time) string { return q.P.Month(p.Shop.Local(t)) }

func (p *part) fileMonth(t time.Time) string { return p.Shop.Local(t).Format("2006-01") }

func (p *part) point(q *console.Request, x metric.Point) chart.Value {
	v := chart.Value{Number: x.Value.Number, Text: p.text(q, x.Value), Known: x.Value.Known()}
	if v.Known && x.Value.HasMargin {
		v.Note = q.Say(i18n.ConsoleMeasuresMargin, "Low", p.number(q, x.Value.Unit, x.Value.Name, x.Value.Low), "High", p.number(q, x.Value.Unit, x.Value.Name, x.Value.High))
	}
	return v
}

func noted(all ...string) string {
	var list []string
	for _, s := range all {
		if s != "" {
			list = append(list, s)
		}
	}
	return strings.Join(list, " · ")
}

// seriesCSV is the line as a file: a row a step.
func (p *part) seriesCSV(q *console.Request, a *ask, info metric.Info, s series) console.Answer {
	head := append([]string{q.Say(i18n.ConsoleMeasuresFrom), q.Say(i18n.ConsoleMeasuresTo), q.Say(i18n.ConsoleMeasuresColUnit)}, p.heads(q, "")...)
	if a.Compared() {
		head = append(append(head, q.Say(i18n.ConsoleMeasuresFrom), q.Say(i18n.ConsoleMeasuresTo)), p.heads(q, "")...)
	}
	days := func(x metric.Point) []string {
		return []string{p.Shop.Local(x.From).Format(time.DateOnly), p.Shop.Local(x.To.AddDate(0, 0, -1)).Format(time.DateOnly)}
	}
	var rows [][]string
	for i, x := range s.Now {
		row := append(append(days(x), p.unit(q, info.Unit)), p.cells(q, x.Value)...)
		if i < len(s.Before) {
			row = append(append(row, days(s.Before[i])...), p.cells(q, s.Before[i].Value)...)
		}
		rows = append(rows, row)
	}
	return q.CSV(fileName(string(info.Name), a), head, rows)
}
