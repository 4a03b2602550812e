package campaign

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"regulars/i18n"
	"regulars/loyalty/programme"
	"regulars/store"
)

// Complaint is one thing that is wrong with a draft, or with a file of one: the
// programme file's form of it. Its Key is dotted, lists by index from 0.
type Complaint = programme.Complaint

// How long texts may be, in letters: so that they stay whole on both platforms.
const (
	longName  = 60
	longTitle = 40
	longText  = 1000
	longLabel = 20
)

var (
	variantForm = regexp.MustCompile(`^[a-z][a-z0-9]{0,7}$`)
	buttonForm  = regexp.MustCompile(`^[a-z0-9]{1,12}$`)
	pictureForm = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,99}\.(jpg|jpeg|png)$`)
)

// Check says what is wrong with a draft; nothing when it can be sent. r is for
// its groups.
func (e *Engine) Check(r store.Reader, d *Draft) []Complaint {
	c := &checker{e: e, d: d, at: e.Shop.Programme(e.now())}
	if n := utf8.RuneCountInString(strings.TrimSpace(d.Name)); n == 0 || n > longName || strings.ContainsFunc(d.Name, unicode.IsControl) {
		c.say("name", "must be one line of text that is not empty", fmt.Sprintf("up to %d letters", longName))
	}
	c.expression("segment", d.Segment, true)
	c.texts("text", d.Text)
	c.shares()
	c.picture("picture", d.Picture)
	c.buttons("button", d.Buttons)
	c.present()
	c.times()
	c.numbers()
	c.where(r)
	c.journey()
	return c.all
}

type checker struct {
	e   *Engine
	d   *Draft
	at  *programme.Programme
	all []Complaint
}

func (c *checker) say(key, wrong, allowed string) {
	c.all = append(c.all, Complaint{Key: key, Wrong: wrong, Allowed: allowed})
}

// expression complains of what names no segment and is no expression.
func (c *checker) expression(key, text string, needed bool) {
	switch {
	case text == "" && !needed:
	case text == "":
		c.say(key, "is missing", `whom it is for, as in "active" or "points > 500"`)
	default:
		if err := c.e.Segments.Check(text); err != nil {
			c.say(key, err.Error(), "")
		}
	}
}

// texts complains of wordings: every language has the same variants.
func (c *checker) texts(key string, text map[string]map[string]Words) {
	if len(text) == 0 {
		c.say(key, "says nothing", "[text.LANGUAGE] with title and text, at least in one language")
	}
	var variants []string
	for _, lang := range slices.Sorted(maps.Keys(text)) {
		at := key + "." + lang
		if !slices.Contains(i18n.Langs, i18n.Lang(lang)) {
			c.all = append(c.all, Complaint{Key: at, Wrong: fmt.Sprintf("%q is not a language of this program", lang), Allowed: langList(), Nearest: programme.Nearest(lang, strings.Split(langList(), ", "))})
		}
		names := slices.Sorted(maps.Keys(text[lang]))
		if variants == nil {
			variants = names
		}
		if !slices.Equal(variants, names) {
			c.say(at, fmt.Sprintf("has the wordings %s, another language has %s", strings.Join(names, ", "), strings.Join(variants, ", ")), "the same in every language")
		}
		for _, v := range names {
			c.words(at+"."+v, text[lang][v])
		}
	}
	for _, v := range variants {
		if !variantForm.MatchString(v) {
			c.say(key, fmt.Sprintf("%q cannot name a wording", v), "small letters and digits, as in a and b")
		}
	}
	if len(variants) > MaxVariants {
		c.say(key, fmt.Sprintf("there are %d wordings", len(variants)), fmt.Sprintf("up to %d", MaxVariants))
	}
}

func langList() string {
	var all []string
	for _, l := range i18n.Langs {
		all = append(all, string(l))
	}
	return strings.Join(all, ", ")
}

func (c *checker) words(key string, w Words) {
	c.legible(key+".title", w.Title, 0, longTitle, false)
	c.legible(key+".text", w.Text, 1, longText, true)
	for _, part := range []struct{ key, text string }{{"title", w.Title}, {"text", w.Text}} {
		for _, f := range fieldsIn(part.text) {
			if !slices.Contains(Fields, f) {
				c.all = append(c.all, Complaint{Key: key + "." + part.key, Wrong: fmt.Sprintf("{%s} is no field", f), Allowed: "{" + strings.Join(Fields, "}, {") + "}", Nearest: programme.Nearest(f, Fields)})
			}
		}
	}
}

// legible complains of a text that is too short or long, or of several lines.
func (c *checker) legible(key, s string, least, most int, lines bool) {
	n := utf8.RuneCountInString(strings.TrimSpace(s))
	odd := func(r rune) bool { return unicode.IsControl(r) && (r != '\n' || !lines) }
	switch {
	case n < least:
		c.say(key, "is empty", "")
	case n > most:
		c.say(key, fmt.Sprintf("has %d letters", n), fmt.Sprintf("up to %d", most))
	case strings.ContainsFunc(s, odd):
		c.say(key, "has characters that cannot be shown", "text without tabs")
	}
}

func (c *checker) shares() {
	names := c.d.Names()
	for _, v := range slices.Sorted(maps.Keys(c.d.Variants)) {
		if n := c.d.Variants[v]; n < 1 || n > 1000 {
			c.say("variants."+v, "is no share", "1 to 1000")
		}
		if !slices.Contains(names, v) {
			c.say("variants."+v, "no text has this wording", strings.Join(names, ", "))
		}
	}
	for _, v := range names {
		if _, ok := c.d.Variants[v]; !ok && len(c.d.Variants) > 0 {
			c.say("variants", "says no share for the wording "+v, "one for each, or none at all")
		}
	}
}

func (c *checker) picture(key, s string) {
	if s != "" && !pictureForm.MatchString(s) && !secure(s) {
		c.say(key, "is no picture's name or address", `a .jpg or .png in the folder pictures, or an address that begins with https://`)
	}
}

// secure says that s is an https address.
func secure(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && len(s) <= 1000
}

func (c *checker) buttons(key string, all []Button) {
	if len(all) > MaxButtons {
		c.say(key, fmt.Sprintf("there are %d", len(all)), fmt.Sprintf("up to %d; the way out of all news stands under them", MaxButtons))
	}
	seen := map[string]bool{}
	for i, b := range all {
		at := fmt.Sprintf("%s.%d", key, i)
		if !buttonForm.MatchString(b.ID) || seen[b.ID] {
			c.say(at+".id", fmt.Sprintf("%q cannot name a button, or names another one", b.ID), "1 to 12 small letters and digits")
		}
		seen[b.ID] = true
		if len(b.Label) == 0 {
			c.say(at+".label", "is missing", `"Get it" or { en = "Get it", ja = "受け取る" }`)
		}
		for _, lang := range slices.Sorted(maps.Keys(b.Label)) {
			c.legible(at+".label", b.Label[lang], 1, longLabel, false)
			if lang != "" && !slices.Contains(i18n.Langs, i18n.Lang(lang)) {
				c.say(at+".label", fmt.Sprintf("%q is not a language of this program", lang), langList())
			}
		}
		c.does(at, b)
	}
}

// does complains of what a button does.
func (c *checker) does(at string, b Button) {
	switch {
	case !slices.Contains(Dos, b.Do):
		var all []string
		for _, d := range Dos {
			all = append(all, string(d))
		}
		c.all = append(c.all, Complaint{Key: at + ".do", Wrong: fmt.Sprintf("%q is nothing that a button does", b.Do), Allowed: strings.Join(all, ", "), Nearest: programme.Nearest(string(b.Do), all)})
	case b.Do == DoOpen && !secure(b.Value):
		c.say(at+".value", "is no address", "one that begins with https://")
	case b.Do == DoCoupon && c.d.Coupon == nil && c.d.Boost == nil:
		c.say(at+".do", "there is neither a coupon nor a multiplier to get", "[coupon] or [multiplier]")
	}
}

// present complains of the coupon and the multiplier.
func (c *checker) present() {
	d := c.d
	if d.Coupon == nil && d.Boost == nil {
		return
	}
	if d.Coupon != nil && d.Boost != nil {
		c.say("multiplier", "there is a coupon too", "one of the two")
	}
	if p := d.Coupon; p != nil {
		if _, ok := c.at.Rules.Reward(p.Reward); !ok {
			var ids []string
			for _, r := range c.at.Rules.Rewards {
				ids = append(ids, r.ID)
			}
			c.all = append(c.all, Complaint{Key: "coupon.reward", Wrong: fmt.Sprintf("the programme has no reward %q", p.Reward), Allowed: strings.Join(ids, ", "), Nearest: programme.Nearest(p.Reward, ids)})
		}
		c.whole("coupon.days", int64(p.Days), 1, 366)
		c.whole("coupon.most", p.Most, 0, 1_000_000_000)
	}
	if m := d.Boost; m != nil {
		c.whole("multiplier.percent", m.Percent, 101, 1000)
		c.whole("multiplier.days", int64(m.Days), 1, 90)
	}
	if !c.gets(d.Buttons) && !slices.ContainsFunc(d.Journey, func(s Step) bool { return c.gets(s.Buttons) }) {
		c.say("button", "no button gets the coupon or the multiplier", `one with do = "coupon"`)
	}
}

func (c *checker) gets(all []Button) bool {
	return slices.ContainsFunc(all, func(b Button) bool { return b.Do == DoCoupon })
}

func (c *checker) whole(key string, n, least, most int64) {
	if n < least || n > most {
		c.say(key, fmt.Sprintf("%d is out of bounds", n), fmt.Sprintf("%d to %d", least, most))
	}
}

func (c *checker) times() {
	d, zone := c.d, c.e.zone()
	if d.When.At != "" && d.When.Local != "" {
		c.say("when", "says two times", "at (the shop's clock) or local (each recipient's)")
	}
	var start time.Time
	for _, x := range []struct{ key, text string }{{"when.at", d.When.At}, {"when.local", d.When.Local}, {"not_after", d.NotAfter}} {
		if x.text == "" {
			continue
		}
		t, err := time.ParseInLocation(Layout, x.text, zone)
		switch {
		case err != nil:
			c.say(x.key, fmt.Sprintf("%q is no time", x.text), `as in "2026-12-24 10:00"`)
		case x.key != "not_after":
			start = t
		case !t.After(start):
			c.say(x.key, "is before the start", "")
		}
	}
}

func (c *checker) numbers() {
	d := c.d
	if d.HoldOut != nil {
		c.whole("hold_out", int64(*d.HoldOut), 0, 50)
		if d.Entitled && *d.HoldOut > 0 {
			c.say("hold_out", "nobody is left out of what was promised", "0, or no entitled")
		}
	}
	c.whole("window", int64(d.Window), 0, 90)
	c.whole("budget.messages", d.Budget.Messages, 0, 1_000_000_000)
	c.whole("budget.money", int64(d.Budget.Money), 0, 1_000_000_000_000)
}

// where complains of channels and groups.
func (c *checker) where(r store.Reader) {
	for i, name := range c.d.Channels {
		if !slices.ContainsFunc(c.e.channels(), func(s string) bool { return s == string(name) }) {
			c.say(fmt.Sprintf("channels.%d", i), fmt.Sprintf("%q is no channel", name), strings.Join(c.e.channels(), ", "))
		}
	}
	for i, code := range c.d.Groups {
		if _, ok, err := c.e.group(r, code); err != nil || !ok {
			c.say(fmt.Sprintf("groups.%d", i), fmt.Sprintf("%q is no group that the bot is in", code), "a group's code; `regulars campaign groups` lists them")
		}
	}
}

func (c *checker) journey() {
	if len(c.d.Journey) > MaxSteps {
		c.say("journey", fmt.Sprintf("there are %d steps", len(c.d.Journey)), fmt.Sprintf("up to %d", MaxSteps))
	}
	for i, s := range c.d.Journey {
		at := fmt.Sprintf("journey.%d", i)
		c.whole(at+".wait", int64(s.Wait), 0, 24*90)
		c.expression(at+".if", s.If, false)
		c.expression(at+".exit", s.Exit, false)
		if s.After != "" && !slices.Contains(deeds, s.After) {
			c.say(at+".after", fmt.Sprintf("%q is nothing to wait for", s.After), strings.Join(deeds, ", ")+", or left out")
		}
		c.texts(at+".text", s.Text)
		c.picture(at+".picture", s.Picture)
		c.buttons(at+".button", s.Buttons)
		c.ownButtons(i)
	}
}

// ownButtons complains of a step's buttons that are called like earlier ones:
// a press says only the button's name.
func (c *checker) ownButtons(step int) {
	before := Draft{Buttons: c.d.Buttons, Journey: c.d.Journey[:step]}
	for k, b := range c.d.Journey[step].Buttons {
		if _, twice := before.button(b.ID); twice {
			c.say(fmt.Sprintf("journey.%d.button.%d.id", step, k), fmt.Sprintf("%q names a button of an earlier message", b.ID), "another name")
		}
	}
}
