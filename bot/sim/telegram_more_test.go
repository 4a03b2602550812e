package sim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTelegramChatsAndMembers(t *testing.T) {
	b := hooked(t)
	ann, bo, cy := b.bot.Person("Ann", "en"), b.bot.Person("Bo", "en"), b.bot.Person("Cy", "en")
	group := b.bot.Group("Club", ann, bo)
	in := map[string]any{"chat_id": group.ID()}
	if got := dig(b.ok("getChat", in), "title"); got != "Club" {
		t.Errorf("getChat says %v", got)
	}
	if got := b.ok("getChatMemberCount", in); got != 3.0 {
		t.Errorf("%v members, want Ann, Bo and the bot", got)
	}
	member := func(p *TelegramPerson) any {
		return dig(b.ok("getChatMember", map[string]any{"chat_id": group.ID(), "user_id": p.ID()}), "status")
	}
	if got := []any{member(ann), member(bo), member(cy)}; !slices.Equal(got, []any{"creator", "member", "left"}) {
		t.Errorf("statuses %v", got)
	}
	group.Promote(bo)
	if got := b.ok("getChatAdministrators", in).([]any); len(got) != 2 {
		t.Errorf("administrators %v", got)
	}
	b.ok("sendChatAction", map[string]any{"chat_id": group.ID(), "action": "typing"})
	b.refused("sendChatAction: one of the actions (TG-SPEC)", "sendChatAction", map[string]any{"chat_id": group.ID(), "action": "sing"}, 400, "wrong parameter action in request")
}

func TestTelegramCopiesAndMedia(t *testing.T) {
	b := hooked(t)
	ann, bo := b.bot.Person("Ann", "en"), b.bot.Person("Bo", "en")
	ann.Start("")
	bo.Start("")
	a := b.upload(map[string]string{"chat_id": fmt.Sprint(ann.ID())}, "photo", picture(t, 20, 20))
	photo := dig(a["result"].(map[string]any)["photo"].([]any)[0], "file_id")
	sent := dig(a["result"], "message_id")
	b.ok("editMessageMedia", map[string]any{"chat_id": ann.ID(), "message_id": sent,
		"media": map[string]any{"type": "photo", "media": photo, "caption": "<b>new</b>", "parse_mode": "HTML"}})
	if got := ann.Received(); !slices.Equal(got, []string{"(picture)", "new\n(picture)"}) {
		t.Errorf("Ann received %q", got)
	}
	from := map[string]any{"chat_id": bo.ID(), "from_chat_id": ann.ID(), "message_id": sent}
	b.ok("copyMessage", from)
	fwd := b.ok("forwardMessage", from)
	if dig(fwd, "forward_origin", "sender_user", "username") != "regulars_bot" {
		t.Errorf("forwarded: %v", fwd)
	}
	if got := bo.Received(); !slices.Equal(got, []string{"new\n(picture)", "new\n(picture)"}) {
		t.Errorf("Bo received %q", got)
	}
	secret := b.ok("sendMessage", map[string]any{"chat_id": ann.ID(), "text": "card", "protect_content": true, "disable_notification": true})
	b.refused("protect_content: no forwarding, no saving (TG-SPEC)", "forwardMessage",
		map[string]any{"chat_id": bo.ID(), "from_chat_id": ann.ID(), "message_id": dig(secret, "message_id")}, 400, "message can't be forwarded")
}

func TestTelegramEntitiesFound(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"/give@regulars_bot @bobby 50", "bot_command 0+18, mention 19+6"},
		{"see https://a.example/b/c now", "url 4+21"},
		{"and/or, a@b.c, 1/2", ""},
		{"😀 /start", "bot_command 3+6"},
	} {
		if got := listed(withFound(c.text, nil)); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
	text, entities, err := parseHTML(`a <b>b<i>c</i></b> &lt;&#128512; <a href="tg://user?id=5">who</a> <code>/x</code>`)
	if err != nil || text != "a bc <😀 who /x" {
		t.Fatalf("%q, %v", text, err)
	}
	if got := listed(withFound(text, entities)); got != "bold 2+2, italic 3+1, text_mention 9+3, code 13+2" {
		t.Errorf("HTML gave %s", got)
	}
	text, entities, err = parseMarkdownV2("*a _b_* `c\\`` ||d|| [e](https://x.y)")
	if err != nil || text != "a b c` d e" {
		t.Fatalf("%q, %v", text, err)
	}
	if got := listed(entities); got != "bold 0+3, italic 2+1, code 4+2, spoiler 7+1, text_link 9+1" {
		t.Errorf("MarkdownV2 gave %s", got)
	}
}

func listed(entities []tgEntity) string {
	var out []string
	for _, e := range entities {
		out = append(out, fmt.Sprintf("%s %d+%d", e.Type, e.Offset, e.Length))
	}
	return strings.Join(out, ", ")
}

// Whatever a bot sends, entities lie within the text.
func FuzzTelegramEntities(f *testing.F) {
	for _, s := range []string{"<b>x</b>", "<a href='x.y'>", "</", "&#0;", "*a_b*_", "[x](y", "```", "\\", "😀<i> </i>", "<b>  </b> /x@y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, parse := range []func(string) (string, []tgEntity, error){parseHTML, parseMarkdownV2} {
			text, entities, err := parse(in)
			if err != nil {
				continue
			}
			text, entities = trimmed(text, entities)
			size := utf16Len(text)
			for _, e := range withFound(text, entities) {
				if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > size {
					t.Errorf("%q gave %+v in %d units", in, e, size)
				}
			}
		}
	})
}
