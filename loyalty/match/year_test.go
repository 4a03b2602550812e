package match_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/household"
	"regulars/loyalty/match"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

const (
	ann = loyalty.MemberID("01HANN00000000000000000000")
	bo  = loyalty.MemberID("01HBO000000000000000000000")
)

var key = []byte("an installation's key, of 32 bytes and more")

// world is the airline with its households and matched tiers.
type world struct {
	t   *testing.T
	db  store.DB
	now time.Time
	p   *loyalty.Programme
	b   *book.Book
	v   *voucher.Desk
	c   *club.Club
	h   *household.Desk
	m   *match.Desk
	ops int
}

func airline(t *testing.T) *world {
	file, _ := programme.Preset("airline")
	p, complaints := programme.Load(file)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	w := &world{t: t, db: mem.New(mem.Twice), p: &p.Rules}
	at := func(time.Time) *loyalty.Programme { return w.p }
	w.b = &book.Book{Key: key, Programme: at}
	w.h = &household.Desk{Book: w.b, Key: key, Programme: at}
	w.v = &voucher.Desk{Book: w.b, Key: key, Programme: at, Mates: w.h.Pool, Theirs: w.h.Theirs}
	w.m = &match.Desk{Book: w.b, Key: key, Programme: at}
	w.c = &club.Club{Book: w.b, Vouchers: w.v, Programme: at, After: w.m.Heard}
	return w
}

// on moves the clock to a local moment.
func (w *world) on(day string) {
	w.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", day, w.p.Location())
	if err != nil {
		w.t.Fatal(err)
	}
	w.now = at
}

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

func (w *world) must(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.do(f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) act(by loyalty.Actor) book.Act {
	w.ops++
	return book.Act{Op: loyalty.OpID(fmt.Sprint("op", w.ops)), Actor: by, Now: w.now, Reason: []byte("sealed")}
}

func (w *world) flies(m loyalty.MemberID, fare loyalty.Money) {
	w.t.Helper()
	a := w.act(loyalty.ByStaff("sam"))
	w.must(func(tx store.Tx) error {
		_, err := w.c.Sale(tx, m, a, loyalty.Sale{Amount: fare, Lines: []loyalty.Line{{Item: "economy", Quantity: 1, Amount: fare}}})
		return err
	})
}

// is compares a member's miles, what they can use of the others', and their tier.
func (w *world) is(m loyalty.MemberID, own, theirs loyalty.Points, tier string) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(r store.Reader) error {
		b, berr := w.b.Balance(r, m, w.now)
		n, terr := w.h.Theirs(r, m, w.now)
		way, _, perr := w.b.Progress(r, m, w.now)
		if b.Available != own || n != theirs || way.Standing.Level != tier {
			w.t.Errorf("%s: %s has %d, %d of the others, tier %q; want %d, %d, %q", w.now.Format(time.DateTime), m[3:6], b.Available, n, way.Standing.Level, own, theirs, tier)
		}
		return errors.Join(berr, terr, perr)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) asks(m loyalty.MemberID, level string) (q match.Request, err error) {
	op := w.act(loyalty.ByMember(m)).Op
	err = w.do(func(tx store.Tx) (err error) { q, err = w.m.Ask(tx, m, op, level, []byte("sealed"), w.now); return err })
	return q, err
}

func (w *world) grants(q match.Request) error {
	a := w.act(loyalty.ByStaff("mo"))
	return w.do(func(tx store.Tx) error { _, _, err := w.m.Grant(tx, q.Ref, a); return err })
}

func (w *world) redeems(m loyalty.MemberID, reward string) (v voucher.Voucher, err error) {
	a := w.act(loyalty.ByMember(m))
	err = w.do(func(tx store.Tx) (err error) { v, _, err = w.v.Redeem(tx, m, a, reward); return err })
	return v, err
}

// TestYearOfAirlineFamily lives two through the airline's household and matched
// tiers, worked out by hand from the file: 6 miles a dollar, 1,000 more for a first
// flight, to be spent after 3 days; silver 35 % and bronze 15 % more. A matched tier
// stands for 90 days, to the end of the day, and for 365 from its beginning with
// 1,500 tier points in them; then it falls by one.
func TestYearOfAirlineFamily(t *testing.T) {
	w := airline(t)
	w.on("2026-03-01 09:00")
	q, err := w.asks(ann, "silver")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.asks(ann, "silver"); err != match.ErrWaiting {
		t.Errorf("asked twice: %v", err)
	}
	if _, err := w.asks(bo, "gold"); err != match.ErrOff {
		t.Errorf("gold is not matched: %v", err)
	}
	if err := w.grants(q); err != nil {
		t.Fatal(err)
	}
	if err := w.grants(q); err != match.ErrUnknown {
		t.Errorf("given twice: %v", err)
	}
	w.is(ann, 0, 0, "silver")
	q, err = w.asks(bo, "silver")
	if err == nil {
		err = w.grants(q)
	}
	if err != nil {
		t.Fatal(err)
	}

	// $1,000: 6,000 miles, 35 % more are 2,100, and 1,000 for the first flight.
	w.on("2026-03-10 10:00")
	w.flies(ann, 1000_00)
	// $700: 4,200, 1,470, and 1,000.
	w.flies(bo, 700_00)
	w.on("2026-03-13 10:00")
	w.is(ann, 9100, 0, "silver")
	w.is(bo, 6670, 0, "silver")

	// A household: miles are shared 7 days after joining.
	var code string
	op := w.act(loyalty.ByMember(ann)).Op
	w.must(func(tx store.Tx) (err error) { code, _, err = w.h.Invite(tx, ann, op, w.now); return err })
	w.must(func(tx store.Tx) error { _, err := w.h.Join(tx, bo, code, w.now); return err })
	if _, err := w.redeems(ann, "flight-short"); !loyalty.Refused(err) {
		t.Errorf("too early: %v", err)
	}
	w.on("2026-03-20 10:00")
	w.is(ann, 9100, 6670, "silver")
	w.is(bo, 6670, 9100, "silver")

	// A short flight is 12,000: 9,100 of her own, 2,900 of his. Given back, each has
	// theirs; redeemed again and flown, they are gone.
	v, err := w.redeems(ann, "flight-short")
	if err != nil {
		t.Fatal(err)
	}
	w.is(ann, 0, 3770, "silver")
	w.is(bo, 3770, 0, "silver")
	a := w.act(loyalty.ByMember(ann))
	w.must(func(tx store.Tx) error { _, _, err := w.v.Cancel(tx, ann, v.ID, a); return err })
	w.is(ann, 9100, 6670, "silver")
	if v, err = w.redeems(ann, "flight-short"); err != nil {
		t.Fatal(err)
	}

	// Ann's challenge: 1,000 tier points so far, and 500 more on the last day but
	// one. 500 × 6 = 3,000, and 1,050.
	w.on("2026-05-29 10:00")
	w.flies(ann, 500_00)
	w.on("2026-05-30 23:59")
	w.is(bo, 3770, 0, "silver")
	// Bo has 700: he falls by one, to bronze, and not to the bottom.
	w.on("2026-05-31 00:00")
	w.is(bo, 3770, 0, "bronze")
	w.on("2026-06-01 10:00")
	w.is(ann, 4050, 3770, "silver")
	if _, err := w.asks(bo, "silver"); err != match.ErrOnce {
		t.Errorf("once a person: %v", err)
	}

	// The voucher is not used for a year: the miles come back, hers to her, his to
	// him; his of a March are not older by it.
	w.on("2027-02-28 23:59")
	w.is(ann, 4050, 3770, "silver")
	w.on("2027-03-02 10:00") // a year after the match: down by one
	w.is(ann, 4050, 3770, "bronze")
	w.on("2027-03-22 10:00")
	w.must(func(tx store.Tx) error { _, err := w.b.Settle(tx, ann, w.now); return err })
	w.is(ann, 13150, 6670, "bronze")
	w.is(bo, 6670, 13150, "bronze")
	if faults, err := w.b.Verify(t.Context(), w.db, nil); err != nil || len(faults) > 0 {
		t.Fatal(faults, err)
	}
}

// TestLeaverWaitsNoMore: who leaves has no request any more, and the others' stay.
func TestLeaverWaitsNoMore(t *testing.T) {
	t.Parallel()
	w := airline(t)
	w.on("2026-03-01 09:00")
	gone, err := w.asks(ann, "silver")
	if err != nil {
		t.Fatal(err)
	}
	stays, err := w.asks(bo, "silver")
	if err != nil {
		t.Fatal(err)
	}
	leave := w.act(loyalty.ByMember(ann))
	w.must(func(tx store.Tx) error { return w.c.Leave(tx, ann, leave) })
	w.must(func(tx store.Tx) error {
		list, err := w.m.Open(tx, 10)
		if len(list) != 1 || list[0].Ref != stays.Ref {
			t.Errorf("there wait %d", len(list))
		}
		if _, ok, err := w.m.Of(tx, ann); ok || err != nil {
			t.Errorf("the leaver's is kept: %v", err)
		}
		return err
	})
	if err := w.grants(gone); err != match.ErrUnknown {
		t.Errorf("given to who left: %v", err)
	}
	if err := w.grants(stays); err != nil {
		t.Error(err)
	}
}

// TestKeptBelowAHigherTier: who has risen above the matched tier by the time its
// challenge is met keeps that tier below the higher one, when what brought them there
// comes back.
func TestKeptBelowAHigherTier(t *testing.T) {
	t.Parallel()
	w := airline(t)
	w.on("2026-03-01 09:00")
	q, err := w.asks(ann, "bronze")
	if err == nil {
		err = w.grants(q)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.on("2026-03-10 10:00")
	a := w.act(loyalty.ByStaff("sam"))
	var ref loyalty.Ref
	w.must(func(tx store.Tx) error {
		out, err := w.c.Sale(tx, ann, a, loyalty.Sale{Amount: 9000_00, Lines: []loyalty.Line{{Item: "economy", Quantity: 1, Amount: 9000_00}}})
		ref = out.Receipt.Entry().Ref
		return err
	})
	w.must(func(tx store.Tx) error {
		q, _, err := w.m.Of(tx, ann)
		if !q.Kept {
			t.Error("the challenge is met, and the tier is not kept")
		}
		return err
	})
	w.on("2026-08-01 10:00") // the match alone would have ended in May
	b := w.act(loyalty.ByStaff("sam"))
	w.must(func(tx store.Tx) error { _, err := w.c.Refund(tx, ref, b, loyalty.Return{}); return err })
	err = w.db.View(t.Context(), func(r store.Reader) error {
		at, _, err := w.b.Progress(r, ann, w.now)
		if at.Standing.Level != "bronze" {
			t.Errorf("fell to %q", at.Standing.Level)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if faults, err := w.b.Verify(t.Context(), w.db, nil); err != nil || len(faults) > 0 {
		t.Fatal(faults, err)
	}
}
