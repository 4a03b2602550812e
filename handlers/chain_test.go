package handlers_test

import (
	"testing"

	"regulars/bot"
	"regulars/bot/bottest"
	"regulars/handlers/shop"
	"regulars/store"
)

// TestTranscriptsChain plays conversations with a chain: two LINE accounts of one
// provider, and Telegram.
func TestTranscriptsChain(t *testing.T) {
	bottest.Run(t, "testdata/chain/*.txtar", chain, stores...)
}

func chain(t testing.TB, db store.DB, clock bot.Clock) bottest.Fixture {
	f := cafe(t, db, clock)
	s := lotsOf(db).shop
	s.Channels = append(s.Channels, shop.Channel{Name: "line2", Platform: bot.LINE, Handle: "@cafe2"})
	both := []string{"line", "line2"}
	s.Vault.Kin = map[string][]string{"line": both, "line2": both}
	return f
}
