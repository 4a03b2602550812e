package schedule

import (
	"context"
	"fmt"
	"strings"
	"time"

	"regulars/store"
)

// ClaimsFor is how long claims are kept after their tick's date, and with that
// how far back an outage is caught up on.
const ClaimsFor = 40 * 24 * time.Hour

// none is the value of a row that says all with its key.
type none struct{}

var claims = store.NewTable[none]("claim/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("claim/" + string(rest))
})

const dateForm = "2006-01-02"

// Claim says, in the commit that does it, that a job's part for somebody is done
// at a tick; mine is false where it was said before, and then nothing is to be
// done. tick is a [Tick.Key], or whatever else names the occasion and begins with
// its date ("2026-11-01"): the date is how long the claim is kept. who is a
// member's id, or what else the job does one by one. An error is the store's, or
// says that the key has no date or a slash where none may be.
func Claim(tx store.Tx, job, tick, who string) (mine bool, err error) {
	if _, ok := dateOf(tick); !ok || strings.Contains(job+tick, "/") || job == "" || who == "" {
		return false, fmt.Errorf("schedule: %q at %q for %q cannot be claimed: a job, a key that begins with a date and somebody are needed, without slashes", job, tick, who)
	}
	if err := tx.Lock(store.Subject("claim/" + job + "/" + tick + "/" + who)); err != nil {
		return false, err
	}
	_, taken, err := claims.Get(tx, job, tick, who)
	if err != nil || taken {
		return false, err
	}
	return true, claims.Put(tx, none{}, job, tick, who)
}

// Claimed reports whether somebody's part is done, without taking it. In an
// Update it locks nothing: who goes on to do it asks [Claim].
func Claimed(r store.Reader, job, tick, who string) (done bool, err error) {
	_, done, err = r.Get(claims.Key(job, tick, who))
	return done, err
}

// dateOf reads the date with which a key begins.
func dateOf(key string) (time.Time, bool) {
	if len(key) < len(dateForm) {
		return time.Time{}, false
	}
	day, err := time.Parse(dateForm, key[:len(dateForm)])
	return day, err == nil
}

// sweepStep is how many rows a sweep deletes in one transaction.
const sweepStep = 200

// Sweep deletes the claims that were kept long enough, and returns how many.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	return store.Sweep(ctx, db, claims.All(), sweepStep, func(row store.Row) bool {
		parts := strings.SplitN(string(row.Key), "/", 4)
		if len(parts) < 3 {
			return false
		}
		day, ok := dateOf(parts[2])
		return ok && now.Sub(day) > ClaimsFor
	})
}
