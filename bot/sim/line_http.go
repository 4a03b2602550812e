package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// lineAnswer is what LINE answers to one call.
type lineAnswer struct {
	status int
	header map[string]string
	kind   string // content type; JSON when empty
	body   []byte
	billed int // messages counted against the quota
}

// lineDetail is one entry of an error's "details".
type lineDetail struct {
	Message  string `json:"message"`
	Property string `json:"property,omitempty"`
}

func lineOK(v any) lineAnswer { return lineJSON(http.StatusOK, v) }

// lineJSON does not escape <, > and &, as LINE does not.
func lineJSON(status int, v any) lineAnswer {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // only maps and structs of this package come here
	}
	return lineAnswer{status: status, body: bytes.TrimSpace(b.Bytes())}
}

// lineRefuse is an error in LINE's form {"message", "details"}.
func lineRefuse(status int, message string, details ...lineDetail) lineAnswer {
	return lineJSON(status, struct {
		Message string       `json:"message"`
		Details []lineDetail `json:"details,omitempty"`
	}{message, details})
}

// lineCall is one call by the bot, its body read.
type lineCall struct {
	ch   *LineChannel // nil before authentication
	l    *lineServer
	r    *http.Request
	id   string // X-Line-Request-Id
	body []byte
	now  time.Time
	lost bool // the answer will not reach the bot whole
}

// lineEndpoint answers a call with Sim.mu held, unless its route says free.
type lineEndpoint func(c *lineCall) lineAnswer

// lineRoute is one endpoint. open ones need no access token; free ones lock
// for themselves, because they talk to the bot while they answer.
type lineRoute struct {
	pattern    string
	serve      lineEndpoint
	open, free bool
}

// mount registers routes on a new mux whose rest is 404.
func (l *lineServer) mount(routes []lineRoute) *http.ServeMux {
	mux := http.NewServeMux()
	for _, rt := range routes {
		mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) { l.handle(w, r, rt) })
	}
	rest := lineRoute{pattern: "/", serve: func(*lineCall) lineAnswer { return lineRefuse(404, "Not found") }, open: true}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { l.handle(w, r, rest) })
	return mux
}

const (
	lineBodyLimit    = 2 << 20 // DOC #status-codes: 413 over 2 MB
	lineRateLimited  = "The API rate limit has been exceeded. Try again later."
	lineQuotaReached = "You have reached your monthly limit."
	lineFailedToSend = "Failed to send messages"
	lineNotFound     = "Not found"
)

// handle is the way of every call: read, strike, authenticate, count, answer,
// write down.
func (l *lineServer) handle(w http.ResponseWriter, r *http.Request, rt lineRoute) {
	body, err := io.ReadAll(io.LimitReader(r.Body, lineBodyLimit+1))
	if err != nil {
		return
	}
	c := &lineCall{l: l, r: r, id: lineUUID(), body: body, now: l.sim.Clock.Now()}
	rule, hit := l.sim.Faults.strike("line", r.URL.Path)
	if hit && rule.Fault == Delay {
		select {
		case <-l.sim.Clock.After(rule.By):
		case <-r.Context().Done():
		case <-l.closing:
		}
		c.now = l.sim.Clock.Now()
	}
	c.lost = hit && (rule.Fault == DropAnswer || rule.Fault == Empty) || r.Context().Err() != nil
	a, done := lineAnswer{}, false
	if hit {
		a, done = lineStruck(rule)
	}
	if !done {
		a = l.answer(c, rt)
	}
	l.record(c, a, rule)
	l.write(w, c, a, rule)
}

// lineStruck is the answer of a fault that comes instead of the effect.
func lineStruck(rule Rule) (a lineAnswer, instead bool) {
	switch rule.Fault {
	case RateLimit:
		return lineRefuse(429, lineRateLimited), true
	case QuotaUsed:
		return lineRefuse(429, lineQuotaReached), true
	case ServerErr:
		return lineRefuse(500, "Internal Server Error"), true
	case Garbage:
		return lineAnswer{status: 502, kind: "text/html", body: []byte("<html><body><h1>502 Bad Gateway</h1></body></html>")}, true
	case Reset:
		return lineAnswer{}, true
	}
	return lineAnswer{}, false
}

// answer checks what is common to all endpoints and asks the one.
func (l *lineServer) answer(c *lineCall, rt lineRoute) lineAnswer {
	l.sim.mu.Lock()
	unlock := true
	defer func() {
		if unlock {
			l.sim.mu.Unlock()
		}
	}()
	if !rt.open {
		if bad := l.authenticate(c); bad != nil {
			return *bad
		}
		if !c.ch.admit(rt.pattern, c.now) {
			return lineRefuse(429, lineRateLimited)
		}
	}
	if len(c.body) > lineBodyLimit {
		return lineRefuse(413, "Request body is too large")
	}
	if rt.free {
		unlock = false
		l.sim.mu.Unlock()
		return rt.serve(c)
	}
	a := rt.serve(c)
	l.sim.notify()
	return a
}

// authenticate finds the channel by its access token.
func (l *lineServer) authenticate(c *lineCall) *lineAnswer {
	token, bearer := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	t := l.tokens[token]
	why := ""
	switch {
	case !bearer || token == "":
		why = "missing token. Confirm that the access token is in the authorization header."
	case t == nil, !t.expires.IsZero() && !c.now.Before(t.expires):
		why = "invalid token. Confirm that the access token in the authorization header is valid."
	default:
		c.ch = t.ch
		return nil
	}
	a := lineRefuse(401, "Authentication failed due to the following reason: "+why)
	return &a
}

// write sends the answer, or cuts the line as the fault says.
func (l *lineServer) write(w http.ResponseWriter, c *lineCall, a lineAnswer, rule Rule) {
	if rule.Fault == DropAnswer || rule.Fault == Reset {
		cutLine(w, rule.Fault == Reset)
		return
	}
	h := w.Header()
	h.Set("Date", c.now.UTC().Format(http.TimeFormat))
	h.Set("X-Line-Request-Id", c.id)
	h.Set("Content-Type", "application/json")
	if a.kind != "" {
		h.Set("Content-Type", a.kind)
	}
	for k, v := range a.header {
		h.Set(k, v)
	}
	if rule.Fault == Empty {
		a.body = nil
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	w.Write(a.body)
}

// cutLine closes the connection without an answer; hard, with a TCP reset.
func cutLine(w http.ResponseWriter, hard bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok && hard {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// record writes the call down on the wire log.
func (l *lineServer) record(c *lineCall, a lineAnswer, rule Rule) {
	name := ""
	if c.ch != nil {
		name = c.ch.cfg.ID
	}
	l.sim.Wire.Add(Call{
		At: c.now, Platform: "line", Channel: name, Method: c.r.Method, Path: c.r.URL.RequestURI(),
		Headers: flatHeaders(c.r.Header), Body: c.body, Status: a.status, Answer: a.body,
		Fault: string(rule.Fault), Billed: a.billed,
	})
}

// flatHeaders are headers as the wire log keeps them.
func flatHeaders(h http.Header) map[string]string {
	out := map[string]string{}
	for k, v := range h {
		out[http.CanonicalHeaderKey(k)] = strings.Join(v, ", ")
	}
	return out
}

// json decodes the body, or gives LINE's complaint about it.
func (c *lineCall) json() (map[string]any, *lineAnswer) {
	if kind := c.r.Header.Get("Content-Type"); kind != "" && !strings.HasPrefix(kind, "application/json") {
		a := lineRefuse(415, "Unsupported media type: '"+kind+"'")
		return nil, &a
	}
	var v any
	err := json.Unmarshal(c.body, &v)
	m, object := v.(map[string]any)
	if err == nil && object {
		return m, nil
	}
	at := len(c.body)
	if e, ok := err.(*json.SyntaxError); ok {
		at = int(e.Offset)
	}
	read := c.body[:min(at, len(c.body))]
	line := bytes.Count(read, []byte("\n")) + 1
	column := len(read) - (bytes.LastIndexByte(read, '\n') + 1)
	a := lineRefuse(400, fmt.Sprintf("The request body could not be parsed as JSON (line: %d, column: %d)", line, column))
	return nil, &a
}

// lineUUID is a request id.
func lineUUID() string {
	h := randomHex(16)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
