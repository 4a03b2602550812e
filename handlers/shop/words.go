package shop

import (
	"net/url"
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
)

// Points writes a number of points with its word: "1,200 points".
func Points(p i18n.Printer, n loyalty.Points) string {
	return p.Say(i18n.PointsCount, "Count", int(n), "Number", i18n.Number(int64(n)))
}

// Signed writes a change of points: +35, −20.
func Signed(n loyalty.Points) string {
	if n > 0 {
		return "+" + i18n.Number(int64(n))
	}
	return i18n.Number(int64(n))
}

// LastMoment is what people call the end of something that is good until t, on
// the shop's clock: t itself, or, where that is a midnight, the minute before, as
// they think of the last day.
func (s *Shop) LastMoment(t time.Time) time.Time {
	local := s.Local(t)
	if h, m, sec := local.Clock(); h == 0 && m == 0 && sec == 0 {
		return local.Add(-time.Minute)
	}
	return local
}

// CardLink is what a card's QR holds: an address that leads an employee who
// scans it to the counter or to their own chat. Without a public address it
// leads to the Telegram bot, or is the command to type.
func (s *Shop) CardLink(shown bot.ChannelName, token string) string {
	if s.PublicURL != "" {
		return s.PublicURL + "/c/" + token
	}
	if link, ok := s.ChatLink(shown, "scan "+token); ok {
		return link
	}
	return "/scan " + token
}

// PhotoURL is the address of one of the shop's pictures: an https address
// itself, or a file in the folder pictures. It is "" where phones cannot open
// it; the words are then alone.
func (s *Shop) PhotoURL(file string) string {
	switch {
	case strings.HasPrefix(file, "https://"):
		return file
	case s.Photos == nil:
		return ""
	}
	return s.Photos(file)
}

// ChatLink is an address that opens the private chat of a channel with a
// command ready: a deep link on Telegram, a prefilled text on LINE.
func (s *Shop) ChatLink(name bot.ChannelName, line string) (string, bool) {
	c := s.Channel(name)
	handle := strings.TrimPrefix(c.Handle, "@") // people write it with and without
	switch {
	case handle == "":
		return "", false
	case c.Platform == bot.Telegram:
		payload, ok := bot.StartPayload(line)
		return "https://t.me/" + handle + "?start=" + payload, ok
	default:
		return "https://line.me/R/oaMessage/%40" + url.PathEscape(handle) + "/?" + url.PathEscape("/"+line), true
	}
}

// Mask shortens a name for other people's eyes: 王小明 → 王○明, Ann Lee → Ann L.
func Mask(name string) string {
	name = Tidy(name)
	words := strings.Fields(name)
	switch r := []rune(name); {
	case len(words) > 1:
		last := []rune(words[len(words)-1])
		return words[0] + " " + string(last[:1]) + "."
	case len(r) > 0 && r[0] >= 0x2e80 && len(r) == 2:
		return string(r[0]) + "○"
	case len(r) > 2 && r[0] >= 0x2e80 && len(r) <= 4:
		return string(r[0]) + strings.Repeat("○", len(r)-2) + string(r[len(r)-1])
	case len(r) > 12:
		return string(r[:11]) + "…"
	}
	return name
}
