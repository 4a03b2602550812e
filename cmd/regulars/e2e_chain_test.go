package main

import (
	"testing"

	"regulars/bot"
	"regulars/bot/bottest"
)

// TestTranscriptsChainOverHTTP plays the conversations of a chain with two LINE
// accounts of one provider, and Telegram.
func TestTranscriptsChainOverHTTP(t *testing.T) {
	bottest.RunHTTP(t, "../../handlers/testdata/chain/*.txtar", func(t testing.TB, w *bottest.World) bottest.Program {
		cfg := bottestConfig(w)
		cfg.Channels[0].Provider = "acme"
		cfg.Channels = append(cfg.Channels, ChannelConfig{
			Name: "line2", Kind: bot.LINE, Provider: "acme", ChannelID: bottest.SecondID, ChannelSecret: bottest.SecondSecret,
			ChannelToken: bottest.SecondToken, BasicID: bottest.SecondBasicID, APIBase: w.Sim.LineAPI(), DataAPIBase: w.Sim.LineDataAPI(),
		})
		return bootAppBy(t, w, cfg)
	}, 0)
}
