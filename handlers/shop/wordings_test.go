package shop

import (
	"strings"
	"testing"
	"time"

	"regulars/i18n"
	"regulars/loyalty/people"
)

// What is shown today is the newest version of each wording, word for word: who
// changes a text that people agree to writes the next version's file, and the one
// before stays as it was.
func TestWordingsAreWhatIsShown(t *testing.T) {
	for _, p := range people.Purposes {
		newest := wordings[p][len(wordings[p])-1]
		for _, l := range i18n.Langs {
			if len(newest[l]) == 0 {
				t.Errorf("%s: version %s has no words in %s", p, WordingOf(p), l)
			}
			for key, kept := range newest[l] {
				if shown := i18n.For(l).Say(key, placesOf(kept)...); shown != kept {
					t.Errorf("%s: %s of %s is not what version %s says; write wordings/%s/ of the next number, and leave this one\n shown %q\n kept  %q",
						l, key, p, WordingOf(p), p, shown, kept)
				}
			}
		}
	}
}

// placesOf fills a text's places with themselves.
func placesOf(text string) (args []any) {
	for _, name := range []string{"Shop", "Gift", "Group"} {
		if place := "{{." + name + "}}"; strings.Contains(text, place) {
			args = append(args, name, place)
		}
	}
	return args
}

// An old consent is shown in the words and the language of its day; of what another
// system asked, and of a version that never was, there are no words.
func TestAgreedWordsAreThoseOfTheirDay(t *testing.T) {
	s := figuresShop(t)
	said := func(version, lang string) string {
		return strings.Join(s.AgreedWords(i18n.For(i18n.En), people.ConsentEvent{
			Purpose: people.ForJoining, Consent: people.Consent{Given: true, Wording: version, Lang: lang, At: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)},
		}), "\n")
	}
	for _, x := range []struct{ version, lang, has string }{
		{"1", "en", "it is passed on to nobody"},
		{"2", "en", "your purchases and what you choose to tell"},
		{"1", "ja", "ほかへ渡すことはありません"},
		{"2", "", "/leave erases it"}, // nobody noted the language
		{"3", "en", "the record of points and purchases stays, without your name"},
	} {
		if got := said(x.version, x.lang); !strings.Contains(got, x.has) || strings.Contains(got, "{{") {
			t.Errorf("version %s in %q: %q", x.version, x.lang, got)
		}
	}
	for _, none := range []string{people.WordingImported, "0", "999", ""} {
		if got := said(none, "en"); got != "" {
			t.Errorf("version %q has words: %q", none, got)
		}
	}
}
