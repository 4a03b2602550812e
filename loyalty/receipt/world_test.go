package receipt_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/receipt"
	"regulars/store"
	"regulars/store/mem"
)

var (
	taipei = time.FixedZone("Asia/Taipei", 8*60*60)
	start  = time.Date(2026, 1, 5, 10, 0, 0, 0, taipei)
)

const (
	ann = loyalty.MemberID("ANN")
	bob = loyalty.MemberID("BOB")
	kim = loyalty.Actor("staff/KIM")
)

// world is a shop's slips over its real ledger, on the strict store.
type world struct {
	t    testing.TB
	db   *mem.DB
	book *book.Book
	desk *receipt.Desk
	now  time.Time
	ops  int
}

// rules gives a point for every 10, at most 200 for one sale of a clerk's.
var rules = &loyalty.Programme{
	Version: 1, Zone: taipei, Rate: loyalty.Rate{Points: 1, Per: 10}, Expiry: loyalty.Expiry{Kind: loyalty.Never},
	Caps: map[loyalty.Role]loyalty.Cap{"clerk": {SaleAct: 200, SaleDay: 250}},
}

func newWorld(t testing.TB, opts ...mem.Option) *world {
	at := func(time.Time) *loyalty.Programme { return rules }
	w := &world{t: t, db: mem.New(opts...), now: start}
	w.book = &book.Book{Key: []byte("a chain key of at least 32 bytes!"), Programme: at}
	w.desk = &receipt.Desk{
		Key: []byte("a key of thirty-two bytes or more"), Programme: at,
		Until: func(t time.Time) time.Time { return rules.DayEnd(t.AddDate(0, 0, 14)) },
		Entry: func(r store.Reader, ref loyalty.Ref) (loyalty.Entry, bool, error) {
			e, err := w.book.ByRef(r, ref)
			if err != nil {
				return e, false, err
			}
			mark, err := w.book.Reversed(r, e)
			return e, mark.Whole, err
		},
	}
	return w
}

// do commits f, also when it refuses.
func (w *world) do(f func(store.Tx) error) (refused error) {
	w.t.Helper()
	err := w.db.Update(context.Background(), func(tx store.Tx) error {
		refused = f(tx)
		if loyalty.Refused(refused) {
			return nil
		}
		return refused
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return refused
}

func (w *world) op(what string) loyalty.OpID {
	w.ops++
	return loyalty.OpID(fmt.Sprintf("%s/%d", what, w.ops))
}

// try issues a slip under an operation of its own.
func (w *world) try(op loyalty.OpID, s loyalty.Sale) (slip receipt.Slip, code receipt.Code, err error) {
	w.t.Helper()
	err = w.do(func(tx store.Tx) (err error) {
		slip, code, err = w.desk.Issue(tx, receipt.Act{Op: op, Actor: kim, Role: "clerk", Store: "main", Now: w.now}, s)
		return err
	})
	return slip, code, err
}

func (w *world) issue(s loyalty.Sale) (receipt.Slip, receipt.Code) {
	w.t.Helper()
	slip, code, err := w.try(w.op("issue"), s)
	if err != nil {
		w.t.Fatal(err)
	}
	return slip, code
}

// claim credits a code to a member through the ledger.
func (w *world) claim(c receipt.Code, m loyalty.MemberID) (slip receipt.Slip, err error) {
	w.t.Helper()
	op := w.op("claim")
	err = w.do(func(tx store.Tx) (err error) {
		slip, err = w.claimIn(tx, op, c, m)
		return err
	})
	return slip, err
}

func (w *world) claimIn(tx store.Tx, op loyalty.OpID, c receipt.Code, m loyalty.MemberID) (receipt.Slip, error) {
	return w.desk.Credit(tx, c, m, w.now, func(s receipt.Slip) (loyalty.Ref, error) {
		rec, err := w.book.Sell(tx, m, book.Act{
			Op: op, Actor: s.Actor, Role: s.Role, Self: bob, Store: s.Store, At: s.At, Now: w.now, Did: s.Issued,
		}, s.Sale())
		return rec.Entry().Ref, err
	})
}

func (w *world) void(ref loyalty.Ref) (slip receipt.Slip, err error) {
	w.t.Helper()
	err = w.do(func(tx store.Tx) (err error) {
		slip, err = w.desk.Void(tx, ref, kim, w.now)
		return err
	})
	return slip, err
}

func (w *world) undo(ref loyalty.Ref) {
	w.t.Helper()
	op := w.op("undo")
	if err := w.do(func(tx store.Tx) error {
		_, err := w.book.Undo(tx, ref, book.Act{Op: op, Actor: kim, Now: w.now})
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) points(m loyalty.MemberID) (n loyalty.Points) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		b, err := w.book.Balance(r, m, w.now)
		n = b.Available
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// want fails unless err is that one.
func (w *world) want(what string, err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// clean fails if verify would find anything.
func (w *world) clean() {
	w.t.Helper()
	faults, err := w.desk.Check(context.Background(), w.db)
	if err != nil || len(faults) > 0 {
		w.t.Errorf("check: %v %v", faults, err)
	}
}
