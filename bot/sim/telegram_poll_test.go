package sim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTelegramPolling(t *testing.T) {
	b := newTelegramTest(t, TelegramConfig{})
	ann := b.bot.Person("Ann", "en")
	ann.Say("one")
	ann.Say("two")
	got := b.ok("getUpdates", map[string]any{"limit": 1}).([]any)
	if len(got) != 1 || dig(got[0], "message", "text") != "one" {
		t.Fatalf("limit 1 gave %v", got)
	}
	again := b.ok("getUpdates", nil).([]any)
	if len(again) != 2 {
		t.Fatalf("unconfirmed updates come again; got %v", again)
	}
	next := dig(again[1], "update_id").(float64)
	if got := b.ok("getUpdates", map[string]any{"offset": next}).([]any); len(got) != 1 {
		t.Errorf("offset confirmed wrongly: %v", got)
	}
	// a poll waits, in real time, though the clock stands
	done := make(chan []any)
	go func() {
		done <- b.ok("getUpdates", map[string]any{"offset": next + 1, "timeout": 20}).([]any)
	}()
	if !b.bot.AwaitPending(0) {
		t.Fatal("the poll confirmed nothing")
	}
	b.bot.Apart(true)
	ann.Say("three")
	if got := <-done; len(got) != 1 || dig(got[0], "message", "text") != "three" {
		t.Errorf("the long poll gave %v", got)
	}
}

// A newer getUpdates or a setWebhook ends a waiting one with 409 (TG-SRV).
func TestTelegramPollConflict(t *testing.T) {
	b := newTelegramTest(t, TelegramConfig{})
	ended := make(chan string, 2)
	poll := func() {
		_, a, _ := b.call("getUpdates", map[string]any{"timeout": 20})
		ended <- fmt.Sprint(a["error_code"], " ", a["description"])
	}
	go poll()
	b.awaitPolls(1)
	go poll()
	if got := <-ended; !strings.HasPrefix(got, "409 Conflict: terminated by other getUpdates request") {
		t.Errorf("the older poll ended with %s", got)
	}
	b.awaitPolls(2)
	b.ok("setWebhook", map[string]any{"url": b.url})
	if got := <-ended; got != "409 Conflict: terminated by setWebhook request" {
		t.Errorf("the poll ended with %s", got)
	}
}

// awaitPolls waits until that many polls have begun.
func (b *tgBotUnderTest) awaitPolls(n int) {
	b.t.Helper()
	ctx, stop := awaitLimit()
	defer stop()
	if !b.bot.server.wait(ctx, func() bool { return b.bot.updates.poll >= n }) {
		b.t.Fatal("no poll began")
	}
}

// A person's action returns when a polling bot has confirmed it.
func TestTelegramSayWaitsForPollingBot(t *testing.T) {
	b := newTelegramTest(t, TelegramConfig{})
	ann := b.bot.Person("Ann", "en")
	quit := make(chan bool)
	stopped := make(chan bool)
	go func() {
		defer close(stopped)
		offset := 0.0
		for {
			select {
			case <-quit:
				return
			default:
			}
			_, a, _ := b.call("getUpdates", map[string]any{"timeout": 20, "offset": offset})
			us, _ := a["result"].([]any)
			for _, u := range us {
				offset = dig(u, "update_id").(float64) + 1
				if dig(u, "message", "text") == "stop" {
					b.call("getUpdates", map[string]any{"offset": offset})
					return
				}
				b.call("sendMessage", map[string]any{"chat_id": dig(u, "message", "chat", "id"), "text": "heard"})
			}
		}
	}()
	b.awaitPolls(1)
	ann.Say("hello")
	if got := ann.Received(); !slices.Equal(got, []string{"heard"}) {
		t.Errorf("when Say returned, Ann had received %q", got)
	}
	ann.Say("stop")
	close(quit)
	<-stopped
}
