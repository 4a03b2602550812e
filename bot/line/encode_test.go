package line_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/bot/line"
)

// pot is what people and attackers type into names.
const pot = "Ann\u202Etxt.exe\r\n{x} $ <b>&amp;\x00\x07\u2066 👩‍👩‍👧‍👦 \"quoted\""

var letters = map[string]bot.Letter{
	"text": {To: private(), Messages: []bot.Message{{Text: "You have 120 points.\nThank you!"}}},
	"card": {To: private(), Messages: []bot.Message{{
		Title: "120 點", Text: "再 30 點就能換一杯咖啡。",
		Rows:    []bot.Row{{Label: "今年到期", Value: "20 點"}, {Label: "等級", Value: "銀卡"}},
		Note:    "2026-01-01 12:00",
		Picture: &bot.Picture{QR: "https://bot.example.com/c/abc", Alt: "會員卡"},
		Buttons: []bot.Button{
			{Label: "兌換", Do: bot.DoCommand, Value: "redeem"},
			{Label: "確定", Do: bot.DoToken, Value: "7KQ2"},
			{Label: "網站", Do: bot.DoOpen, Value: "https://example.com/店?q=a b"},
			{Label: "複製", Do: bot.DoCopy, Value: "CODE-1"},
			{Label: "電話", Do: bot.DoContact},
			{Label: "說話", Do: bot.DoPrivate, Value: "points"},
		},
		Menu: &bot.Menu{Lang: "zh-TW"},
	}}},
	"question": {To: private(), Messages: []bot.Message{
		{Text: "Before the answer, a word.", Quick: []bot.Button{{Label: "lost", Do: bot.DoAnswer, Value: "lost"}}},
		{Text: "Which one?", Quick: []bot.Button{{Label: "Coffee, the large one with oat milk", Do: bot.DoAnswer, Value: "coffee"}, {Label: "Cake", Do: bot.DoAnswer, Value: "cake"}}},
	}},
	"group": {To: inGroup(), Messages: []bot.Message{
		{Text: "you got {5} points", Mention: &bot.Identity{Channel: "main", User: ann}},
		{Title: "Regulars", Buttons: []bot.Button{
			{Label: "My points", Do: bot.DoPrivate, Value: "points now"},
			{Label: "Help", Do: bot.DoCommand, Value: "help"},
			{Label: "Yes", Do: bot.DoAnswer, Value: "y"},
			{Label: "Token", Do: bot.DoToken, Value: "secret"},
		}},
	}},
	"hostile": {To: private(), Messages: []bot.Message{
		{Title: pot, Text: strings.Repeat(pot, 2), Rows: []bot.Row{{Label: pot, Value: ""}, {Label: "\x00", Value: "\u202E"}}, Note: "\n\n"},
		{Text: " \n\x00 "},
		{Buttons: []bot.Button{{Label: "", Do: bot.DoAnswer, Value: "x"}, {Label: strings.Repeat("👩‍👩‍👧‍👦", 10), Do: bot.DoAnswer, Value: "y"}}},
	}},
	"photo": {To: private(), Messages: []bot.Message{
		{Photo: &bot.Photo{File: "latte.jpg", Alt: "拿鐵"}, Title: "拿鐵", Text: "80 點", Buttons: []bot.Button{{Label: "兌換", Do: bot.DoToken, Value: "7KQ2"}}},
		{Photo: &bot.Photo{File: "https://example.com/店.jpg"}, Text: "words alone"},
		{Photo: &bot.Photo{File: "latte.jpg", Alt: "said by the photo alone"}},
		{Photo: &bot.Photo{File: "nowhere.jpg"}, Text: "left out"},
		{Photo: &bot.Photo{File: "http://example.com/a.jpg"}, Text: "not https"},
	}},
	"progress": {To: private(), Messages: []bot.Message{
		{Title: "Silver", Bar: &bot.Bar{From: 200, To: 500, Value: 320, Label: "320 of 500 points to Gold"}, Note: "until 31 December"},
		{Title: "Coffee card", Text: "3 of 7 stamps", Dots: &bot.Dots{Have: 3, Size: 7, Alt: "3 of 7 stamps"}, Rows: []bot.Row{{Label: "Prize", Value: "Latte"}}},
		{Title: "Long card", Dots: &bot.Dots{Have: 3, Size: 30, Alt: "3 of 30"}},
		{Title: "Nothing yet", Bar: &bot.Bar{To: 10}, Dots: &bot.Dots{Size: 41, Alt: "0 of 41"}},
	}},
	"cards": {To: private(), Messages: []bot.Message{{
		Title: "Rewards", Text: "You have 120 points.", Buttons: []bot.Button{{Label: "More", Do: bot.DoCommand, Value: "redeem 2"}},
		Cards: []bot.Message{
			{Photo: &bot.Photo{File: "latte.jpg"}, Title: "Latte", Rows: []bot.Row{{Label: "Cost", Value: "80"}}, Buttons: []bot.Button{{Label: "Redeem", Do: bot.DoToken, Value: "7KQ2"}}},
			{Title: "Cake", Text: "70 points to go", Bar: &bot.Bar{To: 190, Value: 120, Label: "120 of 190"}, Note: "until Friday"},
			{Title: "", Text: " "},
		},
		Quick: []bot.Button{{Label: "No", Do: bot.DoAnswer, Value: "no"}},
	}}},
	"cards-group": {To: inGroup(), Messages: []bot.Message{{Cards: []bot.Message{
		{Title: "Latte", Buttons: []bot.Button{{Label: "Mine", Do: bot.DoPrivate, Value: "redeem"}, {Label: "Yes", Do: bot.DoAnswer, Value: "y"}, {Label: "Token", Do: bot.DoToken, Value: "x"}}},
		{Title: "Cake", Buttons: []bot.Button{{Label: "List", Do: bot.DoCommand, Value: "rewards"}}},
	}}}},
	"long": {To: private(), Messages: []bot.Message{{Text: strings.Repeat("四千 words go on and on. ", 600)}}},
	"many": {To: private(), Messages: []bot.Message{{Title: "Choose", Buttons: numbered(19)}}},
}

func numbered(n int) []bot.Button {
	var all []bot.Button
	for i := range n {
		all = append(all, bot.Button{Label: "Reward " + string(rune('A'+i)), Do: bot.DoAnswer, Value: string(rune('a' + i))})
	}
	return all
}

func TestEncodeGolden(t *testing.T) {
	for name, l := range letters {
		t.Run(name, func(t *testing.T) {
			calls, err := channel(t).Encode(l, false)
			if err != nil {
				t.Fatal(err)
			}
			type shown struct {
				Method     string
				Cost       int
				Idempotent bool
				Body       json.RawMessage
			}
			var all []shown
			for _, c := range calls {
				all = append(all, shown{c.Method, c.Cost, c.Idempotent, c.Body})
			}
			golden(t, filepath.Join("testdata/wire", name+".json"), all)
		})
	}
}

func TestReplyIsFreeAndKnowsNoRetryKey(t *testing.T) {
	l := letters["text"]
	l.Reply = bot.ReplyToken{Value: "token1"}
	calls, err := channel(t).Encode(l, true)
	if err != nil || len(calls) != 1 {
		t.Fatal(calls, err)
	}
	if c := calls[0]; c.Method != "reply" || c.Cost != 0 || c.Idempotent || !strings.Contains(string(c.Body), `"replyToken":"token1"`) {
		t.Errorf("%+v %s", c, c.Body)
	}
}

func TestEncodeRefuses(t *testing.T) {
	c := channel(t)
	for what, l := range map[string]bot.Letter{
		"six messages":   {To: private(), Messages: make([]bot.Message, 6)},
		"11 cards":       {To: private(), Messages: []bot.Message{{Cards: make([]bot.Message, 11)}}},
		"cards in cards": {To: private(), Messages: []bot.Message{{Cards: []bot.Message{{Cards: make([]bot.Message, 1)}}}}},
		"no chat":        {Messages: []bot.Message{{Text: "x"}}},
		"a chat to path": {To: bot.Address{Chat: bot.Chat{ID: "../../evil"}}, Messages: []bot.Message{{Text: "x"}}},
	} {
		if _, err := c.Encode(l, false); err == nil {
			t.Errorf("%s: encoded", what)
		}
	}
	if _, err := c.Encode(letters["text"], true); err == nil {
		t.Error("a reply without a token was encoded")
	}
	calls, err := c.Encode(bot.Letter{To: private(), Messages: []bot.Message{{Text: "\x00"}}}, false)
	if err != nil || len(calls) != 0 {
		t.Errorf("a letter that says nothing gave %v, %v", calls, err)
	}
}

func TestPictureWithoutAddressIsToldInWords(t *testing.T) {
	c := channel(t, func(cfg *line.Config) { cfg.Pictures = nil })
	calls, err := c.Encode(bot.Letter{To: private(), Messages: []bot.Message{{Picture: &bot.Picture{Code128: "4711", Alt: "Your card"}}}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if body := string(calls[0].Body); !strings.Contains(body, `"text":"Your card\n4711"`) {
		t.Error(body)
	}
}

func TestMulticast(t *testing.T) {
	c := channel(t)
	call, err := c.EncodeMulticast([]bot.UserID{ann, bob}, []bot.Message{{Text: "Hello"}})
	if err != nil || call.Method != "multicast" || call.Cost != 1 || !call.Idempotent {
		t.Fatal(call, err)
	}
	for what, users := range map[string][]bot.UserID{
		"nobody": nil, "too many": make([]bot.UserID, 501), "a group": {bot.UserID(group)},
	} {
		if _, err := c.EncodeMulticast(users, []bot.Message{{Text: "Hello"}}); err == nil {
			t.Errorf("%s: encoded", what)
		}
	}
	if _, err := c.EncodeMulticast([]bot.UserID{ann}, nil); err == nil {
		t.Error("nothing was encoded")
	}
}
