package measures

import (
	"errors"
	"fmt"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/metric"
	"regulars/loyalty/segment"
)

// ask is what a page is asked about: the window, the store, the segment and what
// it is compared with, as the address says it.
type ask struct {
	Window   string // one of windows
	Compare  string // one of comparisons
	Store    loyalty.Store
	Segment  string // a segment's name, or "own"
	Own      string // the expression of "own"
	From, To string // as dates are typed, both included
	Wrong    string // what is wrong with it, a sentence
	Field    string // at which field

	Query  metric.Query
	Beside metric.Query // the comparison's; zero where there is none
	Bound  bool         // the employee sees one store only
}

// The windows and comparisons, in the order in which they are offered.
var (
	windows = []choice{
		{"today", i18n.ConsoleMeasuresToday}, {"7", i18n.ConsoleMeasuresDays7}, {"28", i18n.ConsoleMeasuresDays28},
		{"90", i18n.ConsoleMeasuresDays90}, {"month", i18n.ConsoleMeasuresMonth}, {"quarter", i18n.ConsoleMeasuresQuarter},
		{"year", i18n.ConsoleMeasuresYear}, {"own", i18n.ConsoleMeasuresOwnDays},
	}
	comparisons = []choice{
		{"before", i18n.ConsoleMeasuresBefore}, {"year", i18n.ConsoleMeasuresYearBefore}, {"none", i18n.ConsoleMeasuresNoCompare},
	}
)

type choice struct {
	Value string
	Label i18n.Key
}

// longestWindow is how many days a window may have: five years.
const longestWindow = 5 * 366

// asked reads the address. What cannot be is said in Wrong, and the query is that
// of the last 28 days of everybody then.
func (p *part) asked(q *console.Request) (*ask, error) {
	a := &ask{
		Window: known(windows, q.Typed("w"), "28"), Compare: known(comparisons, q.Typed("c"), "before"),
		Store: loyalty.Store(q.Typed("store")), Segment: q.Typed("segment"), Own: q.Typed("own"),
		From: q.Typed("from"), To: q.Typed("to"),
	}
	if a.Bound = q.At != ""; a.Bound {
		a.Store = q.At
	}
	if _, ok := p.Shop.Programme(q.Now).Store(a.Store); !ok && !a.Bound {
		a.Store = ""
	}
	if err := p.days(q, a); err != nil {
		return nil, err
	}
	return a, p.who(q, a)
}

func known(list []choice, value, or string) string {
	for _, c := range list {
		if c.Value == value {
			return value
		}
	}
	return or
}

// days finds the windows.
func (p *part) days(q *console.Request, a *ask) error {
	today := p.today(q)
	if a.Window == "own" {
		from, err1 := time.ParseInLocation(time.DateOnly, a.From, today.Location())
		to, err2 := time.ParseInLocation(time.DateOnly, a.To, today.Location())
		switch to = to.AddDate(0, 0, 1); {
		case err1 != nil || err2 != nil:
			a.complain("from", q.Say(i18n.ConsoleMeasuresDaysForm))
		case !from.Before(to):
			a.complain("from", q.Say(i18n.ConsoleMeasuresDaysTurned))
		case to.Sub(from) > longestWindow*24*time.Hour:
			a.complain("from", q.Say(i18n.ConsoleMeasuresDaysLong))
		default:
			a.Query.From, a.Query.To = from, to
		}
	}
	if a.Query.From.IsZero() {
		a.Query.From, a.Query.To = window(a.Window, today)
	}
	if a.Window != "own" {
		a.From, a.To = a.Query.From.Format(time.DateOnly), a.Query.To.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return nil
}

// today is the beginning of the shop's day.
func (p *part) today(q *console.Request) time.Time {
	now := p.Shop.Local(q.Now)
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
}

// window is the local days of a named window, up to and with today.
func window(name string, today time.Time) (from, to time.Time) {
	to = today.AddDate(0, 0, 1)
	switch name {
	case "today":
		return today, to
	case "7":
		return today.AddDate(0, 0, -6), to
	case "90":
		return today.AddDate(0, 0, -89), to
	case "month":
		return today.AddDate(0, 0, 1-today.Day()), to
	case "quarter":
		first := time.Date(today.Year(), (today.Month()-1)/3*3+1, 1, 0, 0, 0, 0, today.Location())
		return first, to
	case "year":
		return time.Date(today.Year(), 1, 1, 0, 0, 0, 0, today.Location()), to
	}
	return today.AddDate(0, 0, -27), to
}

// beside is the window that a query's is compared with. A month, quarter or year
// so far is held against as many days of the one before: the calendar's periods
// differ in their length.
func beside(name, compare string, q metric.Query) metric.Query {
	months := map[string]int{"month": 1, "quarter": 3, "year": 12}[name]
	switch {
	case compare == "none":
		return metric.Query{}
	case compare == "year":
		return q.YearBefore()
	case months == 0:
		return q.Before()
	}
	b := q
	b.From = q.From.AddDate(0, -months, 0)
	days := int(q.To.Sub(q.From).Hours()/24 + 0.5)
	if b.To = b.From.AddDate(0, 0, days); b.To.After(q.From) {
		b.To = q.From
	}
	return b
}

// who finds the segment, and makes the queries whole.
func (p *part) who(q *console.Request, a *ask) error {
	text := a.Segment
	if text == "own" {
		text = shop.TypedSegment(a.Own)
	}
	if text == "everyone" {
		text, a.Segment = "", ""
	}
	if text != "" {
		_, err := p.Shop.Segments.Expr(text, q.Now)
		var wrong *segment.Complaint
		switch {
		case errors.As(err, &wrong):
			a.complain("own", shop.SegmentWrong(q.P, wrong))
			a.Segment, a.Own, text = "own", text, ""
		case err != nil:
			return err
		default:
			p.named(q, a, text)
		}
	}
	a.Query.Store, a.Query.Segment = a.Store, text
	if b := beside(a.Window, a.Compare, a.Query); !b.From.IsZero() {
		a.Beside = b
	}
	return nil
}

// named puts an expression that came in the address of a segment's name where
// expressions are typed.
func (p *part) named(q *console.Request, a *ask, text string) {
	if a.Segment == "own" {
		return
	}
	for _, n := range p.Shop.Segments.All(q.Now) {
		if n.ID == text {
			return
		}
	}
	a.Segment, a.Own = "own", text
}

// complain notes the first thing that is wrong.
func (a *ask) complain(field, sentence string) {
	if a.Wrong == "" {
		a.Field, a.Wrong = field, sentence
	}
}

// Compared reports whether there is a comparison.
func (a *ask) Compared() bool { return !a.Beside.From.IsZero() }

// key names what is asked, for what is being worked on.
func (a *ask) key(page string, more ...any) string {
	return fmt.Sprint(page, a.Query.From.Unix(), a.Query.To.Unix(), a.Beside.From.Unix(), a.Beside.To.Unix(), "\x00", a.Store, "\x00", a.Query.Segment, "\x00", more)
}
