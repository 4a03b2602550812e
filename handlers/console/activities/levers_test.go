package activities_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/console/activities"
	"regulars/handlers/console/consoletest"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

func openLevers(t testing.TB, change ...string) *consoletest.World {
	return consoletest.New(t, consoletest.Options{Change: change, Strict: true, Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{activities.Part(w.Console, activities.Deps{})}
	}})
}

// TestLevers: what came of a lever stands on its line, and that it cannot be told
// where it cannot; a manager of one store is told that the figures are not theirs.
func TestLevers(t *testing.T) {
	t.Parallel()
	w := openLevers(t, "[earn]", "[[store]]\nid = \"pier\"\nname = \"Pier\"\n\n[earn]", "[referral]", "[levers]\nloss = { holdout = 50 }\nsocial_proof = { holdout = 0 }\n\n[referral]")
	b := w.Open(w.Manager)
	b.Get("/console/activities").Must("Levers")
	b.Get("/console/activities/levers").Must("What goes soon", "Too few to tell", "How many took it lately", "Nobody was left out")
	// Of two hundred who read, the treated buy twice as often.
	var ids []loyalty.MemberID
	var treated, held int
	for i := range 200 {
		ids = append(ids, w.Join(fmt.Sprint("u", i), fmt.Sprint("U", i), fmt.Sprintf("09%08d", i)))
	}
	for i, m := range ids {
		w.Do(func(tx store.Tx) error {
			if err := tx.Lock(store.Subject("member/" + string(m))); err != nil {
				return err
			}
			_, err := w.Shop.Levers.Pull(tx, loyalty.LeverLoss, m, w.Clock.Now())
			return err
		})
		buys := false
		if w.Shop.Levers.Held(loyalty.LeverLoss, m, 50) {
			held++
			buys = held%10 < 3
		} else {
			treated++
			buys = treated%10 < 6
		}
		if buys {
			w.Do(func(tx store.Tx) error {
				_, err := w.Shop.Club.Sale(tx, m, book.Act{Op: loyalty.OpID(fmt.Sprint("buy", i)), Actor: loyalty.ByJob("till"), Store: "main", Now: w.Clock.Now()}, loyalty.Sale{Amount: 100})
				return err
			})
		}
	}
	w.Clock.Move(31 * 24 * time.Hour)
	if _, err := w.Shop.Segments.Refresh(context.Background(), w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if n, err := w.Shop.Levers.Settle(context.Background(), w.DB, w.Clock.Now()); err != nil || n != 200 {
		t.Fatal(n, err)
	}
	b = w.Open(w.Manager)
	p := b.Get("/console/activities/levers").Must("in 100 (likely", "Each spent NT$")
	if strings.Count(p.Body, "Too few to tell") > 0 {
		t.Error("two hundred are not too few")
	}
	csv := b.Get("/console/activities/levers?format=csv").Body
	// Of the treated, 1 to 5 and 10 of each ten bought; of the held-out 1, 2 and 10.
	count := func(n, of int) (k int) {
		for i := 1; i <= n; i++ {
			if i%10 < of {
				k++
			}
		}
		return k
	}
	want := fmt.Sprintf("What goes soon,50,%d,%d,%d,%d,0,", treated, count(treated, 6), held, count(held, 3))
	if !strings.Contains(csv, want) {
		t.Errorf("the file has no %q: %s", want, csv)
	}
	w.Open(w.Main).Get("/console/activities/levers").Must("of the whole shop")
}

// TestPairs: what goes together stands there, with how many.
func TestPairs(t *testing.T) {
	t.Parallel()
	w := openLevers(t, "[referral]", "[recommend]\n\n[referral]")
	b := w.Open(w.Manager)
	b.Get("/console/activities/pairs").Must("Nothing goes together yet")
	for i := range 24 {
		item := "cake"
		if i < 12 {
			item = "latte"
		}
		m := loyalty.MemberID(fmt.Sprintf("CROWD%02d", i))
		act := func(n int) book.Act {
			return book.Act{Op: loyalty.OpID(fmt.Sprint("c", i, "-", n)), Actor: loyalty.ByJob("till"), Reason: []byte("x"), Store: "main", Now: w.Clock.Now()}
		}
		w.Do(func(tx store.Tx) error {
			_, err := w.Shop.Club.Sale(tx, m, act(1), loyalty.Sale{Amount: 2000, Lines: []loyalty.Line{{Item: item}}})
			if err == nil && item == "latte" {
				_, _, err = w.Shop.Club.Vouchers.Redeem(tx, m, act(2), "cookie")
			}
			return err
		})
	}
	if _, err := w.Shop.Recommend.Refresh(context.Background(), w.DB, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	b.Get("/console/activities/pairs").Must("Latte", "Cookie", "from 24 members")
	// 12 of 12, and ten more who are like anybody: (12 + 10·½)/22 = 77 %.
	if csv := b.Get("/console/activities/pairs?format=csv").Body; !strings.Contains(csv, "Latte,Cookie,12,77%\r\n") {
		t.Errorf("the file: %s", csv)
	}
}
