package measure

import (
	"errors"
	"testing"
)

// TestSalesByHand: Ann bought three times for 100, 150 and 50, Bo once for 80,
// Cy's one order was refunded whole, and Di got 20 back of an older order.
func TestSalesByHand(t *testing.T) {
	var s Sales
	for _, p := range []struct {
		orders int64
		money  float64
	}{{3, 300}, {1, 80}, {0, 0}, {0, -20}} {
		s.Add(p.orders, p.money)
	}
	want := Sales{Orders: 4, Customers: 2, Again: 1, Revenue: 360}
	if s != want {
		t.Fatalf("%+v, want %+v", s, want)
	}
	order, _ := s.Order()
	often, _ := s.Frequency()
	again, _ := s.Repeat().Known()
	near(t, "360 / 4", order, 90, 1e-12)
	near(t, "4 / 2", often, 2, 1e-12)
	near(t, "1 / 2", again.Value, 0.5, 1e-12)
	// Wilson's interval of 1 of 2, worked out by hand.
	near(t, "low", again.Low, 0.0945, 5e-4)
	near(t, "high", again.High, 0.9055, 5e-4)
}

func TestNothingIsNotZero(t *testing.T) {
	var s Sales
	_, order := s.Order()
	_, often := s.Frequency()
	_, again := s.Repeat().Known()
	_, stay := Stay{}.Retention().Known()
	_, stick := Stickiness(0, 30, 0)
	_, gone := Liability{Points: 5, Value: 1}.Net()
	_, late := NewCohorts(3).Rate(0, 0)
	_, engaged := Engagement(nil, nil)
	_, rank := Ranks(nil).Of(3)
	_, score := LoyaltyScore([]Part{{Weight: 1, Rank: 90}})
	for name, err := range map[string]error{"order": order, "frequency": often, "repeat": again, "retention": stay, "stickiness": stick,
		"liability": gone, "cohort": late, "engagement": engaged, "rank": rank, "score": score} {
		if !errors.Is(err, ErrNone) {
			t.Errorf("%s of nothing: %v", name, err)
		}
	}
}

// TestStayByHand: of ten people, who had bought before, was active then, is now.
func TestStayByHand(t *testing.T) {
	var s Stay
	for _, p := range []struct{ known, before, now bool }{
		{true, true, true}, {true, true, true}, {true, true, true}, // stayed
		{true, true, false},                                              // left
		{true, false, true},                                              // was away, came back
		{true, false, false}, {true, false, false}, {true, false, false}, // away
		{false, false, true}, // new
		{false, false, false},
	} {
		s.Add(p.known, p.before, p.now)
	}
	if want := (Stay{Before: 4, Both: 3, Lapsed: 4, Back: 1, Now: 5}); s != want {
		t.Fatalf("%+v, want %+v", s, want)
	}
	near(t, "retention", s.Retention().Rate(), 0.75, 0)
	near(t, "churn", s.Churn().Rate(), 0.25, 0)
	near(t, "reactivation", s.Reactivation().Rate(), 0.25, 0)
	// The wrong one, (E − N)/S with E 5 and N 1, would be 1: nobody lost.
	if wrong := float64(s.Now-1) / float64(s.Before); wrong != 1 {
		t.Errorf("the example shows nothing: %v", wrong)
	}
}

func TestStickinessByHand(t *testing.T) {
	// 40 customers came on 120 days of theirs in 30 days: 4 a day.
	v, err := Stickiness(120, 30, 40)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "4 / 40", v, 0.1, 1e-12)
}

func TestYearlyByHand(t *testing.T) {
	half, _ := Yearly(0.1, 0.5) // 0.9 stay half a year, 0.81 a year
	near(t, "a tenth in half a year", half, 0.19, 1e-12)
	two, _ := Yearly(0.36, 2) // 0.64 stay two years, 0.8 each
	near(t, "in two years", two, 0.2, 1e-12)
	for _, c := range [][2]float64{{0.1, 0}, {-0.1, 1}, {1.1, 1}} {
		if _, err := Yearly(c[0], c[1]); !errors.Is(err, ErrNone) {
			t.Errorf("%v: %v", c, err)
		}
	}
}
