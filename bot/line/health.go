package line

import (
	"context"
	"net/http"
)

// Health is what LINE tells of how the account is connected.
type Health struct {
	Refused bool   // our token, or what one is fetched with, is not accepted
	Webhook string // the address that LINE has; "" for none
	On      bool   // its switch "Use webhook"
}

// Health asks LINE how the account is connected. Its error says that LINE could
// not be asked, which tells nothing about the account.
func (c *Channel) Health(ctx context.Context) (Health, error) {
	address, on, a := c.endpoint(ctx)
	if a == nil {
		return Health{Webhook: address, On: on}, nil
	}
	if a.status == http.StatusUnauthorized || a.noToken && a.status == http.StatusBadRequest {
		return Health{Refused: true}, nil
	}
	return Health{}, a
}
