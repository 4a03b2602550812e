package main

import (
	"cmp"
	"os"
	"testing"

	"regulars/store/postgres/pgtest"
)

// TestRollingUpgrade replaces the processes of a shop, one by one and under load:
// the program that REGULARS_BEFORE names by this one, as `make torture` does, else
// this one by itself. Old and new serve side by side for a while, one goes back to
// the old program in between, and nothing is lost or doubled.
func TestRollingUpgrade(t *testing.T) {
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	if raceDetector {
		t.Skip("the shipped binary is built without the race detector; the run without it tries it")
	}
	now, err := shippedBinary()
	if err != nil {
		t.Fatalf("building: %v", err)
	}
	before := cmp.Or(os.Getenv("REGULARS_BEFORE"), now)
	data := pgtest.Start(t)
	c := newClusterAt(newPlaceOf(t, before, "REGULARS_CHANNEL_TG_POLLING=false", "REGULARS_DATA="+data), data, 2)
	s := newSiege(c.place, c.end, 5, 4)
	stop := s.work(1)
	replace := func(x *node, program string) {
		t.Helper()
		done := s.done.Load()
		if err := x.stop(); err != nil {
			t.Errorf("%s, asked to stop: %v", x.name, err)
		}
		c.bin = program
		x.launch()
		x.ready()
		c.eventually("work to go on", func() bool { return s.done.Load() >= done+20 })
	}
	replace(c.nodes[0], now)
	replace(c.nodes[0], before) // it did not please
	for _, x := range c.nodes {
		replace(x, now)
	}
	stop()
	s.quieten()
	c.quiet()
	c.tallied()
	s.judge()
}
