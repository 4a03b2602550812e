package metric

import (
	"context"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// take writes down that a member took a reward, as often as told.
func (w *world) take(m loyalty.MemberID, reward string, cost loyalty.Points, issued time.Time) {
	w.t.Helper()
	w.ops++
	tail := fmt.Sprintf("T%d", w.ops)
	raw, err := store.Encode(voucher.Voucher{
		ID: voucher.ID(string(m) + "-" + tail), Member: m, Reward: reward, Kind: loyalty.RewardItem, Cost: cost, Issued: issued, State: voucher.Used,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.do(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(m)); err != nil {
			return err
		}
		return tx.Put([]byte("voucher/"+string(m)+"/"+tail), raw)
	})
}

// TestTakeUpByHand: of 80 who bought in each month, 40 took a coffee in the one and
// 12 in the other; a present is not taken for points, and twice is once.
func TestTakeUpByHand(t *testing.T) {
	w := strict(t, 20)
	var all []loyalty.MemberID
	for i := range 80 {
		m := w.member(fmt.Sprint(i), true)
		all = append(all, m)
		w.sell(m, "north", 100)
	}
	before := w.now
	w.days(30)
	for i, m := range all {
		w.sell(m, "north", 100)
		if i < 40 {
			w.take(m, "coffee", 100, before)
		}
		if i < 12 {
			w.take(m, "coffee", 100, w.now)
			w.take(m, "coffee", 100, w.now)
		}
		w.take(m, "cake", 0, w.now)
	}
	w.take(all[0], "cake", 50, before.AddDate(0, 0, -30)) // too long ago
	w.refresh()
	list, at, missed, err := w.desk.TakeUps(context.Background())
	if err != nil || missed != "" || !at.Equal(w.now) || len(list) != 1 {
		t.Fatalf("%+v %v %q %v", list, at, missed, err)
	}
	if x := list[0]; x.Reward != "coffee" || x.Before != (measure.Share{Hits: 40, Of: 80}) || x.Now != (measure.Share{Hits: 12, Of: 80}) || x.Verdict.Outcome != measure.Lower {
		t.Errorf("%+v", x)
	}
}
