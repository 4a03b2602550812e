package people

import (
	"io"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// recoveryLength is the length of a recovery code with its check character: 15
// random characters are 74 bits. It is kept on paper for years, so it has to
// outlast more guessing than codes that live minutes.
const recoveryLength = 16

// RecoveryCode lets a member in who has no chat left: sixteen unambiguous
// letters and digits, drawn once, shown once, good once.
type RecoveryCode code

// String groups the characters by four, for people.
func (c RecoveryCode) String() string { return grouped(string(c)) }

// GoString keeps %#v from giving the code away.
func (c RecoveryCode) GoString() string { return "people.RecoveryCode(•••)" }

// ParseRecoveryCode reads a recovery code as typed, or ErrCodeForm.
func ParseRecoveryCode(s string) (RecoveryCode, error) {
	c, err := parseCodeOf(recoveryLength, s)
	return RecoveryCode(c), err
}

// recoveryRow leads from a code's hash to its member.
type recoveryRow struct {
	Member loyalty.MemberID `json:"member"`
}

// recoveryOf is which code is a member's, so that a new one ends it.
type recoveryOf struct {
	Hash string    `json:"hash"`
	At   time.Time `json:"at"`
}

var (
	recoveries   = store.NewTable[recoveryRow]("recovery/", store.Locked, store.FirstPart("recovery"))
	recoveriesOf = store.NewTable[recoveryOf]("recoveryof/", store.Locked, store.FirstPart("member"))
)

// NewRecoveryCode draws the member's recovery code and ends the one before.
// Only its keyed hash is kept: who loses it draws another. Refusals:
// ErrNotMember, ErrFrozen, *ThrottledError (five codes in ten minutes).
func (v *Vault) NewRecoveryCode(tx store.Tx, id loyalty.MemberID, now time.Time, rand io.Reader) (RecoveryCode, error) {
	if err := tx.Lock(Subject(id)); err != nil {
		return "", err
	}
	row, ok, err := persons.Get(tx, string(id))
	switch {
	case err != nil:
		return "", err
	case !ok || row.Status != Member:
		return "", ErrNotMember
	case row.Frozen:
		return "", ErrFrozen
	}
	if err := v.AttemptBy(tx, CodeThrottle.For("newrecovery"), string(id), now); err != nil {
		return "", err
	}
	if err := v.EndRecovery(tx, id); err != nil {
		return "", err
	}
	c, err := newCodeOf(recoveryLength, rand)
	if err != nil {
		return "", err
	}
	h := v.hash("recovery", string(c))
	if err := tx.Lock(store.Subject("recovery/" + h)); err != nil {
		return "", err
	}
	if err := recoveriesOf.Put(tx, recoveryOf{h, now.UTC()}, string(id)); err != nil {
		return "", err
	}
	return RecoveryCode(c), recoveries.Put(tx, recoveryRow{id}, h)
}

// Recovery tells when the member drew the code that is good now; ok is false
// where there is none. In an Update the caller locks Subject(id) first.
func (v *Vault) Recovery(r store.Reader, id loyalty.MemberID) (drawn time.Time, ok bool, err error) {
	row, ok, err := recoveriesOf.Get(r, string(id))
	return row.At, ok, err
}

// ByRecovery is the member whose code who has typed. The code stays good until
// [Vault.EndRecovery]. Refusals, after which the transaction should commit:
// *ThrottledError (five tries in ten minutes), ErrCode.
func (v *Vault) ByRecovery(tx store.Tx, code RecoveryCode, who Identity, now time.Time) (loyalty.MemberID, error) {
	if err := v.Attempt(tx, CodeThrottle.For("recovery"), who, now); err != nil {
		return "", err
	}
	h := v.hash("recovery", string(code))
	if err := tx.Lock(store.Subject("recovery/" + h)); err != nil {
		return "", err
	}
	row, ok, err := recoveries.Get(tx, h)
	if err == nil && !ok {
		err = ErrCode
	}
	return row.Member, err
}

// EndRecovery ends the member's recovery code, and those of whoever was merged
// into them, which lead to the same card: because one was used, another is drawn,
// or the chats that showed them are on a phone that was lost. Without one it does
// nothing.
func (v *Vault) EndRecovery(tx store.Tx, id loyalty.MemberID) error {
	return v.eachPart(tx, id, func(id loyalty.MemberID) error { return v.endRecovery(tx, id) })
}

func (v *Vault) endRecovery(tx store.Tx, id loyalty.MemberID) error {
	old, ok, err := recoveriesOf.Get(tx, string(id))
	if err != nil || !ok {
		return err
	}
	if err := tx.Lock(store.Subject("recovery/" + old.Hash)); err != nil {
		return err
	}
	if err := recoveries.Delete(tx, old.Hash); err != nil {
		return err
	}
	return recoveriesOf.Delete(tx, string(id))
}
