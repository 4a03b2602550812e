package voice

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
	"regulars/store/mem"
)

type world struct {
	*testing.T
	db   store.DB
	desk *Desk
	now  time.Time
	n    int
}

func newWorld(t *testing.T) *world {
	rules := &loyalty.Programme{
		Version: 1, Zone: time.UTC, Expiry: loyalty.Expiry{Version: 1, Kind: loyalty.Never},
		Voices:    []loyalty.Voice{{Kind: loyalty.VoiceReview, Points: 50, PerPerson: 2, Per: loyalty.SpanMonth}},
		Charities: []loyalty.Charity{{ID: "shelter", Minimum: 10, Points: 100, Worth: 1500}},
	}
	at := func(time.Time) *loyalty.Programme { return rules }
	key := bytes.Repeat([]byte{7}, 32)
	return &world{
		T: t, db: mem.New(mem.Twice), now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC),
		desk: &Desk{Book: &book.Book{Key: key, Programme: at}, Key: key, Programme: at},
	}
}

func (w *world) act(by loyalty.Actor) book.Act {
	w.n++
	return book.Act{Op: loyalty.OpID(fmt.Sprint("op", w.n)), Actor: by, Now: w.now}
}

func (w *world) do(f func(store.Tx) error) error { return w.db.Update(context.Background(), f) }

func (w *world) send(m loyalty.MemberID) (v Voice, err error) {
	act := w.act(loyalty.ByMember(m))
	err = w.do(func(tx store.Tx) (err error) { v, err = w.desk.Send(tx, m, act, loyalty.VoiceReview, nil); return err })
	return v, err
}

func (w *world) approve(v Voice, n loyalty.Points) (out Voice, err error) {
	act := w.act("staff/boss")
	act.Self = "boss"
	err = w.do(func(tx store.Tx) (err error) { out, _, err = w.desk.Approve(tx, v.Ref, act, n); return err })
	return out, err
}

func (w *world) points(m loyalty.MemberID) (n loyalty.Points) {
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		b, err := w.desk.Book.Balance(r, m, w.now)
		n = b.Available
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return n
}

func TestPointsForReviewsOnceAndWithinTheCap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var sent []Voice
	for range 3 {
		v, err := w.send("ann")
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, v)
	}
	if _, err := w.send("ann"); !errors.Is(err, ErrMany) {
		t.Errorf("a fourth that waits: %v", err)
	}
	if v, err := w.approve(sent[0], 0); err != nil || v.Points != 50 || v.State != Given {
		t.Fatalf("%+v %v", v, err)
	}
	if _, err := w.approve(sent[0], 0); !errors.Is(err, ErrDecided) {
		t.Errorf("twice: %v", err)
	}
	if v, err := w.approve(sent[1], 20); err != nil || v.Points != 20 {
		t.Fatalf("less than the rule: %+v %v", v, err)
	}
	var limit *LimitError
	if _, err := w.approve(sent[2], 0); !errors.As(err, &limit) || !limit.Again.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("a third in November: %v", err)
	}
	w.now = w.now.AddDate(0, 0, 11)
	if _, err := w.approve(sent[2], 1000); err != nil || w.points("ann") != 120 {
		t.Errorf("in December: %v, %d points", err, w.points("ann"))
	}
	own, err := w.send("boss")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.approve(own, 0); !errors.Is(err, loyalty.ErrSelf) {
		t.Errorf("their own: %v", err)
	}
}

func TestCharityMonth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.act(loyalty.ByJob("test"))
	if err := w.do(func(tx store.Tx) error { _, err := w.desk.Book.Grant(tx, "ann", grant, "test", 100, nil); return err }); err != nil {
		t.Fatal(err)
	}
	give := func(n loyalty.Points) (sum Sum, ref loyalty.Ref, err error) {
		act := w.act(loyalty.ByMember("ann"))
		err = w.do(func(tx store.Tx) error {
			s, rec, err := w.desk.Donate(tx, "ann", act, "shelter", n)
			sum, ref = s, rec.Entry().Ref
			return err
		})
		return sum, ref, err
	}
	var least *LeastError
	if _, _, err := give(9); !errors.As(err, &least) {
		t.Errorf("below the minimum: %v", err)
	}
	if _, _, err := give(35); err != nil {
		t.Fatal(err)
	}
	sum, ref, err := give(40)
	if err != nil || sum != (Sum{2, 75}) || w.points("ann") != 25 {
		t.Fatalf("%+v %v", sum, err)
	}
	// One that an employee undid is not paid: 35 points at 15.00 a hundred are 5.25.
	undo := w.act("staff/boss")
	if err := w.do(func(tx store.Tx) error { _, err := w.desk.Book.Undo(tx, ref, undo); return err }); err != nil {
		t.Fatal(err)
	}
	if o := w.owes("2026-11"); len(o) != 1 || o[0].Given != (Sum{1, 35}) || o[0].Worth != 525 {
		t.Errorf("%+v", o)
	}
	// A month that is over does not change: not by a new rate, not by what is undone
	// later, not by a charity that the programme has no more.
	rules := w.desk.Programme(w.now)
	old, cut := *rules, w.now.AddDate(0, 0, 10)
	then := *rules
	then.Charities = nil
	w.desk.Programme = func(at time.Time) *loyalty.Programme {
		if at.Before(cut) {
			return &old
		}
		return &then
	}
	last, lastRef, err := give(20)
	if err != nil || last != (Sum{3, 95}) {
		t.Fatalf("%+v %v", last, err)
	}
	w.now = w.now.AddDate(0, 0, 15) // December
	act := w.act("staff/boss")
	if err := w.do(func(tx store.Tx) error {
		e, err := w.desk.Book.ByRef(tx, lastRef)
		if err != nil {
			return err
		}
		if _, err := w.desk.Book.Undo(tx, lastRef, act); err != nil {
			return err
		}
		return w.desk.Undone(tx, e, w.now)
	}); err != nil {
		t.Fatal(err)
	}
	if o := w.owes("2026-11"); len(o) != 1 || o[0].Given != (Sum{2, 55}) || o[0].Worth != 825 || o[0].Known.IsZero() {
		t.Errorf("November in December: %+v", o)
	}
	if o := w.owes("2026-12"); len(o) != 1 || o[0].Given != (Sum{}) || o[0].Back != (Sum{1, 20}) || o[0].Less != 300 {
		t.Errorf("December: %+v", o)
	}
}

// owes is what the shop owes for a month.
func (w *world) owes(month string) (list []Owed) {
	w.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		list, err = w.desk.Months(r, month, w.now)
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return list
}

// Who leaves has nothing waiting any more, and who comes back has no second share of
// the month in which they were a member before.
func TestLeavingEndsWhatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v, err := w.send("ann")
	if err != nil {
		t.Fatal(err)
	}
	act := w.act(loyalty.ByMember("ann"))
	if err := w.do(func(tx store.Tx) error { return w.desk.Left(tx, "ann", act) }); err != nil {
		t.Fatal(err)
	}
	if _, err := w.approve(v, 0); !errors.Is(err, ErrDecided) || w.points("ann") != 0 {
		t.Errorf("%v, %d points", err, w.points("ann"))
	}
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		list, err := w.desk.Waiting(r, 10)
		if len(list) > 0 {
			t.Errorf("still waits: %+v", list)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	joined := w.now
	w.desk.Facts = func(store.Reader, loyalty.MemberID) (loyalty.Facts, error) {
		return loyalty.Facts{Joined: joined, Returned: true}, nil
	}
	var limit *LimitError
	if _, err := w.send("anna"); !errors.As(err, &limit) {
		t.Errorf("in the month of coming back: %v", err)
	}
	w.now = w.now.AddDate(0, 0, 11)
	if _, err := w.send("anna"); err != nil {
		t.Errorf("in the month after: %v", err)
	}
}

// A review that is given points for counts where contributors are recognised, and
// counts no more once an employee took the points back.
func TestVoicesAreRecognised(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	board := map[loyalty.Ref]bool{}
	w.desk.Score = func(_ store.Tx, m loyalty.MemberID, ref loyalty.Ref, at time.Time) error {
		board[ref] = true
		return nil
	}
	w.desk.Unscore = func(_ store.Tx, m loyalty.MemberID, ref loyalty.Ref, at time.Time) error {
		delete(board, ref)
		return nil
	}
	v, err := w.send("ann")
	if err != nil {
		t.Fatal(err)
	}
	if v, err = w.approve(v, 0); err != nil || !board[v.Ref] {
		t.Fatalf("%v, %v", board, err)
	}
	if err := w.do(func(tx store.Tx) error {
		e, err := w.desk.Book.ByRef(tx, v.Entry)
		if err != nil {
			return err
		}
		return w.desk.Undone(tx, e, w.now)
	}); err != nil || len(board) > 0 {
		t.Errorf("%v, %v", board, err)
	}
}
