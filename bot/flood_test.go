package bot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/store"
)

// inGroup makes an event happen in a group instead.
func inGroup(e bot.Event, group string) bot.Event {
	e.Chat = bot.Chat{Channel: "line", ID: bot.ChatID(group), Group: true}
	return e
}

// patient is a world whose bot listens to no flood.
func patient(t *testing.T) *world {
	w := newWorld(t)
	w.bot.Flood = bot.NewFlood()
	return w
}

// rows is how many rows the store has.
func (w *world) rows() (n int) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		for _, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// flood does events and gives those of their answers that are any.
func (w *world) flood(events ...bot.Event) (answers []string) {
	w.t.Helper()
	for _, said := range w.does(events...) {
		if said != "" {
			answers = append(answers, said)
		}
	}
	return answers
}

// kind words are said once; what else was said are answers.
func (w *world) tally(all []string, kind string) (answers, kindly int) {
	for _, said := range all {
		if strings.HasPrefix(said, kind) {
			kindly++
		} else {
			answers++
		}
	}
	return answers, kindly
}

const tooMuch, tooMuchHere = "That was a lot at once", "A lot is coming in here at once"

// Two hundred commands of one person in a group: some answers, one kind word, and
// then silence; the others there are answered meanwhile, and so is everybody's
// private chat.
func TestFloodOfOne(t *testing.T) {
	w := patient(t)
	var all []bot.Event
	for range 200 {
		all = append(all, inGroup(w.text("mallory", "/count"), "regulars"))
	}
	answers, kindly := w.tally(w.flood(all...), tooMuchHere)
	if answers != 20 || kindly != 1 {
		t.Errorf("%d answers and %d kind words", answers, kindly)
	}
	w.want(w.does(inGroup(w.text("ann", "/count"), "regulars"))[0], "that makes 1")
	w.want(w.says("bob", "/count"), "that makes 1")
	w.want(w.says("mallory", "/count"), "that makes 21") // her own chat is hers
	before := w.rows()
	if again := w.flood(all...); len(again) != 21 { // the marks of those that were done
		t.Errorf("what came again: %d have an answer", len(again))
	}
	if n := w.counted("mallory"); n != 21 || w.rows() != before {
		t.Errorf("what came again counted: %d, and made %d rows", n, w.rows()-before)
	}
}

// Fifty persons with two hundred commands each: the group as a whole has its fill,
// and what is stored of it is bounded by what was answered.
func TestFloodOfFifty(t *testing.T) {
	w := patient(t)
	before := w.rows()
	var all []bot.Event
	for range 200 {
		for p := range 50 {
			all = append(all, inGroup(w.text(fmt.Sprint("m", p), "/menu"), "regulars"))
		}
	}
	answers, kindly := w.tally(w.flood(all...), tooMuchHere)
	if answers != 45 || kindly != 1 {
		t.Errorf("%d answers and %d kind words", answers, kindly)
	}
	// A command leaves its mark, its answer, who said what, and its speaker.
	if grown := w.rows() - before; grown > 5*(answers+kindly) {
		t.Errorf("%d rows for %d answers", grown, answers)
	}
	w.want(w.says("ann", "/count"), "that makes 1")
	press := inGroup(w.event("ann", bot.Pressed), "regulars")
	press.Data = bot.Button{Do: bot.DoCommand, Value: "count"}.Data()
	w.want(w.does(press)[0], "that makes 2") // whose button it is may press it
	w.now = w.now.Add(2 * time.Minute)
	w.want(w.does(inGroup(w.text("ann", "/count"), "regulars"))[0], "that makes 3")
}

// In a private chat as well; stickers leave nothing at all, and nobody is told of
// what they would not have been answered.
func TestFloodAlone(t *testing.T) {
	w := patient(t)
	var commands, stickers []bot.Event
	for range 300 {
		commands = append(commands, w.text("mallory", "/count"))
		stickers = append(stickers, w.event("trudy", bot.Sent))
	}
	answers, kindly := w.tally(w.flood(commands...), tooMuch)
	if answers != 60 || kindly != 1 || w.counted("mallory") != 60 {
		t.Errorf("%d answers and %d kind words", answers, kindly)
	}
	before := w.rows()
	if said := w.flood(stickers...); len(said) != 1 || said[0] != "welcome" {
		t.Errorf("to stickers it said %q", said)
	}
	if grown := w.rows() - before; grown > 65 {
		t.Errorf("%d rows of stickers", grown)
	}
}

// What the platform tells of people and groups is never too much, and who was too
// loud is heard again a minute later.
func TestFloodEnds(t *testing.T) {
	w := patient(t)
	for range 500 {
		w.says("mallory", "/count")
	}
	before := w.rows()
	w.does(w.event("mallory", bot.Blocked))
	if w.rows() != before+1 {
		t.Error("a block was not heeded")
	}
	w.now = w.now.Add(time.Minute - time.Second)
	w.want(w.says("mallory", "/count"), "")
	w.now = w.now.Add(time.Second)
	w.want(w.says("mallory", "/count"), "that makes 61")
}

// Chatter of a group that is not for the bot leaves a bounded number of rows, and
// hinders no command.
func TestFloodOfChatter(t *testing.T) {
	w := patient(t)
	before := w.rows()
	for range 3000 {
		w.does(inGroup(w.text("ann", "so he said to me"), "regulars"))
	}
	if grown := w.rows() - before; grown > 2*601 {
		t.Errorf("%d rows of chatter", grown)
	}
	w.want(w.does(inGroup(w.text("ann", "/count"), "regulars"))[0], "that makes 1")
}

// An operator's replay of what failed is done however much is said in that chat.
func TestFloodAndReplay(t *testing.T) {
	w := patient(t)
	w.says("mallory", "/boom")
	w.heal = true
	for range 300 {
		w.says("mallory", "/menu")
	}
	var dead []bot.Dead
	if err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		dead, err = bot.DeadLetters(r)
		return err
	}); err != nil || len(dead) != 1 {
		t.Fatal(dead, err)
	}
	if err := w.bot.Replay(context.Background(), dead[0].Ref); err != nil || w.counted("mallory") != 1 {
		t.Errorf("replayed: counted %d; %v", w.counted("mallory"), err)
	}
}
