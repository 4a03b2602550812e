package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/store"
)

func (w *world) want(got, want string) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("the bot said\n\t%q, not\n\t%q", got, want)
	}
}

// One event five times at once has one effect (LEDGER case 1).
func TestFiveTimesAtOnce(t *testing.T) {
	w := newWorld(t)
	e := w.text("ann", "/count")
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if err := w.bot.Handle(context.Background(), []bot.Event{e}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	w.want(w.answer(e), "that makes 1")
	if n := w.counted("ann"); n != 1 {
		t.Errorf("counted %d times", n)
	}
}

// A refusal drops what the command wrote, is told once, and stays one however
// often the event comes (law 2, LEDGER case 7).
func TestRefusalStays(t *testing.T) {
	w := newWorld(t)
	e := w.text("ann", "/no")
	w.want(w.does(e)[0], "The amount must be more than 0.")
	w.does(e)
	if n := w.counted("ann"); n != 0 {
		t.Errorf("a refused command counted %d", n)
	}
}

// The defect of writing before asking is caught, whatever the store (law 4).
func TestWroteBeforeAsking(t *testing.T) {
	w := newWorld(t)
	if got := w.says("ann", "/hasty"); !strings.HasPrefix(got, "Sorry, something went wrong") {
		t.Errorf("it said %q", got)
	}
	if n := w.counted("ann"); n != 0 {
		t.Errorf("the write before the question stood: %d", n)
	}
	if all := w.dead(); len(all) != 1 || !strings.Contains(all[0].Error, bot.ErrWroteBeforeAsking.Error()) {
		t.Errorf("dead letters: %+v", all)
	}
}

func (w *world) dead() (all []bot.Dead) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		all, err = bot.DeadLetters(r)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// An event whose handler fails is put away; its person is told the reference,
// under which it can be handled again, once.
func TestDeadLetterAndReplay(t *testing.T) {
	w := newWorld(t)
	got := w.says("ann", "/boom")
	all := w.dead()
	if len(all) != 1 || !strings.HasSuffix(got, "ref "+all[0].Ref+".") || all[0].Error != "a defect" {
		t.Fatalf("it said %q, kept %+v", got, all)
	}
	ref := all[0].Ref
	w.heal = true
	for range 2 {
		if err := w.bot.Replay(context.Background(), ref); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.counted("ann"); n != 1 {
		t.Errorf("two replays counted %d", n)
	}
	if i, ok := w.intent(bot.IntentID("line.e1~" + ref + ".a")); !ok || i.Letter.Reply.Value != "" {
		t.Errorf("the replay's answer: %v %+v", ok, i.Letter)
	}
	if w.dead()[0].Done.IsZero() {
		t.Error("it still waits for an operator")
	}
	if err := w.bot.Replay(context.Background(), "ZZZZ"); err == nil || !strings.Contains(err.Error(), "dead list") {
		t.Errorf("an unknown reference: %v", err)
	}
}

// A failure in the chatter of a group is nobody's business there.
func TestDeadInGroupIsQuiet(t *testing.T) {
	w := newWorld(t)
	e := w.text("ann", "/boom")
	e.Chat = bot.Chat{Channel: "line", ID: "C1", Group: true}
	w.want(w.does(e)[0], "")
	if len(w.dead()) != 1 {
		t.Error("it was not kept")
	}
}

func TestPanicAndTooManyMessagesAreDefects(t *testing.T) {
	for _, words := range []string{"/panic", "/chatty"} {
		w := newWorld(t)
		if got := w.says("ann", words); !strings.HasPrefix(got, "Sorry, something went wrong") {
			t.Errorf("%s: it said %q", words, got)
		}
		if len(w.dead()) != 1 {
			t.Errorf("%s: %d dead letters", words, len(w.dead()))
		}
		w.want(w.says("ann", "/count"), "that makes 1") // the counter goes on
	}
}

// What no adapter understands is kept and answered, and costs the rest of its
// batch nothing.
func TestOddEventIsKept(t *testing.T) {
	w := newWorld(t)
	odd := w.event("ann", bot.Odd)
	odd.Raw = []byte(`{"type":"new"}`)
	after := w.text("ann", "/count")
	w.does(odd, after)
	w.want(w.answer(after), "that makes 1")
	if all := w.dead(); len(all) != 1 || all[0].Kind != bot.Odd {
		t.Errorf("kept %+v", all)
	}
	if err := w.bot.Replay(context.Background(), w.dead()[0].Ref); err == nil {
		t.Error("an odd event was replayed")
	}
}

// What is understood and of no meaning here leaves nothing for an operator.
func TestIgnoredEventsAreNoDeadLetters(t *testing.T) {
	w := newWorld(t)
	e := w.event("ann", bot.Ignored)
	e.Chat = bot.Chat{Channel: "line", ID: "C1", Group: true}
	w.want(w.does(e)[0], "")
	if all := w.dead(); len(all) != 0 {
		t.Errorf("kept %+v", all)
	}
}

// A replayed webhook cannot outlive the mark of what was done.
func TestOldEventsAreIgnored(t *testing.T) {
	w := newWorld(t)
	old := w.text("ann", "/count")
	old.At = w.now.Add(-bot.OldAfter - time.Second)
	w.want(w.does(old)[0], "")
	young := w.text("ann", "/count")
	young.At = w.now.Add(-bot.OldAfter + time.Second)
	w.want(w.does(young)[0], "that makes 1")
	if bot.SeenFor <= bot.OldAfter {
		t.Error("a mark goes before its event is too old")
	}
}

// Events of a chat run in the order in which they happened, however they lie in
// their batch.
func TestBatchRunsInOrder(t *testing.T) {
	w := newWorld(t)
	first, second, third := w.text("ann", "/count"), w.text("ann", "/count"), w.text("ann", "/count")
	first.At, second.At, third.At = w.now, w.now.Add(time.Second), w.now.Add(2*time.Second)
	got := w.does(third, first, second)
	w.want(strings.Join(got, ", "), "that makes 3, that makes 1, that makes 2")
}

// Batches that overlap, each of many chats, do everything once.
func TestConcurrentBatches(t *testing.T) {
	w := newWorld(t)
	var batch []bot.Event
	for i := range 20 {
		batch = append(batch, w.text(fmt.Sprint("person", i), "/count"), w.text("ann", "/count"))
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			mine := append([]bot.Event(nil), batch[i*2:]...)
			if err := w.bot.Handle(context.Background(), append(mine, batch[:i*2]...)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.counted("ann"); n != 20 {
		t.Errorf("ann was counted %d times", n)
	}
	for i := range 20 {
		if n := w.counted(fmt.Sprint("person", i)); n != 1 {
			t.Errorf("person %d was counted %d times", i, n)
		}
	}
}

// A redelivered event says nothing new, and lends its token to an answer that
// is still on its way; the outbox is told to look.
func TestRedeliveryRenewsTheToken(t *testing.T) {
	w := newWorld(t)
	e := w.text("ann", "/count")
	w.does(e)
	w.nudged = nil
	e.Redelivered = true
	e.Reply = bot.ReplyToken{Value: "fresh", Until: w.now.Add(2 * time.Minute)}
	w.does(e)
	if i, _ := w.intent("line.e1.a"); i.Letter.Reply.Value != "fresh" {
		t.Errorf("the answer would go with %q", i.Letter.Reply.Value)
	}
	if n := w.counted("ann"); n != 1 {
		t.Errorf("counted %d times", n)
	}
	for _, id := range w.nudged {
		if id != "line.e1.a" {
			t.Errorf("nudged for %s", id)
		}
	}
}

// A store in trouble is the platform's to try again: nothing is put away.
func TestStoreInTroubleIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	w.does(w.text("ann", "/count"))
	total := w.db.Writes()
	w.does(w.text("ann", "/count"))
	each := w.db.Writes() - total
	for n := 1; n <= each; n++ {
		e := w.text("ann", "/count")
		before := w.counted("ann")
		w.db.CrashAt(n)
		if err := w.bot.Handle(context.Background(), []bot.Event{e}); err == nil {
			t.Errorf("a crash at write %d was answered 200", n)
		} else if errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		w.db.Reopen()
		if got := w.counted("ann"); got != before {
			t.Errorf("a crash at write %d counted", n)
		}
		w.want(w.does(e)[0], fmt.Sprint("that makes ", before+1))
	}
	if len(w.dead()) != 0 {
		t.Errorf("dead letters: %+v", w.dead())
	}
}

// Marks, questions, buttons and dead letters go when they were kept long
// enough, and not before.
func TestSweep(t *testing.T) {
	w := newWorld(t)
	w.does(w.text("ann", "/count"), w.text("bo", "/order"), w.text("cy", "/ticket"), w.text("di", "/boom"))
	said := w.text("ed", "two lattes")
	said.Chat = bot.Chat{Channel: "line", ID: "C1", Group: true}
	w.does(said)
	sweep := func(after time.Duration) int {
		t.Helper()
		n, err := bot.Sweep(context.Background(), w.db, monday.Add(after))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct {
		after time.Duration
		gone  int
		what  string
	}{
		{time.Minute, 0, "nothing is old"},
		{16 * time.Minute, 1, "the open question"},
		{61 * time.Minute, 1, "the button"},
		{bot.QuotesFor + time.Minute, 1, "who said what in the group"},
		{bot.SeenFor - time.Minute, 0, "nothing more"},
		{bot.SeenFor + time.Minute, 5, "the marks of what was done"},
		{bot.DeadFor - time.Minute, 0, "nothing more"},
		{bot.DeadFor + time.Minute, 1, "the dead letter"},
	} {
		if n := sweep(step.after); n != step.gone {
			t.Errorf("after %v %d rows went; %s should have (%d)", step.after, n, step.what, step.gone)
		}
	}
}
