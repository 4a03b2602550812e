package handlers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/bottest"
	"regulars/bot/outbox"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// TestTranscriptsSMS plays conversations in a shop with a gateway for text
// messages.
func TestTranscriptsSMS(t *testing.T) {
	bottest.Run(t, "testdata/sms/*.txtar", cafeWithSMS, stores...)
}

// texts is a gateway whose messages are written down. It outlives restarts.
type texts struct {
	mu  sync.Mutex
	all []text
}

type text struct{ To, Text string }

func (*texts) Platform() bot.Platform            { return "sms" }
func (*texts) Wait(context.Context, bot.Address) {}

func (*texts) Encode(l bot.Letter, _ bool) ([]bot.Call, error) {
	if l.To.ID == "" {
		return nil, nil
	}
	body, err := json.Marshal(text{string(l.To.ID), l.Messages[0].Text})
	return []bot.Call{{Method: "send", Body: body, Cost: 1}}, err
}

func (g *texts) Send(_ context.Context, c bot.Call, _ string) bot.Result {
	var m text
	if err := json.Unmarshal(c.Body, &m); err != nil {
		return bot.Result{Outcome: bot.Rejected, Err: err}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, m)
	return bot.Result{Outcome: bot.Delivered}
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// last is the code in the newest message to a number; what else it says must
// be the same every time.
func (g *texts) last(to string) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := len(g.all) - 1; i >= 0; i-- {
		if g.all[i].To == to {
			return sixDigits.FindString(g.all[i].Text), nil
		}
	}
	return "", fmt.Errorf("no message to that number among %d", len(g.all))
}

func cafeWithSMS(t testing.TB, db store.DB, clock bot.Clock) bottest.Fixture {
	l := lotsOf(db)
	if l.texts == nil {
		l.texts = &texts{}
	}
	f := cafe(t, db, clock)
	s := l.shop
	s.SMS = "sms"
	outboxAsWell := f.Outbox
	f.Outbox = func(c *outbox.Config) {
		outboxAsWell(c)
		c.Channels["sms"] = l.texts
	}
	// sms gives the code last sent to a number: do> sms ann +886912345678
	f.Do["sms"] = func(_ context.Context, _ bot.Identity, to string) (string, error) { return l.texts.last(to) }
	// texts says how many were sent in all: do> texts ann 2
	f.Do["texts"] = func(_ context.Context, _ bot.Identity, want string) (string, error) {
		l.texts.mu.Lock()
		defer l.texts.mu.Unlock()
		if n := strconv.Itoa(len(l.texts.all)); n != want {
			return "", fmt.Errorf("%s messages went out, not %s", n, want)
		}
		return "", nil
	}
	return f
}

// brought is a customer of another system: do> brought ann 0912345678 150 Ann Lee
func brought(s *shop.Shop, db store.DB) deed {
	return func(ctx context.Context, _ bot.Identity, args string) (string, error) {
		words := strings.SplitN(args, " ", 3)
		phone, err := people.ParsePhone(words[0], "TW")
		if err != nil {
			return "", err
		}
		points, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil {
			return "", err
		}
		now := s.Clock.Now()
		p, err := s.Vault.Prepare(people.Imported{Source: "old", External: words[0], Name: words[2], Phone: phone}, now, s.Rand)
		if err != nil {
			return "", err
		}
		return "", db.Update(ctx, func(tx store.Tx) error {
			taken, err := s.Vault.Import(tx, []*people.Prepared{p}, now, s.Rand)
			if err != nil {
				return err
			}
			if taken[0].Err != nil {
				return taken[0].Err
			}
			return opening(tx, s, taken[0].Member, points, now.Add(400*24*time.Hour))
		})
	}
}

// opening is the balance that somebody brings along.
func opening(tx store.Tx, s *shop.Shop, id loyalty.MemberID, n int64, until time.Time) error {
	now := s.Clock.Now()
	_, err := s.Book.OpenBalance(tx, id, book.Act{
		Op: loyalty.OpID("opening-" + string(id)), Actor: loyalty.ByJob("import"), Reason: []byte("import"), Now: now, At: now,
	}, loyalty.Points(n), until)
	return err
}
