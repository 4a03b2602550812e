package api

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
)

func TestPurchase(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.post("/purchases", j{"phone": "0912-345-678", "amount": 350, "order": "A-77", "store": "main"})
	if a.num("points") != 35 || a.text("member") != string(w.ann) || a.text("store") != "main" || w.points(w.ann) != 35 || w.out.to(w.ann) != 1 {
		t.Errorf("%s; she has %d and heard %d", a.Raw, w.points(w.ann), w.out.to(w.ann))
	}
	if lines, _ := a.Body["lines"].([]any); len(lines) == 0 || !strings.Contains(fmt.Sprint(lines...), "Ann") {
		t.Errorf("the cashier reads %v", lines)
	}
	again := w.refused(422, "duplicate-order", "/purchases", j{"phone": "0912345678", "amount": 350, "order": "A-77", "store": "main"})
	if again.text("of") != a.text("ref") {
		t.Errorf("of %q, want %q", again.text("of"), a.text("ref"))
	}
	for slug, b := range map[string]j{
		"amount":            {"phone": "0912345678", "amount": 0, "store": "main"},
		"too-large-number":  {"phone": "0912345678", "amount": int64(1) << 60, "store": "main"},
		"invalid-phone":     {"phone": "12", "amount": 1, "store": "main"},
		"unknown-phone":     {"phone": "0900111222", "amount": 1, "store": "main"},
		"items-over-amount": {"phone": "0912345678", "amount": 1, "store": "main", "items": []j{{"item": "bag", "quantity": 1, "amount": 2}}},
		"too-late":          {"phone": "0912345678", "amount": 1, "store": "main", "occurred_at": w.clock.Now().Add(-8 * 24 * time.Hour)},
		"unknown-card":      {"card": "2345-6789", "amount": 1, "store": "main"},
	} {
		w.refused(422, slug, "/purchases", b)
	}
	for name, b := range map[string]any{
		"two members": j{"phone": "0912345678", "member": w.ann, "amount": 1, "store": "main"}, "nobody": j{"amount": 1, "store": "main"},
		"no such store": j{"phone": "0912345678", "amount": 1, "store": "west"}, "which store": j{"phone": "0912345678", "amount": 1},
		"unknown field": j{"phone": "0912345678", "ammount": 1, "store": "main"}, "a fraction": `{"phone":"0912345678","amount":1.5,"store":"main"}`,
		"beyond int64": `{"phone":"0912345678","amount":9223372036854775808,"store":"main"}`, "two bodies": `{} {}`, "no object": `[]`, "cut": `{"am`,
		"tomorrow": j{"phone": "0912345678", "amount": 1, "store": "main", "occurred_at": w.clock.Now().Add(time.Hour)},
	} {
		if a := w.ask("POST", "/purchases", b); a.Status != 400 || a.slug() != "invalid" || a.text("field") == "" {
			t.Errorf("%s: %d %s", name, a.Status, a.Raw)
		}
	}
	w.refused(400, "idempotency-key-missing", "/purchases", j{"amount": 1}, opHeader, "")
	w.refused(400, "idempotency-key-missing", "/purchases", j{"amount": 1}, opHeader, "short")
	w.refused(415, "not-json", "/purchases", "amount=1", "Content-Type", "application/x-www-form-urlencoded")
	w.refused(413, "too-large", "/purchases", `{"order":"`+strings.Repeat("x", maxBody)+`"}`)
	if w.points(w.ann) != 35 {
		t.Errorf("she has %d", w.points(w.ann))
	}
	w.whole()
}

// The actor in the ledger is the key, and the log names nobody.
func TestActorAndLog(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.post("/purchases", j{"phone": "0912345678", "amount": 350, "store": "main"})
	w.refused(422, "unknown-phone", "/purchases", j{"phone": "0900111222", "amount": 350, "store": "main"})
	w.view(func(r store.Reader) error {
		e, err := w.shop.Book.ByRef(r, loyalty.Ref(a.text("ref")))
		keys, err2 := Keys{w.shop}.List(r)
		if err != nil || err2 != nil || e.Actor != keys[0].ID.Actor() || e.Role != "" || e.Store != "main" || keys[0].SeenAt.IsZero() {
			t.Errorf("%+v by %v: %v %v", e, keys, err, err2)
		}
		return nil
	})
	for _, secret := range []string{"0912345678", "912345678", "0900111222", "Ann", strings.Split(w.key, "_")[2]} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log has %s", secret)
		}
	}
}

// The same Idempotency-Key is one purchase, also over a restart; another request
// under it is a conflict that owners hear of (case 8), and a refusal stays one
// (case 7).
func TestIdempotent(t *testing.T) {
	t.Parallel()
	w := open(t)
	body := j{"phone": "0912345678", "amount": 350, "store": "main"}
	first := w.post("/purchases", body, opHeader, "purchase-1")
	w.serve()
	again := w.post("/purchases", `{ "store":"main", "amount":350, "phone":"0912345678" }`, opHeader, `"purchase-1"`)
	if string(first.Raw) != string(again.Raw) || again.Header.Get("Idempotent-Replayed") != "true" || first.Header.Get("Idempotent-Replayed") != "" {
		t.Errorf("first %s, again %s", first.Raw, again.Raw)
	}
	taipei := j{"member": w.bob, "amount": 20, "store": "main", "occurred_at": "2026-01-05T09:59:00+08:00"}
	said := w.post("/purchases", taipei, opHeader, "purchase-2")
	taipei["occurred_at"] = "2026-01-05T01:59:00.000Z"
	if again := w.post("/purchases", taipei, opHeader, "purchase-2"); string(said.Raw) != string(again.Raw) {
		t.Errorf("said in another zone: %s, then %s", said.Raw, again.Raw)
	}
	w.refused(409, "idempotency-conflict", "/purchases", j{"phone": "0912345678", "amount": 351, "store": "main"}, opHeader, "purchase-1")
	w.refused(409, "idempotency-conflict", "/receipts", j{"amount": 350, "store": "main"}, opHeader, "purchase-1")
	w.view(func(r store.Reader) error {
		list, err := Keys{w.shop}.Clashes(r, w.clock.Now())
		if err != nil || len(list) != 1 || list[0].Times != 2 || list[0].Key.Name != "Till" {
			t.Errorf("owners hear %+v, %v", list, err)
		}
		return nil
	})
	other := w.make(NewKey{Name: "Other", Scopes: Scopes})
	w.post("/purchases", j{"phone": "0912345678", "amount": 10, "store": "main"}, opHeader, "purchase-1", "Authorization", "Bearer "+other)

	redeem := j{"member": w.ann, "reward": "cookie", "store": "main"}
	no := w.refused(422, "points-short", "/redemptions", redeem, opHeader, "redeem-01")
	if no.num("need") != 60 || no.num("have") != 36 {
		t.Errorf("%s", no.Raw)
	}
	w.give(w.ann, 100)
	if again := w.refused(422, "points-short", "/redemptions", redeem, opHeader, "redeem-01"); string(again.Raw) != string(no.Raw) {
		t.Errorf("%s, then %s", no.Raw, again.Raw)
	}
	if w.points(w.ann) != 136 {
		t.Errorf("she has %d", w.points(w.ann))
	}
	w.whole()
}

// Twenty clients with the same keys at once, on a file: one effect a key.
func TestTwentyClients(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "regulars.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{MmapSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := openIn(t, db)
	var wg sync.WaitGroup
	answers := make([][]string, 4)
	var mu sync.Mutex
	for range 20 {
		wg.Go(func() {
			for k := range answers {
				a := w.ask("POST", "/purchases", j{"member": w.ann, "amount": 100 * (k + 1), "store": "main"}, opHeader, fmt.Sprint("parallel-", k))
				mu.Lock()
				answers[k] = append(answers[k], fmt.Sprint(a.Status, string(a.Raw)))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for k, all := range answers {
		for _, a := range all {
			if a != all[0] || !strings.HasPrefix(a, "200") {
				t.Errorf("key %d: %s and %s", k, all[0], a)
			}
		}
	}
	if got := w.points(w.ann); got != 10+20+30+40 {
		t.Errorf("she has %d", got)
	}
	w.whole()
}

// A part, more than the rest, the rest; by order; before its purchase (case 2).
func TestRefund(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.post("/purchases", j{"phone": "0912345678", "amount": 350, "order": "A-1", "store": "main"})
	part := w.post("/refunds", j{"purchase": a.text("ref"), "amount": 100, "store": "main"})
	if part.num("points") != -10 || part.text("of") != a.text("ref") || w.points(w.ann) != 25 {
		t.Errorf("%s; she has %d", part.Raw, w.points(w.ann))
	}
	if over := w.refused(422, "over-rest", "/refunds", j{"purchase": a.text("ref"), "amount": 251, "store": "main"}); over.num("left") != 250 {
		t.Errorf("%s", over.Raw)
	}
	w.post("/refunds", j{"phone": "0912345678", "order": "A-1", "store": "main"})
	w.refused(422, "already-reversed", "/refunds", j{"purchase": a.text("ref"), "store": "main"})
	w.refused(404, "unknown-reference", "/refunds", j{"purchase": "7KQ2M43", "store": "main"})
	if w.points(w.ann) != 0 {
		t.Errorf("she has %d", w.points(w.ann))
	}
	early := w.post("/refunds", j{"phone": "0912345678", "order": "A-2", "amount": 50, "store": "main"})
	if early.Body["waits"] != true {
		t.Errorf("%s", early.Raw)
	}
	w.clock.pass(time.Minute)
	w.post("/purchases", j{"phone": "0912345678", "amount": 200, "order": "A-2", "store": "main"})
	if w.points(w.ann) != 15 {
		t.Errorf("after the refund that waited she has %d", w.points(w.ann))
	}
	bag := w.post("/purchases", j{"phone": "0912345678", "amount": 240, "store": "main", "items": []j{{"item": "latte", "quantity": 2, "amount": 240}}})
	one := w.post("/refunds", j{"purchase": bag.text("ref"), "store": "main", "items": []j{{"item": "latte", "quantity": 1}}})
	if one.num("amount") != 120 || one.num("points") != -12 {
		t.Errorf("%s", one.Raw)
	}
	u := w.post("/undo", j{"ref": bag.text("ref"), "store": "main"})
	if u.num("points") != -12 || w.points(w.ann) != 15 {
		t.Errorf("%s; she has %d", u.Raw, w.points(w.ann))
	}
	w.whole()
}

func TestReceiptCode(t *testing.T) {
	t.Parallel()
	w := open(t)
	body := j{"amount": 350, "order": "B-1", "store": "main"}
	a := w.post("/receipts", body)
	if a.num("points") != 35 || !strings.HasPrefix(a.text("url"), "https://cafe.example/r/") || a.text("code") == "" {
		t.Errorf("%s", a.Raw)
	}
	if again := w.post("/receipts", body); again.text("code") != a.text("code") {
		t.Errorf("%s, then %s", a.Raw, again.Raw)
	}
	w.refused(422, "duplicate-order", "/receipts", j{"amount": 351, "order": "B-1", "store": "main"})
	w.post("/undo", j{"ref": a.text("ref"), "store": "main"})
	w.refused(422, "already-reversed", "/undo", j{"ref": a.text("ref"), "store": "main"})
}

func TestRedeemAndUse(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.give(w.ann, 200)
	w.give(w.bob, 200)
	a := w.post("/redemptions", j{"member": w.ann, "reward": "cookie", "store": "main"})
	v := a.Body["voucher"].(map[string]any)
	if a.num("points") != 60 || w.points(w.ann) != 140 || v["code"] == nil || w.out.to(w.ann) != 1 {
		t.Errorf("%s; she has %d", a.Raw, w.points(w.ann))
	}
	// Bob's number is only typed: it may earn and never spend.
	w.refused(422, "card-needed", "/redemptions", j{"phone": "0987654321", "reward": "cookie", "store": "main"})
	w.refused(422, "card-needed", "/redemptions", j{"member": w.bob, "reward": "cookie", "store": "main"})
	qr, number := w.card(w.bob)
	w.post("/redemptions", j{"card": qr, "reward": "cookie", "store": "main"})
	w.post("/redemptions", j{"card": number, "reward": "cookie", "store": "main"})
	w.refused(422, "unknown-reward", "/redemptions", j{"member": w.ann, "reward": "free-drink", "store": "main"})

	used := w.post("/vouchers/use", j{"code": v["code"], "store": "main"})
	w.refused(422, "voucher-used", "/vouchers/use", j{"code": v["code"], "store": "main"})
	back := w.post("/vouchers/reopen", j{"code": v["code"], "store": "main"})
	if list := back.Body["vouchers"].([]any); len(list) != 1 || list[0].(map[string]any)["state"] != "open" {
		t.Errorf("used %s, back %s", used.Raw, back.Raw)
	}
	w.post("/vouchers/use", j{"voucher": v["id"], "store": "main"})
	bobs, code := w.voucher(w.bob)
	w.refused(422, "card-needed", "/vouchers/use", j{"voucher": bobs.ID, "store": "main"})
	annsQR, _ := w.card(w.ann)
	w.refused(422, "unknown-voucher", "/vouchers/use", j{"voucher": bobs.ID, "card": annsQR, "store": "main"})
	paid := w.post("/purchases", j{"card": number, "amount": 140, "vouchers": []string{code}, "store": "main"})
	if list := paid.Body["vouchers"].([]any); len(list) != 1 {
		t.Errorf("%s", paid.Raw)
	}
	w.post("/undo", j{"ref": paid.text("ref"), "store": "main"})
	// What a member redeemed in chat is not a till's to take back.
	mine, _ := w.voucher(w.ann)
	w.refused(422, "not-yours", "/undo", j{"ref": mine.Hold, "store": "main"})
	w.whole()
}

// A card that was scanned minutes ago counts as of then for earning, and never
// for spending.
func TestOldCard(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.give(w.ann, 100)
	qr, _ := w.card(w.ann)
	then := w.clock.Now()
	w.clock.pass(20 * time.Minute)
	w.refused(422, "card-expired", "/purchases", j{"card": qr, "amount": 100, "store": "main"})
	w.post("/purchases", j{"card": qr, "amount": 100, "store": "main", "occurred_at": then})
	w.refused(422, "card-expired", "/redemptions", j{"card": qr, "reward": "cookie", "store": "main", "occurred_at": then})
	w.clock.pass(25 * time.Hour)
	w.refused(422, "card-expired", "/purchases", j{"card": qr, "amount": 101, "store": "main", "occurred_at": then})
	if w.points(w.ann) != 110 {
		t.Errorf("she has %d", w.points(w.ann))
	}
}

func TestCreateMember(t *testing.T) {
	t.Parallel()
	w := open(t)
	body := j{"phone": "0987000111", "name": "Mei Lin", "language": "zh-TW", "wording": shop.Wording, "promo": true, "store": "east"}
	a := w.post("/members", body)
	m := a.Body["member"].(map[string]any)
	if a.Body["created"] != true || m["may_spend"] != false || m["phone"] != "•••111" || m["name"] != "Mei L." {
		t.Errorf("%s", a.Raw)
	}
	again := w.post("/members", body)
	if again.Body["created"] != false || again.Body["member"].(map[string]any)["id"] != m["id"] {
		t.Errorf("%s", again.Raw)
	}
	w.view(func(r store.Reader) error {
		p, err := w.shop.Vault.Get(r, loyalty.MemberID(m["id"].(string)))
		if c := p.Consents[people.ForJoining]; err != nil || !c.Given || c.Wording != shop.Wording || !p.Agreed(people.ForPromo) {
			t.Errorf("%+v %v", p.Consents, err)
		}
		return nil
	})
	w.post("/purchases", j{"phone": "0987000111", "amount": 100, "store": "east"})
	w.refused(422, "other-wording", "/members", j{"phone": "0987000112", "wording": "0", "store": "main"})
	if got := w.post("/members", j{"phone": "0912345678", "wording": shop.Wording, "store": "main"}); got.Body["created"] != false {
		t.Errorf("Ann was made again: %s", got.Raw)
	}
}

// What is told of somebody who was erased: nothing, neither anew nor again.
func TestErased(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.post("/purchases", j{"member": w.ann, "amount": 100, "store": "main"}, opHeader, "before-erasing")
	w.do(func(tx store.Tx) error {
		return w.shop.Vault.Erase(tx, w.ann, w.clock.Now(), w.clock.Now().AddDate(1, 0, 0))
	})
	for _, path := range []string{"", "/balance", "/entries", "/vouchers"} {
		if s := w.ask("GET", "/members/"+string(w.ann)+path, nil); s.Status != 410 || s.slug() != "member-erased" {
			t.Errorf("%s: %d %s", path, s.Status, s.Raw)
		}
	}
	w.refused(410, "member-erased", "/purchases", j{"member": w.ann, "amount": 100, "store": "main"})
	w.refused(410, "member-erased", "/purchases", j{"member": w.ann, "amount": 100, "store": "main"}, opHeader, "before-erasing")
	w.refused(410, "member-erased", "/refunds", j{"purchase": a.text("ref"), "store": "main"})
	w.refused(422, "unknown-phone", "/members/find", j{"phone": "0912345678"})
	w.whole()
}

// A key's caps bound what a stolen one can give.
func TestCaps(t *testing.T) {
	t.Parallel()
	w := open(t)
	small := "Bearer " + w.make(NewKey{Name: "Kiosk", Store: "main", Scopes: Scopes, ActCap: 50, DayCap: 80})
	w.refused(422, "over-cap", "/purchases", j{"member": w.ann, "amount": 510}, "Authorization", small)
	w.post("/purchases", j{"member": w.ann, "amount": 500}, "Authorization", small)
	w.refused(422, "over-cap", "/purchases", j{"member": w.ann, "amount": 310}, "Authorization", small)
	w.post("/purchases", j{"member": w.ann, "amount": 300}, "Authorization", small)
	w.clock.pass(24 * time.Hour)
	w.post("/purchases", j{"member": w.ann, "amount": 300}, "Authorization", small)
	if w.points(w.ann) != 110 {
		t.Errorf("she has %d", w.points(w.ann))
	}
}

// A till whose cashier scans one card at every purchase is stopped for that card, and
// for the day, and for none else; what it was refused is not there.
func TestOneCardAtATill(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.rules.Fraud.KeyCard = 2
	front, back := "Bearer "+w.make(NewKey{Name: "Front", Store: "main", Scopes: Scopes}), "Bearer "+w.make(NewKey{Name: "Back", Store: "main", Scopes: Scopes})
	for range 2 {
		w.post("/purchases", j{"member": w.ann, "amount": 100}, "Authorization", front)
	}
	w.refused(422, "over-cap", "/purchases", j{"member": w.ann, "amount": 100}, "Authorization", front)
	w.post("/purchases", j{"member": w.bob, "amount": 100}, "Authorization", front)
	w.post("/purchases", j{"member": w.ann, "amount": 100}, "Authorization", back)
	w.clock.pass(24 * time.Hour)
	w.post("/purchases", j{"member": w.ann, "amount": 100}, "Authorization", front)
	if w.points(w.ann) != 40 {
		t.Errorf("she has %d", w.points(w.ann))
	}
	w.whole()
}

func TestSweep(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.post("/purchases", j{"member": w.ann, "amount": 100, "store": "main"})
	w.clock.pass(13 * 24 * time.Hour)
	if n, err := Sweep(context.Background(), w.db, w.clock.Now()); n != 0 || err != nil {
		t.Error(n, err)
	}
	w.clock.pass(2 * 24 * time.Hour)
	if n, err := Sweep(context.Background(), w.db, w.clock.Now()); n != 1 || err != nil {
		t.Error(n, err)
	}
}
