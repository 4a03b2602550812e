package outbox

import (
	"slices"
	"time"

	"regulars/bot"
)

// Rate is a token bucket: Burst at once, PerSecond in the long run, so that no
// second sees more than their sum. The zero Rate knows no limit.
type Rate struct {
	PerSecond float64
	Burst     float64
}

// Pace is how fast a channel may talk.
type Pace struct {
	Calls       Rate // of the channel, or of each endpoint; with Window, of texts to many alone
	Window      int  // if set, how many calls any second sees at most, whatever they are for
	PerEndpoint bool // LINE counts replies, pushes and multicasts apart
	Multicast   Rate // of that endpoint, where PerEndpoint
	Chat        Rate // to one private chat
	Group       Rate // to one group

	among int // of how many processes this is a share, where PerEndpoint
}

// DefaultPace stays just below what the platforms allow: LINE 2,000 a second
// and endpoint, 200 multicasts (LINE docs, #rate-limits); Telegram 30 a second in
// all, about 1 a second and chat with short bursts, 20 a minute and group
// (Telegram's bot FAQ). There, texts to many are spaced, with as much of a burst
// as makes up for a late timer: an answer waits for no more than the next place,
// and several go at once where no such text is under way.
func DefaultPace(p bot.Platform) Pace {
	if p == bot.LINE {
		return Pace{Calls: Rate{1800, 200}, Multicast: Rate{180, 20}, PerEndpoint: true}
	}
	return Pace{Calls: Rate{29.6, 1.3}, Window: 30, Chat: Rate{1, 3}, Group: Rate{0.25, 5}}
}

// bucket is a Rate's state. A letter of several calls may overdraw it: the debt
// is waited for by who comes next.
type bucket struct {
	rate  Rate
	level float64
	seen  time.Time
}

func newBucket(r Rate) *bucket { return &bucket{rate: r, level: r.Burst} }

// fill brings the level up to now. A clock that steps back fills nothing.
func (b *bucket) fill(now time.Time) {
	if !b.seen.IsZero() && now.After(b.seen) {
		b.level = min(b.rate.Burst, b.level+now.Sub(b.seen).Seconds()*b.rate.PerSecond)
	}
	b.seen = now
}

// next is when one more call may go: now, or later.
func (b *bucket) next(now time.Time) time.Time { return b.reaches(1, now) }

// full is when nothing of the past is left to remember.
func (b *bucket) full(now time.Time) time.Time { return b.reaches(b.rate.Burst, now) }

func (b *bucket) reaches(level float64, now time.Time) time.Time {
	if b.rate.PerSecond <= 0 {
		return now
	}
	b.fill(now)
	const hair = 1e-6 // what floating point may lose must not cost a turn
	if b.level >= level-hair {
		return now
	}
	return now.Add(time.Duration((level-b.level)/b.rate.PerSecond*float64(time.Second)) + time.Microsecond)
}

// take uses n calls up.
func (b *bucket) take(n float64, now time.Time) {
	if b.rate.PerSecond <= 0 {
		return
	}
	b.fill(now)
	b.level -= n
}

// windowLength is a second, and a hair for clocks that are not alike.
const windowLength = time.Second + 3*time.Millisecond

// recent remembers when the last calls reached the platform, as far as can be
// told, or are to begin. The zero recent knows no limit.
type recent struct {
	at    []time.Time // a ring
	next  int
	least time.Duration // what a call takes when nothing holds it up
}

// place is when one more call may go: now, or later.
func (r *recent) place(now time.Time) time.Time {
	if len(r.at) == 0 || r.at[r.next].IsZero() {
		return now
	}
	// A clock that was set back must not stop everything.
	if t := r.at[r.next].Add(windowLength); t.After(now) && t.Sub(now) <= 2*windowLength {
		return t
	}
	return now
}

// take gives the next place away, and tells when it is and its name.
func (r *recent) take(now time.Time) (t time.Time, slot int) {
	t = r.place(now)
	if len(r.at) > 0 {
		slot = r.next
		r.at[slot] = t
		r.next = (slot + 1) % len(r.at)
	}
	return t, slot
}

// took moves a place to where its call arrived at the latest: what held it up
// may have been on the way there, and the platform counts arrivals.
func (r *recent) took(slot int, began, ended time.Time) {
	if slot >= len(r.at) || ended.Before(began) {
		return
	}
	d := ended.Sub(began)
	if r.least == 0 || d < r.least {
		r.least = d
	}
	r.least += (d - r.least) / 256 // the network may have become slower for good
	if t := ended.Add(-r.least); t.After(r.at[slot]) {
		r.at[slot] = t
	}
}

// resize changes how many calls a second sees. What is added counts as just used:
// it was another process's until now.
func (r *recent) resize(n int, now time.Time) {
	if n == len(r.at) {
		return
	}
	was := slices.Concat(r.at[r.next:], r.at[:r.next]) // the oldest first
	if r.next = 0; n < len(was) {
		r.at = was[len(was)-n:]
		return
	}
	r.at = append(was, slices.Repeat([]time.Time{now}, n-len(was))...)
}

// giveBack undoes the last take.
func (r *recent) giveBack() {
	if len(r.at) > 0 {
		r.next = (r.next + len(r.at) - 1) % len(r.at)
		r.at[r.next] = time.Time{}
	}
}
