package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// rush is a shop where many do something at the same moment.
type rush struct {
	t    *testing.T
	bot  *bot.Bot
	shop *shop.Shop
	db   store.DB
	now  time.Time
	n    int

	mu      sync.Mutex
	answers map[bot.IntentID]bot.Intent
}

func (r *rush) Now() time.Time                       { return r.now }
func (r *rush) After(time.Duration) <-chan time.Time { return nil }

// Put keeps what would be sent.
func (r *rush) Put(_ store.Tx, _ time.Time, list ...bot.Intent) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range list {
		r.answers[i.ID] = i
	}
	return nil
}
func (r *rush) Renew(store.Tx, bot.IntentID, bot.ReplyToken) error { return nil }
func (r *rush) Nudge(...bot.Intent)                                {}

// newRush opens the café on disk, with so many lattes in stock.
func newRush(t *testing.T, lattes int) *rush {
	r := &rush{t: t, now: time.Date(2026, 1, 5, 10, 0, 0, 0, time.FixedZone("", 8*60*60)), answers: map[bot.IntentID]bot.Intent{}}
	text, _ := programme.Preset("cafe")
	text = bytes.Replace(text, []byte("cost  = 140\n"), fmt.Appendf(nil, "cost  = 140\nstock = %d\n", lattes), 1)
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	r.db = onBolt.Open(t)
	t.Cleanup(func() { r.db.Close() })
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	r.shop = shop.New(v, func(time.Time) *programme.Programme { return p }, r, &lots{}, log)
	r.shop.Channels = []shop.Channel{{Name: "line", Platform: bot.LINE, Handle: "@cafe"}}
	r.bot = r.shop.Bot(handlers.Commands(r.shop)...)
	r.bot.DB, r.bot.Outbox, r.bot.Clock, r.bot.Log = r.db, r, r, log
	return r
}

// member is somebody with points.
func (r *rush) member(name string, points loyalty.Points) loyalty.MemberID {
	r.t.Helper()
	var id loyalty.MemberID
	err := r.db.Update(r.t.Context(), func(tx store.Tx) error {
		p, _, err := r.shop.Vault.Meet(tx, people.Identity{Channel: "line", User: name}, people.Seen{DisplayName: name, Language: "en"}, r.now, r.shop.Rand)
		if err != nil {
			return err
		}
		id = p.ID
		if _, err := r.shop.Vault.Join(tx, id, shop.Wording, r.now, r.shop.Rand); err != nil {
			return err
		}
		_, err = r.shop.Book.Give(tx, id, book.Act{Op: loyalty.OpID("give-" + name), Actor: loyalty.ByJob("test"), Reason: []byte("test"), Now: r.now}, points)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// event is something that name does in their own chat.
func (r *rush) event(name string) bot.Event {
	r.n++
	id := fmt.Sprintf("e%d", r.n)
	return bot.Event{
		ID: bot.EventID(id), Channel: "line", Platform: bot.LINE, Kind: bot.Said, At: r.now, From: bot.UserID(name), Name: name,
		Chat: bot.Chat{Channel: "line", ID: bot.ChatID(name)}, Reply: bot.ReplyToken{Value: id, Until: r.now.Add(time.Minute)},
	}
}

// yes asks for a latte and gives the press that says yes to it.
func (r *rush) yes(name string) bot.Event {
	r.t.Helper()
	ask := r.event(name)
	ask.Text = "/redeem latte"
	r.does(ask)
	asked := r.answer(ask)
	buttons := asked.AllButtons()
	if len(buttons) != 2 {
		r.t.Fatalf("%s was asked with %+v", name, buttons)
	}
	return r.press(name, buttons[0])
}

func (r *rush) press(name string, b bot.Button) bot.Event {
	e := r.event(name)
	e.Kind, e.Data = bot.Pressed, b.Data()
	return e
}

// does hands events to the bot, each as a webhook of its own, all at once.
func (r *rush) does(events ...bot.Event) {
	r.t.Helper()
	var wg sync.WaitGroup
	for _, e := range events {
		wg.Go(func() {
			if err := r.bot.Handle(context.Background(), []bot.Event{e}); err != nil {
				r.t.Error(err)
			}
		})
	}
	wg.Wait()
}

// answer is the last message that an event was answered with.
func (r *rush) answer(e bot.Event) bot.Message {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := r.answers[bot.IntentID(string(e.Channel)+"."+string(e.ID)+".a")]
	if !ok {
		r.t.Fatalf("%s was not answered", e.ID)
	}
	return i.Letter.Messages[len(i.Letter.Messages)-1]
}

// has is a member's balance and how many vouchers of theirs are open.
func (r *rush) has(id loyalty.MemberID) (b loyalty.Balance, open int) {
	r.t.Helper()
	if err := r.db.View(r.t.Context(), func(tx store.Reader) (err error) {
		if b, err = r.shop.Book.Balance(tx, id, r.now); err != nil {
			return err
		}
		list, err := r.shop.Club.Vouchers.List(tx, id, r.now)
		for _, v := range list {
			if v.State == voucher.Open {
				open++
			}
		}
		return err
	}); err != nil {
		r.t.Fatal(err)
	}
	return b, open
}

// code is what a voucher's page shows, "" for other answers.
func code(m bot.Message) string {
	for _, row := range m.Rows {
		if row.Label == "Code" {
			return row.Value
		}
	}
	return ""
}

// Who taps twenty times at once has one voucher, and all twenty answers show
// its code (LEDGER case 3).
func TestTappedTwentyTimesAtOnce(t *testing.T) {
	r := newRush(t, 100)
	ann := r.member("ann", 1000)
	first := r.yes("ann")
	taps := []bot.Event{first}
	for range 19 {
		e := r.event("ann")
		e.Kind, e.Data = bot.Pressed, first.Data
		taps = append(taps, e)
	}
	r.does(taps...)
	codes, again := map[string]int{}, 0
	for _, e := range taps {
		m := r.answer(e)
		codes[code(m)]++
		if strings.Contains(m.Text, "Already done") {
			again++
		}
	}
	if len(codes) != 1 || codes[""] > 0 || again != 19 {
		t.Errorf("codes %v, %d times already done", codes, again)
	}
	if b, open := r.has(ann); open != 1 || b.Available != 860 || b.Held != 140 {
		t.Errorf("%d vouchers, %+v", open, b)
	}
}

// The last one in stock, and fifty members who say yes at the same moment: one
// has it, the others keep their points and are told (LEDGER case 5).
func TestLastInStock(t *testing.T) {
	r := newRush(t, 1)
	var who []loyalty.MemberID
	var yes []bot.Event
	for i := range 50 {
		name := fmt.Sprintf("m%d", i)
		who = append(who, r.member(name, 150))
		yes = append(yes, r.yes(name))
	}
	r.does(yes...)
	won, refused := 0, 0
	for i, e := range yes {
		m := r.answer(e)
		b, open := r.has(who[i])
		switch {
		case code(m) != "" && open == 1 && b.Available == 10:
			won++
		case strings.HasPrefix(m.Text, "Sold out") && open == 0 && b.Available == 150 && b.Held == 0:
			refused++
		default:
			t.Errorf("member %d heard %q, has %d vouchers and %+v", i, m.Text, open, b)
		}
	}
	if won != 1 || refused != 49 {
		t.Errorf("%d won, %d were refused", won, refused)
	}
}

// A hundred questions and answers at once by one member with points for one:
// exactly one voucher, in whatever order they come (LEDGER case 4).
func TestPointsForOne(t *testing.T) {
	r := newRush(t, 1000)
	ann := r.member("ann", 140)
	var rush []bot.Event
	for range 50 {
		ask := r.event("ann")
		ask.Text = "/redeem latte"
		rush = append(rush, ask)
	}
	yes := r.yes("ann")
	for range 50 {
		e := r.event("ann")
		e.Kind, e.Data = bot.Pressed, yes.Data
		rush = append(rush, e)
	}
	r.does(rush...)
	r.does(yes)
	if b, open := r.has(ann); open != 1 || b.Available != 0 || b.Held != 140 {
		t.Errorf("%d vouchers, %+v", open, b)
	}
}
