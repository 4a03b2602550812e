package chart

import (
	"html/template"
	"math"
	"strconv"

	"regulars/i18n"
)

// Cell is a place of a [Grid].
type Cell struct {
	Text  string  // what stands in it; "" where nothing is yet
	Small string  // a second line
	Name  string  // a third, which says what the place is called
	To    string  // where it leads
	Share float64 // how dark it is, 0 to 1
}

// Grid is a table whose cells are the darker the more is in them.
type Grid struct {
	ID      string
	Title   string
	Note    string
	Corner  string // above the rows' names
	Columns []string
	Rows    []GridRow
	CSV     string
}

// GridRow is a row, which may be shorter than the columns.
type GridRow struct {
	Label string
	Cells []Cell
}

// Draw gives the figure.
func (g Grid) Draw(p i18n.Printer) template.HTML { return draw(p, "chart_grid.html", g) }

// Class is how dark a cell is, in ten steps that a print without colours tells
// apart.
func (c Cell) Class() string {
	if c.Text == "" {
		return "chart-none"
	}
	n := 0
	if c.Share > 0 {
		n = int(math.Ceil(min(c.Share, 1) * 9))
	}
	return "chart-s" + strconv.Itoa(n)
}
