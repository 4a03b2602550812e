package recommend

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

var taipei = time.FixedZone("Asia/Taipei", 8*60*60)

// world is a shop that sells lattes and teas, and gives mugs and cups for points.
type world struct {
	*testing.T
	db  *mem.DB
	d   *Desk
	p   *loyalty.Programme
	now time.Time
	ops int
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, db: mem.New(mem.Twice), now: time.Date(2026, 3, 2, 10, 0, 0, 0, taipei)}
	w.p = &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"}, Rate: loyalty.Rate{Points: 1, Per: 1},
		Earning:   loyalty.Earning{Items: []loyalty.Item{{ID: "latte", Category: "drinks"}, {ID: "tea", Category: "drinks"}}},
		Rewards:   []loyalty.Reward{{ID: "mug", Cost: 10, ValidFor: time.Hour}, {ID: "cup", Cost: 10, ValidFor: time.Hour}},
		Recommend: loyalty.Recommend{Rewards: true, Items: true, Days: 365, Least: 5},
	}
	rules := func(time.Time) *loyalty.Programme { return w.p }
	b := &book.Book{Key: bytes.Repeat([]byte{7}, 32), Programme: rules}
	w.d = &Desk{
		Book: b, Programme: rules, Vouchers: &voucher.Desk{Book: b, Key: b.Key, Programme: rules},
		Named: func(x Thing, _ time.Time) bool { return !strings.HasPrefix(string(x), Category) },
	}
	return w
}

func (w *world) update(f func(store.Tx, book.Act) error) {
	w.Helper()
	w.ops++
	act := book.Act{Op: loyalty.OpID(fmt.Sprintf("op%d", w.ops)), Actor: loyalty.ByJob("till"), Now: w.now}
	if err := w.db.Update(context.Background(), func(tx store.Tx) error { return f(tx, act) }); err != nil {
		w.Fatal(err)
	}
}

// had sells items to a member, and gives rewards for points ("reward/mug").
func (w *world) had(m string, things ...string) (ref loyalty.Ref) {
	w.Helper()
	id := loyalty.MemberID(m)
	for _, x := range things {
		if reward, ok := strings.CutPrefix(x, "reward/"); ok {
			w.update(func(tx store.Tx, act book.Act) error {
				_, _, err := w.d.Vouchers.Redeem(tx, id, act, reward)
				return err
			})
			continue
		}
		w.update(func(tx store.Tx, act book.Act) error {
			rec, err := w.d.Book.Sell(tx, id, act, loyalty.Sale{Amount: 100, Lines: []loyalty.Line{{Item: x}}})
			if err == nil {
				ref = rec.Entry().Ref
			}
			return err
		})
	}
	return ref
}

func (w *world) refresh() int {
	w.Helper()
	n, err := w.d.Refresh(context.Background(), w.db, w.now)
	if err != nil {
		w.Fatal(err)
	}
	return n
}

// hints are what a member is told, in a line each; the same in a View and in an
// Update.
func (w *world) hints(m string) (list []string) {
	w.Helper()
	read := func(r store.Reader) ([]Hint, error) { return w.d.For(r, loyalty.MemberID(m), w.now, nil, 5) }
	var seen, held []Hint
	err := w.db.View(context.Background(), func(r store.Reader) (err error) { seen, err = read(r); return err })
	if err == nil {
		err = w.db.Update(context.Background(), func(tx store.Tx) (err error) { held, err = read(tx); return err })
	}
	if err != nil || len(seen)+len(held) > 0 && !reflect.DeepEqual(seen, held) {
		w.Fatal(err, seen, held)
	}
	for _, h := range seen {
		list = append(list, fmt.Sprintf("%s, %d because of %s", h.Thing, h.Both, h.Because))
	}
	return list
}

func (w *world) want(m string, lines ...string) {
	w.Helper()
	if got := w.hints(m); strings.Join(got, "; ") != strings.Join(lines, "; ") {
		w.Errorf("%s is told %q, by hand %q", m, got, lines)
	}
}

// village: of twenty, eight had lattes and mugs, twelve had teas, and six of these
// cups: a mug goes with a latte, a cup with a tea (6 of 12, where 6 of 21 are usual).
func village(t *testing.T) *world {
	w := newWorld(t)
	for i := range 8 {
		w.had(fmt.Sprint("L", i), "latte", "reward/mug")
	}
	for i := range 12 {
		w.had(fmt.Sprint("T", i), "tea")
		if i < 6 {
			w.had(fmt.Sprint("T", i), "reward/cup")
		}
	}
	return w
}

func TestHintsByHand(t *testing.T) {
	w := village(t)
	w.had("DANA", "latte")
	w.want("DANA") // nothing was reckoned yet
	if n := w.refresh(); n != 21 {
		t.Errorf("%d members had something, by hand 21", n)
	}
	w.want("DANA", "reward/mug, 8 because of item/latte")
	w.want("L0") // has had it
	w.want("NOBODY")

	// What somebody buys today counts at once; what it goes with, from the night.
	w.had("EVE", "latte")
	w.want("EVE", "reward/mug, 8 because of item/latte")
	w.had("EVE", "reward/mug")
	w.want("EVE")
	w.refresh()
	w.want("DANA", "reward/mug, 9 because of item/latte")

	// Cups with teas: 6 of 12, no tea without; G² is
	// 2·(6·ln 6 + 6·ln 6 + 10·ln 10 − 12·ln 12 − 10·ln 10 − 6·ln 6 − 16·ln 16 + 22·ln 22) = 9.1: too little.
	w.want("T11")
	for i := range 3 {
		w.had(fmt.Sprint("T", 6+i), "reward/cup")
	}
	w.refresh() // 9 of 12: G² is 16.3
	w.want("T11", "reward/cup, 9 because of item/tea")
}

// TestHintsFollowTheRules: the least number, what is told of, how far back, and
// whether anything is.
func TestHintsFollowTheRules(t *testing.T) {
	w := village(t)
	w.had("DANA", "latte")
	w.refresh()
	w.p.Recommend.Least = 9
	w.want("DANA")
	w.p.Recommend.Least, w.p.Recommend.Rewards = 5, false
	w.want("DANA")
	w.p.Recommend.Rewards = true
	w.now = w.now.AddDate(0, 0, 366)
	w.want("DANA")
	w.now = w.now.AddDate(0, 0, -10)
	w.want("DANA", "reward/mug, 8 because of item/latte")
	w.p.Recommend = loyalty.Recommend{}
	w.refresh()
	err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		for key := range tastes.Scan(r, tastes.All(), &err) {
			t.Error("left:", key)
		}
		for key := range alikes.Scan(r, alikes.All(), &err) {
			t.Error("left:", key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTakenBack: what came back is not had.
func TestTakenBack(t *testing.T) {
	w := village(t)
	ref := w.had("DANA", "latte")
	w.refresh()
	w.want("DANA", "reward/mug, 8 because of item/latte")
	w.update(func(tx store.Tx, act book.Act) error {
		_, err := w.d.Book.RefundRef(tx, ref, act, loyalty.Return{})
		return err
	})
	w.refresh()
	w.want("DANA")
	// Two lattes of which one comes back are a latte.
	w.update(func(tx store.Tx, act book.Act) error {
		rec, err := w.d.Book.Sell(tx, "FAY", act, loyalty.Sale{Amount: 100, Lines: []loyalty.Line{{Item: "latte", Quantity: 2, Amount: 100}}})
		if err == nil {
			ref = rec.Entry().Ref
		}
		return err
	})
	w.update(func(tx store.Tx, act book.Act) error {
		_, err := w.d.Book.RefundRef(tx, ref, act, loyalty.Return{Lines: []loyalty.Line{{Item: "latte", Quantity: 1}}})
		return err
	})
	w.refresh()
	w.want("FAY", "reward/mug, 8 because of item/latte")
}

// TestRefreshIsOne: done again, or cut at any write and done again, it leaves the
// same rows.
func TestRefreshIsOne(t *testing.T) {
	w := village(t)
	w.had("DANA", "latte")
	w.refresh()
	whole := w.rows()
	w.refresh()
	if again := w.rows(); again != whole {
		t.Errorf("done again:\n%s\nwas\n%s", again, whole)
	}
	for n := 1; n <= 6; n++ {
		w := village(t)
		w.had("DANA", "latte")
		w.db.CrashAt(n)
		_, err := w.d.Refresh(context.Background(), w.db, w.now)
		w.db.Reopen()
		if err == nil {
			continue
		}
		w.refresh()
		if again := w.rows(); again != whole {
			t.Errorf("cut at %d:\n%s\nwas\n%s", n, again, whole)
		}
	}
}

// rows are all rows of the package.
func (w *world) rows() string {
	w.Helper()
	var b strings.Builder
	err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		for key, row := range tastes.Scan(r, tastes.All(), &err) {
			fmt.Fprintln(&b, key, row)
		}
		for key, row := range alikes.Scan(r, alikes.All(), &err) {
			fmt.Fprintln(&b, key, row)
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return b.String()
}

// TestErasedAreNotLearntAgain: of who was erased there is no row after a night, and
// they are in no count; their ledger goes on.
func TestErasedAreNotLearntAgain(t *testing.T) {
	w := village(t)
	w.had("DANA", "latte")
	w.refresh()
	w.want("DANA", "reward/mug, 8 because of item/latte")
	w.d.Gone = func(_ store.Reader, m loyalty.MemberID) (bool, error) { return m == "L0" || m == "DANA", nil }
	w.update(func(tx store.Tx, _ book.Act) error {
		if err := tx.Lock("member/L0"); err != nil {
			return err
		}
		return w.d.Forget(tx, "L0")
	})
	if n := w.refresh(); n != 19 {
		t.Errorf("%d members had something, by hand 19", n)
	}
	if rows := w.rows(); strings.Contains(rows, "L0 ") || strings.Contains(rows, "DANA ") || !strings.Contains(rows, "L1 ") {
		t.Errorf("left of who was erased:\n%s", rows)
	}
	w.had("EVE", "latte")
	w.want("EVE", "reward/mug, 7 because of item/latte")
}
