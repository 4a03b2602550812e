package main

import (
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/store/bolt"
)

// made counts the bot's calls by what they change, since a moment.
func (l *lab) made(since int) map[string]int {
	n := map[string]int{}
	for _, c := range l.world.Wire.Calls()[since:] {
		switch {
		case c.ToBot:
		case strings.HasSuffix(c.Path, "/v2/bot/channel/webhook/endpoint") && c.Method == "PUT":
			n["LINE webhook"]++
		case strings.HasSuffix(c.Path, "/v2/bot/richmenu") && c.Method == "POST":
			n["rich menus"]++
		case strings.HasSuffix(c.Path, "/content") && c.Method == "POST":
			n["menu pictures"]++
		case strings.HasSuffix(c.Path, "/v2/bot/richmenu/alias") && c.Method == "POST":
			n["aliases"]++
		case c.Method == "DELETE":
			n["deletions"]++
		case strings.HasSuffix(c.Path, "/setWebhook"):
			n["Telegram webhook"]++
		case strings.HasSuffix(c.Path, "/setMyCommands"):
			n["command lists"]++
		case strings.HasSuffix(c.Path, "/oauth2/v3/token"):
			n["tokens"]++
		}
	}
	return n
}

// TestSetupOnce: the platforms are told what they must know at the first start,
// and left alone at the next; a new address is told, and nothing else.
func TestSetupOnce(t *testing.T) {
	l := newLab(t, bolt.Options{}, nil)
	l.world.Settle(20 * time.Millisecond)
	first := l.made(0)
	for what, least := range map[string]int{"LINE webhook": 1, "Telegram webhook": 1, "rich menus": 6, "menu pictures": 6, "aliases": 6, "command lists": 4} {
		if first[what] < least || strings.HasSuffix(what, "webhook") && first[what] != 1 {
			t.Errorf("first start: %s %d times", what, first[what])
		}
	}
	again := func(change func(*Config)) map[string]int {
		l.stop()
		change(l.cfg)
		l.world.Clock.Advance(time.Minute)
		since := len(l.world.Wire.Calls())
		l.start(bolt.Options{})
		l.world.Settle(20 * time.Millisecond)
		return l.made(since)
	}
	if second := again(func(*Config) {}); len(second) != 0 {
		t.Errorf("second start: %v", second)
	}
	if l.line.Config().Webhook == "" {
		t.Error("the webhook is not set")
	}
	moved := again(func(c *Config) { c.PublicURL = "https://moved.example.com" })
	if moved["LINE webhook"] != 1 || moved["Telegram webhook"] != 1 || len(moved) != 2 {
		t.Errorf("with another address: %v", moved)
	}
	rotated := again(func(c *Config) { c.Channels[1].SecretToken = "another-secret-0000" })
	if rotated["Telegram webhook"] != 1 || len(rotated) != 1 {
		t.Errorf("with another secret: %v", rotated)
	}
}

// TestShortLivedTokens: without a long-lived token LINE is spoken to all day
// with tokens of a quarter of an hour.
func TestShortLivedTokens(t *testing.T) {
	l := newLab(t, bolt.Options{}, func(c *Config) { c.Channels[0].ChannelToken = "" })
	ann := l.line.Person("Ann", "en")
	ann.Follow()
	l.hears(ann, 1)
	for range 5 {
		l.passes(40 * time.Minute)
		ann.Say("/help")
		l.hears(ann, 1)
	}
	if n := l.made(0)["tokens"]; n < 5 || n > 20 {
		t.Errorf("%d tokens were fetched for 6 answers within 200 minutes", n)
	}
	for _, c := range l.world.Wire.Calls() {
		if !c.ToBot && c.Platform == "line" && c.Status == 401 {
			t.Errorf("%s was refused for its token", c.Path)
		}
	}
	l.world.Faults.Switch(sim.Rule{Fault: sim.ServerErr, Platform: "line", Path: "/oauth2/v3/token", Times: 1})
	l.passes(time.Hour)
	ann.Say("/help")
	if all := l.hears(ann, 1); len(all) == 0 {
		t.Error("one failed fetch silenced the channel")
	}
}
