package hooks

import (
	"context"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"time"

	"regulars/store"
)

// Delivery is an event on its way to an endpoint, or how it ended there.
type Delivery struct {
	Event
	Key     string    // of one that ended: where it stands, for [Desk.Replay] and [Past]
	Outcome Outcome   // "": it waits
	Ended   time.Time // of one that ended
	Next    time.Time // of one that waits: not before that; zero: now
	Tries   int
	Status  int    // of the last answer; 0: none
	Why     Reason // the last try failed, or why there was none
	Again   bool   // somebody had it sent once more
}

func (j *job) delivery() Delivery {
	return Delivery{Event: j.Event, Next: j.Next, Tries: j.Tries, Status: j.Status, Why: j.Why, Again: j.Again}
}

// Waiting are up to limit events that wait for an endpoint, oldest first; more
// says that there are others.
func Waiting(r store.Reader, id ID, limit int) (list []Delivery, more bool, err error) {
	for _, j := range queue.Scan(r, queue.Under(string(id)), &err) {
		if len(list) == limit {
			return list, true, nil
		}
		list = append(list, j.delivery())
	}
	return list, false, err
}

// Past are up to limit events that ended at an endpoint, newest first, after the
// one with the key given; "" begins at the newest. next is "" at the end.
func Past(r store.Reader, id ID, after string, limit int) (list []Delivery, next string, err error) {
	rg := pasts.Under(string(id))
	if after != "" && !strings.Contains(after, "/") {
		rg.Start = append(pasts.Key(string(id), after), 0)
	}
	for key, p := range pasts.Scan(r, rg, &err) {
		if len(list) == limit {
			return list, list[limit-1].Key, nil
		}
		d := p.delivery()
		d.Key, d.Outcome, d.Ended = key[len(id)+1:], p.Outcome, p.Ended
		list = append(list, d)
	}
	return list, "", err
}

// Health is how an endpoint fails.
type Health struct {
	Fails int       // in a row; 0: it does not
	Since time.Time // nothing arrived from then on
	Next  time.Time // of the next try
	Why   Reason

	Status int // of the last answer; 0: none came
}

// HealthOf is how an endpoint does.
func HealthOf(r store.Reader, id ID) (Health, error) {
	st, _, err := states.Get(r, string(id))
	return Health{st.Fails, st.Since, st.Next, st.Why, st.Status}, err
}

// Replay has an event that ended sent once more, under its own id. key is as
// [Past] gives it. Refusal: ErrNone.
func (d *Desk) Replay(tx store.Tx, id ID, key string, now time.Time) error {
	if _, err := Get(tx, id); err != nil {
		return err
	}
	if key == "" || strings.Contains(key, "/") {
		return ErrNone
	}
	p, ok, err := pasts.Get(tx, string(id), key)
	if err != nil {
		return err
	}
	if !ok || p.Type == Test {
		return ErrNone
	}
	return put(tx, id, job{Event: p.Event, Born: now.UTC(), Again: true})
}

// Find is the newest end of an event at an endpoint, by its id or the beginning
// of it. Refusal: ErrNone.
func Find(r store.Reader, id ID, event string) (d Delivery, err error) {
	for key, p := range pasts.Scan(r, pasts.Under(string(id)), &err) {
		if event != "" && strings.HasPrefix(p.ID, event) && p.Type != Test {
			d = p.delivery()
			d.Key, d.Outcome, d.Ended = key[len(id)+1:], p.Outcome, p.Ended
			return d, nil
		}
	}
	if err == nil {
		err = ErrNone
	}
	return d, err
}

// ReplayRange has everything that ended at an endpoint in [from, to) sent once
// more, in the order in which it happened, an event that ended there twice once;
// only what did not arrive where failed is set. It tells how many events that
// are.
func (d *Desk) ReplayRange(ctx context.Context, id ID, from, to time.Time, failed bool) (n int, err error) {
	var events []Event
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		events = nil
		if _, err := Get(r, id); err != nil {
			return err
		}
		seen := map[string]bool{}
		rg := pasts.Under(string(id))
		rg.Start, rg.End = pasts.Key(string(id), pastKey(to, "~")), pasts.Key(string(id), pastKey(from, "~"))
		for _, p := range pasts.Scan(r, rg, &err) {
			if seen[p.ID] || p.Type == Test {
				continue
			}
			seen[p.ID] = true // the newest end is what counts
			if !failed || p.Outcome == Dead {
				events = append(events, p.Event)
			}
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	now := d.Clock.Now()
	for part := range slices.Chunk(events, replayStep) {
		err := d.DB.Update(ctx, func(tx store.Tx) error {
			for i, v := range part {
				if err := put(tx, id, job{Event: v, Born: now.UTC().Add(time.Duration(n+i) * time.Microsecond), Again: true}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

// replayStep is how many events go into one commit.
const replayStep = 200

// Ping sends an endpoint an event of type [Test] now, whether or not it is on,
// and gives what came of it.
func (d *Desk) Ping(ctx context.Context, id ID) (Delivery, error) {
	var e Endpoint
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		e, err = Get(r, id)
		return err
	})
	if err != nil {
		return Delivery{}, err
	}
	seed := make([]byte, 16)
	if _, err := io.ReadFull(d.Rand, seed); err != nil {
		return Delivery{}, err
	}
	now := d.Clock.Now()
	j := job{Event: newEvent(Test, now, Data{}, string(id), hex.EncodeToString(seed)), Born: now.UTC(), Tries: 1}
	got, err := d.post(ctx, &e, j.Event)
	if err != nil {
		return Delivery{}, err
	}
	j.Status, j.Why = got.Status, got.Why
	out := Delivered
	if got.Why != "" {
		out = Dead
	}
	err = d.DB.Update(ctx, func(tx store.Tx) error {
		if out == Delivered { // it hears: what waits need wait no longer
			if err := forget(tx, id); err != nil {
				return err
			}
		}
		return pasts.Put(tx, past{j, out, now.UTC()}, string(id), pastKey(now, j.ID))
	})
	done := j.delivery()
	done.Outcome, done.Ended = out, now.UTC()
	return done, err
}
