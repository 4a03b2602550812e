package event

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

var taipei = time.FixedZone("Taipei", 8*60*60)

// fataler is a test, or a property's run.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

type world struct {
	t    fataler
	db   store.DB
	desk *Desk
	now  time.Time
	list []loyalty.Event
	n    int
}

// tasting is an event of two places and two who wait, for ten points, in two days.
func tasting() loyalty.Event {
	start := time.Date(2026, 3, 4, 19, 0, 0, 0, taipei)
	return loyalty.Event{
		ID: "tasting", Start: start, End: start.Add(2 * time.Hour), Places: 2, Waiting: 2, Price: 10,
		Closes: start, CancelBy: start.Add(-24 * time.Hour), Remind: 24 * time.Hour,
	}
}

func newWorld(t fataler, db store.DB, list ...loyalty.Event) *world {
	w := &world{t: t, db: db, now: time.Date(2026, 3, 2, 12, 0, 0, 0, taipei), list: list}
	rules := &loyalty.Programme{
		Version: 1, Zone: taipei, Expiry: loyalty.Expiry{Version: 1, Kind: loyalty.Never},
		Tiers: loyalty.Tiers{By: loyalty.MeasureSpend, Levels: []loyalty.Level{{ID: "member"}, {ID: "gold", At: 1000}}},
	}
	at := func(time.Time) *loyalty.Programme { return rules }
	key := bytes.Repeat([]byte{7}, 32)
	w.desk = &Desk{Book: &book.Book{Key: key, Programme: at}, Key: key, Programme: at, Events: func(time.Time) []loyalty.Event { return w.list }}
	return w
}

func (w *world) act(by loyalty.Actor) book.Act {
	w.n++
	return book.Act{Op: loyalty.OpID(fmt.Sprint("op", w.n)), Actor: by, Now: w.now}
}

func (w *world) do(f func(store.Tx) error) error {
	return w.db.Update(context.Background(), func(tx store.Tx) error {
		err := f(tx)
		if loyalty.Refused(err) {
			err = fmt.Errorf("no: %w", err) // as a turn, which drops what was written
		}
		return err
	})
}

func (w *world) must(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.do(f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) give(m loyalty.MemberID, n loyalty.Points) {
	w.t.Helper()
	act := w.act(loyalty.ByJob("test"))
	w.must(func(tx store.Tx) error {
		_, err := w.desk.Book.Grant(tx, m, act, "test", n, nil)
		return err
	})
}

func (w *world) sign(m loyalty.MemberID, id string) (s Seat, err error) {
	act := w.act(loyalty.ByMember(m))
	err = w.do(func(tx store.Tx) (err error) {
		s, err = w.desk.SignUp(tx, m, act, id, Answers{})
		return err
	})
	return s, err
}

func (w *world) cancel(m loyalty.MemberID, id string) (back bool, err error) {
	act := w.act(loyalty.ByMember(m))
	err = w.do(func(tx store.Tx) (err error) {
		_, back, err = w.desk.Cancel(tx, m, act, id)
		return err
	})
	return back, err
}

// fill is the job: whoever waits has what is free. It gives what each became.
func (w *world) fill(id string) (said []string) {
	w.t.Helper()
	for {
		var s Seat
		ok := false
		w.must(func(tx store.Tx) (err error) { s, ok, err = w.desk.Fill(tx, id, w.now); return err })
		if !ok {
			return said
		}
		said = append(said, string(s.Member)+" "+string(s.State))
	}
}

func (w *world) points(m loyalty.MemberID) (n loyalty.Points) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		b, err := w.desk.Book.Balance(r, m, w.now)
		n = b.Available
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) state(m loyalty.MemberID, id string) (s State) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		x, _, err := w.desk.Find(r, id, w.now)
		seat, ok, e := w.desk.Of(r, m, id)
		if ok {
			s = seat.StateAt(&x.Event, w.now)
		}
		return errors.Join(err, e)
	}); err != nil {
		w.t.Fatal(err)
	}
	return s
}

// check holds the counts against the seats.
func (w *world) check(id string) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		x, _, err := w.desk.Find(r, id, w.now)
		if err != nil {
			return err
		}
		list, err := w.desk.Seats(r, id)
		taken, waiting := int64(0), int64(0)
		for _, s := range list {
			if s.Holds() {
				taken++
			}
			if s.State == Waiting {
				waiting++
			}
			if paid := s.Paid != ""; s.Holds() && paid != (s.Price > 0) {
				return fmt.Errorf("%s has a place, paid %v", s.Member, s.Paid)
			}
		}
		if taken != x.Taken || waiting != x.Counts.Waiting || x.Places > 0 && taken > x.Places {
			return fmt.Errorf("%d taken of %d, counted %d; %d wait, counted %d", taken, x.Places, x.Taken, waiting, x.Counts.Waiting)
		}
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestPlacesWaitingListAndPoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mem.New(mem.Twice), tasting())
	for _, m := range []loyalty.MemberID{"ann", "bob", "cy", "dee", "eve"} {
		w.give(m, 15)
	}
	for _, m := range []loyalty.MemberID{"ann", "bob"} {
		if s, err := w.sign(m, "tasting"); err != nil || s.State != Going || w.points(m) != 5 {
			t.Fatalf("%s: %v %v, %d points", m, s.State, err, w.points(m))
		}
	}
	for _, m := range []loyalty.MemberID{"cy", "dee"} {
		if s, err := w.sign(m, "tasting"); err != nil || s.State != Waiting || w.points(m) != 15 {
			t.Fatalf("%s: %v %v, %d points", m, s.State, err, w.points(m))
		}
	}
	_, err := w.sign("eve", "tasting")
	wantErr(t, "no room", err, ErrFull)
	_, err = w.sign("ann", "tasting")
	wantErr(t, "twice", err, ErrAlready)
	_, err = w.sign("ann", "dance")
	wantErr(t, "unknown", err, ErrUnknown)

	// In time the points come back, and who has waited longest pays for the place.
	if back, err := w.cancel("ann", "tasting"); err != nil || !back || w.points("ann") != 15 {
		t.Fatalf("cancel: %v %v, %d points", back, err, w.points("ann"))
	}
	_, err = w.sign("eve", "tasting")
	wantErr(t, "who comes later than who waits", err, ErrFull)
	if got := w.fill("tasting"); fmt.Sprint(got) != "[cy going]" || w.points("cy") != 5 {
		t.Fatalf("fill %v, cy has %d", got, w.points("cy"))
	}
	if s, err := w.sign("eve", "tasting"); err != nil || s.State != Waiting {
		t.Fatalf("eve: %v %v", s.State, err)
	}
	// Who cannot pay any more is passed over.
	act := w.act(loyalty.ByJob("test"))
	w.must(func(tx store.Tx) error { _, err := w.desk.Book.Spend(tx, "dee", act, 10); return err })
	w.now = w.now.Add(36 * time.Hour) // the day before, later than the time for cancelling
	if back, err := w.cancel("bob", "tasting"); err != nil || back || w.points("bob") != 5 {
		t.Fatalf("late cancel: %v %v, %d points", back, err, w.points("bob"))
	}
	if got := w.fill("tasting"); fmt.Sprint(got) != "[dee passed eve going]" {
		t.Fatalf("fill %v", got)
	}
	w.check("tasting")
}

func TestTheDoor(t *testing.T) {
	t.Parallel()
	e := tasting()
	e.Price = 0
	w := newWorld(t, mem.New(mem.Twice), e)
	s, err := w.sign("ann", "tasting")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.sign("bob", "tasting"); err != nil {
		t.Fatal(err)
	}
	arrive := func(m loyalty.MemberID) error {
		act := w.act("staff/sam")
		return w.do(func(tx store.Tx) error { _, err := w.desk.Arrive(tx, m, act, "tasting"); return err })
	}
	var door *DoorError
	if err := arrive("ann"); !errors.As(err, &door) || !door.From.Equal(time.Date(2026, 3, 4, 0, 0, 0, 0, taipei)) {
		t.Fatalf("two days early: %v", err)
	}
	w.now = e.Start.Add(-time.Hour)
	w.must(func(tx store.Tx) error {
		got, err := w.desk.ByTicket(tx, s.Code)
		if got.Member != "ann" {
			return fmt.Errorf("the ticket is %s's: %w", got.Member, err)
		}
		_, err = w.desk.ByTicket(tx, "22222")
		if err != ErrTicket {
			return fmt.Errorf("a wrong code: %v", err)
		}
		return nil
	})
	if err := arrive("ann"); err != nil {
		t.Fatal(err)
	}
	var in *ArrivedError
	if err := arrive("ann"); !errors.As(err, &in) {
		t.Fatalf("twice: %v", err)
	}
	wantErr(t, "no place", arrive("cy"), ErrNoSeat)
	w.now = e.End
	if a, b := w.state("ann", "tasting"), w.state("bob", "tasting"); a != Arrived || b != NoShow {
		t.Fatalf("ann %s, bob %s", a, b)
	}
	var missed int
	w.must(func(tx store.Tx) (err error) { missed, err = w.desk.Missed(tx, "bob", w.now); return err })
	if missed != 1 {
		t.Fatalf("bob missed %d", missed)
	}
	w.check("tasting")
}

func TestEarlyAccessByLevel(t *testing.T) {
	t.Parallel()
	e := tasting()
	monday, thursday := time.Date(2026, 2, 23, 0, 0, 0, 0, taipei), time.Date(2026, 2, 26, 0, 0, 0, 0, taipei)
	e.Opens = []loyalty.EventOpening{{Levels: []string{"gold"}, From: monday}, {From: thursday}}
	var opens *loyalty.EventOpensError
	for _, c := range []struct {
		level string
		at    time.Time
		ok    bool
	}{
		{"gold", monday, true},
		{"gold", monday.Add(-1), false},
		{"", thursday.Add(-1), false},
		{"", thursday, true},
		{"member", thursday, true},
	} {
		if err := e.Admits(c.level, "member", c.at); (err == nil) != c.ok || err != nil && !errors.As(err, &opens) {
			t.Errorf("%q at %v: %v", c.level, c.at, err)
		}
	}
	e.Opens = e.Opens[:1]
	wantErr(t, "others", e.Admits("", "member", thursday), loyalty.ErrEventLevel)
	wantErr(t, "others from below", e.Admits("gold", "member", e.Start), loyalty.ErrEventClosed)
}

func TestCalledOffEverybodyIsSentHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mem.New(mem.Twice), tasting())
	for _, m := range []loyalty.MemberID{"ann", "bob", "cy"} {
		w.give(m, 10)
		if _, err := w.sign(m, "tasting"); err != nil {
			t.Fatal(err)
		}
	}
	act := w.act("staff/boss")
	w.must(func(tx store.Tx) error { return w.desk.CallOff(tx, act, "tasting") })
	_, err := w.sign("dee", "tasting")
	wantErr(t, "off", err, ErrOff)
	for ok := true; ok; {
		w.must(func(tx store.Tx) (err error) { _, _, ok, err = w.desk.SendHome(tx, "tasting", w.now); return err })
	}
	for _, m := range []loyalty.MemberID{"ann", "bob", "cy"} {
		if w.points(m) != 10 || w.state(m, "tasting") != Off {
			t.Errorf("%s has %d points, is %s", m, w.points(m), w.state(m, "tasting"))
		}
	}
	w.check("tasting")
}

func TestReminders(t *testing.T) {
	t.Parallel()
	e := tasting()
	w := newWorld(t, mem.New(mem.Twice), e)
	w.give("ann", 10)
	if _, err := w.sign("ann", "tasting"); err != nil {
		t.Fatal(err)
	}
	due := func() (told int) {
		var list []string
		w.must(func(tx store.Tx) (err error) { list, _, err = w.desk.Due(tx, w.now, 10, ""); return err })
		for _, which := range list {
			ok := false
			w.must(func(tx store.Tx) (err error) { _, _, ok, err = w.desk.Remind(tx, which, w.now); return err })
			if ok {
				told++
			}
		}
		return told
	}
	if n := due(); n != 0 {
		t.Fatalf("%d reminded two days before", n)
	}
	// It was put off by a day: the reminder waits with it.
	w.now = e.Start.Add(-e.Remind)
	w.list[0].Start, w.list[0].End, w.list[0].Closes = e.Start.AddDate(0, 0, 1), e.End.AddDate(0, 0, 1), e.Closes.AddDate(0, 0, 1)
	if n := due(); n != 0 {
		t.Fatalf("%d reminded of the old day", n)
	}
	w.now = w.now.AddDate(0, 0, 1)
	if n, again := due(), due(); n != 1 || again != 0 {
		t.Fatalf("reminded %d times, then %d", n, again)
	}
}

// TestLastPlace lets fifty press at once.
func TestLastPlace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "last.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	e := tasting()
	e.Places, e.Waiting = 1, 0
	w := newWorld(t, db, e)
	for i := range 50 {
		w.give(loyalty.MemberID(fmt.Sprint("m", i)), 10)
	}
	var wg sync.WaitGroup
	got := make([]error, 50)
	for i := range got {
		wg.Go(func() {
			m := loyalty.MemberID(fmt.Sprint("m", i))
			got[i] = db.Update(context.Background(), func(tx store.Tx) error {
				_, err := w.desk.SignUp(tx, m, book.Act{Op: loyalty.OpID("rush/" + m), Actor: loyalty.ByMember(m), Now: w.now}, "tasting", Answers{})
				return err
			})
		})
	}
	wg.Wait()
	in, points := 0, loyalty.Points(0)
	for i, err := range got {
		switch {
		case err == nil:
			in++
		case !errors.Is(err, ErrFull):
			t.Errorf("m%d: %v", i, err)
		}
		points += w.points(loyalty.MemberID(fmt.Sprint("m", i)))
	}
	if in != 1 || points != 490 {
		t.Errorf("%d have the last place, %d points are left", in, points)
	}
	w.check("tasting")
}

// TestPlacesNeverRunOver lives events at random: no more seats than places, nobody
// pays without a place, and nobody is out of points that they paid for nothing.
func TestPlacesNeverRunOver(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		e := tasting()
		e.Places, e.Waiting = rapid.Int64Range(1, 3).Draw(r, "places"), rapid.Int64Range(0, 3).Draw(r, "waiting")
		w := newWorld(r, mem.New(), e)
		who := []loyalty.MemberID{"ann", "bob", "cy", "dee"}
		for _, m := range who {
			w.give(m, 20)
		}
		lost := map[loyalty.MemberID]loyalty.Points{} // who leaves has nothing back
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			m := rapid.SampledFrom(who).Draw(r, "who")
			var err error
			switch rapid.SampledFrom([]string{"sign", "cancel", "fill", "leave", "places"}).Draw(r, "what") {
			case "sign":
				_, err = w.sign(m, "tasting")
			case "cancel":
				_, err = w.cancel(m, "tasting")
			case "fill":
				w.fill("tasting")
			case "leave":
				if w.state(m, "tasting") == Going {
					lost[m] += 10
				}
				act := w.act(loyalty.ByMember(m))
				err = w.do(func(tx store.Tx) error { return w.desk.Left(tx, m, act) })
			case "places":
				w.list[0].Places++
			}
			if err != nil && !loyalty.Refused(err) {
				r.Fatal(err)
			}
			w.check("tasting")
		}
		for _, m := range who {
			paid := loyalty.Points(0)
			if w.state(m, "tasting") == Going {
				paid = 10
			}
			if n := w.points(m); n+paid+lost[m] != 20 {
				r.Fatalf("%s has %d points and is %s", m, n, w.state(m, "tasting"))
			}
		}
	})
}

// miss is the job that looks after an event that the programme may have no more.
func (w *world) miss(id string) (off bool) {
	w.t.Helper()
	w.must(func(tx store.Tx) (err error) { off, err = w.desk.Miss(tx, id, w.now); return err })
	return off
}

// So it is with one whose rows do not say yet when somebody signed up last.
func TestAnEventOfOldRowsThatVanishes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mem.New(mem.Twice), tasting())
	w.give("ann", 10)
	if _, err := w.sign("ann", "tasting"); err != nil {
		t.Fatal(err)
	}
	w.must(func(tx store.Tx) error {
		if err := lock(tx, "tasting"); err != nil {
			return err
		}
		c, _, err := counts.Get(tx, "tasting")
		c.Seen = time.Time{}
		return errors.Join(err, counts.Put(tx, c, "tasting"))
	})
	signed := w.now
	w.desk.Events = func(at time.Time) []loyalty.Event {
		if at.After(signed) {
			return nil
		}
		return w.list
	}
	w.now = w.now.Add(time.Hour)
	w.must(func(tx store.Tx) error {
		all, err := w.desk.All(tx, w.now, w.now)
		if len(all) != 1 || !all[0].Gone {
			t.Errorf("not found: %+v", all)
		}
		return err
	})
	if w.miss("tasting") {
		t.Error("called off at once")
	}
	w.now = w.now.Add(Spare)
	if !w.miss("tasting") {
		t.Error("never called off")
	}
}

// An event that leaves the programme's file keeps nobody's points: it is as it was
// until it comes back, and called off when it does not.
func TestAnEventThatVanishes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mem.New(mem.Twice), tasting())
	held := w.list
	before := w.list
	w.desk.Events = func(at time.Time) []loyalty.Event {
		if at.Before(w.now) {
			return before
		}
		return w.list
	}
	for _, m := range []loyalty.MemberID{"ann", "bob", "cy"} {
		w.give(m, 10)
		if _, err := w.sign(m, "tasting"); err != nil {
			t.Fatal(err)
		}
	}
	w.now = tasting().CancelBy.Add(time.Hour) // too late to give it up for points
	w.list = nil
	if _, err := w.sign("dee", "tasting"); !errors.Is(err, ErrOff) {
		t.Errorf("signed up for what is gone: %v", err)
	}
	if back, err := w.cancel("ann", "tasting"); err != nil || !back || w.points("ann") != 10 {
		t.Errorf("given up while it is gone: %v, back %v, %d points", err, back, w.points("ann"))
	}
	if said := w.fill("tasting"); len(said) > 0 {
		t.Errorf("filled while it is gone: %v", said)
	}
	if w.miss("tasting") {
		t.Error("called off at once")
	}
	w.now, w.list = w.now.Add(30*time.Minute), held // somebody puts it right
	w.miss("tasting")
	w.now, w.list = w.now.Add(40*time.Minute), nil
	if w.miss("tasting") {
		t.Error("called off though it was back meanwhile")
	}
	w.now = w.now.Add(Spare)
	if !w.miss("tasting") {
		t.Fatal("never called off")
	}
	told := 0
	for ok := true; ok; told++ {
		w.must(func(tx store.Tx) (err error) { _, _, ok, err = w.desk.SendHome(tx, "tasting", w.now); return err })
	}
	if told-1 != 2 || w.points("bob") != 10 || w.points("cy") != 10 || w.state("bob", "tasting") != Off {
		t.Errorf("%d were sent home; bob has %d points, cy %d", told-1, w.points("bob"), w.points("cy"))
	}
}

// Who waits pays what they agreed to at most, nothing for another day, and has it back
// where the place came too late to give it up in time.
func TestWhoWaitsPaysWhatWasAgreed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mem.New(mem.Twice), tasting())
	for _, m := range []loyalty.MemberID{"ann", "bob", "cy", "dee"} {
		w.give(m, 50)
		if _, err := w.sign(m, "tasting"); err != nil {
			t.Fatal(err)
		}
	}
	w.list[0].Price = 40
	if back, err := w.cancel("ann", "tasting"); err != nil || !back {
		t.Fatal(back, err)
	}
	w.now = w.list[0].Start.Add(-time.Minute)
	if said := fmt.Sprint(w.fill("tasting")); said != "[cy going]" || w.points("cy") != 40 {
		t.Errorf("%s; cy has %d points left of 50, agreed to 10", said, w.points("cy"))
	}
	if back, err := w.cancel("cy", "tasting"); err != nil || !back || w.points("cy") != 50 {
		t.Errorf("given up a minute after it came: back %v, %v, %d points", back, err, w.points("cy"))
	}
	w.list[0].Start, w.list[0].End = w.list[0].Start.Add(24*time.Hour), w.list[0].End.Add(24*time.Hour)
	if said := fmt.Sprint(w.fill("tasting")); said != "[dee passed]" || w.points("dee") != 50 {
		t.Errorf("on another day: %s, %d points", said, w.points("dee"))
	}
	if back, err := w.cancel("bob", "tasting"); err != nil || !back || w.points("bob") != 50 {
		t.Errorf("the day was moved: back %v, %v, %d points", back, err, w.points("bob"))
	}
}

// Who has waited since before a price was agreed to pays what the event costs.
func TestWhoWaitedBeforePricesWereAgreedPays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mem.New(mem.Twice), tasting())
	for _, m := range []loyalty.MemberID{"ann", "bob", "cy"} {
		w.give(m, 15)
		if _, err := w.sign(m, "tasting"); err != nil {
			t.Fatal(err)
		}
	}
	w.must(func(tx store.Tx) error {
		if err := lock(tx, "tasting", "cy"); err != nil {
			return err
		}
		s, _, err := seats.Get(tx, "tasting", "cy")
		s.Price, s.Agreed = 0, false
		return errors.Join(err, seats.Put(tx, s, "tasting", "cy"))
	})
	if _, err := w.cancel("ann", "tasting"); err != nil {
		t.Fatal(err)
	}
	if said := fmt.Sprint(w.fill("tasting")); said != "[cy going]" || w.points("cy") != 5 {
		t.Errorf("%s; cy has %d points left of 15", said, w.points("cy"))
	}
	w.check("tasting")
}

// Whoever gives a place up after the shop called the event off has the points back,
// whether or not the schedule came to them already.
func TestCancellingWhatIsOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mem.New(mem.Twice), tasting())
	w.give("ann", 10)
	if _, err := w.sign("ann", "tasting"); err != nil {
		t.Fatal(err)
	}
	w.now = tasting().Start.Add(-time.Hour)
	act := w.act(loyalty.ByStaff("boss"))
	w.must(func(tx store.Tx) error { return w.desk.CallOff(tx, act, "tasting") })
	if back, err := w.cancel("ann", "tasting"); err != nil || !back || w.points("ann") != 10 || w.state("ann", "tasting") != Off {
		t.Errorf("back %v, %v, %d points, %s", back, err, w.points("ann"), w.state("ann", "tasting"))
	}
}
