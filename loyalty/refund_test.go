package loyalty

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestRefundsInParts: each row refunds a sale part by part; want is what each
// part takes, in points.
func TestRefundsInParts(t *testing.T) {
	now := at("2026-03-10 15:00:00")
	for _, c := range []struct {
		name  string
		set   func(*Programme)
		total Money
		lines []Line
		parts []Return
		want  []Points
	}{
		// 250 gave 25; of 245, 240, 235 … the rest would have given 24, 24, 23.
		{name: "by the rate", total: 250, parts: []Return{{Amount: 5}, {Amount: 5}, {Amount: 5}, {}}, want: []Points{1, 0, 1, 23}},
		{name: "by the rate, up", total: 250, set: func(p *Programme) { p.Rate.Rounding = RoundUp },
			parts: []Return{{Amount: 5}, {Amount: 5}, {Amount: 5}, {Amount: 235}}, want: []Points{0, 1, 0, 24}},
		{name: "below the minimum all goes", total: 150, set: func(p *Programme) { p.Rate.Minimum = 100 },
			parts: []Return{{Amount: 50}, {Amount: 1}, {}}, want: []Points{5, 10, 0}},
		// 20 of the base, 40 of the double and the half: 60. At 150 left 15 + 15 + 7,
		// at 101 left 10 + 10 + 5.
		{name: "with bonuses", total: 200, set: func(p *Programme) {
			p.Earning.Bonuses = []Bonus{{ID: "two", Percent: 200}, {ID: "half", Percent: 150, Points: 10}}
		}, parts: []Return{{Amount: 50}, {Amount: 49}, {}}, want: []Points{13, 12, 35}},
		{name: "a bonus goes below its minimum", total: 200, set: func(p *Programme) { p.Earning.Bonuses = []Bonus{{ID: "b", Points: 50, Minimum: 150}} },
			parts: []Return{{Amount: 50}, {Amount: 10}, {}}, want: []Points{5, 51, 14}},
		// 20 + 20 of which 30 fit. At 160 left 32 would have come: still 30; at 140, 28.
		{name: "with a cap", total: 200, set: func(p *Programme) {
			p.Earning.CapSale, p.Earning.Bonuses = 30, []Bonus{{ID: "two", Percent: 200}}
		}, parts: []Return{{Amount: 40}, {Amount: 20}, {}}, want: []Points{0, 2, 28}},
		{name: "with a visit's points, which stay to the end", total: 200, set: func(p *Programme) { p.Earning.PerVisit = 5 },
			parts: []Return{{Amount: 100}, {Amount: 99}, {Amount: 1}}, want: []Points{10, 10, 5}},

		// Lattes 60 each with 2 points a piece, cigars 80 with nothing, 20 untold.
		{name: "a line at its price", set: cafe, total: 220, lines: goods("latte 2 120", "cigars 1 80"),
			parts: []Return{{Lines: goods("latte 1 0")}, {Lines: goods("latte 1 0")}, {}}, want: []Points{8, 8, 2}},
		{name: "a line that earned nothing takes nothing", set: cafe, total: 220, lines: goods("latte 2 120", "cigars 1 80"),
			parts: []Return{{Lines: goods("cigars 1 0")}, {}}, want: []Points{0, 18}},
		{name: "untold goods are money", set: cafe, total: 220, lines: goods("latte 2 120", "cigars 1 80"),
			parts: []Return{{Lines: goods("beans 1 20")}, {}}, want: []Points{2, 16}},
		// An amount comes off everything: of 110 back, 70 of the 140 that earn and
		// one latte of two.
		{name: "an amount comes off all in proportion", set: cafe, total: 220, lines: goods("latte 2 120", "cigars 1 80"),
			parts: []Return{{Amount: 110}, {}}, want: []Points{9, 9}},
		// After it, cigars still take nothing: 30 of their 40 left.
		{name: "an amount and then a line", set: cafe, total: 220, lines: goods("latte 2 120", "cigars 1 80"),
			parts: []Return{{Amount: 110}, {Lines: goods("cigars 1 30")}, {}}, want: []Points{9, 0, 9}},
		{name: "an item's bonus comes back with the item", total: 200, lines: goods("latte 1 100", "tea 1 100"), set: func(p *Programme) {
			p.Earning.Bonuses = []Bonus{{ID: "b", Percent: 300, Points: 7, Items: []string{"latte"}}}
		}, parts: []Return{{Lines: goods("tea 1 0")}, {Lines: goods("latte 1 0")}}, want: []Points{10, 37}},
		// 37 for the latte (10 + 20 + 7), 11 for the tea: with a cap of 40, the
		// first that comes back takes what is over what is left.
		{name: "an item's bonus under a cap", total: 200, lines: goods("latte 1 100", "tea 1 100"), set: func(p *Programme) {
			p.Earning.CapSale = 40
			p.Earning.Bonuses = []Bonus{{ID: "b", Percent: 300, Points: 7, Items: []string{"latte"}}}
		}, parts: []Return{{Lines: goods("tea 1 0")}, {Lines: goods("latte 1 0")}}, want: []Points{3, 37}},
		{name: "the best is not chosen anew", total: 200, lines: goods("latte 1 100", "tea 1 100"), set: func(p *Programme) {
			p.Earning.Stacking = StackBest
			p.Earning.Bonuses = []Bonus{{ID: "a", Points: 9}, {ID: "b", Percent: 200, Items: []string{"latte"}}}
		}, parts: []Return{{Lines: goods("latte 1 0")}, {}}, want: []Points{20, 10}},
		{name: "paid with a voucher in part: the till says list prices", total: 100, lines: goods("latte 2 120", "tea 1 80"),
			parts: []Return{{Lines: goods("latte 1 60")}, {Lines: goods("latte 1 60")}, {Lines: goods("tea 1 80")}}, want: []Points{6, 0, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newTill(t)
			if c.set != nil {
				c.set(l.p)
			}
			sale := l.sell(now, Sale{Amount: c.total, Lines: c.lines})
			given := -sale.In(Issued)
			var got []Points
			for i, r := range c.parts {
				e := l.refund(now, sale, r)
				got = append(got, e.In(Issued))
				given -= e.In(Issued)
				if e.Whole != (i == len(c.parts)-1) {
					t.Errorf("part %d of %d is whole: %t (%d)", i+1, len(c.parts), e.Whole, e.Amount)
				}
			}
			if !slices.Equal(got, c.want) || given != 0 {
				t.Errorf("took %v, want %v; %d are left of %s", got, c.want, given, shares(sale))
			}
			nothingLeft(l)
		})
	}
}

// nothingLeft looks that all that was sold is as if it had not been, on the
// counts and the cards.
func nothingLeft(l *till) {
	l.t.Helper()
	for _, list := range [][]Tally{l.a.Buckets, l.a.Days} {
		for _, c := range list {
			if c.Bucket, c.Day = 0, 0; c != (Tally{}) {
				l.t.Errorf("counts: %+v", list)
			}
		}
	}
	for id, c := range l.a.Cards {
		if c != (Stamps{}) {
			l.t.Errorf("card %s: %+v", id, c)
		}
	}
	if c := l.a.Count; c.Earned != 0 || c.Money != 0 || c.Visits != 0 || l.a.Pots[Issued] != 0 {
		l.t.Errorf("%+v, pots %v", c, l.a.Pots)
	}
}

// TestRefundsThatAreRefused and leave everything as it was.
func TestRefundsThatAreRefused(t *testing.T) {
	now := at("2026-03-10 15:00:00")
	l := newTill(t)
	sale := l.sell(now, Sale{Amount: 200, Lines: goods("latte 2 120", "free 1 0")})
	l.refund(now, sale, Return{Lines: goods("latte 1 0")})
	for name, c := range map[string]struct {
		r    Return
		want string
	}{
		"more money than is left":    {Return{Amount: 141}, "loyalty: refund of 141 asked, 140 left of the sale"},
		"more pieces than are left":  {Return{Lines: goods("latte 2 0")}, "loyalty: refund of 120 asked, 60 left of the sale"},
		"an untold line of too much": {Return{Lines: goods("beans 1 150")}, "loyalty: refund of 150 asked, 140 left of the sale"},
		"lines of too much in all":   {Return{Lines: goods("latte 1 60", "beans 1 81")}, "loyalty: refund of 141 asked, 140 left of the sale"},
		"a line without a price":     {Return{Lines: goods("free 1 0")}, ErrAmount.Error()},
		"an unknown without a price": {Return{Lines: goods("beans 1 0")}, ErrAmount.Error()},
		"less than nothing":          {Return{Amount: -1}, ErrAmount.Error()},
		"pieces less than nothing":   {Return{Lines: goods("latte -1 0")}, ErrAmount.Error()},
	} {
		if _, err := Refund(l.a, l.p, l.draft(now), &sale, c.r); err == nil || err.Error() != c.want || !Refused(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	gift := l.do(Give(l.a, l.p, l.draft(now), 5))
	var kind *KindError
	if _, err := Refund(l.a, l.p, l.draft(now), &gift, Return{Lines: goods("latte 1 0")}); !errors.As(err, &kind) {
		t.Errorf("a line of a gift: %v", err)
	}
	l.refund(now, sale, Return{})
	if _, err := Refund(l.a, l.p, l.draft(now), &sale, Return{Lines: goods("latte 1 0")}); !errors.Is(err, ErrAlreadyReversed) {
		t.Errorf("once more: %v", err)
	}
}

// TestRefundOfStamps: 8 of 10 are on the card. A sale of 4 drinks fills it and
// leaves 2; the drinks come back one by one.
func TestRefundOfStamps(t *testing.T) {
	now := at("2026-03-10 15:00:00")
	shop := func() (*till, Entry) {
		l := newTill(t)
		l.p.Cards = []StampCard{{ID: "card", Size: 10, Items: []string{"latte"}, Minimum: 50}}
		l.sell(now, Sale{Amount: 800, Lines: goods("latte 8 800")})
		sale := l.sell(now, Sale{Amount: 400, Lines: goods("latte 4 400")})
		return l, sale
	}
	one := Return{Lines: goods("latte 1 0")}
	l, sale := shop()
	for i, want := range []Stamps{{1, 1}, {0, 1}, {9, 0}, {8, 0}} {
		e := l.refund(now, sale, one)
		if l.a.Cards["card"] != want {
			t.Errorf("after %d: %+v", i+1, l.a.Cards)
		}
		if (i == 2) != slices.Equal(e.Stamps, []Stamping{{"card", 9, -1}}) {
			t.Errorf("after %d: %+v", i+1, e.Stamps)
		}
	}
	// Where the prize has been used, the card stays filled and owes stamps.
	l, sale = shop()
	kept := Return{Kept: []string{"card"}}
	l.refund(now, sale, kept)
	if l.a.Cards["card"] != (Stamps{-2, 1}) {
		t.Errorf("kept: %+v", l.a.Cards)
	}
	l.sell(now, Sale{Amount: 100, Lines: goods("latte 3 100")})
	if l.a.Cards["card"] != (Stamps{1, 1}) {
		t.Errorf("kept, and three more: %+v", l.a.Cards)
	}
	// Below the card's minimum all four go; an amount off keeps the pieces it
	// leaves whole or begun.
	l, sale = shop()
	if l.refund(now, sale, Return{Amount: 10}); l.a.Cards["card"] != (Stamps{2, 1}) {
		t.Errorf("10 of 400: %+v", l.a.Cards)
	}
	if l.refund(now, sale, Return{Amount: 190}); l.a.Cards["card"] != (Stamps{0, 1}) {
		t.Errorf("half: %+v", l.a.Cards)
	}
	if l.refund(now, sale, Return{Amount: 151}); l.a.Cards["card"] != (Stamps{8, 0}) {
		t.Errorf("49 left: %+v", l.a.Cards)
	}
}

// TestRefundTakesFromItsOwnDay and month, however late it comes.
func TestRefundTakesFromItsOwnDay(t *testing.T) {
	l := newTill(t)
	l.p.Earning.Items = []Item{{ID: "room", Nights: 1}}
	sale := l.sell(at("2026-03-31 23:00:00"), Sale{Amount: 300, Lines: goods("room 3 300")})
	e := l.refund(at("2026-05-02 10:00:00"), sale, Return{Lines: goods("room 1 0")})
	want := Tally{Bucket: sale.Tally.Bucket, Day: sale.Tally.Day, Nights: -1, Money: -100, Points: -10, Earned: -10}
	if e.Tally != want {
		t.Errorf("%+v, want %+v", e.Tally, want)
	}
	e = l.refund(at("2026-05-02 10:00:00"), sale, Return{})
	want.Visits, want.Nights, want.Money, want.Points, want.Earned = -1, -2, -200, -20, -20
	if e.Tally != want {
		t.Errorf("%+v, want %+v", e.Tally, want)
	}
	nothingLeft(l)
}

// TestRefundUnderItsOwnVersion: the sale's version decides, not the present
// one; one that nobody knows any more takes back in proportion.
func TestRefundUnderItsOwnVersion(t *testing.T) {
	now := at("2026-03-10 15:00:00")
	old := &Programme{Version: 1, Zone: taipei, Rate: Rate{Points: 1, Per: 10}, Cards: []StampCard{{ID: "card", Size: 5, Items: []string{"x"}}}}
	old.Earning.Bonuses = []Bonus{{ID: "b", Points: 30, Minimum: 100}}
	for _, c := range []struct {
		known bool
		want  []Points // of 60 and then the rest of 150, which gave 45
		cards []Stamps
	}{
		// At 90 left the bonus would not have come: 9 stay. Of 3 pieces 60 money
		// take one.
		{true, []Points{36, 9}, []Stamps{{2, 0}, {0, 0}}},
		{false, []Points{18, 27}, []Stamps{{2, 0}, {0, 0}}}, // 90 of 150 keep 27 of 45, and 1.8 stamps
	} {
		l := newTill(t)
		l.p = old
		sale := l.sell(now, Sale{Amount: 150, Lines: goods("x 3 150")})
		next := &Programme{Version: 2, From: now.Add(time.Hour), Zone: taipei, Rate: Rate{Points: 7, Per: 1}}
		if l.p = next; c.known {
			next.Before = old
		}
		var got []Points
		for i, r := range []Return{{Amount: 60}, {}} {
			got = append(got, l.refund(now.Add(2*time.Hour), sale, r).In(Issued))
			if l.a.Cards["card"] != c.cards[i] {
				t.Errorf("known %t: %+v", c.known, l.a.Cards)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("known %t: took %v, want %v", c.known, got, c.want)
		}
		nothingLeft(l)
	}
}

// TestFullCardOfALostVersion: nobody knows any more what filled it, so that it
// comes back at the end, as it was given.
func TestFullCardOfALostVersion(t *testing.T) {
	now := at("2026-03-10 15:00:00")
	l := newTill(t)
	l.p.Cards = []StampCard{{ID: "card", Size: 5, Items: []string{"x"}}}
	sale := l.sell(now, Sale{Amount: 160, Lines: goods("x 8 160")})
	l.p = &Programme{Version: 2, Zone: taipei}
	if l.refund(now, sale, Return{Amount: 80}); l.a.Cards["card"] != (Stamps{3, 1}) {
		t.Errorf("half: %+v", l.a.Cards)
	}
	l.refund(now, sale, Return{})
	nothingLeft(l)
}

// TestSaleBeforeShares: entries of form 1 know neither shares nor counts, and
// come back by the rate.
func TestSaleBeforeShares(t *testing.T) {
	now := at("2026-03-10 15:00:00")
	l := newTill(t)
	sale := Entry{
		Form: 1, Member: "M", Seq: 1, Kind: KindEarn, EffectiveAt: now.UTC(), RecordedAt: now.UTC(), Amount: 250, Programme: 1,
		Legs: []Leg{{Issued, -25}, {Available, 25}}, Lot: &Opening{Granted: 25, Base: now.UTC()},
	}
	if err := l.a.Apply(sale); err != nil {
		t.Fatal(err)
	}
	if e := l.refund(now, sale, Return{Amount: 5}); e.In(Issued) != 1 || e.Tally != (Tally{}) {
		t.Errorf("%+v", e)
	}
	if e := l.refund(now, sale, Return{}); e.In(Issued) != 24 {
		t.Errorf("%+v", e)
	}
	nothingLeft(l)
}

// TestWaitingRefunds take back by lines and by amounts, and never stop the sale
// that they waited for.
func TestWaitingRefunds(t *testing.T) {
	now := at("2026-03-10 15:00:00")
	for _, c := range []struct {
		name    string
		waits   []Return
		keeps   Points // of 20 + 2 × 2 for the lattes
		waiting int
	}{
		{"a line", []Return{{Lines: goods("latte 1 0")}}, 14 + 2, 0},
		{"an amount", []Return{{Amount: 50}}, 15 + 4, 0},
		{"all", []Return{{}}, 0, 0},
		{"more than there is", []Return{{Amount: 500}}, 0, 0},
		{"a line twice, of which the second is money", []Return{{Lines: goods("latte 2 0")}, {Lines: goods("latte 1 60")}}, 2, 0},
		{"more pieces than were sold and no price", []Return{{Lines: goods("latte 3 0")}}, 24, 1},
		{"an unknown line without a price", []Return{{Lines: goods("beans 1 0")}}, 24, 1},
		{"an unknown line", []Return{{Lines: goods("beans 1 80")}}, 12 + 4, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newTill(t)
			cafe(l.p)
			for _, r := range c.waits {
				d := l.draft(now)
				d.Order = "A"
				l.do(Await(l.a, l.p, d, r))
			}
			l.sell(now, Sale{Amount: 200, Order: "A", Lines: goods("latte 2 120")})
			if got := l.a.Pots[Available]; got != c.keeps || len(l.a.Waits) != c.waiting {
				t.Errorf("%d are left, want %d; waiting %+v", got, c.keeps, l.a.Waits)
			}
		})
	}
}

// TestAnyRefundsTakeBackWhatWasGiven is invariant 19 for the whole programme:
// however a sale is refunded in parts, and whatever happens in between, the
// parts together take back exactly what it gave, points, counts and stamps; and
// on the way never more.
func TestAnyRefundsTakeBackWhatWasGiven(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := newTill(rapidTB{t, rt})
		l.p = anyProgramme(rt)
		l.f = Facts{BirthMonth: time.March, BirthDay: 12}
		now := at("2026-03-10 15:00:00")
		for range rapid.IntRange(0, 3).Draw(rt, "earlier sales") {
			l.sell(now, anySale(rt))
		}
		before := l.a.Clone()
		sale := l.sell(now, anySale(rt))
		var sum given
		for !l.a.Marks[sale.Seq].Whole {
			r := anyReturn(rt, sale, l.a.Marks[sale.Seq])
			made, err := Refund(l.a, l.p, l.draft(now), &sale, r)
			if Refused(err) { // as a random line may be
				made, err = Refund(l.a, l.p, l.draft(now), &sale, Return{Amount: 1})
			}
			e := l.do(made, err)
			if e.In(Issued) < 0 || e.Tally.Money > 0 || e.Tally.Nights > 0 || e.Tally.Points > 0 || e.Tally.Visits > 0 {
				rt.Fatalf("a refund gave something: %+v", e)
			}
			sum.add(l.p, &e, -1)
			if whole := of(l.p, &sale); !sum.within(whole) {
				rt.Fatalf("took %+v of %+v", sum, whole)
			}
		}
		if whole := of(l.p, &sale); fmt.Sprint(sum) != fmt.Sprint(whole) {
			rt.Fatalf("took %+v of %+v", sum, whole)
		}
		asBefore(rt, l, before)
	})
}

// TestWaitingTakesBackTheSame: refunds that came before their sale leave what
// the same refunds leave that come after it.
func TestWaitingTakesBackTheSame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p, sale, now := anyProgramme(rt), anySale(rt), at("2026-03-10 15:00:00")
		sale.Order = "A"
		var parts []Money
		for left := int(sale.Amount); left > 0 && len(parts) < 4; {
			part := rapid.IntRange(1, left).Draw(rt, "part")
			parts, left = append(parts, Money(part)), left-part
		}
		early, late := newTill(rapidTB{t, rt}), newTill(rapidTB{t, rt})
		early.p, late.p = p, p
		for _, part := range parts {
			d := early.draft(now)
			d.Order = "A"
			early.do(Await(early.a, p, d, Return{Amount: part}))
		}
		early.sell(now, sale)
		e := late.sell(now, sale)
		for _, part := range parts {
			late.refund(now, e, Return{Amount: part})
		}
		got := fmt.Sprint(early.a.Pots[Available], early.a.Cards, early.a.Days, early.a.Buckets, early.a.Count.Visits, early.a.Waits)
		if want := fmt.Sprint(late.a.Pots[Available], late.a.Cards, late.a.Days, late.a.Buckets, late.a.Count.Visits, late.a.Waits); got != want {
			rt.Fatalf("early %s\nlate  %s", got, want)
		}
	})
}

// asBefore compares counts and cards with those before the sale; a head start may
// have come with it, which stays.
func asBefore(rt *rapid.T, l *till, before *Account) {
	starts := map[string]int64{}
	for _, e := range l.seq {
		if e.Kind == KindGift && e.Seq > before.Seq {
			for _, s := range e.Stamps {
				starts[s.Card] = s.Stamps + s.Filled*l.p.cardSize(s.Card)
			}
		}
	}
	for id, c := range l.a.Cards {
		size := l.p.cardSize(id)
		if was := before.Cards[id]; c.Have+c.Filled*size != was.Have+was.Filled*size+starts[id] || c.Have < 0 || c.Have >= size {
			rt.Fatalf("card %s is %+v, was %+v, started with %d", id, c, was, starts[id])
		}
	}
	if l.a.Count.Money != before.Count.Money || l.a.Count.Visits != before.Count.Visits || l.a.Count.Earned != before.Count.Earned {
		rt.Fatalf("%+v, before %+v", l.a.Count, before.Count)
	}
	sum := func(list []Tally) (n Tally) {
		for _, c := range list {
			n.Visits, n.Nights, n.Money, n.Points, n.Earned = n.Visits+c.Visits, n.Nights+c.Nights, n.Money+c.Money, n.Points+c.Points, n.Earned+c.Earned
		}
		return n
	}
	if sum(l.a.Days) != sum(before.Days) || sum(l.a.Buckets) != sum(before.Buckets) {
		rt.Fatalf("%+v, before %+v", l.a.Days, before.Days)
	}
}

// rapidTB lets a till report to rapid.
type rapidTB struct {
	testing.TB
	rt *rapid.T
}

func (b rapidTB) Helper()                   {}
func (b rapidTB) Fatal(args ...any)         { b.rt.Fatal(args...) }
func (b rapidTB) Errorf(f string, a ...any) { b.rt.Errorf(f, a...) }

// given is what an entry gave, or several took.
type given struct {
	points Points
	tally  Tally
	stamps map[string]int64
}

func of(p *Programme, e *Entry) (g given) {
	g.add(p, e, 1)
	return g
}

func (g *given) add(p *Programme, e *Entry, sign int64) {
	g.points -= e.In(Issued) * Points(sign)
	t := &g.tally
	t.Visits += sign * e.Tally.Visits
	t.Nights += sign * e.Tally.Nights
	t.Money += Money(sign) * e.Tally.Money
	t.Points += Points(sign) * e.Tally.Points
	t.Earned += Points(sign) * e.Tally.Earned
	if g.stamps == nil {
		g.stamps = map[string]int64{}
	}
	for _, s := range e.Stamps {
		g.stamps[s.Card] += sign * (s.Stamps + s.Filled*p.cardSize(s.Card))
	}
}

func (g given) within(h given) bool {
	for id, n := range g.stamps {
		if n > h.stamps[id] {
			return false
		}
	}
	return g.points <= h.points && g.tally.Visits <= h.tally.Visits && g.tally.Nights <= h.tally.Nights &&
		g.tally.Money <= h.tally.Money && g.tally.Points <= h.tally.Points && g.tally.Earned <= h.tally.Earned
}

// names are the items that random programmes and sales speak of.
var names = []string{"a", "b", "c", "d"}

func anyNames(t *rapid.T, what string) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(append(names, "cat")), 0, 3, rapid.ID).Draw(t, what)
}

func anyProgramme(t *rapid.T) *Programme {
	n := func(from, to int, what string) int { return rapid.IntRange(from, to).Draw(t, what) }
	rate := func() Rate {
		return Rate{
			Points: Points(n(1, 7, "points")), Per: Money(n(1, 40, "per")), Minimum: Money(n(0, 2, "minimum") * 60),
			Rounding: rapid.SampledFrom([]Rounding{RoundDown, RoundNearest, RoundUp}).Draw(t, "rounding"),
		}
	}
	p := &Programme{Version: 1, Zone: taipei, Rate: rate()}
	p.Earning = Earning{
		Exclude: anyNames(t, "exclude"), PerVisit: Points(n(0, 5, "visit")), VisitsADay: n(0, 2, "visits a day"),
		Items:    []Item{{ID: "a", Category: "cat", Points: Points(n(0, 3, "a")), Nights: 1}, {ID: "b", Nights: 2}, {ID: "cat", Points: Points(n(0, 3, "cat"))}},
		Stacking: rapid.SampledFrom([]Stacking{StackAdd, StackBest}).Draw(t, "stacking"),
		CapSale:  Points(n(0, 3, "cap") * 40), CapDay: Points(n(0, 2, "cap day") * 150),
	}
	for i := range n(0, 3, "bonuses") {
		p.Earning.Bonuses = append(p.Earning.Bonuses, Bonus{
			ID: fmt.Sprint("b", i), Percent: int64(n(0, 10, "percent") * 37), Points: Points(n(0, 9, "more")),
			Items: anyNames(t, "bonus items"), Minimum: Money(n(0, 2, "bonus minimum") * 90),
			First: rapid.Bool().Draw(t, "first"), Birthday: rapid.SampledFrom([]Span{"", SpanDay, SpanWeek}).Draw(t, "birthday"),
		})
	}
	if rapid.Bool().Draw(t, "tiers") {
		p.Tiers = Tiers{By: MeasureSpend, Levels: []Level{{ID: "low", Percent: int64(n(0, 3, "low") * 55)}, {ID: "high", At: 200, Percent: 150}}}
		if rapid.Bool().Draw(t, "own rate") {
			r := rate()
			p.Tiers.Rate = &r
		}
	}
	for i := range n(0, 2, "cards") {
		p.Cards = append(p.Cards, StampCard{
			ID: fmt.Sprint("card", i), Size: int64(n(2, 6, "size")), Start: int64(n(0, 1, "start")),
			Items: anyNames(t, "card items"), Minimum: Money(n(0, 2, "card minimum") * 50),
		})
	}
	return p
}

func anySale(t *rapid.T) Sale {
	s := Sale{Amount: Money(rapid.IntRange(1, 400).Draw(t, "amount"))}
	for range rapid.IntRange(0, 4).Draw(t, "lines") {
		s.Lines = append(s.Lines, anyLine(t))
	}
	return s
}

func anyLine(t *rapid.T) Line {
	l := Line{Item: rapid.SampledFrom(names).Draw(t, "item"), Quantity: int64(rapid.IntRange(0, 4).Draw(t, "quantity"))}
	if rapid.Bool().Draw(t, "priced") {
		l.Amount = Money(rapid.IntRange(1, 150).Draw(t, "price"))
	}
	return l
}

// anyReturn is an amount, lines, both, or all that is left.
func anyReturn(t *rapid.T, sale Entry, m Mark) (r Return) {
	left := int(sale.Amount - m.Amount)
	switch rapid.IntRange(0, 9).Draw(t, "return") {
	case 0:
		return r
	case 1, 2, 3:
		r.Amount = Money(rapid.IntRange(1, left).Draw(t, "of it"))
	case 4:
		r.Amount = Money(rapid.IntRange(1, left).Draw(t, "of it"))
		fallthrough
	default:
		r.Lines = []Line{anyLine(t)}
	}
	return r
}
