package people

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/store"
)

// regain lets who be to's, nothing being lost by anybody.
func (w *world) regain(who Identity, to loyalty.MemberID) (l Linked, err error) {
	w.t.Helper()
	err = w.try(func(tx store.Tx) (err error) {
		l, err = w.v.Regain(tx, who, to, w.now, w.rand, func(loyalty.MemberID) (bool, error) { return true, nil })
		return err
	})
	return l, err
}

func (w *world) recoveryCode(id loyalty.MemberID) (c RecoveryCode) {
	w.t.Helper()
	w.do(func(tx store.Tx) (err error) {
		c, err = w.v.NewRecoveryCode(tx, id, w.now, w.rand)
		return err
	})
	return c
}

func (w *world) byRecovery(c RecoveryCode, who Identity) (id loyalty.MemberID, err error) {
	w.t.Helper()
	err = w.try(func(tx store.Tx) (err error) {
		id, err = w.v.ByRecovery(tx, c, who, w.now)
		return err
	})
	return id, err
}

func TestRecoveryCode(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	first := w.recoveryCode(ann)
	if len(first) != 16 || strings.Count(first.String(), "-") != 3 {
		t.Errorf("the code is %q", first.String())
	}
	if id, err := w.byRecovery(first, tg("new")); id != ann || err != nil {
		t.Errorf("%s, %v", id, err)
	}
	second := w.recoveryCode(ann)
	if _, err := w.byRecovery(first, tg("new")); !errors.Is(err, ErrCode) {
		t.Errorf("the code before: %v", err)
	}
	w.do(func(tx store.Tx) error { return w.v.EndRecovery(tx, ann) })
	if _, err := w.byRecovery(second, tg("new")); !errors.Is(err, ErrCode) {
		t.Errorf("a used code: %v", err)
	}
	if n := w.countRows("recovery"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	third := w.recoveryCode(ann)
	w.do(func(tx store.Tx) error { return w.v.Erase(tx, ann, w.now, time.Time{}) })
	if _, err := w.byRecovery(third, tg("other")); !errors.Is(err, ErrCode) {
		t.Errorf("the code of somebody erased: %v", err)
	}
	if n := w.countRows("recovery"); n != 0 {
		t.Errorf("%d rows are left of somebody erased", n)
	}
}

// Whatever is typed wrong in one place or swapped is no code's form, and what is
// typed in another manner is the same code.
func TestRecoveryCodeForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		c, err := newCodeOf(recoveryLength, w.rand)
		if err != nil {
			t.Fatal(err)
		}
		typed := []byte(c)
		i := rapid.IntRange(0, len(typed)-1).Draw(t, "place")
		typed[i] = codeLetters[rapid.IntRange(0, 30).Draw(t, "letter")]
		got, err := ParseRecoveryCode(strings.ToLower(grouped(string(typed))))
		if same := string(typed) == string(c); same != (err == nil) || same && string(got) != string(c) {
			t.Fatalf("%s typed for %s: %v", typed, c, err)
		}
	})
}

func TestSMSCode(t *testing.T) {
	w := newWorld(t)
	ann := w.meet(line("ann"), Seen{}).ID
	phone := mustPhone(t, "0912345678")
	ask := func() (digits string, err error) {
		err = w.try(func(tx store.Tx) (err error) {
			digits, err = w.v.NewSMSCode(tx, line("ann"), ann, phone, w.now, w.rand)
			return err
		})
		return digits, err
	}
	answer := func(digits string) (p Phone, left int, err error) {
		err = w.try(func(tx store.Tx) (err error) {
			p, left, err = w.v.SMSCode(tx, line("ann"), ann, digits, w.now)
			return err
		})
		return p, left, err
	}
	wrong := func(digits string) string { // one digit further
		return digits[:5] + string('0'+(digits[5]-'0'+1)%10)
	}
	if _, _, err := answer("123456"); !errors.Is(err, ErrSMSCode) {
		t.Errorf("never sent: %v", err)
	}
	digits, err := ask()
	if err != nil || len(digits) != 6 {
		t.Fatalf("%q, %v", digits, err)
	}
	for want := 2; want >= 0; want-- {
		if _, left, err := answer(wrong(digits)); left != want || !errors.Is(err, ErrSMSCode) {
			t.Errorf("%d tries left, want %d: %v", left, want, err)
		}
	}
	if _, _, err := answer(digits); !errors.Is(err, ErrSMSCode) {
		t.Errorf("right after three tries: %v", err)
	}
	digits, _ = ask()
	w.now = w.now.Add(SMSLife)
	if _, _, err := answer(digits); !errors.Is(err, ErrSMSCode) {
		t.Errorf("too late: %v", err)
	}
	digits, _ = ask()
	if p, _, err := answer(" " + digits[:3] + "-" + digits[3:]); p != phone || err != nil {
		t.Errorf("%v, %v", p, err)
	}
	if _, _, err := answer(digits); !errors.Is(err, ErrSMSCode) {
		t.Errorf("twice: %v", err)
	}
	var throttled *ThrottledError
	if _, err := ask(); !errors.As(err, &throttled) {
		t.Errorf("a fourth within the hour: %v", err)
	}
	w.now = w.now.Add(24 * time.Hour)
	if _, err := Sweep(t.Context(), w.db, w.now); err != nil || w.countRows("smscode/")+w.countRows("throttle/") != 0 {
		t.Errorf("%v; rows are left: %v", err, w.db.Dump())
	}
}

// Chats that are no members use up what is for them, and leave the shop's
// messages to members.
func TestSMSCodesOfStrangers(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	asked := 0
	ask := func(who Identity, id loyalty.MemberID) error {
		asked++
		phone := mustPhone(t, fmt.Sprintf("0912%06d", asked))
		return w.try(func(tx store.Tx) error {
			_, err := w.v.NewSMSCode(tx, who, id, phone, w.now, w.rand)
			return err
		})
	}
	var throttled *ThrottledError
	for i := range 102 {
		who := line(fmt.Sprint("stranger", i))
		err := ask(who, w.meet(who, Seen{}).ID)
		if want := i >= 100; errors.As(err, &throttled) != want || !want && err != nil {
			t.Fatalf("stranger %d: %v", i, err)
		}
	}
	if err := ask(line("ann"), ann); err != nil {
		t.Errorf("a member: %v", err)
	}
	w.now = w.now.Add(24 * time.Hour)
	late := line("late")
	if err := ask(late, w.meet(late, Seen{}).ID); err != nil {
		t.Errorf("the next day: %v", err)
	}
}

func TestRegain(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	lock := func(lost bool) {
		w.do(func(tx store.Tx) error {
			if err := w.v.Freeze(tx, ann, true, w.rand); err != nil {
				return err
			}
			return w.v.ReportLost(tx, ann, lost, w.now)
		})
	}
	lock(false)
	if _, err := w.regain(tg("new"), ann); !errors.Is(err, ErrFrozen) {
		t.Errorf("a lock for another reason: %v", err)
	}
	lock(true)
	contact := w.meet(tg("new"), Seen{}).ID
	done, err := w.regain(tg("new"), ann)
	if err != nil || done.Left != contact || done.Member != ann {
		t.Fatalf("%+v, %v", done, err)
	}
	var locked []Identity
	w.do(func(tx store.Tx) (err error) {
		locked, err = w.v.LockOut(tx, ann, w.rand, tg("new"))
		return err
	})
	p := w.get(ann)
	if old, _ := p.Account(line("ann")); !old.Frozen || p.Frozen || p.Home != tg("new") || len(locked) != 1 || locked[0] != line("ann") {
		t.Errorf("%+v; locked %v", p.Accounts, locked)
	}
	if id, ok := w.who(tg("new")); !ok || id != ann {
		t.Error("the new chat is not hers")
	}
	if _, err := w.regain(tg("new"), ann); !errors.Is(err, ErrOwnAccount) {
		t.Errorf("again: %v", err)
	}
	w.do(func(tx store.Tx) error { return w.v.Erase(tx, ann, w.now, time.Time{}) })
	if _, err := w.regain(tg("late"), ann); !errors.Is(err, ErrNotMember) {
		t.Errorf("somebody erased: %v", err)
	}
	if w.countRows("lost/") != 0 {
		t.Error("a note of the loss is left")
	}
}

// A chat that waits at the counter is that chat, until it is somebody else's.
func TestProveCode(t *testing.T) {
	w := newWorld(t)
	a := Asker{w.meet(tg("new"), Seen{}).ID, tg("new")}
	var code ProveCode
	draw := func() {
		w.do(func(tx store.Tx) (err error) {
			code, err = w.v.NewProveCode(tx, a, w.now, w.rand)
			return err
		})
	}
	by := func() (got Asker, err error) {
		err = w.try(func(tx store.Tx) (err error) {
			got, err = w.v.ByProveCode(tx, code, line("sam"), w.now)
			return err
		})
		return got, err
	}
	draw()
	if got, err := by(); got != a || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	ann := w.member(line("ann"), "Ann")
	if _, err := w.regain(a.Who, ann); err != nil {
		t.Fatal(err)
	}
	if _, err := by(); !errors.Is(err, ErrCode) {
		t.Errorf("moved since: %v", err)
	}
	a.Person = ann
	draw()
	w.now = w.now.Add(ProveLife)
	if _, err := by(); !errors.Is(err, ErrCode) {
		t.Errorf("too late: %v", err)
	}
	if _, err := Sweep(t.Context(), w.db, w.now); err != nil || w.countRows("provecode/") != 0 {
		t.Errorf("%v; codes are left", err)
	}
}
