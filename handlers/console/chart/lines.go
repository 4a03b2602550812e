package chart

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"regulars/i18n"
)

// Value is one number of a series.
type Value struct {
	Number float64
	// Text is the number as people read it, or why there is none.
	Text string
	// Known says that there is a number; else the line has a gap.
	Known bool
	// Note stands behind Text in the table: another date, a margin; "" mostly.
	Note string
}

// Series is a line.
type Series struct {
	Name   string
	Values []Value // one a label; missing ones at the end are unknown
}

// Lines are up to three series over the same places of an axis, mostly time.
type Lines struct {
	ID      string // unique in the page: small letters, digits, hyphens
	Title   string
	Note    string // window, population; "" none
	Head    string // what a label is: "Day"
	Labels  []string
	Series  []Series               // the first is the one that matters
	Mark    func(v float64) string // writes a value of the axis
	CSV     string                 // where the same numbers can be had as a file; "" nowhere
	Summary string                 // what a reader hears of the drawing; "" is made
	Open    bool                   // the table is shown at once
}

// The drawing's geometry, in pixels of height and in a thousandth of the width.
const (
	height = 240
	top    = 22  // room for the uppermost mark's name
	bottom = 212 // the lowest mark
	left   = 30  // where the first place lies, of 1000
	right  = 970
)

// mostMarkers is up to how many places each value has a marker.
const mostMarkers = 40

type line struct {
	Class, Name string
	Path        string
	Dots        []dot
	End         *label
}

type dot struct{ X, Y string }

type label struct {
	X, Anchor string
	Y         float64
	Name      string
}

type mark struct {
	Y    string
	Text string
	Up   string // the text's base line
	Zero bool
}

type tick struct{ X, Anchor, Text string }

type row struct {
	Label string
	Cells []Value
}

// Known is how many values of the first series there are.
func (l *Lines) Known() (n int) {
	if len(l.Series) == 0 {
		return 0
	}
	for _, v := range l.Series[0].Values {
		if v.Known {
			n++
		}
	}
	return n
}

// Draw gives the figure: a drawing, where there are two values to be joined, and
// a table of the same numbers.
func (l Lines) Draw(p i18n.Printer) template.HTML {
	v := linesView{Height: height, Top: top, Bottom: bottom, Drawable: l.Known() >= 2}
	for i, name := range l.Labels {
		r := row{Label: name}
		for _, s := range l.Series {
			r.Cells = append(r.Cells, s.value(i))
		}
		v.Rows = append(v.Rows, r)
	}
	if v.Drawable {
		l.layOut(&v)
	}
	if l.Summary == "" {
		l.Summary = l.summary(p)
	}
	v.Lines = l
	return draw(p, "chart_lines.html", v)
}

// linesView is a figure laid out.
type linesView struct {
	Lines
	Drawn               []line
	Marks               []mark
	Ticks               []tick
	Rows                []row
	Drawable            bool
	Height, Top, Bottom int
}

func (s *Series) value(i int) Value {
	if i < len(s.Values) {
		return s.Values[i]
	}
	return Value{Text: "–"}
}

// layOut places everything.
func (l *Lines) layOut(v *linesView) {
	axis := l.axis()
	y := func(v float64) float64 { return bottom - axis.at(v)*(bottom-top) }
	for _, n := range axis.marks() {
		v.Marks = append(v.Marks, mark{Y: px(y(n)), Text: l.Mark(n), Up: px(y(n) - 5), Zero: n == 0})
	}
	for i := range l.Series {
		v.Drawn = append(v.Drawn, l.line(i, y))
	}
	v.Ticks = l.ticks()
	apart(v.Drawn)
}

func (l *Lines) axis() scale {
	low, high := 0.0, 0.0
	for _, s := range l.Series {
		for _, v := range s.Values {
			if v.Known {
				low, high = min(low, v.Number), max(high, v.Number)
			}
		}
	}
	return scaleOf(low, high)
}

// x is where a place lies, of a thousand.
func (l *Lines) x(i int) float64 {
	if len(l.Labels) < 2 {
		return (left + right) / 2
	}
	return left + float64(i)*(right-left)/float64(len(l.Labels)-1)
}

// line joins what is known; a value between two gaps has a marker at least.
func (l *Lines) line(n int, y func(float64) float64) line {
	s := &l.Series[n]
	out := line{Class: "chart-" + strconv.Itoa(n+1), Name: s.Name}
	var path strings.Builder
	known := func(i int) bool { return i >= 0 && i < min(len(s.Values), len(l.Labels)) && s.Values[i].Known }
	last := -1
	for i := range min(len(s.Values), len(l.Labels)) {
		if !known(i) {
			continue
		}
		x, v := l.x(i), y(s.Values[i].Number)
		to := "L"
		if !known(i - 1) {
			to = "M"
		}
		fmt.Fprintf(&path, "%s%s %s", to, px(x), px(v))
		alone := !known(i-1) && !known(i+1)
		if len(l.Labels) <= mostMarkers || alone {
			out.Dots = append(out.Dots, dot{pct(x), px(v)})
		}
		last = i
	}
	out.Path = path.String()
	if last >= 0 {
		x, v := l.x(last), y(s.Values[last].Number)
		if len(l.Labels) > mostMarkers {
			out.Dots = append(out.Dots, dot{pct(x), px(v)})
		}
		out.End = &label{X: pct(x), Anchor: anchor(x), Y: v - 9, Name: s.Name}
	}
	return out
}

func anchor(x float64) string {
	switch {
	case x > 800:
		return "end"
	case x < 200:
		return "start"
	}
	return "middle"
}

// apart moves the lines' names away from each other: they end close together.
func apart(all []line) {
	const least = 17
	for i := range all {
		for j := range i {
			a, b := all[i].End, all[j].End
			if a == nil || b == nil || a.Y-b.Y >= least || b.Y-a.Y >= least {
				continue
			}
			if a.Y >= b.Y && b.Y+least < bottom-4 || b.Y-least < top {
				a.Y = b.Y + least
			} else {
				a.Y = b.Y - least
			}
		}
	}
}

// ticks names at most four places: more would not fit on a phone.
func (l *Lines) ticks() (all []tick) {
	n := len(l.Labels)
	places := []int{0, n - 1}
	if n == 3 {
		places = []int{0, 1, 2}
	} else if n > 3 {
		places = []int{0, (n - 1) / 3, 2 * (n - 1) / 3, n - 1}
	}
	for k, i := range places {
		a := "middle"
		switch k {
		case 0:
			a = "start"
		case len(places) - 1:
			a = "end"
		}
		x := l.x(i)
		if a == "start" {
			x = 0
		} else if a == "end" {
			x = 1000
		}
		all = append(all, tick{X: pct(x), Anchor: a, Text: l.Labels[i]})
	}
	return all
}

// summary says what a look at the drawing would tell: where it begins, where it
// ends, its least and its most.
func (l *Lines) summary(p i18n.Printer) string {
	var all []string
	for _, s := range l.Series {
		first, last, low, high := -1, -1, -1, -1
		for i, v := range s.Values {
			if !v.Known || i >= len(l.Labels) {
				continue
			}
			if first < 0 {
				first, low, high = i, i, i
			}
			last = i
			if v.Number < s.Values[low].Number {
				low = i
			}
			if v.Number > s.Values[high].Number {
				high = i
			}
		}
		if first < 0 {
			continue
		}
		all = append(all, p.Say(i18n.ConsoleChartSummary, "Name", s.Name,
			"From", s.Values[first].Text, "FromAt", l.Labels[first], "To", s.Values[last].Text, "ToAt", l.Labels[last],
			"Low", s.Values[low].Text, "LowAt", l.Labels[low], "High", s.Values[high].Text, "HighAt", l.Labels[high]))
	}
	return strings.Join(all, " ")
}

// px writes a length with one digit at most.
func px(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}

// pct writes a thousandth of the width as a share of it.
func pct(x float64) string { return strconv.FormatFloat(x/10, 'f', 2, 64) + "%" }
