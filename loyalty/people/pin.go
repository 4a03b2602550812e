package people

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"regulars/store"
)

var (
	// ErrPINForm reports what cannot be a PIN: not four to eight digits, or
	// digits that anybody tries first.
	ErrPINForm = errors.New("people: a PIN has four to eight digits, and not 1111 or 1234")
	// ErrPIN is the one answer to a wrong PIN, and to one that was never set.
	ErrPIN = errors.New("people: wrong PIN")
)

// LockedError refuses a PIN before it is looked at: too many were wrong on this
// device.
type LockedError struct {
	Until time.Time // the next try is allowed then
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("people: locked after wrong PINs until %s", e.Until.UTC().Format(time.RFC3339))
}

// pinRow is an employee's PIN: a slow salted hash, sealed with the
// installation's key, so that the store alone cannot be tried offline.
type pinRow struct {
	Sealed []byte    `json:"s"`
	At     time.Time `json:"at"` // one that is older than the employment is none
}

// pinCode is a six-digit code that lets an employee choose a PIN.
type pinCode struct {
	Hash    string    `json:"h"`
	Expires time.Time `json:"expires"`
}

// pinWait counts tries on a device: of one employee, or of all.
type pinWait struct {
	Count int       `json:"n"`
	At    time.Time `json:"at"` // the newest
	Until time.Time `json:"until,omitzero"`
}

var (
	pins     = store.NewTable[pinRow]("pin/", store.Readable, store.FirstPart("staff"))
	pinCodes = store.NewTable[pinCode]("pincode/", store.Locked, store.FirstPart("staff"))
	pinWaits = store.NewTable[pinWait]("pinwait/", store.Locked, store.FirstPart("pinwait"))
)

// ReadPIN reads a PIN as it is typed: four to eight digits, full-width ones too.
// It refuses with ErrPINForm what is one digit over and over, or a row of them.
func ReadPIN(typed string) (string, error) {
	if len(typed) > 64 {
		return "", ErrPINForm
	}
	s := strings.TrimSpace(narrow(typed))
	if len(s) < 4 || len(s) > 8 || strings.Trim(s, "0123456789") != "" {
		return "", ErrPINForm
	}
	up, down, same := true, true, true
	for i := 1; i < len(s); i++ {
		up, down, same = up && s[i] == s[i-1]+1, down && s[i]+1 == s[i-1], same && s[i] == s[i-1]
	}
	if up || down || same {
		return "", ErrPINForm
	}
	return s, nil
}

// PIN is a PIN's hash with its salt.
type PIN struct{ salt, hash []byte }

const pinSalt = 16

// hashPIN takes some 20 ms and 19 MiB (argon2id, OWASP's least); it must not run
// inside an Update.
func hashPIN(pin string, salt []byte) []byte {
	return argon2.IDKey([]byte(pin), salt, 2, 19<<10, 1, 32)
}

// NewPIN hashes a PIN that [ReadPIN] read. It is slow on purpose.
func NewPIN(pin string, rand io.Reader) (PIN, error) {
	p := PIN{salt: make([]byte, pinSalt)}
	if _, err := io.ReadFull(rand, p.salt); err != nil {
		return p, fmt.Errorf("people: no randomness: %w", err)
	}
	p.hash = hashPIN(pin, p.salt)
	return p, nil
}

// Is reports whether it is this PIN. It is slow on purpose, also for the zero
// PIN, which is nobody's: who has none cannot be told from who has.
func (p PIN) Is(pin string) bool {
	if len(p.salt) == 0 {
		p.salt = make([]byte, pinSalt)
	}
	return hmac.Equal(p.hash, hashPIN(pin, p.salt)) && len(p.hash) > 0
}

// SetPIN gives an employee a PIN instead of the one they had.
func (v *Vault) SetPIN(tx store.Tx, id StaffID, p PIN, now time.Time, rand io.Reader) error {
	sealed, err := v.SealShop("pin/"+string(id), append(append([]byte{}, p.salt...), p.hash...), rand)
	if err != nil {
		return err
	}
	if err := tx.Lock(store.Subject("staff/" + string(id))); err != nil {
		return err
	}
	return pins.Put(tx, pinRow{sealed, now.UTC()}, string(id))
}

// PINOf is an employee's PIN, a zero one for who has none that counts: one from
// before they were enrolled as what they are now is none.
func (v *Vault) PINOf(r store.Reader, s Staff) (PIN, error) {
	row, ok, err := pins.Get(r, string(s.ID))
	if err != nil || !ok || row.At.Before(s.EnrolledAt) {
		return PIN{}, err
	}
	plain, err := v.OpenShop("pin/"+string(s.ID), row.Sealed)
	if err != nil || len(plain) <= pinSalt {
		return PIN{}, err
	}
	return PIN{plain[:pinSalt], plain[pinSalt:]}, nil
}

// HasPIN reports whether an employee can unlock a device.
func (v *Vault) HasPIN(r store.Reader, s Staff) (bool, error) {
	row, ok, err := pins.Get(r, string(s.ID))
	return ok && !row.At.Before(s.EnrolledAt), err
}

// NewPINCode draws the six digits with which an employee chooses a PIN at a
// device, good once and until now plus [CodeLife]; one drawn before is dead.
// Refusal: *ThrottledError (five in ten minutes).
func (v *Vault) NewPINCode(tx store.Tx, id StaffID, now time.Time, rand io.Reader) (string, error) {
	if err := v.AttemptBy(tx, CodeThrottle.For("newpin"), string(id), now); err != nil {
		return "", err
	}
	var digits [6]byte
	var b [1]byte
	for i := 0; i < len(digits); {
		if _, err := io.ReadFull(rand, b[:]); err != nil {
			return "", fmt.Errorf("people: no randomness: %w", err)
		}
		if b[0] < 250 { // the largest multiple of ten that a byte holds
			digits[i] = '0' + b[0]%10
			i++
		}
	}
	code := string(digits[:])
	if err := tx.Lock(store.Subject("staff/" + string(id))); err != nil {
		return "", err
	}
	return code, pinCodes.Put(tx, pinCode{v.hash("pincode", string(id), code), now.Add(CodeLife).UTC()}, string(id))
}

// UsePINCode spends an employee's code. Refusal: ErrCode for a wrong, a used and
// an expired one alike; the caller counts the try ([Vault.BeginPIN]).
func (v *Vault) UsePINCode(tx store.Tx, id StaffID, typed string, now time.Time) error {
	if err := tx.Lock(store.Subject("staff/" + string(id))); err != nil {
		return err
	}
	row, ok, err := pinCodes.Get(tx, string(id))
	if err != nil {
		return err
	}
	code := strings.NewReplacer(" ", "", "-", "").Replace(narrow(typed))
	if !ok || !now.Before(row.Expires) || !hmac.Equal([]byte(row.Hash), []byte(v.hash("pincode", string(id), code))) {
		return ErrCode
	}
	return pinCodes.Delete(tx, string(id))
}

// Tries that a device has before it must wait: for one employee, and for all of
// them together, as somebody who tries one colleague after the other would.
const (
	freeTries       = 5
	freeDeviceTries = 20
)

// longestWait bounds the wait, and pinForget is when tries are forgotten.
const (
	firstWait   = 30 * time.Second
	longestWait = time.Hour
	pinForget   = 24 * time.Hour
	// deviceLeak is after how long one of a device's own tries is forgotten.
	deviceLeak = 5 * time.Minute
)

// allStaff stands for everybody in the key of a device's own count; it is no
// employee's id.
const allStaff = "all"

// waitAfter is how long to wait after so many wrong tries.
func waitAfter(count, free int) time.Duration {
	if count < free {
		return 0
	}
	wait := firstWait
	for ; count > free && wait < longestWait; count-- {
		wait *= 2
	}
	return min(wait, longestWait)
}

// BeginPIN counts a try of an employee's PIN or code on a device before it is
// looked at, so that tries side by side are counted too; it must be committed.
// A right one is taken out of the count by [Vault.RightPIN]. Refusal:
// *LockedError. What is counted is counted on this device alone: whoever has it
// in hand locks nobody out of another one.
func (v *Vault) BeginPIN(tx store.Tx, d DeviceID, id StaffID, now time.Time) error {
	if err := tx.Lock(store.Subject("pinwait/" + string(d))); err != nil {
		return err
	}
	keys := [2]string{string(id), allStaff}
	free := [2]int{freeTries, freeDeviceTries}
	var rows [2]pinWait
	for i, key := range keys {
		row, _, err := pinWaits.Get(tx, string(d), key)
		if err != nil {
			return err
		}
		// A clock that was set back must not lock anybody out for long.
		if now.Sub(row.At).Abs() >= pinForget || now.Before(row.At.Add(-longestWait)) {
			row = pinWait{}
		}
		if now.Before(row.Until) {
			return &LockedError{row.Until}
		}
		if key == allStaff { // wrong ones of many hands on a long day are no attack
			row.Count = max(0, row.Count-int(max(0, now.Sub(row.At))/deviceLeak))
		}
		rows[i] = row
	}
	for i, row := range rows {
		row.Count++
		row.At, row.Until = now.UTC(), time.Time{}
		if wait := waitAfter(row.Count, free[i]); wait > 0 {
			row.Until = now.Add(wait).UTC()
		}
		if err := pinWaits.Put(tx, row, string(d), keys[i]); err != nil {
			return err
		}
	}
	return nil
}

// codeTries is how often one code may be typed wrong on one device: five against
// a million, and only its owner draws another.
const codeTries = 5

// BeginPINCode is [Vault.BeginPIN] for who types a code from their own chat. It
// asks for no wait: whoever spoils an employee's PIN on a device, or the device's
// own count, does not keep them from it, because a code that was drawn is theirs
// to draw. Refusal: ErrCode where this code was typed too often here; and those of
// BeginPIN, by which it is counted, where there is none.
func (v *Vault) BeginPINCode(tx store.Tx, d DeviceID, id StaffID, now time.Time) error {
	if err := tx.Lock(store.Subject("staff/" + string(id))); err != nil {
		return err
	}
	code, ok, err := pinCodes.Get(tx, string(id))
	if err != nil {
		return err
	}
	if !ok || !now.Before(code.Expires) {
		return v.BeginPIN(tx, d, id, now)
	}
	if err := tx.Lock(store.Subject("pinwait/" + string(d))); err != nil {
		return err
	}
	key := "code." + string(id)
	row, _, err := pinWaits.Get(tx, string(d), key)
	if err != nil {
		return err
	}
	if !row.Until.Equal(code.Expires) { // of a code before
		row = pinWait{Until: code.Expires}
	}
	if row.Count >= codeTries {
		return ErrCode
	}
	row.Count++
	row.At = now.UTC()
	return pinWaits.Put(tx, row, string(d), key)
}

// RightPIN forgets an employee's wrong tries on a device, and takes the right
// one out of the device's own count.
func (v *Vault) RightPIN(tx store.Tx, d DeviceID, id StaffID) error {
	if err := tx.Lock(store.Subject("pinwait/" + string(d))); err != nil {
		return err
	}
	if err := pinWaits.Delete(tx, string(d), string(id)); err != nil {
		return err
	}
	row, ok, err := pinWaits.Get(tx, string(d), allStaff)
	if err != nil || !ok {
		return err
	}
	row.Count, row.Until = max(0, row.Count-1), time.Time{}
	return pinWaits.Put(tx, row, string(d), allStaff)
}
