package api

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/store"
)

// every is each operation with a request that is in order.
func (w *world) every() map[string]func(...string) said {
	get := func(path string) func(...string) said {
		return func(h ...string) said { return w.ask("GET", path, nil, h...) }
	}
	post := func(path string, b j) func(...string) said {
		return func(h ...string) said { return w.ask("POST", path, b, h...) }
	}
	ann := "/members/" + string(w.ann)
	return map[string]func(...string) said{
		"points:read": get(ann + "/balance"), "members:read": get(ann), "entries:read": get(ann + "/entries"),
		"vouchers:read": get(ann + "/vouchers"), "rewards:read": get("/rewards"),
		"purchases:write": post("/purchases", j{"member": w.ann, "amount": 10, "store": "main"}),
		"members:write":   post("/members", j{"phone": "0912345678", "wording": "1", "store": "main"}),
		"refunds:write":   post("/refunds", j{"purchase": "7KQ2M43", "store": "main"}),
		"rewards:write":   post("/redemptions", j{"member": w.ann, "reward": "cookie", "store": "main"}),
		"vouchers:write":  post("/vouchers/use", j{"code": "7KQ-2M4-3XP", "store": "main"}),
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	w := open(t)
	for need, ask := range w.every() {
		with := "Bearer " + w.make(NewKey{Name: "One", Scopes: []Scope{Scope(need)}})
		if a := ask("Authorization", with); a.Status == 401 || a.Status == 403 || a.Status >= 500 {
			t.Errorf("%s with its scope: %d %s", need, a.Status, a.Raw)
		}
		var others []Scope
		for _, s := range Scopes {
			if s != Scope(need) {
				others = append(others, s)
			}
		}
		without := "Bearer " + w.make(NewKey{Name: "Others", Scopes: others})
		if a := ask("Authorization", without); a.Status != 403 || a.slug() != "scope-missing" || a.text("scope") != need {
			t.Errorf("%s without its scope: %d %s", need, a.Status, a.Raw)
		}
	}
	buyer := "Bearer " + w.make(NewKey{Name: "Buyer", Scopes: []Scope{PurchasesWrite}})
	a := w.post("/purchases", j{"member": w.ann, "amount": 10, "store": "main"}, "Authorization", buyer)
	if no := w.refused(403, "scope-missing", "/undo", j{"ref": a.text("ref"), "store": "main"}, "Authorization", buyer); no.text("scope") != "refunds:write" {
		t.Errorf("%s", no.Raw)
	}
}

// A key is good while it is known, whole and not revoked; every other is one
// answer.
func TestWrongKeys(t *testing.T) {
	t.Parallel()
	w := open(t)
	id, secret, _ := strings.Cut(strings.TrimPrefix(w.key, bearerMark), "_")
	other := w.make(NewKey{Name: "Other", Scopes: Scopes})
	revoked := w.make(NewKey{Name: "Old", Scopes: Scopes})
	w.post("/purchases", j{"member": w.ann, "amount": 10, "store": "main"}, "Authorization", "Bearer "+revoked)
	w.do(func(tx store.Tx) error { return Keys{w.shop}.Revoke(tx, idOf(revoked), w.clock.Now()) })
	var words string
	for name, header := range map[string]string{
		"none": "", "empty": "Bearer ", "basic": "Basic " + w.key, "bare": w.key, "cut": "Bearer " + w.key[:20], "revoked": "Bearer " + revoked,
		"longer": "Bearer " + w.key + "x", "another's secret": "Bearer " + bearerMark + id + "_" + strings.Split(other, "_")[2],
		"a path": "Bearer " + bearerMark + strings.Repeat("/", 26) + "_" + secret, "no mark": "Bearer " + id + "_" + secret,
	} {
		a := w.ask("GET", "/shop", nil, "Authorization", header)
		if a.Status != 401 || a.slug() != "unknown-key" || a.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %s", name, a.Status, a.Raw)
		}
		if words == "" {
			words = a.text("detail")
		}
		if a.text("detail") != words {
			t.Errorf("%s: %q and %q", name, words, a.text("detail"))
		}
	}
	w.get("/shop")
}

// Who sends many wrong keys waits; a shop's good keys at the same address do not.
func TestWrongKeysAreSlow(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.get("/shop")
	made := w.make(NewKey{Name: "New", Scopes: Scopes})
	for n := range 30 {
		a := w.ask("GET", "/shop", nil, "Authorization", fmt.Sprint("Bearer guess-", n))
		if want := map[bool]int{true: 401, false: 429}[n < 20]; a.Status != want {
			t.Fatalf("guess %d: %d", n, a.Status)
		}
	}
	w.get("/shop")
	if a := w.ask("GET", "/shop", nil, "Authorization", "Bearer "+made); a.Status != 429 || a.Header.Get("Retry-After") == "" {
		t.Errorf("a key that was never good here: %d", a.Status)
	}
	w.clock.pass(time.Minute)
	if a := w.ask("GET", "/shop", nil, "Authorization", "Bearer "+made); a.Status != 200 {
		t.Errorf("a minute later: %d", a.Status)
	}
}

// A key of one store sells there and nowhere else, and takes back nothing of
// another.
func TestStores(t *testing.T) {
	t.Parallel()
	w := open(t)
	east := "Bearer " + w.make(NewKey{Name: "East", Store: "east", Scopes: Scopes})
	a := w.post("/purchases", j{"member": w.ann, "amount": 100}, "Authorization", east)
	if a.text("store") != "east" {
		t.Errorf("%s", a.Raw)
	}
	w.refused(403, "other-store", "/purchases", j{"member": w.ann, "amount": 100, "store": "main"}, "Authorization", east)
	mains := w.post("/purchases", j{"member": w.ann, "amount": 100, "order": "M-1", "store": "main"})
	code := w.post("/receipts", j{"amount": 100, "store": "main"})
	w.refused(403, "other-store", "/refunds", j{"purchase": mains.text("ref")}, "Authorization", east)
	w.refused(403, "other-store", "/refunds", j{"member": w.ann, "order": "M-1"}, "Authorization", east)
	w.refused(403, "other-store", "/undo", j{"ref": mains.text("ref")}, "Authorization", east)
	w.refused(403, "other-store", "/undo", j{"ref": code.text("ref")}, "Authorization", east)
	_, shown := w.voucher(w.ann)
	w.post("/vouchers/use", j{"code": shown, "store": "main"})
	w.refused(403, "other-store", "/vouchers/reopen", j{"code": shown}, "Authorization", east)
	w.post("/refunds", j{"purchase": a.text("ref"), "store": "main"}) // the whole shop's key may
}

// A store that was taken out of the programme sells nothing any more, also for a
// key that was made for it; what it did before is answered as it was.
func TestClosedStore(t *testing.T) {
	t.Parallel()
	w := open(t)
	east := []string{"Authorization", "Bearer " + w.make(NewKey{Name: "East", Store: "east", Scopes: Scopes})}
	sale := j{"member": w.ann, "amount": 100}
	sold := append([]string{opHeader, "sold-while-open"}, east...)
	before := w.post("/purchases", sale, sold...)
	had := w.points(w.ann)
	whole := w.rules.Stores
	w.rules.Stores = slices.DeleteFunc(slices.Clone(whole), func(s programme.Store) bool { return s.ID == "east" })
	late := append([]string{opHeader, "sold-too-late"}, east...)
	seen := map[string]bool{}
	for _, lang := range i18n.Langs {
		no := w.refused(403, "store-closed", "/purchases", sale, append(late, "Accept-Language", string(lang))...)
		seen[no.text("detail")] = true
	}
	if len(seen) != len(i18n.Langs) {
		t.Errorf("%d languages say %v", len(i18n.Langs), seen)
	}
	w.refused(403, "store-closed", "/receipts", j{"amount": 100}, east...)
	w.refused(403, "store-closed", "/refunds", j{"purchase": before.text("ref")}, east...)
	if again := w.post("/purchases", sale, sold...); string(again.Raw) != string(before.Raw) || w.points(w.ann) != had {
		t.Errorf("%s, then %s; %d points, then %d", before.Raw, again.Raw, had, w.points(w.ann))
	}
	w.rules.Stores = whole // back again: what waited at the till is taken
	w.post("/purchases", sale, late...)
	w.whole()
}

func TestKeys(t *testing.T) {
	t.Parallel()
	w := open(t)
	k, now := Keys{w.shop}, w.clock.Now()
	for want, n := range map[error]NewKey{
		ErrName: {Name: " \u202e", Scopes: Scopes}, ErrScope: {Name: "a"}, ErrStore: {Name: "a", Scopes: Scopes, Store: "west"}, ErrCap: {Name: "a", Scopes: Scopes, DayCap: -1},
	} {
		w.do(func(tx store.Tx) error {
			if _, _, err := k.Make(tx, n, now); !errors.Is(err, want) {
				t.Errorf("%+v: %v, want %v", n, err, want)
			}
			return nil
		})
	}
	id := idOf(w.key)
	w.do(func(tx store.Tx) error {
		if err := k.Rename(tx, id, "Till at the door"); err != nil {
			return err
		}
		if err := k.Revoke(tx, "none", now); !errors.Is(err, ErrKey) {
			t.Error(err)
		}
		return errors.Join(k.Revoke(tx, id, now), k.Revoke(tx, id, now.Add(time.Hour)))
	})
	w.view(func(r store.Reader) error {
		list, err := k.List(r)
		if len(list) != 1 || list[0].Name != "Till at the door" || !list[0].Revoked.Equal(now) || list[0].By != loyalty.ByJob("test") {
			t.Errorf("%+v", list)
		}
		if _, err := k.Open(r, w.key); !errors.Is(err, ErrKey) {
			t.Errorf("a revoked key: %v", err)
		}
		return err
	})
}

// A key may ask a hundred times at once and ten times a second, and is told so.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	w := open(t)
	for n := range 100 {
		a := w.ask("GET", "/shop", nil)
		if want := fmt.Sprintf(`"key";r=%d;t=`, 99-n); a.Status != 200 || !strings.HasPrefix(a.Header.Get("RateLimit"), want) {
			t.Fatalf("%d: %d %q, want %q", n, a.Status, a.Header.Get("RateLimit"), want)
		}
	}
	a := w.ask("GET", "/shop", nil)
	if a.Status != 429 || a.slug() != "too-many-requests" || a.Header.Get("Retry-After") != "1" {
		t.Errorf("%d %v %s", a.Status, a.Header, a.Raw)
	}
	other := w.make(NewKey{Name: "Other", Scopes: Scopes})
	if a := w.ask("GET", "/shop", nil, "Authorization", "Bearer "+other); a.Status != 200 {
		t.Errorf("another key: %d", a.Status)
	}
	w.clock.pass(time.Second)
	for n := range 11 {
		if a := w.ask("GET", "/shop", nil); (a.Status == 200) != (n < 10) {
			t.Errorf("a second later, %d: %d", n, a.Status)
		}
	}
}

// Phone numbers and cards' numbers cannot be tried out one after the other,
// whichever way they are asked for, and by whichever process.
func TestGuessing(t *testing.T) {
	t.Parallel()
	w := open(t)
	ask := func(n int, phone string) said {
		w.clock.pass(time.Second)
		switch n % 3 {
		case 0:
			return w.ask("POST", "/members/find", j{"phone": phone})
		case 1:
			return w.ask("POST", "/purchases", j{"phone": phone, "amount": 10, "store": "main"})
		}
		return w.ask("POST", "/redemptions", j{"card": "2345-6789-ABCD-EFGH", "reward": "cookie", "store": "main"})
	}
	wrong := 0
	for n := range 60 {
		a := ask(n, fmt.Sprintf("09001112%02d", n))
		if a.Status == 429 {
			break
		}
		if n%3 < 2 && a.slug() != "unknown-phone" {
			t.Fatalf("%d: %d %s", n, a.Status, a.Raw)
		}
		wrong++
	}
	if wrong < 30 || wrong > 45 { // a card's number that cannot be one is no try
		t.Errorf("%d wrong ones were answered", wrong)
	}
	w.serve()
	if a := w.refused(429, "too-many-tries", "/members/find", j{"phone": "0912345678"}); a.Header.Get("Retry-After") == "" {
		t.Errorf("%v", a.Header)
	}
	other := w.make(NewKey{Name: "Other", Scopes: Scopes})
	w.post("/members/find", j{"phone": "0912345678"}, "Authorization", "Bearer "+other)
	w.clock.pass(11 * time.Minute)
	w.post("/members/find", j{"phone": "0912345678"})
}

// Answers speak the caller's language, and what is not there is a problem too.
func TestAnswers(t *testing.T) {
	t.Parallel()
	w := open(t)
	for lang, word := range map[string]string{"ja": "ポイント", "zh-HK": "積分", "th": "แต้ม", "en-GB": "points", "fr, zh-TW;q=0.5": "點", "": "點"} {
		a := w.ask("POST", "/redemptions", j{"member": w.ann, "reward": "cookie", "store": "main"}, "Accept-Language", lang)
		if a.slug() != "points-short" || !strings.Contains(a.text("detail"), word) || a.text("title") != titles["points-short"] {
			t.Errorf("%q: %s", lang, a.Raw)
		}
	}
	if a := w.ask("GET", "/nothing", nil); a.Status != 404 || a.slug() != "no-such-address" {
		t.Errorf("%d %s", a.Status, a.Raw)
	}
	if a := w.ask("DELETE", "/purchases", nil); a.Status != 405 || a.Header.Get("Allow") != "POST" {
		t.Errorf("%d %v", a.Status, a.Header)
	}
	for name, path := range map[string]string{"odd": "/members/..%2f..%2fx", "lower": "/members/" + strings.ToLower(string(w.ann)), "none": "/members/00000000000000000000000000"} {
		if a := w.ask("GET", path, nil); a.Status != 404 || a.slug() != "unknown-member" {
			t.Errorf("%s: %d %s", name, a.Status, a.Raw)
		}
	}
	a := w.ask("GET", "/shop", nil)
	for _, h := range []string{"Access-Control-Allow-Origin", "Set-Cookie"} {
		if a.Header.Get(h) != "" {
			t.Errorf("%s: %s", h, a.Header.Get(h))
		}
	}
	if a.Header.Get("Cache-Control") != "no-store" || a.Body["wording"] != shop.Wording || a.Body["currency"] != "TWD" {
		t.Errorf("%v %s", a.Header, a.Raw)
	}
}

// The history comes by pages, whole and once.
func TestEntries(t *testing.T) {
	t.Parallel()
	w := open(t)
	for n := range 7 {
		w.post("/purchases", j{"member": w.ann, "amount": 100 + n, "store": "main"})
	}
	var seen []int64
	for path, more := "/members/"+string(w.ann)+"/entries?limit=3", ""; ; {
		a := w.get(path + more)
		for _, e := range a.Body["entries"].([]any) {
			seen = append(seen, int64(e.(map[string]any)["amount"].(float64)))
		}
		if a.num("before") == 0 {
			break
		}
		more = fmt.Sprint("&before=", a.num("before"))
	}
	if fmt.Sprint(seen) != "[106 105 104 103 102 101 100]" {
		t.Errorf("%v", seen)
	}
	for _, bad := range []string{"limit=0", "limit=201", "limit=x", "before=-1", "before=99999999999999999999"} {
		if a := w.ask("GET", "/members/"+string(w.ann)+"/entries?"+bad, nil); a.Status != 400 {
			t.Errorf("%s: %d", bad, a.Status)
		}
	}
}
