package book

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// richPlan is a programme in which everything that a sale can bring is brought:
// bonuses of every condition, tiers, caps, cards, a rate for tiers of its own.
func richPlan() *loyalty.Programme {
	p := plan()
	p.ReturnWindow = 7 * 24 * time.Hour
	p.Earning = loyalty.Earning{
		Exclude: []string{"tobacco"}, PerVisit: 5, VisitsADay: 2, CapSale: 5000, CapDay: 1 << 40, CapMonth: 1 << 41,
		Items: []loyalty.Item{
			{ID: "latte", Category: "drinks", Points: 2}, {ID: "tea", Category: "drinks", Points: 1}, {ID: "beans", Category: "goods", Points: 3},
			{ID: "cigars", Category: "tobacco"}, {ID: "room", Category: "rooms", Nights: 1},
		},
		Bonuses: []loyalty.Bonus{
			{ID: "tuesday", Percent: 200, Weekdays: []time.Weekday{time.Tuesday}},
			{ID: "noon", Percent: 150, FromHour: 11 * 60, ToHour: 14 * 60},
			{ID: "gold", Points: 3, Levels: []string{"gold"}},
			{ID: "spring", Percent: 120, From: noon.AddDate(0, 0, -9), To: noon.AddDate(10, 0, 0)},
			{ID: "main", Points: 2, Stores: []loyalty.Store{"main"}},
			{ID: "birthday", Percent: 300, Birthday: loyalty.SpanMonth},
			{ID: "first", Points: 50, First: true},
			{ID: "latte", Percent: 200, Items: []string{"latte"}},
			{ID: "big", Points: 20, Minimum: 100},
			{ID: "xmas", Percent: 200, From: noon.AddDate(0, 9, 0), To: noon.AddDate(0, 10, 0)},
		},
	}
	p.Tiers = loyalty.Tiers{
		By: loyalty.MeasurePoints, Window: loyalty.WindowAnniversary, Rate: &loyalty.Rate{Points: 1, Per: 2},
		Levels: []loyalty.Level{{ID: "green"}, {ID: "gold", At: 60, Percent: 125}, {ID: "black", At: 1 << 50, Percent: 200}},
	}
	p.Cards = []loyalty.StampCard{
		{ID: "coffee", Size: 3, Start: 1, Items: []string{"drinks"}, Prize: "drink"},
		{ID: "visits", Size: 10, Minimum: 50},
	}
	return p
}

func basket() loyalty.Sale {
	return loyalty.Sale{Amount: 120, Order: "A1", Lines: []loyalty.Line{
		{Item: "latte", Quantity: 1, Amount: 60}, {Item: "beans", Quantity: 1, Amount: 40}, {Item: "cigars", Quantity: 1, Amount: 20},
	}}
}

// TestSell: base 100 of 120, 5 a visit, 2 + 3 by pieces, doubled for Tuesday
// (100), half more at noon (50), a fifth in spring (20), tripled for the
// birthday's month (200), 2 for the store, 50 for the first, 60 for the latte,
// 20 for its size: 612, pending for a week. 50 qualify.
func TestSell(t *testing.T) {
	engines(t, func(t *testing.T, open func() store.DB) {
		s := newShop(t, richPlan())
		s.db = open()
		asked := 0
		s.b.Facts = func(r store.Reader, m loyalty.MemberID) (loyalty.Facts, error) {
			asked++
			return loyalty.Facts{Joined: noon.AddDate(0, -1, 3), BirthMonth: time.March, BirthDay: 31}, nil
		}
		a := s.act(sam)
		a.Store = "main"
		sell := func(tx store.Tx) (Receipt, error) { return s.b.Sell(tx, ann, a, basket()) }
		rec := s.must(sell)
		e := rec.Entry()
		if e.Kind != loyalty.KindEarn || e.Change() != 612 || rec.Balance.Pending != 612 || e.Tally.Points != 50 || asked == 0 {
			t.Errorf("%+v", e)
		}
		// Joined on 13 February: the second month begins on 13 March.
		if day := time.Unix(int64(e.Tally.Bucket)*86400, 0).UTC().Format(time.DateOnly); day != "2026-02-13" {
			t.Errorf("counts in %s", day)
		}
		again := s.must(sell)
		if !again.Replayed || !sameEntries(again.Entries, rec.Entries) || !slices.Equal(again.Filled(), rec.Filled()) {
			t.Errorf("again: %+v", again)
		}
		other := basket()
		other.Lines = other.Lines[:2]
		var conflict *loyalty.ConflictError
		if _, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Sell(tx, ann, a, other) }); !errors.As(err, &conflict) {
			t.Errorf("other lines under the same operation: %v", err)
		}
		s.clean()
	})
}

// TestRefusedSaleStaysRefused: lines that make no sense, then over an employee's
// cap, which bonuses and pieces count for.
func TestRefusedSaleStaysRefused(t *testing.T) {
	p := richPlan()
	p.Caps = map[loyalty.Role]loyalty.Cap{"clerk": {SaleAct: 300}}
	s := newShop(t, p)
	a := s.act(sam)
	bad := basket()
	bad.Lines[0].Quantity = -1
	for range 2 {
		if _, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Sell(tx, ann, a, bad) }); !errors.Is(err, loyalty.ErrAmount) {
			t.Errorf("a line of less than nothing: %v", err)
		}
	}
	a = s.act(sam)
	a.Role = "clerk"
	var limit *loyalty.LimitError
	sell := func(tx store.Tx) (Receipt, error) { return s.b.Sell(tx, ann, a, basket()) }
	if _, err := s.do(sell); !errors.As(err, &limit) || limit.Asked != 410 { // without store and birthday
		t.Errorf("over the cap: %v", err)
	}
	p.Caps = nil
	if rec, err := s.do(sell); !errors.As(err, &limit) || !rec.Replayed {
		t.Errorf("once the cap is gone: %v", err)
	}
	s.has(ann, 0, 0, 0, 0)
}

// TestRefundRef takes back by lines, in part and wholly, once an operation.
func TestRefundRef(t *testing.T) {
	engines(t, func(t *testing.T, open func() store.DB) {
		s := newShop(t, richPlan())
		s.db = open()
		a := s.act(sam)
		sale := s.must(func(tx store.Tx) (Receipt, error) { return s.b.Sell(tx, ann, a, basket()) })
		ref, given := sale.Entry().Ref, sale.Entry().Change()
		back := func(r loyalty.Return) (Receipt, error) {
			a := s.act(sam)
			f := func(tx store.Tx) (Receipt, error) { return s.b.RefundRef(tx, ref, a, r) }
			first, err := s.do(f)
			if again, err2 := s.do(f); !again.Replayed || reason(err2) != reason(err) || !sameEntries(again.Entries, first.Entries) {
				t.Errorf("again: %v, first %v", err2, err)
			}
			return first, err
		}
		cigars, err := back(loyalty.Return{Lines: []loyalty.Line{{Item: "cigars", Quantity: 1}}})
		if err != nil || cigars.Entry().Amount != 20 || cigars.Entry().Change() != 0 {
			t.Errorf("%+v, %v", cigars.Entry(), err)
		}
		if _, err := back(loyalty.Return{Lines: []loyalty.Line{{Item: "cigars", Quantity: 1}}}); reason(err) != "excess" {
			t.Errorf("cigars again: %v", err)
		}
		latte, err := back(loyalty.Return{Lines: []loyalty.Line{{Item: "latte", Quantity: 1}}})
		if err != nil || latte.Entry().Change() >= 0 {
			t.Errorf("%+v, %v", latte.Entry(), err)
		}
		rest, err := back(loyalty.Return{})
		if err != nil || cigars.Entry().Change()+latte.Entry().Change()+rest.Entry().Change() != -given || !rest.Entry().Whole {
			t.Errorf("%+v, %v", rest.Entry(), err)
		}
		if _, err := back(loyalty.Return{}); reason(err) != "reversed" {
			t.Errorf("after all: %v", err)
		}
		ref = "nobody"
		if _, err := back(loyalty.Return{}); !errors.Is(err, loyalty.ErrUnknownRef) {
			t.Errorf("unknown: %v", err)
		}
		s.has(ann, 0, 0, 0, 0)
		s.clean()
	})
}

// TestCardsFillAndEmpty: a head start of 1 and two drinks fill the card of 3,
// which the refund takes back; a receipt tells both.
func TestCardsFillAndEmpty(t *testing.T) {
	s := newShop(t, richPlan())
	a := s.act(sam)
	rec := s.must(func(tx store.Tx) (Receipt, error) {
		return s.b.Sell(tx, ann, a, loyalty.Sale{Amount: 240, Order: "A", Lines: []loyalty.Line{{Item: "latte", Quantity: 5, Amount: 240}}})
	})
	if got := rec.Filled(); !slices.Equal(got, []string{"coffee", "coffee"}) || rec.Unfilled() != nil {
		t.Errorf("filled %v, unfilled %v", got, rec.Unfilled())
	}
	if from, to, ok := rec.Rose(); !ok || from != "" || to != "gold" {
		t.Errorf("rose from %q to %q, %t", from, to, ok)
	}
	b := s.act(sam)
	back := s.must(func(tx store.Tx) (Receipt, error) { return s.b.Refund(tx, ann, b, "A", loyalty.Return{}) })
	if got := back.Unfilled(); !slices.Equal(got, []string{"coffee", "coffee"}) || back.Filled() != nil {
		t.Errorf("unfilled %v, filled %v", got, back.Filled())
	}
	if from, to, ok := back.Rose(); !ok || from != "gold" || to != "" {
		t.Errorf("fell from %q to %q, %t", from, to, ok)
	}
	if got := s.account(ann).Cards; !reflect.DeepEqual(got, map[string]loyalty.Stamps{"coffee": {Have: 1}, "visits": {}}) {
		t.Errorf("cards: %+v", got)
	}
	s.clean()
}

// account is the member's stored head.
func (s *shop) account(m loyalty.MemberID) (a loyalty.Account) {
	s.t.Helper()
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		a, err = s.b.Account(r, m)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// TestGrant gives points and stamps by a rule, once an operation, and is undone.
func TestGrant(t *testing.T) {
	s := newShop(t, richPlan())
	a := s.act(loyalty.ByJob("gifts"))
	stamps := []loyalty.Stamping{{Card: "coffee", Stamps: 4}}
	grant := func(tx store.Tx) (Receipt, error) { return s.b.Grant(tx, ann, a, "welcome", 25, stamps) }
	rec := s.must(grant)
	if e := rec.Entry(); e.Kind != loyalty.KindGift || e.Gift != "welcome" || e.Change() != 25 || !slices.Equal(rec.Filled(), []string{"coffee"}) {
		t.Errorf("%+v", e)
	}
	if again := s.must(grant); !again.Replayed || !sameEntries(again.Entries, rec.Entries) {
		t.Errorf("again: %+v", again)
	}
	s.has(ann, 25, 0, 0, 0)
	var conflict *loyalty.ConflictError
	if _, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Grant(tx, ann, a, "birthday", 25, stamps) }); !errors.As(err, &conflict) {
		t.Errorf("another gift under the same operation: %v", err)
	}
	none := s.act(loyalty.ByJob("gifts"))
	for range 2 {
		if _, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Grant(tx, ann, none, "nothing", 0, nil) }); !errors.Is(err, loyalty.ErrAmount) {
			t.Errorf("nothing: %v", err)
		}
	}
	back, err := s.undo(rec.Entry().Ref)
	if err != nil || back.Entry().Change() != -25 || !slices.Equal(back.Unfilled(), []string{"coffee"}) {
		t.Errorf("%+v, %v", back.Entry(), err)
	}
	s.has(ann, 0, 0, 0, 0)
	s.clean()
}

// TestReserve: terms of its own, told on the entry, and the same again however
// late it is tried.
func TestReserve(t *testing.T) {
	p := plan()
	p.HoldFor = 24 * time.Hour
	s := newShop(t, p)
	s.earn(ann, 100, "")
	a := s.act(loyalty.ByMember(ann))
	a.Voucher = "V1"
	terms := loyalty.Terms{Deadline: noon.Add(15 * time.Minute), Forfeit: true}
	reserve := func(tx store.Tx) (Receipt, error) { return s.b.Reserve(tx, ann, a, 30, terms) }
	rec := s.must(reserve)
	if e := rec.Entry(); e.Kind != loyalty.KindHold || e.Voucher != "V1" || !e.Forfeit || !e.Deadline.Equal(terms.Deadline) {
		t.Errorf("%+v", e)
	}
	s.now = s.now.Add(time.Minute)
	terms.Deadline, a.Voucher, a.Now = terms.Deadline.Add(time.Minute), "V2", s.now
	if again := s.must(reserve); !again.Replayed || !sameEntries(again.Entries, rec.Entries) {
		t.Errorf("again, a minute later: %+v", again)
	}
	back := s.act(loyalty.ByMember(ann))
	held := s.must(func(tx store.Tx) (Receipt, error) {
		return s.b.Reserve(tx, ann, back, 20, loyalty.Terms{Deadline: noon.Add(20 * time.Minute)})
	})
	if held.Entry().Forfeit {
		t.Errorf("%+v", held.Entry())
	}
	plain, err := s.hold(ann, 10)
	if err != nil || !plain.Entry().Deadline.Equal(s.now.Add(24*time.Hour)) {
		t.Errorf("on the programme's terms: %+v, %v", plain.Entry(), err)
	}
	s.has(ann, 40, 0, 60, 0)
	s.now = noon.Add(30 * time.Minute)
	s.has(ann, 60, 0, 10, 0) // 30 are gone, 20 came back
	spent := s.act(loyalty.ByMember(ann))
	spent.Voucher = "V3"
	if e := s.must(func(tx store.Tx) (Receipt, error) { return s.b.Spend(tx, ann, spent, 60) }).Entry(); e.Voucher != "V3" {
		t.Errorf("%+v", e)
	}
	s.clean()
}

// TestWaitingRefundByLines: a refund told before its sale takes back the lines
// that it names.
func TestWaitingRefundByLines(t *testing.T) {
	s := newShop(t, richPlan())
	a := s.act(sam)
	s.must(func(tx store.Tx) (Receipt, error) {
		return s.b.Refund(tx, ann, a, "A1", loyalty.Return{Lines: []loyalty.Line{{Item: "cigars", Quantity: 1}}})
	})
	b := s.act(sam)
	rec := s.must(func(tx store.Tx) (Receipt, error) { return s.b.Sell(tx, ann, b, basket()) })
	i := slices.IndexFunc(rec.Entries, func(e loyalty.Entry) bool { return e.Kind == loyalty.KindReverse })
	if i < 0 || rec.Entries[i].Amount != 20 || rec.Entries[i].Change() != 0 || rec.Entries[i].For == 0 {
		t.Errorf("%+v", rec.Entries)
	}
	s.clean()
}
