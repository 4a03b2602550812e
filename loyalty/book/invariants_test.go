package book

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// The tests named TestInvariant… are those of the ledger's specification that
// neither the oracle nor the cases try.

func TestInvariant1ZeroSum(t *testing.T) {
	s := fullShop(t)
	sums := map[loyalty.Pot]loyalty.Points{}
	var total loyalty.Points
	for _, m := range []loyalty.MemberID{ann, bo} {
		for _, e := range s.entries(m) {
			var sum loyalty.Points
			for _, l := range e.Legs {
				sum += l.Points
				sums[l.Pot] += l.Points
			}
			if sum != 0 {
				t.Errorf("entry %d of %s sums to %d", e.Seq, m, sum)
			}
			total += sum
		}
	}
	if total != 0 || sums[loyalty.Issued] >= 0 || sums[loyalty.Expired] <= 0 {
		t.Errorf("total %d, pots %v", total, sums)
	}
	if got := s.balance(ann).Available + s.balance(bo).Available; got != sums[loyalty.Available] {
		t.Errorf("members have %d, the pot %d", got, sums[loyalty.Available])
	}
}

func TestInvariant8UndoneOnceIntoTheirOwnLots(t *testing.T) {
	const n = 20
	s := newShop(t, plan())
	var refs []loyalty.Ref
	for range n {
		s.earn(ann, 10, "")
		s.now = s.now.Add(24 * time.Hour)
	}
	before := s.lotsOf(ann)
	for range n {
		rec, err := s.spend(ann, 9) // most take from two lots
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, rec.Entry().Ref)
	}
	done, refused := s.parallel(2*n, func(i int, tx store.Tx) (Receipt, error) {
		return s.b.Undo(tx, refs[i%n], Act{Op: loyalty.OpID(fmt.Sprint("undo", i)), Actor: sam, Now: s.now})
	})
	if done != n || refused != n {
		t.Errorf("%d done, %d refused", done, refused)
	}
	if after := s.lotsOf(ann); !reflect.DeepEqual(after, before) {
		t.Errorf("lots before %+v\nafter %+v", before, after)
	}
	s.clean()
}

// lotsOf are the member's open lots.
func (s *shop) lotsOf(m loyalty.MemberID) []loyalty.Lot {
	s.t.Helper()
	var a loyalty.Account
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		a, _, err = accounts.Get(r, string(m))
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Lots
}

func TestInvariant8ExpiredMeanwhile(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 50, "")
	rec, err := s.spend(ann, 20)
	if err != nil {
		t.Fatal(err)
	}
	s.now = s.now.AddDate(0, 3, 0)
	s.earn(ann, 5, "")
	undone, err := s.undo(rec.Entry().Ref)
	if err != nil || len(undone.Entries) != 2 || undone.Entries[1].Kind != loyalty.KindExpire || undone.Entries[1].In(loyalty.Expired) != 20 {
		t.Errorf("%v, %v", undone.Entries, err)
	}
	s.has(ann, 5, 0, 0, 0)
	s.clean()
}

// TestInvariant9And10 lives one life with other sweeps each time.
func TestInvariant9And10SweepingChangesNothing(t *testing.T) {
	p := plan()
	p.ReturnWindow, p.HoldFor = 7*24*time.Hour, 10*24*time.Hour
	live := func(sweep func(*shop)) ([]loyalty.Entry, loyalty.Balance) {
		s := newShop(t, p)
		s.earn(ann, 100, "")
		s.now = s.now.AddDate(0, 0, 8)
		s.earn(ann, 50, "")
		if _, err := s.spend(ann, 30); err != nil {
			t.Fatal(err)
		}
		s.now = s.now.AddDate(0, 0, 17)
		if _, err := s.hold(ann, 25); err != nil {
			t.Fatal(err)
		}
		for range 60 {
			s.now = s.now.AddDate(0, 0, 1)
			sweep(s)
		}
		s.earn(ann, 1, "")
		s.clean()
		list := s.entries(ann)
		for i := range list {
			list[i].RecordedAt, list[i].Hash = time.Time{}, loyalty.Hash{}
		}
		return list, s.balance(ann)
	}
	day := 0
	want, balance := live(func(s *shop) { s.settle(ann) })
	for name, sweep := range map[string]func(*shop){
		"never":           func(*shop) {},
		"five times":      func(s *shop) { s.settle(ann); s.settle(ann); s.settle(ann); s.settle(ann); s.settle(ann) },
		"after 30 days":   func(s *shop) { day++; sweepAt(s, day == 30) },
		"now and then":    func(s *shop) { day++; sweepAt(s, day%7 == 0) },
		"looking, though": func(s *shop) { s.balance(ann) },
	} {
		day = 0
		got, b := live(sweep)
		if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(b, balance) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
	}
}

func sweepAt(s *shop, yes bool) {
	if yes {
		s.settle(ann)
	}
}

func TestInvariant10NothingExpiredIsSpendable(t *testing.T) {
	p := plan()
	s := newShop(t, p)
	s.earn(ann, 50, "")
	end := p.Expires(s.now)
	s.now = end.Add(-time.Nanosecond)
	s.has(ann, 50, 0, 0, 0)
	if _, err := s.spend(ann, 10); err != nil {
		t.Errorf("a nanosecond before: %v", err)
	}
	s.now = end
	s.has(ann, 0, 0, 0, 0)
	if _, err := s.spend(ann, 10); reason(err) != "short" {
		t.Errorf("at the end: %v", err)
	}
	if e := s.entries(ann)[0]; e.Kind != loyalty.KindExpire || !e.EffectiveAt.Equal(end) || e.In(loyalty.Expired) != 40 {
		t.Errorf("the newest entry is %+v", e)
	}
}

// TestClockInDoubt: no expiry is written, nothing expired is spendable, and
// once the clock is right everything comes as it should.
func TestClockInDoubt(t *testing.T) {
	s := newShop(t, plan())
	doubt := true
	s.b.ClockInDoubt = func() bool { return doubt }
	s.earn(ann, 50, "")
	s.now = s.now.AddDate(0, 2, 0)
	if n := s.settle(ann); n != 0 {
		t.Errorf("%d entries written in doubt", n)
	}
	s.has(ann, 0, 0, 0, 0)
	if _, err := s.spend(ann, 1); reason(err) != "short" {
		t.Errorf("spent in doubt: %v", err)
	}
	if list := s.due(s.now); !slices.Equal(list, []loyalty.MemberID{ann}) {
		t.Errorf("due: %v", list)
	}
	all := func() int {
		n, err := s.b.SettleAll(context.Background(), s.db, s.now, nil)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := all(); n != 0 {
		t.Errorf("%d entries written in doubt", n)
	}
	doubt = false
	if n := all(); n != 1 {
		t.Errorf("%d entries written after the doubt", n)
	}
	if list := s.due(s.now.AddDate(9, 0, 0)); len(list) != 0 {
		t.Errorf("due afterwards: %v", list)
	}
	s.clean()
}

func (s *shop) due(now time.Time) (list []loyalty.MemberID) {
	s.t.Helper()
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		list, err = s.b.Due(r, now, 10)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

func TestDueIsInOrderAndExact(t *testing.T) {
	s := newShop(t, plan())
	s.now = s.now.AddDate(0, 0, 1)
	s.earn(bo, 10, "")
	s.now = s.now.AddDate(0, 0, -1)
	s.earn(ann, 10, "")
	end := s.b.Programme(s.now).Expires(s.now)
	if list := s.due(end.Add(-1)); len(list) != 0 {
		t.Errorf("before: %v", list)
	}
	if list := s.due(end); !slices.Equal(list, []loyalty.MemberID{ann}) {
		t.Errorf("at the instant: %v", list)
	}
	if list := s.due(end.AddDate(1, 0, 0)); !slices.Equal(list, []loyalty.MemberID{ann, bo}) {
		t.Errorf("a year on: %v", list)
	}
}

func TestInvariant11HeldPointsDoNotExpire(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 50, "")
	rec, err := s.hold(ann, 20)
	if err != nil {
		t.Fatal(err)
	}
	s.now = s.now.AddDate(0, 2, 0)
	s.has(ann, 0, 0, 20, 0)
	s.capture(rec.Entry().Ref, 5)
	a := s.act(sam)
	released := s.must(func(tx store.Tx) (Receipt, error) { return s.b.Release(tx, rec.Entry().Ref, a) })
	if n := len(released.Entries); n != 2 || released.Entries[1].Kind != loyalty.KindExpire || !released.Entries[1].EffectiveAt.Equal(s.now) {
		t.Errorf("released: %+v", released.Entries)
	}
	s.has(ann, 0, 0, 0, 0)
	s.clean()
}

func TestInvariant12OneOutcomeAUnit(t *testing.T) {
	p := plan()
	p.HoldFor = time.Hour
	s := newShop(t, p)
	s.earn(ann, 50, "")
	rec, err := s.hold(ann, 30)
	if err != nil {
		t.Fatal(err)
	}
	ref := rec.Entry().Ref
	capture := func(n loyalty.Points) error {
		a := s.act(sam)
		_, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Capture(tx, ref, a, n) })
		return err
	}
	if err := capture(10); err != nil {
		t.Fatal(err)
	}
	if err := capture(21); reason(err) != "short" {
		t.Errorf("more than is left: %v", err)
	}
	s.has(ann, 20, 0, 20, 0)
	s.now = s.now.Add(time.Hour) // capture and time-out meet: the time-out wins
	if err := capture(20); reason(err) != "closed" {
		t.Errorf("captured at the deadline: %v", err)
	}
	s.has(ann, 40, 0, 0, 0)
	if _, err := s.undo(ref); reason(err) != "closed" {
		t.Errorf("released after all: %v", err)
	}
	s.clean()
}

// TestInvariant14 sends the same events in any order and repeatedly: repeating
// changes nothing, and every order is one that an account can live.
func TestInvariant14ShuffledAndRepeated(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 3))
		at := noon.Add(time.Hour)
		act := func(op string) Act {
			return Act{Op: loyalty.OpID(op), Actor: loyalty.ByJob("till"), Now: at}
		}
		events := map[string]func(*Book, store.Tx) (Receipt, error){
			"saleA": func(b *Book, tx store.Tx) (Receipt, error) { return b.Earn(tx, ann, act("saleA"), 100, "A") },
			"saleB": func(b *Book, tx store.Tx) (Receipt, error) { return b.Earn(tx, ann, act("saleB"), 40, "B") },
			"refundA": func(b *Book, tx store.Tx) (Receipt, error) {
				return b.Refund(tx, ann, act("refundA"), "A", loyalty.Return{Amount: 30})
			},
			"moreA": func(b *Book, tx store.Tx) (Receipt, error) {
				return b.Refund(tx, ann, act("moreA"), "A", loyalty.Return{Amount: 70})
			},
			"refundB": func(b *Book, tx store.Tx) (Receipt, error) {
				return b.Refund(tx, ann, act("refundB"), "B", loyalty.Return{})
			},
			"spend": func(b *Book, tx store.Tx) (Receipt, error) { return b.Spend(tx, ann, act("spend"), 35) },
		}
		order := []string{"saleA", "saleB", "refundA", "moreA", "refundB", "spend"}
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		once, often := newShop(t, plan()), newShop(t, plan())
		for i, name := range order {
			_, want := once.do(func(tx store.Tx) (Receipt, error) { return events[name](once.b, tx) })
			_, got := often.do(func(tx store.Tx) (Receipt, error) { return events[name](often.b, tx) })
			if reason(want) != reason(got) {
				t.Fatalf("seed %d: %s gives %v and %v", seed, name, want, got)
			}
			for range rng.IntN(4) { // earlier ones come again
				again := order[rng.IntN(i+1)]
				if rec, _ := often.do(func(tx store.Tx) (Receipt, error) { return events[again](often.b, tx) }); !rec.Replayed {
					t.Fatalf("seed %d: %s had another effect", seed, again)
				}
			}
		}
		if !reflect.DeepEqual(once.db.(*mem.DB).Dump(), often.db.(*mem.DB).Dump()) {
			t.Errorf("seed %d: %v: repeating left other rows", seed, order)
		}
		// All sales are refunded wholly in whichever order; only a spend that
		// went through can be left, and it is owed.
		b := once.balance(ann)
		if b.Available != 0 || b.Debt != b.Count.Spent || b.Count.Money != 0 || b.Count.Visits != 0 {
			t.Errorf("seed %d: %v: %+v", seed, order, b)
		}
		once.clean()
	}
}

// TestInvariant15CrashAtEveryWrite crashes the store at each write of the
// scenario in turn, and after each commit, and sends again what got no answer:
// the rows at the end are those of a life without a crash.
func TestInvariant15CrashAtEveryWrite(t *testing.T) {
	calm := fullShop(t)
	want, writes := calm.db.(*mem.DB).Dump(), calm.db.(*mem.DB).Writes()
	if writes < 100 {
		t.Fatalf("the scenario writes %d rows only", writes)
	}
	p := calm.b.Programme(noon)
	try := func(what string, n int, order func(*mem.DB, int)) (crashed bool) {
		db := mem.New()
		order(db, n)
		s := newShop(t, p)
		s.db = db
		fill(s)
		if !reflect.DeepEqual(db.Dump(), want) {
			t.Errorf("crashed %s %d: other rows at the end", what, n)
		}
		return s.crashes > 0
	}
	step := 1
	if raceDetector { // the other run tries them all
		step = 5
	}
	for n := 1; n <= writes; n += step {
		if !try("at write", n, (*mem.DB).CrashAt) {
			t.Errorf("no crash at write %d of %d", n, writes)
		}
	}
	for n := 1; try("after commit", n, (*mem.DB).CrashAfterCommit); n++ {
	}
}

func TestInvariant18ClockStepsBack(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 10, "")
	s.now = s.now.Add(-48 * time.Hour)
	e := s.earn(ann, 10, "").Entry()
	if e.Seq != 2 || !e.RecordedAt.Equal(noon) || !e.EffectiveAt.Equal(s.now) {
		t.Errorf("entry %d recorded %s, effective %s", e.Seq, e.RecordedAt, e.EffectiveAt)
	}
	s.clean()
}

// TestInvariant21AsOf folds the entries recorded by each moment, and compares
// with what the balance was then.
func TestInvariant21AsOf(t *testing.T) {
	p := plan()
	p.ReturnWindow, p.HoldFor = 24*time.Hour, 48*time.Hour
	s := newShop(t, p)
	type moment struct {
		at time.Time
		b  loyalty.Balance
	}
	var then []moment
	for _, step := range scenario() {
		step(s)
		s.now = s.now.Add(time.Second)
		then = append(then, moment{s.now, s.balance(ann)})
		s.now = s.now.Add(time.Second)
	}
	for _, m := range then {
		var got loyalty.Balance
		err := s.db.View(context.Background(), func(r store.Reader) (err error) {
			got, err = s.b.AsOf(r, ann, m.at)
			return err
		})
		if err != nil || !reflect.DeepEqual(got, m.b) {
			t.Errorf("as of %s: %+v, %v; was %+v", m.at, got, err, m.b)
		}
	}
	last := then[len(then)-1].b
	var change loyalty.Points
	for _, e := range s.entries(ann) {
		change += e.Change() + e.In(loyalty.Held)
	}
	if change != last.Available+last.Pending+last.Held-last.Debt {
		t.Errorf("the entries change %d, the balance is %+v", change, last)
	}
}

// TestReadingOneRow: a balance costs one row, and the row stays small.
func TestBalanceReadsOneRow(t *testing.T) {
	s := newShop(t, plan())
	for range 3 {
		s.earn(ann, 10, "")
	}
	for range 200 { // closed lots are not in it
		s.earn(ann, 10, "")
		if _, err := s.spend(ann, 10); err != nil {
			t.Fatal(err)
		}
	}
	err := s.db.View(context.Background(), func(r store.Reader) error {
		c := &counting{Reader: r}
		b, err := s.b.Balance(c, ann, s.now)
		if b.Available != 30 || c.gets != 1 {
			t.Errorf("%d points from %d rows", b.Available, c.gets)
		}
		raw, _, _ := r.Get(accounts.Key(string(ann)))
		if len(raw) > 1200 {
			t.Errorf("the head has %d bytes: %s", len(raw), raw)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

type counting struct {
	store.Reader
	gets int
}

func (c *counting) Get(key []byte) ([]byte, bool, error) {
	c.gets++
	return c.Reader.Get(key)
}

func TestFrozenEarnsAndDoesNotSpend(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 50, "")
	s.freeze(ann, true)
	s.freeze(ann, true) // no second entry
	s.earn(ann, 5, "")
	if _, err := s.spend(ann, 1); !errors.Is(err, loyalty.ErrFrozen) {
		t.Errorf("spent: %v", err)
	}
	if _, err := s.hold(ann, 1); !errors.Is(err, loyalty.ErrFrozen) {
		t.Errorf("held: %v", err)
	}
	if b := s.balance(ann); !b.Frozen || b.Available != 55 {
		t.Errorf("%+v", b)
	}
	s.freeze(ann, false)
	if _, err := s.spend(ann, 55); err != nil {
		t.Errorf("thawed: %v", err)
	}
	if n := s.entryCount(ann); n != 5 {
		t.Errorf("%d entries", n)
	}
}

// TestExpiredPointsAreNotOwed: taking back a sale whose points expired unused
// makes no debt.
func TestExpiredPointsAreNotOwed(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100, "A1")
	if _, err := s.spend(ann, 30); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.AddDate(0, 2, 0)
	s.earn(ann, 10, "A2")
	rec, err := s.refund(ann, "A1", 0)
	if err != nil || rec.Entry().In(loyalty.Expired) != -70 {
		t.Errorf("%+v, %v", rec.Entry(), err)
	}
	s.has(ann, 0, 0, 0, 20) // 30 were used, 10 of the newer sale pay for some
	s.clean()
}

// TestHeldPointsPayTheDebtWhenTheyComeBack: as of the moment at which they do,
// even if nobody looks before they would have expired.
func TestHeldPointsPayTheDebtWhenTheyComeBack(t *testing.T) {
	p := plan()
	p.HoldFor = 48 * time.Hour
	for name, sweepEvery := range map[string]int{"each day": 1, "after all": 90} {
		s := newShop(t, p)
		s.earn(ann, 100, "A1")
		if _, err := s.hold(ann, 70); err != nil {
			t.Fatal(err)
		}
		if _, err := s.refund(ann, "A1", 90); err != nil {
			t.Fatal(err)
		}
		s.has(ann, 0, 0, 70, 60)
		for day := range 90 {
			s.now = s.now.AddDate(0, 0, 1)
			sweepAt(s, (day+1)%sweepEvery == 0)
		}
		s.has(ann, 0, 0, 0, 0)
		var kinds []loyalty.Kind
		for _, e := range s.entries(ann)[:3] {
			kinds = append(kinds, e.Kind)
		}
		want := []loyalty.Kind{loyalty.KindExpire, loyalty.KindRepay, loyalty.KindTimeout}
		if repay := s.entries(ann)[1]; !slices.Equal(kinds, want) || !repay.EffectiveAt.Equal(noon.Add(48*time.Hour)) || repay.In(loyalty.Debt) != 60 {
			t.Errorf("%s: newest first %v, the debt paid as of %s", name, kinds, repay.EffectiveAt)
		}
		s.clean()
	}
}
