package hooks

import (
	"context"
	"errors"
	"time"

	"regulars/store"
)

// mark writes down what came of a try: f changes the job and says how it ended,
// "" where it goes on. A job that is no longer there is left so. Where the answer
// came, it is marked even if the program is about to end.
func (d *Desk) mark(ctx context.Context, id ID, key string, f func(*job, time.Time) Outcome) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), markWithin)
	defer stop()
	off := Reason("")
	err := d.DB.Update(ctx, func(tx store.Tx) error {
		off = ""
		if err := tx.Lock(stateOf(id)); err != nil {
			return err
		}
		now := d.Clock.Now()
		j, ok, err := queue.Get(tx, string(id), key)
		if err != nil || !ok {
			return err
		}
		outcome := f(&j, now)
		if err := settle(tx, id, key, j, outcome, now); err != nil {
			return err
		}
		off, err = d.note(tx, id, &j, outcome, now)
		return err
	})
	if err == nil && off != "" {
		d.Log.Warn("webhooks to an endpoint were switched off; owners are told", "endpoint", string(id), "why", string(off))
	}
	return err
}

// markWithin is for the store only.
const markWithin = 5 * time.Second

// settle moves a job to the past, or keeps it.
func settle(tx store.Tx, id ID, key string, j job, outcome Outcome, now time.Time) error {
	if outcome == "" {
		return queue.Put(tx, j, string(id), key)
	}
	if err := queue.Delete(tx, string(id), key); err != nil {
		return err
	}
	j.Next = time.Time{}
	return pasts.Put(tx, past{j, outcome, now.UTC()}, string(id), pastKey(now, j.ID))
}

// note keeps how the endpoint does, and switches it off where nothing has arrived
// for too long, or it wants no more; off says why.
func (d *Desk) note(tx store.Tx, id ID, j *job, outcome Outcome, now time.Time) (off Reason, err error) {
	st, failing, err := states.Get(tx, string(id))
	switch {
	case err != nil || outcome == Dropped:
		return "", err
	case outcome == Delivered && failing:
		return "", states.Delete(tx, string(id))
	case outcome == Delivered:
		return "", nil
	}
	if !failing {
		st.Since = now.UTC()
	}
	st.Fails, st.Why, st.Status = st.Fails+1, j.Why, j.Status
	if !now.Before(st.Next) {
		st.Waits++
		st.Next = now.Add(waitAfter(st.Waits)).UTC()
	}
	if j.Next.After(st.Next) && j.Tries <= st.Waits { // as the receiver asked
		st.Next = j.Next
	}
	switch {
	case j.Why == WhyGone:
		off = WhyGone
	case now.Sub(st.Since) >= KeepTrying:
		off = WhyFailing
	default:
		return "", states.Put(tx, st, string(id))
	}
	if err := flip(tx, id, false, off, now); err != nil && !errors.Is(err, ErrNone) {
		return "", err
	}
	return off, nil
}
