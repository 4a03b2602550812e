package measures

import (
	"net/url"
	"strings"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/metric"
)

// Form is the page's filter: a form that changes nothing and works without a
// script.
type Form struct {
	*ask
	Path                               string
	Windows, Comparisons, Stores, Whos []console.Option
	Steps                              []console.Option // of a series; empty: none is asked for
	Step                               string
	Windowed, Compares                 bool // the page has a window, a comparison
	Span, BesideSpan                   string
	Whom                               string // the store and the segment in words
	Links                              []console.NavItem
	Pending                            bool        // not all is reckoned
	More                               [][2]string // names and values that the form keeps
}

// form is a page's filter over what was asked.
func (p *part) form(q *console.Request, a *ask, windowed, compares bool) *Form {
	f := &Form{ask: a, Path: q.R.URL.Path, Windowed: windowed, Compares: compares}
	f.Windows, f.Comparisons = options(q, windows), options(q, comparisons)
	if stores := p.Shop.Programme(q.Now).Stores; !a.Bound && len(stores) > 1 {
		f.Stores = append(f.Stores, console.Option{Label: q.Say(i18n.ConsoleMeasuresAllStores)})
		for _, s := range stores {
			f.Stores = append(f.Stores, console.Option{Value: string(s.ID), Label: s.Name})
		}
	}
	f.Whos = append(f.Whos, console.Option{Label: q.Say(i18n.SegmentEveryone)})
	for _, n := range p.Shop.Segments.All(q.Now) {
		if n.ID != "everyone" {
			f.Whos = append(f.Whos, console.Option{Value: n.ID, Label: p.Shop.SegmentName(q.P, q.Now, n.ID)})
		}
	}
	f.Whos = append(f.Whos, console.Option{Value: "own", Label: q.Say(i18n.ConsoleMeasuresOwnSegment)})
	f.Span = p.span(q, a.Query)
	if a.Compared() {
		f.BesideSpan = p.span(q, a.Beside)
	}
	f.Whom = p.whom(q, a)
	f.Links = p.links(q, a)
	return f
}

func options(q *console.Request, list []choice) (all []console.Option) {
	for _, c := range list {
		all = append(all, console.Option{Value: c.Value, Label: q.Say(c.Label)})
	}
	return all
}

// span writes a query's days: "5 Jan 2026", "5 Jan 2026 – 3 Feb 2026".
func (p *part) span(q *console.Request, x metric.Query) string {
	from, to := p.Shop.Local(x.From), p.Shop.Local(x.To.AddDate(0, 0, -1))
	if from.Equal(to) {
		return q.P.Date(from)
	}
	return q.P.Date(from) + " – " + q.P.Date(to)
}

// whom says of which store and segment the page is.
func (p *part) whom(q *console.Request, a *ask) string {
	var all []string
	if a.Store != "" {
		all = append(all, p.Shop.StoreName(a.Store))
	}
	if a.Query.Segment != "" {
		all = append(all, p.Shop.SegmentName(q.P, q.Now, a.Query.Segment))
	}
	return strings.Join(all, " · ")
}

// keep carries a value that is chosen outside of the form along in it.
func (f *Form) keep(name, value string) {
	if value != "" {
		f.More = append(f.More, [2]string{name, value})
	}
}

// links are the section's pages, with what was asked taken along.
func (p *part) links(q *console.Request, a *ask) (list []console.NavItem) {
	for _, l := range []struct {
		to  string
		key i18n.Key
	}{
		{"", i18n.ConsoleMeasuresOverview}, {"/advanced", i18n.ConsoleMeasuresAdvanced}, {"/rfm", i18n.ConsoleMeasuresRfm},
		{"/segment", i18n.ConsoleMeasuresSegment}, {"/cohorts", i18n.ConsoleMeasuresCohorts}, {"/feedback", i18n.ConsoleMeasuresFeedback}, {"/words", i18n.ConsoleMeasuresWords},
		{"/rewards", i18n.ConsoleMeasuresRewards}, {"/settings", i18n.ConsoleMeasuresSettings},
	} {
		to := "/console/measures" + l.to
		list = append(list, console.NavItem{Label: q.Say(l.key), To: a.at(to), Here: q.R.URL.Path == to})
	}
	return list
}

// at is an address with what was asked.
func (a *ask) at(to string, more ...string) string {
	v := url.Values{}
	set := func(name, value, usual string) {
		if value != usual {
			v.Set(name, value)
		}
	}
	set("w", a.Window, "28")
	set("c", a.Compare, "before")
	if !a.Bound {
		set("store", string(a.Store), "")
	}
	set("segment", a.Segment, "")
	if a.Segment == "own" {
		set("own", a.Own, "")
	}
	if a.Window == "own" {
		set("from", a.From, "")
		set("to", a.To, "")
	}
	for i := 0; i+1 < len(more); i += 2 {
		set(more[i], more[i+1], "")
	}
	if len(v) == 0 {
		return to
	}
	return to + "?" + v.Encode()
}

// storeName is a store, or that it was none.
func (p *part) storeName(q *console.Request, id loyalty.Store) string {
	if id == "" {
		return q.Say(i18n.ConsoleMeasuresNoStore)
	}
	return p.Shop.StoreName(id)
}
