package sim

import (
	"strings"
	"testing"
)

func many(n int, make func(i int) any) arr {
	out := arr{}
	for i := range n {
		out = append(out, make(i))
	}
	return out
}

func bubble(body ...any) obj {
	return obj{"type": "bubble", "body": obj{"type": "box", "layout": "vertical", "contents": append(arr{}, body...)}}
}

func flex(contents any) obj { return obj{"type": "flex", "altText": "alt", "contents": contents} }

func template(t obj) obj { return obj{"type": "template", "altText": "alt", "template": t} }

func action(label string) obj { return obj{"type": "message", "label": label, "text": "x"} }

func quick(n int, label string) obj {
	m := text("choose")
	m["quickReply"] = obj{"items": many(n, func(int) any { return obj{"type": "action", "action": action(label)} })}
	return m
}

func flexText(s string) obj { return obj{"type": "text", "text": s} }

func with(m obj, key string, v any) obj {
	out := obj{}
	for k, old := range m {
		out[k] = old
	}
	out[key] = v
	return out
}

// Wrong messages are refused with 400 and the place of the error. Each fact
// is PLATFORMS.md 1.2 or 1.4 in its own words.
func TestLineRefusesWrongMessages(t *testing.T) {
	button := func(label string) obj { return obj{"type": "button", "action": action(label)} }
	for _, c := range []struct {
		fact     string // PLATFORMS.md
		messages arr
		property string // of the first detail
		detail   string // its message, when documented
	}{
		{"Messages per request | 1..5 | SPEC", many(6, func(int) any { return text("x") }), "messages", "Size must be between 1 and 5"},
		{"Messages per request | 1..5 | SPEC", arr{}, "messages", "Size must be between 1 and 5"},
		{"text, textV2 | 5,000, counted in UTF-16 code units", arr{text(strings.Repeat("a", 5001))}, "messages[0].text", "Length must be between 1 and 5000"},
		{"UTF-16 code units (emoji index too)", arr{text(strings.Repeat("😀", 2500) + "a")}, "messages[0].text", ""},
		{"DOC #error-messages: May not be empty", arr{text("ok"), text("")}, "messages[1].text", "May not be empty"},
		{"DOC #error-messages: Must be one of", arr{obj{"type": "poem", "text": "x"}}, "messages[0].type", ""},
		{"text emojis | 20; `$` placeholder index must match or 400", arr{with(text("a$"), "emojis", arr{obj{"index": 0, "productId": "p", "emojiId": "1"}})}, "messages[0].emojis[0].index", ""},
		{"textV2 | {key} placeholders, escape {{ }}", arr{obj{"type": "textV2", "text": "hi {a"}}, "messages[0].text", ""},
		{"textV2 | {key} placeholders need their substitution", arr{obj{"type": "textV2", "text": "hi {a}"}}, "messages[0].substitution", ""},
		{"image / video / audio | https TLS1.2+", arr{obj{"type": "image", "originalContentUrl": "http://example.com/a.png", "previewImageUrl": "https://example.com/a.png"}}, "messages[0].originalContentUrl", ""},
		{"URL <=2,000", arr{obj{"type": "image", "originalContentUrl": "https://example.com/" + strings.Repeat("a", 2000), "previewImageUrl": "https://example.com/a.png"}}, "messages[0].originalContentUrl", ""},
		{"location | title 100", arr{obj{"type": "location", "title": strings.Repeat("t", 101), "address": "a", "latitude": 25.0, "longitude": 121.5}}, "messages[0].title", ""},
		{"template altText | 1,500", arr{with(template(obj{"type": "confirm", "text": "?", "actions": arr{action("a"), action("b")}}), "altText", strings.Repeat("a", 1501))}, "messages[0].altText", ""},
		{"confirm | text 240, exactly 2 actions", arr{template(obj{"type": "confirm", "text": "?", "actions": arr{action("a")}})}, "messages[0].template.actions", ""},
		{"buttons | 4 actions", arr{template(obj{"type": "buttons", "text": "?", "actions": many(5, func(int) any { return action("a") })})}, "messages[0].template.actions", ""},
		{"buttons | text 160 (60 with image/title)", arr{template(obj{"type": "buttons", "title": "t", "text": strings.Repeat("x", 61), "actions": arr{action("a")}})}, "messages[0].template.text", ""},
		{"carousel | 10 columns", arr{template(obj{"type": "carousel", "columns": many(11, func(int) any { return obj{"text": "x", "actions": arr{action("a")}} })})}, "messages[0].template.columns", ""},
		{"carousel | equal count in all columns", arr{template(obj{"type": "carousel", "columns": arr{obj{"text": "x", "actions": arr{action("a")}}, obj{"text": "x", "actions": arr{action("a"), action("b")}}}})}, "messages[0].template.columns[1].actions", ""},
		{"action label | template 20 (required)", arr{template(obj{"type": "confirm", "text": "?", "actions": arr{action(strings.Repeat("l", 21)), action("b")}})}, "messages[0].template.actions[0].label", ""},
		{"image carousel 12", arr{template(obj{"type": "image_carousel", "columns": arr{obj{"imageUrl": "https://example.com/a.png", "action": action(strings.Repeat("l", 13))}}})}, "messages[0].template.columns[0].action.label", ""},
		{"quick reply | 13 items", arr{quick(14, "a")}, "messages[0].quickReply.items", "Size must be between 1 and 13"},
		{"quick reply 20 (required)", arr{quick(1, strings.Repeat("a", 21))}, "messages[0].quickReply.items[0].action.label", ""},
		{"quick reply 20 (required)", arr{quick(1, "")}, "messages[0].quickReply.items[0].action.label", ""},
		{"sender | name 20 (not \"LINE\")", arr{with(text("x"), "sender", obj{"name": "LINE"})}, "messages[0].sender.name", ""},
		{"postback | data 300", arr{flex(bubble(obj{"type": "button", "action": obj{"type": "postback", "label": "a", "data": strings.Repeat("d", 301)}}))}, "/body/contents/0/action/data", "invalid property"},
		{"displayText 300 (not with `text`)", arr{flex(bubble(obj{"type": "button", "action": obj{"type": "postback", "label": "a", "data": "d", "displayText": "a", "text": "b"}}))}, "/body/contents/0/action/displayText", ""},
		{"message action text / uri | 300 / 1,000 (http, https, line, tel)", arr{flex(bubble(obj{"type": "button", "action": obj{"type": "uri", "label": "a", "uri": "ftp://example.com"}}))}, "/body/contents/0/action/uri", ""},
		{"DOC #uri-action: percent-encoded using UTF-8", arr{flex(bubble(obj{"type": "button", "action": obj{"type": "uri", "label": "a", "uri": "https://line.me/R/oaMessage/%40a/?點數"}}))}, "/body/contents/0/action/uri", ""},
		{"Flex 40", arr{flex(bubble(button(strings.Repeat("a", 41))))}, "/body/contents/0/action/label", ""},
		{"Flex | altText 1,500", arr{with(flex(bubble()), "altText", strings.Repeat("a", 1501))}, "messages[0].altText", ""},
		{"Flex | 12 bubbles", arr{flex(obj{"type": "carousel", "contents": many(13, func(int) any { return bubble() })})}, "/contents", ""},
		{"Flex | bubbles, all the same `size`", arr{flex(obj{"type": "carousel", "contents": arr{bubble(), with(bubble(), "size", "kilo")}})}, "/contents/1/size", ""},
		{"Flex | images https", arr{flex(obj{"type": "carousel", "contents": arr{with(bubble(), "hero", obj{"type": "image", "url": "http://example.com/a.jpg"})}})}, "/contents/0/hero/url", "invalid property"},
		{"Flex | hero aspectRatio", arr{flex(with(bubble(), "hero", obj{"type": "image", "url": "https://example.com/a.jpg", "aspectRatio": "1:4"}))}, "/hero/aspectRatio", "invalid property"},
		{"Flex | box width", arr{flex(bubble(obj{"type": "box", "layout": "vertical", "contents": arr{}, "width": "63"}))}, "/body/contents/0/width", "invalid property"},
		{"Flex | sizes nano, micro, deca, hecto, kilo, mega, giga", arr{flex(with(bubble(), "size", "huge"))}, "/size", "invalid property"},
		{"bubble JSON 30 KB", arr{flex(bubble(flexText(strings.Repeat("a", 31<<10))))}, "messages[0].contents", ""},
		{"carousel JSON 50 KB", arr{flex(obj{"type": "carousel", "contents": many(6, func(int) any { return bubble(flexText(strings.Repeat("a", 9<<10))) })})}, "messages[0].contents", ""},
		{"3.1: box with `contents: []` becomes null (400 from LINE, issue #657)", arr{flex(obj{"type": "bubble", "body": obj{"type": "box", "layout": "vertical", "contents": nil}})}, "/body/contents", "must be specified"},
		{"Flex errors look like invalid property /footer/contents/2", arr{flex(obj{"type": "bubble", "footer": obj{"type": "box", "layout": "vertical", "contents": arr{flexText("a"), flexText("b"), obj{"FlexComponentInterface": nil}}}})}, "/footer/contents/2", "invalid property"},
		{"Flex: required properties", arr{flex(bubble(obj{"type": "text"}))}, "/body/contents/0/text", "must be specified"},
		{"Flex: empty text", arr{flex(bubble(flexText("")))}, "/body/contents/0/text", "must be non-empty text"},
		{"Flex: layout is required", arr{flex(obj{"type": "bubble", "body": obj{"type": "box", "contents": arr{}}})}, "/body/layout", "must be specified"},
		{"Flex: colours", arr{flex(bubble(with(flexText("a"), "color", "red")))}, "/body/contents/0/color", "invalid property"},
		{"Flex: unknown properties", arr{flex(with(bubble(), "styles", obj{"type": "x"}))}, "/styles/type", "unknown field"},
		{"1.2 unknown property", arr{with(text("x"), "txet", "y")}, "messages[0].txet", ""},
	} {
		_, ch, bot := lineWorld(t, LineConfig{})
		ann := ch.Person("Ann", "en").Befriend()
		for _, r := range []reply{
			bot.push(ann.ID(), c.messages...),
			bot.post("/message/validate/push", obj{"messages": c.messages}),
		} {
			bot.want(r, 400, "")
			details, _ := r.body["details"].(arr)
			if len(details) == 0 {
				t.Fatalf("%s: no details in %s", c.fact, r.raw)
			}
			d := details[0].(obj)
			if d["property"] != c.property || c.detail != "" && d["message"] != c.detail {
				t.Errorf("%s: refused with %s, want %s %s", c.fact, r.raw, c.property, c.detail)
			}
		}
		if len(ann.Phone()) != 0 || ch.Used() != 0 {
			t.Errorf("%s: refused, and yet delivered or billed", c.fact)
		}
	}
}

// "400 {"message":"The request body has N error(s)","details":[…]}" and, for
// Flex, "A message (messages[0]) in the request body is invalid" (1.3).
func TestLineErrorTexts(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	bot.want(bot.push(ann.ID(), text(""), obj{"type": "image"}), 400, "The request body has 3 error(s)")
	bot.want(bot.push(ann.ID(), text("a"), flex(bubble(flexText("")))), 400, "A message (messages[1]) in the request body is invalid")
	bot.want(bot.post("/message/push", "{\n \"to\": ,}"), 400, "The request body could not be parsed as JSON (line: 2, column: 8)")
	bot.want(bot.push("nobody", text("a")), 400, "The property, 'to', in the request body is invalid (line: -, column: -)")
	bot.want(bot.post("/message/push", strings.Repeat(" ", 2<<20)+"{}"), 413, "")
	bot.want(bot.post("/message/push", "{}", "Content-Type", "text/plain"), 415, "")
	bot.want(bot.api("GET", "/v2/bot/nowhere", nil), 404, "Not found")
	r := bot.want(bot.api("GET", "/v2/bot/info", nil, "Authorization", "Bearer wrong"), 401, "")
	if !strings.HasPrefix(r.message(), "Authentication failed due to the following reason: invalid token.") {
		t.Fatal(r.raw)
	}
}

// What is right goes through: limits are inclusive, and what the official Go
// module always emits ("flex":0, "wrap":false, "maxLines":0,
// "customAggregationUnits":null; 3.1) is taken.
func TestLineTakesRightMessages(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	ann := ch.Person("Ann", "en").Befriend()
	sdkText := obj{"type": "text", "text": "a", "flex": 0, "wrap": false, "maxLines": 0, "scaling": false, "size": "xl", "color": "#1D1D1F", "weight": "bold"}
	rows := obj{"type": "box", "layout": "horizontal", "contents": arr{sdkText, obj{"type": "separator"}, obj{"type": "filler"}}, "paddingAll": "12px", "cornerRadius": "md", "spacing": "sm", "justifyContent": "space-between"}
	b := bubble(rows, obj{"type": "box", "layout": "baseline", "contents": arr{}}, obj{"type": "button", "style": "primary", "color": "#00AA55", "height": "sm", "action": action(strings.Repeat("b", 40))},
		obj{"type": "text", "contents": arr{obj{"type": "span", "text": "s", "decoration": "line-through"}}})
	b["hero"] = obj{"type": "image", "url": "https://example.com/i/x.png", "size": "full", "aspectRatio": "20:13", "aspectMode": "cover", "animated": false}
	b["styles"] = obj{"footer": obj{"separator": true}}
	bot.want(bot.post("/message/push", obj{"to": ann.ID(), "notificationDisabled": false, "customAggregationUnits": nil, "messages": arr{
		text(strings.Repeat("😀", 2500)), quick(13, strings.Repeat("q", 20)), flex(b),
		flex(obj{"type": "carousel", "contents": many(12, func(int) any { return with(bubble(), "size", "micro") })}),
		template(obj{"type": "buttons", "text": strings.Repeat("x", 160), "actions": many(4, func(int) any { return action("a") })}),
	}}), 200, "")
	if ch.Used() != 1 || len(ann.Received()) != 5 {
		t.Fatalf("five objects to one person are one message: used %d", ch.Used())
	}
}
