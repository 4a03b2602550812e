package alarm

import (
	"context"
	"slices"
	"time"

	"regulars/bot"
	"regulars/store"
)

// pulse is how long a channel was silent at most, by day.
type pulse struct {
	Days []silence `json:"days"` // of silences that are over, newest last
	// Since is when the present silence began, and Unusual that it was told.
	Since   time.Time `json:"since"`
	Unusual bool      `json:"unusual,omitempty"`
}

// silence is the longest one that ended on a local day.
type silence struct {
	Day     string `json:"d"`
	Longest int64  `json:"s"` // seconds
}

var pulses = store.NewTable[pulse]("alarm-pulse/", store.Locked, store.FirstPart("alarm-pulse"))

const (
	// aWeek is how many days a silence is held against: a shop that closes on
	// Mondays is silent each week.
	aWeek = 7
	// leastSilence is not unusual for anybody.
	leastSilence = 12 * time.Hour
)

// Silent holds a channel's silence up to now against those of the past week.
// since is the last thing heard, or when listening began if that is later.
// unusual says that it is longer by half than any of them, and that a whole week
// is known; such a silence does not become a usual one.
func (d Desk) Silent(ctx context.Context, ch bot.ChannelName, since time.Time) (unusual bool, err error) {
	now := d.Shop.Clock.Now()
	err = d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("alarm-pulse/" + string(ch))); err != nil {
			return err
		}
		p, known, err := pulses.Get(tx, string(ch))
		if err != nil {
			return err
		}
		was := p
		if known && since.After(p.Since) && !p.Unusual {
			p.add(d.Shop.Local(since).Format(time.DateOnly), since.Sub(p.Since))
		}
		if !known || !since.Equal(p.Since) {
			p.Since, p.Unusual = since.UTC(), false
		}
		longest := time.Duration(0)
		for _, s := range p.Days {
			longest = max(longest, time.Duration(s.Longest)*time.Second)
		}
		quiet := now.Sub(since)
		unusual = len(p.Days) >= aWeek-1 && quiet > leastSilence && quiet > longest+longest/2
		p.Unusual = p.Unusual || unusual
		if known && p.Since.Equal(was.Since) && p.Unusual == was.Unusual {
			return nil // no row is written for nothing
		}
		return pulses.Put(tx, p, string(ch))
	})
	return unusual, err
}

// add notes a silence that ended on a day.
func (p *pulse) add(day string, quiet time.Duration) {
	days := slices.Clone(p.Days)
	if n := len(days); n > 0 && days[n-1].Day == day {
		days[n-1].Longest = max(days[n-1].Longest, int64(quiet/time.Second))
	} else {
		days = append(days, silence{day, int64(quiet / time.Second)})
	}
	p.Days = days[max(0, len(days)-aWeek):]
}
