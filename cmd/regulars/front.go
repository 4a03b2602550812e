package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// requestHeader carries a request's id: in from a trusted proxy that has one,
// on to whatever answers, and back to the caller.
const requestHeader = "X-Request-Id"

// requestForm is what is believed of a proxy's id: it goes into the log.
var requestForm = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

type requestKey struct{}

// requestID is the id of the request that ctx belongs to; "" where there is none.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// front stands before all that answers on the public address: it gives each
// request an id, measures it, and writes one line of it where the log wants
// such. The line has the route and never the address that was asked for, which
// may hold a token, nor who asked.
func (o *operations) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		id := r.Header.Get(requestHeader)
		if !requestForm.MatchString(id) || !o.a.fromProxy(r) {
			id = rand.Text()
		}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
		r.Header.Set(requestHeader, id)
		w.Header().Set(requestHeader, id)
		if o.draining.Load() {
			w.Header().Set("Connection", "close") // a proxy comes back elsewhere
		}
		s := &seen{ResponseWriter: w}
		defer func() {
			took := time.Since(begun)
			o.metrics.request(areaOf(r.Pattern), s, took)
			o.log.LogAttrs(r.Context(), slog.LevelDebug, "request", slog.String("method", methodOf(r)), slog.String("route", routeOf(r.Pattern)),
				slog.Int("status", s.code()), slog.Int64("bytes", s.bytes), slog.Duration("took", took))
		}()
		next.ServeHTTP(s, r)
	})
}

// fromProxy says whether a request was handed on by a proxy of the shop's.
func (a *app) fromProxy(r *http.Request) bool {
	host, _, ok := strings.Cut(r.RemoteAddr, "]")
	if !ok {
		host, _, _ = strings.Cut(r.RemoteAddr, ":")
	}
	return a.trusted(strings.TrimPrefix(host, "["))
}

// methodOf keeps made-up methods out of the log and the metrics.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// routeOf is a pattern without its method; "none" where nothing answers.
func routeOf(pattern string) string {
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return path
	}
	if pattern == "" {
		return "none"
	}
	return pattern
}

// areaOf is the part of the house that answers a pattern: its first word.
func areaOf(pattern string) string {
	area, _, _ := strings.Cut(strings.TrimPrefix(routeOf(pattern), "/"), "/")
	switch {
	case area == "healthz" || area == "readyz":
		return "health"
	case area == "" || strings.HasPrefix(area, "{"):
		return "root"
	}
	return area
}

// seen remembers what was answered.
type seen struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// Unwrap is for http.ResponseController: pages that stay open flush and set
// deadlines.
func (s *seen) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (s *seen) WriteHeader(status int) {
	if s.status == 0 && status >= 200 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (s *seen) Write(b []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	n, err := s.ResponseWriter.Write(b)
	s.bytes += int64(n)
	return n, err
}

func (s *seen) code() int {
	if s.status == 0 {
		return http.StatusOK
	}
	return s.status
}

// streams says whether the answer stays open for as long as its page does.
func (s *seen) streams() bool {
	return strings.HasPrefix(s.Header().Get("Content-Type"), "text/event-stream")
}
