package people

import (
	"errors"
	"io"
	"log/slog"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// StaffID names an employee for ever: a ULID. One who leaves and comes back,
// or is promoted, keeps it, so that a day's cap is counted once.
type StaffID string

// Actor is the employee as the ledger writes him.
func (id StaffID) Actor() loyalty.Actor { return loyalty.ByStaff(string(id)) }

// The roles, each of which may do what those before it may.
const (
	Clerk   loyalty.Role = "clerk"
	Manager loyalty.Role = "manager"
	Owner   loyalty.Role = "owner"
)

var rank = map[loyalty.Role]int{Clerk: 1, Manager: 2, Owner: 3}

// AtLeast reports whether role includes the rights of least.
func AtLeast(role, least loyalty.Role) bool { return rank[role] > 0 && rank[role] >= rank[least] }

var (
	// ErrRole reports a role that is none of clerk, manager and owner.
	ErrRole = errors.New("people: the role must be clerk, manager or owner")
	// ErrNotStaff reports an id of no employee.
	ErrNotStaff = errors.New("people: no such employee")
)

// Staff is one employee. Who he is as a person is Member's row: his accounts,
// where to reach him, and that he gives no points to himself.
type Staff struct {
	ID         StaffID          `json:"id"`
	Member     loyalty.MemberID `json:"member"`
	Role       loyalty.Role     `json:"role"`
	Store      loyalty.Store    `json:"store,omitempty"` // "" is every store
	Name       string           `json:"name,omitempty"`  // given by a manager, else his own
	Active     bool             `json:"active"`
	Caps       *loyalty.Cap     `json:"caps,omitempty"` // instead of the role's
	EnrolledBy loyalty.Actor    `json:"enrolled_by"`
	EnrolledAt time.Time        `json:"enrolled_at"`
	EndedAt    time.Time        `json:"ended_at,omitzero"`
}

// String is the id.
func (s Staff) String() string { return "staff " + string(s.ID) }

// GoString is the id.
func (s Staff) GoString() string { return s.String() }

// LogValue is the id.
func (s Staff) LogValue() slog.Value { return slog.StringValue(string(s.ID)) }

// staffRow is the stored form: the name is sealed with the person's key.
type staffRow struct {
	Staff
	SealedName []byte `json:"sealed_name,omitempty"`
}

// staffIndex leads from a person to his employment, past ones included.
type staffIndex struct {
	ID StaffID `json:"id"`
}

// inviteRow is an invite code that waits to be used. Its key is its hash.
type inviteRow struct {
	Role    loyalty.Role  `json:"role"`
	Store   loyalty.Store `json:"store,omitempty"`
	By      loyalty.Actor `json:"by"`
	Expires time.Time     `json:"expires"`
	Made    time.Time     `json:"made,omitzero"`
	Name    []byte        `json:"name,omitempty"` // sealed with the shop's key, as Code is
	Code    []byte        `json:"code,omitempty"`
}

var (
	staff       = store.NewTable[staffRow]("staff/", store.Readable, store.FirstPart("staff"))
	staffByWhom = store.NewTable[staffIndex]("staffof/", store.Readable, store.FirstPart("member"))
	invites     = store.NewTable[inviteRow]("invite/", store.Locked, store.FirstPart("invite"))
)

// Invite draws a code that makes one reader an employee, good once and until
// now plus life. Whether by may invite to that role is the caller's to decide.
func (v *Vault) Invite(tx store.Tx, role loyalty.Role, at loyalty.Store, by loyalty.Actor, now time.Time, life time.Duration, rand io.Reader) (InviteCode, error) {
	if rank[role] == 0 {
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
	return InviteCode(c), invites.Put(tx, inviteRow{Role: role, Store: at, By: by, Made: now.UTC(), Expires: now.Add(life).UTC()}, h)
}

// Enrol makes the one who typed the code an employee; he must have been met
// ([Vault.Meet]). An employee who types another code changes role and store and
// keeps his id. Refusals, after which the transaction should commit:
// *ThrottledError, and ErrCode for a code unknown, used or expired.
func (v *Vault) Enrol(tx store.Tx, code InviteCode, who Identity, now time.Time, rand io.Reader) (Staff, error) {
	if err := v.Attempt(tx, CodeThrottle.For("invite"), who, now); err != nil {
		return Staff{}, err
	}
	h := v.hash("invite", string(code))
	if err := tx.Lock(store.Subject("invite/" + h)); err != nil {
		return Staff{}, err
	}
	inv, ok, err := invites.Get(tx, h)
	if err != nil {
		return Staff{}, err
	}
	id, known, err := v.Who(tx, who)
	switch {
	case err != nil:
		return Staff{}, err
	case !ok || !now.Before(inv.Expires):
		return Staff{}, ErrCode
	case !known:
		return Staff{}, ErrNobody
	}
	if err := v.employ(tx, id, inv, now, rand); err != nil {
		return Staff{}, err
	}
	if err := invites.Delete(tx, h); err != nil {
		return Staff{}, err
	}
	s, _, err := v.staffOf(tx, id)
	if err != nil || len(inv.Name) == 0 {
		return s, err
	}
	if err := v.name(tx, s.ID, inv.Name, rand); err != nil {
		return Staff{}, err
	}
	s, _, err = v.staffOf(tx, id)
	return s, err
}

func (v *Vault) employ(tx store.Tx, id loyalty.MemberID, inv inviteRow, now time.Time, rand io.Reader) error {
	if err := tx.Lock(Subject(id)); err != nil {
		return err
	}
	at, before, err := staffByWhom.Get(tx, string(id))
	if err != nil {
		return err
	}
	row := staffRow{Staff: Staff{ID: at.ID}}
	if before {
		if err := tx.Lock(store.Subject("staff/" + string(at.ID))); err != nil {
			return err
		}
		if row, _, err = staff.Get(tx, string(at.ID)); err != nil {
			return err
		}
	} else {
		fresh, err := NewID(now, rand)
		if err != nil {
			return err
		}
		row.ID = StaffID(fresh)
		if err := tx.Lock(store.Subject("staff/" + string(row.ID))); err != nil {
			return err
		}
		if err := staffByWhom.Put(tx, staffIndex{row.ID}, string(id)); err != nil {
			return err
		}
	}
	same := row.Active && row.Role == inv.Role && row.Store == inv.Store
	if !row.Active || row.Role != inv.Role { // caps of their own were for what they were
		row.Caps = nil
	}
	row.Member, row.Role, row.Store = id, inv.Role, inv.Store
	row.Active, row.EndedAt = true, time.Time{}
	row.EnrolledBy, row.EnrolledAt = inv.By, now.UTC()
	if err := staff.Put(tx, row, string(row.ID)); err != nil || same {
		return err
	}
	return endSessions(tx, row.ID)
}

// StaffOf is the employee who speaks, as of this moment: false for everybody
// else, for one who left, and for an account or a person that is frozen.
func (v *Vault) StaffOf(r store.Reader, who Identity) (Staff, bool, error) {
	id, ok, err := v.Who(r, who)
	if err != nil || !ok {
		return Staff{}, false, err
	}
	s, ok, err := v.staffOf(r, id)
	if err != nil || !ok {
		return Staff{}, false, err
	}
	p, err := v.Get(r, id)
	if err != nil {
		return Staff{}, false, err
	}
	if a, ok := p.Account(who); !ok || a.Frozen || p.Frozen {
		return Staff{}, false, nil
	}
	return s, true, nil
}

// StaffOfMember is the employee that a member is, false when he is none now.
func (v *Vault) StaffOfMember(r store.Reader, id loyalty.MemberID) (Staff, bool, error) {
	return v.staffOf(r, id)
}

func (v *Vault) staffOf(r store.Reader, id loyalty.MemberID) (Staff, bool, error) {
	at, ok, err := staffByWhom.Get(r, string(id))
	if err != nil || !ok {
		return Staff{}, false, err
	}
	s, err := v.StaffByID(r, at.ID)
	if errors.Is(err, ErrNotStaff) {
		return Staff{}, false, nil
	}
	return s, err == nil && s.Active, err
}

// StaffByID is an employee of now or before, or ErrNotStaff.
func (v *Vault) StaffByID(r store.Reader, id StaffID) (Staff, error) {
	row, ok, err := staff.Get(r, string(id))
	if err != nil {
		return Staff{}, err
	}
	if !ok {
		return Staff{}, ErrNotStaff
	}
	return v.named(r, row)
}

// named opens the employee's name. One who was erased has none.
func (v *Vault) named(r store.Reader, row staffRow) (Staff, error) {
	p, err := v.Get(r, row.Member)
	if err != nil {
		return Staff{}, err
	}
	row.Name = p.Called()
	if len(row.SealedName) > 0 && p.Status != Erased {
		name, err := v.OpenFor(r, row.Member, "staff name", row.SealedName)
		if err != nil {
			return Staff{}, err
		}
		row.Name = string(name)
	}
	return row.Staff, nil
}

// AllStaff lists the employees of now and before, in the order of enrolment.
func (v *Vault) AllStaff(r store.Reader) ([]Staff, error) {
	var all []Staff
	var err error
	for _, row := range staff.Scan(r, staff.All(), &err) {
		s, e := v.named(r, row)
		if e != nil {
			return nil, e
		}
		all = append(all, s)
	}
	return all, err
}

// Managers lists who may approve at a store now: its managers, those of every
// store, and the owners.
func (v *Vault) Managers(r store.Reader, at loyalty.Store) ([]Staff, error) {
	all, err := v.AllStaff(r)
	var out []Staff
	for _, s := range all {
		here := s.Role == Owner || s.Store == "" || s.Store == at
		if s.Active && here && AtLeast(s.Role, Manager) {
			out = append(out, s)
		}
	}
	return out, err
}

// Dismiss ends an employment; it holds from the next event on. Dismissing
// twice is no error, an unknown id is ErrNotStaff.
func (v *Vault) Dismiss(tx store.Tx, id StaffID, now time.Time) error {
	return changeStaff(tx, id, func(row *staffRow) error {
		if row.Active {
			row.Active, row.EndedAt = false, now.UTC()
		}
		return nil
	})
}

// SetCaps gives an employee caps of his own instead of the role's; nil takes
// them back.
func (v *Vault) SetCaps(tx store.Tx, id StaffID, caps *loyalty.Cap) error {
	return changeStaff(tx, id, func(row *staffRow) error {
		row.Caps = caps
		return nil
	})
}

// NameStaff gives an employee the name that colleagues and receipts show; ""
// takes it back.
func (v *Vault) NameStaff(tx store.Tx, id StaffID, name string, rand io.Reader) error {
	return changeStaff(tx, id, func(row *staffRow) (err error) {
		if row.SealedName = nil; clip(name) != "" {
			row.SealedName, err = v.SealFor(tx, row.Member, "staff name", []byte(clip(name)), rand)
		}
		return err
	})
}

func changeStaff(tx store.Tx, id StaffID, f func(*staffRow) error) error {
	if err := tx.Lock(store.Subject("staff/" + string(id))); err != nil {
		return err
	}
	row, ok, err := staff.Get(tx, string(id))
	if err != nil {
		return err
	}
	if !ok {
		return ErrNotStaff
	}
	was := row.Staff
	if err := f(&row); err != nil {
		return err
	}
	if err := staff.Put(tx, row, string(id)); err != nil {
		return err
	}
	if row.Role != was.Role || row.Store != was.Store || row.Active != was.Active {
		return endSessions(tx, id)
	}
	return nil
}

// endEmployment is what erasing does to an employee: acts of the past keep
// their nameless id, the name goes.
func (v *Vault) endEmployment(tx store.Tx, id loyalty.MemberID, now time.Time) error {
	at, ok, err := staffByWhom.Get(tx, string(id))
	if err != nil || !ok {
		return err
	}
	return changeStaff(tx, at.ID, func(row *staffRow) error {
		if row.Active {
			row.Active, row.EndedAt = false, now.UTC()
		}
		row.SealedName = nil
		return pins.Delete(tx, string(at.ID))
	})
}
