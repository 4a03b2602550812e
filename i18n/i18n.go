// Package i18n holds all words for people, in every language.
//
// Keys are typed constants in keys_*.go, one file an area of the product; the
// words stand in words/<language>/<area>.toml with the same keys, placeholders
// and plural forms in each language, which tests compare. A value that equals
// the English one byte for byte needs a row in the test's allow-list. Lookup,
// plurals and templates are go-i18n's.
package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	toml "github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"
)

// Lang is one of the languages in Langs, as a BCP 47 tag.
type Lang string

// The languages the product speaks.
const (
	ZhTW Lang = "zh-TW"
	ZhHK Lang = "zh-HK"
	En   Lang = "en"
	Ja   Lang = "ja"
	Th   Lang = "th"
	ZhCN Lang = "zh-CN"
)

// Langs lists all languages in the order in which they are offered.
var Langs = []Lang{ZhTW, ZhHK, En, Ja, Th, ZhCN}

// Own is what a language calls itself.
func (l Lang) Own() string {
	return map[Lang]string{ZhTW: "繁體中文（台灣）", ZhHK: "繁體中文（香港）", En: "English", Ja: "日本語", Th: "ไทย", ZhCN: "简体中文"}[l]
}

// Match finds the language to speak for a platform's tag, such as "zh-Hant",
// "zh-hk", "en-GB" or "th". ok is false for tags of other languages.
func Match(tag string) (l Lang, ok bool) {
	t, err := language.Parse(tag)
	if err != nil {
		return "", false
	}
	if l, ok := readers(t); ok {
		return l, true
	}
	_, i, conf := matcher.Match(t)
	return Langs[i], conf >= language.Low
}

// MatchNear is Match for a tag that names no country ("zh-Hant", as LINE tells
// it of everybody who reads traditional characters, or "zh"): where the shop
// speaks a variant of that very writing, its own is taken.
func MatchNear(tag string, own Lang) (Lang, bool) {
	l, ok := Match(tag)
	t, err := language.Parse(tag)
	if !ok || err != nil {
		return l, ok
	}
	ours := language.MustParse(string(own))
	base, script, region := t.Raw()
	ourBase, _ := ours.Base()
	ourScript, _ := ours.Script()
	if region.String() == "ZZ" && base == ourBase && (script.String() == "Zzzz" || script == ourScript) {
		return own, true
	}
	return l, ok
}

// readers knows two kinds of tags better than the matcher's data: Cantonese is
// written as in Hong Kong, and Malaysia's Chinese read simplified characters.
func readers(t language.Tag) (Lang, bool) {
	base, script, region := t.Raw()
	switch {
	case base.String() == "yue" && script.String() != "Hans":
		return ZhHK, true
	case base.String() == "zh" && script.String() == "Zzzz" && region.String() == "MY":
		return ZhCN, true
	}
	return "", false
}

var matcher = func() language.Matcher {
	var tags []language.Tag
	for _, l := range Langs {
		tags = append(tags, language.MustParse(string(l)))
	}
	return language.NewMatcher(tags)
}()

// Key names a text.
type Key string

// Text is a text that has not met its language yet: a key and its arguments,
// as errors carry it.
type Text struct {
	Key  Key
	Args []any // name, value, name, value …
}

// Amount is money that has not met its language yet, as Text carries it: minor
// units of an ISO 4217 currency with so many digits.
type Amount struct {
	Minor  int64
	Code   string
	Digits int
}

// T makes a Text.
func T(key Key, args ...any) Text { return Text{key, args} }

// Printer says things in one language. The zero Printer speaks English.
type Printer struct {
	Lang Lang
	loc  *goi18n.Localizer
}

//go:embed words
var words embed.FS

var printers = load()

// load reads all catalogues. A broken one is a defect of the build, found by
// the first test that starts.
func load() map[Lang]Printer {
	bundle := goi18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	err := fs.WalkDir(words, "words", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := words.ReadFile(p)
		if err != nil {
			return err
		}
		lang := path.Base(path.Dir(p))
		_, err = bundle.ParseMessageFileBytes(raw, strings.TrimSuffix(path.Base(p), ".toml")+"."+lang+".toml")
		return err
	})
	if err != nil {
		panic(fmt.Sprintf("i18n: a catalogue cannot be read: %v", err))
	}
	all := map[Lang]Printer{}
	for _, l := range Langs {
		all[l] = Printer{l, goi18n.NewLocalizer(bundle, string(l))}
	}
	return all
}

// For gives the printer of a language, English for one we do not speak.
func For(l Lang) Printer {
	if p, ok := printers[l]; ok {
		return p
	}
	return printers[En]
}

// Say puts key into words. args are name, value pairs that fill the text's
// {{.Name}} places; the pair "Count", int also chooses the plural form. A
// time.Time, in the shop's zone, becomes its date, an Amount is written as Money
// does, and a []string as List does.
func (p Printer) Say(key Key, args ...any) string {
	if p.loc == nil {
		p = printers[En]
	}
	conf := &goi18n.LocalizeConfig{MessageID: string(key)}
	if len(args) > 0 {
		data := make(map[string]any, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			data[args[i].(string)] = p.value(args[i+1])
		}
		conf.TemplateData = data
		if n, ok := data["Count"]; ok {
			conf.PluralCount = n
		}
	}
	s, err := p.loc.Localize(conf)
	if err != nil {
		// A missing key shows itself rather than an empty bubble; the catalogue
		// tests make sure that none is.
		return string(key)
	}
	return p.close(s)
}

// keptSpace stands for a space within a value while a text is made.
const keptSpace = "\ue000"

// betweenWide is a space that Chinese does not write. Texts have one at each
// side of a name, for names in Latin letters: "Ann 的會員卡", but "王○明的會員卡".
var betweenWide = regexp.MustCompile(`([\p{Han}○，。！？：；」）]) ([\p{Han}「（])`)

func (p Printer) chinese() bool { return strings.HasPrefix(string(p.Lang), "zh") }

// value writes days and amounts as the language does, and marks a value's own
// spaces, which stay as they are.
func (p Printer) value(v any) any {
	switch x := v.(type) {
	case time.Time:
		v = p.Date(x)
	case Amount:
		v = p.Money(x.Minor, x.Code, x.Digits)
	case []string:
		v = p.List(x)
	}
	if s, ok := v.(string); ok && p.chinese() {
		return strings.ReplaceAll(s, " ", keptSpace)
	}
	return v
}

// close takes out the spaces around values that turned out to be wide.
func (p Printer) close(s string) string {
	if !p.chinese() {
		return s
	}
	return strings.ReplaceAll(betweenWide.ReplaceAllString(s, "$1$2"), keptSpace, " ")
}

// Print puts a Text into words.
func (p Printer) Print(t Text) string { return p.Say(t.Key, t.Args...) }
