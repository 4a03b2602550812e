package measure

import "testing"

// TestLiabilityByHand: 10,000 points of 0.5 each; in a year 6,000 were spent and
// 2,000 expired.
func TestLiabilityByHand(t *testing.T) {
	l := Liability{Points: 10_000, Value: 0.5, Spent: 6000, Expired: 2000}
	near(t, "gross", l.Gross(), 5000, 0)
	b, err := l.Breakage()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "2,000 of 8,000", b, 0.25, 0)
	net, _ := l.Net()
	near(t, "three quarters", net, 3750, 1e-9)
	if (Liability{Points: -3, Value: 1}).Gross() != 0 {
		t.Error("members in debt make the shop owe less than nothing")
	}
}

func TestFatigueByHand(t *testing.T) {
	var f Fatigue
	for _, ignored := range []int{0, 0, 1, 2, 3, 4, 9, 0} {
		f.Add(ignored)
	}
	if f.Share != (Share{3, 8}) {
		t.Errorf("%+v", f.Share)
	}
	strict := Fatigue{After: 1}
	strict.Add(1)
	if strict.Share != (Share{1, 1}) {
		t.Errorf("%+v", strict.Share)
	}
	if v := TakeUp(Share{120, 1000}, Share{80, 1000}); v.Outcome != Lower {
		t.Errorf("12 %% fell to 8 %%: %+v", v)
	}
	if v := TakeUp(Share{3, 20}, Share{1, 20}); v.Outcome != TooFew {
		t.Errorf("twenty people: %+v", v)
	}
}
