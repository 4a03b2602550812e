//go:build race

package jobs

import "time"

// yearFrom leaves a few months of the year that the schedule lives, which hold 29
// February, a change of the clocks and the shop's move.
var yearFrom = time.Date(2028, 2, 1, 12, 0, 0, 0, newYork)

// underRace says that the race detector watches.
const underRace = true
