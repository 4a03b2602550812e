package telegram

import (
	"errors"
	"testing"
	"time"

	"regulars/bot"
)

// letIn is a world with a group whose door the bot keeps: who knocks is answered
// so.
func letIn(t *testing.T, do bot.DoorDeed) *world {
	w := newWorld(t)
	w.answer = func(e bot.Event) bot.Letter {
		if e.Kind != bot.Knocked {
			return bot.Letter{}
		}
		return bot.Letter{Messages: []bot.Message{{Text: "hello"}}, Door: &bot.Door{Do: do, Group: e.Into, User: e.From}}
	}
	w.hook()
	return w
}

func TestWhoKnocksIsLetInAndTakenOut(t *testing.T) {
	t.Parallel()
	w := letIn(t, bot.DoorAdmit)
	sam, ann := w.tg.Person("Sam", "en"), w.tg.Person("Ann", "en")
	ann.Start("")
	g := w.tg.Supergroup("Gold", sam)
	id := bot.ChatID(number(g.ID()))
	if _, err := w.DoorLink(t.Context(), id, "Gold"); !errors.Is(err, bot.ErrNoRights) {
		t.Errorf("no administrator makes a link: %v", err)
	}
	g.PromoteBot(sam)
	g.LimitBot(true, false)
	if err := w.KeepsDoor(t.Context(), id); !errors.Is(err, bot.ErrNoRights) {
		t.Errorf("without the right to ban: %v", err)
	}
	g.LimitBot(true, true)
	link, err := w.DoorLink(t.Context(), id, "a name that is much longer than Telegram wants to have it")
	if err != nil || link == "" {
		t.Fatalf("no link: %v", err)
	}
	if err := ann.AskIn(g); err != nil || !g.InGroup(ann) {
		t.Fatalf("not let in: %v", err)
	}
	if n := len(ann.Messages()); n == 0 {
		t.Error("nothing was said to who came in")
	}
	w.send(t.Context(), bot.Letter{To: bot.Address{Chat: bot.Chat{ID: id, Group: true}}, Door: &bot.Door{Do: bot.DoorAdmit, Group: id, User: bot.UserID(number(ann.ID()))}}, bot.Delivered)
	out := bot.Letter{To: bot.Address{Chat: bot.Chat{ID: id, Group: true}}, Door: &bot.Door{Do: bot.DoorRemove, Group: id, User: bot.UserID(number(ann.ID()))}}
	for range 2 { // again without harm
		w.send(t.Context(), out, bot.Delivered)
		if g.InGroup(ann) {
			t.Error("still in")
		}
	}
	if err := ann.AskIn(g); err != nil || !g.InGroup(ann) {
		t.Errorf("who was taken out may ask again: %v", err)
	}
	// Who runs the group cannot be put out, and that is no failure.
	out.Door.User = bot.UserID(number(sam.ID()))
	w.send(t.Context(), out, bot.Delivered)
	g.RemoveBot(sam)
	if err := w.KeepsDoor(t.Context(), id); !errors.Is(err, bot.ErrNoGroup) {
		t.Errorf("out of the group: %v", err)
	}
}

func TestStrangersAreToldWhyBeforeTheyAreTurnedAway(t *testing.T) {
	t.Parallel()
	w := letIn(t, bot.DoorDecline)
	sam, eve := w.tg.Person("Sam", "en"), w.tg.Person("Eve", "en")
	g := w.tg.Group("Gold", sam)
	g.PromoteBot(sam)
	id := bot.ChatID(number(g.ID()))
	if _, err := w.DoorLink(t.Context(), id, "Gold"); err != nil {
		t.Fatal(err)
	}
	if err := eve.AskIn(g); err != nil {
		t.Fatal(err)
	}
	if g.InGroup(eve) || len(eve.Messages()) != 1 {
		t.Errorf("in %v, %d messages", g.InGroup(eve), len(eve.Messages()))
	}
	if e := w.last(); e.Kind != bot.Knocked || e.Into != id || e.Chat.Group || e.Title != "Gold" {
		t.Errorf("the event: %+v", e)
	}
	// The right to write ends with the decision.
	to := bot.Address{Chat: bot.Chat{ID: bot.ChatID(number(eve.ID()))}}
	w.send(t.Context(), bot.Letter{To: to, Messages: []bot.Message{{Text: "more"}}}, bot.Unreachable)
	// Who cannot be written to any more is turned away all the same.
	w.answer = func(bot.Event) bot.Letter { return bot.Letter{} }
	if err := eve.AskIn(g); err != nil {
		t.Fatal(err)
	}
	w.sim.Clock.Advance(6 * time.Minute)
	w.send(t.Context(), bot.Letter{To: to, Messages: []bot.Message{{Text: "late"}}, Door: &bot.Door{Do: bot.DoorDecline, Group: id, User: bot.UserID(to.ID)}}, bot.Delivered)
	w.send(t.Context(), bot.Letter{To: to, Door: &bot.Door{Do: bot.DoorDecline, Group: id, User: bot.UserID(to.ID)}}, bot.Delivered)
}

func TestWhatAGroupRefusesIsNoWordOfThePerson(t *testing.T) {
	t.Parallel()
	w := letIn(t, "")
	sam, ann := w.tg.Person("Sam", "en"), w.tg.Person("Ann", "en")
	ann.Start("")
	g := w.tg.Supergroup("Gold", sam)
	g.PromoteBot(sam)
	id, who := bot.ChatID(number(g.ID())), bot.UserID(number(ann.ID()))
	if _, err := w.DoorLink(t.Context(), id, "Gold"); err != nil {
		t.Fatal(err)
	}
	w.answer = func(bot.Event) bot.Letter { return bot.Letter{} }
	if err := ann.AskIn(g); err != nil {
		t.Fatal(err)
	}
	own := bot.Address{Chat: bot.Chat{ID: bot.ChatID(number(ann.ID()))}}
	g.LimitBot(false, false)
	w.send(t.Context(), bot.Letter{To: own, Door: &bot.Door{Do: bot.DoorAdmit, Group: id, User: who}}, bot.Rejected)
	w.send(t.Context(), bot.Letter{To: own, Door: &bot.Door{Do: bot.DoorDecline, Group: id, User: who}}, bot.Delivered)
	g.RemoveBot(sam)
	w.send(t.Context(), bot.Letter{To: own, Door: &bot.Door{Do: bot.DoorAdmit, Group: id, User: who}}, bot.Rejected)
	w.send(t.Context(), bot.Letter{To: own, Messages: []bot.Message{{Text: "still there"}}}, bot.Delivered)
}

func TestWhoIsTakenOutOfAGroupThatWasUpgradedMayComeBack(t *testing.T) {
	t.Parallel()
	w := letIn(t, bot.DoorAdmit)
	sam, ann := w.tg.Person("Sam", "en"), w.tg.Person("Ann", "en")
	ann.Start("")
	g := w.tg.Group("Gold", sam)
	g.PromoteBot(sam)
	old := bot.ChatID(number(g.ID()))
	out := bot.Letter{To: bot.Address{Chat: bot.Chat{ID: old, Group: true}}, Door: &bot.Door{Do: bot.DoorRemove, Group: old, User: bot.UserID(number(ann.ID()))}}
	w.send(t.Context(), out, bot.Delivered) // a basic group keeps no list of the banned
	g.Upgrade(sam)
	g.PromoteBot(sam)
	if _, err := w.DoorLink(t.Context(), bot.ChatID(number(g.ID())), "Gold"); err != nil {
		t.Fatal(err)
	}
	if err := ann.AskIn(g); err != nil || !g.InGroup(ann) {
		t.Fatalf("not let in: %v", err)
	}
	w.send(t.Context(), out, bot.Delivered)
	if g.InGroup(ann) {
		t.Error("still in")
	}
	if err := ann.AskIn(g); err != nil || !g.InGroup(ann) {
		t.Errorf("banned for ever: %v", err)
	}
}
