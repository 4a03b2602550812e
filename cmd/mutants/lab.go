package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// lab runs tests of a tree, with a file changed or without. Several may work in
// it at once.
type lab struct {
	root, dir string
	mu        sync.Mutex
	green     map[string]func() error // what the tests of a mutant say without it
}

// judgeAll tries the mutants, so many at a time, and tells how many live.
func (l *lab) judgeAll(all []mutant, atOnce int) (alive int) {
	var living atomic.Int32
	var wg sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for _, m := range all {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			if !l.judge(m) {
				living.Add(1)
			}
		})
	}
	wg.Wait()
	return int(living.Load())
}

// judge prints what became of m: the first test that failed without the guard,
// or that it lives.
func (l *lab) judge(m mutant) bool {
	start := time.Now()
	by, err := l.try(m)
	took := time.Since(start).Round(time.Second / 10)
	if err != nil {
		fmt.Printf("ALIVE     %s\n          %s: %v\n", m.Guard, m.File, err)
		return false
	}
	fmt.Printf("found out %s\n          %s: by %s %s in %v\n", m.Guard, m.File, m.Room, by, took)
	return true
}

// try names the test that found m out. The same tests have to pass without it.
func (l *lab) try(m mutant) (by string, err error) {
	changed, err := m.apply(l.root)
	if err != nil {
		return "", err
	}
	overlay, err := l.overlay(m, changed)
	if err != nil {
		return "", err
	}
	if err := l.sound(m); err != nil {
		return "", err
	}
	out, failed := l.test(m, "-overlay", overlay)
	if failed == nil {
		return "", errors.New("its tests pass without the guard")
	}
	if by = firstFailure(out); by == "" {
		return "", fmt.Errorf("its tests did not fail, they did not run: %w\n%s", failed, end(out))
	}
	return by, nil
}

// apply is the file's text without the guard. The place has to be there once.
func (m *mutant) apply(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m.File)))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), m.Old); n != 1 {
		return "", fmt.Errorf("the guard is %d times in the file, not once: %q", n, m.Old)
	}
	return strings.Replace(string(text), m.Old, m.New, 1), nil
}

// overlay writes the changed file and the list that names it to the go command.
func (l *lab) overlay(m mutant, changed string) (string, error) {
	dir, err := os.MkdirTemp(l.dir, "mutant-*")
	if err != nil {
		return "", err
	}
	file, list := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		return "", err
	}
	names, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(l.root, filepath.FromSlash(m.File)): file}})
	if err != nil {
		return "", err
	}
	return list, os.WriteFile(list, names, 0o600)
}

// sound runs a mutant's tests on the tree as it is, once for all mutants that
// they are for: a test that fails anyway finds nothing out, and one that was
// skipped neither.
func (l *lab) sound(m mutant) error {
	key := m.Room + " " + m.pattern()
	l.mu.Lock()
	asIs, known := l.green[key]
	if !known {
		asIs = sync.OnceValue(func() error { return l.pass(m) })
		l.green[key] = asIs
	}
	l.mu.Unlock()
	return asIs()
}

// pass tells why a mutant's tests do not pass on the tree as it is.
func (l *lab) pass(m mutant) error {
	out, err := l.test(m)
	switch {
	case err != nil:
		return fmt.Errorf("its tests fail with the guard, too: %w\n%s", err, end(out))
	case !strings.Contains(out, "--- PASS"):
		return errors.New("none of its tests ran; what they need is missing here")
	}
	return nil
}

// pattern names the mutant's tests, and no others, to the go command.
func (m *mutant) pattern() string {
	p := "^(" + strings.Join(m.Tests, "|") + ")$"
	if m.Scenes != "" {
		p += "/" + m.Scenes
	}
	return p
}

// test runs the mutant's tests.
func (l *lab) test(m mutant, args ...string) (string, error) {
	args = append([]string{"test", "-count=1", "-v", "-timeout=10m", "-vet=off", "-failfast", "-run", m.pattern()}, args...)
	cmd := exec.Command("go", append(args, "./"+m.Room)...)
	cmd.Dir = l.root
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// end is what stands at the end of the go command's words, where the reason is.
func end(out string) string { return out[max(0, len(out)-1500):] }

var failure = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)|^panic: (?:test timed out|.*\[recovered)`)

// firstFailure names the test that failed first in the go command's words. A
// build that fails names none.
func firstFailure(out string) string {
	m := failure.FindStringSubmatch(out)
	switch {
	case m == nil && strings.Contains(out, "\npanic: ") && strings.Contains(out, "=== RUN"):
		return "a panic"
	case m == nil:
		return ""
	case m[1] == "":
		return "a panic"
	}
	return m[1]
}
