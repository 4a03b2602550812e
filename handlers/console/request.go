package console

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// Request is a manager's request for a page.
type Request struct {
	R   *http.Request
	Now time.Time
	Me  people.Staff  // as they are at this moment
	At  loyalty.Store // the store that they see; "" all
	P   i18n.Printer

	c       *Console
	w       http.ResponseWriter
	session people.WebSession
	secret  string
	flash   string
	wrong   map[string]string // by field
	wrongs  []string          // its fields in order
	shown   shown
}

const (
	secretCookie = "regulars_console"
	flashCookie  = "regulars_said"
	tokenField   = "token"
	// seenEvery is how exactly it is known when a session was last used.
	seenEvery = time.Minute
)

// https reports whether browsers reach the pages over https.
func (c *Console) https() bool { return strings.HasPrefix(c.Shop.PublicURL, "https://") && !c.Plain }

// cookieName is a name under which browsers take a cookie over https only and
// for this very host, where there is https.
func (c *Console) cookieName(name string) string {
	if c.https() {
		return "__Host-" + name
	}
	return name
}

func (c *Console) cookie(name, value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: c.cookieName(name), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: c.https(),
	}
}

// begin finds the session of a request; false: there is none.
func (c *Console) begin(r *http.Request) (*Request, bool, error) {
	q := c.stranger(r)
	cookie, err := r.Cookie(c.cookieName(secretCookie))
	if err != nil {
		return q, false, nil
	}
	q.secret = cookie.Value
	ok := false
	err = q.View(func(rd store.Reader) (err error) {
		q.session, q.Me, ok, err = c.Shop.Vault.ConsoleSession(rd, q.secret, q.Now)
		if err != nil || !ok {
			return err
		}
		p, err := c.Shop.Whole(rd, q.Me.Member)
		if err == nil {
			q.P = i18n.For(c.Shop.Speak(p))
		}
		if l, known := i18n.Match(q.session.Lang); known && q.session.Lang != "" {
			q.P = i18n.For(l)
		}
		return err
	})
	if err != nil || !ok {
		return q, false, err
	}
	q.At = c.Shop.FiguresFor(q.Now, q.Me)
	if cookie, err := r.Cookie(c.cookieName(flashCookie)); err == nil {
		q.flash = decodeFlash(cookie.Value)
	}
	return q, true, nil
}

// stranger is a request of whoever it is, in the browser's language.
func (c *Console) stranger(r *http.Request) *Request {
	q := &Request{R: r, Now: c.Shop.Clock.Now(), c: c, P: i18n.For(c.Shop.Lang)}
	for _, tag := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		if l, ok := i18n.MatchNear(tag, c.Shop.Lang); ok && tag != "" && tag != "*" {
			q.P = i18n.For(l)
			break
		}
	}
	return q
}

// saw notes that the session is in use. Where that cannot be stored, reading
// goes on.
func (c *Console) saw(q *Request) {
	if q.Now.Sub(q.session.Seen) < seenEvery {
		return
	}
	err := c.DB.Update(q.R.Context(), func(tx store.Tx) error {
		return c.Shop.Vault.ChangeConsoleSession(tx, q.secret, func(s *people.WebSession) { s.Seen = q.Now.UTC() })
	})
	if err != nil && q.R.Context().Err() == nil {
		c.Shop.Log.Warn("it could not be noted that a session of the console is in use", "error", err)
	}
}

// Say says a text in the manager's language.
func (q *Request) Say(key i18n.Key, args ...any) string { return q.P.Say(key, args...) }

// Lang is the page's language as HTML names it.
func (q *Request) Lang() string { return string(q.P.Lang) }

// Shop is the shop.
func (q *Request) Shop() *shop.Shop { return q.c.Shop }

// Owner reports whether the employee is an owner.
func (q *Request) Owner() bool { return q.Me.Role == people.Owner }

// Sees reports whether figures and people of a store are theirs to see.
func (q *Request) Sees(at loyalty.Store) bool { return q.At == "" || q.At == at }

// Here reports whether the page asked for is below an address, for navigation.
func (q *Request) Here(path string) bool {
	if path == "/console/" {
		return q.R.URL.Path == path
	}
	return q.R.URL.Path == path || strings.HasPrefix(q.R.URL.Path, path+"/")
}

// Typed is what a form's field or the address has under a name, without spaces
// around it and without what no keyboard types.
func (q *Request) Typed(name string) string {
	return strings.TrimSpace(shop.Typed(q.R.FormValue(name)))
}

// Text is a form's text of several lines, with plain line ends.
func (q *Request) Text(name string) string {
	return strings.ReplaceAll(q.R.FormValue(name), "\r\n", "\n")
}

// Partial reports whether htmx asks for a part of the page only.
func (q *Request) Partial() bool { return q.R.Header.Get("HX-Request") == "true" }

// Rand gives randomness.
func (q *Request) Rand() io.Reader { return q.c.Shop.Rand }

// NewOp draws what makes a form's deed one deed, however often it is sent; on a
// page that is given again it is the one that was sent.
func (q *Request) NewOp() (string, error) {
	if op := q.R.PostFormValue("op"); soundOp.MatchString(op) {
		return op, nil
	}
	b := make([]byte, 12)
	_, err := io.ReadFull(q.Rand(), b)
	return hex.EncodeToString(b), err
}

// soundOp is what NewOp draws: nothing else that a form brings is an operation.
var soundOp = regexp.MustCompile(`^[0-9a-f]{24}$`)

// Op is the operation of the form that was sent, as {{template "op" .Q}} put it
// there; false where it has none, and nothing that moves points may be done.
func (q *Request) Op() (string, bool) {
	op := q.R.PostFormValue("op")
	return op, soundOp.MatchString(op)
}

// Act is how the employee's deed stands in the ledger; op, as [Request.Op] gives
// it, makes it one deed, however often its form is sent. Another employee's form
// is never the same deed.
func (q *Request) Act(op, reason string) book.Act {
	return book.Act{Op: loyalty.OpID("console-" + string(q.Me.ID) + "-" + op), Now: q.Now, At: q.Now, Actor: q.Me.ID.Actor(), Self: q.Me.Member, Role: q.Me.Role, Store: q.Me.Store, Reason: []byte(reason)}
}

// Refused is the sentence for an error that is a refusal.
func (q *Request) Refused(err error) (string, bool) {
	var no *bot.Refusal
	var other *loyalty.ConflictError
	switch {
	case err == nil:
		return "", false
	case errors.As(err, &other): // an old form, done once, with something else typed in
		return q.Say(i18n.ConsoleForged), true
	case errors.As(err, &no):
		return q.P.Print(no.Text), true
	}
	if no := q.c.Shop.Words(err); no != nil {
		return q.P.Print(no.Text), true
	}
	return "", false
}

// formKey is what tells the session's own forms from others.
func (q *Request) formKey() []byte {
	m := hmac.New(sha256.New, q.c.Shop.Vault.Derive("console forms"))
	m.Write([]byte(q.secret))
	return m.Sum(nil)[:16]
}

// formToken is formKey under a mask drawn anew: pages are packed, and the length
// of what says the same thing twice would give it away.
func (q *Request) formToken() (string, error) {
	mask, key := make([]byte, 16), q.formKey()
	if _, err := io.ReadFull(q.Rand(), mask); err != nil {
		return "", err
	}
	subtle.XORBytes(key, key, mask)
	return hex.EncodeToString(append(mask, key...)), nil
}

func (q *Request) token(typed string) bool {
	b, err := hex.DecodeString(typed)
	if err != nil || len(b) != 32 {
		return false
	}
	subtle.XORBytes(b[:16], b[:16], b[16:])
	return hmac.Equal(b[:16], q.formKey())
}

// Back is the address of the page that a form stands on, of this console only.
func (q *Request) Back(or string) string {
	u, err := url.Parse(q.R.Header.Get("Referer"))
	if err != nil || !strings.HasPrefix(u.Path, "/console/") || u.Host != q.R.Host {
		return or
	}
	return u.RequestURI()
}

// longFlash bounds what is said once, in bytes: browsers keep 4 KB of a cookie.
const longFlash = 2000

func encodeFlash(s string) string {
	for len(s) > longFlash {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return base64.RawURLEncoding.EncodeToString([]byte(s))
}

func decodeFlash(s string) string {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) > longFlash || !utf8.Valid(b) {
		return ""
	}
	return string(b)
}

// reference is a short name under which the log has an accident.
func (c *Console) reference() string {
	b := make([]byte, 3)
	io.ReadFull(c.Shop.Rand, b)
	return strings.ToUpper(hex.EncodeToString(b))
}

// while runs f until the request or the program ends.
func (q *Request) while() (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(q.R.Context())
	go func() {
		select {
		case <-q.c.Stopping:
		case <-ctx.Done():
		}
		stop()
	}()
	return ctx, stop
}
