package book

import (
	"testing"

	"regulars/loyalty"
)

func TestRound(t *testing.T) {
	for m, want := range map[loyalty.Money]bool{0: false, 5: false, 50: false, 100: true, 110: false, 500: true, 1000: true, 1500: false, 1050: false, 2000: true, 20000: true, 21000: false, 99: false} {
		if round(m) != want {
			t.Errorf("%d is round: %v", m, !want)
		}
	}
}
