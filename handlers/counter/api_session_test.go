package counter

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// A queue that is sent after the lock: what was waiting is taken, no more of it
// than was said, and nothing that happened after it.
func TestCounterQueue(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	m := b.found("0912345678")
	began := w.clock.now
	w.clock.now = began.Add(4 * time.Minute) // the network is away
	queued := []map[string]any{}
	for i := range 3 {
		body := b.act(map[string]any{"member": m["member"], "amount": 100})
		body["at"] = began.Add(time.Duration(i+1) * time.Minute)
		queued = append(queued, body)
	}
	b.must("lock", map[string]any{"session": b.session, "at": w.clock.now, "waiting": 2})
	w.clock.now = began.Add(3 * time.Hour) // and back
	for _, body := range queued[:2] {
		if a := b.must("sale", body); a.text("at") != body["at"].(time.Time).Format(time.RFC3339) {
			t.Errorf("at %s, want %s", a.text("at"), body["at"])
		}
	}
	for i, e := range w.entries(w.ann, loyalty.KindEarn) { // newest first
		if want := queued[1-i]["at"].(time.Time); !e.EffectiveAt.Equal(want) || !e.RecordedAt.Equal(w.clock.now) {
			t.Errorf("entry %d took effect %v, want %v; recorded %v", i, e.EffectiveAt, want, e.RecordedAt)
		}
	}
	b.must("sale", queued[0]) // its answer was lost
	b.refused("sale", queued[2], 401, "session")
	// The same employee, back, may send it under their new session.
	b.enter(w.sam)
	queued[2]["session"] = b.session
	b.must("sale", queued[2])
	if len(w.entries(w.ann, loyalty.KindEarn)) != 3 {
		t.Errorf("%d sales", len(w.entries(w.ann, loyalty.KindEarn)))
	}
	// A colleague may not: who acts is part of what an act is.
	b.enter(w.eve)
	queued[2]["session"] = b.session
	b.refused("sale", queued[2], 409, "conflict")
	w.whole()
}

// After the lock nothing new is done, whenever it says that it happened; nor
// with a session that another device has.
func TestCounterLocked(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	other := w.device()
	other.session = b.session
	other.refused("sale", other.act(map[string]any{"phone": "0912345678", "amount": 100}), 401, "session")
	w.clock.now = w.clock.now.Add(time.Minute)
	b.must("lock", map[string]any{"session": b.session})
	late := b.act(map[string]any{"phone": "0912345678", "amount": 100})
	late["at"] = w.clock.now.Add(-30 * time.Second)
	b.refused("sale", late, 401, "session")
	b.refused("sale", b.act(map[string]any{"phone": "0912345678", "amount": 100}), 401, "session")
	b.refused("find", map[string]any{"session": b.session, "q": "0912345678"}, 401, "session")
	b.refused("recent", map[string]any{"session": b.session}, 401, "session")
	// An idle session looks nobody up, though the page never said that it locked.
	b.enter(w.sam)
	w.clock.now = w.clock.now.Add(idleFor + idleSlack + time.Second)
	b.refused("find", map[string]any{"session": b.session, "q": "0912345678"}, 401, "session")
	// After a day it is over anyhow.
	w.clock.now = w.clock.now.Add(people.DeskLife + queuedFor)
	b.refused("sale", b.act(map[string]any{"phone": "0912345678", "amount": 100}), 401, "session")
}

// A revoked device can do nothing any more, and nothing that waits in it comes.
func TestCounterRevoked(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	m := b.found("0912345678")
	body := b.act(map[string]any{"member": m["member"], "amount": 100})
	d := w.onlyDevice()
	w.do(func(tx store.Tx) error { return people.RevokeDevice(tx, d.ID, w.clock.now) })
	b.refused("sale", body, 401, "device")
	b.refused("find", map[string]any{"session": b.session, "q": "0912345678"}, 401, "device")
	b.refused("unlock", map[string]any{"staff": w.sam.ID, "pin": goodPIN}, 401, "device")
	b.refused("lock", map[string]any{"session": b.session}, 401, "device")
	if a := b.send(http.MethodGet, "state", nil, nil); a.m["device"] != nil {
		t.Errorf("state: %s", a.raw)
	}
	if n := len(w.entries(w.ann, loyalty.KindEarn)); n != 0 {
		t.Errorf("%d sales", n)
	}
}

// A device that opens a new link is the same one, with a new secret, name and
// store: what it sends again, since the answer was lost, is not booked twice. A
// cookie that is no good any more brings back nothing.
func TestCounterRegisteredAgain(t *testing.T) {
	w := openTill(t, `[earn]`, "[[store]]\nid = \"east\"\nname = \"East\"\n\n[earn]")
	b := w.device().enter(w.sam)
	before := w.onlyDevice()
	body := b.act(map[string]any{"phone": "0912345678", "amount": 100})
	first := b.must("sale", body)
	stale := w.browser()
	for name, c := range b.cookies {
		stale.cookies[name] = c
	}
	again := func(b *browser) {
		var link string
		w.do(func(tx store.Tx) (err error) {
			link, err = w.shop.Vault.NewDeviceLink(tx, "east", w.boss.ID, w.clock.now, rand.Reader)
			return err
		})
		b.must("register", map[string]any{"token": link, "name": "Terrace"})
	}
	again(b)
	if d := w.onlyDevice(); d.ID != before.ID || d.Name != "Terrace" || d.Store != "east" || !d.RevokedAt.IsZero() {
		t.Errorf("the device is %+v, was %+v", d, before)
	}
	stale.refused("unlock", map[string]any{"staff": w.sam.ID, "pin": goodPIN}, 401, "device")
	b.enter(w.sam)
	body["session"] = b.session
	if a := b.must("sale", body); a.raw != first.raw {
		t.Errorf("sent again: %s, first %s", a.raw, first.raw)
	}
	if n := len(w.entries(w.ann, loyalty.KindEarn)); n != 1 {
		t.Errorf("%d sales", n)
	}
	w.do(func(tx store.Tx) error { return people.RevokeDevice(tx, before.ID, w.clock.now) })
	again(b)
	again(stale)
	var all []people.Device
	w.do(func(tx store.Tx) (err error) {
		all, err = people.Devices(tx)
		return err
	})
	if len(all) != 3 || slices.ContainsFunc(all, func(d people.Device) bool { return (d.ID == before.ID) == d.RevokedAt.IsZero() }) {
		t.Errorf("after it was revoked: %+v", all)
	}
	w.whole()
}

func (w *tillWorld) onlyDevice() (d people.Device) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		all, err := people.Devices(r)
		if err == nil && len(all) != 1 {
			err = fmt.Errorf("%d devices", len(all))
		}
		if err == nil {
			d = all[0]
		}
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return d
}

// PINs are tried on one device alone: whoever has it in hand locks nobody out of
// another one, and learns nothing of who has a PIN.
func TestCounterPINs(t *testing.T) {
	w := openTill(t)
	front, back := w.device().enter(w.sam), w.device()
	wrong := func(b *browser, id any) answer { return b.post("unlock", map[string]any{"staff": id, "pin": "9999"}) }
	if a, c := wrong(front, w.eve.ID), wrong(front, "nobody"); a.raw != c.raw || a.status != 422 || a.text("error") != "counter.pin_wrong" {
		t.Errorf("who has no PIN: %s; who is nobody: %s", a.raw, c.raw)
	}
	for i := 0; ; i++ {
		a := wrong(front, w.sam.ID)
		if a.status == http.StatusLocked {
			if until, err := time.Parse(time.RFC3339, a.text("until")); err != nil || !until.After(w.clock.now) || i != 5 {
				t.Errorf("locked after %d: %s (%v)", i, a.raw, err)
			}
			break
		}
		if a.status != 422 || i > 10 {
			t.Fatalf("try %d: %d %s", i, a.status, a.raw)
		}
	}
	// The right one does not help while it is locked, here; elsewhere it does.
	front.refused("unlock", map[string]any{"staff": w.sam.ID, "pin": goodPIN}, 423, "locked")
	back.must("unlock", map[string]any{"staff": w.sam.ID, "pin": goodPIN})
	// Nor is a colleague shut out of this one.
	front.enter(w.boss)
	w.clock.now = w.clock.now.Add(31 * time.Second)
	front.must("unlock", map[string]any{"staff": w.sam.ID, "pin": goodPIN})
	// Six digits are no way around it.
	eve := w.device()
	for i := range 6 {
		a := eve.post("pin", map[string]any{"staff": w.eve.ID, "code": "000000", "pin": goodPIN})
		if want := map[bool]int{true: 423, false: 422}[i == 5]; a.status != want {
			t.Errorf("code %d: %d %s", i, a.status, a.raw)
		}
	}
	front.refused("pin", map[string]any{"staff": w.sam.ID, "code": "123456", "pin": "1111"}, 422, "counter.pin_form")
	front.refused("unlock", map[string]any{"staff": "", "pin": goodPIN}, 400, "form")
}

// Tries side by side are all counted.
func TestCounterPINsAtOnce(t *testing.T) {
	w := openTill(t)
	b := w.device()
	var wg sync.WaitGroup
	var mu sync.Mutex
	looked := 0
	for range 12 {
		wg.Go(func() {
			if a := b.post("unlock", map[string]any{"staff": w.sam.ID, "pin": "9999"}); a.status == 422 {
				mu.Lock()
				looked++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if looked != 5 {
		t.Errorf("%d tries were looked at", looked)
	}
}

// The role is that of this moment: who was dismissed, was frozen or works
// elsewhere does nothing, though the session goes on.
func TestCounterStaff(t *testing.T) {
	w := openTill(t, `[earn]`, "[[store]]\nid = \"east\"\nname = \"East\"\n\n[earn]")
	b := w.device().enter(w.sam)
	sale := func() map[string]any { return b.act(map[string]any{"phone": "0912345678", "amount": 100}) }
	b.must("sale", sale())
	w.do(func(tx store.Tx) error { return w.shop.Vault.Freeze(tx, w.sam.Member, true, w.shop.Rand) })
	b.refused("sale", sale(), 403, "staff")
	b.refused("find", map[string]any{"session": b.session, "q": "0912345678"}, 403, "staff")
	w.do(func(tx store.Tx) error { return w.shop.Vault.Freeze(tx, w.sam.Member, false, w.shop.Rand) })
	b.must("sale", sale())
	w.clock.now = w.clock.now.Add(time.Minute)
	w.staff("sam", people.Clerk, "east")
	b.refused("sale", sale(), 403, "staff")
	if a := b.send(http.MethodGet, "state", nil, nil); slices.Contains(names(a.list("staff"), "name"), "sam") {
		t.Errorf("who works elsewhere is offered: %s", a.raw)
	}
	w.do(func(tx store.Tx) error { return w.shop.Vault.Dismiss(tx, w.sam.ID, w.clock.now) })
	b.refused("sale", sale(), 403, "staff")
	b.refused("unlock", map[string]any{"staff": w.sam.ID, "pin": goodPIN}, 422, "counter.pin_wrong")
	if n := len(w.entries(w.ann, loyalty.KindEarn)); n != 2 {
		t.Errorf("%d sales", n)
	}
}
