package voucher

import (
	"errors"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

func TestPresents(t *testing.T) {
	s := newShop(t, plan())
	if _, err := s.redeem(ann, "prize"); !errors.Is(err, ErrUnknownReward) {
		t.Errorf("a prize for points: %v", err)
	}
	v := s.must(s.present(ann, "prize", "card/coffee/1"))
	if v.Cost != 0 || v.State != Open || !v.Until.Equal(time.Date(2026, 4, 10, 0, 0, 0, 0, taipei)) {
		t.Errorf("%+v until %s", v, v.Until.In(taipei))
	}
	if w := s.must(s.present(ann, "prize", "card/coffee/1")); w.ID != v.ID {
		t.Error("one source brought two presents")
	}
	if w := s.must(s.present(bo, "prize", "card/coffee/1")); w.ID == v.ID || w.Member != bo {
		t.Error("another member's present is the same")
	}
	s.must(s.use(v))
	var used *UsedError
	if _, err := s.use(v); !errors.As(err, &used) {
		t.Errorf("used twice: %v", err)
	}
	s.must(s.undo(v))
	s.must(s.void(v))
	if w := s.must(s.present(ann, "prize", "card/coffee/1")); w.State != Void {
		t.Errorf("a void present came back %s", w.State)
	}
	if v := s.must(s.present(ann, "daily", "x")); v.Cost != 0 { // a present of the catalogue counts for no limit
		t.Errorf("%+v", v)
	}
	s.earn(ann, 100)
	for range 2 {
		s.must(s.redeem(ann, "daily"))
	}
	s.clean()
}

// TestOperationsAreDoneOnce: the same id gives the same, a refusal stays one
// (case 7), another payload is a conflict.
func TestOperationsAreDoneOnce(t *testing.T) {
	s := newShop(t, plan())
	a := s.act(loyalty.ByMember(ann))
	redeem := func(id string) step {
		return func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Redeem(tx, ann, a, id) }
	}
	_, _, first := s.run(redeem("latte"))
	s.earn(ann, 100)
	_, rec, again := s.run(redeem("latte"))
	var short *loyalty.ShortError
	if !errors.As(again, &short) || first.Error() != again.Error() || !rec.Replayed || rec.Balance.Available != 100 {
		t.Errorf("first %v, again %v, %+v", first, again, rec)
	}
	a = s.act(loyalty.ByMember(ann))
	v, rec, err := s.run(redeem("latte"))
	w, twice, err2 := s.run(redeem("latte"))
	if err != nil || err2 != nil || v.ID != w.ID || !twice.Replayed || twice.Entry().Ref != rec.Entry().Ref || twice.Balance.Available != 50 {
		t.Errorf("%v, %v\n%+v\n%+v", err, err2, rec, twice)
	}
	var conflict *loyalty.ConflictError
	if _, _, err := s.run(redeem("mug")); !errors.As(err, &conflict) {
		t.Errorf("another reward: %v", err)
	}
	other := s.act(loyalty.ByMember(ann)) // an id that the ledger has seen
	if err := s.do(func(tx store.Tx) error { _, err := s.d.Book.Spend(tx, ann, other, 1); return err }); err != nil {
		t.Fatal(err)
	}
	_, _, err = s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Redeem(tx, ann, other, "daily") })
	if !errors.As(err, &conflict) {
		t.Errorf("an id of the ledger's: %v", err)
	}
	a = s.act(sam)
	use := func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Use(tx, s.d.CodeOf(v), a) }
	_, _, err = s.run(use)
	w, twice, err2 = s.run(use)
	if err != nil || err2 != nil || w.State != Used || !twice.Replayed || twice.Entry().Kind != loyalty.KindCapture {
		t.Errorf("%v, %v, %+v", err, err2, twice)
	}
	s.has(ann, 49, 0)
	s.clean()
}

func TestVoidAll(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 200)
	s.must(s.redeem(ann, "latte"))
	s.must(s.redeem(ann, "mug"))
	used := s.must(s.redeem(ann, "mug"))
	s.must(s.use(used))
	s.must(s.present(ann, "prize", "welcome"))
	a := s.act(loyalty.ByJob("erase"))
	var gone []Voucher
	err := s.do(func(tx store.Tx) (err error) { gone, err = s.d.VoidAll(tx, ann, a, "erased"); return err })
	if err != nil || len(gone) != 3 {
		t.Errorf("%d withdrawn, %v", len(gone), err)
	}
	s.has(ann, 170, 0)
	if left, taken := s.left("mug"); left != 1 || taken != 1 {
		t.Errorf("%d left, %d taken", left, taken)
	}
	s.clean()
}

// TestHoldReleasedInTheLedger: whoever undoes a hold there leaves a voucher that
// is not taken at the counter, and that can still be withdrawn.
func TestHoldReleasedInTheLedger(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100)
	v := s.must(s.redeem(ann, "cake"))
	a := s.act(sam)
	if err := s.do(func(tx store.Tx) error { _, err := s.d.Book.Undo(tx, v.Hold, a); return err }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.use(v); !errors.Is(err, ErrVoid) {
		t.Errorf("used: %v", err)
	}
	if faults, _ := s.d.Check(t.Context(), s.db); len(faults) != 1 {
		t.Errorf("check says %v", faults)
	}
	s.must(s.void(v))
	s.has(ann, 100, 0)
	s.clean()
}

// TestClockSetBack: the clock was a day ahead, and is put right: a voucher is
// good for its whole time all the same, and its points are set aside.
func TestClockSetBack(t *testing.T) {
	s := newShop(t, plan())
	s.now = s.now.Add(24 * time.Hour)
	s.earn(ann, 100)
	s.now = s.now.Add(-24 * time.Hour)
	v := s.must(s.redeem(ann, "latte"))
	s.has(ann, 100-v.Cost, v.Cost)
	if w := s.must(s.use(v)); w.State != Used {
		t.Errorf("%+v", w)
	}
	s.clean()
}
