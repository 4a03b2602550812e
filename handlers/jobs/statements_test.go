package jobs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/postgres"
	"regulars/store/postgres/pgtest"
)

// TestStatementsAreToldOnce: on the first day of a month the one before is closed,
// and who manages a store is told what it gets or owes, owners what each does; once.
func TestStatementsAreToldOnce(t *testing.T) { statementsAreToldOnce(t, newWorld(t)) }

// TestStatementsOnPostgres: on PostgreSQL no less.
func TestStatementsOnPostgres(t *testing.T) {
	t.Parallel()
	db, err := postgres.Create(t.Context(), pgtest.Start(t), postgres.Options{Conns: 2, ConnectTimeout: time.Minute, Patience: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := newWorld(t)
	w.jobs.DB = db
	statementsAreToldOnce(t, w)
}

func statementsAreToldOnce(t *testing.T, w *world) {
	s := w.jobs.Shop
	s.Rollups.DB, s.Segments.DB = w.jobs.DB, w.jobs.DB
	raw, _ := programme.Preset("cafe")
	text := strings.Replace(string(raw), "[[store]]", "[settlement]\npoints = 1\nworth = 2\n\n[[store]]\nid = \"east\"\nname = \"East\"\n\n[[store]]", 1)
	p, complaints := programme.Load([]byte(text))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	s.Programme = func(time.Time) *programme.Programme { return p }
	olga, mo := w.enrols("Olga", people.Owner, ""), w.enrols("Mo", people.Manager, "main")
	eve, sam := w.enrols("Eve", people.Manager, "east"), w.enrols("Sam", people.Clerk, "main")
	ann := w.join("Ann", "")
	w.update(func(tx store.Tx) error { // a sale in one store, spent in the other
		act := w.act()
		act.Store, act.Actor, act.Role = "main", sam.ID.Actor(), sam.Role
		_, err := s.Book.Earn(tx, ann, act, 3000, "A-1")
		return err
	})
	w.update(func(tx store.Tx) error {
		act := w.act()
		act.Store, act.Actor, act.Role = "east", eve.ID.Actor(), eve.Role
		_, err := s.Book.Spend(tx, ann, act, 45)
		return err
	})
	w.run("segments")
	w.clock.at = time.Date(2026, 2, 1, 7, 0, 0, 0, p.Rules.Zone)
	if n := w.run("statements"); n != 3 {
		t.Errorf("%d were told", n)
	}
	if n := w.run("statements"); n != 0 {
		t.Errorf("told again: %d", n)
	}
	says := func(m loyalty.MemberID) string {
		list := w.out.to(m)
		if len(list) != 1 {
			t.Fatalf("%s is told %d times", m, len(list))
		}
		msg := list[0].Letter.Messages[0]
		return msg.Text + fmt.Sprint(msg.Rows)
	}
	if got := says(eve.Member); !strings.Contains(got, "Jan 2026 statement of East is ready") || !strings.Contains(got, "You get NT$90") {
		t.Errorf("East: %q", got)
	}
	if got := says(mo.Member); !strings.Contains(got, "You owe NT$90") || strings.Contains(got, "East") {
		t.Errorf("main: %q", got)
	}
	if got := says(olga.Member); !strings.Contains(got, "{East NT$90}") || !strings.Contains(got, "−NT$90") {
		t.Errorf("the owner: %q", got)
	}
	if len(w.out.to(sam.Member)) != 0 {
		t.Error("a clerk is told")
	}
	if st, err := s.Rollups.Statement(t.Context(), 202601); err != nil || st.Closed.IsZero() {
		t.Errorf("the month is not closed: %v", err)
	}
}
