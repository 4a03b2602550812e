package measures

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/survey"
	"regulars/store"
)

// wordsData is the page of what people wrote.
type wordsData struct {
	*Form
	Themes, Classes []console.Option
	Theme, Class    string
	Said            []said
	More            bool // there are older ones
}

// said is what somebody wrote. The name is masked: who has to know more follows
// the link, which is noted down there.
type said struct {
	At           time.Time
	Grade, Class string
	Text         string
	Name, To     string
	Store, By    string
	Themes       []string
}

// How many comments a page has, and how many are looked through for those of a
// class.
const (
	mostWords  = 25
	mostSearch = 1000
)

var classes = []choice{
	{string(survey.Promoter), i18n.ConsoleMeasuresPromoters}, {string(survey.Passive), i18n.ConsoleMeasuresPassives}, {string(survey.Detractor), i18n.ConsoleMeasuresDetractors},
}

func (p *part) words(q *console.Request) (console.Answer, error) {
	a, err := p.asked(q)
	if err != nil {
		return console.Answer{}, err
	}
	d := wordsData{Form: p.form(q, a, true, false), Theme: q.Typed("theme"), Class: known(classes, q.Typed("class"), "")}
	d.Themes = append(d.Themes, console.Option{Label: q.Say(i18n.ConsoleMeasuresAllThemes)})
	for _, id := range p.themes(q) {
		d.Themes = append(d.Themes, console.Option{Value: id, Label: cmp.Or(p.Shop.ThemeName(q.P, q.Now, id), id)})
	}
	d.Classes = append([]console.Option{{Label: q.Say(i18n.ConsoleMeasuresAllScores)}}, options(q, classes)...)
	d.keep("theme", d.Theme)
	d.keep("class", d.Class)
	n := mostWords + 1
	if d.Class != "" {
		n = mostSearch
	}
	all, ready, err := of(q.Context(), p.slow, a.key("words", d.Theme, n), func(ctx context.Context) ([]survey.Answer, error) {
		return p.Shop.Metrics.Words(ctx, a.Query, d.Theme, n)
	})
	if err != nil {
		return console.Answer{}, err
	}
	d.Pending = !ready
	if d.Class != "" {
		all = slices.DeleteFunc(all, func(x survey.Answer) bool {
			return x.Kind != loyalty.SurveyNPS || string(survey.ClassOf(x.Score)) != d.Class
		})
	}
	if d.More = len(all) > mostWords; d.More {
		all = all[:mostWords]
	}
	if d.Said, err = p.said(q, all); err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() && ready {
		return p.wordsCSV(q, a, d.Said), nil
	}
	return d.page(q, "measures_words.html", q.Say(i18n.ConsoleMeasuresWords), d), nil
}

// themes are those that the programme's surveys ask for.
func (p *part) themes(q *console.Request) (list []string) {
	for _, s := range p.Shop.Programme(q.Now).Surveys {
		for _, t := range s.Themes {
			if !slices.Contains(list, t) {
				list = append(list, t)
			}
		}
	}
	return list
}

// said opens what was written. Of who was erased nothing is left to be read.
func (p *part) said(q *console.Request, all []survey.Answer) (list []said, err error) {
	err = q.View(func(r store.Reader) error {
		list = nil
		for _, x := range all {
			one, ok, err := p.open(q, r, x)
			if err != nil {
				return err
			}
			if ok {
				list = append(list, one)
			}
		}
		return nil
	})
	return list, err
}

func (p *part) open(q *console.Request, r store.Reader, x survey.Answer) (s said, ok bool, err error) {
	text, err := p.Shop.OpenWords(r, x.Member, x.Comment)
	if err != nil || text == "" {
		return s, false, err
	}
	s = said{At: x.At, Text: shop.Typed(text), To: "/console/members/" + url.PathEscape(string(x.Member))}
	if x.Kind != loyalty.SurveyPoll {
		s.Grade = shop.Grade(x.Kind, x.Score)
	}
	if x.Kind == loyalty.SurveyNPS {
		for _, c := range classes {
			if c.Value == string(survey.ClassOf(x.Score)) {
				s.Class = q.Say(c.Label)
			}
		}
	}
	if x.Visit.Store != "" {
		s.Store = p.Shop.StoreName(x.Visit.Store)
	}
	for _, t := range x.Themes {
		s.Themes = append(s.Themes, cmp.Or(p.Shop.ThemeName(q.P, q.Now, t), t))
	}
	if s.Name, err = q.MaskedName(r, x.Member); err != nil {
		return s, false, err
	}
	s.By, err = p.employee(r, x.Visit.Staff)
	return s, true, err
}

func (p *part) wordsCSV(q *console.Request, a *ask, all []said) console.Answer {
	head := []string{
		q.Say(i18n.ConsoleMeasuresColDay), q.Say(i18n.ConsoleMeasuresColScore), q.Say(i18n.ConsoleMeasuresStore), q.Say(i18n.ConsoleMeasuresEmployee),
		q.Say(i18n.ConsoleMeasuresThemes), q.Say(i18n.ConsoleMeasuresWords),
	}
	var rows [][]string
	for _, s := range all {
		rows = append(rows, []string{p.Shop.Local(s.At).Format(time.DateOnly), s.Grade, s.Store, s.By, strings.Join(s.Themes, ", "), s.Text})
	}
	return q.CSV(fileName("words", a), head, rows)
}

// query is an address with one value.
func query(to, name, value string) string { return to + "?" + url.Values{name: {value}}.Encode() }
