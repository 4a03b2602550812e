package telegram

import (
	"slices"
	"testing"

	"regulars/bot"
	"regulars/i18n"
)

// An employee's menu brings the employee's list of commands, for this chat
// only; a customer's gives the general list back.
func TestMenuBringsItsCommandList(t *testing.T) {
	c, err := New(Config{Name: "tg", Token: "1:a", Username: "cafe_bot", Commands: func(r bot.Role, l i18n.Lang) ([]Command, bool) {
		return []Command{{"sale", "record a purchase"}}, r >= bot.Clerk
	}})
	if err != nil {
		t.Fatal(err)
	}
	methods := func(role bot.Role) (all []string) {
		calls, err := c.Encode(bot.Letter{
			To:       bot.Address{Chat: bot.Chat{Channel: "tg", ID: "77"}},
			Messages: []bot.Message{{Text: "Welcome", Menu: &bot.Menu{Lang: "en", Role: role, Keys: []bot.Button{{Label: "Points", Do: bot.DoCommand, Value: "points"}}}}},
		}, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range calls {
			all = append(all, x.Method)
		}
		return all
	}
	if got := methods(bot.Clerk); !slices.Equal(got, []string{"sendMessage", "setMyCommands"}) {
		t.Errorf("clerk: %v", got)
	}
	if got := methods(bot.Member); !slices.Equal(got, []string{"sendMessage", "deleteMyCommands"}) {
		t.Errorf("member: %v", got)
	}
}
