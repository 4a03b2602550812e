package api

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Problem is an answer that is none, as RFC 9457 has it. Type and Title never
// change for the same problem; Detail is a sentence for people.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Ref is the id of the request, which the shop's log has too.
	Ref   string `json:"ref"`
	Field string `json:"field,omitempty"` // of the request, that is wrong
	Scope Scope  `json:"scope,omitempty"` // that the key lacks
	// Need and Have are of points that are short, Left of money that can still
	// come back, Of the reference of what was done before.
	Need loyalty.Points `json:"need,omitempty"`
	Have loyalty.Points `json:"have,omitempty"`
	Left loyalty.Money  `json:"left,omitempty"`
	Of   loyalty.Ref    `json:"of,omitempty"`
	Slug string         `json:"-"`
	wait time.Duration
}

// typeBase begins the type of every problem. It is a name and no address: it
// stays the same wherever the shop's program moves.
const typeBase = "urn:regulars:problem:"

// final says whether a problem is an answer to the act itself, which stays.
// Others are about who asks, about the request's form, or about our own trouble.
func (p *Problem) final() bool {
	return p.Status == http.StatusUnprocessableEntity || p.Status == http.StatusNotFound || p.Status == http.StatusGone
}

// failure is a problem of this room's own, before it is put into words.
type failure struct {
	status int
	slug   string
	key    i18n.Key
	field  string
}

func (f *failure) Error() string { return "api: " + f.slug }

// Failures without particulars.
var (
	errNoKey      = &failure{status: http.StatusUnauthorized, slug: "unknown-key", key: i18n.ApiKey}
	errOtherStore = &failure{status: http.StatusForbidden, slug: "other-store", key: i18n.ApiStore}
	errClosed     = &failure{status: http.StatusForbidden, slug: "store-closed", key: i18n.ApiClosed}
	errPath       = &failure{status: http.StatusNotFound, slug: "no-such-address", key: i18n.ApiNone}
	errMethod     = &failure{status: http.StatusMethodNotAllowed, slug: "no-such-method", key: i18n.ApiNone}
	errNoOp       = &failure{status: http.StatusBadRequest, slug: "idempotency-key-missing", key: i18n.ApiOp, field: opHeader}
	errClash      = &failure{status: http.StatusConflict, slug: "idempotency-conflict", key: i18n.ApiClash}
	errErased     = &failure{status: http.StatusGone, slug: "member-erased", key: i18n.ApiErased}
	errNoMember   = &failure{status: http.StatusNotFound, slug: "unknown-member", key: i18n.WhoNotMember}
	errLarge      = &failure{status: http.StatusRequestEntityTooLarge, slug: "too-large", key: i18n.ApiForm, field: "body"}
	errType       = &failure{status: http.StatusUnsupportedMediaType, slug: "not-json", key: i18n.ApiForm, field: "Content-Type"}
	errLate       = &failure{status: http.StatusUnprocessableEntity, slug: "too-late", key: i18n.CounterLate}
	errShowCard   = &failure{status: http.StatusUnprocessableEntity, slug: "card-needed", key: i18n.ApiShowCard}
	errWording    = &failure{status: http.StatusUnprocessableEntity, slug: "other-wording", key: i18n.ApiWording}
	errBusy       = &failure{status: http.StatusServiceUnavailable, slug: "busy", key: i18n.CounterFailed}
)

// badField refuses what does not fit the document.
func badField(name string) error {
	return &failure{status: http.StatusBadRequest, slug: "invalid", key: i18n.ApiForm, field: name}
}

// scopeMissing refuses what the key was not made for.
type scopeMissing struct{ scope Scope }

func (e *scopeMissing) Error() string { return "api: the key lacks " + string(e.scope) }

// tooMany refuses a request for a while.
type tooMany struct{ wait time.Duration }

func (e *tooMany) Error() string { return "api: too many requests" }

// problem puts an error into words; nil for none, and for one that is our own
// trouble.
func (s *Server) problem(q *request, err error) *Problem {
	if err == nil {
		return nil
	}
	var (
		own      *failure
		scope    *scopeMissing
		many     *tooMany
		conflict *loyalty.ConflictError
		no       *bot.Refusal
	)
	switch {
	case errors.As(err, &own):
		return s.own(q, own)
	case errors.As(err, &scope):
		p := q.made("scope-missing", http.StatusForbidden, i18n.T(i18n.ApiScope, "Scope", string(scope.scope)))
		p.Scope = scope.scope
		return p
	case errors.As(err, &many):
		p := q.made("too-many-requests", http.StatusTooManyRequests, i18n.T(i18n.ApiRate))
		p.wait = many.wait
		return p
	case errors.As(err, &conflict):
		return s.own(q, errClash)
	case errors.Is(err, people.ErrErased):
		return s.own(q, errErased)
	case errors.Is(err, store.ErrBusy), errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrClosed),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return s.own(q, errBusy)
	}
	if !errors.As(err, &no) {
		no = s.Shop.Words(err)
	}
	if no == nil {
		return nil
	}
	return s.refusal(q, no, err)
}

func (s *Server) own(q *request, f *failure) *Problem {
	text := i18n.T(f.key)
	if f.field != "" {
		text = i18n.T(f.key, "Field", f.field)
	}
	p := q.made(f.slug, f.status, text)
	if p.Field = f.field; f == errBusy {
		p.wait = time.Second
	}
	return p
}

// made is a problem in the caller's language.
func (q *request) made(slug string, status int, text i18n.Text) *Problem {
	return &Problem{
		Type: typeBase + slug, Title: titles[slug], Status: status, Detail: q.printer.Print(text), Ref: q.ref, Slug: slug,
	}
}

// refusal is what the rules say, with the numbers that a program wants.
func (s *Server) refusal(q *request, no *bot.Refusal, err error) *Problem {
	slug, ok := slugs[no.Text.Key]
	if !ok {
		slug = "refused"
	}
	p := q.made(slug, http.StatusUnprocessableEntity, no.Text)
	var (
		short     *loyalty.ShortError
		excess    *loyalty.ExcessError
		twice     *loyalty.DuplicateError
		throttled *people.ThrottledError
	)
	switch {
	case errors.As(err, &throttled):
		p.Status, p.wait = http.StatusTooManyRequests, throttled.Until.Sub(q.now)
	case errors.As(err, &short):
		p.Need, p.Have = short.Need, short.Have
	case errors.As(err, &excess):
		p.Left = excess.Left
	case errors.As(err, &twice):
		p.Of = twice.Ref
	case slug == "unknown-member", slug == "unknown-reference":
		p.Status = http.StatusNotFound
	}
	return p
}

// answer sends an answer, or why there is none.
func (s *Server) answer(q *request, answer any, err error) {
	if err == nil {
		s.send(q, http.StatusOK, answer)
		return
	}
	p := s.problem(q, err)
	if p == nil {
		s.Shop.Log.Error("the API's request failed", "route", q.r.Pattern, "key", q.key, "ref", q.ref, "error", err)
		p = q.made("failed", http.StatusInternalServerError, i18n.T(i18n.ConsoleAccident, "Ref", q.ref))
	}
	if p.Status == http.StatusUnauthorized {
		q.w.Header().Set("WWW-Authenticate", `Bearer realm="`+Base+`"`)
	}
	if p.wait > 0 {
		q.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(p.wait.Seconds()))))
	}
	s.send(q, p.Status, p)
}

// send writes an answer of any status.
func (s *Server) send(q *request, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		s.Shop.Log.Error("the API's answer cannot be written", "route", q.r.Pattern, "ref", q.ref, "error", err)
		status, raw = http.StatusInternalServerError, []byte(`{"type":"`+typeBase+`failed","title":"","status":500,"detail":"","ref":""}`)
	}
	if status >= 400 {
		q.w.Header().Set("Content-Type", "application/problem+json")
	}
	q.w.WriteHeader(status)
	if q.r.Method != http.MethodHead {
		q.w.Write(append(raw, '\n')) // who has hung up hears nothing
	}
}

// refForm is what is believed to be a request's id.
var refForm = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// refOf is the request's id, as the program's front door gave it; one of our own
// where there is none.
func refOf(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); refForm.MatchString(id) {
		return id
	}
	return newRef()
}
