package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func httpGet(url string) (string, error) {
	res, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

// "Commands: name 1..32 `[a-z0-9_]`, description 1..256, 100 per scope; scopes
// … x `language_code`" (TG-SPEC; features#command-scopes); "Telegram command
// lists take two-letter language codes" (trap 33).
func TestTelegramCommands(t *testing.T) {
	b := hooked(t)
	set := func(description string, more map[string]any) map[string]any {
		p := map[string]any{"commands": []any{map[string]any{"command": "points", "description": description}}}
		for k, v := range more {
			p[k] = v
		}
		return p
	}
	ann, bo := b.bot.Person("Ann", "zh-hant"), b.bot.Person("Bo", "th")
	ann.Start("")
	group := b.bot.Group("Club", ann, bo)
	b.ok("setMyCommands", set("default", nil))
	b.ok("setMyCommands", set("private th", map[string]any{"scope": map[string]any{"type": "all_private_chats"}, "language_code": "th"}))
	b.ok("setMyCommands", set("Ann's chat", map[string]any{"scope": map[string]any{"type": "chat", "chat_id": ann.ID()}}))
	b.ok("setMyCommands", set("group zh", map[string]any{"scope": map[string]any{"type": "all_group_chats"}, "language_code": "zh"}))
	b.ok("setMyCommands", set("admins", map[string]any{"scope": map[string]any{"type": "all_chat_administrators"}}))
	for _, c := range []struct {
		seat *TelegramSeat
		want string
	}{
		{ann.TelegramSeat, "Ann's chat"}, {bo.TelegramSeat, "private th"},
		{ann.In(group), "admins"}, {bo.In(group), "default"},
	} {
		if got := c.seat.Commands(); !slices.Equal(got, []string{"/points - " + c.want}) {
			t.Errorf("%s sees %q, want %q", c.seat.Name(), got, c.want)
		}
	}
	b.ok("deleteMyCommands", map[string]any{"scope": map[string]any{"type": "chat", "chat_id": ann.ID()}})
	if got := ann.Commands(); !slices.Equal(got, []string{"/points - default"}) {
		t.Errorf("after deleting, Ann sees %q", got)
	}

	many := make([]any, 101)
	for i := range many {
		many[i] = map[string]any{"command": fmt.Sprint("c", i), "description": "x"}
	}
	b.refused("100 per scope (TG-SPEC)", "setMyCommands", map[string]any{"commands": many}, 400, "BOT_COMMANDS_TOO_MUCH")
	b.refused("name 1..32 `[a-z0-9_]` (TG-SPEC)", "setMyCommands", map[string]any{"commands": []any{map[string]any{"command": "Points", "description": "x"}}}, 400, "BOT_COMMAND_INVALID")
	b.refused("description 1..256 (TG-SPEC)", "setMyCommands", set(strings.Repeat("x", 257), nil), 400, "BOT_COMMAND_DESCRIPTION_INVALID")
	b.refused("two-letter language codes (TG-SPEC)", "setMyCommands", set("x", map[string]any{"language_code": "zh-TW"}), 400, "invalid language code specified")
}

// "setMyName 64, setMyDescription 512, setMyShortDescription 120, each per
// language" (TG-SPEC).
func TestTelegramProfileTexts(t *testing.T) {
	b := hooked(t)
	for _, c := range []struct {
		method, field string
		limit         int
	}{{"MyName", "name", 64}, {"MyDescription", "description", 512}, {"MyShortDescription", "short_description", 120}} {
		b.ok("set"+c.method, map[string]any{c.field: strings.Repeat("x", c.limit)})
		b.ok("set"+c.method, map[string]any{c.field: "ไทย", "language_code": "th"})
		if got := dig(b.ok("get"+c.method, map[string]any{"language_code": "th"}), c.field); got != "ไทย" {
			t.Errorf("%s in Thai is %v", c.field, got)
		}
		if got := dig(b.ok("get"+c.method, map[string]any{"language_code": "ja"}), c.field); got != strings.Repeat("x", c.limit) {
			t.Errorf("%s in Japanese is %v", c.field, got)
		}
		b.refused(fmt.Sprintf("set%s %d (TG-SPEC)", c.method, c.limit), "set"+c.method,
			map[string]any{c.field: strings.Repeat("x", c.limit+1)}, 400, "too long")
	}
	b.ok("setChatMenuButton", map[string]any{"menu_button": map[string]any{"type": "commands"}})
	if got := dig(b.ok("getChatMenuButton", nil), "type"); got != "commands" {
		t.Errorf("menu button %v", got)
	}
}

// picture makes a PNG.
func picture(t *testing.T, w, h int) []byte {
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// upload sends a photo by multipart.
func (b *tgBotUnderTest) upload(fields map[string]string, name string, data []byte) map[string]any {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, v := range fields {
		m.WriteField(k, v)
	}
	part, _ := m.CreateFormFile(name, "card.png")
	part.Write(data)
	m.Close()
	res, err := http.Post(b.sim.TelegramAPI()+"/bot"+b.bot.Token()+"/sendPhoto", m.FormDataContentType(), &body)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	var a map[string]any
	json.NewDecoder(res.Body).Decode(&a)
	return a
}

func TestTelegramPhotos(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	ann.Start("")
	to := map[string]string{"chat_id": fmt.Sprint(ann.ID()), "caption": "<i>Your card</i>", "parse_mode": "HTML",
		"reply_markup": `{"inline_keyboard":[[{"text":"New","callback_data":"new"}]]}`}
	a := b.upload(to, "photo", picture(t, 300, 200))
	if a["ok"] != true {
		t.Fatalf("sendPhoto: %v", a)
	}
	photo := a["result"].(map[string]any)["photo"].([]any)[0]
	if dig(photo, "width") != 300.0 {
		t.Errorf("photo %v", photo)
	}
	if got := b.bot.File(dig(photo, "file_id").(string)); !bytes.Equal(got, picture(t, 300, 200)) {
		t.Error("the picture that arrived is another")
	}
	if got, _ := ann.Await(1); len(got) != 1 || got[0] != "Your card\n(picture)\n[New]" {
		t.Errorf("Ann sees %q", got)
	}
	// file_id persistent per bot (faq)
	b.ok("sendPhoto", map[string]any{"chat_id": ann.ID(), "photo": dig(photo, "file_id")})
	b.ok("sendPhoto", map[string]any{"chat_id": ann.ID(), "photo": "https://bot.example.com/i/x.png"})
	b.refused("a file_id of nobody", "sendPhoto", map[string]any{"chat_id": ann.ID(), "photo": "nonsense"}, 400, "wrong remote file identifier specified")
	b.refused("Texts: caption 0..1024 (TG-SPEC)", "sendPhoto",
		map[string]any{"chat_id": ann.ID(), "photo": dig(photo, "file_id"), "caption": strings.Repeat("x", 1025)}, 400, "message caption is too long")
	if a := b.upload(to, "photo", []byte("not a picture")); a["description"] != "Bad Request: IMAGE_PROCESS_FAILED" {
		t.Errorf("garbage uploaded: %v", a)
	}
	if a := b.upload(to, "photo", picture(t, 2100, 100)); a["description"] != "Bad Request: PHOTO_INVALID_DIMENSIONS" {
		t.Errorf("a strip uploaded: %v", a)
	}
}

// "JSON, form and multipart bodies" and the query are the same to the server.
func TestTelegramBodies(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	ann.Start("")
	base := b.sim.TelegramAPI() + "/bot" + b.bot.Token() + "/sendMessage"
	form := url.Values{"chat_id": {fmt.Sprint(ann.ID())}, "text": {"form"}, "entities": {"null"}, "reply_markup": {"null"}}
	if res, err := http.PostForm(base, form); err != nil || res.StatusCode != 200 {
		t.Errorf("form: %v %v", res, err)
	}
	form.Set("text", "query")
	if body, err := httpGet(base + "?" + form.Encode()); err != nil || !strings.Contains(body, `"ok":true`) {
		t.Errorf("query: %s %v", body, err)
	}
	if got := ann.Received(); !slices.Equal(got, []string{"form", "query"}) {
		t.Errorf("Ann received %q", got)
	}
}

// The world can be driven over HTTP alone.
func TestTelegramControl(t *testing.T) {
	b := hooked(t)
	do := func(path string, body map[string]any) map[string]any {
		t.Helper()
		raw, _ := json.Marshal(body)
		res, err := http.Post(b.sim.Control()+"/telegram/"+path, "application/json", bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var a map[string]any
		json.NewDecoder(res.Body).Decode(&a)
		if res.StatusCode != 200 {
			t.Fatalf("%s %v: %v", path, body, a)
		}
		return a
	}
	do("regulars_bot/people", map[string]any{"name": "Ann", "language": "ja"})
	do("regulars_bot/people", map[string]any{"name": "Bo", "language": "en"})
	do("regulars_bot/start", map[string]any{"who": "Ann", "payload": "x"})
	group := do("regulars_bot/groups", map[string]any{"title": "Club", "kind": "forum", "people": []string{"Ann", "Bo"}})
	b.ok("sendMessage", map[string]any{"chat_id": group["id"], "text": "Hello", "reply_markup": inline(map[string]any{"text": "Go", "callback_data": "go"})})
	topic := do("regulars_bot/topic", map[string]any{"in": "Club", "who": "Ann", "text": "Points"})["topic"]
	do("regulars_bot/say", map[string]any{"who": "Bo", "in": "Club", "topic": topic, "text": "/points@regulars_bot"})
	if dig(b.last(), "message", "message_thread_id") != topic {
		t.Errorf("said in a topic: %v", b.last())
	}
	phone := do("regulars_bot/press", map[string]any{"who": "Bo", "in": "Club", "label": "Go"})
	if dig(b.last(), "callback_query", "data") != "go" || fmt.Sprint(phone["received"]) != "[Hello\n[Go]]" {
		t.Errorf("pressed: %v %v", b.last(), phone["received"])
	}
	n := len(b.updates())
	do("regulars_bot/again", nil)
	if len(b.updates()) != n+1 {
		t.Error("again delivered nothing")
	}
	body, err := httpGet(b.sim.Control() + "/telegram/regulars_bot/phone?who=Ann")
	if err != nil || !strings.Contains(body, "ann\\u003e /start x") {
		t.Errorf("phone: %s %v", body, err)
	}
	res, err := http.Post(b.sim.Control()+"/telegram/regulars_bot/say", "application/json", strings.NewReader(`{"who":"Zoe"}`))
	if err != nil || res.StatusCode != 400 {
		t.Errorf("a stranger spoke: %v %v", res, err)
	}
}
