package main

import (
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// TestWireCase24SpentThenRefunded: points are earned and spent, and their
// purchase is refunded: a debt, of which the member is told why, nothing to
// spend, and the next purchase pays it.
func TestWireCase24SpentThenRefunded(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for _, platform := range []string{"line", "telegram"} {
		sam := w.employee(platform, "Sam", people.Clerk)
		ann := w.member(platform, "Ann", 0)
		card := w.card(ann)
		w.says(sam, "/sale "+card+" 2000 A-1")
		code := w.buysLatte(ann)
		w.says(sam, "/use "+code)
		w.unread(ann, sam)
		said := w.says(sam, "/refund "+card+" A-1")
		w.heard(sam, said, 1, "Refunded for Ann: NT$2,000, points −200.")
		w.heard(ann, w.hears(ann, 0), 1, "A purchase was taken back after its points had been spent. 140 points are owed; your next points settle them.")
		w.owes(ann, 140)
		w.wants(ann, 0, 0, 0)
		w.heard(ann, w.says(ann, "/points"), 1, "140 points are owed")
		w.says(ann, "/redeem cookie")
		if err := ann.Press("Redeem 60 points"); err == nil {
			t.Error("a cookie is offered to somebody who owes")
		}

		w.again(w.sent(0)) // all that was ever said, and nothing comes of it
		w.telegram.Again()
		w.hush()
		w.owes(ann, 140)
		w.unread(ann, sam)

		w.says(sam, "/sale "+card+" 1000 A-2") // 100 of the 140
		w.owes(ann, 40)
		w.wants(ann, 0, 0, 0)
		w.says(sam, "/sale "+card+" 3000 A-3")
		w.owes(ann, 0)
		w.wants(ann, 260, 0, 0)
		w.says(ann, "/points")
		said = w.says(ann, "/points")
		w.heard(ann, said, 1, "260 points\n")
		w.heard(ann, said, 0, "owed")
	}
}

// owes is what a member must owe.
func (w *wire) owes(p sim.Person, n loyalty.Points) {
	w.t.Helper()
	if b, _ := w.has(p); b.Debt != n || n > 0 && b.Available != 0 {
		w.t.Errorf("%s owes %d and has %d, not %d and nothing", p.Name(), b.Debt, b.Available, n)
	}
}

// TestWireCase02RefundBeforePurchase: a refund is said before its purchase is
// recorded, because somebody was quicker or because the platform delivers the
// newest first: it waits, and is applied once after it.
func TestWireCase02RefundBeforePurchase(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for _, platform := range []string{"line", "telegram"} {
		sam := w.employee(platform, "Sam", people.Clerk)
		ann := w.member(platform, "Ann", 0)
		card := w.card(ann)
		w.heard(sam, w.says(sam, "/refund "+card+" A-1"), 1, "I find no purchase A-1 of Ann's. Nothing was changed.")
		w.heard(sam, w.presses(sam, "Refund it then"), 1, "when purchase A-1 of Ann's is recorded within 30 days, it is refunded at once")
		w.unread(ann)
		w.wants(ann, 0, 0, 0)
		said := w.says(sam, "/sale "+card+" 350 A-1")
		w.heard(sam, said, 1, "35 points for Ann (NT$350).\nRefunded for Ann: NT$350, points −35.")
		w.wants(ann, 0, 0, 0)
		w.again(w.sent(0))
		for back := range 3 {
			w.telegram.AgainFrom(back)
		}
		w.says(sam, "/sale "+card+" 350 A-2") // another number is another purchase
		w.wants(ann, 35, 0, 0)
		w.says(sam, "/refund "+card+" N-9") // a mistake: no such purchase will come
		w.presses(sam, "Refund it then")
	}
	w.moves(23 * time.Hour)
	if said := w.asks("stats", nil); strings.Contains(said, "refunds waiting") {
		t.Errorf("stats, before a day has passed:\n%s", said)
	}
	w.moves(2 * time.Hour)
	said := w.asks("stats", nil)
	if strings.Count(said, "order N-9 of ") != 2 || strings.Contains(said, "A-1") {
		t.Errorf("stats, after a day:\n%s", said)
	}
}

// TestWireCase02NewestFirst: the purchase is on its way while its refund is
// said, and LINE delivers the refund first: it asks, and by the time of the yes
// the purchase is there.
func TestWireCase02NewestFirst(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	sam, boss, ann := w.employee("line", "Sam", people.Clerk), w.employee("line", "Boss", people.Manager), w.member("line", "Ann", 0)
	card := w.card(ann)
	held := w.line.Hold()
	sam.Say("/sale " + card + " 350 A-1")
	boss.Say("/refund " + card + " A-1 100")
	held.Apart(1, 0)
	w.hush()
	w.wants(ann, 35, 0, 0)
	from := len(w.sent(0))
	w.heard(boss, w.presses(boss, "Refund it then"), 1, "Refunded for Ann: NT$100, points −10.")
	w.wants(ann, 25, 0, 0)
	w.again(w.sent(from))
	w.again(w.sent(0))
	w.wants(ann, 25, 0, 0)
}
