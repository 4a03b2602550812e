package voucher

import (
	"encoding/json"
	"errors"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// command is an operation's payload: what must be the same when its id is used
// again.
type command struct {
	Verb    string
	Member  loyalty.MemberID
	Reward  string
	Voucher ID
	Code    Code
	Why     string
	Actor   loyalty.Actor
}

// outcome is what came of an operation.
type outcome struct {
	Digest  []byte           `json:"digest"`
	Member  loyalty.MemberID `json:"member,omitempty"`
	Voucher ID               `json:"voucher,omitempty"`
	Refs    []loyalty.Ref    `json:"refs,omitempty"` // of the entries that it made, those that have one
	Refusal *refusalRow      `json:"refusal,omitempty"`
	At      time.Time        `json:"at"`
}

// decide is the part of an operation that differs from verb to verb. It
// refuses before it writes anything of its own.
type decide func() (Voucher, book.Receipt, error)

// do runs one operation: a known outcome first, then what f decides. m may be
// empty, for a code that nobody has.
func (d *Desk) do(tx store.Tx, m loyalty.MemberID, act book.Act, c command, f decide) (Voucher, book.Receipt, error) {
	if act.Op == "" || len(act.Op) > 180 || act.Actor == "" || act.Now.IsZero() {
		return Voucher{}, book.Receipt{}, errAct
	}
	if len(d.Key) < 32 {
		return Voucher{}, book.Receipt{}, errKey
	}
	subjects := []store.Subject{store.Subject("op/" + string(act.Op))}
	if m != "" {
		subjects = append(subjects, memberSubject(m))
	}
	if act.Actor.Staff() { // the book will want it
		subjects = append(subjects, store.Subject(act.Actor))
	}
	if err := tx.Lock(subjects...); err != nil {
		return Voucher{}, book.Receipt{}, err
	}
	digest, err := d.digest(c, act)
	if err != nil {
		return Voucher{}, book.Receipt{}, err
	}
	known, ok, err := outcomes.Get(tx, string(act.Op))
	if err != nil {
		return Voucher{}, book.Receipt{}, err
	}
	if ok {
		return d.replay(tx, act, known, digest)
	}
	v, rec, refused := f()
	var conflict *loyalty.ConflictError // as in the book, nothing is recorded of it
	if refused != nil && !loyalty.Refused(refused) || errors.As(refused, &conflict) {
		return v, rec, refused
	}
	done := outcome{Digest: digest, Member: m, Voucher: v.ID, At: act.Now.UTC()}
	if refused != nil {
		if done.Refusal, err = pack(refused); err != nil {
			return v, rec, err
		}
	}
	for _, e := range rec.Entries {
		if e.Ref != "" {
			done.Refs = append(done.Refs, e.Ref)
		}
	}
	if err := outcomes.Put(tx, done, string(act.Op)); err != nil {
		return v, rec, err
	}
	if len(rec.Entries) == 0 && m != "" { // the book was not asked
		if rec.Balance, err = d.Book.Balance(tx, m, act.Now); err != nil {
			return v, rec, err
		}
	}
	return v, rec, refused
}

// replay answers an operation that was done before: the voucher as it is now,
// and the entries of then.
func (d *Desk) replay(tx store.Tx, act book.Act, known outcome, digest []byte) (v Voucher, rec book.Receipt, err error) {
	if string(known.Digest) != string(digest) {
		return v, rec, &loyalty.ConflictError{Op: act.Op}
	}
	rec.Replayed = true
	if known.Voucher != "" {
		if v, _, err = get(tx, known.Voucher); err != nil {
			return v, rec, err
		}
		v.State = v.StateAt(act.Now)
	}
	if known.Member != "" {
		if rec.Balance, err = d.Book.Balance(tx, known.Member, act.Now); err != nil {
			return v, rec, err
		}
	}
	for _, ref := range known.Refs {
		e, err := d.Book.ByRef(tx, ref)
		if err != nil {
			return v, rec, err
		}
		rec.Entries = append(rec.Entries, e)
	}
	if known.Refusal != nil {
		return v, rec, known.Refusal.unpack()
	}
	return v, rec, nil
}

// digest is the payload's keyed hash.
func (d *Desk) digest(c command, act book.Act) ([]byte, error) {
	c.Actor = act.Actor
	raw, err := json.Marshal(c)
	return d.mac("payload", string(raw)), err
}
