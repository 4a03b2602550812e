package sim

import (
	"net"
	"net/url"
	"time"
)

func durationSeconds(n int) time.Duration { return time.Duration(n) * time.Second }

func (c *lineCall) getWebhook() lineAnswer {
	if c.ch.cfg.Webhook == "" {
		return lineRefuse(404, "No webhook endpoint is set")
	}
	return lineOK(map[string]any{"endpoint": c.ch.cfg.Webhook, "active": c.ch.active})
}

// putWebhook sets the address. LINE wants https; this simulator also takes
// http on loopback, where bots under test live.
func (c *lineCall) putWebhook() lineAnswer {
	body, bad := c.json()
	if bad != nil {
		return *bad
	}
	ck := &lineCheck{}
	o := ck.root(body)
	endpoint := o.str("endpoint", true, 1, 500)
	if bad := ck.refusal(o); bad != nil {
		return *bad
	}
	if !webhookAllowed(endpoint) {
		return lineRefuse(400, "Invalid webhook endpoint URL")
	}
	c.ch.cfg.Webhook = endpoint
	return lineOK(map[string]any{})
}

// webhookAllowed is the address check of the console and the API.
func webhookAllowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// testWebhook sends an empty delivery and tells how it went.
func (c *lineCall) testWebhook() lineAnswer {
	endpoint := ""
	if len(c.body) > 0 {
		body, bad := c.json()
		if bad != nil {
			return *bad
		}
		ck := &lineCheck{}
		o := ck.root(body)
		endpoint = o.str("endpoint", false, 1, 500)
		if bad := ck.refusal(o); bad != nil {
			return *bad
		}
	}
	c.l.sim.mu.Lock()
	cfg, envelope := c.ch.cfg, c.ch.envelope(nil, false)
	c.l.sim.mu.Unlock()
	if endpoint == "" {
		endpoint = cfg.Webhook
	}
	if !webhookAllowed(endpoint) {
		return lineRefuse(400, "Invalid webhook endpoint URL")
	}
	d := c.l.post(endpoint, cfg, envelope)
	reason, detail := lineWebhookStatus(d)
	return lineOK(map[string]any{
		"success": d.Failure == "", "timestamp": d.At.UTC().Format("2006-01-02T15:04:05.000Z"),
		"statusCode": d.Status, "reason": reason, "detail": detail,
	})
}

// SetWebhookActive is the console's "use webhook" switch.
func (ch *LineChannel) SetWebhookActive(on bool) {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	ch.active = on
}
