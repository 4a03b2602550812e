package people

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// hire makes an employee of a new person.
func (w *world) hire(user string, role loyalty.Role) (s Staff) {
	w.t.Helper()
	who := Identity{"main", user}
	w.do(func(tx store.Tx) error {
		if _, _, err := w.v.Meet(tx, who, Seen{DisplayName: user}, w.now, w.rand); err != nil {
			return err
		}
		code, err := w.v.Invite(tx, role, "", loyalty.ByJob("test"), w.now, CodeLife, w.rand)
		if err != nil {
			return err
		}
		s, err = w.v.Enrol(tx, code, who, w.now, w.rand)
		return err
	})
	return s
}

// register makes a device by a new link of a manager's.
func (w *world) register(by Staff) (d Device, secret string) {
	w.t.Helper()
	w.do(func(tx store.Tx) error {
		link, err := w.v.NewDeviceLink(tx, "main", by.ID, w.now, w.rand)
		if err != nil {
			return err
		}
		d, secret, err = w.v.Register(tx, link, "front", "", w.now, w.rand)
		return err
	})
	return d, secret
}

func TestDeviceLinks(t *testing.T) {
	w := newWorld(t)
	boss := w.hire("boss", Manager)
	var link string
	w.do(func(tx store.Tx) (err error) {
		link, err = w.v.NewDeviceLink(tx, "main", boss.ID, w.now, w.rand)
		return err
	})
	use := func(token string) error {
		return w.try(func(tx store.Tx) error {
			_, _, err := w.v.Register(tx, token, "front", "", w.now, w.rand)
			return err
		})
	}
	if err := use("nonsense"); !errors.Is(err, ErrCode) {
		t.Errorf("unknown: %v", err)
	}
	if err := use(link); err != nil {
		t.Errorf("once: %v", err)
	}
	if err := use(link); !errors.Is(err, ErrCode) {
		t.Errorf("twice: %v", err)
	}
	w.do(func(tx store.Tx) (err error) {
		link, err = w.v.NewDeviceLink(tx, "main", boss.ID, w.now, w.rand)
		return err
	})
	w.now = w.now.Add(CodeLife)
	if err := use(link); !errors.Is(err, ErrCode) {
		t.Errorf("late: %v", err)
	}
	// A manager who was dismissed meanwhile registers nothing.
	w.do(func(tx store.Tx) (err error) {
		if link, err = w.v.NewDeviceLink(tx, "main", boss.ID, w.now, w.rand); err != nil {
			return err
		}
		return w.v.Dismiss(tx, boss.ID, w.now)
	})
	if err := use(link); !errors.Is(err, ErrCode) {
		t.Errorf("a dismissed manager's: %v", err)
	}
}

func TestRevokedDevice(t *testing.T) {
	w := newWorld(t)
	d, secret := w.register(w.hire("boss", Owner))
	known := func(secret string) (ok bool) {
		w.view(func(r store.Reader) (err error) {
			_, ok, err = w.v.DeviceOf(r, secret)
			return err
		})
		return ok
	}
	if !known(secret) || known(secret+"x") || known(string(d.ID)+".") || known("") || known("../"+secret) {
		t.Errorf("a secret opens what it should not, or not what it should")
	}
	w.do(func(tx store.Tx) error { return RevokeDevice(tx, d.ID, w.now) })
	if known(secret) {
		t.Error("a revoked device is still one")
	}
	if err := w.try(func(tx store.Tx) error { return RevokeDevice(tx, "nobody", w.now) }); !errors.Is(err, ErrNoDevice) {
		t.Errorf("unknown: %v", err)
	}
}

// Whoever tries PINs on one device waits there, longer each time; on another
// device, and for others on this one, all is as before.
func TestPINLocks(t *testing.T) {
	w := newWorld(t)
	boss := w.hire("boss", Manager)
	sam := w.hire("sam", Clerk)
	front, _ := w.register(boss)
	back, _ := w.register(boss)
	try := func(d Device, s Staff) error {
		return w.try(func(tx store.Tx) error { return w.v.BeginPIN(tx, d.ID, s.ID, w.now) })
	}
	for i := range freeTries {
		if err := try(front, sam); err != nil {
			t.Fatalf("try %d: %v", i+1, err)
		}
	}
	var last time.Duration
	for range 9 {
		var locked *LockedError
		if err := try(front, sam); !errors.As(err, &locked) {
			t.Fatalf("not locked: %v", err)
		}
		wait := locked.Until.Sub(w.now)
		if wait <= last && wait != longestWait {
			t.Errorf("a wait of %v after one of %v", wait, last)
		}
		last = wait
		if err := try(back, sam); err != nil && last == firstWait {
			t.Errorf("locked out of another device: %v", err)
		}
		if err := try(front, boss); err != nil && last == firstWait {
			t.Errorf("a colleague is locked out: %v", err)
		}
		w.now = locked.Until
		if err := try(front, sam); err != nil {
			t.Fatalf("after the wait: %v", err)
		}
	}
	if last != longestWait {
		t.Errorf("the longest wait is %v", last)
	}
	w.do(func(tx store.Tx) error { return w.v.RightPIN(tx, front.ID, sam.ID) })
	if err := try(front, sam); err != nil {
		t.Errorf("after a right one: %v", err)
	}
}

// One colleague after the other, the whole device waits.
func TestPINsOfMany(t *testing.T) {
	w := newWorld(t)
	boss := w.hire("boss", Manager)
	front, _ := w.register(boss)
	n := 0
	for ; n < 100; n++ {
		err := w.try(func(tx store.Tx) error { return w.v.BeginPIN(tx, front.ID, StaffID(fmt.Sprint("s", n)), w.now) })
		if err != nil {
			break
		}
	}
	if n != freeDeviceTries {
		t.Errorf("%d tries before the device waits, want %d", n, freeDeviceTries)
	}
}

func TestPIN(t *testing.T) {
	w := newWorld(t)
	sam := w.hire("sam", Clerk)
	for _, bad := range []string{"", "123", "1234", "87654321", "0000", "123456789", "12a4", "১২৩৫"} {
		if _, err := ReadPIN(bad); !errors.Is(err, ErrPINForm) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if got, err := ReadPIN(" ２４６９ "); got != "2469" || err != nil {
		t.Errorf("full width: %q, %v", got, err)
	}
	is := func(pin string) bool {
		var p PIN
		w.view(func(r store.Reader) (err error) {
			s, err := w.v.StaffByID(r, sam.ID)
			if err != nil {
				return err
			}
			p, err = w.v.PINOf(r, s)
			return err
		})
		return p.Is(pin)
	}
	if is("2469") || is("") {
		t.Error("a PIN that was never set")
	}
	var code string
	w.do(func(tx store.Tx) (err error) {
		code, err = w.v.NewPINCode(tx, sam.ID, w.now, w.rand)
		return err
	})
	use := func(code string) error {
		return w.try(func(tx store.Tx) error { return w.v.UsePINCode(tx, sam.ID, code, w.now) })
	}
	if err := use("000000"); !errors.Is(err, ErrCode) && code != "000000" {
		t.Errorf("a wrong code: %v", err)
	}
	if err := use(code[:3] + " " + code[3:]); err != nil {
		t.Errorf("the code: %v", err)
	}
	if err := use(code); !errors.Is(err, ErrCode) {
		t.Errorf("the code again: %v", err)
	}
	p, err := NewPIN("2469", w.rand)
	if err != nil {
		t.Fatal(err)
	}
	w.do(func(tx store.Tx) error { return w.v.SetPIN(tx, sam.ID, p, w.now, w.rand) })
	if !is("2469") || is("2468") {
		t.Error("the PIN is another one")
	}
	// Dismissed and enrolled again, he chooses a new one.
	w.now = w.now.Add(time.Hour)
	w.do(func(tx store.Tx) error { return w.v.Dismiss(tx, sam.ID, w.now) })
	if again := w.hire("sam", Clerk); again.ID != sam.ID || is("2469") {
		t.Error("the PIN of a former employment is good")
	}
}
