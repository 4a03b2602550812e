package api

import (
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/hooks"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/receipt"
	"regulars/store"
)

// A receipt's code that somebody has the points of is a purchase by now: taking
// it back needs what taking purchases back needs.
func TestUndoOfClaimedCode(t *testing.T) {
	t.Parallel()
	w := open(t)
	buyer := []string{"Authorization", "Bearer " + w.make(NewKey{Name: "Buyer", Scopes: []Scope{PurchasesWrite}})}
	open := w.post("/receipts", j{"amount": 350, "store": "main"}, buyer...)
	w.post("/undo", j{"ref": open.text("ref"), "store": "main"}, buyer...)
	a := w.post("/receipts", j{"amount": 350, "store": "main"}, buyer...)
	code, ok := receipt.ParseCode(a.text("code"))
	if !ok {
		t.Fatal(a.text("code"))
	}
	w.claim(w.ann, code)
	if no := w.refused(403, "scope-missing", "/undo", j{"ref": a.text("ref"), "store": "main"}, buyer...); no.text("scope") != "refunds:write" {
		t.Errorf("%s", no.Raw)
	}
	if w.points(w.ann) != 35 {
		t.Errorf("she has %d", w.points(w.ann))
	}
	w.post("/undo", j{"ref": a.text("ref"), "store": "main"})
	if w.points(w.ann) != 0 {
		t.Errorf("she has %d", w.points(w.ann))
	}
}

// Ids that no voucher could have are none, whatever they would do to a row's key.
func TestOddIDs(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, id := range []string{strings.Repeat("x", 600), string(w.ann) + "-" + strings.Repeat("y", 500), "a/b-c", "\x00-\x00", "-", string(w.ann) + "-../x", "é-é"} {
		for _, path := range []string{"/vouchers/use", "/vouchers/reopen"} {
			if a := w.ask("POST", path, j{"voucher": id, "store": "main"}); a.Status < 400 || a.Status > 422 {
				t.Errorf("%s %.20q: %d %s", path, id, a.Status, a.Raw)
			}
		}
		if a := w.ask("POST", "/purchases", j{"member": w.ann, "amount": 1, "store": "main", "vouchers": []string{id}}); a.Status < 400 || a.Status > 422 {
			t.Errorf("with a purchase %.20q: %d %s", id, a.Status, a.Raw)
		}
		for _, b := range []j{{"purchase": id}, {"member": w.ann, "order": id}, {"member": id, "order": "1"}} {
			b["store"] = "main"
			if a := w.ask("POST", "/refunds", b); a.Status >= 500 {
				t.Errorf("%v: %d %s", b, a.Status, a.Raw)
			}
		}
		if a := w.ask("POST", "/redemptions", j{"member": w.ann, "reward": id, "store": "main"}); a.Status < 400 || a.Status > 422 {
			t.Errorf("reward %.20q: %d %s", id, a.Status, a.Raw)
		}
	}
}

// Somebody's number of before is somebody else's now: who is signed up with it is
// a new member, and nothing is done to the one who had it.
func TestNumberOfBefore(t *testing.T) {
	t.Parallel()
	w := open(t)
	first := w.post("/members", j{"phone": "0987000111", "name": "Mei Lin", "wording": shop.Wording, "store": "main"})
	mei := loyalty.MemberID(first.Body["member"].(map[string]any)["id"].(string))
	w.do(func(tx store.Tx) error {
		n, err := people.ParsePhone("0987000222", "TW")
		if err != nil {
			return err
		}
		return w.shop.Vault.SetPhone(tx, mei, n, true, w.shop.Rand)
	})
	w.clock.pass(24 * time.Hour)
	second := w.post("/members", j{"phone": "0987000111", "name": "Jo", "wording": shop.Wording, "store": "main"})
	if id := second.Body["member"].(map[string]any)["id"]; second.Body["created"] != true || id == string(mei) {
		t.Errorf("%s, want somebody else than %s", second.Raw, mei)
	}
	w.view(func(r store.Reader) error {
		m, err := w.shop.Vault.Get(r, mei)
		if err != nil || m.Name != "Mei Lin" || m.Phone.E164() != "+886987000222" || !m.PhoneProven {
			t.Errorf("the first is %s, %s, %v; %v", m.Name, m.Phone.E164(), m.PhoneProven, err)
		}
		return nil
	})
}

// A member made at a till is told of once, as one made in chat.
func TestJoinedIsTold(t *testing.T) {
	t.Parallel()
	w := open(t)
	desk := hooks.New(w.shop, w.db, hooks.Guard{})
	var to hooks.Endpoint
	w.do(func(tx store.Tx) (err error) {
		to, _, err = desk.Add(tx, hooks.Endpoint{URL: "https://example.com/", Events: hooks.Types()}, w.clock.Now())
		return err
	})
	body := j{"phone": "0987000111", "name": "Mei Lin", "wording": shop.Wording, "store": "east"}
	a := w.post("/members", body, opHeader, "sign-her-up")
	w.post("/members", body, opHeader, "sign-her-up")
	w.post("/members", body)
	w.view(func(r store.Reader) error {
		list, _, err := hooks.Waiting(r, to.ID, 10)
		if err != nil || len(list) != 1 || list[0].Type != hooks.MemberJoined || list[0].Data.Store != "east" ||
			string(list[0].Data.Member) != a.Body["member"].(map[string]any)["id"] {
			t.Errorf("told %+v, %v", list, err)
		}
		return nil
	})
}

// What all together may give in a store binds tills too, each by itself and all
// with the shop's people.
func TestStoreCaps(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.rules.Rules.StoreCaps = map[loyalty.Store]loyalty.Cap{"east": {SaleAct: 50, SaleDay: 80}}
	other := []string{"Authorization", "Bearer " + w.make(NewKey{Name: "Other", Store: "east", Scopes: Scopes})}
	w.refused(422, "over-cap", "/purchases", j{"member": w.ann, "amount": 510, "store": "east"})
	w.post("/purchases", j{"member": w.ann, "amount": 500, "store": "east"})
	w.refused(422, "over-cap", "/purchases", j{"member": w.bob, "amount": 310}, other...)
	w.post("/purchases", j{"member": w.bob, "amount": 300}, other...)
	w.post("/purchases", j{"member": w.ann, "amount": 5000, "store": "main"})
	w.clock.pass(24 * time.Hour)
	w.post("/purchases", j{"member": w.bob, "amount": 310}, other...)
	w.whole()
}

// A card that was shown hours ago earns, as a till without a network tells it
// late; what the member has is not spent with it.
func TestOldCardSpendsNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	v, _ := w.voucher(w.bob)
	qr, number := w.card(w.bob)
	then := w.clock.Now()
	w.clock.pass(20 * time.Minute)
	w.refused(422, "card-expired", "/purchases", j{"card": qr, "amount": 100, "vouchers": []string{string(v.ID)}, "store": "main", "occurred_at": then})
	w.refused(422, "card-expired", "/vouchers/use", j{"voucher": v.ID, "card": qr, "store": "main", "occurred_at": then})
	w.post("/purchases", j{"card": number, "amount": 100, "vouchers": []string{string(v.ID)}, "store": "main", "occurred_at": then})
}

// A locked card earns and does not spend, in any way.
func TestLocked(t *testing.T) {
	t.Parallel()
	w := open(t)
	v, code := w.voucher(w.ann)
	w.give(w.ann, 100)
	_, number := w.card(w.ann)
	w.do(func(tx store.Tx) error {
		m, err := w.shop.Vault.Get(tx, w.ann)
		if err != nil {
			return err
		}
		return till.Till{Shop: w.shop}.LockAll(&till.Call{
			Tx: tx, Now: w.clock.Now(), Me: people.Staff{ID: "1", Role: people.Manager}, Tell: func(bot.Telling) {}, Op: func(p string) loyalty.OpID { return loyalty.OpID("lock/" + p) },
		}, m, false)
	})
	for path, b := range map[string]j{
		"/redemptions": {"member": w.ann, "reward": "cookie"}, "/vouchers/use": {"code": code},
		"/purchases": {"card": number, "amount": 100, "vouchers": []string{string(v.ID)}},
	} {
		b["store"] = "main"
		w.refused(422, "frozen", path, b)
	}
	w.refused(422, "frozen", "/vouchers/use", j{"voucher": v.ID, "store": "main"})
	w.post("/purchases", j{"member": w.ann, "amount": 100, "store": "main"})
}

// A body says each thing once, and calls it by its name: a reader before us, such
// as a proxy with rules, may have taken the other for what counts.
func TestOddJSON(t *testing.T) {
	t.Parallel()
	w := open(t)
	ann := `"member":"` + string(w.ann) + `","store":"main",`
	for name, body := range map[string]string{
		"twice":        `{` + ann + `"amount":100,"amount":100000}`,
		"twice within": `{` + ann + `"amount":100,"items":[{"item":"latte","quantity":1,"quantity":2}]}`,
		"escaped":      `{` + ann + `"amount":100,"\u0061mount":100000}`,
		"large":        `{` + ann + `"Amount":100}`,
		"both":         `{` + ann + `"amount":100,"AMOUNT":100000}`,
		"deep":         `{` + ann + `"amount":100,"items":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`,
		"exponent":     `{` + ann + `"amount":1e2}`,
	} {
		if a := w.ask("POST", "/purchases", body); a.Status != 400 || a.slug() != "invalid" {
			t.Errorf("%s: %d %.200s", name, a.Status, a.Raw)
		}
	}
	if w.points(w.ann) != 0 {
		t.Errorf("she has %d", w.points(w.ann))
	}
	w.post("/purchases", `{`+ann+`"amount":100,"items":[{"item":"latte","quantity":1},{"item":"latte","quantity":1}]}`)
}

// A header of a megabyte costs no more than one of a line.
func TestManyLanguages(t *testing.T) {
	t.Parallel()
	w := open(t)
	begun := time.Now()
	a := w.ask("GET", "/shop", nil, "Accept-Language", strings.Repeat("xx-yy-zz,", 50_000)+"ja")
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	if a.Status != 200 || a.Header.Get("Content-Language") != string(w.shop.Lang) {
		t.Errorf("%d in %s", a.Status, a.Header.Get("Content-Language"))
	}
}

// Of two members who turned out to be one, a till that knows the id of before
// goes on: what was sold to that one comes back, once.
func TestMerged(t *testing.T) {
	t.Parallel()
	w := open(t)
	body := j{"member": w.bob, "amount": 350, "order": "A-1", "store": "main"}
	a := w.post("/purchases", body, opHeader, "before-merging")
	second := w.post("/purchases", j{"member": w.bob, "amount": 200, "order": "A-2", "store": "main"})
	v, code := w.voucher(w.bob)
	w.do(func(tx store.Tx) error {
		_, err := w.shop.Merge(tx, w.bob, w.ann, book.Act{
			Op: "merge", Now: w.clock.Now(), Actor: loyalty.ByStaff("1"), Role: people.Manager, Reason: []byte("x"), Theirs: []byte("x"),
		})
		return err
	})
	if got := w.get("/members/" + string(w.bob)); got.text("id") != string(w.ann) {
		t.Errorf("%s", got.Raw)
	}
	again := w.post("/purchases", body, opHeader, "before-merging")
	if string(again.Raw) != string(a.Raw) {
		t.Errorf("%s, then %s", a.Raw, again.Raw)
	}
	w.refused(422, "duplicate-order", "/purchases", body)
	if back := w.post("/refunds", j{"member": w.bob, "order": "A-1", "store": "main"}); back.Body["waits"] == true || back.text("member") != string(w.ann) {
		t.Errorf("%s", back.Raw)
	}
	w.refused(422, "already-reversed", "/refunds", j{"member": w.ann, "order": "A-1", "store": "main"})
	if back := w.post("/undo", j{"ref": second.text("ref"), "store": "main"}); back.text("member") != string(w.ann) {
		t.Errorf("%s", back.Raw)
	}
	if used := w.post("/purchases", j{"member": w.ann, "amount": 10, "vouchers": []string{code}, "store": "main"}); used.text("member") != string(w.ann) {
		t.Errorf("%s", used.Raw)
	}
	w.refused(422, "voucher-used", "/vouchers/use", j{"voucher": v.ID, "store": "main"})
	w.whole()
}

// A key of one store takes back nothing that was used in another, by whatever
// name it calls it.
func TestOtherStoresVoucher(t *testing.T) {
	t.Parallel()
	w := open(t)
	east := []string{"Authorization", "Bearer " + w.make(NewKey{Name: "East", Store: "east", Scopes: Scopes})}
	v, code := w.voucher(w.ann)
	used := w.post("/vouchers/use", j{"code": code, "store": "main"})
	w.refused(403, "other-store", "/vouchers/reopen", j{"code": code}, east...)
	w.refused(403, "other-store", "/vouchers/reopen", j{"voucher": v.ID}, east...)
	w.refused(403, "other-store", "/undo", j{"ref": used.text("ref")}, east...)
	w.post("/vouchers/reopen", j{"code": code, "store": "main"})
	w.refused(422, "voucher-not-used", "/vouchers/reopen", j{"code": code}, east...)
	w.whole()
}
