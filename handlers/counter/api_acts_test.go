package counter

import (
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// redeemed is a voucher of a member who has points for it.
func (w *tillWorld) redeemed(id loyalty.MemberID) (voucher.Voucher, string) {
	w.t.Helper()
	w.give(id, 60)
	return w.redeem(id, "cookie")
}

// A voucher in the same sale: both are done, or neither. Undoing the sale gives
// it back.
func TestCounterVoucherInSale(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	w.redeemed(w.ann)
	m := b.found("0912345678")
	vouchers, _ := m["vouchers"].([]any)
	if len(vouchers) != 1 {
		t.Fatalf("found: %v", m)
	}
	handle := vouchers[0].(map[string]any)["id"]
	twice := b.act(map[string]any{"member": m["member"], "amount": 350, "vouchers": []any{handle, handle}})
	b.refused("sale", twice, 400, "form")
	if w.points(w.ann) != 0 || len(w.entries(w.ann, loyalty.KindEarn)) != 0 {
		t.Error("a part of what was refused stands")
	}
	a := b.must("sale", b.act(map[string]any{"member": m["member"], "amount": 350, "vouchers": []any{handle}}))
	if got := names(a.list("vouchers"), "name"); !slices.Equal(got, []string{"Cookie"}) || a.num("points") != 35 {
		t.Errorf("sale: %s", a.raw)
	}
	if said := w.out.to(w.ann); len(said) != 1 || said[0].Carriage != bot.PushNow || len(said[0].Letter.Messages) != 2 {
		t.Errorf("Ann is told %+v", said)
	}
	// Somebody else's voucher is none of this member's.
	w.redeemed(w.bob)
	bobs := b.found("0987654321")["vouchers"].([]any)[0].(map[string]any)["id"]
	b.refused("sale", b.act(map[string]any{"member": m["member"], "amount": 100, "vouchers": []any{bobs}}), 422, "refuse.voucher")
	u := b.must("undo", b.act(map[string]any{"ref": a.text("ref")}))
	if u.num("points") != -35 || u.num("balance") != 0 || !strings.Contains(u.raw, "Cookie") {
		t.Errorf("undo: %s", u.raw)
	}
	if n := len(b.found("0912345678")["vouchers"].([]any)); n != 1 {
		t.Errorf("%d vouchers after the undo", n)
	}
	w.whole()
}

// Entries by hand of earlier sales are believed for a week, those of a queue for
// a day; nothing happens in the future.
func TestCounterLate(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	sale := func(at time.Time, late bool) map[string]any {
		m := b.act(map[string]any{"phone": "0912345678", "amount": 100, "late": late})
		m["at"] = at
		return m
	}
	now := w.clock.now
	b.must("sale", sale(now.Add(-6*24*time.Hour), true))
	b.refused("sale", sale(now.Add(-8*24*time.Hour), true), 422, "counter.late")
	b.refused("sale", sale(now.Add(-25*time.Hour), false), 422, "counter.late")
	b.must("sale", sale(now.Add(-23*time.Hour), false))
	if a := b.must("sale", sale(now.Add(time.Hour), false)); a.text("at") != now.Format(time.RFC3339) {
		t.Errorf("in the future: %s", a.raw)
	}
	w.whole()
}

// Points for oneself are refused, and so is what is over the cap.
func TestCounterLimits(t *testing.T) {
	w := openTill(t, "sale_act = 2000 ", "sale_act = 50 ", "sale_day = 0                 #", "sale_day = 80 #")
	b := w.device().enter(w.sam)
	w.do(func(tx store.Tx) error {
		if _, err := w.shop.Vault.Join(tx, w.sam.Member, "1", w.clock.now, w.shop.Rand); err != nil {
			return err
		}
		n, err := people.ParsePhone("0955555555", "TW")
		if err != nil {
			return err
		}
		return w.shop.Vault.SetPhone(tx, w.sam.Member, n, true, w.shop.Rand)
	})
	own := b.found("0955555555")
	b.refused("sale", b.act(map[string]any{"member": own["member"], "amount": 100}), 422, "refuse.self")
	b.refused("sale", b.act(map[string]any{"phone": "0912345678", "amount": 1000}), 422, "refuse.cap_act")
	b.must("sale", b.act(map[string]any{"phone": "0912345678", "amount": 500}))
	b.refused("sale", b.act(map[string]any{"phone": "0912345678", "amount": 500}), 422, "refuse.cap_day")
	// Neither another device nor another hour of the same day is a way around it.
	back := w.device().enter(w.sam)
	late := back.act(map[string]any{"phone": "0912345678", "amount": 500, "late": true})
	late["at"] = w.clock.now.Add(-48 * time.Hour)
	back.refused("sale", late, 422, "refuse.cap_day")
	// An order has its points once a day and store.
	b.must("sale", b.act(map[string]any{"phone": "0987654321", "amount": 50, "order": "A-1"}))
	b.refused("sale", b.act(map[string]any{"phone": "0987654321", "amount": 50, "order": "A-1"}), 422, "refuse.duplicate")
	w.whole()
}

// The last five acts, and who may take them back.
func TestCounterUndo(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	for i := range 7 {
		b.must("sale", b.act(map[string]any{"phone": "0912345678", "amount": 100 * (i + 1)}))
		w.clock.now = w.clock.now.Add(time.Second)
	}
	acts := b.must("recent", map[string]any{"session": b.session}).list("acts")
	if len(acts) != 5 || acts[0]["amount"] != 700.0 || acts[4]["amount"] != 300.0 || acts[0]["name"] != "Ann L." || acts[0]["points"] != 70.0 || acts[0]["kind"] != "sale" {
		t.Fatalf("recent: %v", acts)
	}
	eve := w.device().enter(w.eve)
	eve.refused("undo", eve.act(map[string]any{"ref": acts[0]["ref"]}), 422, "undo.not_yours")
	if n := len(eve.must("recent", map[string]any{"session": eve.session}).list("acts")); n != 0 {
		t.Errorf("Eve sees %d acts", n)
	}
	for _, a := range acts {
		b.must("undo", b.act(map[string]any{"ref": a["ref"]}))
	}
	b.refused("undo", b.act(map[string]any{"ref": acts[0]["ref"]}), 422, "refuse.already_undone")
	b.refused("undo", b.act(map[string]any{"ref": "nonsense"}), 422, "refuse.unknown_ref")
	for _, a := range b.must("recent", map[string]any{"session": b.session}).list("acts") {
		if a["undone"] != true {
			t.Errorf("stands: %v", a)
		}
	}
	if w.points(w.ann) != 30 {
		t.Errorf("Ann has %d", w.points(w.ann))
	}
	boss := w.device().enter(w.boss)
	boss.must("undo", boss.act(map[string]any{"ref": string(w.entries(w.ann, loyalty.KindEarn)[6].Ref)}))
	if w.points(w.ann) != 20 {
		t.Errorf("Ann has %d", w.points(w.ann))
	}
	w.whole()
}

// Who was erased: the answer of before tells nothing of them.
func TestCounterErased(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	m := b.found("0912345678")
	body := b.act(map[string]any{"member": m["member"], "amount": 350})
	b.must("sale", body)
	w.do(func(tx store.Tx) error {
		return w.shop.Vault.Erase(tx, w.ann, w.clock.now, w.clock.now.AddDate(1, 0, 0))
	})
	if a := b.post("sale", body); a.status != 200 || strings.Contains(a.raw, "Ann") {
		t.Errorf("again: %d %s", a.status, a.raw)
	}
	b.refused("sale", b.act(map[string]any{"member": m["member"], "amount": 350}), 422, "who.not_member")
	if a := b.must("recent", map[string]any{"session": b.session}); strings.Contains(a.raw, "Ann") {
		t.Errorf("recent: %s", a.raw)
	}
	if log := w.log.String(); strings.Contains(log, "Ann") || strings.Contains(log, "0912") || strings.Contains(log, goodPIN) {
		t.Errorf("the log: %s", log)
	}
}

// Every language has its words; what is told is told in the asker's.
func TestCounterLanguages(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	for lang, want := range map[string]string{"ja": "見つかりませんでした。", "th": "ไม่พบข้อมูล", "zh-TW": "查無資料。"} {
		a := b.post("find?lang="+lang, map[string]any{"session": b.session, "q": "zzzz"})
		if a.text("text") != want {
			t.Errorf("%s: %s", lang, a.raw)
		}
	}
	if a := b.post("sale?lang=ja", b.act(map[string]any{"phone": "0912345678", "amount": 100})); !strings.Contains(a.raw, "ポイント") {
		t.Errorf("ja: %s", a.raw)
	}
}

// Answers are forgotten when nothing can wait for them any more.
func TestCounterSweep(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	b.must("sale", b.act(map[string]any{"phone": "0912345678", "amount": 100}))
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{keptFor, 0}, {keptFor + time.Second, 1}, {keptFor + time.Second, 0}} {
		if n, err := Sweep(t.Context(), w.db, w.clock.now.Add(c.after)); n != c.want || err != nil {
			t.Errorf("after %v: %d went, want %d (%v)", c.after, n, c.want, err)
		}
	}
}

// Two members turned out to be one: what the page knew of the one leads to the
// other, with its vouchers.
func TestCounterMerged(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	_, code := w.redeemed(w.ann)
	ann := b.found("0912345678")
	sale := b.must("sale", b.act(map[string]any{"member": ann["member"], "amount": 350}))
	w.do(func(tx store.Tx) error {
		_, err := w.shop.Merge(tx, w.ann, w.bob, book.Act{Op: "merge", Actor: w.boss.ID.Actor(), Role: people.Manager, Self: w.boss.Member, Now: w.clock.now, Reason: []byte("x")})
		return err
	})
	a := b.must("sale", b.act(map[string]any{"member": ann["member"], "amount": 100, "vouchers": []any{ann["vouchers"].([]any)[0].(map[string]any)["id"]}}))
	if a.text("name") != "Bob" || a.num("balance") != 45 {
		t.Errorf("sale: %s", a.raw)
	}
	b.must("undo", b.act(map[string]any{"ref": a.text("ref")}))
	if u := b.must("use", b.act(map[string]any{"code": code})); u.text("name") != "Bob" {
		t.Errorf("use: %s", u.raw)
	}
	if u := b.must("undo", b.act(map[string]any{"ref": sale.text("ref")})); u.text("name") != "Bob" || u.num("balance") != 0 {
		t.Errorf("undo: %s", u.raw)
	}
	if len(w.out.to(w.bob)) == 0 {
		t.Error("Bob is told nothing")
	}
	w.whole()
}
