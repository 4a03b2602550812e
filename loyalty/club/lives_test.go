package club

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// crowd is a random life of a few people, lived through the club alone: what is
// checked after each step are the invariants of the specification that meet
// here, of points (Verify), of vouchers (22), of referrals (23) and of gifts
// that are given once (24).
type crowd struct {
	*world
	pick     func(n int) int // 0 ≤ pick(n) < n
	people   []loyalty.MemberID
	sales    []loyalty.Ref
	refs     []loyalty.Ref // of anything that may be undone
	vouchers []voucher.ID
	used     map[voucher.ID]bool
	log      []string
}

// lives is how many lives an ordinary run lives; REGULARS_SEEDS asks for more.
func lives(t *testing.T) uint64 {
	text := os.Getenv("REGULARS_SEEDS")
	if text == "" && raceDetector { // one goroutine a life: there is little to detect
		return 3
	}
	if text == "" {
		return 24
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// scarce is the café with bounds that lives meet: little stock, one a person and
// month, few friends, refunds that are waited for, holds that end.
func scarce(pick func(int) int) *loyalty.Programme {
	p := cafe()
	two := int64(2)
	p.Rewards[0].Stock = []*int64{nil, &two}[pick(2)]
	p.Rewards[2].Cost, p.Rewards[2].Stock = 20, []*int64{nil, &two}[pick(2)]
	p.Rewards[2].PerPerson, p.Rewards[2].Per = int64(pick(3)), []loyalty.Span{"", loyalty.SpanMonth}[pick(2)]
	p.Rewards[2].OnExpiry = []loyalty.Fate{loyalty.FateBack, loyalty.FateForfeit}[pick(2)]
	p.Rewards[2].OnCancel = []loyalty.Fate{loyalty.FateBack, loyalty.FateForfeit}[pick(2)]
	p.Rewards = append(p.Rewards, loyalty.Reward{ID: "guest", Cost: 5, ValidFor: 48 * time.Hour, Levels: []string{"", "silver"}})
	p.ReturnWindow = []time.Duration{0, 7 * 24 * time.Hour}[pick(2)]
	p.Reversal = []loyalty.Reversal{loyalty.ReverseDebt, loyalty.ReverseUpTo}[pick(2)]
	p.Expiry = []loyalty.Expiry{{Version: 1}, {Version: 1, Kind: loyalty.AfterMonths, Months: 3}, {Version: 1, Kind: loyalty.Idle, Months: 2}}[pick(3)]
	p.Earning.VisitsADay = pick(3)
	p.Referral.Most, p.Referral.Per, p.Referral.Within = int64(pick(3)), []loyalty.Span{"", loyalty.SpanMonth}[pick(2)], pick(2)*30
	p.Tiers.Soft, p.Tiers.GraceDays = pick(2) == 0, pick(2)*30
	p.Cards[0].Start = int64(pick(2))
	return p
}

// TestRandomClubLives: see crowd.
func TestRandomClubLives(t *testing.T) {
	for seed := range lives(t) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			pick := rand.New(rand.NewPCG(seed, 24)).IntN
			l := &crowd{pick: pick, people: []loyalty.MemberID{ann, bob, "CAT", "DAN"}, used: map[voucher.ID]bool{}}
			l.world = newWorld(t, scarce(pick))
			defer func() {
				if t.Failed() {
					for _, line := range l.log {
						t.Log(line)
					}
				}
			}()
			for range 40 {
				l.step()
				l.holds()
			}
		})
	}
}

// step does one random thing, and now and then the same once more.
func (l *crowd) step() {
	l.t.Helper()
	l.now = l.now.Add(time.Duration(l.pick(3*24*60)) * time.Minute)
	if l.pick(6) == 0 {
		l.days(l.pick(90))
	}
	m := l.people[l.pick(len(l.people))]
	a := l.act("")
	what, f := l.deed(m, a)
	if f == nil {
		return
	}
	err := l.update(f)
	l.log = append(l.log, fmt.Sprintf("%s %s %s: %v", l.now.Format(time.DateTime), m, what, err))
	if l.pick(3) == 0 { // told twice: nothing more happens, and the answer is the same
		before := l.db.Hash()
		again := l.update(f)
		if fmt.Sprint(again) != fmt.Sprint(err) || l.db.Hash() != before {
			l.t.Fatalf("%s again: %v, first %v", what, again, err)
		}
	}
}

// deed is something that m may do; nil for what is done at once.
func (l *crowd) deed(m loyalty.MemberID, a book.Act) (string, func(store.Tx) error) {
	note := func(out Outcome) {
		for _, e := range out.Receipt.Entries {
			if e.Ref != "" {
				l.refs = append(l.refs, e.Ref)
			}
		}
		for _, v := range out.Vouchers {
			l.vouchers = append(l.vouchers, v.ID)
		}
	}
	club := func(f func(store.Tx) (Outcome, error)) func(store.Tx) error {
		return func(tx store.Tx) error {
			out, err := f(tx)
			if err == nil && !out.Receipt.Replayed {
				note(out)
			}
			return err
		}
	}
	switch l.pick(14) {
	case 0:
		if f := l.facts[m]; f.Joined.IsZero() && l.pick(2) == 0 {
			return "is invited", l.bind(m, l.people[l.pick(len(l.people))])
		}
		if f := l.facts[m]; f.Joined.IsZero() {
			f.Joined = l.now
			l.facts[m] = f
		}
		return "joins", club(func(tx store.Tx) (Outcome, error) { return l.c.Join(tx, m, a) })
	case 1, 2, 3, 4:
		sale := loyalty.Sale{Amount: loyalty.Money(20 + l.pick(900)), Order: loyalty.Order([]string{"", "A", "B"}[l.pick(3)])}
		if l.pick(4) == 0 {
			sale.Amount *= 5
		}
		return fmt.Sprint("buys ", sale), club(func(tx store.Tx) (Outcome, error) {
			out, err := l.c.Sale(tx, m, a, sale)
			if err == nil && !out.Receipt.Replayed {
				l.sales = append(l.sales, out.Receipt.Entry().Ref)
			}
			return out, err
		})
	case 5:
		return "returns something under a number", club(func(tx store.Tx) (Outcome, error) {
			return l.c.RefundOrder(tx, m, a, "A", loyalty.Return{Amount: 30})
		})
	case 6:
		if len(l.sales) == 0 {
			return "", nil
		}
		ref, r := l.sales[l.pick(len(l.sales))], loyalty.Return{Amount: loyalty.Money(l.pick(3) * 40)}
		return fmt.Sprint("has back ", ref, r.Amount), club(func(tx store.Tx) (Outcome, error) { return l.c.Refund(tx, ref, a, r) })
	case 7:
		if len(l.refs) == 0 {
			return "", nil
		}
		ref := l.refs[l.pick(len(l.refs))]
		return fmt.Sprint("undoes ", ref), club(func(tx store.Tx) (Outcome, error) { return l.c.Undo(tx, ref, a) })
	case 8, 9:
		reward := []string{"mug", "guest", "latte", "none"}[l.pick(4)]
		return "redeems " + reward, func(tx store.Tx) error {
			v, rec, err := l.c.Vouchers.Redeem(tx, m, a, reward)
			if err == nil && !rec.Replayed {
				l.vouchers, l.refs = append(l.vouchers, v.ID), append(l.refs, rec.Entry().Ref)
			}
			return err
		}
	case 10:
		return "uses", l.use(m, a)
	case 11:
		return l.back(m, a)
	case 12:
		list := l.open(m)
		if len(list) == 0 || len(list[0].Rewards) == 0 {
			l.changed(m, l.now.Month(), 1+l.pick(28))
			return "", nil
		}
		return "chooses", func(tx store.Tx) error {
			_, err := l.c.Claim(tx, m, a, list[0].Gift, list[0].Rewards[0])
			return err
		}
	default:
		switch l.pick(5) {
		case 0:
			into := l.people[l.pick(len(l.people))]
			return fmt.Sprint("is merged into ", into), l.merge(m, into, a)
		case 1:
			return "is parted", func(tx store.Tx) error {
				_, err := l.c.Unmerge(tx, m, a)
				return err
			}
		}
		l.tick()
		return "", nil
	}
}

// merge makes m a part of somebody, of which the points are the sum.
func (l *crowd) merge(m, into loyalty.MemberID, a book.Act) func(store.Tx) error {
	return func(tx store.Tx) error {
		_, err := l.c.Merge(tx, m, into, a)
		return err
	}
}

// bind brings m in with another's code, or with their own.
func (l *crowd) bind(m, by loyalty.MemberID) func(store.Tx) error {
	return func(tx store.Tx) error {
		code, err := l.c.Referrals.Code(tx, by)
		if err != nil {
			return err
		}
		err = l.c.Referrals.Bind(tx, m, code, l.facts[m], l.now)
		if m == by && err == nil {
			l.t.Fatalf("%s brought themselves in", m)
		}
		return err
	}
}

// any is a voucher of anybody's.
func (l *crowd) any() voucher.ID {
	if len(l.vouchers) == 0 {
		return ""
	}
	return l.vouchers[l.pick(len(l.vouchers))]
}

// use hands one over: never a second time, unless its use was taken back.
func (l *crowd) use(m loyalty.MemberID, a book.Act) func(store.Tx) error {
	id := l.any()
	if id == "" {
		return nil
	}
	return func(tx store.Tx) error {
		v, err := l.c.Vouchers.Get(tx, id, l.now)
		if err != nil {
			return err
		}
		was := v.State
		_, rec, err := l.c.Vouchers.Use(tx, l.c.Vouchers.CodeOf(v), a)
		if err == nil && !rec.Replayed && was != voucher.Open && was != voucher.Used {
			l.t.Fatalf("a voucher that was %v is used", was)
		}
		if err == nil && rec.Entry().Ref != "" {
			l.refs = append(l.refs, rec.Entry().Ref)
		}
		return err
	}
}

// back gives one back, somebody else's too, or takes a use back.
func (l *crowd) back(m loyalty.MemberID, a book.Act) (string, func(store.Tx) error) {
	id := l.any()
	if id == "" {
		return "", nil
	}
	if l.pick(2) == 0 {
		return "undoes the use of a voucher", func(tx store.Tx) error {
			_, err := l.c.UndoUse(tx, id, a)
			return err
		}
	}
	return "gives a voucher back", func(tx store.Tx) error {
		v, err := l.c.Vouchers.Get(tx, id, l.now)
		if err != nil || v.Cost == 0 { // a present that is given back stays given
			return err
		}
		_, _, err = l.c.Vouchers.Cancel(tx, m, id, a)
		if one, kerr := l.c.Book.Kin(tx, v.Member, m); err == nil && (!one || kerr != nil) {
			l.t.Fatalf("%s gave back a voucher of %s", m, v.Member)
		}
		return err
	}
}

// holds checks what must be after every step.
func (l *crowd) holds() {
	l.t.Helper()
	if faults, err := l.c.Vouchers.Check(context.Background(), l.db); err != nil || len(faults) > 0 {
		l.t.Fatalf("vouchers: %v, %v", faults, err)
	}
	if faults, err := l.c.Book.Verify(context.Background(), l.db, nil); err != nil || len(faults) > 0 {
		l.t.Fatalf("ledger: %v, %v", faults, err)
	}
	friends := 0
	for _, m := range l.people {
		l.agrees(m)
		welcomed, brought := 0, 0
		for _, row := range l.gifts(m) {
			switch {
			case row.Undone:
			case row.Kind == loyalty.GiftWelcome:
				welcomed++
			case row.Kind == KindFriend:
				brought++
			case row.Kind == KindReferrer:
				friends--
			}
		}
		if friends += brought; welcomed > 1 || brought > 1 {
			l.t.Fatalf("%s was welcomed %d times and brought in %d times", m, welcomed, brought)
		}
	}
	if friends < 0 {
		l.t.Fatalf("%d rewards for bringing nobody", -friends)
	}
	err := l.db.View(context.Background(), func(r store.Reader) error {
		for i := range l.p.Rewards {
			w := l.p.Rewards[i]
			left, _, err := l.c.Vouchers.Left(r, w, l.now)
			if err != nil || left != nil && *left < 0 || w.Stock != nil && left != nil && *left > *w.Stock {
				l.t.Fatalf("%s: %v left, %v", w.ID, left, err)
			}
		}
		return nil
	})
	if err != nil {
		l.t.Fatalf("%v", err)
	}
}
