package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The page of threats, and the marks between which it repeats the ledger's
// rules.
const (
	securityPage = "../../SECURITY.md"
	rulesFrom    = "<!-- rules -->\n"
	rulesTo      = "<!-- /rules -->\n"
)

// namedTest is a test as the page names it: its room, and its name.
var namedTest = regexp.MustCompile("`([a-z][a-z0-9/]*) (Test[A-Za-z0-9_]+)`")

// TestSecurityPage holds the page against the tests that there are: a threat
// whose test went is one that nobody holds off, as far as a reader can know.
func TestSecurityPage(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(securityPage)
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	before, rest, ok := strings.Cut(page, rulesFrom)
	_, after, too := strings.Cut(rest, rulesTo)
	if !ok || !too {
		t.Fatalf("the page has no place for the rules: %q to %q", rulesFrom, rulesTo)
	}
	want := before + rulesFrom + rulesOfTheLedger() + rulesTo + after
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(securityPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if page != want {
		t.Error("the page's list of rules is not the table's: go test ./cmd/regulars -run TestSecurityPage -update")
	}
	known, named := testsOf(t, filepath.Join("..", "..")), 0
	for _, m := range namedTest.FindAllStringSubmatch(before+after, -1) {
		named++
		if !known[m[1]+" "+m[2]] {
			t.Errorf("the page names %s of %s, which there is not", m[2], m[1])
		}
	}
	if named < 80 {
		t.Errorf("the page names only %d tests", named)
	}
	threatsHaveTests(t, before)
}

// threatsHaveTests asks each row of a table of threats for a test.
func threatsHaveTests(t *testing.T, page string) {
	t.Helper()
	_, threats, _ := strings.Cut(page, "## Who, what, and what holds them off")
	threats, _, _ = strings.Cut(threats, "## What is not held off")
	rows := 0
	for line := range strings.Lines(threats) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 || strings.HasPrefix(strings.TrimSpace(cells[0]), "---") || strings.TrimSpace(cells[2]) == "shown by" {
			continue
		}
		rows++
		if !namedTest.MatchString(cells[2]) {
			t.Errorf("nothing shows what is said of %q", strings.TrimSpace(cells[0]))
		}
	}
	if rows < 30 {
		t.Errorf("only %d threats are read; has the table another form?", rows)
	}
}

// rulesOfTheLedger writes the proof's tables for a reader.
func rulesOfTheLedger() string {
	var b strings.Builder
	for _, part := range []struct {
		name  string
		table []proofs
	}{{"rule", invariants}, {"case", cases}} {
		fmt.Fprintf(&b, "\n| %s | what | tests |\n| --- | --- | --- |\n", part.name)
		for _, p := range part.table {
			fmt.Fprintf(&b, "| %d | %s | `%s` |\n", p.number, p.must, strings.Join(p.tests, "`, `"))
		}
	}
	return b.String() + "\n"
}
