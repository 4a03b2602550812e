package sim

import (
	"encoding/json"
	"slices"
	"time"
)

// Trouble on the webhook's side, and how to watch it.

// Again delivers the newest update that the bot had already accepted once
// more, byte for byte with the same update_id, as a network may. It returns
// when the bot has answered, and does nothing when nothing was delivered yet.
func (b *TelegramBot) Again() { b.AgainFrom(0) }

// AgainFrom is Again for the update that came back updates before the newest.
func (b *TelegramBot) AgainFrom(back int) {
	b.act(func() *tgUpdate {
		h := b.updates.history
		if back < 0 || back >= len(h) {
			return nil
		}
		old := h[len(h)-1-back]
		up := &tgUpdate{id: old.id, kind: old.kind, body: old.body, lane: old.lane, expires: b.now().Add(24 * time.Hour)}
		b.enqueue(up)
		return up
	})
}

// Hold keeps updates back from now on; what people do returns at once.
func (b *TelegramBot) Hold() {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	b.updates.hold = true
}

// Release delivers what Hold kept back, one after another, newest first if
// reverse is set.
func (b *TelegramBot) Release(reverse bool) {
	b.server.mu.Lock()
	held := b.updates.held
	b.updates.hold, b.updates.held = false, nil
	b.server.mu.Unlock()
	if reverse {
		slices.Reverse(held)
	}
	for _, up := range held {
		b.act(func() *tgUpdate { b.enqueue(up); return up })
	}
}

// Apart lets what people do return at once, without waiting for the bot, until
// it is called with false.
func (b *TelegramBot) Apart(apart bool) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	b.updates.apart = apart
	b.server.sim.notify()
}

// Pending is how many updates the bot has not accepted yet.
func (b *TelegramBot) Pending() int {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	b.expire()
	return len(b.updates.pending)
}

// AwaitPending waits, for at most [AwaitLimit], until that many updates are
// left or fewer, and says whether it became so.
func (b *TelegramBot) AwaitPending(left int) bool {
	ctx, stop := awaitLimit()
	defer stop()
	return b.server.wait(ctx, func() bool { return len(b.updates.pending) <= left })
}

// AwaitStalled waits until n updates have been tried and refused and wait for
// the clock, and says whether it became so.
func (b *TelegramBot) AwaitStalled(n int) bool {
	ctx, stop := awaitLimit()
	defer stop()
	return b.server.wait(ctx, func() bool {
		stalled := 0
		for _, l := range b.updates.lanes {
			if l.stalled {
				stalled++
			}
		}
		return stalled == n
	})
}

// Messages are the messages of the chat as Message objects of the Bot API,
// oldest first, for a page to draw. A reply keyboard that came with one stands
// in "keyboard".
func (s *TelegramSeat) Messages() (out []json.RawMessage) {
	s.look(func(c *tgChat) {
		for _, m := range c.msgs {
			if m.deleted || (s.thread != 0 && m.ThreadID != s.thread) {
				continue
			}
			raw, err := json.Marshal(struct {
				*tgMessage
				Keyboard *tgMarkup `json:"keyboard,omitempty"`
			}{m.wire(), m.keyboard})
			if err == nil {
				out = append(out, raw)
			}
		}
	})
	return out
}

// File is what is stored under a file_id; nil when there is none.
func (b *TelegramBot) File(id string) []byte {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	if f := b.files[id]; f != nil {
		return f.data
	}
	return nil
}
