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

// did is when a member, who is locked, did something since the message before;
// zero when they have not. A coupon is taken and used once, whenever that was.
func (e *Engine) did(tx store.Tx, id ID, m loyalty.MemberID, deed string, since, now time.Time) (at time.Time, err error) {
	if deed == deedSale {
		return e.bought(tx, m, since)
	}
	row, _, err := taps.Get(tx, string(id), string(m))
	switch {
	case err != nil:
		return at, err
	case deed == deedTap && (len(row.Count) == 0 || row.Last.Before(since)):
		return at, nil
	case deed == deedTap && row.First.Before(since), deed == deedCoupon && !row.Boost.IsZero():
		return row.Last, nil
	case deed == deedTap:
		return row.First, nil
	case row.Voucher == "":
		return at, nil
	}
	v, err := e.Shop.Club.Vouchers.Get(tx, row.Voucher, now)
	switch {
	case errors.Is(err, voucher.ErrUnknown) && deed == deedCoupon: // its row was swept
		return row.Last, nil
	case errors.Is(err, voucher.ErrUnknown):
		return at, nil
	case err != nil:
		return at, err
	case deed == deedCoupon:
		return v.Issued, nil
	case v.State == voucher.Used:
		return v.UsedAt, nil
	}
	return at, nil
}

// bought is when a member first had a purchase since then that stands.
func (e *Engine) bought(tx store.Tx, m loyalty.MemberID, since time.Time) (at time.Time, err error) {
	for before := uint64(0); ; {
		list, err := e.Shop.Book.History(tx, m, before, 20)
		if err != nil || len(list) == 0 {
			return at, err
		}
		for _, x := range list {
			if x.RecordedAt.Before(since) {
				return at, nil
			}
			if x.Kind != loyalty.KindEarn || x.Tally.Visits == 0 || x.EffectiveAt.Before(since) {
				continue
			}
			mark, err := e.Shop.Book.Reversed(tx, x)
			if err != nil {
				return at, err
			}
			if !mark.Whole {
				at = x.EffectiveAt
			}
		}
		if before = list[len(list)-1].Seq; before <= 1 {
			return at, nil
		}
	}
}
