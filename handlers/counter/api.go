package counter

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Counter answers the page on the counter, in JSON, under /counter/api/:
//
//	GET  state     the shop, the device, who works here, the time
//	POST register  a manager's one-time link makes this browser a device of a store
//	POST pin       an employee chooses a PIN, with a code from their own chat
//	POST unlock    an employee begins a session
//	POST lock      and ends it
//	POST find      whom a phone, card, name, code or QR means
//	POST sale, code, use, plan, arrive, undo   acts, see act
//	POST recent    the employee's last five acts
//	POST door      who is expected at the events of today
//
// The device is known by a cookie that scripts cannot read, the employee by the
// PIN that began the session; role and store are those of this moment, and
// nothing that a body says of them is believed (design, law 3). Members and
// vouchers go out as sealed handles that are good on this device for a day.
type Counter struct {
	Shop   *shop.Shop
	DB     store.DB
	Outbox bot.Outbox
}

// acts are what an employee does that has an effect, each under an id of the
// page's own.
func (c *Counter) acts() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"sale": act(c, "sale", (*doing).sale),
		"code": act(c, "code", (*doing).code),
		"use":  act(c, "use", (*doing).use),
		"undo": act(c, "undo", (*doing).undo),

		"plan":   act(c, "plan", (*doing).plan),
		"arrive": act(c, "arrive", (*doing).arrive),
	}
}

// Register adds the addresses to a mux.
func (c *Counter) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /counter/api/state", c.get(c.state))
	for name, f := range map[string]http.HandlerFunc{
		"register": post(c, c.stranger, c.register), "pin": post(c, c.registered, c.pin), "unlock": post(c, c.registered, c.unlock), "lock": post(c, c.registered, c.lock),
		"find": post(c, c.registered, c.find), "recent": post(c, c.registered, c.recent),
		"door": post(c, c.registered, c.door),
	} {
		mux.HandleFunc("POST /counter/api/"+name, f)
	}
	for name, f := range c.acts() {
		mux.HandleFunc("POST /counter/api/"+name, f)
	}
}

// maxBody bounds what the page may send, in bytes.
const maxBody = 64 << 10

// answerWithin bounds a request's way to the disk.
const answerWithin = 5 * time.Second

// cookieName is the device's cookie.
const cookieName = "regulars_device"

// request is one request of the page's.
type request struct {
	w       http.ResponseWriter
	r       *http.Request
	now     time.Time
	printer i18n.Printer
}

func (c *Counter) till() till.Till { return till.Till{Shop: c.Shop} }

// begin reads what every request has.
func (c *Counter) begin(w http.ResponseWriter, r *http.Request) *request {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	lang := language(r, c.Shop.Lang)
	if l, ok := i18n.Match(r.URL.Query().Get("lang")); ok {
		lang = l
	}
	return &request{w, r, c.Shop.Clock.Now(), i18n.For(lang)}
}

// get answers a question that changes nothing.
func (c *Counter) get(f func(context.Context, *request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := c.begin(w, r)
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		answer, err := f(ctx, q)
		c.answer(q, answer, err)
	}
}

// post reads a body into B and answers what f makes of it. Only a script of our
// own origin can set the header that is asked for. first is asked in a View:
// nobody but a device makes the store's writer work.
func post[B any](c *Counter, first func(store.Reader, *request) error, f func(context.Context, *request, B) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := c.begin(w, r)
		var body B
		if err := readBody(w, r, &body); err != nil {
			c.answer(q, nil, err)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		if err := c.DB.View(ctx, func(r store.Reader) error { return first(r, q) }); err != nil {
			c.answer(q, nil, err)
			return
		}
		answer, err := f(ctx, q, body)
		c.answer(q, answer, err)
	}
}

// registered refuses who is no device.
func (c *Counter) registered(r store.Reader, q *request) error {
	_, err := c.device(r, q)
	return err
}

// stranger lets everybody in.
func (c *Counter) stranger(store.Reader, *request) error { return nil }

// readBody refuses what our page cannot have sent, before it is looked at.
func readBody(w http.ResponseWriter, r *http.Request, into any) error {
	if r.Header.Get("X-Regulars") != "counter" {
		return &failure{Status: http.StatusForbidden, Code: "header", key: i18n.CounterForm}
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/json" {
		return &failure{Status: http.StatusUnsupportedMediaType, Code: "type", key: i18n.CounterForm}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &failure{Status: http.StatusRequestEntityTooLarge, Code: "large", key: i18n.CounterForm}
	}
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return errForm
	}
	return nil
}

// failure is an answer that is none, with words in the asker's language.
type failure struct {
	Status int        `json:"-"`
	Code   string     `json:"error"`
	Text   string     `json:"text"`
	Until  *time.Time `json:"until,omitempty"`
	key    i18n.Key
}

func (f *failure) Error() string { return "counter: " + f.Code }

// Failures without particulars.
var (
	errForm     = &failure{Status: http.StatusBadRequest, Code: "form", key: i18n.CounterForm}
	errDevice   = &failure{Status: http.StatusUnauthorized, Code: "device", key: i18n.CounterDevice}
	errSession  = &failure{Status: http.StatusUnauthorized, Code: "session", key: i18n.CounterSession}
	errStaff    = &failure{Status: http.StatusForbidden, Code: "staff", key: i18n.CounterStaff}
	errNone     = &failure{Status: http.StatusNotFound, Code: "none", key: i18n.CounterNone}
	errConflict = &failure{Status: http.StatusConflict, Code: "conflict", key: i18n.CounterConflict}
)

// answer sends an answer, or why there is none.
func (c *Counter) answer(q *request, answer any, err error) {
	if err == nil {
		c.send(q, http.StatusOK, answer)
		return
	}
	f := c.failure(q.printer, err)
	if f == nil {
		c.Shop.Log.Error("the counter's request failed", "path", q.r.URL.Path, "error", err)
		f = &failure{Status: http.StatusInternalServerError, Code: "failed", Text: q.printer.Say(i18n.CounterFailed)}
	}
	if f.Status == http.StatusServiceUnavailable {
		q.w.Header().Set("Retry-After", "1")
	}
	c.send(q, f.Status, f)
}

func (c *Counter) send(q *request, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		c.Shop.Log.Error("the counter's answer cannot be written", "path", q.r.URL.Path, "error", err)
		status, raw = http.StatusInternalServerError, []byte(`{"error":"failed","text":""}`)
	}
	q.w.WriteHeader(status)
	q.w.Write(raw)
}

// failure puts an error into words; nil for one that is our own trouble.
func (c *Counter) failure(p i18n.Printer, err error) *failure {
	var (
		own       *failure
		locked    *people.LockedError
		throttled *people.ThrottledError
		conflict  *loyalty.ConflictError
		no        *bot.Refusal
	)
	switch {
	case errors.As(err, &own):
		f := *own
		if f.Text == "" {
			f.Text = p.Say(f.key)
		}
		return &f
	case errors.As(err, &locked):
		until := locked.Until.UTC()
		return &failure{Status: http.StatusLocked, Code: "locked", Until: &until, Text: p.Say(i18n.CounterLocked, "Time", p.Time(c.Shop.Local(until)))}
	case errors.As(err, &conflict):
		return c.failure(p, errConflict)
	case errors.Is(err, store.ErrBusy), errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrClosed),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &failure{Status: http.StatusServiceUnavailable, Code: "busy", Text: p.Say(i18n.CounterFailed)}
	}
	if !errors.As(err, &no) {
		no = c.Shop.Words(err)
	}
	if no == nil {
		return nil
	}
	f := &failure{Status: http.StatusUnprocessableEntity, Code: string(no.Text.Key), Text: p.Print(no.Text)}
	if errors.As(err, &throttled) {
		until := throttled.Until.UTC()
		f.Status, f.Code, f.Until = http.StatusTooManyRequests, "throttled", &until
	}
	return f
}

// device is the registered device that asks.
func (c *Counter) device(r store.Reader, q *request) (people.Device, error) {
	cookie, err := q.r.Cookie(cookieName)
	if err != nil {
		return people.Device{}, errDevice
	}
	d, ok, err := c.Shop.Vault.DeviceOf(r, cookie.Value)
	if err == nil && !ok {
		err = errDevice
	}
	return d, err
}

// secure says whether the browser came by https, which a proxy or tunnel may
// have ended: then the cookie is never to go in the clear.
func (c *Counter) secure(r *http.Request) bool {
	u, err := url.Parse(c.Shop.PublicURL)
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" || err == nil && u.Scheme == "https" && u.Host == r.Host
}
