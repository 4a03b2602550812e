package voucher

import (
	"fmt"
	"testing"
	"time"

	"regulars/store"
)

func TestOffers(t *testing.T) {
	s := newShop(t, plan())
	addCodes(s, "S-1", "S-2")
	s.earn(ann, 45)
	s.must(s.redeem(ann, "once"))
	s.must(s.present(bo, "mug", "a"))
	s.must(s.present(bo, "mug", "b"))
	var got []string
	s.view(func(r store.Reader) error {
		b, err := s.d.Book.Balance(r, ann, s.now)
		if err != nil {
			return err
		}
		list, err := s.d.Offers(r, ann, s.now, "green", b)
		for _, o := range list {
			line := fmt.Sprintf("%s %T", o.Reward.ID, o.Err)
			if o.Left != nil {
				line += fmt.Sprintf(" %d left %d taken", *o.Left, o.Taken)
			}
			got = append(got, line)
		}
		return err
	})
	want := []string{
		"song <nil> 2 left 0 taken", "plain <nil>", "daily <nil>",
		"latte *loyalty.ShortError", "cake *loyalty.ShortError",
		"mug *voucher.SoldOutError 0 left 2 taken", "lounge voucher.refusal", "once *voucher.LimitError", "spring *voucher.NotYetError",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestOffersAreWhatRedeemSays: in a turn of their own, one after the other.
func TestOffersAreWhatRedeemSays(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 60)
	var list []Offer
	if err := s.do(func(tx store.Tx) (err error) { // inside an Update, as a command does
		b, err := s.d.Book.Balance(tx, ann, s.now)
		if err != nil {
			return err
		}
		list, err = s.d.Offers(tx, ann, s.now, "", b)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		v, err := s.redeem(ann, o.Reward.ID)
		if fmt.Sprint(err) != fmt.Sprint(o.Err) {
			t.Errorf("%s: offered %v, redeemed %v", o.Reward.ID, o.Err, err)
		}
		if err == nil {
			s.must(s.void(v))
		}
	}
}

func TestListOpenFirst(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 500)
	for _, id := range []string{"cake", "latte", "once"} {
		s.must(s.redeem(ann, id))
		s.now = s.now.Add(time.Minute)
	}
	s.must(s.use(s.must(s.redeem(ann, "mug"))))
	s.now = start.Add(31 * time.Minute)
	var got []string
	s.view(func(r store.Reader) error {
		list, err := s.d.List(r, ann, s.now)
		for _, v := range list {
			got = append(got, v.Reward+" "+string(v.State))
		}
		return err
	})
	if want := "[once open cake open mug used latte expired]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
