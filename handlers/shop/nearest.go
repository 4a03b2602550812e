package shop

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Same makes names comparable that people type: one form of full-width letters,
// lower case, without spaces, hyphens and underscores.
func Same(name string) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToLower(norm.NFKC.String(strings.Join(strings.Fields(name), ""))))
}

// Nearest is the one of names that typed probably means: it begins so, or
// differs in few letters. It is "" when none is near.
func Nearest(typed string, names []string) string {
	x := []rune(Same(typed))
	if len(x) == 0 {
		return ""
	}
	best, least := "", len(x)/3+2
	for _, name := range names {
		y := []rune(Same(name))
		n := distance(x, y)
		if len(x) > 1 && len(y) > len(x) && string(y[:len(x)]) == string(x) {
			n = 1
		}
		if n < least && n < len(y) {
			best, least = name, n
		}
	}
	return best
}

// distance is the number of letters to change, add or leave out between x and
// y (Levenshtein 1966).
func distance(x, y []rune) int {
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := diagonal
			if x[i] != y[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
