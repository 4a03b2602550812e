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
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tgHook is what setWebhook stored.
type tgHook struct {
	url, secret string
	conns       int
	lastErr     string
	lastErrAt   time.Time
	lastOK      time.Time // for 410: since when nothing was accepted
}

// tgLane delivers the updates of one chat, one after another.
type tgLane struct {
	stalled bool // its first update waits for the next try
}

var tgSecret = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)

// setWebhook. TG-SPEC: an https address on port 443, 80, 88 or 8443, secret of
// 1..256 characters of A-Z, a-z, 0-9, _ and -, max_connections 1..100 (40).
// TG-SRV: more than one call a second is refused with 429; a call without
// secret_token clears the secret. The simulator allows http and any port on
// loopback, which Telegram does not.
func setWebhook(c *tgCall) (any, error) {
	address := c.text("url")
	if address == "" {
		return deleteWebhook(c)
	}
	if err := checkHook(address); err != nil {
		return nil, err
	}
	secret := c.text("secret_token")
	if len(secret) > 256 {
		return nil, badRequest("secret token is too long")
	}
	if !tgSecret.MatchString(secret) {
		return nil, badRequest("secret token contains unallowed characters")
	}
	if err := c.hookPace(); err != nil {
		return nil, err
	}
	conns := int(c.int("max_connections"))
	if conns <= 0 {
		conns = 40
	}
	u := &c.updates
	same := u.hook.url == address && u.hook.secret == secret && u.hook.conns == min(conns, 100)
	c.allow()
	if c.bool("drop_pending_updates") {
		c.drop()
	} else if same {
		return described{true, "Webhook is already set"}, nil
	}
	u.hook = tgHook{url: address, secret: secret, conns: min(conns, 100), lastOK: c.now()}
	u.age++
	u.lanes = map[string]*tgLane{}
	c.startLanes()
	return described{true, "Webhook was set"}, nil
}

func checkHook(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return badRequest("invalid webhook URL specified")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback()) {
		return nil
	}
	if u.Scheme != "https" {
		return badRequest("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if !slices.Contains([]string{"", "443", "80", "88", "8443"}, u.Port()) {
		return badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	}
	return nil
}

// hookPace allows one change of the webhook a second.
func (c *tgCall) hookPace() error {
	if now := c.now(); now.Sub(c.updates.lastSet) < time.Second {
		return tooMany(1)
	}
	c.updates.lastSet = c.now()
	return nil
}

func (b *TelegramBot) drop() {
	for _, up := range slices.Clone(b.updates.pending) {
		b.finish(up, false)
	}
}

func deleteWebhook(c *tgCall) (any, error) {
	if err := c.hookPace(); err != nil {
		return nil, err
	}
	if c.bool("drop_pending_updates") {
		c.drop()
	}
	if c.updates.hook.url == "" {
		return described{true, "Webhook is already deleted"}, nil
	}
	c.unhook()
	return described{true, "Webhook was deleted"}, nil
}

// unhook stops deliveries. The lock is held.
func (b *TelegramBot) unhook() {
	b.updates.hook = tgHook{}
	b.updates.age++
	b.updates.lanes = map[string]*tgLane{}
	b.server.sim.notify()
}

func getWebhookInfo(c *tgCall) (any, error) {
	c.expire()
	h := c.updates.hook
	out := map[string]any{"url": h.url, "has_custom_certificate": false, "pending_update_count": len(c.updates.pending)}
	if h.url != "" {
		out["max_connections"] = h.conns
		if u, err := url.Parse(h.url); err == nil && net.ParseIP(u.Hostname()) != nil {
			out["ip_address"] = u.Hostname()
		}
	}
	if c.updates.allowed != nil {
		out["allowed_updates"] = c.updates.allowed
	}
	if h.lastErr != "" {
		out["last_error_date"], out["last_error_message"] = h.lastErrAt.Unix(), h.lastErr
	}
	return out, nil
}

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
		<-again
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

// deliver makes one POST to the bot and logs it.
func (b *TelegramBot) deliver(up *tgUpdate, hook tgHook) (status int, body []byte, after time.Duration, err error) {
	req, err := http.NewRequest("POST", hook.url, bytes.NewReader(up.body))
	if err != nil {
		return 0, nil, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if hook.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", hook.secret)
	}
	at := b.now()
	var answered []byte
	if res, failed := tgClient.Do(req); failed != nil {
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
