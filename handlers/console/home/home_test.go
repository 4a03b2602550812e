package home_test

import (
	"net/http"
	"testing"

	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/home"
)

func open(t testing.TB) *consoletest.World {
	return consoletest.New(t, consoletest.Options{Strict: true, Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{home.Part(w.Console, home.Deps{})}
	}})
}

// TestFigures: what was sold today stands on the first page.
func TestFigures(t *testing.T) {
	w := open(t)
	w.Sell(w.Clerk, w.Ann, 12345)
	w.Open(w.Manager).Get("/console/").Must("Today", "12,345")
	if p := (w.Open(w.Manager)).Get("/console/nothing"); p.Status != http.StatusNotFound {
		t.Errorf("nothing gave %d", p.Status)
	}
}
