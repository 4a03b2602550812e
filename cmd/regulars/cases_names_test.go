package main

import (
	"encoding/csv"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"regulars/bot/sim"
	"regulars/handlers/admin"
	"regulars/loyalty/people"
)

// hostile are names as nobody has them: markup, a formula, letters that turn the
// direction of others, line breaks, a page of text.
var hostile = map[string]string{
	"markup":  `<img src=x onerror=alert(1)>`,
	"formula": `=cmd|' /C calc'!A0`,
	"turned":  "abc\u202egnp.exe",
	"broken":  "one\r\ntwo\nlevel=ERROR msg=forged",
	"long":    strings.Repeat("長", 1400),
	"quotes":  `"><script>alert(1)</script>`,
}

// TestWireCase31 calls members by hostile names and looks wherever a name comes
// out: an employee's chat, the live card, an export that a spreadsheet opens,
// and the log, of which one line stays one.
func TestWireCase31(t *testing.T) {
	t.Parallel()
	for _, platform := range []string{"line", "telegram"} {
		t.Run(platform, func(t *testing.T) { namedBadly(t, platform) })
	}
}

// namedBadly is the case with members of one platform.
func namedBadly(t *testing.T, platform string) {
	w := newWire(t)
	sam := w.employee(platform, "Sam", people.Clerk)
	for what, name := range hostile {
		p := w.phone(platform, name)
		come(p)
		w.hears(p, 1)
		w.try(p.Press("Join"))
		w.hears(p, 1)
		w.says(p, "/name")
		w.says(p, name)
		w.namedInChat(sam, p, what)
		w.namedOnPage(p, what)
	}
	w.namedInExport()
	for line := range strings.Lines(w.log.String()) {
		if !strings.HasPrefix(line, "time=") || strings.Contains(line, "onerror") {
			t.Errorf("a line of the log: %q", line)
		}
	}
}

// namedInChat: an employee's answer is of few, whole lines.
func (w *wire) namedInChat(sam, p sim.Person, what string) {
	w.t.Helper()
	for _, said := range w.says(sam, "/find "+w.card(p)) {
		if len([]rune(said)) > 600 || strings.ContainsAny(said, "\u202e\r\x00") || strings.Contains(said, "\nlevel=") {
			w.t.Errorf("%s: an employee reads %q", what, said)
		}
	}
}

// namedOnPage: the live card shows a name as text.
func (w *wire) namedOnPage(p sim.Person, what string) {
	w.t.Helper()
	res, err := http.Get(w.app.url + w.liveAddress(p))
	w.try(err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	w.try(err)
	page := string(raw)
	if res.StatusCode != http.StatusOK || strings.Contains(page, "<img src=x") || strings.Contains(page, "<script>alert") || strings.Contains(page, "\u202e") {
		w.t.Errorf("%s: the live card (%d) holds the name as it was typed", what, res.StatusCode)
	}
	if policy := res.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		w.t.Errorf("%s: the live card's policy is %q", what, policy)
	}
}

// namedInExport: no cell of any table begins as a formula does, and each row is
// one line.
func (w *wire) namedInExport() {
	w.t.Helper()
	dir := filepath.Join(w.t.TempDir(), "out")
	w.try(w.app.app.desk().Ops()["export"](w.t.Context(), map[string]string{"to": dir, "format": "csv"}, func(admin.Line) {}))
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	w.try(err)
	if len(files) == 0 {
		w.t.Fatal("nothing was exported")
	}
	named := 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		w.try(err)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff"))).ReadAll()
		w.try(err)
		if lines := strings.Count(strings.TrimSpace(string(raw)), "\n") + 1; lines != len(rows) {
			w.t.Errorf("%s: %d lines for %d rows", filepath.Base(f), lines, len(rows))
		}
		for _, cell := range slices.Concat(rows...) {
			if cell != "" && strings.ContainsRune("=+@\t\r", rune(cell[0])) || strings.ContainsRune(cell, '\u202e') {
				w.t.Errorf("%s: a cell %.80q", filepath.Base(f), cell)
			}
			if strings.Contains(cell, "calc") {
				named++
			}
		}
	}
	if named == 0 {
		w.t.Error("the formula's owner is not in the export")
	}
}
