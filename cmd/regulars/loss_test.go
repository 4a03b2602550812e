package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// TestAcceptedLoss: a file that lost commits is refused with the way out, and
// where that is taken, nothing is sent before somebody decided.
func TestAcceptedLoss(t *testing.T) {
	s, _ := withSale(t)
	s.write("regulars.db.commits", "99999\n")
	_, _, said := s.run("verify")
	if !strings.Contains(said, "lost its last") || !strings.Contains(said, "`regulars serve --accept-loss`") {
		t.Fatal(said)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s.env["REGULARS_LISTEN"] = "127.0.0.1:0"
	m := s.main(nil, &bytes.Buffer{})
	m.Stdout = &endsAt{words: "Regulars serves", end: stop}
	if exit := m.Run(ctx, []string{"serve", "--accept-loss"}); exit != 0 {
		t.Errorf("exit %d: %s", exit, m.Stderr)
	}
	if !strings.Contains(m.Stdout.(*endsAt).String(), "held") {
		t.Errorf("nobody was told that messages are held:\n%s", m.Stdout)
	}
	if said := s.must("outbox", "list"); !strings.Contains(said, "the data file lost its last commits") {
		t.Error(said)
	}
	s.must("verify")
}

// endsAt keeps what is written, and ends something once it has the words.
type endsAt struct {
	bytes.Buffer
	words string
	end   func()
}

func (e *endsAt) Write(p []byte) (int, error) {
	n, err := e.Buffer.Write(p)
	if strings.Contains(e.String(), e.words) {
		e.end()
	}
	return n, err
}
