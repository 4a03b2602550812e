package sim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Delivery is one webhook POST and what became of it.
type Delivery struct {
	At         time.Time
	Events     int    // how many it carried; 0 is the console's verification
	Redelivery bool   // deliveryContext.isRedelivery
	Status     int    // the bot's answer; 0 when there was none
	Failure    string // "", could_not_connect, request_timeout, error_status_code, unclassified
	Body       []byte // as it went out
}

// send delivers events in one POST, or keeps them when the channel is held.
// Sim.mu is not held.
func (ch *LineChannel) send(events ...*lineEvent) {
	ch.sim.mu.Lock()
	held := ch.held
	if held != nil {
		held.events = append(held.events, events...)
	}
	async := ch.async
	ch.sim.mu.Unlock()
	switch {
	case held != nil:
	case async:
		ch.server.background(func() { ch.deliver(events, false) })
	default:
		ch.deliver(events, false)
	}
}

// Async makes everything that people do return at once, its webhook being
// delivered meanwhile, in no certain order; or waits again.
func (ch *LineChannel) Async(on bool) {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	ch.async = on
}

// SetRedelivery is the console's redelivery switch; see LineConfig for after.
func (ch *LineChannel) SetRedelivery(on bool, after time.Duration) {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	ch.cfg.Redelivery, ch.cfg.RedeliverAfter = on, after
}

// deliver posts events to the bot and keeps what failed for redelivery.
func (ch *LineChannel) deliver(events []*lineEvent, again bool) Delivery {
	ch.sim.mu.Lock()
	cfg, active := ch.cfg, ch.active && ch.cfg.Webhook != ""
	body := ch.envelope(events, again)
	ch.sim.mu.Unlock()
	if !active {
		return Delivery{}
	}
	d := ch.server.post(cfg.Webhook, cfg, body)
	d.Events, d.Redelivery = len(events), again

	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	ch.deliveries = append(ch.deliveries, d)
	if d.Failure != "" {
		ch.errors[d.Failure]++
		if cfg.Redelivery {
			ch.failed = append(ch.failed, events)
			if len(events) > 0 && events[0].tries < redeliverLimit {
				ch.redeliverLater()
			}
		}
	}
	ch.sim.notify()
	return d
}

// envelope is the webhook's body; it starts the reply tokens' minute.
func (ch *LineChannel) envelope(events []*lineEvent, again bool) []byte {
	now, list := ch.sim.Clock.Now(), []map[string]any{}
	for _, e := range events {
		e.tries++
		body := e.body
		if again {
			body = map[string]any{}
			for k, v := range e.body {
				body[k] = v
			}
			body["deliveryContext"] = map[string]any{"isRedelivery": true}
		}
		if e.token != nil {
			e.token.deadline = now.Add(replyTokenLife)
			if last := e.token.born.Add(replyTokenLimit); e.token.deadline.After(last) {
				e.token.deadline = last
			}
		}
		list = append(list, body)
	}
	b, err := json.Marshal(map[string]any{"destination": ch.userID, "events": list})
	if err != nil {
		panic(err) // events are made of strings, numbers and maps here
	}
	return b
}

// post signs and sends one body, and waits for as long as LINE would.
func (l *lineServer) post(url string, cfg LineConfig, body []byte) Delivery {
	d := Delivery{At: l.sim.Clock.Now(), Body: body}
	ctx, cancel := context.WithTimeout(context.Background(), cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", l.sim.local(url), bytes.NewReader(body))
	if err != nil {
		d.Failure = "could_not_connect"
		return d
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "LineBotWebhook/2.0")
	// In small letters, as LINE may: receivers must not mind (DOC).
	req.Header["x-line-signature"] = []string{LineSignature(cfg.Secret, body)}
	var answer []byte
	resp, err := l.client.Do(req)
	if err == nil {
		answer, err = io.ReadAll(io.LimitReader(resp.Body, 1<<16))
		resp.Body.Close()
		d.Status = resp.StatusCode
	}
	d.Failure = webhookFailure(d.Status, err)
	l.sim.Wire.Add(Call{
		At: d.At, Platform: "line", Channel: cfg.ID, ToBot: true, Method: "POST", Path: req.URL.RequestURI(),
		Headers: flatHeaders(req.Header), Body: body, Status: d.Status, Answer: answer, Fault: d.Failure,
	})
	return d
}

// webhookFailure is the reason as LINE's webhook error statistics call it
// (DOC check-webhook-error-statistics); empty for a 2xx.
func webhookFailure(status int, err error) string {
	var netErr net.Error
	var opErr *net.OpError
	switch {
	case err == nil && status/100 == 2:
		return ""
	case err == nil:
		return "error_status_code"
	case errors.As(err, &netErr) && netErr.Timeout():
		return "request_timeout"
	case errors.As(err, &opErr) && opErr.Op == "dial":
		return "could_not_connect"
	}
	return "unclassified"
}

// LineSignature is what x-line-signature must be: base64 of the HMAC-SHA256
// of the raw body under the channel secret. DOC #signature-validation.
func LineSignature(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Verify sends the console's connectivity check, which has no events.
func (ch *LineChannel) Verify() Delivery { return ch.deliver(nil, false) }

// Redeliver sends every failed delivery once more, with the same event ids
// and reply tokens and isRedelivery true. What fails again stays for the next
// time. Without [LineConfig.Redelivery] there is nothing to send.
func (ch *LineChannel) Redeliver() []Delivery {
	ch.sim.mu.Lock()
	failed := ch.failed
	ch.failed = nil
	ch.sim.mu.Unlock()
	var out []Delivery
	for _, events := range failed {
		out = append(out, ch.deliver(events, true))
	}
	return out
}

// redeliverLater does so by itself, if the configuration says when.
// Sim.mu is held.
func (ch *LineChannel) redeliverLater() {
	if ch.cfg.RedeliverAfter <= 0 {
		return
	}
	due := ch.sim.Clock.After(ch.cfg.RedeliverAfter)
	ch.server.background(func() {
		select {
		case <-due:
			ch.Redeliver()
		case <-ch.server.closing:
		}
	})
}

// Repeat sends the last delivery's bytes once more as they were. DOC
// webhook-redelivery: duplicates can happen even without the redelivery flag.
func (ch *LineChannel) Repeat() Delivery {
	ch.sim.mu.Lock()
	cfg := ch.cfg
	var last Delivery
	if n := len(ch.deliveries); n > 0 {
		last = ch.deliveries[n-1]
	}
	ch.sim.mu.Unlock()
	if last.Body == nil {
		return Delivery{}
	}
	d := ch.server.post(cfg.Webhook, cfg, last.Body)
	d.Events = last.Events
	return d
}

// Deliveries are all webhook POSTs so far, oldest first.
func (ch *LineChannel) Deliveries() []Delivery {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	return append([]Delivery(nil), ch.deliveries...)
}

// WebhookErrors counts failed deliveries by reason.
func (ch *LineChannel) WebhookErrors() map[string]int {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	out := map[string]int{}
	for k, n := range ch.errors {
		out[k] = n
	}
	return out
}

// lineWebhookStatus words a status for the endpoint test's answer.
func lineWebhookStatus(d Delivery) (reason, detail string) {
	switch d.Failure {
	case "":
		return "OK", strconv.Itoa(d.Status)
	case "error_status_code":
		return "ERROR_STATUS_CODE", strconv.Itoa(d.Status)
	case "request_timeout":
		return "REQUEST_TIMEOUT", "Request timeout"
	case "could_not_connect":
		return "COULD_NOT_CONNECT", "TLS handshake failure or connection refused"
	}
	return "UNCLASSIFIED", "Unclassified error"
}
