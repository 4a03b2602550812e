package admin_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/admin"
	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/mem"
)

// still is a clock that stands.
type still struct{}

func (still) Now() time.Time                         { return time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC) }
func (still) After(d time.Duration) <-chan time.Time { return time.After(d) }

// mute is a channel that nothing is sent on.
type mute struct{ bot.Sender }

func (mute) Platform() bot.Platform { return bot.LINE }

// newDesk is a desk over a strict store in memory, whose bot has one command
// that works only once broken is false.
func newDesk(t *testing.T, broken *bool) admin.Desk {
	t.Helper()
	vault, err := people.NewVault([]byte(strings.Repeat("k", people.MasterSize)))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := programme.Preset("cafe")
	p, _ := programme.Load(text)
	s := shop.New(vault, func(time.Time) *programme.Programme { return p }, still{}, rand.Reader, slog.New(slog.DiscardHandler))
	d := admin.Desk{DB: mem.New(), Shop: s}
	s.Rollups.DB = d.DB
	d.Bot = s.Bot(&bot.Command{Name: "tea", Place: bot.Private, Run: func(*bot.Turn) error {
		if *broken {
			return errors.New("the kettle is cold")
		}
		return nil
	}})
	if d.Outbox, err = outbox.New(outbox.Config{
		DB: d.DB, Persons: &s.Persons, Clock: still{}, Channels: map[bot.ChannelName]outbox.Channel{"main": mute{}},
	}); err != nil {
		t.Fatal(err)
	}
	d.Bot.DB, d.Bot.Outbox = d.DB, d.Outbox
	return d
}

// do runs an operation and gives what it said.
func do(t *testing.T, d admin.Desk, op string, args map[string]string) (string, error) {
	t.Helper()
	var said strings.Builder
	err := d.Ops()[op](t.Context(), args, func(l admin.Line) {
		if l.Progress == 0 {
			said.WriteString(l.Text + "\n")
		}
	})
	return said.String(), err
}

func TestDeadLetterIsReplayedOnceItsCauseIsGone(t *testing.T) {
	broken := true
	d := newDesk(t, &broken)
	chat := bot.Chat{Channel: "main", ID: "U1"}
	err := d.Bot.Handle(t.Context(), []bot.Event{{
		ID: "e1", Channel: "main", Platform: bot.LINE, Kind: bot.Said, At: still{}.Now(), Chat: chat, From: "U1", Text: "/tea with lemon",
	}})
	if err != nil {
		t.Fatal(err)
	}
	list, err := do(t, d, "dead-list", nil)
	if err != nil || !strings.Contains(list, "the kettle is cold") || strings.Contains(list, "lemon") {
		t.Fatalf("%v\n%s", err, list)
	}
	ref := strings.Fields(strings.Split(list, "\n")[1])[0]
	broken = false
	if said, err := do(t, d, "dead-replay", map[string]string{"ref": " " + strings.ToLower(ref)}); err != nil || !strings.Contains(said, ref) {
		t.Fatalf("%v: %s", err, said)
	}
	if list, _ := do(t, d, "dead-list", nil); list != "no dead letters\n" {
		t.Error(list)
	}
}

func TestDamagedStoreFailsVerify(t *testing.T) {
	d := newDesk(t, new(bool))
	d.Check = func(context.Context, func(done, total uint64)) error { return store.ErrDamaged }
	if said, err := do(t, d, "verify", nil); !errors.Is(err, store.ErrDamaged) || strings.Contains(said, "whole") {
		t.Errorf("%v: %s", err, said)
	}
}

func TestStatsNameAStop(t *testing.T) {
	d := newDesk(t, new(bool))
	err := d.DB.Update(t.Context(), func(tx store.Tx) error { return outbox.Hold(tx, "restored a backup", still{}.Now()) })
	if err != nil {
		t.Fatal(err)
	}
	said, err := do(t, d, "stats", nil)
	if err != nil || !strings.Contains(said, "*: restored a backup, since 2026-01-05 10:00, until lifted") {
		t.Errorf("%v\n%s", err, said)
	}
}
