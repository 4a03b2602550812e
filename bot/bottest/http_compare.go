package bottest

import (
	"regexp"
	"slices"
	"strings"

	"regulars/bot"
)

// shown is a message without its layout: words, whether there is a picture,
// and the buttons' labels in order of the alphabet. What only adorns is not
// compared: platforms draw it differently, or not at all.
type shown struct {
	words   []string
	picture bool
	photo   bool // there may be one, or not
	buttons []string
}

var (
	photoLine   = regexp.MustCompile(`\(photo(: [^\n]*)?\)`)
	barLine     = regexp.MustCompile(`\[#*-*\]`)
	adornment   = regexp.MustCompile(`^([▰▱]+|[●○]+)$`)
	pictureLine = regexp.MustCompile(`\(picture(: [^\n]*)?\)`)
	buttonsLine = regexp.MustCompile(`(?:^|\s)((?:⌨?\[[^\[\]]*\] ?)+)$`)
	sixDigits   = regexp.MustCompile(` code is ([0-9]{3}) ([0-9]{3})\b`) // drawn by lot, and shown in two parts
	oneButton   = regexp.MustCompile(`(⌨?)\[([^\[\]]*)\]`)
	personIcon  = strings.NewReplacer("👤 ", "", cardMark, "", "\u2068", "", "\u2069", "")
)

// look reads a rendered message, of a transcript or of a phone. key says which
// keys of a reply keyboard are buttons of the message; the others are the menu,
// which is always there.
func look(text string, key func(label string) bool) (s shown) {
	text = personIcon.Replace(strings.TrimSpace(barLine.ReplaceAllString(text, "")))
	if m := buttonsLine.FindStringSubmatch(text); m != nil {
		text = strings.TrimSuffix(text, m[1])
		for _, b := range oneButton.FindAllStringSubmatch(m[1], -1) {
			if b[1] == "" || key(b[2]) {
				s.buttons = append(s.buttons, b[2])
			}
		}
		slices.Sort(s.buttons)
	}
	s.picture, s.photo = pictureLine.MatchString(text), photoLine.MatchString(text)
	text = photoLine.ReplaceAllString(pictureLine.ReplaceAllString(text, ""), "")
	text = sixDigits.ReplaceAllString(text, " code is $1$2")
	s.words = slices.DeleteFunc(strings.Fields(text), adornment.MatchString)
	return s
}

func (s shown) String() string {
	out := strings.Join(s.words, " ")
	if s.picture {
		out += " (picture)"
	}
	for _, b := range s.buttons {
		out += " [" + b + "]"
	}
	return out
}

// drawn matches what is drawn by lot: card codes, one-time codes, references,
// vouchers' codes.
var drawn = regexp.MustCompile(`^([0-9A-Z]{4,}(-[0-9A-Z]{2,})*|[0-9A-Z]{3}(-[0-9A-Z]{3}){2})$`)

// lots remembers which drawn code stands for which of the transcript.
type lots map[string]string

// same compares two messages; codes drawn by lot must be the same wherever the
// transcript has the same.
func (l lots) same(want, got shown) bool {
	if len(want.words) != len(got.words) || want.picture != got.picture && !want.photo || !sameButtons(want.buttons, got.buttons) {
		return false
	}
	for i, w := range want.words {
		if !l.sameWord(w, got.words[i]) {
			return false
		}
	}
	return true
}

// sameButtons compares labels. Where each card has its buttons within it, their
// labels need not name the card.
func sameButtons(want, got []string) bool {
	rest := slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(rest, func(g string) bool { return sameButton(w, g) })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return len(rest) == 0
}

func sameButton(want, got string) bool {
	return want == got || strings.HasPrefix(want, got+bot.CardMark)
}

// invitation matches an address that leads to a friend's invitation: it names
// the account, which is another one here, and holds a drawn code.
var invitation = regexp.MustCompile(`^(https://line\.me/R/oaMessage/)\S+(%20)[0-9A-Z]{10}$|^(https://t\.me/)\S+(\?start=friend_)[0-9A-Z]{10}$`)

func (l lots) sameWord(want, got string) bool {
	if w, g := invitation.FindStringSubmatch(want), invitation.FindStringSubmatch(got); w != nil && g != nil {
		return slices.Equal(w[1:], g[1:])
	}
	w, g := strings.Trim(want, ".,:;()•"), strings.Trim(got, ".,:;()•")
	if !drawn.MatchString(w) || !drawn.MatchString(g) || len(w) != len(g) {
		return want == got
	}
	if known, ok := l[w]; ok {
		return known == g
	}
	l[w] = g
	return true
}

// translate writes what a person types with the codes of this run, however
// they are spaced and in small letters or capitals.
func (l lots) translate(text string) string {
	bare := func(s string) string { return strings.ToUpper(strings.ReplaceAll(s, "-", "")) }
	words := strings.Split(text, " ")
	for i, w := range words {
		for want, got := range l {
			if len(w) >= 4 && bare(w) == bare(want) {
				words[i] = got
			}
		}
	}
	return strings.Join(words, " ")
}
