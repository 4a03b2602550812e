package bottest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"regulars/bot"
)

// heard is one message that arrived on somebody's phone.
type heard struct {
	to bot.Address
	m  bot.Message
}

// recorder is a channel whose messages arrive at once and are written down. It
// stands for an adapter and a platform; the adapters have tests of their own,
// and transcripts run through them as well, over HTTP.
type recorder struct {
	name     bot.ChannelName
	platform bot.Platform

	mu    sync.Mutex
	heard []heard
	sent  int
	used  map[string]bool // reply tokens, each good once
}

func (r *recorder) Channel() bot.ChannelName { return r.name }
func (r *recorder) Platform() bot.Platform   { return r.platform }

func (r *recorder) Decode(http.Header, []byte) ([]bot.Event, error) { return nil, bot.ErrForged }

func (r *recorder) Profile(context.Context, bot.UserID) (bot.Profile, error) {
	return bot.Profile{}, nil
}

func (r *recorder) Wait(context.Context, bot.Address) {}

// Encode makes one call of the whole letter.
func (r *recorder) Encode(l bot.Letter, byReply bool) ([]bot.Call, error) {
	raw, err := json.Marshal(l)
	if err != nil || len(l.Messages) == 0 {
		return nil, err
	}
	c := bot.Call{Method: "reply", Body: raw}
	if !byReply && r.platform == bot.LINE {
		c.Method, c.Cost, c.Idempotent = "push", 1, true
	}
	return []bot.Call{c}, nil
}

// Send writes the letter down.
func (r *recorder) Send(_ context.Context, c bot.Call, _ string) bot.Result {
	var l bot.Letter
	if err := json.Unmarshal(c.Body, &l); err != nil {
		return bot.Result{Outcome: bot.Rejected, Err: err}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if token := l.Reply.Value; c.Method == "reply" && token != "" {
		if r.used[token] {
			return bot.Result{Outcome: bot.TokenDead}
		}
		if r.used == nil {
			r.used = map[string]bool{}
		}
		r.used[token] = true
	}
	res := bot.Result{Outcome: bot.Delivered, Date: time.Now()}
	for _, m := range l.Messages {
		r.heard = append(r.heard, heard{l.To, m})
		r.sent++
		res.Messages = append(res.Messages, bot.MessageID("b"+strconv.Itoa(r.sent)))
	}
	return res
}

// take gives what arrived since the last call.
func (r *recorder) take() []heard {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.heard
	r.heard = nil
	return h
}
