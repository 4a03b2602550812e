package loyalty

import (
	"cmp"
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
	left := civilDay(n.ExpiresAt, p.zone()).Sub(civilDay(now, p.zone()))
	n.Days = max(0, int(left/(24*time.Hour)))
	return n
}

// Notices are the notices that lie ahead of now, the soonest first: one for each
// date on which points of the account go and each of the programme's
// NoticeDays. Points that are held are not in them, as they do not go then.
func Notices(a *Account, p *Programme, now time.Time) (list []Notice) {
	if len(p.NoticeDays) == 0 {
		return nil
	}
	zone := p.zone()
	for i := 0; i < len(a.Lots); { // ordered by expiry
		end := a.Lots[i].ExpiresAt
		var n Points
		for ; i < len(a.Lots) && a.Lots[i].ExpiresAt.Equal(end); i++ {
			n += a.Lots[i].Remaining
		}
		if n == 0 || end.IsZero() || !end.After(now) {
			continue
		}
		day := civilDay(end, zone)
		for _, days := range p.NoticeDays {
			d := day.AddDate(0, 0, -days)
			at := time.Date(d.Year(), d.Month(), d.Day(), noticeHour, 0, 0, 0, zone).UTC()
			if at.After(now) && at.Before(end) {
				list = append(list, Notice{at, days, n, end})
			}
		}
	}
	slices.SortFunc(list, func(x, y Notice) int { return cmp.Or(x.At.Compare(y.At), x.ExpiresAt.Compare(y.ExpiresAt)) })
	return list
}
