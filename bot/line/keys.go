package line

import "github.com/line/line-bot-sdk-go/v8/linebot/webhook"

// Keys are a channel's secrets, which can be changed while it is used.
type Keys struct {
	Secret string   // signs webhooks, and fetches tokens where Token is empty
	Before []string // accepted in webhooks, too, while a change is on its way
	Token  string   // long-lived; empty: short-lived ones are fetched
}

// SetKeys changes the channel's secrets. What is being sent just now ends with
// those it began with.
func (c *Channel) SetKeys(k Keys) { c.keys.Store(&k) }

// signed says whether body was signed with a secret of the channel's.
func (c *Channel) signed(signature string, body []byte) bool {
	k := c.keys.Load()
	ok := webhook.ValidateSignature(k.Secret, signature, body)
	for _, before := range k.Before {
		ok = before != "" && webhook.ValidateSignature(before, signature, body) || ok
	}
	return ok
}
