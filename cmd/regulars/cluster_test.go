package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"testing"
	"time"
)

// TestThreeProcessesUnderLoad has three processes serve one shop behind a load
// balancer, while employees sell on LINE and Telegram and members ask for their
// points. Every few seconds one of the three, at random, is killed, or loses the
// database for a while, or is stopped and started again as in an upgrade. Nothing
// that was acknowledged may be lost, nothing doubled, nobody left without an answer,
// and what was sent is counted as the platform counts it. REGULARS_TORTURE=1 goes on
// for five minutes, which is long enough for the jobs of each minute as well.
func TestThreeProcessesUnderLoad(t *testing.T) {
	harms, every := 3, 1500*time.Millisecond
	if os.Getenv("REGULARS_TORTURE") != "" {
		harms, every = 60, 5*time.Second
	}
	if testing.Short() {
		t.Skip("kills take seconds")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %d harms", seed, harms)
	r := rand.New(rand.NewPCG(seed, 0))

	c := newCluster(t, 3)
	s := newSiege(c.place, c.end, 5, 4)
	stop := s.work(seed)
	first := r.IntN(3)
	for i := range harms {
		x := c.nodes[r.IntN(len(c.nodes))]
		next := time.After(every)
		before := s.done.Load()
		switch (first + i) % 3 {
		case 0:
			x.kill()
			x.launch()
		case 1:
			x.proxy.Cut()
			c.eventually(x.name+" to notice", func() bool { return x.status("/readyz") != http.StatusOK })
			x.proxy.Mend()
		case 2: // as when one after the other is replaced by a newer program
			if err := x.stop(); err != nil {
				t.Errorf("%s, asked to stop: %v", x.name, err)
			}
			x.launch()
		}
		x.ready()
		c.eventually("work to go on", func() bool { return s.done.Load() >= before+10 })
		<-next
	}
	stop()
	s.quieten()
	c.quiet()
	c.tallied()
	s.judge()
}

// TestManySellToOneMember: employees sell, through three processes, to the
// same member at once. No sale is lost, and the wait is the price.
func TestManySellToOneMember(t *testing.T) {
	if testing.Short() {
		t.Skip("three processes take seconds")
	}
	const each = 6
	c := newCluster(t, 3)
	s := newSiege(c.place, c.end, 1, 8)
	ends := make(chan struct{})
	for i, clerk := range s.clerks {
		go func() {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			for range each {
				s.sell(r, clerk, fmt.Sprintf("L%d", i))
			}
			ends <- struct{}{}
		}()
	}
	for range s.clerks {
		<-ends
	}
	s.quieten()
	c.quiet()
	c.tallied()
	if n := c.asks(`SELECT count(*) FROM regulars_views.entries WHERE amount > 0`); n != int64(each*len(s.clerks)) {
		t.Errorf("%d sales in the ledger, %d were typed", n, each*len(s.clerks))
	}
	waits := 0.0
	for _, x := range c.nodes {
		waits += x.figure("regulars_store_lock_waits_total")
		t.Logf("%s: updates run again %v, locks waited for %v, in all %.3f s", x.name, x.figure("regulars_store_restarts_total"),
			x.figure("regulars_store_lock_waits_total"), x.figure("regulars_store_lock_waited_seconds_total"))
	}
	if waits == 0 {
		t.Error("nobody waited for the member: this was no contest")
	}
	s.judge()
}

// TestCutOffFromTheDatabase cuts one of two processes off. It says so within a
// second, to load balancers and to the platforms; the other goes on; and when the
// network is back the first comes back by itself. Nothing is doubled.
func TestCutOffFromTheDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	c := newCluster(t, 2)
	s := newSiege(c.place, c.end, 1, 1)
	stop := s.work(1)
	x, other := c.nodes[0], c.nodes[1]
	for name, cut := range map[string][2]func(){
		"cut":     {x.proxy.Cut, x.proxy.Mend},
		"stalled": {func() { x.proxy.Stall(true) }, func() { x.proxy.Stall(false) }},
	} {
		before := s.done.Load()
		cut[0]()
		began := time.Now()
		c.eventually(name+": refused", func() bool { return x.status("/readyz") == http.StatusServiceUnavailable })
		t.Logf("%s: /readyz says no after %s", name, time.Since(began).Round(time.Millisecond))
		if got := other.status("/readyz"); got != http.StatusOK {
			t.Errorf("%s: the other process says %d", name, got)
		}
		if got := x.status("/healthz"); got != http.StatusOK {
			t.Errorf("%s: it would be restarted, and that helps nobody: /healthz says %d", name, got)
		}
		if status, took := x.hears(c.line); status != http.StatusServiceUnavailable || took > patience {
			t.Errorf("%s: a webhook is answered %d after %s", name, status, took)
		}
		c.eventually(name+": work to go on", func() bool { return s.done.Load() >= before+10 })
		cut[1]()
		x.ready()
	}
	stop()
	s.quieten()
	c.quiet()
	c.tallied()
	s.judge()
}

// TestDeadProcessIsFollowed kills the process that sends what waits, and sells
// something at once: the receipt, which is nobody's answer, is sent by the other
// within ten seconds, or what these are on a busy machine.
func TestDeadProcessIsFollowed(t *testing.T) {
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	c := newCluster(t, 2)
	bob := c.telegram.Person("Bob", "en")
	bob.Start("")
	c.hears(bob, 1)
	c.try(bob.Press("Join"))
	c.hears(bob, 2)
	c.try(bob.Press("Add my number"))
	c.hears(bob, 1)
	bob.Say("0912345678")
	c.hears(bob, 1)
	clerk := c.line.Person("Sam", "en").Befriend()
	clerk.Say("/staff " + c.invite("clerk"))
	c.hears(clerk, 1)

	first, second := c.nodes[0], c.nodes[1]
	c.try(second.stop()) // so that whatever one alone does is the first's
	second.launch()
	second.ready()
	first.kill()
	began := time.Now()
	clerk.Say("/sale 0912345678 NT$350 A-1")
	c.hears(bob, 1)
	took := time.Since(began)
	t.Logf("followed after %s", took.Round(10*time.Millisecond))
	if took > 20*time.Second {
		t.Errorf("the receipt took %s", took)
	}
	c.quiet()
	c.tallied()
	c.must("verify")
}
