package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/campaign"
	"regulars/handlers/privacy"
)

// Limits of the front door.
const (
	maxWebhook = 1 << 20 // bytes; LINE and Telegram send a few KB
	// handleWithin bounds an event's way to the disk: a platform gets its
	// answer, or a 503 and delivers again, within a second.
	handleWithin = 900 * time.Millisecond
	// maxAtOnce bounds the webhooks in hand. More are told to come back, before
	// their bodies are read.
	maxAtOnce = 2048
	// maxOfOne is how many of them may come from one address, so that who sends
	// slowly keeps no platform out.
	maxOfOne = 512
	// A body is read within bodyWithin; larger ones than smallBody, or of a size
	// that is not told, are read largeAtOnce at a time: memory is bounded.
	bodyWithin  = 5 * time.Second
	smallBody   = 64 << 10
	largeAtOnce = 64
)

// routes is everything that answers on the public address.
func (a *app) routes() http.Handler { return a.ops.front(a.limited(a.mux())) }

// mux knows every address.
func (a *app) mux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhook/{channel}", a.inHand(a.webhook))
	mux.HandleFunc("GET /healthz", a.ops.healthz)
	mux.HandleFunc("GET /readyz", a.ops.readyz)
	a.pages.Register(mux)
	(&privacy.Pages{Shop: a.shop, DB: a.db}).Register(mux)
	a.counter.Register(mux)
	a.console.Register(mux)
	a.api().Register(mux)
	mux.Handle("GET "+campaign.Way+"{campaign}/{button}", a.campaigns)
	mux.HandleFunc("GET "+campaign.PreviewWay+"{token}", a.campaigns.ServePreview)
	return mux
}

// inHand bounds the deliveries that are worked on, and what their bodies take.
func (a *app) inHand(next http.HandlerFunc) http.HandlerFunc {
	small := &shares{most: maxAtOnce, each: maxOfOne}
	large := &shares{most: largeAtOnce, each: largeAtOnce / 4}
	return func(w http.ResponseWriter, r *http.Request) {
		from, slots := a.client(r), small
		if r.ContentLength < 0 || r.ContentLength > smallBody {
			slots = large
		}
		who := subnet(from)
		if !slots.enter(who, a.near(from)) {
			a.ops.metrics.webhook(a.channelOf(r), hookBusy)
			busy(w)
			return
		}
		defer slots.leave(who)
		// Not every writer has deadlines (tests'); the server's own bound holds then.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyWithin))
		next(w, r)
	}
}

// webhook takes one delivery of a platform: signature, events, commit, 200.
func (a *app) webhook(w http.ResponseWriter, r *http.Request) {
	begun := time.Now()
	name := bot.ChannelName(r.PathValue("channel"))
	ch, ok := a.adapters[name]
	if !ok {
		a.ops.metrics.webhook(name, hookUnknown)
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhook))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		a.ops.metrics.webhook(name, hookTooBig)
		http.Error(w, "body too large", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		a.ops.metrics.webhook(name, hookUnread)
		http.Error(w, "body not read", http.StatusBadRequest)
		return
	}
	events, err := ch.Decode(r.Header, body)
	if err != nil {
		a.ops.metrics.webhook(name, hookRefused)
		a.heard[name].refused.Add(1)
		// Whoever forges is told nothing but no; a wrong secret in the
		// configuration looks the same, so the operator is told where to look.
		a.log.WarnContext(r.Context(), "webhook refused: its signature does not fit this channel's secret (`regulars doctor` checks it)",
			"channel", name, "from", a.client(r))
		http.Error(w, "not signed for this channel", http.StatusUnauthorized)
		return
	}
	if len(events) > 0 {
		a.heard[name].last.Store(a.clock.Now().UnixNano())
	}
	ctx, cancel := context.WithTimeout(r.Context(), handleWithin)
	defer cancel()
	if err := a.bot.Handle(ctx, events); err != nil {
		a.ops.metrics.webhook(name, hookPutOff)
		a.log.WarnContext(r.Context(), "webhook put off: the platform is asked to deliver again", "channel", name, "events", len(events), "error", err)
		busy(w)
		return
	}
	a.ops.metrics.taken(name, len(events), time.Since(begun))
	w.WriteHeader(http.StatusOK)
}

// channelOf is the channel that a delivery is for; "" for one that there is not.
func (a *app) channelOf(r *http.Request) bot.ChannelName {
	name := bot.ChannelName(r.PathValue("channel"))
	if _, ok := a.adapters[name]; !ok {
		return ""
	}
	return name
}

// busy asks the caller to come back in a second.
func busy(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	http.Error(w, "busy, please send again", http.StatusServiceUnavailable)
}

// client is the caller's address: the connection's, or what a proxy that the
// configuration names says of it. Nobody else's word counts.
func (a *app) client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && a.trusted(host); i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
	}
	return host
}

func (a *app) trusted(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range *a.ops.proxies.Load() {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}
