package bottest

import "strings"

// scriptLine is one line of a transcript with the answers written under it.
type scriptLine struct {
	text    string // as it stands in the file
	verb    string
	rest    string
	answers []scriptAnswer
	setup   bool // whatever is answered is right
}

// scriptAnswer is a message to somebody: "" is the speaker.
type scriptAnswer struct {
	to   string
	text string
}

// scriptLines reads a scene.
func scriptLines(script string) (all []scriptLine) {
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.TrimSpace(line) == "", strings.HasPrefix(line, "#"):
			continue
		case strings.HasPrefix(line, "   |"):
			a := &all[len(all)-1].answers
			(*a)[len(*a)-1].text += "\n" + strings.TrimPrefix(strings.TrimPrefix(line, "   |"), " ")
			continue
		}
		if mark, text, ok := strings.Cut(line, "< "); ok && isAnswer(mark) {
			to := strings.TrimPrefix(strings.TrimPrefix(mark, "bot"), "→")
			l := &all[len(all)-1]
			l.answers = append(l.answers, scriptAnswer{to, text})
			continue
		}
		verb, rest, _ := strings.Cut(line, ">")
		all = append(all, scriptLine{text: line, verb: verb, rest: strings.TrimSpace(rest)})
	}
	return all
}

// isAnswer tells "bot" and "bot→bo" from what people say.
func isAnswer(mark string) bool {
	return mark == "bot" || strings.HasPrefix(mark, "bot→") && !strings.Contains(mark, ">")
}
