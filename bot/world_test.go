package bot_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/store"
	"regulars/store/mem"
)

// world is a bot over the strict store with commands that behave and commands
// that do not, people who are whoever they say, and an outbox that keeps what
// it is given.
type world struct {
	t    *testing.T
	db   *mem.DB
	bot  *bot.Bot
	now  time.Time
	next int
	heal bool // "boom" works from now on

	mu     sync.Mutex
	nudged []bot.IntentID
}

// monday is when tests begin.
var monday = time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	w := &world{t: t, db: mem.New(mem.Twice), now: monday}
	w.bot = &bot.Bot{
		DB: w.db, Persons: persons{}, Outbox: w, Clock: w, Lang: i18n.En, Seed: make([]byte, 32),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Commands: bot.NewCommands(
			&bot.Command{Name: "count", Place: bot.Both, Help: i18n.HelpPoints, Run: w.count},
			&bot.Command{Name: "menu", Place: bot.Both, Run: says("menu")},
			&bot.Command{Name: "start", Place: bot.Private, Run: says("welcome")},
			&bot.Command{Name: "order", Place: bot.Private, Run: w.order},
			&bot.Command{Name: "hasty", Place: bot.Private, Run: w.hasty},
			&bot.Command{Name: "boom", Place: bot.Both, Run: w.boom},
			&bot.Command{Name: "panic", Place: bot.Private, Run: func(*bot.Turn) error { panic("odd") }},
			&bot.Command{Name: "chatty", Place: bot.Private, Run: func(t *bot.Turn) error {
				for range bot.MaxMessages + 1 {
					t.Say(bot.Message{Text: "and"})
				}
				return nil
			}},
			&bot.Command{Name: "no", Place: bot.Private, Run: func(t *bot.Turn) error {
				if err := w.count(t); err != nil {
					return err
				}
				return bot.Refuse(i18n.RefuseAmount)
			}},
			&bot.Command{Name: "staff", Place: bot.Both, Role: bot.Clerk, Help: i18n.HelpSale, Run: says("at work")},
			&bot.Command{Name: "buy", Place: bot.Private, Run: w.buy},
			&bot.Command{Name: "bought", Place: bot.Private, Run: says("bought already")},
			&bot.Command{Name: "ticket", Place: bot.Private, Run: w.ticket},
			&bot.Command{Name: "spend", Place: bot.Private, Run: w.spend},
		),
	}
	return w
}

func says(words string) func(*bot.Turn) error {
	return func(t *bot.Turn) error { t.Say(bot.Message{Text: words}); return nil }
}

var counts = store.NewTable[int]("count/", store.Locked, store.FirstPart("count"))

// count writes one more for the speaker and says how many.
func (w *world) count(t *bot.Turn) error {
	who := string(t.Event.From)
	if err := t.Tx.Lock(store.Subject("count/" + who)); err != nil {
		return err
	}
	n, _, err := counts.Get(t.Tx, who)
	if err != nil {
		return err
	}
	t.Say(bot.Message{Text: fmt.Sprint("that makes ", n+1)})
	return counts.Put(t.Tx, n+1, who)
}

// counted is how often the speaker was counted.
func (w *world) counted(who string) (n int) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		n, _, err = counts.Get(r, who)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// order asks for a size at today's price, and counts.
func (w *world) order(t *bot.Turn) error {
	price := "50"
	if w.now.Sub(monday) > time.Minute {
		price = "60"
	}
	r, ok := t.Ask(bot.Question{
		Key: "size", Message: bot.Message{Text: "which size?"}, Terms: price,
		Options: []bot.Option{{Value: "s", Label: "Small"}, {Value: "l", Label: "Large"}},
	})
	if !ok {
		return nil
	}
	t.Say(bot.Message{Text: r.Value + " for " + price})
	return w.count(t)
}

// buy is an order that knows what a second press of its button is to do.
func (w *world) buy(t *bot.Turn) error {
	err := w.order(t)
	t.Again("bought")
	return err
}

// hasty counts before it asks.
func (w *world) hasty(t *bot.Turn) error {
	if err := w.count(t); err != nil {
		return err
	}
	t.Ask(bot.Question{Key: "sure", Message: bot.Message{Text: "sure?"}, Options: []bot.Option{{Value: "y", Label: "Yes"}}})
	return nil
}

// boom fails until it is mended.
func (w *world) boom(t *bot.Turn) error {
	if err := w.count(t); err != nil {
		return err
	}
	if !w.heal {
		return errors.New("a defect\nwith a second line")
	}
	return nil
}

// ticket gives a button that counts, once; spend is what it does.
func (w *world) ticket(t *bot.Turn) error {
	token, err := t.NewToken(t.Person.ID, time.Hour, "spend", "")
	t.Say(bot.Message{Text: "here", Buttons: []bot.Button{{Label: "Use", Do: bot.DoToken, Value: token}}})
	return err
}

func (w *world) spend(t *bot.Turn) error {
	if !t.Token {
		return errors.New("without a ticket")
	}
	return w.count(t)
}

// event is something that who does in their private chat.
func (w *world) event(who string, kind bot.EventKind) bot.Event {
	w.next++
	id := fmt.Sprintf("e%d", w.next)
	return bot.Event{
		ID: bot.EventID(id), Channel: "line", Platform: bot.LINE, Kind: kind, At: w.now, From: bot.UserID(who), Name: who,
		Chat: bot.Chat{Channel: "line", ID: bot.ChatID(who)}, Message: bot.MessageID("m" + id),
		Reply: bot.ReplyToken{Value: "r" + id, Until: w.now.Add(time.Minute)},
	}
}

func (w *world) text(who, words string) bot.Event {
	e := w.event(who, bot.Said)
	e.Text = words
	return e
}

// does hands events to the bot and gives the words that came of each.
func (w *world) does(events ...bot.Event) (words []string) {
	w.t.Helper()
	if err := w.bot.Handle(context.Background(), append([]bot.Event(nil), events...)); err != nil {
		w.t.Fatal(err)
	}
	for _, e := range events {
		words = append(words, w.answer(e))
	}
	return words
}

// says is does for one text.
func (w *world) says(who, words string) string {
	w.t.Helper()
	return w.does(w.text(who, words))[0]
}

// answer is what was said to an event, messages parted by " / ".
func (w *world) answer(e bot.Event) string {
	w.t.Helper()
	i, ok := w.intent(bot.IntentID("line." + string(e.ID) + ".a"))
	if !ok {
		return ""
	}
	var all []string
	for _, m := range i.Letter.Messages {
		s := m.Text
		for _, b := range m.Buttons {
			s += " [" + b.Label + "]"
		}
		all = append(all, s)
	}
	return strings.Join(all, " / ")
}

func (w *world) intent(id bot.IntentID) (i bot.Intent, ok bool) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		i, ok, err = intents.Get(r, string(id))
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return i, ok
}

// Now and After make a world a clock that stands still.
func (w *world) Now() time.Time                       { return w.now }
func (w *world) After(time.Duration) <-chan time.Time { return nil }

var intents = store.NewTable[bot.Intent]("intent/", store.Free, nil)

// Put, Renew and Nudge make it an outbox that keeps intents.
func (w *world) Put(tx store.Tx, _ time.Time, list ...bot.Intent) error {
	for _, i := range list {
		if err := intents.Put(tx, i, string(i.ID)); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) Renew(tx store.Tx, id bot.IntentID, token bot.ReplyToken) error {
	i, ok, err := intents.Get(tx, string(id))
	if err != nil || !ok {
		return err
	}
	i.Letter.Reply = token
	return intents.Put(tx, i, string(id))
}

func (w *world) Nudge(list ...bot.Intent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, i := range list {
		w.nudged = append(w.nudged, i.ID)
	}
}

// persons are people without secrets: their id is their account's.
type persons struct{}

var met = store.NewTable[bool]("met/", store.Locked, store.FirstPart("met"))

func (persons) Meet(tx store.Tx, e *bot.Event, _ time.Time) (bot.Person, error) {
	if err := tx.Lock(store.Subject("met/" + string(e.From))); err != nil {
		return bot.Person{}, err
	}
	_, known, err := met.Get(tx, string(e.From))
	if err != nil {
		return bot.Person{}, err
	}
	p := bot.Person{ID: bot.PersonID(e.From), Lang: i18n.En, Role: bot.Member, New: !known}
	if strings.HasPrefix(string(e.From), "clerk") {
		p.Role = bot.Clerk
	}
	return p, met.Put(tx, true, string(e.From))
}

func (persons) Find(_ store.Tx, who bot.Identity) (bot.Person, error) {
	return bot.Person{ID: bot.PersonID(who.User)}, nil
}

func (persons) Seal(_ store.Tx, id bot.PersonID, plain []byte) ([]byte, error) {
	return append([]byte("sealed for "+id+": "), plain...), nil
}

func (persons) Open(_ store.Reader, id bot.PersonID, sealed []byte) ([]byte, error) {
	plain, ok := strings.CutPrefix(string(sealed), "sealed for "+string(id)+": ")
	if !ok {
		return nil, errors.New("sealed for somebody else")
	}
	return []byte(plain), nil
}

func (persons) Lane(c bot.Chat) (lane bot.Lane) {
	sum := sha256.Sum256([]byte(string(c.Channel) + " " + string(c.ID)))
	copy(lane[:], sum[:])
	return lane
}
