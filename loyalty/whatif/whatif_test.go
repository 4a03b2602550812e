package whatif

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// plain is a point for ten, silver from 1000, a mug for 20 and a latte as the
// prize of three stamps.
func plain() *loyalty.Programme {
	p := cafe()
	p.Earning, p.Gifts, p.Cards[0].Start = loyalty.Earning{}, nil, 0
	p.Tiers.Levels = []loyalty.Level{{ID: "bronze"}, {ID: "silver", At: 1000}}
	return p
}

func (s *shop) redeem(m loyalty.MemberID, use bool) {
	s.t.Helper()
	err := s.do(func(tx store.Tx, a book.Act) error {
		v, _, err := s.club.Vouchers.Redeem(tx, m, a, "mug")
		if err != nil || !use {
			return err
		}
		a.Op += ".use"
		_, _, err = s.club.Vouchers.Use(tx, s.club.Vouchers.CodeOf(v), a)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// story by hand: Ann buys 300 in January, 500 in February and 400 in March and
// has a mug; Bob buys 60 and nothing else.
func told(t *testing.T) *shop {
	s := newShop(t, plain())
	for i, amount := range []loyalty.Money{300, 500, 400} {
		s.now = time.Date(2026, time.Month(1+i), 10, 10, 0, 0, 0, taipei)
		s.sell("ANN", loyalty.Sale{Amount: amount, Order: loyalty.Order(fmt.Sprint(i))})
	}
	s.sell("BOB", loyalty.Sale{Amount: 60})
	s.now = s.now.Add(time.Hour)
	s.redeem("ANN", true)
	return s
}

func TestAnotherRateByHand(t *testing.T) {
	s := told(t)
	p := *plain()
	p.Rate.Per = 20 // half as many points
	p.Rewards[2].Cost = 90
	p.Tiers.Levels = []loyalty.Level{{ID: "bronze"}, {ID: "silver", At: 2000}}
	p.Cards[0].Size = 4
	p.Gifts = []loyalty.Gift{{ID: "second", Kind: loyalty.GiftVisit, Visit: 2, Points: 7}}
	res := s.ask(p, time.Time{})
	// Was: 30+50+40 and 6, less 20 for the mug; new: 15+25+7+20 and 3, too few for
	// a mug of 90.
	if res.Was.Issued != 126 || res.New.Issued != 70 || res.New.ByGifts != 7 {
		t.Errorf("issued %d, would have been %d, %d of it by gifts", res.Was.Issued, res.New.Issued, res.New.ByGifts)
	}
	if res.Was.Burned != 20 || res.New.Burned != 0 || res.New.Short != 1 || res.Was.Rewards["mug"] != (Tally{1, 20}) || len(res.New.Rewards) != 0 {
		t.Errorf("redeemed %+v, would have been %+v", res.Was, res.New)
	}
	if res.Was.Outstanding != 106 || res.New.Outstanding != 70 {
		t.Errorf("outstanding %d, would have been %d", res.Was.Outstanding, res.New.Outstanding)
	}
	if got := fmt.Sprint(res.Moves); got != "[{bronze bronze 1} {silver bronze 1}]" || res.Down != 1 || res.Up != 0 {
		t.Errorf("moves %s, %d down", got, res.Down)
	}
	if res.Losers.Count != 2 || res.Losers.Points != 56 || fmt.Sprint(res.Losers.Largest) != "[{ANN 120 67} {BOB 6 3}]" || res.Winners.Count != 0 {
		t.Errorf("losers %+v", res.Losers)
	}
	if res.Was.Gifts["stamp/coffee"].Count != 1 || res.New.Gifts["stamp/coffee"].Count != 0 || res.New.Gifts["second"] != (Tally{1, 7}) {
		t.Errorf("gifts %v, would have been %v", res.Was.Gifts, res.New.Gifts)
	}
	if res.Was.Months[202602].Issued != 50 || res.New.Months[202602].Issued != 32 {
		t.Errorf("February %+v, would have been %+v", res.Was.Months[202602], res.New.Months[202602])
	}
	if res.Spread[2].Count != 2 || res.Same() {
		t.Errorf("spread %v", res.Spread)
	}
}

func TestWhatWasBeforeStays(t *testing.T) {
	s := told(t)
	p := *plain()
	p.Rate.Points = 2
	res := s.ask(p, time.Date(2026, 3, 1, 0, 0, 0, 0, taipei))
	// From March on: 40+6 come to 80+12; what came before is in the balance of both.
	if res.Was.Issued != 46 || res.New.Issued != 92 || res.Was.Outstanding != 106 || res.New.Outstanding != 152 {
		t.Errorf("was %+v, would have been %+v", res.Was, res.New)
	}
	if res.Winners.Count != 2 || res.Winners.Points != 46 {
		t.Errorf("winners %+v", res.Winners)
	}
}

func TestShorterTimesLapse(t *testing.T) {
	s := newShop(t, plain())
	s.sell("ANN", loyalty.Sale{Amount: 400})
	s.redeem("ANN", false) // the mug may wait for 20 days
	s.now = s.now.AddDate(0, 4, 0)
	s.sell("ANN", loyalty.Sale{Amount: 100})
	p := *plain()
	p.Expiry = loyalty.Expiry{Kind: loyalty.AfterMonths, Months: 3}
	p.Rewards[2].OnExpiry = loyalty.FateForfeit
	res := s.ask(p, time.Time{})
	if res.Was.Expired != 0 || res.New.Expired != 40 || res.New.Outstanding != 10 || res.Was.Outstanding != 50 {
		t.Errorf("was %+v, would have been %+v", res.Was, res.New)
	}
}

func TestARewardThatIsGoneIsBarred(t *testing.T) {
	s := told(t)
	p := *plain()
	p.Rewards = p.Rewards[:2]
	if res := s.ask(p, time.Time{}); res.New.Barred != 1 || res.New.Burned != 0 {
		t.Errorf("would have been %+v", res.New)
	}
}

func TestMergedMembersAreLeftOut(t *testing.T) {
	s := told(t)
	s.sell("CAT", loyalty.Sale{Amount: 70})
	err := s.do(func(tx store.Tx, a book.Act) error {
		_, err := s.club.Merge(tx, "CAT", "BOB", a)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if res := s.ask(*plain(), time.Time{}); res.Members != 1 || res.LeftOut != 2 || !res.Same() {
		t.Errorf("%d members, %d left out", res.Members, res.LeftOut)
	}
}

func TestRunEndsWhenItIsStopped(t *testing.T) {
	s := told(t)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	g := &Ground{DB: s.db, Book: s.club.Book}
	_, err := g.Run(ctx, &Question{Was: s.club.Programme, New: plain(), To: s.now}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped run gives %v", err)
	}
}
