package schedule

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"regulars/bot"
	"regulars/store"
)

func TestFirstStartDoesNothingOfThePast(t *testing.T) {
	w := newWorld(t, "2026-03-02 12:00", "Asia/Taipei")
	w.jobs = []Job{w.logs("daily", "0 9 * * *", Each, nil), w.logs("weekly", "0 9 * * 1", Last, nil), w.logs("minute", "* * * * *", Last, nil)}
	s := w.scheduler("a")
	w.want(w.due(s))
	w.goTo("2026-03-02 12:01")
	w.want(w.due(s), "2026-03-02T04:01Z")
	w.goTo("2026-03-03 09:00")
	w.want(w.due(s), "2026-03-03T09:00", "2026-03-03T01:00Z")
	w.want(w.due(s))
}

// After four days without a program.
func TestCatchingUp(t *testing.T) {
	for catch, want := range map[Catch]string{
		Last: "2026-03-06T09:00",
		Each: "2026-03-03T09:00 2026-03-04T09:00 2026-03-05T09:00 2026-03-06T09:00",
		None: "",
	} {
		w := newWorld(t, "2026-03-02 12:00", "Asia/Taipei")
		w.jobs = []Job{w.logs("daily", "0 9 * * *", catch, nil)}
		s := w.scheduler("a")
		w.due(s)
		w.goTo("2026-03-06 12:30")
		if got := strings.Join(w.due(s), " "); got != want {
			t.Errorf("catch %d: %q, want %q", catch, got, want)
		}
		w.want(w.due(s))
		w.goTo("2026-03-07 09:05")
		w.want(w.due(s), "2026-03-07T09:00") // each of them has time for this one
	}
}

// What nobody claims any more is not caught up on either.
func TestCatchingUpGoesBackAsFarAsClaims(t *testing.T) {
	w := newWorld(t, "2025-01-01 12:00", "UTC")
	w.jobs = []Job{w.logs("daily", "0 9 * * *", Each, nil)}
	s := w.scheduler("a")
	w.due(s)
	w.goTo("2026-03-02 12:00")
	if got := w.due(s); len(got) != 40 || got[0] != "2026-01-22T09:00" || got[39] != "2026-03-02T09:00" {
		t.Errorf("ran %v", got)
	}
}

// A tick that fails is run again until it does not, or the next is due.
func TestFailingTicks(t *testing.T) {
	broken := true
	fail := func(tick Tick) error {
		if broken && tick.Key == "2026-03-03T09:00" {
			return errors.New("the oven is cold")
		}
		return nil
	}
	for _, catch := range []Catch{Last, Each} {
		broken = true
		w := newWorld(t, "2026-03-02 12:00", "UTC")
		w.jobs = []Job{w.logs("daily", "0 9 * * *", catch, fail)}
		s := w.scheduler("a")
		w.due(s)
		for i := range 7 {
			w.goTo(fmt.Sprintf("2026-03-03 09:%02d", i))
			w.ran = nil
			if _, err := s.RunDue(context.Background()); err == nil || len(w.ran) != 1 {
				t.Fatalf("catch %d: ran %v, error %v", catch, w.ran, err)
			}
		}
		w.goTo("2026-03-04 09:00")
		w.want(w.due(s), "2026-03-04T09:00")
		w.want(w.due(s))

		broken = false
		w.goTo("2026-03-05 09:00")
		w.want(w.due(s), "2026-03-05T09:00")
	}
}

// What failed once while an outage is caught up on has time for another try.
func TestEachDoesNotLeaveOutWhoFailedOnce(t *testing.T) {
	w := newWorld(t, "2026-03-02 12:00", "UTC")
	failed := map[string]bool{}
	w.jobs = []Job{does(w.db, "daily", "0 9 * * *", Each, []string{"ann", "bob"}, func(tick Tick, who string) bool {
		was := failed[tick.Key]
		failed[tick.Key] = true
		return !was && who == "ann"
	})}
	s := w.scheduler("a")
	w.due(s)
	w.goTo("2026-03-06 12:00")
	for i := range 10 {
		_, err := s.RunDue(context.Background())
		w.clock.set(w.clock.Now().Add(time.Minute))
		if i == 9 && err != nil {
			t.Error(err)
		}
	}
	for _, day := range []string{"03", "04", "05", "06"} {
		for _, who := range []string{"ann", "bob"} {
			if n := done(t, w.db)["daily/2026-03-"+day+"T09:00/"+who]; n != 1 {
				t.Errorf("%s on the %s: %d times", who, day, n)
			}
		}
	}
}

func TestStatusAndStuck(t *testing.T) {
	w := newWorld(t, "2026-03-02 12:00", "UTC")
	w.jobs = []Job{w.logs("daily", "0 9 * * *", Last, func(Tick) error { return errors.New("the oven is cold") })}
	s := w.scheduler("a")
	w.due(s)
	w.goTo("2026-03-03 09:00")
	_, _ = s.RunDue(context.Background())
	w.goTo("2026-03-04 09:00")
	_, _ = s.RunDue(context.Background())
	var all []State
	look := func() State {
		t.Helper()
		err := w.db.View(context.Background(), func(r store.Reader) (err error) { all, err = s.Status(r); return err })
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		return all[0]
	}
	x := look()
	if !x.Stuck(w.clock.Now(), 24*time.Hour) || x.Stuck(w.clock.Now(), 25*time.Hour) || x.Error != "the oven is cold" || x.Running != "2026-03-04T09:00" || x.Holder != "" {
		t.Errorf("%+v", x)
	}
	w.jobs = []Job{w.logs("daily", "0 9 * * *", Last, nil)}
	w.due(s)
	x = look()
	if x.Stuck(w.clock.Now(), time.Hour) || x.Done != "2026-03-04T09:00" || x.For != 1 || !x.Next.Equal(time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", x)
	}
}

// A job whose times are changed begins with the next of the new ones.
func TestChangedSpec(t *testing.T) {
	w := newWorld(t, "2026-03-02 12:00", "UTC")
	w.jobs = []Job{w.logs("digest", "0 9 * * 1", Last, nil)}
	s := w.scheduler("a")
	w.due(s)
	w.goTo("2026-03-09 09:00")
	w.want(w.due(s), "2026-03-09T09:00")
	w.jobs = []Job{w.logs("digest", "0 8 * * 2", Last, nil)}
	w.goTo("2026-03-11 12:00")
	w.want(w.due(s))
	w.goTo("2026-03-17 08:00")
	w.want(w.due(s), "2026-03-17T08:00")
}

func TestRunNow(t *testing.T) {
	w := newWorld(t, "2026-03-02 12:00", "UTC")
	w.jobs = []Job{does(w.db, "daily", "0 9 * * *", Each, []string{"ann"}, nil)}
	s := w.scheduler("a")
	ctx := context.Background()
	if n, err := s.RunNow(ctx, "daily"); n != 1 || err != nil { // nobody asked for the past but the one who does now
		t.Error(n, err)
	}
	if n, err := s.RunNow(ctx, "daily"); n != 0 || err != nil {
		t.Error("a second effect:", n, err)
	}
	w.goTo("2026-03-04 12:00")
	if n, err := s.RunNow(ctx, "daily"); n != 2 || err != nil {
		t.Error(n, err)
	}
	if _, err := s.RunNow(ctx, "dishes"); !errors.Is(err, ErrNoJob) {
		t.Error(err)
	}
	inner := s
	w.jobs = []Job{{Name: "daily", Spec: "0 9 * * *", Run: func(ctx context.Context, _ Tick) (int, error) {
		_, err := inner.RunNow(ctx, "daily")
		return 0, err
	}}}
	if _, err := s.RunNow(ctx, "daily"); !errors.Is(err, ErrRuns) {
		t.Error("beside itself:", err)
	}
	inner = w.scheduler("b")
	if _, err := s.RunNow(ctx, "daily"); !errors.Is(err, ErrRuns) {
		t.Error("beside itself in another process:", err)
	}
}

func TestPanicCostsTheTickOnly(t *testing.T) {
	w := newWorld(t, "2026-03-02 12:00", "UTC")
	w.jobs = []Job{
		{Name: "bad", Spec: "0 9 * * *", Run: func(context.Context, Tick) (int, error) { panic("oh") }},
		w.logs("good", "0 9 * * *", Last, nil),
	}
	s := w.scheduler("a")
	w.due(s)
	w.goTo("2026-03-03 09:00")
	w.ran = nil
	if _, err := s.RunDue(context.Background()); err == nil || len(w.ran) != 1 {
		t.Error(err, w.ran)
	}
}

// Run wakes at each minute and ends what runs before it returns.
func TestRunWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "2026-03-02 12:00", "UTC")
		s := w.scheduler("a")
		s.Clock = bot.SystemClock{}
		ctx, stop := context.WithCancel(context.Background())
		begun, stopped := make(chan Tick), false
		w.jobs = []Job{
			w.logs("minute", "* * * * *", Last, nil),
			{Name: "long", Spec: "* * * * *", Run: func(ctx context.Context, tick Tick) (int, error) {
				begun <- tick
				<-ctx.Done()
				stopped = true
				return 1, nil
			}},
		}
		ended := make(chan error, 1)
		from := time.Now()
		go func() { ended <- s.Run(ctx) }()
		<-begun
		<-time.After(10 * time.Minute) // of the bubble's clock
		synctest.Wait()
		if passed := time.Since(from); len(w.ran) != int(passed/time.Minute) {
			t.Errorf("ran %d times in %v", len(w.ran), passed)
		}
		// The lease of the long one was kept all the while.
		other := w.scheduler("b")
		other.Clock = s.Clock
		if n, err := other.RunDue(context.Background()); n != 0 || err != nil {
			t.Error("another process took over what runs:", n, err)
		}
		stop()
		if err := <-ended; err != nil || !stopped {
			t.Error(err, stopped)
		}
		// What was stopped is gone on with, at once.
		w.jobs = []Job{w.logs("long", "* * * * *", Last, nil)}
		w.ran = nil
		if _, err := other.RunDue(context.Background()); err != nil || len(w.ran) != 1 {
			t.Error(w.ran, err)
		}
	})
}
