package people

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Somebody has digits sent to Ann's number from one chat and then from three more,
// all day and every hour: her phone gets no more than eight messages, and she
// herself still gets hers, from her own chat and from a new one.
func TestSMSFloodLeavesTheOwnerHers(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	phone := mustPhone(t, "0912345678")
	sent := 0
	ask := func(who Identity, id loyalty.MemberID) error {
		err := w.try(func(tx store.Tx) error {
			_, err := w.v.NewSMSCode(tx, who, id, phone, w.now, w.rand)
			return err
		})
		var throttled *ThrottledError
		if err != nil && !errors.As(err, &throttled) {
			t.Fatal(err)
		}
		if err == nil {
			sent++
		}
		return err
	}
	for range 20 {
		for i := range 3 {
			who := line(fmt.Sprint("mallory", i))
			ask(who, w.meet(who, Seen{}).ID)
		}
		w.now = w.now.Add(time.Hour)
	}
	if sent > 3+3 {
		t.Errorf("three chats had %d messages sent to her", sent)
	}
	if err := ask(line("ann"), ann); err != nil {
		t.Errorf("she asks: %v", err)
	}
	lost := tg("ann's new phone")
	if err := ask(lost, w.meet(lost, Seen{}).ID); err != nil {
		t.Errorf("she asks from a new chat: %v", err)
	}
	if sent > 8 {
		t.Errorf("%d messages to one number in a day", sent)
	}
}

// Somebody at the counter types PINs until Sam's, and the whole device, wait: Sam
// draws a code in his own chat and is in at once. The code itself is typed wrong
// five times on a device and no oftener, however many wait.
func TestPINFloodLeavesTheOwnerIn(t *testing.T) {
	w := newWorld(t)
	boss := w.hire("boss", Manager)
	sam := w.hire("sam", Clerk)
	front, _ := w.register(boss)
	pin := func() error {
		return w.try(func(tx store.Tx) error { return w.v.BeginPIN(tx, front.ID, sam.ID, w.now) })
	}
	typed := func(code string) error {
		return w.try(func(tx store.Tx) error {
			if err := w.v.BeginPINCode(tx, front.ID, sam.ID, w.now); err != nil {
				return err
			}
			return w.v.UsePINCode(tx, sam.ID, code, w.now)
		})
	}
	draw := func() (code string) {
		w.do(func(tx store.Tx) (err error) {
			code, err = w.v.NewPINCode(tx, sam.ID, w.now, w.rand)
			return err
		})
		return code
	}
	for range 200 {
		pin()
		w.try(func(tx store.Tx) error { return w.v.BeginPIN(tx, front.ID, boss.ID, w.now) })
	}
	var locked *LockedError
	if err := pin(); !errors.As(err, &locked) {
		t.Fatalf("his PIN: %v", err)
	}
	if err := typed("000000"); !errors.As(err, &locked) {
		t.Errorf("a code where there is none: %v", err) // else hashing would be free
	}
	if err := typed(draw()); err != nil {
		t.Errorf("his code: %v", err)
	}
	w.do(func(tx store.Tx) error { return w.v.RightPIN(tx, front.ID, sam.ID) })
	if err := pin(); err != nil {
		t.Errorf("his PIN, once he was in: %v", err)
	}
	code := draw()
	for range 1000 {
		if err := typed(other(code)); !errors.Is(err, ErrCode) {
			t.Fatalf("a wrong code: %v", err)
		}
	}
	if err := typed(code); !errors.Is(err, ErrCode) {
		t.Errorf("the right one after a thousand: %v", err)
	}
	w.now = w.now.Add(time.Second)
	if err := typed(draw()); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// other is a code that is not this one.
func other(code string) string { return code[:5] + string('0'+(code[5]-'0'+1)%10) }
