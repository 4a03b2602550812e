package loyalty

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPriceOfPoints(t *testing.T) {
	ten := Settlement{Points: 10, Worth: 1}    // ten points, one dollar
	third := Settlement{Points: 3, Worth: 100} // 33.33… cents a point
	half := Settlement{Points: 1, Worth: 50}   // half a dollar in cents
	for _, c := range []struct {
		terms Settlement
		n     Points
		want  Money
	}{
		{ten, 100, 10}, {ten, 104, 10}, {ten, 105, 11}, {ten, 4, 0}, {ten, 5, 1}, {ten, 0, 0},
		{ten, -5, -1}, {ten, -4, 0}, {ten, -105, -11},
		{third, 1, 33}, {third, 2, 67}, {third, 3, 100}, {third, -2, -67},
		{half, 7, 350}, {Settlement{}, 100, 0}, {Settlement{Points: 10}, 100, 0},
	} {
		if got, err := c.terms.Price(c.n); got != c.want || err != nil {
			t.Errorf("%d points at %d for %d: %d (%v), want %d", c.n, c.terms.Worth, c.terms.Points, got, err, c.want)
		}
	}
	for _, n := range []Points{math.MaxInt64, math.MinInt64} {
		if _, err := (Settlement{Points: 1, Worth: 2}).Price(n); !errors.Is(err, ErrOverflow) {
			t.Errorf("%d points: %v", n, err)
		}
	}
}

// A month by hand: ten points are worth one dollar, the house keeps 10 %.
func TestSettleAMonthByHand(t *testing.T) {
	terms := Settlement{Points: 10, Worth: 1, Fee: 10}
	lines, err := SettleMonth(terms, []Crossing{
		{"north", "north", 5000}, // at home: nobody owes anybody
		{"north", "south", 1000}, // 100, of which the house keeps 10
		{"south", "north", 255},  // 25.5 is 26, of which 2.6 is 3
		{"", "south", 120},       // the house's gifts: 12, and no fee
		{"south", "", 30},        // spent where no store was told: 3 to the house
		{"east", "north", 4},     // 0.4 is 0, but it is told
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []StatementLine{
		{From: "", To: "south", Points: 120, Money: 12},
		{From: "east", To: "north", Points: 4},
		{From: "north", To: "south", Points: 1000, Money: 100, Fee: 10},
		{From: "south", To: "", Points: 30, Money: 3},
		{From: "south", To: "north", Points: 255, Money: 26, Fee: 3},
	}
	if !slices.Equal(lines, want) {
		t.Errorf("\n got %+v\nwant %+v", lines, want)
	}
	got, err := Balances(lines)
	if err != nil {
		t.Fatal(err)
	}
	wantB := []StoreBalance{
		{Store: "", Gets: 3, Owes: 12, Fee: -13, Net: 4, Took: 30, Given: 120},
		{Store: "east", Given: 4},
		{Store: "north", Gets: 26, Owes: 100, Fee: 3, Net: -77, Took: 259, Given: 1000},
		{Store: "south", Gets: 112, Owes: 29, Fee: 10, Net: 73, Took: 1120, Given: 285},
	}
	if !slices.Equal(got, wantB) {
		t.Errorf("\n got %+v\nwant %+v", got, wantB)
	}
}

// What is taken back later stands in the later month, under the price of the month
// in which it was spent, and leaves no cent behind.
func TestSettleLateCorrections(t *testing.T) {
	october := Settlement{Points: 10, Worth: 1}
	november := Settlement{Points: 10, Worth: 2, Fee: 50} // agreed anew since
	first, err := SettleMonth(october, []Crossing{{"north", "south", 25}}, nil)
	if err != nil || len(first) != 1 || first[0].Money != 3 { // 2.5
		t.Fatal(first, err)
	}
	second, err := SettleMonth(november, []Crossing{{"north", "south", 40}}, []Correction{
		{Month: 202610, From: "north", To: "south", Before: 25, Points: -15, Terms: october}, // 1 of 10 stays: 3 − 2
		{Month: 202610, From: "south", To: "south", Before: 9, Points: -9, Terms: october},
	})
	want := []StatementLine{
		{From: "north", To: "south", Points: 40, Money: 8, Fee: 4},
		{From: "north", To: "south", Month: 202610, Points: -15, Money: -2},
	}
	if err != nil || !slices.Equal(second, want) {
		t.Errorf("\n got %+v (%v)\nwant %+v", second, err, want)
	}
	third, err := SettleMonth(november, nil, []Correction{
		{Month: 202610, From: "north", To: "south", Before: 10, Points: -10, Terms: october},
	})
	if err != nil || len(third) != 1 || third[0].Money != -1 {
		t.Errorf("the rest: %+v (%v)", third, err)
	}
}

// TestStatementsSumToZero: whatever was spent and given back where and when, the
// stores and the house together owe nothing, and when all of it was given back no
// month's rounding is left over.
func TestStatementsSumToZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := Settlement{
			Points: Points(rapid.Int64Range(1, 1000).Draw(t, "points")),
			Worth:  Money(rapid.Int64Range(1, 1000).Draw(t, "worth")), Fee: rapid.IntRange(0, 100).Draw(t, "fee"),
		}
		stores := []Store{"", "a", "b", "c"}
		net := map[Store]Money{}
		settle := func(moved []Crossing, late []Correction) {
			lines, err := SettleMonth(terms, moved, late)
			if err != nil {
				t.Fatal(err)
			}
			all, err := Balances(lines)
			if err != nil {
				t.Fatal(err)
			}
			sum := Money(0)
			for _, b := range all {
				sum += b.Net
				net[b.Store] += b.Net
				if b.Store != "" && b.Net != b.Gets-b.Owes-b.Fee {
					t.Errorf("%q: %+v", b.Store, b)
				}
			}
			if sum != 0 {
				t.Errorf("all together come to %d", sum)
			}
		}
		var moved []Crossing
		for _, from := range stores {
			for _, to := range stores {
				moved = append(moved, Crossing{from, to, Points(rapid.Int64Range(0, 5000).Draw(t, "n"))})
			}
		}
		settle(moved, nil)
		left := slices.Clone(moved)
		for month := 0; month < 3; month++ {
			var late []Correction
			for i := range left {
				n := left[i].Points
				if month < 2 {
					n = Points(rapid.Int64Range(0, int64(n)).Draw(t, "back"))
				}
				late = append(late, Correction{202610, left[i].From, left[i].To, left[i].Points, -n, terms})
				left[i].Points -= n
			}
			settle(nil, late)
		}
		for s, n := range net {
			if n != 0 {
				t.Errorf("%q is left with %d though all of it was taken back", s, n)
			}
		}
	})
}
