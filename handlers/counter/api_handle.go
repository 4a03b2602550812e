package counter

import (
	"encoding/base64"
	"encoding/json"
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

// handle stands for a member, a voucher or a place at an event on one device: the page shows none of
// their ids, and another device's handle opens nothing.
type handle struct {
	Device  people.DeviceID  `json:"d"`
	Member  loyalty.MemberID `json:"m,omitempty"`
	Voucher voucher.ID       `json:"v,omitempty"`
	Event   string           `json:"e,omitempty"` // with Member: their place in it
	Until   int64            `json:"u"`           // Unix seconds
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
