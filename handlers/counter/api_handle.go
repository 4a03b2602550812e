package counter

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
)

// handleFor is how long a handle is good, so that what was queued with it can
// still be sent.
const handleFor = 24 * time.Hour

// handlePurpose is what handles are sealed for.
const handlePurpose = "counter handle"

// handle stands for a member or a voucher on one device: the page shows none of
// their ids, and another device's handle opens nothing.
type handle struct {
	Device  people.DeviceID  `json:"d"`
	Member  loyalty.MemberID `json:"m,omitempty"`
	Voucher voucher.ID       `json:"v,omitempty"`
	Until   int64            `json:"u"` // Unix seconds
}

// seal makes a handle.
func (c *Counter) seal(h handle, now time.Time) (string, error) {
	h.Until = now.Add(handleFor).Unix()
	raw, err := json.Marshal(h)
	if err != nil {
		return "", err
	}
	sealed, err := c.Shop.Vault.SealShop(handlePurpose, raw, c.Shop.Rand)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// errHandle refuses a handle that is none, of another device, or too old: the
// member is to be looked up again.
var errHandle = &failure{Status: 422, Code: "counter.handle", key: i18n.CounterHandle}

// open reads a handle of a device's, as of a moment.
func (c *Counter) open(text string, d people.DeviceID, at time.Time) (h handle, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > 1000 {
		return h, errHandle
	}
	raw, err := c.Shop.Vault.OpenShop(handlePurpose, sealed)
	if err != nil || json.Unmarshal(raw, &h) != nil || h.Device != d || at.Unix() > h.Until {
		return handle{}, errHandle
	}
	return h, nil
}

// scanned is what a QR or a bar code holds; at most one field is set.
type scanned struct {
	card    string // a card's token
	voucher voucher.Code
	typed   string // what people could have typed: a number, a code
}

var (
	cardInText    = regexp.MustCompile(`(?:/c/|\bscan[_ ])([A-Za-z0-9_-]{50})(?:$|[^A-Za-z0-9_-])`)
	voucherInText = regexp.MustCompile(`(?:/v/|\buse[_ ])([0-9A-Za-z]{9})(?:$|[^0-9A-Za-z])`)
)

// readScan reads the raw text of a code: the address in it, the link to a chat
// or the command that stands there where the shop has no address, or the number
// in the bars.
func readScan(text string) (s scanned) {
	if len(text) > 2000 {
		return s
	}
	if plain, err := url.PathUnescape(text); err == nil {
		text = plain
	}
	if m := cardInText.FindStringSubmatch(text); m != nil {
		s.card = m[1]
		return s
	}
	if m := voucherInText.FindStringSubmatch(text); m != nil {
		if code, ok := voucher.ParseCode(m[1]); ok {
			s.voucher = code
			return s
		}
	}
	s.typed = strings.TrimSpace(text)
	return s
}
