package whatif

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/referral"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

var taipei = time.FixedZone("Asia/Taipei", 8*60*60)

const till = loyalty.Actor("job/till")

// shop is a club with its ledger, and rules that may change.
type shop struct {
	t     testing.TB
	db    store.DB
	club  *club.Club
	rules *loyalty.Programme // the newest version, with those before it
	facts map[loyalty.MemberID]loyalty.Facts
	now   time.Time
	n     int
}

func newShop(t testing.TB, p *loyalty.Programme) *shop {
	s := &shop{t: t, db: mem.New(), rules: p, now: time.Date(2026, 1, 5, 10, 0, 0, 0, taipei), facts: map[loyalty.MemberID]loyalty.Facts{}}
	rules := func(t time.Time) *loyalty.Programme { return s.rules.At(t) }
	facts := func(_ store.Reader, m loyalty.MemberID) (loyalty.Facts, error) { return s.facts[m], nil }
	key := bytes.Repeat([]byte{9}, 32)
	b := &book.Book{Key: key, Programme: rules, Facts: facts}
	s.club = &club.Club{
		Book: b, Programme: rules, Facts: facts,
		Vouchers:  &voucher.Desk{Book: b, Key: key, Programme: rules},
		Referrals: &referral.Desk{Key: key, Programme: rules, Family: b.Family},
	}
	return s
}

// do runs a deed; a refusal is an answer and is given back.
func (s *shop) do(f func(store.Tx, book.Act) error) error {
	s.t.Helper()
	s.n++
	act := book.Act{Op: loyalty.OpID(fmt.Sprint("op", s.n)), Actor: till, Now: s.now, Reason: []byte("sealed")}
	var refused error
	err := s.db.Update(context.Background(), func(tx store.Tx) error {
		if refused = f(tx, act); loyalty.Refused(refused) {
			return nil
		}
		return refused
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return refused
}

func (s *shop) sell(m loyalty.MemberID, sale loyalty.Sale) club.Outcome {
	s.t.Helper()
	var out club.Outcome
	err := s.do(func(tx store.Tx, a book.Act) (err error) {
		out, err = s.club.Sale(tx, m, a, sale)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s *shop) tick() {
	s.t.Helper()
	_, err := s.club.Tick(context.Background(), s.db, s.now, func(store.Tx, club.Happened) error { return nil })
	if err != nil {
		s.t.Fatal(err)
	}
}

// ask is the difference that rules would have made from a moment on.
func (s *shop) ask(p loyalty.Programme, from time.Time) *Result {
	s.t.Helper()
	was := s.club.Programme
	to := s.now.Add(time.Hour)
	g := &Ground{DB: s.db, Book: s.club.Book, Vouchers: s.club.Vouchers, Facts: s.club.Facts, Workers: 2}
	res, err := g.Run(context.Background(), &Question{Was: was, New: Stack(p, was, from, to), From: from, To: to}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return res
}

// cafe has one of everything.
func cafe() *loyalty.Programme {
	return &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"}, Rate: loyalty.Rate{Points: 1, Per: 10},
		Expiry: loyalty.Expiry{Version: 1},
		Earning: loyalty.Earning{
			VisitsADay: 1, Items: []loyalty.Item{{ID: "latte", Category: "coffee", Points: 2}, {ID: "bag", Category: "beans"}}, Exclude: []string{"beans"},
			Bonuses: []loyalty.Bonus{{ID: "birthday", Percent: 200, Birthday: loyalty.SpanMonth}, {ID: "friday", Percent: 150, Weekdays: []time.Weekday{time.Friday}, Items: []string{"coffee"}}},
		},
		Tiers: loyalty.Tiers{By: loyalty.MeasureSpend, Window: loyalty.WindowCalendar, Levels: []loyalty.Level{
			{ID: "bronze"}, {ID: "silver", At: 1000, Percent: 110}, {ID: "gold", At: 5000, Percent: 125},
		}},
		Cards: []loyalty.StampCard{{ID: "coffee", Size: 3, Start: 1, Prize: "latte"}},
		Rewards: []loyalty.Reward{
			{ID: "latte", ValidFor: 30 * 24 * time.Hour}, {ID: "cake", ValidFor: 30 * 24 * time.Hour},
			{ID: "mug", Cost: 20, ValidFor: 20 * 24 * time.Hour},
		},
		Gifts: []loyalty.Gift{
			{ID: "hello", Kind: loyalty.GiftWelcome, Points: 20},
			{ID: "birthday", Kind: loyalty.GiftBirthday, Around: loyalty.SpanWeek, Points: 5, Rewards: []string{"cake"}, ChangeDays: 30},
			{ID: "years", Kind: loyalty.GiftAnniversary, Rewards: []string{"cake"}},
			{ID: "fifth", Kind: loyalty.GiftVisit, Visit: 5, Points: 50, Every: true},
			{ID: "back", Kind: loyalty.GiftComeback, Silence: 60, Points: 30},
			{ID: "silver", Kind: loyalty.GiftTier, Level: "silver", Points: 100},
			{ID: "gold", Kind: loyalty.GiftTier, Level: "gold", Rewards: []string{"cake"}},
		},
		Referral: loyalty.Referral{ReferrerPoints: 60, FriendPoints: 40, FriendReward: "latte", Minimum: 100, WaitDays: 14},
	}
}

// varied is the café with other settings for each life.
func varied(pick func(int) int) *loyalty.Programme {
	p := cafe()
	p.Rewards[2].OnExpiry = []loyalty.Fate{loyalty.FateBack, loyalty.FateForfeit}[pick(2)]
	p.ReturnWindow = []time.Duration{0, 7 * 24 * time.Hour}[pick(2)]
	p.Reversal = []loyalty.Reversal{loyalty.ReverseDebt, loyalty.ReverseUpTo}[pick(2)]
	p.Expiry = []loyalty.Expiry{{Version: 1}, {Version: 1, Kind: loyalty.AfterMonths, Months: 3}, {Version: 1, Kind: loyalty.Idle, Months: 2}}[pick(3)]
	p.Earning.VisitsADay = pick(3)
	p.Earning.CapDay = []loyalty.Points{0, 80}[pick(2)]
	p.Tiers.Soft, p.Tiers.GraceDays = pick(2) == 0, pick(2)*30
	p.Tiers.Window = []loyalty.Window{loyalty.WindowCalendar, loyalty.WindowRolling, loyalty.WindowAnniversary}[pick(3)]
	p.Tiers.Months = 3
	p.Cards[0].Start = int64(pick(2))
	return p
}

// life is a random past of a few members.
type life struct {
	*shop
	pick     func(int) int
	people   []loyalty.MemberID
	refs     []loyalty.Ref
	vouchers []voucher.ID
}

func live(t testing.TB, seed uint64, steps int) *life {
	pick := rand.New(rand.NewPCG(seed, 9)).IntN
	l := &life{shop: newShop(t, varied(pick)), pick: pick, people: []loyalty.MemberID{"ANN", "BOB", "CAT", "DAN"}}
	for i, m := range l.people {
		f := loyalty.Facts{Joined: l.now, BirthMonth: time.Month(1 + pick(12)), BirthDay: 1 + pick(28), BirthSet: l.now.AddDate(-1, 0, 0)}
		l.facts[m] = f
		raw, err := store.Encode(struct{}{})
		if err != nil {
			t.Fatal(err)
		}
		l.do(func(tx store.Tx, a book.Act) error {
			if err := tx.Put(fmt.Appendf(nil, "bday/%02d-%02d/%s", f.BirthMonth, f.BirthDay, m), raw); err != nil {
				return err
			}
			if i > 0 && pick(2) == 0 {
				code, err := l.club.Referrals.Code(tx, l.people[0])
				if err != nil {
					return err
				}
				if err := l.club.Referrals.Bind(tx, m, code, f, l.now); err != nil {
					return err
				}
			}
			_, err := l.club.Join(tx, m, a)
			return err
		})
	}
	for range steps {
		l.step()
	}
	return l
}

// step does one random thing.
func (l *life) step() {
	l.now = l.now.Add(time.Duration(1+l.pick(2*24*60)) * time.Minute)
	if l.pick(8) == 0 {
		l.now = l.now.AddDate(0, 0, l.pick(70))
	}
	l.tick()
	m := l.people[l.pick(len(l.people))]
	l.do(func(tx store.Tx, a book.Act) error { return l.deed(tx, a, m) })
}

func (l *life) deed(tx store.Tx, a book.Act, m loyalty.MemberID) error {
	note := func(out club.Outcome, err error) error {
		for _, e := range out.Receipt.Entries {
			if e.Ref != "" {
				l.refs = append(l.refs, e.Ref)
			}
		}
		for _, v := range out.Vouchers {
			l.vouchers = append(l.vouchers, v.ID)
		}
		return err
	}
	switch l.pick(13) {
	default:
		s := loyalty.Sale{Amount: loyalty.Money(20 + l.pick(900)), Order: loyalty.Order([]string{"", "A", "B"}[l.pick(3)])}
		for _, item := range []string{"latte", "bag"} {
			if l.pick(3) == 0 {
				s.Lines = append(s.Lines, loyalty.Line{Item: item, Quantity: int64(1 + l.pick(3)), Amount: loyalty.Money(l.pick(300))})
			}
		}
		if l.pick(3) == 0 {
			a.At = a.Now.Add(-time.Duration(l.pick(40)) * time.Hour)
		}
		return note(l.club.Sale(tx, m, a, s))
	case 0:
		return note(l.club.RefundOrder(tx, m, a, "A", loyalty.Return{Amount: 30}))
	case 1, 2:
		if len(l.refs) == 0 {
			return nil
		}
		return note(l.club.Refund(tx, l.refs[l.pick(len(l.refs))], a, loyalty.Return{Amount: loyalty.Money(l.pick(3) * 40)}))
	case 3:
		if len(l.refs) == 0 {
			return nil
		}
		return note(l.club.Undo(tx, l.refs[l.pick(len(l.refs))], a))
	case 4, 5:
		v, rec, err := l.club.Vouchers.Redeem(tx, m, a, "mug")
		if err == nil {
			l.vouchers, l.refs = append(l.vouchers, v.ID), append(l.refs, rec.Entry().Ref)
		}
		return err
	case 6, 7:
		return l.spend(tx, a, m)
	case 9:
		rec, err := l.club.Book.Match(tx, m, a, []string{"silver", "gold"}[l.pick(2)], l.now.AddDate(0, 0, 1+l.pick(120)))
		return note(club.Outcome{Receipt: rec}, err)
	case 8:
		rec, err := l.club.Book.Give(tx, m, a, loyalty.Points(1+l.pick(60)))
		return note(club.Outcome{Receipt: rec}, err)
	}
}

// spend uses a voucher, gives one back, or takes a use back.
func (l *life) spend(tx store.Tx, a book.Act, m loyalty.MemberID) error {
	if len(l.vouchers) == 0 {
		_, err := l.club.Book.Adjust(tx, m, a, -5)
		return err
	}
	id := l.vouchers[l.pick(len(l.vouchers))]
	v, err := l.club.Vouchers.Get(tx, id, l.now)
	if err != nil {
		return err
	}
	switch l.pick(4) {
	case 0:
		_, err = l.club.UndoUse(tx, id, a)
	case 1:
		if v.Cost > 0 {
			_, _, err = l.club.Vouchers.Cancel(tx, v.Member, id, a)
		}
	default:
		_, _, err = l.club.Vouchers.Use(tx, l.club.Vouchers.CodeOf(v), a)
	}
	return err
}

// lives is how many random lives are lived; REGULARS_SEEDS asks for more.
func lives(t *testing.T) uint64 {
	text := os.Getenv("REGULARS_SEEDS")
	if text == "" {
		return 6
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTheSameRulesMakeNoDifference: random lives, asked from their beginning and
// from somewhere in the middle; and living them once more gives what the ledger
// has.
func TestTheSameRulesMakeNoDifference(t *testing.T) {
	for seed := range lives(t) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			l := live(t, seed, 50)
			middle := l.facts["ANN"].Joined.Add(l.now.Sub(l.facts["ANN"].Joined) / 2)
			for _, from := range []time.Time{{}, middle} {
				res := l.ask(*l.rules, from)
				if !res.Same() {
					was, _ := json.Marshal(res.Was)
					is, _ := json.Marshal(res.New)
					t.Errorf("from %s the same rules make a difference:\n%s\n%s\n%+v", from, was, is, res.Moves)
				}
				if res.Members < 3 || res.Exact != res.Members {
					t.Errorf("from %s: %d of %d members are lived as they were", from, res.Exact, res.Members)
				}
			}
		})
	}
}
