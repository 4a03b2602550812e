package line

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
)

// errNotJSON reports a 2xx whose body was not what LINE answers.
var errNotJSON = errors.New("the answer cannot be read")

// answer is what came back from one request to LINE, as far as anything did.
// It is an error that holds no body, no token and no id.
type answer struct {
	op         string
	status     int // 0: no answer came
	message    string
	property   string // the first place that LINE found fault with, as "messages[0].text"
	ids        []string
	date       time.Time
	retryAfter time.Duration
	err        error // of the transport, or errNotJSON

	noToken   bool        // it was the answer to asking for a token; the request itself was never made
	connected atomic.Bool // a connection was at hand, so the request may have gone out
}

// trace makes requests under ctx note in a that they had a connection. Without
// one, nothing can have reached LINE.
func (a *answer) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { a.connected.Store(true) },
	})
}

// read takes over what one of the module's …WithHttpInfo methods returned. Its
// error text is not kept: it quotes LINE's whole answer.
func (a *answer) read(res *http.Response, err error) {
	if res == nil {
		a.err = err
		if err == nil {
			a.err = errNotJSON
		}
		return
	}
	a.status = res.StatusCode
	a.date, _ = http.ParseTime(res.Header.Get("Date"))
	if s, e := strconv.Atoi(res.Header.Get("Retry-After")); e == nil && s > 0 {
		a.retryAfter = min(time.Duration(s)*time.Second, time.Hour)
	}
	switch {
	case a.status/100 == 2 && err != nil:
		a.err = errNotJSON
	case a.status/100 != 2:
		a.readError(res.Body)
	}
}

func (a *answer) readError(body io.Reader) {
	var e messaging_api.ErrorResponse
	raw, _ := io.ReadAll(io.LimitReader(body, 1<<20))
	if json.Unmarshal(raw, &e) != nil {
		return
	}
	a.message = e.Message
	if len(e.Details) > 0 && propertyForm.MatchString(e.Details[0].Property) {
		a.property = e.Details[0].Property
	}
	for _, m := range e.SentMessages {
		a.ids = append(a.ids, m.Id)
	}
}

var propertyForm = regexp.MustCompile(`^[A-Za-z0-9_\[\]./-]{1,120}$`)

func (a *answer) ok() bool { return a.status/100 == 2 && a.err == nil }

// LINE's texts for what one status means in several ways (LINE docs,
// #error-messages).
const (
	textBadToken = "Invalid reply token"
	textNoSend   = "Failed to send messages"
	textMonthly  = "monthly limit"
)

// Error tells the request, the status, and of LINE's words those only that
// cannot quote anybody.
func (a *answer) Error() string {
	b := "line: " + a.op
	if a.status != 0 {
		b += fmt.Sprintf(": status %d", a.status)
	}
	for _, known := range []string{textBadToken, textNoSend, textMonthly, "rate limit", "retry key", "Authentication failed", "may not"} {
		if strings.Contains(a.message, known) {
			b += " (" + known + ")"
		}
	}
	if a.property != "" {
		b += " at " + a.property
	}
	if a.err != nil {
		b += ": " + transport(a.err)
	}
	return b
}

// transport names what went wrong below HTTP. Errors of net/http may quote
// what a server sent, so only those of known form are told in full.
func transport(err error) string {
	var op *net.OpError
	var wait interface{ Timeout() bool }
	switch {
	case errors.Is(err, errNotJSON):
		return errNotJSON.Error()
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.As(err, &wait) && wait.Timeout():
		return "timed out"
	case errors.As(err, &op):
		return op.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	}
	return "connection failed"
}

// fault is a as an error, or nil if all went well.
func (a *answer) fault() error {
	if a.ok() {
		return nil
	}
	return a
}

// call makes one request with a token that is still good, and makes it once
// more with a new token when LINE refuses that one: a 401 has had no effect.
func call[T any](ctx context.Context, c *Channel, op string, f func(*messaging_api.MessagingApiAPI) (*http.Response, T, error)) (T, *answer) {
	return authorised(ctx, c, op, func(ctx context.Context, token string) (*http.Response, T, error) {
		// The struct is made anew for each call: WithContext writes to it.
		api, err := messaging_api.NewMessagingApiAPI(token,
			messaging_api.WithEndpoint(c.apiBase), messaging_api.WithHTTPClient(c.http))
		if err != nil {
			var none T
			return nil, none, err
		}
		return f(api.WithContext(ctx))
	})
}

// callBlob is call for the host that takes pictures.
func callBlob[T any](ctx context.Context, c *Channel, op string, f func(*messaging_api.MessagingApiBlobAPI) (*http.Response, T, error)) (T, *answer) {
	return authorised(ctx, c, op, func(ctx context.Context, token string) (*http.Response, T, error) {
		api, err := messaging_api.NewMessagingApiBlobAPI(token,
			messaging_api.WithBlobEndpoint(c.dataBase), messaging_api.WithBlobHTTPClient(c.http))
		if err != nil {
			var none T
			return nil, none, err
		}
		return f(api.WithContext(ctx))
	})
}

func authorised[T any](ctx context.Context, c *Channel, op string, f func(context.Context, string) (*http.Response, T, error)) (T, *answer) {
	var refused string
	for {
		var got T
		token, bad := c.tokens.get(ctx, refused)
		if bad != nil {
			bad.op, bad.noToken = op+": token", true
			return got, bad
		}
		a := &answer{op: op}
		res, got, err := f(a.trace(ctx), token)
		a.read(res, err)
		if a.status != http.StatusUnauthorized || refused != "" || !c.tokens.renewable() {
			return got, a
		}
		refused = token
	}
}
