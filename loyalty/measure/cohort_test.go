package measure

import (
	"errors"
	"testing"
)

// TestCohortsByHand: three months. In January Ann, Bo and Cy came first, in
// February Di, in March nobody.
func TestCohortsByHand(t *testing.T) {
	c := NewCohorts(3)
	for _, first := range []int{0, 0, 0, 1, -1, 7} {
		c.First(first)
	}
	for _, b := range [][2]int{
		{0, 0}, {0, 0}, {0, 0}, // all three in January
		{0, 1}, {0, 1}, // Ann and Bo in February
		{0, 2},         // Ann in March
		{1, 1}, {1, 2}, // Di both months
		{-1, 2}, {1, 0}, {0, 3}, // older than the table; cannot be; after it
	} {
		c.Bought(b[0], b[1])
	}
	for _, x := range []struct {
		cohort, later int
		want          float64
	}{{0, 0, 1}, {0, 1, 2.0 / 3}, {0, 2, 1.0 / 3}, {1, 0, 1}, {1, 1, 1}} {
		got, err := c.Rate(x.cohort, x.later)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "rate", got, x.want, 1e-12)
	}
	for _, none := range [][2]int{{1, 2}, {2, 0}, {0, 3}, {3, 0}, {-1, 0}} { // not come yet; nobody; outside
		if _, err := c.Rate(none[0], none[1]); !errors.Is(err, ErrNone) {
			t.Errorf("%v has a rate", none)
		}
	}
	mean, err := c.Mean(1) // Ann, Bo and Di of four
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean after a month", mean, 0.75, 1e-12)
}

func TestGrid(t *testing.T) {
	var g Grid
	g.Add(RFM{5, 5, 5}, 100)
	g.Add(RFM{5, 4, 5}, 60)
	g.Add(RFM{1, 1, 1}, 5)
	g.Add(RFM{}, 9)
	if g[4][4] != (Cell{2, 160}) || g[0][0] != (Cell{1, 5}) {
		t.Errorf("%+v", g)
	}
	people := int64(0)
	for _, c := range g.Kinds() {
		people += c.People
	}
	if people != 3 || g.Kinds()[Champions].People != 2 || g.Kinds()[Lost].Money != 5 {
		t.Errorf("%+v", g.Kinds())
	}
	if KindAt(4, 4) != Champions || KindAt(0, 0) != Lost || KindAt(5, 0) != "" {
		t.Error("KindAt")
	}
}
