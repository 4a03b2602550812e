package schedule

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"regulars/store/mem"
)

// everybody at each of some ticks, once.
func (w *world) everybodyOnce(job string, ticks, who []string) {
	w.t.Helper()
	want := map[string]int{}
	for _, tick := range ticks {
		for _, m := range who {
			want[job+"/"+tick+"/"+m] = 1
		}
	}
	if got := done(w.t, w.db); !maps.Equal(got, want) {
		w.t.Errorf("%d effects %v, want %d", len(got), got, len(want))
	}
}

var three = []string{"ann", "bob", "cid"}

// A process that dies at any write, or after any commit before it heard of it,
// leaves a tick that the next one goes on with: one effect each, nobody without.
func TestDeathAtEveryWriteAndCommit(t *testing.T) {
	days := []string{"2026-03-03T09:00", "2026-03-04T09:00"}
	life := func(crash func(*mem.DB)) (died bool, w *world) {
		w = newWorld(t, "2026-03-02 12:00", "UTC")
		w.jobs = []Job{does(w.db, "daily", "0 9 * * *", Each, three, nil)}
		w.due(w.scheduler("first"))
		crash(w.db)
		w.goTo("2026-03-04 10:00")
		_, err := w.scheduler("second").RunDue(context.Background())
		died = errors.Is(err, mem.ErrCrash)
		w.db.Reopen()
		w.clock.set(w.clock.Now().Add(leaseFor)) // until the dead one's lease lapsed
		w.due(w.scheduler("third"))
		w.everybodyOnce("daily", days, three)
		return died, w
	}
	for name, crash := range map[string]func(*mem.DB, int){
		"at write": (*mem.DB).CrashAt, "after commit": (*mem.DB).CrashAfterCommit,
	} {
		n := 1
		for ; ; n++ {
			died, _ := life(func(db *mem.DB) { crash(db, n) })
			if t.Failed() {
				t.Fatalf("died %s %d", name, n)
			}
			if !died {
				break
			}
		}
		if n < 8 {
			t.Errorf("only %d deaths %s", n, name)
		}
	}
}

// Of two processes one runs a tick, and whoever is left goes on.
func TestTwoProcesses(t *testing.T) {
	w := newWorld(t, "2026-03-02 12:00", "UTC")
	a, b := w.scheduler("a"), w.scheduler("b")
	beside := func(context.Context, Tick) (int, error) {
		if n, err := b.RunDue(context.Background()); n != 0 || err != nil {
			t.Error("the other ran it too:", n, err)
		}
		return 1, nil
	}
	w.jobs = []Job{{Name: "daily", Spec: "0 9 * * *", Run: beside}}
	w.due(a)
	w.due(b)
	w.goTo("2026-03-03 09:00")
	if n, err := a.RunDue(context.Background()); n != 1 || err != nil {
		t.Error(n, err)
	}
	if n, err := b.RunDue(context.Background()); n != 0 || err != nil {
		t.Error("it is done:", n, err)
	}
}

// A process that is so slow that another takes over finds, when it goes on, that
// all is done; what it notes does not undo what the other noted.
func TestSlowProcessIsOvertaken(t *testing.T) {
	w := newWorld(t, "2026-03-02 12:00", "UTC")
	quick, slow := w.scheduler("quick"), w.scheduler("slow")
	ours := does(w.db, "daily", "0 9 * * *", Last, three, nil)
	stalled := false
	w.jobs = []Job{{Name: "daily", Spec: ours.Spec, Run: func(ctx context.Context, tick Tick) (int, error) {
		if !stalled {
			stalled = true
			w.clock.set(w.clock.Now().Add(25 * time.Hour)) // the lid was closed
			w.due(quick)
			if n, err := ours.Run(ctx, tick); err != nil || n != 3 { // its own tick: nobody had that
				t.Error(n, err)
			}
			return 3, nil
		}
		return ours.Run(ctx, tick)
	}}}
	w.due(slow)
	w.goTo("2026-03-03 09:00")
	w.due(slow)
	w.everybodyOnce("daily", []string{"2026-03-03T09:00", "2026-03-04T09:00"}, three)
	w.want(w.due(slow))
	w.want(w.due(quick))
}

// The clock jumps a day ahead and comes back, and back and comes to itself.
func TestClockJumps(t *testing.T) {
	for _, catch := range []Catch{Last, Each} {
		w := newWorld(t, "2026-03-02 12:00", "UTC")
		w.jobs = []Job{does(w.db, "daily", "0 9 * * *", catch, three, nil)}
		s := w.scheduler("a")
		w.due(s)
		var days []string
		for i, at := range []string{
			"2026-03-03 09:00", "2026-03-04 10:00", "2026-03-03 10:05", "2026-03-04 09:00",
			"2026-03-03 09:05", "2026-03-03 12:00", "2026-03-04 09:10", "2026-03-05 09:00", "2026-03-05 08:55", "2026-03-05 09:01", "2026-03-06 10:00",
		} {
			w.goTo(at)
			if _, err := s.RunDue(context.Background()); err != nil {
				t.Fatal(i, err)
			}
		}
		for d := 3; d <= 6; d++ {
			days = append(days, fmt.Sprintf("2026-03-%02dT09:00", d))
		}
		w.everybodyOnce("daily", days, three)
	}
}

// What counts minutes goes on at once after the clock was set back.
func TestMinutesGoOnAfterTheClockWasSetBack(t *testing.T) {
	w := newWorld(t, "2026-03-02 12:00", "UTC")
	w.jobs = []Job{w.logs("minute", "* * * * *", Last, nil)}
	s := w.scheduler("a")
	w.due(s)
	w.goTo("2026-03-02 12:01")
	w.want(w.due(s), "2026-03-02T12:01Z")
	w.goTo("2026-03-01 12:00")
	w.want(w.due(s), "2026-03-01T12:00Z")
	w.goTo("2026-03-01 12:01")
	w.want(w.due(s), "2026-03-01T12:01Z")
}

// The shop's zone is changed in the programme, both ways round the world: each
// date has its tick, once.
func TestChangedZone(t *testing.T) {
	for _, zones := range [][2]string{{"Asia/Taipei", "America/New_York"}, {"America/New_York", "Asia/Taipei"}, {"Pacific/Auckland", "Pacific/Pago_Pago"}, {"Pacific/Pago_Pago", "Pacific/Auckland"}} {
		for hour := 0; hour < 24; hour += 3 {
			w := newWorld(t, "2026-03-02 12:00", zones[0])
			w.jobs = []Job{does(w.db, "daily", "0 9 * * *", Each, three, nil)}
			s := w.scheduler("a")
			w.due(s)
			begin := w.clock.Now()
			change := time.Date(2026, 3, 5, hour, 30, 0, 0, time.UTC)
			for now := begin; now.Sub(begin) < 7*24*time.Hour; now = now.Add(30 * time.Minute) {
				if now.After(change) {
					w.zone = zone(t, zones[1])
				}
				w.clock.set(now)
				w.due(s)
			}
			var days []string
			for d := 3; d <= 8; d++ {
				days = append(days, fmt.Sprintf("2026-03-%02dT09:00", d))
			}
			got := done(t, w.db)
			for _, day := range days {
				for _, who := range three {
					if got["daily/"+day+"/"+who] != 1 {
						t.Errorf("%v at %d: %s on %s: %d times", zones, hour, who, day, got["daily/"+day+"/"+who])
					}
				}
			}
		}
	}
}
