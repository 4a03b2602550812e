package api

import (
	"testing"
)

// A payment for a plan is recorded once an order, with a receipt, and asked for.
func TestPlans(t *testing.T) {
	t.Parallel()
	w := open(t)
	plan := "/members/" + string(w.ann) + "/plan"
	if a := w.get(plan); a.text("state") != "none" {
		t.Errorf("before: %s", a.Raw)
	}
	body := j{"phone": "0912345678", "plan": "monthly", "amount": 310, "order": "R-1", "store": "main"}
	a := w.post("/plans", body)
	if a.text("until") != "2026-02-04T16:00:00Z" || a.text("member") != string(w.ann) || a.text("ref") == "" || w.out.to(w.ann) != 1 {
		t.Errorf("%s; she heard %d", a.Raw, w.out.to(w.ann))
	}
	if again := w.post("/plans", body); again.text("ref") != a.text("ref") || again.Body["before"] != true || w.out.to(w.ann) != 1 {
		t.Errorf("told again: %s", again.Raw)
	}
	if a := w.get(plan); a.text("state") != "runs" || a.text("plan") != "monthly" || a.text("until") != "2026-02-04T16:00:00Z" {
		t.Errorf("afterwards: %s", a.Raw)
	}
	for what, b := range map[string]j{
		"another price": {"phone": "0912345678", "plan": "monthly", "amount": 300, "store": "main"},
		"no such plan":  {"phone": "0912345678", "plan": "weekly", "amount": 310, "store": "main"},
	} {
		t.Log(what)
		w.refused(422, "refused", "/plans", b)
	}
	w.refused(422, "amount", "/plans", j{"phone": "0912345678", "plan": "monthly", "amount": 0, "store": "main"})
	w.refused(422, "unknown-phone", "/plans", j{"phone": "0900111222", "plan": "monthly", "amount": 310, "store": "main"})
}
