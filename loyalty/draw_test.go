package loyalty

import (
	"crypto/sha256"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

var drawGame = Game{ID: "daily", Prizes: []GamePrize{
	{ID: "mug", Odds: 50}, {ID: "latte", Odds: 1250}, {ID: "ten", Odds: 3700}, {ID: "none", Odds: 5000},
}}

// What is drawn follows from the seed and the ticket alone. The figures are those
// of the first release: a draw that was made must be drawn again for ever.
func TestDrawsAreTheSameForEver(t *testing.T) {
	seed := Seed(sha256.Sum256([]byte("a day")))
	if got := seed.Commitment("2026-11-22"); got != "" && len(got) != 64 {
		t.Errorf("commitment %q", got)
	}
	if seed.Commitment("2026-11-22") == seed.Commitment("2026-11-23") {
		t.Error("one commitment for two days")
	}
	got := fmt.Sprint(seed.Number("daily/1", AllOdds), seed.Number("daily/2", AllOdds), seed.Number("daily/3", 6), seed.Pieces("packet/1", 100, 5))
	if want := drawnOnce; got != want {
		t.Errorf("drawn %s, once %s", got, want)
	}
}

// drawnOnce is what the first release drew.
const drawnOnce = "5280 4726 4 [25 29 11 7 28]"

// Odds are what they say: over 40,000 tickets each prize comes as often as its
// odds, within five standard deviations of a fair draw.
func TestOddsAreWhatTheySay(t *testing.T) {
	const n = 40_000
	seed := Seed(sha256.Sum256([]byte("odds")))
	count := map[string]float64{}
	for i := range n {
		count[drawGame.Pick(seed.Number(fmt.Sprint(i), AllOdds)).ID]++
	}
	for _, p := range drawGame.Prizes {
		share := float64(p.Odds) / AllOdds
		if off := math.Abs(count[p.ID]-n*share) / math.Sqrt(n*share*(1-share)); off > 5 {
			t.Errorf("%s came %v times of %d, %.1f deviations off %.2f %%", p.ID, count[p.ID], n, off, share*100)
		}
	}
}

// Every number from 0 to AllOdds falls on exactly one prize, in the file's order
// and as wide as its odds.
func TestPickCoversAllOdds(t *testing.T) {
	width := map[string]int64{}
	for i := range int64(AllOdds) {
		width[drawGame.Pick(i).ID]++
	}
	for _, p := range drawGame.Prizes {
		if width[p.ID] != p.Odds {
			t.Errorf("%s is %d wide, odds %d", p.ID, width[p.ID], p.Odds)
		}
	}
}

func TestNumbersLieInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := Seed(sha256.Sum256([]byte(rapid.String().Draw(t, "seed"))))
		n := rapid.Int64Range(1, math.MaxInt64).Draw(t, "n")
		ticket := rapid.String().Draw(t, "ticket")
		x := seed.Number(ticket, n)
		if x < 0 || x >= n || x != seed.Number(ticket, n) {
			t.Fatalf("%d of %d", x, n)
		}
	})
}

// Pieces sum to the packet exactly, and nobody's is empty.
func TestPiecesSumExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := Seed(sha256.Sum256([]byte(rapid.String().Draw(t, "seed"))))
		total := Points(rapid.Int64Range(0, 100_000).Draw(t, "total"))
		n := rapid.IntRange(-1, 200).Draw(t, "pieces")
		pieces := seed.Pieces("p", total, n)
		if n < 1 || total < Points(n) {
			if pieces != nil {
				t.Fatalf("%d points cannot be cut into %d: %v", total, n, pieces)
			}
			return
		}
		sum := Points(0)
		for _, p := range pieces {
			if sum += p; p < 1 {
				t.Fatalf("a piece of %d", p)
			}
		}
		if len(pieces) != n || sum != total {
			t.Fatalf("%d pieces of %d in all: %v", len(pieces), sum, pieces)
		}
	})
}

// No place in the queue is better than another: the first and the last of five
// pieces are worth the same on average.
func TestPiecesFavourNoPlace(t *testing.T) {
	const n, total, pieces = 20_000, 100, 5
	var sum [pieces]float64
	for i := range n {
		seed := Seed(sha256.Sum256(fmt.Append(nil, i)))
		for k, p := range seed.Pieces("p", total, pieces) {
			sum[k] += float64(p)
		}
	}
	for k, s := range sum {
		if mean := s / n; math.Abs(mean-total/pieces) > 0.6 { // a piece's deviation is 16; 0.6 is five of the mean's
			t.Errorf("piece %d is %.2f points on average, not %d", k, mean, total/pieces)
		}
	}
}
