package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"regulars/handlers/admin"
)

// moving is a clock that goes on by a step with every look.
type moving struct {
	fixed
	step time.Duration
}

func (c *moving) Now() time.Time {
	c.at = c.at.Add(c.step)
	return c.at
}

func TestProgressElsewhereIsTellingNowAndThen(t *testing.T) {
	var out, err bytes.Buffer
	m := &Main{Stdout: &out, Stderr: &err, Clock: &moving{step: 4 * time.Second}}
	p := m.newProgress("verify")
	for n := range int64(6) {
		p.line(admin.Line{Progress: n + 1, Total: 6})
	}
	p.line(admin.Line{Progress: 7})
	p.line(admin.Line{})
	p.line(admin.Line{Text: "all whole"})
	p.end()
	if err.String() != "verify: 3 of 6\nverify: 6 of 6\n" || out.String() != "\nall whole\n" {
		t.Errorf("%q, %q", err.String(), out.String())
	}
}

func TestProgressOnATerminalIsDrawnAndTakenAway(t *testing.T) {
	var out, err bytes.Buffer
	m := &Main{Stdout: &out, Stderr: &err, Clock: fixed{}, Terminal: true}
	p := m.newProgress("verify")
	p.line(admin.Line{Progress: 1, Total: 2})
	p.line(admin.Line{Progress: 2, Total: 2})
	p.line(admin.Line{Progress: 1}) // another thing is counted
	p.line(admin.Line{Text: "all whole"})
	p.end()
	if out.String() != "all whole\n" || !strings.Contains(err.String(), "verify") || !strings.HasSuffix(err.String(), "\r") {
		t.Errorf("%q, %q", out.String(), err.String())
	}
}
