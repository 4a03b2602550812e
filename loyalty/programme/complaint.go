package programme

import (
	"fmt"
	"slices"
	"strings"
)

// Complaint is one thing that is wrong with a programme file, for the person
// who writes it.
type Complaint struct {
	Line    int    // counted from 1; 0 when something is missing from the whole
	Key     string // dotted, as in "staff.clerk.give_day"; "" when the file is no TOML
	Wrong   string // what is wrong
	Allowed string // what may stand there; may be empty
	Nearest string // the right word that a misspelt one resembles; may be empty
}

// String is one line: "line 12: earn.per: …; allowed: …".
func (c Complaint) String() string {
	var b strings.Builder
	if c.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", c.Line)
	}
	if c.Key != "" {
		b.WriteString(c.Key + ": ")
	}
	b.WriteString(c.Wrong)
	if c.Nearest != "" {
		fmt.Fprintf(&b, "; did you mean %s?", c.Nearest)
	}
	if c.Allowed != "" {
		b.WriteString("; allowed: " + c.Allowed)
	}
	return b.String()
}

// Error makes a Complaint an error, for callers that stop at the first.
func (c Complaint) Error() string { return c.String() }

// Nearest is the word of words that s was probably meant to be, or "": for
// other files whose keys can be misspelt.
func Nearest(s string, words []string) string { return nearest(s, words) }

// nearest is the word that s was probably meant to be, or "": at most a third
// of its letters may differ.
func nearest(s string, words []string) string {
	best, bestAt := "", 1+max(1, len([]rune(s))/3)
	for _, w := range words {
		if d := distance(strings.ToLower(s), strings.ToLower(w)); d < bestAt {
			best, bestAt = w, d
		}
	}
	return best
}

// distance is how many letters must be put in, taken out, changed or swapped
// with a neighbour to turn a into b (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 64 // nobody misspells that much
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			change := rows[i-1][j-1]
			if x[i-1] != y[j-1] {
				change++
			}
			rows[i][j] = min(change, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// sorted puts complaints in the order of their lines, missing things last.
func sorted(all []Complaint) []Complaint {
	slices.SortStableFunc(all, func(a, b Complaint) int {
		switch {
		case (a.Line == 0) != (b.Line == 0):
			return b.Line - a.Line
		default:
			return a.Line - b.Line
		}
	})
	return all
}
