package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// A nominal time is kept as what a clock on the wall shows, in a time.Time in UTC
// that is no moment. cron counts on that clock, which has no daylight saving, and
// the zone says afterwards which moment is meant.

// wallForm is a tick's name, momentForm that of one that only counts minutes.
const (
	wallForm   = "2006-01-02T15:04"
	momentForm = "2006-01-02T15:04Z"
)

// times are when a job is due.
type times struct {
	spec    cron.Schedule
	zone    *time.Location
	elapsed bool // only minutes are counted: no zone matters
}

var fields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// Check reports what is wrong with a spec: five fields as crontab(5) has them,
// minute, hour, day of the month, month, day of the week.
func Check(spec string) error {
	_, err := timesOf(spec, time.UTC)
	return err
}

// timesOf reads a spec. cron panics on some; a panic is an error here.
func timesOf(spec string, zone *time.Location) (t times, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("schedule: %q: %v", spec, p)
		}
	}()
	parts := strings.Fields(spec)
	if len(parts) != 5 {
		return times{}, fmt.Errorf("schedule: %q: five fields are wanted: minute, hour, day, month, day of the week", spec)
	}
	// Without a zone of its own, a spec counts in that of the time it is asked for.
	s, err := fields.Parse(spec)
	if err != nil {
		return times{}, fmt.Errorf("schedule: %q: %w", spec, err)
	}
	every := strings.Join(parts[1:], " ") == "* * * *"
	if every {
		zone = time.UTC
	}
	return times{s, zone, every}, nil
}

// key names a tick by its nominal time.
func (t times) key(wall time.Time) string {
	if t.elapsed {
		return wall.Format(momentForm)
	}
	return wall.Format(wallForm)
}

// wall reads a key.
func (t times) wall(key string) (time.Time, error) {
	form := wallForm
	if t.elapsed {
		form = momentForm
	}
	return time.Parse(form, key)
}

// at is the moment of a nominal time.
func (t times) at(wall time.Time) time.Time { return moment(wall, t.zone) }

// next is the tick after a nominal time; zero is never (the 30th of February).
func (t times) next(wall time.Time) time.Time { return t.spec.Next(wall) }

// lookBack is how far a newest tick is looked for, and cron looks no further.
const lookBack = 5 * 366 * 24 * time.Hour

// newest is the last tick that was due by now; zero is none in five years. It
// looks back in steps that double, so that it never goes through many.
func (t times) newest(now time.Time) time.Time {
	shown := nominal(now, t.zone)
	for back := time.Minute; back <= 2*lookBack; back *= 2 {
		wall := t.next(shown.Add(-back))
		if wall.IsZero() || t.at(wall).After(now) {
			continue
		}
		for {
			after := t.next(wall)
			if after.IsZero() || t.at(after).After(now) {
				return wall
			}
			wall = after
		}
	}
	return time.Time{}
}

// nominal is what a clock on the wall shows.
func nominal(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// moment is when a clock on the wall shows a nominal time for the first time, or
// is past it for the first time where the zone skips it.
func moment(wall time.Time, zone *time.Location) time.Time {
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone)
	from, to := t.ZoneBounds()
	switch shown := nominal(t, zone); {
	case shown.After(wall): // skipped; Go counted from before the change
		return from
	case shown.Before(wall):
		return to
	case from.IsZero():
		return t
	}
	// It may have been shown before the zone changed last.
	_, offset := from.Add(-1).Zone()
	if first := wall.Add(-time.Duration(offset) * time.Second); first.Before(from) {
		return first.In(zone)
	}
	return t
}
