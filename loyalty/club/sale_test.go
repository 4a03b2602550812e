package club

import (
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

func TestWelcomeOnceEver(t *testing.T) {
	w := newWorld(t, cafe())
	out := w.join(ann)
	want(t, "gifts", len(out.Gifts), 1)
	want(t, "points", w.balance(ann).Available, 20)

	w.now = w.now.AddDate(0, 1, 0)
	again := w.join(ann) // blocked, followed again; or a second channel
	want(t, "gifts of the second time", len(again.Gifts), 0)
	w.p.Gifts[0].ID = "hi" // the programme calls it otherwise now
	w.join(ann)
	want(t, "points at the end", w.balance(ann).Available, 20)

	w.facts[bob] = loyalty.Facts{Returned: true}
	want(t, "gifts of a former member", len(w.join(bob).Gifts), 0)
	want(t, "points of a former member", w.balance(bob).Available, 0)
}

func TestHeadStartOnceEver(t *testing.T) {
	p := cafe()
	p.Cards[0].Start = 1
	w := newWorld(t, p)
	w.join(ann)
	w.join(ann)
	want(t, "stamps", w.account(ann).Cards["coffee"].Have, 1)
	w.buy(ann, 100)
	want(t, "stamps after a sale", w.account(ann).Cards["coffee"].Have, 2)
	w.facts[bob] = loyalty.Facts{Returned: true}
	w.join(bob)
	want(t, "stamps of a former member", w.account(bob).Cards["coffee"].Have, 0)
}

// TestSaleBrings buys NT$100 a day from 2 March on. The third fills the card,
// the fifth visit brings 50 points, the tenth sale reaches NT$1,000 and so
// silver, and is the tenth visit as well.
func TestSaleBrings(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(ann)
	for day := 1; day <= 10; day++ {
		out := w.buy(ann, 100)
		prizes, points := 0, loyalty.Points(0)
		for _, g := range out.Gifts {
			points += g.Points
			if g.Kind == KindPrize {
				prizes++
				want(t, "prize", g.Gift, "stamp/coffee")
				want(t, "prize's reward", g.Voucher.Reward, "latte")
			}
		}
		wantPoints := map[int]loyalty.Points{5: 50, 10: 50 + 100}[day]
		if points != wantPoints || (prizes == 1) != (day%3 == 0) || len(out.Filled) != prizes || len(out.Vouchers) != prizes {
			t.Errorf("day %d: %d points and %d prizes, %+v", day, points, prizes, out.Gifts)
		}
		if day == 10 {
			want(t, "from", out.From, "bronze")
			want(t, "to", out.To, "silver")
		}
		want(t, "the receipt's balance", out.Receipt.Balance.Available, w.balance(ann).Available)
		w.days(1)
	}
	want(t, "points", w.balance(ann).Available, 20+100+50+50+100)
	want(t, "open vouchers", w.vouchers(ann)[voucher.Open], 3)
}

// TestVisitsCountOnceADay: two sales on a day are one visit, and neither its
// number nor its gift comes twice.
func TestVisitsCountOnceADay(t *testing.T) {
	w := newWorld(t, cafe())
	for range 5 {
		w.buy(ann, 10)
		if out := w.buy(ann, 10); len(out.Receipt.Entries) > 0 && hasKind(out.Gifts, loyalty.GiftVisit) {
			t.Error("a second sale on a day brought the visit's gift")
		}
		w.days(1)
	}
	if _, ok := w.gifts(ann)["fifth/5"]; !ok {
		t.Error("the fifth day brought nothing")
	}
}

func hasKind(gifts []Given, k loyalty.GiftKind) bool {
	for _, g := range gifts {
		if g.Kind == k {
			return true
		}
	}
	return false
}

// TestComeback: 60 days after the last visit make the next one a comeback, 59
// do not, and the first visit ever is none.
func TestComeback(t *testing.T) {
	for _, c := range []struct {
		days int
		back bool
	}{{1, false}, {59, false}, {60, true}, {400, true}} {
		w := newWorld(t, cafe())
		w.join(ann)
		if hasKind(w.buy(ann, 10).Gifts, loyalty.GiftComeback) {
			t.Error("the first visit is no comeback")
		}
		w.days(c.days)
		out := w.buy(ann, 10)
		want(t, "a comeback", hasKind(out.Gifts, loyalty.GiftComeback), c.back)
		if hasKind(w.buy(ann, 10).Gifts, loyalty.GiftComeback) {
			t.Error("the second sale of the day is a comeback too")
		}
		if !c.back {
			continue
		}
		w.refund(out, loyalty.Return{})
		if _, still := w.gifts(ann)["back/2026-03-02"]; still {
			t.Error("the gift stays without its sale")
		}
	}
}

// TestTierGifts: who jumps over a level gets what it brings too, once a window.
func TestTierGifts(t *testing.T) {
	w := newWorld(t, cafe())
	out := w.buy(ann, 6000)
	want(t, "gifts of a jump to gold", len(out.Gifts), 2)
	want(t, "vouchers", len(out.Vouchers), 1)
	want(t, "to", out.To, "gold")

	w.refund(out, loyalty.Return{Amount: 5500})
	want(t, "points after falling", w.balance(ann).Available, 50)
	want(t, "open vouchers after falling", w.vouchers(ann)[voucher.Open], 0)

	again := w.buy(ann, 600)
	want(t, "silver again", again.To, "silver")
	want(t, "gifts of reaching it again", len(again.Gifts), 1)
	want(t, "points", w.balance(ann).Available, 50+60+100)
}

// TestTierGiftNextWindow: silver of 2026 stands to the end of 2027; renewing it in
// 2027 brings nothing, reaching it anew in 2029 does.
func TestTierGiftNextWindow(t *testing.T) {
	w := newWorld(t, cafe())
	want(t, "2026", hasKind(w.buy(ann, 1500).Gifts, loyalty.GiftTier), true)
	w.now = on(2027, 6, 1)
	want(t, "2027", hasKind(w.buy(ann, 1500).Gifts, loyalty.GiftTier), false)
	w.now = on(2029, 1, 1)
	out := w.buy(ann, 100)
	want(t, "fallen by time", out.To, "")
	want(t, "2029, too little", hasKind(out.Gifts, loyalty.GiftTier), false)
	w.days(1)
	want(t, "2029", hasKind(w.buy(ann, 1500).Gifts, loyalty.GiftTier), true)
}

// TestUsedTierGift: a gift whose voucher was used does not come a second time
// when the sale behind it is returned and made again.
func TestUsedTierGift(t *testing.T) {
	w := newWorld(t, cafe())
	out := w.buy(ann, 6000)
	w.use(out.Vouchers[0])
	w.refund(out, loyalty.Return{})
	w.now = w.now.AddDate(0, 1, 0)
	again := w.buy(ann, 6000)
	want(t, "vouchers", len(again.Vouchers), 0)
	want(t, "gifts", len(again.Gifts), 1) // silver's points, which went back
}

// TestRedelivery: the same event has no second effect, and is told the same.
func TestRedelivery(t *testing.T) {
	w := newWorld(t, cafe())
	for range 2 {
		w.buy(ann, 10)
		w.days(1)
	}
	a := w.act("event")
	sale := func(tx store.Tx) (Outcome, error) { return w.c.Sale(tx, ann, a, loyalty.Sale{Amount: 1500}) }
	first := w.do(sale)
	rows := w.db.Hash()
	second := w.do(sale)
	want(t, "rows", w.db.Hash(), rows)
	want(t, "replayed", second.Receipt.Replayed, true)
	want(t, "gifts told again", len(second.Gifts), len(first.Gifts))
	want(t, "voucher told again", second.Vouchers[0].ID, first.Vouchers[0].ID)

	b := w.act("back")
	back := func(tx store.Tx) (Outcome, error) {
		return w.c.Refund(tx, first.Receipt.Entry().Ref, b, loyalty.Return{})
	}
	w.do(back)
	rows = w.db.Hash()
	w.do(back)
	want(t, "rows after the refund", w.db.Hash(), rows)
	w.do(sale)
	want(t, "rows after the sale once more", w.db.Hash(), rows)
}

// TestSoldOutPrizeWaits: a prize that is out of stock does not fail the sale; it
// waits among the open gifts.
func TestSoldOutPrizeWaits(t *testing.T) {
	p := cafe()
	none := int64(0)
	p.Rewards[0].Stock = &none
	w := newWorld(t, p)
	for range 2 {
		w.buy(ann, 10)
		w.days(1)
	}
	out := w.buy(ann, 10)
	want(t, "filled", len(out.Filled), 1)
	want(t, "vouchers", len(out.Vouchers), 0)
	want(t, "choices", len(out.Choices), 1)
	if _, err := w.claim(ann, "stamp/coffee", ""); err == nil {
		t.Error("there was one after all")
	}
	want(t, "open gifts", len(w.open(ann)), 1)
	some := int64(5)
	p.Rewards[0].Stock = &some
	g, err := w.claim(ann, "stamp/coffee", "")
	if err != nil || g.Voucher.Reward != "latte" {
		t.Errorf("%+v, %v", g, err)
	}
	want(t, "open gifts then", len(w.open(ann)), 0)
	w.refund(out, loyalty.Return{})
	want(t, "open vouchers without the sale", w.vouchers(ann)[voucher.Open], 0)
	want(t, "stamps", w.account(ann).Cards["coffee"], loyalty.Stamps{Have: 2})
}
