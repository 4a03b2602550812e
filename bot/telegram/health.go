package telegram

import (
	"context"
	"net/http"
	"time"
)

// Health is what Telegram tells of how the bot is connected.
type Health struct {
	Refused bool   // our token is not accepted
	Webhook string // the address that Telegram has; "" for none
	// Error is why the last delivery failed, and At when; "" and zero for none.
	Error string
	At    time.Time
}

// Health asks Telegram how the bot is connected. Its error says that Telegram
// could not be asked, which tells nothing about the bot.
func (c *Channel) Health(ctx context.Context) (Health, error) {
	r := c.do(ctx, callTime, "getWebhookInfo", nil)
	if r.json && (r.code == http.StatusUnauthorized || r.code == http.StatusNotFound) {
		return Health{Refused: true}, nil // an unknown token is answered 404 as well
	}
	var info webhookInfo
	if err := r.decode("getWebhookInfo", &info); err != nil {
		return Health{}, err
	}
	h := Health{Webhook: info.URL}
	if info.ErrorDate > 0 {
		h.Error, h.At = info.Error, time.Unix(info.ErrorDate, 0)
	}
	return h, nil
}
