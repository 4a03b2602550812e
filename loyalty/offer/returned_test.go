package offer

import (
	"testing"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// TestLeavingBringsNothingBack: who left and joined again has what is once ever no
// second time, and what comes every week as everybody.
func TestLeavingBringsNothingBack(t *testing.T) {
	s := newShop(t, mem.New(mem.Twice))
	s.d.Facts = func(_ store.Reader, m loyalty.MemberID) (loyalty.Facts, error) {
		return loyalty.Facts{Returned: m == bo}, nil
	}
	for _, id := range []string{"few", "try", "sweet"} {
		if _, err := s.claim(bo, id); why(err) != loyalty.OfferHad {
			t.Errorf("%s, who came back: %v", id, err)
		}
		if x := s.shown(bo, id); why(x.Err) != loyalty.OfferHad || x.Mine == nil || *x.Mine != 0 {
			t.Errorf("%s is shown to who came back as %+v", id, x)
		}
		if _, err := s.claim(ann, id); err != nil {
			t.Errorf("%s, who is new: %v", id, err)
		}
	}
	if _, err := s.claim(bo, "weekly"); err != nil {
		t.Errorf("weekly, who came back: %v", err)
	}
}
