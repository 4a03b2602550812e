package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/store/mem"
)

// TestTwoMachinesWithDifferentProgrammes: the newest publication holds, an older
// file undoes nothing at a restart and is told of once, and what is saved again
// holds.
func TestTwoMachinesWithDifferentProgrammes(t *testing.T) {
	s := newBookshop(t)
	s.rules.shared = true
	first := s.path
	second := filepath.Join(t.TempDir(), "programme.toml")
	wording := func(name string) string { return strings.Replace(plainRules(1, "10"), "Café", name, 1) }
	write := func(path, text string) {
		t.Helper()
		s.clock.at = s.clock.at.Add(time.Minute)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, s.clock.at, s.clock.at); err != nil {
			t.Fatal(err)
		}
		s.clock.at = s.clock.at.Add(time.Minute)
	}
	start := func(path string) *rulebook {
		t.Helper()
		s.path = path
		r := s.open()
		r.shared = true
		r.look(t.Context(), true)
		return r
	}
	holds := func(r *rulebook, name string) {
		t.Helper()
		r.look(t.Context(), true)
		if got := r.newestText(); !strings.Contains(got, name) {
			t.Errorf("%s does not hold:\n%s", name, got)
		}
	}
	write(first, wording("Café"))
	old := start(first)
	write(second, wording("Bistro"))
	fresh := start(second)
	holds(fresh, "Bistro")
	for range 3 {
		holds(old, "Bistro")
	}
	if n := strings.Count(s.log.String(), "is not used"); n != 1 {
		t.Errorf("the older file is told of %d times:\n%s", n, s.log.String())
	}
	old = start(first) // in the middle of the upgrade
	holds(old, "Bistro")
	holds(fresh, "Bistro")
	if n := strings.Count(s.log.String(), "is not used"); n != 2 {
		t.Errorf("the older file is told of %d times:\n%s", n, s.log.String())
	}
	write(first, wording("Teahouse"))
	holds(old, "Teahouse")
	holds(fresh, "Teahouse")
	write(second, plainRules(2, "20"))
	holds(fresh, "version = 2")
	holds(start(first), "version = 2")
}

// TestSilenceIsToldByWhatAllHeard: a process that watches over what comes in
// counts what came in at others.
func TestSilenceIsToldByWhatAllHeard(t *testing.T) {
	db := mem.New(mem.Twice)
	process := func() *app {
		a := &app{db: db, clock: bot.SystemClock{}, log: slog.New(slog.DiscardHandler), heard: map[bot.ChannelName]*hearing{"main": {}}}
		a.replica = schedule.NewReplica(db, a.clock, a.log)
		return a
	}
	one, two := process(), process()
	at := time.Now().Add(-time.Minute)
	two.heard["main"].last.Store(at.UnixNano())
	two.heard["main"].refused.Store(3)
	one.heard["main"].refused.Store(4)
	for _, a := range []*app{one, two} {
		if err := a.tellHeard(t.Context(), a.hearing()); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range []*app{one, two} {
		last, refused, err := a.heardOn(t.Context(), "main")
		if err != nil || !last.Equal(at) || refused != 7 {
			t.Errorf("%v, %d, %v", last, refused, err)
		}
	}
	if n, err := sweepHeard(t.Context(), db, time.Now().Add(heardFor+time.Hour)); n != 2 || err != nil {
		t.Error(n, err)
	}
}

// TestAlone: over a file everybody is alone; on a shared store one process runs
// it, and another within ten seconds of its end.
func TestAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ran := 0
		if err := (&app{}).alone("x", func(context.Context) error { ran++; return nil })(t.Context()); err != nil || ran != 1 {
			t.Error(ran, err)
		}
		db := mem.New(mem.Twice)
		var mu sync.Mutex
		running := map[int]bool{}
		var stops []context.CancelFunc
		var all sync.WaitGroup
		for i := range 2 {
			a := &app{db: db, clock: bot.SystemClock{}, log: slog.New(slog.DiscardHandler)}
			a.replica = schedule.NewReplica(db, a.clock, a.log)
			leave, err := a.join(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			stops = append(stops, stop)
			all.Go(func() {
				defer leave()
				_ = a.alone("x", func(ctx context.Context) error {
					mu.Lock()
					running[i] = true
					mu.Unlock()
					<-ctx.Done()
					mu.Lock()
					delete(running, i)
					mu.Unlock()
					return nil
				})(ctx)
			})
		}
		only := func() (who int) {
			time.Sleep(10 * time.Second)
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if len(running) != 1 {
				t.Fatalf("%d run it", len(running))
			}
			for who = range running {
			}
			return who
		}
		first := only()
		stops[first]()
		if second := only(); second == first {
			t.Error("who stopped runs it")
		}
		stops[1-first]()
		all.Wait()
	})
}
