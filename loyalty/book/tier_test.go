package book

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// rulesOf lets the shop live by a chain of versions.
func (s *shop) rulesOf(newest *loyalty.Programme) {
	s.b.Programme = newest.At
}

// tiered is plan with two levels above the lowest, of money in calendar years,
// and points that never go.
func tiered() *loyalty.Programme {
	p := plan()
	p.Expiry = loyalty.Expiry{Version: 1}
	p.Tiers = loyalty.Tiers{By: loyalty.MeasureSpend, Window: loyalty.WindowCalendar, Levels: []loyalty.Level{{ID: "green"}, {ID: "silver", At: 500}, {ID: "gold", At: 1000}}}
	return p
}

// changed is p as a newer version from a moment on.
func changed(p *loyalty.Programme, from time.Time, change func(*loyalty.Programme)) *loyalty.Programme {
	n := *p
	n.Version, n.From, n.Before = p.Version+1, from, p
	n.Expiry.Version = n.Version
	change(&n)
	return &n
}

func (s *shop) all() int {
	s.t.Helper()
	n, err := s.b.SettleAll(context.Background(), s.db, s.now, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *shop) standing(m loyalty.MemberID) (level string) {
	s.t.Helper()
	s.view(func(r store.Reader) error {
		p, ok, err := s.b.Progress(r, m, s.now)
		if !ok {
			s.t.Error("no levels")
		}
		level = p.Standing.Level
		return err
	})
	return level
}

func TestTiersInTheBook(t *testing.T) {
	engines(t, func(t *testing.T, db func() store.DB) {
		s := newShop(t, tiered())
		s.db = db()
		rec := s.earn(ann, 999, "A1")
		if from, to, ok := rec.Rose(); !ok || from != "" || to != "silver" {
			t.Errorf("rose %q %q %v", from, to, ok)
		}
		rec = s.earn(ann, 1, "A2")
		if from, to, ok := rec.Rose(); !ok || from != "silver" || to != "gold" {
			t.Errorf("rose %q %q %v", from, to, ok)
		}
		rec, err := s.refund(ann, "A2", 0)
		if from, to, ok := rec.Rose(); err != nil || !ok || from != "gold" || to != "silver" {
			t.Errorf("fell %q %q %v, %v", from, to, ok, err)
		}
		s.clean()
		end := time.Date(2028, 1, 1, 0, 0, 0, 0, taipei)
		if list := s.due(end.Add(-1)); len(list) != 0 {
			t.Errorf("due before: %v", list)
		}
		if list := s.due(end); !slices.Equal(list, []loyalty.MemberID{ann}) {
			t.Errorf("due: %v", list)
		}
		s.now = end
		if level := s.standing(ann); level != "" {
			t.Errorf("%q although nobody settled", level)
		}
		s.b.ClockInDoubt = func() bool { return true }
		if n := s.all(); n != 0 {
			t.Errorf("%d entries while the clock is in doubt", n)
		}
		s.b.ClockInDoubt = nil
		if n, again := s.all(), s.all(); n != 1 || again != 0 {
			t.Errorf("%d entries, then %d", n, again)
		}
		s.clean()
		s.rebuildsTheSame()
	})
}

// TestTiersByFacts: the day of joining comes from outside the ledger, and a
// member is due by it.
func TestTiersByFacts(t *testing.T) {
	p := tiered()
	p.Tiers.Window = loyalty.WindowAnniversary
	s := newShop(t, p)
	s.b.Facts = func(store.Reader, loyalty.MemberID) (loyalty.Facts, error) {
		return loyalty.Facts{Joined: time.Date(2024, 4, 1, 9, 0, 0, 0, taipei)}, nil
	}
	s.earn(ann, 500, "") // on 10 March 2026: this year ends on 1 April, the next one a year later
	if list := s.due(time.Date(2027, 4, 1, 0, 0, 0, 0, taipei)); len(list) != 1 {
		t.Errorf("due: %v", list)
	}
	if s.now = time.Date(2027, 3, 31, 23, 59, 59, 0, taipei); s.standing(ann) != "silver" {
		t.Error("fell early")
	}
	if s.now = s.now.Add(time.Second); s.standing(ann) != "" || s.all() != 1 {
		t.Error("did not fall")
	}
	s.clean()
}

// rebuildsTheSame damages nothing, and sees that nothing is written anew; then
// deletes what is derived, and sees that it comes back.
func (s *shop) rebuildsTheSame() {
	s.t.Helper()
	before := dump(s.t, s.db)
	if n, err := s.b.Rebuild(context.Background(), s.db, nil); n != 0 || err != nil {
		s.t.Errorf("rebuilt %d rows, %v", n, err)
	}
	gone := 0
	s.update(func(tx store.Tx) error {
		gone = 0
		if err := tx.Lock(memberSubject(ann), memberSubject(bo)); err != nil {
			return err
		}
		for _, row := range before {
			key := string(row.Key)
			if strings.HasPrefix(key, "due/") || strings.HasPrefix(key, "notice/") || strings.HasPrefix(key, "account/") {
				gone++
				if err := tx.Delete(row.Key); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if n, err := s.b.Rebuild(context.Background(), s.db, nil); n != gone || err != nil {
		s.t.Errorf("rebuilt %d rows of %d, %v", n, gone, err)
	}
	if after := dump(s.t, s.db); !reflect.DeepEqual(after, before) {
		s.t.Errorf("rebuilt otherwise")
	}
}

// TestNewRuleReachesEverybody: a rule that is switched on concerns members of
// whom no index knows; one sweep reaches them all, once.
func TestNewRuleReachesEverybody(t *testing.T) {
	engines(t, func(t *testing.T, db func() store.DB) {
		old := plan()
		old.Expiry, old.NoticeDays = loyalty.Expiry{Version: 1}, []int{30}
		s := newShop(t, old)
		s.db = db()
		s.earn(ann, 100, "")
		s.earn(bo, 50, "")
		from := time.Date(2026, 7, 1, 0, 0, 0, 0, taipei)
		s.rulesOf(changed(old, from, func(p *loyalty.Programme) {
			p.Expiry.Kind, p.Expiry.Months, p.Expiry.Follow = loyalty.AfterMonths, 12, true
		}))
		if s.now = from.Add(-1); s.all() != 0 {
			t.Error("before its time")
		}
		s.now = from.Add(72 * time.Hour)
		end := time.Date(2027, 7, 2, 0, 0, 0, 0, taipei)
		if b := s.balance(bo); b.Available != 50 || !b.Next.At.Equal(end) {
			t.Errorf("before anybody settled: %+v", b)
		}
		s.clean()
		if n, again := s.all(), s.all(); n != 2 || again != 0 {
			t.Errorf("%d entries, then %d", n, again)
		}
		s.clean()
		if list := s.due(end); len(list) != 2 {
			t.Errorf("due: %v", list)
		}
		notice := time.Date(2027, 6, 2, 10, 0, 0, 0, taipei)
		if list := s.notices(notice); len(list) != 2 || list[0].Points != 100 || !list[0].ExpiresAt.Equal(end) {
			t.Errorf("notices: %+v", list)
		}
		s.rebuildsTheSame()
	})
}

func (s *shop) notices(now time.Time) (list []Noticed) {
	s.t.Helper()
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		list, err = s.b.DueNotices(r, now, 10)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// tell is what a job does with a notice.
func (s *shop) tell(m loyalty.MemberID) {
	s.t.Helper()
	s.update(func(tx store.Tx) error { return s.b.MarkNoticed(tx, m, s.now) })
	s.clean()
}

func april(day, hour int) time.Time { return time.Date(2026, 4, day, hour, 0, 0, 0, taipei) }

func TestNoticesArePlannedAndKeptRight(t *testing.T) {
	engines(t, func(t *testing.T, db func() store.DB) {
		p := plan()
		p.NoticeDays = []int{40, 7, 1}
		s := newShop(t, p)
		s.db = db()
		s.earn(ann, 100, "A1") // on 10 March at noon; gone on 11 April: 40 days before is past
		s.clean()
		if list := s.notices(april(4, 10).Add(-1)); len(list) != 0 {
			t.Errorf("early: %+v", list)
		}
		want := Noticed{ann, loyalty.Notice{At: april(4, 10).UTC(), Days: 7, Points: 100, ExpiresAt: april(11, 0).UTC()}}
		if list := s.notices(april(4, 10)); len(list) != 1 || list[0] != want {
			t.Errorf("due: %+v", list)
		}
		if _, err := s.spend(ann, 30); err != nil {
			t.Fatal(err)
		}
		if list := s.notices(april(4, 10)); len(list) != 1 || list[0].Points != 70 {
			t.Errorf("after a spend: %+v", list)
		}
		s.clean()

		// Its time has come and the member buys before anybody told it.
		s.now = april(4, 11)
		s.earn(ann, 5, "A2")
		s.clean()
		if list := s.notices(s.now); len(list) != 1 || list[0].Points != 70 || list[0].Days != 7 {
			t.Errorf("kept until it is told: %+v", list)
		}
		s.rebuildsTheSame()
		s.tell(ann)
		if list := s.notices(s.now); len(list) != 0 {
			t.Errorf("told, and still there: %+v", list)
		}
		s.tell(ann) // again, at the same now
		s.now = april(6, 12)
		s.earn(ann, 5, "A3")
		s.clean()
		if list := s.notices(april(9, 23)); len(list) != 0 {
			t.Errorf("told twice: %+v", list)
		}
		if list := s.notices(april(10, 12)); len(list) != 1 || list[0].Days != 1 || list[0].Points != 70 {
			t.Errorf("the next one: %+v", list)
		}

		// Nobody told it for days: it comes late, or too late.
		if list := s.notices(april(10, 23)); len(list) != 1 || list[0].Days != 1 {
			t.Errorf("late: %+v", list)
		}
		s.now = april(11, 12)
		if list := s.notices(s.now); len(list) != 1 || list[0].Points != 0 {
			t.Errorf("too late: %+v", list)
		}
		s.tell(ann)
		if list := s.notices(april(28, 10)); len(list) != 1 || list[0].Points != 5 {
			t.Errorf("the next lot's: %+v", list)
		}
		s.settle(ann)
		s.clean()
		if _, err := s.spend(ann, 10); err != nil {
			t.Fatal(err)
		}
		if list := s.notices(april(30, 23).AddDate(1, 0, 0)); len(list) != 0 {
			t.Errorf("nothing is left to lapse: %+v", list)
		}
		s.clean()
		s.rebuildsTheSame()
	})
}

// TestNoticeOfSpentPoints: what came due and was
// spent before it was told is not told, and what is earned then is no news.
func TestNoticeOfSpentPoints(t *testing.T) {
	p := plan()
	p.NoticeDays = []int{7}
	s := newShop(t, p)
	s.earn(ann, 100, "")
	s.now = april(4, 11)
	if _, err := s.spend(ann, 100); err != nil {
		t.Fatal(err)
	}
	if list := s.notices(s.now); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	s.clean()
	s.now = s.now.Add(time.Hour)
	s.earn(ann, 10, "")
	s.clean()
	if list := s.notices(s.now.AddDate(0, 0, 20)); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	if list := s.notices(april(28, 10)); len(list) != 1 || list[0].Points != 10 {
		t.Errorf("%+v", list)
	}
	s.rebuildsTheSame()
}

// TestStrayNoticeIsFound: a notice that no lot asks for.
func TestStrayNoticeIsFound(t *testing.T) {
	p := plan()
	p.NoticeDays = []int{7}
	s := newShop(t, p)
	s.earn(ann, 100, "")
	for _, m := range []loyalty.MemberID{ann, bo} {
		s.tamper(func(tx store.Tx) error {
			if err := tx.Lock(memberSubject(m)); err != nil {
				return err
			}
			return notices.Put(tx, loyalty.Notice{Points: 1}, timeKey(noon), string(m))
		})
		faults, err := s.b.Verify(context.Background(), s.db, nil)
		if err != nil || len(faults) != 1 || faults[0].Member != m {
			t.Errorf("%v, %v", faults, err)
		}
		if n, err := s.b.Rebuild(context.Background(), s.db, nil); n != 1 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
		s.clean()
	}
}
