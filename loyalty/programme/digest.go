package programme

import (
	"fmt"
	"slices"
	"time"
)

// Digest is when managers are told how the last seven days were, and who of
// them is.
type Digest struct {
	Weekday time.Weekday
	Hour    int // of the local day
	// Owners says that only owners are told; else all who manage something are,
	// each of the store they manage. None says that nobody is.
	Owners bool
	None   bool
}

// Spec is the digest's time as crontab(5) writes it.
func (d *Digest) Spec() string { return fmt.Sprintf("0 %d * * %d", d.Hour, d.Weekday) }

// digest reads [digest].
func (r *reader) digest(t *table, p *Programme) {
	day := r.oneOf(t, "weekday", "mon", weekdays...)
	p.Digest.Weekday = time.Weekday(max(0, slices.Index(weekdays, day)))
	p.Digest.Hour = int(r.whole(t, "hour", 9, 0, 23))
	to := r.oneOf(t, "to", "managers", "managers", "owner", "nobody")
	p.Digest.Owners, p.Digest.None = to == "owner", to == "nobody"
}
