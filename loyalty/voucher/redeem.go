package voucher

import (
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Redeem gives the member a reward of the catalogue for its price: the points
// are held until the voucher is used, and for a digital code they are spent at
// once ([Desk.Digital] reads it). The receipt is the hold's or the spend's.
// Refusals: ErrUnknownReward, *NotYetError, ErrOver, ErrLevel, *LimitError,
// *SoldOutError, and the book's, *loyalty.ShortError above all.
func (d *Desk) Redeem(tx store.Tx, m loyalty.MemberID, act book.Act, reward string) (Voucher, book.Receipt, error) {
	return d.do(tx, m, act, command{Verb: "redeem", Member: m, Reward: reward}, func() (Voucher, book.Receipt, error) {
		p := d.Programme(act.Now)
		r, ok := p.Reward(reward)
		if !ok || r.Cost <= 0 {
			return Voucher{}, book.Receipt{}, ErrUnknownReward
		}
		if err := d.mayTake(tx, p, r, m, act); err != nil {
			return Voucher{}, book.Receipt{}, err
		}
		v := draft(p, r, m, act)
		v.ID, v.Cost = d.newID(m, "op", string(act.Op)), r.Cost
		if err := d.fullTime(tx, p, r, &v); err != nil {
			return Voucher{}, book.Receipt{}, err
		}
		return d.issue(tx, r, v, act)
	})
}

// Present gives the member a reward without points: a full card's prize, a gift,
// what a referral brings. source names what brought it, and brings it once: who
// asks again with the same source gets the same voucher, in whatever state. A
// reward that is sold out is refused and may be asked for again later. Its
// dates, tiers and limits are those of the catalogue and bind no present.
// Refusals: ErrUnknownReward, *SoldOutError.
func (d *Desk) Present(tx store.Tx, m loyalty.MemberID, act book.Act, reward, source string) (Voucher, error) {
	return d.PresentUntil(tx, m, act, reward, source, never)
}

// PresentUntil is Present for a voucher that is good until least (exclusive) at
// least, however short the reward's own time is: a gift for a whole week is to
// be had in all of it.
func (d *Desk) PresentUntil(tx store.Tx, m loyalty.MemberID, act book.Act, reward, source string, least time.Time) (Voucher, error) {
	return d.present(tx, m, act, reward, source, func(_ *loyalty.Programme, v *Voucher) {
		if !v.Until.IsZero() && v.Until.Before(least) {
			v.Until = least.Round(0).UTC()
		}
	})
}

// PresentFor is Present for a voucher that is good for so many days and no
// longer, to the end of the last one: a coupon with a time of its own.
func (d *Desk) PresentFor(tx store.Tx, m loyalty.MemberID, act book.Act, reward, source string, days int) (Voucher, error) {
	return d.present(tx, m, act, reward, source, func(p *loyalty.Programme, v *Voucher) {
		v.Until = p.DayEnd(v.Issued.In(p.Location()).AddDate(0, 0, days-1)).UTC()
	})
}

// PresentWorth is PresentUntil for a voucher with a worth of its own, in minor
// units.
func (d *Desk) PresentWorth(tx store.Tx, m loyalty.MemberID, act book.Act, reward, source string, worth loyalty.Money, least time.Time) (Voucher, error) {
	return d.present(tx, m, act, reward, source, func(_ *loyalty.Programme, v *Voucher) {
		v.Worth = worth
		if !v.Until.IsZero() && v.Until.Before(least) {
			v.Until = least.Round(0).UTC()
		}
	})
}

// Reworth makes an open voucher with a worth of its own worth something else, in minor
// units, as what brought it came back in part, or was more. did is false, and nothing is
// done, for one that is open no more, or is worth that anyway.
func (d *Desk) Reworth(tx store.Tx, id ID, worth loyalty.Money, now time.Time) (v Voucher, did bool, err error) {
	v, ok, err := get(tx, id)
	if err != nil || !ok || v.StateAt(now) != Open || worth <= 0 || v.Worth == 0 || v.Worth == worth {
		return v, false, err
	}
	v.Worth = worth
	return v, true, d.put(tx, v, v.Until)
}

// present is Present; until sets the end of a voucher that is no digital code.
func (d *Desk) present(tx store.Tx, m loyalty.MemberID, act book.Act, reward, source string, until func(*loyalty.Programme, *Voucher)) (Voucher, error) {
	if act.Now.IsZero() || source == "" {
		return Voucher{}, errAct
	}
	if len(d.Key) < 32 {
		return Voucher{}, errKey
	}
	if v, ok, err := d.BySource(tx, m, source); err != nil || ok {
		v.State = v.StateAt(act.Now)
		return v, err
	}
	p := d.Programme(act.Now)
	r, ok := p.Reward(reward)
	if !ok {
		return Voucher{}, ErrUnknownReward
	}
	v := draft(p, r, m, act)
	v.ID, v.Source = d.newID(m, "source", source), source
	if v.Kind == loyalty.RewardItem {
		until(p, &v)
	}
	v, _, err := d.issue(tx, r, v, act)
	return v, err
}

// BySource is the present that a source brought the member, if it did.
func (d *Desk) BySource(r store.Reader, m loyalty.MemberID, source string) (Voucher, bool, error) {
	return get(r, d.newID(m, "source", source))
}

// draft is a voucher with the terms of its version, not yet paid for.
func draft(p *loyalty.Programme, r loyalty.Reward, m loyalty.MemberID, act book.Act) Voucher {
	v := Voucher{
		Member: m, Reward: r.ID, Kind: loyalty.RewardItem, Issued: act.Now.Round(0).UTC(), State: Open,
		Version: p.Version, Stores: r.Stores, OnExpiry: r.OnExpiry, OnCancel: r.OnCancel,
	}
	if r.Kind == loyalty.RewardCode {
		v.Kind, v.State = loyalty.RewardCode, Used
		v.UsedAt, v.UsedBy, v.UsedStore = v.Issued, act.Actor, act.Store
		return v
	}
	v.Until = Lapses(p, r, v.Issued)
	return v
}

// fullTime gives a voucher for points its whole time by the account's own clock,
// which waits where the machine's was set back: the hold would be over at once
// otherwise.
func (d *Desk) fullTime(tx store.Tx, p *loyalty.Programme, r loyalty.Reward, v *Voucher) error {
	a, err := d.Book.Account(tx, v.Member)
	if err == nil && v.Kind == loyalty.RewardItem && a.RecordedAt.After(v.Issued) {
		v.Until = Lapses(p, r, a.RecordedAt)
	}
	return err
}

// issue takes the reward out of stock or pool, pays for it, and writes what is
// then out. Nothing is written before the last refusal but what had lapsed.
func (d *Desk) issue(tx store.Tx, r loyalty.Reward, v Voucher, act book.Act) (Voucher, book.Receipt, error) {
	take, err := d.reach(tx, r, &v, act.Now)
	if err != nil {
		return Voucher{}, book.Receipt{}, err
	}
	rec, err := d.pay(tx, &v, act)
	if err != nil {
		return Voucher{}, rec, err
	}
	if err := take(); err != nil {
		return v, rec, err
	}
	if v.Kind == loyalty.RewardItem {
		if err := d.drawCode(tx, &v); err != nil {
			return v, rec, err
		}
	}
	return v, rec, d.put(tx, v, never)
}

// pay holds the points, or spends them for a digital code.
func (d *Desk) pay(tx store.Tx, v *Voucher, act book.Act) (rec book.Receipt, err error) {
	switch {
	case v.Cost == 0:
		return rec, nil
	case v.Kind == loyalty.RewardCode:
		act.Voucher = string(v.ID)
		if err := d.pooled(tx, v, &act); err != nil {
			return rec, err
		}
		rec, err = d.Book.Spend(tx, v.Member, act, v.Cost)
		v.Hold, v.Use = rec.Entry().Ref, rec.Entry().Ref
		if err == nil {
			err = d.count(tx, v, act, rec)
		}
		return rec, d.borrowed(tx, v, act, rec, err)
	}
	return d.setAside(tx, v, act)
}

// setAside holds the voucher's points until its last moment, under its terms.
func (d *Desk) setAside(tx store.Tx, v *Voucher, act book.Act) (book.Receipt, error) {
	rec, err := d.hold(tx, v, act)
	return rec, d.borrowed(tx, v, act, rec, err)
}

// hold is setAside that tells nobody whose points they are, and counts them.
func (d *Desk) hold(tx store.Tx, v *Voucher, act book.Act) (book.Receipt, error) {
	act.Voucher = string(v.ID)
	if err := d.pooled(tx, v, &act); err != nil {
		return book.Receipt{}, err
	}
	rec, err := d.Book.Reserve(tx, v.Member, act, v.Cost, loyalty.Terms{Deadline: v.Until, Forfeit: v.OnExpiry == loyalty.FateForfeit})
	if err != nil {
		return rec, err
	}
	v.Hold, v.Until = rec.Entry().Ref, rec.Entry().Deadline
	return rec, d.count(tx, v, act, rec)
}

// pooled adds to an act whose points may pay for the voucher besides.
func (d *Desk) pooled(tx store.Tx, v *Voucher, act *book.Act) (err error) {
	if d.Mates != nil {
		act.Pool, act.PoolMost, err = d.Mates(tx, v.Member, act.Now)
	}
	return err
}

// count counts others' points that paid for the voucher, or went home: at once, so
// that what follows in the transaction knows how much a member may still use.
func (d *Desk) count(tx store.Tx, v *Voucher, act book.Act, rec book.Receipt) error {
	if rec.Replayed || d.Lent == nil {
		return nil
	}
	if n := sum(rec.SentHome()); n > 0 {
		if err := d.Lent(tx, v.Member, -n, v.Issued); err != nil {
			return err
		}
	}
	if n := sum(rec.Borrowed()); n > 0 {
		return d.Lent(tx, v.Member, n, act.Now)
	}
	return nil
}

func sum(all map[loyalty.MemberID]loyalty.Points) (n loyalty.Points) {
	for _, k := range all {
		n += k
	}
	return n
}

// borrowed tells of others' points that paid for the voucher.
func (d *Desk) borrowed(tx store.Tx, v *Voucher, act book.Act, rec book.Receipt, err error) error {
	if err != nil || rec.Replayed || d.Borrowed == nil || len(rec.Borrowed())+len(rec.SentHome()) == 0 {
		return err
	}
	return d.Borrowed(tx, *v, act, rec)
}
