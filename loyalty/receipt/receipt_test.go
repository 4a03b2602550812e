package receipt_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/receipt"
	"regulars/store"
	"regulars/store/mem"
)

func TestCodes(t *testing.T) {
	w := newWorld(t)
	slip, code := w.issue(loyalty.Sale{Amount: 350})
	if len(code) != 16 || strings.Count(code.String(), "-") != 3 || !receipt.IsRef(slip.Ref) {
		t.Fatalf("code %s, ref %s", code, slip.Ref)
	}
	for _, typed := range []string{code.String(), strings.ToLower(code.Bare()), " " + strings.ReplaceAll(code.String(), "-", " "), wide(code.Bare())} {
		if got, ok := receipt.ParseCode(typed); !ok || got != code {
			t.Errorf("%q is read as %q, %v", typed, got, ok)
		}
	}
	for i := range code { // every slip of the finger is found
		other := []byte(code)
		other[i] = "A2"[min(1, strings.Count(string(code[i]), "A"))]
		if _, ok := receipt.ParseCode(string(other)); ok {
			t.Errorf("%s is taken for a code", other)
		}
	}
	for _, typed := range []string{"", "claim", code.Bare()[:15], code.Bare() + "A", strings.Repeat("A", 500)} {
		if _, ok := receipt.ParseCode(typed); ok {
			t.Errorf("%q is taken for a code", typed)
		}
	}
	w.clean()
}

func wide(s string) string {
	return strings.Map(func(r rune) rune { return r - '!' + '！' }, s)
}

// TestRowsHoldNoCode: who reads the store or a backup cannot claim anything.
func TestRowsHoldNoCode(t *testing.T) {
	w := newWorld(t)
	_, code := w.issue(loyalty.Sale{Amount: 350, Order: "A-1"})
	err := w.db.View(context.Background(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
			if strings.Contains(string(row.Key)+string(row.Value), code.Bare()) {
				t.Errorf("%s holds the code", row.Key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestIssue(t *testing.T) {
	w := newWorld(t, mem.Twice)
	slip, code, err := w.try("till/1", loyalty.Sale{Amount: 350, Order: "A-1"})
	if err != nil || slip.Until.Format(time.RFC3339) != "2026-01-19T16:00:00Z" {
		t.Fatalf("%+v %v", slip, err)
	}
	again, same, err := w.try("till/1", loyalty.Sale{Amount: 350, Order: "A-1"})
	if err != nil || again.Ref != slip.Ref || same != code {
		t.Errorf("the same operation gives %s %s: %v", again.Ref, same, err)
	}
	if again, same, err = w.try("till/2", loyalty.Sale{Amount: 350, Order: "A-1"}); err != nil || again.Ref != slip.Ref || same != code {
		t.Errorf("the same order again gives %s %s: %v", again.Ref, same, err)
	}
	var conflict *loyalty.ConflictError
	if _, _, err = w.try("till/1", loyalty.Sale{Amount: 351, Order: "A-1"}); !errors.As(err, &conflict) {
		t.Errorf("another sale under the same operation: %v", err)
	}
	var twice *loyalty.DuplicateError
	if _, _, err = w.try("till/3", loyalty.Sale{Amount: 351, Order: "A-1"}); !errors.As(err, &twice) || twice.Ref != slip.Ref {
		t.Errorf("another sale under the same order: %v", err)
	}
	var limit *loyalty.LimitError
	if _, _, err = w.try("till/4", loyalty.Sale{Amount: 2010}); !errors.As(err, &limit) {
		t.Errorf("a sale over the employee's cap: %v", err)
	}
	for _, bad := range []loyalty.Sale{{}, {Amount: -1}, {Amount: 10, Lines: []loyalty.Line{{Item: "x", Quantity: -1}}}} {
		_, _, err := w.try("till/5", bad)
		w.want("a sale of nothing", err, loyalty.ErrAmount)
	}
	if _, err := w.void(slip.Ref); err != nil {
		t.Fatal(err)
	}
	if other, _, err := w.try("till/6", loyalty.Sale{Amount: 351, Order: "A-1"}); err != nil || other.Ref == slip.Ref {
		t.Errorf("after the first is void: %v", err)
	}
	w.now = w.now.AddDate(0, 0, 1) // tills start again at 1
	if other, _, err := w.try("till/7", loyalty.Sale{Amount: 350, Order: "A-1"}); err != nil || other.Ref == slip.Ref {
		t.Errorf("the next day: %v", err)
	}
	w.clean()
}

func TestCreditOnce(t *testing.T) {
	w := newWorld(t)
	slip, code := w.issue(loyalty.Sale{Amount: 350, Order: "A-1"})
	w.now = w.now.AddDate(0, 0, 2)
	got, err := w.claim(code, ann)
	if err != nil || got.State != receipt.Credited || w.points(ann) != 35 {
		t.Fatalf("%+v %v, %d points", got, err, w.points(ann))
	}
	_, err = w.claim(code, ann)
	w.want("the same member again", err, receipt.ErrYours)
	_, err = w.claim(code, bob)
	w.want("another member", err, receipt.ErrCode)
	_, err = w.void(slip.Ref)
	w.want("voiding what is credited", err, receipt.ErrCredited)
	if w.points(ann) != 35 {
		t.Errorf("%d points", w.points(ann))
	}
	w.clean()
	w.undo(got.Entry)
	if again, err := w.claim(code, ann); !errors.Is(err, receipt.ErrYours) || again.Entry != got.Entry || w.points(ann) != 0 {
		t.Errorf("after its sale was taken back: %v, %d points", err, w.points(ann))
	}
	w.now = start // the order can have another slip now, as its sale was taken back
	if other, _, err := w.try("till/9", loyalty.Sale{Amount: 360, Order: "A-1"}); err != nil || other.Ref == slip.Ref {
		t.Errorf("the order's second slip: %v", err)
	}
	w.clean()
}

// TestSaleOfItsOwnTime: the sale is dated when it was, and the employee's sums are
// of the day on which they entered it.
func TestSaleOfItsOwnTime(t *testing.T) {
	w := newWorld(t)
	_, code := w.issue(loyalty.Sale{Amount: 1500})
	_, second := w.issue(loyalty.Sale{Amount: 1500})
	day := rules.Day(w.now)
	w.now = w.now.AddDate(0, 0, 3)
	slip, err := w.claim(code, ann)
	if err != nil {
		t.Fatal(err)
	}
	_ = w.db.View(context.Background(), func(r store.Reader) error {
		e, err := w.book.ByRef(r, slip.Entry)
		if err != nil || !e.EffectiveAt.Equal(start) || e.Actor != kim || e.Store != "main" || e.Role != "clerk" {
			t.Errorf("%+v %v", e, err)
		}
		then, err := w.book.Day(r, kim, day)
		now, err2 := w.book.Day(r, kim, rules.Day(w.now))
		if err != nil || err2 != nil || then.Sales != 1 || then.SalePoints != 150 || now.Sales != 0 {
			t.Errorf("then %+v, now %+v", then, now)
		}
		return nil
	})
	// 150 and 150 are over the 250 of that day, whenever they are claimed.
	var limit *loyalty.LimitError
	if _, err := w.claim(second, ann); !errors.As(err, &limit) {
		t.Errorf("over the day's cap: %v", err)
	}
	w.clean()
}

// TestRefusedSaleLeavesSlipOpen: what the ledger refuses one member, another may
// still have.
func TestRefusedSaleLeavesSlipOpen(t *testing.T) {
	w := newWorld(t, mem.Twice)
	_, code := w.issue(loyalty.Sale{Amount: 350})
	_, err := w.claim(code, bob) // who entered it
	w.want("one's own slip", err, loyalty.ErrSelf)
	if _, err := w.claim(code, ann); err != nil || w.points(ann) != 35 {
		t.Errorf("%v, %d points", err, w.points(ann))
	}
	w.clean()
}

func TestVoidAndExpired(t *testing.T) {
	w := newWorld(t)
	slip, code := w.issue(loyalty.Sale{Amount: 350})
	if _, err := w.void(slip.Ref); err != nil {
		t.Fatal(err)
	}
	_, err := w.claim(code, ann)
	w.want("a void slip", err, receipt.ErrCode)
	_, err = w.void(slip.Ref)
	w.want("voided twice", err, loyalty.ErrAlreadyReversed)
	_, err = w.void("22223")
	w.want("a name that nothing has", err, loyalty.ErrUnknownRef)

	_, code = w.issue(loyalty.Sale{Amount: 350})
	last, _ := w.issue(loyalty.Sale{Amount: 10})
	w.now = last.Until.Add(-1)
	if !last.Claimable(w.now) || last.Claimable(last.Until) {
		t.Errorf("%+v ends at %s", last, last.Until)
	}
	w.now = last.Until
	_, err = w.claim(code, ann)
	w.want("an expired slip", err, receipt.ErrCode)
	w.clean()
}

// TestRace: two send one code at once, and the sale is voided meanwhile: one of the
// three wins, whatever the order.
func TestRace(t *testing.T) {
	for round := range 50 {
		w := newWorld(t)
		slip, code := w.issue(loyalty.Sale{Amount: 350})
		errs := make(chan error, 3)
		update := func(f func(store.Tx) error) {
			var refused error
			err := w.db.Update(context.Background(), func(tx store.Tx) error {
				if refused = f(tx); loyalty.Refused(refused) {
					return nil
				}
				return refused
			})
			if err == nil {
				err = refused
			}
			errs <- err
		}
		for _, m := range []loyalty.MemberID{ann, "CAT"} {
			go update(func(tx store.Tx) error {
				_, err := w.claimIn(tx, loyalty.OpID("claim/"+m), code, m)
				return err
			})
		}
		go update(func(tx store.Tx) error {
			_, err := w.desk.Void(tx, slip.Ref, kim, w.now)
			return err
		})
		won := 0
		for range 3 {
			switch err := <-errs; {
			case err == nil:
				won++
			case !loyalty.Refused(err):
				t.Fatal(err)
			}
		}
		if sum := w.points(ann) + w.points("CAT"); won != 1 || sum != 0 && sum != 35 {
			t.Fatalf("round %d: %d won, %d points", round, won, sum)
		}
		w.clean()
	}
}

func TestWaiting(t *testing.T) {
	w := newWorld(t, mem.Twice)
	var codes []receipt.Code
	for range 4 {
		_, c := w.issue(loyalty.Sale{Amount: 100})
		codes = append(codes, c)
	}
	wait := func(c receipt.Code) error {
		return w.do(func(tx store.Tx) error {
			_, err := w.desk.Wait(tx, ann, c, w.now)
			return err
		})
	}
	for _, c := range append(codes, codes[2]) {
		if err := wait(c); err != nil {
			t.Fatal(err)
		}
	}
	unknown, _ := receipt.ParseCode(string(loyalty.NewRef([]byte("fifteen letters"), 15)))
	w.want("an unknown code", wait(unknown), receipt.ErrCode)
	taken := func() (got []receipt.Code) {
		if err := w.do(func(tx store.Tx) (err error) {
			got, err = w.desk.Waiting(tx, ann)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := taken(); len(got) != 3 || got[0] != codes[1] || got[1] != codes[3] || got[2] != codes[2] {
		t.Errorf("%v wait, of %v", got, codes)
	}
	if got := taken(); got != nil {
		t.Errorf("%v wait after they were taken", got)
	}
}

func TestSweep(t *testing.T) {
	w := newWorld(t)
	old, _ := w.issue(loyalty.Sale{Amount: 350, Order: "A-1"})
	_, code := w.issue(loyalty.Sale{Amount: 10})
	if _, err := w.claim(code, ann); err != nil {
		t.Fatal(err)
	}
	_, waits := w.issue(loyalty.Sale{Amount: 20})
	if err := w.do(func(tx store.Tx) error { _, err := w.desk.Wait(tx, "CAT", waits, w.now); return err }); err != nil {
		t.Fatal(err)
	}
	for range 120 { // more than one transaction's
		w.issue(loyalty.Sale{Amount: 30})
	}
	w.now = w.now.AddDate(0, 0, 1)
	fresh, _ := w.issue(loyalty.Sale{Amount: 40, Order: "A-1"})
	sweep := func(at time.Time, want int) {
		t.Helper()
		n, err := w.desk.Sweep(context.Background(), w.db, at)
		if err != nil || n != want {
			t.Errorf("%d went at %s, want %d: %v", n, at, want, err)
		}
		w.clean()
	}
	sweep(old.Until.AddDate(0, 0, 89), 0)
	sweep(old.Until.AddDate(0, 0, 91), 123)
	_, err := w.void(old.Ref)
	w.want("a slip that was swept", err, loyalty.ErrUnknownRef)
	if _, err := w.void(fresh.Ref); err != nil {
		t.Errorf("the slip of the day after: %v", err)
	}
	rows := 0
	_ = w.db.View(context.Background(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Prefix([]byte("slip"))) {
			if err != nil {
				return err
			}
			rows++
			_ = row
		}
		return nil
	})
	if rows != 4 { // the fresh one, its name, its order, its due
		t.Errorf("%d rows are left", rows)
	}
}

// TestCheckFinds: what somebody broke in the rows is named.
func TestCheckFinds(t *testing.T) {
	for what, breaks := range map[string]func(w *world, tx store.Tx, s receipt.Slip) error{
		"is not the one that was issued": func(w *world, tx store.Tx, s receipt.Slip) error {
			s.Amount *= 10
			return w.rewrite(tx, s)
		},
		"is not there": func(w *world, tx store.Tx, s receipt.Slip) error {
			s.Entry = "222223"
			return w.rewrite(tx, s)
		},
		"is not of its sale": func(w *world, tx store.Tx, s receipt.Slip) error {
			rec, err := w.book.Sell(tx, "CAT", book.Act{Op: "other", Actor: kim, Now: w.now}, loyalty.Sale{Amount: 10})
			s.Entry = rec.Entry().Ref
			return errors.Join(err, w.rewrite(tx, s))
		},
		"its name does not lead to it": func(_ *world, tx store.Tx, s receipt.Slip) error {
			return errors.Join(tx.Lock(store.Subject("slipref/"+string(s.Ref))), tx.Delete([]byte("slipref/"+string(s.Ref))))
		},
	} {
		w := newWorld(t)
		_, code := w.issue(loyalty.Sale{Amount: 350})
		slip, err := w.claim(code, ann)
		if err != nil {
			t.Fatal(err)
		}
		w.clean()
		if err := w.do(func(tx store.Tx) error { return breaks(w, tx, slip) }); err != nil {
			t.Fatal(err)
		}
		faults, err := w.desk.Check(context.Background(), w.db)
		if err != nil || len(faults) == 0 || !strings.Contains(faults[0].String(), what) {
			t.Errorf("%s: %v %v", what, faults, err)
		}
	}
}

// rewrite stores a slip as somebody with access to the file might.
func (w *world) rewrite(tx store.Tx, s receipt.Slip) error {
	for row, err := range tx.Scan(store.Prefix([]byte("slipdue/"))) {
		if err != nil {
			return err
		}
		_, place, _ := strings.Cut(strings.TrimPrefix(string(row.Key), "slipdue/"), "/")
		raw, err := store.Encode(s)
		if err != nil {
			return err
		}
		return errors.Join(tx.Lock(store.Subject("slip/"+place)), tx.Put([]byte("slip/"+place), raw))
	}
	return nil
}
