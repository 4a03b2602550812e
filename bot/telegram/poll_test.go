package telegram

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/bot"
)

// queue is Telegram's queue of updates: those below offset are forgotten.
type queue struct {
	ids     []int
	offsets []string
	webhook string
	// trouble answers instead, one a call.
	trouble []string
}

func (q *queue) answer(c fakeCall) (int, string) {
	switch c.Method {
	case "getWebhookInfo":
		return 200, `{"ok":true,"result":{"url":"` + q.webhook + `"}}`
	case "deleteWebhook":
		q.webhook = ""
		return 200, `{"ok":true,"result":true}`
	}
	if len(q.trouble) > 0 {
		body := q.trouble[0]
		q.trouble = q.trouble[1:]
		code, _ := strconv.Atoi(body[strings.Index(body, "error_code")+12:][:3])
		return code, body
	}
	q.offsets = append(q.offsets, c.Params["offset"])
	if offset, _ := strconv.Atoi(c.Params["offset"]); offset != 0 {
		q.ids = slices.DeleteFunc(q.ids, func(id int) bool { return id < offset })
	}
	var all []string
	for _, id := range q.ids[:min(2, len(q.ids))] {
		all = append(all, fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":1795262400,"chat":{"id":5001,"type":"private"},"from":{"id":5001,"first_name":"Ann"},"text":"%d"}}`, id, id, id))
	}
	return 200, `{"ok":true,"result":[` + strings.Join(all, ",") + `]}`
}

func TestPollLosesNothing(t *testing.T) {
	q := &queue{ids: []int{11, 12, 13, 14, 15}, webhook: "https://old.example.com", trouble: []string{
		failure(502, "Bad Gateway", ""), failure(429, "Too Many Requests: retry after 9", `{"retry_after":9}`),
		failure(409, "Conflict: terminated by other getUpdates request", ""),
	}}
	s := serve(t, q.answer)
	c := newChannel(t, s.URL)
	ctx, stop := context.WithCancel(t.Context())
	var seen []string
	failed := false
	err := c.Poll(ctx, func(_ context.Context, events []bot.Event) error {
		for _, e := range events {
			if e.Text == "14" && !failed {
				failed = true // 13 is done and comes again, 14 is not
				return errors.New("disk full")
			}
			seen = append(seen, e.Text)
		}
		if seen[len(seen)-1] == "15" {
			stop()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Poll ended with %v", err)
	}
	if got := strings.Join(seen, " "); got != "11 12 13 13 14 15" {
		t.Errorf("handled %s", got)
	}
	if got := strings.Join(q.offsets, " "); got != " 13 13 15" {
		t.Errorf("asked with offsets %q", got)
	}
	var waits []time.Duration
	for len(c.clock.(*handClock).waits) > 0 {
		waits = append(waits, <-c.clock.(*handClock).waits)
	}
	want := []time.Duration{time.Second, 9 * time.Second, 5 * time.Second, time.Second}
	if !slices.Equal(waits, want) {
		t.Errorf("waited %v, want %v", waits, want)
	}
	allowed := s.calls[len(s.calls)-1].Params["allowed_updates"]
	if allowed != `["message","callback_query","my_chat_member","chat_join_request"]` {
		t.Errorf("allowed_updates %s", allowed)
	}
	if !slices.Contains(s.methods(), "deleteWebhook") {
		t.Error("the webhook was left in the way")
	}
}

// A week without updates makes Telegram start its numbers anew.
func TestPollFollowsNewNumbers(t *testing.T) {
	q := &queue{ids: []int{900}}
	s := serve(t, q.answer)
	c := newChannel(t, s.URL)
	p := &poller{c: c, handle: func(_ context.Context, events []bot.Event) error { return nil }}
	for range 2 {
		if _, err := p.round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	q.ids = []int{40}
	heard := false
	p.handle = func(_ context.Context, events []bot.Event) error { heard = events[0].Text == "40"; return nil }
	if _, err := p.round(t.Context()); err != nil || !heard {
		t.Errorf("update 40 after update 900 was not heard (%v)", err)
	}
	if slices.Contains(s.methods(), "deleteWebhook") {
		t.Error("a webhook was deleted that was not set")
	}
}

func TestPollGivesUpOnAWrongToken(t *testing.T) {
	q := &queue{trouble: []string{failure(401, "Unauthorized", "")}}
	c := newChannel(t, serve(t, q.answer).URL)
	if err := c.Poll(t.Context(), nil); !errors.Is(err, errWrongToken) {
		t.Errorf("ended with %v", err)
	}
}
