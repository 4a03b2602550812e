// Package sms lets the outbox send text messages through a gateway of the shop's
// own choice. What gateways have in common is one HTTP request a message, so
// the request is configured: its address, method, headers and body, with places
// for the number and the text. Package bot's letters go out through it as
// through any platform; the number stands in the place of the chat's id, so that
// it is sealed in every row and hashed in every key.
//
// The package owns no rows.
package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"regulars/bot"
)

// Platform is the kind of a channel of text messages.
const Platform bot.Platform = "sms"

// Config is how a gateway is spoken to. URL, Body and Headers may hold {to}, the
// number as in +886912345678, {digits}, the same without the +, and {text}. Each
// is written as its place demands: escaped in the URL, in a form and in JSON.
type Config struct {
	URL         string   // https, or http on this machine
	Method      string   // POST where empty
	Body        string   // sent as it is where ContentType is neither JSON nor a form
	ContentType string   // application/json where empty
	Headers     []string // "Name: value"; {secret} stands for Secret
	Secret      string   // also for {secret} in URL and Body
	// Accepted is a text that the answer must contain, for gateways that say no
	// with a 200; "" asks for the status only.
	Accepted string
}

// Gateway sends messages. It is safe for use by many goroutines.
type Gateway struct {
	cfg     Config
	headers http.Header
	client  *http.Client
}

// callWithin bounds one request; a code that comes later than this is asked for
// anew.
const callWithin = 15 * time.Second

// maxAnswer is how much of an answer is read.
const maxAnswer = 64 << 10

// New checks cfg: an address, a place for the number and one for the text,
// headers of the form "Name: value".
func New(cfg Config) (*Gateway, error) {
	if cfg.Method == "" {
		cfg.Method = http.MethodPost
	}
	if cfg.ContentType == "" {
		cfg.ContentType = "application/json"
	}
	g := &Gateway{cfg: cfg, headers: http.Header{}}
	u, err := url.Parse(g.fill(cfg.URL, "+10000000000", "x", url.QueryEscape))
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, errors.New("sms: url must be an https address; numbers and codes go there")
	}
	all := cfg.URL + cfg.Body
	if !strings.Contains(all, "{text}") || !strings.Contains(all, "{to}") && !strings.Contains(all, "{digits}") {
		return nil, errors.New("sms: url or body must have places for {to} (or {digits}) and {text}")
	}
	for _, line := range cfg.Headers {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" || strings.ContainsAny(line, "\r\n") {
			return nil, errors.New(`sms: a header is written "Name: value"`)
		}
		g.headers.Add(strings.TrimSpace(name), strings.ReplaceAll(strings.TrimSpace(value), "{secret}", cfg.Secret))
	}
	if cfg.Body != "" {
		g.headers.Set("Content-Type", cfg.ContentType)
	}
	g.client = &http.Client{
		Timeout: callWithin,
		// A redirect would carry number, text and secret to somebody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return g, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Platform implements outbox.Channel.
func (*Gateway) Platform() bot.Platform { return Platform }

// Wait implements bot.Sender; nobody sees a text message being typed.
func (*Gateway) Wait(context.Context, bot.Address) {}

// message is a Call's body; the outbox keeps it sealed.
type message struct {
	To   string `json:"to"` // E.164
	Text string `json:"text"`
}

// Encode makes a request of each message of a letter. A letter to nobody makes
// none and counts as delivered: who asks for a code to a number that no card has
// costs the same work as everybody else, and no message.
func (*Gateway) Encode(l bot.Letter, _ bool) ([]bot.Call, error) {
	if l.To.ID == "" {
		return nil, nil
	}
	var calls []bot.Call
	for _, m := range l.Messages {
		body, err := json.Marshal(message{string(l.To.ID), m.Text})
		if err != nil {
			return nil, err
		}
		calls = append(calls, bot.Call{Method: "send", Body: body, Cost: 1})
	}
	return calls, nil
}

// Send makes the request. Its result tells nothing of the number, the text or
// the gateway's own words, which may quote them.
func (g *Gateway) Send(ctx context.Context, c bot.Call, _ string) bot.Result {
	var m message
	if err := json.Unmarshal(c.Body, &m); err != nil {
		return bot.Result{Outcome: bot.Rejected, Err: errors.New("sms: a message that cannot be read")}
	}
	req, err := g.request(ctx, m)
	if err != nil {
		return bot.Result{Outcome: bot.Rejected, Err: errors.New("sms: the configured request cannot be made; see [sms] in the configuration")}
	}
	res, err := g.client.Do(req)
	if err != nil {
		return failed(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	return g.read(res, answer, err)
}

func (g *Gateway) request(ctx context.Context, m message) (*http.Request, error) {
	var body io.Reader
	if g.cfg.Body != "" {
		body = strings.NewReader(g.fill(g.cfg.Body, m.To, m.Text, g.escape()))
	}
	req, err := http.NewRequestWithContext(ctx, g.cfg.Method, g.fill(g.cfg.URL, m.To, m.Text, url.QueryEscape), body)
	if err != nil {
		return nil, err
	}
	req.Header = g.headers.Clone()
	return req, nil
}

// escape is how a value is written in the body.
func (g *Gateway) escape() func(string) string {
	switch kind, _, _ := strings.Cut(g.cfg.ContentType, ";"); strings.ToLower(strings.TrimSpace(kind)) {
	case "application/json":
		return inJSON
	case "application/x-www-form-urlencoded":
		return url.QueryEscape
	}
	return func(s string) string { return s }
}

// inJSON is s as it stands between the quotes of a JSON text.
func inJSON(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(s) // a string cannot fail
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

// fill puts the values into a template's places in one go: what a value holds is
// never taken for a place.
func (g *Gateway) fill(template, to, text string, escape func(string) string) string {
	return strings.NewReplacer(
		"{to}", escape(to), "{digits}", escape(strings.TrimPrefix(to, "+")), "{text}", escape(text), "{secret}", escape(g.cfg.Secret),
	).Replace(template)
}

// failed is a request without an answer. Only one that certainly never left is
// safe to repeat: another message costs money.
func failed(err error) bot.Result {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // the address holds the number where the gateway wants it there
	}
	var dns *net.DNSError
	if errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &dns) {
		return bot.Result{Outcome: bot.NotSent, Err: errors.New("sms: the gateway cannot be reached")}
	}
	return bot.Result{Outcome: bot.Unknown, Err: errors.New("sms: the gateway did not answer")}
}

// read is what an answer means.
func (g *Gateway) read(res *http.Response, answer []byte, err error) bot.Result {
	status := fmt.Errorf("sms: the gateway answered %d", res.StatusCode)
	switch {
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Retry-After") != "":
		return bot.Result{Outcome: bot.NotSent, RetryAfter: retryAfter(res.Header), Err: status}
	case res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden:
		return bot.Result{Outcome: bot.Unauthorised, Err: status}
	case res.StatusCode >= 500 || err != nil:
		return bot.Result{Outcome: bot.Unknown, Err: status}
	case res.StatusCode >= 300:
		return bot.Result{Outcome: bot.Rejected, Err: status}
	case g.cfg.Accepted != "" && !bytes.Contains(answer, []byte(g.cfg.Accepted)):
		return bot.Result{Outcome: bot.Rejected, Err: errors.New("sms: the gateway's answer has not the text that means yes; see accepted in [sms]")}
	}
	return bot.Result{Outcome: bot.Delivered}
}

// retryAfter is how long a gateway asks to wait: seconds, at most a minute, for
// the code lives no longer than five.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n <= 0 {
		n = 5
	}
	return min(time.Duration(n)*time.Second, time.Minute)
}
