package measure

import (
	"math/rand/v2"
	"testing"
)

func TestNPSByHand(t *testing.T) {
	// 50 promoters, 30 passives, 20 detractors: 30 ± 100·1.96·√((0.7−0.09)/100).
	a := NPS{0: 5, 6: 15, 7: 10, 8: 20, 9: 20, 10: 30}
	if d, n, p := a.Groups(); d != 20 || n != 30 || p != 50 {
		t.Errorf("groups %d %d %d", d, n, p)
	}
	s := a.Score()
	near(t, "score", s.Value, 30, 1e-9)
	near(t, "margin", s.Margin, 15.31, 0.005)
	if s.Few || s.N != 100 {
		t.Errorf("%+v", s)
	}
	all := NPS{10: 40}.Score()
	if all.Value != 100 || all.Margin != 0 || all.Few {
		t.Errorf("all promoters: %+v", all)
	}
	if s := (NPS{9: 29}).Score(); !s.Few {
		t.Errorf("29 answers are enough: %+v", s)
	}
	if s := (NPS{9: 30}).Score(); s.Few {
		t.Errorf("30 answers are too few: %+v", s)
	}
	if s := (NPS{}).Score(); !s.Few || s.N != 0 {
		t.Errorf("nobody: %+v", s)
	}
}

// TestNPSMargin counts how often the margin holds the truth.
func TestNPSMargin(t *testing.T) {
	const seed, rounds = 5, 4000
	rng := rand.New(rand.NewPCG(seed, seed))
	held := 0
	for range rounds {
		var a NPS
		for range 200 {
			switch u := rng.Float64(); {
			case u < 0.5:
				a[10]++
			case u < 0.7:
				a[2]++
			default:
				a[8]++
			}
		}
		if s := a.Score(); s.Value-s.Margin <= 30 && 30 <= s.Value+s.Margin {
			held++
		}
	}
	if share := float64(held) / rounds; share < 0.935 || share > 0.965 {
		t.Errorf("seed %d: the margin held the truth in %.3f of the rounds", seed, share)
	}
}

func TestCSAT(t *testing.T) {
	a := CSAT{2, 3, 5, 20, 20}
	s := a.Score()
	near(t, "score", s.Value, 80, 1e-9)
	near(t, "mean", a.Mean(), (2+6+15+80+100)/50.0, 1e-9)
	if s.Few || s.Margin < 9 || s.Margin > 13 {
		t.Errorf("%+v", s)
	}
	if s := (CSAT{}).Score(); !s.Few || (CSAT{}).Mean() != 0 {
		t.Errorf("nobody: %+v", s)
	}
	if s := (CSAT{4: 40}).Score(); s.Margin == 0 {
		t.Error("forty content people leave no doubt")
	}
}
