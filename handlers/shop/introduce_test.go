package shop

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"regulars/bot"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/mem"
)

// Who first spoke in a group, where LINE tells neither name nor language, is
// asked about at their first private word: else they would be spoken to in the
// shop's language for ever.
func TestWhoWasMetInAGroupIsIntroduced(t *testing.T) {
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	s := New(v, func(time.Time) *programme.Programme { return p }, bot.SystemClock{}, rand.Reader, slog.New(slog.DiscardHandler))
	db, ctx := mem.New(), context.Background()
	meet := func(e bot.Event) (who bot.Person) {
		t.Helper()
		if err := db.Update(ctx, func(tx store.Tx) (err error) {
			who, err = s.Meet(tx, &e, time.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return who
	}
	group := bot.Event{Channel: "main", From: "U1", Kind: bot.Said, Chat: bot.Chat{Channel: "main", ID: "C1", Group: true}}
	if who := meet(group); who.Lang != "zh-TW" {
		t.Fatalf("in the group: %q", who.Lang)
	}

	asked := 0
	shy := func(context.Context, bot.UserID) (bot.Profile, error) { asked++; return bot.Profile{}, nil }
	open := func(context.Context, bot.UserID) (bot.Profile, error) {
		asked++
		return bot.Profile{Name: "花子", Language: "ja"}, nil
	}
	says := func(kind bot.EventKind, profile func(context.Context, bot.UserID) (bot.Profile, error)) bot.Person {
		t.Helper()
		e := bot.Event{Channel: "main", From: "U1", Kind: kind, Chat: bot.Chat{Channel: "main", ID: "U1"}}
		if err := s.Introduce(ctx, db, &e, profile); err != nil {
			t.Fatal(err)
		}
		return meet(e)
	}
	says(bot.Said, shy)
	if says(bot.Said, shy); asked != 1 {
		t.Errorf("whom LINE says nothing of was asked about %d times", asked)
	}
	if who := says(bot.Followed, open); who.Lang != "ja" || asked != 2 {
		t.Errorf("a friend now: %q, asked %d times", who.Lang, asked)
	}
	if says(bot.Said, open); asked != 2 {
		t.Errorf("somebody with a name was asked about again")
	}

	asked = 0
	for range 3 { // a stranger of whom nothing is told
		e := bot.Event{Channel: "main", From: "U2", Kind: bot.Said, Chat: bot.Chat{Channel: "main", ID: "U2"}}
		if err := s.Introduce(ctx, db, &e, shy); err != nil {
			t.Fatal(err)
		}
		meet(e)
	}
	if asked != 1 {
		t.Errorf("a stranger was asked about %d times", asked)
	}
}
