package outbox

import (
	"context"
	"fmt"
	"testing"
	"time"

	"regulars/bot"
	"regulars/store"
	"regulars/store/mem"
)

// BenchmarkPutAnswer is what a turn pays for its answer, sealing included.
func BenchmarkPutAnswer(b *testing.B) {
	people := newPeople()
	o, err := New(Config{DB: mem.New(), Persons: people, Channels: map[bot.ChannelName]Channel{"main": newPlatform(bot.LINE)}})
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	to := bot.Address{Chat: bot.Chat{Channel: "main", ID: "U0123456789abcdef0123456789abcdef"}}
	in := bot.Intent{
		Channel: "main", Lane: people.Lane(to.Chat), Person: person("ann"), Class: bot.Answer, Born: now,
		Letter: bot.Letter{To: to, Reply: token("x", now.Add(time.Minute)), Messages: []bot.Message{{
			Title: "120 points", Text: "You have 120 points at the café.", Rows: []bot.Row{{Label: "Next to expire", Value: "20 on 31 December"}},
			Buttons: []bot.Button{{Label: "Card", Do: bot.DoCommand, Value: "card"}, {Label: "History", Do: bot.DoCommand, Value: "history"}},
		}}},
	}
	b.ReportAllocs()
	err = o.cfg.DB.Update(context.Background(), func(tx store.Tx) error {
		for i := range b.N {
			in.ID = bot.IntentID(fmt.Sprintf("main.%08d.a", i))
			if err := o.Put(tx, now, in); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
