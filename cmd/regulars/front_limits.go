package main

import (
	"crypto/sha256"
	"encoding/json"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"regulars/bot/limit"
	"regulars/i18n"
)

// How often one caller may ask on the public address. An address may be a whole
// shop's: customers share its Wi-Fi, and so do the tablets on its counter. So each
// part of the house counts for itself, and who has shown a session, a device or a
// key that is good is counted by that instead: nobody beside them uses it up.
// Each process counts for itself.
var (
	// Pages with a code or a token in their address, and one such address.
	pageRate  = limit.Rate{Burst: 600, Every: time.Second / 50}
	tokenRate = limit.Rate{Burst: 60, Every: time.Second / 2}
	// The console, the counter and the API, of who is nobody yet and of who is known.
	strangerRate = limit.Rate{Burst: 200, Every: time.Second / 10}
	knownRate    = limit.Rate{Burst: 1000, Every: time.Second / 50}
)

// frontCaller is who asks: an address or a credential, at one part of the house.
type frontCaller struct{ area, who string }

// frontLimits counts the callers of the public address.
type frontLimits struct {
	pages, tokens, strangers, known *limit.Limiter[frontCaller]

	mu   sync.Mutex
	good map[frontCaller]bool // credentials that were answered as good ones are
}

func newFrontLimits() *frontLimits {
	return &frontLimits{
		pages: limit.New[frontCaller](pageRate), tokens: limit.New[frontCaller](tokenRate),
		strangers: limit.New[frontCaller](strangerRate), known: limit.New[frontCaller](knownRate),
		good: map[frontCaller]bool{},
	}
}

// turn counts a request and gives how long its caller must wait, 0 for who is
// answered. heard is to be told of the answer.
func (c *frontLimits) turn(r *http.Request, address string, now time.Time) (wait time.Duration, heard func(status int)) {
	heard = func(int) {}
	area := areaOf(r.URL.Path)
	from := frontCaller{area, subnet(address)}
	switch area {
	case "webhook", "health": // signed, and bounded by themselves; and asked for by machines
		return 0, heard
	case "console", "counter", "api":
		who, ok := c.credential(r, area)
		if !ok {
			return c.strangers.Take(from, now), heard
		}
		heard = func(status int) { c.learn(who, r.Pattern, status) }
		if c.knows(who) {
			return c.known.Take(who, now), heard
		}
		return c.strangers.Take(from, now), heard
	}
	from.area = "pages"
	if wait := c.tokens.Take(frontCaller{short(r.URL.Path), from.who}, now); wait > 0 {
		return wait, heard
	}
	return c.pages.Take(from, now), heard
}

// short is a path, or the hash of one that is longer than any of ours: what is
// remembered of ten thousand of them stays small.
func short(path string) string {
	if len(path) <= 128 {
		return path
	}
	sum := sha256.Sum256([]byte(path))
	return string(sum[:])
}

// credential is what a request shows of who asks, as a hash: nothing of it is kept.
func (c *frontLimits) credential(r *http.Request, area string) (frontCaller, bool) {
	shown := r.Header.Get("Authorization")
	if area != "api" {
		shown = ""
		for _, cookie := range r.Cookies() {
			if strings.HasSuffix(cookie.Name, "regulars_console") || strings.HasSuffix(cookie.Name, "regulars_device") {
				shown += cookie.Name + "=" + cookie.Value + ";"
			}
		}
	}
	sum := sha256.Sum256([]byte(shown))
	return frontCaller{area, string(sum[:])}, shown != ""
}

// anybody are routes that answer whoever asks, so that their answers prove nothing.
func anybody(pattern string) bool {
	for _, part := range []string{"/console/in/", "/console/a/", "/counter/a/", "/counter/api/state", "/counter/api/register", "/counter/checkin", "/openapi.json", "/docs"} {
		if strings.Contains(pattern, part) {
			return true
		}
	}
	return !strings.HasPrefix(routeOf(pattern), "/console/") && !strings.HasPrefix(routeOf(pattern), "/counter/api/") && areaOf(pattern) != "api"
}

// learn notes that a credential was good: it was let in where strangers are not.
func (c *frontLimits) learn(who frontCaller, pattern string, status int) {
	if anybody(pattern) || status >= 300 && status != http.StatusUnprocessableEntity {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.good) >= limit.Most {
		clear(c.good) // they are known again with their next request
	}
	c.good[who] = true
}

func (c *frontLimits) knows(who frontCaller) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.good[who]
}

// subnet is what one caller can easily have of addresses: one of IPv4, and 64
// bits' worth of IPv6.
func subnet(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is6() {
		if p, err := ip.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

// isNear says whether an address is of this machine or of a private network: its
// operator, or a proxy that the configuration does not name, behind which anybody
// may be. All of them are not to pay for one.
func isNear(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && (ip.Unmap().IsLoopback() || ip.Unmap().IsPrivate())
}

// near says whether an address stands for more callers than one.
func (a *app) near(address string) bool { return isNear(address) || a.trusted(address) }

// limited lets nobody ask too much of next.
func (a *app) limited(next http.Handler) http.Handler {
	c := newFrontLimits()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := a.client(r)
		if a.near(from) {
			next.ServeHTTP(w, r)
			return
		}
		wait, heard := c.turn(r, from, a.clock.Now())
		if wait > 0 {
			a.tooFast(w, r, wait)
			return
		}
		s := &seen{ResponseWriter: w}
		next.ServeHTTP(s, r)
		heard(s.code())
	})
}

// tooFast asks a caller to be slower: a page in words, a program in its own form.
func (a *app) tooFast(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	words := i18n.For(a.spoken(r)).Say(i18n.AbusePage)
	switch {
	case strings.HasPrefix(r.URL.Path, "/counter/api/"):
		h.Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTooManyRequests)
		json.NewEncoder(w).Encode(map[string]string{"error": "busy", "text": words})
	case strings.HasPrefix(r.URL.Path, "/api/"):
		h.Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusTooManyRequests)
		json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "code": "too-many-requests", "title": "Too many requests", "status": http.StatusTooManyRequests, "detail": words})
	default:
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusTooManyRequests)
		w.Write([]byte(words + "\n"))
	}
}

// spoken is the first of a browser's languages that we speak.
func (a *app) spoken(r *http.Request) i18n.Lang {
	tags := strings.SplitN(r.Header.Get("Accept-Language"), ",", 11)
	for _, tag := range tags[:min(len(tags), 10)] {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		if l, ok := i18n.MatchNear(tag, a.shop.Lang); ok && tag != "" && tag != "*" && len(tag) <= 40 {
			return l
		}
	}
	return a.shop.Lang
}
