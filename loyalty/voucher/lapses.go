package voucher

import (
	"time"

	"regulars/loyalty"
)

// Lapses is the first instant at which a voucher of r would no longer be good
// that were issued at now under p; zero for never. It is for telling before.
func Lapses(p *loyalty.Programme, r loyalty.Reward, now time.Time) time.Time {
	return lapses(p, r, now)
}
