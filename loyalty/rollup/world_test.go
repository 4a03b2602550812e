package rollup

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/segment"
	"regulars/loyalty/survey"
	"regulars/store"
	"regulars/store/mem"
)

// world is a shop with a clock: people, a ledger, surveys, rolls and rollups.
type world struct {
	t      testing.TB
	db     store.DB
	vault  *people.Vault
	book   *book.Book
	survey *survey.Desk
	desk   *Desk
	now    time.Time
	rand   *rand.ChaCha8
	ops    int
}

var taipei = time.FixedZone("Asia/Taipei", 8*3600)

// rules give a point for each dollar, good for three months.
func rules() *loyalty.Programme {
	return &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"},
		Rate:   loyalty.Rate{Points: 1, Per: 1},
		Expiry: loyalty.Expiry{Version: 1, Kind: loyalty.AfterMonths, Months: 3},
	}
}

func newWorld(t testing.TB, db store.DB, seed uint64) *world {
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	p := rules()
	at := func(time.Time) *loyalty.Programme { return p }
	w := &world{
		t: t, db: db, vault: v, now: time.Date(2026, 1, 30, 20, 0, 0, 0, taipei),
		rand: rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}),
	}
	w.book = &book.Book{Key: v.ChainKey(), Programme: at}
	seg := &segment.Desk{DB: db, Vault: v, Book: w.book, Programme: at, Lang: "en", Platform: func(string) (string, bool) { return "line", true }}
	w.desk = &Desk{DB: db, Book: w.book, Programme: at, Segments: seg}
	seg.Also = w.desk.Mark
	w.survey = &survey.Desk{
		Key: bytes.Repeat([]byte{1}, 32), Family: w.book.Family, Changed: seg.Mark,
		Surveys: func(time.Time) []loyalty.Survey { return nil }, Zone: func(time.Time) *time.Location { return taipei },
	}
	v.Changed, w.book.Changed = seg.PersonChanged, seg.Mark
	return w
}

// strict is a world that refuses what a lock is missing for, and runs every
// update twice.
func strict(t testing.TB) *world { return newWorld(t, mem.New(mem.Twice), 1) }

func (w *world) do(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

// contact meets somebody.
func (w *world) contact(name string) (m loyalty.MemberID) {
	w.t.Helper()
	w.do(func(tx store.Tx) error {
		p, _, err := w.vault.Meet(tx, people.Identity{Channel: "main", User: name}, people.Seen{DisplayName: name}, w.now, w.rand)
		m = p.ID
		return err
	})
	return m
}

func (w *world) join(m loyalty.MemberID) {
	w.t.Helper()
	w.do(func(tx store.Tx) error {
		_, err := w.vault.Join(tx, m, "1", w.now, w.rand)
		return err
	})
}

func (w *world) member(name string) loyalty.MemberID {
	m := w.contact(name)
	w.join(m)
	return m
}

// act is what an employee does in a store; by "" it is a job's.
func (w *world) act(by string, at loyalty.Store) book.Act {
	w.ops++
	a := book.Act{Op: loyalty.OpID(fmt.Sprint("op", w.ops)), Actor: loyalty.ByJob("test"), Store: at, Now: w.now, Reason: []byte("why")}
	if by != "" {
		a.Actor, a.Role = loyalty.ByStaff(by), "manager"
	}
	return a
}

// play does one thing in the ledger; refusals are fine.
func (w *world) play(f func(store.Tx) (book.Receipt, error)) (ref loyalty.Ref) {
	w.t.Helper()
	w.do(func(tx store.Tx) error {
		got, err := f(tx)
		if ref = ""; err == nil && len(got.Entries) > 0 {
			ref = got.Entries[0].Ref
		}
		if loyalty.Refused(err) {
			return nil
		}
		return err
	})
	return ref
}

func (w *world) sell(m loyalty.MemberID, by string, at loyalty.Store, amount loyalty.Money) loyalty.Ref {
	w.t.Helper()
	act := w.act(by, at)
	return w.play(func(tx store.Tx) (book.Receipt, error) {
		return w.book.Earn(tx, m, act, amount, loyalty.Order(act.Op))
	})
}

func (w *world) spend(m loyalty.MemberID, by string, at loyalty.Store, n loyalty.Points) loyalty.Ref {
	w.t.Helper()
	act := w.act(by, at)
	return w.play(func(tx store.Tx) (book.Receipt, error) { return w.book.Spend(tx, m, act, n) })
}

func (w *world) refund(ref loyalty.Ref, at loyalty.Store, amount loyalty.Money) {
	w.t.Helper()
	act := w.act("eve", at)
	w.play(func(tx store.Tx) (book.Receipt, error) {
		return w.book.RefundRef(tx, ref, act, loyalty.Return{Amount: amount})
	})
}

func (w *world) merge(from, into loyalty.MemberID) {
	w.t.Helper()
	act := w.act("", "")
	w.do(func(tx store.Tx) error {
		if _, err := w.book.Merge(tx, from, into, act); err != nil {
			return err
		}
		return w.vault.Merge(tx, from, into, w.now, w.rand)
	})
}

func (w *world) unmerge(from loyalty.MemberID) {
	w.t.Helper()
	act := w.act("", "")
	w.do(func(tx store.Tx) error {
		if _, err := w.book.Unmerge(tx, from, act); err != nil {
			return err
		}
		return w.vault.Unmerge(tx, from, w.now, w.rand)
	})
}

// leave gives up all points and erases the person.
func (w *world) leave(m loyalty.MemberID) {
	w.t.Helper()
	act := w.act("", "")
	w.do(func(tx store.Tx) error {
		if err := w.book.GiveUp(tx, m, act); err != nil {
			return err
		}
		return w.vault.Erase(tx, m, w.now, time.Time{})
	})
}

// score is an answer to the recommendation, which is asked where this month's was
// not yet.
func (w *world) score(m loyalty.MemberID, score int, about survey.Visit) {
	w.t.Helper()
	s := loyalty.Survey{ID: "nps", Kind: loyalty.SurveyNPS, Wave: loyalty.SpanMonth, OpenFor: 24 * time.Hour}
	w.do(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(m)); err != nil {
			return err
		}
		if a, ok, err := w.survey.Of(tx, m, "nps"); err != nil || !ok || a.Wave != s.WaveAt(w.now) {
			if _, err := w.survey.Ask(tx, m, s, about, w.now, "en", "main", true); err != nil {
				return err
			}
		}
		_, _, err := w.survey.Answer(tx, m, "nps", survey.Given{Score: score}, w.now, "en", "main")
		return err
	})
}

func (w *world) days(n int) { w.now = w.now.AddDate(0, 0, n) }

func (w *world) today() int32 { return segment.DayOf(w.now, taipei) }

func (w *world) refresh() {
	w.t.Helper()
	if _, err := w.desk.Refresh(context.Background(), w.now); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) total(s Span, where Where) Sums {
	w.t.Helper()
	sum, err := w.desk.Total(context.Background(), s, where)
	if err != nil {
		w.t.Fatal(err)
	}
	return sum
}

func (w *world) customers(s Span, where Where) map[loyalty.MemberID]Customer {
	w.t.Helper()
	list, err := w.desk.Customers(context.Background(), s, where)
	if err != nil {
		w.t.Fatal(err)
	}
	all := map[loyalty.MemberID]Customer{}
	for c := range list.All() {
		m, err := w.desk.Member(context.Background(), c.Ordinal)
		if err != nil {
			w.t.Fatal(err)
		}
		c.Ordinal = 0
		all[m] = c
	}
	if len(all) != list.Len() {
		w.t.Errorf("%d customers, %d by their length", len(all), list.Len())
	}
	return all
}
