package main

import (
	"strings"

	"regulars/bot"
)

// kin are the channels on which a user id is the same person's, by channel: the
// LINE channels that name one provider, and all bots of one Telegram, whose ids
// are the same for every bot. Another api_base may be another Telegram (a trial's,
// a simulator's), where whoever likes has anybody's id; so is the one for tests,
// which a token ending in /test reaches.
func (c *Config) kin() map[string][]string {
	groups := map[string][]string{}
	for _, ch := range c.Channels {
		switch {
		case ch.Kind == bot.Telegram:
			key := string(bot.Telegram) + "/" + strings.TrimRight(ch.APIBase, "/")
			if strings.HasSuffix(ch.Token, "/test") {
				key += "/test"
			}
			groups[key] = append(groups[key], string(ch.Name))
		case ch.Provider != "":
			key := string(bot.LINE) + "/" + ch.Provider
			groups[key] = append(groups[key], string(ch.Name))
		}
	}
	all := map[string][]string{}
	for _, names := range groups {
		for _, name := range names {
			if len(names) > 1 {
				all[name] = names
			}
		}
	}
	return all
}
