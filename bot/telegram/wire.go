package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	// callTime bounds an ordinary call, from dialling to the answer's last byte.
	callTime = 15 * time.Second
	// maxAnswer bounds what is read of an answer: a hundred long updates fit.
	maxAnswer = 16 << 20
)

// reply is what came of one call. err is nil exactly when Telegram said ok.
type reply struct {
	raw     json.RawMessage
	json    bool   // the answer was Telegram's, not a proxy's page
	status  int    // HTTP's; 0 when no answer came
	code    int    // error_code, or status where it was missing
	text    string // Telegram's description, lower case
	retry   time.Duration
	movedTo int64
	date    time.Time
	unsent  bool // certainly never left this machine
	err     error
}

// do makes one call. The module has no notion of a context, so each call gets a
// client of its own that holds one.
func (c *Channel) do(ctx context.Context, limit time.Duration, method string, p tgbotapi.Params, files ...tgbotapi.RequestFile) reply {
	token := c.keys.Load().Token
	x := &exchange{ctx: ctx, client: c.client, limit: limit}
	api := &tgbotapi.BotAPI{Token: token, Client: x}
	api.SetAPIEndpoint(c.endpoint)
	var answer *tgbotapi.APIResponse
	var err error
	if len(files) > 0 {
		answer, err = api.UploadFiles(method, p, files)
	} else {
		answer, err = api.MakeRequest(method, p)
	}
	r := x.reply()
	if x.err != nil {
		r.err = fmt.Errorf("telegram: %s: %w", method, redact(x.err, token))
		return r
	}
	var said *tgbotapi.Error
	if err == nil || errors.As(err, &said) {
		r.read(answer)
	}
	if err != nil || !r.json {
		r.err = fmt.Errorf("telegram: %s: %s", method, redact(errors.New(r.story()), token))
	}
	return r
}

// read takes over what Telegram's JSON says. The module drops the code of a
// failed upload from its error but not from the answer itself.
func (r *reply) read(a *tgbotapi.APIResponse) {
	r.json = a.Ok || a.ErrorCode != 0 || a.Description != ""
	r.raw, r.text = a.Result, strings.ToLower(a.Description)
	if a.ErrorCode != 0 {
		r.code = a.ErrorCode
	}
	if a.Parameters == nil {
		return
	}
	r.movedTo = a.Parameters.MigrateToChatID
	if s := a.Parameters.RetryAfter; s > 0 {
		r.retry = seconds(s)
	}
}

// story tells a failure in words fit for a log: descriptions may quote the
// message, so whatever is quoted is left out.
func (r *reply) story() string {
	if !r.json {
		return fmt.Sprintf("HTTP %d without Telegram's JSON", r.status)
	}
	text := r.text
	if i := strings.IndexAny(text, `"'<`); i >= 0 {
		text = text[:i] + "…"
	}
	return fmt.Sprintf("%d %s", r.code, text)
}

// seconds guards against waits that overflow; an hour is Telegram's own limit
// elsewhere and long enough.
func seconds(s int) time.Duration { return time.Duration(min(max(s, 0), 3600)) * time.Second }

// exchange is the module's HTTP client for one call. It adds the deadline and
// remembers what the module throws away.
type exchange struct {
	ctx    context.Context
	client *http.Client
	limit  time.Duration

	asked, connected atomic.Bool
	status           int
	header           http.Header
	err              error
	unsent           bool
}

// Do sends the request and reads its answer to the end, within the deadline.
func (x *exchange) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(x.ctx, x.limit)
	defer cancel()
	if x.err = ctx.Err(); x.err != nil {
		x.unsent = true
		req.Body.Close() // or an upload's writer waits for ever
		return nil, x.err
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { x.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { x.connected.Store(true) },
	})
	resp, err := x.client.Do(req.WithContext(ctx))
	if err != nil {
		x.err, x.unsent = err, x.neverLeft(err)
		return nil, err
	}
	defer resp.Body.Close()
	x.status, x.header = resp.StatusCode, resp.Header
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		x.err = err
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// neverLeft says that no connection was had, so that the call is safe to
// repeat. Once there was one, nobody can tell how far the bytes came.
func (x *exchange) neverLeft(err error) bool {
	var op *net.OpError
	dial := errors.As(err, &op) && op.Op == "dial"
	return dial || x.asked.Load() && !x.connected.Load()
}

// reply starts a reply with what HTTP itself tells.
func (x *exchange) reply() reply {
	r := reply{status: x.status, code: x.status, unsent: x.unsent}
	if x.header == nil {
		return r
	}
	r.date, _ = http.ParseTime(x.header.Get("Date"))
	if s, err := strconv.Atoi(x.header.Get("Retry-After")); err == nil {
		r.retry = seconds(s)
	}
	return r
}

// hidden is an error whose text is free of the token. It unwraps only to the
// two errors of contexts: everything else might hold the address.
type hidden struct {
	text  string
	cause error
}

func (h *hidden) Error() string { return h.text }
func (h *hidden) Unwrap() error { return h.cause }

// redact takes address and token out of an error, whatever its depth.
func redact(err error, token string) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	_, secret, _ := strings.Cut(token, ":")
	h := &hidden{text: strings.ReplaceAll(err.Error(), secret, "…")}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			h.cause = known
		}
	}
	return h
}
