package chart

import (
	"fmt"
	"testing"
)

func TestScales(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{0, 0, "[0 0.5 1]"}, {0, 40, "[0 10 20 30 40]"}, {3, 97, "[0 50 100]"}, {-20, 60, "[-20 0 20 40 60]"},
		{0, 1_234_567, "[0 500000 1e+06 1.5e+06]"}, {0.1, 0.4, "[0 0.1 0.2 0.30000000000000004 0.4]"}, {-3, -1, "[-3 -2 -1 0]"},
	} {
		if got := fmt.Sprint(scaleOf(c.low, c.high).marks()); got != c.want {
			t.Errorf("%g to %g: %s, not %s", c.low, c.high, got, c.want)
		}
	}
}
