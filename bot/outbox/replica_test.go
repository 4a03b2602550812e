package outbox

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"regulars/bot"
	"regulars/store"
)

// fleets runs a test with two processes and with three.
func fleets(t *testing.T, f func(f *fleet)) {
	for n := 2; n <= 3; n++ {
		sails(t, n, f)
	}
}

// TestReplicasEachAnswerAndOnePushes: an answer leaves where it was made, a push
// where the channel is, each once.
func TestReplicasEachAnswerAndOnePushes(t *testing.T) {
	fleets(t, func(f *fleet) {
		var all []bot.Intent
		for i, s := range f.ships {
			a := s.intent("main", fmt.Sprint("ann", i), bot.Answer, "120 points")
			b := s.intent("tg", fmt.Sprint("bob", i), bot.Answer, "5 points")
			c := s.intent("main", fmt.Sprint("cid", i), bot.Receipt, "spent 50")
			d := s.intent("tg", fmt.Sprint("dan", i), bot.Promo, "tea")
			f.must(s.put(a, b, c, d))
			all = append(all, a, b, c, d)
		}
		f.settle()
		for i := range f.ships {
			f.expect("answers leave at once", f.line.said(bot.ChatID(fmt.Sprint("ann", i)))+f.tg.said(bot.ChatID(fmt.Sprint("bob", i))), "120 points5 points")
		}
		f.pass(3 * time.Second)
		for i := range f.ships {
			f.expect("pushes", f.line.said(bot.ChatID(fmt.Sprint("cid", i)))+f.tg.said(bot.ChatID(fmt.Sprint("dan", i))), "spent 50tea")
		}
		for _, x := range all {
			f.expect(string(x.ID), f.state(x), "sent")
		}
		if f.line.billed != len(f.ships) {
			t.Errorf("%d billed", f.line.billed)
		}
	})
}

// TestCase09ReplicaDiesAfterTheCommit: another one gives the answers, within ten
// seconds, whoever of them has the channels.
func TestCase09ReplicaDiesAfterTheCommit(t *testing.T) {
	for _, ofOwner := range []bool{true, false} {
		fleets(t, func(f *fleet) {
			owner, other := f.owner("main")
			dies := other
			if ofOwner {
				dies = owner
			}
			a, b := dies.intent("main", "ann", bot.Answer, "120 points"), dies.intent("tg", "bob", bot.Answer, "5 points")
			f.must(dies.putSilently(a, b))
			dies.sink()
			f.pass(takeover)
			f.expect("LINE", f.line.said("ann"), "120 points")
			f.expect("Telegram", f.tg.said("bob"), "5 points")
			f.expect("states", f.state(a)+" "+f.state(b), "sent sent")
		})
	}
}

// TestCase10OwnerDiesBetweenClaimAndMark: the next one repeats with the same key,
// so that one message arrives; a reply is tried again with its token.
func TestCase10OwnerDiesBetweenClaimAndMark(t *testing.T) {
	fleets(t, func(f *fleet) {
		owner, _ := f.owner("main")
		f.line.script(func(c bot.Call, effect func() bot.Result) bot.Result { owner.sink(); return effect() })
		r := owner.intent("main", "ann", bot.Receipt, "spent 50")
		f.must(owner.put(r))
		f.pass(takeover)
		f.expect("said", f.line.said("ann"), "spent 50")
		f.expect("state", f.state(r), "sent")
		if f.line.calls() != 2 || f.line.billed != 1 {
			t.Errorf("%d calls, %d billed", f.line.calls(), f.line.billed)
		}

		_, other := f.owner("main")
		if other == nil {
			other, _ = f.owner("main")
		}
		f.line.script(func(c bot.Call, effect func() bot.Result) bot.Result { other.sink(); return effect() })
		a := other.intent("main", "bob", bot.Answer, "redeemed")
		a.Ref = "7KQ2"
		f.must(other.put(a))
		if len(f.ships) == 2 {
			f.launch() // who was left is dead
		}
		f.pass(takeover + 5*time.Second)
		f.expect("said once", f.line.said("bob"), "redeemed")
		f.expect("state", f.state(a), "sent")
		if f.line.billed != 1 {
			t.Errorf("%d billed: a reply is free", f.line.billed)
		}
	})
}

// TestCase11OwnerDiesAfterTelegramAccepted: a promo at most once, a receipt once
// more, with its reference.
func TestCase11OwnerDiesAfterTelegramAccepted(t *testing.T) {
	fleets(t, func(f *fleet) {
		owner, _ := f.owner("tg")
		f.tg.always(func(c bot.Call, effect func() bot.Result) bot.Result {
			defer owner.sink()
			return effect()
		})
		p := owner.intent("tg", "ann", bot.Promo, "tea")
		r := owner.intent("tg", "bob", bot.Receipt, "spent 50")
		r.Ref = "9BBB"
		f.must(owner.put(p, r))
		f.settle()
		f.tg.always(fine)
		f.pass(takeover)
		for _, x := range []struct {
			who  bot.ChatID
			i    bot.Intent
			most int
		}{{"ann", p, 1}, {"bob", r, 2}} {
			n := strings.Count(f.tg.said(x.who), x.i.Letter.Messages[0].Text)
			state, _, _ := strings.Cut(f.state(x.i), ":")
			if n > x.most || n == 0 && state == "sent" || x.i.Class == bot.Receipt && n == 0 {
				t.Errorf("%s arrived %d times and is %s", x.i.Class, n, state)
			}
			if state != "sent" && state != "unknown" {
				t.Errorf("%s is %s", x.i.Class, state)
			}
		}
	})
}

// TestFrozenOwnerDoesNoHarm: an owner that stands still in the middle of a call,
// and of a claim, is followed; when it wakes up nothing arrives twice that may
// not, and what it notes undoes nothing.
func TestFrozenOwnerDoesNoHarm(t *testing.T) {
	fleets(t, func(f *fleet) {
		line, _ := f.owner("main")
		tg, _ := f.owner("tg")
		var over atomic.Bool // who has both may freeze in the call of one, before that of the other
		inCall := func(s *ship) func(bot.Call, func() bot.Result) bot.Result {
			return func(c bot.Call, effect func() bot.Result) bot.Result {
				if !over.Load() {
					defer s.freeze()
				}
				return effect()
			}
		}
		f.line.script(inCall(line))
		f.tg.script(inCall(tg))
		var all []bot.Intent
		for i := range 3 {
			a := line.intent("main", fmt.Sprint("ann", i), bot.Receipt, "spent 50")
			b := tg.intent("tg", fmt.Sprint("bob", i), bot.Promo, "tea")
			f.must(line.putSilently(a))
			f.must(tg.putSilently(b))
			all = append(all, a, b)
		}
		line.o.lookAll()
		tg.o.lookAll()
		f.settle()
		f.pass(takeover)
		for _, x := range all {
			switch state, _, _ := strings.Cut(f.state(x), ":"); {
			case state != "sent" && state != "unknown", state == "unknown" && x.Channel == "main":
				t.Errorf("%s is %s while its owner is frozen", x.ID, f.state(x))
			}
		}
		before := map[bot.IntentID]string{}
		for _, x := range all {
			before[x.ID] = f.state(x)
		}
		over.Store(true)
		line.thaw()
		tg.thaw()
		f.pass(time.Minute)
		f.owner("main") // there is one, and no second
		f.owner("tg")
		for i := range 3 {
			for _, said := range []string{f.line.said(bot.ChatID(fmt.Sprint("ann", i))), f.tg.said(bot.ChatID(fmt.Sprint("bob", i)))} {
				if strings.Count(said, "spent 50")+strings.Count(said, "tea") > 1 {
					t.Errorf("arrived as %q", said)
				}
			}
		}
		for _, x := range all {
			f.expect("what was known of "+string(x.ID), f.state(x), before[x.ID])
		}
		if f.line.billed != 3 {
			t.Errorf("%d billed", f.line.billed)
		}
		late := line.intent("main", "eve", bot.Answer, "still at sea")
		f.must(line.put(late))
		f.settle()
		f.expect("who woke up answers on", f.line.said("eve"), "still at sea")
	})
}

// TestFrozenReplicasAnswerIsGivenByAnother: when it wakes up it keeps quiet.
func TestFrozenReplicasAnswerIsGivenByAnother(t *testing.T) {
	fleets(t, func(f *fleet) {
		_, other := f.owner("tg")
		other.o.channels["tg"].stopUntil(time.Now().Add(time.Minute)) // it has it in hand, and waits
		a := other.intent("tg", "ann", bot.Answer, "5 points")
		f.must(other.put(a))
		f.settle()
		other.freeze()
		f.tg.always(only(bot.NotSent))
		f.pass(takeover)
		if f.tg.calls() == 0 {
			t.Error("nobody took it over")
		}
		other.thaw()
		f.pass(time.Minute) // its wait is over
		if n := other.calls.Load(); n != 0 {
			t.Errorf("it tried to answer %d times although another one does", n)
		}
		f.tg.always(fine)
		f.pass(time.Minute)
		f.expect("said", f.tg.said("ann"), "5 points")
		f.expect("said once", f.tg.said("ann"), "5 points")
		f.expect("state", f.state(a), "sent")
	})
}

// TestWhatWasHeardLateUndoesNothing: what a frozen process was told before it froze,
// the month's end, or that an answer can never be sent, is not true any more of
// what another one took over.
func TestWhatWasHeardLateUndoesNothing(t *testing.T) {
	fleets(t, func(f *fleet) {
		told := func(s *ship, o bot.Outcome) func(bot.Call, func() bot.Result) bot.Result {
			return func(bot.Call, func() bot.Result) bot.Result { s.freeze(); return bot.Result{Outcome: o} }
		}
		owner, _ := f.owner("main")
		f.line.script(told(owner, bot.QuotaUsed), lost)
		f.line.always(only(bot.NotSent))
		r := owner.intent("main", "ann", bot.Receipt, "spent 50")
		f.must(owner.put(r))
		f.pass(12 * time.Second)
		f.expect("sent by the next, which was not told", f.line.said("ann")+" "+f.state(r), "spent 50 claimed")
		owner.thaw()
		f.pass(3 * time.Second)
		f.line.always(fine)
		f.pass(time.Minute)
		f.expect("under the same key", f.line.said("ann")+" "+f.state(r), "spent 50 sent")

		_, other := f.owner("main")
		f.line.script(told(other, bot.Rejected))
		f.line.always(only(bot.NotSent))
		a := other.intent("main", "bob", bot.Answer, "120 points")
		f.must(other.put(a))
		f.pass(12 * time.Second)
		other.thaw()
		f.pass(3 * time.Second)
		f.expect("meanwhile", f.state(a), "waiting")
		f.line.always(fine)
		f.pass(30 * time.Second)
		f.expect("answered by the next", f.line.said("bob")+" "+f.state(a), "120 points sent")
	})
}

// TestOneIsLeft: a store that several had is taken by one that is alone on it.
func TestOneIsLeft(t *testing.T) {
	fleets(t, func(f *fleet) {
		_, other := f.owner("main")
		a, b := other.intent("main", "ann", bot.Answer, "120 points"), other.intent("tg", "bob", bot.Answer, "5 points")
		f.must(other.putSilently(a, b))
		for _, s := range f.ships {
			s.sink()
		}
		f.pass(time.Second)
		f.start()
		defer f.halt()
		f.settle()
		f.expect("said", f.line.said("ann")+" "+f.tg.said("bob"), "120 points 5 points")
		f.expect("states", f.state(a)+" "+f.state(b), "sent sent")
	})
}

// TestReplicaThatStopsLeavesNothing: its channels pass on within three seconds,
// and what it was sending is not wondered about.
func TestReplicaThatStopsLeavesNothing(t *testing.T) {
	fleets(t, func(f *fleet) {
		owner, other := f.owner("tg")
		slow := make(chan struct{})
		f.tg.script(func(_ bot.Call, effect func() bot.Result) bot.Result {
			f.tg.mu.Unlock() // the call takes its time, others go on
			<-slow
			f.tg.mu.Lock()
			return effect()
		})
		p := owner.intent("tg", "ann", bot.Promo, "tea")
		q := owner.intent("tg", "bob", bot.Promo, "cake")
		f.must(owner.put(p))
		f.settle()
		go owner.dock()
		f.settle()
		f.must(other.put(q))
		f.pass(2 * time.Second)
		f.expect("meanwhile", f.state(p)+" "+f.state(q), "claimed waiting")
		close(slow)
		f.pass(3 * time.Second)
		f.expect("after", f.state(p)+" "+f.state(q), "sent sent")
		f.expect("once", f.tg.said("ann"), "tea")
	})
}

// TestCase13FloodStopsEveryReplica: what one is told, all heed.
func TestCase13FloodStopsEveryReplica(t *testing.T) {
	fleets(t, func(f *fleet) {
		_, other := f.owner("tg")
		f.tg.script(flood(35 * time.Second))
		f.must(other.put(other.intent("tg", "ann", bot.Answer, "first")))
		f.pass(3 * time.Second) // a look
		told := time.Now()
		n := f.tg.calls()
		for i, s := range f.ships {
			f.must(s.put(s.intent("tg", fmt.Sprint("bob", i), bot.Promo, "tea"), s.intent("tg", fmt.Sprint("cid", i), bot.Answer, "hello")))
		}
		f.pass(30 * time.Second)
		if got := f.tg.calls(); got != n {
			t.Errorf("%d calls while the platform asks to wait", got-n)
		}
		f.pass(10 * time.Second)
		if got := f.tg.calls() - n; got != 1+2*len(f.ships) {
			t.Errorf("%d calls after the wait", got)
		}
		answers, promos := f.times("cid"), f.times("bob")
		for _, a := range answers {
			if a.Before(told.Add(31 * time.Second)) {
				t.Errorf("an answer after %v", a.Sub(told))
			}
		}
		if len(answers) != len(f.ships) || len(promos) != len(f.ships) {
			t.Errorf("%d answers, %d promos", len(answers), len(promos))
		}
	})
}

// times are when something arrived at chats whose names begin so, on Telegram.
func (f *fleet) times(begin string) (all []time.Time) {
	f.tg.mu.Lock()
	defer f.tg.mu.Unlock()
	for who, when := range f.tg.when {
		if strings.HasPrefix(string(who), begin) {
			all = append(all, when...)
		}
	}
	return all
}

// TestPaceIsShared: whatever all of them want to say at once, Telegram is called
// no more than 30 times in any second, and everything arrives.
func TestPaceIsShared(t *testing.T) {
	fleets(t, func(f *fleet) {
		want := 0
		for i, s := range f.ships {
			var all []bot.Intent
			for j := range 120 {
				class := bot.Answer
				if j%3 == 0 {
					class = bot.Promo
				}
				all = append(all, s.intent("tg", fmt.Sprintf("c%d-%d", i, j), class, "x"))
			}
			f.must(s.put(all...))
			want += len(all)
		}
		f.pass(2 * time.Minute)
		all := f.times("c")
		if len(all) != want {
			t.Fatalf("%d of %d arrived", len(all), want)
		}
		if most := busiest(all); most > 30 {
			t.Errorf("%d calls within a second", most)
		}
	})
}

// busiest is how many of the times lie within one second at most.
func busiest(all []time.Time) (most int) {
	for _, from := range all {
		n := 0
		for _, t := range all {
			if d := t.Sub(from); d >= 0 && d < time.Second {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// TestLaneKeepsItsOrderOnOneReplica, and riders ride on whoever answers.
func TestLaneKeepsItsOrderOnOneReplica(t *testing.T) {
	fleets(t, func(f *fleet) {
		_, other := f.owner("main")
		ride := other.intent("main", "ann", bot.Nudge, "by the way")
		ride.Carriage, ride.RideUntil = bot.RideThenPush, time.Now().Add(time.Hour)
		f.must(other.put(ride))
		f.pass(3 * time.Second)
		for _, s := range f.ships {
			for i := range 5 {
				f.must(s.put(s.intent("main", "ann", bot.Answer, fmt.Sprint("n", i))))
			}
			f.settle()
		}
		want := strings.TrimSuffix(strings.Repeat("n0 / n1 / n2 / n3 / n4 / ", len(f.ships)), " / ")
		f.expect("in order", f.line.said("ann"), "by the way|"+want)
		f.expect("rode", f.state(ride), "rode")
	})
}

// TestCase14ReplicasDieInABulk: the owner is killed again and again while a text
// goes out to many, and another process is launched.
func TestCase14ReplicasDieInABulk(t *testing.T) {
	fleets(t, func(f *fleet) {
		const people, kills = 1500, 4
		a := f.bulks()
		for _, s := range f.ships {
			s.cfg.Bulk = f.cfg.Bulk
			s.o.cfg.Bulk = f.cfg.Bulk
		}
		line, tg := a.people(0, people*2/3), a.people(people*2/3, people/3)
		var parts []Part
		for i := 0; i < len(line); i += 500 {
			parts = append(parts, Part{Channel: "main", People: line[i : i+500], Personal: i == 0})
		}
		parts = append(parts, Part{Channel: "tg", People: tg})
		f.send(promo, parts...)
		for i := range kills {
			ch := []bot.ChannelName{"tg", "main"}[i%2]
			f.pass(3*time.Second + 123*time.Millisecond)
			owner, _ := f.owner(ch)
			f.launch()
			owner.sink()
			f.pass(takeover)
			f.owner(ch) // somebody has it again
		}
		f.pass(5 * time.Minute)
		got := f.tally("july")
		f.expect("LINE", arrivals(f.line, a, line), fmt.Sprintf("1×%d", len(line)))
		if said := arrivals(f.tg, a, tg); strings.Contains(said, "2×") {
			t.Errorf("doubled on Telegram: %s", said)
		}
		var sent, unknown int
		fmt.Sscanf(got, "done: %d sent, %d unknown", &sent, &unknown)
		if sent+unknown != people || unknown > kills*freeUnits*freeBlock {
			t.Errorf("%s: not the audience of %d, or more unknown than in flight", got, people)
		}
		if f.line.billed != len(line) {
			t.Errorf("%d billed of %d", f.line.billed, len(line))
		}
	})
}

// TestRenewedTokenReachesWhoeverHasTheAnswer: a redelivered event may come to any
// process.
func TestRenewedTokenReachesWhoeverHasTheAnswer(t *testing.T) {
	fleets(t, func(f *fleet) {
		owner, other := f.owner("main")
		renew := func(s *ship, id bot.IntentID, name string) {
			f.must(s.db.Update(context.Background(), func(tx store.Tx) error {
				return s.o.Renew(tx, id, token(name, time.Now().Add(time.Minute)))
			}))
			s.o.Nudge(bot.Intent{ID: id})
		}
		f.line.always(only(bot.NotSent))
		a := other.intent("main", "ann", bot.Answer, "120 points")
		f.must(other.put(a))
		f.pass(50 * time.Second)
		renew(owner, a.ID, "new") // another one has it in hand
		f.pass(20 * time.Second)
		f.line.always(fine)
		f.pass(20 * time.Second)
		f.expect("said", f.line.said("ann"), "120 points")
		f.expect("state", f.state(a), "sent")

		b := other.intent("main", "bob", bot.Answer, "5 points")
		b.Letter.Reply.Until = time.Now()
		f.must(other.put(b))
		f.pass(time.Minute)
		f.expect("parked", f.state(b), "parked")
		renew(f.ships[0], b.ID, "again")
		f.settle()
		f.expect("said", f.line.said("bob"), "5 points")
		f.expect("state", f.state(b), "sent")
	})
}
