package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// "GET /profile/{userId}: displayName, userId, language?…; 404 when not
// friend/blocked/no consent"; "profile works for non-friends; group profile
// has no `language`" (1.5).
func TestLineProfiles(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann, bea, cat, dan := ch.Person("Ann", "th").Befriend(), ch.Person("Bea", "en").Befriend(), ch.Person("Cat", "en").Befriend().RefuseConsent(), ch.Person("Dan", "en")
	bea.Block()
	get := func(path string) reply { return bot.api("GET", "/v2/bot"+path, nil) }
	if r := bot.want(get("/profile/"+ann.ID()), 200, ""); r.body["displayName"] != "Ann" || r.body["language"] != "th" {
		t.Fatal(r.raw)
	}
	for _, p := range []*LinePerson{bea, cat, dan} {
		bot.want(get("/profile/"+p.ID()), 404, "Not found")
	}
	bot.want(get("/profile/nonsense"), 400, "")
	g := ch.Group("Club", ann, cat, dan)
	if r := bot.want(get("/group/"+g.ID()+"/member/"+dan.ID()), 200, ""); r.body["language"] != nil || r.body["displayName"] != "Dan" {
		t.Fatal(r.raw)
	}
	bot.want(get("/group/"+g.ID()+"/member/"+cat.ID()), 404, "")
	bot.want(get("/group/"+g.ID()+"/member/"+bea.ID()), 404, "")
	if r := get("/group/" + g.ID() + "/summary"); r.body["groupName"] != "Club" {
		t.Fatal(r.raw)
	}
	if r := get("/group/" + g.ID() + "/members/count"); r.raw != `{"count":3}` {
		t.Fatal(r.raw)
	}
	if r := get("/info"); r.body["chatMode"] != "bot" || r.body["basicId"] != ch.Config().BasicID {
		t.Fatal(r.raw)
	}
}

// "members/ids and followers/ids (default 300, max 1,000): verified or premium
// OA only; non-consenting users are missing" (1.5); 403 (1.3).
func TestLineFollowerIDs(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	bot.want(bot.api("GET", "/v2/bot/followers/ids", nil), 403, "")
	bot.ch = s.LineChannel(LineConfig{Verified: true, Provider: "p2"})
	for i := range 3 {
		bot.ch.Person(fmt.Sprint("P", i), "en").Befriend()
	}
	bot.ch.Person("Shy", "en").Befriend().RefuseConsent()
	r := bot.want(bot.api("GET", "/v2/bot/followers/ids?limit=2", nil), 200, "")
	if len(r.body["userIds"].(arr)) != 2 || r.body["next"] == nil {
		t.Fatal(r.raw)
	}
	r = bot.api("GET", "/v2/bot/followers/ids?start="+r.body["next"].(string), nil)
	if len(r.body["userIds"].(arr)) != 1 || r.body["next"] != nil {
		t.Fatal(r.raw)
	}
	bot.want(bot.api("GET", "/v2/bot/followers/ids?limit=0", nil), 400, "")
	_ = ch
}

// "Tokens: stateless v3 … 15 min (expires_in 899)"; "401 | bad or expired
// channel token" (1.3, 1.5).
func TestLineTokens(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {ch.Config().ID}, "client_secret": {ch.Config().Secret}}
	kind := []string{"Content-Type", "application/x-www-form-urlencoded"}
	r := bot.want(bot.api("POST", "/oauth2/v3/token", form.Encode(), kind...), 200, "")
	if r.body["expires_in"] != 899.0 {
		t.Fatal(r.raw)
	}
	auth := []string{"Authorization", "Bearer " + r.body["access_token"].(string)}
	bot.want(bot.api("GET", "/v2/bot/info", nil, auth...), 200, "")
	s.Clock.Advance(15 * time.Minute)
	bot.want(bot.api("GET", "/v2/bot/info", nil, auth...), 401, "")
	r = bot.want(bot.api("POST", "/v2/oauth/accessToken", form.Encode(), kind...), 200, "")
	auth[1] = "Bearer " + r.body["access_token"].(string)
	bot.want(bot.api("GET", "/v2/bot/info", nil, auth...), 200, "")
	form.Set("client_secret", "wrong")
	if r := bot.want(bot.api("POST", "/oauth2/v3/token", form.Encode(), kind...), 400, ""); r.body["error"] != "invalid_client" {
		t.Fatal(r.raw)
	}
}

// "410 | content gone (unsent)" (1.3).
func TestLineContent(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en")
	ann.Picture("image/jpeg", []byte("jpeg"))
	path := s.LineDataAPI() + "/v2/bot/message/" + bot.last()["message"].(obj)["id"].(string) + "/content"
	if r, _ := bot.call("GET", path, nil); r.raw != "jpeg" || r.header.Get("Content-Type") != "image/jpeg" {
		t.Fatal(r.raw)
	}
	ann.Unsend()
	if r, _ := bot.call("GET", path, nil); r.status != 410 {
		t.Fatal(r.status)
	}
	phone(t, ann, "ann> (unsent)")
}

// "loading animation | 1:1 only; seconds multiple of 5 in 5..60, default 20;
// 202" and "mark as read" (1.4).
func TestLineLoadingAndRead(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	g := ch.Group("Club", ann)
	ann.Say("hi")
	bot.want(bot.post("/chat/loading/start", obj{"chatId": g.ID()}), 400, "")
	bot.want(bot.post("/chat/loading/start", obj{"chatId": ann.ID(), "loadingSeconds": 7}), 400, "")
	bot.want(bot.post("/chat/loading/start", obj{"chatId": ann.ID()}), 202, "")
	if !ann.IsLoading() {
		t.Fatal("no animation")
	}
	s.Clock.Advance(20 * time.Second)
	if ann.IsLoading() {
		t.Fatal("the animation ends after 20 s")
	}
	if ann.HasRead() {
		t.Fatal("read by nobody yet")
	}
	bot.want(bot.post("/chat/markAsRead", obj{"markAsReadToken": bot.last()["message"].(obj)["markAsReadToken"]}), 200, "")
	if !ann.HasRead() {
		t.Fatal("not marked as read")
	}
	bot.want(bot.post("/chat/markAsRead", obj{"markAsReadToken": "x"}), 400, "")
}

// "linkToken - valid 10 min, once"; "Expired/used linkToken -> user sees an
// error and no webhook comes"; failed has "no source and no replyToken" (1.5).
func TestLineAccountLink(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	ann, bea := ch.Person("Ann", "en").Befriend(), ch.Person("Bea", "en").Befriend()
	token := func() string {
		return bot.want(bot.post("/user/"+ann.ID()+"/linkToken", nil), 200, "").body["linkToken"].(string)
	}
	one := token()
	if !ann.LinkAccount(one, "nonce-0123456789") || bot.last()["link"].(obj)["result"] != "ok" || bot.last()["replyToken"] == nil {
		t.Fatal(bot.last())
	}
	before := bot.count()
	old := token()
	s.Clock.Advance(10 * time.Minute)
	if ann.LinkAccount(one, "nonce-0123456789") || ann.LinkAccount(old, "nonce-0123456789") || bot.count() != before {
		t.Fatal("linked by a dead token")
	}
	if bea.LinkAccount(token(), "nonce-0123456789"); bot.last()["source"] != nil || bot.last()["replyToken"] != nil {
		t.Fatal(bot.last())
	}
}

// Every fault strikes as its name says.
func TestLineFaults(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	url := s.LineAPI() + "/v2/bot/message/push"
	body := func(words Fault) obj { return obj{"to": ann.ID(), "messages": arr{text(string(words))}} }
	for _, c := range []struct {
		fault   Fault
		status  int // 0: no answer
		arrives bool
	}{
		{DropAnswer, 0, true}, {Reset, 0, false}, {RateLimit, 429, false}, {ServerErr, 500, false},
		{Garbage, 502, false}, {Empty, 200, true}, {QuotaUsed, 429, false},
	} {
		s.Faults.Switch(Rule{Fault: c.fault, Platform: "line", Path: "/v2/bot/message/*", Times: 1})
		before := len(ann.Received())
		r, err := bot.call("POST", url, body(c.fault))
		if (err != nil) != (c.status == 0) || r.status != c.status || (len(ann.Received()) > before) != c.arrives {
			t.Errorf("%s: %d %s %v", c.fault, r.status, r.raw, err)
		}
		if calls := s.Wire.Calls(); calls[len(calls)-1].Fault != string(c.fault) {
			t.Errorf("%s is not on the wire log", c.fault)
		}
	}
	// Delay lasts by the simulator's clock.
	s.Faults.Switch(Rule{Fault: Delay, Times: 1, By: time.Minute})
	done := make(chan int)
	go func() { r, _ := bot.call("POST", url, body("late")); done <- r.status }()
	for waiting := false; !waiting; runtime.Gosched() {
		s.Clock.mu.Lock()
		waiting = s.Clock.wake != nil
		s.Clock.mu.Unlock()
	}
	select {
	case <-done:
		t.Fatal("answered at once")
	default:
	}
	s.Clock.Advance(time.Minute)
	if status := <-done; status != 200 {
		t.Fatalf("a late answer is %d", status)
	}
}

// Many people and many calls at once, for the race detector.
func TestLineManyAtOnce(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	s.Clock.Thaw()
	bot.mu.Lock()
	bot.on = func(ev obj) { bot.replyTo(ev, text("ok")) }
	bot.mu.Unlock()
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			p := ch.Person(fmt.Sprint("P", i), "en")
			p.Follow()
			for range 5 {
				p.Say("hi")
				p.Phone()
				p.Buttons()
			}
			if got, err := p.Await(6); err != nil || len(got) != 6 {
				t.Errorf("%s got %q %v", p.Name(), got, err)
			}
		})
	}
	wg.Wait()
}

// The control interface drives the same world.
func TestLineControl(t *testing.T) {
	s, _, bot := lineWorld(t, LineConfig{})
	do := func(method, path string, body any) obj {
		t.Helper()
		data, _ := json.Marshal(body)
		req, _ := http.NewRequest(method, s.Control()+path, bytes.NewReader(data))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var out obj
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != 200 {
			t.Fatalf("%s %s: %d %v %v", method, path, resp.StatusCode, out, err)
		}
		return out
	}
	do("POST", "/line/channels", obj{"id": "77", "webhook": bot.server.URL, "redelivery": true, "timeout": "2s"})
	bot.ch = s.LineChannelByID("77")
	do("POST", "/line/77/people", obj{"name": "Ann", "language": "ja", "friend": true})
	do("POST", "/line/77/people", obj{"name": "Bea"})
	out := do("POST", "/line/77/people/Ann/say", obj{"text": "hi"})
	if out["deliveries"].(arr)[0].(obj)["status"] != 200.0 {
		t.Fatal(out)
	}
	bot.want(bot.replyTo(bot.last(), quick(1, "Yes")), 200, "")
	do("POST", "/line/77/people/Ann/await", obj{"n": 1})
	do("POST", "/line/77/people/Ann/press", obj{"label": "Yes"})
	if got := fmt.Sprint(do("GET", "/line/77/people/Ann", nil)["phone"]); got != "[ann> hi bot< choose\n[Yes] ann> x]" {
		t.Fatal(got)
	}
	g := do("POST", "/line/77/groups", obj{"name": "Club", "people": arr{"Ann"}})["id"].(string)
	do("POST", "/line/77/groups/"+g+"/join", obj{"people": arr{"Bea"}})
	do("POST", "/line/77/people/Bea/mention", obj{"group": g, "text": "hello", "to": arr{"Ann"}})
	if m := bot.last()["message"].(obj); m["text"] != "@Ann hello" {
		t.Fatal(m)
	}
	do("POST", "/line/77/hold", nil)
	do("POST", "/line/77/people/Ann/say", obj{"text": "1"})
	do("POST", "/line/77/people/Ann/say", obj{"text": "2"})
	if d := do("POST", "/line/77/release", obj{"together": true, "order": arr{1, 0}})["deliveries"].(arr); d[0].(obj)["events"] != 2.0 {
		t.Fatal(d)
	}
	do("POST", "/clock", obj{"freeze": "2026-12-24T18:00:00Z"})
	if now := do("POST", "/clock", obj{"advance": "24h"})["now"]; now != "2026-12-25T18:00:00Z" {
		t.Fatal(now)
	}
	id := do("POST", "/faults", obj{"fault": "500", "platform": "line"})["id"]
	bot.want(bot.api("GET", "/v2/bot/info", nil), 500, "")
	do("DELETE", fmt.Sprint("/faults/", id), nil)
	bot.want(bot.api("GET", "/v2/bot/info", nil), 200, "")
	wire := do("GET", "/wire?after=0", nil)
	if calls := wire["calls"].(arr); len(calls) != int(wire["next"].(float64)) || !strings.Contains(calls[0].(obj)["body"].(string), "hi") {
		t.Fatal(wire)
	}
	state := do("GET", "/line/77", nil)
	if len(state["groups"].(arr)) != 1 || state["people"].(obj)["Ann"] == nil {
		t.Fatal(state)
	}
	resp, err := http.Get(s.Control() + "/line/77/people/Nobody")
	if err != nil || resp.StatusCode != 404 {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
}
