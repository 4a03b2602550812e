package hooks

import (
	"context"
	"errors"
	"sync"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

const (
	lookEvery = time.Second
	inFlight  = 8    // POSTs to one endpoint at a time
	together  = 64   // events that are taken up in one look
	window    = 5000 // events that are looked at for it: more that fail hold up what comes after
	// patient is for how many failures of an event its member's later ones wait: a
	// quarter of an hour.
	patient = 4
	// doubtful is from how many failures in a row on an endpoint gets one event at a
	// time, until one arrives.
	doubtful = 3
	// KeepTrying is for how long an event is tried, and for how long an endpoint may
	// fail before it is switched off.
	KeepTrying = 3 * 24 * time.Hour
	// KeepPast is how long it is known how an event ended.
	KeepPast     = 30 * 24 * time.Hour
	longestAsked = 6 * time.Hour // of what a receiver asks us to wait
)

// waits are how long is waited after the first, second … failure; the last one
// goes on.
var waits = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour,
}

func waitAfter(fails int) time.Duration { return waits[min(max(fails, 1), len(waits))-1] }

// Run sends until ctx ends. One process of a shop does it at a time; where two do
// for a moment, a receiver may get an event twice, under one id.
func (d *Desk) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		if err := d.look(ctx, &all); err != nil && ctx.Err() == nil {
			d.Log.Warn("webhooks could not be looked at; it is tried again at once", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-d.wake:
		case <-d.Clock.After(lookEvery):
		}
	}
}

// Deliver sends what is due now and returns when that is done.
func (d *Desk) Deliver(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	return d.look(ctx, &all)
}

// look begins to send to each endpoint that is on and is not being sent to: one
// that hangs holds up no other.
func (d *Desk) look(ctx context.Context, running *sync.WaitGroup) error {
	var list []Endpoint
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		list, err = List(r)
		return err
	})
	for _, e := range list {
		if e.Off || !d.begin(e.ID) {
			continue
		}
		running.Go(func() {
			defer d.end(e.ID)
			if err := d.drain(ctx, e.ID); err != nil && ctx.Err() == nil {
				d.Log.Warn("a webhook could not be sent for a reason here; it is tried again", "endpoint", string(e.ID), "error", err)
			}
		})
	}
	return err
}

func (d *Desk) begin(id ID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy[id] {
		return false
	}
	d.busy[id] = true
	return true
}

func (d *Desk) end(id ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.busy, id)
}

// drain sends to one endpoint until nothing is due.
func (d *Desk) drain(ctx context.Context, id ID) error {
	for ctx.Err() == nil {
		e, jobs, err := d.due(ctx, id)
		if err != nil || len(jobs) == 0 {
			return err
		}
		if err := d.sendAll(ctx, &e, jobs); err != nil {
			return err
		}
	}
	return nil
}

// queued is a job and where it stands.
type queued struct {
	key string // in the endpoint's queue
	job
}

// due are the events to send now, at most one a member: their order is kept. An
// endpoint that is in doubt gets one.
func (d *Desk) due(ctx context.Context, id ID) (e Endpoint, list []queued, err error) {
	now := d.Clock.Now()
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		list = nil
		if e, err = Get(r, id); errors.Is(err, ErrNone) || e.Off {
			return nil // removed, or switched off, a moment ago
		}
		if err != nil {
			return err
		}
		st, _, err := states.Get(r, string(id))
		if err != nil || st.Fails >= doubtful && now.Before(st.Next) {
			return err
		}
		hold, err := d.held(r)
		if err != nil {
			return err
		}
		most := together
		if st.Fails >= doubtful {
			most = 1
		}
		list, err = pick(r, id, now, hold, most)
		return err
	})
	return e, list, err
}

// pick takes up to most events that are due, oldest first. Those that a hold keeps
// keep their members' later ones, too.
func pick(r store.Reader, id ID, now, hold time.Time, most int) (list []queued, err error) {
	taken, seen := map[loyalty.MemberID]bool{}, 0
	for key, j := range queue.Scan(r, queue.Under(string(id)), &err) {
		m := j.Data.Member
		if j.heldBy(hold) {
			taken[m] = true
			continue
		}
		if seen++; seen > window {
			break
		}
		if m != "" && taken[m] {
			continue
		}
		if now.Before(j.Next) {
			taken[m] = taken[m] || j.Tries < patient
			continue
		}
		taken[m] = true
		if list = append(list, queued{key[len(id)+1:], j}); len(list) == most {
			break
		}
	}
	return list, err
}

// sendAll sends some events side by side.
func (d *Desk) sendAll(ctx context.Context, e *Endpoint, jobs []queued) error {
	var all sync.WaitGroup
	room, failed := make(chan struct{}, inFlight), make(chan error, len(jobs))
	for _, q := range jobs {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			if err := d.send(ctx, e, q); err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	close(failed)
	return <-failed // nil where none was
}

// send sends one event and marks what came of it.
func (d *Desk) send(ctx context.Context, e *Endpoint, q queued) error {
	gone, err := d.erased(ctx, q.Event)
	now, changed := d.endpoint(ctx, e.ID)
	switch {
	case err != nil || changed != nil:
		return errors.Join(err, changed)
	case now.Off: // a moment ago; what was taken up waits with the rest
		return nil
	case gone:
		return d.mark(ctx, e.ID, q.key, func(j *job, now time.Time) Outcome {
			j.Why = WhyErased
			return Dropped
		})
	}
	got, err := d.post(ctx, &now, q.Event)
	if err != nil {
		return err
	}
	if got.Why == "" {
		d.delivered.Add(1)
		return d.mark(ctx, e.ID, q.key, func(j *job, now time.Time) Outcome {
			j.Tries, j.Status, j.Why = j.Tries+1, got.Status, ""
			return Delivered
		})
	}
	d.failed.Add(1)
	return d.mark(ctx, e.ID, q.key, func(j *job, now time.Time) Outcome {
		j.Tries, j.Status, j.Why = j.Tries+1, got.Status, got.Why
		j.Next = now.Add(max(waitAfter(j.Tries), got.Wait)).UTC()
		if now.Sub(j.Born) >= KeepTrying {
			return Dead
		}
		return ""
	})
}

// endpoint is an endpoint as it is now: of many events that are taken up
// together, the last goes out minutes after the first. One that was removed is off.
func (d *Desk) endpoint(ctx context.Context, id ID) (e Endpoint, err error) {
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		e, err = Get(r, id)
		return err
	})
	if errors.Is(err, ErrNone) {
		return Endpoint{ID: id, Off: true}, nil
	}
	return e, err
}

// erased reports whether an event is about somebody who is erased by now, and
// does not say just that.
func (d *Desk) erased(ctx context.Context, v Event) (gone bool, err error) {
	if v.Data.Member == "" || v.Type == MemberErased {
		return false, nil
	}
	err = d.DB.View(ctx, func(r store.Reader) error {
		p, err := d.Shop.Vault.Get(r, v.Data.Member)
		gone = p.Status == people.Erased || errors.Is(err, people.ErrErased)
		if gone || errors.Is(err, people.ErrNobody) { // of the second, nobody has heard
			return nil
		}
		return err
	})
	return gone, err
}
