package people

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// ErrNoDevice reports an id of no device.
var ErrNoDevice = errors.New("people: no such device")

// DeviceID names a device on the counter for ever: a ULID.
type DeviceID string

// Device is a phone or tablet on a shop's counter. It acts for nobody: who acts
// is the employee who unlocked it with a PIN.
type Device struct {
	ID        DeviceID      `json:"id"`
	Name      string        `json:"name"`
	Store     loyalty.Store `json:"store"`
	By        StaffID       `json:"by"` // the manager whose link registered it
	At        time.Time     `json:"at"`
	SeenAt    time.Time     `json:"seen"`
	RevokedAt time.Time     `json:"revoked,omitzero"`
}

// deviceRow is the stored form. Secret is a keyed hash: the row does not open
// the device.
type deviceRow struct {
	Device
	Secret string `json:"secret"`
}

// deviceLink is a one-time link that waits to be opened. Its key is the hash of
// its token.
type deviceLink struct {
	Store   loyalty.Store `json:"store"`
	By      StaffID       `json:"by"`
	Expires time.Time     `json:"expires"`
}

var (
	devices     = store.NewTable[deviceRow]("device/", store.Readable, store.FirstPart("device"))
	deviceLinks = store.NewTable[deviceLink]("devlink/", store.Locked, store.FirstPart("devlink"))
)

// linkThrottle bounds the links that one manager draws: thirty stores can be set
// up in one sitting, and a phone left lying about does not make hundreds.
var linkThrottle = Throttle{Name: "devlink", Max: 30, Window: 10 * time.Minute}

// drawToken is n random bytes as base64url.
func drawToken(n int, rand io.Reader) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(rand, b); err != nil {
		return "", fmt.Errorf("people: no randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// NewDeviceLink draws the token of a link with which one device registers for a
// store, good once and until now plus [CodeLife]: 128 bits, as 22 characters of
// base64url. by must be a manager, now and when the link is used. Refusals:
// *ThrottledError ([linkThrottle]).
func (v *Vault) NewDeviceLink(tx store.Tx, at loyalty.Store, by StaffID, now time.Time, rand io.Reader) (string, error) {
	if err := v.AttemptBy(tx, linkThrottle, string(by), now); err != nil {
		return "", err
	}
	token, err := drawToken(16, rand)
	if err != nil {
		return "", err
	}
	h := v.hash("devlink", token)
	if err := tx.Lock(store.Subject("devlink/" + h)); err != nil {
		return "", err
	}
	return token, deviceLinks.Put(tx, deviceLink{at, by, now.Add(CodeLife).UTC()}, h)
}

// GoodLink reports whether a token's link could be used now. It spends nothing.
func (v *Vault) GoodLink(r store.Reader, token string, now time.Time) (bool, error) {
	link, ok, err := deviceLinks.Get(r, v.hash("devlink", token))
	return ok && now.Before(link.Expires), err
}

// Register makes a device of whoever has a link's token, and gives the secret
// that it keeps: its id, a dot, and 128 bits. name is cut at 40 letters. old is
// the device that the browser is already, "" for none: it keeps its id, under
// which the program knows what it was sent before, and its old secret is no good
// any more. Refusal: ErrCode, for a token unknown, used or expired alike, and
// where who made the link is no manager any more.
func (v *Vault) Register(tx store.Tx, token, name string, old DeviceID, now time.Time, rand io.Reader) (Device, string, error) {
	h := v.hash("devlink", token)
	if err := tx.Lock(store.Subject("devlink/" + h)); err != nil {
		return Device{}, "", err
	}
	link, ok, err := deviceLinks.Get(tx, h)
	if err != nil {
		return Device{}, "", err
	}
	if !ok || !now.Before(link.Expires) {
		return Device{}, "", ErrCode
	}
	if s, err := v.Employed(tx, link.By); err != nil || !AtLeast(s.Role, Manager) {
		return Device{}, "", orCode(err)
	}
	if old == "" {
		id, err := NewID(now, rand)
		if err != nil {
			return Device{}, "", err
		}
		old = DeviceID(id)
	}
	secret, err := drawToken(16, rand)
	if err != nil {
		return Device{}, "", err
	}
	row := deviceRow{Device: Device{
		ID: old, Name: clipRunes(name, 40), Store: link.Store, By: link.By, At: now.UTC(), SeenAt: now.UTC(),
	}}
	row.Secret = v.deviceHash(row.ID, secret)
	if err := tx.Lock(store.Subject("device/" + string(row.ID))); err != nil {
		return Device{}, "", err
	}
	if err := devices.Put(tx, row, string(row.ID)); err != nil {
		return Device{}, "", err
	}
	return row.Device, string(row.ID) + "." + secret, deviceLinks.Delete(tx, h)
}

// orCode is err, or ErrCode for who is no employee.
func orCode(err error) error {
	if err != nil && !errors.Is(err, ErrNotStaff) {
		return err
	}
	return ErrCode
}

func (v *Vault) deviceHash(id DeviceID, secret string) string {
	return v.hash("device", string(id), secret)
}

// DeviceOf is the device that keeps a secret, as [Vault.Register] gave it; false
// for what is none, and for one that was revoked.
func (v *Vault) DeviceOf(r store.Reader, secret string) (Device, bool, error) {
	id, rest, ok := strings.Cut(secret, ".")
	if !ok || len(id) > 64 || len(rest) > 64 || strings.Contains(id, "/") {
		return Device{}, false, nil
	}
	row, ok, err := devices.Get(r, id)
	if err != nil || !ok {
		return Device{}, false, err
	}
	same := hmac.Equal([]byte(row.Secret), []byte(v.deviceHash(row.ID, rest)))
	return row.Device, same && row.RevokedAt.IsZero(), nil
}

// Devices lists the devices of now and before, in the order of registration.
func Devices(r store.Reader) (all []Device, err error) {
	for _, row := range devices.Scan(r, devices.All(), &err) {
		all = append(all, row.Device)
	}
	return all, err
}

// DeviceByID is a device of now or before, or ErrNoDevice.
func DeviceByID(r store.Reader, id DeviceID) (Device, error) {
	row, ok, err := devices.Get(r, string(id))
	if err == nil && !ok {
		err = ErrNoDevice
	}
	return row.Device, err
}

// RevokeDevice ends a device at once, with whatever waits in it. Revoking twice
// is no error, an unknown id is ErrNoDevice.
func RevokeDevice(tx store.Tx, id DeviceID, now time.Time) error {
	return changeDevice(tx, id, func(d *Device) bool {
		first := d.RevokedAt.IsZero()
		if first {
			d.RevokedAt = now.UTC()
		}
		return first
	})
}

// seenEvery is how exactly it is known when a device was last heard of: a row
// is not written for every request.
const seenEvery = 5 * time.Minute

// SawDevice notes that a device was heard of.
func SawDevice(tx store.Tx, id DeviceID, now time.Time) error {
	return changeDevice(tx, id, func(d *Device) bool {
		if now.Sub(d.SeenAt).Abs() < seenEvery {
			return false
		}
		d.SeenAt = now.UTC()
		return true
	})
}

// DueSeen says whether [SawDevice] would write anything.
func (d Device) DueSeen(now time.Time) bool { return now.Sub(d.SeenAt).Abs() >= seenEvery }

func changeDevice(tx store.Tx, id DeviceID, f func(*Device) bool) error {
	if err := tx.Lock(store.Subject("device/" + string(id))); err != nil {
		return err
	}
	row, ok, err := devices.Get(tx, string(id))
	if err != nil {
		return err
	}
	if !ok {
		return ErrNoDevice
	}
	if !f(&row.Device) {
		return nil
	}
	return devices.Put(tx, row, string(id))
}

// clipRunes cuts a text at so many letters and makes it valid UTF-8.
func clipRunes(s string, n int) string {
	r := []rune(clip(s))
	return string(r[:min(len(r), n)])
}

// Employed is an employee of this moment, of whom nobody froze the person; else
// ErrNotStaff.
func (v *Vault) Employed(r store.Reader, id StaffID) (Staff, error) {
	s, err := v.StaffByID(r, id)
	if err != nil {
		return Staff{}, err
	}
	p, err := v.Get(r, s.Member)
	if err != nil {
		return Staff{}, err
	}
	if !s.Active || p.Frozen || p.Status == Erased {
		return Staff{}, ErrNotStaff
	}
	return s, nil
}

// WorksAt reports whether an employee may act at a store: theirs, or any.
func (s Staff) WorksAt(at loyalty.Store) bool { return s.Store == "" || s.Store == at }
