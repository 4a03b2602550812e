package line

import "github.com/rivo/uniseg"

// Buttons of a scale, such as a survey's 0 to 10, stand side by side: one under
// the other they would fill the screen. They are boxes, since a button's own
// padding would leave no room for "10" in a sixth of a bubble.
const (
	scaleLabel = 2 // columns of a label at most
	scaleLeast = 3 // fewer short labels are ordinary buttons
	scaleWide  = 6 // buttons on a line
	inkKey     = "#E4E9ED"
)

// keyLine is one line of buttons: a single one, or some of a scale, whose fullest
// line has so many.
type keyLine struct {
	keys []action
	wide int // 0: no scale
}

// lines puts buttons on the lines on which they stand: those of a scale together.
func lines(buttons []action) (all []keyLine) {
	for len(buttons) > 0 {
		n := 0
		for n < len(buttons) && uniseg.StringWidth(buttons[n].Label) <= scaleLabel {
			n++
		}
		if n < scaleLeast {
			all, buttons = append(all, keyLine{keys: buttons[:1]}), buttons[1:]
			continue
		}
		for wide := min(n, scaleWide); n > 0; {
			k := min(n, scaleWide)
			all, buttons, n = append(all, keyLine{buttons[:k], wide}), buttons[k:], n-k
		}
	}
	return all
}

// scale draws one line of a scale. What is missing in its last line is left free,
// so that all keys are equally wide.
func (l keyLine) scale() node {
	row := node{Type: "box", Layout: "horizontal", Spacing: "sm"}
	for i := range l.wide {
		key := node{Type: "box", Layout: "vertical", Contents: []node{}, Flex: 1}
		if i < len(l.keys) {
			key.Contents = []node{{Type: "text", Text: l.keys[i].Label, Align: "center", Size: "md", Color: inkDark}}
			key.Action, key.Background, key.Corner, key.Padding = &l.keys[i], inkKey, "8px", "10px"
		}
		row.Contents = append(row.Contents, key)
	}
	return row
}
