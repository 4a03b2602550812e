package book

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// cy is a third member.
const cy = loyalty.MemberID("01HCY000000000000000000000")

func (s *shop) merge(from, into loyalty.MemberID) (Receipt, error) {
	s.t.Helper()
	a := s.act(sam)
	return s.do(func(tx store.Tx) (Receipt, error) { return s.b.Merge(tx, from, into, a) })
}

func (s *shop) unmerge(from loyalty.MemberID) (Receipt, error) {
	s.t.Helper()
	a := s.act(sam)
	return s.do(func(tx store.Tx) (Receipt, error) { return s.b.Unmerge(tx, from, a) })
}

// stored is the member's own account, wherever their points are.
func (s *shop) stored(m loyalty.MemberID) (a loyalty.Account) {
	s.t.Helper()
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		a, _, err = accounts.Get(r, string(m))
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// rebuilt checks that rebuilding changes nothing.
func (s *shop) rebuilt() {
	s.t.Helper()
	if n, err := s.b.Rebuild(context.Background(), s.db, nil); n != 0 || err != nil {
		s.t.Fatalf("rebuild changed %d rows, %v", n, err)
	}
}

func TestMergeAndBack(t *testing.T) {
	engines(t, func(t *testing.T, open func() store.DB) {
		s := newShop(t, plan())
		s.db = open()
		s.earn(ann, 100, "A1")
		first := s.earn(bo, 60, "B1")
		s.now = s.now.Add(24 * time.Hour)
		s.earn(bo, 40, "B2")
		spent, _ := s.spend(bo, 10)
		held, err := s.hold(bo, 20)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.merge(bo, ann); err != nil {
			t.Fatal(err)
		}
		s.clean()
		s.has(ann, 170, 0, 20, 0)
		s.has(bo, 170, 0, 20, 0) // whoever asks for bo finds ann
		if _, err := s.merge(bo, ann); err != loyalty.ErrMerged {
			t.Errorf("again: %v", err)
		}
		if _, err := s.merge(cy, bo); err != loyalty.ErrMerged {
			t.Errorf("into one who went: %v", err)
		}
		// What leads to bo's past acts on ann: a spend undone into its own lot, a
		// sale refunded, a hold captured, an order number found.
		if _, err := s.undo(spent.Entry().Ref); err != nil {
			t.Fatal(err)
		}
		s.has(ann, 180, 0, 20, 0)
		if _, err := s.undo(spent.Entry().Ref); err != loyalty.ErrAlreadyReversed {
			t.Errorf("undone twice: %v", err)
		}
		if _, err := s.refund(bo, "B1", 30); err != nil {
			t.Fatal(err)
		}
		s.has(ann, 150, 0, 20, 0)
		var dup *loyalty.DuplicateError
		a := s.act(sam)
		if _, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, ann, a, 40, "B2") }); !errors.As(err, &dup) {
			t.Errorf("bo's order again: %v", err)
		}
		a = s.act(sam)
		if _, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Capture(tx, held.Entry().Ref, a, 0) }); err != nil {
			t.Fatal(err)
		}
		s.has(ann, 150, 0, 0, 0)
		s.clean()
		s.rebuilt()

		if _, err := s.unmerge(bo); err != nil {
			t.Fatal(err)
		}
		s.clean()
		s.has(ann, 100, 0, 0, 0)
		s.has(bo, 50, 0, 0, 0) // 60 - 30 + 40 - 20
		if _, err := s.unmerge(bo); err != loyalty.ErrNotMerged {
			t.Errorf("taken back twice: %v", err)
		}
		if _, err := s.undo(spent.Entry().Ref); err != loyalty.ErrAlreadyReversed {
			t.Errorf("undone before, and after: %v", err)
		}
		a = s.act(sam)
		if _, err := s.do(func(tx store.Tx) (Receipt, error) {
			return s.b.RefundRef(tx, first.Entry().Ref, a, loyalty.Return{})
		}); err != nil {
			t.Fatal(err)
		}
		s.has(bo, 20, 0, 0, 0)
		s.clean()
		s.rebuilt()
		// As of any time both have what they had.
		s.view(func(r store.Reader) error {
			b, err := s.b.AsOf(r, bo, noon.Add(time.Hour))
			if b.Available != 60 {
				t.Errorf("bo had %d on the first day", b.Available)
			}
			return err
		})
	})
}

// TestUnmergeKeepsWhatWasSpent: what was spent while they were one stays spent
// out of the lots it came from.
func TestUnmergeKeepsWhatWasSpent(t *testing.T) {
	s := newShop(t, plan())
	s.earn(bo, 60, "B1") // expires first
	s.now = s.now.Add(24 * time.Hour)
	s.earn(ann, 100, "A1")
	s.merge(bo, ann)
	spent, err := s.spend(ann, 70)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.unmerge(bo); err != nil {
		t.Fatal(err)
	}
	s.has(bo, 0, 0, 0, 0)
	s.has(ann, 90, 0, 0, 0)
	if n := s.stored(bo).Pots[loyalty.Joined]; n != 60 {
		t.Errorf("bo's ledger says that %d stayed with ann", n)
	}
	if _, err := s.undo(spent.Entry().Ref); err != nil {
		t.Fatal(err)
	}
	s.has(ann, 160, 0, 0, 0)
	s.has(bo, 0, 0, 0, 0)
	s.clean()
	s.rebuilt()
}

// TestMergedDebt: one's points pay the other's debt, and it is owed again when
// they part.
func TestMergedDebt(t *testing.T) {
	for _, owes := range []loyalty.MemberID{ann, bo} {
		s := newShop(t, plan())
		s.earn(owes, 50, "D1")
		s.spend(owes, 30)
		s.refund(owes, "D1", 0)
		s.has(owes, 0, 0, 0, 30)
		rich := ann
		if owes == ann {
			rich = bo
		}
		s.earn(rich, 100, "R1")
		if _, err := s.merge(bo, ann); err != nil {
			t.Fatal(err)
		}
		s.has(ann, 70, 0, 0, 0)
		s.clean()
		if _, err := s.unmerge(bo); err != nil {
			t.Fatal(err)
		}
		s.has(owes, 0, 0, 0, 30)
		s.has(rich, 100, 0, 0, 0)
		s.clean()
		s.rebuilt()
	}
}

// TestMergedDebtAndAHold: points that come free while the other's points had paid
// the debt, and expire before the two part, paid it.
func TestMergedDebtAndAHold(t *testing.T) {
	for _, owes := range []loyalty.MemberID{ann, bo} {
		s := newShop(t, plan())
		rich := ann
		if owes == ann {
			rich = bo
		}
		s.earn(owes, 50, "D1")
		held, err := s.hold(owes, 30)
		if err != nil {
			t.Fatal(err)
		}
		s.refund(owes, "D1", 0)
		s.has(owes, 0, 0, 30, 30)
		s.earn(rich, 100, "R1")
		s.merge(bo, ann)
		s.has(ann, 70, 0, 30, 0)
		a := s.act(sam)
		s.must(func(tx store.Tx) (Receipt, error) { return s.b.Release(tx, held.Entry().Ref, a) })
		s.has(ann, 100, 0, 0, 0)
		s.now = s.now.AddDate(3, 0, 0) // all of it has expired
		if _, err := s.b.SettleAll(context.Background(), s.db, s.now, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := s.unmerge(bo); err != nil {
			t.Fatal(err)
		}
		s.has(owes, 0, 0, 0, 0)
		s.has(rich, 0, 0, 0, 0)
		if n := s.stored(owes).Pots[loyalty.Expired]; n != 0 {
			t.Errorf("%d points of who owed expired", n)
		}
		s.clean()
		s.rebuilt()
	}
}

// TestMergesAtOnce: of a merge both ways and twice at once, one is done.
func TestMergesAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, open func() store.DB) {
		s := newShop(t, plan())
		s.db = open()
		s.earn(ann, 100, "A1")
		s.earn(bo, 60, "B1")
		acts := []Act{s.act(sam), s.act(sam), s.act(sam), s.act(sam)}
		done, refused := s.parallel(4, func(i int, tx store.Tx) (Receipt, error) {
			if i%2 == 0 {
				return s.b.Merge(tx, ann, bo, acts[i])
			}
			return s.b.Merge(tx, bo, ann, acts[i])
		})
		if done != 1 || refused != 3 {
			t.Errorf("%d done, %d refused", done, refused)
		}
		s.has(ann, 160, 0, 0, 0)
		s.has(bo, 160, 0, 0, 0)
		s.clean()
	})
}

// TestMergeIsOneOperation: the same again tells the same, another payload under
// its id is a conflict, and a crash at any write leaves all or nothing.
func TestMergeIsOneOperation(t *testing.T) {
	for n := 1; ; n++ {
		db := mem.New(mem.Twice)
		s := newShop(t, plan())
		s.db = db
		s.earn(ann, 100, "A1")
		s.earn(bo, 60, "B1")
		s.hold(bo, 10)
		db.CrashAt(n)
		a := s.act(sam)
		first := s.must(func(tx store.Tx) (Receipt, error) { return s.b.Merge(tx, bo, ann, a) })
		again := s.must(func(tx store.Tx) (Receipt, error) { return s.b.Merge(tx, bo, ann, a) })
		if !again.Replayed || !sameEntries(first.Entries, again.Entries) {
			t.Fatalf("again: %+v", again)
		}
		var conflict *loyalty.ConflictError
		if _, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Merge(tx, cy, ann, a) }); !errors.As(err, &conflict) {
			t.Fatalf("another: %v", err)
		}
		u := s.act(sam)
		s.must(func(tx store.Tx) (Receipt, error) { return s.b.Unmerge(tx, bo, u) })
		if rec := s.must(func(tx store.Tx) (Receipt, error) { return s.b.Unmerge(tx, bo, u) }); !rec.Replayed {
			t.Fatalf("again: %+v", rec)
		}
		s.has(bo, 50, 0, 10, 0)
		s.clean()
		if s.crashes == 0 {
			return
		}
	}
}

// crowd is a few members who live, are merged and part at random.
type crowd struct {
	*shop
	pick func(int) int
	who  []loyalty.MemberID
	refs []loyalty.Ref
	log  []string
}

func newCrowd(t testing.TB, pick func(int) int) *crowd {
	day := starts[pick(len(starts))]
	start := time.Date(day.y, time.Month(day.m), day.d, 12, 0, 0, 0, taipei)
	versions := pickProgrammes(pick, start)
	s := newShop(t, versions[len(versions)-1])
	s.db, s.now = mem.New(), start
	s.rulesOf(versions[len(versions)-1])
	s.b.Facts = func(_ store.Reader, m loyalty.MemberID) (loyalty.Facts, error) {
		return loyalty.Facts{Joined: start.AddDate(0, -len(m)%7, -int(m[3]))}, nil
	}
	return &crowd{shop: s, pick: pick, who: []loyalty.MemberID{ann, bo, cy}}
}

// alone is one thing that a member does or that is done to them.
func (c *crowd) alone(what int) {
	c.t.Helper()
	a, m := c.act(loyalty.ByJob("test")), c.who[c.pick(len(c.who))]
	order := loyalty.Order(fmt.Sprint("N", c.pick(4)))
	sale := loyalty.Sale{Amount: loyalty.Money(1 + c.pick(60)), Order: order, Lines: []loyalty.Line{{Item: "latte", Quantity: int64(1 + c.pick(2))}}}
	ref := loyalty.Ref("none")
	if len(c.refs) > 0 {
		ref = c.refs[c.pick(len(c.refs))]
	}
	n := loyalty.Points(1 + c.pick(30))
	rec, err := c.do(func(tx store.Tx) (Receipt, error) {
		switch what {
		case 0, 1, 2:
			return c.b.Sell(tx, m, a, sale)
		case 3:
			return c.b.Spend(tx, m, a, n)
		case 4:
			return c.b.Hold(tx, m, a, n)
		case 5:
			return c.b.Undo(tx, ref, a)
		case 6:
			return c.b.Capture(tx, ref, a, n*loyalty.Points(c.pick(2)))
		case 7:
			return c.b.Refund(tx, m, a, order, loyalty.Return{Amount: loyalty.Money(c.pick(30))})
		case 8:
			return c.b.RefundRef(tx, ref, a, loyalty.Return{})
		case 9:
			return c.b.Give(tx, m, a, n)
		case 10:
			return c.b.Freeze(tx, m, a, c.pick(3) == 0)
		case poolHold, poolSpend:
			a.Pool = c.who
			if what == poolSpend {
				return c.b.Spend(tx, m, a, 2*n)
			}
			return c.b.Reserve(tx, m, a, 2*n, loyalty.Terms{Deadline: a.Now.Add(240 * time.Hour)})
		case match:
			return c.b.Match(tx, m, a, []string{"silver", "gold", "top"}[c.pick(3)], a.Now.AddDate(0, 0, 40))
		}
		return c.b.Release(tx, ref, a)
	})
	c.log = append(c.log, fmt.Sprintf("%s %s does %d with %s, %d: %v", c.now.Format(time.DateTime), m, what, ref, n, err))
	if err == nil && rec.Entry().Ref != "" {
		c.refs = append(c.refs, rec.Entry().Ref)
	}
}

// What members do with one another's points, and what is done besides, where lives
// are not held against those of members who are alone.
const (
	poolHold = 100 + iota
	poolSpend
	match
)

func (c *crowd) wait() {
	hours := []int{1, 20, 24 * 9, 24 * 45, 24 * 200}[c.pick(5)]
	c.now = c.now.Add(time.Duration(hours) * time.Hour)
	if c.pick(2) == 0 {
		if _, err := c.b.SettleAll(context.Background(), c.db, c.now, nil); err != nil {
			c.t.Fatalf("settle: %v", err)
		}
	}
}

// lifeLength is n, but for the race detector, which has little to see in one
// goroutine.
func lifeLength(n int) int {
	if raceDetector {
		return n / 4
	}
	return n
}

// holds checks what must always hold, for all of them together.
func (c *crowd) holds() {
	c.t.Helper()
	c.clean()
	sums := map[loyalty.Pot]loyalty.Points{}
	all := loyalty.Points(0)
	for _, m := range c.who {
		a := c.stored(m)
		for pot, n := range a.Pots {
			sums[pot], all = sums[pot]+n, all+n
		}
		if a.Into != "" && (len(a.Lots)+len(a.Holds)+len(a.Waits) > 0 || a.Owed != 0) {
			c.t.Fatalf("%s went and left something behind: %+v", m, a)
		}
		if b := c.balance(m); b.Debt > 0 && b.Available > 0 {
			c.t.Fatalf("%s owes and has: %+v", m, b)
		}
	}
	if all != 0 || sums[loyalty.Joined] != 0 {
		c.t.Fatalf("all sum to %d, what crossed over to %d", all, sums[loyalty.Joined])
	}
}

// TestMergedLives: members who are merged in chains and part, doing everything in
// between, keep ledgers that verify, sum to nothing and are rebuilt the same.
func TestMergedLives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCrowd(tb{t, rt}, func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "pick") })
		failed := true
		defer func() {
			for i := 0; failed && i < len(c.log); i++ {
				rt.Log(c.log[i])
			}
		}()
		for range lifeLength(25) {
			switch x := c.pick(20); {
			case x < 12:
				c.alone(x)
			case x < 16:
				c.alone([]int{poolHold, poolHold, poolSpend, match}[x-12])
			case x == 16:
				c.wait()
			case x == 17:
				_, err := c.unmerge(c.who[c.pick(3)])
				c.log = append(c.log, fmt.Sprint("unmerge: ", err))
			default:
				from, into := c.who[c.pick(3)], c.who[c.pick(3)]
				_, err := c.merge(from, into)
				c.log = append(c.log, fmt.Sprint("merge ", from, " into ", into, ": ", err))
			}
			c.holds()
		}
		c.rebuilt()
		failed = false
	})
}

// TestUnmergeGivesTheSameLedgers: of two who were one for a while, in which time
// passed and nobody did anything, each has the very account that they would have
// without that.
func TestUnmergeGivesTheSameLedgers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var drawn []int
		draw := func(n int) int {
			drawn = append(drawn, rapid.IntRange(0, n-1).Draw(rt, "pick"))
			return drawn[len(drawn)-1]
		}
		live := func(pick func(int) int, together bool) []loyalty.Account {
			c := newCrowd(tb{t, rt}, pick)
			for range lifeLength(12) {
				if x := c.pick(14); x < 12 {
					c.alone(x)
				} else {
					c.wait()
				}
			}
			if together {
				if _, err := c.merge(bo, ann); err != nil {
					rt.Fatalf("merge: %v", err)
				}
				c.holds()
			}
			for range 3 {
				c.wait()
			}
			if together {
				c.holds()
				if _, err := c.unmerge(bo); err != nil {
					rt.Fatalf("unmerge: %v", err)
				}
				c.holds()
				c.rebuilt()
			}
			var both []loyalty.Account
			for _, m := range []loyalty.MemberID{ann, bo} {
				c.update(func(tx store.Tx) error { _, err := c.b.Settle(tx, m, c.now); return err })
				both = append(both, unmarked(c.stored(m)))
			}
			return both
		}
		with := live(draw, true)
		next := 0
		apart := live(func(int) int { next++; return drawn[next-1] }, false)
		for i := range with {
			if !reflect.DeepEqual(with[i], apart[i]) {
				rt.Fatalf("%s has\n%+v\nand would have\n%+v", []string{"ann", "bo"}[i], with[i], apart[i])
			}
		}
	})
}

// unmarked is an account without what tells that it was merged.
func unmarked(a loyalty.Account) loyalty.Account {
	a.Seq, a.Head, a.RecordedAt, a.Wings, a.Terms = 0, loyalty.Hash{}, time.Time{}, nil, 0
	pots := map[loyalty.Pot]loyalty.Points{}
	for pot, n := range a.Pots {
		if n != 0 {
			pots[pot] = n
		}
	}
	a.Pots = pots
	if len(a.Cards) == 0 {
		a.Cards = nil
	}
	a.Lots, a.Days, a.Buckets = slices.Clip(a.Lots), slices.Clip(a.Days), slices.Clip(a.Buckets)
	return a
}

// TestAHalfOfAMergeIsMissed: what was cut off one ledger together with its head
// shows in the other.
func TestAHalfOfAMergeIsMissed(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100, "A1")
	s.merge(bo, ann) // bo has nothing but this entry
	s.update(func(tx store.Tx) error {
		if err := tx.Lock(memberSubject(bo)); err != nil {
			return err
		}
		return errors.Join(entries.Delete(tx, string(bo), seqKey(1)), accounts.Delete(tx, string(bo)))
	})
	faults, err := s.b.Verify(context.Background(), s.db, nil)
	if err != nil || len(faults) == 0 || faults[0].Member != ann || faults[0].Seq != 2 {
		t.Errorf("%v, %v", faults, err)
	}
}
