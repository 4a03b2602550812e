package till

import (
	"net/url"
	"regexp"
	"strings"

	"regulars/loyalty/voucher"
)

// Scanned is what a QR or a bar code holds; at most one field is set.
type Scanned struct {
	Card    string // a card's token
	Voucher voucher.Code
	Typed   string // what people could have typed: a number, a code
}

var (
	cardInText    = regexp.MustCompile(`(?:/c/|\bscan[_ ])([A-Za-z0-9_-]{50})(?:$|[^A-Za-z0-9_-])`)
	voucherInText = regexp.MustCompile(`(?:/v/|\buse[_ ])([0-9A-Za-z]{9})(?:$|[^0-9A-Za-z])`)
)

// ReadScan reads the raw text of a code: the address in it, the link to a chat
// or the command that stands there where the shop has no address, or the number
// in the bars. Of more than 2000 bytes it reads nothing.
func ReadScan(text string) (s Scanned) {
	if len(text) > 2000 {
		return s
	}
	if plain, err := url.PathUnescape(text); err == nil {
		text = plain
	}
	if m := cardInText.FindStringSubmatch(text); m != nil {
		s.Card = m[1]
		return s
	}
	if m := voucherInText.FindStringSubmatch(text); m != nil {
		if code, ok := voucher.ParseCode(m[1]); ok {
			s.Voucher = code
			return s
		}
	}
	s.Typed = strings.TrimSpace(text)
	return s
}
