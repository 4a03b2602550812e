package line

import (
	"context"
	"net/http"
	"time"
)

// Health is what LINE tells of how the account is connected.
type Health struct {
	Refused bool   // our token, or what one is fetched with, is not accepted
	Webhook string // the address that LINE has; "" for none
	On      bool   // its switch "Use webhook"
	// TokenEnds is when the configured token does; zero where none is configured,
	// or no end is in sight.
	TokenEnds time.Time
}

// Health asks LINE how the account is connected. Its error says that LINE could
// not be asked, which tells nothing about the account.
func (c *Channel) Health(ctx context.Context) (Health, error) {
	address, on, a := c.endpoint(ctx)
	if a == nil {
		h := Health{Webhook: address, On: on}
		if c.keys.Load().Token != "" {
			if _, left, known := c.verify(ctx); known && left > 0 {
				h.TokenEnds = c.clock.Now().Add(left)
			}
		}
		return h, nil
	}
	if a.status == http.StatusUnauthorized || a.noToken && a.status == http.StatusBadRequest {
		return Health{Refused: true}, nil
	}
	return Health{}, a
}
