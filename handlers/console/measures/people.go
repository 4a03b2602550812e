package measures

import (
	"context"
	"fmt"
	"html/template"
	"net/url"
	"strconv"

	"regulars/handlers/console"
	"regulars/handlers/console/chart"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/metric"
	"regulars/loyalty/segment"
)

// fewAnswers is under how many answers no figure of a survey is shown.
const fewAnswers = measure.FewAnswers

func engagementWeights() []measure.Weight { return segment.EngagementWeights() }

// rfmData is the page of buyers by recency, frequency and money.
type rfmData struct {
	*Form
	Missing string
	Chart   template.HTML
	Kinds   []kind
	CSV     string
	AsOf    string
}

// kind is one of the eleven.
type kind struct {
	Name, About          string
	People, Share, Money string
	When                 string // the expression
	Members, Campaign    string // where it leads
}

func (p *part) rfm(q *console.Request) (console.Answer, error) {
	a, err := p.asked(q)
	if err != nil {
		return console.Answer{}, err
	}
	d := rfmData{Form: p.form(q, a, false, false), CSV: a.at(q.R.URL.Path, "format", "csv")}
	got, ready, err := of(q.Context(), p.slow, a.key("rfm"), func(ctx context.Context) (metric.RFM, error) { return p.Shop.Metrics.RFMGrid(ctx, a.Query) })
	if err != nil {
		return console.Answer{}, err
	}
	d.Pending = !ready || got.Missing == metric.NotYet
	switch {
	case d.Pending:
	case got.Missing != "":
		d.Missing = q.Say(i18n.Key("console.measures.why." + got.Missing))
	case q.WantsCSV():
		return p.rfmCSV(q, got), nil
	default:
		d.AsOf = q.P.Date(p.Shop.Local(got.AsOf)) + " " + q.P.Time(p.Shop.Local(got.AsOf))
		d.Chart = p.rfmGrid(q, got)
		d.Kinds = p.kinds(q, got)
	}
	return d.page(q, "measures_rfm.html", q.Say(i18n.ConsoleMeasuresRfm), d), nil
}

// kindName is what people call a kind of buyer.
func kindName(p i18n.Printer, k measure.Kind) string {
	return p.Say(i18n.Key("console.measures.kind." + kindKey(k)))
}

func kindKey(k measure.Kind) string {
	b := []byte(k)
	for i := range b {
		if b[i] == '-' {
			b[i] = '_'
		}
	}
	return string(b)
}

// whenKind is the segment of a kind.
func whenKind(k measure.Kind) string { return fmt.Sprintf("rfm == %q", string(k)) }

func membersOf(when string) string {
	return "/console/measures/segment?" + url.Values{"segment": {"own"}, "own": {when}}.Encode()
}

func campaignTo(when string) string { return query("/console/campaigns/new", "segment", when) }

// rfmGrid is the grid, the latest on top, the most to the right.
func (p *part) rfmGrid(q *console.Request, got metric.RFM) template.HTML {
	g := chart.Grid{
		ID: "rfm", Title: q.Say(i18n.ConsoleMeasuresRfmTitle), Note: q.Say(i18n.ConsoleMeasuresRfmNote), Corner: q.Say(i18n.ConsoleMeasuresRfmCorner),
		CSV: "",
	}
	most := int64(1)
	for r := range got.Grid {
		for c := range got.Grid[r] {
			most = max(most, got.Grid[r][c].People)
		}
	}
	for c := range 5 {
		g.Columns = append(g.Columns, strconv.Itoa(c+1))
	}
	for r := 4; r >= 0; r-- {
		row := chart.GridRow{Label: strconv.Itoa(r + 1)}
		for c := range 5 {
			cell, k := got.Grid[r][c], measure.KindAt(r, c)
			row.Cells = append(row.Cells, chart.Cell{
				Text: i18n.Number(cell.People), Name: kindName(q.P, k), To: membersOf(whenKind(k)), Share: float64(cell.People) / float64(most),
			})
		}
		g.Rows = append(g.Rows, row)
	}
	return g.Draw(q.P)
}

// kinds are all eleven with what they come to.
func (p *part) kinds(q *console.Request, got metric.RFM) (list []kind) {
	all := int64(0)
	for _, c := range got.Kinds {
		all += c.People
	}
	for _, k := range measure.Kinds {
		c := got.Kinds[k]
		x := kind{
			Name: kindName(q.P, k), About: q.Say(i18n.Key("console.measures.about." + kindKey(k))), People: i18n.Number(c.People), When: whenKind(k),
			Members: membersOf(whenKind(k)), Campaign: campaignTo(whenKind(k)), Money: p.Shop.Money(q.P, q.Now, loyalty.Money(c.Money)), Share: "–",
		}
		if all > 0 {
			x.Share = plain(100*float64(c.People)/float64(all), 1) + "%"
		}
		list = append(list, x)
	}
	return list
}

func (p *part) rfmCSV(q *console.Request, got metric.RFM) console.Answer {
	head := []string{
		q.Say(i18n.ConsoleMeasuresColKind), q.Say(i18n.ConsoleMeasuresColRecency), q.Say(i18n.ConsoleMeasuresColOften),
		q.Say(i18n.ConsoleMeasuresColPeople), q.Say(i18n.ConsoleMeasuresColMoney), q.Say(i18n.ConsoleMeasuresColWhen),
	}
	var rows [][]string
	for r := 4; r >= 0; r-- {
		for c := range 5 {
			cell, k := got.Grid[r][c], measure.KindAt(r, c)
			rows = append(rows, []string{kindName(q.P, k), strconv.Itoa(r + 1), strconv.Itoa(c + 1), strconv.FormatInt(cell.People, 10), p.raw(q, metric.Money, cell.Money), whenKind(k)})
		}
	}
	return q.CSV("rfm-"+p.Shop.Local(q.Now).Format("2006-01-02"), head, rows)
}

// cohortData is the page of who came back.
type cohortData struct {
	*Form
	Months  []console.Option
	Of      string
	Missing string
	Chart   template.HTML
}

func (p *part) cohorts(q *console.Request) (console.Answer, error) {
	a, err := p.asked(q)
	if err != nil {
		return console.Answer{}, err
	}
	a.Query.To = p.today(q).AddDate(0, 0, 1)
	a.Query.From = a.Query.To.AddDate(0, 0, -1)
	months := 12
	if n, err := strconv.Atoi(q.Typed("months")); err == nil && (n == 6 || n == 24) {
		months = n
	}
	d := cohortData{Form: p.form(q, a, false, false), Of: strconv.Itoa(months)}
	d.keep("months", q.Typed("months"))
	for _, n := range []int{6, 12, 24} {
		d.Months = append(d.Months, console.Option{Value: strconv.Itoa(n), Label: q.Say(i18n.ConsoleMeasuresMonths, "Number", n)})
	}
	got, ready, err := of(q.Context(), p.slow, a.key("cohorts", months), func(ctx context.Context) (metric.CohortTable, error) {
		return p.Shop.Metrics.Cohorts(ctx, a.Query, months)
	})
	if err != nil {
		return console.Answer{}, err
	}
	d.Pending = !ready || got.Missing == metric.NotYet
	switch {
	case d.Pending:
	case got.Missing != "":
		d.Missing = q.Say(i18n.Key("console.measures.why." + got.Missing))
	case q.WantsCSV():
		return p.cohortCSV(q, got), nil
	default:
		d.Chart = p.cohortGrid(q, got, a.at(q.R.URL.Path, "months", d.Of, "format", "csv"))
	}
	return d.page(q, "measures_cohorts.html", q.Say(i18n.ConsoleMeasuresCohorts), d), nil
}

// cohortGrid is the triangle, with the mean of all months below.
func (p *part) cohortGrid(q *console.Request, got metric.CohortTable, csv string) template.HTML {
	g := chart.Grid{
		ID: "cohorts", Title: q.Say(i18n.ConsoleMeasuresCohortTitle), Note: q.Say(i18n.ConsoleMeasuresCohortNote), Corner: q.Say(i18n.ConsoleMeasuresCohortCorner), CSV: csv,
		Columns: []string{q.Say(i18n.ConsoleMeasuresColPeople)},
	}
	for k := range got.Months {
		g.Columns = append(g.Columns, "+"+strconv.Itoa(k))
	}
	cell := func(rate float64, err error) chart.Cell {
		if err != nil {
			return chart.Cell{}
		}
		return chart.Cell{Text: plain(100*rate, 0) + "%", Share: rate}
	}
	for c, month := range got.Months {
		row := chart.GridRow{Label: p.month(q, month), Cells: []chart.Cell{{Text: i18n.Number(got.Table.Size[c])}}}
		for k := range got.Table.Kept[c] {
			one := cell(got.Table.Rate(c, k))
			if one.Text == "" {
				one.Text = "–"
			}
			row.Cells = append(row.Cells, one)
		}
		g.Rows = append(g.Rows, row)
	}
	mean := chart.GridRow{Label: q.Say(i18n.ConsoleMeasuresCohortMean), Cells: []chart.Cell{{}}}
	for k := range got.Months {
		mean.Cells = append(mean.Cells, cell(got.Table.Mean(k)))
	}
	g.Rows = append(g.Rows, mean)
	return g.Draw(q.P)
}

func (p *part) cohortCSV(q *console.Request, got metric.CohortTable) console.Answer {
	head := []string{q.Say(i18n.ConsoleMeasuresCohortCorner), q.Say(i18n.ConsoleMeasuresColPeople)}
	for k := range got.Months {
		head = append(head, "+"+strconv.Itoa(k))
	}
	var rows [][]string
	for c, month := range got.Months {
		row := []string{p.fileMonth(month), strconv.FormatInt(got.Table.Size[c], 10)}
		for _, n := range got.Table.Kept[c] {
			row = append(row, strconv.FormatInt(n, 10))
		}
		rows = append(rows, append(row, make([]string, len(head)-len(row))...)) // what has not come yet
	}
	return q.CSV("cohorts-"+p.Shop.Local(q.Now).Format("2006-01-02"), head, rows)
}
