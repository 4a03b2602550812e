package hooks

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// TestShortOutage: a receiver that begins anew while many events are on their way
// is back within a minute, whatever their number: they failed together, and once.
func TestShortOutage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(answers(503))
	e, _ := w.add(v.URL, PointsEarned)
	var all []loyalty.MemberID
	for n := range 20 {
		id := w.Join(fmt.Sprint("m", n), "M", fmt.Sprintf("09110000%02d", n))
		all = append(all, id)
		w.Sell(w.Clerk, id, 500)
	}
	w.deliver()
	if n := len(w.waiting(e.ID)); n != len(all) {
		t.Fatalf("%d wait", n)
	}
	v.then(nil)
	for range 60 {
		w.Clock.Move(time.Second)
		w.deliver()
	}
	if n := len(w.waiting(e.ID)); n != 0 {
		t.Errorf("after a minute %d still wait", n)
	}
}

// TestRotatedTwice: who did not copy the new secret and makes another leaves the
// receiver, which has the first, able to check.
func TestRotatedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(nil)
	e, first := w.add(v.URL, PointsEarned)
	var last Secret
	for range 6 {
		w.Do(func(tx store.Tx) (err error) {
			last, err = w.desk.Rotate(tx, e.ID, w.Clock.Now())
			return err
		})
		w.Clock.Move(time.Hour)
		w.Sell(w.Clerk, w.Ann, 500)
		w.deliver()
		got := v.all()
		h := got[len(got)-1]
		if len(got) == 2 && !fits(t, h, first) {
			t.Error("after the second change the first secret fits no more")
		}
		if !fits(t, h, last) {
			t.Error("the newest secret does not fit")
		}
	}
	if n := len(w.get(e.ID).Keys); n != mostOld+1 {
		t.Errorf("%d secrets sign", n)
	}
	w.Clock.Move(Overlap)
	w.Sell(w.Clerk, w.Ann, 500)
	w.deliver()
	got := v.all()
	if h := got[len(got)-1]; fits(t, h, first) || !fits(t, h, last) {
		t.Error("a day later an old secret still signs, or the new one does not")
	}
}

// TestSwitchedOffMeanwhile: what was taken up with others is not sent any more
// once somebody switched the endpoint off, and goes out when it is on again.
func TestSwitchedOffMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun, done := make(chan struct{}), make(chan struct{})
	var once sync.Once
	v := w.receive(func(http.ResponseWriter, *http.Request, heard) {
		once.Do(func() { close(begun) })
		<-done
	})
	e, _ := w.add(v.URL, PointsEarned)
	const members = 2 * inFlight
	for n := range members {
		w.Sell(w.Clerk, w.Join(fmt.Sprint("m", n), "M", fmt.Sprintf("09110000%02d", n)), 500)
	}
	var all sync.WaitGroup
	all.Go(w.deliver)
	<-begun
	off := func(on bool) {
		w.Do(func(tx store.Tx) error { return w.desk.Switch(tx, e.ID, on, w.Clock.Now()) })
	}
	off(false)
	close(done)
	all.Wait()
	if n := len(v.all()); n > inFlight {
		t.Errorf("%d were sent, of which %d were on their way", n, inFlight)
	}
	off(true)
	w.deliver()
	if n := len(v.all()); n != members {
		t.Errorf("heard %d of %d", n, members)
	}
}
