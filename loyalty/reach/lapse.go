package reach

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
)

// lapses are the notices of what the member has that ends, points or vouchers as
// the nudge's kind says. Each tells of all that ends by then, of either kind.
func (a *asked) lapses() (list []Occasion) {
	if !a.allowed() {
		return nil
	}
	ends := a.ends()
	for _, end := range ends {
		if (end.Voucher != "") != (a.n.Kind == loyalty.NudgeVouchers) {
			continue
		}
		for i, at := range a.ahead(end.At) {
			// Of notices of one moment the one that looks furthest tells of all.
			list = slices.DeleteFunc(list, func(x Occasion) bool { return x.At.Equal(at) })
			list = append(list, Occasion{Key: fmt.Sprintf("%d.%d", end.At.Unix(), i), At: at, End: end.At})
		}
	}
	for i := range list {
		list[i].Lots = upTo(ends, list[i].End)
		list[i].Figures, list[i].Turns = a.figures(list[i].Lots)
	}
	for i := range list {
		list[i].Until = supersededAt(list, &list[i])
	}
	return list
}

// upTo are those of ends that end by t.
func upTo(ends []Lapse, t time.Time) []Lapse {
	n, _ := slices.BinarySearchFunc(ends, t, func(l Lapse, t time.Time) int {
		if l.At.After(t) {
			return 1
		}
		return -1
	})
	return slices.Clone(ends[:n])
}

// supersededAt is when a notice is of no use any more: when its thing ends, or a
// later notice tells of it as well.
func supersededAt(list []Occasion, o *Occasion) time.Time {
	until := o.End
	for _, x := range list {
		if x.At.After(o.At) && !x.End.Before(o.End) && x.At.Before(until) {
			until = x.At
		}
	}
	return until
}

// LastDays is from how many days on it is counted how many days are left of what
// lapses: "the last 3 days".
const LastDays = 3

// DaysLeft is on how many local days something can still be used that ends at an
// instant: 1 on its last.
func DaysLeft(end, now time.Time, zone *time.Location) int {
	date := func(t time.Time) time.Time {
		y, m, d := t.In(zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(date(end.Add(-1)).Sub(date(now))/(24*time.Hour)) + 1
}

// figures are what a message about them says: what and when, and how many days
// are left where they are counted; and when that changes by itself.
func (a *asked) figures(lots []Lapse) (says string, turns time.Time) {
	var b strings.Builder
	for _, l := range lots {
		days := DaysLeft(l.At, a.now, a.zone())
		fmt.Fprintf(&b, "%d:%d%s", l.At.Unix(), l.Points, l.Voucher)
		if days <= LastDays {
			fmt.Fprintf(&b, "!%d", days)
		}
		b.WriteByte(' ')
		left := min(days-1, LastDays) // what is said next
		if next := midnight(l.At.Add(-1), 1-left, a.zone()); left > 0 && (turns.IsZero() || next.Before(turns)) {
			turns = next
		}
	}
	return b.String(), turns
}

// ends are all things of the member's that end after now, the soonest first;
// points of one date are one. Points that are held do not go then.
func (a *asked) ends() (all []Lapse) {
	if a.f.Points {
		for _, l := range a.f.Account.Lots {
			if l.ExpiresAt.IsZero() || !l.ExpiresAt.After(a.now) || l.Remaining <= 0 {
				continue
			}
			if n := len(all); n > 0 && all[n-1].At.Equal(l.ExpiresAt) {
				all[n-1].Points += l.Remaining
				continue
			}
			all = append(all, Lapse{At: l.ExpiresAt, Points: l.Remaining})
		}
	}
	if a.f.Lapses {
		for _, v := range a.f.Vouchers {
			if v.At.After(a.now) {
				all = append(all, Lapse{At: v.At, Voucher: v.ID})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y Lapse) int { return cmp.Or(x.At.Compare(y.At), strings.Compare(x.Voucher, y.Voucher)) })
	return all
}
