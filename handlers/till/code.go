package till

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/receipt"
)

// Coded is a sale without a member, and the code that is its customer's.
type Coded struct {
	Slip receipt.Slip
	Code receipt.Code
}

// Code records a sale without a member and remembers it for undoing, under the
// reference of its slip. The same order again, by the same employee, gives the
// same code. Refusals: as [receipt.Desk.Issue].
func (t Till) Code(c *Call, s loyalty.Sale) (Coded, error) {
	a := c.Act("code")
	slip, code, err := t.Slips().Issue(c.Tx, receipt.Act{
		Op: a.Op, Actor: a.Actor, Role: a.Role, Store: a.Store, At: a.At, Now: a.Now,
	}, s)
	var twice *loyalty.DuplicateError
	if errors.As(err, &twice) {
		err = &bot.Refusal{Text: i18n.T(i18n.CodeTwice, "Ref", string(twice.Ref)), Cause: err}
	}
	if err != nil || slip.Op != a.Op { // the code of before is remembered already
		return Coded{slip, code}, err
	}
	return Coded{slip, code}, t.Remember(c, Done{Ref: slip.Ref, At: c.Now})
}

// Claimed is a slip that was credited, and what that brought.
type Claimed struct {
	Sold
	Slip receipt.Slip
}

// Claim credits a code's sale to a member, once: in the name of the employee who
// made the slip, as of the sale's own time. c.Me is not asked. Nobody is told:
// the member reads it in the answer, which costs nothing. Refusals:
// [receipt.ErrCode]; [receipt.ErrYours], with the slip; as [club.Club.Sale], with
// *loyalty.LimitError where that employee's day is full.
func (t Till) Claim(c *Call, m people.Person, code receipt.Code) (out Claimed, err error) {
	out.Slip, err = t.Slips().Credit(c.Tx, code, m.ID, c.Now, func(s receipt.Slip) (loyalty.Ref, error) {
		self, err := t.whoIs(c, s.Actor)
		if err != nil {
			return "", err
		}
		out.Outcome, err = t.Club.Sale(c.Tx, m.ID, book.Act{
			Op: c.Op("claim"), Actor: s.Actor, Role: s.Role, Self: self, Store: s.Store, At: s.At, Now: c.Now, Did: s.Issued,
		}, s.Sale())
		return out.Receipt.Entry().Ref, err
	})
	if err != nil {
		return out, err
	}
	out.Entry = out.Receipt.Entry()
	out.Cards, err = t.Stamped(c, m.ID, out.Receipt)
	return out, err
}

// whoIs is the member that an employee is, also one who left the shop: nobody
// credits a sale to themselves that they entered. It is "" for other actors.
func (t Till) whoIs(c *Call, a loyalty.Actor) (loyalty.MemberID, error) {
	id, ok := strings.CutPrefix(string(a), "staff/")
	if !ok {
		return "", nil
	}
	s, err := t.Vault.StaffByID(c.Tx, people.StaffID(id))
	if errors.Is(err, people.ErrNotStaff) {
		return "", nil
	}
	return s.Member, err
}

// unslip takes a sale without a member back: its code is void. Where somebody has
// its points it gives the reference of the entry, which is to be taken back
// instead.
func (t Till) unslip(c *Call, ref loyalty.Ref) (u Undone, entry loyalty.Ref, err error) {
	desk := t.Slips()
	slip, err := desk.ByRef(c.Tx, ref)
	if err == nil {
		err = MayUndo(c.Me, slip.Actor)
	}
	if err != nil {
		return u, "", err
	}
	slip, err = desk.Void(c.Tx, ref, c.by(), c.Now)
	if errors.Is(err, receipt.ErrCredited) {
		return u, slip.Entry, nil
	}
	return Undone{Slip: slip, Ref: string(slip.Ref)}, "", err
}

// slipStands reports whether a sale without a member was not taken back: neither
// its code nor, where somebody has its points, its entry. One whose time is over
// without anybody's asking has nothing left to take back.
func (t Till) slipStands(c *Call, ref loyalty.Ref) (bool, error) {
	slip, err := t.Slips().ByRef(c.Tx, ref)
	switch {
	case errors.Is(err, loyalty.ErrUnknownRef):
		return false, nil // swept
	case err != nil || slip.State != receipt.Credited:
		return slip.Claimable(c.Now), err
	}
	return t.Stands(c, Done{Ref: slip.Entry})
}
