package main

import (
	"path/filepath"
	"strings"
	"testing"

	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/postgres/pgtest"
)

// TestRestoredDump: a database that comes back out of pg_dump brings nobody back
// who left since, and sends nothing before somebody decided; and that is asked
// once, not at each start (LEDGER, cases 22 and 31).
func TestRestoredDump(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.env["REGULARS_DATA"], s.env["REGULARS_ADMIN_SOCKET"] = pgtest.Start(t), ""
	s.must("init")
	id := s.sale()
	if out := s.must("outbox", "list"); !strings.HasPrefix(out, "nothing is held") {
		t.Fatalf("before: %s", out)
	}
	restore := pgtest.Dump(t, s.env["REGULARS_DATA"])
	s.leave(id)
	a := s.open()
	if err := a.listErased(t.Context(), a.backupPlan()); err != nil { // as serve does each minute
		t.Fatal(err)
	}
	a.db.Close()

	s.env["REGULARS_DATA"] = restore()
	if out := s.must("outbox", "list"); !strings.Contains(out, "the database was restored, copied, or went back") {
		t.Errorf("after: %s", out)
	}
	if got := s.status(id); got != people.Erased {
		t.Errorf("who left since is back: %s", got)
	}
	s.must("verify")
	s.must("outbox", "release")
	if out := s.must("outbox", "list"); !strings.HasPrefix(out, "nothing is held") {
		t.Errorf("asked again: %s", out)
	}
}

// TestPromotedStandby: a server that goes on from another timeline may have lost
// its last commits, and with them that something was sent.
func TestPromotedStandby(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	s := newShell(t)
	s.env["REGULARS_DATA"], s.env["REGULARS_ADMIN_SOCKET"] = server.Database(t), ""
	s.must("init")
	s.sale()
	server.Stop(t)
	s.refused(1, "does not answer", "doctor")
	s.refused(1, "does not answer (", "stats")
	server.Start(t)
	if out := s.must("outbox", "list"); !strings.HasPrefix(out, "nothing is held") {
		t.Errorf("a restart is no restore: %s", out)
	}
	server.Promote(t)
	if out := s.must("outbox", "list"); !strings.Contains(out, "the database was restored, copied, or went back") {
		t.Errorf("after the promotion: %s", out)
	}
}

// TestMoveGoesOnWhereItWasStopped: whatever a move left that was stopped, the next
// one brings to an end, and meanwhile one store at most may be used.
func TestMoveGoesOnWhereItWasStopped(t *testing.T) {
	t.Parallel()
	s, _ := withSale(t)
	s.env["REGULARS_ADMIN_SOCKET"] = ""
	data := pgtest.Start(t)
	there := func(f func(db store.DB)) {
		t.Helper()
		db, err := openData(t.Context(), data, bolt.Options{}, testLog(t))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		f(db)
	}
	mark := &moved{"elsewhere", s.clock.Now()}

	s.must("move", "--to", data)
	// As where it was killed between its two marks.
	there(func(db store.DB) {
		if err := setMoved(t.Context(), db, movedFrom, mark); err != nil {
			t.Fatal(err)
		}
	})
	s.refused(1, "was moved from", "stats")
	s.env["REGULARS_DATA"] = data
	s.refused(1, "is half of what `regulars move` was bringing", "stats")
	delete(s.env, "REGULARS_DATA")
	s.refused(1, "was moved from", "move", "--to", s.path("third.db"))
	if out := s.must("move", "--to", data); !strings.Contains(out, "holds the shop now") {
		t.Error(out)
	}
	s.env["REGULARS_DATA"] = data
	s.must("verify")
	s.must("move", "--to", s.path("back.db"))
	delete(s.env, "REGULARS_DATA")

	// The first store, once its owner insists, is the shop again, and may not be
	// moved over another one.
	s.refused(1, "say it again with --force", "move", "--reopen")
	s.must("move", "--reopen", "--force")
	s.must("verify")
	s.refused(1, "holds a shop already", "move", "--to", data)
	s.refused(1, "is there already", "move", "--to", s.path("back.db"))
	s.must("move", "--to", s.path("back.db"), "--force")
	s.env["REGULARS_DATA"] = s.path("back.db")
	s.must("verify")
	if old, _ := filepath.Glob(s.path("back.db.before-move-*Z")); len(old) != 1 {
		t.Errorf("put aside: %q", old)
	}
}
