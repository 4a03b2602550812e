package book

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// decide is the part of an operation that differs from verb to verb.
type decide func(*open, loyalty.Draft) ([]loyalty.Entry, error)

// do runs one operation: known outcomes first, then the rules, then the rows.
func (b *Book) do(tx store.Tx, act Act, c command, f decide) (Receipt, error) {
	return b.doFor(tx, c.Member, act, c, f)
}

// doFor is do for a command that names its member by a reference: the digest
// must be the same whether or not the reference is known.
func (b *Book) doFor(tx store.Tx, m loyalty.MemberID, act Act, c command, f decide) (Receipt, error) {
	return b.doOn(tx, m, act, c, b.open, f)
}

// doRaw is doFor on the member's own account, whether or not that is a part of
// another.
func (b *Book) doRaw(tx store.Tx, m loyalty.MemberID, act Act, c command, f decide) (Receipt, error) {
	return b.doOn(tx, m, act, c, b.openOne, f)
}

func (b *Book) doOn(tx store.Tx, m loyalty.MemberID, act Act, c command, opens func(store.Reader, loyalty.MemberID, time.Time, time.Time) (*open, error), f decide) (Receipt, error) {
	if err := act.check(); err != nil {
		return Receipt{}, err
	}
	if err := checkMember(m); err != nil {
		return Receipt{}, err
	}
	if len(b.Key) < minKey {
		return Receipt{}, errKey
	}
	subjects := []store.Subject{opSubject(act.Op), memberSubject(m)}
	if act.Actor.Staff() {
		subjects = append(subjects, store.Subject(act.Actor))
	}
	if b.asksHousehold(act, c.Verb) {
		subjects = append(subjects, memberSubject(act.Self)) // with the others: one taken later would start this again
	}
	if err := tx.Lock(subjects...); err != nil {
		return Receipt{}, err
	}
	c.Actor = act.Actor
	digest := b.digest(c)
	if known, ok, err := knownOutcome(tx, act); err != nil || ok {
		if err != nil {
			return Receipt{}, err
		}
		return b.replay(tx, act, known, digest)
	}
	at := act.At
	if at.IsZero() {
		at = act.Now
	}
	o, err := opens(tx, m, at, act.Now)
	if err != nil {
		return Receipt{}, err
	}
	if err := o.settle(tx, act.Now); err != nil {
		return Receipt{}, err
	}
	if len(o.homes) > 0 { // they may set free there what is at home here
		if err := o.save(tx); err != nil {
			return Receipt{}, err
		}
		if o, err = opens(tx, m, at, act.Now); err != nil {
			return Receipt{}, err
		}
	}
	return b.run(tx, o, act, c.Order, digest, f)
}

func knownOutcome(r store.Reader, act Act) (done outcome, ok bool, err error) {
	if act.Once {
		return done, false, nil
	}
	return ops.Get(r, string(act.Op))
}

// run lets the rules decide on an account that is open and settled, and writes what
// they say.
func (b *Book) run(tx store.Tx, o *open, act Act, order loyalty.Order, digest loyalty.Hash, f decide) (Receipt, error) {
	d := o.draft(act, digest)
	d.Order, d.Newest = order, o.newest
	made, refused := f(o, d)
	first := o.account.Seq + 1
	var day DaySum
	if refused == nil {
		day, refused = o.nextDay(tx, act, made)
	}
	var there *storeDay
	if refused == nil {
		there, refused = o.nextStoreDay(tx, act, made)
	}
	if refused != nil && !loyalty.Refused(refused) {
		return Receipt{}, refused
	}
	done := outcome{Digest: digest, Member: o.member, At: act.Now.UTC()}
	if refused == nil {
		if err := o.add(tx, made); err != nil {
			return Receipt{}, err
		}
		if err := o.putDay(tx, act, day); err != nil {
			return Receipt{}, err
		}
		if there != nil {
			if err := storeDays.Put(tx, *there, act.day(o.newest), string(act.Store)); err != nil {
				return Receipt{}, err
			}
		}
		if o.account.Seq >= first {
			done.First, done.Last = first, o.account.Seq
		}
	} else {
		row, err := packRefusal(refused)
		if err != nil {
			return Receipt{}, err
		}
		done.Refusal = row
	}
	moved := len(o.homes) > 0
	if err := o.save(tx); err != nil {
		return Receipt{}, err
	}
	if !act.Once {
		if err := ops.Put(tx, done, string(act.Op)); err != nil {
			return Receipt{}, err
		}
	}
	balance, err := loyalty.BalanceAt(o.account, o.newest, act.Now)
	if err == nil && moved { // something may have come home here meanwhile
		balance, err = b.Balance(tx, o.member, act.Now)
	}
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Entries: o.fresh(first), Balance: balance}, refused
}

// draft is the common part of the operation's entries.
func (o *open) draft(act Act, digest loyalty.Hash) loyalty.Draft {
	return loyalty.Draft{
		Member: o.member, Op: act.Op, Digest: digest, Actor: act.Actor, Self: act.Self, Role: act.Role,
		Approver: act.Approver, Store: act.Store, Reason: act.Reason, Voucher: act.Voucher, Facts: o.facts,
		At: act.At, Now: act.Now, KeepExpired: o.book.clockInDoubt(), Kin: o.one,
	}
}

func (b *Book) clockInDoubt() bool { return b.ClockInDoubt != nil && b.ClockInDoubt() }

// doRef runs an operation on the entry that ref names.
func (b *Book) doRef(tx store.Tx, act Act, c command, f func(*open, loyalty.Draft, *loyalty.Entry) ([]loyalty.Entry, error)) (Receipt, error) {
	if err := act.check(); err != nil {
		return Receipt{}, err
	}
	at, ok, err := refs.Get(tx, string(c.Ref))
	if err != nil {
		return Receipt{}, err
	}
	if !ok {
		return b.refuseRef(tx, act, c)
	}
	return b.doFor(tx, at.Member, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		e, ok, err := entries.Get(tx, string(at.Member), seqKey(at.Seq))
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, loyalty.ErrUnknownRef
		}
		e = o.via.lift(e)
		return f(o, d, &e)
	})
}

// refuseRef stores that the reference was unknown, so that the operation stays
// refused even if an entry gets that reference later.
func (b *Book) refuseRef(tx store.Tx, act Act, c command) (Receipt, error) {
	if err := tx.Lock(opSubject(act.Op)); err != nil {
		return Receipt{}, err
	}
	c.Actor = act.Actor
	digest := b.digest(c)
	known, ok, err := ops.Get(tx, string(act.Op))
	if err != nil {
		return Receipt{}, err
	}
	if ok {
		return b.replay(tx, act, known, digest)
	}
	row, err := packRefusal(loyalty.ErrUnknownRef)
	if err != nil {
		return Receipt{}, err
	}
	if err := ops.Put(tx, outcome{Digest: digest, Refusal: row, At: act.Now.UTC()}, string(act.Op)); err != nil {
		return Receipt{}, err
	}
	return Receipt{}, loyalty.ErrUnknownRef
}

// replay answers an operation that was done before.
func (b *Book) replay(tx store.Tx, act Act, known outcome, digest loyalty.Hash) (Receipt, error) {
	if known.Digest != digest {
		return Receipt{}, &loyalty.ConflictError{Op: act.Op}
	}
	rec := Receipt{Replayed: true}
	if known.Member != "" {
		if err := read(tx, known.Member); err != nil {
			return Receipt{}, err
		}
		var err error
		if rec.Balance, err = b.Balance(tx, known.Member, act.Now); err != nil {
			return Receipt{}, err
		}
		for seq := known.First; seq > 0 && seq <= known.Last; seq++ {
			e, _, err := entries.Get(tx, string(known.Member), seqKey(seq))
			if err != nil {
				return Receipt{}, err
			}
			rec.Entries = append(rec.Entries, e)
		}
	}
	if known.Refusal != nil {
		return rec, known.Refusal.unpack()
	}
	return rec, nil
}

// Balance is the member's balance at now. It reads one row and is right
// whether or not anybody settled. In an Update it locks the member.
func (b *Book) Balance(r store.Reader, m loyalty.MemberID, now time.Time) (loyalty.Balance, error) {
	a, _, err := reach(r, m)
	if err != nil {
		return loyalty.Balance{}, err
	}
	return loyalty.BalanceAt(&a, b.newest(&a, now), now)
}
