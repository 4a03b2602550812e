package club

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// state is what a purchase changes, and its refund must change back.
type state struct {
	Points loyalty.Points
	Debt   loyalty.Points
	Card   loyalty.Stamps
	Level  string
	Gifts  string
	Open   int
	Visits int64
}

func (w *world) state(m loyalty.MemberID) state {
	w.t.Helper()
	b, a := w.balance(m), w.account(m)
	s := state{
		Points: b.Available, Debt: b.Debt, Card: a.Cards["coffee"], Level: a.Standing.Level,
		Open: w.vouchers(m)[voucher.Open],
	}
	for _, row := range w.db.Dump() {
		var k card
		if string(row.Key) == "clubcard/"+string(m) && store.Decode(row.Key, row.Value, &k) == nil {
			s.Visits = k.Visits
		}
	}
	s.Gifts = fmt.Sprint(slices.Sorted(maps.Keys(w.gifts(m))))
	return s
}

// TestRefundsInEveryOrder makes four purchases that bring a prize, the fifth
// visit, silver and a comeback, and takes them back in each of the 24 orders:
// whatever the order, what is left is what was there before.
func TestRefundsInEveryOrder(t *testing.T) {
	for _, order := range permutations([]int{0, 1, 2, 3}) {
		w := newWorld(t, cafe())
		w.join(ann)
		for range 2 {
			w.buy(ann, 10)
			w.days(1)
		}
		was := w.state(ann)
		w.days(70)
		made := []Outcome{w.buy(ann, 50)} // a comeback, and the prize of the third stamp
		w.days(1)
		made = append(made, w.buy(ann, 900)) // NT$970 this year
		w.days(1)
		made = append(made, w.buy(ann, 100)) // NT$1,070: silver, and the fifth visit
		w.days(1)
		made = append(made, w.buy(ann, 40))
		full := w.state(ann)
		want(t, "gifts in between", full.Gifts, "[back/2026-03-03 fifth/5 hello/ever silver/2026-05-15 stamp/coffee/1."+fmt.Sprint(made[0].Receipt.Entry().Seq)+" stamp/coffee/2."+fmt.Sprint(made[3].Receipt.Entry().Seq)+"]")
		for _, i := range order {
			w.refund(made[i], loyalty.Return{})
		}
		if now := w.state(ann); !reflect.DeepEqual(now, was) {
			t.Errorf("order %v: %+v, want %+v", order, now, was)
		}
		// And everything can be earned again.
		w.days(70)
		for _, amount := range []loyalty.Money{50, 900, 100} {
			w.buy(ann, amount)
			w.days(1)
		}
		want(t, fmt.Sprintf("order %v: points earned again", order), w.balance(ann).Available, full.Points-4)
	}
}

func permutations(of []int) (all [][]int) {
	if len(of) <= 1 {
		return [][]int{of}
	}
	for i := range of {
		rest := append(append([]int{}, of[:i]...), of[i+1:]...)
		for _, p := range permutations(rest) {
			all = append(all, append([]int{of[i]}, p...))
		}
	}
	return all
}

// TestUsedPrizeIsOwed: the third coffee's latte was drunk, and the third coffee
// comes back: the card stays full and one stamp is owed.
func TestUsedPrizeIsOwed(t *testing.T) {
	w := newWorld(t, cafe())
	var last Outcome
	for range 3 {
		last = w.buy(ann, 10)
		w.days(1)
	}
	w.use(last.Vouchers[0])
	out := w.refund(last, loyalty.Return{})
	want(t, "taken", len(out.Taken), 0)
	want(t, "used vouchers", w.vouchers(ann)[voucher.Used], 1)
	want(t, "card", w.account(ann).Cards["coffee"], loyalty.Stamps{Have: -1, Filled: 1})
	for range 3 {
		if out := w.buy(ann, 10); len(out.Filled) > 0 {
			t.Error("the owed stamp was not paid")
		}
		w.days(1)
	}
	want(t, "filled by the fourth", len(w.buy(ann, 10).Filled), 1)
}

// TestOlderSaleReturned: it is not the sale that filled the card that comes
// back, but one before it. The prize goes all the same.
func TestOlderSaleReturned(t *testing.T) {
	w := newWorld(t, cafe())
	first := w.buy(ann, 10)
	w.days(1)
	w.buy(ann, 10)
	w.days(1)
	w.buy(ann, 10)
	out := w.refund(first, loyalty.Return{})
	want(t, "taken", len(out.Taken), 1)
	want(t, "open vouchers", w.vouchers(ann)[voucher.Open], 0)
	want(t, "card", w.account(ann).Cards["coffee"], loyalty.Stamps{Have: 2})
	w.days(1)
	want(t, "a prize again", len(w.buy(ann, 10).Vouchers), 1)
}

// TestVoucherThatPaid: a voucher used with a sale is given back when the whole
// sale is, and not before.
func TestVoucherThatPaid(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(ann)
	w.buy(ann, 500)
	w.days(1)
	a := w.act("")
	var v voucher.Voucher
	if err := w.update(func(tx store.Tx) (err error) {
		v, _, err = w.c.Vouchers.Redeem(tx, ann, a, "mug")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w.use(v)
	sale := w.sell(ann, loyalty.Sale{Amount: 100, Voucher: string(v.ID)})
	want(t, "points after using it", w.balance(ann).Available, 20+50-50+10)
	want(t, "given back by a part", len(w.refund(sale, loyalty.Return{Amount: 40}).Returned), 0)
	out := w.refund(sale, loyalty.Return{})
	want(t, "given back by the rest", len(out.Returned), 1)
	want(t, "open vouchers", w.vouchers(ann)[voucher.Open], 1)
	want(t, "points", w.balance(ann).Available, 20)
	w.use(out.Returned[0])
}

// TestUseOfAPresentUndone: a prize that was taken for the wrong customer is open
// again; one whose gift went back meanwhile is not.
func TestUseOfAPresentUndone(t *testing.T) {
	w := newWorld(t, cafe())
	unuse := func(v voucher.Voucher) Outcome {
		a := w.act("")
		return w.do(func(tx store.Tx) (Outcome, error) { return w.c.UndoUse(tx, v.ID, a) })
	}
	sale := w.buy(ann, 6000) // gold, and a cake
	cake := sale.Vouchers[0]
	w.use(cake)
	want(t, "open again", len(unuse(cake).Returned), 1)
	w.use(cake)
	w.refund(sale, loyalty.Return{})
	out := unuse(cake)
	want(t, "open again without the sale", len(out.Returned), 0)
	want(t, "taken", len(out.Taken), 1)
	want(t, "open vouchers", w.vouchers(ann)[voucher.Open], 0)
}

// TestVoucherComesBackOnce: two sales name one use of a voucher, a third names
// the use after it came back. It comes back once for each use, by the sale that
// named it last; somebody else's never does.
func TestVoucherComesBackOnce(t *testing.T) {
	w := newWorld(t, cafe())
	w.p.Rewards[2].Cost = 10
	w.join(ann)
	w.join(bob)
	a := w.act("")
	var v voucher.Voucher
	if err := w.update(func(tx store.Tx) (err error) {
		v, _, err = w.c.Vouchers.Redeem(tx, ann, a, "mug")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w.use(v)
	paying := loyalty.Sale{Amount: 100, Voucher: string(v.ID)}
	foreign := w.sell(bob, paying)
	first, second := w.sell(ann, paying), w.sell(ann, paying)
	want(t, "by somebody else's sale", len(w.refund(foreign, loyalty.Return{}).Returned), 0)
	want(t, "by the first", len(w.refund(first, loyalty.Return{}).Returned), 0)
	want(t, "by the second", len(w.refund(second, loyalty.Return{}).Returned), 1)
	w.days(1)
	w.use(v)
	third := w.sell(ann, paying)
	want(t, "by the third", len(w.refund(third, loyalty.Return{}).Returned), 1)
}

// TestUndoOfEachKind: one door for whatever a reference names.
func TestUndoOfEachKind(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(ann)
	sale := w.buy(ann, 500)
	redeem := func() (v voucher.Voucher) {
		a := w.act("")
		if err := w.update(func(tx store.Tx) (err error) {
			v, _, err = w.c.Vouchers.Redeem(tx, ann, a, "mug")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return v
	}
	v := redeem()
	used := w.use(v)
	out := w.undo(used.Entry().Ref) // the wrong customer's
	want(t, "usable again", len(out.Returned), 1)
	want(t, "points while it is held", w.balance(ann).Available, 20)
	w.use(out.Returned[0])

	w.days(1)
	w.buy(ann, 300)
	v = redeem()
	out = w.undo(v.Hold)
	want(t, "voucher of an undone hold", out.Taken[0].Voucher.State, voucher.Void)
	want(t, "points come back", w.balance(ann).Available, 50)

	hello := w.gifts(ann)["hello/ever"].Ref
	out = w.undo(hello)
	want(t, "gift undone", out.Taken[0].Gift, "hello")
	want(t, "points without it", w.balance(ann).Available, 30)
	w.join(ann)
	want(t, "a gift undone by hand does not come again", w.balance(ann).Available, 30)

	out = w.undo(sale.Receipt.Entry().Ref)
	want(t, "a sale undone", out.Receipt.Entry().Kind, loyalty.KindReverse)
	a := w.act("")
	if err := w.update(func(tx store.Tx) error {
		_, err := w.c.Undo(tx, "NOBODY", a)
		return err
	}); !errors.Is(err, loyalty.ErrUnknownRef) {
		t.Errorf("an unknown reference: %v", err)
	}
}

// TestRefundBeforeSale: a refund that waited takes the sale back at once, and it
// brings nothing.
func TestRefundBeforeSale(t *testing.T) {
	w := newWorld(t, cafe())
	for range 2 {
		w.buy(ann, 10)
		w.days(1)
	}
	was := w.state(ann)
	a := w.act("")
	w.do(func(tx store.Tx) (Outcome, error) {
		return w.c.RefundOrder(tx, ann, a, "A17", loyalty.Return{})
	})
	out := w.sell(ann, loyalty.Sale{Amount: 2000, Order: "A17"})
	want(t, "gifts", len(out.Gifts), 0)
	now := w.state(ann)
	if !reflect.DeepEqual(now, was) {
		t.Errorf("%+v, want %+v", now, was)
	}
	// And one that comes after it finds it by its order.
	w.days(1)
	w.sell(ann, loyalty.Sale{Amount: 2000, Order: "A18"})
	a = w.act("")
	w.do(func(tx store.Tx) (Outcome, error) {
		return w.c.RefundOrder(tx, ann, a, "A18", loyalty.Return{})
	})
	if now := w.state(ann); !reflect.DeepEqual(now, was) {
		t.Errorf("after the second: %+v, want %+v", now, was)
	}
}

// TestReferral: both sides are rewarded two weeks after the friend's purchase,
// once, and lose it when the purchase comes back.
func TestReferral(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(bob)
	bind(t, w)
	w.join(ann)
	sale := w.buy(ann, 200)
	w.days(13)
	want(t, "told too early", len(w.tick()), 0)
	w.days(2)
	was := [2]loyalty.Points{w.balance(ann).Available, w.balance(bob).Available}
	told := w.tick()
	want(t, "told", len(told), 2)
	want(t, "ticked again", len(w.tick()), 0)
	want(t, "friend", w.balance(ann).Available, was[0]+40)
	want(t, "friend's voucher", w.vouchers(ann)[voucher.Open], 1)
	want(t, "referrer", w.balance(bob).Available, was[1]+60)
	for name := range w.gifts(bob) {
		if strings.Contains(name, string(ann)) {
			t.Error("the referrer's rows name the friend")
		}
	}

	out := w.refund(sale, loyalty.Return{Amount: 150}) // NT$50 is under the minimum
	want(t, "friend's gifts taken", len(out.Taken), 1)
	want(t, "told elsewhere", len(out.Elsewhere), 1)
	want(t, "whom", out.Elsewhere[0].Member, bob)
	want(t, "referrer afterwards", w.balance(bob).Available, was[1])
	want(t, "friend's voucher afterwards", w.vouchers(ann)[voucher.Open], 0)
	w.days(1)
	w.buy(ann, 500)
	w.days(30)
	want(t, "a second reward", len(w.tick()), 0)
}

// bind lets Ann come with Bob's code.
func bind(t *testing.T, w *world) {
	t.Helper()
	err := w.update(func(tx store.Tx) error {
		code, err := w.c.Referrals.Code(tx, bob)
		if err != nil {
			return err
		}
		return w.c.Referrals.Bind(tx, ann, code, loyalty.Facts{}, w.now)
	})
	if err != nil {
		t.Fatal(err)
	}
}
