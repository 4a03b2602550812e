package chance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// A free go a day, then points, until the day's limit; the next day begins anew.
func TestGoes(t *testing.T) {
	w := newWorld(t, nil)
	w.give(ann, 25)
	sum := loyalty.Points(25)
	for i, want := range []struct {
		cost loyalty.Points
		err  string
	}{{0, ""}, {10, ""}, {10, ""}} {
		o := w.offer(ann, "daily")
		if o.Price != want.cost || o.More != int64(4-i) || o.Err != nil {
			t.Errorf("go %d: price %d, %d more, %v", i+1, o.Price, o.More, o.Err)
		}
		x, err := w.play(ann, "daily")
		if short := new(loyalty.ShortError); errors.As(err, &short) && sum < want.cost {
			break // the wheel was not kind
		}
		if err != nil || x.Cost != want.cost || x.N != i+1 {
			t.Fatalf("go %d: %+v, %v", i+1, x, err)
		}
		if sum += x.Points - x.Cost; w.balance(ann) != sum {
			t.Errorf("go %d: %d points left, %d reckoned", i+1, w.balance(ann), sum)
		}
	}
	w.give(ann, 100)
	for range 4 {
		_, err := w.play(ann, "daily")
		var many *ManyError
		if errors.As(err, &many) && many.Most != 4 {
			t.Error(err)
		}
	}
	if o := w.offer(ann, "daily"); o.More != 0 || o.Err == nil {
		t.Errorf("after four goes: %+v", o)
	}
	day := w.p.Day(w.now)
	w.now = w.now.Add(24 * time.Hour)
	if o := w.offer(ann, "daily"); o.FreeNow != 1 || o.More != 4 || o.Err != nil {
		t.Errorf("the next day: %d free, %d more, %v", o.FreeNow, o.More, o.Err)
	}
	rep := w.check(day)
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		list, err := w.d.Drawn(r, ann, day)
		if len(list) != 4 || list[0].N != 1 || list[3].N != 4 {
			t.Errorf("their draws of the day: %+v", list)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if rep.Draws != 4 || rep.Seed == "" || rep.Commitment != w.d.Commitment(day) {
		t.Errorf("%+v", rep)
	}
	// Anybody who is told the seed afterwards can see that it is the one committed to.
	if seed := w.d.Seed(day); fmt.Sprintf("%x", seed[:]) != rep.Seed || seed.Commitment(day) != rep.Commitment {
		t.Error("the seed told is not the one that was committed to")
	}
}

// A prize that has run out is replaced by the one that was stated, and no more are
// given than there are, of its own stock and of its reward's.
func TestStockIsHonoured(t *testing.T) {
	w := newWorld(t, nil)
	won := map[string]int{}
	instead := 0
	for i := range 120 {
		m := loyalty.MemberID(fmt.Sprintf("01HM%022d", i))
		x, err := w.play(m, "daily")
		if err != nil {
			t.Fatal(err)
		}
		won[x.Given]++
		if x.Given != x.Drawn {
			instead++
			if x.Given != "five" || x.Points != 5 || w.balance(m) != 5 {
				t.Errorf("instead of %s: %+v", x.Drawn, x)
			}
		}
		if (x.Voucher != "") != (x.Given == "mug") {
			t.Errorf("voucher %q for %s", x.Voucher, x.Given)
		}
	}
	if won["mug"] != 2 || won["fifty"] != 3 || instead == 0 {
		t.Errorf("won %v, %d instead", won, instead)
	}
	for _, f := range w.offer(ann, "daily").Fields {
		if (f.ID == "mug" || f.ID == "fifty") && (f.Left == nil || *f.Left != 0) {
			t.Errorf("%s: %v left", f.ID, f.Left)
		}
	}
	if rep := w.check(w.p.Day(w.now)); rep.Seed != "" {
		t.Error("the seed was told before the day was over")
	}
}

// A purchase brings goes that end, and takes them with it when it comes back:
// those that were used with what they won.
func TestGoesOfAPurchase(t *testing.T) {
	w := newWorld(t, nil)
	w.sell(ann, 90, "small")
	if o := w.offer(ann, "visit"); !errors.Is(o.Err, ErrNoGo) {
		t.Errorf("after a small purchase: %v", o.Err)
	}
	first := w.sell(ann, 100, "first")
	w.now = w.now.Add(time.Hour)
	w.sell(ann, 500, "second")
	if o := w.offer(ann, "visit"); o.FreeNow != 4 || o.Price != 0 {
		t.Errorf("%d goes", o.FreeNow)
	}
	before := w.balance(ann)
	for range 3 {
		if x, err := w.play(ann, "visit"); err != nil || x.Points != 9 {
			t.Fatalf("%+v, %v", x, err)
		}
	}
	act := w.act(loyalty.ByStaff("sam"))
	if err := w.do(func(tx store.Tx) error {
		_, err := w.c.Refund(tx, first, act, loyalty.Return{})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	// Its two goes were used first, as the older ones; the third was the second purchase's.
	if got, want := w.balance(ann), before-10+9; got != want {
		t.Errorf("%d points, want %d", got, want)
	}
	if o := w.offer(ann, "visit"); o.FreeNow != 1 {
		t.Errorf("%d goes left", o.FreeNow)
	}
	w.now = w.now.Add(7 * 24 * time.Hour)
	if o := w.offer(ann, "visit"); o.FreeNow != 0 {
		t.Errorf("%d goes after a week", o.FreeNow)
	}
	w.check(w.p.Day(start))
}

// An employee who gives a go's points back takes what it won.
func TestUndoingAGo(t *testing.T) {
	w := newWorld(t, nil)
	w.give(ann, 100)
	var x Draw
	for x.Cost == 0 || x.Points == 0 { // until one that was paid for wins points
		var err error
		if x, err = w.play(ann, "daily"); err != nil {
			w.now = w.now.Add(24 * time.Hour)
		}
	}
	before := w.balance(ann)
	act := w.act(loyalty.ByStaff("sam"))
	if err := w.do(func(tx store.Tx) error { _, err := w.c.Undo(tx, x.Paid, act); return err }); err != nil {
		t.Fatal(err)
	}
	if got, want := w.balance(ann), before+x.Cost-x.Points; got != want {
		t.Errorf("%d points after a go of %d that won %d, want %d", got, x.Cost, x.Points, want)
	}
	w.check(x.Day)
}

// Two cards that are one person's have one free go a day between them.
func TestMergedCardsShareGoes(t *testing.T) {
	w := newWorld(t, nil)
	for _, m := range []loyalty.MemberID{ann, bob} {
		w.give(m, 1)
	}
	if _, err := w.play(bob, "daily"); err != nil {
		t.Fatal(err)
	}
	w.sell(bob, 100, "b")
	act := w.act(loyalty.ByStaff("sam"))
	if err := w.do(func(tx store.Tx) error { _, err := w.c.Merge(tx, bob, ann, act); return err }); err != nil {
		t.Fatal(err)
	}
	if o := w.offer(ann, "daily"); o.FreeNow != 0 || o.More != 3 {
		t.Errorf("%d free, %d more", o.FreeNow, o.More)
	}
	if x, err := w.play(ann, "visit"); err != nil || x.Go == "" {
		t.Errorf("bob's purchase brings ann no go: %+v, %v", x, err)
	}
	w.check(w.p.Day(w.now))
}

// Verify finds what was changed behind its back.
func TestVerifyFindsForgeries(t *testing.T) {
	for _, c := range []struct {
		name, want string
		forge      func(*Draw)
	}{
		{"another number", "the seed draws", func(x *Draw) { x.Number = (x.Number + 1) % loyalty.AllOdds }},
		{"another prize", "the number falls on", func(x *Draw) { x.Drawn, x.Given = "fifty", "fifty" }},
		{"given silently", "in the place of", func(x *Draw) { x.Given = "fifty" }},
		{"another go", "ticket should be", func(x *Draw) { x.Ticket = strings.Replace(x.Ticket, "/0001", "/0002", 1) }},
	} {
		w := newWorld(t, nil)
		x, err := w.play(ann, "daily")
		if err != nil || x.Given == "fifty" {
			t.Fatalf("%+v, %v", x, err)
		}
		c.forge(&x)
		if err := w.do(func(tx store.Tx) error {
			if err := lock(tx, ann); err != nil {
				return err
			}
			return draws.Put(tx, x, string(ann), x.Day, x.Game, number(x.N))
		}); err != nil {
			t.Fatal(err)
		}
		rep, err := w.d.Verify(context.Background(), w.db, x.Day, w.now)
		if err != nil || len(rep.Faults) != 1 || !strings.Contains(rep.Faults[0], c.want) {
			t.Errorf("%s: %v, %v", c.name, rep.Faults, err)
		}
	}
}

// Whichever write fails, nothing of a go stands, and trying again has it once.
func TestCrashAtEveryWrite(t *testing.T) {
	for n := 1; ; n++ {
		db := mem.New(mem.Twice)
		w := newWorld(t, db)
		w.give(ann, 30)
		if _, err := w.play(ann, "daily"); err != nil { // the free one
			t.Fatal(err)
		}
		before := w.balance(ann)
		db.CrashAt(n)
		act := w.act(loyalty.ByMember(ann))
		var x Draw
		err := db.Update(context.Background(), func(tx store.Tx) (err error) { x, err = w.d.Play(tx, ann, act, "daily"); return err })
		db.Reopen()
		if err == nil {
			if n < 5 {
				t.Errorf("only %d writes", n-1)
			}
			return
		}
		if got := w.balance(ann); got != before {
			t.Fatalf("write %d failed: %d points, there were %d", n, got, before)
		}
		if err := db.Update(context.Background(), func(tx store.Tx) (err error) { x, err = w.d.Play(tx, ann, act, "daily"); return err }); err != nil {
			t.Fatal(err)
		}
		if got := w.balance(ann); got != before-x.Cost+x.Points || x.N != 2 {
			t.Fatalf("after a crash at %d: %d points, %+v", n, got, x)
		}
		w.check(x.Day)
	}
}
