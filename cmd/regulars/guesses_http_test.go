package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"regulars/handlers/api"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
)

// httpGuess is a program that asks a hundred times a second, from one address.
type httpGuess struct {
	secret string
	ask    func(secret string) *http.Request
	mine   func(secret string) *http.Request // the owner's way; nil: as ask, from elsewhere
	drawn  func() string                     // of the right form, and nobody's
	right  func() string
	want   int     // what the owner is answered
	space  float64 // how many secrets there could be, for each that is good
	odds   float64 // of all guesses together, at most
	// most is how many may be looked up in so long.
	most func(time.Duration) float64
	// stored is for secrets so short that the bound is what guards them: it stands
	// in the store. What bounds the others is for the load: it is each process's own
	// and begins anew with it, and the odds hold without it.
	stored bool
	looked int // guesses
	took   time.Duration
	shut   bool // the last one was not looked up
}

// flood is what a limit in memory lets through: so many at once, so many a second.
func flood(burst, perSecond float64) func(time.Duration) float64 {
	return func(d time.Duration) float64 { return burst + perSecond*d.Seconds() + 1 }
}

// inSpans is so many in each ten minutes, begun ones too.
func inSpans(n float64) func(time.Duration) float64 {
	return func(d time.Duration) float64 { return n * (1 + math.Ceil(d.Minutes()/10)) }
}

// doubling is what a PIN's lock lets through: five, and one more after 30 s, then a
// minute, then two.
func doubling(d time.Duration) float64 { return 5 + math.Log2(1+d.Seconds()/30) }

// asking makes requests of one kind: headers are pairs of a name and a value, in
// which % stands for the secret, as it does in the path and in the body.
func asking(method, path, body string, headers ...string) func(string) *http.Request {
	return func(secret string) *http.Request {
		put := func(s string) string { return strings.ReplaceAll(s, "%", secret) }
		r := httptest.NewRequest(method, put(path), strings.NewReader(put(body)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", rand.Text())
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], put(headers[i+1]))
		}
		return r
	}
}

// otherEnd is a token whose last n bytes are drawn anew: whose it is may be known
// to who guesses.
func otherEnd(token string, n int) func() string {
	return func() string {
		raw := make([]byte, n)
		rand.Read(raw)
		end := base64.RawURLEncoding.EncodeToString(raw)
		return token[:len(token)-len(end)] + end
	}
}

// within does something in the store, and gives what it draws.
func (w *wire) within(f func(tx store.Tx, v *people.Vault, now time.Time) (string, error)) (drawn string) {
	w.t.Helper()
	a := w.app.app
	w.try(a.db.Update(w.t.Context(), func(tx store.Tx) (err error) {
		drawn, err = f(tx, a.shop.Vault, a.clock.Now())
		return err
	}))
	return drawn
}

// tillKey is the key of a new till.
func (w *wire) tillKey() string {
	return w.within(func(tx store.Tx, _ *people.Vault, now time.Time) (string, error) {
		_, key, err := api.Keys{Shop: w.app.app.shop}.Make(tx, api.NewKey{Name: "Till", Scopes: api.TillScopes(), By: loyalty.ByJob("test")}, now)
		return key, err
	})
}

// device is the secret of a new counter's device.
func (w *wire) device(by people.StaffID) string {
	return w.within(func(tx store.Tx, v *people.Vault, now time.Time) (string, error) {
		link, err := v.NewDeviceLink(tx, "main", by, now, rand.Reader)
		if err != nil {
			return "", err
		}
		_, secret, err := v.Register(tx, link, "Tablet", "", now, rand.Reader)
		return secret, err
	})
}

// manager is an employee with a PIN.
func (w *wire) manager(pin string) people.StaffID {
	mia := w.employee("line", "Mia", people.Manager)
	hash, err := people.NewPIN(pin, rand.Reader)
	w.try(err)
	return people.StaffID(w.within(func(tx store.Tx, v *people.Vault, now time.Time) (string, error) {
		who := identity(mia)
		s, _, err := v.StaffOf(tx, people.Identity{Channel: string(who.Channel), User: string(who.User)})
		if err != nil {
			return "", err
		}
		return string(s.ID), v.SetPIN(tx, s.ID, hash, now, rand.Reader)
	}))
}

// httpGuesses are all that the addresses open to.
func (w *wire) httpGuesses() []*httpGuess {
	ann := w.member("line", "Ann", 500)
	id, card := w.id(ann), w.card(ann)
	mia := w.manager("4826")
	// draws makes secrets when they are wanted: some live for minutes.
	draws := func(f func(*people.Vault, store.Tx, time.Time) (string, error)) func() string {
		return func() string {
			return w.within(func(tx store.Tx, v *people.Vault, now time.Time) (string, error) { return f(v, tx, now) })
		}
	}
	live := draws(func(v *people.Vault, tx store.Tx, now time.Time) (string, error) {
		return v.LiveToken(tx, id, now, people.LiveLife)
	})
	statement := draws(func(v *people.Vault, tx store.Tx, now time.Time) (string, error) {
		return v.StatementToken(tx, id, now, time.Hour)
	})
	export := draws(func(v *people.Vault, tx store.Tx, now time.Time) (string, error) { return v.ExportToken(tx, id, now) })
	link := draws(func(v *people.Vault, tx store.Tx, now time.Time) (string, error) {
		return v.NewConsoleLink(tx, mia, now, rand.Reader)
	})
	session := draws(func(v *people.Vault, tx store.Tx, now time.Time) (string, error) {
		token, err := v.NewConsoleLink(tx, mia, now, rand.Reader)
		if err != nil {
			return "", err
		}
		_, secret, err := v.EnterConsole(tx, token, "test", now, rand.Reader)
		return secret, err
	})
	latte := func() string { return w.buysLatte(ann) }
	is := func(s string) func() string { return func() string { return s } }
	bad, good, other := w.tillKey(), w.tillKey(), w.tillKey()
	tablet, spare, third := w.device(mia), w.device(mia), w.device(mia)
	till := func(path, body, key string) func(string) *http.Request {
		return asking("POST", api.Base+path, body, "Authorization", "Bearer "+key)
	}
	unlock := func(device string) func(string) *http.Request {
		return asking("POST", "/counter/api/unlock", `{"staff":"`+string(mia)+`","pin":"%"}`, "Cookie", "regulars_device="+device, "X-Regulars", "counter")
	}
	page, stranger := flood(float64(pageRate.Burst), 50), flood(float64(strangerRate.Burst), 10)
	const bits128, members = 3.4e38, 100_000
	return []*httpGuess{
		{secret: "an API key, by who knows its number", ask: asking("GET", api.Base+"/shop", "", "Authorization", "Bearer %"), drawn: func() string { return bad[:len(bad)-32] + strings.ToLower(rand.Text() + rand.Text())[:32] },
			right: is(other), want: 200, space: math.Pow(2, 160) / 1000, odds: 1e-30, most: flood(20, 20.0/60)},
		{secret: "a card's number, by a till", ask: till("/members/find", `{"card":"%"}`, good), mine: till("/members/find", `{"card":"%"}`, other), drawn: w.noLink,
			right: is(card), want: 200, space: letters31(12) / members, odds: 1e-8, most: inSpans(30), stored: true},
		{secret: "a voucher's code, by a till", ask: till("/vouchers/use", `{"code":"%","store":"main"}`, good), mine: till("/vouchers/use", `{"code":"%","store":"main"}`, other), drawn: w.noVoucher,
			right: latte, want: 200, space: letters31(9) / (members / 10), odds: 2e-6, most: inSpans(30), stored: true},
		{secret: "a PIN, by who has the tablet in hand", ask: unlock(tablet), mine: unlock(spare), drawn: func() string { return "9173" },
			right: is("4826"), want: 200, space: 10_000 - 34, odds: 0.002, most: doubling, stored: true},
		{secret: "a tablet's secret", ask: asking("POST", "/counter/api/lock", `{}`, "Cookie", "regulars_device=%", "X-Regulars", "counter"), drawn: otherEnd(third, 16),
			right: is(third), want: 200, space: bits128 / 100, odds: 1e-30, most: stranger},
		{secret: "a console's session", ask: asking("GET", "/console/", "", "Cookie", "regulars_console=%"), drawn: otherEnd(session(), 32),
			right: session, want: 200, space: bits128 * bits128 / 100, odds: 1e-60, most: stranger},
		{secret: "a link into the console", ask: asking("POST", "/console/in/%", ""), drawn: otherEnd(link(), 16),
			right: link, want: 303, space: bits128 / 100, odds: 1e-30, most: stranger},
		{secret: "a live card's address, by who knows whose", ask: asking("GET", "/m/%", ""), drawn: otherEnd(live(), 16),
			right: live, want: 200, space: bits128, odds: 1e-30, most: page},
		{secret: "a statement's", ask: asking("GET", "/s/%", ""), drawn: otherEnd(statement(), 16),
			right: statement, want: 200, space: bits128, odds: 1e-30, most: page},
		{secret: "the address of somebody's own data", ask: asking("GET", "/e/%", ""), drawn: otherEnd(export(), 16),
			right: export, want: 200, space: bits128, odds: 1e-30, most: page},
	}
}

// unheard is the answer to whom nothing is looked up for.
func unheard(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusLocked
}

// asks sends a request to the program's own front and gives the status.
func asks(front http.Handler, r *http.Request, from string) int {
	r.RemoteAddr = from + ":4711"
	answer := httptest.NewRecorder()
	front.ServeHTTP(answer, r)
	return answer.Code
}

// tries sends one guess and notes whether it was looked up.
func (g *httpGuess) tries(w *wire, front http.Handler, from string) {
	status := asks(front, g.ask(g.drawn()), from)
	if status < 400 {
		w.t.Fatalf("%s: a guess was answered %d", g.secret, status)
	}
	if g.shut = unheard(status); !g.shut {
		g.looked++
	}
}

// TestGuessesOverHTTP: a hundred guesses a second at everything that an address,
// a cookie, a key or a PIN opens, each from an address of its own. Where a bound
// guards the secret it stands after a restart, and refuses the right one from the
// same guesser too; its owner is let in.
func TestGuessesOverHTTP(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	all, guesses := w.httpGuesses(), mostGuesses(t, 800)
	front, begun := w.app.app.routes(), w.world.Clock.Now()
	for range guesses {
		w.world.Clock.Advance(time.Second / 100)
		for i, g := range all {
			g.tries(w, front, fmt.Sprintf("203.0.113.%d", i))
		}
	}
	for _, g := range all {
		if g.took = w.world.Clock.Now().Sub(begun); !g.stored {
			g.owned(w, front)
		}
	}
	// So that none is about to open again; and nothing but the store refuses.
	w.moves(people.CodeThrottle.Window)
	front = w.app.app.routes()
	for _, g := range all {
		g.shut = false
		for tries := 0; g.stored && !g.shut && tries < 40; tries++ {
			w.world.Clock.Advance(time.Second / 5)
			g.tries(w, front, "203.0.113.100")
			g.took = w.world.Clock.Now().Sub(begun)
		}
	}
	w.stop()
	w.start(bolt.Options{})
	front = w.app.app.routes()
	for i, g := range all {
		if g.stored {
			right := g.right()
			if status := asks(front, g.ask(right), fmt.Sprintf("203.0.113.%d", i)); !unheard(status) {
				t.Errorf("%s: after a restart the guesser's right one is answered %d", g.secret, status)
			}
			g.right = func() string { return right }
			g.owned(w, front)
		}
		g.holds(t, guesses)
	}
}

// owned complains unless the owner is let in, from where nobody guesses.
func (g *httpGuess) owned(w *wire, front http.Handler) {
	ask := g.ask
	if g.mine != nil {
		ask = g.mine
	}
	if status := asks(front, ask(g.right()), "198.51.100.9"); status != g.want {
		w.t.Errorf("%s: its owner is answered %d, not %d", g.secret, status, g.want)
	}
}

// holds complains where too many guesses were looked up, or the odds are too good.
func (g *httpGuess) holds(t *testing.T, guesses int) {
	if most := g.most(g.took); g.looked == 0 || float64(g.looked) > most {
		t.Errorf("%s: %d of %d guesses were looked up, not 1 to %.0f", g.secret, g.looked, guesses, most)
	}
	counted := g.looked
	if !g.stored { // as if nothing bounded them
		counted = max(guesses, 100_000)
	}
	odds := float64(counted) / g.space
	if odds > g.odds {
		t.Errorf("%s: one of %d is right with odds of %.2g, not at most %.2g", g.secret, counted, odds, g.odds)
	}
	t.Logf("%s: %d guesses in %v, %d looked up; odds of %.2g for %d", g.secret, guesses, g.took.Round(time.Second), g.looked, odds, counted)
}
