package bottest

import (
	"fmt"
	"testing"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/sim"
	"regulars/bot/telegram"
)

var adorned = bot.Message{
	Photo: &bot.Photo{File: "https://cafe.example/latte.jpg", Alt: "A latte"}, Title: "Rewards", Text: "You have 120 points.",
	Bar: &bot.Bar{To: 200, Value: 120, Label: "120 of 200"}, Dots: &bot.Dots{Have: 3, Size: 7, Alt: "3 of 7"},
	Rows: []bot.Row{{Label: "Next", Value: "Cake"}}, Note: "until Friday",
	Buttons: []bot.Button{{Label: "More", Do: bot.DoCommand, Value: "redeem 2"}},
	Cards: []bot.Message{
		{Title: "Latte", Text: "80 points", Bar: &bot.Bar{To: 5, Value: 9}, Buttons: []bot.Button{{Label: "Redeem", Do: bot.DoToken, Value: "a"}}},
		{Photo: &bot.Photo{File: "https://cafe.example/cake.jpg"}, Title: "Cake", Dots: &bot.Dots{Have: 0, Size: 2}, Buttons: []bot.Button{{Label: "Redeem", Do: bot.DoToken, Value: "b"}}},
	},
	Quick: []bot.Button{{Label: "No", Do: bot.DoAnswer, Value: "no"}},
}

func TestRenderAdorned(t *testing.T) {
	want := `(photo: A latte)
Rewards
You have 120 points.
[######----] 120 of 200
●●●○○○○
Next  Cake
until Friday
▪ Latte
  80 points
  [##########]
▪ (photo)
  Cake
  ○○
[More] [Redeem · Latte] [Redeem · Cake] [No]`
	if got := Render(adorned); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// What a transcript shows is what people of both platforms see.
func TestAdornedReadsTheSameOnPhones(t *testing.T) {
	s := sim.New(t)
	on := s.LineChannel(sim.LineConfig{BasicID: "@cafe"})
	l, err := line.New(line.Config{Name: "line", Secret: "s", Token: on.Config().Token, APIBase: s.LineAPI(), Clock: s.Clock})
	if err != nil {
		t.Fatal(err)
	}
	tg := s.TelegramBot(sim.TelegramConfig{Username: "cafe_bot"})
	g, err := telegram.New(telegram.Config{Name: "telegram", Token: tg.Token(), APIBase: s.TelegramAPI(), Clock: s.Clock})
	if err != nil {
		t.Fatal(err)
	}
	ann, bo := on.Person("Ann", "en").Befriend(), tg.Person("Bo", "en")
	bo.Start("")
	keys := 0
	for _, m := range []bot.Message{adorned, {Title: "Latte", Photo: adorned.Photo}, {Text: "just words"}, {Title: "Card", Dots: &bot.Dots{Size: 30, Have: 2}}} {
		x := &httpPerson{platform: bot.LINE, line: ann}
		y := &httpPerson{platform: bot.Telegram, tg: bo}
		for _, p := range []struct {
			*httpPerson
			adapter bot.Adapter
		}{{x, l}, {y, g}} {
			id := p.identity()
			calls, err := p.adapter.Encode(bot.Letter{To: bot.Address{Chat: bot.Chat{Channel: id.Channel, ID: bot.ChatID(id.User)}}, Messages: []bot.Message{m}}, false)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range calls {
				keys++
				if r := p.adapter.Send(t.Context(), c, "123e4567-e89b-12d3-a456-426614174"+fmt.Sprintf("%03d", keys)); r.Outcome != bot.Delivered {
					t.Fatalf("%+v", r)
				}
			}
			_, all := p.heard()
			want, got := look(Render(m), always), look(all[len(all)-1], p.isKey)
			if !(lots{}).same(want, got) {
				t.Errorf("%s:\n%s\nwant\n%s", p.platform, got, want)
			}
		}
	}
}
