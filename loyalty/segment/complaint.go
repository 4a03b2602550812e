package segment

import (
	"fmt"
	"strings"
)

// Wrong says what kind of mistake a complaint is about.
type Wrong string

// The kinds of mistakes.
const (
	WrongWord   Wrong = "word"   // no attribute or function has this name
	WrongValue  Wrong = "value"  // the attribute never has this value
	WrongSyntax Wrong = "syntax" // it cannot be read
	WrongKind   Wrong = "kind"   // a number is compared with a text, or the like
	WrongAnswer Wrong = "answer" // it says no yes or no
	WrongTool   Wrong = "tool"   // the language has it, segments do not
	WrongLength Wrong = "length" // over MaxText letters, or nothing
)

// Complaint is one mistake in an expression.
type Complaint struct {
	At      int // which letter, from 1; 0 is the whole
	Wrong   Wrong
	Word    string   // what stands there, as far as it is one word
	Allowed []string // what could stand there; nil where that is too much to list
	Nearest string   // what was probably meant, "" for no idea
	Detail  string   // of the library, in English; "" where the rest says it
}

// Error is the complaint for operators.
func (c *Complaint) Error() string {
	at := ""
	if c.At > 0 {
		at = fmt.Sprintf("letter %d: ", c.At)
	}
	switch c.Wrong {
	case WrongWord:
		at += fmt.Sprintf("%q is not known", c.Word)
	case WrongValue:
		at += fmt.Sprintf("%q is no such value", c.Word)
	case WrongKind:
		at += "things are compared that are not alike"
	case WrongAnswer:
		at += `a segment is a yes or a no, as in points > 100 or "vegan" in tags`
	case WrongTool:
		at += fmt.Sprintf("%q cannot be used in a segment", c.Word)
	case WrongLength:
		at += fmt.Sprintf("a segment is 1 to %d letters long", MaxText)
	default:
		at += "this cannot be read"
	}
	if c.Detail != "" {
		at += " (" + c.Detail + ")"
	}
	if c.Nearest != "" {
		return at + fmt.Sprintf("; did you mean %q?", c.Nearest)
	}
	if len(c.Allowed) > 0 {
		return at + "; there are " + strings.Join(c.Allowed, ", ")
	}
	return at
}

// nearest is the one of words that is at most two letters (three, of long ones)
// from s, "" for none. Of equally near ones the first counts.
func nearest(s string, words []string) string {
	best, least := "", 3
	if len(s) <= 4 {
		least = 2
	} else if len(s) > 8 {
		least = 4
	}
	for _, w := range words {
		if n := distance(s, w); n < least {
			best, least = w, n
		}
	}
	return best
}

// distance is how many letters must be put, taken out, changed or swapped with
// their neighbour to make b from a.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := [3][]int{make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(x); i++ {
		last, now := rows[1], rows[2]
		now[0] = i
		for j := 1; j <= len(y); j++ {
			same := 1
			if x[i-1] == y[j-1] {
				same = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+same)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], rows[0][j-2]+1)
			}
		}
		rows[0], rows[1], rows[2] = rows[1], rows[2], rows[0]
	}
	return rows[1][len(y)]
}
