package sim

import (
	"net"
	"net/url"
	"regexp"
	"slices"
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
