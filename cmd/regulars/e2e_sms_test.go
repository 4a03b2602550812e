package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/bottest"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// TestTranscriptsSMSOverHTTP plays the conversations of a shop with a gateway
// for text messages: through the real adapter and the simulator's gateway.
func TestTranscriptsSMSOverHTTP(t *testing.T) {
	t.Parallel()
	bottest.RunHTTP(t, "../../handlers/testdata/sms/*.txtar", func(t testing.TB, w *bottest.World) bottest.Program {
		cfg := bottestConfig(w)
		cfg.SMS = simSMS(w.Sim)
		p := bootAppBy(t, w, cfg)
		p.Do["sms"] = func(ctx context.Context, _ bot.Identity, to string) (string, error) {
			if err := unspoken(ctx, p.Idle); err != nil {
				return "", err
			}
			all := w.Sim.Texts(to)
			if len(all) == 0 {
				return "", fmt.Errorf("no message to %s", to)
			}
			return sixDigits.FindString(all[len(all)-1].Text), nil
		}
		p.Do["texts"] = func(ctx context.Context, _ bot.Identity, want string) (string, error) {
			if err := unspoken(ctx, p.Idle); err != nil {
				return "", err
			}
			if n := strconv.Itoa(len(w.Sim.Texts(""))); n != want {
				return "", fmt.Errorf("%s messages went out, not %s", n, want)
			}
			return "", nil
		}
		return p
	}, 0)
}

// unspoken waits until nothing is waiting to be said.
func unspoken(ctx context.Context, idle func(context.Context) (bool, error)) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(patience); ; {
		if yes, err := idle(ctx); err != nil || yes {
			return err
		}
		select {
		case <-tick.C:
		case <-late:
			return fmt.Errorf("something is still waiting to be said")
		}
	}
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// brought is a customer of another system: do> brought ann 0912345678 150 Ann Lee
func brought(a *app) deed {
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
		return "", bringIn(ctx, a, words[0], words[2], phone, loyalty.Points(points))
	}
}

// bringIn makes a member without a chat, with points, as an import does.
func bringIn(ctx context.Context, a *app, external, name string, phone people.Phone, points loyalty.Points) error {
	now := a.clock.Now()
	p, err := a.shop.Vault.Prepare(people.Imported{Source: "old", External: external, Name: name, Phone: phone}, now, rand.Reader)
	if err != nil {
		return err
	}
	return a.db.Update(ctx, func(tx store.Tx) error {
		taken, err := a.shop.Vault.Import(tx, []*people.Prepared{p}, now, rand.Reader)
		if err != nil {
			return err
		}
		if taken[0].Err != nil {
			return taken[0].Err
		}
		_, err = a.shop.Book.OpenBalance(tx, taken[0].Member, book.Act{
			Op: loyalty.OpID("opening-" + string(taken[0].Member)), Actor: loyalty.ByJob("import"), Reason: []byte("import"), Now: now, At: now,
		}, points, now.Add(400*24*time.Hour))
		return err
	})
}
