package chance

import (
	"context"
	"fmt"
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
	bob = loyalty.MemberID("01HBOB00000000000000000000")
)

var (
	boss   = loyalty.ByStaff("boss")
	taipei = time.FixedZone("Taipei", 8*3600)
	start  = time.Date(2026, 3, 10, 12, 0, 0, 0, taipei) // a Tuesday
)

func count(n int64) *int64 { return &n }

// plan is a programme with one of everything.
func plan() *loyalty.Programme {
	return &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"}, Rate: loyalty.Rate{Points: 1, Per: 10},
		Expiry:  loyalty.Expiry{Version: 1, Kind: loyalty.NextYearEnd},
		Caps:    map[loyalty.Role]loyalty.Cap{"manager": {GiveAct: 300, GiveDay: 400}},
		Rewards: []loyalty.Reward{{ID: "mug", Stock: count(2), ValidFor: 30 * 24 * time.Hour, ToDayEnd: true}},
		Play: loyalty.Play{
			Games: []loyalty.Game{
				{ID: "daily", Kind: loyalty.GameWheel, Cost: 10, Free: 1, FreePer: loyalty.SpanDay, PerPerson: 4, Per: loyalty.SpanDay, Prizes: []loyalty.GamePrize{
					{ID: "mug", Odds: 1000, Reward: "mug", Instead: "five"}, {ID: "fifty", Odds: 1000, Points: 50, Stock: count(3), Instead: "five"},
					{ID: "five", Odds: 3000, Points: 5}, {ID: "none", Odds: 5000},
				}},
				{ID: "visit", Kind: loyalty.GameScratch, Free: 2, FreePer: loyalty.SpanVisit, Minimum: 100, GoodFor: 7, Prizes: []loyalty.GamePrize{
					{ID: "nine", Odds: 9999, Points: 9}, {ID: "none", Odds: 1},
				}},
			},
			Packets: loyalty.Packets{Most: 200, Day: 350, Pieces: 50, OpenFor: 24 * time.Hour},
			Quiz:    loyalty.QuizTerms{Most: 100, OpenFor: time.Hour},
			Quizzes: []loyalty.Quiz{{ID: "bean", Choices: []string{"a", "b"}, Answer: "b", Points: 10, First: 2, OpenFor: time.Hour}},
		},
	}
}

// world is a shop that plays, over a store.
type world struct {
	t   testing.TB
	db  store.DB
	d   *Desk
	c   *club.Club
	p   *loyalty.Programme
	now time.Time
	ops int
}

func newWorld(t testing.TB, db store.DB) *world {
	if db == nil {
		db = mem.New(mem.Twice)
	}
	w := &world{t: t, db: db, p: plan(), now: start}
	at := func(at time.Time) *loyalty.Programme { return w.p.At(at) }
	b := &book.Book{Key: []byte("an installation's chain key, 32+"), Programme: at}
	v := &voucher.Desk{Book: b, Key: []byte("the key of codes, of 32 bytes too"), Programme: at}
	w.d = &Desk{Key: []byte("the key of the days' seeds, 32 b."), Book: b, Vouchers: v, Programme: at}
	w.c = &club.Club{Book: b, Vouchers: v, Programme: at, After: w.d.Listen}
	return w
}

func (w *world) act(who loyalty.Actor) book.Act {
	w.ops++
	return book.Act{Op: loyalty.OpID(fmt.Sprintf("op%d", w.ops)), Actor: who, Now: w.now, Reason: []byte("sealed")}
}

// do runs f in an Update that is given up when f refuses, as a turn's is.
func (w *world) do(f func(store.Tx) error) error {
	w.t.Helper()
	err := w.db.Update(context.Background(), f)
	if err != nil && !loyalty.Refused(err) {
		w.t.Fatal(err)
	}
	return err
}

func (w *world) give(m loyalty.MemberID, n loyalty.Points) {
	w.t.Helper()
	act := w.act(loyalty.ByJob("test"))
	if err := w.do(func(tx store.Tx) error { _, err := w.d.Book.Give(tx, m, act, n); return err }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) balance(m loyalty.MemberID) (n loyalty.Points) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) error {
		b, err := w.d.Book.Balance(r, m, w.now)
		n = b.Available - b.Debt
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// play has a go.
func (w *world) play(m loyalty.MemberID, game string) (x Draw, err error) {
	w.t.Helper()
	act := w.act(loyalty.ByMember(m))
	err = w.do(func(tx store.Tx) (err error) { x, err = w.d.Play(tx, m, act, game); return err })
	return x, err
}

func (w *world) offer(m loyalty.MemberID, game string) (o Offer) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) error {
		all, err := w.d.Offers(r, m, w.now)
		for _, one := range all {
			if one.ID == game {
				o = one
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

// sell records a purchase and gives its reference.
func (w *world) sell(m loyalty.MemberID, amount loyalty.Money, order string) (ref loyalty.Ref) {
	w.t.Helper()
	act := w.act(loyalty.ByStaff("sam"))
	err := w.do(func(tx store.Tx) error {
		out, err := w.c.Sale(tx, m, act, loyalty.Sale{Amount: amount, Order: loyalty.Order(order)})
		ref = out.Receipt.Entry().Ref
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

// check draws a day again, and holds the ledger against itself.
func (w *world) check(day string) Report {
	w.t.Helper()
	rep, err := w.d.Verify(context.Background(), w.db, day, w.now)
	if err != nil || len(rep.Faults) > 0 {
		w.t.Errorf("%s: %v, %v", day, rep.Faults, err)
	}
	faults, err := w.d.Book.Verify(context.Background(), w.db, nil)
	if err != nil || len(faults) > 0 {
		w.t.Errorf("the ledger: %v, %v", faults, err)
	}
	return rep
}
