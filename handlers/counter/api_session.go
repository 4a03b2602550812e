package counter

import (
	"context"
	"errors"
	"regexp"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

// idleSlack is how much longer a session that nothing was heard of may still
// look people up: the page knows of touches that the program does not.
const idleSlack = 2 * time.Minute

type pinBody struct {
	Staff people.StaffID `json:"staff"`
	Code  string         `json:"code"`
	PIN   string         `json:"pin"`
}

// staffForm is how employees' ids look.
var staffForm = regexp.MustCompile(`^[0-9A-Za-z]{1,40}$`)

// hashing bounds how many PINs are hashed at once: each takes 19 MiB.
var hashing = make(chan struct{}, 4)

// hashed runs f, which hashes, when there is room.
func hashed(ctx context.Context, f func()) error {
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
		f()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// beginning counts a try of an employee's on a device.
type beginning = func(store.Tx, people.DeviceID, people.StaffID, time.Time) error

// tryPIN counts a try before anything is looked at, and gives the device and the
// employee. Somebody who is none is told no other thing than a wrong PIN.
func (c *Counter) tryPIN(ctx context.Context, q *request, id people.StaffID, begin beginning) (d people.Device, s people.Staff, pin people.PIN, err error) {
	if !staffForm.MatchString(string(id)) {
		return d, s, pin, errForm
	}
	err = c.DB.Update(ctx, func(tx store.Tx) (err error) {
		if d, err = c.device(tx, q); err != nil {
			return err
		}
		if err := begin(tx, d.ID, id, q.now); err != nil {
			return err
		}
		s, err = c.Shop.Vault.Employed(tx, id)
		if errors.Is(err, people.ErrNotStaff) || err == nil && !s.WorksAt(d.Store) {
			s = people.Staff{}
			return nil
		}
		if err == nil {
			pin, err = c.Shop.Vault.PINOf(tx, s)
		}
		return err
	})
	return d, s, pin, err
}

// pin lets an employee choose a PIN and unlocks the device for them.
func (c *Counter) pin(ctx context.Context, q *request, b pinBody) (any, error) {
	typed, err := people.ReadPIN(b.PIN)
	if err != nil {
		return nil, bot.Refuse(i18n.CounterPINForm)
	}
	d, s, _, err := c.tryPIN(ctx, q, b.Staff, c.Shop.Vault.BeginPINCode)
	if errors.Is(err, people.ErrCode) {
		return nil, bot.Refuse(i18n.CounterPINCode)
	}
	if err != nil {
		return nil, err
	}
	var fresh people.PIN
	if err := hashed(ctx, func() { fresh, err = people.NewPIN(typed, c.Shop.Rand) }); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if s.ID == "" {
		return nil, bot.Refuse(i18n.CounterPINCode)
	}
	answer, err := c.enter(ctx, q, d, s.ID, func(tx store.Tx) error {
		if err := c.Shop.Vault.UsePINCode(tx, s.ID, b.Code, q.now); err != nil {
			return err
		}
		return c.Shop.Vault.SetPIN(tx, s.ID, fresh, q.now, c.Shop.Rand)
	})
	if errors.Is(err, people.ErrCode) {
		return nil, bot.Refuse(i18n.CounterPINCode)
	}
	return answer, err
}

// unlock begins an employee's session.
func (c *Counter) unlock(ctx context.Context, q *request, b pinBody) (any, error) {
	d, s, pin, err := c.tryPIN(ctx, q, b.Staff, c.Shop.Vault.BeginPIN)
	if err != nil {
		return nil, err
	}
	right := false
	typed, form := people.ReadPIN(b.PIN)
	if err := hashed(ctx, func() { right = pin.Is(typed) }); err != nil {
		return nil, err
	}
	if !right || form != nil || s.ID == "" {
		return nil, bot.Refuse(i18n.CounterPINWrong)
	}
	return c.enter(ctx, q, d, s.ID, func(store.Tx) error { return nil })
}

// enter begins a session on a device, if what comes first does not refuse.
func (c *Counter) enter(ctx context.Context, q *request, d people.Device, id people.StaffID, first func(store.Tx) error) (a sessionAnswer, err error) {
	err = c.DB.Update(ctx, func(tx store.Tx) error {
		if _, err := c.device(tx, q); err != nil { // it may have been revoked meanwhile
			return err
		}
		s, err := c.Shop.Vault.Employed(tx, id)
		if err != nil {
			return staffOr(err)
		}
		if err := first(tx); err != nil {
			return err
		}
		if err := c.Shop.Vault.RightPIN(tx, d.ID, id); err != nil {
			return err
		}
		token, err := c.Shop.Vault.OpenDesk(tx, d.ID, id, q.now, c.Shop.Rand)
		a = sessionAnswer{token, s.ID, shop.Tidy(s.Name), s.Role, d.Store}
		return err
	})
	return a, err
}

// staffOr is err, as an answer where it says that somebody is no employee.
func staffOr(err error) error {
	if errors.Is(err, people.ErrNotStaff) {
		return errStaff
	}
	return err
}

type lockBody struct {
	Session string    `json:"session"`
	At      time.Time `json:"at"`
	Waiting int       `json:"waiting"`
}

// mostWaiting bounds how many acts may come after a lock.
const mostWaiting = 500

// lock ends a session. Locking twice leaves it as it was.
func (c *Counter) lock(ctx context.Context, q *request, b lockBody) (any, error) {
	return struct{}{}, c.DB.Update(ctx, func(tx store.Tx) error {
		d, err := c.device(tx, q)
		if err != nil {
			return err
		}
		desk, ok, err := c.Shop.Vault.DeskOf(tx, d.ID, b.Session)
		if err != nil || !ok || !desk.Ended.IsZero() {
			return err
		}
		desk.Ended, desk.Waiting = q.now.UTC(), min(max(b.Waiting, 0), mostWaiting)
		if b.At.After(desk.Since) && b.At.Before(q.now) {
			desk.Ended = b.At.UTC()
		}
		return c.Shop.Vault.PutDesk(tx, b.Session, desk)
	})
}

// live is the employee of a session that is going on, for what has no effect.
func (c *Counter) live(tx store.Tx, q *request, token string) (d people.Device, s people.Staff, err error) {
	if d, err = c.device(tx, q); err != nil {
		return d, s, err
	}
	desk, ok, err := c.Shop.Vault.DeskOf(tx, d.ID, token)
	if err != nil {
		return d, s, err
	}
	if !ok || !desk.Ended.IsZero() || !q.now.Before(desk.End()) || q.now.Sub(desk.Seen) > idleFor+idleSlack {
		return d, s, errSession
	}
	if s, err = c.employed(tx, d, desk.Staff); err != nil {
		return d, s, err
	}
	return d, s, c.saw(tx, token, desk, q.now)
}

// employed is an employee who may act on a device at this moment.
func (c *Counter) employed(r store.Reader, d people.Device, id people.StaffID) (people.Staff, error) {
	s, err := c.Shop.Vault.Employed(r, id)
	if err == nil && !s.WorksAt(d.Store) {
		err = errStaff
	}
	return s, staffOr(err)
}

// seenEvery is how exactly it is known when a session was last used.
const seenEvery = 15 * time.Second

func (c *Counter) saw(tx store.Tx, token string, desk people.Desk, now time.Time) error {
	if now.Sub(desk.Seen) < seenEvery {
		return nil
	}
	desk.Seen = now.UTC()
	return c.Shop.Vault.PutDesk(tx, token, desk)
}
