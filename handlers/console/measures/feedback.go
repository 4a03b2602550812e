package measures

import (
	"cmp"
	"context"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/console/chart"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/metric"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// feedbackData is the page of what people answer.
type feedbackData struct {
	*Form
	Figures []Figure
	Charts  []template.HTML
	Polls   []template.HTML
	Themes  template.HTML
	Words   string
}

// heard is all that the page asks for.
type heard struct {
	figures                  []both
	stores, employees, weeks []metric.NPSPart
	missing                  string
	themes                   map[string]int64
	polls                    []poll
	names                    map[string]string // of employees, by id
}

// poll is one survey's options with how often each was chosen.
type poll struct {
	survey loyalty.Survey
	count  survey.Tally
}

func (p *part) feedback(q *console.Request) (console.Answer, error) {
	a, err := p.asked(q)
	if err != nil {
		return console.Answer{}, err
	}
	d := feedbackData{Form: p.form(q, a, true, true), Words: a.at("/console/measures/words")}
	h, ready, err := of(q.Context(), p.slow, a.key("feedback"), func(ctx context.Context) (*heard, error) { return p.hear(ctx, a, q.Now) })
	if err != nil {
		return console.Answer{}, err
	}
	if d.Pending = !ready || h.missing != ""; d.Pending {
		return d.page(q, "measures_feedback.html", q.Say(i18n.ConsoleMeasuresFeedback), d), nil
	}
	if q.WantsCSV() {
		return p.feedbackCSV(q, a, h), nil
	}
	for _, b := range h.figures {
		d.Figures = append(d.Figures, p.figure(q, a, b.Now, b.Beside))
	}
	for _, split := range p.splits(q, h) {
		if len(split.parts) > 0 {
			d.Charts = append(d.Charts, p.npsBars(q, a, split))
		}
	}
	for _, x := range h.polls {
		d.Polls = append(d.Polls, p.pollBars(q, x))
	}
	if len(h.themes) > 0 {
		d.Themes = p.themeBars(q, a, h.themes)
	}
	return d.page(q, "measures_feedback.html", q.Say(i18n.ConsoleMeasuresFeedback), d), nil
}

// hear asks for everything.
func (p *part) hear(ctx context.Context, a *ask, now time.Time) (h *heard, err error) {
	h = &heard{names: map[string]string{}}
	m := p.Shop.Metrics
	if h.figures, err = p.values(ctx, a, []metric.Name{metric.NPS, metric.CSAT, metric.CSATMean, metric.Answers}); err != nil {
		return nil, err
	}
	for _, x := range []struct {
		by   metric.By
		into *[]metric.NPSPart
	}{{metric.ByStore, &h.stores}, {metric.ByEmployee, &h.employees}, {metric.ByWeek, &h.weeks}} {
		list, missing, err := m.NPSBy(ctx, a.Query, x.by)
		if err != nil {
			return nil, err
		}
		*x.into, h.missing = list, cmp.Or(h.missing, missing)
	}
	if h.themes, err = m.Themes(ctx, a.Query); err != nil {
		return nil, err
	}
	return h, p.DB.View(ctx, func(r store.Reader) error {
		for _, e := range h.employees {
			name, err := p.employee(r, e.Employee)
			if err != nil {
				return err
			}
			h.names[e.Employee] = name
		}
		return p.polled(r, a, h, now)
	})
}

// employee is what an employee is called; their id where they have left.
func (p *part) employee(r store.Reader, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	s, err := p.Shop.Vault.StaffByID(r, people.StaffID(id))
	if err == people.ErrNotStaff {
		return id, nil
	}
	return cmp.Or(shop.Tidy(s.Name), id), err
}

// polled counts what was chosen in polls. Of a segment it is not counted.
func (p *part) polled(r store.Reader, a *ask, h *heard, now time.Time) error {
	if a.Query.Segment != "" {
		return nil
	}
	for _, s := range p.Shop.Programme(now).Surveys {
		if s.Kind != loyalty.SurveyPoll {
			continue
		}
		t, err := survey.Count(r, survey.Query{From: a.Query.From, To: a.Query.To, ID: s.ID, Store: a.Query.Store})
		if err != nil {
			return err
		}
		h.polls = append(h.polls, poll{s, t})
	}
	return nil
}

// split is the recommendation by something.
type split struct {
	id, title, head string
	parts           []metric.NPSPart
	name            func(metric.NPSPart) string
}

func (p *part) splits(q *console.Request, h *heard) []split {
	return []split{
		{"nps-store", q.Say(i18n.ConsoleMeasuresNpsStore), q.Say(i18n.ConsoleMeasuresStore), h.stores, func(x metric.NPSPart) string { return p.storeName(q, x.Store) }},
		{"nps-staff", q.Say(i18n.ConsoleMeasuresNpsStaff), q.Say(i18n.ConsoleMeasuresEmployee), h.employees, func(x metric.NPSPart) string {
			return cmp.Or(h.names[x.Employee], q.Say(i18n.ConsoleMeasuresNoEmployee))
		}},
		{"nps-week", q.Say(i18n.ConsoleMeasuresNpsWeek), q.Say(i18n.ConsoleMeasuresByWeek), h.weeks, func(x metric.NPSPart) string { return q.P.Date(p.Shop.Local(x.From)) }},
	}
}

// npsBars is the recommendation with its margins, or "too few".
func (p *part) npsBars(q *console.Request, a *ask, s split) template.HTML {
	b := chart.Bars{
		ID: s.id, Title: s.title, Note: noted(p.span(q, a.Query), p.whom(q, a)), Head: s.head, Value: "NPS", Least: -100, Most: 100,
		More: []string{
			q.Say(i18n.ConsoleMeasuresColAnswers), q.Say(i18n.ConsoleMeasuresPromoters), q.Say(i18n.ConsoleMeasuresPassives), q.Say(i18n.ConsoleMeasuresDetractors),
		},
	}
	for _, x := range s.parts {
		detractors, passives, promoters := x.Counts.Groups()
		n := detractors + passives + promoters
		row := chart.Bar{Label: s.name(x), More: []string{i18n.Number(n), i18n.Number(promoters), i18n.Number(passives), i18n.Number(detractors)}}
		if x.Score.Few {
			row.Value = chart.Value{Text: q.Say(i18n.Key("console.measures.why." + metric.TooFew))}
		} else {
			row.Value = chart.Value{Number: x.Score.Value, Known: true, Text: signed(x.Score.Value, 0) + " ± " + plain(x.Score.Margin, 0)}
			row.Low, row.High, row.Margin = x.Score.Value-x.Score.Margin, x.Score.Value+x.Score.Margin, true
		}
		b.Rows = append(b.Rows, row)
	}
	return b.Draw(q.P)
}

// pollBars is what was chosen.
func (p *part) pollBars(q *console.Request, x poll) template.HTML {
	text, _ := p.Shop.Programme(q.Now).Questions(x.survey.ID, string(q.P.Lang))
	b := chart.Bars{
		ID: "poll-" + x.survey.ID, Title: cmp.Or(text, x.survey.ID), Note: q.Say(i18n.ConsoleMeasuresBehind, "Number", i18n.Number(int64(x.count.Answers))),
		Head: q.Say(i18n.ConsoleMeasuresColAnswer), Value: q.Say(i18n.ConsoleMeasuresColAnswers), Pattern: 1, More: []string{q.Say(i18n.ConsoleMeasuresColShare)},
	}
	for _, o := range x.survey.Options {
		n := x.count.Options[o]
		share := "–"
		if x.count.Answers > 0 {
			share = plain(100*float64(n)/float64(x.count.Answers), 0) + "%"
		}
		b.Rows = append(b.Rows, chart.Bar{
			Label: cmp.Or(p.Shop.OptionName(q.P, q.Now, x.survey.ID, o), o), More: []string{share},
			Value: chart.Value{Number: float64(n), Known: true, Text: i18n.Number(int64(n))},
		})
	}
	return b.Draw(q.P)
}

// themeBars is how often each theme was tagged, each leading to the words.
func (p *part) themeBars(q *console.Request, a *ask, all map[string]int64) template.HTML {
	b := chart.Bars{
		ID: "themes", Title: q.Say(i18n.ConsoleMeasuresThemes), Note: noted(p.span(q, a.Query), p.whom(q, a)), Head: q.Say(i18n.ConsoleMeasuresTheme),
		Value: q.Say(i18n.ConsoleMeasuresColTimes), Pattern: 2,
	}
	for _, id := range themesOf(all) {
		b.Rows = append(b.Rows, chart.Bar{
			Label: cmp.Or(p.Shop.ThemeName(q.P, q.Now, id), id), To: a.at("/console/measures/words", "theme", id),
			Value: chart.Value{Number: float64(all[id]), Known: true, Text: i18n.Number(all[id])},
		})
	}
	return b.Draw(q.P)
}

// themesOf are the themes, the most frequent first.
func themesOf(all map[string]int64) []string {
	list := slices.Collect(maps.Keys(all))
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(all[b], all[a]), cmp.Compare(a, b)) })
	return list
}

// feedbackCSV is the recommendation by store, employee and week as one file.
func (p *part) feedbackCSV(q *console.Request, a *ask, h *heard) console.Answer {
	head := []string{
		q.Say(i18n.ConsoleMeasuresColBy), q.Say(i18n.ConsoleMeasuresColOf), "NPS", "±",
		q.Say(i18n.ConsoleMeasuresColAnswers), q.Say(i18n.ConsoleMeasuresPromoters), q.Say(i18n.ConsoleMeasuresPassives), q.Say(i18n.ConsoleMeasuresDetractors),
	}
	var rows [][]string
	for _, s := range p.splits(q, h) {
		for _, x := range s.parts {
			d, n, u := x.Counts.Groups()
			row := []string{s.head, s.name(x), "", ""}
			if !x.Score.Few {
				row[2], row[3] = strconv.FormatFloat(x.Score.Value, 'f', 1, 64), strconv.FormatFloat(x.Score.Margin, 'f', 1, 64)
			}
			for _, k := range []int64{d + n + u, u, n, d} {
				row = append(row, strconv.FormatInt(k, 10))
			}
			rows = append(rows, row)
		}
	}
	return q.CSV(fileName("nps", a), head, rows)
}
