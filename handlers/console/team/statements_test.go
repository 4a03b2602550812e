package team_test

import (
	"net/http"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/rollup"
	"regulars/store"
)

// franchise is a second store, and a price for points between the two.
var franchise = []string{"[earn]", "[[store]]\nid = \"north\"\nname = \"北店\"\n\n[settlement]\npoints = 10\nworth = 3\nfee = 10\n\n[earn]"}

// TestStatements: a month between two stores in money, open and closed; an owner
// sees all and each, a manager of one store its own and no other.
func TestStatements(t *testing.T) {
	w, _ := open(t, franchise...)
	there := w.Employ("nora", people.Manager, "north")
	w.Sell(w.Main, w.Ann, 50000)
	var spent loyalty.Ref
	w.Do(func(tx store.Tx) error {
		act := book.Act{Op: "spend", Now: w.Clock.Now(), Actor: there.ID.Actor(), Role: there.Role, Store: "north"}
		r, err := w.Shop.Book.Spend(tx, w.Ann, act, 305)
		spent = r.Entry().Ref
		return err
	})
	count(t, w)
	owner := w.Open(w.Owner)
	month := w.Shop.Local(w.Clock.Now()).Format("2006-01")
	p := owner.Get("/console/stores").Click("Statements").Must("10 points are worth NT$3", "Head office keeps 10%", "Not closed yet", "轉角咖啡 本店", "NT$92", "−NT$92", "NT$83", "Head office")
	p.Click("北店").Must("You get NT$83", "Their points, spent here", "305", "NT$9")
	if csv := owner.Get("/console/stores/statements?format=csv&store=north&month=" + month); !strings.Contains(csv.Body, "spent here\",,305,92,9") {
		t.Errorf("the file: %q", csv.Body)
	}
	if csv := owner.Get("/console/stores/statements?format=csv&month=" + month); !strings.Contains(csv.Body, "北店,0,0,0,305,0,92,0,9,83") {
		t.Errorf("the file: %q", csv.Body)
	}
	nora := w.Open(there)
	nora.Get("/console/stores").Click("Statements").Must("You get NT$83")
	if p := nora.Get("/console/stores/statements?month=" + month + "&store=main"); p.Says("You owe") || !p.Says("You get NT$83") {
		t.Error("a manager of one store sees another's statement")
	}
	if p := owner.Get("/console/stores/statements?store=nowhere"); p.Status != http.StatusNotFound {
		t.Errorf("a store that is none: %d", p.Status)
	}

	// The month is closed; what comes back later stands in the next one.
	now := w.Shop.Local(w.Clock.Now())
	w.Clock.Move(w.Clock.Now().AddDate(0, 1, 0).Sub(w.Clock.Now()))
	count(t, w)
	of := rollup.Month(now.Year()*100 + int(now.Month()))
	if _, fresh, err := w.Shop.Rollups.Close(t.Context(), of, w.Clock.Now()); err != nil || !fresh {
		t.Fatal(fresh, err)
	}
	w.Do(func(tx store.Tx) error {
		act := book.Act{Op: "undo", Now: w.Clock.Now(), Actor: there.ID.Actor(), Role: there.Role, Store: "north"}
		_, err := w.Shop.Book.Undo(tx, spent, act)
		return err
	})
	count(t, w)
	nora = w.Open(there)
	nora.Get("/console/stores/statements").Must("Closed on", "You get NT$83") // the month before is asked first
	next := w.Shop.Local(w.Clock.Now()).Format("2006-01")
	nora.Get("/console/stores/statements?month="+next).Must("You owe NT$83", "Taken back: their points, spent here in", "−305", "−NT$92")
}
