package line

import (
	"strconv"

	"regulars/bot"
)

// How bars and dots look. Sizes are those of a thumb's nail, so that a card of
// ten places stands in two rows of a narrow bubble.
const (
	barHeight = "10px"
	barCorner = "5px"
	dotSize   = "24px"
	dotCorner = "12px"
	dotBorder = "2px"
	barSteps  = 100 // in per cent of its width
	perRow    = 5   // dots, where they fit into one row
	twoRows   = 14  // dots, where they fit into two
	maxDrawn  = 20  // dots; more are written
	inkFaint  = "#D9E2EC"
	inkRing   = "#7B8794" // a place that is empty must still be seen
)

// progress is the bar with its words below, then the dots.
func (d *card) progress(l limits) []node {
	var stack []node
	if d.bar != nil {
		stack = append(stack, bar(*d.bar))
		if words := oneLine(d.bar.Label); words != "" {
			stack = append(stack, node{Type: "text", Text: cut(words, l.cell), Size: "sm", Color: inkGrey, Wrap: true, Margin: "sm"})
		}
	}
	if d.dots == nil {
		return stack
	}
	if l.bare || d.dots.Size <= 0 || d.dots.Size > maxDrawn {
		if words := oneLine(d.dots.String()); words != "" {
			stack = append(stack, node{Type: "text", Text: cut(words, l.cell), Size: "md", Color: inkPress, Wrap: true, Margin: "lg"})
		}
		return stack
	}
	return append(stack, dots(*d.dots))
}

// bar is a box in a box, the inner one as wide as the part that is done.
func bar(b bot.Bar) node {
	track := node{Type: "box", Layout: "vertical", Height: barHeight, Corner: barCorner, Background: inkFaint, Margin: "lg", Contents: []node{}}
	if done := b.Filled(barSteps); done > 0 {
		track.Contents = append(track.Contents, node{
			Type: "box", Layout: "vertical", Height: barHeight, Corner: barCorner, Background: inkPress, Width: strconv.Itoa(done) + "%", Contents: []node{},
		})
	}
	return track
}

// dots are one to three rows of round marks, all of the same number of cells so
// that they stand in columns.
func dots(d bot.Dots) node {
	across := d.Size
	if across > perRow {
		rows := 2 + (d.Size-1)/twoRows
		across = (d.Size + rows - 1) / rows
	}
	grid := node{Type: "box", Layout: "vertical", Spacing: "md", Margin: "lg", Contents: []node{}}
	for at := 0; at < d.Size; at += across {
		row := node{Type: "box", Layout: "horizontal", Contents: []node{}}
		for i := at; i < at+across; i++ {
			cell := node{Type: "box", Layout: "vertical", AlignItems: "center", Contents: []node{}}
			if i < d.Size {
				cell.Contents = append(cell.Contents, dot(i < d.Stamped()))
			}
			row.Contents = append(row.Contents, cell)
		}
		grid.Contents = append(grid.Contents, row)
	}
	return grid
}

// dot is a round box: full, or a ring.
func dot(stamped bool) node {
	n := node{Type: "box", Layout: "vertical", Width: dotSize, Height: dotSize, Corner: dotCorner, Border: dotBorder, BorderColor: inkRing, Contents: []node{}}
	if stamped {
		n.Background, n.BorderColor = inkPress, inkPress
	}
	return n
}
