package people

import (
	"errors"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

func (w *world) invite(t fataler, role loyalty.Role, at loyalty.Store) (c InviteCode) {
	t.Helper()
	w.do(func(tx store.Tx) (err error) {
		c, err = w.v.Invite(tx, role, at, loyalty.ByJob("cli"), w.now, CodeLife, w.rand)
		return err
	})
	return c
}

func (w *world) tryEnrol(c InviteCode, who Identity) (s Staff, err error) {
	err = w.try(func(tx store.Tx) (err error) {
		s, err = w.v.Enrol(tx, c, who, w.now, w.rand)
		return err
	})
	return s, err
}

// enrol meets who and makes him an employee.
func (w *world) enrol(t fataler, who Identity, role loyalty.Role, at loyalty.Store) Staff {
	t.Helper()
	w.meet(who, Seen{DisplayName: "Sam"})
	s, err := w.tryEnrol(w.invite(t, role, at), who)
	if err != nil {
		t.Fatalf("enrol: %v", err)
	}
	return s
}

func (w *world) staffOf(who Identity) (s Staff, ok bool) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) {
		s, ok, err = w.v.StaffOf(r, who)
		return err
	})
	return s, ok
}

func TestAnEmployeesLife(t *testing.T) {
	w := newWorld(t)
	sam := w.enrol(t, tg("sam"), Clerk, "main street")
	if s, ok := w.staffOf(tg("sam")); !ok || s.Role != Clerk || s.Store != "main street" || s.Name != "Sam" ||
		s.ID != sam.ID || !s.EnrolledAt.Equal(w.now) || s.EnrolledBy != loyalty.ByJob("cli") {
		t.Errorf("%#v %s %s %v", s, s.Role, s.Name, ok)
	}
	// A second code promotes; the id, and with it the day's sum, stays.
	boss, err := w.tryEnrol(w.invite(t, Manager, ""), tg("sam"))
	if err != nil || boss.ID != sam.ID || boss.Role != Manager || boss.Store != "" {
		t.Errorf("promoted: %v, %v", boss, err)
	}
	w.do(func(tx store.Tx) error {
		return errors.Join(
			w.v.NameStaff(tx, sam.ID, "Sam at the bar", w.rand),
			w.v.SetCaps(tx, sam.ID, &loyalty.Cap{GiveDay: 50}))
	})
	if s, _ := w.staffOf(tg("sam")); s.Name != "Sam at the bar" || s.Caps == nil || s.Caps.GiveDay != 50 {
		t.Errorf("named %q, caps %v", s.Name, s.Caps)
	}
	w.do(func(tx store.Tx) error { return w.v.Dismiss(tx, sam.ID, w.now) })
	if _, ok := w.staffOf(tg("sam")); ok {
		t.Error("an ex-employee is still one")
	}
	w.view(func(r store.Reader) error {
		s, err := w.v.StaffByID(r, sam.ID)
		if s.Active || !s.EndedAt.Equal(w.now) || s.Name != "Sam at the bar" {
			t.Errorf("remembered as %v, ended %v", s.Name, s.EndedAt)
		}
		return err
	})
	if s, err := w.tryEnrol(w.invite(t, Clerk, ""), tg("sam")); err != nil || s.ID != sam.ID || !s.Active || !s.EndedAt.IsZero() {
		t.Errorf("back again: %v, %v", s, err)
	}
}

func TestWhoIsNoEmployee(t *testing.T) {
	w := newWorld(t)
	w.member(line("ann"), "Ann")
	sam := w.enrol(t, tg("sam"), Clerk, "")
	w.enrol(t, tg("lost"), Clerk, "")
	w.do(func(tx store.Tx) error {
		return errors.Join(w.v.FreezeAccount(tx, tg("lost"), true, w.rand), w.v.Freeze(tx, sam.Member, true, w.rand))
	})
	for name, who := range map[string]Identity{
		"a member": line("ann"), "a stranger": line("x"), "a frozen account": tg("lost"), "a frozen person": tg("sam"),
		"the same id in another channel": line("sam"),
	} {
		if _, ok := w.staffOf(who); ok {
			t.Errorf("%s is an employee", name)
		}
	}
}

// Case 27 for invite codes.
func TestInviteCodesThatAreNotValidAnswerAlike(t *testing.T) {
	w := newWorld(t)
	used := w.invite(t, Clerk, "")
	for _, who := range []Identity{tg("1"), tg("2"), tg("3")} {
		w.meet(who, Seen{})
	}
	if _, err := w.tryEnrol(used, tg("1")); err != nil {
		t.Fatal(err)
	}
	expired := w.invite(t, Clerk, "")
	w.now = w.now.Add(CodeLife)
	link := w.newCode(t, w.member(line("ann"), "Ann"))
	for name, c := range map[string]InviteCode{"used": used, "expired": expired, "a link code": InviteCode(link)} {
		if _, err := w.tryEnrol(c, tg("2")); err != ErrCode {
			t.Errorf("%s: %v", name, err)
		}
	}
	var throttled *ThrottledError
	for range CodeThrottle.Max {
		_, err := w.tryEnrol(used, tg("3"))
		if err != ErrCode {
			t.Fatal(err)
		}
	}
	if _, err := w.tryEnrol(w.invite(t, Owner, ""), tg("3")); !errors.As(err, &throttled) {
		t.Errorf("after the limit: %v", err)
	}
	if _, ok := w.staffOf(tg("3")); ok {
		t.Error("guessed his way in")
	}
}

func TestRoles(t *testing.T) {
	w := newWorld(t)
	err := w.try(func(tx store.Tx) error {
		_, err := w.v.Invite(tx, "boss", "", loyalty.ByJob("cli"), w.now, CodeLife, w.rand)
		return err
	})
	if err != ErrRole {
		t.Errorf("role boss: %v", err)
	}
	if err := w.try(func(tx store.Tx) error { return w.v.Dismiss(tx, "01X", w.now) }); err != ErrNotStaff {
		t.Errorf("dismissing nobody: %v", err)
	}
	for _, c := range []struct {
		role, least loyalty.Role
		want        bool
	}{{Owner, Manager, true}, {Manager, Manager, true}, {Clerk, Manager, false}, {"", Clerk, false}, {"", "", false}, {Owner, "", true}} {
		if got := AtLeast(c.role, c.least); got != c.want {
			t.Errorf("AtLeast(%q, %q) = %v", c.role, c.least, got)
		}
	}
}

func TestManagersOfAStore(t *testing.T) {
	w := newWorld(t)
	w.enrol(t, tg("clerk"), Clerk, "a")
	here := w.enrol(t, tg("here"), Manager, "a")
	w.enrol(t, tg("there"), Manager, "b")
	owner := w.enrol(t, tg("owner"), Owner, "b")
	everywhere := w.enrol(t, tg("every"), Manager, "")
	gone := w.enrol(t, tg("gone"), Manager, "a")
	w.do(func(tx store.Tx) error { return w.v.Dismiss(tx, gone.ID, w.now.Add(time.Hour)) })
	w.view(func(r store.Reader) error {
		ms, err := w.v.Managers(r, "a")
		got := map[StaffID]bool{}
		for _, m := range ms {
			got[m.ID] = true
		}
		if len(got) != 3 || !got[here.ID] || !got[owner.ID] || !got[everywhere.ID] {
			t.Errorf("%v", ms)
		}
		return err
	})
}
