//go:build !race

package jobs

import "time"

// yearFrom is when the year begins that the schedule lives.
var yearFrom = time.Date(2027, 6, 1, 12, 0, 0, 0, newYork)

// underRace says that the race detector watches.
const underRace = false
