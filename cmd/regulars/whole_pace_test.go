package main

import (
	"context"
	"slices"
	"testing/synctest"
	"time"
)

// How the world goes on: one thing at a time, with what goes wrong, until all is quiet.

// one lets the next thing happen, if anything waits.
func (w *wholeShop) one() bool {
	synctest.Wait()
	x := w.gate.draw()
	if x == nil {
		return false
	}
	fate := happens
	if int(x.lot/7%1000) < w.peril {
		fate = w.mishap(x)
	}
	w.note("%d %s %s%s", x.who, x.kind, x.what, [...]string{"", " DROPPED", " LOST", " CUT OFF", " THE LAST"}[fate])
	x.go_ <- fate
	if fate == cutOff || fate == lastOne {
		synctest.Wait()
		w.mu.Lock()
		i := slices.IndexFunc(w.procs, func(p *process) bool { return p.number == x.who })
		var p *process
		if i >= 0 {
			p = w.procs[i]
		}
		w.mu.Unlock()
		if p != nil {
			w.kill(p)
		}
	}
	return true
}

// mishap is what goes wrong with something.
func (w *wholeShop) mishap(x *wish) fate {
	switch {
	case x.kind == "hook":
		return []fate{dropped, lost}[x.lot/7000%2]
	case x.kind == "call":
		return []fate{happens, cutOff, lastOne}[x.lot/7000%3]
	}
	return []fate{dropped, lost, cutOff, lastOne}[x.lot/7000%4]
}

// rest lets so much time pass, and all happen that wants to.
func (w *wholeShop) rest(d time.Duration) {
	over := time.NewTimer(d)
	defer over.Stop()
	for {
		for w.one() {
		}
		select {
		case <-w.gate.arrived:
		case <-over.C:
			for w.one() {
			}
			return
		}
	}
}

// does lets somebody do something, and the world go on meanwhile until they are
// done with it.
func (w *wholeShop) does(what string, f func()) {
	w.note("-- %s", what)
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	for range 400 {
		for w.one() {
		}
		select {
		case <-done:
			return
		default:
			w.rest(100 * time.Millisecond)
		}
	}
	w.t.Fatalf("%s is never done with\n%s", what, w.tail(60))
}

// leap moves everybody's clock, as when the machines slept.
func (w *wholeShop) leap(d time.Duration) {
	w.note("-- %v pass", d)
	w.sim.Clock.Advance(d)
	w.rest(time.Second)
}

// quiet lets time pass until nothing is on its way; what is stuck after a minute
// and a half has no reply token any more, and the end will tell of it.
func (w *wholeShop) quiet() {
	w.t.Helper()
	for range 180 {
		w.rest(500 * time.Millisecond)
		w.revive()
		late := 0
		w.does("LINE delivers again", func() { late = len(w.line.Redeliver()) })
		p := w.someone(0)
		if p == nil {
			continue
		}
		yes, err := quietFor(context.Background(), &app{db: w.db, clock: w.sim.Clock, outbox: p.app.outbox}, 2*time.Second)
		if err != nil {
			w.t.Fatal(err)
		}
		if yes && late == 0 && w.bots.Pending() == 0 && len(w.gate.waiting) == 0 {
			return
		}
	}
}

// revive starts as many processes as died.
func (w *wholeShop) revive() {
	for w.living() < w.want() {
		w.launch()
		w.rest(time.Second)
	}
}
