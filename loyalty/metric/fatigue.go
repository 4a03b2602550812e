package metric

import (
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/store"
)

// tiredLife is for how long a kept census tells how tired members are of offers:
// they do not change their minds within two days.
const tiredLife = 48 * time.Hour

// Tired is how many of those who can be reached let their last offers go by, and of
// how many offers; of who buy most at a store, "" all. It is [Fatigue] as it was
// kept last, for where nobody can wait for a count; ok is false where none was kept
// lately, or nobody can be reached.
func (d *Desk) Tired(r store.Reader, at loyalty.Store, now time.Time) (s measure.Share, after int, ok bool, err error) {
	all, known, err := storeCensuses.Get(r, allKey)
	c := all.of(at)
	if err != nil || !known || c.Reachable == 0 || now.Sub(c.At) > tiredLife || now.Before(c.At) {
		return s, 0, false, err
	}
	return measure.Share{Hits: c.Tired, Of: c.Reachable}, c.Set.filled().FatigueAfter, true, nil
}
