package sim

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"strings"
	"testing"
	"time"
)

// What a press does is what the app does with the action.
func TestLinePress(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{BasicID: "@cafe"})
	ann := ch.Person("Ann", "en").Befriend()
	footer := func(actions ...obj) obj {
		parts := arr{}
		for _, a := range actions {
			parts = append(parts, obj{"type": "button", "action": a})
		}
		return obj{"type": "bubble", "body": obj{"type": "box", "layout": "vertical", "contents": arr{flexText("Choose"), flexText("one")}},
			"footer": obj{"type": "box", "layout": "vertical", "contents": parts}}
	}
	m := flex(footer(
		obj{"type": "message", "label": "Card", "text": "/card"},
		obj{"type": "postback", "label": "Buy", "data": "d=1", "displayText": "I buy"},
		obj{"type": "datetimepicker", "label": "When", "data": "w", "mode": "date", "initial": "2026-12-24"},
		obj{"type": "uri", "label": "Site", "uri": "https://example.com/"},
		obj{"type": "clipboard", "label": "Copy", "clipboardText": "7KQ2"},
	))
	m["quickReply"] = obj{"items": arr{obj{"type": "action", "action": obj{"type": "message", "label": "Yes", "text": "yes"}}}}
	bot.want(bot.push(ann.ID(), m), 200, "")
	phone(t, ann, "bot< Choose\none\n[Card] [Buy] [When] [Site] [Copy] [Yes]")
	if got := fmt.Sprint(ann.Buttons()); got != "[Yes Card Buy When Site Copy]" {
		t.Fatal(got)
	}
	press := func(label string) {
		t.Helper()
		if err := ann.Press(label); err != nil {
			t.Fatal(err)
		}
	}
	press("Yes")
	if bot.last()["message"].(obj)["text"] != "yes" {
		t.Fatal(bot.last())
	}
	if ann.Press("Yes") == nil { // "only the last message's quickReply is shown" (1.4)
		t.Fatal("a quick reply is gone once somebody writes")
	}
	press("Card")
	press("Buy")
	if bot.last()["postback"].(obj)["data"] != "d=1" {
		t.Fatal(bot.last())
	}
	press("When")
	if bot.last()["postback"].(obj)["params"].(obj)["date"] != "2026-12-24" {
		t.Fatal(bot.last())
	}
	press("Site")
	press("Copy")
	if ann.Opened()[0] != "https://example.com/" || ann.Clipboard() != "7KQ2" {
		t.Fatal(ann.Opened(), ann.Clipboard())
	}
	if got := ann.Phone(); fmt.Sprint(got[1:]) != fmt.Sprint([]string{"ann> yes", "ann> /card", "ann> I buy"}) {
		t.Fatal(got)
	}
	if ann.Press("Nothing") == nil {
		t.Fatal("pressed a button that is not there")
	}
}

// "/R/oaMessage/%40id/?{encoded text} (chat with prefilled text)"; "user must
// press send" (1.5).
func TestLinePrefilledText(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{BasicID: "@cafe"})
	ann := ch.Person("Ann", "en")
	g := ch.Group("Club", ann)
	link := "https://line.me/R/oaMessage/%40cafe/?" + url.PathEscape("/join 點數 7KQ2")
	bot.want(bot.push(g.ID(), flex(bubble(obj{"type": "button", "action": obj{"type": "uri", "label": "Private", "uri": link}}))), 200, "")
	before := bot.count()
	if err := ann.In(g).Press("Private"); err != nil {
		t.Fatal(err)
	}
	if ann.Draft() != "/join 點數 7KQ2" || bot.count() != before {
		t.Fatalf("draft %q", ann.Draft())
	}
	if err := ann.Send(); err != nil {
		t.Fatal(err)
	}
	ev := bot.last()
	if ev["message"].(obj)["text"] != "/join 點數 7KQ2" || ev["source"].(obj)["type"] != "user" {
		t.Fatal(ev)
	}
}

func menuPicture(w, h int) []byte {
	var b bytes.Buffer
	png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)))
	return b.Bytes()
}

func menu(name string, labels ...string) obj {
	areas := arr{}
	for i, l := range labels {
		a := obj{"type": "message", "label": l, "text": strings.ToLower("/" + l)}
		if to, ok := strings.CutPrefix(l, ">"); ok {
			a = obj{"type": "richmenuswitch", "label": l, "richMenuAliasId": to, "data": "to=" + to}
		}
		areas = append(areas, obj{"bounds": obj{"x": i * 100, "y": 0, "width": 100, "height": 500}, "action": a})
	}
	return obj{"size": obj{"width": 800, "height": 500}, "selected": true, "name": name, "chatBarText": "Menu", "areas": areas}
}

// addMenu creates a menu with its picture.
func (b *testBot) addMenu(m obj) string {
	b.t.Helper()
	id := b.want(b.post("/richmenu", m), 200, "").body["richMenuId"].(string)
	b.upload(id, menuPicture(800, 500), 200)
	return id
}

func (b *testBot) upload(id string, data []byte, status int) {
	b.t.Helper()
	r, err := b.call("POST", b.s.LineDataAPI()+"/v2/bot/richmenu/"+id+"/content", data, "Content-Type", "image/png")
	if err != nil || r.status != status {
		b.t.Fatalf("upload: %d %s %v, want %d", r.status, r.raw, err, status)
	}
}

// "rich menu | image JPEG/PNG width 800..2500, height >=250, ratio >=1.45;
// name 300; chatBarText 14; 20 areas" and "menu must have an image first"
// (1.4).
func TestLineRichMenuChecks(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	for _, wrong := range []obj{
		with(menu("m"), "chatBarText", strings.Repeat("c", 15)),
		with(menu("m"), "name", strings.Repeat("n", 301)),
		with(menu("m"), "size", obj{"width": 800, "height": 600}),
		with(menu("m"), "size", obj{"width": 700, "height": 400}),
		with(menu("m"), "areas", many(21, func(int) any { return menu("m", "a")["areas"].(arr)[0] })),
	} {
		bot.want(bot.post("/richmenu", wrong), 400, "")
		bot.want(bot.post("/richmenu/validate", wrong), 400, "")
	}
	id := bot.want(bot.post("/richmenu", menu("m", "Card")), 200, "").body["richMenuId"].(string)
	bot.want(bot.post("/user/"+ann.ID()+"/richmenu/"+id, nil), 400, "must upload richmenu image before applying it to user")
	bot.want(bot.post("/user/all/richmenu/"+id, nil), 400, "")
	bot.upload(id, menuPicture(800, 552), 400)
	bot.upload(id, menuPicture(1600, 1000), 400)
	bot.upload(id, []byte("no picture"), 400)
	bot.upload(id, menuPicture(800, 500), 200)
	bot.upload(id, menuPicture(800, 500), 400)
	bot.want(bot.post("/user/"+ann.ID()+"/richmenu/"+id, nil), 200, "")
	bot.want(bot.post("/richmenu/alias", obj{"richMenuAliasId": "Big", "richMenuId": id}), 400, "")
	bot.want(bot.post("/richmenu/alias", obj{"richMenuAliasId": "small", "richMenuId": id}), 200, "")
	bot.want(bot.post("/richmenu/alias", obj{"richMenuAliasId": "small", "richMenuId": id}), 400, "conflict richmenu alias id")
	bot.want(bot.api("DELETE", "/v2/bot/richmenu/"+id, nil), 200, "")
	if name, _ := ann.Menu(); name != "" {
		t.Fatal("a deleted menu still shows")
	}
}

// The default, a linked menu before it, a switch on the phone, and "200 but
// no effect for non-friends" (1.4).
func TestLineRichMenus(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann, bea := ch.Person("Ann", "en").Befriend(), ch.Person("Bea", "en")
	first, second := bot.addMenu(menu("en", "Points", ">more")), bot.addMenu(menu("more", "Help", ">main"))
	bot.want(bot.post("/richmenu/alias", obj{"richMenuAliasId": "more", "richMenuId": second}), 200, "")
	bot.want(bot.post("/user/all/richmenu/"+first, nil), 200, "")
	if name, labels := ann.Menu(); name != "en" || fmt.Sprint(labels) != "[Points >more]" {
		t.Fatal(name, labels)
	}
	ann.Press("Points")
	if bot.last()["message"].(obj)["text"] != "/points" {
		t.Fatal(bot.last())
	}
	ann.Press(">more")
	params := bot.last()["postback"].(obj)["params"].(obj)
	if name, _ := ann.Menu(); name != "more" || params["newRichMenuAliasId"] != "more" || params["status"] != "SUCCESS" {
		t.Fatal(name, params)
	}
	ann.Press(">main")
	if bot.last()["postback"].(obj)["params"].(obj)["status"] != "RICHMENU_ALIAS_ID_NOTFOUND" {
		t.Fatal(bot.last())
	}
	bot.want(bot.post("/richmenu/bulk/link", obj{"richMenuId": second, "userIds": arr{ann.ID(), bea.ID()}}), 202, "")
	if r := bot.api("GET", "/v2/bot/user/"+ann.ID()+"/richmenu", nil); r.body["richMenuId"] != second {
		t.Fatal(r.raw)
	}
	bot.want(bot.api("GET", "/v2/bot/user/"+bea.ID()+"/richmenu", nil), 404, "")
	bot.want(bot.post("/richmenu/bulk/unlink", obj{"userIds": many(501, func(int) any { return ann.ID() })}), 400, "")
	bot.want(bot.api("DELETE", "/v2/bot/user/"+ann.ID()+"/richmenu", nil), 200, "")
	if name, _ := ann.Menu(); name != "en" {
		t.Fatal(name)
	}
	bot.want(bot.post("/richmenu/alias/more", obj{"richMenuId": first}), 200, "")
	if r := bot.api("GET", "/v2/bot/richmenu/alias/list", nil); r.raw != `{"aliases":[{"richMenuAliasId":"more","richMenuId":"`+first+`"}]}` {
		t.Fatal(r.raw)
	}
	if r := bot.api("GET", "/v2/bot/richmenu/list", nil); len(r.body["richmenus"].(arr)) != 2 {
		t.Fatal(r.raw)
	}
}

// "rich menu create / delete | 100/h" (1.2).
func TestLineRichMenuRate(t *testing.T) {
	s, _, bot := lineWorld(t, LineConfig{})
	for range 100 {
		bot.want(bot.post("/richmenu", menu("m")), 200, "")
	}
	bot.want(bot.post("/richmenu", menu("m")), 429, "The API rate limit has been exceeded. Try again later.")
	s.Clock.Advance(time.Hour)
	bot.want(bot.post("/richmenu", menu("m")), 200, "")
}

// "batch (link/unlink/unlinkAll, <=1,000 ops) 3/h, … progress endpoint" (1.4).
func TestLineRichMenuBatch(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	one, two := bot.addMenu(menu("one")), bot.addMenu(menu("two"))
	bot.want(bot.post("/user/"+ann.ID()+"/richmenu/"+one, nil), 200, "")
	ops := func(list ...any) obj { return obj{"operations": append(arr{}, list...)} }
	swap := ops(obj{"type": "link", "from": one, "to": two}, obj{"type": "link", "from": two, "to": one})
	r := bot.want(bot.post("/richmenu/batch", swap), 202, "")
	if name, _ := ann.Menu(); name != "two" {
		t.Fatal(name)
	}
	r = bot.want(bot.api("GET", "/v2/bot/richmenu/progress/batch?requestId="+r.header.Get("X-Line-Request-Id"), nil), 200, "")
	if r.body["phase"] != "succeeded" {
		t.Fatal(r.raw)
	}
	bot.want(bot.post("/richmenu/batch", ops(obj{"type": "link", "from": one, "to": "richmenu-none"})), 400, "")
	bot.want(bot.post("/richmenu/batch", ops(obj{"type": "unlinkAll"})), 202, "")
	if name, _ := ann.Menu(); name != "" {
		t.Fatal(name)
	}
	bot.want(bot.post("/richmenu/batch", swap), 429, "The API rate limit has been exceeded. Try again later.")
}
