package measure

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Alike is what is known of one thing beside another: of the people who had the
// first, how many had the other too. Things are numbered from 0.
type Alike struct {
	Other int32
	Both  int64 // people who had both
	Had   int64 // people who had the first
	// Share is how likely the other is, 0 to 1, to who had the first: Both of Had,
	// pulled towards what it is to anybody, see [AlikeRule].
	Share float64
	// Evidence is the log-likelihood ratio G² against the two having nothing to do
	// with each other (Dunning, "Accurate Methods for the Statistics of Surprise
	// and Coincidence", Computational Linguistics 19, 1993).
	Evidence float64
}

// AlikeRule is what is asked of a pair before anything is said of it.
type AlikeRule struct {
	// Both is how many people must have had both, at least 1.
	Both int64
	// Evidence is the least G². It is spread as chi-squared with one degree of
	// freedom: 10.83 comes of chance once in a thousand pairs.
	Evidence float64
	// Pull is with how many people more, who are like anybody, a share is reckoned:
	// five of five are less than three hundred of four hundred.
	Pull float64
	// Keep is how many others are kept of each thing, the likeliest first.
	Keep int
}

// DefaultAlike is the rule that shops begin with.
var DefaultAlike = AlikeRule{Both: 5, Evidence: 10.83, Pull: 10, Keep: 20}

// MostHad is how many things of one person count: the pairs of who had
// everything, a wholesaler's, would outweigh those of all others.
const MostHad = 200

// Alikes tells of each of n things which others go with it more than chance
// would have it, by counting who had both: item-to-item co-occurrence (Linden,
// Smith, York, "Amazon.com Recommendations", IEEE Internet Computing 7, 2003).
// people are what each one had, each thing once; of more than [MostHad] the first
// count. What is less than n is the caller's to see to. The answer is the same
// however many processors there are.
func Alikes(people [][]int32, n int, rule AlikeRule) [][]Alike {
	h := holders(people, n)
	out := make([][]Alike, n)
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), max(1, n)) {
		all.Go(func() {
			// Counting one thing at a time against all needs n counters and no table
			// of n by n, of which nearly all would be empty.
			c := counter{people: people, holders: h, rule: rule, both: make([]int32, n)}
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				out[i] = c.beside(int32(i))
			}
		})
	}
	all.Wait()
	return out
}

// holders are who had each thing, by their number among people.
func holders(people [][]int32, n int) [][]int32 {
	count := make([]int, n+1)
	total := 0
	for _, had := range people {
		for _, i := range counted(had) {
			count[i]++
			total++
		}
	}
	// One block for all: a slice of its own for each would be grown again and again.
	room, out := make([]int32, 0, total), make([][]int32, n)
	for i := range out {
		at := len(room)
		room = room[:at+count[i]]
		out[i] = room[at:at:len(room)]
	}
	for who, had := range people {
		for _, i := range counted(had) {
			out[i] = append(out[i], int32(who))
		}
	}
	return out
}

// counted are the things of one person that count.
func counted(had []int32) []int32 { return had[:min(len(had), MostHad)] }

// counter counts what goes with one thing after the other.
type counter struct {
	people, holders [][]int32
	rule            AlikeRule
	both            []int32 // by the other thing, all 0 between two
	seen            []int32 // the others that were met
}

// beside is what goes with the thing i.
func (c *counter) beside(i int32) (list []Alike) {
	c.seen = c.seen[:0]
	for _, who := range c.holders[i] {
		for _, j := range counted(c.people[who]) {
			if c.both[j] == 0 {
				c.seen = append(c.seen, j)
			}
			c.both[j]++
		}
	}
	for _, j := range c.seen {
		n := int64(c.both[j])
		c.both[j] = 0
		if j == i || n < c.rule.Both {
			continue
		}
		if a, ok := c.judge(i, j, n); ok {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, likelier)
	if len(list) > c.rule.Keep {
		list = slices.Clone(list[:c.rule.Keep])
	}
	return list
}

// likelier puts the likelier first, and of two alike the better known.
func likelier(a, b Alike) int {
	return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(b.Both, a.Both), cmp.Compare(a.Other, b.Other))
}

// judge says whether j goes with i, when n people had both.
func (c *counter) judge(i, j int32, n int64) (Alike, bool) {
	all, had, other := int64(len(c.people)), int64(len(c.holders[i])), int64(len(c.holders[j]))
	if n*all <= had*other { // no more than by chance
		return Alike{}, false
	}
	a := Alike{Other: j, Both: n, Had: had, Evidence: Evidence(n, had-n, other-n, all-had-other+n)}
	usual := float64(other) / float64(all)
	a.Share = (float64(n) + c.rule.Pull*usual) / (float64(had) + c.rule.Pull)
	return a, a.Evidence >= c.rule.Evidence
}

// Evidence is the log-likelihood ratio G² of a table of two by two: how many had
// both, the first only, the other only, and neither.
func Evidence(both, first, other, neither int64) float64 {
	all := both + first + other + neither
	rows := entropic(both+first) + entropic(other+neither)
	columns := entropic(both+other) + entropic(first+neither)
	cells := entropic(both) + entropic(first) + entropic(other) + entropic(neither)
	return max(0, 2*(cells-rows-columns+entropic(all)))
}

// entropic is n·ln n, which is 0 of nobody.
func entropic(n int64) float64 {
	if n <= 0 {
		return 0
	}
	return float64(n) * math.Log(float64(n))
}

// Hint is one thing that somebody has not had and that is likely to please them,
// because of one that they had.
type Hint struct {
	Because int32 // what they had
	Alike
}

// Hints are the things most likely to please who had some: each that goes with
// one of these, that they have not had and that may be offered, once, with the
// one of theirs that speaks most for it. What is shown as the reason is the whole
// reason: reasons do not add up, as nobody could check the sum. of gives what
// goes with a thing. At most n, the likeliest first.
func Hints(had []int32, of func(int32) []Alike, may func(int32) bool, n int) []Hint {
	best := map[int32]Hint{}
	for _, i := range had {
		for _, a := range of(i) {
			h, known := best[a.Other]
			if known && likelier(h.Alike, a) <= 0 || slices.Contains(had, a.Other) || !may(a.Other) {
				continue
			}
			best[a.Other] = Hint{i, a}
		}
	}
	list := make([]Hint, 0, len(best))
	for _, h := range best {
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b Hint) int { return cmp.Or(likelier(a.Alike, b.Alike), cmp.Compare(a.Because, b.Because)) })
	return list[:min(len(list), n)]
}
