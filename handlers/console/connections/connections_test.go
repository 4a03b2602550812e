package connections_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"regulars/handlers/api"
	"regulars/handlers/console"
	"regulars/handlers/console/connections"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/members"
	"regulars/handlers/console/team"
	"regulars/handlers/hooks"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/mem"
)

func open(t testing.TB) (*consoletest.World, *hooks.Desk) {
	var desk *hooks.Desk
	w := consoletest.New(t, consoletest.Options{Strict: true, Parts: func(w *consoletest.World) []console.Part {
		desk = hooks.New(w.Shop, w.DB, hooks.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
		return []console.Part{connections.Part(w.Console, api.Keys{Shop: w.Shop}, desk)}
	}})
	return w, desk
}

var (
	bearerForm = regexp.MustCompile(`rk_[0-9a-z]{26}_[a-z2-7]{32}`)
	secretForm = regexp.MustCompile(`whsec_[A-Za-z0-9+/]{43}=`)
)

// TestKeys: a key is made, shown once, opens the API, and is revoked.
func TestKeys(t *testing.T) {
	t.Parallel()
	w, _ := open(t)
	b := w.Open(w.Owner)
	p := b.Get("/console/connections").Must("No program has a key yet", "Find a member by card or phone number")
	p = p.Form("/keys").Set("name", "till <1>").Set("store", "main").Set("day_cap", "5000").Send().Must("Copy it into the program now", "till <1>", "5,000")
	bearer := bearerForm.FindString(p.Body)
	var k api.Key
	w.See(func(r store.Reader) (err error) { k, err = api.Keys{Shop: w.Shop}.Open(r, bearer); return err })
	if k.Store != "main" || k.DayCap != 5000 || k.ActCap != w.Shop.Rules(w.Clock.Now()).Caps[people.Clerk].SaleAct || k.By != w.Owner.ID.Actor() || !slices.Equal(k.Scopes, api.TillScopes()) {
		t.Errorf("%+v", k)
	}
	again := b.Get("/console/connections").Must("till <1>", "not yet")
	if bearerForm.MatchString(again.Body) {
		t.Error("the key is shown again")
	}
	again.Form("/keys/revoke").Send().Must("Revoked", "Revoked keys: 1", "No program has a key yet")
	w.See(func(r store.Reader) error {
		if _, err := (api.Keys{Shop: w.Shop}).Open(r, bearer); err != api.ErrKey {
			t.Errorf("a revoked key: %v", err)
		}
		return nil
	})
	n := 0
	for _, row := range w.DB.(*mem.DB).Dump() {
		if bytes.Contains(row.Value, []byte(bearer[31:])) {
			t.Errorf("the row %s opens", row.Key)
		}
		if bytes.HasPrefix(row.Key, []byte("auditof/key:"+string(k.ID)+"/")) {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d lines in the record, want that it was made and revoked", n)
	}
}

// TestWrongKeys: what was typed stays, and what is wrong is said.
func TestWrongKeys(t *testing.T) {
	t.Parallel()
	w, _ := open(t)
	b := w.Open(w.Owner)
	f := b.Get("/console/connections").Form("/keys").Set("name", "x").Set("act_cap", "many")
	p := f.Send()
	if p.Status != http.StatusUnprocessableEntity || !p.Says("A whole number") || !strings.Contains(p.Body, `value="many"`) {
		t.Errorf("%d %s", p.Status, p.Text())
	}
	f = p.Form("/keys").Set("act_cap", "")
	f.Values.Del("scopes")
	if p = f.Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("at least one thing that it may do") {
		t.Errorf("without scopes: %d %s", p.Status, p.Text())
	}
	if strings.Contains(p.Body, `value="members:read" checked`) || !strings.Contains(p.Body, `value="points.earned" checked`) {
		t.Error("the boxes of one form changed with the other's, or did not stay")
	}
	f = p.Form("/keys")
	f.Values["scopes"] = []string{"everything:write"}
	if p = f.Send(); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a scope that there is not: %d", p.Status)
	}
	w.See(func(r store.Reader) error {
		all, err := api.Keys{Shop: w.Shop}.List(r)
		if len(all) != 0 {
			t.Errorf("%d keys were made", len(all))
		}
		return err
	})
}

// hearing is a receiver.
type hearing struct {
	mu     sync.Mutex
	bodies []string
	status int
}

func (h *hearing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bodies = append(h.bodies, string(raw))
	if h.status != 0 {
		w.WriteHeader(h.status)
	}
}

func (h *hearing) answer(status int) { h.mu.Lock(); defer h.mu.Unlock(); h.status = status }
func (h *hearing) heard() int        { h.mu.Lock(); defer h.mu.Unlock(); return len(h.bodies) }

// TestHooks: an address from its making to its end, without a script.
func TestHooks(t *testing.T) {
	t.Parallel()
	w, desk := open(t)
	got := &hearing{}
	s := httptest.NewServer(got)
	defer s.Close()
	deliver := func() {
		t.Helper()
		if err := desk.Deliver(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	b := w.Open(w.Owner)
	p := b.Get("/console/connections").Must("No address is told anything yet")
	p = p.Form("/hooks").Set("url", s.URL+"/in").Set("name", "bookkeeping").Send().Must("Copy it into the program now", "bookkeeping")
	if !secretForm.MatchString(p.Text()) {
		t.Error("the secret is not shown")
	}
	p = b.Get("/console/connections").Must("bookkeeping", "on").Click("bookkeeping").Must("Nothing has been sent yet")
	if secretForm.MatchString(p.Text()) {
		t.Error("the secret is shown again")
	}
	at := p.Path
	p = p.Form("/test").Send().Must("The test arrived (answer 200)", "a test", "arrived")
	got.answer(500)
	p.Form("/test").Send().Must("The test did not arrive: it answered 500", "given up")

	w.Sell(w.Main, w.Ann, 500)
	b.Get(at).Must("Waiting to be sent: 1", "goes out in a moment")
	deliver()
	b.Get(at).Must("next try", "it answered 500", "nothing has arrived there")
	b.Get("/console/connections").Must("failing")
	got.answer(200)
	w.Clock.Move(10e9)
	deliver()
	p = b.Get(at).Must("points earned", "arrived", string(w.Ann))
	n := got.heard()
	p.Form("/again").Send().Must("goes out again in a moment")
	deliver()
	if got.heard() != n+1 {
		t.Errorf("heard %d more times", got.heard()-n)
	}
	p = b.Get(at).Must("sent again by hand")
	p.Form("/range").Send().Must("Going out again: 1")
	deliver()
	if got.heard() != n+2 {
		t.Errorf("after a time was sent again: heard %d more times", got.heard()-n)
	}
	if p = b.Get(at).Form("/range").Set("until", "2020-01-01T00:00").Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("the second after the first") {
		t.Errorf("a time that ends before it begins: %d", p.Status)
	}

	p = b.Get(at).Form("/rotate").Send().Must("Copy it into the program now")
	if !secretForm.MatchString(p.Text()) {
		t.Error("the new secret is not shown")
	}
	f := b.Get(at).Form("/settings").Set("name", "books")
	f.Values["events"] = []string{"voucher.used"}
	f.Send().Must("Saved", "books")
	b.Get(at).Form("/off").Send().Must("It is off", "Switched off: nothing is sent there")
	b.Get(at).Form("/on").Send().Must("It is on again")
	w.See(func(r store.Reader) error {
		list, err := hooks.List(r)
		if len(list) != 1 || list[0].Name != "books" || !slices.Equal(list[0].Events, []hooks.Type{hooks.VoucherUsed}) || list[0].Off {
			t.Errorf("%+v", list)
		}
		return err
	})
	b.Get(at).Form("/remove").Send().Must("Removed", "No address is told anything yet")
	if p := b.Get(at); p.Status != http.StatusNotFound {
		t.Errorf("what was removed: %d", p.Status)
	}
}

// TestWrongHooks: case 33 at the form.
func TestWrongHooks(t *testing.T) {
	t.Parallel()
	w, _ := open(t)
	b := w.Open(w.Owner)
	for address, says := range map[string]string{
		"http://example.com/":                      "begins with https://",
		"https://169.254.169.254/latest/meta-data": "hooks_allow",
		"https://[::ffff:10.0.0.1]/":               "hooks_allow",
		"https://me:secret@example.com/":           "neither a user name nor a password",
		"https://8.8.8.8:22/":                      "443, 8443",
	} {
		p := b.Get("/console/connections").Form("/hooks").Set("url", address).Send()
		if p.Status != http.StatusUnprocessableEntity || !p.Says(says) {
			t.Errorf("%s: %d, want %q in %s", address, p.Status, says, p.Text())
		}
	}
	f := b.Get("/console/connections").Form("/hooks").Set("url", "https://example.com/")
	f.Values.Del("events")
	if p := f.Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("at least one thing that it is told") {
		t.Errorf("without events: %d", p.Status)
	}
}

// TestOwnersOnly: nobody else sees or does any of it.
func TestOwnersOnly(t *testing.T) {
	t.Parallel()
	w, desk := open(t)
	var e hooks.Endpoint
	w.Do(func(tx store.Tx) (err error) {
		e, _, err = desk.Add(tx, hooks.Endpoint{URL: "https://example.com/", Events: hooks.Types()}, w.Clock.Now())
		return err
	})
	of := "/console/connections/of/" + string(e.ID)
	for _, who := range []people.Staff{w.Manager, w.Main} {
		b := w.Open(who)
		for _, page := range []string{"/console/connections", of} {
			if p := b.Get(page); p.Status != http.StatusNotFound && p.Status != http.StatusForbidden {
				t.Errorf("%s reads %s: %d", who.Role, page, p.Status)
			}
		}
		for _, act := range []string{"/console/connections/keys", "/console/connections/keys/revoke", "/console/connections/hooks", of + "/off", of + "/remove", of + "/rotate", of + "/range"} {
			if p := b.Post(act, url.Values{"name": {"x"}}); p.Status < 400 {
				t.Errorf("%s does %s: %d", who.Role, act, p.Status)
			}
		}
	}
	w.See(func(r store.Reader) error {
		now, err := hooks.Get(r, e.ID)
		if now.Off || len(now.Keys) != 1 {
			t.Errorf("it was changed: %+v", now)
		}
		return err
	})
}

// TestEveryLanguage: the pages are whole in each, with nothing left to say.
func TestEveryLanguage(t *testing.T) {
	t.Parallel()
	w, desk := open(t)
	var e hooks.Endpoint
	w.Do(func(tx store.Tx) (err error) {
		e, _, err = desk.Add(tx, hooks.Endpoint{URL: "https://example.com/", Events: hooks.Types()}, w.Clock.Now())
		return err
	})
	b := w.Open(w.Owner)
	for _, l := range i18n.Langs {
		b.Get("/console/connections").Form("/language").Set("lang", string(l)).Send()
		for _, page := range []string{"/console/connections", "/console/connections/of/" + string(e.ID)} {
			p := b.Get(page)
			if p.Status != http.StatusOK || !strings.Contains(p.Body, `lang="`+string(l)+`"`) || strings.Contains(p.Body, "console_connections.") {
				t.Errorf("%s in %s: %d", page, l, p.Status)
			}
		}
	}
}

// TestNamed: whoever looks at a member or at the record reads which program it
// was, by its name, revoked or not.
func TestNamed(t *testing.T) {
	t.Parallel()
	var desk *hooks.Desk
	w := consoletest.New(t, consoletest.Options{Strict: true, Parts: func(w *consoletest.World) []console.Part {
		desk = hooks.New(w.Shop, w.DB, hooks.Guard{})
		keys := api.Keys{Shop: w.Shop}
		w.Shop.Programs = keys.Called
		return []console.Part{connections.Part(w.Console, keys, desk), members.Part(w.Console, nil), team.Part(w.Console, team.Deps{}), team.Audit(w.Console)}
	}})
	b := w.Open(w.Owner)
	p := b.Get("/console/connections").Form("/keys").Set("name", "till <1>").Send()
	var k api.Key
	w.See(func(r store.Reader) (err error) {
		k, err = api.Keys{Shop: w.Shop}.Open(r, bearerForm.FindString(p.Body))
		return err
	})
	w.Do(func(tx store.Tx) error {
		_, err := w.Shop.Book.Sell(tx, w.Ann, book.Act{Op: "till-1", Now: w.Clock.Now(), Actor: k.ID.Actor(), Store: "main"}, loyalty.Sale{Amount: 500})
		return err
	})
	b.Get("/console/connections").Form("/keys/revoke").Send()
	b.Get("/console/members/" + string(w.Ann) + "/statement").Must("till <1>")
	b.Get("/console/audit").Must("till <1>").Click("till <1>").Must("Revoked keys: 1")
}
