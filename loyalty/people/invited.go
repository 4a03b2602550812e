package people

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// InviteLife is the longest that an invitation is good.
const InviteLife = 7 * 24 * time.Hour

// Invitation is what a code makes of its reader, while it waits to be used.
type Invitation struct {
	ID      string // names it in lists; it opens nothing
	Role    loyalty.Role
	Store   loyalty.Store
	Name    string // that colleagues and receipts will show; "" the reader's own
	By      loyalty.Actor
	Made    time.Time
	Expires time.Time
	Code    InviteCode // what is to be typed; "" where it is not kept
}

// InviteAs draws a code as [Vault.Invite] does and keeps it, sealed with the
// shop's key, so that whoever invites several can hand the codes out later. Of inv
// it takes Role, Store, Name, By and Expires, which is at most [InviteLife] from
// now.
func (v *Vault) InviteAs(tx store.Tx, inv Invitation, now time.Time, rand io.Reader) (InviteCode, error) {
	if rank[inv.Role] == 0 {
		return "", ErrRole
	}
	c, err := newCode(rand)
	if err != nil {
		return "", err
	}
	h := v.hash("invite", string(c))
	if err := tx.Lock(store.Subject("invite/" + h)); err != nil {
		return "", err
	}
	row := inviteRow{Role: inv.Role, Store: inv.Store, By: inv.By, Made: now.UTC(), Expires: inv.Expires.UTC()}
	if row.Expires.Sub(now) > InviteLife {
		row.Expires = now.Add(InviteLife).UTC()
	}
	if row.Code, err = v.SealShop("invite code", []byte(c), rand); err != nil {
		return "", err
	}
	if name := clip(inv.Name); name != "" {
		if row.Name, err = v.SealShop("invite name", []byte(name), rand); err != nil {
			return "", err
		}
	}
	return InviteCode(c), invites.Put(tx, row, h)
}

// Invitations are those that wait to be used, the newest first.
func (v *Vault) Invitations(r store.Reader, now time.Time) (list []Invitation, err error) {
	for h, row := range invites.Scan(r, invites.All(), &err) {
		if !now.Before(row.Expires) {
			continue
		}
		inv := Invitation{ID: h, Role: row.Role, Store: row.Store, By: row.By, Made: row.Made, Expires: row.Expires}
		code, e := v.openOr(row.Code, "invite code")
		name, e2 := v.openOr(row.Name, "invite name")
		if e := errors.Join(e, e2); e != nil {
			return nil, e
		}
		inv.Code, inv.Name = InviteCode(code), name
		list = append(list, inv)
	}
	slices.SortStableFunc(list, func(a, b Invitation) int { return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(a.ID, b.ID)) })
	return list, err
}

// openOr opens what the shop's key sealed, "" where nothing is there.
func (v *Vault) openOr(sealed []byte, purpose string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := v.OpenShop(purpose, sealed)
	return string(plain), err
}

// InvitationBy is one that waits, for who takes it back; false when it was used
// or has run out.
func InvitationBy(tx store.Tx, id string, now time.Time) (inv Invitation, ok bool, err error) {
	if id == "" || len(id) > 100 || strings.Contains(id, "/") { // a browser says it
		return inv, false, nil
	}
	if err := tx.Lock(store.Subject("invite/" + id)); err != nil {
		return inv, false, err
	}
	row, ok, err := invites.Get(tx, id)
	if err != nil || !ok || !now.Before(row.Expires) {
		return inv, false, err
	}
	return Invitation{ID: id, Role: row.Role, Store: row.Store, By: row.By, Made: row.Made, Expires: row.Expires}, true, nil
}

// DropInvitation makes a code that waits good for nobody.
func DropInvitation(tx store.Tx, id string) error {
	if err := tx.Lock(store.Subject("invite/" + id)); err != nil {
		return err
	}
	return invites.Delete(tx, id)
}
