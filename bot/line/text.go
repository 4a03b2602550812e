package line

import (
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/rivo/uniseg"
)

// units is the length of s as LINE counts it: in UTF-16 code units (LINE docs,
// #text-message).
func units(s string) int {
	n := 0
	for _, r := range s {
		n += runeUnits(r)
	}
	return n
}

func runeUnits(r rune) int {
	if utf16.RuneLen(r) == 2 {
		return 2
	}
	return 1
}

// clean makes text that a person or a shop typed harmless: no control
// characters but line breaks, and no marks that turn the reading direction of
// what follows, which would let a name rewrite the sentence around it.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r', r == '\u2028', r == '\u2029':
			return '\n'
		case r == '\t':
			return ' '
		case unicode.IsControl(r), r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// oneLine is clean without line breaks.
func oneLine(s string) string {
	return strings.Join(strings.Fields(clean(s)), " ")
}

// cut shortens s to at most limit units, ending in "…" when something went. It
// cuts between characters as people see them, so that a flag or a family emoji
// stays whole or goes whole.
func cut(s string, limit int) string {
	if units(s) <= limit {
		return s
	}
	return strings.TrimRightFunc(s[:fits(s, limit-1)], unicode.IsSpace) + "…"
}

// fits is the number of bytes of s, up to a border of visible characters, that
// take at most limit units. A single character longer than limit is cut between
// code points, so that the result is 0 for no s but an empty one.
func fits(s string, limit int) int {
	end, used, state := 0, 0, -1
	for rest := s; rest != ""; {
		var g string
		g, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		used += units(g)
		if used > limit {
			break
		}
		end += len(g)
	}
	if end > 0 {
		return end
	}
	used = 0
	for i, r := range s {
		if used += runeUnits(r); used > limit {
			return i
		}
	}
	return len(s)
}

// split breaks s into at most n pieces of at most limit units each, at line
// breaks or spaces where there are any in the second half of a piece. What is
// left after n pieces is cut.
func split(s string, limit, n int) []string {
	var pieces []string
	for units(s) > limit && len(pieces) < n-1 {
		end := fits(s, limit)
		piece := s[:end]
		for _, at := range []string{"\n", " "} {
			if i := strings.LastIndex(piece, at); i > end/2 {
				piece = piece[:i]
				break
			}
		}
		s = strings.TrimSpace(s[len(piece):])
		if piece = strings.TrimSpace(piece); piece != "" {
			pieces = append(pieces, piece)
		}
	}
	if s == "" {
		return pieces
	}
	return append(pieces, cut(s, limit))
}
