package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"regulars/bot"
)

const (
	// pollFor is how long Telegram holds an empty getUpdates open.
	pollFor = 50 * time.Second
	// pollBatch is the most that one getUpdates gives (Bot API, #getupdates).
	pollBatch = 100
	// conflictWait is the pause after Telegram said that somebody else polls:
	// the newest poller ends the others' calls, so two would chase each other.
	conflictWait = 5 * time.Second
	maxBackoff   = time.Minute
)

// updateKinds are all that Telegram should send: what Decode reads. They are
// named, because an omitted list means "as before", whatever that was.
var updateKinds = []string{"message", "callback_query", "my_chat_member", "chat_join_request"}

// Handler takes events. It returns nil once all of them are on disk; they come
// again otherwise.
type Handler func(ctx context.Context, events []bot.Event) error

// Poll fetches updates until ctx ends, and hands them over in the order of
// Telegram's queue, up to a hundred at a time. An update is confirmed only
// after handle returned nil for it; after an error, and after a restart, it
// comes again. Since Telegram tells no time for presses, these get a time that
// keeps the order of At that of the queue.
//
// Troubles of the network, 409 (a webhook, or somebody else who polls) and 429
// are waited out. Only a token that is wrong ends Poll before ctx does.
func (c *Channel) Poll(ctx context.Context, handle Handler) error {
	p := poller{c: c, handle: handle}
	for ctx.Err() == nil {
		wait, err := p.round(ctx)
		if errors.Is(err, errWrongToken) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			c.log.Warn("polling", slog.String("channel", string(c.name)), slog.Any("error", err), slog.Duration("again_in", wait))
		}
		c.pause(ctx, wait)
	}
	return ctx.Err()
}

// pause waits on the channel's clock.
func (c *Channel) pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-c.clock.After(d):
	}
}

// errWrongToken is the one failure that waiting does not mend.
var errWrongToken = errors.New("telegram: the token is wrong; copy it again from BotFather")

type poller struct {
	c      *Channel
	handle Handler
	offset int64
	ready  bool          // no webhook stands in the way
	wait   time.Duration // the last backoff
}

// round fetches once and says how long to wait before the next.
func (p *poller) round(ctx context.Context) (time.Duration, error) {
	if !p.ready {
		if err := p.c.dropWebhook(ctx); err != nil {
			return p.backoff(), err
		}
		p.ready = true
	}
	r := p.c.do(ctx, pollFor+callTime, "getUpdates", p.params())
	var updates []json.RawMessage
	if err := r.decode("getUpdates", &updates); err != nil {
		return p.failed(&r, err)
	}
	if len(updates) > 0 {
		if err := p.handle(ctx, p.c.events(updates)); err != nil {
			return p.backoff(), fmt.Errorf("telegram: events were not taken: %w", err)
		}
	}
	p.advance(updates)
	p.wait = 0
	return 0, nil
}

func (p *poller) params() map[string]string {
	params := map[string]string{
		"timeout": strconv.Itoa(int(pollFor / time.Second)), "limit": strconv.Itoa(pollBatch),
		"allowed_updates": asJSON(updateKinds),
	}
	if p.offset != 0 {
		params["offset"] = number(p.offset)
	}
	return params
}

// advance confirms what was handled with the next call. After an idle week
// Telegram starts its numbers anew, perhaps below ours; an empty answer means
// that all is confirmed, and then asking without an offset loses nothing.
func (p *poller) advance(updates []json.RawMessage) {
	if len(updates) == 0 {
		p.offset = 0
	}
	for _, u := range updates {
		if id := idOf(u); id > 0 {
			p.offset = id + 1
		}
	}
}

// failed decides how long to wait after a failed fetch.
func (p *poller) failed(r *reply, err error) (time.Duration, error) {
	wait := p.backoff()
	switch {
	case r.json && r.fate("getUpdates") == bot.Unauthorised:
		return 0, errWrongToken
	case r.code == http.StatusConflict:
		p.ready = false // perhaps somebody set a webhook
		wait = max(wait, conflictWait)
	}
	return max(wait, r.retry), err
}

// backoff doubles from a second to a minute.
func (p *poller) backoff() time.Duration {
	p.wait = min(max(2*p.wait, time.Second), maxBackoff)
	return p.wait
}

// dropWebhook makes way for polling. It keeps what waits in the queue.
func (c *Channel) dropWebhook(ctx context.Context) error {
	info, err := c.webhook(ctx)
	if err != nil || info.URL == "" {
		return err
	}
	return c.do(ctx, callTime, "deleteWebhook", nil).err
}

// events reads a batch. Handlers sort by At, so a press, which carries the time
// of reading it, must not stand after what happened later.
func (c *Channel) events(updates []json.RawMessage) []bot.Event {
	all := make([]bot.Event, len(updates))
	for i, u := range updates {
		all[i] = c.event(u)
	}
	for i := len(all) - 2; i >= 0; i-- {
		if all[i].At.After(all[i+1].At) {
			all[i].At = all[i+1].At
		}
	}
	return all
}
