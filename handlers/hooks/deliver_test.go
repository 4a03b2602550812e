package hooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
	"regulars/store/mem"
)

func TestNoEndpointNoRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sell(w.Clerk, w.Ann, 500)
	if n := w.rows(); n != 0 {
		t.Fatalf("%d rows for nobody", n)
	}
	v := w.receive(nil)
	e, _ := w.add(v.URL, VoucherUsed)
	w.Sell(w.Clerk, w.Ann, 500)
	w.Do(func(tx store.Tx) error {
		if err := w.desk.Switch(tx, e.ID, false, w.Clock.Now()); err != nil {
			return err
		}
		return w.desk.Finished(tx, "C1", w.Clock.Now())
	})
	if n := w.rows(); n != 0 {
		t.Errorf("%d rows that no endpoint wants", n)
	}
}

// TestEvent: signed, with ids and nothing else, once.
func TestEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(nil)
	e, secret := w.add(v.URL+"/in?shop=1", Types()...)
	rec := w.Sell(w.Main, w.Ann, 500)
	w.deliver()
	w.deliver()
	got := v.all()
	if len(got) != 1 {
		t.Fatalf("heard %d times, want once", len(got))
	}
	want := `{"type":"points.earned","timestamp":"2026-01-05T02:00:00Z","data":{"member":"` + string(w.Ann) + `","entry":"` + string(rec.Entry().Ref) + `","seq":1,"store":"main"}}`
	if got[0].Body != want {
		t.Errorf("the body is\n%s, want\n%s", got[0].Body, want)
	}
	if !fits(t, got[0], secret) {
		t.Error("the signature does not fit")
	}
	tampered := got[0]
	tampered.Body = strings.Replace(tampered.Body, "earned", "spent", 1)
	if fits(t, tampered, secret) || fits(t, got[0], "whsec_"+Secret(strings.Repeat("A", 44))) {
		t.Error("the signature fits another body or secret")
	}
	if kind := got[0].Header.Get("Content-Type"); kind != "application/json" || !strings.HasPrefix(got[0].ID, "evt_") {
		t.Errorf("content type %q, id %q", kind, got[0].ID)
	}
	if past := w.past(e.ID); len(past) != 1 || past[0].Outcome != Delivered || past[0].Status != 200 || len(w.waiting(e.ID)) != 0 {
		t.Errorf("past %+v, waiting %+v", past, w.waiting(e.ID))
	}
}

// TestNothingPersonal: rows hold neither names nor secrets.
func TestNothingPersonal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(answers(500))
	_, secret := w.add(v.URL, Types()...)
	w.Join("cat", "Catherine", "0911222333")
	w.Sell(w.Clerk, w.Ann, 500)
	w.deliver()
	for _, row := range w.mem().Dump() {
		if !bytes.HasPrefix(row.Key, []byte("hook")) {
			continue
		}
		for _, no := range []string{"Ann", "0912345678", "912345678", "Catherine", string(secret), strings.TrimPrefix(string(secret), secretPrefix)} {
			if bytes.Contains(row.Value, []byte(no)) {
				t.Errorf("the row %s has %q in it", row.Key, no)
			}
		}
	}
	if strings.Contains(w.Log.String(), string(secret)) || strings.Contains(w.Log.String(), v.URL) {
		t.Errorf("the log tells too much: %s", w.Log)
	}
}

// TestRetries drives one event through every way to fail.
func TestRetries(t *testing.T) {
	t.Parallel()
	retries(t, newWorld(t))
}

func retries(t *testing.T, w *world) {
	v := w.receive(nil)
	e, secret := w.add(v.URL, PointsEarned)
	w.Sell(w.Clerk, w.Ann, 500)
	ways := []struct {
		do   func(http.ResponseWriter, *http.Request, heard)
		why  Reason
		code int
		wait time.Duration
	}{
		{answers(500), WhyStatus, 500, 5 * time.Second},
		{answers(404), WhyStatus, 404, 30 * time.Second},
		{func(_ http.ResponseWriter, r *http.Request, _ heard) { <-r.Context().Done() }, WhyTimeout, 0, 2 * time.Minute}, // it hangs
		{func(w http.ResponseWriter, r *http.Request, _ heard) {
			http.Redirect(w, r, "/elsewhere", http.StatusPermanentRedirect)
		}, WhyRedirect, 308, 10 * time.Minute},
		{func(http.ResponseWriter, *http.Request, heard) { panic(http.ErrAbortHandler) }, WhyNetwork, 0, 30 * time.Minute}, // a reset
		{func(w http.ResponseWriter, _ *http.Request, _ heard) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(429)
		}, WhyStatus, 429, 2 * time.Hour}, // it asks for more than our hour
	}
	for i, way := range ways {
		v.then(way.do)
		w.desk.way.Load().client.Timeout = time.Minute
		if way.why == WhyTimeout {
			w.desk.way.Load().client.Timeout = 2 * time.Second // longer than a busy machine takes to be heard
		}
		w.deliver()
		list := w.waiting(e.ID)
		if len(v.all()) != i+1 || len(list) != 1 || list[0].Why != way.why || list[0].Status != way.code || list[0].Tries != i+1 {
			t.Fatalf("%d: heard %d times, waiting %+v, want %s", i, len(v.all()), list, way.why)
		}
		if wait := list[0].Next.Sub(w.Clock.Now()); wait != way.wait {
			t.Errorf("%d: waits %v, want %v", i, wait, way.wait)
		}
		w.Clock.Move(way.wait - time.Second)
		w.deliver()
		if n := len(v.all()); n != i+1 {
			t.Fatalf("%d: tried again too early", i)
		}
		w.Clock.Move(time.Second)
	}
	v.then(nil)
	w.deliver()
	got := v.all()
	if len(w.past(e.ID)) != 1 || len(got) != len(ways)+1 {
		t.Fatalf("heard %d times, past %+v", len(got), w.past(e.ID))
	}
	for _, h := range got {
		if h.ID != got[0].ID || h.Body != got[0].Body || !fits(t, h, secret) {
			t.Errorf("a try differs from the first, or is signed badly: %+v", h)
		}
	}
	if elsewhere := slices.ContainsFunc(got, func(h heard) bool { return h.Type == "" }); elsewhere {
		t.Error("the redirect was followed")
	}
	// It hears again: the state of failing is over.
	w.See(func(r store.Reader) error {
		h, err := HealthOf(r, e.ID)
		if h.Fails != 0 {
			t.Errorf("still failing: %+v", h)
		}
		return err
	})
}

// TestOff: three days of nothing but failures, and one that wants no more.
func TestOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dead, gone := w.receive(answers(503)), w.receive(answers(410))
	a, _ := w.add(dead.URL, PointsEarned)
	b, _ := w.add(gone.URL, PointsEarned)
	w.Sell(w.Clerk, w.Ann, 500)
	w.deliver()
	if e := w.get(b.ID); !e.Off || e.Why != WhyGone {
		t.Errorf("after 410: %+v", e)
	}
	for range 80 {
		w.Clock.Move(time.Hour)
		w.deliver()
		if w.Clock.Now().Sub(a.Made) == 2*time.Hour {
			found, err := w.desk.Troubles(context.Background())
			if err != nil || len(found) != 2 || found[0].Off || found[0].ID != a.ID || !found[1].Off {
				t.Errorf("after two hours owners hear %+v, %v", found, err)
			}
		}
	}
	e := w.get(a.ID)
	if !e.Off || e.Why != WhyFailing {
		t.Fatalf("after three days: %+v", e)
	}
	if past := w.past(a.ID); len(past) != 1 || past[0].Outcome != Dead {
		t.Errorf("past %+v", past)
	}
	n, off := len(dead.all()), w.rows()
	if n < 10 || n > 20 {
		t.Errorf("%d tries in three days", n)
	}
	w.Sell(w.Clerk, w.Bob, 500)
	w.deliver()
	if len(dead.all()) != n || w.rows() != off {
		t.Error("an endpoint that is off is told of something, or something is kept for it")
	}
	// Somebody mended it.
	w.Clock.Move(time.Second)
	dead.then(nil)
	w.Do(func(tx store.Tx) error { return w.desk.Switch(tx, a.ID, true, w.Clock.Now()) })
	w.Sell(w.Clerk, w.Bob, 500)
	w.deliver()
	if past := w.past(a.ID); len(past) != 2 || past[0].Outcome != Delivered {
		t.Errorf("after it was switched on: %+v", past)
	}
}

// TestOrder: a member's events in their order while that lasts, others pass by,
// and one that always fails does not hold its member up for ever.
func TestOrder(t *testing.T) {
	t.Parallel()
	keepsOrder(t, newWorld(t))
}

func keepsOrder(t *testing.T, w *world) {
	v := w.receive(nil)
	w.add(v.URL, PointsEarned)
	var first string
	v.then(func(r http.ResponseWriter, _ *http.Request, h heard) {
		if first == "" {
			first = h.ID
		}
		if h.ID == first {
			r.WriteHeader(500)
		}
	})
	for range 3 {
		w.Sell(w.Clerk, w.Ann, 500)
		w.Clock.Move(time.Millisecond)
	}
	w.deliver()
	w.Sell(w.Clerk, w.Bob, 500)
	w.deliver()
	if got := v.all(); len(got) != 2 || got[1].Member != string(w.Bob) {
		t.Fatalf("Ann's later ones did not wait, or Bob's did: %+v", got)
	}
	for range patient + 1 {
		w.Clock.Move(15 * time.Minute)
		w.deliver()
	}
	var anns []string
	for _, h := range v.all() {
		if h.Member == string(w.Ann) && h.ID != first {
			var b struct{ Data struct{ Seq int } }
			if err := json.Unmarshal([]byte(h.Body), &b); err != nil {
				t.Fatal(err)
			}
			anns = append(anns, string(rune('0'+b.Data.Seq)))
		}
	}
	if len(anns) != 2 || anns[0] > anns[1] {
		t.Errorf("Ann's later events came as %v", anns)
	}
}

// TestHanging: an endpoint that hangs holds up no other.
func TestHanging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hangs, hears := make(chan struct{}), make(chan struct{}, 1)
	slow := w.receive(func(_ http.ResponseWriter, r *http.Request, _ heard) {
		select {
		case <-hangs:
		case <-r.Context().Done():
		}
	})
	quick := w.receive(func(http.ResponseWriter, *http.Request, heard) { hears <- struct{}{} })
	w.add(slow.URL, PointsEarned)
	w.add(quick.URL, PointsEarned)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.desk.Run(ctx) }()
	for range 3 { // each is heard while the other still hangs
		w.Sell(w.Clerk, w.Ann, 500)
		w.desk.Nudge()
		<-hears
	}
	close(hangs)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(nil)
	e, old := w.add(v.URL, PointsEarned)
	var fresh Secret
	w.Do(func(tx store.Tx) (err error) {
		fresh, err = w.desk.Rotate(tx, e.ID, w.Clock.Now())
		return err
	})
	for _, c := range []struct {
		later    time.Duration
		old, new bool
	}{{0, true, true}, {Overlap - time.Minute, true, true}, {time.Minute, false, true}} {
		w.Clock.Move(c.later)
		w.Sell(w.Clerk, w.Ann, 500)
		w.deliver()
		got := v.all()
		last := got[len(got)-1]
		if fits(t, last, old) != c.old || fits(t, last, fresh) != c.new {
			t.Errorf("after %v the old secret fits: %v, the new one: %v", c.later, fits(t, last, old), fits(t, last, fresh))
		}
	}
}

// TestKilled: the program dies between the receiver's answer and the mark, at
// each of the mark's writes and right after its commit.
func TestKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(nil)
	e, _ := w.add(v.URL, PointsEarned)
	sent := 0
	for _, crash := range []func(){
		func() { w.mem().CrashAt(1) }, func() { w.mem().CrashAt(2) }, func() { w.mem().CrashAfterCommit(1) },
	} {
		w.Sell(w.Clerk, w.Ann, 500)
		crash()
		if err := w.desk.Deliver(context.Background()); err != nil && !errors.Is(err, mem.ErrCrash) {
			t.Fatal(err)
		}
		w.mem().Reopen()
		again := New(w.Shop, w.DB, w.desk.way.Load().Guard) // the next process
		w.desk = again
		w.deliver()
		sent++
		if got := w.past(e.ID); len(got) != sent || len(w.waiting(e.ID)) != 0 {
			t.Fatalf("after crash %d: %d past, %d waiting", sent, len(got), len(w.waiting(e.ID)))
		}
	}
	ids := map[string]int{}
	for _, h := range v.all() {
		ids[h.ID]++
	}
	if len(ids) != sent || len(v.all()) != sent+2 {
		t.Errorf("%d events heard %d times: the two that were not marked twice, under one id: %v", len(ids), len(v.all()), ids)
	}
}

// TestCrashBeforeCommit: what is rolled back is told to nobody.
func TestCrashBeforeCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(nil)
	w.add(v.URL, PointsEarned)
	no := errors.New("no")
	err := w.DB.Update(context.Background(), func(tx store.Tx) error {
		act := book.Act{Op: "x", Now: w.Clock.Now(), Actor: w.Clerk.ID.Actor(), Role: w.Clerk.Role}
		if _, err := w.Shop.Book.Sell(tx, w.Ann, act, loyalty.Sale{Amount: 500}); err != nil {
			return err
		}
		return no
	})
	if !errors.Is(err, no) || w.rows() != 0 {
		t.Errorf("%v, %d rows", err, w.rows())
	}
}
