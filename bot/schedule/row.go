package schedule

import (
	"time"

	"regulars/store"
)

// row is how a job stands. Times are µs since 1970, 0 for none.
type row struct {
	Spec    string `json:"spec"`
	Done    string `json:"done,omitempty"` // the newest tick that is done
	Running string `json:"run,omitempty"`  // begun, and not done
	Since   int64  `json:"since,omitempty"`
	Tries   int    `json:"tries,omitempty"` // of Running
	Ended   int64  `json:"end,omitempty"`
	For     int    `json:"for,omitempty"`
	Error   string `json:"err,omitempty"`
	Failing int64  `json:"fail,omitempty"`
	Seen    int64  `json:"seen"` // the clock when this was written
}

var rows = store.NewTable[row]("tick/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("tick/" + string(rest))
})

const (
	// slack is how far two machines' clocks may be apart. One that shows less than
	// it did by more was set back.
	slack = 10 * time.Minute
	// late is how much too late a tick with [None] may come.
	late = 10 * time.Minute
	// patience is how often a failing tick with [Each] is tried at least, before
	// the next one is.
	patience = 5
)

// settle brings the row to the job's spec and the clock.
func (r *row) settle(spec string, t times, now time.Time) {
	switch {
	case r.Spec != spec: // new, or at other times than before
		*r = row{Spec: spec, Done: t.key(t.upTo(now)), Ended: r.Ended, For: r.For}
	case r.Seen > now.Add(slack).UnixMicro():
		r.rewind(t, now)
	}
}

// upTo is the newest tick, or now itself where there never was one.
func (t times) upTo(now time.Time) time.Time {
	if wall := t.newest(now); !wall.IsZero() {
		return wall
	}
	return nominal(now, t.zone)
}

// rewind follows a clock that was set back. What it had run ahead to comes again
// when it is due, and the newest tick at once: claims know who had theirs.
func (r *row) rewind(t times, now time.Time) {
	newest := t.upTo(now)
	before := t.key(t.upTo(t.at(newest).Add(-time.Minute)))
	r.Seen = now.UnixMicro()
	if r.Done > before {
		r.Done = before
	}
	if r.Running > t.key(newest) {
		r.Running, r.Tries = "", 0
	}
}

// due is the tick to run now, by its nominal time; ok is false for none.
func (r *row) due(t times, catch Catch, now time.Time) (wall time.Time, ok bool) {
	done, err := t.wall(r.Done)
	newest := t.newest(now)
	if err != nil || !newest.After(done) { // a key that cannot be read is in no row of ours
		return time.Time{}, false
	}
	switch catch {
	case None:
		return newest, now.Sub(t.at(newest)) <= late
	case Each:
		return r.oldest(t, done, newest, now), true
	}
	return newest, true
}

// oldest is the first tick that is neither done nor given up on.
func (r *row) oldest(t times, done, newest, now time.Time) time.Time {
	if first := nominal(now.Add(-ClaimsFor), t.zone); done.Before(first) {
		done = first
	}
	wall := t.next(done)
	if r.Running == t.key(wall) && r.Error != "" && r.Tries >= patience && newest.After(wall) {
		return t.next(wall)
	}
	if begun, err := t.wall(r.Running); err == nil && begun.After(wall) && !begun.After(newest) {
		return begun // what was before it was given up on
	}
	return wall
}

// begin notes a try of a tick.
func (r *row) begin(key string, now time.Time) {
	if r.Running != key {
		r.Running, r.Since, r.Tries, r.Error = key, now.UnixMicro(), 0, ""
	}
	r.Tries++
	r.Seen = now.UnixMicro()
}

// failedLately says that a tick was tried less than a minute ago, by whatever
// process: each of several wakes once a minute.
func (r *row) failedLately(key string, now time.Time) bool {
	ago := now.Sub(at(r.Ended))
	return r.Running == key && r.Error != "" && ago < 50*time.Second && ago > -slack
}

// end notes how a try went.
func (r *row) end(key string, n int, failed error, now time.Time) {
	us := now.UnixMicro()
	r.Ended, r.For, r.Seen = us, n, us
	if failed != nil {
		r.Error = cut(failed.Error())
		if r.Failing == 0 {
			r.Failing = us
		}
		return
	}
	r.Running, r.Since, r.Tries, r.Error, r.Failing = "", 0, 0, "", 0
	if key > r.Done {
		r.Done = key
	}
}

// maxError is how much of an error is kept, in bytes.
const maxError = 400

func cut(s string) string {
	if len(s) > maxError {
		return s[:maxError] + "…"
	}
	return s
}

// at reads a time of a row.
func at(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us)
}
