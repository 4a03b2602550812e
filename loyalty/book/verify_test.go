package book

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// fullShop has two members with entries of every kind.
func fullShop(t testing.TB) *shop {
	p := plan()
	p.ReturnWindow, p.HoldFor = 24*time.Hour, 48*time.Hour
	p.NoticeDays = []int{7, 1}
	p.Tiers = loyalty.Tiers{By: loyalty.MeasureSpend, Window: loyalty.WindowRolling, Months: 1, Levels: []loyalty.Level{{ID: "green"}, {ID: "silver", At: 100}}}
	s := newShop(t, p)
	s.db = mem.New()
	fill(s)
	return s
}

// fill lives two long lives, one step at a time.
func fill(s *shop) {
	for _, step := range scenario() {
		step(s)
	}
}

// scenario is a long story that comes past every kind of entry.
func scenario() []func(*shop) {
	var sale, gift, spent, held Receipt
	must := func(rec Receipt, err error) Receipt {
		if err != nil {
			panic(err)
		}
		return rec
	}
	return []func(*shop){
		func(s *shop) { sale = s.earn(ann, 100, "A1") },
		func(s *shop) { must(s.refund(bo, "B1", 10)) },
		func(s *shop) { s.earn(bo, 60, "B1") },
		func(s *shop) { gift = s.give(ann, 40) },
		func(s *shop) { spent = must(s.spend(ann, 30)) },
		func(s *shop) { s.now = s.now.Add(30 * time.Hour) },
		func(s *shop) { spent = must(s.spend(ann, 50)) },
		func(s *shop) { held = must(s.hold(ann, 40)) },
		func(s *shop) { s.capture(held.Entry().Ref, 15) },
		func(s *shop) { must(s.undo(spent.Entry().Ref)) },
		func(s *shop) { must(s.refund(ann, "A1", 60)) },
		func(s *shop) { must(s.spend(ann, 10)) },
		func(s *shop) { must(s.undo(sale.Entry().Ref)) },
		func(s *shop) { must(s.undo(gift.Entry().Ref)) },
		func(s *shop) { s.now = s.now.Add(72 * time.Hour) },
		func(s *shop) { s.freeze(ann, true) },
		func(s *shop) { _, _ = s.spend(ann, 1) }, // refused
		func(s *shop) { s.freeze(ann, false) },
		func(s *shop) { s.earn(ann, 200, "A2") },
		func(s *shop) { s.adjust(ann, 7) },
		func(s *shop) { s.adjust(ann, -3) },
		func(s *shop) { must(s.hold(bo, 20)) },
		func(s *shop) { s.now = s.now.AddDate(0, 2, 0) },
		func(s *shop) { s.settle(ann) },
		func(s *shop) { s.settle(bo) },
		func(s *shop) { s.earn(bo, 5, "") },
		func(s *shop) { must(s.refund(bo, "B9", 0)) },
	}
}

func (s *shop) give(m loyalty.MemberID, n loyalty.Points) Receipt {
	s.t.Helper()
	a := s.act(sam)
	return s.must(func(tx store.Tx) (Receipt, error) { return s.b.Give(tx, m, a, n) })
}

func (s *shop) adjust(m loyalty.MemberID, n loyalty.Points) Receipt {
	s.t.Helper()
	a := s.act(sam)
	return s.must(func(tx store.Tx) (Receipt, error) { return s.b.Adjust(tx, m, a, n) })
}

func (s *shop) capture(ref loyalty.Ref, n loyalty.Points) Receipt {
	s.t.Helper()
	a := s.act(sam)
	return s.must(func(tx store.Tx) (Receipt, error) { return s.b.Capture(tx, ref, a, n) })
}

func (s *shop) freeze(m loyalty.MemberID, on bool) {
	s.t.Helper()
	a := s.act(sam)
	s.must(func(tx store.Tx) (Receipt, error) { return s.b.Freeze(tx, m, a, on) })
}

func (s *shop) settle(m loyalty.MemberID) (n int) {
	s.t.Helper()
	s.update(func(tx store.Tx) (err error) {
		n, err = s.b.Settle(tx, m, s.now)
		return err
	})
	return n
}

func (s *shop) entries(m loyalty.MemberID) (list []loyalty.Entry) {
	s.t.Helper()
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		list, err = s.b.History(r, m, 0, 1000)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

func TestScenarioHasEveryKind(t *testing.T) {
	s := fullShop(t)
	s.clean()
	seen := map[loyalty.Kind]bool{}
	for _, m := range []loyalty.MemberID{ann, bo} {
		for _, e := range s.entries(m) {
			seen[e.Kind] = true
		}
	}
	for _, k := range []loyalty.Kind{
		loyalty.KindEarn, loyalty.KindGive, loyalty.KindAdjust, loyalty.KindSpend, loyalty.KindHold, loyalty.KindCapture,
		loyalty.KindTimeout, loyalty.KindUndo, loyalty.KindReverse, loyalty.KindWait, loyalty.KindActivate, loyalty.KindExpire,
		loyalty.KindRepay, loyalty.KindFreeze, loyalty.KindThaw, loyalty.KindTier,
	} {
		if !seen[k] {
			t.Errorf("no entry of kind %s", k)
		}
	}
}

// free lets a test do to rows what nobody should: under every lock.
func (s *shop) tamper(f func(store.Tx) error) {
	s.t.Helper()
	err := s.db.Update(context.Background(), func(tx store.Tx) error {
		if err := tx.Lock(memberSubject(ann), memberSubject(bo)); err != nil {
			return err
		}
		return f(tx)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestVerifyNamesWhatWasTamperedWith is invariant 17.
func TestVerifyNamesWhatWasTamperedWith(t *testing.T) {
	edit := func(seq uint64, change func(*loyalty.Entry)) func(*shop, store.Tx) error {
		return func(_ *shop, tx store.Tx) error {
			e, _, err := entries.Get(tx, string(ann), seqKey(seq))
			if err != nil {
				return err
			}
			change(&e)
			return entries.Put(tx, e, string(ann), seqKey(seq))
		}
	}
	last := fullShop(t).entries(ann)[0].Seq
	for name, c := range map[string]struct {
		do  func(*shop, store.Tx) error
		seq uint64
	}{
		"an amount edited":   {edit(3, func(e *loyalty.Entry) { e.Amount++ }), 3},
		"a reason edited":    {edit(2, func(e *loyalty.Entry) { e.Reason = []byte("other") }), 2},
		"points edited":      {edit(1, func(e *loyalty.Entry) { e.Legs[0].Points--; e.Legs[1].Points++; e.Lot.Granted++ }), 1},
		"the last one dated": {edit(last, func(e *loyalty.Entry) { e.EffectiveAt = e.EffectiveAt.Add(1) }), last},
		"edited, hashed with another key": {edit(4, func(e *loyalty.Entry) {
			e.Store = "elsewhere"
			e.Hash = loyalty.Link([]byte("guessed"), loyalty.Hash{}, e)
		}), 4},
		"one removed":       {func(_ *shop, tx store.Tx) error { return entries.Delete(tx, string(ann), seqKey(5)) }, 5},
		"the first removed": {func(_ *shop, tx store.Tx) error { return entries.Delete(tx, string(ann), seqKey(1)) }, 1},
		"the last cut off":  {func(_ *shop, tx store.Tx) error { return entries.Delete(tx, string(ann), seqKey(last)) }, last},
		"two swapped": {func(_ *shop, tx store.Tx) error {
			a, _, err := entries.Get(tx, string(ann), seqKey(6))
			if err != nil {
				return err
			}
			b, _, err := entries.Get(tx, string(ann), seqKey(7))
			if err != nil {
				return err
			}
			if err := entries.Put(tx, b, string(ann), seqKey(6)); err != nil {
				return err
			}
			return entries.Put(tx, a, string(ann), seqKey(7))
		}, 6},
		"two swapped and renumbered": {func(_ *shop, tx store.Tx) error {
			a, _, err := entries.Get(tx, string(ann), seqKey(6))
			if err != nil {
				return err
			}
			b, _, err := entries.Get(tx, string(ann), seqKey(7))
			if err != nil {
				return err
			}
			a.Seq, b.Seq = 7, 6
			if err := entries.Put(tx, b, string(ann), seqKey(6)); err != nil {
				return err
			}
			return entries.Put(tx, a, string(ann), seqKey(7))
		}, 6},
		"another member's put in": {func(_ *shop, tx store.Tx) error {
			e, _, err := entries.Get(tx, string(bo), seqKey(2))
			if err != nil {
				return err
			}
			return entries.Put(tx, e, string(ann), seqKey(2))
		}, 2},
		"one made up at the end": {func(s *shop, tx store.Tx) error {
			e, _, err := entries.Get(tx, string(ann), seqKey(last))
			if err != nil {
				return err
			}
			e.Seq++
			return entries.Put(tx, e, string(ann), seqKey(last+1))
		}, last + 1},
		"a bit flipped": {func(_ *shop, tx store.Tx) error {
			raw, _, err := tx.Get(entries.Key(string(ann), seqKey(3)))
			if err != nil {
				return err
			}
			raw[10] ^= 4
			return tx.Put(entries.Key(string(ann), seqKey(3)), raw)
		}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := fullShop(t)
			s.tamper(func(tx store.Tx) error { return c.do(s, tx) })
			faults, err := s.b.Verify(context.Background(), s.db, nil)
			if err != nil || len(faults) != 1 || faults[0].Member != ann || faults[0].Seq != c.seq {
				t.Fatalf("want entry %d named, got %v, %v", c.seq, faults, err)
			}
			if _, err := s.b.Rebuild(context.Background(), s.db, nil); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("entry %d", c.seq)) {
				t.Errorf("rebuild: %v", err)
			}
		})
	}
}

// TestRebuildGivesTheSameBytes is invariant 2: whatever happened to derived
// rows, Verify says so and Rebuild brings every one back byte for byte.
func TestRebuildGivesTheSameBytes(t *testing.T) {
	ctx := context.Background()
	for name, ruin := range map[string]func(*shop, store.Tx) error{
		"nothing": func(*shop, store.Tx) error { return nil },
		"head edited": func(_ *shop, tx store.Tx) error {
			a, _, err := accounts.Get(tx, string(ann))
			if err != nil {
				return err
			}
			a.Count.Earned++
			return accounts.Put(tx, a, string(ann))
		},
		"head gone":    func(_ *shop, tx store.Tx) error { return accounts.Delete(tx, string(ann)) },
		"head damaged": func(_ *shop, tx store.Tx) error { return tx.Put(accounts.Key(string(bo)), []byte("{}....")) },
		"all derived rows gone": func(_ *shop, tx store.Tx) error {
			for _, rg := range []store.Range{accounts.All(), lots.All(), marks.All(), orders.All(), dues.All(), waits.All(), refs.All()} {
				for row, err := range tx.Scan(rg) {
					if err != nil {
						return err
					}
					s, _ := store.SubjectOf(row.Key)
					if err := tx.Lock(s); err != nil {
						return err
					}
					if err := tx.Delete(row.Key); err != nil {
						return err
					}
				}
			}
			return nil
		},
		"strays put in": func(_ *shop, tx store.Tx) error {
			if err := lots.Put(tx, loyalty.Lot{Seq: 99}, string(ann), seqKey(99)); err != nil {
				return err
			}
			if err := dues.Put(tx, struct{}{}, timeKey(noon), string(ann)); err != nil {
				return err
			}
			return waits.Put(tx, Waiting{}, timeKey(noon), string(bo), seqKey(1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := fullShop(t)
			want := s.db.(*mem.DB).Dump()
			s.tamper(func(tx store.Tx) error { return ruin(s, tx) })
			faults, err := s.b.Verify(ctx, s.db, nil)
			if err != nil || (len(faults) == 0) != (name == "nothing") {
				t.Errorf("verify: %v, %v", faults, err)
			}
			changed, err := s.b.Rebuild(ctx, s.db, nil)
			if err != nil || (changed == 0) != (name == "nothing") {
				t.Errorf("rebuild changed %d rows: %v", changed, err)
			}
			if !reflect.DeepEqual(s.db.(*mem.DB).Dump(), want) {
				t.Error("the rows are not the same as before")
			}
			s.clean()
		})
	}
}

func TestRootShowsWhatVerifyCannot(t *testing.T) {
	s := fullShop(t)
	before, n, err := s.b.Root(context.Background(), s.db)
	if err != nil || n != 2 {
		t.Fatalf("%d members, %v", n, err)
	}
	// A copy of the shop that lost bo's newest entry together with its head.
	other := newShop(t, s.b.Programme(noon))
	other.db = mem.New()
	steps := scenario()
	for _, step := range steps[:len(steps)-1] {
		step(other)
	}
	other.clean()
	after, _, err := s.b.Root(context.Background(), other.db)
	if err != nil || after == before {
		t.Errorf("the root is the same without the newest entry: %v", err)
	}
}

// TestVerifyManyMembers walks over the end of a View between members.
func TestVerifyManyMembers(t *testing.T) {
	s := newShop(t, plan())
	s.db = mem.New()
	const members = 1100 // two rows of entries each, and a head: more than walkRows
	for i := range members {
		m := loyalty.MemberID(fmt.Sprintf("01HM%022d", i))
		s.earn(m, 10, "")
		if _, err := s.spend(m, 5); err != nil {
			t.Fatal(err)
		}
	}
	last := 0
	faults, err := s.b.Verify(context.Background(), s.db, func(n int) { last = n })
	if err != nil || len(faults) > 0 || last != members {
		t.Errorf("%d members seen, %v, %v", last, faults, err)
	}
	if _, n, err := s.b.Root(context.Background(), s.db); err != nil || n != members {
		t.Errorf("the root covers %d members, %v", n, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := s.b.Verify(ctx, s.db, func(int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}
