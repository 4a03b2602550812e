package trust_test

import (
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/members"
	"regulars/handlers/console/trust"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/store"
)

// nobody is an outbox in which nothing waits.
type nobody struct{}

func (nobody) Put(store.Tx, time.Time, ...bot.Intent) error       { return nil }
func (nobody) Renew(store.Tx, bot.IntentID, bot.ReplyToken) error { return nil }
func (nobody) Nudge(...bot.Intent)                                {}
func (nobody) Waits(store.Reader, bot.Lane, bot.PersonID, int) ([]outbox.Status, error) {
	return nil, nil
}

func world(t *testing.T) *consoletest.World {
	t.Helper()
	t.Parallel()
	return consoletest.New(t, consoletest.Options{Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{trust.Part(w.Console, trust.Deps{}), members.Part(w.Console, nobody{})}
	}})
}

// An owner learns whom a curious employee looked at, and nobody else.
func TestBreach(t *testing.T) {
	w := world(t)
	w.Do(func(tx store.Tx) error {
		if err := w.Shop.Saw(tx, shop.Looker{By: w.Clerk.ID.Actor()}, shop.WayChat, w.Clock.Now(), w.Ann); err != nil {
			return err
		}
		return w.Shop.Saw(tx, shop.Looker{By: w.Main.ID.Actor()}, shop.WayNumber, w.Clock.Now(), w.Bob)
	})
	w.Clock.Move(time.Hour)
	olga := w.Open(w.Owner)
	ask := func(who string) *consoletest.Page {
		f := olga.Get("/console/trust/breach").Form("/console/trust/breach")
		return f.Set("who", who).Send()
	}
	ask(string(w.Owner.ID.Actor())).Must("0 people were affected")
	p := ask(string(w.Clerk.ID.Actor())).Must("1 person was affected", "Ann Lee", "points, level and vouchers", "Draft for the authority", "How we noticed", "72 hours")
	if p.Says("Bob") || p.Says("0912345678") {
		t.Errorf("the clerk saw neither Bob nor Ann's number:\n%s", p.Text())
	}
	ask("").Must("2 people were affected", "Ann Lee", "Bob", "phone number")
	ask("all").Must("6 people were affected")
	ask(string(w.Owner.ID.Actor())).Must("6 people were affected", "Ann Lee", "phone number") // by the searches before
	if p := w.Open(w.Manager).Get("/console/trust/breach"); p.Status != 403 {
		t.Errorf("a manager gets %d, not 403", p.Status)
	}
	if p := w.Open(w.Manager).Get("/console/trust"); p.Says(i18n.For(i18n.En).Say(i18n.ConsoleTrustBreach)) {
		t.Error("a manager is led to a page for owners")
	}
}

// A member who left is counted, and named no more; a wrong time is said so.
func TestBreachOfWhoLeft(t *testing.T) {
	w := world(t)
	w.Do(func(tx store.Tx) error {
		return w.Shop.Saw(tx, shop.Looker{By: w.Clerk.ID.Actor()}, shop.WayChat, w.Clock.Now(), w.Ann)
	})
	w.Do(func(tx store.Tx) error { return w.Shop.Vault.Erase(tx, w.Ann, w.Clock.Now(), time.Time{}) })
	olga := w.Open(w.Owner)
	f := olga.Get("/console/trust/breach").Form("/console/trust/breach")
	p := f.Send().Must("1 person was affected", "Has left, and was erased", "1 of them cannot be reached")
	if p.Says("Ann") {
		t.Error("who was erased is named")
	}
	p = olga.Get("/console/trust/breach").Form("/console/trust/breach").Set("since", "2026-01-05T10:00").Set("until", "2026-01-01T10:00").Send()
	if p.Status != 422 || !p.Says("Please give both moments") {
		t.Errorf("a time that runs backwards gives %d: %s", p.Status, p.Text())
	}
}

// What a manager opens in the console is in the log of looks, by what it showed.
func TestConsolePagesAreNoted(t *testing.T) {
	w := world(t)
	mia := w.Open(w.Manager)
	at := "/console/members/" + string(w.Ann)
	page := mia.Get(at)
	page.Form(at + "/number").Send()
	got := map[shop.Way]int{}
	w.See(func(r store.Reader) error {
		return shop.EachLook(r, w.Clock.Now().Add(-time.Hour), w.Clock.Now(), func(l shop.Look) error {
			if l.Member != w.Ann || l.By != w.Manager.ID.Actor() {
				t.Errorf("%s is said to have looked at %s", l.By, l.Member)
			}
			got[l.Way]++
			return nil
		})
	})
	if got[shop.WayPage] != 1 || got[shop.WayNumber] != 1 || len(got) != 2 {
		t.Errorf("the log has %v, want the page and the number", got)
	}
}

// Every member of the list says how long.
func TestRetentionPage(t *testing.T) {
	w := world(t)
	p := w.Open(w.Manager).Get("/console/trust").Click("What is kept, and how long")
	for _, k := range shop.Retention() {
		if what := i18n.For(i18n.En).Say(k.What); !strings.Contains(p.Text(), what) {
			t.Errorf("the page lacks %q", what)
		}
	}
}
