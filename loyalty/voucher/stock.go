package voucher

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// reach finds out whether there is one more of the reward, and gives what takes
// it. A digital code is put on the voucher.
func (d *Desk) reach(tx store.Tx, r loyalty.Reward, v *Voucher, now time.Time) (take func() error, err error) {
	switch {
	case r.Kind == loyalty.RewardCode:
		return d.reachCode(tx, v)
	case r.Stock != nil:
		return d.reachStock(tx, d.Programme(now), r, v, now)
	}
	return func() error { return nil }, nil
}

// reachStock locks the reward's stock and looks for one that is left. When all
// are out, it first takes back what has lapsed: only its stock, as its row
// belongs to another member. It does not where the clock is in doubt.
func (d *Desk) reachStock(tx store.Tx, p *loyalty.Programme, r loyalty.Reward, v *Voucher, now time.Time) (func() error, error) {
	if err := lockStock(tx, r.ID); err != nil {
		return nil, err
	}
	s, _, err := stocks.Get(tx, r.ID)
	if err != nil {
		return nil, err
	}
	if s.Taken >= *r.Stock && !d.inDoubt() {
		if err := reclaim(tx, r, &s, now); err != nil {
			return nil, err
		}
	}
	if s.Taken >= *r.Stock {
		return nil, &SoldOutError{Reward: r.ID}
	}
	return func() error {
		v.Stocked = true
		s.Taken++
		if w := week(p, now); s.Week != w {
			s.Week, s.Lately = w, 0
		}
		s.Lately++
		if err := stocks.Put(tx, s, r.ID); err != nil {
			return err
		}
		return stockDues.Put(tx, struct{}{}, stockDueKey(v)...)
	}, nil
}

// reclaim takes lapsed vouchers out of the stock until one is left, or none is
// lapsed.
func reclaim(tx store.Tx, r loyalty.Reward, s *stock, now time.Time) error {
	var failed error
	var gone []string
	for key := range stockDues.Scan(tx, lapsedStock(r.ID, now), &failed) {
		if s.Taken-int64(len(gone)) < *r.Stock {
			break
		}
		gone = append(gone, key)
	}
	if failed != nil || len(gone) == 0 {
		return failed
	}
	for _, key := range gone {
		if err := stockDues.Delete(tx, key); err != nil {
			return err
		}
	}
	s.Taken -= int64(len(gone))
	return stocks.Put(tx, *s, r.ID)
}

// lapsedStock is the range of a reward's open vouchers that are lapsed at now.
func lapsedStock(reward string, now time.Time) store.Range {
	return stockDues.Between(reward+"/", reward+"/"+timeKey(now.Add(1)))
}

// stockDueKey is where an open voucher of a limited reward stands.
func stockDueKey(v *Voucher) []string {
	m, tail, _ := v.ID.split()
	return []string{v.Reward, timeKey(v.Until), string(m), tail}
}

// inStock reports whether an open voucher's stock is still its own: another
// member may have got it after it lapsed.
func inStock(tx store.Tx, v *Voucher) (bool, error) {
	if !v.Stocked {
		return true, nil
	}
	if err := lockStock(tx, v.Reward); err != nil {
		return false, err
	}
	_, ok, err := stockDues.Get(tx, stockDueKey(v)...)
	return ok, err
}

// restock puts an open voucher's stock back, unless that was done.
func restock(tx store.Tx, v *Voucher) error {
	ours, err := inStock(tx, v)
	if err != nil || !v.Stocked {
		return err
	}
	key := stockDueKey(v)
	v.Stocked = false
	if !ours {
		return nil
	}
	if err := stockDues.Delete(tx, key...); err != nil {
		return err
	}
	s, _, err := stocks.Get(tx, v.Reward)
	if err != nil {
		return err
	}
	s.Taken--
	return stocks.Put(tx, s, v.Reward)
}

// retake counts a voucher in its reward's stock that left it when it lapsed, and
// was handed out before: it is not asked whether any is left.
func retake(tx store.Tx, v *Voucher) error {
	if err := lockStock(tx, v.Reward); err != nil {
		return err
	}
	s, ok, err := stocks.Get(tx, v.Reward)
	if err != nil || !ok {
		return err
	}
	v.Stocked = true
	s.Taken++
	return stocks.Put(tx, s, v.Reward)
}

func lockStock(tx store.Tx, reward string) error {
	return tx.Lock(store.Subject("stock/" + reward))
}
