package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// startLanes sets a delivery going for every chat that has something to
// deliver and none under way. The lock is held.
func (b *TelegramBot) startLanes() {
	u := &b.updates
	if u.hook.url == "" {
		return
	}
	for _, up := range u.pending {
		if u.lanes[up.lane] == nil {
			l := &tgLane{}
			u.lanes[up.lane] = l
			go b.drain(up.lane, l, u.age)
		}
	}
}

// drain delivers a lane's updates until none is left or the webhook changes.
// TG-SRV: one update in flight a lane; a failed one is tried again at once,
// then after 2, 4, 8… s up to a random 60..120 s, until it expires.
func (b *TelegramBot) drain(name string, l *tgLane, age int) {
	g, delay := b.server, time.Duration(0)
	for {
		up, hook := b.takeHead(name, age)
		if up == nil {
			return
		}
		status, body, after, err := b.deliver(up, hook)
		g.mu.Lock()
		b.updates.flying--
		if status >= 200 && status < 300 {
			b.delivered(up, body)
			delay = 0
			g.mu.Unlock()
			continue
		}
		b.failed(status, err)
		wait := delay
		if after > 0 {
			wait = after
		}
		delay = min(max(2*delay, 2*time.Second), time.Minute+rand.N(time.Minute))
		again := g.sim.Clock.After(wait) // counted from now, before anybody can see it stand
		l.stalled = wait > 0
		g.sim.notify()
		g.mu.Unlock()
		select {
		case <-again:
		case <-g.quit:
			return
		}
		g.mu.Lock()
		l.stalled = false
		g.mu.Unlock()
	}
}

// takeHead waits for a free connection and gives the lane's first update; nil
// ends the lane.
func (b *TelegramBot) takeHead(lane string, age int) (*tgUpdate, tgHook) {
	var up *tgUpdate
	var hook tgHook
	u := &b.updates
	b.server.wait(context.Background(), func() bool {
		up = nil
		if u.age != age {
			return true
		}
		b.expire()
		i := slices.IndexFunc(u.pending, func(p *tgUpdate) bool { return p.lane == lane })
		if i < 0 {
			delete(u.lanes, lane)
			return true
		}
		if u.flying >= u.hook.conns {
			return false
		}
		u.flying++
		up, hook = u.pending[i], u.hook
		up.tries++
		return true
	})
	return up, hook
}

var tgClient = &http.Client{
	Timeout:       60 * time.Second,
	Transport:     &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: 5 * time.Second},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// caller is what updates are delivered with.
func (s *Sim) caller() *http.Client {
	if s.hooks == nil {
		return tgClient
	}
	own := *tgClient
	own.Transport = s.hooks
	return &own
}

// deliver makes one POST to the bot and logs it.
func (b *TelegramBot) deliver(up *tgUpdate, hook tgHook) (status int, body []byte, after time.Duration, err error) {
	req, err := http.NewRequest("POST", b.server.sim.local(hook.url), bytes.NewReader(up.body))
	if err != nil {
		return 0, nil, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if hook.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", hook.secret)
	}
	at := b.now()
	var answered []byte
	if res, failed := b.server.sim.caller().Do(req); failed != nil {
		err = failed
	} else {
		answered, _ = io.ReadAll(io.LimitReader(res.Body, 1<<20))
		res.Body.Close()
		status = res.StatusCode
		if n, bad := strconv.Atoi(res.Header.Get("Retry-After")); bad == nil && n > 0 {
			after = time.Duration(min(n, 3600)) * time.Second // TG-SRV: honoured up to 3600 s
		}
		body = asJSON(res.Header.Get("Content-Type"), answered)
	}
	headers := map[string]string{}
	for k := range req.Header {
		headers[k] = req.Header.Get(k)
	}
	b.server.sim.Wire.Add(Call{At: at, Platform: "telegram", Channel: b.config.Username, ToBot: true, Method: "POST",
		Path: req.URL.Path, Headers: headers, Body: up.body, Status: status, Answer: answered})
	return status, body, after, err
}

// delivered takes an accepted update off and performs the call that the
// answer may carry. TG-SRV: get* and the webhook's own methods are ignored
// there, and the bot never learns the result. The lock is held.
func (b *TelegramBot) delivered(up *tgUpdate, body []byte) {
	b.updates.hook.lastOK = b.now()
	b.finish(up, true)
	p := tgParams{values: map[string]string{}}
	if len(body) == 0 || p.addJSON(body) != nil {
		return
	}
	switch m := strings.ToLower(p.text("method")); {
	case m == "", strings.HasPrefix(m, "get"), m == "setwebhook", m == "deletewebhook", m == "close", m == "logout":
	default:
		b.do(m, p)
	}
}

// failed notes the trouble; 410 for 23 h removes the webhook [TG-SRV
// WebhookActor]. The lock is held.
func (b *TelegramBot) failed(status int, err error) {
	h := &b.updates.hook
	h.lastErrAt = b.now()
	switch {
	case err == nil:
		h.lastErr = fmt.Sprintf("Wrong response from the webhook: %d %s", status, http.StatusText(status))
	case errors.Is(err, syscall.ECONNREFUSED):
		h.lastErr = "Connection refused"
	default:
		h.lastErr = "Connection failed"
	}
	if status == http.StatusGone && b.now().Sub(h.lastOK) >= 23*time.Hour {
		b.unhook()
	}
}

// asJSON reads an answer that is JSON or a form as JSON fields.
func asJSON(kind string, body []byte) []byte {
	kind, _, _ = mime.ParseMediaType(kind)
	if kind != "application/x-www-form-urlencoded" {
		return body
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil
	}
	fields := map[string]string{}
	for k, v := range form {
		fields[k] = v[0]
	}
	out, _ := json.Marshal(fields)
	return out
}
