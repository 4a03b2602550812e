package metric

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
	"regulars/loyalty/rollup"
	"regulars/loyalty/segment"
	"regulars/loyalty/survey"
	"regulars/store"
	"regulars/store/mem"
)

// world is a shop with a clock, and all that its metrics are made from.
type world struct {
	t       testing.TB
	db      store.DB
	vault   *people.Vault
	book    *book.Book
	survey  *survey.Desk
	desk    *Desk
	rules   *loyalty.Programme
	now     time.Time
	rand    *rand.ChaCha8
	ops     int
	ignored map[loyalty.MemberID]int32
	taps    map[loyalty.MemberID]int32
}

var taipei = time.FixedZone("Asia/Taipei", 8*3600)

// rules give a point for each dollar, good for two months; a coffee worth 50 costs
// 100 points.
func rules() *loyalty.Programme {
	return &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "HKD", Digits: 2},
		Rate:    loyalty.Rate{Points: 1, Per: 1},
		Expiry:  loyalty.Expiry{Version: 1, Kind: loyalty.AfterMonths, Months: 2},
		Rewards: []loyalty.Reward{{ID: "coffee", Cost: 100, Worth: 50}},
	}
}

// asked is a survey that everybody is asked after each visit, one wave a week.
func asked(id string, kind loyalty.SurveyKind) loyalty.Survey {
	return loyalty.Survey{
		ID: id, Kind: kind, After: loyalty.AfterVisit, Share: 100, Wave: loyalty.SpanWeek, OpenFor: 24 * time.Hour, FollowUp: true,
		Themes: []string{"coffee", "queue"},
	}
}

func newWorld(t testing.TB, db store.DB, seed uint64) *world {
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, db: db, vault: v, rules: rules(), now: time.Date(2026, 1, 5, 12, 0, 0, 0, taipei),
		rand: rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}), ignored: map[loyalty.MemberID]int32{}, taps: map[loyalty.MemberID]int32{},
	}
	at := func(time.Time) *loyalty.Programme { return w.rules }
	w.book = &book.Book{Key: v.ChainKey(), Programme: at}
	rolls := &segment.Desk{
		DB: db, Vault: v, Book: w.book, Programme: at, Lang: "en",
		Platform: func(string) (string, bool) { return "line", true }, Sources: []segment.Source{w.source},
	}
	daily := &rollup.Desk{DB: db, Book: w.book, Programme: at, Segments: rolls}
	rolls.Also = daily.Mark
	w.survey = &survey.Desk{
		Key: bytes.Repeat([]byte{1}, 32), Family: w.book.Family, Changed: rolls.Mark,
		Surveys: func(time.Time) []loyalty.Survey {
			return []loyalty.Survey{asked("nps", loyalty.SurveyNPS), asked("csat", loyalty.SurveyCSAT)}
		},
		Zone: func(time.Time) *time.Location { return taipei },
	}
	v.Changed, w.book.Changed = rolls.PersonChanged, rolls.Mark
	w.desk = &Desk{DB: db, Rolls: rolls, Daily: daily, Programme: at, Now: func() time.Time { return w.now }}
	w.desk.memo.patience = time.Minute // however busy the machine is
	return w
}

// strict is a world that refuses what a lock is missing for, and runs every
// update twice.
func strict(t testing.TB, seed uint64) *world { return newWorld(t, mem.New(mem.Twice), seed) }

// source fills in what other rooms tell of a member.
func (w *world) source(r store.Reader, m loyalty.MemberID, parts []loyalty.MemberID, roll *segment.Roll) error {
	roll.Ignored, roll.Taps = w.ignored[m], w.taps[m]
	var newest survey.Grade
	for _, id := range append([]loyalty.MemberID{m}, parts...) {
		g, ok, err := survey.Latest(r, id)
		if err != nil {
			return err
		}
		if ok && g.At.After(newest.At) {
			newest = g
			roll.NPS, roll.NPSDay, roll.Answers = int32(g.Score)+1, segment.DayOf(g.At, taipei), 1
		}
	}
	return nil
}

func (w *world) do(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

// member meets somebody who joins at once and may agree to offers.
func (w *world) member(name string, promo bool) (m loyalty.MemberID) {
	w.t.Helper()
	w.do(func(tx store.Tx) error {
		p, _, err := w.vault.Meet(tx, people.Identity{Channel: "main", User: name}, people.Seen{DisplayName: name}, w.now, w.rand)
		if err != nil {
			return err
		}
		m = p.ID
		if _, err = w.vault.Join(tx, m, "1", w.now, w.rand); err != nil || !promo {
			return err
		}
		return w.vault.SetConsent(tx, m, people.ForPromo, true, "1", w.now, w.rand)
	})
	return m
}

func (w *world) act(at loyalty.Store) book.Act {
	w.ops++
	return book.Act{
		Op: loyalty.OpID(fmt.Sprint("op", w.ops)), Actor: loyalty.ByStaff("eve"), Role: "manager", Store: at, Now: w.now, Reason: []byte("why"),
	}
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

func (w *world) sell(m loyalty.MemberID, at loyalty.Store, amount loyalty.Money) loyalty.Ref {
	act := w.act(at)
	return w.play(func(tx store.Tx) (book.Receipt, error) {
		return w.book.Earn(tx, m, act, amount, loyalty.Order(act.Op))
	})
}

func (w *world) refund(ref loyalty.Ref, at loyalty.Store, amount loyalty.Money) {
	act := w.act(at)
	w.play(func(tx store.Tx) (book.Receipt, error) {
		return w.book.RefundRef(tx, ref, act, loyalty.Return{Amount: amount})
	})
}

func (w *world) spend(m loyalty.MemberID, at loyalty.Store, n loyalty.Points) loyalty.Ref {
	act := w.act(at)
	return w.play(func(tx store.Tx) (book.Receipt, error) { return w.book.Spend(tx, m, act, n) })
}

// answer asks a member of a visit in a store, and has them answer.
func (w *world) answer(m loyalty.MemberID, s loyalty.Survey, at loyalty.Store, score int, theme string) {
	w.t.Helper()
	w.do(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(m)); err != nil {
			return err
		}
		// Nobody is asked twice in a wave, by the rules of who asks.
		if _, had, err := survey.Part(tx, s.ID, s.WaveAt(w.now.In(taipei)), m); err != nil || had {
			return err
		}
		if _, err := w.survey.Ask(tx, m, s, survey.Visit{At: w.now, Store: at, Staff: "eve"}, w.now, "en", "main", true); err != nil {
			return err
		}
		if _, _, err := w.survey.Answer(tx, m, s.ID, survey.Given{Score: score}, w.now, "en", "main"); err != nil || theme == "" {
			return err
		}
		_, _, err := w.survey.Explain(tx, m, s.ID, []byte("sealed "+theme), theme, w.now)
		return err
	})
}

// merge makes two members one, and tells whether they could be.
func (w *world) merge(from, into loyalty.MemberID) (done bool) {
	w.t.Helper()
	act := w.act("")
	w.do(func(tx store.Tx) error {
		_, err := w.book.Merge(tx, from, into, act)
		if done = err == nil; loyalty.Refused(err) {
			return nil
		}
		if err != nil {
			return err
		}
		return w.vault.Merge(tx, from, into, w.now, w.rand)
	})
	return done
}

func (w *world) undo(ref loyalty.Ref, at loyalty.Store) {
	act := w.act(at)
	w.play(func(tx store.Tx) (book.Receipt, error) { return w.book.Undo(tx, ref, act) })
}

func (w *world) give(m loyalty.MemberID, at loyalty.Store, n loyalty.Points) {
	act := w.act(at)
	w.play(func(tx store.Tx) (book.Receipt, error) { return w.book.Give(tx, m, act, n) })
}

func (w *world) hold(m loyalty.MemberID, at loyalty.Store, n loyalty.Points) {
	act := w.act(at)
	w.play(func(tx store.Tx) (book.Receipt, error) { return w.book.Hold(tx, m, act, n) })
}

// mark says that something of a member changed that no room of theirs tells of.
func (w *world) mark(m loyalty.MemberID) {
	w.t.Helper()
	w.do(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(m)); err != nil {
			return err
		}
		return w.desk.Rolls.Mark(tx, m)
	})
}

// timeOf is some time, up to so many hours.
func timeOf(rng *rand.Rand, hours int) time.Duration {
	return time.Duration(rng.IntN(2*hours)+1) * time.Hour
}

func (w *world) days(n int) { w.now = w.now.AddDate(0, 0, n) }

// refresh does what the jobs do.
func (w *world) refresh() {
	w.t.Helper()
	ctx := context.Background()
	if _, err := w.book.SettleAll(ctx, w.db, w.now, nil); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.desk.Daily.Refresh(ctx, w.now); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.desk.Rolls.Fit(ctx, w.now); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.desk.Refresh(ctx, w.now); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) value(n Name, q Query) Value {
	w.t.Helper()
	v, err := w.desk.Value(context.Background(), n, q)
	if err != nil {
		w.t.Fatalf("%s: %v", n, err)
	}
	return v
}
