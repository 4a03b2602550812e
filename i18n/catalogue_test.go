package i18n

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	toml "github.com/pelletier/go-toml/v2"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// entry is one text of a catalogue: its plural forms, or "" for a text that has
// only one.
type entry struct {
	area  string // the file it stands in
	forms map[string]string
}

// all joins an entry's forms, for checks of its letters.
func (e entry) all() string {
	return strings.Join(slices.Collect(maps.Values(e.forms)), "\n")
}

// categories are the plural categories of CLDR.
var categories = []string{"zero", "one", "two", "few", "many", "other"}

// reserved are table keys that go-i18n takes for parts of a message: a key of
// such a name would make its whole table one text.
var reserved = []string{"id", "description", "hash", "leftdelim", "rightdelim"}

// catalogues reads all words as they are written, past go-i18n.
var catalogues = sync.OnceValues(func() (map[Lang]map[Key]entry, error) {
	all := map[Lang]map[Key]entry{}
	for _, l := range Langs {
		all[l] = map[Key]entry{}
		files, err := words.ReadDir("words/" + string(l))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			raw, err := words.ReadFile(path.Join("words", string(l), f.Name()))
			if err != nil {
				return nil, err
			}
			var tree map[string]any
			if err := toml.Unmarshal(raw, &tree); err != nil {
				return nil, fmt.Errorf("%s/%s: %w", l, f.Name(), err)
			}
			if err := flatten(all[l], f.Name(), "", tree); err != nil {
				return nil, fmt.Errorf("%s/%s: %w", l, f.Name(), err)
			}
		}
	}
	return all, nil
})

func flatten(into map[Key]entry, area, prefix string, tree map[string]any) error {
	for name, v := range tree {
		key := Key(prefix + name)
		if slices.Contains(reserved, name) {
			return fmt.Errorf("%s: go-i18n takes %q for a part of a message", key, name)
		}
		switch v := v.(type) {
		case string:
			if _, twice := into[key]; twice {
				return fmt.Errorf("%s stands in two files", key)
			}
			into[key] = entry{area, map[string]string{"": v}}
		case map[string]any:
			if forms, ok := pluralForms(v); ok {
				into[key] = entry{area, forms}
			} else if err := flatten(into, area, string(key)+".", v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s is no text", key)
		}
	}
	return nil
}

// pluralForms reads a table that is one text in several forms.
func pluralForms(v map[string]any) (map[string]string, bool) {
	forms := map[string]string{}
	for name, text := range v {
		if s, ok := text.(string); ok && slices.Contains(categories, name) {
			forms[name] = s
		}
	}
	return forms, len(forms) > 0 && len(forms) == len(v)
}

// constants are the keys that the Go source declares, by their Go names.
var constants = sync.OnceValues(func() (map[string]Key, error) {
	names, err := filepath.Glob("keys_*.go")
	if err != nil {
		return nil, err
	}
	all := map[string]Key{}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if err := declared(all, d); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return all, nil
})

func declared(into map[string]Key, d ast.Decl) error {
	g, ok := d.(*ast.GenDecl)
	if !ok || g.Tok != token.CONST {
		return nil
	}
	for _, s := range g.Specs {
		v := s.(*ast.ValueSpec)
		if t, ok := v.Type.(*ast.Ident); !ok || t.Name != "Key" || len(v.Values) != 1 {
			return fmt.Errorf("%s is no typed Key", v.Names[0].Name)
		}
		text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			return err
		}
		into[v.Names[0].Name] = Key(text)
	}
	return nil
}

// read gives all catalogues and constants, or ends the test.
func read(t *testing.T) (map[Lang]map[Key]entry, map[string]Key) {
	t.Helper()
	cats, err := catalogues()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := constants()
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys declared: %v", len(keys), err)
	}
	return cats, keys
}

func TestEveryKeyInEveryLanguage(t *testing.T) {
	cats, consts := read(t)
	known := map[Key]string{}
	for name, key := range consts {
		if other := known[key]; other != "" {
			t.Errorf("%s and %s are both %q", name, other, key)
		}
		known[key] = name
	}
	for _, s := range templates(t) {
		if known[s.key] == "" {
			known[s.key] = s.where
		}
	}
	for _, l := range Langs {
		for key, name := range known {
			if _, ok := cats[l][key]; !ok {
				t.Errorf("%s lacks %s (%s)", l, key, name)
			}
		}
		for key, e := range cats[l] {
			if known[key] == "" {
				t.Errorf("%s/%s has %s, which neither keys_*.go nor a template has", l, e.area, key)
			}
			if en, ok := cats[En][key]; ok && en.area != e.area {
				t.Errorf("%s has %s in %s, English in %s", l, key, e.area, en.area)
			}
		}
	}
}

// needs are the categories that whole numbers of a language fall into.
func needs(l Lang) []string {
	names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}
	found := map[string]bool{}
	for n := range 1000 {
		found[names[plural.Cardinal.MatchPlural(language.MustParse(string(l)), n, 0, 0, 0, 0)]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func TestPluralForms(t *testing.T) {
	cats, _ := read(t)
	for _, l := range Langs {
		want := needs(l)
		for key, e := range cats[l] {
			_, one := e.forms[""]
			_, oneInEnglish := cats[En][key].forms[""]
			if one != oneInEnglish {
				t.Errorf("%s: %s has plural forms in one of English and %s only", key, key, l)
			}
			if got := slices.Sorted(maps.Keys(e.forms)); !one && !slices.Equal(got, want) {
				t.Errorf("%s: %s has the forms %v, its language needs %v", l, key, got, want)
			}
			if one && strings.Contains(e.all(), "{{.Count}}") {
				t.Errorf("%s: %s counts without plural forms", l, key)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{\{\.([A-Z][A-Za-z]*)\}\}`)

// places are the names that a text has places for, each once, in order.
func places(text string) []string {
	found := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		found[m[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func TestSamePlaceholders(t *testing.T) {
	cats, _ := read(t)
	for _, l := range Langs {
		for key, e := range cats[l] {
			want := places(cats[En][key].all())
			for form, text := range e.forms {
				if got := places(text); !slices.Equal(got, want) {
					t.Errorf("%s: %s %s fills %v, English %v", l, key, form, got, want)
				}
				if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}<>") {
					t.Errorf("%s: %s has braces that are no placeholder: %q", l, key, text)
				}
			}
		}
	}
}

// sample is what placeholders are filled with in tests.
var sample = map[string]string{
	"Name": "Ann L.", "Shop": "Corner Café", "Points": "35", "Money": "NT$350", "Number": "1,200", "Date": "2026-11-21", "Time": "15:04",
}

func TestEveryTextRenders(t *testing.T) {
	cats, _ := read(t)
	for _, l := range Langs {
		for key, e := range cats[l] {
			var args []any
			for _, name := range places(e.all()) {
				value := sample[name]
				if value == "" {
					value = "«" + name + "»"
				}
				if name != "Count" {
					args = append(args, name, value)
				}
			}
			counts := []int{1}
			if _, one := e.forms[""]; !one {
				counts = []int{0, 1, 2, 5, 11, 1000}
			}
			for _, n := range counts {
				filled := args
				if len(counts) > 1 {
					filled = append(slices.Clone(args), "Count", n)
				}
				got := For(l).Say(key, filled...)
				if got == string(key) || got == "" || strings.Contains(got, "<no value>") || strings.Contains(got, "{{") {
					t.Errorf("%s: %s with %v reads %q", l, key, filled, got)
				}
			}
		}
	}
}

// sameAsEnglish are texts that are written alike in English and elsewhere.
var sameAsEnglish = map[Key]string{
	ReceiptEarned: "a sign and the points, whose word points.count gives",
}

func TestNothingLeftInEnglish(t *testing.T) {
	cats, _ := read(t)
	for _, l := range Langs {
		for key, e := range cats[l] {
			for form, text := range e.forms {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %s is empty", l, key)
				}
				if l != En && text == cats[En][key].forms[form] && sameAsEnglish[key] == "" {
					t.Errorf("%s: %s is the English text: %q", l, key, text)
				}
			}
		}
	}
	for key, why := range sameAsEnglish {
		if _, ok := cats[En][key]; !ok || why == "" {
			t.Errorf("the allow-list has %s, which is gone or without a reason", key)
		}
	}
}
