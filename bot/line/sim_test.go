package line_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/sim"
)

// world is LINE with one account, and a bot of the adapter alone: it keeps
// events and answers nothing by itself.
type world struct {
	t    *testing.T
	sim  *sim.Sim
	line *sim.LineChannel
	*line.Channel

	mu   sync.Mutex
	got  []bot.Event
	said int // calls made by say
}

func newWorld(t *testing.T, c sim.LineConfig, change ...func(*line.Config)) *world {
	t.Helper()
	w := &world{t: t, sim: sim.New(t)}
	w.sim.Clock.Freeze(noon)
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	c.Webhook, c.BasicID = server.URL+"/webhook/main", "@abc1234d"
	w.line = w.sim.LineChannel(c)
	is := w.line.Config()
	w.Channel = channel(t, append(change, func(cfg *line.Config) {
		cfg.ChannelID, cfg.Secret, cfg.Token, cfg.BasicID = is.ID, is.Secret, is.Token, is.BasicID
		cfg.APIBase, cfg.DataAPIBase, cfg.Clock = w.sim.LineAPI(), w.sim.LineDataAPI(), w.sim.Clock
	})...)
	return w
}

func (w *world) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	events, err := w.Decode(r.Header, body)
	if err != nil {
		w.t.Error(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = append(w.got, events...)
}

// last is the newest event, which must be of this kind.
func (w *world) last(kind bot.EventKind) bot.Event {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.got) == 0 || w.got[len(w.got)-1].Kind != kind {
		w.t.Fatalf("no event of kind %s: %+v", kind, w.got)
	}
	return w.got[len(w.got)-1]
}

// say sends messages in answer to e and wants them delivered.
func (w *world) say(e bot.Event, byReply bool, messages ...bot.Message) {
	w.t.Helper()
	calls, err := w.Encode(bot.Letter{To: bot.Address{Chat: e.Chat}, Reply: e.Reply, Messages: messages}, byReply)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range calls {
		key := ""
		if w.said++; c.Idempotent {
			key = fmt.Sprintf("123e4567-e89b-12d3-a456-%012d", w.said)
		}
		if r := w.Send(w.t.Context(), c, key); r.Outcome != bot.Delivered {
			w.t.Fatalf("%s: %+v; LINE says %q", c.Method, r, w.line.Complaints())
		}
	}
}

func TestSimPrivateTalk(t *testing.T) {
	w := newWorld(t, sim.LineConfig{Quota: 200})
	ann := w.line.Person("Ann", "zh-TW")
	ann.Follow()
	ann.Say("點數")
	e := w.last(bot.Said)
	if e.Text != "點數" || e.From != bot.UserID(ann.ID()) || e.Chat.Group {
		t.Fatalf("%+v", e)
	}
	w.Wait(t.Context(), bot.Address{Chat: e.Chat})
	if !ann.IsLoading() {
		t.Error("no loading animation")
	}
	w.say(e, true, letters["card"].Messages[0], letters["question"].Messages[1])
	if got := strings.Join(ann.Received(), "\n"); !strings.Contains(got, "120 點") || !strings.Contains(got, "Which one?") {
		t.Error(got)
	}
	for _, press := range [][2]string{{"Cake", "a:cake"}, {"兌換", "c:redeem"}, {"確定", "t:7KQ2"}} {
		if err := ann.Press(press[0]); err != nil {
			t.Fatal(err)
		}
		if e := w.last(bot.Pressed); e.Data != press[1] {
			t.Errorf("%s: %q", press[0], e.Data)
		}
	}
	if err := ann.Press("複製"); err != nil || ann.Clipboard() != "CODE-1" {
		t.Error(err, ann.Clipboard())
	}
	p, err := w.Profile(t.Context(), e.From)
	if err != nil || p.Name != "Ann" || p.Language != "zh-TW" {
		t.Error(p, err)
	}
	ann.Block()
	w.last(bot.Blocked)
	if p, err := w.Profile(t.Context(), e.From); err != nil || p != (bot.Profile{}) {
		t.Error("of somebody who blocked:", p, err)
	}
	if _, used, _, err := w.Quota(t.Context()); err != nil || used != 0 {
		t.Error("replies were counted:", used, err)
	}
}

// What adorns is taken by LINE in every shape, a carousel is one message, and
// the same button on several cards is told apart by its card.
func TestSimCards(t *testing.T) {
	w := newWorld(t, sim.LineConfig{Quota: 200})
	ann := w.line.Person("Ann", "zh-TW")
	ann.Follow()
	e := w.last(bot.Followed)
	w.say(e, false, letters["photo"].Messages...)
	w.say(e, false, letters["progress"].Messages...)
	if _, used, _, err := w.Quota(t.Context()); err != nil || used != 2 {
		t.Error("two pushes cost", used, err)
	}
	before := len(ann.Received())
	cards := bot.Message{Title: "兌換", Text: "你有 120 點。", Quick: []bot.Button{{Label: "不用了", Do: bot.DoAnswer, Value: "no"}}}
	for i, name := range []string{"拿鐵", "蛋糕", "A name that is longer than a button on a narrow phone can be"} {
		cards.Cards = append(cards.Cards, bot.Message{
			Photo: &bot.Photo{File: "latte.jpg"}, Title: name, Dots: &bot.Dots{Have: i, Size: 10, Alt: "10"}, Bar: &bot.Bar{To: 9, Value: int64(i)},
			Buttons: []bot.Button{{Label: "兌換", Do: bot.DoToken, Value: fmt.Sprint("T", i)}},
		})
	}
	w.say(e, false, cards)
	got := ann.Received()[before:]
	if len(got) != 1 || strings.Count(got[0], "(picture)") != 3 || strings.Count(got[0], "[兌換]") != 3 || !strings.Contains(got[0], "蛋糕") {
		t.Fatalf("%q", got)
	}
	for i := range cards.Cards {
		if err := ann.Press(cards.CardButtons(i)[0].Label); err != nil {
			t.Fatal(err)
		}
		if e := w.last(bot.Pressed); e.Data != fmt.Sprint("t:T", i) {
			t.Errorf("card %d: %q", i, e.Data)
		}
	}
	if err := ann.Press("不用了"); err == nil {
		t.Error("the quick reply outlived the presses")
	}
}

func TestSimGroupTalk(t *testing.T) {
	w := newWorld(t, sim.LineConfig{})
	ann, ben := w.line.Person("Ann", "en").Befriend(), w.line.Person("Ben", "en")
	g := w.line.Group("Regulars", ann, ben)
	if err := g.AddBot(); err != nil {
		t.Fatal(err)
	}
	joined := w.last(bot.BotJoined)
	if title, err := w.GroupTitle(t.Context(), joined.Chat.ID); err != nil || title != "Regulars" {
		t.Error(title, err)
	}
	ann.In(g).SayMention("👍 hello @Ben", ben, nil)
	e := w.last(bot.Said)
	if !e.ToBot || len(e.Mentions) != 2 || e.Text[e.Mentions[0].Start:e.Mentions[0].Start+e.Mentions[0].Len] != "@Ben" {
		t.Fatalf("%+v", e)
	}
	w.say(e, true,
		bot.Message{Text: "you got {5} points", Mention: &bot.Identity{Channel: "main", User: e.From}},
		letters["group"].Messages[1])
	if got := ben.In(g).Received(); got[0] != "@Ann you got {5} points" {
		t.Errorf("%q", got)
	}
	if err := ben.In(g).Press("Help"); err != nil {
		t.Fatal(err)
	}
	if e := w.last(bot.Said); e.Text != "/help" || e.From != bot.UserID(ben.ID()) {
		t.Errorf("%+v", e)
	}
	if err := ben.In(g).Press("My points"); err != nil || ben.Draft() != "/points now" {
		t.Error(err, ben.Draft())
	}
	if err := w.Leave(t.Context(), joined.Chat.ID); err != nil || g.HasBot() {
		t.Error("still there", err)
	}
	if err := w.Leave(t.Context(), joined.Chat.ID); err != nil {
		t.Error("leaving twice:", err)
	}
}

func TestSimEveryLetterIsTaken(t *testing.T) {
	w := newWorld(t, sim.LineConfig{})
	ann := w.line.Person("Ann", "en").Befriend()
	g := w.line.Group("Regulars", ann)
	if err := g.AddBot(); err != nil {
		t.Fatal(err)
	}
	for name, l := range letters {
		for _, person := range []*sim.LinePerson{ann, ann.In(g)} {
			person.Say("hi")
			messages := slices.Clone(l.Messages)
			for i := range messages {
				if messages[i].Mention != nil {
					messages[i].Mention = &bot.Identity{Channel: "main", User: bot.UserID(ann.ID())}
				}
			}
			t.Log(name)
			w.say(w.last(bot.Said), true, messages...)
		}
	}
}

// The simulator checks messages by its own reading of LINE's documents.
func TestSimTakesWhateverIsSaid(t *testing.T) {
	w := newWorld(t, sim.LineConfig{Rates: map[string]sim.Rate{"POST /v2/bot/message/validate/push": {}}})
	rapid.Check(t, func(t *rapid.T) {
		messages := rapid.SliceOfN(rapid.Custom(nastyMessage), 0, 5).Draw(t, "messages")
		call, err := w.EncodeMulticast([]bot.UserID{ann}, messages)
		if err != nil {
			return
		}
		var body struct {
			Messages json.RawMessage `json:"messages"`
		}
		if err := json.Unmarshal(call.Body, &body); err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequest("POST", w.sim.LineAPI()+"/v2/bot/message/validate/multicast", strings.NewReader(`{"messages":`+string(body.Messages)+`}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+w.line.Config().Token)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if answer, _ := io.ReadAll(response.Body); response.StatusCode != 200 {
			t.Fatalf("%d %s", response.StatusCode, answer)
		}
	})
}

func TestSimPushIsDoneOnce(t *testing.T) {
	for _, fault := range []sim.Fault{sim.DropAnswer, sim.Empty, sim.Reset, sim.ServerErr, sim.RateLimit, sim.Garbage} {
		w := newWorld(t, sim.LineConfig{Quota: 200})
		ann := w.line.Person("Ann", "en").Befriend()
		calls, err := w.Encode(bot.Letter{To: bot.Address{Chat: bot.Chat{ID: bot.ChatID(ann.ID())}}, Messages: []bot.Message{{Text: "A gift"}}}, false)
		if err != nil {
			t.Fatal(err)
		}
		w.sim.Faults.Switch(sim.Rule{Fault: fault, Platform: "line", Times: 1})
		first := w.Send(t.Context(), calls[0], retryKey)
		w.sim.Clock.Advance(time.Minute)
		second := w.Send(t.Context(), calls[0], retryKey)
		if first.Outcome == bot.Delivered || second.Outcome != bot.Delivered || len(second.Messages) != 1 {
			t.Errorf("%s: %+v, then %+v", fault, first, second)
		}
		if got := ann.Received(); len(got) != 1 {
			t.Errorf("%s: Ann got %q", fault, got)
		}
	}
}

func TestSimReplyIsDoneOnce(t *testing.T) {
	for fault, want := range map[sim.Fault]bot.Outcome{
		sim.DropAnswer: bot.TokenDead, sim.Empty: bot.TokenDead, sim.Reset: bot.Delivered, sim.RateLimit: bot.Delivered,
	} {
		w := newWorld(t, sim.LineConfig{})
		ann := w.line.Person("Ann", "en").Befriend()
		ann.Say("hi")
		e := w.last(bot.Said)
		calls, err := w.Encode(bot.Letter{To: bot.Address{Chat: e.Chat}, Reply: e.Reply, Messages: []bot.Message{{Text: "Hello"}}}, true)
		if err != nil {
			t.Fatal(err)
		}
		w.sim.Faults.Switch(sim.Rule{Fault: fault, Platform: "line", Times: 1})
		first := w.Send(t.Context(), calls[0], "")
		w.sim.Clock.Advance(10 * time.Second)
		if second := w.Send(t.Context(), calls[0], ""); second.Outcome != want || first.Outcome == bot.Delivered {
			t.Errorf("%s: %+v, then %+v", fault, first, second)
		}
		if got := ann.Received(); len(got) != 1 {
			t.Errorf("%s: Ann got %q", fault, got)
		}
	}
}

func TestSimRefusals(t *testing.T) {
	w := newWorld(t, sim.LineConfig{Quota: 1})
	push := func(to bot.ChatID, key string) bot.Outcome {
		calls, err := w.Encode(bot.Letter{To: bot.Address{Chat: bot.Chat{ID: to}}, Messages: []bot.Message{{Text: "A gift"}}}, false)
		if err != nil {
			t.Fatal(err)
		}
		return w.Send(t.Context(), calls[0], key).Outcome
	}
	ann := w.line.Person("Ann", "en").Befriend()
	if got := push(bot.ChatID("U"+strings.Repeat("9", 32)), "123e4567-e89b-12d3-a456-426614174001"); got != bot.Unreachable {
		t.Error("to a stranger:", got)
	}
	if got := push(bot.ChatID(ann.ID()), "123e4567-e89b-12d3-a456-426614174002"); got != bot.Delivered {
		t.Error("within the quota:", got)
	}
	if got := push(bot.ChatID(ann.ID()), "123e4567-e89b-12d3-a456-426614174003"); got != bot.QuotaUsed {
		t.Error("beyond the quota:", got)
	}
	if limit, used, unlimited, err := w.Quota(t.Context()); limit != 1 || used != 1 || unlimited || err != nil {
		t.Error(limit, used, unlimited, err)
	}
}

func TestSimShortLivedToken(t *testing.T) {
	w := newWorld(t, sim.LineConfig{})
	is := w.line.Config()
	ch := channel(t, func(cfg *line.Config) {
		cfg.ChannelID, cfg.Secret, cfg.Token = is.ID, is.Secret, ""
		cfg.APIBase, cfg.Clock = w.sim.LineAPI(), w.sim.Clock
	})
	for range 3 {
		if info, err := ch.Info(t.Context()); err != nil || info.BasicID != is.BasicID {
			t.Fatal(info, err)
		}
		w.sim.Clock.Advance(20 * time.Minute)
	}
}

func TestSimWebhookRegistration(t *testing.T) {
	w := newWorld(t, sim.LineConfig{Quota: 200})
	address := w.line.Config().Webhook
	base := strings.TrimSuffix(address, "/webhook/main")
	if changed, err := w.Register(t.Context(), address); changed || err != nil {
		t.Error("set again:", changed, err)
	}
	for _, f := range w.Doctor(t.Context(), base) {
		if !f.OK || f.Fix != "" && !f.Look {
			t.Errorf("healthy, and yet %+v", f)
		}
	}
	w.line.SetWebhook("")
	if changed, err := w.Register(t.Context(), "https://bot.example.com/webhook/main"); !changed || err != nil {
		t.Error("not set:", changed, err)
	}
	if got := w.line.Config().Webhook; got != "https://bot.example.com/webhook/main" {
		t.Error(got)
	}
	if _, err := w.Register(t.Context(), "http://bot.example.com/webhook/main"); err == nil {
		t.Error("an open address was registered")
	}
	var fixes []string
	for _, f := range w.Doctor(t.Context(), base) {
		if !f.OK {
			fixes = append(fixes, f.Fix)
		}
	}
	if len(fixes) != 1 || !strings.Contains(fixes[0], "start serve once") {
		t.Errorf("%q", fixes)
	}
	w.line.SetWebhook(address)
	w.line.SetWebhookActive(false)
	if got := w.Doctor(t.Context(), base); !slices.ContainsFunc(got, func(f line.Finding) bool { return strings.Contains(f.Fix, "switch it on") }) {
		t.Errorf("%+v", got)
	}
}

func TestDoctorWithAWrongToken(t *testing.T) {
	base, _ := server(t, says(401, `{"message":"Authentication failed"}`))
	found := channel(t, func(cfg *line.Config) { cfg.APIBase = base }).Doctor(t.Context(), "https://bot.example.com")
	if len(found) != 1 || found[0].OK || !strings.Contains(found[0].Fix, "channel_token") {
		t.Errorf("%+v", found)
	}
}
