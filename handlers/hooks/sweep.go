package hooks

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"regulars/store"
)

// Sweep deletes what has been known long enough and everything of endpoints that
// were taken away, and gives up what waits for one that is off. It returns how
// many rows went.
func (d *Desk) Sweep(ctx context.Context, db store.DB, now time.Time) (gone int, err error) {
	var list []Endpoint
	var ids []ID
	err = db.View(ctx, func(r store.Reader) (err error) {
		if list, err = List(r); err != nil {
			return err
		}
		ids, err = named(r)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		i := slices.IndexFunc(list, func(e Endpoint) bool { return e.ID == id })
		var n int
		switch {
		case i < 0:
			n, err = clear(ctx, db, id)
		default:
			if n, err = sweepPast(ctx, db, id, now); err == nil && list[i].Off {
				err = d.giveUp(ctx, id, now)
			}
		}
		if gone += n; err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// named are the endpoints that have rows, whether or not they still are.
func named(r store.Reader) (ids []ID, err error) {
	for _, rg := range []store.Range{queue.All(), pasts.All()} {
		for {
			found := ""
			for row, e := range r.Scan(rg) {
				if e != nil {
					return nil, e
				}
				_, rest, _ := strings.Cut(string(row.Key), "/")
				found, _, _ = strings.Cut(rest, "/")
				prefix := string(row.Key[:len(row.Key)-len(rest)]) + found
				rg.Start = []byte(prefix + "0") // "0" follows "/"
				break
			}
			if found == "" {
				break
			}
			if !slices.Contains(ids, ID(found)) {
				ids = append(ids, ID(found))
			}
		}
	}
	return ids, nil
}

func sweepPast(ctx context.Context, db store.DB, id ID, now time.Time) (int, error) {
	rg := pasts.Under(string(id))
	rg.Start = pasts.Key(string(id), pastKey(now.Add(-KeepPast), ""))
	return store.Sweep(ctx, db, rg, replayStep, func(store.Row) bool { return true })
}

// clear takes away what is left of an endpoint.
func clear(ctx context.Context, db store.DB, id ID) (gone int, err error) {
	for _, rg := range []store.Range{queue.Under(string(id)), pasts.Under(string(id))} {
		n, err := store.Sweep(ctx, db, rg, replayStep, func(store.Row) bool { return true })
		if gone += n; err != nil {
			return gone, err
		}
	}
	return gone, db.Update(ctx, func(tx store.Tx) error { return forget(tx, id) })
}

// giveUp ends what has waited too long for an endpoint that is off.
func (d *Desk) giveUp(ctx context.Context, id ID, now time.Time) error {
	for {
		var late []string
		err := d.DB.View(ctx, func(r store.Reader) (err error) {
			late = nil
			rg := queue.Under(string(id))
			rg.End = queue.Key(string(id), queueKey(now.Add(-KeepTrying), ""))
			for key := range queue.Scan(r, rg, &err) {
				if late = append(late, key[len(id)+1:]); len(late) == replayStep {
					break
				}
			}
			return err
		})
		if err != nil || len(late) == 0 {
			return err
		}
		if err := d.DB.Update(ctx, func(tx store.Tx) error { return end(tx, id, late, now) }); err != nil {
			return err
		}
	}
}

func end(tx store.Tx, id ID, keys []string, now time.Time) error {
	if err := tx.Lock(stateOf(id)); err != nil {
		return err
	}
	for _, key := range keys {
		j, ok, err := queue.Get(tx, string(id), key)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if j.Why == "" {
			j.Why = WhyLate
		}
		if err := settle(tx, id, key, j, Dead, now); err != nil {
			return err
		}
	}
	return nil
}

// Trouble is an endpoint that owners must hear of.
type Trouble struct {
	ID    ID
	Label string
	Off   bool // it was switched off; else it fails, and is still tried
	Why   Reason
	Since time.Time
}

// worrying is from when on owners hear that an endpoint fails.
const worrying = time.Hour

// Troubles are the endpoints that owners must hear of: those that were switched
// off in the last week by themselves, and those that have failed for an hour.
func (d *Desk) Troubles(ctx context.Context) (found []Trouble, err error) {
	now := d.Clock.Now()
	err = d.DB.View(ctx, func(r store.Reader) error {
		found = nil
		list, err := List(r)
		for _, e := range list {
			t := Trouble{ID: e.ID, Label: e.Label(), Off: e.Off, Why: e.Why, Since: e.Since}
			if e.Off && e.Why != "" && now.Sub(e.Since) < 7*24*time.Hour {
				found = append(found, t)
			}
			if e.Off {
				continue
			}
			st, failing, e2 := states.Get(r, string(e.ID))
			if err = errors.Join(err, e2); failing && now.Sub(st.Since) >= worrying {
				t.Why, t.Since = st.Why, st.Since
				found = append(found, t)
			}
		}
		return err
	})
	return found, err
}
