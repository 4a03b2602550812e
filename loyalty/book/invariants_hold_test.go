package book

import (
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// TestInvariant12Races: captures, releases and sweeps meet at once, some of whose
// clocks stand beyond the deadline. However they are ordered, each held point goes
// one way, once, and nothing of the hold is left.
func TestInvariant12Races(t *testing.T) {
	engines(t, func(t *testing.T, open func() store.DB) {
		p := plan()
		p.HoldFor = time.Hour
		s := newShop(t, p)
		s.db = open()
		for round := range 10 {
			s.earn(ann, 50, "")
			before := s.pots(ann)
			rec, err := s.hold(ann, 30)
			if err != nil {
				t.Fatal(err)
			}
			ref := rec.Entry().Ref
			s.parallel(12, func(i int, tx store.Tx) (Receipt, error) {
				a := Act{Op: loyalty.OpID(fmt.Sprint(round, "-", i)), Actor: sam, Now: s.now.Add(time.Hour * time.Duration(i%2))}
				switch i % 4 {
				case 0:
					return s.b.Capture(tx, ref, a, 10)
				case 1, 3: // by a clock at the deadline
					_, err := s.b.Settle(tx, ann, a.Now)
					return Receipt{}, err
				}
				return s.b.Release(tx, ref, a)
			})
			s.now = s.now.Add(2 * time.Hour)
			s.settle(ann)
			after := s.pots(ann)
			used := after[loyalty.Redeemed] - before[loyalty.Redeemed]
			back := after[loyalty.Available] - (before[loyalty.Available] - 30)
			if after[loyalty.Held] != 0 || used+back != 30 || used%10 != 0 || used < 0 || back < 0 {
				t.Errorf("round %d: %d used, %d given back, %d still held", round, used, back, after[loyalty.Held])
			}
			s.clean()
		}
	})
}

// pots are what the account's entries come to.
func (s *shop) pots(m loyalty.MemberID) map[loyalty.Pot]loyalty.Points {
	s.t.Helper()
	sums := map[loyalty.Pot]loyalty.Points{}
	for _, e := range s.entries(m) {
		for _, l := range e.Legs {
			sums[l.Pot] += l.Points
		}
	}
	return sums
}

// TestInvariant13SameAnswer: whatever was done, done again under the same operation
// it answers with the same entries and adds none, however much has happened since.
func TestInvariant13SameAnswer(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 500, "")
	sale := s.earn(ann, 100, "R1").Entry().Ref
	var held [2]loyalty.Ref
	for i := range held {
		rec, err := s.hold(ann, 20)
		if err != nil {
			t.Fatal(err)
		}
		held[i] = rec.Entry().Ref
	}
	type verb func(store.Tx, Act) (Receipt, error)
	var all []func() (string, Receipt, error)
	for name, f := range map[string]verb{
		"earn":     func(tx store.Tx, a Act) (Receipt, error) { return s.b.Earn(tx, ann, a, 70, "R2") },
		"give":     func(tx store.Tx, a Act) (Receipt, error) { return s.b.Give(tx, ann, a, 7) },
		"spend":    func(tx store.Tx, a Act) (Receipt, error) { return s.b.Spend(tx, ann, a, 9) },
		"too much": func(tx store.Tx, a Act) (Receipt, error) { return s.b.Spend(tx, ann, a, 900) },
		"hold":     func(tx store.Tx, a Act) (Receipt, error) { return s.b.Hold(tx, ann, a, 5) },
		"capture":  func(tx store.Tx, a Act) (Receipt, error) { return s.b.Capture(tx, held[0], a, 5) },
		"release":  func(tx store.Tx, a Act) (Receipt, error) { return s.b.Release(tx, held[1], a) },
		"undo":     func(tx store.Tx, a Act) (Receipt, error) { return s.b.Undo(tx, sale, a) },
	} {
		a := s.act(sam)
		all = append(all, func() (string, Receipt, error) {
			rec, err := s.do(func(tx store.Tx) (Receipt, error) { return f(tx, a) })
			return name, rec, err
		})
	}
	first := map[string]Receipt{}
	refused := map[string]string{}
	for _, f := range all {
		name, rec, err := f()
		if rec.Replayed || (err != nil) != (name == "too much") || (len(rec.Entries) == 0) != (err != nil) {
			t.Fatalf("%s: %+v, %v", name, rec, err)
		}
		first[name], refused[name] = rec, reason(err)
	}
	s.now = s.now.Add(24 * time.Hour)
	s.earn(ann, 2000, "")
	entries := s.entryCount(ann)
	for range 2 {
		for _, f := range all {
			name, rec, err := f()
			if !rec.Replayed || reason(err) != refused[name] || !sameEntries(rec.Entries, first[name].Entries) {
				t.Errorf("%s again: %+v, %v", name, rec, err)
			}
		}
	}
	if n := s.entryCount(ann); n != entries {
		t.Errorf("%d entries were added", n-entries)
	}
	s.clean()
}

// TestInvariant25WhatIsWrittenOfAGift: who looks at a gift by hand later finds who
// gave it and in which role, where, why, and who allowed it.
func TestInvariant25WhatIsWrittenOfAGift(t *testing.T) {
	p := plan()
	p.ApproveOver = 40
	s := newShop(t, p)
	a := s.act(sam)
	a.Role, a.Store, a.Approver = "clerk", "east", loyalty.ByStaff("mo")
	s.must(func(tx store.Tx) (Receipt, error) { return s.b.Give(tx, ann, a, 41) })
	e := s.entries(ann)[0]
	if e.Actor != sam || e.Role != "clerk" || e.Store != "east" || string(e.Reason) != "sealed" || e.Approver != a.Approver || e.RecordedAt.IsZero() {
		t.Errorf("%+v", e)
	}
	s.clean()
}
