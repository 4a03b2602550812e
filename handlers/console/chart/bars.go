package chart

import (
	"html/template"
	"math"

	"regulars/i18n"
)

// Bar is one row of [Bars].
type Bar struct {
	Label string
	To    string // where the label leads, "" nowhere
	Value
	// Low and High are the ends of the margin, where Margin.
	Low, High float64
	Margin    bool
	// Beside is the number that it is compared with, drawn hatched below; nil none.
	Beside *Value
	// More are further columns, as many as [Bars.More] has heads.
	More []string
}

// Bars are numbers side by side, each a row of a table.
type Bars struct {
	ID    string // unique in the page
	Title string
	Note  string
	Head  string // what a label is
	Value string // what a number is
	// Against is what the numbers beside are, where there are any.
	Against string
	Least   float64 // both 0: from 0, or the least, to the most
	Most    float64
	Rows    []Bar
	More    []string // heads of further columns
	CSV     string
	// Pattern is how bars are filled: 0 plain, 1 hatched, 2 dotted.
	Pattern int
}

type barsView struct {
	Bars
	Zero  string
	Drawn []barDrawn
	Key   bool
}

type barDrawn struct {
	Bar
	X, Wide             string
	BesideX, BesideWide string
	LowX, HighX         string
}

// Draw gives the figure. The table is the drawing: each row has its number
// written beside the bar.
func (b Bars) Draw(p i18n.Printer) template.HTML {
	s := b.scale()
	v := barsView{Bars: b, Zero: share(s.at(0))}
	for _, r := range b.Rows {
		d := barDrawn{Bar: r}
		if r.Known {
			d.X, d.Wide = s.span(0, r.Number)
		}
		if r.Known && r.Margin {
			d.LowX, d.HighX = share(s.at(clamp(r.Low, s))), share(s.at(clamp(r.High, s)))
		}
		if r.Beside != nil {
			v.Key = true
			if r.Beside.Known {
				d.BesideX, d.BesideWide = s.span(0, r.Beside.Number)
			}
		}
		v.Drawn = append(v.Drawn, d)
	}
	return draw(p, "chart_bars.html", v)
}

func (b *Bars) scale() scale {
	if b.Least != 0 || b.Most != 0 {
		return scale{low: b.Least, high: b.Most, step: b.Most - b.Least}
	}
	low, high := 0.0, 0.0
	for _, r := range b.Rows {
		for _, n := range r.numbers() {
			low, high = math.Min(low, n), math.Max(high, n)
		}
	}
	if low == high {
		high = 1
	}
	return scale{low: low, high: high, step: high - low}
}

func (r *Bar) numbers() (all []float64) {
	if r.Known {
		all = append(all, r.Number)
	}
	if r.Known && r.Margin {
		all = append(all, r.Low, r.High)
	}
	if r.Beside != nil && r.Beside.Known {
		all = append(all, r.Beside.Number)
	}
	return all
}

// span is where a bar between two values begins and how wide it is; one of
// nothing is a hair.
func (s scale) span(a, b float64) (x, wide string) {
	a, b = s.at(clamp(a, s)), s.at(clamp(b, s))
	return share(min(a, b)), share(max(math.Abs(b-a), 0.002))
}

func clamp(v float64, s scale) float64 { return min(max(v, s.low), s.high) }

// share writes 0 to 1 as a share of the width.
func share(v float64) string { return pct(v * 1000) }
