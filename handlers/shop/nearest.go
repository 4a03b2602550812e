package shop

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"regulars/bot"
)

// Same makes names comparable that people type: one form of full-width letters,
// lower case, without spaces, hyphens and underscores.
func Same(name string) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToLower(norm.NFKC.String(strings.Join(strings.Fields(name), ""))))
}

// Nearest is the one of names that typed probably means: it begins so, or
// differs in few letters. It is "" when none is near.
func Nearest(typed string, names []string) string {
	x := Same(typed)
	long := utf8.RuneCountInString(x)
	if long == 0 {
		return ""
	}
	best, least := "", long/3+2
	for _, name := range names {
		y := Same(name)
		n := bot.Distance(x, y)
		if long > 1 && len(y) > len(x) && strings.HasPrefix(y, x) {
			n = 1
		}
		if n < least && n < utf8.RuneCountInString(y) {
			best, least = name, n
		}
	}
	return best
}
