package trust_test

import (
	"net/http"
	"strings"
	"testing"

	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/trust"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/store"
)

// TestFindingsByWhomAndWhere: the list is shown of employees or customers alone, and of
// one store; a store's manager sees what happened there among others, and decides it.
func TestFindingsByWhomAndWhere(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, consoletest.Options{Change: []string{"[earn]\n", "[[store]]\nid = \"east\"\nname = \"東店\"\n\n[earn]\n"}, Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{trust.Part(w.Console, trust.Deps{})}
	}})
	found(w, w.Clerk, fraud.Minute)
	spotted := func(m loyalty.MemberID, rule fraud.Rule, at ...loyalty.Store) {
		w.Do(func(tx store.Tx) error {
			f := fraud.Finding{Key: fraud.Key{Subject: fraud.OfMember(m), Day: w.Shop.Local(w.Clock.Now()).Format("2006-01-02"), Rule: rule}, Score: 80, Weight: 50, FoundAt: w.Clock.Now()}
			f.Happened(at...)
			_, err := fraud.Record(tx, f)
			return err
		})
	}
	spotted(w.Ann, fraud.Shared, "east", "main")
	spotted(w.Bob, fraud.CheckIns, "east")

	owner := w.Open(w.Owner)
	all := map[string]string{"Too fast": "sam", "Vouchers": "Ann Lee", "Checked in at many stores": "Bob"}
	shows := func(p *consoletest.Page, want ...string) {
		t.Helper()
		_, table, _ := strings.Cut(p.Body, "<tbody>")
		for title, who := range all {
			is := false
			for _, x := range want {
				is = is || x == who
			}
			if strings.Contains(table, who) != is {
				t.Errorf("%s: %q of %s stands there: %t", p.Path, title, who, !is)
			}
		}
	}
	shows(owner.Get("/console/trust/fraud"), "sam", "Ann Lee", "Bob")
	shows(owner.Get("/console/trust/fraud?about=staff"), "sam")
	shows(owner.Get("/console/trust/fraud?about=member"), "Ann Lee", "Bob")
	shows(owner.Get("/console/trust/fraud?store=main"), "Ann Lee")
	shows(owner.Get("/console/trust/fraud?about=member&store=east"), "Ann Lee", "Bob")
	shows(owner.Get("/console/trust/fraud?about=member&store=main").Click("Also what was decided"), "Ann Lee")
	shows(owner.Get("/console/trust/fraud?store=nowhere"))
	if !strings.Contains(owner.Get("/console/trust/fraud").Body, `name="store"`) {
		t.Error("an owner of two stores cannot choose one")
	}

	main := w.Open(w.Main)
	p := main.Get("/console/trust/fraud")
	shows(p, "Ann Lee")
	if strings.Contains(p.Body, `name="store"`) {
		t.Error("a store's manager is asked for the store")
	}
	day := w.Shop.Local(w.Clock.Now()).Format("2006-01-02")
	main.Get("/console/trust/fraud/member/"+string(w.Ann)+"/"+day+"/shared").Must("東店", "轉角咖啡").Form("/decide").
		Set("decision", "fine").Set("reason", "two cousins").Send().Must("Noted")
	if p := main.Get("/console/trust/fraud/member/" + string(w.Bob) + "/" + day + "/checkins"); p.Status != http.StatusNotFound {
		t.Errorf("another store's finding: %d", p.Status)
	}
}
