package people

import (
	"io"
	"time"

	"regulars/store"
)

// DeskLife is how long a session at a device lasts at most: a long shift.
const DeskLife = 12 * time.Hour

// deskKept is how long an ended session is known: what was done in it may come
// later, out of a queue.
const deskKept = 36 * time.Hour

// Desk is one employee's turn at a device, from the PIN to the lock. Its token
// is the employee's proof; the row holds only a keyed hash of it.
type Desk struct {
	Device DeviceID  `json:"device"`
	Staff  StaffID   `json:"staff"`
	Since  time.Time `json:"since"`
	Seen   time.Time `json:"seen"`           // when it was last used
	Ended  time.Time `json:"ended,omitzero"` // by the lock
	// Waiting is how many acts from before the lock may still come.
	Waiting int `json:"waiting,omitempty"`
}

var desks = store.NewTable[Desk]("desk/", store.Locked, store.FirstPart("desk"))

// End is when the session ended, or ends at the latest.
func (d Desk) End() time.Time {
	last := d.Since.Add(DeskLife)
	if !d.Ended.IsZero() && d.Ended.Before(last) {
		return d.Ended
	}
	return last
}

// OpenDesk begins a session and gives its token: 128 bits, as 22 characters of
// base64url. That the PIN was right is the caller's care.
func (v *Vault) OpenDesk(tx store.Tx, d DeviceID, id StaffID, now time.Time, rand io.Reader) (string, error) {
	token, err := drawToken(16, rand)
	if err != nil {
		return "", err
	}
	h := v.hash("desk", token)
	if err := tx.Lock(store.Subject("desk/" + h)); err != nil {
		return "", err
	}
	return token, desks.Put(tx, Desk{Device: d, Staff: id, Since: now.UTC(), Seen: now.UTC()}, h)
}

// DeskOf is the session of a token on a device, ended ones included; false for
// what is none, and for another device's.
func (v *Vault) DeskOf(tx store.Tx, d DeviceID, token string) (Desk, bool, error) {
	h := v.hash("desk", token)
	if err := tx.Lock(store.Subject("desk/" + h)); err != nil {
		return Desk{}, false, err
	}
	row, ok, err := desks.Get(tx, h)
	return row, ok && row.Device == d, err
}

// PutDesk stores a session as the caller changed it.
func (v *Vault) PutDesk(tx store.Tx, token string, d Desk) error {
	return desks.Put(tx, d, v.hash("desk", token))
}
