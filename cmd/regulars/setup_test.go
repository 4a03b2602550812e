package main

import (
	"path/filepath"
	"testing"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/store/bolt"
)

// Who leaves username and basic_id out still gets links into both chats: the
// platforms are asked.
func TestNamesLeftOutAreAsked(t *testing.T) {
	world := sim.New(t)
	world.LineChannel(sim.LineConfig{ID: "1650000001", Secret: "s", Token: "t", BasicID: "@corner"})
	world.TelegramBot(sim.TelegramConfig{Token: "1001:a", Username: "corner_bot"})
	r := runApp(t, &Config{Channels: []ChannelConfig{
		{Name: "line", Kind: bot.LINE, ChannelID: "1650000001", ChannelSecret: "s", ChannelToken: "t", APIBase: world.LineAPI(), DataAPIBase: world.LineDataAPI()},
		{Name: "telegram", Kind: bot.Telegram, Token: "1001:a", SecretToken: "x", APIBase: world.TelegramAPI()},
	}}, filepath.Join(t.TempDir(), "regulars.db"), bolt.Options{}, world.Clock, testLog(t))
	for name, want := range map[bot.ChannelName]string{
		"line":     "https://line.me/R/oaMessage/%40corner/?%2Fstaff%20AB",
		"telegram": "https://t.me/corner_bot?start=staff_AB",
	} {
		if got, ok := r.app.shop.ChatLink(name, "staff AB"); !ok || got != want {
			t.Errorf("%s: %q, %v; want %q", name, got, ok, want)
		}
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}
