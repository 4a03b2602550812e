package api

import (
	"context"
	"encoding/binary"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/store"
)

// dayRow is how many points a key gave on a day.
type dayRow struct {
	Points loyalty.Points `json:"n"`
	At     time.Time      `json:"at"`
}

// clashRow notes that a key sent one Idempotency-Key with two requests.
type clashRow struct {
	At    time.Time `json:"at"` // the last time
	Times int64     `json:"n"`
}

var (
	// answers are what came of requests, so that the same Idempotency-Key gives
	// the same answer.
	answers = shop.NewAnswers("apiop", "api answer", keptFor)
	days    = store.NewTable[dayRow]("apiday/", store.Locked, func(rest []byte) store.Subject {
		return store.Subject("apiday/" + string(rest))
	})
	clashes = store.NewTable[clashRow]("apiclash/", store.Locked, store.FirstPart("apiclash"))
)

// How long rows are kept: an answer for longer than a till's queue waits. The
// ledger knows the request's own id far longer.
const (
	keptFor  = 14 * 24 * time.Hour
	daysKept = 40 * 24 * time.Hour
)

// Sweep deletes what was kept long enough. It returns how many rows went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	n, err := answers.Sweep(ctx, db, now)
	for _, t := range []store.Range{days.All(), clashes.All()} {
		if err != nil {
			break
		}
		var more int
		more, err = store.Sweep(ctx, db, t, 100, func(row store.Row) bool {
			var old struct {
				At time.Time `json:"at"`
			}
			return store.Decode(row.Key, row.Value, &old) == nil && now.Sub(old.At) > daysKept
		})
		n += more
	}
	return n, err
}

// mac is a keyed hash of a request's parts, each after its length.
func (s *Server) mac(use string, parts ...string) string {
	var all []byte
	for _, p := range parts {
		all = binary.BigEndian.AppendUint32(all, uint32(len(p)))
		all = append(all, p...)
	}
	return s.Shop.Digest("api "+use, all)
}

// Clash is a key that sent one Idempotency-Key with two requests (case 8): what
// owners are told of.
type Clash struct {
	Key   Key
	At    time.Time // the last time
	Times int64     // in all
}

// clash notes one.
func clash(tx store.Tx, id KeyID, now time.Time) error {
	if err := tx.Lock(store.Subject("apiclash/" + string(id))); err != nil {
		return err
	}
	row, _, err := clashes.Get(tx, string(id))
	if err != nil {
		return err
	}
	row.At, row.Times = now.UTC(), row.Times+1
	return clashes.Put(tx, row, string(id))
}

// Clashes are those since a moment, in the order in which the keys were made.
func (k Keys) Clashes(r store.Reader, since time.Time) (list []Clash, err error) {
	var scan error
	for id, row := range clashes.Scan(r, clashes.All(), &scan) {
		if row.At.Before(since) {
			continue
		}
		key, err := k.Get(r, KeyID(id))
		if err != nil {
			return nil, err
		}
		list = append(list, Clash{key, row.At, row.Times})
	}
	return list, scan
}
