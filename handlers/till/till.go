// Package till is what a till does for a shop, whoever asks: an employee in
// chat, the page on the counter, a program. It records purchases, takes
// vouchers, takes back what was done, remembers an employee's last acts, and
// words the receipts of both sides, so that no two ways of selling differ.
//
// Who acts, with which role and at which store, is in [Call], which the caller
// fills from what it has proven: a signed event's source, or a registered device
// and an employee's PIN (design, law 3). Nothing here asks a question, and
// nothing reads what somebody typed.
//
// # Rows
//
//	acts/<staff>        the employee's last acts, newest first, for undoing; for ever, 10 at most
//	approval/<id>       points that wait for a second person; the reason is sealed; 7 days
//	proving/<id>        a card that waits to be moved to a new phone, whose chat is sealed; 7 days
package till

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/receipt"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Till is a shop's. It is a value without state.
type Till struct{ *shop.Shop }

// Call is the particulars of one act: in which transaction, when, by whom,
// where, and how it is told.
type Call struct {
	Tx  store.Tx
	Now time.Time // the turn's now
	// At is when it happened; zero, or after Now, is Now. That an earlier one may
	// be believed is the caller's to decide.
	At time.Time
	Me people.Staff
	// Program is who acts where it is a program, such as a till's, and nobody's
	// hands: Me then says with its role only what may be taken back. "" is Me.
	Program loyalty.Actor
	Store   loyalty.Store
	// Printer speaks to the employee.
	Printer i18n.Printer
	// Op gives the operation id of a part of the act, the same for the same act
	// however often it is tried.
	Op func(part string) loyalty.OpID
	// Tell leaves a letter for a member in this transaction.
	Tell func(bot.Telling)
}

// Act is the particulars as the ledger takes them.
func (c *Call) Act(part string) book.Act {
	at := c.At
	if at.IsZero() || at.After(c.Now) { // the platform's clock is a little ahead
		at = c.Now
	}
	act := book.Act{Op: c.Op(part), Actor: c.by(), Store: c.Store, At: at, Now: c.Now}
	if c.Program == "" {
		act.Role, act.Self = c.Me.Role, c.Me.Member
	}
	return act
}

// by is who acts.
func (c *Call) by() loyalty.Actor {
	if c.Program != "" {
		return c.Program
	}
	return c.Me.ID.Actor()
}

// At is the store an employee works in: their own, or the only one there is; ""
// where that does not tell.
func (t Till) At(now time.Time, me people.Staff) loyalty.Store {
	if me.Store != "" {
		return me.Store
	}
	if all := t.Programme(now).Stores; len(all) == 1 {
		return all[0].ID
	}
	return ""
}

// Counted is a refusal that counts as a try of something that can be guessed:
// the count was written, and must stand though nothing else does. A caller that
// gives its transaction up counts it anew, with [Till.Count].
type Counted struct {
	Err   error
	Tries people.Throttle
	Who   people.Identity
}

// Error is the refusal's.
func (c Counted) Error() string { return c.Err.Error() }

// Unwrap is the refusal.
func (c Counted) Unwrap() error { return c.Err }

// Count writes the try that err counts as, if it is [Counted].
func (t Till) Count(tx store.Tx, err error, now time.Time) error {
	var c Counted
	if !errors.As(err, &c) {
		return nil
	}
	no := t.Vault.Attempt(tx, c.Tries, c.Who, now)
	var throttled *people.ThrottledError
	if errors.As(no, &throttled) {
		return nil // others have used up the tries meanwhile
	}
	return no
}

// MaxRecent is how many of an employee's acts are remembered.
const MaxRecent = 10

// recent is an employee's last acts.
type recent struct {
	Acts []Done `json:"acts"` // newest first
}

// Done is one act: an entry, a sale without a member ([receipt.IsRef]), or the use
// of a present, which is neither.
type Done struct {
	Ref     loyalty.Ref `json:"ref,omitempty"`
	Voucher voucher.ID  `json:"v,omitempty"`
	At      time.Time   `json:"at"`
}

var actsTable = store.NewTable[recent]("acts/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("acts/" + string(rest))
})

// Remember notes an act of the caller's for undoing. A program is told what it
// did, and keeps that itself.
func (t Till) Remember(c *Call, act Done) error {
	if c.Program != "" {
		return nil
	}
	row, err := t.recent(c)
	if err != nil {
		return err
	}
	row.Acts = append([]Done{act}, row.Acts...)
	if len(row.Acts) > MaxRecent {
		row.Acts = row.Acts[:MaxRecent]
	}
	return actsTable.Put(c.Tx, row, string(c.Me.ID))
}

// Recent are the caller's last acts, newest first, those taken back included.
func (t Till) Recent(c *Call) ([]Done, error) {
	row, err := t.recent(c)
	return row.Acts, err
}

func (t Till) recent(c *Call) (recent, error) {
	if err := c.Tx.Lock(store.Subject("acts/" + string(c.Me.ID))); err != nil {
		return recent{}, err
	}
	row, _, err := actsTable.Get(c.Tx, string(c.Me.ID))
	return row, err
}

// Stands reports whether an act was not taken back yet.
func (t Till) Stands(c *Call, a Done) (bool, error) {
	if a.Voucher != "" {
		v, err := t.Club.Vouchers.Get(c.Tx, a.Voucher, c.Now)
		if errors.Is(err, voucher.ErrUnknown) {
			err = nil
		}
		return v.State == voucher.Used && v.UsedAt.Equal(a.At), err
	}
	if receipt.IsRef(a.Ref) {
		return t.slipStands(c, a.Ref)
	}
	e, err := t.Book.ByRef(c.Tx, a.Ref)
	if err != nil {
		return false, err
	}
	mark, err := t.Book.Reversed(c.Tx, e)
	return !mark.Whole, err
}
