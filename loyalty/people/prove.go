package people

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// proveLength is the length of a code shown at the counter: seven random
// characters are 34 bits, and only employees may try, each of them throttled.
const proveLength = 8

// ProveLife is how long a code is good that is shown at the counter.
const ProveLife = 15 * time.Minute

// ErrOwnAccount refuses to move an account to the member whose it is.
var ErrOwnAccount = errors.New("people: the account is that member's already")

// ProveCode is what a new chat shows at the counter, so that an employee names
// that chat and no other: eight unambiguous letters and digits.
type ProveCode code

// String groups the characters by four, for people.
func (c ProveCode) String() string { return grouped(string(c)) }

// ParseProveCode reads such a code as typed, or ErrCodeForm.
func ParseProveCode(s string) (ProveCode, error) {
	c, err := parseCodeOf(proveLength, s)
	return ProveCode(c), err
}

// ByRecovery is the proof by a recovery code. Who was brought by a file has none.
const ByRecovery Proof = "recovery"

// Asker is a chat that wants to be a member's.
type Asker struct {
	Person loyalty.MemberID // whose it is until then
	Who    Identity
}

// proveRow is a chat that waits for an employee. Its key is its code's hash.
type proveRow struct {
	Person  loyalty.MemberID `json:"person"`
	Who     []byte           `json:"who"` // sealed with the person's key
	Expires time.Time        `json:"expires"`
}

// lostRow marks a member whose lock was asked for because a phone was lost.
type lostRow struct {
	At time.Time `json:"at"`
}

var (
	proves = store.NewTable[proveRow]("provecode/", store.Locked, store.FirstPart("provecode"))
	losses = store.NewTable[lostRow]("lost/", store.Locked, store.FirstPart("member"))
)

// NewProveCode draws a code that stands for a chat, good once and until now plus
// [ProveLife]. Refusal: *ThrottledError (five codes in ten minutes).
func (v *Vault) NewProveCode(tx store.Tx, a Asker, now time.Time, rand io.Reader) (ProveCode, error) {
	if err := v.Attempt(tx, CodeThrottle.For("newprove"), a.Who, now); err != nil {
		return "", err
	}
	c, err := newCodeOf(proveLength, rand)
	if err != nil {
		return "", err
	}
	sealed, err := v.SealAsker(tx, a, rand)
	if err != nil {
		return "", err
	}
	h := v.hash("prove", string(c))
	if err := tx.Lock(store.Subject("provecode/" + h)); err != nil {
		return "", err
	}
	return ProveCode(c), proves.Put(tx, proveRow{a.Person, sealed, now.Add(ProveLife).UTC()}, h)
}

// ByProveCode is the chat whose code employee typed. The code stays good until
// [Vault.EndProve]. Wrong codes are counted, right ones are not. Refusals, after
// which the transaction should commit: *ThrottledError, ErrCode.
func (v *Vault) ByProveCode(tx store.Tx, code ProveCode, employee Identity, now time.Time) (Asker, error) {
	tries := CodeThrottle.For("prove")
	if err := v.Barred(tx, tries, employee, now); err != nil {
		return Asker{}, err
	}
	h := v.hash("prove", string(code))
	if err := tx.Lock(store.Subject("provecode/" + h)); err != nil {
		return Asker{}, err
	}
	row, ok, err := proves.Get(tx, h)
	if err != nil {
		return Asker{}, err
	}
	if ok && now.Before(row.Expires) {
		a, err := v.OpenAsker(tx, row.Person, row.Who)
		if !errors.Is(err, ErrCode) {
			return a, err
		}
	}
	if err := v.Attempt(tx, tries, employee, now); err != nil {
		return Asker{}, err
	}
	return Asker{}, ErrCode
}

// EndProve makes a code that was used good for nothing.
func (v *Vault) EndProve(tx store.Tx, code ProveCode) error {
	h := v.hash("prove", string(code))
	if err := tx.Lock(store.Subject("provecode/" + h)); err != nil {
		return err
	}
	return proves.Delete(tx, h)
}

// SealAsker seals which chat it is, for a row that waits for a manager.
func (v *Vault) SealAsker(tx store.Tx, a Asker, rand io.Reader) ([]byte, error) {
	plain, err := json.Marshal(a.Who)
	if err != nil {
		return nil, err
	}
	return v.SealFor(tx, a.Person, "asker", plain, rand)
}

// OpenAsker opens what SealAsker sealed: ErrCode once the chat is somebody
// else's or its person is erased.
func (v *Vault) OpenAsker(r store.Reader, person loyalty.MemberID, sealed []byte) (Asker, error) {
	a := Asker{Person: person}
	plain, err := v.OpenFor(r, person, "asker", sealed)
	if errors.Is(err, ErrErased) || errors.Is(err, ErrNobody) {
		return a, ErrCode
	}
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(plain, &a.Who); err != nil {
		return a, fmt.Errorf("person %s: %w", person, ErrSealed) // the cause would quote the account
	}
	now, known, err := v.Who(r, a.Who)
	if err == nil && (!known || now != person) {
		err = ErrCode
	}
	return a, err
}

// ReportLost notes that the member's lock is for a lost phone, or takes the note
// back. Only such a lock ends by a proof of who one is; any other is a
// manager's to end.
func (v *Vault) ReportLost(tx store.Tx, id loyalty.MemberID, lost bool, now time.Time) error {
	if err := tx.Lock(Subject(id)); err != nil {
		return err
	}
	if lost {
		return losses.Put(tx, lostRow{now.UTC()}, string(id))
	}
	return losses.Delete(tx, string(id))
}

// Lost reports whether the member's lock is for a lost phone. In an Update the
// caller locks Subject(id) first.
func (v *Vault) Lost(r store.Reader, id loyalty.MemberID) (bool, error) {
	_, lost, err := losses.Get(r, string(id))
	return lost, err
}

// Regain gives a member who proved who he is the account who as a way in, as
// [Vault.Link] does with a code from an old one. The person whose account it was
// is dissolved: mayLeave is Link's. Refusals, which leave nothing half done:
// ErrOwnAccount, ErrMergeNeeded, ErrNotMember for a member who is no more,
// ErrFrozen for one whose lock is not for a lost phone, ErrCode where the
// account itself is locked.
func (v *Vault) Regain(tx store.Tx, who Identity, to loyalty.MemberID, now time.Time, rand io.Reader, mayLeave func(loyalty.MemberID) (bool, error)) (Linked, error) {
	if err := tx.Lock(Subject(to)); err != nil {
		return Linked{}, err
	}
	if err := v.lockIdents(tx, who); err != nil {
		return Linked{}, err
	}
	before, known, err := v.Who(tx, who)
	if err != nil {
		return Linked{}, err
	}
	if known && before == to {
		return Linked{}, ErrOwnAccount
	}
	moved := []Account{{Identity: who, LinkedAt: now.UTC()}}
	if known {
		if moved, err = v.leaving(tx, before, who, now, mayLeave); err != nil {
			return Linked{}, err
		}
	}
	if err := v.Thaw(tx, to, rand); err != nil {
		return Linked{}, err
	}
	done, err := v.attach(tx, to, moved, now, rand)
	if err != nil || !known {
		return done, err
	}
	done.Left = before
	return done, v.dissolve(tx, before, now)
}

// Thaw ends a lock that is for a lost phone, if there is one: ErrFrozen where it
// is for something else, ErrNotMember where the member is none any more.
func (v *Vault) Thaw(tx store.Tx, id loyalty.MemberID, rand io.Reader) error {
	err := v.change(tx, id, rand, func(l *life) (bool, error) {
		if l.row.Status != Member {
			return false, ErrNotMember
		}
		lost, err := v.Lost(tx, id)
		if err != nil {
			return false, err
		}
		if l.row.Frozen && !lost {
			return false, ErrFrozen
		}
		thawed := l.row.Frozen
		l.row.Frozen = false
		return thawed, losses.Delete(tx, string(id))
	})
	if errors.Is(err, ErrErased) || errors.Is(err, ErrNobody) {
		err = ErrNotMember
	}
	return err
}

// LockOut stops obeying all accounts of a member but keep: they are on the phone
// that was lost. It gives those that were obeyed until now, each of which is to
// be told, and makes the first of keep the one to reach him at.
func (v *Vault) LockOut(tx store.Tx, id loyalty.MemberID, rand io.Reader, keep ...Identity) (locked []Identity, err error) {
	err = v.change(tx, id, rand, func(l *life) (bool, error) {
		locked = nil
		for i := range l.Accounts {
			a := &l.Accounts[i]
			if slices.ContainsFunc(keep, func(k Identity) bool { return v.SameAccount(k, a.Identity) }) {
				a.Frozen = false
				continue
			}
			if !a.Frozen {
				locked = append(locked, a.Identity)
			}
			a.Frozen = true
		}
		if len(keep) > 0 {
			l.Home = keep[0]
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	return locked, endSessionsOf(tx, id)
}

// forgetProofs takes away what else lets somebody in, when he is erased.
func (v *Vault) forgetProofs(tx store.Tx, id loyalty.MemberID) error {
	if err := v.EndRecovery(tx, id); err != nil {
		return err
	}
	return losses.Delete(tx, string(id))
}
