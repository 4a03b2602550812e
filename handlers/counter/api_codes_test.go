package counter

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// A voucher alone, by its handle, code or QR; presents, which have no reference,
// are undone too.
func TestCounterUse(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	_, code := w.redeemed(w.ann)
	f := b.must("find", map[string]any{"session": b.session, "scan": w.shop.VoucherLink("tg", voucher.Code(strings.ReplaceAll(code, "-", "")))})
	shown, _ := f.m["voucher"].(map[string]any)
	if shown["name"] != "Cookie" || shown["here"] != true || len(f.list("members")) != 1 {
		t.Fatalf("found: %s", f.raw)
	}
	a := b.must("use", b.act(map[string]any{"voucher": shown["id"]}))
	if a.text("what") != "Cookie" || a.text("name") != "Ann L." || a.text("ref") == "" {
		t.Errorf("use: %s", a.raw)
	}
	b.refused("use", b.act(map[string]any{"code": code}), 422, "refuse.used_at")
	b.refused("find", map[string]any{"session": b.session, "q": code}, 422, "refuse.used_at")
	b.must("undo", b.act(map[string]any{"ref": a.text("ref")}))
	b.must("use", b.act(map[string]any{"scan": code}))

	var present voucher.Voucher
	w.do(func(tx store.Tx) (err error) {
		act := book.Act{Op: "present", Actor: loyalty.ByJob("test"), Now: w.clock.now}
		present, err = w.shop.Club.Vouchers.Present(tx, w.bob, act, "free-drink", "test")
		return err
	})
	p := b.must("use", b.act(map[string]any{"code": w.shop.Club.Vouchers.CodeOf(present).String()}))
	if loyalty.Ref(p.text("ref")) == present.Use || p.text("label") == "" {
		t.Errorf("a present: %s", p.raw)
	}
	r := b.must("recent", map[string]any{"session": b.session})
	if got := r.list("acts")[0]; got["kind"] != "use" || got["what"] != "Any drink" || got["name"] != "Bob" || got["undone"] != false {
		t.Errorf("recent: %s", r.raw)
	}
	b.must("undo", b.act(map[string]any{"ref": r.list("acts")[0]["ref"]}))
	if r := b.must("recent", map[string]any{"session": b.session}); r.list("acts")[0]["undone"] != true {
		t.Errorf("recent: %s", r.raw)
	}
	w.whole()
}

// Codes that nobody has are counted, for one employee on whatever device
// (LEDGER case 27), and look like those of others.
func TestCounterGuessing(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	_, code := w.redeemed(w.ann)
	guess := func(i int) string {
		return string(loyalty.NewRef([]byte(fmt.Sprintf("guess %03d", i)), 8))
	}
	for i := range people.CodeThrottle.Max {
		if i%2 == 0 {
			b.refused("use", b.act(map[string]any{"code": guess(i)}), 422, "refuse.voucher_code")
		} else {
			b.refused("find", map[string]any{"session": b.session, "q": guess(i)}, 404, "none")
		}
	}
	other := w.device().enter(w.sam)
	other.refused("use", other.act(map[string]any{"code": code}), 429, "throttled")
	other.refused("find", map[string]any{"session": other.session, "q": code}, 429, "throttled")
	// A colleague goes on.
	eve := w.device().enter(w.eve)
	eve.must("use", eve.act(map[string]any{"code": code}))

	for i := 0; i < people.CodeThrottle.Max; i++ {
		number := people.CardCode("")
		for n := i * 1000; number == ""; n++ { // of the form of a card's number
			number, _ = people.ParseCardCode(fmt.Sprintf("%012d", n+222222222222))
		}
		eve.refused("find", map[string]any{"session": eve.session, "q": string(number)}, 404, "none")
	}
	_, number := w.cardOf(w.ann)
	eve.refused("find", map[string]any{"session": eve.session, "q": number.String()}, 429, "throttled")
	b.found(number.Bare()) // Sam tried no card
}

// A card's QR in every form that the shop shows, its bar code, and what is no
// card at all.
func TestCounterScan(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	token, number := w.cardOf(w.ann)
	chat, _ := w.shop.ChatLink("tg", "scan "+token)
	for _, text := range []string{w.shop.CardLink("tg", token), chat, "/scan " + token, "https://line.me/R/oaMessage/%40cafe/?%2Fscan%20" + token, number.Bare(), number.String()} {
		if a := b.must("find", map[string]any{"session": b.session, "scan": text}); len(a.list("members")) != 1 || a.list("members")[0]["name"] != "Ann L." {
			t.Errorf("%q: %s", text, a.raw)
		}
	}
	b.refused("find", map[string]any{"session": b.session, "scan": "https://elsewhere.example/menu"}, 404, "none")
	b.refused("find", map[string]any{"session": b.session, "scan": w.shop.CardLink("tg", strings.Repeat("A", 50))}, 422, "refuse.card_unknown")
	b.refused("find", map[string]any{"session": b.session, "q": ""}, 404, "none")
	// Names: those who begin so.
	if a := b.must("find", map[string]any{"session": b.session, "q": "ann"}); len(a.list("members")) != 1 {
		t.Errorf("by name: %s", a.raw)
	}
	// A card that was scanned without a network was good then.
	at := w.clock.now
	w.clock.now = at.Add(2 * time.Hour)
	b.refused("find", map[string]any{"session": b.session, "scan": w.shop.CardLink("tg", token)}, 401, "session")
	queued := b.act(map[string]any{"scan": w.shop.CardLink("tg", token), "amount": 100})
	queued["at"] = at.Add(time.Minute)
	b.must("sale", queued)
	late := b.act(map[string]any{"scan": w.shop.CardLink("tg", token), "amount": 100})
	b.refused("sale", late, 422, "refuse.card_expired")
	// An old picture of a card is good for nothing, whatever time is claimed.
	w.clock.now = at.Add(25 * time.Hour)
	b.enter(w.sam)
	old := b.act(map[string]any{"scan": w.shop.CardLink("tg", token), "amount": 100, "late": true})
	old["at"] = at.Add(time.Minute)
	b.refused("sale", old, 422, "refuse.card_expired")
	// A frozen card may earn, and shows no vouchers.
	w.redeemed(w.ann)
	w.do(func(tx store.Tx) error { return w.shop.Vault.Freeze(tx, w.ann, true, w.shop.Rand) })
	b.enter(w.sam)
	if m := b.found(number.Bare()); m["frozen"] != true || len(m["vouchers"].([]any)) != 0 || m["note"] == "" {
		t.Errorf("frozen: %v", m)
	}
	w.whole()
}

// A sale without a member gives a code, and is undone by its name.
func TestCounterCode(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	a := b.must("code", b.act(map[string]any{"amount": 350}))
	if a.text("code") == "" || !strings.HasPrefix(a.text("url"), "https://cafe.example/r/") || !strings.HasPrefix(a.text("qr"), "/i/") || a.text("until") == "" {
		t.Fatalf("code: %s", a.raw)
	}
	if f := b.must("find", map[string]any{"session": b.session, "q": a.text("code")}); f.text("code") != a.text("code") {
		t.Errorf("found: %s", f.raw)
	}
	if got := b.must("recent", map[string]any{"session": b.session}).list("acts")[0]; got["kind"] != "code" || got["amount"] != 350.0 || got["undone"] != false {
		t.Errorf("recent: %v", got)
	}
	b.must("undo", b.act(map[string]any{"ref": a.text("ref")}))
	if got := b.must("recent", map[string]any{"session": b.session}).list("acts")[0]; got["undone"] != true {
		t.Errorf("recent: %v", got)
	}
}

// A voucher that was taken without a network before it ended, and is told of
// afterwards, was taken in time; entered by hand days later, it was not.
func TestCounterUsedInTime(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	for _, late := range []bool{false, true} {
		v, code := w.redeemed(w.ann)
		back := 2 * time.Hour
		if late {
			back = 26 * time.Hour
		}
		w.clock.now = v.Until.Add(-10*time.Minute + back)
		b.enter(w.sam)
		use := b.act(map[string]any{"code": code, "late": late})
		use["at"] = v.Until.Add(-10 * time.Minute)
		if late {
			b.refused("use", use, 422, "refuse.lapsed")
		} else {
			b.must("use", use)
		}
	}
	w.whole()
}
