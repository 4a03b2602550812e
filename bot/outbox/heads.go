package outbox

import (
	"context"
	"fmt"
	"sync"
	"time"

	"regulars/bot"
)

// Counted is a Channel that can tell how many people a group has. LINE's
// adapter is one: a push to a group is billed once a member.
type Counted interface {
	// Members counts the people in a group, the bot apart; 0 where it is in no
	// such group.
	Members(ctx context.Context, chat bot.ChatID) (int, error)
}

// headsLife is how long a count of a group's members is good for.
const headsLife = 24 * time.Hour

// heads remembers how many people groups have.
type heads struct {
	mu sync.Mutex
	by map[bot.ChatID]headCount
}

type headCount struct {
	n  int
	at time.Time
}

// of is the count for a group, as told within headsLife.
func (h *heads) of(chat bot.ChatID, now time.Time) (int, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.by[chat]
	return c.n, ok && now.Sub(c.at) < headsLife
}

// note keeps a count, and forgets those that are too old.
func (h *heads) note(chat bot.ChatID, n int, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.by == nil {
		h.by = map[bot.ChatID]headCount{}
	}
	for id, c := range h.by {
		if now.Sub(c.at) >= headsLife {
			delete(h.by, id)
		}
	}
	h.by[chat] = headCount{n, now}
}

// Heads is how many billed messages one push to a group counts for: its
// members where the platform bills by them, else 0. It may ask the platform,
// so it must not be called inside an Update.
func (o *Outbox) Heads(ctx context.Context, ch bot.ChannelName, group bot.ChatID) (int, error) {
	c := o.channels[ch]
	if c == nil {
		return 0, fmt.Errorf("outbox: no channel %q is configured", ch)
	}
	if c.free {
		return 0, nil
	}
	return c.countGroup(ctx, group)
}

func (c *channel) countGroup(ctx context.Context, group bot.ChatID) (int, error) {
	counted, ok := c.sender.(Counted)
	if !ok {
		return 1, nil
	}
	now := c.o.cfg.Clock.Now()
	if n, ok := c.heads.of(group, now); ok {
		return n, nil
	}
	ctx, stop := context.WithTimeout(ctx, c.o.cfg.SendLimit)
	defer stop()
	n, err := counted.Members(ctx, group)
	if err != nil {
		return 0, err
	}
	c.heads.note(group, max(1, n), now)
	return max(1, n), nil
}

// countHeads makes the calls to a group cost what they will be billed for.
func (c *channel) countHeads(ctx context.Context, it *item) error {
	if c.free || !it.group || it.sent.cost(0) == 0 {
		return nil
	}
	n, err := c.countGroup(ctx, it.letter.To.ID)
	if err != nil {
		return err
	}
	for i := range it.sent.Calls {
		it.sent.Calls[i].Cost *= n
	}
	return nil
}
