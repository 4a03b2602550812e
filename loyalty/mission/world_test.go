package mission

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

const (
	ann = loyalty.MemberID("01HANN00000000000000000000")
	bo  = loyalty.MemberID("01HBO000000000000000000000")
)

var (
	taipei = time.FixedZone("Taipei", 8*3600)
	monday = time.Date(2026, 3, 9, 12, 0, 0, 0, taipei)
)

// tb is what tests and properties have in common.
type tb interface {
	Helper()
	Errorf(string, ...any)
	Fatal(...any)
}

var _ tb = testing.TB(nil)

// world is a shop with a clock.
type world struct {
	t    tb
	db   *mem.DB
	c    *club.Club
	d    *Desk
	p    *loyalty.Programme
	now  time.Time
	ops  int
	told []Happened
}

// plan is a programme with a point a dollar and nothing else but what f adds.
func plan(f func(*loyalty.Programme)) *loyalty.Programme {
	two := int64(2)
	p := &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"}, Rate: loyalty.Rate{Points: 1, Per: 1},
		Expiry: loyalty.Expiry{Version: 1, Kind: loyalty.NextYearEnd}, Earning: loyalty.Earning{VisitsADay: 1},
		Rewards: []loyalty.Reward{{ID: "latte", ValidFor: 30 * 24 * time.Hour}, {ID: "mug", Stock: &two, ValidFor: 30 * 24 * time.Hour}},
		Badges:  []loyalty.Badge{{ID: "star"}},
	}
	f(p)
	return p
}

func newWorld(t tb, p *loyalty.Programme) *world {
	w := &world{t: t, db: mem.New(mem.Twice), p: p, now: monday}
	at := func(time.Time) *loyalty.Programme { return w.p }
	b := &book.Book{Key: []byte("an installation's chain key, 32+"), Programme: at}
	v := &voucher.Desk{Book: b, Key: []byte("the key of codes, of 32 bytes too"), Programme: at}
	w.c = &club.Club{Book: b, Vouchers: v, Programme: at}
	w.d = &Desk{Book: b, Vouchers: v, Key: []byte("the key of check-ins, of 32 bytes"), Programme: at}
	w.d.Tell = func(_ store.Tx, h Happened) error { w.told = append(w.told, h); return nil }
	w.c.After = w.d.Heard
	return w
}

// do runs f in an Update that commits refusals, and gives the refusal.
func (w *world) do(f func(store.Tx) error) (refused error) {
	w.t.Helper()
	err := w.db.Update(context.Background(), func(tx store.Tx) error {
		w.told = nil
		if refused = f(tx); loyalty.Refused(refused) {
			return nil
		}
		return refused
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return refused
}

func (w *world) act(at loyalty.Store) book.Act {
	w.ops++
	return book.Act{Op: loyalty.OpID(fmt.Sprintf("op%d", w.ops)), Actor: loyalty.ByStaff("sam"), Now: w.now, At: w.now, Store: at, Reason: []byte("sealed")}
}

// buy is a sale, and the reference under which it can be taken back.
func (w *world) buy(m loyalty.MemberID, at loyalty.Store, amount loyalty.Money, lines ...loyalty.Line) (ref loyalty.Ref) {
	w.t.Helper()
	act := w.act(at)
	err := w.do(func(tx store.Tx) error {
		out, err := w.c.Sale(tx, m, act, loyalty.Sale{Amount: amount, Lines: lines})
		ref = out.Receipt.Entry().Ref
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

// back takes a sale back, in part or, with nothing, as a whole.
func (w *world) back(ref loyalty.Ref, r loyalty.Return) {
	w.t.Helper()
	act := w.act("east")
	if err := w.do(func(tx store.Tx) error { _, err := w.c.Refund(tx, ref, act, r); return err }); err != nil {
		w.t.Fatal(err)
	}
}

// later moves the clock by days.
func (w *world) later(days int) { w.now = w.now.AddDate(0, 0, days) }

// shows is a member's missions in a line each: "id state value/target".
func (w *world) shows(m loyalty.MemberID) string {
	w.t.Helper()
	var lines []string
	err := w.db.View(context.Background(), func(r store.Reader) error {
		list, err := w.d.List(r, m, w.now)
		for _, p := range list {
			lines = append(lines, fmt.Sprintf("%s %s %d/%d", p.Mission.ID, p.State, p.Value, p.Target))
		}
		streaks, err2 := w.d.Streaks(r, m, w.now)
		for _, s := range streaks {
			lines = append(lines, fmt.Sprintf("%s %d, %d to miss", s.Streak.ID, s.Count, s.Freezes))
		}
		if err == nil {
			err = err2
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(lines, "; ")
}

func (w *world) sees(m loyalty.MemberID, want string) {
	w.t.Helper()
	if got := w.shows(m); got != want {
		w.t.Errorf("%s on %s: %s, want %s", m, w.now.Format(time.DateOnly), got, want)
	}
}

func (w *world) points(m loyalty.MemberID) (n loyalty.Points) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) error {
		b, err := w.c.Book.Balance(r, m, w.now)
		n = b.Available
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// vouchers are a member's, each with its state.
func (w *world) vouchers(m loyalty.MemberID) string {
	w.t.Helper()
	var list []string
	err := w.db.View(context.Background(), func(r store.Reader) error {
		all, err := w.d.Vouchers.List(r, m, w.now)
		for _, v := range all {
			list = append(list, v.Reward+" "+string(v.State))
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(list, ", ")
}
