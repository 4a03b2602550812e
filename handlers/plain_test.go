package handlers_test

import (
	"testing"

	"regulars/bot"
	"regulars/bot/bottest"
	"regulars/loyalty/programme"
	"regulars/store"
)

// plainProgramme has points and nothing else: no level, card, reward, gift or
// referral.
const plainProgramme = `
version   = 1 
country   = "TW"
zone      = "Asia/Taipei"
currency  = "TWD"
languages = ["zh-TW", "en"]
name      = { en = "Bare Café", zh-TW = "白屋咖啡" }
[[store]]
id = "main"
name = "Bare Café"
[earn]
points = 1
per = 10
[expiry]
kind = "never"
`

// TestTranscriptsPlain plays conversations in a shop whose programme has nothing
// but points: no word may promise more.
func TestTranscriptsPlain(t *testing.T) {
	bottest.Run(t, "testdata/plain/*.txtar", plain, stores...)
}

func plain(t testing.TB, db store.DB, clock bot.Clock) bottest.Fixture {
	if l := lotsOf(db); l.rules == nil {
		p, complaints := programme.Load([]byte(plainProgramme))
		if len(complaints) > 0 {
			t.Fatal(complaints)
		}
		l.rules = &rulebook{text: plainProgramme, all: []*programme.Programme{p}}
	}
	return cafe(t, db, clock)
}
