package voucher

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
	"regulars/store/mem"
)

// parallel runs f n times at once and gives what each was told.
func (s *shop) parallel(n int, f func(i int, tx store.Tx) error) []error {
	s.t.Helper()
	told := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			var no error
			err := s.db.Update(context.Background(), func(tx store.Tx) error {
				if no = f(i, tx); loyalty.Refused(no) {
					return nil
				}
				return no
			})
			if err != nil {
				s.t.Error(err)
			}
			told[i] = no
		})
	}
	wg.Wait()
	return told
}

// TestCase5TheLastInStock: 50 members, one winner, 49 keep their points.
func TestCase5TheLastInStock(t *testing.T) {
	engines(t, func(t *testing.T, db store.DB) {
		p := plan()
		reward(p, "mug", func(r *loyalty.Reward) { r.Stock = count(1) })
		s := newShop(t, p)
		s.db = db
		who := make([]loyalty.MemberID, 50)
		for i := range who {
			who[i] = loyalty.MemberID(fmt.Sprintf("01HM%022d", i))
			s.earn(who[i], 30)
		}
		won := 0
		for i, err := range s.parallel(50, func(i int, tx store.Tx) error {
			_, _, err := s.d.Redeem(tx, who[i], book.Act{Op: loyalty.OpID(who[i]), Actor: loyalty.ByMember(who[i]), Now: s.now}, "mug")
			return err
		}) {
			var sold *SoldOutError
			switch {
			case err == nil:
				won++
				s.has(who[i], 0, 30)
			case errors.As(err, &sold):
				s.has(who[i], 30, 0)
			default:
				t.Error(err)
			}
		}
		if left, taken := s.left("mug"); won != 1 || left != 0 || taken != 1 {
			t.Errorf("%d won, %d left, %d taken", won, left, taken)
		}
		s.clean()
	})
}

// TestCase6OneCodeTwentyEmployees: one is taken, 19 see when and where.
func TestCase6OneCodeTwentyEmployees(t *testing.T) {
	engines(t, func(t *testing.T, db store.DB) {
		s := newShop(t, plan())
		s.db = db
		s.earn(ann, 100)
		for _, v := range []Voucher{s.must(s.redeem(ann, "cake")), s.must(s.present(ann, "prize", "full card"))} {
			code := s.d.CodeOf(v)
			won := loyalty.Actor("")
			told := s.parallel(20, func(i int, tx store.Tx) error {
				a := book.Act{Op: loyalty.OpID(fmt.Sprint(v.ID, i)), Actor: loyalty.ByStaff(fmt.Sprint("s", i)), Store: "west", Now: s.now.Add(time.Duration(i) * time.Second)}
				_, _, err := s.d.Use(tx, code, a)
				return err
			})
			for i, err := range told {
				if err == nil {
					if won != "" {
						t.Fatal("used twice")
					}
					won = loyalty.ByStaff(fmt.Sprint("s", i))
				}
			}
			for _, err := range told {
				var used *UsedError
				if err != nil && (!errors.As(err, &used) || used.By != won || used.Store != "west" || used.At.Before(s.now)) {
					t.Errorf("won by %s, told %v", won, err)
				}
			}
		}
		s.has(ann, 20, 0)
		s.clean()
	})
}

// TestDigitalCodesAtOnce: 30 members and 20 codes give 20 different ones.
func TestDigitalCodesAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, db store.DB) {
		s := newShop(t, plan())
		s.db = db
		codes := make([]string, 20)
		for i := range codes {
			codes[i] = fmt.Sprint("S-", i)
		}
		addCodes(s, codes...)
		got := make([]string, 30)
		who := func(i int) loyalty.MemberID { return loyalty.MemberID(fmt.Sprintf("01HM%022d", i)) }
		for i := range got {
			s.earn(who(i), 20)
		}
		s.parallel(30, func(i int, tx store.Tx) error {
			v, _, err := s.d.Redeem(tx, who(i), book.Act{Op: loyalty.OpID(who(i)), Actor: loyalty.ByMember(who(i)), Now: s.now}, "song")
			if err == nil {
				got[i], err = s.d.Digital(v)
			}
			return err
		})
		seen := map[string]bool{}
		for i, code := range got {
			switch {
			case code == "":
				s.has(who(i), 20, 0)
			case seen[code]:
				t.Errorf("%s was given twice", code)
			default:
				seen[code] = true
				s.has(who(i), 0, 0)
			}
		}
		if len(seen) != 20 {
			t.Errorf("%d codes were given", len(seen))
		}
		s.clean()
	})
}

// TestUseRacesGivingBackAndLapsing: whatever wins, it is one of them.
func TestUseRacesGivingBackAndLapsing(t *testing.T) {
	engines(t, func(t *testing.T, db store.DB) {
		s := newShop(t, plan())
		s.db = db
		s.earn(ann, 10000)
		for round := range 20 {
			v := s.must(s.redeem(ann, "mug"))
			told := s.parallel(3, func(i int, tx store.Tx) error {
				a := book.Act{Op: loyalty.OpID(fmt.Sprint("r", round, "-", i)), Actor: sam, Store: "east", Now: s.now, Reason: []byte("sealed")}
				var err error
				switch i {
				case 0:
					_, _, err = s.d.Use(tx, s.d.CodeOf(v), a)
				case 1:
					a.Actor = loyalty.ByMember(ann)
					_, _, err = s.d.Cancel(tx, ann, v.ID, a)
				case 2: // somebody's clock is an hour ahead
					_, _, err = s.d.Lapse(tx, v.ID, v.Until)
				}
				return err
			})
			if told[0] == nil && told[1] == nil {
				t.Fatal("used and given back")
			}
			if told[0] == nil { // make room for the next round
				s.now = s.now.Add(time.Minute)
				s.must(s.void(s.must(s.undo(v))))
			}
			s.has(ann, 10000, 0)
			s.clean()
			s.now = v.Until.Add(time.Minute) // the ledger's clock never goes back
		}
	})
}

// TestInvariant15CrashAtEveryWrite crashes the store at each write of a day in
// turn, and after each commit, and sends again what got no answer: the rows at
// the end are those of a day without a crash.
func TestInvariant15CrashAtEveryWrite(t *testing.T) {
	day := func(s *shop) {
		addCodes(s, "S-1", "S-2", "S-3")
		s.earn(ann, 1000)
		s.must(s.redeem(ann, "song"))
		latte, mug := s.must(s.redeem(ann, "latte")), s.must(s.redeem(ann, "mug"))
		s.must(s.present(bo, "mug", "gift"))
		if _, err := s.redeem(ann, "mug"); err == nil {
			t.Fatal("a third mug")
		}
		s.must(s.use(latte))
		s.must(s.undo(latte))
		s.must(s.cancel(ann, latte))
		s.must(s.use(mug))
		s.must(s.reopen(mug))
		s.must(s.void(mug))
		s.must(s.redeem(ann, "cake"))
		s.must(s.undo(s.must(s.redeem(ann, "song"))))
		s.now = s.now.AddDate(0, 0, 20)
		s.lapse()
	}
	calm := newShop(t, plan())
	calm.db = mem.New()
	day(calm)
	calm.clean()
	want, writes := calm.db.(*mem.DB).Hash(), calm.db.(*mem.DB).Writes()
	try := func(what string, n int, order func(*mem.DB, int)) bool {
		db := mem.New()
		order(db, n)
		s := newShop(t, plan())
		s.db = db
		day(s)
		if s.clean(); db.Hash() != want {
			t.Errorf("crashed %s %d: other rows at the end", what, n)
		}
		return s.gone > 0
	}
	step := 1
	if raceDetector { // the other run tries them all
		step = 7
	}
	for n := 1; n <= writes; n += step {
		if !try("at write", n, (*mem.DB).CrashAt) {
			t.Errorf("no crash at write %d of %d", n, writes)
		}
	}
	for n := 1; try("after commit", n, (*mem.DB).CrashAfterCommit); n += step {
	}
}

// lapse writes down what lapsed, and survives a crash.
func (s *shop) lapse() {
	s.t.Helper()
	var ids []ID
	s.view(func(r store.Reader) (err error) { ids, err = s.d.Lapsed(r, s.now, 100); return err })
	for _, id := range ids {
		if err := s.do(func(tx store.Tx) error { _, _, err := s.d.Lapse(tx, id, s.now); return err }); err != nil {
			s.t.Fatal(err)
		}
	}
}
