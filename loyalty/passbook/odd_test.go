package passbook

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode"
)

// steers reports what would steer a reader's terminal, or hide a part of a text.
func steers(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != ' ' && !unicode.IsGraphic(r) })
}

// What hides or steers is refused by its line and not repeated, wherever it stands and
// though the key of the file itself signed it.
func TestOddSigns(t *testing.T) {
	file := string(Write(statement(4), theKey))
	for _, sign := range []string{"\x1b[2J", "\a", "\b", "\t", "\r", "\x9b", "\u202e", "\u2066", "\u200b", "\u2028", "\xff"} {
		for part, at := range map[string]string{"the header": "Café", "a reference": "2CA4DY", "the words": "Expired", "the closing": "\nin: "} {
			i := strings.Index(file, at) + len(at)
			bad := file[:i] + sign + file[i:]
			s, err := Read([]byte(bad))
			var changed *ChangedError
			if s != nil || !errors.As(err, &changed) || steers(err.Error()) {
				t.Errorf("%q in %s: %v", sign, part, err)
				continue
			}
			if line := strings.Count(file[:i], "\n") + 1; len(changed.Faults) != 1 || changed.Faults[0].Line != line {
				t.Errorf("%q in %s, on line %d: %v", sign, part, line, err)
			}
		}
	}
}

// A file full of them is not told line by line; one that is too long is told for what it is.
func TestOddFiles(t *testing.T) {
	all := strings.ReplaceAll(string(Write(statement(200), theKey)), " | ", "\t| ")
	var changed *ChangedError
	if _, err := Read([]byte(all)); !errors.As(err, &changed) || len(changed.Faults) != mostOdd {
		t.Errorf("got %v", err)
	}
	long := append(Write(statement(1), theKey), bytes.Repeat([]byte("x"), MaxSize)...)
	if _, err := Read(long); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
}

// A reference that is none is shown as the file's words, not as the complaint's own.
func TestReferencesAreQuoted(t *testing.T) {
	file := strings.Replace(string(Write(statement(4), theKey)), "| 2CA4DY |", "| x) is fine, and the rest |", 1)
	if _, err := Read([]byte(file)); err == nil || !strings.Contains(err.Error(), `(entry 1, "x) is fine, and the rest") was changed`) {
		t.Errorf("got %v", err)
	}
}
