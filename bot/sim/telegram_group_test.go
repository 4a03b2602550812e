package sim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTelegramGroupLife(t *testing.T) {
	b := hooked(t)
	ann, bo := b.bot.Person("Ann", "en"), b.bot.Person("Bo", "th")
	group := b.bot.Group("Sunday club", ann)
	us := b.updates()
	if dig(us[0], "my_chat_member", "new_chat_member", "status") != "member" || dig(us[1], "message", "new_chat_members") == nil {
		t.Fatalf("being added said %v", us)
	}
	if dig(us[0], "my_chat_member", "chat", "type") != "group" || group.ID() >= 0 {
		t.Errorf("chat %v with id %d", dig(us[0], "my_chat_member", "chat"), group.ID())
	}
	group.Join(bo)
	if dig(b.last(), "message", "new_chat_members") == nil {
		t.Errorf("joining said %v", b.last())
	}
	group.Kick(ann, bo)
	if dig(b.last(), "message", "left_chat_member", "first_name") != "Bo" {
		t.Errorf("kicking said %v", b.last())
	}
	group.RemoveBot(ann)
	if dig(b.last(), "my_chat_member", "new_chat_member", "status") != "kicked" {
		t.Errorf("removing the bot said %v", b.last())
	}
	n := len(b.updates())
	ann.In(group).Say("/points@regulars_bot")
	if len(b.updates()) != n {
		t.Error("the bot hears a group it was kicked from")
	}
	group.AddBot(ann, "g42")
	if got := dig(b.last(), "message", "text"); got != "/start@regulars_bot g42" {
		t.Errorf("`?startgroup=P` -> in the group `/start@bot P` (features#deep-linking); got %v", got)
	}
}

// "Privacy mode (default on): bot sees commands for it, replies to it, service
// messages…; general `/start` only if it was the last bot to write; admin bots
// see all" (faq).
func TestTelegramPrivacyMode(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	group := b.bot.Group("Club", ann)
	seat := ann.In(group)
	b.ok("sendMessage", map[string]any{"chat_id": group.ID(), "text": "I am the bot"})
	hears := func(want bool, what string, do func()) {
		t.Helper()
		n := len(b.updates())
		do()
		if got := len(b.updates()) > n; got != want {
			t.Errorf("%s: heard %v, want %v", what, got, want)
		}
	}
	say := func(text string) func() { return func() { seat.Say(text) } }
	hears(false, "chatter", say("nice weather"))
	hears(true, "its command", say("/points@regulars_bot"))
	hears(false, "another's command", say("/points@other_bot"))
	hears(true, "a plain command", say("/points"))
	hears(true, "a mention", say("hey @regulars_bot, hello"))
	hears(true, "a reply to it", func() { seat.Reply("I am the bot", "thanks") })
	hears(false, "a reply to a person", func() { seat.Reply("nice weather", "yes") })
	group.OtherBotSays("beep")
	hears(false, "a plain command after another bot wrote", say("/points"))
	group.PromoteBot(ann)
	hears(true, "chatter, as an administrator", say("nice weather"))
}

func TestTelegramTopics(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	group := b.bot.Forum("Club", ann)
	topic := group.Topic(ann, "Points")
	seat := ann.In(group).Topic(topic)
	seat.Say("/points@regulars_bot")
	m := dig(b.last(), "message")
	if dig(m, "message_thread_id") != float64(topic) || dig(m, "is_topic_message") != true || dig(m, "chat", "is_forum") != true {
		t.Fatalf("Forum topics: `message_thread_id`, `is_topic_message`, chat `is_forum` (TG-SPEC); got %v", m)
	}
	// "answers must carry the thread id or land in General" (TG-SPEC)
	b.ok("sendMessage", map[string]any{"chat_id": group.ID(), "text": "lost"})
	b.ok("sendMessage", map[string]any{"chat_id": group.ID(), "text": "here", "message_thread_id": topic})
	if got := seat.Phone(); !slices.Contains(got, "bot< here") || slices.Contains(got, "bot< lost") {
		t.Errorf("the topic shows %q", got)
	}
	b.refused("`message thread not found` (TG-SRV)", "sendMessage",
		map[string]any{"chat_id": group.ID(), "text": "x", "message_thread_id": 4711}, 400, "Bad Request: message thread not found")

	ann.In(group).Say("/points@regulars_bot")
	if m := dig(b.last(), "message").(map[string]any); m["message_thread_id"] != nil || m["is_topic_message"] != nil {
		t.Errorf("General came with a thread: %v", m)
	}
	// without topics an answer has a thread id and is no topic message
	plain := b.bot.Supergroup("Plain", ann)
	b.ok("sendMessage", map[string]any{"chat_id": plain.ID(), "text": "ask me"})
	ann.In(plain).Reply("ask me", "what?")
	if m := dig(b.last(), "message").(map[string]any); m["message_thread_id"] == nil || m["is_topic_message"] != nil {
		t.Errorf("a reply in a plain supergroup: %v", m)
	}
}

// "`group chat was upgraded to a supergroup chat` +
// `parameters.migrate_to_chat_id`" (TG-SRV); "also as service messages
// `migrate_to_chat_id` / `migrate_from_chat_id`; 64-bit ids" (TG-SPEC).
func TestTelegramMigration(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	group := b.bot.Group("Club", ann)
	old := group.ID()
	n := len(b.updates())
	group.Upgrade(ann)
	us := b.updates()[n:]
	if len(us) != 2 || dig(us[0], "message", "migrate_to_chat_id") != float64(group.ID()) || dig(us[0], "message", "chat", "id") != float64(old) ||
		dig(us[1], "message", "migrate_from_chat_id") != float64(old) || dig(us[1], "message", "chat", "id") != float64(group.ID()) {
		t.Errorf("upgrading from %d to %d said %v", old, group.ID(), us)
	}
	if group.ID() > -1000000000000 || group.ID() == old {
		t.Errorf("the supergroup has id %d", group.ID())
	}
	p := b.refused("Migration (TG-SRV)", "sendMessage", map[string]any{"chat_id": old, "text": "x"}, 400, "Bad Request: group chat was upgraded to a supergroup chat")
	if p["migrate_to_chat_id"] != float64(group.ID()) {
		t.Errorf("parameters %v", p)
	}
	b.ok("sendMessage", map[string]any{"chat_id": group.ID(), "text": "moved"})
	ann.In(group).Say("/points@regulars_bot")
	if dig(b.last(), "message", "chat", "type") != "supergroup" {
		t.Errorf("after the move: %v", b.last())
	}
}

func TestTelegramAnonymousAndChannels(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	group := b.bot.Supergroup("Club", ann)
	ann.In(group).Anonymous().Say("/points@regulars_bot")
	m := dig(b.last(), "message")
	if dig(m, "from", "username") != "GroupAnonymousBot" || dig(m, "sender_chat", "id") != float64(group.ID()) {
		t.Errorf("an anonymous administrator: %v", m)
	}
	channel := b.bot.Channel("News", ann)
	channel.Post("Sale!")
	post, _ := dig(b.last(), "channel_post").(map[string]any)
	if post == nil || post["from"] != nil || dig(post, "sender_chat", "type") != "channel" {
		t.Errorf("a channel post: %v", b.last())
	}
	ann.In(group).As(channel).Say("/points@regulars_bot")
	if m := dig(b.last(), "message"); dig(m, "from", "username") != "Channel_Bot" || dig(m, "sender_chat", "title") != "News" {
		t.Errorf("in the name of a channel: %v", m)
	}
}

func TestTelegramGroupKeyboards(t *testing.T) {
	b := hooked(t)
	ann, bo := b.bot.Person("Ann", "en"), b.bot.Person("Bo", "en")
	group := b.bot.Group("Club", ann, bo)
	b.refused("Contact sharing: `request_contact` (private chat only) (TG-SPEC)", "sendMessage", map[string]any{
		"chat_id": group.ID(), "text": "x", "reply_markup": map[string]any{"keyboard": [][]any{{map[string]any{"text": "Phone", "request_contact": true}}}},
	}, 400, "phone number can be requested in private chats only")
	b.ok("sendMessage", map[string]any{"chat_id": group.ID(), "text": "Your card is private", "reply_markup": inline(
		map[string]any{"text": "Open", "url": "https://t.me/regulars_bot?start=g-card"},
		map[string]any{"text": "Count me", "callback_data": "c"})})
	if err := bo.In(group).Press("Count me"); err != nil {
		t.Fatal(err)
	}
	q := dig(b.last(), "callback_query")
	if dig(q, "from", "first_name") != "Bo" || dig(q, "message", "chat", "id") != float64(group.ID()) {
		t.Errorf("pressed in a group: %v", q)
	}
	if err := bo.In(group).PressInaccessible("Count me"); err != nil {
		t.Fatal(err)
	}
	if m := dig(b.last(), "callback_query", "message").(map[string]any); m["date"] != 0.0 || m["text"] != nil {
		t.Errorf("an inaccessible message: %v", m)
	}
	if err := bo.In(group).Press("Open"); err != nil {
		t.Fatal(err)
	}
	if m := dig(b.last(), "message"); dig(m, "text") != "/start g-card" || dig(m, "chat", "type") != "private" {
		t.Errorf("the link to the private chat: %v", m)
	}
	if err := bo.Press("Nowhere"); err == nil {
		t.Error("a button that is not there was pressed")
	}
}

func TestTelegramContacts(t *testing.T) {
	b := hooked(t)
	ann, bo := b.bot.Person("Ann", "en"), b.bot.Person("Bo", "en")
	ann.SetNumber("886912345678")
	ann.Start("")
	b.ok("sendMessage", map[string]any{"chat_id": ann.ID(), "text": "Phone?", "reply_markup": map[string]any{
		"keyboard": [][]any{{map[string]any{"text": "Share", "request_contact": true}, "Skip"}}, "resize_keyboard": true}})
	if got := ann.Keyboard(); !slices.Equal(got, []string{"Share", "Skip"}) {
		t.Errorf("keyboard %q", got)
	}
	if err := ann.Press("Share"); err != nil {
		t.Fatal(err)
	}
	m := dig(b.last(), "message")
	if dig(m, "contact", "user_id") != dig(m, "from", "id") || dig(m, "contact", "phone_number") != "886912345678" {
		t.Errorf("own card: %v (leading + is not guaranteed)", m)
	}
	bo.SendContact(ann, "", "")
	if m := dig(b.last(), "message"); dig(m, "contact", "user_id") == dig(m, "from", "id") || dig(m, "contact", "user_id") == nil {
		t.Errorf("anyone can send somebody else's contact card (TG-SPEC); got %v", m)
	}
	bo.ForwardContact(ann)
	if m := dig(b.last(), "message"); dig(m, "forward_origin", "sender_user", "first_name") != "Ann" {
		t.Errorf("forwarded card: %v", m)
	}
	bo.SendContact(nil, "+66812345678", "Mum")
	if m := dig(b.last(), "message", "contact").(map[string]any); m["user_id"] != nil {
		t.Errorf("a card without account: %v", m)
	}
	if err := ann.Press("Skip"); err != nil || dig(b.last(), "message", "text") != "Skip" {
		t.Errorf("a plain key says its label: %v %v", err, b.last())
	}
	b.ok("sendMessage", map[string]any{"chat_id": ann.ID(), "text": "ok", "reply_markup": map[string]any{"remove_keyboard": true}})
	if got := ann.Keyboard(); len(got) != 0 {
		t.Errorf("keyboard still %q", got)
	}
	if got := ann.Phone()[1]; got != "bot< Phone?\n⌨[Share] ⌨[Skip]" {
		t.Errorf("rendered %q", got)
	}
}

func TestTelegramPeopleChange(t *testing.T) {
	b := hooked(t)
	ann, bo := b.bot.Person("Ann", "en"), b.bot.Person("Bo", "th")
	ann.Say("hi")
	ann.SetName("Anna")
	ann.SetUsername("")
	ann.SetLanguage("zh-hant")
	ann.Say("hi 👋 /points")
	m := dig(b.last(), "message")
	if dig(m, "from", "first_name") != "Anna" || dig(m, "from", "username") != nil || dig(m, "from", "language_code") != "zh-hant" {
		t.Errorf("from %v", dig(m, "from"))
	}
	if got := fmt.Sprint(dig(m, "entities")); got != "[map[length:7 offset:6 type:bot_command]]" {
		t.Errorf("offsets count UTF-16 units; got %s", got)
	}
	if err := ann.Edit("hi again"); err != nil || dig(b.last(), "edited_message", "edit_date") == nil {
		t.Errorf("editing said %v %v", err, b.last())
	}
	group := b.bot.Group("Club", ann, bo)
	bo.In(group).Say("/give@regulars_bot @Anna 50")
	ents := fmt.Sprint(dig(b.last(), "message", "entities"))
	if !strings.Contains(ents, "text_mention") || !strings.Contains(ents, "first_name:Anna") {
		t.Errorf("a person without @username is mentioned by text_mention; got %s", ents)
	}
	ann.Sticker("👍")
	if dig(b.last(), "message", "sticker", "emoji") != "👍" {
		t.Errorf("sticker: %v", b.last())
	}
	ann.Photo([]byte("bytes"), "look")
	if dig(b.last(), "message", "caption") != "look" {
		t.Errorf("photo: %v", b.last())
	}
	photo := dig(b.last(), "message").(map[string]any)["photo"].([]any)[0]
	file := b.ok("getFile", map[string]any{"file_id": dig(photo, "file_id")})
	res, err := httpGet(b.sim.TelegramAPI() + "/file/bot" + b.bot.Token() + "/" + dig(file, "file_path").(string))
	if err != nil || res != "bytes" {
		t.Errorf("the file is %q, %v", res, err)
	}
}

// "after a week without updates the next id is chosen **randomly**" (TG-SPEC
// Update).
func TestTelegramUpdateIDsAfterAWeek(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	ann.Say("one")
	first := dig(b.last(), "update_id").(float64)
	b.sim.Clock.Advance(8 * 24 * time.Hour)
	ann.Say("two")
	if second := dig(b.last(), "update_id").(float64); second == first+1 {
		t.Error("the next id after a week of silence just followed on")
	}
}
