package handlers_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// wholeNumber is a phone number with all its digits, as the scenes' people have them.
var wholeNumber = regexp.MustCompile(`09\d{8}|\+?8869\d{8}`)

// TestNoChatShowsAWholeNumber: in all that the bot says in any scene, to members, staff
// and groups, a phone number is masked; only the examples of help have one.
func TestNoChatShowsAWholeNumber(t *testing.T) {
	said := 0
	err := fs.WalkDir(os.DirFS("testdata"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".txtar") {
			return err
		}
		raw, err := fs.ReadFile(os.DirFS("testdata"), name)
		for line := range strings.Lines(string(raw)) {
			if !strings.HasPrefix(line, "bot<") && !strings.HasPrefix(line, "   | ") {
				continue
			}
			said++
			if wholeNumber.MatchString(line) && !strings.Contains(line, ": /") {
				t.Errorf("%s: %s", name, line)
			}
		}
		return err
	})
	if err != nil || said < 1000 {
		t.Errorf("only %d lines of the bot were looked at: %v", said, err)
	}
}
