package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
)

// The forms of the log.
const (
	logText = "text"
	logJSON = "json"
)

// newLog is the log as the configuration wants it: lines for a person or for a
// program, from level on, which may be changed while it is used. A line that is
// written for a request carries the request's id.
func newLog(w io.Writer, form string, level slog.Leveler) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewTextHandler(w, o)
	if form == logJSON {
		h = slog.NewJSONHandler(w, o)
	}
	return slog.New(ofRequest{h})
}

// ofRequest adds the id of the request that a line's context belongs to.
type ofRequest struct{ slog.Handler }

// Handle implements slog.Handler.
func (h ofRequest) Handle(ctx context.Context, r slog.Record) error {
	if id := requestID(ctx); id != "" {
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h ofRequest) WithAttrs(attrs []slog.Attr) slog.Handler {
	return ofRequest{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h ofRequest) WithGroup(name string) slog.Handler { return ofRequest{h.Handler.WithGroup(name)} }

var logForms = []string{logText, logJSON}

var logLevels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

func checkLog(s string) string { return oneOf(s, logForms...) }

func checkLogLevel(s string) string { return oneOf(s, "debug", "info", "warn", "error") }

// oneOf is what is wrong with a word that must be among others.
func oneOf(s string, words ...string) string {
	for _, w := range words {
		if s == w {
			return ""
		}
	}
	return `must be "` + strings.Join(words, `", "`) + `"`
}
