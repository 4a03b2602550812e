package household_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/household"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

const (
	ann = loyalty.MemberID("01HANN00000000000000000000")
	bo  = loyalty.MemberID("01HBO000000000000000000000")
	cy  = loyalty.MemberID("01HCY000000000000000000000")
)

var (
	everybody = []loyalty.MemberID{ann, bo, cy}
	noon      = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	key       = []byte("an installation's household key, 32+")
)

// world is a shop whose members pool points.
type world struct {
	t   testing.TB
	db  store.DB
	now time.Time
	p   *loyalty.Programme
	d   *household.Desk
	b   *book.Book
	v   *voucher.Desk
	ops int
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, db: mem.New(mem.Twice), now: noon, p: &loyalty.Programme{
		Version: 1, Zone: time.UTC, Rate: loyalty.Rate{Points: 1, Per: 1},
		Expiry:    loyalty.Expiry{Version: 1, Kind: loyalty.AfterMonths, Months: 6},
		Household: loyalty.Household{Size: 2, JoinsAYear: 2},
		Rewards:   []loyalty.Reward{{ID: "cake", Cost: 60}},
	}}
	at := func(time.Time) *loyalty.Programme { return w.p }
	w.b = &book.Book{Key: key, Programme: at}
	w.d = &household.Desk{Book: w.b, Key: key, Programme: at}
	w.v = &voucher.Desk{Book: w.b, Key: key, Programme: at, Mates: w.d.Pool, Theirs: w.d.Theirs}
	w.v.Lent = w.d.Used
	return w
}

// do runs f in an Update that commits refusals.
func (w *world) do(f func(store.Tx) error) (refused error) {
	w.t.Helper()
	err := w.db.Update(w.t.Context(), func(tx store.Tx) error {
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

func (w *world) act(m loyalty.MemberID) book.Act {
	w.ops++
	return book.Act{Op: loyalty.OpID(fmt.Sprint("op", w.ops)), Actor: loyalty.ByMember(m), Now: w.now}
}

func (w *world) earn(m loyalty.MemberID, n loyalty.Money) {
	w.t.Helper()
	a := w.act(m)
	if err := w.do(func(tx store.Tx) error { _, err := w.b.Earn(tx, m, a, n, ""); return err }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) invite(m loyalty.MemberID) (code string, err error) {
	op := w.act(m).Op
	err = w.do(func(tx store.Tx) (err error) { code, _, err = w.d.Invite(tx, m, op, w.now); return err })
	return code, err
}

func (w *world) join(m loyalty.MemberID, code string) error {
	return w.do(func(tx store.Tx) error { _, err := w.d.Join(tx, m, code, w.now); return err })
}

func (w *world) redeem(m loyalty.MemberID) (v voucher.Voucher, err error) {
	a := w.act(m)
	err = w.do(func(tx store.Tx) (err error) { v, _, err = w.v.Redeem(tx, m, a, "cake"); return err })
	return v, err
}

// together makes a household of two.
func (w *world) together(m, n loyalty.MemberID) {
	w.t.Helper()
	code, err := w.invite(m)
	if err == nil {
		err = w.join(n, code)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) has(m loyalty.MemberID, own, theirs loyalty.Points) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(r store.Reader) error {
		b, err := w.b.Balance(r, m, w.now)
		n, terr := w.d.Theirs(r, m, w.now)
		if b.Available != own || n != theirs {
			w.t.Errorf("%s has %d and %d of the others, want %d and %d", m, b.Available, n, own, theirs)
		}
		return errors.Join(err, terr)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestInvitations(t *testing.T) {
	w := newWorld(t)
	first, _ := w.invite(ann)
	code, err := w.invite(ann)
	if err != nil || code == first {
		t.Fatal(code, err)
	}
	for what, try := range map[string]func() error{
		"one that a newer replaced": func() error { return w.join(bo, first) },
		"nonsense":                  func() error { return w.join(bo, "nonsense") },
		"one letter off":            func() error { return w.join(bo, "2"+code[1:]) },
	} {
		if err := try(); err != household.ErrCode {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := w.join(ann, code); err != household.ErrIn {
		t.Errorf("one's own: %v", err)
	}
	if err := w.join(bo, code); err != nil {
		t.Fatal(err)
	}
	if err := w.join(cy, code); err != household.ErrCode {
		t.Errorf("used: %v", err)
	}
	if _, err := w.invite(ann); err != household.ErrFull {
		t.Errorf("no place left: %v", err)
	}
	if _, err := w.invite(bo); err != household.ErrOwner {
		t.Errorf("not the maker's: %v", err)
	}
	w.p.Household.Size = 3
	late, _ := w.invite(ann)
	w.now = w.now.Add(household.CodeLife)
	if err := w.join(cy, late); err != household.ErrCode {
		t.Errorf("too late: %v", err)
	}
	if n, err := household.Sweep(t.Context(), w.db, w.now); n != 1 || err != nil {
		t.Errorf("%d codes swept, %v", n, err)
	}
}

// TestOwnerGoes: who made the household leaves, and their code is good no more; the
// oldest member takes the place. The last one takes the household along.
func TestOwnerGoes(t *testing.T) {
	w := newWorld(t)
	w.p.Household.Size = 3
	w.together(ann, bo)
	code, _ := w.invite(ann)
	leave := func(m loyalty.MemberID) error {
		return w.do(func(tx store.Tx) error { _, err := w.d.Leave(tx, m); return err })
	}
	if err := leave(ann); err != nil {
		t.Fatal(err)
	}
	if err := w.join(cy, code); err != household.ErrCode {
		t.Errorf("a code of who left: %v", err)
	}
	code, err := w.invite(bo)
	if err != nil {
		t.Fatal(err)
	}
	if err := leave(bo); err != nil {
		t.Fatal(err)
	}
	if err := w.join(cy, code); err != household.ErrCode {
		t.Errorf("of a household that is gone: %v", err)
	}
	if err := leave(bo); err != household.ErrNone {
		t.Errorf("twice: %v", err)
	}
}

func TestJoinsAreFew(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		w.together(ann, bo)
		if err := w.do(func(tx store.Tx) error { _, err := w.d.Remove(tx, ann, bo); return err }); err != nil {
			t.Fatal(err)
		}
	}
	code, _ := w.invite(ann)
	if err := w.join(bo, code); err != household.ErrOften {
		t.Errorf("a third time: %v", err)
	}
	w.now = w.now.AddDate(1, 0, 1)
	w.together(ann, bo)
}

// TestRedeemingTogether: a reward is paid with the own points first, and they go
// back when the voucher does.
func TestRedeemingTogether(t *testing.T) {
	w := newWorld(t)
	w.earn(ann, 20)
	w.earn(bo, 50)
	w.earn(cy, 500)
	if _, err := w.redeem(ann); !loyalty.Refused(err) {
		t.Fatalf("alone: %v", err)
	}
	w.together(ann, bo)
	w.has(ann, 20, 50)
	w.has(bo, 50, 20)
	v, err := w.redeem(ann)
	if err != nil {
		t.Fatal(err)
	}
	w.has(ann, 0, 10)
	w.has(bo, 10, 0)
	a := w.act(ann)
	if err := w.do(func(tx store.Tx) error { _, _, err := w.v.Cancel(tx, ann, v.ID, a); return err }); err != nil {
		t.Fatal(err)
	}
	w.has(ann, 20, 50)
	w.has(bo, 50, 20)
}

// TestWhoMayUse: who does not share uses nothing, and the programme bounds the rest.
func TestWhoMayUse(t *testing.T) {
	share := func(w *world, m loyalty.MemberID, on bool) {
		if err := w.do(func(tx store.Tx) error { _, err := w.d.Share(tx, m, on); return err }); err != nil {
			w.t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		set          func(*world)
		annHas, boIs loyalty.Points
	}{
		"both":              {func(*world) {}, 50, 20},
		"hers are hers":     {func(w *world) { share(w, ann, false) }, 0, 0},
		"his are his":       {func(w *world) { share(w, bo, false) }, 0, 0},
		"shared again":      {func(w *world) { share(w, bo, false); share(w, bo, true) }, 50, 20},
		"the maker only":    {func(w *world) { w.p.Household.Spend = loyalty.SpendOwner }, 50, 0},
		"not yet":           {func(w *world) { w.p.Household.Wait = time.Hour }, 0, 0},
		"so many a month":   {func(w *world) { w.p.Household.MonthMost = 30 }, 30, 20},
		"switched off":      {func(w *world) { w.p.Household = loyalty.Household{} }, 0, 0},
		"the frozen keep":   {func(w *world) { freeze(w, bo) }, 0, 20},
		"he is out of it":   {func(w *world) { w.do(func(tx store.Tx) error { _, err := w.d.Leave(tx, bo); return err }) }, 0, 0},
		"he became another": {func(w *world) { become(w, bo, cy) }, 50, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.earn(ann, 20)
			w.earn(bo, 50)
			w.together(ann, bo)
			tc.set(w)
			err := w.db.View(t.Context(), func(r store.Reader) error {
				a, err := w.d.Theirs(r, ann, w.now)
				b, berr := w.d.Theirs(r, bo, w.now)
				if a != tc.annHas || b != tc.boIs {
					t.Errorf("ann could use %d, bo %d; want %d, %d", a, b, tc.annHas, tc.boIs)
				}
				return errors.Join(err, berr)
			})
			if err != nil {
				t.Fatal(err)
			}
			v, rerr := w.redeem(ann)
			if can := tc.annHas >= 40; can != (rerr == nil) {
				t.Errorf("redeemed: %v, %v", v.ID, rerr)
			}
		})
	}
}

func freeze(w *world, m loyalty.MemberID) {
	a := w.act(m)
	w.do(func(tx store.Tx) error { _, err := w.b.Freeze(tx, m, a, true); return err })
}

func become(w *world, from, into loyalty.MemberID) {
	a := w.act(into)
	w.do(func(tx store.Tx) error {
		if _, err := w.b.Merge(tx, from, into, a); err != nil {
			return err
		}
		return w.d.Merged(tx, from, into, w.now)
	})
}

// TestMonthIsSpent: what was used of the others counts, until it is given back.
func TestMonthIsSpent(t *testing.T) {
	w := newWorld(t)
	w.p.Household.MonthMost = 70
	w.earn(ann, 10)
	w.earn(bo, 500)
	w.together(ann, bo)
	if _, err := w.redeem(ann); err != nil { // 50 of bo's
		t.Fatal(err)
	}
	w.has(ann, 0, 20)
	if _, err := w.redeem(ann); !loyalty.Refused(err) {
		t.Errorf("beyond the month: %v", err)
	}
	w.now = w.now.AddDate(0, 1, 0)
	if _, err := w.redeem(ann); err != nil {
		t.Errorf("in the next one: %v", err)
	}
	// What comes home of an earlier month makes no room for more in this one.
	w.now = w.now.AddDate(0, 1, 0)
	w.do(func(tx store.Tx) error { return w.d.Used(tx, ann, -60, w.now) })
	w.do(func(tx store.Tx) error { return w.d.Used(tx, ann, 60, w.now) })
	if _, err := w.redeem(ann); !loyalty.Refused(err) {
		t.Errorf("beyond the month, after something came home: %v", err)
	}
}

// TestUseTakenBackAtTheBound: the month that a use had filled lets the voucher be
// open again, and what staff void makes room.
func TestUseTakenBackAtTheBound(t *testing.T) {
	w := newWorld(t)
	w.p.Household.MonthMost = 50
	w.earn(ann, 10)
	w.earn(bo, 500)
	w.together(ann, bo)
	v, err := w.redeem(ann) // 50 of bo's: the whole month
	if err != nil {
		t.Fatal(err)
	}
	staff := func() book.Act { a := w.act(bo); a.Actor = "staff/1"; return a }
	use, undo, void := staff(), staff(), staff()
	done := func(f func(store.Tx) error) {
		t.Helper()
		if err := w.do(f); err != nil {
			t.Fatal(err)
		}
	}
	done(func(tx store.Tx) error { _, _, err := w.v.Use(tx, w.v.CodeOf(v), use); return err })
	done(func(tx store.Tx) (err error) { v, _, err = w.v.Undo(tx, v.ID, undo); return err })
	if v.State != voucher.Open {
		t.Fatalf("after its use was taken back the voucher is %s", v.State)
	}
	w.has(ann, 0, 0)
	done(func(tx store.Tx) error { _, _, err := w.v.Void(tx, v.ID, void, "test"); return err })
	w.has(ann, 10, 50)
	if _, err := w.redeem(ann); err != nil {
		t.Errorf("after it was voided: %v", err)
	}
}

// TestLives: members invite, join, leave, redeem and give back at random; nobody is
// in two households, no household is too large, every place leads to a member, and
// no point is lost.
func TestLives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		w.p.Household = loyalty.Household{Size: rapid.IntRange(2, 3).Draw(rt, "size"), JoinsAYear: 100}
		who := func() loyalty.MemberID { return rapid.SampledFrom(everybody).Draw(rt, "who") }
		last, had := "", []voucher.Voucher{}
		for _, m := range everybody {
			w.earn(m, 100)
		}
		for range 20 {
			switch rapid.IntRange(0, 6).Draw(rt, "what") {
			case 0, 1:
				if code, err := w.invite(who()); err == nil {
					last = code
				}
			case 2, 3:
				w.join(who(), last)
			case 4:
				w.do(func(tx store.Tx) error { _, err := w.d.Leave(tx, who()); return err })
			case 5:
				if v, err := w.redeem(who()); err == nil {
					had = append(had, v)
				}
			case 6:
				if len(had) > 0 {
					v := had[len(had)-1]
					a := w.act(v.Member)
					w.do(func(tx store.Tx) error { _, _, err := w.v.Cancel(tx, v.Member, v.ID, a); return err })
				}
			}
			w.whole(rt)
		}
	})
}

func (w *world) whole(rt *rapid.T) {
	var sum loyalty.Points
	err := w.db.View(w.t.Context(), func(r store.Reader) error {
		all, err := household.All(r, "", 10)
		seen := map[loyalty.MemberID]int{}
		for _, h := range all {
			if len(h.Members) == 0 || len(h.Members) > w.p.Household.Size || h.Mate(h.Owner) == nil {
				rt.Errorf("household %+v", h)
			}
			for _, x := range h.Members {
				seen[x.Member]++
				if at, ok, err := w.d.Of(r, x.Member); err != nil || !ok || at.ID != h.ID {
					rt.Errorf("%s is said to be in %s: %v", x.Member, at.ID, err)
				}
			}
		}
		for _, m := range everybody {
			if seen[m] > 1 {
				rt.Errorf("%s is in %d households", m, seen[m])
			}
			b, berr := w.b.Balance(r, m, w.now)
			err, sum = errors.Join(err, berr), sum+b.Available+b.Held
		}
		return err
	})
	faults, verr := w.b.Verify(w.t.Context(), w.db, nil)
	if err != nil || verr != nil || len(faults) > 0 || sum != 300 {
		rt.Fatalf("%v, %v, %v; %d points in all", err, verr, faults, sum)
	}
}
