package voucher

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

const (
	ann = loyalty.MemberID("01HANN00000000000000000000")
	bo  = loyalty.MemberID("01HBO000000000000000000000")
)

var (
	sam    = loyalty.ByStaff("sam")
	taipei = time.FixedZone("Taipei", 8*3600)
	start  = time.Date(2026, 3, 10, 12, 0, 0, 0, taipei) // a Tuesday
)

func count(n int64) *int64 { return &n }

// plan is a programme with a reward of each sort.
func plan() *loyalty.Programme {
	return &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"},
		Rate: loyalty.Rate{Points: 1, Per: 1}, HoldFor: 2 * time.Hour,
		Expiry: loyalty.Expiry{Version: 1, Kind: loyalty.NextYearEnd},
		Tiers:  loyalty.Tiers{By: loyalty.MeasureSpend, Window: loyalty.WindowCalendar, Levels: []loyalty.Level{{ID: "green"}, {ID: "gold", At: 1000}}},
		Rewards: []loyalty.Reward{
			{ID: "latte", Cost: 50, Kind: loyalty.RewardItem, ValidFor: 30 * time.Minute},
			{ID: "cake", Cost: 80, ValidFor: 14 * 24 * time.Hour, ToDayEnd: true, OnExpiry: loyalty.FateForfeit, OnCancel: loyalty.FateForfeit, Stores: []loyalty.Store{"east", "west"}},
			{ID: "mug", Cost: 30, Stock: count(2), ValidFor: time.Hour},
			{ID: "song", Cost: 20, Kind: loyalty.RewardCode},
			{ID: "lounge", Cost: 10, Levels: []string{"gold"}},
			{ID: "plain", Cost: 10, Levels: []string{""}},
			{ID: "daily", Cost: 5, PerPerson: 2, Per: loyalty.SpanDay},
			{ID: "once", Cost: 5, PerPerson: 1},
			{ID: "spring", Cost: 5, From: start.AddDate(0, 0, 1), To: start.AddDate(0, 0, 3)},
			{ID: "prize", ValidFor: 30 * 24 * time.Hour, ToDayEnd: true},
		},
	}
}

// reward changes one reward of a programme.
func reward(p *loyalty.Programme, id string, f func(*loyalty.Reward)) {
	for i := range p.Rewards {
		if p.Rewards[i].ID == id {
			f(&p.Rewards[i])
		}
	}
}

// shop is a desk with a clock and a counter of operations.
type shop struct {
	t    testing.TB
	db   store.DB
	d    *Desk
	p    *loyalty.Programme
	now  time.Time
	ops  int
	gone int // crashes of a mem.DB, each survived by starting again
}

func newShop(t testing.TB, p *loyalty.Programme) *shop {
	s := &shop{t: t, db: mem.New(mem.Twice), p: p, now: start}
	at := func(at time.Time) *loyalty.Programme { return s.p.At(at) }
	b := &book.Book{Key: []byte("an installation's chain key, 32+"), Programme: at}
	flip := func(b []byte) ([]byte, error) { // a seal for tests: nobody should read it by accident
		b = bytes.Clone(b)
		slices.Reverse(b)
		return b, nil
	}
	s.d = &Desk{Book: b, Key: []byte("the key of codes, of 32 bytes too"), Programme: at, Seal: flip, Open: flip}
	return s
}

// engines runs a test in memory and on bolt.
func engines(t *testing.T, f func(*testing.T, store.DB)) {
	t.Run("mem", func(t *testing.T) { f(t, mem.New(mem.Twice)) })
	t.Run("bolt", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "voucher.db")
		if err := bolt.Create(path); err != nil {
			t.Fatal(err)
		}
		db, err := bolt.Open(path, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		f(t, db)
	})
}

// act is a new operation by who.
func (s *shop) act(who loyalty.Actor) book.Act {
	s.ops++
	return book.Act{Op: loyalty.OpID(fmt.Sprintf("op%d", s.ops)), Actor: who, Now: s.now, Store: "east", Reason: []byte("sealed")}
}

// do runs f in an Update that commits refusals, as a handler's does. A store
// that crashes is started again, looked at, and asked once more.
func (s *shop) do(f func(store.Tx) error) (refused error) {
	s.t.Helper()
	update := func() error {
		return s.db.Update(context.Background(), func(tx store.Tx) error {
			if refused = f(tx); loyalty.Refused(refused) {
				return nil
			}
			return refused
		})
	}
	err := update()
	if errors.Is(err, mem.ErrCrash) {
		s.gone++
		s.db.(*mem.DB).Reopen()
		s.clean()
		err = update()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return refused
}

// earn gives points by a sale.
func (s *shop) earn(m loyalty.MemberID, n loyalty.Money) {
	s.t.Helper()
	a := s.act(sam)
	if err := s.do(func(tx store.Tx) error { _, err := s.d.Book.Earn(tx, m, a, n, ""); return err }); err != nil {
		s.t.Fatal(err)
	}
}

// step is one operation of the desk.
type step func(store.Tx) (Voucher, book.Receipt, error)

func (s *shop) run(f step) (v Voucher, rec book.Receipt, refused error) {
	s.t.Helper()
	refused = s.do(func(tx store.Tx) (err error) { v, rec, err = f(tx); return err })
	return v, rec, refused
}

func (s *shop) redeem(m loyalty.MemberID, id string) (Voucher, error) {
	s.t.Helper()
	a := s.act(loyalty.ByMember(m))
	v, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Redeem(tx, m, a, id) })
	return v, err
}

func (s *shop) present(m loyalty.MemberID, id, source string) (Voucher, error) {
	s.t.Helper()
	a := s.act(loyalty.ByJob("gift"))
	v, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) {
		v, err := s.d.Present(tx, m, a, id, source)
		return v, book.Receipt{}, err
	})
	return v, err
}

func (s *shop) use(v Voucher) (Voucher, error) {
	s.t.Helper()
	a := s.act(sam)
	v, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Use(tx, s.d.CodeOf(v), a) })
	return v, err
}

func (s *shop) undo(v Voucher) (Voucher, error) {
	s.t.Helper()
	a := s.act(sam)
	v, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Undo(tx, v.ID, a) })
	return v, err
}

func (s *shop) reopen(v Voucher) (Voucher, error) {
	s.t.Helper()
	a := s.act(sam)
	v, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Reopen(tx, v.ID, a) })
	return v, err
}

func (s *shop) cancel(m loyalty.MemberID, v Voucher) (Voucher, error) {
	s.t.Helper()
	a := s.act(loyalty.ByMember(m))
	v, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Cancel(tx, m, v.ID, a) })
	return v, err
}

func (s *shop) void(v Voucher) (Voucher, error) {
	s.t.Helper()
	a := s.act(sam)
	v, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Void(tx, v.ID, a, "mistake") })
	return v, err
}

// must is for what cannot be refused.
func (s *shop) must(v Voucher, err error) Voucher {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

func (s *shop) view(f func(store.Reader) error) {
	s.t.Helper()
	if err := s.db.View(context.Background(), f); err != nil {
		s.t.Fatal(err)
	}
}

// has compares the member's spendable and held points.
func (s *shop) has(m loyalty.MemberID, available, held loyalty.Points) {
	s.t.Helper()
	s.view(func(r store.Reader) error {
		b, err := s.d.Book.Balance(r, m, s.now)
		if b.Available != available || b.Held != held {
			s.t.Errorf("%d spendable and %d held, want %d and %d", b.Available, b.Held, available, held)
		}
		return err
	})
}

func (s *shop) state(v Voucher) (state State) {
	s.t.Helper()
	s.view(func(r store.Reader) error {
		v, err := s.d.Get(r, v.ID, s.now)
		state = v.State
		return err
	})
	return state
}

// left is what the catalogue says, -1 for no bound, and how many are taken.
func (s *shop) left(id string) (left, taken int64) {
	s.t.Helper()
	left = -1
	s.view(func(r store.Reader) error {
		list, err := s.d.Offers(r, ann, s.now, "", loyalty.Balance{})
		for _, o := range list {
			if o.Reward.ID == id && o.Left != nil {
				left, taken = *o.Left, o.Taken
			}
		}
		return err
	})
	return left, taken
}

// expire writes down what lapsed, each in an Update of its own, and counts it.
func (s *shop) expire() (n int) {
	s.t.Helper()
	var ids []ID
	s.view(func(r store.Reader) (err error) { ids, err = s.d.Lapsed(r, s.now, 1000); return err })
	for _, id := range ids {
		did := false
		if err := s.db.Update(context.Background(), func(tx store.Tx) (err error) {
			_, did, err = s.d.Lapse(tx, id, s.now)
			return err
		}); err != nil {
			s.t.Fatal(err)
		}
		if did {
			n++
		}
	}
	return n
}

// clean holds everything against everything, the ledger too.
func (s *shop) clean() {
	s.t.Helper()
	faults, err := s.d.Check(context.Background(), s.db)
	if err != nil || len(faults) > 0 {
		s.t.Fatalf("check: %v, %v", faults, err)
	}
	bad, err := s.d.Book.Verify(context.Background(), s.db, nil)
	if err != nil || len(bad) > 0 {
		s.t.Fatalf("verify: %v, %v", bad, err)
	}
}

func addCodes(s *shop, list ...string) (added, duplicates int) {
	s.t.Helper()
	err := s.do(func(tx store.Tx) (err error) {
		added, duplicates, err = s.d.AddCodes(tx, "song", list, s.now)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return added, duplicates
}

// sweep deletes what is old.
func (s *shop) sweep() int {
	s.t.Helper()
	n, err := s.d.Sweep(context.Background(), s.db, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}
