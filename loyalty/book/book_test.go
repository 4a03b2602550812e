package book

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// ann and bo are two members; sam is an employee.
const (
	ann = loyalty.MemberID("01HANN00000000000000000000")
	bo  = loyalty.MemberID("01HBO000000000000000000000")
)

var sam = loyalty.ByStaff("sam")

var taipei = time.FixedZone("Taipei", 8*3600)

// noon is the day on which most tests begin.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, taipei)

// plan is a programme in plain numbers: a point for each dollar.
func plan() *loyalty.Programme {
	return &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"},
		Rate:   loyalty.Rate{Points: 1, Per: 1},
		Expiry: loyalty.Expiry{Version: 1, Kind: loyalty.AfterMonths, Months: 1},
	}
}

// shop is a ledger with a clock and a counter of operations.
type shop struct {
	t   testing.TB
	db  store.DB
	b   *Book
	now time.Time
	ops int

	crashes int // of a mem.DB, each survived by starting again
}

func newShop(t testing.TB, p *loyalty.Programme) *shop {
	b := &Book{Key: []byte("an installation's chain key, 32+"), Programme: func(time.Time) *loyalty.Programme { return p }}
	return &shop{t: t, db: mem.New(mem.Twice), b: b, now: noon}
}

// engines runs a test in memory and on bolt.
func engines(t *testing.T, f func(*testing.T, func() store.DB)) {
	t.Run("mem", func(t *testing.T) { f(t, func() store.DB { return mem.New(mem.Twice) }) })
	t.Run("bolt", func(t *testing.T) { f(t, func() store.DB { return openBolt(t) }) })
}

// openBolt is a new bolt file, closed when the test ends.
func openBolt(t *testing.T) store.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "book.db")
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
	return db
}

// act is a new operation by who.
func (s *shop) act(who loyalty.Actor) Act {
	s.ops++
	return Act{Op: loyalty.OpID(fmt.Sprintf("op%d", s.ops)), Actor: who, Now: s.now, Reason: []byte("sealed")}
}

// do runs f in an Update that commits refusals, as a handler's does.
func (s *shop) do(f func(store.Tx) (Receipt, error)) (rec Receipt, refused error) {
	s.t.Helper()
	s.update(func(tx store.Tx) error {
		rec, refused = f(tx)
		if loyalty.Refused(refused) {
			return nil
		}
		return refused
	})
	return rec, refused
}

// update is db.Update that, when the store crashes, starts it again, looks
// whether everything is in order, and does the same once more, as a platform
// does that got no answer.
func (s *shop) update(f func(store.Tx) error) {
	s.t.Helper()
	err := s.db.Update(context.Background(), f)
	if errors.Is(err, mem.ErrCrash) {
		s.crashes++
		s.db.(*mem.DB).Reopen()
		s.clean()
		err = s.db.Update(context.Background(), f)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// must is do for what cannot be refused.
func (s *shop) must(f func(store.Tx) (Receipt, error)) Receipt {
	s.t.Helper()
	rec, err := s.do(f)
	if err != nil {
		s.t.Fatal(err)
	}
	return rec
}

func (s *shop) earn(m loyalty.MemberID, amount loyalty.Money, order loyalty.Order) Receipt {
	s.t.Helper()
	a := s.act(sam)
	return s.must(func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, m, a, amount, order) })
}

func (s *shop) spend(m loyalty.MemberID, n loyalty.Points) (Receipt, error) {
	s.t.Helper()
	a := s.act(loyalty.ByMember(m))
	return s.do(func(tx store.Tx) (Receipt, error) { return s.b.Spend(tx, m, a, n) })
}

func (s *shop) hold(m loyalty.MemberID, n loyalty.Points) (Receipt, error) {
	s.t.Helper()
	a := s.act(loyalty.ByMember(m))
	return s.do(func(tx store.Tx) (Receipt, error) { return s.b.Hold(tx, m, a, n) })
}

func (s *shop) undo(r loyalty.Ref) (Receipt, error) {
	s.t.Helper()
	a := s.act(sam)
	return s.do(func(tx store.Tx) (Receipt, error) { return s.b.Undo(tx, r, a) })
}

func (s *shop) refund(m loyalty.MemberID, o loyalty.Order, amount loyalty.Money) (Receipt, error) {
	s.t.Helper()
	a := s.act(sam)
	return s.do(func(tx store.Tx) (Receipt, error) { return s.b.Refund(tx, m, a, o, loyalty.Return{Amount: amount}) })
}

func (s *shop) balance(m loyalty.MemberID) (b loyalty.Balance) {
	s.t.Helper()
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		b, err = s.b.Balance(r, m, s.now)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// has checks available, pending, held and debt.
func (s *shop) has(m loyalty.MemberID, available, pending, held, debt loyalty.Points) {
	s.t.Helper()
	b := s.balance(m)
	if b.Available != available || b.Pending != pending || b.Held != held || b.Debt != debt {
		s.t.Fatalf("%s has %d available, %d pending, %d held, %d debt; want %d, %d, %d, %d",
			m, b.Available, b.Pending, b.Held, b.Debt, available, pending, held, debt)
	}
}

// clean checks that Verify finds nothing.
func (s *shop) clean() {
	s.t.Helper()
	faults, err := s.b.Verify(context.Background(), s.db, nil)
	if err != nil || len(faults) > 0 {
		s.t.Fatalf("verify: %v, %v", faults, err)
	}
}

func TestAnEverydayLife(t *testing.T) {
	s := newShop(t, plan())
	r := s.earn(ann, 120, "A1")
	if e := r.Entry(); e.Change() != 120 || e.Ref == "" || r.Balance.Available != 120 {
		t.Fatalf("receipt %+v", r)
	}
	if _, ok := loyalty.ParseRef(string(r.Entry().Ref)); !ok {
		t.Fatalf("ref %q does not check", r.Entry().Ref)
	}
	if _, err := s.spend(ann, 50); err != nil {
		t.Fatal(err)
	}
	s.has(ann, 70, 0, 0, 0)
	var short *loyalty.ShortError
	if _, err := s.spend(ann, 71); !errors.As(err, &short) || *short != (loyalty.ShortError{Need: 71, Have: 70}) {
		t.Fatalf("refusal %v", err)
	}
	s.clean()
	s.now = s.now.AddDate(0, 2, 0)
	s.has(ann, 0, 0, 0, 0)
	s.clean()
}
