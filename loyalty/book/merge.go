package book

import (
	"errors"
	"slices"

	"regulars/loyalty"
	"regulars/store"
)

// Two members that turn out to be one person are merged: from becomes a wing of
// into. This is what that means for the rows and for what must always hold.
//
// # The entries
//
// Each chain gets one entry of kind "merge" that names the other, in one
// transaction; no entry of the past is copied, changed or renumbered, so both
// chains verify as before. Each carries what its account is from there on
// ([loyalty.Carry]), so that it is folded from its own entries alone: rebuild,
// as-of and the check of a chain never look at another member. Points cross over
// through the pot "joined": each entry's legs sum to 0, and so do both pots
// together. On from's side a lot's points become Moved, which is a part of its
// identity; on into's side the same lot stands with its whole story, under a
// number that says which wing it belongs to ([loyalty.Lift]).
//
// Only open lots, holds and waiting reversals come over. When an older entry of
// from is refunded or undone later, its mark and its closed lots are adopted
// first, by an entry of kind "adopt".
//
// # What leads to from
//
// While from is a wing its account takes no entries: whatever is asked of from
// is done to into, and a reference to one of from's entries is an operation on
// into's account that names the entry by its number there. So a refund of
// from's sale takes its own, moved lot first; undoing from's spend gives back to
// its own lots; a hold is captured once, wherever that is asked; an order number
// finds from's sales beside into's own. A merge is an operation like all others:
// once an id, refused ones stay refused.
//
// # Taking it back
//
// Unmerge folds both chains up to the merge and goes through into's entries
// since: what concerns from's entries, and what time did to from's lots, goes
// back with them; everything else stays with into, and points that it took out
// of from's lots stay Moved. Both entries carry the outcome. Where nothing was
// done meanwhile both accounts are what they would have been. The newest merge
// is taken back first.

// Merge makes from a part of into. The receipt's entry is into's. Refusals:
// loyalty.ErrMerged, ErrSelf, ErrFull, ErrOverflow, *ConflictError.
func (b *Book) Merge(tx store.Tx, from, into loyalty.MemberID, act Act) (Receipt, error) {
	c := command{Verb: loyalty.KindMerge, Member: into, With: from}
	act.At = act.Now // nobody was one person before it was known
	return b.both(tx, from, into, act, c, func(f, o *open, df, di loyalty.Draft) (away, here []loyalty.Entry, err error) {
		return loyalty.Merge(f.account, o.account, o.programme, df, di)
	})
}

// Unmerge makes from an account of its own again. The receipt's entry is that of
// the account it was a part of. Refusals: loyalty.ErrNotMerged, ErrNewerMerge,
// ErrSelf, *ConflictError.
func (b *Book) Unmerge(tx store.Tx, from loyalty.MemberID, act Act) (Receipt, error) {
	act.At = act.Now
	c := command{Verb: loyalty.KindUnmerge, Member: from}
	if err := read(tx, from); err != nil {
		return Receipt{}, err
	}
	a, _, err := accounts.Get(tx, string(from))
	if err != nil {
		return Receipt{}, err
	}
	into := a.Into
	if into == "" { // known or not, the operation must have its answer
		if into, err = b.doneTo(tx, act.Op); err != nil {
			return Receipt{}, err
		}
	}
	if into == "" || into == from {
		return b.do(tx, act, c, func(*open, loyalty.Draft) ([]loyalty.Entry, error) { return nil, loyalty.ErrNotMerged })
	}
	return b.both(tx, from, into, act, c, func(f, o *open, df, di loyalty.Draft) (away, here []loyalty.Entry, err error) {
		n := o.account.Wing(from)
		if n == 0 {
			return nil, nil, loyalty.ErrNotMerged
		}
		var past loyalty.Past
		if past.From, _, err = f.whole(tx, f.account.Seq); err != nil {
			return nil, nil, err
		}
		if past.Into, past.Since, err = o.whole(tx, o.account.Wings[n-1].Seq); err != nil {
			return nil, nil, err
		}
		return loyalty.Unmerge(f.account, o.account, o.programme, df, di, past)
	})
}

// doneTo is the member whose entries an operation made, if it is known.
func (b *Book) doneTo(tx store.Tx, op loyalty.OpID) (loyalty.MemberID, error) {
	if err := tx.Lock(opSubject(op)); err != nil {
		return "", err
	}
	known, _, err := ops.Get(tx, string(op))
	return known.Member, err
}

// both runs an operation that writes to two accounts: into's as any operation
// does, from's beside it.
func (b *Book) both(tx store.Tx, from, into loyalty.MemberID, act Act, c command, f func(f, o *open, df, di loyalty.Draft) (away, here []loyalty.Entry, err error)) (Receipt, error) {
	if err := firstError(checkMember(from), checkMember(into)); err != nil {
		return Receipt{}, err
	}
	if err := tx.Lock(memberSubject(from), memberSubject(into)); err != nil {
		return Receipt{}, err
	}
	if err := b.settleOnce(tx, act, from, into); err != nil {
		return Receipt{}, err
	}
	return b.doRaw(tx, into, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		other, err := b.openOne(tx, from, act.Now, act.Now)
		if err != nil {
			return nil, err
		}
		if err := other.settle(tx, act.Now); err != nil {
			return nil, err
		}
		df := other.draft(act, d.Digest)
		if len(act.Theirs) > 0 {
			df.Reason = act.Theirs
		}
		df.Newest = other.newest
		away, here, err := f(other, o, df, d)
		if err == nil {
			err = other.add(tx, away)
		}
		if err == nil || loyalty.Refused(err) { // what time did stands
			err = firstError(other.save(tx), err)
		}
		return here, err
	})
}

// whole folds all entries of the account and puts what is closed on it. It gives
// the account as it was before the entry seq, and the entries from that on.
func (o *open) whole(r store.Reader, seq uint64) (before *loyalty.Account, since []loyalty.Entry, err error) {
	a, stored := &loyalty.Account{}, &loyalty.Account{}
	for _, e := range entries.Scan(r, entries.Under(string(o.member)), &err) {
		if e.Seq == seq {
			before = a.Clone()
		}
		if e.Seq >= seq {
			since = append(since, e)
		}
		if err := a.Apply(e); err != nil {
			return nil, nil, err
		}
		if e.Seq == o.before.Seq {
			stored = a.Clone()
		}
	}
	if err != nil {
		return nil, nil, err
	}
	if before == nil || a.Seq != o.account.Seq {
		return nil, nil, errors.New("book: entries are missing; run `regulars verify`")
	}
	o.account.Shelf, o.account.Marks = a.Shelf, a.Marks
	o.before.Shelf, o.before.Marks = stored.Shelf, stored.Marks
	return before, since, nil
}

// kin is a member that an account took in, and how: the numbers of the wings
// that lift their entries to it, the innermost first.
type kin struct {
	member loyalty.MemberID
	path   []int
}

// lift is an entry of the kin as the account sees it.
func (k kin) lift(e loyalty.Entry) loyalty.Entry {
	for _, n := range k.path {
		e = e.Lifted(n)
	}
	return e
}

// family are all whom an account has as wings, and theirs.
func family(r store.Reader, a *loyalty.Account) (list []kin, err error) {
	for i, w := range a.Wings {
		if w.Ended {
			continue
		}
		if err := read(r, w.Member); err != nil {
			return nil, err
		}
		wing, _, err := accounts.Get(r, string(w.Member))
		if err != nil {
			return nil, err
		}
		inner, err := family(r, &wing)
		if err != nil {
			return nil, err
		}
		for _, k := range append([]kin{{member: w.Member}}, inner...) {
			k.path = append(slices.Clone(k.path), i+1)
			list = append(list, k)
		}
	}
	return list, nil
}

// reach is the account that a member's points are in: their own, or the one that
// took them in. In an Update it locks all on the way.
func reach(r store.Reader, m loyalty.MemberID) (a loyalty.Account, k kin, err error) {
	if err := read(r, m); err != nil {
		return a, k, err
	}
	a, _, err = accounts.Get(r, string(m))
	for k.member = m; err == nil && a.Into != ""; k.path = append(k.path, a.Wing(m)) {
		m, k.member = k.member, a.Into
		if err = read(r, k.member); err == nil {
			a, _, err = accounts.Get(r, string(k.member))
		}
	}
	return a, k, err
}

// Holder is the member whose account a member's points are in: themselves, or
// who they were merged into. In an Update it locks all on the way.
func (b *Book) Holder(r store.Reader, m loyalty.MemberID) (loyalty.MemberID, error) {
	_, k, err := reach(r, m)
	return k.member, err
}

// Family is the member whose account a member's points are in, and all who were
// merged into it, in the order of the merges: whose vouchers and gifts are theirs.
func (b *Book) Family(r store.Reader, m loyalty.MemberID) ([]loyalty.MemberID, error) {
	a, k, err := reach(r, m)
	if err != nil {
		return nil, err
	}
	all := []loyalty.MemberID{k.member}
	wings, err := family(r, &a)
	for _, w := range wings {
		all = append(all, w.member)
	}
	return all, err
}

// Numbered is the entry that an account knows by a number: its own, or that of a
// member whom it took in. Refusal: loyalty.ErrUnknownRef.
func (b *Book) Numbered(r store.Reader, m loyalty.MemberID, id uint64) (e loyalty.Entry, err error) {
	err = b.below(r, m, id, func(m loyalty.MemberID, id uint64) (ok bool, err error) {
		e, ok, err = entries.Get(r, string(m), seqKey(id))
		return ok, err
	})
	if err == nil && e.Seq == 0 {
		err = loyalty.ErrUnknownRef
	}
	return e, err
}

// Held is what is still held under an entry that set points aside, nil for
// nothing, and the account that holds it. In an Update it locks the member.
func (b *Book) Held(r store.Reader, hold loyalty.Entry) (*loyalty.HoldState, loyalty.Account, error) {
	a, k, err := reach(r, hold.Member)
	seq := k.lift(hold).Seq
	for i := range a.Holds {
		if a.Holds[i].Seq == seq {
			return &a.Holds[i], a, err
		}
	}
	return nil, a, err
}

// Kin reports whether two members are one, or were for a while.
func (b *Book) Kin(r store.Reader, m, n loyalty.MemberID) (bool, error) {
	if m == n {
		return true, nil
	}
	for _, pair := range [][2]loyalty.MemberID{{m, n}, {n, m}} {
		ever := map[loyalty.MemberID]bool{}
		if err := b.everIn(r, pair[0], ever); err != nil || ever[pair[1]] {
			return err == nil, err
		}
	}
	return false, nil
}

// everIn notes all whom a member's account took in at some time, and theirs.
func (b *Book) everIn(r store.Reader, m loyalty.MemberID, ever map[loyalty.MemberID]bool) error {
	if ever[m] {
		return nil
	}
	ever[m] = true
	if err := read(r, m); err != nil {
		return err
	}
	a, _, err := accounts.Get(r, string(m))
	for _, w := range a.Wings {
		if err == nil {
			err = b.everIn(r, w.Member, ever)
		}
	}
	return err
}

// below looks for something by its number in an account, and where it is a
// wing's in the wing's own rows, as they were when it came.
func (b *Book) below(r store.Reader, m loyalty.MemberID, id uint64, get func(loyalty.MemberID, uint64) (bool, error)) error {
	for {
		if err := read(r, m); err != nil {
			return err
		}
		ok, err := get(m, id)
		n, inner := loyalty.Lower(id)
		if err != nil || ok || n == 0 {
			return err
		}
		a, _, err := accounts.Get(r, string(m))
		if err != nil || n > len(a.Wings) {
			return err
		}
		m, id = a.Wings[n-1].Member, inner
	}
}

// adopt puts on the account what deciding about an old entry of a wing needs and
// its own rows do not have yet: mark is of the entry seq.
func (o *open) adopt(tx store.Tx, c loyalty.Carry) error {
	n, _ := loyalty.Lower(firstNumber(c))
	c.With, c.Wing = o.account.Wings[n-1].Member, n
	e := loyalty.Entry{
		Member: o.member, Seq: o.account.Seq + 1, Kind: loyalty.KindAdopt, Carry: &c,
		EffectiveAt: o.now, RecordedAt: o.now, Actor: loyalty.ByJob("settle"),
	}
	e.Form = e.Formed()
	return o.add(tx, []loyalty.Entry{e})
}

func firstNumber(c loyalty.Carry) uint64 {
	if len(c.Marks) > 0 {
		return c.Marks[0].Seq
	}
	return c.Lots[0].Seq
}

// halves looks whether the entries that moved points between accounts, or an
// account as a whole, have their other half: one in the other's ledger that took
// what this one gave.
func halves(r store.Reader, m loyalty.MemberID, all []loyalty.Entry) (faults []Fault, err error) {
	for i := range all {
		e := &all[i]
		if e.Peer != nil {
			found, err := otherHalf(r, e)
			if err != nil {
				return nil, err
			}
			if !found {
				faults = append(faults, Fault{m, e.Seq, "its other half is not in the ledger of member " + string(e.Peer.With)})
			}
			continue
		}
		if e.Kind != loyalty.KindMerge && e.Kind != loyalty.KindUnmerge {
			continue
		}
		found := false
		for _, o := range entries.Scan(r, entries.Under(string(e.Carry.With)), &err) {
			if o.Kind == e.Kind && o.Op == e.Op && o.Carry != nil && o.Carry.With == m {
				found = o.In(loyalty.Joined)+e.In(loyalty.Joined) == 0
			}
		}
		if err != nil {
			return nil, err
		}
		if !found {
			faults = append(faults, Fault{m, e.Seq, "its other half is not in the ledger of member " + string(e.Carry.With)})
		}
	}
	return faults, nil
}
