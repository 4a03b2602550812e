package bottest

import (
	"strings"

	"regulars/bot"
)

// Render is a message as a transcript shows it: its words in reading order,
// then its buttons.
func Render(m bot.Message) string {
	var lines []string
	add := func(s string) {
		if s != "" {
			lines = append(lines, s)
		}
	}
	add(m.Title)
	add(m.Text)
	for _, r := range m.Rows {
		add(r.Label + "  " + r.Value)
	}
	add(m.Note)
	if m.Picture != nil {
		add("(picture: " + m.Picture.Alt + ")")
	}
	var buttons []string
	for _, b := range append(append([]bot.Button(nil), m.Buttons...), m.Quick...) {
		buttons = append(buttons, "["+b.Label+"]")
	}
	if len(buttons) > 0 {
		b := strings.Join(buttons, " ")
		if n := len(lines); n > 0 && !strings.Contains(lines[n-1], "\n") && n == 1 {
			lines[0] += " " + b
		} else {
			add(b)
		}
	}
	return strings.Join(lines, "\n")
}

// quoteLines writes a message under its speaker's mark.
func quoteLines(mark, s string) string {
	return mark + "< " + strings.ReplaceAll(s, "\n", "\n   | ") + "\n"
}
