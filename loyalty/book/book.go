// Package book keeps the rows of package loyalty inside a store.Tx: it loads an
// account, lets the rules decide, chains the entries and writes them with
// everything derived from them.
//
// # Refusals
//
// Every writing function returns either a receipt, or a refusal
// ([loyalty.Refused]), or an accident. A refusal leaves the Tx fit to commit,
// and it should be committed: the refusal is stored under its operation id, so
// that the same operation stays refused however often it is tried again. After
// any other error the transaction must be given up.
//
// # Rows
//
//	account/<member>               head: the folded account without what is closed; kept for ever
//	entry/<member>/<seq>           one entry, never changed; kept for ever
//	lot/<member>/<seq>             a closed lot; kept for ever
//	mark/<member>/<seq>            what has been taken back of an entry; kept for ever
//	order/<member>/<hash>          the newest sale under an order number; kept for ever
//	due/<instant>/<member>         when time next changes the account; one a member at most
//	wait/<instant>/<member>/<seq>  a reversal waiting for its sale; until it comes
//	ref/<ref>                      a reference's entry; kept for ever
//	op/<op>                        an operation's outcome; see [SweepOps]
//	staffday/<day>/<actor>         what an employee did on a local day; see [SweepStaffDays]
//
// Rows of a member are guarded by the subject "member/<id>", the others by
// "op/<op>", "ref/<ref>" and "staff/<id>". Functions lock what they touch
// themselves.
package book

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Book is how one shop keeps its ledger. It is a value without state and may
// be used by many at once.
type Book struct {
	// Key is the chain key, at least 32 bytes. It must never change.
	Key []byte
	// Programme is the version of the rules in force at a moment. It must
	// give the same for the same moment, for ever. An act is decided under the
	// rules of the moment at which it takes effect.
	Programme func(at time.Time) *loyalty.Programme
	// ClockInDoubt says that the local clock disagrees with the platforms';
	// then no expiry is written (nothing expired is spendable all the same).
	// nil is never.
	ClockInDoubt func() bool
}

// Act is the particulars of an operation.
type Act struct {
	Op       loyalty.OpID     // asked for, at most 200 bytes
	Actor    loyalty.Actor    // asked for
	Role     loyalty.Role     // of an employee, at this moment
	Self     loyalty.MemberID // the member that the employee is, if any
	Approver loyalty.Actor    // who approved, another than Actor
	Store    loyalty.Store
	Reason   []byte    // sealed by the caller
	At       time.Time // when it took effect; zero is Now
	Now      time.Time // asked for: the turn's now
}

// Receipt is what an operation did.
type Receipt struct {
	// Entries are the operation's own entries and what followed from them at
	// once, in order. The first is the operation itself.
	Entries []loyalty.Entry
	// Balance is the member's afterwards; when replayed, as of now.
	Balance loyalty.Balance
	// Replayed says that this operation had been done before: nothing was
	// written now.
	Replayed bool
}

// Entry is the operation's first entry, or a zero one when it needed none.
func (r Receipt) Entry() loyalty.Entry {
	if len(r.Entries) == 0 {
		return loyalty.Entry{}
	}
	return r.Entries[0]
}

// Earn gives a sale's points by the programme's rate. order may be empty; one
// that has its points already on the same local day and store is refused.
// Refusals: ErrAmount, ErrOverflow, ErrSelf, ErrFull, *LimitError, *DuplicateError,
// *ConflictError.
func (b *Book) Earn(tx store.Tx, m loyalty.MemberID, act Act, amount loyalty.Money, order loyalty.Order) (Receipt, error) {
	c := command{Verb: loyalty.KindEarn, Member: m, Money: amount, Order: order}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		if err := o.checkOrder(tx, act, order); err != nil {
			return nil, err
		}
		return loyalty.Earn(o.account, o.programme, d, amount)
	})
}

// Give gives points by hand; act.Reason is asked for. Refusals: ErrAmount,
// ErrReason, ErrSelf, ErrOverflow, ErrFull, *LimitError, *ApprovalError,
// *ConflictError.
func (b *Book) Give(tx store.Tx, m loyalty.MemberID, act Act, points loyalty.Points) (Receipt, error) {
	c := command{Verb: loyalty.KindGive, Member: m, Points: points}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.Give(o.account, o.programme, d, points)
	})
}

// Adjust corrects by hand, up or down, never into debt; act.Reason is asked
// for. Refusals: as Give, and *ShortError.
func (b *Book) Adjust(tx store.Tx, m loyalty.MemberID, act Act, points loyalty.Points) (Receipt, error) {
	c := command{Verb: loyalty.KindAdjust, Member: m, Points: points}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.Adjust(o.account, o.programme, d, points)
	})
}

// Spend uses points at once. Refusals: *ShortError, ErrAmount, ErrFrozen,
// *ConflictError.
func (b *Book) Spend(tx store.Tx, m loyalty.MemberID, act Act, points loyalty.Points) (Receipt, error) {
	c := command{Verb: loyalty.KindSpend, Member: m, Points: points}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.Spend(o.account, o.programme, d, points)
	})
}

// Hold sets points aside until Capture, Release or the programme's time-out.
// Refusals: as Spend, and ErrFull.
func (b *Book) Hold(tx store.Tx, m loyalty.MemberID, act Act, points loyalty.Points) (Receipt, error) {
	c := command{Verb: loyalty.KindHold, Member: m, Points: points}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.SetAside(o.account, o.programme, d, points)
	})
}

// Capture uses points of the hold named by ref: 0 is all that are left in it.
// Refusals: ErrUnknownRef, ErrHoldClosed, *ShortError, *KindError,
// *ConflictError.
func (b *Book) Capture(tx store.Tx, ref loyalty.Ref, act Act, points loyalty.Points) (Receipt, error) {
	c := command{Verb: loyalty.KindCapture, Ref: ref, Points: points}
	return b.doRef(tx, act, c, func(o *open, d loyalty.Draft, of *loyalty.Entry) ([]loyalty.Entry, error) {
		return loyalty.Capture(o.account, o.programme, d, of, points)
	})
}

// Release gives back what is left in the hold named by ref. Refusals:
// ErrUnknownRef, ErrHoldClosed, *KindError, *ConflictError.
func (b *Book) Release(tx store.Tx, ref loyalty.Ref, act Act) (Receipt, error) {
	c := command{Verb: loyalty.KindRelease, Ref: ref}
	return b.doRef(tx, act, c, func(o *open, d loyalty.Draft, of *loyalty.Entry) ([]loyalty.Entry, error) {
		return loyalty.Release(o.account, o.programme, d, of)
	})
}

// Undo takes back the entry named by ref: a sale or gift is reversed (what
// refunds left of it), a spend or capture given back, a hold released, a waiting
// refund forgotten.
// Refusals: ErrUnknownRef, ErrAlreadyReversed, ErrSelf, ErrHoldClosed,
// *KindError, *ShortError (policy refuse), *ConflictError.
func (b *Book) Undo(tx store.Tx, ref loyalty.Ref, act Act) (Receipt, error) {
	c := command{Verb: loyalty.KindUndo, Ref: ref}
	return b.doRef(tx, act, c, func(o *open, d loyalty.Draft, of *loyalty.Entry) ([]loyalty.Entry, error) {
		if err := o.loadFor(tx, of); err != nil {
			return nil, err
		}
		return loyalty.Undo(o.account, o.programme, d, of)
	})
}

// Refund takes back the points for amount of the member's newest sale under
// order, 0 being all that is left of it. When there is no such sale yet, the
// refund waits for it, 30 days at most: the receipt's entry is then of kind
// "wait". Refusals: ErrAlreadyReversed, *ExcessError, ErrAmount, ErrSelf,
// ErrFull, *ShortError (policy refuse), *ConflictError.
func (b *Book) Refund(tx store.Tx, m loyalty.MemberID, act Act, order loyalty.Order, amount loyalty.Money) (Receipt, error) {
	c := command{Verb: loyalty.KindReverse, Member: m, Money: amount, Order: order}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		sale, ok, err := o.sale(tx, order)
		if err != nil {
			return nil, err
		}
		if !ok {
			return loyalty.Await(o.account, o.programme, d, amount)
		}
		if err := o.loadFor(tx, &sale); err != nil {
			return nil, err
		}
		return loyalty.Refund(o.account, o.programme, d, &sale, amount)
	})
}

// Freeze stops (on) or allows (off) spending. An account that is so already
// gets no entry. Refusals: *ConflictError.
func (b *Book) Freeze(tx store.Tx, m loyalty.MemberID, act Act, on bool) (Receipt, error) {
	verb := loyalty.KindThaw
	if on {
		verb = loyalty.KindFreeze
	}
	return b.do(tx, act, command{Verb: verb, Member: m}, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.Freeze(o.account, o.programme, d, on)
	})
}

// Settle writes what time alone has done to the member's account by now, and
// tells how many entries that were. It is idempotent.
func (b *Book) Settle(tx store.Tx, m loyalty.MemberID, now time.Time) (int, error) {
	if err := read(tx, m); err != nil {
		return 0, err
	}
	o, err := b.open(tx, m, now)
	if err != nil {
		return 0, err
	}
	seq := o.account.Seq
	if err := o.settle(tx, now); err != nil {
		return 0, err
	}
	return int(o.account.Seq - seq), o.save(tx)
}

// command is an operation's payload: what must be the same when its id is
// used again. When it happens, who is what, and the sealed reason, whose bytes
// differ with each sealing, are not in it.
type command struct {
	Verb   loyalty.Kind
	Member loyalty.MemberID
	Points loyalty.Points
	Money  loyalty.Money
	Order  loyalty.Order
	Ref    loyalty.Ref
	Actor  loyalty.Actor
}

// digest is the payload's keyed hash.
func (b *Book) digest(c command) (h loyalty.Hash) {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	mac := hmac.New(sha256.New, b.Key)
	mac.Write([]byte("payload\x00"))
	mac.Write(raw)
	mac.Sum(h[:0])
	return h
}

var errAct = errors.New("book: an act needs an operation id of at most 200 bytes, an actor and a now")

// minKey is how long a chain key is at least.
const minKey = 32

var errKey = errors.New("book: the chain key has fewer than 32 bytes")

func (a *Act) check() error {
	if a.Op == "" || len(a.Op) > 200 || a.Actor == "" || a.Now.IsZero() {
		return errAct
	}
	return nil
}

func opSubject(op loyalty.OpID) store.Subject { return store.Subject("op/" + string(op)) }
