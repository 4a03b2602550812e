package campaign

import (
	"context"
	"fmt"
	"time"

	"regulars/bot/outbox"
	"regulars/store"
)

// Counts are the plain numbers of a campaign: whatever else a report says, these
// stand first.
type Counts struct {
	Campaign
	Bulk   outbox.BulkReport      // states by wording, billed messages
	States map[outbox.State]int64 // of all wordings; their sum is Campaign.People once it is frozen
	Groups map[outbox.State]int   // messages to groups, by state
}

// Audience is how many members the campaign was meant for, those held out and
// those left out before anything was sent included.
func (c *Counts) Audience() int64 {
	n := c.People + c.Campaign.Held
	for _, k := range c.Skipped {
		n += k
	}
	return n
}

// Suppressed is who got nothing, by why: when recipients were written down, or
// when their turn came.
func (c *Counts) Suppressed() map[string]int64 {
	by := map[string]int64{}
	for why, n := range c.Skipped {
		by[why] += n
	}
	for s, n := range c.States {
		if why := s.Why(); why != "" {
			by[why] += n
		}
	}
	return by
}

// Counts reads how a campaign stands. Refusal: ErrNone.
func (e *Engine) Counts(r store.Reader, id ID) (Counts, error) {
	c, err := e.Get(r, id)
	if err != nil {
		return Counts{}, err
	}
	out := Counts{Campaign: c, States: map[outbox.State]int64{}, Groups: map[outbox.State]int{}}
	if out.Bulk, err = e.report(r, id); err != nil {
		return out, err
	}
	for _, by := range out.Bulk.ByWording {
		for s, n := range by {
			out.States[s] += n
		}
	}
	d, err := e.Draft(r, id, c.Version)
	if err != nil {
		return out, err
	}
	for i := range d.Groups {
		s, ok, err := e.Bulks.Find(r, groupIntent(id, i))
		if err != nil {
			return out, err
		}
		if ok {
			out.Groups[s.State]++
		}
	}
	return out, nil
}

// Verify holds every campaign against invariant 27: its recipients are those in
// its parts, each with one state, and nothing is pending once it is done. Each
// fault is one sentence.
func (e *Engine) Verify(ctx context.Context) (faults []string, err error) {
	err = e.DB.View(ctx, func(r store.Reader) error {
		faults = nil
		all, err := e.List(r, 0)
		if err != nil {
			return err
		}
		for _, c := range all {
			if c.State == Drafted || c.FrozenAt.IsZero() {
				continue
			}
			wrong, err := e.verify(r, c)
			if err != nil {
				return err
			}
			faults = append(faults, wrong...)
		}
		return nil
	})
	return faults, err
}

func (e *Engine) verify(r store.Reader, c Campaign) (faults []string, err error) {
	rep, known, err := e.Bulks.BulkReport(r, bulkID(c.ID))
	if err != nil {
		return nil, err
	}
	say := func(format string, args ...any) {
		faults = append(faults, fmt.Sprintf("campaign %s: ", c.ID)+fmt.Sprintf(format, args...))
	}
	if !known {
		say("its recipients are gone")
		return faults, nil
	}
	waiting, heldOut := int64(0), int64(0)
	for _, open := range opens.Scan(r, opens.Under(string(c.ID)), &err) {
		waiting += int64(len(open.People) / idSize)
	}
	for _, row := range held.Scan(r, held.Under(string(c.ID)), &err) {
		heldOut += int64(len(row.People) / idSize)
	}
	if err != nil {
		return faults, err
	}
	if heldOut != c.Held {
		say("%d members are left out as a control, its row says %d", heldOut, c.Held)
	}
	if n := rep.People + waiting; n != c.People && c.State != Stopped {
		say("%d recipients are written down, its row says %d", n, c.People)
	}
	if err := e.verifyWay(r, c, say); err != nil {
		return faults, err
	}
	if c.State == Done && rep.Left > 0 {
		say("it is done, and %d recipients have no outcome", rep.Left)
	}
	return faults, nil
}

// keptFor is how long a campaign is kept after its end.
const keptFor = 800 * 24 * time.Hour

// Sweep deletes campaigns that ended long enough ago, and returns how many rows
// went.
func (e *Engine) Sweep(ctx context.Context, db store.DB, now time.Time) (n int, err error) {
	var old []ID
	err = db.View(ctx, func(r store.Reader) error {
		all, err := e.List(r, 0)
		old = nil
		for _, c := range all {
			if c.Ended() && now.Sub(c.EndedAt) > keptFor {
				old = append(old, c.ID)
			}
		}
		return err
	})
	for _, id := range old {
		for _, rg := range []store.Range{held.Under(string(id)), drafts.Under(string(id)), opens.Under(string(id)), taps.Under(string(id)), opened.Under(string(id)), ways.Under(string(id)), dues.Under(string(id))} {
			k, err := store.Sweep(ctx, db, rg, 100, func(store.Row) bool { return true })
			n += k
			if err != nil {
				return n, err
			}
		}
		// The row itself goes last: until then the next sweep finds the rest.
		err = db.Update(ctx, func(tx store.Tx) error {
			if err := tx.Lock(subject(id), store.Subject("campgiven/"+string(id)), store.Subject("campreport/"+string(id))); err != nil {
				return err
			}
			if err := givens.Delete(tx, string(id)); err != nil {
				return err
			}
			if err := reports.Delete(tx, string(id)); err != nil {
				return err
			}
			return table.Delete(tx, string(id))
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, err
}
