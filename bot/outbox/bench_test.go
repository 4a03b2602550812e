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

// BenchmarkAnswer is an answer's whole way, from Put to its mark, with a
// platform that takes no time.
func BenchmarkAnswer(b *testing.B) {
	people := newPeople()
	line := &quick{newPlatform(bot.LINE)}
	o, err := New(Config{DB: mem.New(), Persons: people, Channels: map[bot.ChannelName]Channel{"main": line},
		Paces: map[bot.ChannelName]Pace{"main": {}}})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- o.Run(ctx) }()
	b.ReportAllocs()
	for i := range b.N {
		to := bot.Address{Chat: bot.Chat{Channel: "main", ID: bot.ChatID(fmt.Sprint("U", i%1000))}}
		now := time.Now()
		in := bot.Intent{
			ID: bot.IntentID(fmt.Sprintf("main.%08d.a", i)), Channel: "main", Lane: people.Lane(to.Chat), Person: person("ann"),
			Class: bot.Answer, Born: now,
			Letter: bot.Letter{To: to, Reply: token("x", now.Add(time.Minute)), Messages: []bot.Message{{Text: "120 points"}}},
		}
		if err := o.cfg.DB.Update(ctx, func(tx store.Tx) error { return o.Put(tx, now, in) }); err != nil {
			b.Fatal(err)
		}
		o.Nudge(in)
	}
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	err = o.cfg.DB.View(context.Background(), func(r store.Reader) error {
		list, err := o.Stats(r, time.Now().Add(-time.Hour), time.Now())
		if n := list[len(list)-1].Free; err == nil && int(n) != b.N {
			err = fmt.Errorf("%d of %d answers were sent", n, b.N)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// quick is a platform without a memory.
type quick struct{ *platform }

func (*quick) Send(context.Context, bot.Call, string) bot.Result {
	return bot.Result{Outcome: bot.Delivered}
}
