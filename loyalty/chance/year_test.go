package chance

import (
	"context"
	"errors"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/store"
)

// TestYearOfAFan lives a fan's year under the preset of a phone maker's fan club.
// What is certain is worked out by hand:
//
//	points   NT$10 is 1; accessories twice in the festival of 6 to 12 April; a tenth
//	         more for the sales after NT$20,000 of the year; 30 for joining; 300 for
//	         reaching the core at NT$60,000
//	goes     one at the wheel each day, then 20 points each, three a day in all; one
//	         scratch card for a purchase of NT$1,000 or more, good for 14 days
//	groups   a packet's pieces sum to it; 10 points for a right answer
//
// What is drawn is added as it was drawn, and each day is drawn again.
func TestYearOfAFan(t *testing.T) {
	w := newWorld(t, nil)
	text, _ := programme.Preset("brandclub")
	file, complaints := programme.Load(text)
	if complaints != nil {
		t.Fatal(complaints)
	}
	w.p = &file.Rules
	zone := file.Rules.Location()
	at := func(day string) {
		x, err := time.ParseInLocation(time.DateOnly, day, zone)
		if err != nil {
			t.Fatal(err)
		}
		w.now = x.Add(15 * time.Hour)
	}
	have, spent := loyalty.Points(0), loyalty.Points(0)
	step := func(day, what string, certain loyalty.Points, level string, do func() (drawn loyalty.Points)) {
		t.Helper()
		at(day)
		have += certain + do()
		if got := w.balance(ann); got != have {
			t.Errorf("%s, %s: %d points, %d reckoned", day, what, got, have)
			have = got
		}
		err := w.db.View(context.Background(), func(r store.Reader) error {
			p, _, err := w.d.Book.Progress(r, ann, w.now)
			if p.Standing.Level != level {
				t.Errorf("%s, %s: level %q, want %q", day, what, p.Standing.Level, level)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.check(w.p.Day(w.now))
	}
	buy := func(amount loyalty.Money, item string) func() loyalty.Points {
		return func() loyalty.Points {
			act := w.act(loyalty.ByStaff("sam"))
			sale := loyalty.Sale{Amount: amount, Lines: []loyalty.Line{{Item: item, Quantity: 1, Amount: amount}}}
			if err := w.do(func(tx store.Tx) error { _, err := w.c.Sale(tx, ann, act, sale); return err }); err != nil {
				t.Fatal(err)
			}
			return 0
		}
	}
	turn := func(game string, cost loyalty.Points) func() loyalty.Points {
		return func() loyalty.Points {
			x, err := w.play(ann, game)
			if err != nil || x.Cost != cost {
				t.Fatalf("%+v, %v", x, err)
			}
			spent += cost
			return x.Points
		}
	}
	none := func(game string, want error) func() loyalty.Points {
		return func() loyalty.Points {
			if _, err := w.play(ann, game); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", game, err, want)
			}
			return 0
		}
	}
	step("2026-01-05", "joins", 30, "", func() loyalty.Points {
		act := w.act(loyalty.ByMember(ann))
		if err := w.do(func(tx store.Tx) error { _, err := w.c.Join(tx, ann, act); return err }); err != nil {
			t.Fatal(err)
		}
		return 0
	})
	step("2026-01-05", "the day's free turn", 0, "", turn("daily", 0))
	step("2026-01-05", "no scratch card yet", 0, "", none("purchase", ErrNoGo))
	step("2026-01-10", "a phone for NT$15,000", 1500, "", buy(15_000, "phone"))
	step("2026-01-11", "the phone's scratch card", 0, "", turn("purchase", 0))
	step("2026-01-11", "which is used up", 0, "", none("purchase", ErrNoGo))
	step("2026-02-17", "a packet of 100 for four, and what the other three had", 100, "", func() loyalty.Points {
		k, err := w.make(100, 4)
		if err != nil {
			t.Fatal(err)
		}
		theirs := loyalty.Points(0)
		for i := range 4 {
			m := member(i)
			if i == 2 {
				m = ann
			}
			p, err := w.take(m, k.ID)
			if err != nil {
				t.Fatal(err)
			}
			if m != ann {
				theirs += p.Points
			}
		}
		return -theirs
	})
	step("2026-03-03", "a quiz answered right", 10, "", func() loyalty.Points {
		var run Run
		ask, act := w.manager(), w.act(loyalty.ByMember(ann))
		if err := w.do(func(tx store.Tx) (err error) { run, err = w.d.Ask(tx, ask, "7K2Q", "battery"); return err }); err != nil {
			t.Fatal(err)
		}
		if err := w.do(func(tx store.Tx) error { _, _, err := w.d.Answer(tx, ann, act, run.ID, 1); return err }); err != nil {
			t.Fatal(err)
		}
		return 0
	})
	step("2026-04-08", "earbuds for NT$3,490 in the festival: 349 twice", 698, "", buy(3_490, "earbuds"))
	step("2026-04-22", "whose scratch card is over after the 21st", 0, "", none("purchase", ErrNoGo))
	step("2026-05-02", "NT$2,000 more: 20,490 in the year", 200, "plus", buy(2_000, "phone"))
	var back loyalty.Ref
	step("2026-05-03", "NT$1,000 with a tenth more", 110, "plus", func() loyalty.Points { back = w.sell(ann, 1_000, "A-17"); return 0 })
	won := loyalty.Points(0)
	step("2026-05-03", "the card of the day before, which ends first", 0, "plus", turn("purchase", 0))
	step("2026-05-04", "the returned purchase's card", 0, "plus", func() loyalty.Points { won = turn("purchase", 0)(); return won })
	step("2026-05-06", "it comes back, with what its card won", -110, "plus", func() loyalty.Points {
		act := w.act(loyalty.ByStaff("sam"))
		if err := w.do(func(tx store.Tx) error { _, err := w.c.Refund(tx, back, act, loyalty.Return{}); return err }); err != nil {
			t.Fatal(err)
		}
		return -won
	})
	step("2026-07-01", "a screen protector for 200 points", -200, "plus", func() loyalty.Points {
		act := w.act(loyalty.ByMember(ann))
		if err := w.do(func(tx store.Tx) error {
			v, _, err := w.d.Vouchers.Redeem(tx, ann, act, "film")
			if err != nil {
				return err
			}
			use := w.act(loyalty.ByStaff("sam"))
			_, _, err = w.d.Vouchers.Use(tx, w.d.Vouchers.CodeOf(v), use)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return 0
	})
	step("2026-08-01", "a free turn", 0, "plus", turn("daily", 0))
	step("2026-08-01", "a turn for 20", -20, "plus", turn("daily", 20))
	step("2026-08-01", "another for 20", -20, "plus", turn("daily", 20))
	step("2026-08-01", "and no fourth", 0, "plus", func() loyalty.Points {
		var many *ManyError
		if _, err := w.play(ann, "daily"); !errors.As(err, &many) || many.Most != 3 {
			t.Error(err)
		}
		return 0
	})
	step("2026-12-20", "a phone for NT$45,000 with a tenth more: 65,490 in the year, and 300 for the core", 4950+300, "core", buy(45_000, "phone"))
	if rep := w.check("2026-08-01"); rep.Draws != 3 || rep.Seed == "" || spent != 40 {
		t.Errorf("%+v, %d spent at the wheel", rep, spent)
	}
	at("2027-12-31")
	if got := w.balance(ann); got != have {
		t.Errorf("on the last day: %d points of %d", got, have)
	}
	at("2028-01-01")
	if got := w.balance(ann); got != 0 {
		t.Errorf("after it: %d points", got)
	}
}
