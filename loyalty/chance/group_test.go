package chance

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
	"regulars/store/bolt"
)

// make makes a packet, or says why not.
func (w *world) make(n loyalty.Points, pieces int) (k Packet, err error) {
	act := w.manager()
	err = w.do(func(tx store.Tx) (err error) { k, err = w.d.Make(tx, act, "7K2Q", n, pieces); return err })
	return k, err
}

func (w *world) manager() book.Act {
	act := w.act(boss)
	act.Role, act.Self = "manager", "01HBOSS0000000000000000000"
	return act
}

func (w *world) take(m loyalty.MemberID, id string) (p Piece, err error) {
	act := w.act(loyalty.ByMember(m))
	err = w.do(func(tx store.Tx) (err error) { p, err = w.d.Take(tx, m, act, id); return err })
	return p, err
}

func member(i int) loyalty.MemberID { return loyalty.MemberID(fmt.Sprintf("01HM%022d", i)) }

// Everybody has one piece, the pieces sum to the packet, and the maker has none.
func TestPacket(t *testing.T) {
	w := newWorld(t, nil)
	k, err := w.make(100, 7)
	if err != nil {
		t.Fatal(err)
	}
	sum := loyalty.Points(0)
	for i := range 7 {
		p, err := w.take(member(i), k.ID)
		if err != nil || p.Points < 1 || p.Place != i+1 || w.balance(member(i)) != p.Points {
			t.Fatalf("%+v, %v", p, err)
		}
		sum += p.Points
		if again, err := w.take(member(i), k.ID); err != nil || !again.Again || again.Points != p.Points || w.balance(member(i)) != p.Points {
			t.Errorf("again: %+v, %v", again, err)
		}
	}
	if sum != 100 {
		t.Errorf("the pieces sum to %d", sum)
	}
	if _, err := w.take(member(8), k.ID); !errors.Is(err, ErrEmpty) {
		t.Error(err)
	}
	if _, err := w.take("01HBOSS0000000000000000000", k.ID); !errors.Is(err, loyalty.ErrSelf) {
		t.Error(err)
	}
	if _, err := w.take(ann, "NOSUCH"); !errors.Is(err, ErrNoPacket) {
		t.Error(err)
	}
	if rep := w.check(k.Cuts); rep.Packets != 1 {
		t.Errorf("%+v", rep)
	}
}

// The programme's bounds, the day's budget and the employee's own caps hold; what
// is not taken goes back.
func TestPacketBudget(t *testing.T) {
	w := newWorld(t, nil)
	limit := func(err error, span loyalty.Span, n loyalty.Points) {
		t.Helper()
		var e *loyalty.LimitError
		if !errors.As(err, &e) || e.Span != span || e.Limit != n {
			t.Errorf("refused %v, want the limit of %d per %s", err, n, span)
		}
	}
	_, err := w.make(201, 5)
	limit(err, loyalty.SpanAct, 200)
	var many *loyalty.PiecesError
	if _, err := w.make(200, 51); !errors.As(err, &many) || many.Most != 50 {
		t.Error(err)
	}
	for _, pieces := range []int{0, -1, 11} {
		if _, err := w.make(10, pieces); !errors.Is(err, loyalty.ErrAmount) {
			t.Errorf("%d pieces: %v", pieces, err)
		}
	}
	first, err := w.make(200, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.make(150, 3); err != nil {
		t.Fatal(err)
	}
	_, err = w.make(1, 1)
	limit(err, loyalty.SpanDay, 350) // the packets' own budget
	w.p.Play.Packets.Day = 0
	_, err = w.make(51, 1)
	limit(err, loyalty.SpanDay, 400) // the manager's
	p, err := w.take(ann, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.now = first.Until
	if _, err := w.take(bob, first.ID); !errors.Is(err, ErrLate) {
		t.Error(err)
	}
	told := 0
	n, err := w.d.Close(context.Background(), w.db, w.now, func(_ store.Tx, c Closed) error { told++; return nil })
	if err != nil || n != 2 {
		t.Errorf("%d closed, %v", n, err)
	}
	if n, err := w.d.Close(context.Background(), w.db, w.now, nil); err != nil || n != 0 {
		t.Errorf("closed again: %d, %v", n, err)
	}
	var row playDay
	var by book.DaySum
	err = w.db.View(context.Background(), func(r store.Reader) (err error) {
		if row, _, err = playDays.Get(r, first.Day); err == nil {
			by, err = w.d.Book.Day(r, boss, first.Day)
		}
		return err
	})
	if err != nil || row.Packets != p.Points || by.GivePoints != p.Points {
		t.Errorf("the day holds %+v, the manager's %+v, after %d points were taken, %v", row, by, p.Points, err)
	}
	w.check(first.Day)
}

// What is handed out in groups and what is given by hand are one cap a day, in
// whatever order, and an owner sees both in the employee's day.
func TestPacketsAndGiftsAreOneCap(t *testing.T) {
	for _, packetFirst := range []bool{true, false} {
		w := newWorld(t, nil)
		packet := func() error { _, err := w.make(200, 2); return err }
		byHand := func() error {
			act := w.manager()
			return w.do(func(tx store.Tx) error { _, err := w.d.Book.Give(tx, ann, act, 250); return err })
		}
		steps := []func() error{byHand, packet}
		if packetFirst {
			steps = []func() error{packet, byHand}
		}
		if err := steps[0](); err != nil {
			t.Fatal(err)
		}
		var limit *loyalty.LimitError
		if err := steps[1](); !errors.As(err, &limit) || limit.Span != loyalty.SpanDay || limit.Limit != 400 {
			t.Errorf("packet first: %v: the second act: %v", packetFirst, err)
		}
	}
}

// Nobody is told the seed that cuts a packet while there are pieces of it, and the
// day of its end is where it is cut again.
func TestPacketIsSealedWhileOpen(t *testing.T) {
	w := newWorld(t, nil)
	w.p.Play.Packets.OpenFor = 168 * time.Hour
	k, err := w.make(100, 3)
	if err != nil {
		t.Fatal(err)
	}
	for w.now = start; w.now.Before(k.Until); w.now = w.now.Add(6 * time.Hour) {
		if seed := w.d.Revealed(k.Cuts, w.now); seed != "" {
			t.Fatalf("at %v: the seed %s is told", w.now, seed)
		}
	}
	w.now = k.Until.Add(-time.Minute)
	if _, err := w.take(ann, k.ID); err != nil {
		t.Fatal(err)
	}
	w.now = k.Until.Add(24 * time.Hour)
	if rep := w.check(k.Cuts); rep.Packets != 1 || rep.Seed == "" || rep.Commitment == "" {
		t.Errorf("%+v", rep)
	}
}

// One packet that cannot be closed keeps no other open.
func TestOneBadPacketStopsNoOther(t *testing.T) {
	w := newWorld(t, nil)
	bad, err := w.make(20, 2)
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	good, err := w.make(30, 2)
	if err != nil {
		t.Fatal(err)
	}
	w.now = good.Until
	n, err := w.d.Close(context.Background(), w.db, w.now, func(_ store.Tx, c Closed) error {
		if c.Packet.ID == bad.ID {
			return errors.New("nobody to tell")
		}
		return nil
	})
	if n != 1 || err == nil {
		t.Errorf("%d closed, %v", n, err)
	}
	var list []Packet
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		list, err = w.d.Packets(r, start, 1, nil)
		return err
	}); err != nil || len(list) != 1 || list[0].ID != good.ID || !list[0].Closed {
		t.Errorf("the newest packet: %+v, %v", list, err)
	}
}

// Who leaves and joins again has no second free go that day, no second piece and no
// second answer; what is handed out later is theirs as anybody's.
func TestLeavingBringsNothingTwice(t *testing.T) {
	w := newWorld(t, nil)
	again := loyalty.MemberID("01HANNAGAIN000000000000000")
	joined := start.Add(2 * time.Hour)
	w.d.Facts = func(_ store.Reader, m loyalty.MemberID) (loyalty.Facts, error) {
		return loyalty.Facts{Joined: joined, Returned: m == again}, nil
	}
	k, err := w.make(100, 7)
	if err != nil {
		t.Fatal(err)
	}
	var run Run
	act := w.manager()
	if err := w.do(func(tx store.Tx) (err error) { run, err = w.d.Ask(tx, act, "7K2Q", "bean"); return err }); err != nil {
		t.Fatal(err)
	}
	w.now = joined.Add(time.Minute)
	if o := w.offer(again, "daily"); o.FreeNow != 0 || o.More != 0 {
		t.Errorf("%d free goes, %d in all, on the day of coming back", o.FreeNow, o.More)
	}
	if o := w.offer(bob, "daily"); o.FreeNow != 1 {
		t.Errorf("somebody else has %d", o.FreeNow)
	}
	if _, err := w.take(again, k.ID); !errors.Is(err, ErrReturned) {
		t.Errorf("a piece: %v", err)
	}
	w.now = run.Until.Add(-time.Minute)
	joined = run.At.Add(time.Minute)
	answer := w.act(loyalty.ByMember(again))
	if err := w.do(func(tx store.Tx) error { _, _, err := w.d.Answer(tx, again, answer, run.ID, 1); return err }); !errors.Is(err, ErrReturned) {
		t.Errorf("an answer: %v", err)
	}
	w.now = start.Add(24 * time.Hour)
	if o := w.offer(again, "daily"); o.FreeNow != 1 || o.More != 4 {
		t.Errorf("%d free goes, %d in all, on the day after", o.FreeNow, o.More)
	}
	later, err := w.make(20, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.take(again, later.ID); err != nil {
		t.Errorf("a piece of what came later: %v", err)
	}
}

// Fifty at once on the last piece: one has it.
func TestFiftyOnTheLastPiece(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chance.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w := newWorld(t, db)
	k, err := w.make(40, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if _, err := w.take(member(100+i), k.ID); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	won, other := make(chan loyalty.Points, 50), make(chan error, 50)
	for i := range 50 {
		act := w.act(loyalty.ByMember(member(i)))
		all.Go(func() {
			var p Piece
			err := db.Update(context.Background(), func(tx store.Tx) (err error) { p, err = w.d.Take(tx, member(i), act, k.ID); return err })
			if err != nil {
				other <- err
			} else {
				won <- p.Points
			}
		})
	}
	all.Wait()
	close(won)
	close(other)
	if len(won) != 1 {
		t.Errorf("%d have the last piece", len(won))
	}
	for err := range other {
		if !errors.Is(err, ErrEmpty) {
			t.Error(err)
		}
	}
	w.check(k.Day)
}

// The first right answers get the points, each person's first answer counts, and
// what nobody won goes back.
func TestQuiz(t *testing.T) {
	w := newWorld(t, nil)
	var run Run
	act := w.manager()
	if err := w.do(func(tx store.Tx) (err error) { run, err = w.d.Ask(tx, act, "7K2Q", "bean"); return err }); err != nil {
		t.Fatal(err)
	}
	answer := func(i, choice int) (g Guess, err error) {
		act := w.act(loyalty.ByMember(member(i)))
		err = w.do(func(tx store.Tx) (err error) { _, g, err = w.d.Answer(tx, member(i), act, run.ID, choice); return err })
		return g, err
	}
	for i, c := range []struct {
		choice int
		points loyalty.Points
		place  int
	}{{0, 0, 0}, {1, 10, 1}, {0, 0, 0}, {1, 10, 2}, {1, 0, 0}} {
		g, err := answer(i, c.choice)
		if err != nil || g.Points != c.points || g.Place != c.place || g.Right != (c.choice == 1) || w.balance(member(i)) != c.points {
			t.Errorf("answer %d: %+v, %v", i, g, err)
		}
	}
	if g, err := answer(0, 1); !errors.Is(err, ErrGuessed) || g.Choice != 0 || w.balance(member(0)) != 0 {
		t.Errorf("a second answer: %+v, %v", g, err)
	}
	if _, err := answer(9, 2); !errors.Is(err, ErrNoQuiz) {
		t.Error(err)
	}
	w.now = run.Until
	if _, err := answer(10, 1); !errors.Is(err, ErrLate) {
		t.Error(err)
	}
	if n, err := w.d.Close(context.Background(), w.db, w.now, nil); err != nil || n != 1 {
		t.Errorf("%d closed, %v", n, err)
	}
	w.check(run.Day)
}

// A manager's own question is theirs to ask, within the programme's bounds.
func TestOwnQuiz(t *testing.T) {
	w := newWorld(t, nil)
	act := w.manager()
	q := Question{Text: "Which?", Points: 20, First: 5}
	q.Choices, q.Answer = w.d.Mix(act.Op, []string{"right", "a", "b", "c"})
	if q.Choices[q.Answer] != "right" {
		t.Errorf("mixed to %v, %d", q.Choices, q.Answer)
	}
	var id string
	if err := w.do(func(tx store.Tx) (err error) { id, err = w.d.Draft(tx, act, q); return err }); err != nil {
		t.Fatal(err)
	}
	q.First = 6
	if err := w.do(func(tx store.Tx) error { _, err := w.d.Draft(tx, w.manager(), q); return err }); err == nil {
		t.Error("120 points of 100 were taken")
	}
	other := w.act(loyalty.ByStaff("sam"))
	if err := w.do(func(tx store.Tx) error { _, err := w.d.Ask(tx, other, "7K2Q", id); return err }); !errors.Is(err, ErrNoQuiz) {
		t.Error(err)
	}
	ask := w.manager()
	if err := w.do(func(tx store.Tx) error { _, err := w.d.Ask(tx, ask, "7K2Q", id); return err }); err != nil {
		t.Error(err)
	}
}

// What was kept long enough goes, and nothing else.
func TestSweep(t *testing.T) {
	w := newWorld(t, nil)
	if _, err := w.play(ann, "daily"); err != nil {
		t.Fatal(err)
	}
	k, err := w.make(10, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.take(ann, k.ID); err != nil {
		t.Fatal(err)
	}
	if n, err := Sweep(context.Background(), w.db, w.now.Add(Kept-time.Hour)); n != 0 || err != nil {
		t.Errorf("%d rows went too early, %v", n, err)
	}
	n, err := Sweep(context.Background(), w.db, w.now.Add(Kept+72*time.Hour))
	if n < 7 || err != nil { // a draw, its day, two seeds, a packet, a piece, a day's budget
		t.Errorf("%d rows went, %v", n, err)
	}
}
