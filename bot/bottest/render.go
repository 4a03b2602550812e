package bottest

import (
	"strings"

	"regulars/bot"
)

// Render is a message as a transcript shows it: its words in reading order,
// cards marked "▪", then all its buttons.
func Render(m bot.Message) string {
	lines := words(m)
	for _, c := range m.Cards {
		for i, line := range strings.Split(strings.Join(words(c), "\n"), "\n") {
			mark := "  "
			if i == 0 {
				mark = cardMark
			}
			lines = append(lines, mark+line)
		}
	}
	var buttons []string
	for _, b := range m.AllButtons() {
		buttons = append(buttons, "["+b.Label+"]")
	}
	if len(buttons) > 0 {
		b := strings.Join(buttons, " ")
		if n := len(lines); n > 0 && !strings.Contains(lines[n-1], "\n") && n == 1 {
			lines[0] += " " + b
		} else {
			lines = append(lines, b)
		}
	}
	return strings.Join(lines, "\n")
}

// cardMark stands before each card's first line.
const cardMark = "▪ "

// barSteps is how long a bar is drawn: "[#####-----]".
const barSteps = 10

// words are the lines of a message without its cards and buttons.
func words(m bot.Message) (lines []string) {
	add := func(s string) {
		if s != "" {
			lines = append(lines, s)
		}
	}
	if m.Photo != nil {
		add(strings.Replace("(photo: "+m.Photo.Alt+")", ": )", ")", 1))
	}
	add(m.Title)
	add(m.Text)
	if m.Bar != nil {
		done := m.Bar.Filled(barSteps)
		add(strings.TrimSpace("[" + strings.Repeat("#", done) + strings.Repeat("-", barSteps-done) + "] " + m.Bar.Label))
	}
	if m.Dots != nil {
		add(m.Dots.String())
	}
	for _, r := range m.Rows {
		add(r.Label + "  " + r.Value)
	}
	add(m.Note)
	if m.Picture != nil {
		add("(picture: " + m.Picture.Alt + ")")
	}
	return lines
}

// quoteLines writes a message under its speaker's mark.
func quoteLines(mark, s string) string {
	return mark + "< " + strings.ReplaceAll(s, "\n", "\n   | ") + "\n"
}
