package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/i18n"
)

const hook = "https://bot.example.com/webhook/tg"

// settings is what Telegram remembers of a bot.
type settings struct {
	url      string
	allowed  string
	commands map[string]string // scope and language → list
	texts    map[string]string
	member   string
}

func (s *settings) answer(c fakeCall) (int, string) {
	key := c.Params["scope"] + c.Params["language_code"]
	switch c.Method {
	case "getMe":
		return 200, `{"ok":true,"result":{"id":7000001,"is_bot":true,"first_name":"Café","username":"cafe_bot","can_join_groups":true,"can_read_all_group_messages":false}}`
	case "getWebhookInfo":
		if s.allowed == "" {
			s.allowed = "[]"
		}
		return 200, fmt.Sprintf(`{"ok":true,"result":{"url":%q,"allowed_updates":%s,"pending_update_count":0,"last_error_date":1795262000,"last_error_message":"Wrong response from the webhook: 502 Bad Gateway"}}`, s.url, s.allowed)
	case "setWebhook":
		s.url, s.allowed = c.Params["url"], c.Params["allowed_updates"]
	case "getMyCommands":
		if l := s.commands[key]; l != "" {
			return 200, `{"ok":true,"result":` + l + `}`
		}
		return 200, `{"ok":true,"result":[]}`
	case "setMyCommands":
		s.commands[key] = c.Params["commands"]
	case "deleteMyCommands":
		delete(s.commands, key)
	case "getMyDescription", "getMyShortDescription":
		field := map[string]string{"getMyDescription": "description", "getMyShortDescription": "short_description"}[c.Method]
		raw, _ := json.Marshal(map[string]string{field: s.texts[field+key]})
		return 200, `{"ok":true,"result":` + string(raw) + `}`
	case "setMyDescription":
		s.texts["description"+key] = c.Params["description"]
	case "setMyShortDescription":
		s.texts["short_description"+key] = c.Params["short_description"]
	case "getChatMember":
		if s.member == "" {
			return 400, failure(400, "Bad Request: PARTICIPANT_ID_INVALID", "")
		}
		return 200, `{"ok":true,"result":{"status":"` + s.member + `"}}`
	case "leaveChat":
		return 403, failure(403, "Forbidden: bot is not a member of the supergroup chat", "")
	}
	return 200, `{"ok":true,"result":true}`
}

func remember(t *testing.T) (*settings, *fakeServer, *Channel) {
	s := &settings{commands: map[string]string{}, texts: map[string]string{}}
	f := serve(t, s.answer)
	return s, f, newChannel(t, f.URL)
}

func TestRegister(t *testing.T) {
	s, f, c := remember(t)
	for i, want := range []struct{ force, changed bool }{{false, true}, {false, false}, {true, true}} {
		changed, err := c.Register(t.Context(), hook, want.force)
		if err != nil || changed != want.changed {
			t.Errorf("call %d: changed %v, %v", i, changed, err)
		}
	}
	s.allowed = `["message"]`
	if changed, err := c.Register(t.Context(), hook, false); err != nil || !changed {
		t.Errorf("other kinds of updates: changed %v, %v", changed, err)
	}
	for _, call := range f.calls {
		if call.Method == "setWebhook" && call.Params["secret_token"] != testSecret {
			t.Error("setWebhook without the secret clears it")
		}
	}
	open, err := New(Config{Token: testToken, APIBase: f.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open.Register(t.Context(), hook, true); err == nil {
		t.Error("a webhook without a secret was registered")
	}
}

func TestCommandLists(t *testing.T) {
	s, f, c := remember(t)
	list := []Command{{"points", "Your points"}, {"card", "Your card"}}
	lists := []CommandList{
		{Scope: InPrivate, Commands: list}, {Scope: InPrivate, Lang: i18n.ZhTW, Commands: list},
		{Scope: InGroups, Lang: i18n.ZhTW, Commands: list[:1]},
	}
	for i, want := range []int{3, 0} {
		n, err := c.EnsureCommands(t.Context(), lists)
		if err != nil || n != want {
			t.Errorf("call %d set %d lists, %v; want %d", i, n, err, want)
		}
	}
	if s.commands[`{"type":"all_private_chats"}zh`] == "" {
		t.Errorf("no Chinese list among %v", s.commands)
	}
	before := len(f.calls)
	both := append(lists, CommandList{Scope: InPrivate, Lang: i18n.ZhHK, Commands: list})
	if _, err := c.EnsureCommands(t.Context(), both); !errors.Is(err, ErrOneChinese) || len(f.calls) != before {
		t.Errorf("two Chinese lists: %v", err)
	}
	if !NeedsChatCommands(i18n.ZhHK, i18n.ZhTW) || NeedsChatCommands(i18n.ZhTW, i18n.ZhTW) || NeedsChatCommands(i18n.Ja, i18n.ZhTW) {
		t.Error("who needs a list of their own is told wrongly")
	}
	for i, want := range []struct {
		list    []Command
		changed bool
	}{{list, true}, {list, false}, {nil, true}, {nil, false}} {
		if changed, err := c.SetChatCommands(t.Context(), "5001", want.list); err != nil || changed != want.changed {
			t.Errorf("chat list %d: changed %v, %v", i, changed, err)
		}
	}
	for _, bad := range []CommandList{
		{Scope: InChat, Commands: list}, {Scope: InPrivate, Chat: "5"}, {Scope: InChat, Chat: `1}`},
		{Scope: InPrivate, Commands: []Command{{"Points", "x"}}}, {Scope: InPrivate, Commands: []Command{{"points", ""}}},
		{Scope: InPrivate, Commands: []Command{{"points", strings.Repeat("字", 257)}}},
	} {
		if _, err := c.EnsureCommands(t.Context(), []CommandList{bad}); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func TestProfileTexts(t *testing.T) {
	s, _, c := remember(t)
	texts := []ProfileText{{Description: "A café", Short: "Café"}, {Lang: i18n.ZhTW, Description: "咖啡店", Short: "咖啡"}}
	for i, want := range []int{4, 0} {
		if n, err := c.EnsureProfile(t.Context(), texts); err != nil || n != want {
			t.Errorf("call %d set %d texts, %v; want %d", i, n, err, want)
		}
	}
	if s.texts["short_descriptionzh"] != "咖啡" {
		t.Errorf("texts are %v", s.texts)
	}
}

func TestMembers(t *testing.T) {
	s, _, c := remember(t)
	for status, want := range map[string][2]bool{"creator": {true, true}, "administrator": {true, true}, "member": {false, true}, "left": {}, "": {}} {
		s.member = status
		admin, err1 := c.IsAdmin(t.Context(), "-5", "5001")
		in, err2 := c.IsMember(t.Context(), "-5", "5001")
		if err1 != nil || err2 != nil || [2]bool{admin, in} != want {
			t.Errorf("%q: admin %v, member %v (%v, %v)", status, admin, in, err1, err2)
		}
	}
	if err := c.Leave(t.Context(), "-5"); err != nil {
		t.Errorf("leaving a group that was left: %v", err)
	}
}

func TestMeTeachesTheName(t *testing.T) {
	s := &settings{}
	c, err := New(Config{Token: testToken, APIBase: serve(t, s.answer).URL})
	if err != nil {
		t.Fatal(err)
	}
	link := bot.Letter{To: group, Messages: []bot.Message{{Text: "x", Buttons: []bot.Button{{Label: "x", Do: bot.DoPrivate, Value: "points"}}}}}
	leads := func() bool {
		calls, err := c.Encode(link, false)
		if err != nil {
			t.Fatal(err) // the words alone must go out: silence would be worse
		}
		return len(calls) == 1 && strings.Contains(string(calls[0].Body), "t.me/cafe_bot?start=points")
	}
	if leads() {
		t.Error("a link to a bot without a name")
	}
	if a, err := c.Me(t.Context()); err != nil || a.Username != "cafe_bot" || a.ID != "7000001" || !a.JoinsGroups || a.ReadsAll {
		t.Errorf("%+v, %v", a, err)
	}
	if !leads() {
		t.Error("no link, though the name is known")
	}
}

func TestDoctor(t *testing.T) {
	s, _, c := remember(t)
	bad := func(webhook string) (all []string) {
		for _, f := range c.Doctor(t.Context(), webhook) {
			if !f.OK {
				all = append(all, f.Text)
			}
		}
		return all
	}
	contains := func(all []string, part string) bool {
		return slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, part) })
	}
	if got := bad(hook); !contains(got, "no webhook is set") || !contains(got, "502 Bad Gateway") {
		t.Errorf("nothing set: %q", got)
	}
	s.url = "https://elsewhere.example.com/x"
	if got := bad(hook); !contains(got, "another host") {
		t.Errorf("set elsewhere: %q", got)
	}
	if got := bad(""); !contains(got, "a webhook is set") {
		t.Errorf("set while polling: %q", got)
	}
	if _, err := c.Register(t.Context(), hook, false); err != nil {
		t.Fatal(err)
	}
	c.clock.(*handClock).now = c.clock.Now().Add(48 * time.Hour) // the failure is old now
	if got := bad(hook); len(got) != 0 {
		t.Errorf("all is well, but: %q", got)
	}
}
