package shop

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/survey"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// stopped is a clock that stands.
type stopped struct{ at time.Time }

func (c stopped) Now() time.Time                       { return c.at }
func (c stopped) After(time.Duration) <-chan time.Time { return nil }

// figuresShop is the default preset's shop on a Monday morning.
func figuresShop(t testing.TB) *Shop {
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	at := time.Date(2026, 3, 30, 2, 0, 0, 0, time.UTC)
	return New(v, func(time.Time) *programme.Programme { return p }, stopped{at}, rand.Reader, slog.New(slog.DiscardHandler))
}

func update(t testing.TB, db store.DB, f func(store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// answer keeps a member's recommendation.
func answer(t testing.TB, db store.DB, n, score int, at time.Time) {
	t.Helper()
	m := loyalty.MemberID(fmt.Sprintf("m%05d", n))
	desk := &survey.Desk{Key: make([]byte, 32), Zone: func(time.Time) *time.Location { return time.UTC }}
	update(t, db, func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(m)); err != nil {
			return err
		}
		if _, err := desk.Ask(tx, m, loyalty.Survey{ID: "visit", Kind: loyalty.SurveyNPS, OpenFor: time.Hour}, survey.Visit{}, at, "en", "line", true); err != nil {
			return err
		}
		_, _, err := desk.Answer(tx, m, "visit", survey.Given{Score: score}, at, "en", "line")
		return err
	})
}

func figures(t testing.TB, s *Shop, db store.DB, first, last time.Time) (f Figures) {
	t.Helper()
	if err := db.View(context.Background(), func(r store.Reader) (err error) {
		f, err = s.Figures(r, first, last, "")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return f
}

// The score is of the shortest span that has enough answers.
func TestScoreIsOfEnoughAnswers(t *testing.T) {
	s, db := figuresShop(t), mem.New()
	now := s.Clock.Now()
	for n := range 60 {
		answer(t, db, n, 10, now.AddDate(0, 0, -20))
	}
	f := figures(t, s, db, now, now)
	if f.NPSDays != 90 || f.NPS.N != 60 || f.NPS.Value != 100 || f.Unhappy != 0 {
		t.Errorf("60 answers: %+v over %d days", f.NPS, f.NPSDays)
	}
	for n := range 60 {
		answer(t, db, 100+n, 2, now.AddDate(0, 0, -20))
	}
	answer(t, db, 999, 0, now)
	f = figures(t, s, db, now.AddDate(0, 0, -6), now)
	if f.NPSDays != 28 || f.NPS.N != 121 || f.NPS.Value > 0 || f.NPS.Value < -1 || f.Unhappy != 1 {
		t.Errorf("121 answers: %+v over %d days, %d unhappy this week", f.NPS, f.NPSDays, f.Unhappy)
	}
}

// joins makes a member at a moment.
func joins(t testing.TB, s *Shop, db store.DB, name string, at time.Time) (id loyalty.MemberID) {
	t.Helper()
	update(t, db, func(tx store.Tx) error {
		p, _, err := s.Vault.Meet(tx, people.Identity{Channel: "line", User: name}, people.Seen{DisplayName: name, Language: "en"}, at, rand.Reader)
		if err != nil {
			return err
		}
		id = p.ID
		if _, err := s.Vault.Join(tx, id, Wording, at, rand.Reader); err != nil {
			return err
		}
		_, err = s.Club.Join(tx, id, book.Act{Op: loyalty.OpID("join-" + name), Actor: loyalty.ByMember(id), Now: at})
		return err
	})
	return id
}

// Joins are counted on their local day, for 400 days.
func TestJoinsByDay(t *testing.T) {
	s, db := figuresShop(t), mem.New()
	now := s.Clock.Now() // ten in the morning
	for day := range 3 {
		for n := range 10 + day {
			joins(t, s, db, fmt.Sprintf("u%d-%d", day, n), now.AddDate(0, 0, -day))
		}
	}
	joins(t, s, db, "night", now.Add(-10*time.Hour-time.Minute)) // yesterday's last minute
	for days, want := range map[int]int64{0: 10, 1: 22, 2: 34, 9: 34} {
		if f := figures(t, s, db, now.AddDate(0, 0, -days), now); f.Joined != want {
			t.Errorf("%d days back: %d joined, want %d", days, f.Joined, want)
		}
	}
	if f := figures(t, s, db, now.AddDate(0, 0, -1), now.AddDate(0, 0, -1)); f.Joined != 12 {
		t.Errorf("yesterday: %d joined", f.Joined)
	}
	if n, err := SweepJoins(t.Context(), db, now.AddDate(0, 0, 399)); err != nil || n == 0 {
		t.Errorf("%d rows went: %v", n, err)
	}
	if f := figures(t, s, db, now.AddDate(0, 0, -9), now); f.Joined != 22 {
		t.Errorf("after the sweep: %d", f.Joined)
	}
}

// What was sent is told where sending costs money, with what it saved.
func TestFiguresOfMessages(t *testing.T) {
	s, db := figuresShop(t), mem.New()
	now := s.Clock.Now()
	if f := figures(t, s, db, now, now); f.Sent != nil {
		t.Errorf("nobody counts, and %+v was sent", f.Sent)
	}
	s.Sends = func(store.Reader, time.Time, time.Time) ([]Sends, error) {
		return []Sends{{Channel: "a", Billed: 100, Rode: 30, Saved: 30, Used: 1000}, {Channel: "b", Billed: 5, Replies: 7}}, nil
	}
	// The medium plan's fee is NT$800 for 3,000: thirty of them are worth eight.
	if f := figures(t, s, db, now, now); f.Sent == nil || *f.Sent != (Sent{Billed: 105, Replies: 7, Rode: 30, Saved: 8, Priced: true}) {
		t.Errorf("sent: %+v", f.Sent)
	}
}

// BenchmarkFigures is what /stats does in its transaction: a month of a shop
// with twenty employees and a hundred answers a day.
func BenchmarkFigures(b *testing.B) {
	s := figuresShop(b)
	file := filepath.Join(b.TempDir(), "shop.db")
	if err := bolt.Create(file); err != nil {
		b.Fatal(err)
	}
	db, err := bolt.Open(file, bolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	now := s.Clock.Now()
	ann := joins(b, s, db, "ann", now.AddDate(0, 0, -60))
	for n := range 20 {
		who := people.Identity{Channel: "line", User: fmt.Sprint("staff", n)}
		var sam people.Staff
		update(b, db, func(tx store.Tx) error {
			if _, _, err := s.Vault.Meet(tx, who, people.Seen{Language: "en"}, now, rand.Reader); err != nil {
				return err
			}
			code, err := s.Vault.Invite(tx, people.Clerk, "main", loyalty.ByJob("test"), now, time.Hour, rand.Reader)
			if err != nil {
				return err
			}
			sam, err = s.Vault.Enrol(tx, code, who, now, rand.Reader)
			return err
		})
		for day := range 31 {
			update(b, db, func(tx store.Tx) error {
				_, err := s.Club.Sale(tx, ann, book.Act{
					Op: loyalty.OpID(fmt.Sprint(n, "/", day)), Actor: sam.ID.Actor(), Role: sam.Role, Now: now.AddDate(0, 0, day-30),
				}, loyalty.Sale{Amount: 100})
				return err
			})
		}
	}
	for n := range 3100 {
		answer(b, db, n, n%11, now.AddDate(0, 0, -n%31))
	}
	for b.Loop() {
		figures(b, s, db, now.AddDate(0, 0, -30), now)
	}
}
