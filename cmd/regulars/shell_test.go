package main

import (
	"bytes"
	"crypto/rand"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/bot"
)

// The flag may be bottest's, where another test of this package imports it.
func init() {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "write the golden files anew")
	}
}

// shell runs the program in a folder of its own, as an operator does.
type shell struct {
	t     *testing.T
	dir   string
	env   map[string]string
	typed string // on a terminal; "" is none
	clock fixed
}

// fixed is a clock that stands still.
type fixed struct{ at time.Time }

func (c fixed) Now() time.Time                         { return c.at }
func (c fixed) After(d time.Duration) <-chan time.Time { return time.After(d) }

var _ bot.Clock = fixed{}

func newShell(t *testing.T) *shell {
	t.Helper()
	return &shell{t: t, dir: t.TempDir(), env: map[string]string{}, clock: fixed{time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)}}
}

// main is the program as this shell runs it.
func (s *shell) main(stdout, stderr *bytes.Buffer) *Main {
	env := maps.Clone(s.env)
	if env["REGULARS_CONFIG"] == "" {
		env["REGULARS_CONFIG"] = s.path("regulars.toml")
	}
	return &Main{
		Stdin: strings.NewReader(s.typed), Stdout: stdout, Stderr: stderr, Terminal: s.typed != "", Rand: rand.Reader, Clock: s.clock,
		Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	}
}

// run gives what a command printed, with the folder's name written DIR.
func (s *shell) run(args ...string) (exit int, stdout, stderr string) {
	s.t.Helper()
	var out, err bytes.Buffer
	exit = s.main(&out, &err).Run(s.t.Context(), args)
	tidy := func(b bytes.Buffer) string { return strings.ReplaceAll(b.String(), s.dir, "DIR") }
	return exit, tidy(out), tidy(err)
}

// must runs a command that has to succeed.
func (s *shell) must(args ...string) string {
	s.t.Helper()
	exit, stdout, stderr := s.run(args...)
	if exit != 0 {
		s.t.Fatalf("regulars %s: exit %d\n%s%s", strings.Join(args, " "), exit, stdout, stderr)
	}
	return stdout
}

// refused runs a command that has to fail with these words, and changes
// nothing in the folder.
func (s *shell) refused(exit int, words string, args ...string) string {
	s.t.Helper()
	before := s.files()
	got, stdout, stderr := s.run(args...)
	if got != exit || !strings.Contains(stdout+stderr, words) {
		s.t.Errorf("regulars %s: exit %d, want %d and %q:\n%s%s", strings.Join(args, " "), got, exit, words, stdout, stderr)
	}
	if after := s.files(); !maps.Equal(before, after) {
		s.t.Errorf("regulars %s changed files", strings.Join(args, " "))
	}
	return stdout + stderr
}

func (s *shell) path(name string) string { return filepath.Join(s.dir, name) }

func (s *shell) read(name string) string {
	s.t.Helper()
	b, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

func (s *shell) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// files are the small files of the folder with their texts.
func (s *shell) files() map[string]string {
	all := map[string]string{}
	for _, pattern := range []string{"*.toml", "*.key"} {
		names, _ := filepath.Glob(s.path(pattern))
		for _, n := range names {
			all[n] = s.read(filepath.Base(n))
		}
	}
	return all
}

// golden compares text with a file, or writes it.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s differs (run with -update to accept):\n%s", name, text)
	}
}

var secretLine = regexp.MustCompile(`(secret_token = )"[A-Za-z0-9_-]{32}"`)

// unsecret hides what init drew.
func unsecret(s string) string { return secretLine.ReplaceAllString(s, `$1"DRAWN"`) }
