package club

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// TestInvariant24 lives two members through random days: joining again, buying,
// returning all or a part, using vouchers, ticking or not for weeks, changing
// birthdays. Whatever happens, each
// has one welcome at most, one birthday's and one anniversary's gift a year, the
// points of the gifts that stand are those in the ledger, and taking everything
// back leaves nothing that a sale brought and nobody used.
func TestInvariant24(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, cafe())
		seen := map[string]bool{} // gifts ever given, by member, gift and period
		var sales []bought
		note := func(m loyalty.MemberID, kind loyalty.GiftKind) {
			what := ""
			switch kind {
			case loyalty.GiftWelcome:
				what = fmt.Sprint(m, " welcome")
			case loyalty.GiftBirthday, loyalty.GiftAnniversary:
				what = fmt.Sprint(m, " ", kind, " ", celebrated(w, m, kind))
			default:
				return
			}
			if seen[what] {
				t.Fatalf("a second time: %s", what)
			}
			seen[what] = true
		}
		for range rapid.IntRange(5, 30).Draw(t, "steps") {
			m := rapid.SampledFrom([]loyalty.MemberID{ann, bob}).Draw(t, "member")
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0:
				was := w.facts[m].Joined
				for _, g := range w.join(m).Gifts {
					note(m, g.Kind)
				}
				if f := w.facts[m]; !was.IsZero() {
					f.Joined = was
					w.facts[m] = f
				}
			case 1, 2:
				n := loyalty.Money(rapid.IntRange(1, 6000).Draw(t, "amount"))
				sales = append(sales, bought{w.buy(m, n), n})
			case 3:
				if len(sales) > 0 {
					i := rapid.IntRange(0, len(sales)-1).Draw(t, "sale")
					part := loyalty.Money(rapid.Int64Range(0, int64(sales[i].left)).Draw(t, "part"))
					w.refund(sales[i].Outcome, loyalty.Return{Amount: part})
					if sales[i].left -= part; part == 0 || sales[i].left == 0 {
						sales = append(sales[:i:i], sales[i+1:]...)
					}
				}
			case 4:
				w.changed(m, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"))
			case 5:
				for _, h := range w.tick() {
					if !h.Taken {
						note(h.Member, h.Kind)
					}
				}
			}
			if rapid.IntRange(0, 3).Draw(t, "use") == 0 {
				w.useOne(m)
			}
			w.days(rapid.IntRange(0, 40).Draw(t, "days"))
			w.agrees(m)
		}
		for _, s := range sales {
			w.refund(s.Outcome, loyalty.Return{})
		}
		for _, m := range []loyalty.MemberID{ann, bob} {
			for n, row := range w.gifts(m) {
				// A prize that was used or lapsed was had: its stamps are owed.
				if row.Sale > 0 && !row.Undone && (row.Kind != KindPrize || w.stateOf(m, n, row) == voucher.Open) {
					t.Fatalf("%s stands although no sale does", n)
				}
			}
			a := w.account(m)
			k := a.Cards["coffee"]
			if k.Have+3*k.Filled != 0 || a.Standing.Level != "" {
				t.Fatalf("left: %+v, tier %q", a.Cards, a.Standing.Level)
			}
		}
		if faults, err := w.c.Vouchers.Check(context.Background(), w.db); err != nil || len(faults) > 0 {
			t.Fatalf("vouchers: %v, %v", faults, err)
		}
		for _, row := range w.db.Dump() {
			if strings.HasPrefix(string(row.Key), "account/") {
				var a loyalty.Account
				if err := store.Decode(row.Key, row.Value, &a); err != nil || a.Check() != nil {
					t.Fatalf("%s: %v, %v", row.Key, err, a.Check())
				}
			}
		}
	})
}

// bought is a sale and how much of it has not come back.
type bought struct {
	Outcome
	left loyalty.Money
}

// useOne uses an open voucher of the member's, if there is one.
func (w *world) useOne(m loyalty.MemberID) {
	w.t.Helper()
	var all []voucher.Voucher
	err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		all, err = w.c.Vouchers.List(r, m, w.now)
		return err
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	if len(all) > 0 && all[0].State == voucher.Open {
		w.use(all[0])
	}
}

// stateOf is the state of a gift's voucher.
func (w *world) stateOf(m loyalty.MemberID, n string, row given) (s voucher.State) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) error {
		v, err := w.c.voucherOf(r, &member{id: m}, readName(n), row, w.now)
		s = v.State
		return err
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return s
}

// celebrated is the period that a calendar gift told now is of.
func celebrated(w *world, m loyalty.MemberID, k loyalty.GiftKind) string {
	for n, row := range w.gifts(m) {
		if row.Kind == k && row.At.Equal(w.now) {
			return readName(n).period
		}
	}
	return "?"
}

// changed enters a birthday, or another one.
func (w *world) changed(m loyalty.MemberID, month time.Month, day int) {
	w.t.Helper()
	f := w.facts[m]
	first := f.BirthMonth == 0
	w.born(m, month, day)
	f = w.facts[m]
	f.BirthSet, f.BirthChanged = w.now, time.Time{}
	if !first {
		f.BirthSet, f.BirthChanged = time.Time{}, w.now
	}
	w.facts[m] = f
}

// agrees holds the member's gift rows against the ledger and the vouchers.
func (w *world) agrees(m loyalty.MemberID) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) error {
		x, err := w.c.peek(r, m, w.now)
		if err != nil {
			return err
		}
		names, rows, err := x.all(r)
		if err != nil {
			return err
		}
		byRef := map[loyalty.Ref]bool{}
		for i, row := range rows {
			byRef[row.Ref] = true
			if row.Ref != "" {
				e, err := w.c.Book.ByRef(r, row.Ref)
				mark, merr := w.c.Book.Reversed(r, e)
				if err != nil || merr != nil || e.Gift != names[i].String() || e.Change()+e.In(loyalty.Held) != row.Points || mark.Whole != row.Undone {
					w.t.Fatalf("%s: entry %+v, reversed %+v, row %+v, %v, %v", names[i], e, mark, row, err, merr)
				}
			}
			v, err := w.c.voucherOf(r, x, names[i], row, w.now)
			if err != nil || row.Voucher != "" && (v.Member != row.owner || !row.Undone && v.State == voucher.Void) {
				w.t.Fatalf("%s: voucher %+v, %v", names[i], v, err)
			}
		}
		all, err := w.c.Book.History(r, m, 0, 10_000)
		for _, e := range all {
			mark, merr := w.c.Book.Reversed(r, e)
			if e.Kind == loyalty.KindGift && !mark.Whole && !byRef[e.Ref] && e.Gift != loyalty.StartGift {
				w.t.Fatalf("entry %d, gift %s, has no row: %v", e.Seq, e.Gift, merr)
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
}
