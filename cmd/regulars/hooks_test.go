package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"regulars/handlers/alarm"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// TestHooksCommands: an address from the command line: made, tried, told of a
// sale that serve sends, sent again, switched off, taken away.
func TestHooksCommands(t *testing.T) {
	s, member := withSale(t)
	heard := make(chan string, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		heard <- string(raw)
	}))
	defer receiver.Close()
	s.refused(1, "hooks_allow", "hooks", "add", "https://127.0.0.1:8443/")
	s.env["REGULARS_HOOKS_ALLOW"] = "0.0.0.0/0"
	s.refused(1, "is not a network of your own", "hooks", "list")
	s.env["REGULARS_HOOKS_ALLOW"] = "127.0.0.0/8"
	if out := s.must("hooks", "list"); !strings.Contains(out, "no address is told what happens") {
		t.Error(out)
	}
	s.refused(1, "points.earned", "hooks", "add", receiver.URL, "--events", "points.guessed")
	s.refused(1, "no store nowhere", "hooks", "add", receiver.URL, "--store", "nowhere")
	out := s.must("hooks", "add", receiver.URL, "--name", "books", "--events", "points.earned,points.spent")
	id := regexp.MustCompile(`its id is ([a-z2-7]{8})\.`).FindStringSubmatch(out)
	if id == nil || !strings.Contains(out, "whsec_") {
		t.Fatal(out)
	}
	if out := s.must("hooks", "test", id[1]); !strings.Contains(out, "it answered 200") || !strings.Contains(<-heard, `"test"`) {
		t.Error(out)
	}
	a := s.open()
	err := a.db.Update(t.Context(), func(tx store.Tx) error {
		_, err := a.shop.Book.Earn(tx, member, book.Act{Op: "more", Actor: loyalty.ByJob("test"), Now: s.clock.at}, 500, "N2")
		return err
	})
	if err == nil {
		err = a.hooks.Deliver(t.Context())
	}
	if e := a.db.Close(); err != nil || e != nil {
		t.Fatal(err, e)
	}
	if got := <-heard; !strings.Contains(got, `"type":"points.earned"`) || !strings.Contains(got, string(member)) {
		t.Error(got)
	}
	out = s.must("hooks", "deliveries", id[1])
	event := regexp.MustCompile(`evt_[0-9a-f]{32}  points\.earned`).FindString(out)
	if event == "" || !strings.Contains(out, "delivered") {
		t.Fatal(out)
	}
	s.must("hooks", "replay", id[1], event[:14])
	if out := s.must("hooks", "replay", id[1], "--from", "2026-01-05 09:00", "--until", "2026-01-05 11:00"); !strings.Contains(out, "1 event goes out again") {
		t.Error(out)
	}
	s.refused(1, "no moment", "hooks", "replay", id[1], "--from", "yesterday")
	s.refused(1, "nothing of that name", "hooks", "replay", id[1], "evt_none")
	if out := s.must("hooks", "rotate", id[1]); !strings.Contains(out, "whsec_") {
		t.Error(out)
	}
	s.must("hooks", "off", id[1])
	if out := s.must("hooks", "list"); !regexp.MustCompile(id[1] + `  off +[12] `).MatchString(out) {
		t.Error(out)
	}
	s.must("hooks", "on", id[1])
	s.must("hooks", "remove", id[1])
	s.refused(1, "no address has the id", "hooks", "test", id[1])
}

// TestKeysCommands: a key is made and printed once, listed, and revoked.
func TestKeysCommands(t *testing.T) {
	s, _ := withSale(t)
	s.refused(1, "members:read", "keys", "new", "till", "--scopes", "everything")
	s.refused(1, "no store nowhere", "keys", "new", "till", "--store", "nowhere")
	out := s.must("keys", "new", "till at the window", "--day-cap", "500")
	key := regexp.MustCompile(`rk_([0-9a-z]{26})_[a-z2-7]{32}`).FindStringSubmatch(out)
	if key == nil {
		t.Fatal(out)
	}
	if out := s.must("keys", "list"); !strings.Contains(out, key[1]) || strings.Contains(out, key[0]) || !strings.Contains(out, "till at the window") {
		t.Error(out)
	}
	s.must("keys", "revoke", key[1])
	s.refused(1, "no key has the id", "keys", "revoke", "nothing")
}

// TestHooksAlarm: owners hear of an address that wants no more.
func TestHooksAlarm(t *testing.T) {
	s, member := withSale(t)
	s.env["REGULARS_HOOKS_ALLOW"] = "127.0.0.0/8"
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	defer receiver.Close()
	s.must("hooks", "add", receiver.URL, "--name", "books")
	a := s.open()
	defer a.db.Close()
	err := a.db.Update(t.Context(), func(tx store.Tx) error {
		_, err := a.shop.Book.Earn(tx, member, book.Act{Op: "more", Actor: loyalty.ByJob("test"), Now: s.clock.at}, 500, "N2")
		return err
	})
	if err == nil {
		err = a.hooks.Deliver(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	found, ok := a.newWatch().looks()[alarm.Hooks](t.Context())
	if !ok || len(found) != 1 || found[0].Text.Key != i18n.ConsoleConnectionsAlarmGone {
		t.Errorf("%v, %+v", ok, found)
	}
}

// TestHooksWaitAfterARestore: a webhook that waited in a restored store goes out
// once `outbox release` is said, under its id; `outbox discard` ends it.
func TestHooksWaitAfterARestore(t *testing.T) {
	for _, word := range []string{"release", "discard"} {
		s, member := withSale(t)
		heard := make(chan string, 10)
		receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard <- r.Header.Get("Webhook-Id") }))
		defer receiver.Close()
		s.env["REGULARS_HOOKS_ALLOW"] = "127.0.0.0/8"
		s.must("hooks", "add", receiver.URL, "--events", "points.earned")
		do := func(f func(a *app) error) {
			t.Helper()
			a := s.open()
			defer a.db.Close()
			if err := f(a); err != nil {
				t.Fatal(err)
			}
		}
		deliver := func(a *app) error { return a.hooks.Deliver(t.Context()) }
		do(func(a *app) error {
			return a.db.Update(t.Context(), func(tx store.Tx) error {
				_, err := a.shop.Book.Earn(tx, member, book.Act{Op: "more", Actor: loyalty.ByJob("test"), Now: s.clock.at}, 500, "N2")
				return err
			})
		})
		s.must("backup", s.path("all.regulars"))
		s.must("restore", s.path("all.regulars"), "--force")
		do(deliver)
		if out := s.must("outbox", "list"); len(heard) != 0 || !strings.Contains(out, "webhooks that may have been sent since the backup: 1") {
			t.Fatalf("%d were sent before anybody decided:\n%s", len(heard), out)
		}
		s.must("outbox", word)
		do(deliver)
		if sent := len(heard); (sent == 1) != (word == "release") || sent > 1 {
			t.Errorf("after %s %d were sent", word, sent)
		}
	}
}
