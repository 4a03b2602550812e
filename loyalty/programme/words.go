package programme

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// Part is a kind of thing that a programme gives a name.
type Part string

// The parts that have words.
const (
	Reward  Part = "reward"
	Mission Part = "mission"
	Streak  Part = "streak"
	Badge   Part = "badge"
	Level   Part = "tier"
	Card    Part = "stamp_card"
	Gift    Part = "gift"
	Bonus   Part = "bonus"
	Item    Part = "item"
)

// Words are what people read of a part, in one language.
type Words struct {
	// Name is at most 40 letters. It is "" for gifts and bonuses that the shop
	// did not name, and an item's id where that has no name.
	Name  string
	About string // rewards: at most 200 letters, may be ""
	// Perks are a level's, in the file's order, each at most 80 letters.
	Perks []string
	// Picture is a reward's: "", an https address, or the plain name of a file
	// in the folder pictures beside the programme file.
	Picture string
}

// Words are a part's in a language; where the file has none in it, in the
// shop's first language, else in English, else in any that it has. The level
// "" is the lowest one. What the programme does not know gives its id as Name.
func (p *Programme) Words(part Part, id, lang string) Words {
	if levels := p.Rules.Tiers.Levels; part == Level && id == "" && len(levels) > 0 {
		id = levels[0].ID
	}
	s, known := p.words[named{part, id}]
	if !known {
		return Words{Name: id}
	}
	first := p.Languages[0]
	w := Words{Name: s.name.in(lang, first), About: s.about.in(lang, first), Picture: s.picture}
	if w.Name == "" && part == Item {
		w.Name = id
	}
	for _, perk := range s.perks {
		w.Perks = append(w.Perks, perk.in(lang, first))
	}
	return w
}

type named struct {
	part Part
	id   string
}

// said is what the file has of Words, in all languages.
type said struct {
	name, about texts
	perks       []texts
	picture     string
}

func (p *Programme) say(part Part, id string, s said) { p.words[named{part, id}] = s }

// texts is one text by language; under "" stands one that serves all.
type texts map[string]string

func (x texts) in(lang, first string) string {
	for _, l := range append([]string{lang, "", first, "en"}, languages...) {
		if s, ok := x[l]; ok {
			return s
		}
	}
	return ""
}

// How long texts may be, in letters, so that they stay whole on LINE's buttons
// and in Telegram's lists.
const (
	longName  = 40
	longAbout = 200
	longPerk  = 80
)

// texts is a text in quotes or a table of it by language; nil when missing.
func (r *reader) texts(t *table, key string, most int) texts {
	v := t.ask(key)
	if v == nil {
		return nil
	}
	return r.textsOf(v, t.join(key), most)
}

func (r *reader) textsOf(v *value, key string, most int) texts {
	x := texts{}
	switch {
	case v.kind == unstable.String:
		r.legible(v.line, key, v.text, most)
		x[""] = strings.TrimSpace(v.text)
	case v.table != nil && len(v.table.keys) > 0:
		r.tables = append(r.tables, v.table)
		for _, l := range languages {
			if s, line := r.text(v.table, l, "text in quotes"); line > 0 {
				r.legible(line, v.table.join(l), s, most)
				x[l] = strings.TrimSpace(s)
			}
		}
	default:
		r.complain(v.line, key, "must be text in quotes, or one in each language", `"Latte" or { en = "Latte", ja = "ラテ" }`)
	}
	return x
}

// legible complains of a text that is empty, too long or of several lines.
func (r *reader) legible(line int, key, s string, most int) {
	switch n := utf8.RuneCountInString(strings.TrimSpace(s)); {
	case n == 0:
		r.complain(line, key, "the text is empty", "")
	case n > most:
		r.complain(line, key, fmt.Sprintf("the text has %d letters", n), fmt.Sprintf("up to %d", most))
	case strings.ContainsFunc(s, unicode.IsControl):
		r.complain(line, key, "the text is more than one line", "one line without tabs")
	}
}

// name reads a name that must be there.
func (r *reader) name(t *table, example string) texts {
	r.need(t, "name", example)
	return r.texts(t, "name", longName)
}

// perks reads a level's.
func (r *reader) perks(t *table) (all []texts) {
	v := t.ask("perks")
	if v == nil {
		return nil
	}
	if v.kind != unstable.Array || len(v.items) > 10 {
		r.complain(v.line, t.join("perks"), "must be a list of up to 10 texts", `as in ["Free refills"]`)
		return nil
	}
	for _, item := range v.items {
		all = append(all, r.textsOf(item, t.join("perks"), longPerk))
	}
	return all
}

var pictureFile = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,99}\.(jpg|jpeg|png)$`)

// picture reads where a picture is.
func (r *reader) picture(t *table) string {
	const allowed = `a .jpg or .png in the folder pictures, as in "latte.jpg", or an address that begins with https://`
	s, line := r.text(t, "picture", allowed)
	if line == 0 || pictureFile.MatchString(s) {
		return s
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(s) > 1000 {
		r.complain(line, t.join("picture"), quote(s)+" is no picture's name or address", allowed)
	}
	return s
}
