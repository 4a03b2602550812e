package book

import (
	"regulars/loyalty"
	"regulars/store"
)

// storeDay is what was given in a store on a local day, by whomever: by employees
// in chat and at the counter, by the shop's own till. It is kept only for stores
// that have caps: other shops need no row that all their sales write.
type storeDay struct {
	SalePoints loyalty.Points `json:"sale_points,omitempty"`
	GivePoints loyalty.Points `json:"give_points,omitempty"`
}

// nextStoreDay is the store's day with the decided entries in it, or a refusal
// when they give more than its caps allow; nil where there is nothing to keep. What
// was taken back counts all the same, as in an employee's day.
func (o *open) nextStoreDay(tx store.Tx, act Act, decided []loyalty.Entry) (*storeDay, error) {
	caps, ok := o.newest.StoreCaps[act.Store]
	if !ok || caps == (loyalty.Cap{}) || act.Store == "" {
		return nil, nil
	}
	var day *storeDay
	for i := range decided {
		e := &decided[i]
		if e.Kind != loyalty.KindEarn && given(e) == 0 {
			continue
		}
		if day == nil {
			var err error
			if day, err = o.storeDay(tx, act); err != nil {
				return nil, err
			}
		}
		sum, n := &day.GivePoints, -e.In(loyalty.Issued)
		if e.Kind == loyalty.KindEarn {
			sum = &day.SalePoints
		}
		if err := o.newest.CheckStore(act.Store, e.Kind, n, *sum); err != nil {
			return nil, err
		}
		if err := bump(sum, n); err != nil {
			return nil, err
		}
	}
	return day, nil
}

// storeDay reads the day of the act's store, under its lock.
func (o *open) storeDay(tx store.Tx, act Act) (*storeDay, error) {
	if err := tx.Lock(store.Subject("storeday/" + string(act.Store))); err != nil {
		return nil, err
	}
	row, _, err := storeDays.Get(tx, act.day(o.newest), string(act.Store))
	return &row, err
}
