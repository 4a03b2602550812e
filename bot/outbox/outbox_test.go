package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/store"
)

func TestRidersGoBeforeTheNextAnswer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		earned := w.intent("main", "ann", bot.Receipt, "earned 5")
		earned.Carriage = bot.RideOnly
		nudge := w.intent("main", "ann", bot.Nudge, "points expire soon")
		nudge.Carriage, nudge.RideUntil = bot.RideThenPush, time.Now().Add(24*time.Hour)
		other := w.intent("main", "bob", bot.Receipt, "earned 7")
		other.Carriage = bot.RideOnly
		w.must(w.put(earned, nudge, other))
		w.pass(time.Hour)
		if w.line.calls() != 0 {
			t.Errorf("%d calls for what can wait", w.line.calls())
		}
		group := w.intent("main", "ann", bot.Answer, "in the group")
		group.Letter.To = bot.Address{Chat: bot.Chat{Channel: "main", ID: "C1", Group: true}}
		group.Lane = w.people.Lane(group.Letter.To.Chat)
		answer := w.intent("main", "ann", bot.Answer, "120 points")
		w.must(w.put(group, answer))
		w.settle()
		w.expect("group", w.line.said("C1"), "in the group")
		w.expect("ann", w.line.said("ann"), "earned 5|points expire soon|120 points")
		w.expect("bob", w.line.said("bob"), "")
		w.expect("states", w.state(earned)+" "+w.state(nudge)+" "+w.state(answer)+" "+w.state(other), "rode rode sent waiting")
		w.pass(48 * time.Hour / 24)
		var list []Day
		w.must(w.db.View(context.Background(), func(r store.Reader) (err error) {
			list, err = w.o.Stats(r, time.Now(), time.Now())
			return err
		}))
		if len(list) != 1 || list[0].Rode != 2 || list[0].Saved != 1 || list[0].Free != 2 || list[0].Billed != 0 {
			t.Errorf("stats: %+v", list)
		}
	})
}

func TestAnswerHasAtMostFiveMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 4 {
			r := w.intent("main", "ann", bot.Receipt, fmt.Sprint("a", i), fmt.Sprint("b", i))
			r.Carriage = bot.RideOnly
			w.must(w.put(r))
		}
		w.start()
		w.must(w.put(w.intent("main", "ann", bot.Answer, "one")))
		w.settle()
		w.expect("first", w.line.said("ann"), "a0|b0|a1|b1|one")
		w.must(w.put(w.intent("main", "ann", bot.Answer, "two", "three")))
		w.settle()
		w.expect("second", w.line.said("ann"), "a0|b0|a1|b1|one / a2|b2|two|three")
		six := w.intent("main", "ann", bot.Answer, "1", "2", "3", "4", "5", "6")
		if err := w.put(six); err == nil {
			t.Error("six messages were taken")
		}
	})
}

func TestRidersWaitAgainWhenTheirAnswerFails(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		ride := func(class bot.Class, who, s string) bot.Intent {
			r := w.intent("main", who, class, s)
			r.Carriage, r.RideUntil = bot.RideThenPush, time.Now().Add(10*time.Minute)
			return r
		}
		clean, receipt, promo := ride(bot.Promo, "ann", "sale"), ride(bot.Receipt, "bob", "earned 5"), ride(bot.Promo, "bob", "sale")
		w.must(w.put(clean, receipt, promo))
		w.line.always(func(c bot.Call, _ func() bot.Result) bot.Result {
			if strings.Contains(string(c.Body), "ann") {
				return bot.Result{Outcome: bot.NotSent}
			}
			return bot.Result{Outcome: bot.Unknown}
		})
		w.must(w.put(w.intent("main", "ann", bot.Answer, "x"), w.intent("main", "bob", bot.Answer, "y")))
		w.pass(2 * time.Minute)
		w.expect("certainly not sent", w.state(clean), "waiting")
		w.expect("a receipt in doubt", w.state(receipt), "waiting")
		w.expect("a promo in doubt", w.state(promo), "unknown: the answer that it rode on may have arrived")
		w.line.always(fine)
		w.must(w.put(w.intent("main", "ann", bot.Answer, "z")))
		w.pass(time.Second)
		w.expect("ann", w.line.said("ann"), "sale|z")
		w.pass(10 * time.Minute)
		w.expect("bob, pushed when its time for riding was over", w.line.said("bob"), "earned 5")
		if w.line.billed != 1 {
			t.Errorf("%d billed", w.line.billed)
		}
	})
}

func TestRiderThatIsRefusedDoesNotCostTheAnswer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.line.always(func(c bot.Call, effect func() bot.Result) bot.Result {
			if strings.Contains(string(c.Body), "malformed") {
				return bot.Result{Outcome: bot.Rejected, Err: errors.New("messages[0] is invalid")}
			}
			return effect()
		})
		bad := w.intent("main", "ann", bot.Receipt, "malformed")
		bad.Carriage, bad.RideUntil = bot.RideThenPush, time.Now().Add(time.Hour)
		w.must(w.put(bad))
		w.start()
		w.must(w.put(w.intent("main", "ann", bot.Answer, "hello")))
		w.settle()
		w.expect("answer", w.line.said("ann"), "hello")
		w.expect("rider", w.state(bad), "waiting")
		w.pass(2 * time.Hour)
		w.expect("rider", w.state(bad), "dead: messages[0] is invalid")
	})
}

func TestOnlyRidesIsNeverPushedAndExpires(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		r := w.intent("main", "ann", bot.Receipt, "earned 5")
		r.Carriage, r.NotAfter = bot.RideOnly, time.Now().Add(time.Hour)
		free := w.intent("tg", "ann", bot.Receipt, "earned 5")
		free.Carriage = bot.RideOnly
		w.must(w.put(r, free))
		w.pass(time.Second)
		w.expect("where it is free it goes at once", w.tg.said("ann"), "earned 5")
		w.pass(2 * time.Hour)
		w.expect("state", w.state(r), "expired: its time passed")
		if w.line.calls() != 0 {
			t.Error("it was pushed")
		}
	})
}

func TestOrderWithinALane(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all []bot.Intent
		var want []string
		for i := range 20 {
			a := w.intent("main", "ann", bot.Answer, fmt.Sprint(i))
			a.Born = time.Now().Add(time.Duration(i) * time.Millisecond)
			all, want = append(all, a), append(want, fmt.Sprint(i))
		}
		w.line.script(only(bot.NotSent), only(bot.Unknown), fine, only(bot.NotSent))
		w.must(w.putSilently(all...))
		for i := range all { // told of in the wrong order, before the loop begins
			w.o.Nudge(all[len(all)-1-i])
		}
		w.start()
		w.pass(30 * time.Second)
		w.expect("said", w.line.said("ann"), strings.Join(want, " / "))
	})
}

func TestOtherChatsDoNotWait(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		hang := make(chan struct{})
		w.cfg.Channels["main"] = &hanging{w.line, "ann", hang}
		w.build()
		w.start()
		w.must(w.put(w.intent("main", "ann", bot.Answer, "slow"), w.intent("main", "ann", bot.Answer, "after it")))
		w.must(w.put(w.intent("main", "bob", bot.Answer, "quick")))
		w.settle()
		w.expect("bob", w.line.said("bob"), "quick")
		w.expect("ann", w.line.said("ann"), "")
		close(hang)
		w.settle()
		w.expect("ann", w.line.said("ann"), "slow / after it")
	})
}

// hanging is a platform that keeps one chat waiting.
type hanging struct {
	*platform
	who   string
	until chan struct{}
}

func (h *hanging) Send(ctx context.Context, c bot.Call, key string) bot.Result {
	if strings.Contains(string(c.Body), h.who) {
		<-h.until
	}
	return h.platform.Send(ctx, c, key)
}

func TestTelegramPaces(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all []bot.Intent
		for i := range 120 {
			all = append(all, w.intent("tg", fmt.Sprint("c", i), bot.Promo, "sale"))
		}
		for i := range 10 {
			all = append(all, w.intent("tg", "ann", bot.Receipt, fmt.Sprint(i)))
		}
		for i := range 25 {
			g := w.intent("tg", "-100", bot.Receipt, fmt.Sprint(i))
			g.Letter.To = bot.Address{Chat: bot.Chat{Channel: "tg", ID: "-100", Group: true}}
			all = append(all, g)
		}
		w.must(w.put(all...))
		w.start()
		w.pass(10 * time.Minute)
		most := func(times []time.Time, span time.Duration) (n int) {
			for i := range times {
				k := 0
				for _, t := range times[i:] {
					if t.Sub(times[i]) < span {
						k++
					}
				}
				n = max(n, k)
			}
			return n
		}
		var every []time.Time
		for _, when := range w.tg.when {
			every = append(every, when...)
		}
		for i := range every {
			for j := range i {
				if every[i].Before(every[j]) {
					every[i], every[j] = every[j], every[i]
				}
			}
		}
		if n := most(every, time.Second); len(every) != 155 || n > 30 || n < 20 {
			t.Errorf("%d sent, at most %d in a second", len(every), n)
		}
		if n := most(w.tg.when["ann"], 10*time.Second); n > 13 || len(w.tg.when["ann"]) != 10 {
			t.Errorf("one chat: %d in ten seconds", n)
		}
		if n := most(w.tg.when["-100"], time.Minute); n > 20 || n < 15 {
			t.Errorf("one group: %d in a minute", n)
		}
	})
}

func TestQuotaUsedStopsPushesUntilNextMonth(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.cfg.LookEvery = 10 * time.Minute
		w.build()
		w.start()
		w.line.script(only(bot.QuotaUsed))
		push := w.intent("main", "ann", bot.Receipt, "spent 5")
		w.must(w.put(push))
		w.settle()
		second := w.intent("main", "bob", bot.Receipt, "spent 6")
		w.must(w.put(second))
		w.must(w.put(w.intent("main", "bob", bot.Answer, "answers are free")))
		w.pass(time.Minute)
		w.expect("answers, and what rides on them, go on", w.line.said("bob"), "spent 6|answers are free")
		w.expect("the push waits", w.line.said("ann"), "")
		w.must(w.o.Resume(context.Background(), "main"))
		w.settle()
		w.expect("until somebody paid", w.state(push), "waiting")
		end := monthsEnd(time.Now())
		if end.In(time.FixedZone("", 9*3600)).Day() != 1 || !end.After(time.Now()) {
			t.Errorf("month's end %v", end)
		}
	})
}

func TestUnauthorisedIsTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		w.line.always(only(bot.Unauthorised))
		a, b := w.intent("main", "ann", bot.Receipt, "spent 5"), w.intent("main", "bob", bot.Receipt, "spent 6")
		w.must(w.put(a))
		w.settle()
		n := w.line.calls()
		w.must(w.put(b))
		w.pass(30 * time.Second)
		if w.line.calls() != n {
			t.Error("it went on trying with a token that is refused")
		}
		w.line.always(fine)
		w.pass(2 * time.Minute)
		w.expect("states", w.state(a)+" "+w.state(b), "sent sent")
	})
}

func TestGroupThatMoved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var moved []string
		w.cfg.OnMoved = func(_ context.Context, from bot.Chat, to bot.ChatID) error {
			moved = append(moved, string(from.ID)+">"+string(to))
			return nil
		}
		w.build()
		w.start()
		moves := func(c bot.Call, effect func() bot.Result) bot.Result {
			if strings.Contains(string(c.Body), `"-1"`) {
				return bot.Result{Outcome: bot.Moved, MovedTo: "-100"}
			}
			return effect()
		}
		w.tg.always(moves)
		a, r := w.intent("tg", "-1", bot.Answer, "hello"), w.intent("tg", "-1", bot.Receipt, "spent 5")
		w.must(w.put(a, r))
		w.pass(5 * time.Second)
		w.expect("said", w.tg.said("-100"), "hello / spent 5")
		w.expect("told", strings.Join(moved, " "), "-1>-100 -1>-100")
		w.expect("states", w.state(a)+" "+w.state(r), "sent sent")
	})
}

func TestUnreachableIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var who []bot.PersonID
		w.cfg.OnUnreachable = func(_ context.Context, p bot.PersonID, to bot.Address) {
			who = append(who, p)
			w.expect("address", string(to.Person.User), "ann")
		}
		w.build()
		w.start()
		w.tg.always(only(bot.Unreachable))
		a, later := w.intent("tg", "ann", bot.Answer, "hello"), w.intent("tg", "ann", bot.Promo, "sale")
		later.NotBefore = time.Now().Add(time.Hour)
		w.must(w.put(a, later))
		w.settle()
		w.expect("states", w.state(a)+", "+w.state(later), "unreachable: unreachable, suppressed: unreachable")
		if len(who) != 1 || who[0] != person("ann") {
			t.Errorf("told of %v", who)
		}
	})
}

func TestDeadLetters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		w.line.script(only(bot.Rejected), only(bot.Rejected))
		a, b := w.intent("main", "ann", bot.Answer, "hello"), w.intent("main", "bob", bot.Receipt, "spent 5")
		b.Ref = "7KQ2"
		w.must(w.put(a))
		w.must(w.put(b))
		unspeakable := w.intent("tg", "ann", bot.Answer, "unspeakable")
		w.must(w.put(unspeakable))
		w.settle()
		list := func() (out string) {
			w.must(w.db.View(context.Background(), func(r store.Reader) error {
				l, err := w.o.List(r, 10)
				for _, d := range l {
					out += fmt.Sprintf("%s %s %s;", d.Channel, d.Ref, d.Why)
				}
				return err
			}))
			return out
		}
		w.expect("list", list(), "main  rejected;main 7KQ2 rejected;tg  cannot be encoded: a button without a label;")
		if n := strings.Count(w.log.String(), "dead list"); n != 3 {
			t.Errorf("the log tells the operator of %d dead letters, want 3:\n%s", n, &w.log)
		}
		w.must(w.o.Discard(context.Background(), unspeakable.ID))
		w.must(w.o.Replay(context.Background(), a.ID))
		w.must(w.o.Replay(context.Background(), b.ID))
		w.settle()
		w.expect("list", list(), "")
		w.expect("said", w.line.said("ann")+" "+w.line.said("bob"), "hello spent 57KQ2")
		w.expect("states", w.state(a)+" "+w.state(b), "sent sent")
		if err := w.o.Replay(context.Background(), a.ID); !errors.Is(err, ErrNoDeadLetter) {
			t.Errorf("a second replay: %v", err)
		}
	})
}

func TestSameIDIsOneIntent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		for _, x := range []bot.Intent{w.intent("main", "ann", bot.Answer, "a"), w.intent("main", "bob", bot.Receipt, "r")} {
			for range 3 {
				w.must(w.put(x))
				w.settle()
			}
		}
		w.expect("answer", w.line.said("ann"), "a")
		w.expect("receipt", w.line.said("bob"), "r")
		unput := w.intent("main", "ann", bot.Answer, "its transaction failed")
		w.o.Nudge(unput)
		w.settle()
		w.expect("answer", w.line.said("ann"), "a")
	})
}

func TestFarewellToTheErased(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		w.people.erase(person("ann"))
		bye, promo := w.intent("main", "ann", bot.Answer, "all is deleted"), w.intent("main", "ann", bot.Promo, "sale")
		w.must(w.put(bye, promo))
		w.settle()
		w.expect("said", w.line.said("ann"), "all is deleted")
		w.expect("promo", w.state(promo), "suppressed: erased")
	})
}

func TestNothingReadableInTheRows(t *testing.T) {
	onMem(t, func(t *testing.T, w *world) {
		w.line.always(only(bot.NotSent))
		w.tg.always(only(bot.Rejected))
		var all []bot.Intent
		for _, ch := range []bot.ChannelName{"main", "tg"} {
			all = append(all, w.intent(ch, "Uann", bot.Answer, "secret words"), w.intent(ch, "Uann", bot.Receipt, "secret words"))
			ride := w.intent(ch, "Uann", bot.Receipt, "secret words")
			ride.Carriage = bot.RideOnly
			all = append(all, ride)
		}
		w.must(w.put(all...))
		w.start()
		for range 3 {
			for _, row := range w.mem.Dump() {
				for _, s := range []string{"Uann", "secret", "words", all[0].Letter.Reply.Value} {
					if strings.Contains(string(row.Key)+string(row.Value), s) {
						t.Errorf("%q in row %q", s, row.Key)
					}
				}
			}
			w.pass(time.Second)
		}
	})
}

func TestStopFinishesAnswersAndKeepsTheRest(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		w.tg.script(only(bot.Unknown), flood(3*time.Second))
		promo, answer := w.intent("tg", "bob", bot.Promo, "sale"), w.intent("tg", "ann", bot.Answer, "hello")
		w.must(w.put(w.intent("tg", "cat", bot.Promo, "x"), w.intent("tg", "dan", bot.Promo, "y")))
		w.settle()
		w.must(w.put(promo, answer))
		w.halt()
		w.expect("answer", w.tg.said("ann"), "hello")
		w.expect("promo", w.state(promo), "waiting")
		w.build()
		w.start()
		w.settle()
		w.expect("promo", w.state(promo), "sent")
	})
}

func TestSweep(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, r := w.intent("main", "ann", bot.Answer, "a"), w.intent("main", "ann", bot.Receipt, "r")
		w.start()
		w.must(w.put(a, r))
		w.settle()
		w.halt()
		for _, x := range []struct {
			after time.Duration
			want  string
		}{{KeepAnswers - time.Hour, "sent rode"}, {KeepAnswers + time.Hour, "none rode"}, {KeepPasts + time.Hour, "none none"}} {
			_, err := w.o.Sweep(context.Background(), time.Now().Add(x.after))
			w.must(err)
			w.expect(x.after.String(), w.state(a)+" "+w.state(r), x.want)
		}
	})
}
