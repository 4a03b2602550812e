package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// "Empty `events: []` is a connectivity check and must get 200" (1.1).
func TestLineVerification(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	if d := ch.Verify(); d.Status != 200 || d.Events != 0 || bot.count() != 0 {
		t.Fatalf("%+v", d)
	}
	r := bot.post("/channel/webhook/test", nil)
	if r.status != 200 || r.body["success"] != true || r.body["statusCode"] != 200.0 {
		t.Fatal(r.raw)
	}
	bot.answer(503)
	if r := bot.post("/channel/webhook/test", nil); r.body["success"] != false || r.body["reason"] != "ERROR_STATUS_CODE" {
		t.Fatal(r.raw)
	}
}

// "Redelivered event | identical except deliveryContext.isRedelivery=true;
// same webhookEventId and same replyToken"; "redelivered token works 1 min
// after redelivery unless already used or 20 min since the event" (1.1, 1.2).
func TestLineRedelivery(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{Redelivery: true})
	ann := ch.Person("Ann", "en").Befriend()
	bot.answer(503)
	ann.Say("hi")
	first := bot.last()
	s.Clock.Advance(5 * time.Minute)
	bot.want(bot.replyTo(first, text("too late")), 400, "Invalid reply token")
	bot.answer(200)
	if d := ch.Redeliver(); len(d) != 1 || !d[0].Redelivery || d[0].Status != 200 {
		t.Fatalf("%+v", d)
	}
	second := bot.last()
	if second["deliveryContext"].(obj)["isRedelivery"] != true {
		t.Fatal("not marked as a redelivery")
	}
	second["deliveryContext"] = first["deliveryContext"]
	if fmt.Sprint(first) != fmt.Sprint(second) {
		t.Fatalf("redelivered\n%v\nfirst\n%v", second, first)
	}
	bot.want(bot.replyTo(second, text("in time")), 200, "")
	if n := len(ch.Redeliver()); n != 0 {
		t.Fatalf("%d more to redeliver after a 200", n)
	}

	bot.answer(500)
	ann.Say("old")
	s.Clock.Advance(20*time.Minute + time.Second)
	bot.answer(200)
	ch.Redeliver()
	bot.want(bot.replyTo(bot.last(), text("x")), 400, "Invalid reply token")
	if ch.WebhookErrors()["error_status_code"] != 2 {
		t.Fatalf("%v", ch.WebhookErrors())
	}
}

// "Redelivery | off by default" (1.1).
func TestLineNoRedeliveryByDefault(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	bot.answer(500)
	ch.Person("Ann", "en").Say("lost")
	if n := len(ch.Redeliver()); n != 0 {
		t.Fatalf("redelivered %d", n)
	}
}

// With RedeliverAfter a failed delivery comes again by itself.
func TestLineRedeliversByItself(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{Redelivery: true, RedeliverAfter: time.Minute})
	bot.answer(500)
	ch.Person("Ann", "en").Say("hi")
	bot.answer(200)
	s.Clock.Advance(time.Minute)
	err := s.await("the redelivery", func() bool { return len(ch.deliveries) == 2 })
	if err != nil || !ch.Deliveries()[1].Redelivery {
		t.Fatalf("%v %+v", err, ch.Deliveries())
	}
}

// "Duplicates can happen even without redelivery flag" (1.1).
func TestLineDuplicate(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ch.Person("Ann", "en").Say("hi")
	ch.Repeat()
	if bot.count() != 2 || bot.bodies[0] != bot.bodies[1] {
		t.Fatalf("%q", bot.bodies)
	}
}

// "one POST may carry many events of different users"; "Ordering | not
// guaranteed" (1.1).
func TestLineBatchAndDisorder(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann, bea := ch.Person("Ann", "en"), ch.Person("Bea", "en")
	held := ch.Hold()
	ann.Say("1")
	bea.Say("2")
	if d := held.Together(1, 0); d.Events != 2 || len(bot.bodies) != 1 {
		t.Fatalf("%+v", d)
	}
	held = ch.Hold()
	ann.Say("3")
	ann.Say("4")
	held.Apart(1, 0)
	var got []string
	for _, ev := range bot.got {
		got = append(got, ev["message"].(obj)["text"].(string))
	}
	if strings.Join(got, "") != "2143" {
		t.Fatalf("order %q", got)
	}
}

// "no answer within 2 s is counted as request_timeout (others:
// could_not_connect, error_status_code …)" (1.1).
func TestLineWebhookFailures(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{Timeout: 50 * time.Millisecond})
	if d := (LineConfig{}).withDefaults().Timeout; d != 2*time.Second {
		t.Fatalf("LINE waits for %v", d)
	}
	hang := make(chan struct{})
	bot.mu.Lock()
	bot.on = func(obj) { <-hang }
	bot.mu.Unlock()
	ch.Person("Ann", "en").Say("slow")
	close(hang)
	_, closed, _ := lineWorld(t, LineConfig{Timeout: AwaitLimit}) // a refusal may take a busy machine its time
	closed.SetWebhook("http://127.0.0.1:1/webhook")
	closed.Person("Ann", "en").Say("closed")
	if got, other := ch.WebhookErrors(), closed.WebhookErrors(); got["request_timeout"] != 1 || other["could_not_connect"] != 1 {
		t.Fatalf("%v, %v", got, other)
	}
}

// The events of 1.1's table: which have a reply token and what they carry.
func TestLineEvents(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann, bea := ch.Person("Ann", "en"), ch.Person("Bea", "en")
	var g *LineGroup
	for _, c := range []struct {
		do    func()
		kind  string
		token bool
		has   func(ev obj) bool
	}{
		{ann.Follow, "follow", true, func(ev obj) bool { return ev["follow"].(obj)["isUnblocked"] == false }},
		{ann.Block, "unfollow", false, nil},
		{ann.Unblock, "follow", true, func(ev obj) bool { return ev["follow"].(obj)["isUnblocked"] == true }},
		{func() { ann.Say("hi") }, "message", true, func(ev obj) bool {
			m := ev["message"].(obj)
			return m["quoteToken"] != nil && m["markAsReadToken"] != nil && ev["source"].(obj)["userId"] == ann.ID()
		}},
		{ann.Sticker, "message", true, nil},
		{ann.Unsend, "unsend", false, func(ev obj) bool { return ev["unsend"].(obj)["messageId"] != "" }},
		{func() { ann.Location("Shop", "1 Road", 25, 121) }, "message", true, func(ev obj) bool { return ev["message"].(obj)["quoteToken"] == nil }},
		{func() { ann.Postback("x=1") }, "postback", true, func(ev obj) bool { return ev["postback"].(obj)["data"] == "x=1" }},
		{func() { g = ch.Group("Club", ann) }, "join", true, func(ev obj) bool { return ev["source"].(obj)["groupId"] != "" }},
		{func() { g.Join(bea) }, "memberJoined", true, func(ev obj) bool {
			return ev["joined"].(obj)["members"].(arr)[0].(obj)["userId"] == bea.ID() && ev["source"].(obj)["userId"] == nil
		}},
		{func() { g.Leave(bea) }, "memberLeft", false, nil},
		{func() { g.KickBot() }, "leave", false, nil},
	} {
		c.do()
		ev := bot.last()
		if ev["type"] != c.kind || (ev["replyToken"] != nil) != c.token || c.has != nil && !c.has(ev) {
			t.Errorf("%s: %v", c.kind, ev)
		}
		if id, _ := ev["webhookEventId"].(string); len(id) != 26 || ev["mode"] != "active" {
			t.Errorf("%s: %v", c.kind, ev)
		}
	}
}

// Asynchronously, a person does not wait for the bot.
func TestLineAsync(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	answer := make(chan struct{})
	bot.mu.Lock()
	bot.on = func(ev obj) { <-answer; bot.replyTo(ev, text("at last")) }
	bot.mu.Unlock()
	ann := ch.Person("Ann", "en").Befriend()
	ch.Async(true)
	ann.Say("hi")
	phone(t, ann, "ann> hi")
	close(answer)
	if got, err := ann.Await(1); err != nil || got[0] != "at last" {
		t.Fatal(got, err)
	}
}

// "standby events have no reply token" (1.1).
func TestLineStandby(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en")
	ann.Standby(true)
	ann.Say("hi")
	if ev := bot.last(); ev["mode"] != "standby" || ev["replyToken"] != nil {
		t.Fatal(ev)
	}
}

// "In groups/rooms userId is documented as 'only included in message events'
// and only for users … who consented" (1.1); mentions and quotes as 1.1 says.
func TestLineGroupSource(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{Name: "Café"})
	ann, bea := ch.Person("Ann", "en"), ch.Person("Bea", "en").RefuseConsent()
	g := ch.Group("Club", ann, bea)
	ann.In(g).SayMention("@Café /give @Bea 50", nil, bea)
	ev := bot.last()
	if ev["source"].(obj)["userId"] != ann.ID() {
		t.Fatal(ev)
	}
	list := ev["message"].(obj)["mention"].(obj)["mentionees"].(arr)
	self, other := list[0].(obj), list[1].(obj)
	if self["isSelf"] != true || self["index"] != 0.0 || self["length"] != 5.0 || other["userId"] != nil || other["index"] != 12.0 {
		t.Fatal(list)
	}
	if err := bea.In(g).Quote("/give", "thanks"); err != nil {
		t.Fatal(err)
	}
	quoted := bot.last()
	if quoted["message"].(obj)["quotedMessageId"] != ev["message"].(obj)["id"] || quoted["source"].(obj)["userId"] != nil {
		t.Fatal(quoted)
	}
	ann.In(g).Postback("x")
	if bot.last()["source"].(obj)["userId"] != nil {
		t.Fatal("a postback in a group names its sender")
	}
	phone(t, bea.In(g), "ann> @Café /give @Bea 50", "bea> thanks")
}

// "Bot joins groups only if console switch is on"; "one OA per group" (1.5).
func TestLineGroups(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en")
	g := ch.Group("Club", ann)
	if g.AddOther(s.LineChannel(LineConfig{})) == nil {
		t.Fatal("two official accounts in one group")
	}
	bot.want(bot.post("/group/"+g.ID()+"/leave", nil), 200, "")
	if err := s.await("the leave event", func() bool { return len(ch.deliveries) == 2 }); err != nil || bot.last()["type"] != "leave" {
		t.Fatal(err, bot.last())
	}
	before := bot.count()
	ann.In(g).Say("is it gone?")
	if bot.count() != before {
		t.Fatal("the bot hears a group that it left")
	}
	bot.want(bot.push(g.ID(), text("x")), 400, "Failed to send messages")

	g.AddBot()
	if bot.last()["type"] != "join" {
		t.Fatal(bot.last())
	}
	room := ch.Room(ann)
	if src := bot.last()["source"].(obj); src["type"] != "room" || src["roomId"] != room.ID() || room.ID()[0] != 'R' {
		t.Fatal(src)
	}
	bot.want(bot.api("GET", "/v2/bot/room/"+room.ID()+"/members/count", nil), 200, "")
	bot.want(bot.api("GET", "/v2/bot/group/"+room.ID()+"/summary", nil), 404, "")

	shy := s.LineChannel(LineConfig{NoGroups: true})
	if shy.Group("Club", shy.Person("Ann", "en")).HasBot() {
		t.Fatal("joined against the console's switch")
	}
}

// "Webhook URL | max 500 chars"; https, or loopback in this simulator.
func TestLineWebhookEndpoint(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	put := func(url string) reply {
		return bot.api("PUT", "/v2/bot/channel/webhook/endpoint", obj{"endpoint": url})
	}
	bot.want(put("https://example.com/"+strings.Repeat("a", 500)), 400, "")
	bot.want(put("http://example.com/webhook"), 400, "")
	bot.want(put("https://bot.example.com/webhook/main"), 200, "")
	if r := bot.api("GET", "/v2/bot/channel/webhook/endpoint", nil); r.body["endpoint"] != "https://bot.example.com/webhook/main" || r.body["active"] != true {
		t.Fatal(r.raw)
	}
	if ch.Config().Webhook != "https://bot.example.com/webhook/main" {
		t.Fatal(ch.Config().Webhook)
	}
}

// "x-line-signature = base64(HMAC-SHA256(channel secret, raw body bytes))"
// (1.1); the value is openssl's.
func TestLineSignature(t *testing.T) {
	if got := LineSignature("secret", []byte(`{"events":[]}`)); got != "pkK1lVPJPiJ+wPLziRD79xIxohl8AImYM8AEeM7IbzQ=" {
		t.Fatal(got)
	}
}
