package line

import (
	"strconv"
	"testing"
)

// The keys 0 to 10 stand on two lines of six columns; two short labels, or longer
// ones, are ordinary buttons.
func TestLinesOfButtons(t *testing.T) {
	labels := func(list ...string) (as []action) {
		for _, l := range list {
			as = append(as, action{Type: "postback", Label: l})
		}
		return as
	}
	var eleven []string
	for n := range 11 {
		eleven = append(eleven, strconv.Itoa(n))
	}
	for _, c := range []struct {
		of    []string
		lines []int // keys on each line
		wide  []int
	}{
		{eleven, []int{6, 5}, []int{6, 6}},
		{append(eleven, "Not now"), []int{6, 5, 1}, []int{6, 6, 0}},
		{[]string{"1", "2", "3", "4", "5"}, []int{5}, []int{5}},
		{[]string{"OK", "No"}, []int{1, 1}, []int{0, 0}},
		{[]string{"好", "Yes", "No"}, []int{1, 1, 1}, []int{0, 0, 0}},
		{nil, nil, nil},
	} {
		got := lines(labels(c.of...))
		if len(got) != len(c.lines) {
			t.Errorf("%v stand on %d lines", c.of, len(got))
			continue
		}
		for i, l := range got {
			if len(l.keys) != c.lines[i] || l.wide != c.wide[i] {
				t.Errorf("%v: line %d has %d keys of %d", c.of, i, len(l.keys), l.wide)
			}
		}
	}
	// All keys are equally wide, and each can be pressed.
	f := footer(lines(labels(eleven...)), true)
	pressed := 0
	for _, row := range f.Contents {
		if len(row.Contents) != scaleWide {
			t.Errorf("a line of %d columns", len(row.Contents))
		}
		for _, key := range row.Contents {
			if key.Action != nil && key.Contents[0].Text == key.Action.Label {
				pressed++
			}
		}
	}
	if pressed != 11 {
		t.Errorf("%d keys can be pressed", pressed)
	}
}
