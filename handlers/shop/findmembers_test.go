package shop

import (
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/chance"
	"regulars/loyalty/fraud"
	"regulars/loyalty/survey"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// about are the findings about a member.
func (w *audience) about(m loyalty.MemberID) (all []fraud.Finding) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(r store.Reader) (err error) {
		all, err = fraud.Of(r, fraud.OfMember(m))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// TestTooFastForAPerson: who opens packets and answers surveys at once is quick; who
// does so every time is a program. Once found, more of the same day is no more news.
func TestTooFastForAPerson(t *testing.T) {
	w := newAudience(t, 2)
	ann, bob := loyalty.MemberID(w.all[0]), loyalty.MemberID(w.all[1])
	open := func(m loyalty.MemberID, at, after time.Duration) {
		w.update(func(tx store.Tx) error {
			made := w.now.Add(at)
			return w.s.WatchPiece(tx, m, chance.Piece{Packet: chance.Packet{At: made}}, made.Add(after))
		})
	}
	answer := func(m loyalty.MemberID, at, after time.Duration) {
		w.update(func(tx store.Tx) error {
			asked := w.now.Add(at)
			return w.s.WatchAnswer(tx, survey.Answer{Member: m, Asked: asked, At: asked.Add(after)}, asked.Add(after))
		})
	}
	for i := range 12 {
		open(ann, time.Duration(i)*time.Minute, time.Second)
		open(bob, time.Duration(i)*time.Minute, 9*time.Second)
		answer(ann, time.Duration(i)*time.Minute, time.Second)
		answer(bob, time.Duration(i)*time.Minute, 12*time.Second)
	}
	all := w.about(ann)
	if len(all) != 2 || all[0].Rule != fraud.Answers || all[1].Rule != fraud.Packets || all[1].Numbers["times"] != 12 {
		t.Errorf("a program: %+v", all)
	}
	if all := w.about(bob); len(all) != 0 {
		t.Errorf("a person: %+v", all)
	}
}

// TestEnoughAnswersForADay: answers bring something so often a day, however slowly
// they are given, and again tomorrow.
func TestEnoughAnswersForADay(t *testing.T) {
	w := newAudience(t, 2)
	ann, bob := loyalty.MemberID(w.all[0]), loyalty.MemberID(w.all[1])
	enough := func(m loyalty.MemberID, at time.Time) (is bool) {
		w.update(func(tx store.Tx) (err error) {
			is, _, err = w.s.Answered(tx, m, at)
			return err
		})
		return is
	}
	for n := range 5 {
		if enough(ann, w.now) {
			t.Fatalf("%d are enough", n)
		}
		w.update(func(tx store.Tx) error {
			return w.s.WatchAnswer(tx, survey.Answer{Member: ann, Asked: w.now.Add(-time.Hour), At: w.now}, w.now)
		})
	}
	if !enough(ann, w.now) || enough(bob, w.now) || enough(ann, w.now.AddDate(0, 0, 1)) {
		t.Error("five of hers are enough for her, and for today")
	}
	if all := w.about(ann); len(all) != 0 {
		t.Errorf("who takes their time: %+v", all)
	}
}

// TestManyStoresInADay: whose check-in codes come from everywhere was not there. A
// new day begins anew.
func TestManyStoresInADay(t *testing.T) {
	w := newAudience(t, 1)
	ann := loyalty.MemberID(w.all[0])
	checkIn := func(times int, day time.Time) {
		for range times {
			w.update(func(tx store.Tx) error { return w.s.WatchCheckIn(tx, ann, "north", day) })
		}
	}
	checkIn(3, w.now)
	checkIn(3, w.now.AddDate(0, 0, 1))
	if all := w.about(ann); len(all) != 0 {
		t.Fatalf("a day in town: %+v", all)
	}
	checkIn(1, w.now.AddDate(0, 0, 1))
	if all := w.about(ann); len(all) != 1 || all[0].Rule != fraud.CheckIns || all[0].Numbers["times"] != 4 {
		t.Errorf("everywhere at once: %+v", all)
	}
}

// TestVouchersInTwoStores: what one member's phone can show in one store only is used
// in two.
func TestVouchersInTwoStores(t *testing.T) {
	w := newAudience(t, 1)
	ann := loyalty.MemberID(w.all[0])
	use := func(at loyalty.Store, after time.Duration) {
		w.ops++
		now := w.now.Add(after)
		act := book.Act{Op: loyalty.OpID(fmt.Sprint("v", w.ops)), Actor: loyalty.ByJob("test"), Now: now, Store: at}
		var v voucher.Voucher
		w.update(func(tx store.Tx) (err error) {
			v, err = w.s.Club.Vouchers.Present(tx, ann, act, w.s.Rules(now).Rewards[0].ID, string(act.Op))
			return err
		})
		act.Op += "used"
		w.update(func(tx store.Tx) error {
			_, _, err := w.s.Club.Vouchers.Use(tx, w.s.Club.Vouchers.CodeOf(v), act)
			return err
		})
	}
	use("north", 0)
	use("north", time.Minute)
	use("south", 3*time.Hour)
	if all := w.about(ann); len(all) != 0 {
		t.Fatalf("one person on the way: %+v", all)
	}
	use("north", 3*time.Hour+2*time.Minute)
	all := w.about(ann)
	if len(all) != 1 || all[0].Rule != fraud.Shared || all[0].Store != "north" || all[0].Numbers["minutes"] != 2 || len(all[0].Entries) != 2 {
		t.Errorf("two phones: %+v", all)
	}
}
