package main

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/chance"
	"regulars/store"
)

// TestDrawsVerifyCommand: a day is drawn again by the command, with the store closed
// and over the socket; its seed is told only once the day is over, and what does not
// follow from it is named, with a code that a script can tell.
func TestDrawsVerifyCommand(t *testing.T) {
	s := newShell(t)
	s.must("init")
	s.write("programme.toml", s.read("programme.toml")+`
[[wheel]]
id = "daily"
name = "Daily wheel"
free = 1
prize = [{ id = "none", odds = 99.99 }, { id = "ten", odds = 0.01, points = 10 }]

[packets]
most = 100
`)
	id := s.sale()
	if out := s.must("draws", "verify"); !strings.HasPrefix(out, "nothing was drawn on ") {
		t.Error(out)
	}
	s.refused(exitUsage, "is no day", "draws", "verify", "yesterday")
	var x chance.Draw
	var seed loyalty.Seed
	s.within(func(a *app, tx store.Tx) (err error) {
		now := a.clock.Now()
		act := book.Act{Op: "packet-1", Actor: loyalty.ByStaff("boss"), Role: "owner", Now: now.Add(-48 * time.Hour)}
		if _, err := a.shop.Chance.Make(tx, act, "7K2Q", 10, 2); err != nil {
			return err
		}
		x, err = a.shop.Chance.Play(tx, id, book.Act{Op: "play-1", Actor: loyalty.ByMember(id), Now: now}, "daily")
		seed = a.shop.Chance.Seed(a.shop.Rules(now).Day(now.Add(-24 * time.Hour)))
		return err
	})
	today := s.must("draws", "verify", x.Day)
	for _, want := range []string{x.Day, "seed        told when the day is over", "daily", "1 draw and 0 red packets follow from the seed"} {
		if !strings.Contains(today, want) {
			t.Errorf("%q is not in\n%s", want, today)
		}
	}
	// The packet closed yesterday: that is the seed which anybody may have now.
	over := s.must("draws", "verify")
	for _, want := range []string{hex.EncodeToString(seed[:]), "0 draws and 1 red packet follow from the seed"} {
		if !strings.Contains(over, want) {
			t.Errorf("%q is not in\n%s", want, over)
		}
	}
	// Somebody changes the file: the command says which draw is not the seed's.
	a := s.open()
	key := []byte("draw/" + string(id) + "/" + x.Day + "/daily/0001")
	err := a.db.Update(context.Background(), func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("member/" + string(id))); err != nil {
			return err
		}
		forged := x
		forged.Number = (x.Number + 1) % loyalty.AllOdds
		raw, err := store.Encode(forged)
		if err != nil {
			return err
		}
		return tx.Put(key, raw)
	})
	if e := a.db.Close(); err != nil || e != nil {
		t.Fatal(err, e)
	}
	s.refused(exitWrong, "the seed draws", "draws", "verify", x.Day)
}
