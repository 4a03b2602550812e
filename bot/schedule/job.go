package schedule

import (
	"context"
	"time"
)

// Catch says what becomes of ticks that were missed while nobody ran them.
type Catch int

// The ways to catch up.
const (
	Last Catch = iota // the newest one only: it does all that is due by then
	Each              // every one, oldest first, back to 40 days
	None              // none: who comes ten minutes late comes too late
)

// Job is something that is done at times.
type Job struct {
	Name string // a word, no slash; it names rows and must not change
	// Spec has five fields as crontab(5): minute, hour, day of the month, month,
	// day of the week, on the shop's clock.
	Spec  string
	Catch Catch
	// Run does what is due by now and returns for how many it did something. It
	// may be run again for the same tick, and beside itself: what it does for
	// somebody it claims (see [Claim]). An error says that some were left out,
	// who are tried again; it holds no personal data. Run ends soon after ctx.
	Run func(ctx context.Context, t Tick) (done int, err error)
}

// Tick is one moment at which a job is due.
type Tick struct {
	Job string
	At  time.Time // nominal, in the shop's zone; Run may come later
	Key string    // its name among the job's ticks, as in the package comment
}

// State is how a job stands.
type State struct {
	Job     Job
	Done    string    // the newest tick that is done; "" none yet
	Ended   time.Time // when it, or a try that failed, ended
	For     int       // for how many it did something
	Next    time.Time // when it is due again; zero is never
	Running string    // the tick that runs, or is to be tried again
	Since   time.Time // since when it runs
	Error   string    // what the last try failed with
	Failing time.Time // since when no tick has succeeded; zero: the last did
	Holder  string    // who runs it
}
