package main

import (
	"fmt"
	"testing"

	"regulars/bot/sim"
	"regulars/loyalty/people"
)

// TestWireCase03TappedTwice: "redeem" is tapped twice at the same moment and the
// webhooks come again: one redemption, and both answers show the same code.
func TestWireCase03TappedTwice(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for _, platform := range []string{"line", "telegram"} {
		ann := w.member(platform, "Ann", 500)
		w.says(ann, "/redeem latte")
		from := len(w.line.Deliveries())
		atOnce(w.press(ann, "Redeem 140 points"), w.press(ann, "Redeem 140 points"))
		w.hush()
		all := w.hears(ann, 0)
		w.only(voucherForm, all)
		w.heard(ann, all, 2, "Show this at the counter.")
		w.heard(ann, all, 1, "Already done")
		if platform == "line" {
			w.again(w.sent(from))
		} else {
			w.telegram.AgainFrom(0)
			w.telegram.AgainFrom(1)
			w.hush()
		}
		if more := w.hears(ann, 0); len(more) > 0 {
			t.Errorf("%s: what came again was answered: %q", platform, more)
		}
		w.wants(ann, 360, 140, 1)
	}
}

// TestWireCase04HundredRedemptions: a hundred webhooks at once, presses of
// "redeem" and questions for it, by one member with points for one, from two
// accounts on LINE and one on Telegram: exactly one redemption.
func TestWireCase04HundredRedemptions(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	ann := w.member("line", "Ann", 140)
	amy := w.linked("line", "Amy", w.only(linkForm, w.says(ann, "/link")), ann)
	tom := w.linked("telegram", "Tom", w.only(linkForm, w.says(ann, "/link")), ann)
	var rush []func()
	for _, p := range []sim.Person{ann, amy, tom} {
		w.says(p, "/redeem latte")
	}
	from := len(w.line.Deliveries())
	for range 36 {
		rush = append(rush, w.press(ann, "Redeem 140 points"), w.press(amy, "Redeem 140 points"))
	}
	for range 20 {
		rush = append(rush, func() { ann.Say("/redeem latte") })
	}
	for range 8 { // who sends Telegram more than a few answers a second waits
		rush = append(rush, w.press(tom, "Redeem 140 points"))
	}
	atOnce(rush...)
	w.hush()
	var all []string
	for _, p := range []sim.Person{ann, amy, tom} {
		all = append(all, w.hears(p, 0)...)
	}
	w.only(voucherForm, all)
	w.wants(ann, 0, 140, 1)
	w.again(w.sent(from))
	w.wants(ann, 0, 140, 1)
}

// TestWireCase05LastInStock: the last one, and fifty members who say yes at the
// same moment: one has it, the others keep their points and hear why.
func TestWireCase05LastInStock(t *testing.T) {
	t.Parallel()
	w := newWire(t, "cost  = 140\n", "cost  = 140\nstock = 1\n")
	var all []sim.Person
	var rush []func()
	for i := range 50 {
		p := w.member([]string{"line", "telegram"}[i%2], fmt.Sprintf("M%02d", i), 150)
		p.Say("/redeem latte")
		all, rush = append(all, p), append(rush, w.press(p, "Redeem 140 points"))
	}
	w.hush()
	w.unread(all...)
	from := len(w.line.Deliveries())
	atOnce(rush...)
	w.hush()
	winners := w.stock(all)
	w.again(w.sent(from))
	for _, p := range all {
		if more := w.hears(p, 0); len(more) > 0 {
			t.Errorf("%s heard more: %q", p.Name(), more)
		}
	}
	if len(winners) != 1 {
		t.Fatalf("%d have the last one", len(winners))
	}
	for _, p := range all {
		if p == winners[0] {
			w.wants(p, 10, 140, 1)
		} else {
			w.wants(p, 150, 0, 0)
		}
	}
}

// stock are those who have a voucher; the others must have heard a kind word.
func (w *wire) stock(all []sim.Person) (winners []sim.Person) {
	w.t.Helper()
	for _, p := range all {
		said := w.hears(p, 0)
		if len(spotted(voucherForm, said)) > 0 {
			winners = append(winners, p)
		} else {
			w.heard(p, said, 1, "Sold out, sorry. Nothing was spent.")
		}
		if len(said) != 1 {
			w.t.Errorf("%s heard %q", p.Name(), said)
		}
	}
	return winners
}

// TestWireCase06OneCodeTwentyEmployees: twenty employees scan one voucher at the
// same moment: one accepts it, the others see when and where it was used.
func TestWireCase06OneCodeTwentyEmployees(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	ann := w.member("line", "Ann", 200)
	code := w.buysLatte(ann)
	var staff []sim.Person
	var rush []func()
	for i := range 20 {
		p := w.employee([]string{"line", "telegram"}[i%2], fmt.Sprintf("S%02d", i), people.Clerk)
		staff, rush = append(staff, p), append(rush, func() { p.Say("/use " + code) })
	}
	w.hush()
	w.unread(append(staff, ann)...)
	from := len(w.line.Deliveries())
	atOnce(rush...)
	w.hush()
	accepted := 0
	for _, p := range staff {
		said := w.hears(p, 0)
		accepted += count(said, "Hand this to Ann.")
		if count(said, "Hand this to Ann.") == 0 {
			w.heard(p, said, 1, "Used already, on 2 Mar 2026 at 10:")
			w.heard(p, said, 1, "轉角咖啡 本店")
		}
	}
	if accepted != 1 {
		t.Errorf("%d employees were told to hand it out", accepted)
	}
	w.heard(ann, w.hears(ann, 0), 1, "Used: Latte")
	w.again(w.sent(from))
	for _, p := range append(staff, ann) {
		if more := w.hears(p, 0); len(more) > 0 {
			t.Errorf("%s heard more: %q", p.Name(), more)
		}
	}
	w.wants(ann, 60, 0, 0)
}

// TestWireCase07RefusedStaysRefused: a redemption is refused for points, points
// arrive, and the webhook is delivered again: it stays refused.
func TestWireCase07RefusedStaysRefused(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	ann, bob := w.member("line", "Ann", 200), w.member("telegram", "Bob", 100)
	w.says(ann, "/redeem latte")
	w.says(ann, "/redeem cookie")
	w.presses(ann, "Redeem 60 points")
	w.says(ann, "/redeem cookie")
	w.presses(ann, "Redeem 60 points") // 80 are left for a latte of 140
	from := len(w.line.Deliveries())
	w.lose.Store(true)
	w.try(ann.Press("Redeem 140 points"))
	w.lose.Store(false)
	w.hush()
	said := w.hears(ann, 0)
	w.heard(ann, said, 0, "Show this at the counter.")
	w.says(bob, "/redeem latte")
	w.given(ann, 1000)
	w.given(bob, 1000)
	w.again(w.sent(from))
	w.telegram.Again()
	w.hush()
	w.wants(ann, 1080, 120, 2)
	w.wants(bob, 1100, 0, 0)
	for _, p := range []sim.Person{ann, bob} {
		if more := w.hears(p, 0); len(more) > 0 {
			t.Errorf("%s heard more: %q", p.Name(), more)
		}
	}
	w.buysLatte(ann) // asked anew it is given
	w.wants(ann, 940, 260, 3)
}
