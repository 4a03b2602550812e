package voucher

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

func TestRedeemAndUse(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 120)
	v := s.must(s.redeem(ann, "latte"))
	if v.State != Open || v.Cost != 50 || v.Hold == "" || !v.Until.Equal(s.now.Add(30*time.Minute)) || v.Version != 1 {
		t.Fatalf("%+v", v)
	}
	s.has(ann, 70, 50)
	s.now = s.now.Add(10 * time.Minute)
	used := s.must(s.use(v))
	if used.State != Used || !used.UsedAt.Equal(s.now) || used.UsedBy != sam || used.UsedStore != "east" || used.Use == "" {
		t.Fatalf("%+v", used)
	}
	s.has(ann, 70, 0)
	var again *UsedError
	s.now = s.now.Add(time.Minute)
	if _, err := s.use(v); !errors.As(err, &again) || !again.At.Equal(used.UsedAt) || again.Store != "east" || again.By != sam || again.Ref != used.Use {
		t.Errorf("used twice: %v", err)
	}
	s.clean()
	s.view(func(r store.Reader) error {
		entry, err := s.d.Book.ByRef(r, v.Hold)
		if entry.Voucher != string(v.ID) {
			t.Errorf("the hold is for %q", entry.Voucher)
		}
		return err
	})
}

// TestVouchersLapse: at its last moment, not before, and whether or not anybody
// looked; the points come back or are gone by the terms.
func TestVouchersLapse(t *testing.T) {
	for _, c := range []struct {
		reward string
		until  time.Time
		back   loyalty.Points
	}{
		{"latte", start.Add(30 * time.Minute), 100},
		{"cake", time.Date(2026, 3, 25, 0, 0, 0, 0, taipei), 20}, // good to the end of 24 March; then forfeited
		{"once", start.Add(2 * time.Hour), 100},                  // the programme's HoldFor
	} {
		for _, swept := range []bool{false, true} {
			s := newShop(t, plan())
			s.earn(ann, 100)
			v := s.must(s.redeem(ann, c.reward))
			if !v.Until.Equal(c.until) {
				t.Errorf("%s until %s", c.reward, v.Until.In(taipei))
			}
			s.now = c.until.Add(-1)
			if s.expire() != 0 || s.state(v) != Open {
				t.Errorf("%s lapsed early", c.reward)
			}
			s.has(ann, 100-v.Cost, v.Cost)
			s.now = c.until
			if swept && s.expire() != 1 {
				t.Errorf("%s: nothing to expire", c.reward)
			}
			if s.state(v) != Expired {
				t.Errorf("%s is %s", c.reward, s.state(v))
			}
			s.has(ann, c.back, 0)
			var lapsed *LapsedError
			if _, err := s.use(v); !errors.As(err, &lapsed) || !lapsed.At.Equal(c.until) {
				t.Errorf("%s used: %v", c.reward, err)
			}
			if _, err := s.cancel(ann, v); !errors.As(err, &lapsed) {
				t.Errorf("%s cancelled: %v", c.reward, err)
			}
			if !swept && s.expire() != 1 || s.expire() != 0 {
				t.Errorf("%s: expired other than once", c.reward)
			}
			s.clean()
		}
	}
}

func TestCancel(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 200)
	latte, cake := s.must(s.redeem(ann, "latte")), s.must(s.redeem(ann, "cake"))
	if _, err := s.cancel(bo, latte); !errors.Is(err, ErrUnknown) {
		t.Errorf("a stranger's cancel: %v", err)
	}
	if v := s.must(s.cancel(ann, latte)); v.State != Void || v.Why != WhyCancelled {
		t.Errorf("%+v", v)
	}
	if _, err := s.cancel(ann, latte); !errors.Is(err, ErrVoid) {
		t.Errorf("cancelled twice: %v", err)
	}
	if _, err := s.use(latte); !errors.Is(err, ErrVoid) {
		t.Errorf("used when void: %v", err)
	}
	if _, err := s.cancel(ann, cake); !errors.Is(err, ErrForfeit) {
		t.Errorf("what would come back as nothing: %v", err)
	}
	s.has(ann, 120, 80)
	s.must(s.void(cake)) // the shop may all the same
	s.has(ann, 200, 0)
	s.clean()
}

func TestWhoUsesAndWhere(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100)
	cake := s.must(s.redeem(ann, "cake"))
	try := func(change func(*book.Act)) error {
		a := s.act(sam)
		change(&a)
		_, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Use(tx, s.d.CodeOf(cake), a) })
		return err
	}
	var wrong *StoreError
	if err := try(func(a *book.Act) { a.Store = "north" }); !errors.As(err, &wrong) || !reflect.DeepEqual(wrong.Stores, []loyalty.Store{"east", "west"}) {
		t.Errorf("in the wrong store: %v", err)
	}
	if err := try(func(a *book.Act) { a.Self = ann }); !errors.Is(err, loyalty.ErrSelf) {
		t.Errorf("an employee's own: %v", err)
	}
	if err := try(func(a *book.Act) { a.Actor = loyalty.ByMember(ann) }); !errors.Is(err, ErrStaff) {
		t.Errorf("by the member: %v", err)
	}
	freeze := func(on bool) {
		a := s.act(sam)
		if err := s.do(func(tx store.Tx) error { _, err := s.d.Book.Freeze(tx, ann, a, on); return err }); err != nil {
			t.Fatal(err)
		}
	}
	freeze(true)
	if err := try(func(*book.Act) {}); !errors.Is(err, loyalty.ErrFrozen) {
		t.Errorf("of a frozen account: %v", err)
	}
	freeze(false)
	if err := try(func(a *book.Act) { a.Store, a.Actor = "west", loyalty.ByJob("till") }); err != nil {
		t.Errorf("by a till: %v", err)
	}
	s.clean()
}

// TestOpenVouchersKeepTheirTerms: a new version changes price, time, stores and
// fates, and takes a reward away; what is out stays as it was.
func TestOpenVouchersKeepTheirTerms(t *testing.T) {
	old := plan()
	s := newShop(t, old)
	s.earn(ann, 500)
	latte, cake, mug := s.must(s.redeem(ann, "latte")), s.must(s.redeem(ann, "cake")), s.must(s.redeem(ann, "mug"))
	next := plan()
	next.Version, next.From, next.Before = 2, s.now.Add(time.Minute), old
	reward(next, "latte", func(r *loyalty.Reward) { r.Cost, r.ValidFor = 70, time.Hour })
	reward(next, "cake", func(r *loyalty.Reward) {
		r.Stores, r.OnExpiry, r.OnCancel = []loyalty.Store{"south"}, loyalty.FateBack, loyalty.FateBack
	})
	reward(next, "mug", func(r *loyalty.Reward) { r.ID = "cup" })
	s.p, s.now = next, s.now.Add(2*time.Minute)
	if v := s.must(s.redeem(ann, "latte")); v.Cost != 70 || v.Version != 2 || !v.Until.Equal(s.now.Add(time.Hour)) {
		t.Errorf("the new one: %+v", v)
	}
	if v := s.must(s.use(latte)); v.Cost != 50 || v.Version != 1 {
		t.Errorf("the old one: %+v", v)
	}
	s.must(s.use(mug))
	if _, err := s.cancel(ann, cake); !errors.Is(err, ErrForfeit) {
		t.Errorf("cancelled: %v", err)
	}
	s.must(s.use(cake)) // in the old version's store
	s.has(ann, 500-50-80-30-70, 70)
	s.clean()
}

// TestUndoOfAUse: the voucher is open again until its old last moment, with its
// points held; later it is refused, but a sale that came back reopens it.
func TestUndoOfAUse(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100)
	v := s.must(s.redeem(ann, "latte"))
	if _, err := s.undo(v); !errors.Is(err, ErrNotUsed) {
		t.Errorf("undone before its use: %v", err)
	}
	s.must(s.use(v))
	back := s.must(s.undo(v))
	if back.State != Open || !back.Until.Equal(v.Until) || s.d.CodeOf(back) != s.d.CodeOf(v) || !back.UsedAt.IsZero() {
		t.Errorf("%+v", back)
	}
	s.has(ann, 50, 50)
	s.clean()
	s.must(s.use(v))
	s.has(ann, 50, 0)
	s.now = v.Until
	var lapsed *LapsedError
	if _, err := s.undo(v); !errors.As(err, &lapsed) {
		t.Errorf("undone when lapsed: %v", err)
	}
	again := s.must(s.reopen(v))
	if want := time.Date(2026, 3, 18, 0, 0, 0, 0, taipei); again.State != Open || !again.Until.Equal(want) {
		t.Errorf("reopened until %s", again.Until.In(taipei))
	}
	s.has(ann, 50, 50)
	s.clean()
	s.now = again.Until
	s.has(ann, 100, 0)
	s.expire()
	s.clean()
}

// TestUndoneUseWithoutPoints: when the points cannot be set aside again, the
// voucher is void and the member has what came back.
func TestUndoneUseWithoutPoints(t *testing.T) {
	p := plan()
	p.Expiry = loyalty.Expiry{Version: 1, Kind: loyalty.AfterMonths, Months: 1}
	reward(p, "cake", func(r *loyalty.Reward) { r.Stock = count(1) })
	s := newShop(t, p)
	s.earn(ann, 80)
	s.now = time.Date(2026, 4, 10, 23, 0, 0, 0, taipei) // the points' last hour
	v := s.must(s.redeem(ann, "cake"))
	s.now = s.now.Add(2 * time.Hour)
	s.must(s.use(v)) // what is held does not expire
	back := s.must(s.undo(v))
	if back.State != Void || back.Why != WhyUndone {
		t.Errorf("%+v", back)
	}
	s.has(ann, 0, 0)
	if left, _ := s.left("cake"); left != 1 {
		t.Errorf("%d cakes left", left)
	}
	s.clean()
}

// TestUsedInTimeToldLate: a counter without a network tells of a use when it can.
// A use before the end counts for a day, whoever wrote down that it lapsed.
func TestUsedInTimeToldLate(t *testing.T) {
	for _, id := range []string{"latte", "cake"} { // points come back, and are forfeited
		for _, swept := range []bool{false, true} {
			p := plan()
			reward(p, id, func(r *loyalty.Reward) { r.Stock = count(1) })
			s := newShop(t, p)
			s.earn(ann, 100)
			v := s.must(s.redeem(ann, id))
			use := func(at time.Time) (Voucher, error) {
				a := s.act(sam)
				a.At = at
				got, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Use(tx, s.d.CodeOf(v), a) })
				return got, err
			}
			s.now = v.Until.Add(2 * time.Hour)
			if swept && s.expire() != 1 {
				t.Fatalf("%s: nothing lapsed", id)
			}
			var lapsed *LapsedError
			if _, err := use(v.Until); !errors.As(err, &lapsed) {
				t.Errorf("%s, used at its end: %v", id, err)
			}
			s.now = v.Until.Add(23 * time.Hour)
			if _, err := use(v.Until.Add(-2 * time.Hour)); !errors.As(err, &lapsed) {
				t.Errorf("%s, told after 25 hours: %v", id, err)
			}
			if got := s.must(use(v.Until.Add(-time.Hour))); got.State != Used {
				t.Errorf("%s: %+v", id, got)
			}
			s.has(ann, 100-v.Cost, 0)
			if left, taken := s.left(id); left != 0 || taken != 1 {
				t.Errorf("%s: %d left, %d taken", id, left, taken)
			}
			var used *UsedError
			if _, err := use(v.Until.Add(-time.Hour)); !errors.As(err, &used) {
				t.Errorf("%s twice: %v", id, err)
			}
			s.clean()
		}
	}
}

// TestUsedInTimeAndSpentSince: points that came back and are spent pay no more.
func TestUsedInTimeAndSpentSince(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 50)
	v := s.must(s.redeem(ann, "latte"))
	s.now = v.Until.Add(time.Hour)
	s.must(s.redeem(ann, "latte"))
	a := s.act(sam)
	a.At = v.Until.Add(-time.Hour)
	var lapsed *LapsedError
	if _, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Use(tx, s.d.CodeOf(v), a) }); !errors.As(err, &lapsed) {
		t.Errorf("%v", err)
	}
	s.clean()
}
