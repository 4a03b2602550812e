package book

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// home is a few members who pool their points, each lived by the book and by an
// oracle of their own.
type home struct {
	*shop
	lives []*life
	pick  func(int) int
}

func newHome(t testing.TB, db store.DB, pick func(int) int) *home {
	first := newLife(t, db, pick)
	h := &home{shop: first.shop, lives: []*life{first}, pick: pick}
	facts := map[loyalty.MemberID]loyalty.Facts{ann: first.oracle.facts}
	for _, m := range []loyalty.MemberID{bo, cy} {
		l := &life{shop: first.shop, who: m, pick: pick, pace: first.pace, oracle: newOracle(first.oracle.versions, pickFacts(pick, first.now))}
		facts[m] = l.oracle.facts
		h.lives = append(h.lives, l)
	}
	h.b.Facts = func(_ store.Reader, m loyalty.MemberID) (loyalty.Facts, error) { return facts[m], nil }
	return h
}

// step is one thing that one of them does; one in four uses the points of all.
func (h *home) step() {
	h.t.Helper()
	l := h.lives[h.pick(len(h.lives))]
	if h.pick(4) > 0 {
		l.step()
	} else {
		l.passTime()
		h.together(l)
	}
	l.sweep()
}

// together spends or reserves with everybody's points.
func (h *home) together(l *life) {
	h.t.Helper()
	a := l.act(loyalty.ByMember(l.who))
	var others []*oracle
	for _, x := range h.lives {
		if x != l {
			a.Pool, others = append(a.Pool, x.who), append(others, x.oracle)
		}
	}
	for _, x := range append(others, l.oracle) { // all are settled before any is opened
		x.advance(l.now)
	}
	l.at = a.Now
	n := 1 + l.pick(60)
	terms := loyalty.Terms{Forfeit: l.pick(3) == 0, Deadline: l.now.Add(time.Duration(60+l.pick(200)) * time.Hour)}
	hold := l.pick(2) == 0
	var what any
	why := l.oracle.useTogether(n, func() (why string) {
		if len(l.oracle.lots) > 0 {
			l.oracle.began(a.Now)
		}
		if hold {
			what, why = l.oracle.setAside(n, a.Now, terms.Deadline, terms.Forfeit)
			return why
		}
		what, why = l.oracle.spend(n, a.Now)
		return why
	}, others)
	l.keep(l.play(fmt.Sprintf("%s with all: %d %v %v", l.who, n, hold, terms), func(tx store.Tx) (Receipt, error) {
		if hold {
			return l.b.Reserve(tx, l.who, a, loyalty.Points(n), terms)
		}
		return l.b.Spend(tx, l.who, a, loyalty.Points(n))
	}, why), what, why)
	if l.pick(4) == 0 {
		l.again()
	}
}

// holds compares each with their oracle, and what must hold of all together.
func (h *home) holds() {
	h.t.Helper()
	sums := map[loyalty.Pot]loyalty.Points{}
	all := loyalty.Points(0)
	for _, l := range h.lives {
		l.compare()
		for pot, n := range h.stored(l.who).Pots {
			sums[pot], all = sums[pot]+n, all+n
		}
		for _, lot := range h.stored(l.who).Lots {
			if lot.From != "" && lot.Remaining > 0 {
				l.fatalf("%s keeps %d borrowed points", l.who, lot.Remaining)
			}
		}
	}
	if all != 0 || sums[loyalty.Joined] != 0 {
		h.lives[0].fatalf("all sum to %d, what crossed over to %d", all, sums[loyalty.Joined])
	}
}

func (h *home) live(steps int) {
	h.t.Helper()
	for range steps {
		h.step()
		h.holds()
	}
	for _, l := range h.lives {
		l.sweep()
	}
	for _, l := range h.lives {
		l.compareLots()
	}
	h.clean()
	h.rebuilt()
}

// TestPooledLivesAgreeWithOracle: members who use one another's points over random
// programmes have what the oracles say, and their ledgers verify, sum to nothing and
// are rebuilt the same.
func TestPooledLivesAgreeWithOracle(t *testing.T) {
	for seed := range max(4, seeds(t)/8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			newHome(t, mem.New(), seeded(seed)).live(50)
		})
	}
}

// TestRapidPooledLives is the same with rapid choosing, so that what goes wrong is
// made short.
func TestRapidPooledLives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := newHome(tb{t, rt}, mem.New(), func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "pick") })
		h.live(8)
	})
}

// TestPoolEnginesAgree: the same pooled lives leave the same rows on bolt and in
// memory.
func TestPoolEnginesAgree(t *testing.T) {
	for seed := range uint64(2) {
		onBolt, inMemory := openBolt(t), mem.New(mem.Twice)
		newHome(t, onBolt, seeded(seed)).live(30)
		newHome(t, inMemory, seeded(seed)).live(30)
		if !slices.EqualFunc(dump(t, onBolt), inMemory.Dump(), func(a, b store.Row) bool {
			return string(a.Key) == string(b.Key) && string(a.Value) == string(b.Value)
		}) {
			t.Errorf("seed %d: the rows differ", seed)
		}
	}
}

// with is an operation of a member with others' points.
func (s *shop) with(m loyalty.MemberID, n loyalty.Points, hold bool, pool ...loyalty.MemberID) (Receipt, error) {
	s.t.Helper()
	a := s.act(loyalty.ByMember(m))
	a.Pool = pool
	return s.do(func(tx store.Tx) (Receipt, error) {
		if hold {
			return s.b.Hold(tx, m, a, n)
		}
		return s.b.Spend(tx, m, a, n)
	})
}

// TestPoolTakesWhatGoesFirst: the own points first, then of the others' lots those
// that go first, with their ends; and the very lots get them back.
func TestPoolTakesWhatGoesFirst(t *testing.T) {
	engines(t, func(t *testing.T, open func() store.DB) {
		s := newShop(t, plan())
		s.db = open()
		s.earn(bo, 40, "")
		s.now = s.now.AddDate(0, 0, 2)
		s.earn(cy, 50, "")
		s.earn(ann, 10, "")
		s.now = s.now.AddDate(0, 0, 2)
		s.earn(bo, 60, "")
		before := [][]loyalty.Lot{s.lotsOf(ann), s.lotsOf(bo), s.lotsOf(cy)}
		rec, err := s.with(ann, 80, false, bo, cy, ann, bo)
		if err != nil {
			t.Fatal(err)
		}
		if e := rec.Entry(); e.Kind != loyalty.KindSpend || e.In(loyalty.Redeemed) != 80 {
			t.Errorf("the entry is %+v", e)
		}
		if got := rec.Borrowed(); len(got) != 2 || got[bo] != 40 || got[cy] != 30 {
			t.Errorf("borrowed %v", got)
		}
		s.has(ann, 0, 0, 0, 0)
		s.has(bo, 60, 0, 0, 0)
		s.has(cy, 20, 0, 0, 0)
		s.clean()
		back, err := s.undo(rec.Entry().Ref)
		if err != nil || back.SentHome()[bo] != 40 || back.SentHome()[cy] != 30 {
			t.Fatalf("%v, %v", back.SentHome(), err)
		}
		for i, m := range []loyalty.MemberID{ann, bo, cy} {
			if got := s.lotsOf(m); !slices.EqualFunc(got, before[i], func(a, b loyalty.Lot) bool { return a == b }) {
				t.Errorf("%s has %+v, had %+v", m, got, before[i])
			}
		}
		if _, err := s.undo(rec.Entry().Ref); err != loyalty.ErrAlreadyReversed {
			t.Errorf("undone twice: %v", err)
		}
		s.clean()
		s.rebuilt()
	})
}

// TestPoolIsNoPlainWay: what the pool may not do, each with nothing written to
// anybody's ledger.
func TestPoolRefuses(t *testing.T) {
	short := func(t *testing.T, err error, have loyalty.Points) {
		t.Helper()
		no, ok := err.(*loyalty.ShortError)
		if !ok || no.Have != have {
			t.Errorf("refusal %v, want that there are %d", err, have)
		}
	}
	p := plan()
	p.ReturnWindow = 48 * time.Hour
	for name, try := range map[string]func(*testing.T, *shop){
		"more than all have": func(t *testing.T, s *shop) {
			_, err := s.with(ann, 61, false, bo)
			short(t, err, 60)
		},
		"the frozen lend nothing": func(t *testing.T, s *shop) {
			s.freeze(bo, true)
			_, err := s.with(ann, 20, true, bo)
			short(t, err, 10)
		},
		"the frozen use nothing": func(t *testing.T, s *shop) {
			s.freeze(ann, true)
			if _, err := s.with(ann, 20, true, bo); err != loyalty.ErrFrozen {
				t.Error(err)
			}
		},
		"who owes lends nothing, and borrows nothing": func(t *testing.T, s *shop) {
			s.spend(bo, 50)
			s.refund(bo, "B", 0)
			_, err := s.with(ann, 20, false, bo)
			short(t, err, 10)
			s.now = s.now.Add(time.Hour)
			s.earn(cy, 100, "")
			s.now = s.now.Add(49 * time.Hour)
			_, err = s.with(bo, 20, false, cy)
			short(t, err, 0)
		},
		"pending points are not lent": func(t *testing.T, s *shop) {
			s.earn(bo, 100, "")
			_, err := s.with(ann, 61, false, bo)
			short(t, err, 60)
		},
		"expired ones neither": func(t *testing.T, s *shop) {
			s.now = s.now.AddDate(0, 2, 0)
			_, err := s.with(ann, 1, false, bo)
			short(t, err, 0)
		},
		"borrowed ones are not lent on": func(t *testing.T, s *shop) {
			held, err := s.with(ann, 60, true, bo)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.with(cy, 1, false, ann, bo)
			short(t, err, 0)
			a := s.act(sam)
			s.must(func(tx store.Tx) (Receipt, error) { return s.b.Release(tx, held.Entry().Ref, a) })
			s.has(ann, 10, 0, 0, 0)
			s.has(bo, 50, 0, 0, 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, p)
			s.earn(ann, 10, "A")
			s.earn(bo, 50, "B")
			s.now = s.now.Add(49 * time.Hour)
			try(t, s)
			s.clean()
			s.rebuilt()
		})
	}
}

// TestLentPointsComeHomeAtTheirEnd: points whose end came while they were lent are
// gone at once, those of who owes meanwhile pay.
func TestLentPointsComeHome(t *testing.T) {
	p := plan()
	p.HoldFor = 10 * 24 * time.Hour
	for name, tc := range map[string]struct {
		days            int
		before          func(*shop)
		bo, debt, annAt loyalty.Points
	}{
		"in time":    {11, func(*shop) {}, 50, 0, 10},
		"past end":   {60, func(*shop) {}, 0, 0, 0},
		"to a debt":  {11, func(s *shop) { s.refund(bo, "B", 20) }, 30, 0, 10},
		"frozen too": {11, func(s *shop) { s.freeze(bo, true) }, 50, 0, 10},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, p)
			s.earn(ann, 10, "A")
			s.earn(bo, 50, "B")
			if _, err := s.with(ann, 60, true, bo); err != nil {
				t.Fatal(err)
			}
			s.has(bo, 0, 0, 0, 0)
			tc.before(s)
			s.now = s.now.AddDate(0, 0, tc.days)
			s.has(ann, tc.annAt, 0, 0, 0) // whether or not anybody swept
			s.settle(ann)
			s.has(ann, tc.annAt, 0, 0, 0)
			s.has(bo, tc.bo, 0, 0, tc.debt)
			s.clean()
			s.rebuilt()
		})
	}
}

// TestLentPointsFollowAMerge: who lent, or who borrowed, becomes part of another
// while the points are away, and parts again: they come home to where their owner's
// points are, and stay where the two became one.
func TestLentPointsFollowAMerge(t *testing.T) {
	held := func(t *testing.T) (*shop, loyalty.Ref) {
		s := newShop(t, plan())
		s.earn(ann, 10, "A")
		s.earn(bo, 50, "B")
		s.earn(cy, 7, "C")
		rec, err := s.with(ann, 60, true, bo)
		if err != nil {
			t.Fatal(err)
		}
		return s, rec.Entry().Ref
	}
	release := func(s *shop, ref loyalty.Ref) {
		a := s.act(sam)
		s.must(func(tx store.Tx) (Receipt, error) { return s.b.Release(tx, ref, a) })
		s.clean()
		s.rebuilt()
	}
	merge := func(t *testing.T, s *shop, from, into loyalty.MemberID) {
		t.Helper()
		if _, err := s.merge(from, into); err != nil {
			t.Fatal(err)
		}
		s.clean()
	}
	unmerge := func(t *testing.T, s *shop, from loyalty.MemberID) {
		t.Helper()
		if _, err := s.unmerge(from); err != nil {
			t.Fatal(err)
		}
		s.clean()
	}
	t.Run("the lender goes", func(t *testing.T) {
		s, ref := held(t)
		merge(t, s, bo, cy)
		release(s, ref)
		s.has(ann, 10, 0, 0, 0)
		s.has(cy, 57, 0, 0, 0)
		unmerge(t, s, bo)
		s.has(bo, 50, 0, 0, 0)
		s.has(cy, 7, 0, 0, 0)
	})
	t.Run("the lender goes and is back", func(t *testing.T) {
		s, ref := held(t)
		merge(t, s, bo, cy)
		unmerge(t, s, bo)
		release(s, ref)
		s.has(bo, 50, 0, 0, 0)
		s.has(cy, 7, 0, 0, 0)
	})
	t.Run("the borrower goes", func(t *testing.T) {
		s, ref := held(t)
		merge(t, s, ann, cy)
		s.has(cy, 7, 0, 60, 0)
		release(s, ref)
		s.has(cy, 17, 0, 0, 0)
		s.has(bo, 50, 0, 0, 0)
		unmerge(t, s, ann)
		s.has(ann, 10, 0, 0, 0)
		s.has(cy, 7, 0, 0, 0)
	})
	t.Run("the two become one", func(t *testing.T) {
		for _, into := range []loyalty.MemberID{ann, bo} {
			s, ref := held(t)
			from := bo
			if into == bo {
				from = ann
			}
			merge(t, s, from, into)
			s.has(into, 0, 0, 60, 0)
			release(s, ref)
			s.has(into, 60, 0, 0, 0)
			unmerge(t, s, from)
			s.settle(ann)
			s.has(ann, 10, 0, 0, 0)
			s.has(bo, 50, 0, 0, 0)
			s.clean()
			s.rebuilt()
		}
	})
	t.Run("the two become one, and what they used is given back", func(t *testing.T) {
		for _, into := range []loyalty.MemberID{ann, bo} {
			s := newShop(t, plan())
			s.earn(ann, 10, "")
			s.earn(bo, 50, "")
			rec, err := s.with(ann, 60, false, bo)
			if err != nil {
				t.Fatal(err)
			}
			from := bo
			if into == bo {
				from = ann
			}
			merge(t, s, from, into)
			s.has(into, 0, 0, 0, 0)
			s.must(func(tx store.Tx) (Receipt, error) { return s.b.Undo(tx, rec.Entry().Ref, s.act(sam)) })
			s.has(into, 60, 0, 0, 0)
			unmerge(t, s, from)
			s.settle(ann)
			s.settle(bo)
			s.has(ann, 10, 0, 0, 0)
			s.has(bo, 50, 0, 0, 0)
			s.clean()
			s.rebuilt()
		}
	})
}

// TestPoolIsOneOperation: a crash at any write leaves all of it or nothing, and the
// same again tells the same.
func TestPoolIsOneOperation(t *testing.T) {
	for n := 1; ; n++ {
		db := mem.New(mem.Twice)
		s := newShop(t, plan())
		s.db = db
		s.earn(ann, 10, "")
		s.earn(bo, 30, "")
		s.earn(cy, 30, "")
		db.CrashAt(n)
		a := s.act(loyalty.ByMember(ann))
		a.Pool = []loyalty.MemberID{bo, cy}
		use := func(tx store.Tx) (Receipt, error) { return s.b.Reserve(tx, ann, a, 60, loyalty.Terms{}) }
		first, again := s.must(use), s.must(use)
		if !again.Replayed || !sameEntries(first.Entries, again.Entries) {
			t.Fatalf("again: %+v", again)
		}
		back := s.act(sam)
		s.must(func(tx store.Tx) (Receipt, error) { return s.b.Release(tx, first.Entry().Ref, back) })
		s.has(ann, 10, 0, 0, 0)
		s.has(bo, 30, 0, 0, 0)
		s.has(cy, 30, 0, 0, 0)
		s.clean()
		if s.crashes == 0 {
			return
		}
	}
}

// TestPoolOfTwoAtOnce: all of a household redeeming at once use each point once.
func TestPoolOfTwoAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, open func() store.DB) {
		s := newShop(t, plan())
		s.db = open()
		all := []loyalty.MemberID{ann, bo, cy}
		for _, m := range all {
			s.earn(m, 40, "")
		}
		acts := make([]Act, 30)
		for i := range acts {
			acts[i] = s.act(loyalty.ByMember(all[i%3]))
			acts[i].Pool = all
		}
		done, refused := s.parallel(30, func(i int, tx store.Tx) (Receipt, error) { return s.b.Spend(tx, all[i%3], acts[i], 7) })
		if done != 17 || refused != 13 { // 120 points
			t.Errorf("%d done, %d refused", done, refused)
		}
		s.clean()
		s.rebuilt()
	})
}

// TestAHalfOfALoanIsMissed: an entry cut off one ledger together with its head shows
// in the other.
func TestAHalfOfALoanIsMissed(t *testing.T) {
	s := newShop(t, plan())
	s.earn(bo, 40, "")
	s.with(ann, 30, false, bo)
	s.update(func(tx store.Tx) error {
		if err := tx.Lock(memberSubject(ann)); err != nil {
			return err
		}
		for seq := range uint64(2) {
			if err := entries.Delete(tx, string(ann), seqKey(seq+1)); err != nil {
				return err
			}
		}
		return accounts.Delete(tx, string(ann))
	})
	faults, err := s.b.Verify(t.Context(), s.db, nil)
	if err != nil || !slices.ContainsFunc(faults, func(f Fault) bool { return f.Member == bo && f.Seq == 2 }) {
		t.Errorf("%v, %v", faults, err)
	}
}
