package loyalty

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestRate(t *testing.T) {
	for _, c := range []struct {
		rate   Rate
		amount Money
		want   Points
	}{
		{Rate{Points: 1, Per: 100}, 0, 0},
		{Rate{Points: 1, Per: 100}, 99, 0},
		{Rate{Points: 1, Per: 100}, 250, 2},
		{Rate{Points: 1, Per: 100, Rounding: RoundNearest}, 250, 3},
		{Rate{Points: 1, Per: 100, Rounding: RoundNearest}, 249, 2},
		{Rate{Points: 1, Per: 100, Rounding: RoundUp}, 201, 3},
		{Rate{Points: 1, Per: 100, Rounding: RoundUp}, 200, 2},
		{Rate{Points: 3, Per: 2}, 5, 7},
		{Rate{Points: 1, Per: 1, Minimum: 50}, 49, 0},
		{Rate{Points: 1, Per: 1, Minimum: 50}, 50, 50},
		{Rate{}, 500, 0},
		{Rate{Points: math.MaxInt64, Per: math.MaxInt64}, math.MaxInt64, math.MaxInt64},
	} {
		p := Programme{Rate: c.rate}
		if got, err := p.Earn(c.amount); err != nil || got != c.want {
			t.Errorf("%+v on %d: %d points, %v; want %d", c.rate, c.amount, got, err, c.want)
		}
	}
	p := Programme{Rate: Rate{Points: 2, Per: 1}}
	if _, err := p.Earn(math.MaxInt64/2 + 1); !errors.Is(err, ErrOverflow) {
		t.Errorf("overflow gives %v", err)
	}
	if _, err := p.Earn(-1); !errors.Is(err, ErrAmount) {
		t.Errorf("an amount below zero gives %v", err)
	}
}

// TestRefundsSumToTheWhole is invariant 19: however a sale is refunded in
// parts, under whatever rounding, and even if the rate changed in between, the
// parts together take back exactly what it gave.
func TestRefundsSumToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := Money(rapid.IntRange(1, 5000).Draw(t, "amount"))
		p := &Programme{Version: 1, Rate: Rate{
			Points:   Points(rapid.IntRange(1, 7).Draw(t, "points")),
			Per:      Money(rapid.IntRange(1, 130).Draw(t, "per")),
			Minimum:  Money(rapid.IntRange(0, 100).Draw(t, "minimum")),
			Rounding: rapid.SampledFrom([]Rounding{RoundDown, RoundNearest, RoundUp}).Draw(t, "rounding"),
		}}
		a := &Account{}
		d := Draft{Member: "M", Now: at("2026-03-10 12:00:00")}
		sale := must(Sell(a, p, d, Sale{Amount: amount}))(t, a)
		for left := amount; left > 0; {
			part := Money(rapid.IntRange(1, int(left)).Draw(t, "part"))
			if rapid.Bool().Draw(t, "changed") {
				p = &Programme{Version: p.Version + 1, Rate: Rate{Points: 1, Per: 7, Rounding: p.Rate.Rounding}}
			}
			e := must(Refund(a, p, d, &sale, Return{Amount: part}))(t, a)
			if e.In(Issued) < 0 {
				t.Fatalf("a refund gave points: %+v", e)
			}
			left -= part
		}
		if a.Count != (Counters{First: a.Count.First, Activity: a.Count.Activity}) || a.Owed != 0 || a.Pots[Issued] != 0 {
			t.Fatalf("refunded wholly, %+v is left", a)
		}
		if _, err := Refund(a, p, d, &sale, Return{}); !errors.Is(err, ErrAlreadyReversed) {
			t.Fatalf("refunded once more: %v", err)
		}
	})
}

// must applies what was decided, and gives the last entry.
func must(made []Entry, err error) func(interface{ Fatal(...any) }, *Account) Entry {
	return func(t interface{ Fatal(...any) }, a *Account) (e Entry) {
		if err != nil {
			t.Fatal(err)
		}
		for _, e = range made {
			if err := a.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		return e
	}
}

// TestPartialRefundKeepsWhatTheRestWouldHaveEarned: 250 at a point per 100 gave
// 2; with 50 returned the rest would have given 2 as well.
func TestPartialRefundKeepsWhatTheRestWouldHaveEarned(t *testing.T) {
	p := &Programme{Version: 1, Rate: Rate{Points: 1, Per: 100}}
	a := &Account{}
	d := Draft{Member: "M", Now: at("2026-03-10 12:00:00")}
	sale := must(Sell(a, p, d, Sale{Amount: 250}))(t, a)
	if e := must(Refund(a, p, d, &sale, Return{Amount: 50}))(t, a); e.Change() != 0 {
		t.Errorf("50 of 250 takes %d", e.Change())
	}
	if e := must(Refund(a, p, d, &sale, Return{Amount: 1}))(t, a); e.Change() != -1 {
		t.Errorf("51 of 250 takes %d", e.Change())
	}
	var excess *ExcessError
	if _, err := Refund(a, p, d, &sale, Return{Amount: 200}); !errors.As(err, &excess) || excess.Left != 199 {
		t.Errorf("251 of 250: %v", err)
	}
}

func TestCaps(t *testing.T) {
	p := &Programme{Caps: map[Role]Cap{"clerk": {GiveAct: 50, GiveDay: 100, SaleAct: 500}}, ApproveOver: 40}
	var limit *LimitError
	var approval *ApprovalError
	if err := p.Check("clerk", KindGive, 40, 60, false); err != nil {
		t.Errorf("up to the caps: %v", err)
	}
	if err := p.Check("clerk", KindGive, 51, 0, true); !errors.As(err, &limit) || *limit != (LimitError{SpanAct, 50, 0, 51}) {
		t.Errorf("over the act's cap: %v", err)
	}
	if err := p.Check("clerk", KindGive, 40, 61, false); !errors.As(err, &limit) || *limit != (LimitError{SpanDay, 100, 61, 40}) {
		t.Errorf("over the day's cap: %v", err)
	}
	if err := p.Check("clerk", KindGive, 41, 0, false); !errors.As(err, &approval) || *approval != (ApprovalError{40, 41}) {
		t.Errorf("over the threshold: %v", err)
	}
	if err := p.Check("clerk", KindGive, 41, 0, true); err != nil {
		t.Errorf("approved: %v", err)
	}
	if err := p.Check("owner", KindGive, 40, math.MaxInt64-39, false); !errors.As(err, &limit) {
		t.Errorf("a day's sum that overflows: %v", err)
	}
	if err := p.Check("clerk", KindEarn, 501, 0, false); !errors.As(err, &limit) {
		t.Errorf("a sale over its cap: %v", err)
	}
	if err := p.Check("owner", KindEarn, 1e6, 0, false); err != nil {
		t.Errorf("a role without caps: %v", err)
	}
}

// TestOverflowIsRefused: sums that do not fit are refused, and nothing is made.
func TestOverflowIsRefused(t *testing.T) {
	p := &Programme{Rate: Rate{Points: 1, Per: 1}}
	a := &Account{}
	d := Draft{Member: "M", Now: at("2026-03-10 12:00:00"), Reason: []byte("r")}
	must(Give(a, p, d, math.MaxInt64))(t, a)
	for name, decide := range map[string]func() ([]Entry, error){
		"give":   func() ([]Entry, error) { return Give(a, p, d, 1) },
		"earn":   func() ([]Entry, error) { return Sell(a, p, d, Sale{Amount: 1}) },
		"adjust": func() ([]Entry, error) { return Adjust(a, p, d, math.MinInt64) },
	} {
		if made, err := decide(); !Refused(err) || made != nil {
			t.Errorf("%s: %v, %v", name, made, err)
		}
	}
}
