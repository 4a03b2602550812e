package campaign

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"regulars/bot/outbox"
	"regulars/store"
)

// Pause stops a campaign where it is: nobody more is written down, nobody's
// first try is begun from the commit on, and nobody goes on with its journey. Refusals: ErrNone, ErrManager,
// *StateError.
func (e *Engine) Pause(tx store.Tx, id ID, by By, now time.Time) (Campaign, error) {
	return e.control(tx, id, by, func(c *Campaign) error { return e.pause(tx, c, "", now) }, Scheduled, Freezing, Sending, Done)
}

// Resume lets a paused campaign go on. What grew too much, or was changed after two
// agreed to it, needs [Engine.Approve] instead. Refusals: ErrNone, ErrManager, *StateError.
func (e *Engine) Resume(tx store.Tx, id ID, by By, now time.Time) (Campaign, error) {
	return e.control(tx, id, by, func(c *Campaign) error {
		if c.Asks() {
			return &StateError{c.State}
		}
		return e.resume(tx, c, now)
	}, Paused)
}

// Stop ends a campaign for good: whom no try was begun for gets nothing.
// Refusals: ErrNone, ErrManager, *StateError.
func (e *Engine) Stop(tx store.Tx, id ID, by By, now time.Time) (Campaign, error) {
	return e.control(tx, id, by, func(c *Campaign) error {
		if c.begun() {
			if err := e.Bulks.StopBulk(tx, bulkID(id), now); err != nil {
				return err
			}
		}
		if err := e.forgetOpen(tx, id); err != nil {
			return err
		}
		if c.EndedAt.IsZero() {
			c.EndedAt = now
		}
		c.State = Stopped
		return put(tx, *c)
	}, Waiting, Scheduled, Freezing, Sending, Paused, Done)
}

// control does what only a manager may, and only in some states; Done is one
// while the journey goes on.
func (e *Engine) control(tx store.Tx, id ID, by By, f func(*Campaign) error, in ...State) (Campaign, error) {
	c, err := e.Get(tx, id)
	switch {
	case err != nil:
		return c, err
	case !by.Manager:
		return c, ErrManager
	case !slices.Contains(in, c.State), c.State == Done && !c.Walking():
		return c, &StateError{c.State}
	}
	err = f(&c)
	return c, err
}

// begun says that the outbox knows of the campaign.
func (c *Campaign) begun() bool { return !c.FrozenAt.IsZero() }

func (e *Engine) pause(tx store.Tx, c *Campaign, why string, now time.Time) error {
	if c.State == Sending {
		switch over, err := e.steer(tx, c.ID, now, e.Bulks.PauseBulk); {
		case err != nil:
			return err
		case over:
			return &StateError{Done} // it is, though nobody has looked yet
		}
	}
	c.Before, c.State, c.Why = c.State, Paused, why
	return put(tx, *c)
}

func (e *Engine) resume(tx store.Tx, c *Campaign, now time.Time) error {
	if c.Before == Sending {
		if _, err := e.steer(tx, c.ID, now, e.Bulks.ResumeBulk); err != nil {
			return err
		}
	}
	c.State, c.Before, c.Why = c.Before, "", ""
	return put(tx, *c)
}

// steer pauses or resumes a campaign's bulk, unless that is done and only groups
// are still to be told; over says that these are told too.
func (e *Engine) steer(tx store.Tx, id ID, now time.Time, f func(store.Tx, outbox.BulkID, time.Time) error) (over bool, err error) {
	rep, err := e.report(tx, id)
	if err != nil {
		return false, err
	}
	switch rep.State {
	case outbox.BulkDone, outbox.BulkStopping, outbox.BulkStopped: // an operator let go of it
		return e.over(tx, id, rep)
	}
	return false, f(tx, bulkID(id), now)
}

// NewVersion changes the words of a campaign that is scheduled or under way:
// whoever was not begun by then gets the new ones. It must be paused first, so
// that nobody's words are being made meanwhile. Once recipients are written down
// only words, picture, labels of buttons and the journey may change, and words
// that were the same for all stay so. Refusals: ErrNone, ErrManager, *StateError,
// *DraftError, *ChangeError.
func (e *Engine) NewVersion(tx store.Tx, id ID, d Draft, by By, now time.Time) (Campaign, error) {
	return e.control(tx, id, by, func(c *Campaign) error {
		old, err := e.Draft(tx, id, c.Version)
		if err != nil {
			return err
		}
		if key := changed(&old, &d); key != "" {
			return &ChangeError{key}
		}
		if wrong := e.Check(tx, &d); len(wrong) > 0 {
			return &DraftError{wrong}
		}
		begun := int64(0)
		if c.begun() {
			rep, err := e.report(tx, id)
			if err != nil {
				return err
			}
			begun = rep.Begun
		}
		e.asksAgain(c, by.Actor, now)
		c.Version++
		c.Changes = append(c.Changes, Change{Version: c.Version, By: by.Actor, At: now, Begun: begun})
		if err := drafts.Put(tx, d, string(id), number(c.Version)); err != nil {
			return err
		}
		return put(tx, *c)
	}, Paused)
}

// changed is the first key of a draft that must not change any more and did; ""
// if there is none.
func changed(old, d *Draft) string {
	fixed := func(d *Draft) []any {
		return []any{d.Segment, d.Coupon, d.Boost, d.When, d.Variants, d.Held(), d.Channels, d.Groups, d.Budget, d.NotAfter, d.Days(), d.Names(), d.Langs()}
	}
	names := []string{"segment", "coupon", "multiplier", "when", "variants", "hold_out", "channels", "groups", "budget", "not_after", "window", "text", "text"}
	a, b := fixed(old), fixed(d)
	for i := range a {
		if !same(a[i], b[i]) {
			return names[i]
		}
	}
	for _, lang := range d.Langs() {
		for _, v := range d.Names() {
			if d.personal(lang, v) && !old.personal(lang, v) {
				return "text." + lang + "." + v
			}
		}
	}
	if !slices.EqualFunc(old.Buttons, d.Buttons, func(a, b Button) bool { return a.ID == b.ID && a.Do == b.Do }) {
		return "button"
	}
	return ""
}

// same compares what is stored as JSON.
func same(a, b any) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}
