package sim

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestPageIsStrict(t *testing.T) {
	w := newPageWorld(t, nil)
	w.ann.SetName(`<img src=x onerror=alert(1)>"'`)
	w.do("phone/p1/follow")
	html := w.shows("Welcome &lt;to&gt; the café")
	_, res := w.get("")
	if csp := res.Header.Get("Content-Security-Policy"); csp != pagePolicy || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	for _, forbidden := range []string{`<script>`, `<style`, `style=`, `javascript:`, `<img src=x`} {
		if strings.Contains(html, forbidden) {
			t.Errorf("the page has %s", forbidden)
		}
	}
	bare := regexp.MustCompile(`="[^"]*"|='[^']*'`).ReplaceAllString(html, "")
	if m := regexp.MustCompile(`<[^>]*\son[a-z]+`).FindString(bare); m != "" {
		t.Errorf("an inline handler: %s", m)
	}
	for _, m := range regexp.MustCompile(`(?:src|href|action|formaction)="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if strings.HasPrefix(m[1], "/") || strings.Contains(m[1], "//") && !strings.HasPrefix(m[1], "data:image/svg+xml") {
			t.Errorf("an address that is not the page's own: %s", m[1])
		}
	}
}

// The whole page with all its files stays under 200 KB.
func TestPageIsSmall(t *testing.T) {
	w := newPageWorld(t, nil)
	html, _ := w.get("")
	sum := len(html)
	for _, m := range regexp.MustCompile(`(?:src|href)="(asset/[^"]+)"`).FindAllStringSubmatch(html, -1) {
		body, res := w.get(m[1])
		if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %s", m[1], res.Status)
		}
		sum += len(body)
	}
	if sum > 200_000 || sum < 60_000 {
		t.Errorf("the page is %d bytes", sum)
	}
	t.Logf("the page is %d bytes", sum)
}

func TestPageFiles(t *testing.T) {
	w := newPageWorld(t, nil)
	for path, want := range map[string]int{
		"asset/htmx.LICENSE": 200, "asset/sse.LICENSE": 200, "asset/page.html": 404, "asset/page.go": 404, "asset/..%2fpage.go": 404,
		"pic/0000": 404, "wire/99999": 404, "wire/x": 404, "nothing": 404,
	} {
		if _, res := w.get(path); res.StatusCode != want {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
}

// A form of another site is refused; this page's own is not.
func TestPageRefusesOtherSites(t *testing.T) {
	w := newPageWorld(t, nil)
	req, err := http.NewRequest("POST", w.web.URL+"/some/where/phone/p1/follow", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", "https://evil.example")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden || len(w.ann.Received()) > 0 {
		t.Errorf("%s, and the phone shows %q", res.Status, w.ann.Phone())
	}
}

// What is said and pressed reaches the bot, and its answers the phone.
func TestPageTalks(t *testing.T) {
	w := newPageWorld(t, nil)
	w.do("phone/p1/follow")
	w.press("p1", "Join")
	w.shows("You&#39;re in!")
	w.press("p1", "My points")
	w.shows("You have 120 points.")
	w.do("phone/p1/say", "text", "  hello <b> ")
	w.shows("You said: hello &lt;b&gt;")

	w.do("phone/p2/follow")
	w.shows("<b>Hello</b>")
	w.press("p2", "Points")
	w.shows("You have 7 points.")
	w.press("p2", "Share my number")
	html := w.shows("☎")
	if !strings.Contains(html, "employee") && !strings.Contains(html, "Employee") {
		t.Error("nobody is an employee")
	}
}

// press presses the newest button with a label, as found on the page.
func (w *pageWorld) press(phone, label string) {
	w.t.Helper()
	html := w.shows(">" + label)
	at := strings.Index(html, `<section id="`+phone+`"`)
	end := strings.Index(html[at:], "</section>") + at
	found := regexp.MustCompile(`name="press" value="([^"]+)"[^>]*>`+regexp.QuoteMeta(label)).FindAllStringSubmatch(html[at:end], -1)
	chat := regexp.MustCompile(`name="chat" value="([^"]*)"`).FindStringSubmatch(html[at:end])
	if found == nil || chat == nil {
		w.t.Fatalf("%s has no button %q", phone, label)
	}
	key := regexp.MustCompile(`<div id="` + phone + `-log"[^>]*><input type="hidden" name="chat" value="([^"]*)">`).FindStringSubmatch(html)
	w.do("phone/"+phone+"/press", "press", found[len(found)-1][1], "chat", key[1])
}

// A rich menu is its picture with places to press; stickers, pictures and
// cards that people send are drawn, and can be taken back.
func TestPageMenusAndPictures(t *testing.T) {
	w := newPageWorld(t, nil)
	ch := w.line
	w.mu.Lock()
	ch.menus.byID["m1"] = &lineMenu{id: "m1", image: lineBlob{kind: "image/png", data: pagePhoto()}, body: map[string]any{
		"chatBarText": "Open me", "size": map[string]any{"width": 800.0, "height": 400.0},
		"areas": []any{map[string]any{"bounds": map[string]any{"x": 400.0, "y": 0.0, "width": 400.0, "height": 400.0},
			"action": map[string]any{"type": "message", "label": "My points", "text": "points"}}},
	}}
	ch.menus.def = "m1"
	w.mu.Unlock()
	w.do("phone/p1/follow")
	html := w.shows("Open me")
	if !strings.Contains(html, `data-s="left:50.00%;top:0.00%;width:50.00%;height:100.00%"`) {
		t.Error("the area is not where it belongs")
	}
	w.do("phone/p1/press", "press", "menu.0")
	w.shows("You have 120 points.")
	for _, bad := range []string{"menu.1", "menu.-1", "menu", "nothing.0", "keys.0", ""} {
		w.do("phone/p1/press", "press", bad) // no such thing, and no panic
	}
	w.do("phone/p1/sticker")
	w.shows("d-sticker")
	w.do("phone/p1/photo")
	html = w.shows("d-photo")
	for _, m := range regexp.MustCompile(`src="(pic/[^"]+)"`).FindAllStringSubmatch(html, -1) {
		if _, res := w.get(m[1]); res.Header.Get("Content-Type") != "image/png" {
			t.Errorf("%s is %v", m[1], res.Header)
		}
	}
	w.do("phone/p1/unsend")
	w.shows("Ann unsent a message")
	w.do("phone/p2/follow")
	w.shows("Hello")
	w.do("phone/p2/contact")
	w.shows("☎")
	w.do("phone/p2/photo")
	w.shows("d-img d-i-full")
	w.do("phone/p2/block")
	w.shows("Restart")
}

// A code on one phone, scanned with another, leads into the other's chat.
func TestPageScans(t *testing.T) {
	w := newPageWorld(t, nil)
	w.do("phone/p1/follow")
	w.do("phone/p1/say", "text", "card")
	html := w.shows("Scan this code with")
	key := regexp.MustCompile(`formaction="phone/p2/scan" name="value" value="([^"]+)"`).FindStringSubmatch(html)
	if key == nil {
		t.Fatalf("Bo cannot scan: %s", html)
	}
	if _, res := w.get("pic/" + key[1]); res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the picture is %v", res.Header)
	}
	w.do("phone/p2/scan", "value", key[1])
	html = w.shows(pageShop + "/c/token")
	if !strings.Contains(html, `href="`+w.bot.URL+`/c/token"`) {
		t.Error("the page cannot be opened from here")
	}
	w.do("phone/p2/open", "value", "https://t.me/cafe_bot?start=scan_token")
	w.shows("How much was the purchase?")

	// A LINE phone is led into its own app, the words typed already.
	w.do("phone/p3/follow")
	w.do("phone/p3/open", "value", "https://line.me/R/oaMessage/@cafe/?%2Fscan%20token")
	w.shows(">/scan token</textarea>")
}

func TestPageOpensCopiesPicks(t *testing.T) {
	w := newPageWorld(t, nil)
	w.do("phone/p1/follow")
	w.do("phone/p1/say", "text", "link")
	w.press("p1", "Our site")
	w.shows("The phone opens")
	w.do("phone/p1/close")
	w.do("phone/p1/say", "text", "copy")
	w.press("p1", "Copy code")
	w.shows("<code>KMEY-97</code>")
	w.do("phone/p1/say", "text", "when")
	w.press("p1", "Choose")
	w.shows(`type="date"`)
	w.do("phone/p1/pick", "value", "2026-12-24")
	w.shows("Until 2026-12-24")
	// A link of another app tells who has it.
	w.do("phone/p1/open", "value", "https://t.me/cafe_bot?start=x")
	w.shows("which is not on this phone")
	// What is no web address is shown and leads nowhere.
	w.do("phone/p1/open", "value", "javascript:alert(1)")
	if html := w.shows("<code>javascript:alert(1)</code>"); strings.Contains(html, `href="javascript`) {
		t.Error("a script became a link")
	}
}

func TestPagePeopleAndGroups(t *testing.T) {
	w := newPageWorld(t, nil)
	w.do("people", "name", "Zoë", "app", "telegram", "lang", "th")
	w.shows("Zoë&#39;s phone (Telegram)")
	w.do("phone/p4/follow")
	w.do("phone/p4/rename", "value", "Zoe")
	w.shows("Zoe&#39;s phone (Telegram)")
	w.do("phone/p2/follow")
	w.do("phone/p2/group", "value", "Bike friends")
	w.shows("Leave “Bike friends”")
	w.shows("Join “Bike friends”")
	w.do("phone/p4/join", "value", "g0")
	w.shows("Leave “Bike friends”") // a group joined is opened
	w.do("phone/p4/say", "chat", "g0", "text", "/points")
	w.shows("You said: <button")
	w.do("phone/p4/botout", "chat", "g0", "value", "g0")
	w.shows("Add the bot to “Bike friends”")
	w.do("phone/p4/leave", "chat", "g0", "value", "g0")
	w.shows("Join “Bike friends”")
	w.do("phone/p4/hide")
	if html := w.shows("Show"); strings.Contains(html, `<section id="p4"`) {
		t.Error("the phone is still there")
	}
	w.do("people", "name", "Zoe", "app", "telegram")
	w.shows(`<section id="p4"`)
	w.do("phone/p1/rename", "value", "Mia") // taken
	w.shows("That did not work")
	w.do("phone/p1/follow")
	w.do("phone/p1/block")
	w.shows("Unblock")
	w.do("phone/p1/follow")
	w.shows("Welcome")
	for _, bad := range []string{"phone/p9/say", "phone/p1/nonsense"} {
		if res := w.do(bad); res.StatusCode != 404 {
			t.Errorf("%s: %s", bad, res.Status)
		}
	}
}

func TestPageBreaksThings(t *testing.T) {
	w := newPageWorld(t, func(o *PageOptions) {
		o.Cost = func(_ string, n int) string { return "NT$ " + strings.Repeat("I", n) }
	})
	w.do("phone/p1/follow")
	w.shows("Welcome")
	w.push("news")
	w.shows("1 paid on LINE</b> · NT$ I")

	w.do("fault", "fault", "500", "platform", "line", "path", "/v2/bot/message/*", "times", "2")
	w.shows("2 left")
	w.push("lost")
	html := w.shows("1 left")
	if strings.Contains(html, ">lost<") {
		t.Error("a call with a fault arrived")
	}
	w.do("fault", "do", "off", "n", "0")
	w.shows("Nothing is broken.")
	if res := w.do("fault", "fault", "gremlins"); res.StatusCode != 400 {
		t.Error("an unknown fault was switched on")
	}

	before := w.Clock.Now()
	w.do("clock", "by", "24h")
	w.do("clock", "do", "set", "to", "2020-01-01T00:00")
	if d := w.Clock.Now().Sub(before); d != 24*time.Hour {
		t.Errorf("the clock moved by %v", d)
	}
	w.do("hook", "platform", "line", "do", "quota", "quota", "1")
	w.push("too much")
	w.shows("429")

	w.do("hook", "platform", "line", "do", "cut")
	w.shows("The way to the bot is cut.")
	w.do("phone/p1/say", "text", "later")
	w.shows(">later<")
	w.do("hook", "platform", "line", "do", "mend")
	w.shows("Cut the way")
	for end := time.Now().Add(AwaitLimit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		w.do("hook", "platform", "line", "do", "redeliver") // it may still be failing on the way
		if html, _ = w.get(""); strings.Contains(html, "You said: later") {
			break
		}
	}
	w.shows("You said: later")

	w.do("phone/p2/follow")
	w.shows("Hello")
	w.do("hook", "platform", "telegram", "do", "hold")
	w.shows("Events are held back.")
	w.do("phone/p2/say", "text", "one")
	w.do("phone/p2/say", "text", "two")
	w.shows(">two<")
	w.do("hook", "platform", "telegram", "do", "reverse")
	html = w.shows("You said: one")
	if strings.Index(html, "You said: two") > strings.Index(html, "You said: one") {
		t.Error("held events came in the order in which they happened")
	}
}

func TestPageWireDetail(t *testing.T) {
	w := newPageWorld(t, nil)
	w.do("phone/p1/follow")
	html := w.shows("/message/reply")
	for _, m := range regexp.MustCompile(`hx-get="(wire/\d+)`).FindAllStringSubmatch(html, -1) {
		detail, res := w.get(m[1])
		if res.StatusCode != 200 || !strings.Contains(detail, "<pre") {
			t.Errorf("%s: %s", m[1], detail)
		}
		if strings.Contains(detail, "/line") && !strings.Contains(detail, "ignature") && strings.Contains(detail, "To the bot") {
			t.Errorf("a webhook without its signature: %s", detail)
		}
	}
}

func TestPageTourAndWords(t *testing.T) {
	w := newPageWorld(t, func(o *PageOptions) {
		o.Langs = []PageLanguage{{"en", "English"}, {"ja", "日本語"}}
		o.Words = func(lang, key string, args ...any) string {
			if lang == "ja" && key == "sim.send" {
				return "送信"
			}
			return ""
		}
	})
	w.shows("0/2")
	w.do("phone/p1/follow")
	w.shows("1/2")
	w.do("phone/p2/follow")
	res := w.do("tour/1")
	if got := res.Header.Get("HX-Trigger"); got != `{"showPhone":"p2"}` {
		t.Errorf("the step leads to %q", got)
	}
	w.shows(">/points</textarea>")
	w.shows("All done.")
	html, _ := w.get("?lang=ja")
	if !strings.Contains(html, `<html lang="ja">`) {
		t.Error("the page is not in Japanese")
	}
	if html, _ := w.get("?lang=xx"); !strings.Contains(html, `<html lang="en">`) {
		t.Error("an unknown language was taken")
	}
	for key, text := range PageWords {
		if !strings.HasPrefix(key, "sim.") || text == "" {
			t.Errorf("the word %q is %q", key, text)
		}
	}
}

// Every word that templates and code ask for is there.
func TestPageWordsAreKnown(t *testing.T) {
	w := newPageWorld(t, nil)
	w.do("phone/p1/follow")
	html := w.shows("Welcome")
	for _, m := range regexp.MustCompile(`\.T "([a-z_]+)"`).FindAllStringSubmatch(asset("page.html"), -1) {
		if PageWords["sim."+m[1]] == "" {
			t.Errorf("no word for %q", m[1])
		}
	}
	for _, f := range allFaults {
		if PageWords["sim.f_"+string(f)] == "" {
			t.Errorf("no word for the fault %q", f)
		}
	}
	if strings.Contains(html, "{{") {
		t.Error("a place was not filled")
	}
}
