package fraud

import (
	"math"
	"slices"

	"regulars/loyalty/book"
	"regulars/loyalty/programme"
)

// enoughPeers is from how many days of colleagues on they tell what is usual.
const enoughPeers = 10

// farOut is how many spreads from the median are no accident: the modified z-score
// of Iglewicz and Hoaglin ("How to Detect and Handle Outliers", 1993).
const farOut = 3.5

// bound is from how much on a number is unusual: the programme's least, or what is
// far from the colleagues' numbers where there are enough of them. Median and
// median deviation are not moved by the one day, or the one colleague, that is odd.
func bound(least float64, peers []float64) float64 {
	if len(peers) < enoughPeers {
		return least
	}
	middle := median(peers)
	far := make([]float64, len(peers))
	for i, n := range peers {
		far[i] = math.Abs(n - middle)
	}
	spread := max(1.4826*median(far), 1) // colleagues who are all alike do not make one more an outlier
	return max(least, middle+farOut*spread)
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	if n := len(list); n%2 == 0 {
		return (list[n/2-1] + list[n/2]) / 2
	}
	return list[len(list)/2]
}

// over is a score: 50 at the bound, 75 at twice of it, never quite 100.
func over(n, bound float64) int {
	if n < bound || n <= 0 {
		return 0
	}
	return min(99, int(100-50*bound/n))
}

// OpenHours are the hours of a local day at which a shop is open.
type OpenHours [24]bool

// Opening are the hours that a programme names; ok is false where it names none.
func Opening(h programme.Hours) (open OpenHours, ok bool) {
	if h.From == h.To {
		return open, false
	}
	for hour := range open {
		from, to := hour*60, hour*60+60
		if h.From < h.To {
			open[hour] = to > h.From && from < h.To
		} else {
			open[hour] = to > h.From || from < h.To
		}
	}
	return open, true
}

// How many days must be known before hours are learned from them, and on how many
// of them something was sold at an open hour.
const (
	knownDays = 20
	openDays  = 3
)

// Learn tells opening hours from employees' days: those at which something was
// entered on several of them, and the hours beside, as shops close a little late.
func Learn(days []book.DaySum) (open OpenHours, ok bool) {
	var seen [24]int
	worked := 0
	for i := range days {
		if days[i].Hours != (book.Hours{}) { // older rows have none
			worked++
		}
		for hour, n := range days[i].Hours {
			if n > 0 {
				seen[hour]++
			}
		}
	}
	for hour, n := range seen {
		if n >= openDays {
			open[(hour+23)%24], open[hour], open[(hour+1)%24] = true, true, true
		}
	}
	return open, worked >= knownDays
}
