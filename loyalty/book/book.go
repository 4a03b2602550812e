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
//	order/<member>/<hash>          the newest sales under an order number; kept for ever
//	due/<instant>/<member>         when time next changes the account; one a member at most
//	notice/<instant>/<member>      the member's next notice that points will go; one a member at most
//	told/<member>                  up to when the member's notices are done with; kept for ever
//	follow/all                     the newest version of the rules that all lots went through; kept for ever
//	wait/<instant>/<member>/<seq>  a reversal waiting for its sale; until it comes
//	ref/<ref>                      a reference's entry; kept for ever
//	op/<op>                        an operation's outcome; see [SweepOps]
//	staffday/<day>/<actor>         what an employee did on a local day; see [SweepStaffDays]
//	storeday/<day>/<store>         what was given in a store that has caps, on a local day; as long
//
// Rows of a member are guarded by the subject "member/<id>", the others by
// "follow/all", "op/<op>", "ref/<ref>" and "staff/<id>". Functions lock what they touch
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
	// Facts is what the rules may know of a member besides the ledger. It is
	// asked in the operation's own transaction, under the member's lock; nil:
	// nothing is known of anybody.
	Facts func(store.Reader, loyalty.MemberID) (loyalty.Facts, error)
	// ClockInDoubt says that the local clock disagrees with the platforms';
	// then no expiry is written (nothing expired is spendable all the same).
	// nil is never.
	ClockInDoubt func() bool
	// Caps are an employee's own caps, which hold instead of the role's; nil of the
	// function and of what it gives: the role's. It is asked under the employee's
	// lock.
	Caps func(store.Reader, loyalty.Actor) (*loyalty.Cap, error)
	// Household reports whether two members share their points; nil: nobody does. It
	// is asked under both members' locks, where the programme stops employees who give
	// to their own.
	Household func(r store.Reader, a, b loyalty.MemberID) (bool, error)
	// Changed is told, in the transaction that wrote an account, that whatever is
	// derived from it elsewhere is out of date; nil tells nobody. The member is
	// locked.
	Changed func(store.Tx, loyalty.MemberID) error
	// Wrote is told, in that transaction too, which entries were added, in their
	// order and never none; nil tells nobody. It must not fail for a reason of its
	// own.
	Wrote func(store.Tx, []loyalty.Entry) error
}

// Act is the particulars of an operation.
type Act struct {
	Op       loyalty.OpID     // asked for, at most 200 bytes
	Actor    loyalty.Actor    // asked for
	Role     loyalty.Role     // of an employee, at this moment
	Self     loyalty.MemberID // the member that the employee is, if any
	Approver loyalty.Actor    // who approved, another than Actor
	Store    loyalty.Store
	Voucher  string    // what a spend or a hold is for; it tells, it decides nothing
	Reason   []byte    // sealed by the caller
	Theirs   []byte    // of a merge: Reason for the half of who goes; nil is Reason
	At       time.Time // when it took effect, not after Now (see [Early]); zero is Now
	Now      time.Time // asked for: the turn's now
	// Once says that rows of the caller's own keep it from being done twice: no
	// outcome is stored, and none is looked for.
	Once bool
	// Pool are members whose points a spend or a hold may use where the member's own
	// do not suffice, see [loyalty.Together]. Whoever they are now is one with who
	// holds their points; it is no part of the payload.
	Pool []loyalty.MemberID
	// PoolMost is how many of their points it uses at most; 0 is no bound.
	PoolMost loyalty.Points
	// Did is when an employee did it, where somebody else's doing records it
	// later: the day whose sums and caps it counts in. Zero is Now.
	Did time.Time
}

// Sell gives a sale's points and stamps by the programme. Its order may be
// empty; one that has its points already on the same local day and store is
// refused. Refusals: ErrAmount, ErrOverflow, ErrSelf, ErrFull, *LimitError,
// *DuplicateError, *ConflictError.
func (b *Book) Sell(tx store.Tx, m loyalty.MemberID, act Act, s loyalty.Sale) (Receipt, error) {
	c := command{Verb: loyalty.KindEarn, Member: m, Money: s.Amount, Order: s.Order, Lines: s.Lines, Voucher: s.Voucher}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		if err := o.checkOrder(tx, act, s.Order); err != nil {
			return nil, err
		}
		return loyalty.Sell(o.account, o.programme, d, s)
	})
}

// Earn is Sell for a sale of which nothing but amount and order is known.
func (b *Book) Earn(tx store.Tx, m loyalty.MemberID, act Act, amount loyalty.Money, order loyalty.Order) (Receipt, error) {
	return b.Sell(tx, m, act, loyalty.Sale{Amount: amount, Order: order})
}

// Grant gives what a rule gives: n points, stamps, or both (see
// [loyalty.Grant]). That it is given once is the caller's care. Refusals:
// ErrAmount, ErrOverflow, ErrFull, *ConflictError.
func (b *Book) Grant(tx store.Tx, m loyalty.MemberID, act Act, gift string, n loyalty.Points, stamps []loyalty.Stamping) (Receipt, error) {
	c := command{Verb: loyalty.KindGift, Member: m, Points: n, Gift: gift, Stamps: stamps}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.Grant(o.account, o.programme, d, gift, n, stamps)
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
	return b.use(tx, m, act, c, loyalty.Terms{})
}

// Reserve sets points aside until Capture, Release or what its terms say.
// act.Voucher says what for. Refusals: as Spend, and ErrFull.
func (b *Book) Reserve(tx store.Tx, m loyalty.MemberID, act Act, points loyalty.Points, t loyalty.Terms) (Receipt, error) {
	c := command{Verb: loyalty.KindHold, Member: m, Points: points, Forfeit: t.Forfeit}
	return b.use(tx, m, act, c, t)
}

// Hold is Reserve on the programme's own terms.
func (b *Book) Hold(tx store.Tx, m loyalty.MemberID, act Act, points loyalty.Points) (Receipt, error) {
	return b.Reserve(tx, m, act, points, loyalty.Terms{})
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

// Refund takes back what the member's newest sale under order gave for r, a
// zero one being all that is left of it. When there is no such sale yet, the
// refund waits for it, 30 days at most: the receipt's entry is then of kind
// "wait". Refusals: ErrAlreadyReversed, *ExcessError, ErrAmount, ErrSelf,
// ErrFull, *ShortError (policy refuse), *ConflictError.
func (b *Book) Refund(tx store.Tx, m loyalty.MemberID, act Act, order loyalty.Order, r loyalty.Return) (Receipt, error) {
	c := command{Verb: loyalty.KindReverse, Member: m, Money: r.Amount, Order: order, Lines: r.Lines}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		sale, of, ok, err := o.sale(tx, order)
		if err != nil {
			return nil, err
		}
		if !ok {
			return loyalty.Await(o.account, o.programme, d, r)
		}
		sale = of.lift(sale)
		if err := o.loadFor(tx, &sale); err != nil {
			return nil, err
		}
		return loyalty.Refund(o.account, o.programme, d, &sale, r)
	})
}

// RefundRef is Refund of the sale that ref names, in part (r) or, with a zero
// r, all that is left of it; or of a gift as a whole. Refusals: ErrUnknownRef,
// ErrAlreadyReversed, *ExcessError, ErrAmount, ErrSelf, *KindError, *ShortError
// (policy refuse), *ConflictError.
func (b *Book) RefundRef(tx store.Tx, ref loyalty.Ref, act Act, r loyalty.Return) (Receipt, error) {
	c := command{Verb: loyalty.KindReverse, Ref: ref, Money: r.Amount, Lines: r.Lines}
	return b.doRef(tx, act, c, func(o *open, d loyalty.Draft, of *loyalty.Entry) ([]loyalty.Entry, error) {
		if err := o.loadFor(tx, of); err != nil {
			return nil, err
		}
		return loyalty.Refund(o.account, o.programme, d, of, r)
	})
}

// Match gives a level until an instant without its having been reached, see
// [loyalty.Match]. That somebody may have it is the caller's care. Refusals:
// loyalty.ErrMatched, ErrSelf, *ConflictError.
func (b *Book) Match(tx store.Tx, m loyalty.MemberID, act Act, level string, until time.Time) (Receipt, error) {
	c := command{Verb: loyalty.KindMatch, Member: m, Gift: level, Expires: until.UTC().Format(time.RFC3339)}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.Match(o.account, o.programme, d, level, until)
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
	o, err := b.open(tx, m, now, now)
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
// used again. When it happens or ends, who is what, what a voucher's id came
// to be, and the sealed reason, whose bytes differ with each sealing, are not
// in it. A new field is left out when empty, so that the digests of old
// outcomes stay what they are.
type command struct {
	Verb   loyalty.Kind
	Member loyalty.MemberID
	Points loyalty.Points
	Money  loyalty.Money
	Order  loyalty.Order
	Ref    loyalty.Ref
	Actor  loyalty.Actor

	Lines   []loyalty.Line     `json:",omitempty"`
	Voucher string             `json:",omitempty"` // that paid a part of a sale
	Gift    string             `json:",omitempty"`
	Stamps  []loyalty.Stamping `json:",omitempty"`
	Forfeit bool               `json:",omitempty"`
	With    loyalty.MemberID   `json:",omitempty"` // who becomes a part of Member
	Expires string             `json:",omitempty"` // an opening balance's own end
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

// Early is by how much an act may take effect before it is recorded: a
// platform's clock may be ahead of this one by so much.
const Early = 2 * time.Minute

var errEarly = errors.New("book: an act cannot take effect in the future: cut At to Now")

func (a *Act) check() error {
	if a.Op == "" || len(a.Op) > 200 || a.Actor == "" || a.Now.IsZero() {
		return errAct
	}
	if a.At.After(a.Now.Add(Early)) {
		return errEarly
	}
	return nil
}

// day is the local day in whose sums of an employee the act counts.
func (a *Act) day(p *loyalty.Programme) string {
	if a.Did.IsZero() {
		return p.Day(a.Now)
	}
	return p.Day(a.Did)
}

func opSubject(op loyalty.OpID) store.Subject { return store.Subject("op/" + string(op)) }
