package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

//go:embed testdata/axe/axe.min.js
var axeSource string

// fault is what axe finds on a page: a rule, and the elements that break it.
type fault struct {
	ID, Help, Impact string
	Nodes            []struct {
		HTML           string
		FailureSummary string
	}
}

// accessible holds the page to WCAG 2.2 AA as far as axe can tell by itself:
// nothing serious and nothing critical. rules are those to try, none for all.
func (b *tab) accessible(rules ...string) {
	b.t.Helper()
	for _, f := range b.faults(rules...) {
		var where []string
		for _, n := range f.Nodes {
			where = append(where, n.HTML+"\n    "+strings.ReplaceAll(n.FailureSummary, "\n", " "))
		}
		b.t.Errorf("%s: %s, %s (%s):\n  %s", b.text(`location.pathname`), f.Impact, f.Help, f.ID, strings.Join(where, "\n  "))
	}
}

// faults are the serious and critical ones that axe finds.
func (b *tab) faults(rules ...string) []fault {
	b.t.Helper()
	if b.text(`typeof axe`) != "object" {
		b.value(axeSource+"\n1", new(int))
	}
	only := `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}`
	if len(rules) > 0 {
		list, _ := json.Marshal(rules)
		only = fmt.Sprintf(`{type: "rule", values: %s}`, list)
	}
	b.value(`(() => {
		window.axeFound = null;
		const no = e => { window.axeFound = [{ id: "axe", help: String(e), impact: "critical", nodes: [] }] };
		axe.run(document, { runOnly: `+only+`, resultTypes: ["violations"], preload: false }).then(r => { window.axeFound = r.violations }, no);
		return 1;
	})()`, new(int))
	b.until(`window.axeFound`)
	var found []fault
	b.value(`window.axeFound`, &found)
	return slices.DeleteFunc(found, func(f fault) bool { return f.Impact != "serious" && f.Impact != "critical" })
}
