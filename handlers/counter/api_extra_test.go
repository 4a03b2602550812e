package counter

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/event"
	"regulars/store"
)

const passTable = `[[plan]]
id    = "pass"
name  = "Coffee pass"
price = 300
every = "month"

[referral]`

// A plan's payment is recorded at the counter at its price, once however often it is
// sent, and taken back by whoever recorded it.
func TestCounterPlan(t *testing.T) {
	t.Parallel()
	w := openTill(t, "[referral]", passTable)
	b := w.device().enter(w.sam)
	if plans := b.send("GET", "state", nil, nil).list("plans"); len(plans) != 1 || plans[0]["name"] != "Coffee pass" || plans[0]["price"] != 300.0 {
		t.Fatalf("the page is told of %v", plans)
	}
	m := b.found("0912345678")
	if m["plan"] != nil {
		t.Fatalf("Ann has %v", m["plan"])
	}
	b.refused("plan", b.act(map[string]any{"member": m["member"], "plan": "pass", "amount": 250}), 422, "plan.no_price")
	b.refused("plan", b.act(map[string]any{"member": m["member"], "plan": "gold", "amount": 300}), 422, "plan.no_plan")
	body := b.act(map[string]any{"member": m["member"], "plan": "pass", "amount": 300})
	a := b.must("plan", body)
	if again := b.must("plan", body); again.raw != a.raw || !strings.Contains(a.raw, "Coffee pass") {
		t.Errorf("recorded: %s, and sent again: %s", a.raw, again.raw)
	}
	if said := w.out.to(w.ann); len(said) != 1 {
		t.Errorf("Ann is told %+v", said)
	}
	if has, _ := b.found("0912345678")["plan"].(map[string]any); has["id"] != "pass" || !strings.HasPrefix(fmt.Sprint(has["until"]), "2026-02-04") {
		t.Errorf("Ann has %v", has)
	}
	b.must("undo", b.act(map[string]any{"ref": a.text("ref")}))
	if m := b.found("0912345678"); m["plan"] != nil {
		t.Errorf("taken back, Ann has %v", m["plan"])
	}
}

// At the door of an event it is seen who is expected; who has a place is let in
// once, from the list or by their ticket, and a mistake is taken back.
func TestCounterEventDoor(t *testing.T) {
	t.Parallel()
	w := openTill(t, "[referral]", "[events]\nby_managers = true\n\n[referral]")
	var ticket loyalty.Ref
	w.do(func(tx store.Tx) error {
		start := w.clock.now.Add(3 * time.Hour)
		e := loyalty.Event{ID: "tasting", Start: start, End: start.Add(time.Hour), Closes: start, CancelBy: start, Places: 5, Store: "main", Carriage: loyalty.NudgeRide}
		if err := w.shop.Events.Make(tx, event.Made{Event: e, Name: "Tasting", At: w.clock.now}, w.clock.now); err != nil {
			return err
		}
		for i, m := range []loyalty.MemberID{w.ann, w.bob} {
			s, err := w.shop.Events.SignUp(tx, m, book.Act{Op: loyalty.OpID(fmt.Sprint("sign", i)), Actor: loyalty.ByMember(m), Now: w.clock.now}, "tasting", event.Answers{})
			if err != nil {
				return err
			}
			ticket = s.Code
		}
		return nil
	})
	b := w.device().enter(w.sam)
	door := func() (full string, guests []any) {
		events := b.must("door", map[string]any{"session": b.session}).list("events")
		if len(events) != 1 || events[0]["name"] != "Tasting" {
			t.Fatalf("today there is %v", events)
		}
		guests, _ = events[0]["seats"].([]any)
		full, _ = events[0]["full"].(string)
		return full, guests
	}
	full, guests := door()
	if full != "0 of 2 are here" || len(guests) != 2 || strings.Contains(fmt.Sprint(guests), "0912") {
		t.Fatalf("expected: %s %v", full, guests)
	}
	seat := guests[0].(map[string]any)["seat"]
	a := b.must("arrive", b.act(map[string]any{"seat": seat}))
	if a.text("what") != "Tasting" || !strings.Contains(a.raw, "1 of 2") {
		t.Errorf("let in: %s", a.raw)
	}
	b.refused("arrive", b.act(map[string]any{"seat": seat}), 422, "event.in")
	b.refused("arrive", b.act(map[string]any{"code": "ZZZZ22"}), 422, "event.no_ticket")
	b.refused("arrive", b.act(map[string]any{"seat": b.found("0912345678")["member"]}), 422, "counter.handle")
	eve, hers := w.device().enter(w.eve), ""
	for _, x := range eve.must("door", map[string]any{"session": eve.session}).list("events") {
		hers = fmt.Sprint(x["seats"].([]any)[1].(map[string]any)["seat"])
	}
	eve.refused("undo", eve.act(map[string]any{"ref": hers}), 422, "undo.not_yours") // who did not let them in
	b.must("undo", b.act(map[string]any{"ref": a.text("ref")}))
	b.must("arrive", b.act(map[string]any{"code": strings.ToLower(string(ticket))}))
	if full, guests := door(); full != "1 of 2 are here" || guests[1].(map[string]any)["state"] != "arrived" {
		t.Errorf("at last: %s %v", full, guests)
	}
	// On another day the door is shut, and nobody is on a list.
	w.clock.now = w.clock.now.Add(24 * time.Hour)
	if late := w.device().enter(w.sam); len(late.must("door", map[string]any{"session": late.session}).list("events")) != 0 {
		t.Error("yesterday's event is still on")
	}
	w.whole()
}
