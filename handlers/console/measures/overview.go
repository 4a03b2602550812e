package measures

import (
	"context"
	"strings"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/measure"
	"regulars/loyalty/metric"
	"regulars/loyalty/segment"
)

// group is some metrics under one heading.
type group struct {
	Title   string
	Figures []Figure
}

// groups say under which heading the plain metrics stand; one that is in none
// stands under the last.
var groups = []struct {
	key   i18n.Key
	names []metric.Name
}{
	{i18n.ConsoleMeasuresGroupSales, []metric.Name{metric.Revenue, metric.Orders, metric.Customers, metric.AverageOrder, metric.Frequency, metric.RepeatRate, metric.RepeatEver}},
	{i18n.ConsoleMeasuresGroupPeople, []metric.Name{metric.Joined, metric.Members, metric.Active, metric.Reachable, metric.Activity, metric.Stickiness, metric.Retention, metric.Churn, metric.Reactivation, metric.PlanChurn}},
	{i18n.ConsoleMeasuresGroupPoints, []metric.Name{metric.Given, metric.Spent, metric.Expired, metric.Outstanding, metric.Liability, metric.Breakage, metric.LiabilityNet, metric.Vouchers}},
	{i18n.ConsoleMeasuresGroupVoice, []metric.Name{metric.NPS, metric.CSAT, metric.CSATMean, metric.Answers}},
	{i18n.ConsoleMeasuresGroupMessages, []metric.Name{metric.Billed, metric.Saved, metric.Fatigue}},
}

// sheetData is what a page of many figures shows.
type sheetData struct {
	*Form
	Groups  []group
	Left    bool // some figures are of the whole shop only
	CSV     string
	Weights []weight // what engagement counts
	Parts   []weight // what a loyalty score is made of
}

// weight is a line of what a figure is made of.
type weight struct {
	Name, Weight, Cap string
}

// both is a value and its comparison's.
type both struct {
	Now    metric.Value
	Beside *metric.Value
}

// values asks for some metrics and their comparisons.
func (p *part) values(ctx context.Context, a *ask, names []metric.Name) (all []both, err error) {
	for _, n := range names {
		var b both
		if b.Now, err = p.Shop.Metrics.Value(ctx, n, a.Query); err != nil {
			return nil, err
		}
		if a.Compared() {
			before, err := p.Shop.Metrics.Value(ctx, n, a.Beside)
			if err != nil {
				return nil, err
			}
			b.Beside = &before
		}
		all = append(all, b)
	}
	return all, nil
}

// fits reports whether a metric can be had of the store and the segment asked
// for.
func (a *ask) fits(info metric.Info) bool {
	return (a.Query.Store == "" || info.PerStore) && (a.Query.Segment == "" || info.PerSegment)
}

// sheet is a page of all plain metrics, or of all advanced ones.
func (p *part) sheet(q *console.Request, advanced bool) (*sheetData, []both, error) {
	a, err := p.asked(q)
	if err != nil {
		return nil, nil, err
	}
	d := &sheetData{Form: p.form(q, a, true, true), CSV: a.at(q.R.URL.Path, "format", "csv")}
	var names []metric.Name
	for _, info := range metric.Names() {
		switch {
		case info.Advanced != advanced:
		case !a.fits(info):
			d.Left = true
		default:
			names = append(names, info.Name)
		}
	}
	all, ready, err := of(q.Context(), p.slow, a.key(q.R.URL.Path), func(ctx context.Context) ([]both, error) { return p.values(ctx, a, names) })
	d.Pending = !ready
	for _, b := range all {
		d.Pending = d.Pending || b.Now.Missing == metric.NotYet || b.Beside != nil && b.Beside.Missing == metric.NotYet
	}
	return d, all, err
}

func (p *part) overview(q *console.Request) (console.Answer, error) {
	d, all, err := p.sheet(q, false)
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() && !d.Pending {
		return p.sheetCSV(q, d.ask, all), nil
	}
	for _, g := range groups {
		out := group{Title: q.Say(g.key)}
		for _, n := range g.names {
			for _, b := range all {
				if b.Now.Name == n {
					out.Figures = append(out.Figures, p.figure(q, d.ask, b.Now, b.Beside))
				}
			}
		}
		if len(out.Figures) > 0 {
			d.Groups = append(d.Groups, out)
		}
	}
	return d.page(q, "measures_sheet.html", q.Say(i18n.ConsoleMeasures), d), nil
}

func (p *part) advanced(q *console.Request) (console.Answer, error) {
	d, all, err := p.sheet(q, true)
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() && !d.Pending {
		return p.sheetCSV(q, d.ask, all), nil
	}
	g := group{Title: q.Say(i18n.ConsoleMeasuresGroupModels)}
	for _, b := range all {
		g.Figures = append(g.Figures, p.figure(q, d.ask, b.Now, b.Beside))
	}
	if len(g.Figures) > 0 {
		d.Groups = []group{g}
	}
	d.Weights, d.Parts = weights(q.P, segment.EngagementWeights()), parts(q.P, metric.ScoreParts())
	return d.page(q, "measures_sheet.html", q.Say(i18n.ConsoleMeasuresAdvanced), d), nil
}

func weights(p i18n.Printer, all []measure.Weight) (list []weight) {
	for _, w := range all {
		list = append(list, weight{p.Say(i18n.Key("console.measures.part." + w.Name)), plain(w.Weight, 2), plain(w.Cap, 2)})
	}
	return list
}

func parts(p i18n.Printer, all []measure.Part) (list []weight) {
	for _, w := range all {
		list = append(list, weight{Name: p.Say(i18n.Key("console.measures.part." + w.Name)), Weight: plain(w.Weight, 2)})
	}
	return list
}

// page is the page with the filter's complaint told, as one that was refused.
func (f *Form) page(q *console.Request, template, title string, d any) console.Answer {
	a := q.Page(template, title, d)
	if f.Wrong != "" {
		a = a.With(422)
	}
	return a
}

// sheetCSV is the figures as a file.
func (p *part) sheetCSV(q *console.Request, a *ask, all []both) console.Answer {
	head := []string{q.Say(i18n.ConsoleMeasuresColMetric), q.Say(i18n.ConsoleMeasuresColUnit)}
	head = append(head, p.heads(q, "")...)
	if a.Compared() {
		head = append(head, p.heads(q, p.span(q, a.Beside)+": ")...)
	}
	var rows [][]string
	for _, b := range all {
		row := append([]string{title(q.P, b.Now.Name), p.unit(q, b.Now.Unit)}, p.cells(q, b.Now)...)
		if b.Beside != nil {
			row = append(row, p.cells(q, *b.Beside)...)
		}
		rows = append(rows, row)
	}
	return q.CSV(fileName("measures", a), head, rows)
}

// heads are those of a value's cells.
func (p *part) heads(q *console.Request, before string) (list []string) {
	for _, k := range []i18n.Key{i18n.ConsoleMeasuresColValue, i18n.ConsoleMeasuresColLow, i18n.ConsoleMeasuresColHigh, i18n.ConsoleMeasuresColBehind, i18n.ConsoleMeasuresColWhy} {
		list = append(list, before+q.Say(k))
	}
	return list
}

// unit is what a file's numbers are in: the currency's code, or a word for
// programs.
func (p *part) unit(q *console.Request, u metric.Unit) string {
	if u == metric.Money {
		return p.Shop.Rules(q.Now).Currency.Code
	}
	return string(u)
}

// fileName is what a file is called: what it has and of which days.
func fileName(what string, a *ask) string {
	return strings.Join([]string{what, a.From, a.To}, "-")
}
