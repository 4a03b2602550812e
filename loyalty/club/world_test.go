package club

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/referral"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

var taipei = time.FixedZone("Asia/Taipei", 8*60*60)

const (
	ann = loyalty.MemberID("ANN")
	bob = loyalty.MemberID("BOB")
)

const (
	till = loyalty.Actor("job/till")
	sam  = loyalty.Actor("staff/sam")
)

// on is ten in the morning of a day in Taipei.
func on(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 10, 0, 0, 0, taipei) }

// cafe has one of everything: NT$10 are a point, a stamp a sale, silver from
// NT$1,000 a year and gold from NT$5,000.
func cafe() *loyalty.Programme {
	return &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"},
		Rate:    loyalty.Rate{Points: 1, Per: 10},
		Earning: loyalty.Earning{VisitsADay: 1},
		Tiers: loyalty.Tiers{By: loyalty.MeasureSpend, Window: loyalty.WindowCalendar, Levels: []loyalty.Level{
			{ID: "bronze"}, {ID: "silver", At: 1000}, {ID: "gold", At: 5000},
		}},
		Cards: []loyalty.StampCard{{ID: "coffee", Size: 3, Prize: "latte"}},
		Rewards: []loyalty.Reward{
			{ID: "latte", ValidFor: 30 * 24 * time.Hour}, {ID: "cake", ValidFor: 30 * 24 * time.Hour},
			{ID: "mug", Cost: 50, ValidFor: 30 * 24 * time.Hour},
		},
		Gifts: []loyalty.Gift{
			{ID: "hello", Kind: loyalty.GiftWelcome, Points: 20},
			{ID: "birthday", Kind: loyalty.GiftBirthday, Around: loyalty.SpanWeek, Points: 5, Rewards: []string{"latte", "cake"}, ChangeDays: 30},
			{ID: "years", Kind: loyalty.GiftAnniversary, Rewards: []string{"cake"}},
			{ID: "fifth", Kind: loyalty.GiftVisit, Visit: 5, Points: 50, Every: true},
			{ID: "back", Kind: loyalty.GiftComeback, Silence: 60, Points: 30},
			{ID: "silver", Kind: loyalty.GiftTier, Level: "silver", Points: 100},
			{ID: "gold", Kind: loyalty.GiftTier, Level: "gold", Rewards: []string{"cake"}},
		},
		Referral: loyalty.Referral{ReferrerPoints: 60, FriendPoints: 40, FriendReward: "latte", Minimum: 100, WaitDays: 14},
	}
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// world is a shop and its people.
type world struct {
	t     fataler
	db    *mem.DB
	c     *Club
	p     *loyalty.Programme
	now   time.Time
	facts map[loyalty.MemberID]loyalty.Facts
	n     int        // operations so far
	told  []Happened // by ticks
}

func newWorld(t fataler, p *loyalty.Programme) *world {
	w := &world{t: t, db: mem.New(mem.Twice), p: p, now: on(2026, 3, 2), facts: map[loyalty.MemberID]loyalty.Facts{}}
	rules := func(time.Time) *loyalty.Programme { return w.p }
	facts := func(_ store.Reader, m loyalty.MemberID) (loyalty.Facts, error) { return w.facts[m], nil }
	key := bytes.Repeat([]byte{7}, 32)
	b := &book.Book{Key: key, Programme: rules, Facts: facts}
	w.c = &Club{
		Book: b, Programme: rules, Facts: facts,
		Vouchers:  &voucher.Desk{Book: b, Key: key, Programme: rules},
		Referrals: &referral.Desk{Key: key, Programme: rules, Family: b.Family},
	}
	return w
}

// days lets time pass.
func (w *world) days(n int) { w.now = w.now.AddDate(0, 0, n) }

// update runs f in one transaction, which commits unless f meets an accident.
func (w *world) update(f func(store.Tx) error) error {
	w.t.Helper()
	var refused error
	err := w.db.Update(context.Background(), func(tx store.Tx) error {
		refused = f(tx)
		if loyalty.Refused(refused) {
			return nil
		}
		return refused
	})
	if err != nil && !errors.Is(err, mem.ErrCrash) {
		w.t.Fatalf("accident: %v", err)
	}
	if err != nil {
		return err
	}
	return refused
}

func (w *world) act(op string) book.Act {
	if op == "" {
		w.n++
		op = fmt.Sprintf("op%d", w.n)
	}
	return book.Act{Op: loyalty.OpID(op), Actor: till, Now: w.now}
}

// do runs an operation of the club; a refusal fails the test.
func (w *world) do(f func(store.Tx) (Outcome, error)) (out Outcome) {
	w.t.Helper()
	err := w.update(func(tx store.Tx) (err error) {
		out, err = f(tx)
		return err
	})
	if err != nil {
		w.t.Fatalf("refused: %v", err)
	}
	return out
}

func (w *world) join(m loyalty.MemberID) Outcome {
	w.t.Helper()
	f := w.facts[m]
	f.Joined = w.now
	w.facts[m] = f
	a := w.act("")
	return w.do(func(tx store.Tx) (Outcome, error) { return w.c.Join(tx, m, a) })
}

func (w *world) buy(m loyalty.MemberID, amount loyalty.Money) Outcome {
	w.t.Helper()
	return w.sell(m, loyalty.Sale{Amount: amount})
}

func (w *world) sell(m loyalty.MemberID, s loyalty.Sale) Outcome {
	w.t.Helper()
	a := w.act("")
	return w.do(func(tx store.Tx) (Outcome, error) { return w.c.Sale(tx, m, a, s) })
}

func (w *world) refund(o Outcome, r loyalty.Return) Outcome {
	w.t.Helper()
	a := w.act("")
	return w.do(func(tx store.Tx) (Outcome, error) { return w.c.Refund(tx, o.Receipt.Entry().Ref, a, r) })
}

func (w *world) undo(ref loyalty.Ref) Outcome {
	w.t.Helper()
	a := w.act("")
	return w.do(func(tx store.Tx) (Outcome, error) { return w.c.Undo(tx, ref, a) })
}

// use hands a voucher over the counter.
func (w *world) use(v voucher.Voucher) (rec book.Receipt) {
	w.t.Helper()
	a := w.act("")
	err := w.update(func(tx store.Tx) (err error) {
		_, rec, err = w.c.Vouchers.Use(tx, w.c.Vouchers.CodeOf(v), a)
		return err
	})
	if err != nil {
		w.t.Fatalf("not used: %v", err)
	}
	return rec
}

// born sets a birthday that was entered long ago.
func (w *world) born(m loyalty.MemberID, month time.Month, day int) {
	w.t.Helper()
	f := w.facts[m]
	f.BirthMonth, f.BirthDay, f.BirthSet = month, day, on(2020, 1, 1)
	w.facts[m] = f
	err := w.update(func(tx store.Tx) error { // the row that package people keeps
		raw, err := store.Encode(struct{}{})
		if err != nil {
			return err
		}
		return tx.Put(fmt.Appendf(nil, "bday/%02d-%02d/%s", month, day, m), raw)
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
}

// tick ticks once and gives what it told.
func (w *world) tick() []Happened {
	w.t.Helper()
	w.told = nil
	var heard []Happened
	_, err := w.c.Tick(context.Background(), w.db, w.now, func(tx store.Tx, h Happened) error {
		heard = append(heard, h)
		return nil
	})
	if err != nil {
		w.t.Fatalf("tick: %v", err)
	}
	// The store runs every Update twice, and so what is heard is heard twice.
	for i := 1; i < len(heard); i += 2 {
		w.told = append(w.told, heard[i])
	}
	return w.told
}

// ticked is how many gifts of a kind one tick tells.
func (w *world) ticked(k loyalty.GiftKind) (n int) {
	w.t.Helper()
	for _, h := range w.tick() {
		if h.Kind == k {
			n++
		}
	}
	return n
}

func (w *world) open(m loyalty.MemberID) (list []Open) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		list, err = w.c.Open(r, m, w.now)
		return err
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return list
}

func (w *world) claim(m loyalty.MemberID, gift, reward string) (g Given, err error) {
	w.t.Helper()
	a := w.act("")
	err = w.update(func(tx store.Tx) (err error) {
		g, err = w.c.Claim(tx, m, a, gift, reward)
		return err
	})
	return g, err
}

func (w *world) balance(m loyalty.MemberID) (b loyalty.Balance) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		b, err = w.c.Book.Balance(r, m, w.now)
		return err
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return b
}

func (w *world) account(m loyalty.MemberID) (a loyalty.Account) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		a, err = w.c.Book.Account(r, m)
		return err
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return a
}

// vouchers are how many of the member's are in each state.
func (w *world) vouchers(m loyalty.MemberID) map[voucher.State]int {
	w.t.Helper()
	n := map[voucher.State]int{}
	err := w.db.View(context.Background(), func(r store.Reader) error {
		all, err := w.c.Vouchers.List(r, m, w.now)
		for _, v := range all {
			n[v.State]++
		}
		return err
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return n
}

// gifts are the member's gift rows.
func (w *world) gifts(m loyalty.MemberID) map[string]given {
	w.t.Helper()
	all := map[string]given{}
	err := w.db.View(context.Background(), func(r store.Reader) error {
		names, rows, err := (&member{id: m}).all(r)
		for i, row := range rows {
			all[names[i].String()] = row
		}
		return err
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return all
}

// want compares, and says what of.
func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
