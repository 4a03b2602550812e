package campaign

import (
	"context"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/store"
)

// tariff is a price table: so many messages are in the month's fee, each further
// one costs 2.
type tariff struct{ included int64 }

func (p tariff) Cost(_ store.Reader, _ bot.ChannelName, n int64, _ time.Time) (outbox.Cost, error) {
	in := min(n, p.included)
	return outbox.Cost{Included: in, Extra: n - in, Money: 2 * (n - in), Priced: true, Fits: n <= 1000}, nil
}

func (tariff) Heads(context.Context, bot.ChannelName, bot.ChatID) (int, error) { return 12, nil }

// The cost is told before: members on LINE and the people in its groups, less
// what the month's fee includes.
func TestCostIsToldBefore(t *testing.T) {
	w := newWorld(t)
	w.e.Costs = tariff{included: 20}
	w.e.Group = func(_ store.Reader, code string) (bot.GroupChat, bool, error) {
		return bot.GroupChat{Code: code, Chat: bot.Chat{Channel: "line", ID: "C1", Group: true}}, true, nil
	}
	w.join(30, "line", "en")
	w.join(15, "tg", "en")
	d := plain()
	d.Groups = []string{"7KQ2"}
	a, err := w.e.Audience(context.Background(), &d)
	want := Price{Money: 44, Included: 20, Known: true, Fits: true}
	if err != nil || a.Messages != 42 || a.Heads != 12 || a.Price != want || a.Takes <= 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

// What a campaign may cost in money binds its messages, those to groups apart.
func TestMoneyBindsMessages(t *testing.T) {
	w := newWorld(t)
	w.e.Costs = tariff{included: 20}
	w.join(30, "line", "en")
	d := plain()
	d.Budget.Money = 25
	id := w.save(d)
	if c := w.send(id); c.State != Scheduled {
		t.Fatal(c.State)
	}
	w.run()
	w.view(func(r store.Reader) error {
		rep, _, err := w.out.BulkReport(r, outbox.BulkID(id))
		if rep.Budget != 32 { // 20 of the fee, and 12 for 24
			t.Errorf("a budget of %d messages", rep.Budget)
		}
		return err
	})
}

// Who asks for a count is told of it once, outside of their own turn; also that
// the draft cannot be sent.
func TestAskedCountIsTold(t *testing.T) {
	w := newWorld(t)
	w.join(4, "line", "en")
	var told []*Counted
	w.e.Tell = func(_ store.Tx, c Campaign, who bot.PersonID) error {
		if who != "ann" {
			t.Errorf("%s is told", who)
		}
		told = append(told, c.Counted)
		return nil
	}
	unfit := plain()
	unfit.Segment = "nobody"
	for _, d := range []Draft{plain(), unfit} {
		d.Name += d.Segment
		id := w.save(d)
		w.update(func(tx store.Tx) error { return w.e.AskCount(tx, id, "ann") })
		told = nil
		w.run()
		n := len(told) // the store runs each function twice
		w.run()
		if n == 0 || len(told) != n || (told[n-1] == nil) != (d.Segment == "nobody") {
			t.Errorf("%s: told %d times, then %d", d.Segment, n, len(told))
		}
		if d.Segment == "everyone" && told[n-1].Audience.People != 4 {
			t.Errorf("%+v", told[n-1])
		}
	}
}
