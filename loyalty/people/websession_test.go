package people

import (
	"context"
	"errors"
	"testing"
	"time"

	"regulars/store"
)

// webLink draws a link and enter uses it.
func (w *world) webLink(id StaffID) (token string) {
	w.t.Helper()
	if err := w.try(func(tx store.Tx) (err error) { token, err = w.v.NewConsoleLink(tx, id, w.now, w.rand); return err }); err != nil {
		w.t.Fatalf("a link: %v", err)
	}
	return token
}

func (w *world) enter(token string) (secret string, err error) {
	err = w.try(func(tx store.Tx) (err error) {
		_, secret, err = w.v.EnterConsole(tx, token, "Firefox", w.now, w.rand)
		return err
	})
	return secret, err
}

// session reports whether a secret is a session now, outside and in an Update.
func (w *world) session(secret string) (ok bool) {
	w.t.Helper()
	look := func(r store.Reader) (err error) { _, _, ok, err = w.v.ConsoleSession(r, secret, w.now); return err }
	if err := w.db.View(context.Background(), look); err != nil {
		w.t.Fatalf("a session: %v", err)
	}
	outside := ok
	if err := w.try(func(tx store.Tx) error { return look(tx) }); err != nil || ok != outside {
		w.t.Fatalf("a session in an update: %v, %t; outside %t", err, ok, outside)
	}
	return ok
}

// TestConsoleLink: good once, for five minutes, for managers, and for what they
// were when it was drawn.
func TestConsoleLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss, clerk := w.hire("boss", Manager), w.hire("sam", Clerk)
	if err := w.try(func(tx store.Tx) error { _, err := w.v.NewConsoleLink(tx, clerk.ID, w.now, w.rand); return err }); !errors.Is(err, ErrNotStaff) {
		t.Errorf("a link for a clerk: %v", err)
	}
	refused := func(what, token string) {
		t.Helper()
		if _, err := w.enter(token); !errors.Is(err, ErrCode) {
			t.Errorf("%s: %v", what, err)
		}
	}
	first, late := w.webLink(boss.ID), w.webLink(boss.ID)
	secret, err := w.enter(first)
	if err != nil || !w.session(secret) {
		t.Fatalf("a good link: %v", err)
	}
	refused("a used link", first)
	w.now = w.now.Add(ConsoleLinkLife)
	refused("a link of five minutes ago", late)
	refused("no link at all", "AAAAAAAAAAAAAAAAAAAAAA")
	moved := w.webLink(boss.ID)
	w.do(func(tx store.Tx) error { return w.v.MoveStaff(tx, boss.ID, Manager, "main") })
	refused("a link drawn before another store", moved)
	gone := w.webLink(boss.ID)
	w.do(func(tx store.Tx) error { return w.v.Dismiss(tx, boss.ID, w.now) })
	refused("a link of one who left", gone)
}

// TestSessionsEndAtOnce: whatever changes an employee ends their sessions, and
// changing it back brings none back.
func TestSessionsEndAtOnce(t *testing.T) {
	t.Parallel()
	back := func(w *world, s Staff) {
		w.do(func(tx store.Tx) error { return w.v.MoveStaff(tx, s.ID, Manager, "") })
	}
	tg := Identity{Channel: "main", User: "boss"}
	for name, c := range map[string]struct{ change, back func(*world, Staff) }{
		"another role": {func(w *world, s Staff) {
			w.do(func(tx store.Tx) error { return w.v.MoveStaff(tx, s.ID, Clerk, "") })
		}, back},
		"promoted": {func(w *world, s Staff) {
			w.do(func(tx store.Tx) error { return w.v.MoveStaff(tx, s.ID, Owner, "") })
		}, nil},
		"another store": {func(w *world, s Staff) {
			w.do(func(tx store.Tx) error { return w.v.MoveStaff(tx, s.ID, Manager, "main") })
		}, back},
		"let go": {func(w *world, s Staff) {
			w.do(func(tx store.Tx) error { return w.v.Dismiss(tx, s.ID, w.now) })
		}, func(w *world, _ Staff) { w.hire("boss", Manager) }},
		"enrolled anew": {func(w *world, _ Staff) { w.hire("boss", Clerk) }, func(w *world, _ Staff) { w.hire("boss", Manager) }},
		"frozen": {func(w *world, s Staff) {
			w.do(func(tx store.Tx) error { return w.v.Freeze(tx, s.Member, true, w.rand) })
		}, func(w *world, s Staff) {
			w.do(func(tx store.Tx) error { return w.v.Freeze(tx, s.Member, false, w.rand) })
		}},
		"a lost phone": {func(w *world, s Staff) {
			w.do(func(tx store.Tx) error { return w.v.FreezeAccount(tx, tg, true, w.rand) })
		}, func(w *world, s Staff) {
			w.do(func(tx store.Tx) error { return w.v.FreezeAccount(tx, tg, false, w.rand) })
		}},
		"erased": {func(w *world, s Staff) {
			w.do(func(tx store.Tx) error { return w.v.Erase(tx, s.Member, w.now, w.now) })
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire("olga", Owner)
			boss := w.hire("boss", Manager)
			secret, err := w.enter(w.webLink(boss.ID))
			if err != nil {
				t.Fatal(err)
			}
			c.change(w, boss)
			if w.session(secret) {
				t.Error("the session goes on")
			}
			if c.back != nil {
				c.back(w, boss)
			}
			if w.session(secret) {
				t.Error("the session is back")
			}
			if left := w.countRows("websession/") + w.countRows("webof/"); left != 0 {
				t.Errorf("%d rows are left", left)
			}
		})
	}
}

// TestSessionEndsByItself: unused for twelve hours, or after a fortnight, and
// then its rows are swept; one that was ended does not come back when its browser
// is seen again.
func TestSessionEndsByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.hire("boss", Manager)
	idle, _ := w.enter(w.webLink(boss.ID))
	used, _ := w.enter(w.webLink(boss.ID))
	for range 28 {
		w.now = w.now.Add(ConsoleIdle - time.Second)
		if !w.session(used) {
			t.Fatal("a session in use ended")
		}
		w.do(func(tx store.Tx) error {
			return w.v.ChangeConsoleSession(tx, used, func(s *WebSession) { s.Seen = w.now })
		})
	}
	if w.session(idle) {
		t.Error("an unused session goes on")
	}
	w.now = w.now.Add(time.Minute)
	if w.session(used) {
		t.Error("a session lasts for ever")
	}
	if _, err := Sweep(context.Background(), w.db, w.now); err != nil {
		t.Fatal(err)
	}
	if left := w.countRows("websession/") + w.countRows("webof/") + w.countRows("weblink/"); left != 0 {
		t.Errorf("%d rows are left", left)
	}
	third, _ := w.enter(w.webLink(boss.ID))
	w.do(func(tx store.Tx) error {
		list, err := w.v.ConsoleSessions(tx, boss.ID, w.now)
		if err != nil || len(list) != 1 {
			return errors.Join(err, errors.New("not one session is listed"))
		}
		return w.v.EndConsoleSession(tx, boss.ID, list[0].ID)
	})
	w.do(func(tx store.Tx) error {
		return w.v.ChangeConsoleSession(tx, third, func(s *WebSession) { s.Lang = "ja" })
	})
	if w.session(third) {
		t.Error("a session that was ended is back")
	}
}

// TestLinkGoesWithTheSessions: a link that was drawn before a phone was reported
// lost, or before somebody was let go, opens nothing afterwards, not even when
// all is as it was again.
func TestLinkGoesWithTheSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss, other := w.hire("boss", Manager), w.hire("other", Manager)
	lost, fired, kept := w.webLink(boss.ID), w.webLink(boss.ID), w.webLink(other.ID)
	w.do(func(tx store.Tx) error { return w.v.FreezeAccount(tx, Identity{"main", "boss"}, true, w.rand) })
	w.do(func(tx store.Tx) error { return w.v.FreezeAccount(tx, Identity{"main", "boss"}, false, w.rand) })
	for _, token := range []string{lost, fired} {
		if _, err := w.enter(token); !errors.Is(err, ErrCode) {
			t.Errorf("a link of a lost phone: %v", err)
		}
	}
	fired = w.webLink(boss.ID)
	w.do(func(tx store.Tx) error { return w.v.LetGo(tx, boss.ID, w.now) })
	w.hire("boss", Manager)
	if _, err := w.enter(fired); !errors.Is(err, ErrCode) {
		t.Errorf("a link from before: %v", err)
	}
	if _, err := w.enter(kept); err != nil {
		t.Errorf("somebody else's link: %v", err)
	}
}
