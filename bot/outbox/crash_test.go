package outbox

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"regulars/bot"
	"regulars/store"
	"regulars/store/mem"
)

// told is one intent of the scenario below and how often it may arrive.
type told struct {
	intent      bot.Intent
	p           *platform
	to          bot.ChatID
	text        string
	least, most int
}

// scenario is something of every kind.
func (w *world) scenario() (all []told) {
	add := func(least, most int, ch bot.ChannelName, class bot.Class, ref string, change func(*bot.Intent)) {
		who, text := fmt.Sprint("c", w.n%4), fmt.Sprintf("<%d>", w.n)
		x := w.intent(ch, who, class, text)
		x.Ref = ref
		if change != nil {
			change(&x)
		}
		all = append(all, told{x, map[bot.ChannelName]*platform{"main": w.line, "tg": w.tg}[ch], bot.ChatID(who), text, least, most})
	}
	ride := func(x *bot.Intent) { x.Carriage, x.RideUntil = bot.RideThenPush, time.Now().Add(time.Minute) }
	for range 2 {
		add(1, 1, "main", bot.Answer, "", nil)
		add(1, 1, "main", bot.Answer, "7KQ2", nil)
		add(1, 1, "main", bot.Receipt, "8AAA", nil)
		add(1, 1, "main", bot.Promo, "", nil)
		add(1, 1, "main", bot.Nudge, "", ride)
		add(1, 2, "tg", bot.Answer, "", nil)
		add(1, 9, "tg", bot.Receipt, "9BBB", nil)
		add(0, 1, "tg", bot.Promo, "", nil)
		add(0, 1, "tg", bot.Nudge, "", ride)
	}
	return all
}

// TestInvariant29CrashAtEveryWrite kills the process at each write, and after
// each commit, of a scenario, starts it again, and counts what arrived.
func TestInvariant29CrashAtEveryWrite(t *testing.T) {
	for _, kind := range []string{"write", "commit"} {
		points := 0
		for n, crashed := 1, true; crashed; n++ {
			synctest.Test(t, func(t *testing.T) { crashed = crashAt(t, kind, n) })
			points = n
		}
		t.Logf("%d points to crash at (%s)", points, kind)
		if points < 20 {
			t.Errorf("only %d points to crash at (%s)", points, kind)
		}
	}
}

func crashAt(t *testing.T, kind string, n int) (crashed bool) {
	db := mem.New()
	w := newWorld(t, db)
	defer w.halt()
	w.mem = db
	w.cfg.LookEvery = time.Minute
	w.build()
	broken := func() bool {
		return db.View(context.Background(), func(store.Reader) error { return nil }) != nil
	}
	w.line.dead, w.tg.dead = broken, broken
	w.start()
	w.settle()
	if kind == "write" {
		db.CrashAt(n)
	} else {
		db.CrashAfterCommit(n)
	}
	all := w.scenario()
	for _, x := range all {
		_ = w.put(x.intent) // what fails here is put again below, as redelivery would
	}
	w.settle()
	w.pass(500 * time.Millisecond)
	crashed = broken()
	w.rise()
	for _, x := range all {
		w.must(w.put(x.intent))
	}
	w.pass(30 * time.Minute)
	for _, x := range all {
		got := strings.Count(x.p.said(x.to), x.text)
		state := w.state(x.intent)
		if got < x.least || got > x.most {
			t.Errorf("crash at %s %d: %s of %s for %s arrived %d times and is %s", kind, n, x.intent.Class, x.intent.Channel, x.to, got, state)
		}
		s, _, _ := strings.Cut(state, ":")
		if s != "sent" && s != "rode" && s != "unknown" || (s != "unknown" && got == 0) || (s == "unknown" && x.p == w.line) {
			t.Errorf("crash at %s %d: %s of %s is %s and arrived %d times", kind, n, x.intent.Class, x.intent.Channel, state, got)
		}
	}
	w.settled(fmt.Sprintf("crash at %s %d", kind, n), 0)
	return crashed
}
