package offer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

const (
	ann = loyalty.MemberID("01HANN00000000000000000000")
	bo  = loyalty.MemberID("01HBO000000000000000000000")
)

var (
	sam    = loyalty.ByStaff("sam")
	taipei = time.FixedZone("Taipei", 8*3600)
	start  = time.Date(2026, 11, 16, 12, 0, 0, 0, taipei) // a Monday
)

func plan() *loyalty.Programme {
	reward := func(id string) loyalty.Reward {
		return loyalty.Reward{ID: id, ValidFor: 7 * 24 * time.Hour, ToDayEnd: true}
	}
	few := reward("few")
	few.Stock = new(int64)
	*few.Stock = 1
	return &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"}, Rate: loyalty.Rate{Points: 1, Per: 1},
		Expiry:  loyalty.Expiry{Version: 1, Kind: loyalty.NextYearEnd},
		Rewards: []loyalty.Reward{reward("tea"), reward("bun"), few},
		Offers: []loyalty.Offer{
			{ID: "weekly", Rewards: []string{"tea", "bun"}, Turn: loyalty.SpanWeek, PerPerson: 1, Per: loyalty.SpanWeek, From: start.Add(-12 * time.Hour)},
			{ID: "few", Rewards: []string{"tea"}, Number: 5, NumberPer: loyalty.SpanDay, PerPerson: 1},
			{ID: "stocked", Rewards: []string{"few"}, PerPerson: 1},
			{ID: "try", Rewards: []string{"bun"}, Untried: loyalty.UntriedStore, Stores: []loyalty.Store{"north", "south"}, PerPerson: 3},
			{ID: "sweet", Rewards: []string{"bun"}, Untried: loyalty.UntriedItems, Items: []string{"cakes"}, PerPerson: 3},
		},
	}
}

type shop struct {
	t   testing.TB
	db  store.DB
	d   *Desk
	now time.Time
	ops int
}

func newShop(t testing.TB, db store.DB) *shop {
	s := &shop{t: t, db: db, now: start}
	p := plan()
	at := func(time.Time) *loyalty.Programme { return p }
	b := &book.Book{Key: []byte("an installation's chain key, 32+"), Programme: at}
	v := &voucher.Desk{Book: b, Key: []byte("the key of codes, of 32 bytes too"), Programme: at}
	s.d = &Desk{Book: b, Vouchers: v, Programme: at}
	v.Unused = s.d.Unused
	return s
}

func (s *shop) act(who loyalty.Actor, at loyalty.Store) book.Act {
	s.ops++
	return book.Act{Op: loyalty.OpID(fmt.Sprint("op", s.ops)), Actor: who, Store: at, Now: s.now}
}

// update runs f in an Update that commits refusals; a store that crashes is
// started again and asked once more.
func (s *shop) update(f func(store.Tx) error) (refused error) {
	s.t.Helper()
	once := func() error {
		return s.db.Update(context.Background(), func(tx store.Tx) error {
			if refused = f(tx); loyalty.Refused(refused) {
				return nil
			}
			return refused
		})
	}
	err := once()
	if m, ok := s.db.(*mem.DB); ok && errors.Is(err, mem.ErrCrash) {
		m.Reopen()
		err = once()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return refused
}

func (s *shop) claim(m loyalty.MemberID, id string) (v voucher.Voucher, err error) {
	s.t.Helper()
	a := s.act(loyalty.ByMember(m), "")
	err = s.update(func(tx store.Tx) (err error) { v, err = s.d.Claim(tx, m, a, id); return err })
	return v, err
}

func (s *shop) buy(m loyalty.MemberID, at loyalty.Store, lines ...loyalty.Line) loyalty.Ref {
	s.t.Helper()
	var ref loyalty.Ref
	a := s.act(sam, at)
	err := s.update(func(tx store.Tx) error {
		rec, err := s.d.Book.Sell(tx, m, a, loyalty.Sale{Amount: 100, Lines: lines})
		ref = rec.Entry().Ref
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return ref
}

func (s *shop) shown(m loyalty.MemberID, id string) (found Shown) {
	s.t.Helper()
	err := s.db.View(context.Background(), func(r store.Reader) error {
		list, err := s.d.List(r, m, s.now)
		for _, x := range list {
			if x.Offer.ID == id {
				found = x
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

func why(err error) loyalty.OfferWhy {
	var no *loyalty.OfferError
	if errors.As(err, &no) {
		return no.Why
	}
	return ""
}

// TestFiftyClaimFive: of fifty who claim at once, five have it, and the others are
// told that it is gone until tomorrow.
func TestFiftyClaimFive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offer.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	disk, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	for name, db := range map[string]store.DB{"mem": mem.New(mem.Twice), "bolt": disk} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, db)
			told := make([]error, 50)
			var all sync.WaitGroup
			for i := range told {
				all.Go(func() {
					m := loyalty.MemberID(fmt.Sprintf("01HM%022d", i))
					a := book.Act{Op: loyalty.OpID(fmt.Sprint("claim", i)), Actor: loyalty.ByMember(m), Now: s.now}
					err := db.Update(context.Background(), func(tx store.Tx) error {
						if _, told[i] = s.d.Claim(tx, m, a, "few"); loyalty.Refused(told[i]) {
							return nil
						}
						return told[i]
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			won := 0
			for _, err := range told {
				var no *loyalty.OfferError
				switch {
				case err == nil:
					won++
				case !errors.As(err, &no) || no.Why != loyalty.OfferGone || !no.Again.Equal(start.Add(12*time.Hour)):
					t.Errorf("told %v", err)
				}
			}
			if left := s.shown(ann, "few").Left; won != 5 || left == nil || *left != 0 {
				t.Errorf("%d have it, %v are left", won, left)
			}
			s.now = s.now.AddDate(0, 0, 1)
			if left := s.shown(ann, "few").Left; *left != 5 {
				t.Errorf("%d are left tomorrow", *left)
			}
		})
	}
}

// TestOneMemberAtOnce: twenty presses of one member's button give one.
func TestOneMemberAtOnce(t *testing.T) {
	s := newShop(t, mem.New(mem.Twice))
	var all sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 20 {
		all.Go(func() {
			var no error
			err := s.db.Update(context.Background(), func(tx store.Tx) error {
				if _, no = s.d.Claim(tx, ann, book.Act{Op: loyalty.OpID(fmt.Sprint("press", i)), Actor: loyalty.ByMember(ann), Now: s.now}, "weekly"); loyalty.Refused(no) {
					return nil
				}
				return no
			})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if no == nil {
				won++
			}
		})
	}
	all.Wait()
	if won != 1 {
		t.Errorf("%d were given", won)
	}
}

// TestTurns: a week's reward once a week, and the other one in the next.
func TestTurns(t *testing.T) {
	s := newShop(t, mem.New(mem.Twice))
	for i, want := range []string{"tea", "bun", "tea"} {
		v, err := s.claim(ann, "weekly")
		if err != nil || v.Reward != want || OfferOf(&v) != "weekly" {
			t.Errorf("week %d: %s %v", i, v.Reward, err)
		}
		if _, err := s.claim(ann, "weekly"); why(err) != loyalty.OfferHad {
			t.Errorf("week %d, again: %v", i, err)
		}
		s.now = s.now.AddDate(0, 0, 7)
	}
	if _, err := s.claim(ann, "nothing"); why(err) != loyalty.OfferUnknown {
		t.Errorf("unknown: %v", err)
	}
}

// TestTheSameOperation gives the same voucher.
func TestTheSameOperation(t *testing.T) {
	s := newShop(t, mem.New(mem.Twice))
	a := s.act(loyalty.ByMember(ann), "")
	var first, second voucher.Voucher
	for _, v := range []*voucher.Voucher{&first, &second} {
		if err := s.update(func(tx store.Tx) (err error) { *v, err = s.d.Claim(tx, ann, a, "few"); return err }); err != nil {
			t.Fatal(err)
		}
	}
	if first.ID != second.ID || *s.shown(bo, "few").Left != 4 {
		t.Errorf("%s and %s, %d left", first.ID, second.ID, *s.shown(bo, "few").Left)
	}
}

// TestUntriedStores: the voucher is for where the member has not been; a purchase
// that was taken back never was.
func TestUntriedStores(t *testing.T) {
	s := newShop(t, mem.New(mem.Twice))
	back := s.buy(ann, "north")
	v, err := s.claim(ann, "try")
	if err != nil || len(v.Stores) != 1 || v.Stores[0] != "south" {
		t.Errorf("after north: %v %v", v.Stores, err)
	}
	s.buy(ann, "south")
	if _, err := s.claim(ann, "try"); why(err) != loyalty.OfferTried {
		t.Errorf("after both: %v", err)
	}
	a := s.act(sam, "north")
	if err := s.update(func(tx store.Tx) error { _, err := s.d.Book.Undo(tx, back, a); return err }); err != nil {
		t.Fatal(err)
	}
	if v, err := s.claim(ann, "try"); err != nil || len(v.Stores) != 1 || v.Stores[0] != "north" {
		t.Errorf("north was taken back: %v %v", v.Stores, err)
	}
}

// TestUntriedItems asks for lines of a category, among many other purchases.
func TestUntriedItems(t *testing.T) {
	s := newShop(t, mem.New(mem.Twice))
	for range 30 {
		s.buy(ann, "north", loyalty.Line{Item: "latte", Category: "drinks", Quantity: 1, Amount: 100})
		s.now = s.now.Add(time.Minute)
	}
	if x := s.shown(ann, "sweet"); x.Err != nil {
		t.Errorf("never had one: %v", x.Err)
	}
	s.buy(ann, "north", loyalty.Line{Item: "tart", Category: "cakes", Quantity: 1, Amount: 100})
	if _, err := s.claim(ann, "sweet"); why(err) != loyalty.OfferTried {
		t.Errorf("had a tart: %v", err)
	}
}

// TestTheRewardsOwnStock is a bound too, and is shown.
func TestTheRewardsOwnStock(t *testing.T) {
	s := newShop(t, mem.New(mem.Twice))
	if x := s.shown(ann, "stocked"); x.Err != nil || *x.Left != 1 {
		t.Errorf("%+v", x)
	}
	if _, err := s.claim(ann, "stocked"); err != nil {
		t.Error(err)
	}
	var gone *voucher.SoldOutError
	if x := s.shown(bo, "stocked"); !errors.As(x.Err, &gone) || *x.Left != 0 {
		t.Errorf("%+v", x)
	}
	if _, err := s.claim(bo, "stocked"); !errors.As(err, &gone) {
		t.Errorf("bo: %v", err)
	}
}

// TestMergedHadWhatEitherHad: one person with two cards has theirs once.
func TestMergedHadWhatEitherHad(t *testing.T) {
	s := newShop(t, mem.New(mem.Twice))
	s.buy(ann, "east")
	s.buy(bo, "east")
	if _, err := s.claim(bo, "few"); err != nil {
		t.Fatal(err)
	}
	a := s.act(loyalty.ByJob("test"), "")
	if err := s.update(func(tx store.Tx) error { _, err := s.d.Book.Merge(tx, bo, ann, a); return err }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.claim(ann, "few"); why(err) != loyalty.OfferHad {
		t.Errorf("merged: %v", err)
	}
	err := s.db.View(context.Background(), func(r store.Reader) error {
		list, err := s.d.Claims(r, ann)
		if len(list) != 1 || list[0].Member != bo || list[0].Offer != "few" {
			t.Errorf("claims %+v", list)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCrashAtEveryWrite: the rows at the end are those of a day without a crash.
func TestCrashAtEveryWrite(t *testing.T) {
	day := func(s *shop) {
		for _, m := range []loyalty.MemberID{ann, bo} {
			for _, id := range []string{"weekly", "few", "stocked", "few"} {
				if _, err := s.claim(m, id); err != nil && !loyalty.Refused(err) {
					t.Fatal(err)
				}
			}
		}
	}
	calm := mem.New()
	day(newShop(t, calm))
	for n := 1; n <= calm.Writes(); n++ {
		db := mem.New()
		db.CrashAt(n)
		day(newShop(t, db))
		if db.Hash() != calm.Hash() {
			t.Errorf("crashed at write %d of %d: other rows at the end", n, calm.Writes())
		}
	}
}

// TestSweep forgets the counts of days long gone, and no others.
func TestSweep(t *testing.T) {
	s := newShop(t, mem.New(mem.Twice))
	if _, err := s.claim(ann, "few"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ day, want int }{{300, 0}, {402, 1}, {402, 0}} {
		if n, err := Sweep(context.Background(), s.db, start.AddDate(0, 0, c.day)); err != nil || n != c.want {
			t.Errorf("after %d days %d went: %v", c.day, n, err)
		}
	}
}
