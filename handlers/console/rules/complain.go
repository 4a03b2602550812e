package rules

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/programme"
)

var (
	between = regexp.MustCompile(`from ([0-9]+(?:\.[0-9]+)?) to ([0-9]+)`)
	upTo    = regexp.MustCompile(`^up to ([0-9]+)$`)
)

// tell notes complaints at the fields they are about, in the manager's language
// where there are words for them.
func tell(q *console.Request, t target, wrong []programme.Complaint) {
	for _, c := range wrong {
		name := t.name(c.Key)
		said := say(q, c)
		if name == "" && c.Line > 0 {
			said = q.Say(i18n.ConsoleRulesAtLine, "Line", c.Line, "Key", c.Key, "What", said)
		}
		q.Wrong(name, said)
	}
}

// name is the form's name for a key of the file; "" for none.
func (t target) name(key string) string {
	if t.Sheet == nil {
		return ""
	}
	if t.Sheet.List {
		rest, own := strings.CutPrefix(key, t.Sheet.Name+".")
		if !own {
			return ""
		}
		key = rest
	}
	for _, f := range t.fields() {
		rest, own := strings.CutPrefix(key, f.Key)
		switch {
		case !own || rest != "" && rest[0] != '.':
		case f.Kind == hours:
			return f.Key + ".from"
		case f.Kind == checks:
			return "" // above the form, where there may be many boxes
		case (f.Kind == texts || f.Kind == wordings) && rest == "":
			return "" // nor is it said of which language
		default:
			return key
		}
	}
	return ""
}

// say puts a complaint into words.
func say(q *console.Request, c programme.Complaint) string {
	has := func(all ...string) bool {
		return slices.ContainsFunc(all, func(s string) bool { return strings.Contains(c.Wrong, s) })
	}
	limits, most := between.FindStringSubmatch(c.Allowed), upTo.FindStringSubmatch(c.Allowed)
	switch {
	case c.Wrong == "is missing", has("is empty"):
		return q.Say(i18n.ConsoleRulesMissing)
	case has("letters") && most != nil:
		return q.Say(i18n.ConsoleRulesLong, "Most", most[1])
	case has("out of range", "no such factor", "must be a whole number") && limits != nil:
		return q.Say(i18n.ConsoleRulesBetween, "Low", limits[1], "High", limits[2])
	case has("must be an amount", "is not an amount", "must be more than nothing"):
		return q.Say(i18n.ConsoleRulesNumber)
	case has("lies before from"):
		return q.Say(i18n.ConsoleRulesDates)
	case has("gives nothing"):
		return q.Say(i18n.ConsoleRulesGivesNothing)
	case has("without a cost"):
		return q.Say(i18n.ConsoleRulesNoCost)
	case has("the days do not fall", "must be a short list"):
		return q.Say(i18n.ConsoleRulesDays)
	case has("is not filled in"):
		field, _, _ := strings.Cut(c.Wrong, " ")
		return q.Say(i18n.ConsoleRulesFill, "Field", field, "Allowed", c.Allowed)
	case has("overlap"):
		return q.Say(i18n.ConsoleRulesOverlap)
	case has("begin and end together", "are no hours", "not a time of day"):
		return q.Say(i18n.ConsoleRulesClock)
	case has("lapse after"):
		return q.Say(i18n.ConsoleRulesLapses)
	}
	return plain(c)
}

// plain is a complaint as operators read it.
func plain(c programme.Complaint) string {
	c.Line, c.Key = 0, ""
	return c.String()
}

// complained is a line of what is wrong with a whole file.
type complained struct {
	Line      int
	Key, What string
}

// listed are the complaints about a text, with their lines.
func listed(q *console.Request, wrong []programme.Complaint) (all []complained) {
	for _, c := range wrong {
		all = append(all, complained{c.Line, c.Key, say(q, c)})
	}
	return all
}

// numbered is a text by its lines.
func numbered(text string) (all []complained) {
	for i, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		all = append(all, complained{Line: i + 1, What: strings.TrimSuffix(l, "\r")})
	}
	return all
}

func number(s string) int { n, _ := strconv.Atoi(s); return n }
