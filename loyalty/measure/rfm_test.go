package measure

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCutsByHand(t *testing.T) {
	ten := CutsOf([]int64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1})
	if want := (Cuts{2, 4, 6, 8}); ten != want {
		t.Fatalf("cuts of 1 to 10: %v, want %v", ten, want)
	}
	for v, want := range map[int64]int8{0: 1, 1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 5, 10: 5, 99: 5} {
		if got := ten.Fifth(v); got != want {
			t.Errorf("%d is in fifth %d, want %d", v, got, want)
		}
	}
	// Seven of ten bought once: all seven together in the first fifth.
	ties := CutsOf([]int64{1, 1, 1, 1, 1, 1, 1, 2, 3, 9})
	for v, want := range map[int64]int8{1: 1, 2: 4, 3: 5, 9: 5} {
		if got := ties.Fifth(v); got != want {
			t.Errorf("with ties %d is in fifth %d, want %d (cuts %v)", v, got, want, ties)
		}
	}
	if c := CutsOf([]int64{5}); c.Fifth(5) != 1 || c.Fifth(6) != 5 {
		t.Errorf("one buyer: %v", c)
	}
	if c := CutsOf(nil); c != (Cuts{}) {
		t.Errorf("nobody: %v", c)
	}
}

// TestFifthsAreFifths: without ties each holds a fifth of the people, and a
// larger value is never in a lower one.
func TestFifthsAreFifths(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, n := range []int{5, 6, 7, 8, 9, 100, 1003} {
		values := make([]int64, n)
		for i := range values {
			values[i] = int64(i) * 3
		}
		rng.Shuffle(n, func(i, j int) { values[i], values[j] = values[j], values[i] })
		c := CutsOf(slices.Clone(values))
		count := [6]int{}
		for _, v := range values {
			count[c.Fifth(v)]++
		}
		for f := 1; f <= 5; f++ {
			if count[f] < n/5 || count[f] > n/5+1 {
				t.Errorf("%d people: fifth %d holds %d", n, f, count[f])
			}
		}
	}
}

func TestKinds(t *testing.T) {
	for f, want := range map[RFM]Kind{
		{5, 5, 5}: Champions, {5, 4, 5}: Champions, {4, 3, 3}: Loyal, {3, 5, 4}: Loyal, {5, 1, 1}: NewBuyers, {5, 2, 2}: Potential,
		{4, 1, 1}: Promising, {3, 3, 3}: NeedAttention, {3, 1, 2}: AboutToSleep, {2, 4, 4}: AtRisk, {1, 5, 5}: CantLose, {2, 1, 1}: Hibernating, {1, 1, 1}: Lost,
		{}: "", {0, 3, 3}: "", {6, 1, 1}: "",
	} {
		if got := f.Kind(); got != want {
			t.Errorf("%v is %q, want %q", f, got, want)
		}
	}
	seen := map[Kind]bool{}
	for r := int8(1); r <= 5; r++ {
		for f := int8(1); f <= 5; f++ {
			for m := int8(1); m <= 5; m++ {
				seen[RFM{r, f, m}.Kind()] = true
			}
		}
	}
	if len(seen) != 11 || len(Kinds) != 11 {
		t.Errorf("%d kinds occur, %d are listed, want 11", len(seen), len(Kinds))
	}
	for _, k := range Kinds {
		if !seen[k] {
			t.Errorf("%q never occurs", k)
		}
	}
}

func TestScale(t *testing.T) {
	s := Scale{Recency: Cuts{10, 20, 30, 40}, Frequency: Cuts{1, 2, 3, 5}, Money: Cuts{100, 200, 400, 900}}
	if got := s.Of(41, 6, 1000); got != (RFM{5, 5, 5}) || got.Kind() != Champions {
		t.Errorf("the best is %v", got)
	}
	if got := s.Of(5, 1, 90); got != (RFM{1, 1, 1}) || got.Kind() != Lost {
		t.Errorf("the least is %v", got)
	}
}
