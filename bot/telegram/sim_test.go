package telegram

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/sim"
)

// world is a channel that talks to the simulator, whose beliefs about Telegram
// were written down apart from this package's.
type world struct {
	*Channel
	sim  *sim.Sim
	tg   *sim.TelegramBot
	mu   sync.Mutex
	seen []bot.Event
	// answer is what the bot says to each event; Letter.To is filled in.
	answer func(bot.Event) bot.Letter
	t      *testing.T
}

// pngs draws a square, since the simulator looks at what it is sent.
type pngs struct{}

func (pngs) PNG(bot.Picture) ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 64)))
	return b.Bytes(), err
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s := sim.New(t)
	tg := s.TelegramBot(sim.TelegramConfig{Username: "cafe_bot"})
	c, err := New(Config{
		Name: "tg", Token: tg.Token(), SecretToken: testSecret, Username: "cafe_bot",
		APIBase: s.TelegramAPI(), Clock: s.Clock, Pictures: pngs{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &world{Channel: c, sim: s, tg: tg, t: t, answer: func(bot.Event) bot.Letter { return bot.Letter{} }}
}

// take notes events and answers each at once.
func (w *world) take(ctx context.Context, events []bot.Event) error {
	for _, e := range events {
		w.mu.Lock()
		w.seen = append(w.seen, e)
		l := w.answer(e)
		w.mu.Unlock()
		l.To.Chat = e.Chat
		if len(l.Messages) > 0 || l.Callback != "" {
			w.send(ctx, l, bot.Delivered)
		}
	}
	return nil
}

// send says a letter and wants an outcome of its last call.
func (w *world) send(ctx context.Context, l bot.Letter, want bot.Outcome) (r bot.Result) {
	w.t.Helper()
	calls, err := w.Encode(l, false)
	if err != nil {
		w.t.Error(err)
	}
	for _, c := range calls {
		r = w.Send(ctx, c, "")
	}
	if r.Outcome != want {
		w.t.Errorf("outcome %s (%v), want %s", r.Outcome, r.Err, want)
	}
	return r
}

func (w *world) last() bot.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.seen) == 0 {
		return bot.Event{}
	}
	return w.seen[len(w.seen)-1]
}

// hook lets the simulator deliver webhooks.
func (w *world) hook() {
	w.t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		events, err := w.Decode(r.Header, body)
		if err != nil {
			w.t.Errorf("a webhook was refused: %v", err)
			rw.WriteHeader(http.StatusForbidden)
			return
		}
		w.take(r.Context(), events)
	}))
	w.t.Cleanup(s.Close)
	if changed, err := w.Register(w.t.Context(), s.URL, false); err != nil || !changed {
		w.t.Fatalf("Register: %v, %v", changed, err)
	}
}

func TestSimPrivateChat(t *testing.T) {
	w := newWorld(t)
	w.hook()
	w.answer = func(e bot.Event) bot.Letter {
		switch {
		case e.Kind == bot.Pressed:
			return bot.Letter{Callback: e.Callback, On: e.On, Messages: []bot.Message{{Text: "You pressed " + e.Data, Replace: true}}}
		case e.Text == "card":
			return bot.Letter{Messages: []bot.Message{{Title: "Card of <Ann> & Co", Picture: &bot.Picture{QR: "x", Alt: "code"}}}}
		case e.Text == "number":
			return bot.Letter{Messages: []bot.Message{{Text: "Number?", Buttons: []bot.Button{{Label: "Share it", Do: bot.DoContact}, {Label: "Later", Do: bot.DoAnswer, Value: "no"}}}}}
		case e.Kind == bot.Said:
			return bot.Letter{ReplyTo: e.Message, Messages: []bot.Message{{Title: "Menu", Menu: &bot.Menu{Keys: keys}, Buttons: []bot.Button{{Label: "Press me", Do: bot.DoToken, Value: "7KQ2"}, {Label: "Copy me", Do: bot.DoCopy, Value: "CODE"}}}}}
		}
		return bot.Letter{}
	}
	ann := w.tg.Person("Ann", "zh-hant")
	ann.Start("points_g-7K2Q")
	if e := w.last(); e.Text != "/start points_g-7K2Q" || e.Language != "zh-hant" || e.Kind != bot.Said {
		t.Errorf("start: %+v", e)
	}
	if got := ann.Keyboard(); len(got) != len(keys) || got[0] != "點數" {
		t.Errorf("the menu shows %v", got)
	}
	if err := ann.Press("Press me"); err != nil {
		t.Fatal(err)
	}
	if e := w.last(); e.Data != "t:7KQ2" || e.On == "" || !slices.ContainsFunc(ann.Phone(), func(s string) bool { return strings.Contains(s, "You pressed t:7KQ2") }) {
		t.Errorf("press: %+v, phone %q", e, ann.Phone())
	}
	if err := ann.Press("點數"); err != nil || w.last().Text != "點數" {
		t.Errorf("menu key: %v, %+v", err, w.last())
	}
	ann.Say("card")
	if got := ann.Received(); !strings.Contains(got[len(got)-1], "Card of <Ann> & Co") {
		t.Errorf("the card arrived as %q", got[len(got)-1])
	}
	ann.Say("number")
	if err := ann.Press("Share it"); err != nil {
		t.Fatal(err)
	}
	if e := w.last(); e.Kind != bot.Shared || e.Contact == nil || !e.Contact.Own || !strings.HasPrefix(e.Contact.Phone, "+") {
		t.Errorf("contact: %+v", e)
	}
	ben := w.tg.Person("Ben", "en")
	ben.Start("")
	ann.ShareContact()
	ben.SendContact(ann, "886900000000", "Ann")
	if e := w.last(); e.Contact == nil || e.Contact.Own {
		t.Errorf("somebody else's card: %+v", e)
	}
	ben.ForwardContact(ann)
	if e := w.last(); e.Kind != bot.Shared || e.Contact.Own {
		t.Errorf("a forwarded card: %+v", e)
	}
	ann.Block()
	if e := w.last(); e.Kind != bot.Blocked {
		t.Errorf("block: %+v", e)
	}
	w.send(t.Context(), bot.Letter{To: bot.Address{Chat: bot.Chat{ID: bot.ChatID(number(ann.ID()))}}, Messages: []bot.Message{{Text: "x"}}}, bot.Unreachable)
	ann.Unblock()
	if e := w.last(); e.Kind != bot.Followed {
		t.Errorf("unblock: %+v", e)
	}
	if p, err := w.Profile(t.Context(), bot.UserID(number(ann.ID()))); err != nil || p.Name != "Ann" {
		t.Errorf("profile: %+v, %v", p, err)
	}
}

func TestSimGroup(t *testing.T) {
	w := newWorld(t)
	w.hook()
	w.answer = func(e bot.Event) bot.Letter {
		if !e.ToBot {
			return bot.Letter{}
		}
		return bot.Letter{ReplyTo: e.Message, Messages: []bot.Message{{
			Text: "In private, please.", Mention: &bot.Identity{Channel: "tg", User: e.From},
			Buttons: []bot.Button{{Label: "Open", Do: bot.DoPrivate, Value: "points g-7K2Q"}},
		}}}
	}
	ann, ben := w.tg.Person("Ann", "en"), w.tg.Person("Ben", "en")
	g := w.tg.Group("Café", ann, ben)
	joined := w.last()
	for _, e := range w.seen {
		if e.Kind == bot.BotJoined {
			joined = e
		}
	}
	if joined.Kind != bot.BotJoined || joined.Title != "Café" {
		t.Errorf("the bot was added: %+v", w.seen)
	}
	ben.In(g).Say("/points@cafe_bot")
	if e := w.last(); e.Text != "/points" || !e.ToBot || !e.Chat.Group {
		t.Errorf("command: %+v", e)
	}
	if err := ben.In(g).Press("Open"); err != nil {
		t.Fatal(err)
	}
	if e := w.last(); e.Chat.Group || e.Text != "/start points_g-7K2Q" {
		t.Errorf("the private link led to %+v", e)
	}
	if err := ann.In(g).Reply("In private", "why?"); err != nil || !w.last().ToBot || !w.last().Quoted.Bot {
		t.Errorf("reply: %v, %+v", err, w.last())
	}
	old := w.last().Chat
	g.Upgrade(ann)
	moved := bot.ChatID(number(g.ID()))
	if e := w.last(); e.Kind != bot.Migrated || e.Chat.ID != old.ID || e.MovedTo != moved {
		t.Errorf("upgrade: %+v", e)
	}
	r := w.send(t.Context(), bot.Letter{To: bot.Address{Chat: old}, Messages: []bot.Message{{Text: "x"}}}, bot.Moved)
	if r.MovedTo != moved {
		t.Errorf("moved to %s, want %s", r.MovedTo, moved)
	}
	ann.In(g).Anonymous().Say("/points@cafe_bot")
	if e := w.last(); e.From != "" || !e.ToBot {
		t.Errorf("anonymous: %+v", e)
	}
	g.RemoveBot(ann)
	if e := w.last(); e.Kind != bot.BotLeft {
		t.Errorf("removed: %+v", e)
	}
}

func TestSimForum(t *testing.T) {
	w := newWorld(t)
	w.hook()
	ann := w.tg.Person("Ann", "en")
	f := w.tg.Forum("Forum", ann)
	id := f.Topic(ann, "Points")
	ann.In(f).Topic(id).Say("/points@cafe_bot")
	e := w.last()
	if e.Chat.Thread != int64(id) || e.Quoted != nil {
		t.Errorf("said in a topic: %+v", e)
	}
	w.send(t.Context(), bot.Letter{To: bot.Address{Chat: e.Chat}, ReplyTo: e.Message, Messages: []bot.Message{{Text: "here"}}}, bot.Delivered)
	if got := ann.In(f).Topic(id).Received(); !slices.Equal(got, []string{"here"}) {
		t.Errorf("the topic shows %q", got)
	}
	e.Chat.Thread += 4000 // a topic that is gone
	w.send(t.Context(), bot.Letter{To: bot.Address{Chat: e.Chat}, Messages: []bot.Message{{Text: "there"}}}, bot.Delivered)
}

func TestSimFaults(t *testing.T) {
	w := newWorld(t)
	ann := w.tg.Person("Ann", "en")
	ann.Start("")
	l := bot.Letter{To: bot.Address{Chat: bot.Chat{ID: bot.ChatID(number(ann.ID()))}}, Messages: []bot.Message{{Text: "hello"}}}
	for fault, want := range map[sim.Fault]bot.Outcome{
		sim.DropAnswer: bot.Unknown, sim.Reset: bot.Unknown, sim.ServerErr: bot.Unknown,
		sim.Garbage: bot.Unknown, sim.Empty: bot.Unknown, sim.RateLimit: bot.NotSent,
	} {
		w.sim.Faults.Switch(sim.Rule{Fault: fault, Path: "sendMessage", Times: 1, By: 3 * time.Second})
		r := w.send(t.Context(), l, want)
		if fault == sim.RateLimit && r.RetryAfter != 3*time.Second {
			t.Errorf("wait %v after a flood", r.RetryAfter)
		}
		if r.Err == nil || strings.Contains(r.Err.Error(), w.tg.Token()) {
			t.Errorf("%s: error %v", fault, r.Err)
		}
		w.sim.Faults.Clear()
		w.sim.Clock.Advance(time.Minute)
	}
}

func TestSimPolling(t *testing.T) {
	w := newWorld(t)
	w.hook() // which Poll must take away
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Poll(ctx, w.take) }()
	ann := w.tg.Person("Ann", "en")
	ann.Start("")
	ann.Say("one")
	ann.Say("two")
	if !w.tg.AwaitPending(0) {
		t.Fatal("updates were left")
	}
	stop()
	<-ended
	var said []string
	for _, e := range w.seen {
		said = append(said, e.Text)
	}
	if got := strings.Join(said, " "); got != "/start one two" {
		t.Errorf("heard %q", got)
	}
}

func TestSimSetup(t *testing.T) {
	w := newWorld(t)
	w.hook()
	ann := w.tg.Person("Ann", "zh-hant")
	ann.Start("")
	lists := []CommandList{{Scope: InPrivate, Commands: []Command{{"points", "Your points"}}}, {Scope: InPrivate, Lang: "zh-TW", Commands: []Command{{"points", "點數"}}}}
	for _, want := range []int{2, 0} {
		if n, err := w.EnsureCommands(t.Context(), lists); err != nil || n != want {
			t.Errorf("%d lists set, %v; want %d", n, err, want)
		}
	}
	if got := ann.Commands(); !slices.Equal(got, []string{"/points - 點數"}) {
		t.Errorf("Ann sees %q", got)
	}
	if _, err := w.SetChatCommands(t.Context(), bot.ChatID(number(ann.ID())), []Command{{"points", "积分"}}); err != nil {
		t.Error(err)
	}
	if got := ann.Commands(); !slices.Equal(got, []string{"/points - 积分"}) {
		t.Errorf("with a list of her own Ann sees %q", got)
	}
	if n, err := w.EnsureProfile(t.Context(), []ProfileText{{Description: "A café", Short: "Café"}}); err != nil || n != 2 {
		t.Errorf("%d texts set, %v", n, err)
	}
	for _, f := range w.Doctor(t.Context(), mustURL(t, w)) {
		if !f.OK {
			t.Errorf("the doctor says %q", f.Text)
		}
	}
	if got := w.last(); got.Kind != bot.Said {
		t.Errorf("%+v", got)
	}
}

// mustURL is the address that the webhook is set to.
func mustURL(t *testing.T, w *world) string {
	t.Helper()
	info, err := w.webhook(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return info.URL
}

// A photo goes by its address, else as bytes, else its words go alone; an edit
// brings one in place of words, and words in place of one are said anew.
func TestSimPhotos(t *testing.T) {
	w := newWorld(t)
	w.hook()
	ann := w.tg.Person("Ann", "en")
	ann.Start("")
	to := bot.Address{Chat: w.last().Chat}
	say := func(on bot.MessageID, m bot.Message) (bot.MessageID, string) {
		t.Helper()
		r := w.send(t.Context(), bot.Letter{To: to, On: on, Messages: []bot.Message{m}}, bot.Delivered)
		all := ann.Received()
		return append(r.Messages, "")[0], all[len(all)-1]
	}
	const shown = "Latte\n80 points\n(picture)\n[Redeem]"
	m := bot.Message{Title: "Latte", Text: "80 points", Buttons: []bot.Button{{Label: "Redeem", Do: bot.DoToken, Value: "x"}}}
	for _, c := range []struct{ file, want string }{
		{"latte.jpg", shown}, {"nowhere.jpg", "Latte\n80 points\n[Redeem]"}, {"https://elsewhere.example/a.jpg", shown},
	} {
		w.photos = shelf{}
		m.Photo = &bot.Photo{File: c.file}
		if _, got := say("", m); got != c.want {
			t.Errorf("%s: %q", c.file, got)
		}
	}
	// An address that Telegram cannot reach: the bytes go instead.
	w.photos = shelf{base: "https://127.0.0.1:1"}
	m.Photo.File = "latte.jpg"
	if _, got := say("", m); got != shown {
		t.Errorf("by upload: %q", got)
	}
	words := bot.Message{Text: "You have 120 points.", Buttons: m.Buttons}
	id, _ := say("", words)
	m.Replace, words.Replace = true, true
	w.photos = shelf{}
	if again, got := say(id, m); again != id || got != shown {
		t.Errorf("words became %q, message %s of %s", got, again, id)
	}
	if next, got := say(id, words); next == id || got != "You have 120 points.\n[Redeem]" {
		t.Errorf("in place of a photo: %q, message %s of %s", got, next, id)
	}
}

// shelf has one photo, with an address where it has a base.
type shelf struct{ base string }

func (s shelf) PhotoURL(file string) string {
	if s.base == "" {
		return ""
	}
	return s.base + "/p/" + file
}

func (shelf) Photo(file string) ([]byte, error) {
	if file != "latte.jpg" {
		return nil, fs.ErrNotExist
	}
	return pngs{}.PNG(bot.Picture{})
}

func TestSimCards(t *testing.T) {
	w := newWorld(t)
	w.hook()
	ann := w.tg.Person("Ann", "th")
	ann.Start("")
	m := bot.Message{Title: "ของรางวัล"}
	for i, name := range []string{"ลาเต้", "เค้กช็อกโกแลตชิ้นใหญ่พร้อมไอศกรีมวานิลลา"} {
		m.Cards = append(m.Cards, bot.Message{Title: name, Bar: &bot.Bar{To: 9, Value: int64(i), Label: "แต้ม"}, Buttons: []bot.Button{{Label: "แลก", Do: bot.DoToken, Value: name[:3]}}})
	}
	w.send(t.Context(), bot.Letter{To: bot.Address{Chat: w.last().Chat}, Messages: []bot.Message{m}}, bot.Delivered)
	got := ann.Received()
	if want := "ของรางวัล\n\nลาเต้\n▱▱▱▱▱▱▱▱▱▱  แต้ม\n\nเค้กช็อกโกแลตชิ้นใหญ่พร้อมไอศกรีมวานิลลา\n▰▱▱▱▱▱▱▱▱▱  แต้ม\n[แลก · ลาเต้] [แลก · เค้กช็อกโกแลตชิ้นใหญ่พร้อมไอศกรีมวานิ…]"; got[len(got)-1] != want {
		t.Errorf("%q\nwant %q", got[len(got)-1], want)
	}
	if err := ann.Press("แลก · ลาเต้"); err != nil || w.last().Data != "t:ล" {
		t.Error(err, w.last().Data)
	}
}
