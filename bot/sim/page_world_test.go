package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/draw"
)

// pageWorld is a world with a page, and a bot on both platforms that answers
// like a small café.
type pageWorld struct {
	*Sim
	t    testing.TB
	line *LineChannel
	tele *TelegramBot
	ann  *LinePerson
	mia  *LinePerson
	bo   *TelegramPerson
	bot  *httptest.Server
	web  *httptest.Server // the page, mounted elsewhere than the simulator
}

const pageShop = "https://shop.example" // stands for the bot's own address

func newPageWorld(t testing.TB, more func(*PageOptions)) *pageWorld {
	t.Helper()
	w := &pageWorld{t: t}
	w.bot = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.bot.Close)
	s, err := Start(Options{Local: func(a string) string { return strings.Replace(a, pageShop, w.bot.URL, 1) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.Clock.Freeze(time.Date(2026, 11, 2, 3, 4, 5, 0, time.UTC))
	w.Sim = s
	w.line = s.LineChannel(LineConfig{BasicID: "@cafe", Name: "Corner Café", Webhook: pageShop + "/line"})
	w.tele = s.TelegramBot(TelegramConfig{Token: "1001:t", Username: "cafe_bot", Name: "Corner Café"})
	w.send("setWebhook", map[string]any{"url": pageShop + "/telegram"})
	w.ann, w.mia = w.line.Person("Ann", "en"), w.line.Person("Mia", "ja")
	w.bo = w.tele.Person("Bo", "en")
	w.line.Group("Sunday club", w.ann, w.mia)
	o := PageOptions{
		Title:  "Corner Café",
		People: []PagePerson{{LINE: w.ann}, {Telegram: w.bo, Role: "employee"}, {LINE: w.mia, Role: "manager"}},
		Tour: []Step{
			{Title: inAll("First"), Hint: inAll("Add the shop."), Phone: "Ann", Done: func() bool { return w.ann.HasRead() || len(w.ann.Received()) > 0 }},
			{Title: inAll("Second"), Phone: "Bo", Type: inAll("/points"), Done: func() bool { return len(w.bo.Received()) > 1 }},
		},
	}
	if more != nil {
		more(&o)
	}
	page := s.Page(o)
	s.Mount(page)
	w.web = httptest.NewServer(http.StripPrefix("/some/where", page))
	t.Cleanup(w.web.Close)
	return w
}

func inAll(s string) func(string) string { return func(string) string { return s } }

// serve is the bot: webhooks, a picture, and the page that its code leads to.
func (w *pageWorld) serve(out http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var in struct {
		Events []map[string]any // LINE
		// Telegram
		Message struct {
			Text string
			Chat struct{ ID int64 }
		}
		Callback struct {
			ID, Data string
			Message  struct {
				ID   int64 `json:"message_id"`
				Chat struct{ ID int64 }
			}
		} `json:"callback_query"`
	}
	json.Unmarshal(body, &in)
	switch {
	case r.URL.Path == "/code.png":
		png, _ := draw.PNG(bot.Picture{QR: pageShop + "/c/token"})
		out.Write(png)
	case strings.HasPrefix(r.URL.Path, "/p/"):
		out.Write(photoOfCoffee())
	case r.URL.Path == "/c/token":
		io.WriteString(out, `<a href="https://line.me/R/oaMessage/@cafe/?%2Fscan%20token">LINE</a> <a href="https://t.me/cafe_bot?start=scan_token">Telegram</a>`)
	case r.URL.Path == "/line":
		for _, ev := range in.Events {
			w.onLine(ev)
		}
	case in.Callback.ID != "":
		w.send("answerCallbackQuery", map[string]any{"callback_query_id": in.Callback.ID})
		w.send("editMessageText", map[string]any{"chat_id": in.Callback.Message.Chat.ID, "message_id": in.Callback.Message.ID, "text": "You have 7 points."})
	case in.Message.Chat.ID != 0:
		w.onTelegram(in.Message.Chat.ID, in.Message.Text)
	}
}

func (w *pageWorld) onLine(ev map[string]any) {
	said, _ := object(ev["message"])["text"].(string)
	data, _ := object(ev["postback"])["data"].(string)
	var answer map[string]any
	switch {
	case ev["type"] == "follow":
		answer = flexCard("Welcome <to> the café", map[string]any{"type": "button", "style": "primary", "action": map[string]any{"type": "postback", "label": "Join", "data": "join", "displayText": "Join"}})
	case data == "join":
		answer = map[string]any{"type": "text", "text": "You're in!", "quickReply": map[string]any{"items": []any{
			map[string]any{"type": "action", "action": map[string]any{"type": "message", "label": "My points", "text": "points"}}}}}
	case said == "points":
		answer = map[string]any{"type": "text", "text": "You have 120 points."}
	case said == "card":
		answer = flexCard("Your card", map[string]any{"type": "image", "url": pageShop + "/code.png", "size": "full"})
	case said == "link":
		answer = flexCard("Links", map[string]any{"type": "button", "action": map[string]any{"type": "uri", "label": "Our site", "uri": pageShop + "/c/token"}})
	case said == "copy":
		answer = flexCard("Copy", map[string]any{"type": "button", "action": map[string]any{"type": "clipboard", "label": "Copy code", "clipboardText": "KMEY-97"}})
	case said == "when":
		answer = flexCard("When", map[string]any{"type": "button", "action": map[string]any{"type": "datetimepicker", "label": "Choose", "data": "day", "mode": "date"}})
	case data == "day":
		answer = map[string]any{"type": "text", "text": fmt.Sprint("Until ", object(object(ev["postback"])["params"])["date"])}
	case said != "":
		answer = map[string]any{"type": "text", "text": "You said: " + said}
	default:
		return
	}
	w.call(w.LineAPI()+"/v2/bot/message/reply", w.line.Config().Token, map[string]any{"replyToken": ev["replyToken"], "messages": []any{answer}})
}

func flexCard(title string, part map[string]any) map[string]any {
	return map[string]any{"type": "flex", "altText": title, "contents": map[string]any{"type": "bubble", "body": map[string]any{
		"type": "box", "layout": "vertical", "contents": []any{map[string]any{"type": "text", "text": title, "wrap": true}, part}}}}
}

func (w *pageWorld) onTelegram(chat int64, said string) {
	switch {
	case strings.HasPrefix(said, "/start scan_"):
		w.send("sendMessage", map[string]any{"chat_id": chat, "text": "How much was the purchase?"})
	case said == "/start":
		w.send("sendMessage", map[string]any{"chat_id": chat, "text": "<b>Hello</b>", "parse_mode": "HTML", "reply_markup": map[string]any{
			"inline_keyboard": [][]any{{map[string]any{"text": "Points", "callback_data": "c:points"}, map[string]any{"text": "Site", "url": pageShop + "/c/token"}}}}})
		w.send("sendMessage", map[string]any{"chat_id": chat, "text": "Keys", "reply_markup": map[string]any{
			"keyboard": [][]any{{map[string]any{"text": "Share my number", "request_contact": true}, "Menu"}}}})
	case said != "":
		w.send("sendMessage", map[string]any{"chat_id": chat, "text": "You said: " + said})
	}
}

// push is a paid LINE message.
func (w *pageWorld) push(text string) {
	w.call(w.LineAPI()+"/v2/bot/message/push", w.line.Config().Token, map[string]any{"to": w.ann.ID(), "messages": []any{map[string]any{"type": "text", "text": text}}})
}

func (w *pageWorld) send(method string, params map[string]any) {
	w.call(w.TelegramAPI()+"/bot1001:t/"+method, "", params)
}

func (w *pageWorld) call(address, token string, body any) {
	raw, _ := json.Marshal(body)
	req, err := http.NewRequest("POST", address, bytes.NewReader(raw))
	if err != nil {
		w.t.Error(err)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return // a fault, which is what some tests are about
	}
	res.Body.Close()
}

// do is a deed as the page's forms send it, and waits until it is done.
func (w *pageWorld) do(deed string, form ...string) *http.Response {
	w.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		v.Set(form[i], form[i+1])
	}
	req, err := http.NewRequest("POST", w.web.URL+"/some/where/"+deed, strings.NewReader(v.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("HX-Request", "true")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	res.Body.Close()
	return res
}

// get is a page, whole.
func (w *pageWorld) get(path string) (string, *http.Response) {
	w.t.Helper()
	res, err := http.Get(w.web.URL + "/some/where/" + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(raw), res
}

// shows waits until the page shows something.
func (w *pageWorld) shows(want string) string {
	w.t.Helper()
	html := ""
	for end := time.Now().Add(AwaitLimit); time.Now().Before(end); {
		changed := w.change()
		if html, _ = w.get(""); strings.Contains(html, want) {
			return html
		}
		select {
		case <-changed:
		case <-time.After(200 * time.Millisecond): // the wire's changes come without notice
		}
	}
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, " ")
	w.t.Fatalf("the page never shows %q, but\n%s", want, strings.Join(strings.Fields(text), " "))
	return ""
}

func (w *pageWorld) change() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.changed
}
