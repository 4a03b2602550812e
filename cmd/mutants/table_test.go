package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// TestMutantsApply holds the table against the source: each guard is where it
// is said to be, once, and what is left without it is still Go.
func TestMutantsApply(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		changed, err := m.apply(root)
		if err != nil {
			t.Errorf("%s: %s: %v", m.Guard, m.File, err)
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), m.File, changed, parser.SkipObjectResolution); err != nil {
			t.Errorf("%s: without it, %s is no Go: %v", m.Guard, m.File, err)
		}
	}
}

// TestMutantsHaveTests asks that each name matches a test of its room: a pattern
// that matches nothing would be taken for a guard nobody misses.
func TestMutantsHaveTests(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		all := testsIn(t, m.Room)
		for _, name := range m.Tests {
			if !regexp.MustCompile(`(?m)^func ` + name + `\(t \*testing\.T\)`).MatchString(all) {
				t.Errorf("%s: %s has no test %s", m.Guard, m.Room, name)
			}
		}
	}
}

func testsIn(t *testing.T, room string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(room), "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no tests: %v", room, err)
	}
	var all strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// TestFirstFailure tells a test that failed from a build that did.
func TestFirstFailure(t *testing.T) {
	t.Parallel()
	for out, want := range map[string]string{
		"=== RUN   TestA\n--- FAIL: TestA (0.00s)\nFAIL\n":                                    "TestA",
		"=== RUN   TestA\n=== RUN   TestA/b\n    --- FAIL: TestA/b (0.00s)\nFAIL\n":           "TestA/b",
		"=== RUN   TestA\npanic: assignment to entry in nil map\n\ngoroutine 1 [run]":         "a panic",
		"# regulars/bot\nbot/handle.go:3:1: undefined: x\nFAIL regulars/bot [build failed]\n": "",
		"testing: warning: no tests to run\nPASS\n":                                           "",
	} {
		if got := firstFailure(out); got != want {
			t.Errorf("%q for %q, not %q", got, out, want)
		}
	}
}
