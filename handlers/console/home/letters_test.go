package home_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/home"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/store"
)

// TestLetters: what could not be handled is handled again from the page, or put
// aside; what a restore holds back is decided by an owner, with a reason.
func TestLetters(t *testing.T) {
	heal := false
	var b *bot.Bot
	var post *outbox.Outbox
	w := consoletest.New(t, consoletest.Options{Strict: true, Parts: func(w *consoletest.World) []console.Part {
		var err error
		post, err = outbox.New(outbox.Config{DB: w.DB, Persons: &w.Shop.Persons, Clock: w.Clock, Log: w.Shop.Log})
		if err != nil {
			t.Fatal(err)
		}
		b = w.Shop.Bot(&bot.Command{Name: "boom", Place: bot.Private, Run: func(t *bot.Turn) error {
			if !heal {
				return errors.New("the drawer is stuck")
			}
			t.Say(bot.Message{Text: "fine"})
			return nil
		}})
		b.DB, b.Outbox, b.Clock = w.DB, &told{}, w.Clock
		return []console.Part{home.Part(w.Console, home.Deps{Bot: b, Outbox: &told{}, Post: post})}
	}})
	count(t, w)
	for _, id := range []bot.EventID{"e1", "e2"} {
		if err := b.Handle(context.Background(), []bot.Event{{
			ID: id, Channel: "tg", Platform: bot.Telegram, Kind: bot.Said, At: w.Clock.Now(), From: "ann", Chat: bot.Chat{Channel: "tg", ID: "ann"}, Text: "/boom",
		}}); err != nil {
			t.Fatal(err)
		}
	}
	m := w.Open(w.Manager)
	p := m.Get("/console/").Must("2 Messages that got stuck").Click("got stuck").Must("the drawer is stuck", "Telegram", "received")
	heal = true
	p = p.Form("/again").Send().Must("Tried again")
	p.Form("/drop").Send().Must("Put aside for good", "Nothing is stuck")
	if p := m.Get("/console/"); p.Says("got stuck") {
		t.Error("something is stuck yet")
	}
	w.Do(func(tx store.Tx) error { return outbox.Hold(tx, "restored", w.Clock.Now()) })
	o := w.Open(w.Owner)
	f := o.Get("/console/").Click("held back").Must("A backup was restored").Form("/decide").Set("answer", "release")
	if p := f.Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("Please say why") {
		t.Errorf("without a reason: %d", p.Status)
	}
	f.Set("reason", "nobody was written to").Send().Must("Messages go out again")
	o.Get("/console/held").Must("Nothing is held back")
}

// TestReferrals: a member whose invitations look odd is refused, and cleared
// later, each with a reason.
func TestReferrals(t *testing.T) {
	w := consoletest.New(t, consoletest.Options{Strict: true, Change: []string{"flag            = 5", "flag            = 1"}, Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{home.Part(w.Console, home.Deps{})}
	}})
	count(t, w)
	w.Open(w.Manager).Get("/console/referrals").Must("No invitation looks odd")
	friend := w.Join("fay", "Fay", "")
	w.Do(func(tx store.Tx) error {
		desk, facts := w.Shop.Club.Referrals, loyalty.Facts{Joined: w.Clock.Now()}
		code, err := desk.Code(tx, w.Ann)
		if err != nil {
			return err
		}
		if err := desk.Bind(tx, friend, code, loyalty.Facts{}, w.Clock.Now()); err != nil {
			return err
		}
		_, err = desk.Joined(tx, friend, facts, w.Clock.Now())
		return err
	})
	b := w.Open(w.Manager)
	f := b.Get("/console/").Click("look odd").Must("Ann Lee", "Many friends within a week").Form("/decide")
	f.Values.Set("answer", "no")
	if p := f.Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("Please say why") {
		t.Errorf("without a reason: %d", p.Status)
	}
	if _, err := w.Shop.FindMembers(t.Context(), w.DB); err != nil {
		t.Fatal(err)
	}
	f.Set("reason", "one phone").Send().Must("Nothing of theirs is given", "Refused on")
	finding(w, fraud.Fraud)
	f = b.Get("/console/referrals").Form("/decide").Set("reason", "a family")
	f.Values.Set("answer", "yes")
	f.Send().Must("is given within a minute", "No invitation looks odd")
	finding(w, fraud.Fine)
	if p := f.Send(); p.Status != http.StatusNotFound {
		t.Errorf("who is flagged no more: %d", p.Status)
	}
}

// finding looks whether what was found about Ann's invitations is decided as they are.
func finding(w *consoletest.World, want fraud.Decision) {
	w.T.Helper()
	w.See(func(r store.Reader) error {
		all, err := fraud.Of(r, fraud.OfMember(w.Ann))
		if err == nil && (len(all) != 1 || all[0].Decision != want || all[0].By != w.Manager.ID.Actor()) {
			w.T.Errorf("what was found is not decided as %q by the manager: %+v", want, all)
		}
		return err
	})
}
