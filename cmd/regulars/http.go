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
	"regulars/store"
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
)

// routes is everything that answers on the public address.
func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	inHand := make(chan struct{}, maxAtOnce)
	mux.HandleFunc("POST /webhook/{channel}", func(w http.ResponseWriter, r *http.Request) {
		select {
		case inHand <- struct{}{}:
			defer func() { <-inHand }()
			a.webhook(w, r)
		default:
			busy(w)
		}
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", a.ready)
	a.pages.Register(mux)
	a.counter.Register(mux)
	a.console.Register(mux)
	mux.Handle("GET "+campaign.Way+"{campaign}/{button}", a.campaigns)
	mux.HandleFunc("GET "+campaign.PreviewWay+"{token}", a.campaigns.ServePreview)
	return mux
}

// webhook takes one delivery of a platform: signature, events, commit, 200.
func (a *app) webhook(w http.ResponseWriter, r *http.Request) {
	name := bot.ChannelName(r.PathValue("channel"))
	ch, ok := a.adapters[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhook))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		http.Error(w, "body too large", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "body not read", http.StatusBadRequest)
		return
	}
	events, err := ch.Decode(r.Header, body)
	if err != nil {
		a.heard[name].refused.Add(1)
		// Whoever forges is told nothing but no; a wrong secret in the
		// configuration looks the same, so the operator is told where to look.
		a.log.Warn("webhook refused: its signature does not fit this channel's secret (`regulars doctor` checks it)",
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
		a.log.Warn("webhook put off: the platform is asked to deliver again", "channel", name, "events", len(events), "error", err)
		busy(w)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// busy asks the caller to come back in a second.
func busy(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	http.Error(w, "busy, please send again", http.StatusServiceUnavailable)
}

// ready says whether a load balancer may send webhooks here.
func (a *app) ready(w http.ResponseWriter, r *http.Request) {
	err := a.db.View(r.Context(), func(rd store.Reader) error {
		_, _, err := rd.Get([]byte("ready"))
		return err
	})
	if err != nil {
		http.Error(w, "the store cannot be read", http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ready\n")
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
	for _, p := range a.cfg.TrustedProxies {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}
