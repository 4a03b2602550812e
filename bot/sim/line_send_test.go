package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	key1 = "123e4567-e89b-12d3-a456-426614174000"
	key2 = "123e4567-e89b-12d3-a456-426614174001"
)

// "Reply token | single use; use within 1 minute of receipt" and "Bad/used
// token | 400 {"message":"Invalid reply token"}" (1.2, DOC #send-reply-message).
func TestLineReplyToken(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	ann.Say("hi")
	first := bot.last()
	bot.want(bot.replyTo(first, text("1"), text("2")), 200, "")
	bot.want(bot.replyTo(first, text("3")), 400, "Invalid reply token")
	ann.Say("again")
	s.Clock.Advance(61 * time.Second)
	bot.want(bot.replyTo(bot.last(), text("late")), 400, "Invalid reply token")
	bot.want(bot.post("/message/reply", obj{"replyToken": "made up", "messages": arr{text("x")}}), 400, "Invalid reply token")
	phone(t, ann, "ann> hi", "bot< 1", "bot< 2", "ann> again")
	if ch.Used() != 0 {
		t.Fatal("a reply is free")
	}
}

// A refused reply leaves its token for a right one.
func TestLineRefusedReplyKeepsToken(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	ann.Say("hi")
	bot.want(bot.replyTo(bot.last(), text("")), 400, "")
	bot.want(bot.replyTo(bot.last(), text("ok")), 200, "")
}

// "reply | Retry key: no (400 if sent)" (1.2).
func TestLineReplyRefusesRetryKey(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	ann.Say("hi")
	r := bot.post("/message/reply", obj{"replyToken": bot.last()["replyToken"], "messages": arr{text("x")}}, "X-Line-Retry-Key", key1)
	bot.want(r, 400, "")
	phone(t, ann, "ann> hi")
}

// "Already accepted: 409 + header X-Line-Accepted-Request-Id, body {"message":
// "The retry key is already accepted"}, and for push also the original
// sentMessages"; "Every attempt gets its own X-Line-Request-Id" (1.2).
func TestLineRetryKey(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	push := func(words, key string) reply {
		return bot.post("/message/push", obj{"to": ann.ID(), "messages": arr{text(words)}}, "X-Line-Retry-Key", key)
	}
	first := bot.want(push("once", key1), 200, "")
	second := bot.want(push("once", key1), 409, "The retry key is already accepted")
	if second.header.Get("X-Line-Accepted-Request-Id") != first.header.Get("X-Line-Request-Id") || first.header.Get("X-Line-Request-Id") == "" {
		t.Fatalf("409 names request %q, the accepted one was %q", second.header.Get("X-Line-Accepted-Request-Id"), first.header.Get("X-Line-Request-Id"))
	}
	if first.header.Get("X-Line-Request-Id") == second.header.Get("X-Line-Request-Id") {
		t.Fatal("two attempts share a request id")
	}
	sent := func(r reply) any { return r.body["sentMessages"].(arr)[0].(obj)["id"] }
	if sent(first) != sent(second) {
		t.Fatal("409 has other sentMessages than the first answer")
	}
	// "body must be identical on retry"
	bot.want(push("something else", key1), 400, "")
	bot.want(push("once", "not a uuid"), 400, "")
	// "valid 24 h after the first request"
	s.Clock.Advance(24*time.Hour - time.Second)
	bot.want(push("once", key1), 409, "")
	s.Clock.Advance(time.Second)
	bot.want(push("once", key1), 200, "")
	if len(ch.Complaints()) != 1 || !strings.Contains(ch.Complaints()[0], "older than 24 h") {
		t.Fatalf("complaints %q", ch.Complaints())
	}
	// "429 … retries on 4xx": what was refused is not accepted, its key is free
	ch.SetQuota(1)
	bot.want(push("dear", key2), 429, "You have reached your monthly limit.")
	ch.SetQuota(0)
	bot.want(push("dear", key2), 200, "")
	phone(t, ann, "bot< once", "bot< once", "bot< dear")
}

// "multicast … 200 `{}`", "409" without sentMessages.
func TestLineMulticastRetry(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	body := obj{"to": arr{ann.ID()}, "messages": arr{text("x")}}
	if r := bot.want(bot.post("/message/multicast", body, "X-Line-Retry-Key", key1), 200, ""); r.raw != "{}" {
		t.Fatal(r.raw)
	}
	if r := bot.want(bot.post("/message/multicast", body, "X-Line-Retry-Key", key1), 409, ""); r.body["sentMessages"] != nil {
		t.Fatal(r.raw)
	}
}

// A bot that repeats a push with a lost answer under a new key, or without
// one, is not stopped by LINE: "new key after that means possible duplicates"
// (5.4). The simulator delivers twice, as LINE would, and complains.
func TestLineNewKeyOnRetryDoubles(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	body := obj{"to": ann.ID(), "messages": arr{text("dear")}}
	s.Faults.Switch(Rule{Fault: DropAnswer, Platform: "line", Path: "/v2/bot/message/push", Times: 1})
	if _, err := bot.call("POST", s.LineAPI()+"/v2/bot/message/push", body, "X-Line-Retry-Key", key1); err == nil {
		t.Fatal("the answer was to be dropped")
	}
	bot.want(bot.post("/message/push", body, "X-Line-Retry-Key", key2), 200, "")
	if len(ann.Received()) != 2 || len(ch.Complaints()) != 1 {
		t.Fatalf("got %q, complaints %q", ann.Received(), ch.Complaints())
	}
	// The right way does not double.
	s.Faults.Switch(Rule{Fault: Empty, Platform: "line", Path: "/v2/bot/message/push", Times: 1})
	key3 := strings.Replace(key1, "1", "2", 1)
	body["messages"] = arr{text("right")}
	bot.want(bot.post("/message/push", body, "X-Line-Retry-Key", key3), 200, "")
	bot.want(bot.post("/message/push", body, "X-Line-Retry-Key", key3), 409, "")
	if len(ann.Received()) != 3 || len(ch.Complaints()) != 1 {
		t.Fatalf("got %q, complaints %q", ann.Received(), ch.Complaints())
	}
}

// "200 without delivery | push/multicast to blocked, deleted or non-friend
// users still returns 200; multicast also for ids of another provider"; "Push
// to unknown id / foreign group | 400 `Failed to send messages`" (1.2).
func TestLineSilentAnswers(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{Quota: 100})
	other := s.LineChannel(LineConfig{Provider: "another"})
	sister := s.LineChannel(LineConfig{})
	ann, bea, cat := ch.Person("Ann", "en").Befriend(), ch.Person("Bea", "en"), other.Person("Cat", "en").Befriend()
	dan := sister.Person("Dan", "en").Befriend() // known to the provider, no friend here
	ann.Block()
	for _, p := range []*LinePerson{ann, bea, dan} {
		if r := bot.want(bot.push(p.ID(), text("x")), 200, ""); len(r.body["sentMessages"].(arr)) != 1 {
			t.Fatal("200 tells nothing of the block")
		}
	}
	bot.want(bot.push(cat.ID(), text("x")), 400, "Failed to send messages")
	bot.want(bot.push("C"+strings.Repeat("0", 32), text("x")), 400, "Failed to send messages")
	bot.want(bot.post("/message/multicast", obj{"to": arr{ann.ID(), bea.ID(), cat.ID()}, "messages": arr{text("x")}}), 200, "")
	if ch.Used() != 0 || len(ann.Received())+len(bea.Received()) != 0 {
		t.Fatalf("blocked and non-existent users are not counted (DOC pricing): %d", ch.Used())
	}
}

// "Push eligibility | … or a non-friend who wrote 1:1 within 7 days" (1.2).
func TestLineNonFriendWhoWrote(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en")
	ann.Say("hi")
	bot.want(bot.push(ann.ID(), text("1")), 200, "")
	s.Clock.Advance(7 * 24 * time.Hour)
	bot.want(bot.push(ann.ID(), text("2")), 200, "")
	phone(t, ann, "ann> hi", "bot< 1")
}

// "Quota counting | by people, not message objects: one push with 4 objects to
// a 5-person chat = 5"; 429 "You have reached your monthly limit." (1.2, 1.3).
func TestLineQuota(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{Quota: 8})
	var people []*LinePerson
	ids := arr{}
	for _, name := range []string{"Ann", "Bea", "Cat", "Dan", "Eve"} {
		p := ch.Person(name, "en").Befriend()
		people, ids = append(people, p), append(ids, p.ID())
	}
	g := ch.Group("Club", people...)
	bot.want(bot.push(g.ID(), text("1"), text("2"), text("3"), text("4")), 200, "")
	if ch.Used() != 5 {
		t.Fatalf("used %d, want 5", ch.Used())
	}
	// "multicast: whole call fails, nothing sent" (5.30)
	bot.want(bot.post("/message/multicast", obj{"to": ids, "messages": arr{text("x")}}), 429, "You have reached your monthly limit.")
	if len(people[0].Received()) != 0 {
		t.Fatal("a refused multicast reached somebody")
	}
	bot.want(bot.push(people[0].ID(), text("x")), 200, "")
	if r := bot.api("GET", "/v2/bot/message/quota/consumption", nil); r.raw != `{"totalUsage":6}` {
		t.Fatal(r.raw)
	}
	if r := bot.api("GET", "/v2/bot/message/quota", nil); r.raw != `{"type":"limited","value":8}` {
		t.Fatal(r.raw)
	}
	day := lineDay(s.Clock.Now())
	if r := bot.api("GET", "/v2/bot/message/delivery/push?date="+day, nil); r.body["status"] != "unready" {
		t.Fatal(r.raw)
	}
	s.Clock.Advance(31 * 24 * time.Hour) // another month
	if r := bot.api("GET", "/v2/bot/message/delivery/push?date="+day, nil); r.body["success"] != 6.0 {
		t.Fatal(r.raw)
	}
	if ch.Used() != 0 {
		t.Fatal("a new month starts at none")
	}
	ch.SetQuota(0)
	if r := bot.api("GET", "/v2/bot/message/quota", nil); r.raw != `{"type":"none"}` {
		t.Fatal(r.raw)
	}
}

// "multicast | 200/s", "Limits are per channel and per endpoint"; 429 "The API
// rate limit has been exceeded. Try again later." (1.2, 1.3).
func TestLineRateLimit(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	body := obj{"to": arr{ann.ID()}, "messages": arr{text("x")}}
	for range 200 {
		bot.want(bot.post("/message/multicast", body), 200, "")
	}
	bot.want(bot.post("/message/multicast", body), 429, "The API rate limit has been exceeded. Try again later.")
	bot.want(bot.push(ann.ID(), text("another endpoint")), 200, "")
	s.Clock.Advance(time.Second)
	bot.want(bot.post("/message/multicast", body), 200, "")
}

// Limits can be made smaller, so that a test reaches them.
func TestLineRateIsConfigurable(t *testing.T) {
	s, ch, bot := lineWorld(t, LineConfig{Rates: map[string]Rate{"POST /v2/bot/message/push": {2, time.Minute}}})
	ann := ch.Person("Ann", "en").Befriend()
	for _, status := range []int{200, 200, 429} {
		bot.want(bot.push(ann.ID(), text("x")), status, "")
	}
	s.Clock.Advance(time.Minute)
	bot.want(bot.push(ann.ID(), text("x")), 200, "")
}

// "multicast | <=500 userIds, users only"; customAggregationUnits "max 1,
// ^[a-zA-Z0-9_]{1,30}$", "on push/multicast only" (1.2).
func TestLineTargets(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	g := ch.Group("Club", ann)
	send := func(more obj) reply {
		body := obj{"to": arr{ann.ID()}, "messages": arr{text("x")}}
		for k, v := range more {
			body[k] = v
		}
		return bot.post("/message/multicast", body)
	}
	bot.want(send(obj{"to": many(501, func(int) any { return ann.ID() })}), 400, "")
	bot.want(send(obj{"to": arr{g.ID()}}), 400, "")
	bot.want(send(obj{"customAggregationUnits": arr{"a", "b"}}), 400, "")
	bot.want(send(obj{"customAggregationUnits": arr{"a-b"}}), 400, "")
	bot.want(send(obj{"customAggregationUnits": arr{"autumn_1"}}), 200, "")
	video := obj{"type": "video", "originalContentUrl": "https://example.com/v.mp4", "previewImageUrl": "https://example.com/v.png", "trackingId": "t1"}
	bot.want(bot.push(g.ID(), video), 400, "") // "trackingId <=100, not in groups" (1.4)
	bot.want(bot.push(ann.ID(), video), 200, "")
	if r := bot.api("GET", "/v2/bot/message/aggregation/list", nil); !strings.Contains(r.raw, "autumn_1") {
		t.Fatal(r.raw)
	}
	ann.Say("hi")
	bot.want(bot.post("/message/reply", obj{"replyToken": bot.last()["replyToken"], "messages": arr{text("x")}, "customAggregationUnits": arr{"a"}}), 400, "")
}

// "1,000 distinct/month - the 1,001st is sent but silently not tagged" (1.2).
func TestLineAggregationUnits(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	for i := range 1001 {
		unit := fmt.Sprint("u", i)
		bot.want(bot.post("/message/push", obj{"to": ann.ID(), "messages": arr{text("x")}, "customAggregationUnits": arr{unit}}), 200, "")
	}
	if r := bot.api("GET", "/v2/bot/message/aggregation/info", nil); r.body["numOfCustomAggregationUnits"] != 1000.0 || len(ann.Received()) != 1001 {
		t.Fatal(r.raw)
	}
}

// Every answer's Date is the simulator's, so that clocks can be compared.
func TestLineDate(t *testing.T) {
	_, _, bot := lineWorld(t, LineConfig{})
	if d := bot.api("GET", "/v2/bot/info", nil).header.Get("Date"); d != "Mon, 02 Nov 2026 03:04:05 GMT" {
		t.Fatal(d)
	}
}

// "quoteToken … same chat only", mentions "only in reply/push to a
// group/room, all mentioned must be members" (1.4).
func TestLineQuotesAndMentionsStayInTheirChat(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann, bea, cat := ch.Person("Ann", "en").Befriend(), ch.Person("Bea", "en").Befriend(), ch.Person("Cat", "en").Befriend()
	g := ch.Group("Club", ann, bea)
	ann.Say("hi")
	token := bot.last()["message"].(obj)["quoteToken"]
	bot.want(bot.push(bea.ID(), with(text("x"), "quoteToken", token)), 400, "")
	bot.want(bot.push(ann.ID(), with(text("x"), "quoteToken", token)), 200, "")
	mention := func(p *LinePerson) obj {
		return obj{"type": "textV2", "text": "thanks {who} {{ok}}", "substitution": obj{"who": obj{"type": "mention", "mentionee": obj{"type": "user", "userId": p.ID()}}}}
	}
	bot.want(bot.push(g.ID(), mention(cat)), 400, "")
	bot.want(bot.push(ann.ID(), mention(ann)), 400, "")
	bot.want(bot.push(g.ID(), mention(bea)), 200, "")
	phone(t, ann.In(g), "bot< thanks @Bea {ok}")
}
