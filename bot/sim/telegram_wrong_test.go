package sim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A wrong bot meets here what the real Telegram would tell it. Each case
// quotes the fact of PLATFORMS.md it rests on, with its source.

func inline(buttons ...map[string]any) map[string]any {
	return map[string]any{"inline_keyboard": [][]map[string]any{buttons}}
}

func TestTelegramRefusesWrongMessages(t *testing.T) {
	b := hooked(t)
	b.bot.SetLimits(NoTelegramLimits)
	bo := b.bot.Person("Bo", "en")
	bo.Start("")
	send := func(more map[string]any) map[string]any {
		p := map[string]any{"chat_id": bo.ID(), "text": "hello"}
		for k, v := range more {
			p[k] = v
		}
		return p
	}
	cases := []struct {
		fact   string
		params map[string]any
		want   string
	}{
		{"callback_data: 1..64 **bytes** (TG-SPEC InlineKeyboardButton)",
			send(map[string]any{"reply_markup": inline(map[string]any{"text": "x", "callback_data": strings.Repeat("a", 65)})}), "BUTTON_DATA_INVALID"},
		{"callback_data: 1..64 **bytes** (TG-SPEC): 22 Thai letters are 66 bytes",
			send(map[string]any{"reply_markup": inline(map[string]any{"text": "x", "callback_data": strings.Repeat("แ", 22)})}), "BUTTON_DATA_INVALID"},
		{"callback_data: 1..64 **bytes**: none is no button (TG-SPEC)",
			send(map[string]any{"reply_markup": inline(map[string]any{"text": "x", "callback_data": ""})}), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{"Texts: message 1..4096 (after entity parsing) (TG-SPEC)",
			send(map[string]any{"text": strings.Repeat("a", 4097)}), "message is too long"},
		{"Length limits: Telegram 4096 after entity parsing (UTF-16 entity offsets): 2,049 emoji are 4,098",
			send(map[string]any{"text": strings.Repeat("😀", 2049)}), "message is too long"},
		{"Texts: message 1..4096 (TG-SPEC)",
			send(map[string]any{"text": " \n "}), "message text is empty"},
		{"HTML: `<` `>` `&` must be written as references (core.telegram.org/bots/api#html-style)",
			send(map[string]any{"text": "3 <4", "parse_mode": "HTML"}), `can't parse entities: Unsupported start tag "4" at byte offset 2`},
		{"HTML: unclosed tag (core.telegram.org/bots/api#html-style)",
			send(map[string]any{"text": "<b>x", "parse_mode": "HTML"}), `can't parse entities: Can't find end tag corresponding to start tag "b"`},
		{"HTML: crossed tags (core.telegram.org/bots/api#html-style)",
			send(map[string]any{"text": "<b>x</i>", "parse_mode": "HTML"}), `can't parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`},
		{"MarkdownV2: outside entities escape `. !` ... (core.telegram.org/bots/api#markdownv2-style)",
			send(map[string]any{"text": "Done.", "parse_mode": "MarkdownV2"}), `can't parse entities: Character '.' is reserved and must be escaped with the preceding '\'`},
		{"EscapeText leaves `\\` unescaped -> 400 \"can't parse entities\" from user names such as `a\\_b` (trap 23)",
			send(map[string]any{"text": `hello a\\_b`, "parse_mode": "MarkdownV2"}), "can't parse entities: Can't find end of Italic entity"},
		{"reply_parameters: the message must exist unless allow_sending_without_reply (TG-SPEC)",
			send(map[string]any{"reply_parameters": map[string]any{"message_id": 999}}), "message to be replied not found"},
		{"400 of note: `message thread not found` (TG-SRV)",
			send(map[string]any{"message_thread_id": 7}), "message thread not found"},
		{"400 of note: `chat not found` (TG-SRV)",
			send(map[string]any{"chat_id": 4711}), "chat not found"},
	}
	for _, c := range cases {
		b.refused(c.fact, "sendMessage", c.params, 400, "Bad Request: "+c.want)
	}
	if got := bo.Received(); len(got) != 0 {
		t.Errorf("refused messages arrived all the same: %q", got)
	}
	// what is at the limit, or over it only before parsing, is taken
	b.ok("sendMessage", send(map[string]any{"text": "<b>" + strings.Repeat("a", 4096) + "</b>", "parse_mode": "HTML"}))
	b.ok("sendMessage", send(map[string]any{"text": strings.Repeat("😀", 2048)}))
	b.ok("sendMessage", send(map[string]any{"reply_markup": inline(map[string]any{"text": "x", "callback_data": strings.Repeat("a", 64)})}))
	b.ok("sendMessage", send(map[string]any{"text": `a\.b \*c\* [x](https://e.com/\))`, "parse_mode": "MarkdownV2"}))
}

func TestTelegramCallbackLivesOnce(t *testing.T) {
	b := hooked(t)
	bo := b.bot.Person("Bo", "en")
	bo.Start("")
	b.ok("sendMessage", map[string]any{"chat_id": bo.ID(), "text": "?", "reply_markup": inline(map[string]any{"text": "Yes", "callback_data": "y"})})
	press := func() any {
		if err := bo.Press("Yes"); err != nil {
			t.Fatal(err)
		}
		return dig(b.last(), "callback_query", "id")
	}
	const tooOld = "query is too old and response timeout expired or query ID is invalid"

	id := press()
	b.refused("answerCallbackQuery text 200 (TG-SPEC)", "answerCallbackQuery",
		map[string]any{"callback_query_id": id, "text": strings.Repeat("x", 201)}, 400, "MESSAGE_TOO_LONG")
	b.ok("answerCallbackQuery", map[string]any{"callback_query_id": id, "text": "Done"})
	b.refused("`query is too old and response timeout expired or query ID is invalid` (TG-SRV): a second answer",
		"answerCallbackQuery", map[string]any{"callback_query_id": id}, 400, tooOld)
	if got := bo.Toasts(); len(got) != 1 || got[0] != "Done" {
		t.Errorf("Bo's screen showed %q", got)
	}

	id = press()
	b.sim.Clock.Advance(151 * time.Second)
	b.refused("Expiry: **callback_query 150 s** (TG-SRV add_update(CallbackQuery, 150))",
		"answerCallbackQuery", map[string]any{"callback_query_id": id}, 400, tooOld)
}

func TestTelegramRefusesWrongWebhooks(t *testing.T) {
	b := newTelegramTest(t, TelegramConfig{})
	hook := func(url, secret string) map[string]any {
		return map[string]any{"url": url, "secret_token": secret}
	}
	b.refused("setWebhook: https url (TG-SPEC; faq)", "setWebhook", hook("http://bot.example.com/w", "a"), 400, "An HTTPS URL must be provided for webhook")
	b.refused("setWebhook: ports 443/80/88/8443 (faq)", "setWebhook", hook("https://bot.example.com:8080/w", "a"), 400, "Webhook can be set up only on ports 80, 88, 443 or 8443")
	b.refused("`secret_token` 1..256 of `A-Za-z0-9_-` (TG-SPEC)", "setWebhook", hook(b.url, "säcret"), 400, "secret token contains unallowed characters")
	b.refused("`secret_token` 1..256 (TG-SPEC)", "setWebhook", hook(b.url, strings.Repeat("a", 257)), 400, "secret token is too long")

	b.ok("setWebhook", hook(b.url, strings.Repeat("a", 256)))
	p := b.refused("setWebhook rate: more than 1/s -> 429 retry_after 1 (TG-SRV process_set_webhook_query)",
		"setWebhook", hook(b.url, "b"), 429, "Too Many Requests: retry after 1")
	if p["retry_after"] != 1.0 {
		t.Errorf("429 came with parameters %v", p)
	}
	_, _, h := b.call("setWebhook", hook(b.url, "b"))
	if h.Get("Retry-After") != "1" {
		t.Error("429: `parameters.retry_after` (s) and HTTP `Retry-After` header (TG-SRV); the header was missing")
	}
	b.refused("getUpdates: 409 while a webhook is set (TG-SPEC)", "getUpdates", nil, 409, "Conflict: can't use getUpdates method while webhook is active")

	b.sim.Clock.Advance(time.Second)
	b.ok("setWebhook", map[string]any{"url": b.url})
	b.bot.Person("Bo", "en").Start("")
	if _, there := b.headers[0][http.CanonicalHeaderKey("X-Telegram-Bot-Api-Secret-Token")]; there {
		t.Error("**Calling setWebhook again without it clears it** (TG-SRV Client.cpp), but the secret still came")
	}
}

func TestTelegramForbids(t *testing.T) {
	b := hooked(t)
	stranger, seen, bo := b.bot.Person("Stranger", "en"), b.bot.Person("Seen", "en"), b.bot.Person("Bo", "en")
	group := b.bot.Group("Club", seen)
	to := func(id int64) map[string]any { return map[string]any{"chat_id": id, "text": "hi"} }

	b.refused("`chat not found` (TG-SRV): nobody the bot ever saw", "sendMessage", to(stranger.ID()), 400, "Bad Request: chat not found")
	b.refused("403: a person who never started the bot", "sendMessage", to(seen.ID()), 403, "Forbidden: bot can't initiate conversation with a user")
	bo.Start("")
	b.ok("sendMessage", to(bo.ID()))
	bo.Block()
	if dig(b.last(), "my_chat_member", "new_chat_member", "status") != "kicked" {
		t.Errorf("my_chat_member: private chat: only on block (`kicked`) / unblock (`member`) (TG-SPEC Update); got %v", b.last())
	}
	b.refused("403 texts: `Forbidden: bot was blocked by the user` (TG-SRV)", "sendMessage", to(bo.ID()), 403, "Forbidden: bot was blocked by the user")
	bo.Unblock()
	if dig(b.last(), "my_chat_member", "new_chat_member", "status") != "member" {
		t.Errorf("unblocking said %v", b.last())
	}
	b.ok("sendMessage", to(bo.ID()))
	bo.DeleteAccount()
	b.refused("403 texts: `user is deactivated` (TG-SRV)", "sendMessage", to(bo.ID()), 403, "Forbidden: user is deactivated")

	b.ok("sendMessage", to(group.ID()))
	group.RemoveBot(seen)
	b.refused("403 texts: `bot was kicked from the group chat` (TG-SRV)", "sendMessage", to(group.ID()), 403, "Forbidden: bot was kicked from the group chat")
	group.AddBot(seen, "")
	b.ok("leaveChat", map[string]any{"chat_id": group.ID()})
	b.refused("403 texts: `bot is not a member of the ..` (TG-SRV)", "sendMessage", to(group.ID()), 403, "Forbidden: bot is not a member of the group chat")
}

func TestTelegramFloodLimits(t *testing.T) {
	b := hooked(t)
	owner := b.bot.Person("Owner", "en")
	group := b.bot.Group("Club", owner)
	for i := range 20 {
		b.sim.Clock.Advance(time.Second)
		b.ok("sendMessage", map[string]any{"chat_id": group.ID(), "text": fmt.Sprint(i)})
	}
	b.sim.Clock.Advance(time.Second)
	p := b.refused("Flood limits: **20/min per group** (core.telegram.org/bots/faq)", "sendMessage",
		map[string]any{"chat_id": group.ID(), "text": "x"}, 429, "Too Many Requests: retry after 40")
	if p["retry_after"] != 40.0 {
		t.Errorf("retry_after %v", p["retry_after"])
	}
	b.sim.Clock.Advance(40 * time.Second)
	b.ok("sendMessage", map[string]any{"chat_id": group.ID(), "text": "x"})

	b.sim.Clock.Advance(time.Minute)
	for i := range 30 {
		p := b.bot.Person(fmt.Sprintf("P%d", i), "en")
		p.Start("")
		b.ok("sendMessage", map[string]any{"chat_id": p.ID(), "text": "hi"})
	}
	owner.Start("")
	b.refused("Flood limits: ~30/s overall (core.telegram.org/bots/faq)", "sendMessage",
		map[string]any{"chat_id": owner.ID(), "text": "x"}, 429, "Too Many Requests: retry after 1")
	b.sim.Clock.Advance(time.Second)
	for range 10 {
		b.ok("sendMessage", map[string]any{"chat_id": owner.ID(), "text": "x"})
	}
	b.refused("Flood limits: ~1 msg/s per chat (short bursts ok) (core.telegram.org/bots/faq)", "sendMessage",
		map[string]any{"chat_id": owner.ID(), "text": "x"}, 429, "Too Many Requests: retry after 1")
}

func TestTelegramRefusesWrongEdits(t *testing.T) {
	b := hooked(t)
	bo := b.bot.Person("Bo", "en")
	bo.Start("")
	keys := inline(map[string]any{"text": "Go", "callback_data": "go"})
	sent := b.ok("sendMessage", map[string]any{"chat_id": bo.ID(), "text": "one", "reply_markup": keys})
	id := dig(sent, "message_id")
	edit := map[string]any{"chat_id": bo.ID(), "message_id": id, "text": "one", "reply_markup": keys}
	b.refused("`message is not modified: ..` (harmless) (TG-SRV)", "editMessageText", edit, 400, "Bad Request: message is not modified: specified new message content")
	edit["text"] = "two"
	b.ok("editMessageText", edit)
	b.ok("editMessageReplyMarkup", map[string]any{"chat_id": bo.ID(), "message_id": id})
	if got := strings.Join(bo.Received(), "|"); got != "one\n[Go]|two\n[Go]" {
		t.Errorf("Bo received %q", got)
	}
	if got := bo.Phone()[1]; got != "bot< two" {
		t.Errorf("the phone shows %q, want the buttons gone", got)
	}
	b.refused("message to edit not found", "editMessageText", map[string]any{"chat_id": bo.ID(), "message_id": 999, "text": "x"}, 400, "message to edit not found")
	b.refused("a person's own message", "editMessageText", map[string]any{"chat_id": bo.ID(), "message_id": 1, "text": "x"}, 400, "message can't be edited")
	b.refused("Texts: caption 0..1024 (TG-SPEC)", "editMessageCaption", map[string]any{"chat_id": bo.ID(), "message_id": id, "caption": "x"}, 400, "there is no caption in the message to edit")
	b.ok("deleteMessage", map[string]any{"chat_id": bo.ID(), "message_id": id})
	b.refused("message to delete not found", "deleteMessage", map[string]any{"chat_id": bo.ID(), "message_id": id}, 400, "message to delete not found")
	b.sim.Clock.Advance(49 * time.Hour)
	b.refused("deleteMessage: less than 48 hours (TG-SPEC)", "deleteMessage", map[string]any{"chat_id": bo.ID(), "message_id": 1}, 400, "message can't be deleted for everyone")
}

func TestTelegramUnknown(t *testing.T) {
	b := hooked(t)
	b.refused("unknown method [TG-SRV]", "sendTelepathy", nil, 404, "Not Found: method not found")
	res, err := http.Get(b.sim.TelegramAPI() + "/bot1:wrong/getMe")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 401 {
		t.Errorf("a wrong token got %d, want 401 Unauthorized", res.StatusCode)
	}
	if got := dig(b.ok("GETME", nil), "username"); got != "regulars_bot" {
		t.Errorf("getMe says %v", got)
	}
}
