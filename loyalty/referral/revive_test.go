package referral

import (
	"testing"

	"regulars/store"
)

// TestRefusedStaysRefused: a referral that is over is not begun anew by taking
// its purchase back and buying again.
func TestRefusedStaysRefused(t *testing.T) {
	end := map[Reason]func(*world){
		Farm: func(w *world) {
			w.pass(15 * day)
			w.tick()
			w.decide(w.desk.Refuse, ann)
		},
		Gone: func(w *world) { w.leave(member(0)) },
	}
	for why, over := range end {
		for _, sales := range []int{1, 2} { // one in reserve
			w := newWorld(t, flagging(3))
			for i := range 3 {
				w.bring(ann, member(i))
			}
			e, _ := w.buy(member(0), 900)
			for range sales - 1 {
				w.buy(member(0), 900)
			}
			over(w)
			w.refund(e, 0)
			if _, again := w.buy(member(0), 900); again {
				t.Errorf("%s, %d sales: a purchase counts for a referral that is over", why, sales)
			}
			w.decide(w.desk.Clear, ann)
			w.pass(30 * day)
			for _, got := range w.tick() {
				if got.Friend.Member == member(0) {
					t.Errorf("%s, %d sales: %+v was rewarded after all", why, sales, got)
				}
			}
			w.view(func(r store.Reader) error {
				row, _, err := friends.Get(r, string(member(0)))
				if row.State != StateRefused || row.Reason != why {
					t.Errorf("%s, %d sales: it is %s (%s) now", why, sales, row.State, row.Reason)
				}
				return err
			})
		}
	}
}
