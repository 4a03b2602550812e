package people

import (
	"errors"
	"io"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// ErrLastOwner refuses what would leave the shop without an owner.
var ErrLastOwner = errors.New("people: the shop's last owner stays one")

// MoveStaff gives an employee another role and store; "" is every store. It holds
// from the next request on: what they had open in a browser ends. Caps of their
// own were set for the role that they had, and end with it. Refusals:
// ErrRole, ErrNotStaff (also for one who left), ErrLastOwner.
func (v *Vault) MoveStaff(tx store.Tx, id StaffID, role loyalty.Role, at loyalty.Store) error {
	if rank[role] == 0 {
		return ErrRole
	}
	if role != Owner {
		if err := v.notLastOwner(tx, id); err != nil {
			return err
		}
	}
	return changeStaff(tx, id, func(row *staffRow) error {
		if !row.Active {
			return ErrNotStaff
		}
		if row.Role != role {
			row.Caps = nil
		}
		row.Role, row.Store = role, at
		return nil
	})
}

// LetGo is [Vault.Dismiss] that keeps the last owner, and ends at once what the
// employee could still open: sessions in browsers, and the PIN. Refusals:
// ErrNotStaff, ErrLastOwner.
func (v *Vault) LetGo(tx store.Tx, id StaffID, now time.Time) error {
	if err := v.notLastOwner(tx, id); err != nil {
		return err
	}
	if err := v.Dismiss(tx, id, now); err != nil {
		return err
	}
	if err := v.EndConsoleSessions(tx, id); err != nil {
		return err
	}
	return v.ForgetPIN(tx, id)
}

// owners is locked by whatever could leave the shop without one: two of them
// must not end each other at the same time.
const owners = store.Subject("staff/owners")

// notLastOwner refuses the one who is the only owner at work.
func (v *Vault) notLastOwner(tx store.Tx, id StaffID) error {
	if err := tx.Lock(owners); err != nil {
		return err
	}
	var err error
	mine, others := false, false
	for _, row := range staff.Scan(tx, staff.All(), &err) {
		if row.Active && row.Role == Owner {
			mine, others = mine || row.ID == id, others || row.ID != id
		}
	}
	if err == nil && mine && !others {
		err = ErrLastOwner
	}
	return err
}

// ForgetPIN takes an employee's PIN away; a code for a new one that waits is
// good no more.
func (v *Vault) ForgetPIN(tx store.Tx, id StaffID) error {
	if err := tx.Lock(store.Subject("staff/" + string(id))); err != nil {
		return err
	}
	return errors.Join(pins.Delete(tx, string(id)), pinCodes.Delete(tx, string(id)))
}

// name gives an invited employee the name that the invitation said.
func (v *Vault) name(tx store.Tx, id StaffID, sealed []byte, rand io.Reader) error {
	name, err := v.openOr(sealed, "invite name")
	if err != nil || name == "" {
		return err
	}
	return v.NameStaff(tx, id, name, rand)
}
