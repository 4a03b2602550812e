package handlers_test

import (
	"context"
	"fmt"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/store"
)

// sends makes the deed that says what went out on LINE this month: billed,
// replies, rode along, of which would have been pushed, used by everybody, and
// LINE's limit (0 for none).
func sends(s *shop.Shop) deed {
	return func(_ context.Context, _ bot.Identity, args string) (string, error) {
		c := shop.Sends{Channel: "line", Own: s.Programme(s.Clock.Now()).Messages.Most, Read: s.Clock.Now()}
		n, err := fmt.Sscan(args, &c.Billed, &c.Replies, &c.Rode, &c.Saved, &c.Used, &c.Limit)
		if err != nil || n != 6 {
			return "", fmt.Errorf("sends wants six numbers: %w", err)
		}
		c.Limited, c.Stopped = c.Limit > 0, c.Limit > 0 && c.Used >= c.Limit
		s.Sends = func(store.Reader, time.Time, time.Time) ([]shop.Sends, error) { return []shop.Sends{c}, nil }
		return "", nil
	}
}
