package people

import (
	"testing"
	"time"

	"regulars/store"
)

// A live card's address opens that card alone, for its hours, and ends with the
// card.
func TestLiveToken(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	w.card(ann)
	live := func() (s string) {
		w.view(func(r store.Reader) (err error) {
			s, err = w.v.LiveToken(r, ann, w.now, LiveLife)
			return err
		})
		return s
	}
	opens := func(token string) (err error) {
		w.view(func(r store.Reader) error {
			id, until, e := w.v.ReadLive(r, token, w.now)
			if err = e; e == nil && (id != ann || until.Before(w.now)) {
				t.Errorf("it opens %s until %s", id, until)
			}
			return nil
		})
		return err
	}
	token, start := live(), w.now
	if err := opens(token); err != nil {
		t.Error(err)
	}
	if err := opens(w.token(ann)); err != ErrCardToken {
		t.Errorf("a code from the counter opens the page: %v", err)
	}
	if _, err := w.read(token); err != ErrCardToken {
		t.Errorf("the page's address is taken for a card: %v", err)
	}
	w.now = start.Add(LiveLife)
	if err := opens(token); err != ErrCardExpired {
		t.Errorf("after its hours: %v", err)
	}
	w.now = start.Add(time.Hour)
	w.do(func(tx store.Tx) error { return w.v.Freeze(tx, ann, true, w.rand) })
	if err := opens(token); err != ErrFrozen {
		t.Errorf("frozen: %v", err)
	}
	w.do(func(tx store.Tx) error {
		_, err := w.v.ReissueCard(tx, ann, w.rand)
		return err
	})
	if err := opens(token); err != ErrCardToken {
		t.Errorf("reissued: %v", err)
	}
	w.now = start
	token = live()
	w.do(func(tx store.Tx) error { return w.v.Freeze(tx, ann, false, w.rand) })
	w.do(func(tx store.Tx) error { return w.v.Erase(tx, ann, w.now, w.now) })
	if err := opens(token); err != ErrCardToken {
		t.Errorf("erased: %v", err)
	}
}
