package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// said is one {{say "key" "Name" value …}} of a page's template.
type said struct {
	where string
	key   Key
	names []string
}

var (
	saying  = regexp.MustCompile(`\bsay "([a-z0-9_.]+)"`)
	valueOf = regexp.MustCompile(`"([A-Z][A-Za-z]*)"`)
)

// templates are what the pages' templates say.
func templates(t *testing.T) (list []said) {
	t.Helper()
	err := filepath.WalkDir("../handlers/console", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".html") {
			return err
		}
		raw, err := os.ReadFile(name)
		text := string(raw)
		for _, m := range saying.FindAllStringSubmatchIndex(text, -1) {
			s := said{where: name, key: Key(text[m[2]:m[3]])}
			values, _, _ := strings.Cut(text[m[1]:], "}}") // of this one alone
			values, _, _ = strings.Cut(values, "(say ")
			for _, v := range valueOf.FindAllStringSubmatch(values, -1) {
				s.names = append(s.names, v[1])
			}
			list = append(list, s)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestTemplatesGetTheirValues is TestTextsGetTheirValues for pages.
func TestTemplatesGetTheirValues(t *testing.T) {
	cats, _ := read(t)
	for _, s := range templates(t) {
		e := cats[En][s.key]
		need := places(e.all())
		if _, one := e.forms[""]; !one && len(e.forms) > 0 {
			need = append(need, "Count")
		}
		for _, name := range need {
			if !slices.Contains(s.names, name) {
				t.Errorf("%s: %s has a place for %s, which gets no value", s.where, s.key, name)
			}
		}
	}
}
