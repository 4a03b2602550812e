package campaign

import (
	"errors"
	"maps"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// The deeds that a step may wait for.
const (
	deedTap    = "tap"    // pressed a button of the campaign
	deedCoupon = "coupon" // took its coupon or multiplier
	deedUsed   = "used"   // used the coupon
	deedSale   = "sale"   // bought anything
)

var deeds = []string{deedTap, deedCoupon, deedUsed, deedSale}

// deed lets the journeys go on that wait for what a member did at at: of one
// campaign, or with "" of all.
func (e *Engine) deed(tx store.Tx, m loyalty.MemberID, name string, of ID, at time.Time) error {
	if err := tx.Lock(people.Subject(m)); err != nil {
		return err
	}
	all, known, err := waits.Get(tx, string(m))
	if err != nil || !known {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if all[id] != name || of != "" && of != id {
			continue
		}
		w, ok, err := ways.Get(tx, string(id), string(m))
		if err != nil {
			return err
		}
		if !ok || w.Waits != name || at.Before(w.Since) { // a sale of before that is told late
			continue
		}
		if err := e.dropMember(tx, id, m, w); err != nil {
			return err
		}
		w.Waits, w.Due = "", at.Add(time.Duration(w.Hours)*time.Hour).UnixMicro()
		if err := e.putMember(tx, id, m, w); err != nil {
			return err
		}
	}
	return nil
}

// did reports whether a member, who is locked, did something since the message
// before; a coupon is taken and used once, whenever that was.
func (e *Engine) did(tx store.Tx, id ID, m loyalty.MemberID, deed string, since, now time.Time) (bool, error) {
	if deed == deedSale {
		return e.bought(tx, m, since)
	}
	row, _, err := taps.Get(tx, string(id), string(m))
	switch {
	case err != nil:
		return false, err
	case deed == deedTap:
		return len(row.Count) > 0 && !row.Last.Before(since), nil
	case deed == deedCoupon:
		return row.Voucher != "" || !row.Boost.IsZero(), nil
	case row.Voucher == "":
		return false, nil
	}
	v, err := e.Shop.Club.Vouchers.Get(tx, row.Voucher, now)
	if errors.Is(err, voucher.ErrUnknown) {
		return false, nil
	}
	return v.State == voucher.Used, err
}

// bought reports whether a member has a purchase since then that stands.
func (e *Engine) bought(tx store.Tx, m loyalty.MemberID, since time.Time) (bool, error) {
	for before := uint64(0); ; {
		list, err := e.Shop.Book.History(tx, m, before, 20)
		if err != nil || len(list) == 0 {
			return false, err
		}
		for _, x := range list {
			if x.RecordedAt.Before(since) {
				return false, nil
			}
			if x.Kind != loyalty.KindEarn || x.Tally.Visits == 0 || x.EffectiveAt.Before(since) {
				continue
			}
			if mark, err := e.Shop.Book.Reversed(tx, x); err != nil || !mark.Whole {
				return err == nil, err
			}
		}
		if before = list[len(list)-1].Seq; before <= 1 {
			return false, nil
		}
	}
}
