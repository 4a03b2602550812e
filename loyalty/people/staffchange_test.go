package people

import (
	"errors"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// TestInvitations: codes drawn by the dozen are listed until they are used, run
// out or are taken back, and give their readers the names they came with.
func TestInvitations(t *testing.T) {
	w := newWorld(t)
	draw := func(name string, life time.Duration) (c InviteCode) {
		w.do(func(tx store.Tx) (err error) {
			c, err = w.v.InviteAs(tx, Invitation{Role: Clerk, Store: "main", Name: name, By: loyalty.ByStaff("X"), Expires: w.now.Add(life)}, w.now, w.rand)
			return err
		})
		return c
	}
	list := func() (all []Invitation) {
		w.view(func(r store.Reader) (err error) { all, err = w.v.Invitations(r, w.now); return err })
		return all
	}
	kim, lee, long := draw("Kim at the bar", time.Hour), draw("", time.Hour), draw("Late", 99*24*time.Hour)
	if all := list(); len(all) != 3 {
		t.Fatalf("%d wait", len(all))
	}
	w.meet(tg("kim"), Seen{DisplayName: "kk"})
	if s, err := w.tryEnrol(kim, tg("kim")); err != nil || s.Name != "Kim at the bar" || s.Store != "main" {
		t.Errorf("enrolled %q at %q: %v", s.Name, s.Store, err)
	}
	for _, inv := range list() {
		if inv.Code == long && !inv.Expires.Equal(w.now.Add(InviteLife)) {
			t.Errorf("good until %v", inv.Expires)
		}
		if inv.Code == lee {
			w.do(func(tx store.Tx) error {
				if found, ok, err := InvitationBy(tx, inv.ID, w.now); err != nil || !ok || found.Role != Clerk {
					t.Errorf("by its id: %+v, %v, %v", found, ok, err)
				}
				return DropInvitation(tx, inv.ID)
			})
		}
	}
	w.meet(tg("lee"), Seen{DisplayName: "Lee"})
	if _, err := w.tryEnrol(lee, tg("lee")); !errors.Is(err, ErrCode) {
		t.Errorf("a code that was taken back: %v", err)
	}
	if all := list(); len(all) != 1 || all[0].Code != long || all[0].Name != "Late" {
		t.Errorf("left: %+v", all)
	}
	w.now = w.now.Add(InviteLife)
	if all := list(); len(all) != 0 {
		t.Errorf("after a week: %+v", all)
	}
}

// TestLastOwner: the only owner at work is neither dismissed nor demoted; one of
// two is, and loses PIN and sessions at once.
func TestLastOwner(t *testing.T) {
	w := newWorld(t)
	one := w.enrol(t, tg("one"), Owner, "")
	for _, try := range []func(store.Tx) error{
		func(tx store.Tx) error { return w.v.LetGo(tx, one.ID, w.now) },
		func(tx store.Tx) error { return w.v.MoveStaff(tx, one.ID, Manager, "") },
	} {
		if err := w.db.Update(t.Context(), try); !errors.Is(err, ErrLastOwner) {
			t.Errorf("the last owner: %v", err)
		}
	}
	two := w.enrol(t, tg("two"), Owner, "")
	var secret string
	w.do(func(tx store.Tx) error {
		token, err := w.v.NewConsoleLink(tx, one.ID, w.now, w.rand)
		if err != nil {
			return err
		}
		if _, secret, err = w.v.EnterConsole(tx, token, "Firefox", w.now, w.rand); err != nil {
			return err
		}
		return w.v.SetPIN(tx, one.ID, PIN{salt: make([]byte, pinSalt), hash: []byte{1}}, w.now, w.rand)
	})
	w.do(func(tx store.Tx) error { return w.v.LetGo(tx, one.ID, w.now) })
	w.view(func(r store.Reader) error {
		_, _, in, err := w.v.ConsoleSession(r, secret, w.now)
		has, err2 := w.v.HasPIN(r, one)
		all, err3 := w.v.ConsoleSessions(r, one.ID, w.now)
		if in || has || len(all) > 0 {
			t.Errorf("let go, and in %v, PIN %v, sessions %d", in, has, len(all))
		}
		return errors.Join(err, err2, err3)
	})
	w.do(func(tx store.Tx) error { return w.v.MoveStaff(tx, two.ID, Owner, "") })
	if err := w.db.Update(t.Context(), func(tx store.Tx) error { return w.v.MoveStaff(tx, one.ID, Clerk, "") }); !errors.Is(err, ErrNotStaff) {
		t.Errorf("moving who left: %v", err)
	}
}

// TestCapsEndWithTheRole: what an owner allowed a manager beyond the role is not
// what the same person may as a clerk, nor after coming back.
func TestCapsEndWithTheRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.hire("boss", Manager)
	caps := func() (own *loyalty.Cap) {
		w.view(func(r store.Reader) (err error) { own, err = CapsOf(r, boss.ID.Actor()); return err })
		return own
	}
	wide := func() {
		w.do(func(tx store.Tx) error { return w.v.SetCaps(tx, boss.ID, &loyalty.Cap{GiveAct: 1_000_000}) })
	}
	wide()
	w.do(func(tx store.Tx) error { return w.v.MoveStaff(tx, boss.ID, Manager, "main") })
	if caps() == nil {
		t.Error("another store took the caps away")
	}
	w.do(func(tx store.Tx) error { return w.v.MoveStaff(tx, boss.ID, Clerk, "main") })
	if own := caps(); own != nil {
		t.Errorf("as a clerk: %+v", own)
	}
	wide()
	w.do(func(tx store.Tx) error { return w.v.LetGo(tx, boss.ID, w.now) })
	w.hire("boss", Clerk)
	if own := caps(); own != nil {
		t.Errorf("after coming back: %+v", own)
	}
}
