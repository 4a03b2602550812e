package campaign

import (
	"slices"
	"strings"

	"regulars/bot"
	"regulars/i18n"
)

// missing are the languages that the draft has no words in, the programme's first.
func (x *talk) missing() (all []string) {
	for _, l := range x.Shop.Programme(x.t.Now).Languages {
		all = append(all, string(l))
	}
	for _, l := range i18n.Langs {
		if !slices.Contains(all, string(l)) {
			all = append(all, string(l))
		}
	}
	return slices.DeleteFunc(all, func(l string) bool { _, has := x.d.Text[l]; return has })
}

func (x *talk) langAsk() bot.Question {
	q := bot.Question{Key: "lang", Message: bot.Message{Text: x.t.Word(i18n.CampAskLang)}}
	q.Options = append(q.Options, bot.Option{Label: x.t.Word(i18n.CampLangDone)})
	for _, l := range x.missing() {
		q.Options = append(q.Options, bot.Option{Value: l, Label: i18n.Lang(l).Own()})
	}
	return q
}

// lang adds the words in one more language.
func (x *talk) lang() error {
	if err := x.open(false); err != nil {
		return err
	}
	r, ok := x.t.Ask(x.langAsk())
	if !ok {
		return nil
	}
	if r.Value == "" {
		if x.guided {
			return x.lead("picture")
		}
		return x.show()
	}
	by := map[string]Words{}
	for _, v := range x.d.Names() {
		w, ok := x.t.Ask(x.wordsAsk(r.Value, v))
		if !ok {
			return nil
		}
		by[v] = split(w.Value)
	}
	x.d.Text[r.Value] = by
	return x.keep("lang")
}

// words changes one wording, or takes a language away.
func (x *talk) words() error {
	if err := x.open(true); err != nil {
		return err
	}
	lang, ok := x.which("which", i18n.CampWhichLang, x.d.Langs(), func(l string) string { return i18n.Lang(l).Own() })
	if !ok {
		return nil
	}
	variant, ok := x.which("variant", i18n.CampWhichWording, x.d.Names(), x.wordingName)
	if !ok {
		return nil
	}
	q := x.wordsAsk(lang, variant)
	q.Message.Rows = []bot.Row{{Label: x.t.Word(i18n.CampNow), Value: strings.TrimSpace(x.d.Text[lang][variant].Title + "\n\n" + x.d.Text[lang][variant].Text)}}
	if len(x.d.Text) > 1 && x.c.State != Paused {
		q.Options = []bot.Option{{Value: "", Label: x.t.Word(i18n.CampLangDrop)}}
	}
	r, ok := x.t.Ask(q)
	if !ok {
		return nil
	}
	if r.Value == "" {
		delete(x.d.Text, lang)
	} else {
		x.d.Text[lang][variant] = split(r.Value)
	}
	return x.keep("")
}

// which asks for one of several; the only one is not asked for.
func (x *talk) which(key string, text i18n.Key, all []string, name func(string) string) (string, bool) {
	if len(all) == 1 {
		return all[0], true
	}
	var options []bot.Option
	for _, v := range all {
		options = append(options, bot.Option{Value: v, Label: name(v)})
	}
	return x.pickOne(key, text, options)
}

// wordingName is what people call a variant: A, B.
func (x *talk) wordingName(v string) string { return strings.ToUpper(v) }

// wordings makes two wordings of one, of which each goes to half, or one of two.
func (x *talk) wordings() error {
	if err := x.open(false); err != nil {
		return err
	}
	if names := x.d.Names(); len(names) > 1 {
		return x.oneWording(names)
	}
	first := x.d.first()
	for _, lang := range x.d.Langs() {
		q := x.wordsAsk(lang, "b")
		q.Message.Rows = []bot.Row{{Label: x.wordingName(first), Value: x.d.Text[lang][first].Text}}
		r, ok := x.t.Ask(q)
		if !ok {
			return nil
		}
		x.d.Text[lang]["b"] = split(r.Value)
	}
	return x.keep("")
}

func (x *talk) oneWording(names []string) error {
	options := []bot.Option{{Label: x.t.Word(i18n.CampKeepAll)}}
	for _, v := range names {
		options = append(options, bot.Option{Value: v, Label: x.t.Word(i18n.CampOnly, "Wording", x.wordingName(v))})
	}
	keep, ok := x.pickOne("keep", i18n.CampAskWordings, options)
	if !ok {
		return nil
	}
	if keep == "" {
		return x.show()
	}
	for lang, by := range x.d.Text {
		x.d.Text[lang] = map[string]Words{OnlyVariant: by[keep]}
	}
	x.d.Variants = nil
	return x.keep("")
}
