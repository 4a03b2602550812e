package shop

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// What people are asked in is kept here for ever, a file a version, so that it can
// be shown what exactly somebody agreed to years ago: wordings/<purpose>/<version>.toml
// has the texts by language and catalogue key. The newest version of a purpose is
// what the catalogue says now, and a test holds the two against one another: who
// changes the meaning of such a text writes the next file.
//
//go:embed wordings
var wordingFiles embed.FS

// wording is one version's, by language and catalogue key.
type wording map[i18n.Lang]map[i18n.Key]string

// wordings are all versions of each purpose, the first one first.
var wordings = loadWordings()

// loadWordings reads the files. A broken one is a defect of the build, found by the
// first test that starts.
func loadWordings() map[people.Purpose][]wording {
	all := map[people.Purpose][]wording{}
	for _, p := range people.Purposes {
		dir := path.Join("wordings", string(p))
		files, err := fs.ReadDir(wordingFiles, dir)
		if err != nil || len(files) == 0 {
			panic(fmt.Sprintf("shop: there is no wording of %q: %v", p, err))
		}
		for n := range files {
			raw, err := wordingFiles.ReadFile(path.Join(dir, strconv.Itoa(n+1)+".toml"))
			var w wording
			if err == nil {
				err = toml.Unmarshal(raw, &w)
			}
			if err != nil {
				panic(fmt.Sprintf("shop: version %d of the wording of %q cannot be read: %v", n+1, p, err))
			}
			all[p] = append(all[p], w)
		}
	}
	return all
}

// Wording is the version of the notice shown at joining, the newest of
// people.ForJoining. It rises whenever the notice's meaning changes in any language.
var Wording = WordingOf(people.ForJoining)

// WordingOf is the version of the words in which people are asked for p today.
func WordingOf(p people.Purpose) string { return strconv.Itoa(len(wordings[p])) }

// SaidIn is what somebody is asked in who answers in this turn, and where.
func SaidIn(t *bot.Turn, p people.Purpose) people.Said {
	return people.Said{
		Wording: WordingOf(p), Lang: string(t.Lang),
		Where: people.Where{Place: people.InChat, Channel: string(t.Event.Channel)},
	}
}

// AgreedWords are the words of a consent as they were, in the language in which they
// were shown, or in p's where nobody noted that. There are none for what another
// system asked.
func (s *Shop) AgreedWords(p i18n.Printer, c people.ConsentEvent) (texts []string) {
	n, err := strconv.Atoi(c.Wording)
	versions := wordings[c.Purpose]
	if err != nil || n < 1 || n > len(versions) {
		return nil
	}
	lang := i18n.Lang(c.Lang)
	said, ok := versions[n-1][lang]
	if !ok {
		lang, said = p.Lang, versions[n-1][p.Lang]
	}
	name := strings.NewReplacer("{{.Shop}}", s.Name(c.At, lang))
	for _, key := range slices.Sorted(maps.Keys(said)) {
		texts = append(texts, name.Replace(said[key]))
	}
	return texts
}
