package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"regulars/handlers/api"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
)

// A purchase that a till's program records is in its member's chat; one number
// for two requests counts once and is told to the owner (case 8).
func TestTillAPI(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil).staffed()
	olga := l.enrols("Olga", "en", people.Owner)
	a := l.app.app
	w := a.newWatch()
	var key string
	l.try(a.db.Update(t.Context(), func(tx store.Tx) (err error) {
		_, key, err = api.Keys{Shop: a.shop}.Make(tx, api.NewKey{Name: "Till 1", Scopes: api.TillScopes(), By: loyalty.ByJob("test")}, a.clock.Now())
		return err
	}))
	post := func(body string) (status int, said string) {
		r, err := http.NewRequestWithContext(context.Background(), "POST", l.app.url+api.Base+"/purchases", strings.NewReader(body))
		l.try(err)
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "till-1-0042")
		res, err := http.DefaultClient.Do(r)
		l.try(err)
		defer res.Body.Close()
		raw, err := io.ReadAll(res.Body)
		l.try(err)
		return res.StatusCode, string(raw)
	}
	l.hears(l.bob, 0)
	if status, said := post(`{"phone":"0987654321","amount":350}`); status != 200 || !strings.Contains(said, `"points":35`) {
		t.Fatalf("%d %s", status, said)
	}
	if heard := strings.Join(l.hears(l.bob, 1), "\n"); !strings.Contains(heard, "35") {
		t.Errorf("Bob heard %q", heard)
	}
	if status, said := post(`{"phone":"0987654321","amount":3500}`); status != 409 {
		t.Errorf("%d %s", status, said)
	}
	if heard := l.looks(w, olga, 1); !strings.Contains(heard, "Till 1") {
		t.Errorf("the owner heard %q", heard)
	}
	for range 3 {
		l.passes(24 * time.Hour / 2)
		l.try(w.look(t.Context()))
	}
	if heard := strings.Join(l.hears(olga, 0), "\n"); strings.Count(heard, "Till 1") > 1 {
		t.Errorf("then the owner heard %q", heard)
	}
}
