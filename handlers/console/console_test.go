package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"regulars/handlers/console/consoletest"
)

// TestSessions: who came by the link sees where they are logged in, can choose
// another language, and is out after leaving.
func TestSessions(t *testing.T) {
	w := consoletest.New(t, consoletest.Options{Strict: true})
	b := w.Open(w.Manager)
	b.Get("/console/sessions").Must("Where you are logged in", "this one")
	b.Get("/console/sessions").Form("/console/language").Set("lang", "ja").Send().Must("ログイン中の端末")
	if p := b.Post("/console/language", url.Values{"lang": {"en"}}); p.Status != http.StatusForbidden {
		t.Errorf("a form without its token gave %d", p.Status)
	}
	b.Get("/console/sessions").Form("/console/out").Send()
	if p := b.Get("/console/sessions"); p.Status != http.StatusUnauthorized {
		t.Errorf("after leaving: %d", p.Status)
	}
}
