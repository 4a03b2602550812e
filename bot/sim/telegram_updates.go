package sim

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"time"
)

// tgUpdate is something the bot is to be told.
type tgUpdate struct {
	id      int
	kind    string
	body    []byte // the whole Update, the same at every try
	lane    string // updates of one lane go one after another
	expires time.Time
	done    bool // answered 2xx, confirmed, expired or dropped
	tries   int
}

// tgUpdates is the queue of updates and how they leave it.
type tgUpdates struct {
	next    int
	lastAt  time.Time
	pending []*tgUpdate
	history []*tgUpdate // delivered ones, for redelivery
	allowed []string    // nil: the default set

	hook    tgHook
	lanes   map[string]*tgLane
	flying  int // deliveries under way
	age     int // counts setWebhook and deleteWebhook
	lastSet time.Time

	poll     int  // counts getUpdates; a newer one ends an older one
	longPoll bool // somebody polls and waits: a bot without webhook is running
	hold     bool
	held     []*tgUpdate
	apart    bool // person actions do not wait
}

const tgHistory = 1000

func (u *tgUpdates) init() {
	u.next = 100000001
	u.lanes = map[string]*tgLane{}
}

// tgNotByDefault are the kinds that must be named in allowed_updates [TG-SPEC].
var tgNotByDefault = []string{"chat_member", "message_reaction", "message_reaction_count"}

// tgKinds are the kinds that Telegram knows; others are ignored silently
// [TG-SRV get_allowed_update_types].
var tgKinds = []string{
	"message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
	"edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count",
	"inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
	"purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request",
	"chat_boost", "removed_chat_boost",
}

// allow reads allowed_updates. TG-SRV: omitted or not a JSON array keeps the
// previous; an empty list is the default set.
func (c *tgCall) allow() {
	var names []string
	if err := json.Unmarshal([]byte(c.text("allowed_updates")), &names); err != nil || c.text("allowed_updates") == "null" {
		return
	}
	c.updates.allowed = nil
	for _, n := range names {
		if slices.Contains(tgKinds, n) {
			c.updates.allowed = append(c.updates.allowed, n)
		}
	}
}

func (u *tgUpdates) wants(kind string) bool {
	if u.allowed == nil {
		return !slices.Contains(tgNotByDefault, kind)
	}
	return slices.Contains(u.allowed, kind)
}

// post queues an update; nil when the bot does not want its kind. TG-SRV:
// messages live 24 h, callback queries 150 s. The lock is held.
func (b *TelegramBot) post(kind, lane string, payload any) *tgUpdate {
	u := &b.updates
	if !u.wants(kind) {
		return nil
	}
	now := b.now()
	if !u.lastAt.IsZero() && now.Sub(u.lastAt) > 7*24*time.Hour {
		u.next = 1 + rand.IntN(1<<30) // TG-SPEC Update: random after a week of silence
	}
	u.lastAt = now
	life := 24 * time.Hour
	if kind == "callback_query" {
		life = 150 * time.Second
	}
	body, err := json.Marshal(map[string]any{"update_id": u.next, kind: payload})
	if err != nil {
		panic(err) // our own types always marshal
	}
	up := &tgUpdate{id: u.next, kind: kind, body: body, lane: lane, expires: now.Add(life)}
	u.next++
	if u.hold {
		u.held = append(u.held, up)
		return up
	}
	b.enqueue(up)
	return up
}

// enqueue lets an update go out. The lock is held.
func (b *TelegramBot) enqueue(up *tgUpdate) {
	b.updates.pending = append(b.updates.pending, up)
	b.startLanes()
	b.server.sim.notify()
}

// finish takes an update off the queue. The lock is held.
func (b *TelegramBot) finish(up *tgUpdate, delivered bool) {
	u := &b.updates
	up.done = true
	u.pending = slices.DeleteFunc(u.pending, func(p *tgUpdate) bool { return p == up })
	if delivered {
		u.history = append(u.history, up)
		if len(u.history) > tgHistory {
			u.history = u.history[1:]
		}
	}
	b.server.sim.notify()
}

// expire drops what is too old. The lock is held.
func (b *TelegramBot) expire() {
	for _, up := range slices.Clone(b.updates.pending) {
		if !b.now().Before(up.expires) {
			b.finish(up, false)
		}
	}
}

// getUpdates is long polling. TG-SPEC: limit 1..100, timeout in seconds (real
// ones here, so that a poll ends while the clock stands), and an update is
// confirmed by asking with a higher offset; a negative offset counts from the
// end. It blocks, so it takes the lock itself.
func (b *TelegramBot) getUpdates(ctx context.Context, p tgParams) (any, error) {
	g := b.server
	limit := min(max(p.int("limit"), 0), 100)
	if limit == 0 {
		limit = 100
	}
	timeout := time.Duration(min(max(p.int("timeout"), 0), 50)) * time.Second

	g.mu.Lock()
	u := &b.updates
	if u.hook.url != "" {
		g.mu.Unlock()
		return nil, &tgError{Code: 409, Description: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}
	}
	(&tgCall{TelegramBot: b, tgParams: p}).allow()
	u.poll++
	poll, age := u.poll, u.age
	u.longPoll = timeout > 0
	b.confirm(int(p.int("offset")))
	g.sim.notify()
	g.mu.Unlock()

	timed, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	g.wait(timed, func() bool { return u.poll != poll || u.age != age || len(u.pending) > 0 })

	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case u.age != age:
		return nil, &tgError{Code: 409, Description: "Conflict: terminated by setWebhook request"}
	case u.poll != poll:
		return nil, &tgError{Code: 409, Description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}
	case ctx.Err() != nil:
		u.longPoll = false
	}
	b.expire()
	out := []json.RawMessage{}
	for _, up := range u.pending[:min(int(limit), len(u.pending))] {
		up.tries++
		out = append(out, up.body)
	}
	return out, nil
}

// confirm forgets updates below the offset. The lock is held.
func (b *TelegramBot) confirm(offset int) {
	pending := b.updates.pending
	if offset < 0 && len(pending) > 0 {
		offset = pending[max(0, len(pending)+offset)].id
	}
	for _, up := range slices.Clone(pending) {
		if up.id < offset {
			b.finish(up, true)
		}
	}
}
