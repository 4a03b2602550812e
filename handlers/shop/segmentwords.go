package shop

import (
	"strings"

	"regulars/i18n"
	"regulars/loyalty/segment"
)

// SegmentExample is an expression that every shop can ask.
const SegmentExample = "points > 100"

// plainQuotes are what phones make of quotes and signs while somebody types.
var plainQuotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‘", `"`, "’", `"`, "「", `"`, "」", `"`, "＞", ">", "＜", "<", "＝", "=")

// TypedSegment is what was typed for a segment, on one line, with its quotes and
// signs put right.
func TypedSegment(typed string) string {
	return plainQuotes.Replace(strings.Join(strings.Fields(Typed(typed)), " "))
}

// SegmentWrong says what is wrong with an expression, and what was probably
// meant.
func SegmentWrong(p i18n.Printer, c *segment.Complaint) string {
	var said string
	switch c.Wrong {
	case segment.WrongWord:
		said = p.Say(i18n.SegmentUnknown, "Word", c.Word)
	case segment.WrongValue:
		said = p.Say(i18n.SegmentValue, "Word", c.Word)
	case segment.WrongKind:
		said = p.Say(i18n.SegmentKind, "At", c.At)
	case segment.WrongAnswer:
		said = p.Say(i18n.SegmentAnswer, "Example", SegmentExample)
	case segment.WrongTool:
		said = p.Say(i18n.SegmentTool, "Word", c.Word)
	case segment.WrongLength:
		said = p.Say(i18n.SegmentLength)
	default:
		said = p.Say(i18n.SegmentSyntax, "At", c.At)
	}
	if c.Nearest != "" {
		said += "\n" + p.Say(i18n.SegmentNear, "Word", c.Nearest)
	}
	return said
}
