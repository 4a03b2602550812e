package bot

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
)

// MaxCards is how many cards a message may hold: LINE's carousel takes 12
// bubbles, of which two are left for the message's own words and buttons (LINE
// docs, #flex-message).
const MaxCards = 10

// Photo is a picture that the shop made, such as that of a reward. It adorns;
// where it cannot be shown it is left out.
type Photo struct {
	// File is a picture file beside the programme, as in "latte.jpg", or an
	// https address.
	File string `json:"f"`
	Alt  string `json:"alt,omitempty"` // what it shows, in words, where the platform has a place for them
}

// Bar is how far something has come, from From to To, with what that means in
// words. What it says must be complete in Label.
type Bar struct {
	From  int64  `json:"f,omitempty"`
	To    int64  `json:"t"`
	Value int64  `json:"v"`
	Label string `json:"l"` // as in "320 of 500 points to Gold"
}

// Filled is how many of so many steps are behind: at least one once anything
// is, and all of them only when To is reached.
func (b Bar) Filled(steps int) int {
	switch {
	case b.Value >= b.To:
		return steps
	case b.Value <= b.From:
		return 0
	}
	// Floats, because the distance of two int64 may not fit into one.
	part := (float64(b.Value) - float64(b.From)) / (float64(b.To) - float64(b.From))
	return min(max(int(part*float64(steps)), 1), steps-1)
}

// Dots is a card with so many places, some of them stamped.
type Dots struct {
	Have int    `json:"h"`
	Size int    `json:"s"`
	Alt  string `json:"alt"` // the same in words, as in "3 of 10 stamps"
}

// MaxDots is how many places are drawn; of a larger card, and of one without
// places, Alt is shown.
const MaxDots = 40

// Stamped is Have within 0 and Size.
func (d Dots) Stamped() int { return min(max(d.Have, 0), max(d.Size, 0)) }

// String draws the places as letters, "●●●○○", or gives Alt where there are
// none or they would be too many to see.
func (d Dots) String() string {
	if d.Size <= 0 || d.Size > MaxDots {
		return d.Alt
	}
	return strings.Repeat("●", d.Stamped()) + strings.Repeat("○", d.Size-d.Stamped())
}

// Check says what a platform could not show: too many cards, cards in cards,
// and on a card what only a whole message can have. It fails for defects of
// ours only.
func (m *Message) Check() error {
	if len(m.Cards) > MaxCards {
		return fmt.Errorf("bot: a message of %d cards; %d are possible", len(m.Cards), MaxCards)
	}
	for i := range m.Cards {
		c := &m.Cards[i]
		if len(c.Cards) > 0 || c.Picture != nil || len(c.Quick) > 0 || c.Menu != nil || c.Mention != nil || c.Replace {
			return errors.New("bot: a card may hold a photo, words, a bar, dots, rows and buttons, and nothing else")
		}
	}
	return nil
}

// AllButtons are the buttons of m, of its cards and the quick ones, in reading
// order. Those of cards carry their card's title, for where the cards' buttons
// stand together.
func (m *Message) AllButtons() []Button {
	all := append([]Button(nil), m.Buttons...)
	for i := range m.Cards {
		all = append(all, m.CardButtons(i)...)
	}
	return append(all, m.Quick...)
}

// cardLabel is how many columns the label of a card's button has at most: what
// stands whole in one line of a narrow phone.
const cardLabel = 36

// CardButtons are the buttons of the i-th card with its title, or its number
// where it has none, in their labels: "Redeem · Latte".
func (m *Message) CardButtons(i int) []Button {
	var named []Button
	title := strings.Join(strings.Fields(m.Cards[i].Title), " ")
	if title == "" {
		title = strconv.Itoa(i + 1)
	}
	for _, b := range m.Cards[i].Buttons {
		if !strings.Contains(b.Label, title) {
			room := max(cardLabel-uniseg.StringWidth(b.Label+CardMark), cardLabel/3)
			b.Label += CardMark + narrow(title, room)
		}
		named = append(named, b)
	}
	return named
}

// CardMark stands between a button's own label and its card's title.
const CardMark = " · "

// narrow shortens s to so many columns, between characters as people see them.
func narrow(s string, columns int) string {
	if uniseg.StringWidth(s) <= columns {
		return s
	}
	var b strings.Builder
	width := 1 // of the "…"
	for rest, state := s, -1; rest != ""; {
		var c string
		var w int
		c, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if width += w; width > columns {
			break
		}
		b.WriteString(c)
	}
	return strings.TrimRight(b.String(), " ") + "…"
}
