package campaign

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/segment"
)

// begin asks for what a campaign cannot be without, its name, whom it is for and
// what it says, and keeps the draft.
func (c chat) begin(t *bot.Turn, me people.Staff, name string) error {
	x := &talk{chat: c, t: t, me: me, guided: true}
	if name = oneLine(name); name == "" || utf8.RuneCountInString(name) > longName {
		r, ok := t.Ask(x.nameAsk())
		if !ok {
			return nil
		}
		name = r.Value
	}
	to, ok, err := x.askWho()
	if err != nil || !ok {
		return err
	}
	lang := string(c.Shop.Lang)
	text, ok := t.Ask(x.wordsAsk(lang, OnlyVariant))
	if !ok {
		return nil
	}
	x.d = Draft{Name: name, Segment: to, Text: map[string]map[string]Words{lang: {OnlyVariant: split(text.Value)}}}
	id, err := c.Save(t.Tx, "", x.d, x.by(), t.Now, t.Rand())
	if err != nil {
		return err
	}
	if x.c, err = c.Get(t.Tx, id); err != nil {
		return err
	}
	return x.lead("lang")
}

// oneLine is a typed name.
func oneLine(s string) string { return strings.Join(strings.Fields(shop.Typed(s)), " ") }

func (x *talk) nameAsk() bot.Question {
	return bot.Question{Key: "name", Message: bot.Message{Text: x.t.Word(i18n.CampAskName)}, Parse: func(typed string) (string, error) {
		s := oneLine(typed)
		if n := utf8.RuneCountInString(s); n == 0 || n > longName {
			return "", bot.Refuse(i18n.CampNameLong, "Most", longName)
		}
		return s, nil
	}}
}

// name changes what the shop calls it.
func (x *talk) name() error {
	if err := x.open(false); err != nil {
		return err
	}
	r, ok := x.t.Ask(x.nameAsk())
	if !ok {
		return nil
	}
	x.d.Name = r.Value
	return x.keep("")
}

// who changes whom it is for.
func (x *talk) who() error {
	if err := x.open(false); err != nil {
		return err
	}
	to, ok, err := x.askWho()
	if err != nil || !ok {
		return err
	}
	x.d.Segment = to
	return x.keep("")
}

// askWho offers the segments that have a name, with how many of each an offer can
// be sent to, or takes an expression. The numbers stay what they were when it was
// asked: a member who joins meanwhile is no reason to ask again.
func (x *talk) askWho() (string, bool, error) {
	kept, err := x.t.Once("who offered", x.offered)
	if err != nil {
		return "", false, err
	}
	var options []bot.Option
	if err := json.Unmarshal([]byte(kept), &options); err != nil {
		return "", false, err
	}
	r, ok := x.t.Ask(bot.Question{
		Key: "who", Message: bot.Message{Text: x.t.Word(i18n.CampAskWho), Note: x.t.Word(i18n.CampWhoNote, "Example", "points > 500")},
		Options: options, Parse: x.expression,
	})
	return r.Value, ok, nil
}

// offered are the segments to choose from, as JSON. Those that nobody is in who
// could be written to are left out.
func (x *talk) offered() (string, error) {
	desk := x.Shop.Segments
	all := desk.All(x.t.Now)
	found, ok, err := desk.TallyIn(x.t.Tx, all, x.t.Now)
	if err == nil && !ok {
		found, err = desk.Tallied(x.t.Tx)
	}
	if err != nil {
		return "", err
	}
	var options []bot.Option
	for _, n := range all {
		label := x.Shop.SegmentName(x.t.Printer, x.t.Now, n.ID)
		tally, known := found.When[n.When]
		if known && tally.Reachable == 0 && n.ID != "everyone" || !known && ok {
			continue
		}
		if known {
			label += " · " + i18n.Number(int64(tally.Reachable))
		}
		options = append(options, bot.Option{Value: n.ID, Label: label})
	}
	raw, err := json.Marshal(options)
	return string(raw), err
}

// expression reads a typed segment.
func (x *talk) expression(typed string) (string, error) {
	text := shop.TypedSegment(typed)
	_, err := x.Shop.Segments.Expr(text, x.t.Now)
	var wrong *segment.Complaint
	if !errors.As(err, &wrong) {
		return text, err
	}
	return "", bot.Refuse(i18n.CampWhoWrong, "Wrong", shop.SegmentWrong(x.t.Printer, wrong))
}

// braces is whatever somebody meant for a field.
var braces = regexp.MustCompile(`\{([^{}\n]{0,40})\}`)

// fullBraces are those of a keyboard for wide letters.
var fullBraces = strings.NewReplacer("｛", "{", "｝", "}", "\r\n", "\n", "\t", " ", "\u00a0", " ")

// wordsAsk asks for a wording in a language.
func (x *talk) wordsAsk(lang, variant string) bot.Question {
	key := i18n.CampAskWords
	if variant != OnlyVariant {
		key = i18n.CampAskSecond
	}
	return bot.Question{
		Key: "words." + lang + "." + variant,
		Message: bot.Message{
			Text: x.t.Word(key, "Language", i18n.Lang(lang).Own()),
			Note: x.t.Word(i18n.CampWordsNote, "Fields", "{"+strings.Join(Fields, "} {")+"}"),
		},
		Parse: typedWords,
	}
}

// typedWords reads a wording.
func typedWords(typed string) (string, error) {
	text := TypedText(typed)
	w := split(text)
	if n := utf8.RuneCountInString(w.Text); n == 0 || n > longText {
		return "", bot.Refuse(i18n.CampWordsLong, "Number", i18n.Number(int64(n)), "Most", i18n.Number(longText))
	}
	for _, m := range braces.FindAllStringSubmatch(text, -1) {
		if slices.Contains(Fields, m[1]) {
			continue
		}
		near := programme.Nearest(m[1], Fields)
		if near == "" {
			near = Fields[0]
		}
		return "", bot.Refuse(i18n.CampField, "Field", m[0], "Nearest", "{"+near+"}")
	}
	return text, nil
}

// split takes a short first line with an empty one under it for the title.
func split(text string) Words {
	first, rest, ok := strings.Cut(text, "\n\n")
	if ok && !strings.Contains(first, "\n") && utf8.RuneCountInString(first) <= longTitle && strings.TrimSpace(rest) != "" {
		return Words{Title: strings.TrimSpace(first), Text: strings.TrimSpace(rest)}
	}
	return Words{Text: text}
}
