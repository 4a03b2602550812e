package sim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// texts are the texts of the message updates so far, in the order of arrival.
func (b *tgBotUnderTest) texts() (out []string) {
	for _, u := range b.updates() {
		if s, ok := dig(u, "message", "text").(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// "per-chat FIFO queue: one update in flight per queue, so **one poison update
// blocks that chat** until it expires; different chats run in parallel"
// (TG-SRV queue_updates_).
func TestTelegramPoisonBlocksItsChat(t *testing.T) {
	b := hooked(t)
	ann, bo := b.bot.Person("Ann", "en"), b.bot.Person("Bo", "en")
	b.answering(func(u map[string]any) int {
		if dig(u, "message", "text") == "poison" {
			return 500
		}
		return 200
	})
	ann.Say("poison")
	ann.Say("after")
	bo.Say("hello")
	if got := b.texts(); !slices.Equal(got, []string{"poison", "poison", "hello"}) {
		t.Errorf("the bot got %q, want the poison twice (first retry at once) and nothing after it from Ann", got)
	}
	info := b.ok("getWebhookInfo", nil)
	if dig(info, "pending_update_count") != 2.0 || dig(info, "last_error_message") != "Wrong response from the webhook: 500 Internal Server Error" {
		t.Errorf("getWebhookInfo says %v", info)
	}
	// messages expire 24 h after their date (TG-SRV add_message_update)
	b.sim.Clock.Advance(24 * time.Hour)
	if !b.bot.AwaitPending(0) {
		t.Fatal("the chat stayed blocked after the poison's expiry")
	}
	if got := b.texts(); slices.Contains(got, "after") {
		t.Errorf("a message older than 24 h was delivered: %q", got)
	}
	ann.Say("fresh")
	if got := b.texts(); got[len(got)-1] != "fresh" {
		t.Errorf("the bot got %q", got)
	}
}

// "any non-2xx is retried: first retry at once, then after 2, 4, 8 .. s up to a
// random 60..120 s cap" (TG-SRV WebhookActor.cpp); update_id repeats on retry.
func TestTelegramRetries(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	b.answering(func(map[string]any) int { return 503 })
	ann.Say("one")
	tries := 2
	for _, wait := range []time.Duration{2, 4, 8, 16, 32} {
		if n := len(b.updates()); n != tries {
			t.Fatalf("before the wait of %d s: %d tries, want %d", wait, n, tries)
		}
		b.sim.Clock.Advance(wait*time.Second - time.Millisecond)
		if n := len(b.updates()); n != tries {
			t.Fatalf("tried too early, before %d s", wait)
		}
		b.next(func() { b.sim.Clock.Advance(time.Millisecond) })
		tries++
	}
	b.answering(nil)
	b.sim.Clock.Advance(2 * time.Minute)
	if !b.bot.AwaitPending(0) {
		t.Fatal("not delivered in the end")
	}
	first := dig(b.updates()[0], "update_id")
	for _, u := range b.updates() {
		if dig(u, "update_id") != first {
			t.Errorf("update_id %v, then %v; it repeats on retry (TG-SPEC Update)", first, dig(u, "update_id"))
		}
	}
	ann.Say("two")
	if next := dig(b.last(), "update_id"); next.(float64) <= first.(float64) {
		t.Errorf("update_id %v after %v; it increases", next, first)
	}
}

// next does something that makes the bot be called, and waits until the lane
// stands still again.
func (b *tgBotUnderTest) next(do func()) {
	b.t.Helper()
	calls, stop := b.sim.Wire.Subscribe()
	defer stop()
	do()
	select {
	case <-calls:
	case <-time.After(AwaitLimit):
		b.t.Fatal("the bot was not called")
	}
	if !b.bot.AwaitStalled(1) {
		b.t.Fatal("the delivery does not wait")
	}
}

// "Webhook's own `Retry-After` is honoured (max 3600 s)" (TG-SRV).
func TestTelegramHonoursRetryAfter(t *testing.T) {
	b := newTelegramTest(t, TelegramConfig{})
	busy := true
	server := handlerServer(t, func(w http.ResponseWriter, r *http.Request) {
		if busy {
			busy = false
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(503)
		}
	})
	b.ok("setWebhook", map[string]any{"url": server})
	b.bot.Person("Ann", "en").Say("hi")
	b.sim.Clock.Advance(89 * time.Second)
	if n := b.bot.Pending(); n != 1 {
		t.Fatalf("%d pending after 89 s, want 1", n)
	}
	b.sim.Clock.Advance(time.Second)
	if !b.bot.AwaitPending(0) {
		t.Error("not tried again after 90 s")
	}
}

// "410 for 23 h removes the webhook" (TG-SRV WebhookActor.cpp).
func TestTelegramGone(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	b.answering(func(map[string]any) int { return 410 })
	ann.Say("one")
	if b.ok("getWebhookInfo", nil).(map[string]any)["url"] == "" {
		t.Fatal("removed at the first 410")
	}
	b.next(func() { b.sim.Clock.Advance(22 * time.Hour) })
	b.sim.Clock.Advance(2 * time.Hour)
	bo := b.bot.Person("Bo", "en")
	bo.Say("two")
	if got := b.ok("getWebhookInfo", nil).(map[string]any)["url"]; got != "" {
		t.Errorf("after 23 h of 410 the webhook is still %v", got)
	}
}

// "Duplicates" of the network: the same update once more, though answered 200.
func TestTelegramAgainAndOutOfOrder(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	ann.Say("one")
	b.bot.Again()
	u := b.updates()
	if len(u) != 2 || dig(u[0], "update_id") != dig(u[1], "update_id") {
		t.Fatalf("redelivery gave %v", u)
	}
	b.bot.Hold()
	ann.Say("two")
	ann.Say("three")
	if n := len(b.updates()); n != 2 {
		t.Fatalf("%d updates while held, want 2", n)
	}
	b.bot.Release(true)
	if got := b.texts(); !slices.Equal(got[2:], []string{"three", "two"}) {
		t.Errorf("out of order gave %q", got[2:])
	}
}

// "different chats run in parallel up to max_connections" (TG-SRV).
func TestTelegramParallelChats(t *testing.T) {
	b := newTelegramTest(t, TelegramConfig{})
	arrived, open := make(chan string, 10), make(chan bool)
	server := handlerServer(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var u map[string]any
		json.Unmarshal(body, &u)
		arrived <- fmt.Sprint(dig(u, "message", "text"))
		<-open
	})
	b.ok("setWebhook", map[string]any{"url": server, "max_connections": 2})
	b.bot.Apart(true)
	for _, name := range []string{"Ann", "Bo", "Cy"} {
		p := b.bot.Person(name, "en")
		p.Say(name + " 1")
		p.Say(name + " 2")
	}
	first := []string{<-arrived, <-arrived}
	select {
	case third := <-arrived:
		t.Fatalf("a third connection at once: %s after %v", third, first)
	default:
	}
	for _, s := range first {
		if !strings.HasSuffix(s, " 1") {
			t.Errorf("%s came before the first of its chat was answered", s)
		}
	}
	close(open)
	if !b.bot.AwaitPending(0) {
		t.Error("not all were delivered")
	}
}

// "allowed_updates: omitted = keep previous; [] = all except chat_member, …;
// unknown names ignored silently" (TG-SPEC; TG-SRV get_allowed_update_types).
func TestTelegramAllowedUpdates(t *testing.T) {
	b := hooked(t)
	ann, bo := b.bot.Person("Ann", "en"), b.bot.Person("Bo", "en")
	group := b.bot.Group("Club", ann)
	group.PromoteBot(ann)
	n := len(b.updates())
	group.Join(bo)
	if got := b.updates()[n:]; len(got) != 1 || dig(got[0], "message", "new_chat_members") == nil {
		t.Errorf("by default joining said %v", got)
	}
	b.sim.Clock.Advance(time.Second)
	b.ok("setWebhook", map[string]any{"url": b.url, "allowed_updates": []string{"message", "chat_member", "nonsense"}})
	b.sim.Clock.Advance(time.Second)
	b.ok("setWebhook", map[string]any{"url": b.url})
	n = len(b.updates())
	group.Leave(bo)
	if got := b.updates()[n:]; len(got) != 2 || dig(got[0], "chat_member", "new_chat_member", "status") != "left" {
		t.Errorf("with chat_member named, leaving said %v", got)
	}
	if got := fmt.Sprint(dig(b.ok("getWebhookInfo", nil), "allowed_updates")); got != "[message chat_member]" {
		t.Errorf("allowed_updates is %v", got)
	}
	n = len(b.updates())
	ann.Block()
	if got := b.updates()[n:]; len(got) != 0 {
		t.Errorf("my_chat_member came though not allowed: %v", got)
	}
}

// "Reply in webhook: JSON/form body with `method`; `get*`, setWebhook … are
// ignored" (TG-SRV; faq).
func TestTelegramReplyInWebhook(t *testing.T) {
	b := newTelegramTest(t, TelegramConfig{})
	server := handlerServer(t, func(w http.ResponseWriter, r *http.Request) {
		var u map[string]any
		json.NewDecoder(r.Body).Decode(&u)
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"method": "sendMessage", "chat_id": dig(u, "message", "chat", "id"), "text": "at once"})
	})
	b.ok("setWebhook", map[string]any{"url": server})
	ann := b.bot.Person("Ann", "en")
	ann.Start("")
	if got, err := ann.Await(1); err != nil || got[0] != "at once" {
		t.Errorf("Ann received %q, %v", got, err)
	}
}

// Dates come from the simulator's clock, in the header too.
func TestTelegramDates(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	ann.Start("")
	if got := dig(b.last(), "message", "date"); got != float64(tgNoon.Unix()) {
		t.Errorf("date %v, want %d", got, tgNoon.Unix())
	}
	_, _, h := b.call("getMe", nil)
	if got := h.Get("Date"); got != "Sat, 14 Mar 2026 12:00:00 GMT" {
		t.Errorf("Date: %s", got)
	}
}
