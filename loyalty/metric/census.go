package metric

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/rollup"
	"regulars/loyalty/segment"
	"regulars/store"
)

// Census is what a look at every member of a segment (and of those who buy most
// in a store) finds.
type Census struct {
	At        time.Time `json:"at"`
	Members   int64     `json:"members"`
	Reachable int64     `json:"reachable"` // an offer could be sent to them
	Lively    int64     `json:"lively"`    // of them, who bought in the last [Settings.ActiveDays]
	Tired     int64     `json:"tired"`     // of them, who ignored the last [Settings.FatigueAfter]
	Buyers    int64     `json:"buyers"`    // who ever bought
	Engaged   float64   `json:"engaged"`   // the sum of their engagement, 0 to 1 each
	Scored    int64     `json:"scored"`    // who have a loyalty score
	Scores    float64   `json:"scores"`    // the sum of these
	// Fitted says that there is a model of purchases; Alive is then the sum of
	// the chances that a buyer still is one.
	Fitted bool    `json:"fitted,omitempty"`
	Alive  float64 `json:"alive,omitempty"`
	// Priced says that there is a model of spending too, and Tied that it does not
	// hold. Worth is then what the next twelve months of some buyers are worth, in
	// major units, no margin taken off.
	Priced bool           `json:"priced,omitempty"`
	Tied   bool           `json:"tied,omitempty"`
	Worth  measure.Spread `json:"worth,omitzero"`
	Grid   measure.Grid   `json:"grid"` // money in minor units, of 365 days
	Scale  measure.Scale  `json:"scale"`
	// Set is what was set when it was taken.
	Set Settings `json:"set,omitzero"`
}

// byStore is a census of a segment, and of its members by where they buy most;
// who bought nowhere is in the whole only.
type byStore struct {
	Whole  Census                   `json:"whole"`
	Stores map[loyalty.Store]Census `json:"stores"`
}

// of is the part of a store, "" the whole; of a store where nobody buys most it
// says as much.
func (b *byStore) of(at loyalty.Store) Census {
	if at == "" {
		return b.Whole
	}
	c, ok := b.Stores[at]
	if !ok {
		w := b.Whole
		c = Census{At: w.At, Fitted: w.Fitted, Priced: w.Priced, Tied: w.Tied, Scale: w.Scale, Set: w.Set}
	}
	return c
}

// censuses has a row a day, of the whole shop; storeCensuses the newest with its
// stores, and that of each segment with a name.
var (
	censuses      = store.NewTable[Census]("census/", store.Readable, store.FirstPart("census"))
	storeCensuses = store.NewTable[byStore]("censusstores/", store.Readable, store.FirstPart("censusstores"))
)

// censusKept is for how long a day's census is kept.
const censusKept = 5 * 366 * 24 * time.Hour

// censusKey is a day's.
func censusKey(day time.Time) string { return day.Format(time.DateOnly) }

// keptLife is for how long a kept census is shown; a job takes them each hour.
const keptLife = 3 * time.Hour

// errNotYet: what was asked for is being reckoned.
var errNotYet = errors.New("metric: is being reckoned")

// smallShop is so few members that they are all looked at whenever somebody asks:
// a shop that tries something out sees it.
func (d *Desk) smallShop() int64 {
	if d.small != 0 {
		return d.small
	}
	return 20_000
}

// Census is the newest of a segment ("" everybody) and of those who buy most in
// a store ("" any). That of an expression without a name is some minutes old at
// most, the others an hour or so where the shop is large. One that takes long is taken in the background: Missing is [NotYet]
// then.
func (d *Desk) Census(ctx context.Context, text string, at loyalty.Store) (c Census, missing string, err error) {
	now := d.Now()
	kept, ok, err := d.keptCensus(ctx, now)
	if err != nil {
		return c, "", err
	}
	set, err := d.settings(ctx)
	if err != nil {
		return c, "", err
	}
	if ok && kept.Members > d.smallShop() {
		if c, ok, err := d.storeCensus(ctx, text, at, now); err != nil || ok && c.Set == set {
			return c, "", err
		}
	}
	what := key(fmt.Sprint("census ", set), rollup.Span{}, Query{Store: at, Segment: text})
	got, err := d.memo.do(ctx, what, now, shortLife, func(ctx context.Context) (any, error) {
		all, err := d.take(ctx, text, now)
		return all.of(at), err
	})
	var few *segment.TooFewError
	switch {
	case errors.As(err, &few):
		return Census{}, NeedsRepeat, nil
	case errors.Is(err, errNotYet):
		return Census{}, NotYet, nil
	case err != nil:
		return Census{}, "", err
	}
	return got.(Census), "", nil
}

// storeCensus is the kept one of a segment that has a name, or of everybody, in a
// store or all; ok is false where none is young enough.
func (d *Desk) storeCensus(ctx context.Context, text string, at loyalty.Store, now time.Time) (c Census, ok bool, err error) {
	key, err := d.segmentKey(text, now)
	if err != nil {
		return c, false, err
	}
	err = d.DB.View(ctx, func(r store.Reader) error {
		all, known, err := storeCensuses.Get(r, key)
		age := now.Sub(all.Whole.At)
		c, ok = all.of(at), known && age >= 0 && age < keptLife
		return err
	})
	return c, ok, err
}

// segmentKey is where a segment's census is kept: by what its expression says, as
// a name may come to mean another one.
func (d *Desk) segmentKey(text string, now time.Time) (string, error) {
	if text == "" {
		return allKey, nil
	}
	e, err := d.Rolls.Expr(text, now)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(e.String()))
	return hex.EncodeToString(sum[:16]), nil
}

// keepNamed takes and keeps the census of each segment that has a name, in a shop
// too large for that to be done while somebody waits. What cannot be told yet is
// left out.
func (d *Desk) keepNamed(ctx context.Context, now time.Time) error {
	for _, n := range d.Rolls.All(now) {
		all, err := d.take(ctx, n.When, now)
		var few *segment.TooFewError
		if errors.As(err, &few) {
			continue
		}
		if err != nil {
			return err
		}
		if err := d.keep(ctx, n.When, all, now); err != nil {
			return err
		}
	}
	_, err := store.Sweep(ctx, d.DB, storeCensuses.All(), 100, func(row store.Row) bool {
		var b byStore
		return store.Decode(row.Key, row.Value, &b) == nil && now.Sub(b.Whole.At) > 26*time.Hour
	})
	return err
}

// keep stores the census of a segment with its stores.
func (d *Desk) keep(ctx context.Context, text string, all byStore, now time.Time) error {
	key, err := d.segmentKey(text, now)
	if err != nil {
		return err
	}
	return d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("censusstores/" + key)); err != nil {
			return err
		}
		return storeCensuses.Put(tx, all, key)
	})
}

// keptCensus is the newest of the whole shop that is kept of the day of an
// instant or before; ok is false where there is none.
func (d *Desk) keptCensus(ctx context.Context, at time.Time) (c Census, ok bool, err error) {
	day := censusKey(at.In(d.zone(at)))
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		if c, ok, err = censuses.Get(r, day); ok || err != nil {
			return err
		}
		// Mostly the day before: look back further and further, not from 1970 on.
		for _, back := range []int{2, 40, 5 * 366} {
			from := censusKey(at.In(d.zone(at)).AddDate(0, 0, -back))
			for _, row := range censuses.Scan(r, censuses.Between(from, day), &err) {
				c, ok = row, true
			}
			if ok || err != nil {
				return err
			}
		}
		return nil
	})
	return c, ok, err
}

// Refresh is the job: it takes the census of the whole shop and keeps it, ranks
// members anew after each night's fit, counts once a day who took which reward,
// and drops what is kept no longer. It tells how many members there are.
func (d *Desk) Refresh(ctx context.Context, now time.Time) (int, error) {
	if err := d.rankAll(ctx, now); err != nil {
		return 0, err
	}
	if _, err := d.takes(ctx, now); err != nil && !errors.Is(err, rollup.ErrNotYet) {
		return 0, err
	}
	all, err := d.take(ctx, "", now)
	if err != nil {
		return 0, err
	}
	day := censusKey(now.In(d.zone(now)))
	err = d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("census/" + day)); err != nil {
			return err
		}
		return censuses.Put(tx, all.Whole, day)
	})
	if err == nil {
		err = d.keep(ctx, "", all, now)
	}
	if err == nil && all.Whole.Members > d.smallShop() {
		err = d.keepNamed(ctx, now)
	}
	if err != nil {
		return 0, err
	}
	_, err = store.Sweep(ctx, d.DB, censuses.Between("", censusKey(now.Add(-censusKept))), 100, func(store.Row) bool { return true })
	return int(all.Whole.Members), err
}

func (d *Desk) zone(at time.Time) *time.Location { return d.Programme(at).Location() }
