package outbox

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/store"
)

// The tests here are named after the cases and invariants of the ledger's page
// that concern delivery.

func TestCase09KilledBeforeTheAnswerLeft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		w.settle()
		line, tg := w.intent("main", "ann", bot.Answer, "120 points"), w.intent("tg", "bob", bot.Answer, "5 points")
		w.must(w.putSilently(line, tg))
		w.settle()
		w.expect("before", w.line.said("ann")+w.tg.said("bob"), "")
		w.restart()
		w.settle()
		w.expect("LINE", w.line.said("ann"), "120 points")
		w.expect("Telegram", w.tg.said("bob"), "5 points")
		w.expect("states", w.state(line)+" "+w.state(tg), "sent sent")
	})
}

func TestCase09RedeliveryBringsANewToken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.intent("main", "ann", bot.Answer, "120 points")
		w.must(w.putSilently(a))
		w.pass(2 * time.Minute) // the process is down, the token lapses
		w.start()
		w.settle()
		w.expect("late", w.state(a), "parked")
		renew := func(name string) {
			w.must(w.db.Update(context.Background(), func(tx store.Tx) error {
				return w.o.Renew(tx, a.ID, token(name, time.Now().Add(time.Minute)))
			}))
		}
		renew("again")
		w.o.Nudge(bot.Intent{ID: a.ID})
		w.settle()
		w.expect("said", w.line.said("ann"), "120 points")
		w.expect("state", w.state(a), "sent")
		renew("and again")
		w.pass(time.Minute)
		w.expect("said once", w.line.said("ann"), "120 points")

		b := w.intent("main", "ann", bot.Answer, "nobody redelivers")
		b.Letter.Reply.Until = time.Now()
		w.must(w.put(b))
		w.pass(time.Hour)
		w.expect("given up", w.state(b), "late: its reply token lapsed")
	})
}

func TestRenewalWhileAnswerIsInHand(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		w.line.always(only(bot.NotSent))
		a := w.intent("main", "ann", bot.Answer, "120 points")
		w.must(w.put(a))
		w.pass(50 * time.Second)
		w.must(w.db.Update(context.Background(), func(tx store.Tx) error {
			return w.o.Renew(tx, a.ID, token("new", time.Now().Add(time.Minute)))
		}))
		w.pass(20 * time.Second) // the first token is dead by now
		w.line.always(fine)
		w.pass(20 * time.Second)
		w.expect("said", w.line.said("ann"), "120 points")
		w.expect("state", w.state(a), "sent")
	})
}

func TestCase10PushIsRepeatedWithTheSameKey(t *testing.T) {
	onMem(t, func(t *testing.T, w *world) {
		w.start()
		w.line.script(w.thenKill(fine))
		r := w.intent("main", "ann", bot.Receipt, "spent 50")
		w.must(w.put(r))
		w.settle()
		w.expect("arrived", w.line.said("ann"), "spent 50")
		w.rise()
		w.expect("state", w.state(r), "sent")
		w.expect("said once", w.line.said("ann"), "spent 50")
		if w.line.calls() != 2 || w.line.billed != 1 {
			t.Errorf("%d calls, %d billed", w.line.calls(), w.line.billed)
		}
	})
}

func TestCase10ReplyIsRepeatedWithItsToken(t *testing.T) {
	onMem(t, func(t *testing.T, w *world) {
		w.start()
		w.line.script(w.thenKill(fine))
		a := w.intent("main", "ann", bot.Answer, "redeemed")
		a.Ref = "7KQ2"
		w.must(w.put(a))
		w.settle()
		w.rise()
		w.expect("state", w.state(a), "sent")
		w.expect("said once", w.line.said("ann"), "redeemed")
		if w.line.calls() != 2 || w.line.billed != 0 {
			t.Errorf("%d calls, %d billed: the token was to be tried again, nothing pushed", w.line.calls(), w.line.billed)
		}
	})
}

func TestCase10AfterTheMinuteOnlyReceiptsArePushed(t *testing.T) {
	onMem(t, func(t *testing.T, w *world) {
		w.start()
		w.line.always(func(bot.Call, func() bot.Result) bot.Result {
			w.kill()
			return bot.Result{Outcome: bot.Unknown}
		})
		receipt, mere := w.intent("main", "ann", bot.Answer, "redeemed"), w.intent("main", "bob", bot.Answer, "120 points")
		receipt.Ref = "7KQ2"
		w.must(w.put(receipt, mere))
		w.settle()
		w.pass(2 * time.Minute)
		w.line.always(fine)
		w.rise()
		w.pass(time.Second)
		w.expect("receipt", w.line.said("ann"), "redeemed7KQ2")
		w.expect("mere answer", w.line.said("bob"), "")
		w.pass(time.Hour)
		w.expect("states", w.state(receipt)+", "+w.state(mere), "sent, late: its reply token lapsed")
		if w.line.billed != 1 {
			t.Errorf("%d billed", w.line.billed)
		}
	})
}

func TestCase10UnknownReplyWithinItsMinute(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		w.line.script(lost)
		a := w.intent("main", "ann", bot.Answer, "hello")
		w.must(w.put(a))
		w.pass(5 * time.Second)
		w.expect("said", w.line.said("ann"), "hello")
		w.expect("invalid token after an unknown try means delivered", w.state(a), "sent")

		w.line.script(only(bot.Unknown))
		b := w.intent("main", "ann", bot.Answer, "again")
		w.must(w.put(b))
		w.pass(5 * time.Second)
		w.expect("said", w.line.said("ann"), "hello / again")
		w.expect("state", w.state(b), "sent")

		w.line.always(only(bot.Unknown))
		mere, receipt := w.intent("main", "ann", bot.Answer, "mere"), w.intent("main", "cat", bot.Answer, "undone")
		receipt.Ref = "9XYZ"
		w.must(w.put(mere, receipt))
		w.pass(61 * time.Second)
		w.line.always(fine)
		w.pass(time.Minute)
		w.expect("mere", w.state(mere), "unknown: the reply's outcome was never told")
		w.expect("receipt", w.line.said("cat"), "undone9XYZ")
	})
}

func TestCase11KilledAfterTelegramAccepted(t *testing.T) {
	onMem(t, func(t *testing.T, w *world) {
		w.start()
		for i, class := range []bot.Class{bot.Promo, bot.Nudge, bot.Receipt} {
			who := fmt.Sprint(i)
			w.tg.script(w.thenKill(fine))
			x := w.intent("tg", who, class, "it is ")
			x.Ref = map[bool]string{true: "7KQ2", false: ""}[class == bot.Receipt]
			w.must(w.put(x))
			w.settle()
			w.rise()
			w.pass(time.Minute)
			if class == bot.Receipt {
				w.expect("receipt", w.tg.said("2"), "it is 7KQ2 / it is 7KQ2")
				w.expect("receipt", w.state(x), "sent")
			} else {
				w.expect(string(class), w.tg.said(bot.ChatID(who)), "it is ")
				w.expect(string(class), w.state(x), "unknown: the program stopped while it was being sent")
			}
		}
	})
}

func TestCase12ResetAfterTheBodyIsUnknown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		w.tg.always(only(bot.Unknown))
		promo, mere := w.intent("tg", "ann", bot.Promo, "sale"), w.intent("tg", "bob", bot.Answer, "hello")
		receipt := w.intent("tg", "cat", bot.Receipt, "spent 5")
		w.must(w.put(promo, mere, receipt))
		w.pass(time.Hour)
		w.expect("promo", w.state(promo), "unknown: the platform did not say whether it arrived")
		w.expect("answer", w.state(mere), "unknown: the platform did not say whether it arrived")
		w.expect("receipt", w.state(receipt), "unknown: the platform did not say whether it arrived")
		if n := w.tg.calls(); n != 4 {
			t.Errorf("%d calls: only the receipt is sent once more", n)
		}
	})
}

func TestCase13FloodInMidBroadcast(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		w.tg.script(fine, fine, fine, fine, fine, flood(35*time.Second))
		begin := time.Now()
		var promos []bot.Intent
		for i := range 60 {
			promos = append(promos, w.intent("tg", fmt.Sprint("c", i), bot.Promo, "sale"))
		}
		w.must(w.put(promos...))
		w.pass(time.Second)
		before := w.tg.calls()
		w.pass(20 * time.Second)
		answer := w.intent("tg", "ann", bot.Answer, "hello")
		w.must(w.put(answer))
		w.pass(13 * time.Second)
		if n := w.tg.calls(); n != before {
			t.Errorf("%d calls while the bot had to wait", n-before)
		}
		w.pass(time.Minute)
		w.expect("answer", w.state(answer), "sent")
		first := w.tg.when["ann"][0]
		if d := first.Sub(begin); d < 35*time.Second || d > 37*time.Second {
			t.Errorf("the answer came after %v", d)
		}
		for i, p := range promos {
			w.expect("promo", w.state(p), "sent")
			w.expect("promo", w.tg.said(bot.ChatID(fmt.Sprint("c", i))), "sale")
			if when := w.tg.when[bot.ChatID(fmt.Sprint("c", i))][0]; when.Sub(begin) > 2*time.Second && when.Before(first) {
				t.Errorf("promo %d overtook the answer", i)
			}
		}
	})
}

func TestCase16StoppedBetweenQueueingAndSending(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		out := map[bot.PersonID]bool{}
		w.cfg.MaySend = func(_ store.Tx, i bot.Intent, _ time.Time) (Verdict, error) {
			if out[i.Person] {
				return Verdict{Why: "opted-out"}, nil
			}
			return Verdict{}, nil
		}
		w.build()
		later := time.Now().Add(time.Hour)
		var all []bot.Intent
		for _, who := range []string{"ann", "bob", "cat", "dan"} {
			for _, ch := range []bot.ChannelName{"main", "tg"} {
				x := w.intent(ch, who, bot.Promo, "sale")
				x.NotBefore = later
				all = append(all, x)
			}
		}
		now := w.intent("tg", "cat", bot.Receipt, "spent 5")
		w.must(w.put(append(all, now)...))
		out[person("ann")] = true
		w.people.erase(person("bob"))
		w.tg.script(only(bot.Unreachable)) // cat blocked the bot
		w.start()
		w.pass(2 * time.Hour)
		want := map[string]string{
			"ann": "suppressed: opted-out suppressed: opted-out",
			"bob": "suppressed: erased suppressed: erased",
			"cat": "sent suppressed: unreachable",
			"dan": "sent sent",
		}
		for i, who := range []string{"ann", "bob", "cat", "dan"} {
			w.expect(who, w.state(all[2*i])+" "+w.state(all[2*i+1]), want[who])
		}
		if n := w.tg.calls(); n != 2 {
			t.Errorf("%d calls", n)
		}
	})
}

func TestCase17LINEAwayFor25Hours(t *testing.T) {
	for _, o := range []bot.Outcome{bot.Unknown, bot.NotSent} {
		t.Run(string(o), func(t *testing.T) {
			onMem(t, func(t *testing.T, w *world) {
				w.cfg.LookEvery = 10 * time.Minute
				w.build()
				w.start()
				w.line.always(only(o))
				x, y := w.intent("main", "ann", bot.Receipt, "spent 5"), w.intent("main", "bob", bot.Receipt, "spent 6")
				w.must(w.put(x))
				w.pass(25 * time.Hour)
				w.must(w.put(y))
				w.pass(time.Minute)
				w.line.always(fine)
				w.pass(time.Hour)
				w.expect("old", w.state(x), "expired: a day of tries passed")
				w.expect("old", w.line.said("ann"), "")
				w.expect("new", w.line.said("bob"), "spent 6")
				for _, c := range w.line.all {
					if strings.Contains(string(c.Body), "ann") && string(c.Body) != string(w.line.all[0].Body) {
						t.Errorf("other bytes: %s", c.Body)
					}
				}
			})
		})
	}
}

func TestCase22And31RestoredBackupAsksBeforeSending(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		push, rider := w.intent("main", "ann", bot.Receipt, "spent 5"), w.intent("main", "ann", bot.Nudge, "come by")
		rider.Carriage = bot.RideThenPush
		promo := w.intent("tg", "bob", bot.Promo, "sale")
		w.must(w.put(push, rider, promo))
		w.must(w.db.Update(context.Background(), func(tx store.Tx) error { return Hold(tx, "restored from a backup", time.Now()) }))
		w.start()
		answer := w.intent("main", "ann", bot.Answer, "hello")
		w.must(w.put(answer))
		w.pass(3 * time.Hour)
		w.expect("LINE", w.line.said("ann"), "hello")
		w.expect("Telegram", w.tg.said("bob"), "")
		var stops []Stop
		w.must(w.db.View(context.Background(), func(r store.Reader) (err error) { stops, err = w.o.Stops(r); return err }))
		if len(stops) != 1 || stops[0].Why != "restored from a backup" {
			t.Errorf("stops: %v", stops)
		}
		w.must(w.o.Release(context.Background()))
		w.settle()
		w.expect("LINE", w.line.said("ann"), "hello / spent 5 / come by")
		w.expect("Telegram", w.tg.said("bob"), "sale")
	})
}

// A hold that comes while letters are being sent stops those too that are already in
// hand: what was read before it is asked again in the commit that claims it.
func TestInvariant31HoldStopsWhatIsInHand(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const audience = 90
		var all []bot.Intent
		for i := range audience {
			all = append(all, w.intent("tg", fmt.Sprint("c", i), bot.Promo, "sale"))
		}
		arrived := func() (n int) {
			for i := range audience {
				n += len(w.tg.got[bot.ChatID(fmt.Sprint("c", i))])
			}
			return n
		}
		w.must(w.put(all...))
		w.start()
		w.pass(time.Second)
		before := arrived()
		w.must(w.db.Update(context.Background(), func(tx store.Tx) error { return Hold(tx, "restored from a backup", time.Now()) }))
		w.pass(time.Hour)
		if held := arrived(); before == 0 || before == audience || held != before {
			t.Errorf("%d of %d had gone when the hold came, and %d after it", before, audience, held)
		}
		w.must(w.o.Release(context.Background()))
		w.pass(time.Hour)
		if n := arrived(); n != audience {
			t.Errorf("%d of %d arrived once it was released", n, audience)
		}
	})
}

func TestInvariant27AudienceAddsUp(t *testing.T) {
	onMem(t, func(t *testing.T, w *world) {
		w.cfg.MaySend = func(_ store.Tx, i bot.Intent, _ time.Time) (Verdict, error) {
			if strings.HasSuffix(string(i.ID), "7") {
				return Verdict{Why: "opted-out"}, nil
			}
			return Verdict{}, nil
		}
		w.build()
		w.start()
		const audience = 200
		all := map[bot.ChannelName][]bot.Intent{}
		for _, ch := range []bot.ChannelName{"main", "tg"} {
			for i := range audience {
				all[ch] = append(all[ch], w.intent(ch, fmt.Sprint("c", i), bot.Promo, "sale"))
			}
			w.must(w.put(all[ch]...))
		}
		kills := 0
		for ; kills < 6; kills++ {
			w.pass(time.Duration(200+137*kills) * time.Millisecond)
			w.kill()
			w.rise()
		}
		w.pass(time.Hour)
		for ch, list := range all {
			n := map[string]int{}
			for i, x := range list {
				s, _, _ := strings.Cut(w.state(x), ":")
				n[s]++
				p := map[bot.ChannelName]*platform{"main": w.line, "tg": w.tg}[ch]
				if got := len(p.got[bot.ChatID(fmt.Sprint("c", i))]); got > 1 || (s == "sent") != (got == 1) && s != "unknown" {
					t.Errorf("%s: %d is %s and arrived %d times", ch, i, s, got)
				}
			}
			t.Logf("%s: %v", ch, n)
			if n["sent"]+n["suppressed"]+n["unknown"] != audience || n["suppressed"] != audience/10 || ch == "main" && n["unknown"] > 0 {
				t.Errorf("%s: %v does not add up to %d", ch, n, audience)
			}
			if most := kills * w.o.cfg.Workers / 2; n["unknown"] > most {
				t.Errorf("%d unknown, more than was in flight", n["unknown"])
			}
		}
	})
}

func TestInvariant28KeyIsStoredBeforeTheFirstTry(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		x := w.intent("main", "ann", bot.Receipt, "spent 5")
		var seen []string
		w.line.always(func(c bot.Call, _ func() bot.Result) bot.Result {
			w.must(w.db.View(context.Background(), func(r store.Reader) error {
				q, _, err := queue.Get(r, string(x.ID))
				if err != nil {
					return err
				}
				var kept calls
				if err := w.o.open(r, q.Person, q.Calls, &kept); err != nil {
					return err
				}
				seen = append(seen, kept.Keys[0])
				if string(kept.Calls[0].Body) != string(c.Body) {
					t.Error("another body was stored than is sent")
				}
				return nil
			}))
			return bot.Result{Outcome: bot.Unknown}
		})
		w.must(w.put(x))
		w.pass(time.Hour)
		w.line.always(fine)
		w.pass(time.Hour)
		w.expect("state", w.state(x), "sent")
		for _, k := range seen {
			if k != seen[0] || len(k) != 36 || k[14] != '4' {
				t.Errorf("keys: %v", seen)
			}
		}
		if len(seen) < 5 || len(w.line.keys) != 1 {
			t.Errorf("%d tries, %d keys", len(seen), len(w.line.keys))
		}
	})
}

func TestInvariant30ConsentIsAskedForEveryTry(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		out := false
		quiet := time.Now().Add(8 * time.Hour)
		w.cfg.MaySend = func(_ store.Tx, i bot.Intent, now time.Time) (Verdict, error) {
			switch {
			case i.Class == bot.Promo && out:
				return Verdict{Why: "opted-out"}, nil
			case i.Class == bot.Nudge && now.Before(quiet):
				return Verdict{NotBefore: quiet}, nil
			}
			return Verdict{}, nil
		}
		w.build()
		w.start()
		w.line.always(only(bot.Unknown))
		x := w.intent("main", "ann", bot.Promo, "sale")
		w.must(w.put(x))
		w.settle()
		out = true
		w.line.always(fine)
		nudge := w.intent("main", "bob", bot.Nudge, "points expire")
		w.must(w.put(nudge))
		w.pass(time.Hour)
		w.expect("ambiguous, then opted out", w.state(x), "unknown: opted-out")
		w.expect("ambiguous, then opted out", w.line.said("ann"), "")
		w.expect("quiet hours", w.state(nudge), "waiting")
		w.pass(7*time.Hour + time.Second)
		w.expect("after them", w.line.said("bob"), "points expire")
	})
}
