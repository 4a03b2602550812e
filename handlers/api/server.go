package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/store"
)

// Server answers under /api/v1. It may be used by many at once.
type Server struct {
	Shop   *shop.Shop
	DB     store.DB
	Outbox bot.Outbox // members are told through it; nil: nobody is
	// Client is the caller's address, as trusted proxies tell it; nil: the
	// connection's.
	Client func(*http.Request) string

	limits limits
}

// Base begins the address of everything here.
const Base = "/api/v1"

// route is one thing that can be asked for.
type route struct {
	method, path string // the path after Base
	handle       http.HandlerFunc
}

// routes are all there are. The OpenAPI document names the same, which a test
// holds against this list.
func (s *Server) routes() []route {
	return []route{
		{"GET", "/shop", ask(s, "", s.shopOf)},
		{"GET", "/levels", ask(s, PointsRead, s.levels)},
		{"GET", "/rewards", ask(s, RewardsRead, s.rewards)},
		{"POST", "/members/find", find(s)},
		{"POST", "/members", act(s, MembersWrite, "member", (*deed).join)},
		{"GET", "/members/{member}", ask(s, MembersRead, s.memberOf)},
		{"GET", "/members/{member}/balance", ask(s, PointsRead, s.balance)},
		{"GET", "/members/{member}/entries", ask(s, EntriesRead, s.entries)},
		{"GET", "/members/{member}/vouchers", ask(s, VouchersRead, s.vouchers)},
		{"GET", "/members/{member}/plan", ask(s, PointsRead, s.planOf)},
		{"POST", "/plans", act(s, PurchasesWrite, "plan", (*deed).paid)},
		{"POST", "/purchases", act(s, PurchasesWrite, "purchase", (*deed).purchase)},
		{"POST", "/receipts", act(s, PurchasesWrite, "receipt", (*deed).receipt)},
		{"POST", "/refunds", act(s, RefundsWrite, "refund", (*deed).refund)},
		{"POST", "/redemptions", act(s, RewardsWrite, "redemption", (*deed).redeem)},
		{"POST", "/vouchers/use", act(s, VouchersWrite, "use", (*deed).use)},
		{"POST", "/vouchers/reopen", act(s, VouchersWrite, "reopen", (*deed).reopen)},
		{"POST", "/undo", act(s, "", "undo", (*deed).undo)},
	}
}

// Register adds the addresses to a mux. What is not there, and what is asked for
// in another way, is answered as a problem too.
func (s *Server) Register(mux *http.ServeMux) {
	ours := http.NewServeMux()
	for _, r := range s.routes() {
		ours.HandleFunc(r.method+" "+Base+r.path, r.handle)
	}
	ours.HandleFunc("GET "+Base+"/openapi.json", serveDocument)
	ours.HandleFunc("GET "+Base+"/docs", s.serveDocs)
	mux.HandleFunc(Base+"/", func(w http.ResponseWriter, r *http.Request) {
		if _, known := ours.Handler(r); known != "" {
			ours.ServeHTTP(w, r)
			return
		}
		q := s.begin(w, r)
		if allow := methodsOf(ours, r); len(allow) > 0 {
			w.Header().Set("Allow", strings.Join(allow, ", "))
			s.answer(q, nil, errMethod)
			return
		}
		s.answer(q, nil, errPath)
	})
}

// methodsOf are those in which an address can be asked for.
func methodsOf(mux *http.ServeMux, r *http.Request) (list []string) {
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = m
		if _, known := mux.Handler(other); known != "" {
			list = append(list, m)
		}
	}
	return list
}

// Limits of one request.
const (
	maxBody      = 64 << 10 // bytes
	answerWithin = 5 * time.Second
)

// request is one request of a caller's.
type request struct {
	w       http.ResponseWriter
	r       *http.Request
	now     time.Time
	ref     string // the request's id, which the log has too
	printer i18n.Printer
	key     Key
	seen    loyalty.MemberID // whom a question shows
}

// begin reads what every request has, whoever sends it.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) *request {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	lang := language(r, s.Shop.Lang)
	h.Set("Content-Language", string(lang))
	h.Add("Vary", "Accept-Language")
	return &request{w: w, r: r, now: s.Shop.Clock.Now(), ref: refOf(r), printer: i18n.For(lang)}
}

// mostLanguages are as many as are looked at.
const mostLanguages = 10

// language is what the caller's answers are to be in, or the shop's own.
func language(r *http.Request, own i18n.Lang) i18n.Lang {
	rest := r.Header.Get("Accept-Language")
	for range mostLanguages { // nobody speaks more, and each costs something
		tag, after, more := strings.Cut(rest, ",")
		if rest = after; !more && tag == "" {
			break
		}
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		if tag == "" || tag == "*" || len(tag) > 40 {
			continue
		}
		if l, ok := i18n.MatchNear(tag, own); ok {
			return l
		}
	}
	return own
}

// enter finds out who asks, and whether they may ask this now.
func (s *Server) enter(ctx context.Context, q *request, scope Scope) error {
	bearer, ok := strings.CutPrefix(q.r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return errNoKey
	}
	bearer = strings.TrimSpace(bearer)
	from := s.from(q.r)
	if wait := s.limits.mayTry(from, idOf(bearer), q.now); wait > 0 {
		return &tooMany{wait}
	}
	err := s.DB.View(ctx, func(r store.Reader) (err error) {
		q.key, err = s.keys().Open(r, bearer)
		return err
	})
	if errors.Is(err, ErrKey) {
		s.limits.wrong(from, q.now)
		return errNoKey
	}
	if err != nil {
		return err
	}
	left, wait := s.limits.take(q.key.ID, q.now)
	tellLimit(q.w.Header(), left, wait)
	if left < 0 {
		return &tooMany{wait}
	}
	if scope != "" && !q.key.May(scope) {
		return &scopeMissing{scope}
	}
	return s.note(ctx, q)
}

// note writes down, every few minutes, that the key is in use. That it cannot be
// is no reason to refuse.
func (s *Server) note(ctx context.Context, q *request) error {
	if !q.key.dueSeen(q.now) {
		return nil
	}
	if err := s.DB.Update(ctx, func(tx store.Tx) error { return s.keys().saw(tx, q.key.ID, q.now) }); err != nil {
		s.Shop.Log.Warn("the use of an API key could not be noted", "key", q.key, "error", err)
	}
	return nil
}

func (s *Server) keys() Keys      { return Keys{Shop: s.Shop} }
func (s *Server) till() till.Till { return till.Till{Shop: s.Shop} }

// from is the caller's address.
func (s *Server) from(r *http.Request) string {
	if s.Client != nil {
		return s.Client(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// ask is the way of a question: it changes nothing, but that it is noted once an hour
// whom it showed.
func ask(s *Server, scope Scope, f func(store.Reader, *request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := s.begin(w, r)
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		var answer any
		err := s.enter(ctx, q, scope)
		if err == nil {
			err = s.DB.View(ctx, func(r store.Reader) (err error) {
				answer, err = f(r, q)
				return err
			})
		}
		if err == nil && q.seen != "" {
			err = s.Shop.SawIn(ctx, s.DB, q.key.looker(), shop.WayAPI, q.now, q.seen)
		}
		s.answer(q, answer, err)
	}
}
