package measure

import (
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"
)

// TestEvidencePublished are lines of table 1 of Dunning's paper: how often two
// words stood together, the one without the other, the other without the one,
// and neither.
func TestEvidencePublished(t *testing.T) {
	for _, c := range []struct {
		pair                        string
		both, first, other, neither int64
		want                        float64
	}{
		{"the swiss", 110, 2442, 111, 29114, 270.72},
		{"can be", 29, 13, 123, 31612, 263.90},
		{"previous year", 31, 23, 139, 31584, 256.84},
		{"mineral water", 10, 0, 3, 31764, 167.23},
	} {
		near(t, c.pair, Evidence(c.both, c.first, c.other, c.neither), c.want, 0.005)
	}
	// By hand: all is as if the two did not know of each other.
	near(t, "nothing to do with each other", Evidence(5, 15, 20, 60), 0, 1e-9)
	// 2·(15·ln 3 + 5·ln ⅓ + 10·ln ½ + 70·ln 7⁄6)
	near(t, "fifteen of twenty", Evidence(15, 5, 10, 70), 29.690, 5e-4)
	if e := Evidence(0, 0, 0, 0); e != 0 {
		t.Errorf("nobody: %v", e)
	}
}

// coffeehouse is a hundred people. Of the twenty who had flat whites (0) fifteen
// had scones (1), which twenty-five had in all; tea (2) was had by fifty, evenly;
// three of the flat whites' had a biscuit (3), and nobody else.
func coffeehouse() (people [][]int32) {
	for i := range int32(100) {
		var had []int32
		flat, scone := i < 20, i < 15 || i >= 90
		if flat {
			had = append(had, 0)
		}
		if scone {
			had = append(had, 1)
		}
		if i%2 == 0 {
			had = append(had, 2)
		}
		if i < 3 {
			had = append(had, 3)
		}
		people = append(people, had)
	}
	return people
}

func TestAlikesByHand(t *testing.T) {
	all := Alikes(coffeehouse(), 4, DefaultAlike)
	if len(all[0]) != 1 || len(all[1]) != 1 || len(all[2]) != 0 || len(all[3]) != 0 {
		t.Fatalf("tea goes with nothing, three are too few to tell of biscuits: %+v", all)
	}
	flat, scone := all[0][0], all[1][0]
	if flat.Other != 1 || flat.Both != 15 || flat.Had != 20 {
		t.Errorf("beside flat whites: %+v", flat)
	}
	if scone.Other != 0 || scone.Both != 15 || scone.Had != 25 {
		t.Errorf("beside scones: %+v", scone)
	}
	near(t, "evidence", flat.Evidence, 29.690, 5e-4)
	near(t, "evidence, the other way round", scone.Evidence, flat.Evidence, 1e-9)
	near(t, "share", flat.Share, (15+10*0.25)/(20+10), 1e-12)
	near(t, "share, the other way round", scone.Share, (15+10*0.20)/(25+10), 1e-12)
}

// TestAlikesAskForEvidence: one person fewer than the rule asks for says nothing,
// however much they go together.
func TestAlikesAskForEvidence(t *testing.T) {
	people := make([][]int32, 1000)
	for i := range 5 {
		people[i] = []int32{0, 1}
	}
	if all := Alikes(people, 2, DefaultAlike); len(all[0]) != 1 || len(all[1]) != 1 {
		t.Errorf("five of five: %+v", all)
	}
	people[4] = []int32{0}
	if all := Alikes(people, 2, DefaultAlike); len(all[0])+len(all[1]) != 0 {
		t.Errorf("four of five: %+v", all)
	}
	// Whoever does not buy the one buys the other: there is evidence, against it.
	for i := range people {
		people[i] = []int32{int32(i % 2)}
	}
	for i := range 20 {
		people[i] = []int32{0, 1}
	}
	if all := Alikes(people, 2, DefaultAlike); len(all[0])+len(all[1]) != 0 {
		t.Errorf("things that shun each other: %+v", all)
	}
}

func TestAlikesKeepTheLikeliest(t *testing.T) {
	// Everybody of the first hundred had 0; 90 had 1, 80 had 2, 70 had 3.
	people := make([][]int32, 400)
	for i := range 100 {
		people[i] = []int32{0}
		for other, n := range []int{90, 80, 70} {
			if i < n {
				people[i] = append(people[i], int32(other+1))
			}
		}
	}
	rule := DefaultAlike
	rule.Keep = 2
	got := Alikes(people, 4, rule)[0]
	if len(got) != 2 || got[0].Other != 1 || got[1].Other != 2 {
		t.Errorf("%+v", got)
	}
}

func TestHints(t *testing.T) {
	// had 0 and 1; 2 goes with both, 3 with 1, 0 with 1, 4 may not be offered.
	table := map[int32][]Alike{
		0: {{Other: 2, Share: 0.3, Both: 30, Had: 100}, {Other: 4, Share: 0.9, Both: 90, Had: 100}},
		1: {{Other: 0, Share: 0.8, Both: 80, Had: 100}, {Other: 3, Share: 0.5, Both: 50, Had: 100}, {Other: 2, Share: 0.4, Both: 41, Had: 100}},
	}
	of := func(i int32) []Alike { return table[i] }
	may := func(i int32) bool { return i != 4 }
	got := Hints([]int32{0, 1}, of, may, 5)
	if len(got) != 2 || got[0].Other != 3 || got[0].Because != 1 || got[1].Other != 2 || got[1].Because != 1 || got[1].Both != 41 {
		t.Errorf("%+v", got)
	}
	if got := Hints([]int32{0, 1}, of, may, 1); len(got) != 1 || got[0].Other != 3 {
		t.Errorf("one: %+v", got)
	}
	if got := Hints(nil, of, may, 3); len(got) != 0 {
		t.Errorf("who had nothing: %+v", got)
	}
}

// village is people who like things of one kind: n things in kinds of fifty, each
// person having about mean of them, most of one kind, some of anything, the first
// of a kind oftener than the last.
func village(seed uint64, people, n, mean int) [][]int32 {
	rng := rand.New(rand.NewPCG(seed, seed))
	const kind = 50
	out := make([][]int32, people)
	for i := range out {
		likes := rng.IntN(n / kind)
		had := map[int32]bool{}
		for range rng.IntN(2*mean) + 1 {
			k := likes
			if rng.IntN(4) == 0 {
				k = rng.IntN(n / kind)
			}
			x := rng.Float64()
			had[int32(k*kind+int(x*x*kind))] = true
		}
		for j := range had {
			out[i] = append(out[i], j)
		}
		slices.Sort(out[i])
	}
	return out
}

// TestAlikesFindKinds: what goes together in a made-up village is of one kind, and
// any number of processors says the same.
func TestAlikesFindKinds(t *testing.T) {
	const seed = 5
	people := village(seed, 3000, 500, 8)
	all := Alikes(people, 500, DefaultAlike)
	same, other := 0, 0
	for i, list := range all {
		for _, a := range list {
			if int(a.Other)/50 == i/50 {
				same++
			} else {
				other++
			}
		}
	}
	if same < 1000 || other > same/50 {
		t.Errorf("seed %d: %d pairs of a kind, %d of two", seed, same, other)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if one := Alikes(people, 500, DefaultAlike); !reflect.DeepEqual(one, all) {
		t.Errorf("seed %d: one processor says something else", seed)
	}
}

// BenchmarkAlike is a shop of 10,000 items and 100,000 customers with thirty
// different ones each.
func BenchmarkAlike(b *testing.B) {
	people := village(1, 100_000, 10_000, 32)
	total := 0
	for _, had := range people {
		total += len(had)
	}
	b.ReportAllocs()
	b.ReportMetric(float64(total)/float64(len(people)), "items/person")
	for b.Loop() {
		Alikes(people, 10_000, DefaultAlike)
	}
}
