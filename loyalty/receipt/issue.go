package receipt

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Issue makes a slip of a sale and gives its code. The same operation again gives
// the same; so does an employee who enters the same order twice on a day, as
// when the first code was not seen. s.Voucher must be empty: a voucher is
// somebody's. Refusals: ErrAmount, ErrOverflow; *loyalty.LimitError for a sale
// over the employee's cap for one; *loyalty.DuplicateError for an order that has
// another slip that day in that store; *loyalty.ConflictError.
func (d *Desk) Issue(tx store.Tx, act Act, s loyalty.Sale) (Slip, Code, error) {
	switch {
	case len(d.Key) < 32:
		return Slip{}, "", errKey
	case act.Op == "" || len(act.Op) > 200 || act.Actor == "" || act.Now.IsZero():
		return Slip{}, "", errAct
	case s.Voucher != "":
		return Slip{}, "", errors.New("receipt: a sale without a member has no voucher")
	}
	if act.At.IsZero() || act.At.After(act.Now) {
		act.At = act.Now
	}
	slip := Slip{
		Op: act.Op, Amount: s.Amount, Order: s.Order, Lines: s.Lines, Actor: act.Actor, Role: act.Role, Store: act.Store,
		At: act.At.UTC(), Issued: act.Now.UTC(), Until: d.Until(act.Now).UTC(), State: Open, Digest: d.digest(act, s),
	}
	code := d.codeOf(act.Op)
	place := d.place(code)
	known, ok, err := get(tx, place)
	switch {
	case err != nil:
		return Slip{}, "", err
	case ok && bytes.Equal(known.Digest, slip.Digest):
		return known, code, nil
	case ok:
		return Slip{}, "", &loyalty.ConflictError{Op: act.Op}
	}
	if err := d.allowed(slip); err != nil {
		return Slip{}, "", err
	}
	if same, ok, err := d.ordered(tx, slip); err != nil || ok {
		return same, d.CodeOf(same), err
	}
	if err := d.put(tx, &slip, place); err != nil {
		return Slip{}, "", err
	}
	return slip, code, nil
}

// digest stands for what is issued, so that an operation id that is used for
// something else is noticed.
func (d *Desk) digest(act Act, s loyalty.Sale) []byte {
	raw, err := json.Marshal(struct {
		Sale  loyalty.Sale
		Actor loyalty.Actor
	}{s, act.Actor})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return d.mac("digest", string(raw))[:16]
}

// allowed asks the rules about the slip's sale, as that of somebody who is new:
// what cannot be credited to anybody is refused to the employee, not later to a
// customer.
func (d *Desk) allowed(s Slip) error {
	n, err := d.Worth(s)
	if err != nil {
		return err
	}
	return d.Programme(s.Issued).Check(s.Role, loyalty.KindEarn, n, 0, false)
}

// Worth is how many points the slip's sale gives to somebody who is new: more to
// a member whose level earns more. Refusals: ErrAmount, ErrOverflow.
func (d *Desk) Worth(s Slip) (loyalty.Points, error) {
	entries, err := loyalty.Sell(&loyalty.Account{}, d.Programme(s.At), loyalty.Draft{
		Op: s.Op, Actor: s.Actor, Role: s.Role, Store: s.Store, At: s.At, Now: s.Issued,
	}, s.Sale())
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	return -entries[0].In(loyalty.Issued), nil
}

// ordered looks for a slip of the same order on that day in that store. One that
// is void, or whose sale was taken back, makes room for another.
func (d *Desk) ordered(tx store.Tx, s Slip) (Slip, bool, error) {
	if s.Order == "" {
		return Slip{}, false, nil
	}
	key := d.orderKey(s)
	if err := tx.Lock(orderSubject(key)); err != nil {
		return Slip{}, false, err
	}
	row, ok, err := orders.Get(tx, key)
	if err != nil || !ok {
		return Slip{}, false, err
	}
	other, ok, err := get(tx, row.Slip)
	if err != nil || !ok || other.State == Void {
		return Slip{}, false, err
	}
	if other.Claimable(s.Issued) && bytes.Equal(other.Digest, s.Digest) {
		return other, true, nil
	}
	if other.State == Credited {
		if _, back, err := d.Entry(tx, other.Entry); err != nil || back {
			return Slip{}, false, err
		}
	}
	return Slip{}, false, &loyalty.DuplicateError{Ref: other.Ref, At: other.Issued}
}

// orderKey names an order number of a store's local day: tills start again at 1
// every morning.
func (d *Desk) orderKey(s Slip) string {
	return d.hash("order", string(s.Store), d.Programme(s.At).Day(s.At), string(s.Order))
}

// put names and stores a new slip with its indexes.
func (d *Desk) put(tx store.Tx, s *Slip, place string) error {
	if err := d.name(tx, s, place); err != nil {
		return err
	}
	if s.Order != "" {
		if err := orders.Put(tx, at{place}, d.orderKey(*s)); err != nil { // locked by ordered
			return err
		}
	}
	if err := dues.Put(tx, struct{}{}, s.dueDay(), place); err != nil {
		return err
	}
	return slips.Put(tx, *s, place)
}

// name gives the slip a public name that no other has.
func (d *Desk) name(tx store.Tx, s *Slip, place string) error {
	for n := range refDraws + 1 {
		ref := d.refOf(s.Op, n)
		if err := tx.Lock(refSubject(ref)); err != nil {
			return err
		}
		_, taken, err := refs.Get(tx, string(ref))
		if err != nil {
			return err
		}
		if !taken {
			s.Ref = ref
			return refs.Put(tx, at{place}, string(ref))
		}
	}
	return errRef
}

// ByRef is the slip of a public name. Refusal: loyalty.ErrUnknownRef.
func (d *Desk) ByRef(r store.Reader, ref loyalty.Ref) (Slip, error) {
	if !IsRef(ref) {
		return Slip{}, loyalty.ErrUnknownRef
	}
	if err := locked(r, refSubject(ref)); err != nil {
		return Slip{}, err
	}
	row, ok, err := refs.Get(r, string(ref))
	if err != nil || !ok {
		return Slip{}, orElse(err, loyalty.ErrUnknownRef)
	}
	s, ok, err := get(r, row.Slip)
	if err != nil || !ok {
		return Slip{}, orElse(err, loyalty.ErrUnknownRef)
	}
	return s, nil
}

// ByCode is the slip of a code, whatever its state: for employees. Refusal:
// ErrCode for one that is not there.
func (d *Desk) ByCode(r store.Reader, c Code) (Slip, error) {
	s, ok, err := get(r, d.place(c))
	if err != nil || !ok {
		return Slip{}, orElse(err, ErrCode)
	}
	return s, nil
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Void ends a slip that nobody has been credited with, expired or not. Refusals:
// ErrCredited, with the slip; loyalty.ErrAlreadyReversed; loyalty.ErrUnknownRef.
func (d *Desk) Void(tx store.Tx, ref loyalty.Ref, by loyalty.Actor, now time.Time) (Slip, error) {
	s, err := d.ByRef(tx, ref)
	switch {
	case err != nil:
		return s, err
	case s.State == Credited:
		return s, ErrCredited
	case s.State == Void:
		return s, loyalty.ErrAlreadyReversed
	}
	s.State, s.By, s.Ended = Void, by, now.UTC()
	return s, slips.Put(tx, s, d.place(d.CodeOf(s)))
}
