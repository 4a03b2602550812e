package loyalty

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// Notice tells a member ahead that points will go.
type Notice struct {
	At        time.Time `json:"at"`      // when to tell
	Days      int       `json:"days"`    // 1: the day whose end takes them
	Points    Points    `json:"points"`  // that go then
	ExpiresAt time.Time `json:"expires"` // when they go
}

// noticeHour is the local hour of notices: people are up and no quiet hours
// hold, and with a day's notice a whole day is left to come and spend.
const noticeHour = 10

// As is what the notice says at now, told late as it may be: the days that are
// left, and no points where they are gone.
func (n Notice) As(p *Programme, now time.Time) Notice {
	if !now.Before(n.ExpiresAt) {
		n.Points = 0
	}
	left := civilDay(n.ExpiresAt, p.Location()).Sub(civilDay(now, p.Location()))
	n.Days = max(0, int(left/(24*time.Hour)))
	return n
}

// Notices are the notices that lie ahead of now, the soonest first: one for each
// date on which points of the account go and each of the programme's
// NoticeDays. Points that are held are not in them, as they do not go then.
func Notices(a *Account, p *Programme, now time.Time) (list []Notice) {
	for end, n := range a.ends() {
		list = p.announce(list, end, n, now)
	}
	slices.SortFunc(list, Notice.order)
	return list
}

// NextNotice is the first of [Notices]; false when there is none.
func NextNotice(a *Account, p *Programme, now time.Time) (next Notice, ok bool) {
	if len(p.NoticeDays) == 0 {
		return next, false
	}
	first := time.Duration(slices.Max(p.NoticeDays)+2) * 24 * time.Hour
	var list []Notice
	for end, n := range a.ends() {
		if ok && next.At.Before(end.Add(-first)) {
			break // dates rise: whatever follows is told later
		}
		for _, x := range p.announce(list[:0], end, n, now) {
			if !ok || x.order(next) < 0 {
				next, ok = x, true
			}
		}
	}
	return next, ok
}

func (n Notice) order(m Notice) int {
	return cmp.Or(n.At.Compare(m.At), n.ExpiresAt.Compare(m.ExpiresAt))
}

// ends are the dates on which points go, in order, and how many go then.
func (a *Account) ends() iter.Seq2[time.Time, Points] {
	return func(yield func(time.Time, Points) bool) {
		for i := 0; i < len(a.Lots) && !a.Lots[i].ExpiresAt.IsZero(); { // never comes last
			end, n := a.Lots[i].ExpiresAt, Points(0)
			for ; i < len(a.Lots) && a.Lots[i].ExpiresAt.Equal(end); i++ {
				n += a.Lots[i].Remaining
			}
			if n > 0 && !yield(end, n) {
				return
			}
		}
	}
}

// announce adds the notices of n points that go at end.
func (p *Programme) announce(list []Notice, end time.Time, n Points, now time.Time) []Notice {
	if !end.After(now) {
		return list
	}
	day := civilDay(end, p.Location())
	for _, days := range p.NoticeDays {
		d := day.AddDate(0, 0, -days)
		at := time.Date(d.Year(), d.Month(), d.Day(), noticeHour, 0, 0, 0, p.Location()).UTC()
		if at.After(now) && at.Before(end) {
			list = append(list, Notice{at, days, n, end})
		}
	}
	return list
}
