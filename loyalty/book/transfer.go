package book

import (
	"errors"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Members who pool their points lend them to one another for one redemption at a
// time. This is what that means for the rows.
//
// # Lending
//
// A spend or a hold of a member with a pool ([Act].Pool) uses their own points
// first and borrows what is missing: each lot that lends does it by a pair of
// entries of kind "transfer" of that operation, in one transaction under the locks
// of all, and the points then move as the operation says. Each half names the other
// by account and number ([loyalty.Peer]), its legs sum to 0, and so do both halves'
// legs of the pot "joined". On the lender's side the points are Moved, a part of
// the lot's identity; on the borrower's they are a lot of the same rule, base and
// end that knows where it is from. Each chain is folded from its own entries alone,
// as always; verify holds every half against its other half.
//
// # Going home
//
// Borrowed points that come free (a spend or a use undone, a hold released or timed
// out) leave by an entry of kind "home" before they can buy or pay anything, and its
// other half puts them back into the lot that lent them, wherever its member's
// points are by then, in the same transaction: they expire there as they would have,
// and pay what is owed there. Time-outs are written when somebody looks, the sweep
// at the latest; until then the lender has not got them back.
//
// # Order
//
// An account is never open twice: whoever opens several settles them all first, each
// by itself, so that nothing goes home while they are open.

// use is a spend or a hold, with the pool of the act where it has one.
func (b *Book) use(tx store.Tx, m loyalty.MemberID, act Act, c command, t loyalty.Terms) (Receipt, error) {
	if len(act.Pool) == 0 {
		return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
			if c.Verb == loyalty.KindHold {
				return loyalty.SetAside(o.account, o.programme, d, c.Points, t)
			}
			return loyalty.Spend(o.account, o.programme, d, c.Points)
		})
	}
	pool, err := b.pool(tx, m, act)
	if err != nil {
		return Receipt{}, err
	}
	if err := b.settleOnce(tx, act, append(slices.Clone(pool), m)...); err != nil {
		return Receipt{}, err
	}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		opened, lenders := make([]*open, len(pool)), make([]loyalty.Lender, len(pool))
		for i, who := range pool {
			l, err := b.openOne(tx, who, act.Now, act.Now)
			if err != nil {
				return nil, err
			}
			opened[i], lenders[i] = l, loyalty.Lender{Account: l.account, Draft: l.draft(act, d.Digest)}
		}
		lent, here, err := loyalty.Together(o.account, o.programme, d, loyalty.Use{Points: c.Points, Kind: c.Verb, Terms: t, Most: act.PoolMost}, lenders)
		if err != nil {
			return nil, err
		}
		for i, l := range opened {
			if err := firstError(l.add(tx, lent[i]), l.save(tx)); err != nil {
				return nil, err
			}
		}
		return here, nil
	})
}

// pool are the holders of the act's pool, each once, without the member's own.
func (b *Book) pool(tx store.Tx, m loyalty.MemberID, act Act) (list []loyalty.MemberID, err error) {
	subjects := []store.Subject{memberSubject(m)}
	for _, one := range act.Pool {
		subjects = append(subjects, memberSubject(one))
	}
	if err := tx.Lock(subjects...); err != nil {
		return nil, err
	}
	own, err := b.Holder(tx, m)
	if err != nil {
		return nil, err
	}
	for _, one := range act.Pool {
		h, err := b.Holder(tx, one)
		if err != nil {
			return nil, err
		}
		if h != own && !slices.Contains(list, h) {
			list = append(list, h)
		}
	}
	return list, nil
}

// settleOnce settles accounts that an operation is about to open together, unless
// the operation was done before: then nothing is written.
func (b *Book) settleOnce(tx store.Tx, act Act, all ...loyalty.MemberID) error {
	if err := act.check(); err != nil {
		return err
	}
	if err := tx.Lock(opSubject(act.Op)); err != nil {
		return err
	}
	if _, done, err := knownOutcome(tx, act); err != nil || done {
		return err
	}
	for _, m := range all {
		o, err := b.openOne(tx, m, act.Now, act.Now)
		if err != nil {
			return err
		}
		if err := firstError(o.settle(tx, act.Now), o.save(tx)); err != nil {
			return err
		}
	}
	return nil
}

// oneWith are the members who are one with an account: what they lent to it has no
// way to go. It asks not whether there is a borrowed lot: a closed one is put on the
// account later, when what used it is undone. Most accounts took nobody in, and it
// reads nothing.
func oneWith(r store.Reader, a *loyalty.Account, m loyalty.MemberID) ([]loyalty.MemberID, error) {
	list := []loyalty.MemberID{m}
	wings, err := family(r, a)
	for _, k := range wings {
		list = append(list, k.member)
	}
	return list, err
}

// bound finds out where the points of e are now going home to.
func (o *open) bound(tx store.Tx, e *loyalty.Entry) error {
	_, k, err := reach(tx, e.Peer.With)
	if err != nil {
		return err
	}
	if k.member == o.member {
		return errors.New("book: points would go home to the account that they are in")
	}
	lot := e.Peer.Lot
	for _, n := range k.path {
		lot, _ = loyalty.Lift(n, lot)
	}
	e.Peer = &loyalty.Peer{With: k.member, Lot: lot}
	o.homes = append(o.homes, *e)
	return nil
}

// sendHome writes the other halves of what left for home. The account itself is
// saved by then, so that whatever comes of it finds it as it is.
func (o *open) sendHome(tx store.Tx) error {
	homes := o.homes
	o.homes = nil
	for i := range homes {
		if err := o.book.comeHome(tx, &homes[i], o.now); err != nil {
			return err
		}
	}
	return nil
}

// comeHome puts back into their lot the points that out took out of another account.
func (b *Book) comeHome(tx store.Tx, out *loyalty.Entry, now time.Time) error {
	o, err := b.openOne(tx, out.Peer.With, now, now)
	if err != nil {
		return err
	}
	if err := o.settle(tx, now); err != nil {
		return err
	}
	if err := o.load(tx, out.Peer.Lot); err != nil {
		return err
	}
	d := loyalty.Draft{Member: o.member, Facts: o.facts, Now: now, Newest: o.newest, KeepExpired: b.clockInDoubt(), Kin: o.one}
	made, err := loyalty.ComeHome(o.account, o.newest, d, out)
	if err != nil {
		return err
	}
	return firstError(o.add(tx, made), o.save(tx))
}

// load puts a lot on the account that may be closed, or be of a member whom it took
// in.
func (o *open) load(tx store.Tx, seq uint64) error {
	if slices.ContainsFunc(o.account.Lots, func(l loyalty.Lot) bool { return l.Seq == seq }) {
		return nil
	}
	if _, here := o.account.Shelf[seq]; here {
		return nil
	}
	var news loyalty.Carry
	if err := o.loadLot(tx, seq, &news); err != nil || len(news.Lots) == 0 {
		return err
	}
	return o.adopt(tx, news)
}

// otherHalf reports whether the half that e names is there and says the same.
func otherHalf(r store.Reader, e *loyalty.Entry) (found bool, err error) {
	fits := func(o *loyalty.Entry) bool {
		return o.Kind == e.Kind && o.Peer != nil && o.Peer.With == e.Member && o.Peer.Seq == e.Seq &&
			o.In(loyalty.Joined)+e.In(loyalty.Joined) == 0
	}
	if e.Peer.Seq > 0 {
		o, ok, err := entries.Get(r, string(e.Peer.With), seqKey(e.Peer.Seq))
		if err != nil || !ok {
			return false, err
		}
		first := o.Peer != nil && o.Peer.Seq == 0 // the half that left did not know this one
		return fits(&o) || first && o.Kind == e.Kind && o.Peer.With == e.Member && o.In(loyalty.Joined)+e.In(loyalty.Joined) == 0, nil
	}
	for _, o := range entries.Scan(r, entries.Under(string(e.Peer.With)), &err) {
		found = found || fits(&o)
	}
	return found, err
}

// Lendable is how many of a member's points others could use now, whether or not
// anybody settled. In an Update it locks the member.
func (b *Book) Lendable(r store.Reader, m loyalty.MemberID, now time.Time) (loyalty.Points, error) {
	a, _, err := reach(r, m)
	if err != nil {
		return 0, err
	}
	has, err := loyalty.BalanceAt(&a, b.newest(&a, now), now)
	if err != nil || has.Frozen || has.Debt > 0 {
		return 0, err
	}
	for _, l := range a.Lots {
		if l.From != "" { // of who is one with them now
			has.Available -= l.Remaining
		}
	}
	return max(0, has.Available), nil
}
