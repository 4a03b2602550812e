package jobs

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

// postbag is an outbox that keeps the words of what is put, each once by its id.
type postbag struct {
	ids  map[bot.IntentID]bool
	said []string
}

func (p *postbag) Put(_ store.Tx, _ time.Time, list ...bot.Intent) error {
	for _, i := range list {
		if !p.ids[i.ID] {
			p.ids[i.ID] = true
			m := i.Letter.Messages[0]
			p.said = append(p.said, strings.TrimSpace(m.Title+" "+m.Text))
		}
	}
	return nil
}
func (*postbag) Renew(store.Tx, bot.IntentID, bot.ReplyToken) error { return nil }
func (*postbag) Nudge(...bot.Intent)                                {}

// planLife is one member of a shop with paid plans.
type planLife struct {
	t     *testing.T
	db    *mem.DB
	clock *driven
	s     *shop.Shop
	j     Jobs
	bag   *postbag
	ann   loyalty.MemberID
	ops   int
	sales map[string]loyalty.Ref
	err   error
}

// planStep is what happens at a time of the shop's, and what the member then has: the
// plan's state and last day, points, open vouchers with their worth, and what they were
// told since the step before.
type planStep struct {
	at   string
	do   func(*planLife)
	want string
	told string
}

func livePlans(t *testing.T, preset string, steps []planStep) {
	t.Helper()
	l, zone := newPlanLife(t, preset, steps[0].at)
	for _, step := range steps {
		l.live(step, zone)
	}
}

// newPlanLife is one member of a preset's shop, at a time of the shop's.
func newPlanLife(t *testing.T, preset, at string) (*planLife, *time.Location) {
	t.Helper()
	text, _ := programme.Preset(preset)
	rules, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	l := &planLife{t: t, db: mem.New(), clock: &driven{}, bag: &postbag{ids: map[bot.IntentID]bool{}}, sales: map[string]loyalty.Ref{}}
	l.clock.set(must(time.ParseInLocation("2006-01-02 15:04", at, rules.Rules.Zone)))
	v := must(people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize)))
	l.s = shop.New(v, func(time.Time) *programme.Programme { return rules }, l.clock, rand.Reader, slog.New(slog.DiscardHandler))
	l.s.Channels = []shop.Channel{{Name: "line", Platform: bot.LINE, Handle: "@shop"}}
	l.s.Segments.DB, l.s.Rollups.DB = l.db, l.db
	l.j = Jobs{DB: l.db, Shop: l.s, Outbox: l.bag}
	l.update(func(tx store.Tx) error {
		p, _, err := v.Meet(tx, people.Identity{Channel: "line", User: "U1"}, people.Seen{Language: "en"}, l.clock.Now(), rand.Reader)
		if err != nil {
			return err
		}
		l.ann = p.ID
		_, err = v.Join(tx, p.ID, shop.Wording, l.clock.Now(), rand.Reader)
		return err
	})
	return l, rules.Rules.Zone
}

// live lets time pass to a step, each day at noon, and holds what is then.
func (l *planLife) live(step planStep, zone *time.Location) {
	at := must(time.ParseInLocation("2006-01-02 15:04", step.at, zone))
	for day := l.clock.Now(); day.Before(at); day = day.AddDate(0, 0, 1) {
		l.clock.set(day)
		l.run()
	}
	l.clock.set(at)
	l.run()
	if l.err = nil; step.do != nil {
		step.do(l)
	}
	l.run()
	got := l.state()
	if l.err != nil {
		got += " | refused: " + l.err.Error()
	}
	if got != step.want {
		l.t.Errorf("%s:\n got %s\nwant %s", step.at, got, step.want)
	}
	if told := strings.Join(l.bag.said, " / "); told != step.told {
		l.t.Errorf("%s: told\n got %s\nwant %s", step.at, told, step.told)
	}
	l.bag.said = nil
}

func (l *planLife) run() {
	for _, job := range []string{"club", "plans", "settle", "nudges"} {
		if _, err := l.j.Run(context.Background(), job); err != nil {
			l.t.Fatal(err)
		}
	}
}

func (l *planLife) update(f func(store.Tx) error) {
	l.t.Helper()
	err := l.db.Update(context.Background(), f)
	if err != nil && !loyalty.Refused(err) {
		l.t.Fatal(err)
	}
	l.err = err
}

func (l *planLife) act() book.Act {
	l.ops++
	return book.Act{Op: loyalty.OpID(fmt.Sprint("year", l.ops)), Actor: loyalty.ByStaff("sam"), Store: "main", Now: l.clock.Now()}
}

// state is what the member has.
func (l *planLife) state() (s string) {
	now := l.clock.Now()
	err := l.db.View(context.Background(), func(r store.Reader) error {
		x, state, err := l.s.Plans.Stand(r, l.ann, now)
		if err != nil {
			return err
		}
		b, err := l.s.Book.Balance(r, l.ann, now)
		if err != nil {
			return err
		}
		if s = fmt.Sprintf("none | %d", b.Available); state != plan.None {
			s = fmt.Sprintf("%s %s to %s | %d", x.Plan, state, l.s.Local(x.To.Add(-1)).Format("2 Jan 2006"), b.Available)
		}
		_, _, back, err := l.s.Plans.SoFar(r, x, now)
		if err != nil {
			return err
		}
		if back > 0 && state != plan.None {
			s += fmt.Sprintf(" | back %d", back)
		}
		list, err := l.s.Club.Vouchers.List(r, l.ann, now)
		for _, v := range list {
			if v.State == voucher.Open {
				s += fmt.Sprintf(" | %s %d", v.Reward, v.Worth)
			}
		}
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

func tryPlan(id string) func(*planLife) {
	return func(l *planLife) {
		a := l.act()
		l.update(func(tx store.Tx) error { _, err := l.s.Plans.Try(tx, l.ann, a, id, false); return err })
	}
}

func payPlan(id string, amount loyalty.Money, order loyalty.Order) func(*planLife) {
	return func(l *planLife) {
		a := l.act()
		l.update(func(tx store.Tx) error {
			_, err := l.s.Plans.Record(tx, l.ann, a, plan.Pay{Plan: id, Amount: amount, Order: order})
			return err
		})
	}
}

func cancelPlan(l *planLife) {
	a := l.act()
	l.update(func(tx store.Tx) error { _, err := l.s.Plans.Cancel(tx, l.ann, a); return err })
}

func refundPlan(want loyalty.Money) func(*planLife) {
	return func(l *planLife) {
		a := l.act()
		l.update(func(tx store.Tx) error {
			_, got, err := l.s.Plans.Refund(tx, l.ann, a)
			if err == nil && got != want {
				l.t.Errorf("%s: %d comes back, want %d", l.clock.Now(), got, want)
			}
			return err
		})
	}
}

func buy(name string, amount loyalty.Money) func(*planLife) {
	return func(l *planLife) {
		a := l.act()
		l.update(func(tx store.Tx) error {
			out, err := l.s.Club.Sale(tx, l.ann, a, loyalty.Sale{Amount: amount})
			l.sales[name] = out.Receipt.Entry().Ref
			return err
		})
	}
}

func bringBack(name string, amount loyalty.Money) func(*planLife) {
	return func(l *planLife) {
		a := l.act()
		l.update(func(tx store.Tx) error {
			_, err := l.s.Club.Refund(tx, l.sales[name], a, loyalty.Return{Amount: amount})
			return err
		})
	}
}

func take(reward string) func(*planLife) {
	return func(l *planLife) {
		a := l.act()
		a.Actor = loyalty.ByMember(l.ann)
		l.update(func(tx store.Tx) error { _, _, err := l.s.Club.Vouchers.Redeem(tx, l.ann, a, reward); return err })
	}
}

// useOpen takes the member's voucher at the counter.
func useOpen(l *planLife) {
	a := l.act()
	l.update(func(tx store.Tx) error {
		list, err := l.s.Club.Vouchers.List(tx, l.ann, a.Now)
		if err != nil || len(list) == 0 {
			return errors.Join(err, errors.New("no voucher"))
		}
		_, _, err = l.s.Club.Vouchers.Use(tx, l.s.Club.Vouchers.CodeOf(list[0]), a)
		return err
	})
}

// TestYearOfPrime lives Ann through the market with a plan that delivers.
//
// By the file: a dollar is a point, and with a plan two; the second tier, from $600 a
// year, gives 10 % more. By the month it costs $14.99, the first 30 days are free, who
// has it is told 5 days and 1 day before its end, and it has 3 days of grace; by the
// year $139 and 7 days. What is left comes back by the day.
func TestYearOfPrime(t *testing.T) {
	renew := "Plus by the month runs until %s. $14.99 at the counter keeps it going."
	livePlans(t, "prime", []planStep{
		{"2026-01-05 10:00", buy("A", 50_00), "none | 50", ""},
		// 30 days: 5 January to 3 February.
		{"2026-01-05 12:00", tryPlan("monthly"), "monthly trial to 3 Feb 2026 | 50", ""},
		{"2026-01-05 12:05", tryPlan("yearly"), "monthly trial to 3 Feb 2026 | 50 | refused: plan: another plan runs", ""},
		{"2026-01-10 12:00", buy("B", 40_00), "monthly trial to 3 Feb 2026 | 130", ""}, // 50 + 2 × 40
		{"2026-01-10 12:05", take("within-the-hour"), "monthly trial to 3 Feb 2026 | 130 | refused: loyalty: 200 points needed, 130 available", ""},
		// The last day counts as 1: 30 January is the fifth before.
		{"2026-01-30 12:00", nil, "monthly trial to 3 Feb 2026 | 130", fmt.Sprintf(renew, "3 Feb 2026")},
		{"2026-02-03 12:00", nil, "monthly trial to 3 Feb 2026 | 130", fmt.Sprintf(renew, "3 Feb 2026")},
		{"2026-02-03 15:00", payPlan("monthly", 14_99, "R1"), "monthly runs to 3 Mar 2026 | 130", ""},
		{"2026-02-03 15:05", payPlan("monthly", 14_99, "R1"), "monthly runs to 3 Mar 2026 | 130", ""}, // told twice
		{"2026-02-20 12:00", buy("C", 60_00), "monthly runs to 3 Mar 2026 | 250", ""},                 // 130 + 2 × 60
		{"2026-02-20 12:05", take("within-the-hour"), "monthly runs to 3 Mar 2026 | 50 | within-the-hour 0", ""},
		{"2026-02-20 18:00", useOpen, "monthly runs to 3 Mar 2026 | 50", ""},
		{"2026-03-05 12:00", buy("D", 100_00), "monthly grace to 3 Mar 2026 | 250", // 50 + 2 × 100: 4 to 6 March are grace
			fmt.Sprintf(renew, "3 Mar 2026") + " / " + fmt.Sprintf(renew, "3 Mar 2026")},
		{"2026-03-06 20:00", payPlan("monthly", 14_99, ""), "monthly runs to 3 Apr 2026 | 250", ""},
		{"2026-03-20 12:00", cancelPlan, "monthly ending to 3 Apr 2026 | 250", ""},
		{"2026-04-03 23:00", buy("E", 10_00), "monthly ending to 3 Apr 2026 | 270", ""},
		{"2026-04-04 09:00", buy("F", 10_00), "none | 280", "Plus by the month has ended. You can start again at the counter whenever you like."},
		{"2026-04-04 09:05", take("within-the-hour"), "none | 280 | refused: voucher: the reward is for who has another paid plan", ""},
		{"2026-04-05 12:00", tryPlan("monthly"), "none | 280 | refused: plan: the trial was had before, or there is none", ""},
		{"2026-04-10 12:00", payPlan("yearly", 139_00, ""), "yearly runs to 9 Apr 2027 | 280", ""},
		{"2026-05-01 12:00", buy("G", 330_00), "yearly runs to 9 Apr 2027 | 940", ""},  // $600 in all now: 2 × 330
		{"2026-05-02 12:00", buy("H", 100_00), "yearly runs to 9 Apr 2027 | 1150", ""}, // 100 + 100 + 10 %
		// 20 July: 365 days from 10 April, 263 are left after this one. 139 × 263/365 = 100.156.
		{"2026-07-20 12:00", refundPlan(100_16), "none | 1150", ""},
		{"2026-07-21 12:00", buy("I", 100_00), "none | 1260", ""}, // 100 + 10 %
		{"2026-12-31 12:00", nil, "none | 1260", ""},
	})
}

// TestYearOfWarehouse lives Ann through two years of the warehouse club.
//
// By the file: the better plan costs $130 a year, is told of 60, 14 and 1 days before
// its end, and has 60 days of grace. 2 % of what was bought in a year of it and kept
// come back once, at most $1,250; all of a payment comes back whenever in its year, and
// then none of the cash-back.
func TestYearOfWarehouse(t *testing.T) {
	renew := "Executive runs until 4 Jan 2027. $130 at the counter keeps it going."
	again := strings.Replace(renew, "2027", "2028", 1)
	livePlans(t, "warehouse", []planStep{
		{"2026-01-04 12:00", buy("before", 500_00), "none | 500", ""},
		{"2026-01-05 10:00", payPlan("executive", 130_00, "W1"), "executive runs to 4 Jan 2027 | 500", ""},
		{"2026-02-01 12:00", buy("A", 1234_56), "executive runs to 4 Jan 2027 | 1734 | back 2469", ""}, // 2 % of 1,234.56 is 24.6912
		{"2026-03-01 12:00", buy("B", 800_00), "executive runs to 4 Jan 2027 | 2534 | back 4069", ""},  // 2,034.56: 40.6912
		{"2026-03-20 12:00", bringBack("B", 300_00), "executive runs to 4 Jan 2027 | 2234 | back 3469", ""},
		{"2026-07-01 12:00", payPlan("basic", 65_00, ""), "executive runs to 4 Jan 2027 | 2234 | back 3469 | refused: plan: another plan runs", ""},
		{"2026-11-05 12:00", nil, "executive runs to 4 Jan 2027 | 2234 | back 3469", ""},
		{"2026-11-06 12:00", nil, "executive runs to 4 Jan 2027 | 2234 | back 3469", renew}, // 60 days with the 4th
		{"2026-12-22 12:00", nil, "executive runs to 4 Jan 2027 | 2234 | back 3469", renew}, // 14
		{"2027-01-04 23:00", nil, "executive runs to 4 Jan 2027 | 2234 | back 3469", renew},
		{"2027-01-05 09:00", nil, "executive grace to 4 Jan 2027 | 2234 | cash-back 3469",
			"$34.69 back for your year with Executive Thank you for all you bought with us. It is a voucher, good until 5 Jan 2028."},
		// $200 of it come back: 1,534.56 are left, 2 % are 30.69.
		{"2027-01-10 12:00", bringBack("A", 200_00), "executive grace to 4 Jan 2027 | 2034 | cash-back 3069", ""},
		{"2027-01-11 12:00", useOpen, "executive grace to 4 Jan 2027 | 2034", ""},
		// The rest of B: 1,034.56 are left, 20.69; 10 are owed.
		{"2027-01-12 12:00", bringBack("B", 500_00), "executive grace to 4 Jan 2027 | 1534", ""},
		// 60 days of grace: to 5 March. Paid in it, the year goes on from its end.
		{"2027-03-05 12:00", payPlan("executive", 130_00, "W2"), "executive runs to 4 Jan 2028 | 1534", ""},
		{"2027-03-06 12:00", buy("C", 1000_00), "executive runs to 4 Jan 2028 | 2534 | back 1000", ""},      // 20 less 10
		{"2027-05-01 12:00", buy("D", 70_000_00), "executive runs to 4 Jan 2028 | 72534 | back 124000", ""}, // the cap, less 10
		// The points of 2026 go with the year, of which the notices tell: 72,534 − 1,534.
		{"2028-01-04 12:00", nil, "executive runs to 4 Jan 2028 | 71000 | back 124000", strings.Join([]string{
			again, "1,534 points are good until 31 Dec 2027. There may be something nice for them.",
			again, "1,534 points are good until 31 Dec 2027. There may be something nice for them.",
			"The last 3 days for 1,534 points.", "The last 2 days for 1,534 points.", "The last day for 1,534 points is today.", again,
		}, " / ")},
		{"2028-01-05 12:00", payPlan("executive", 130_00, ""), "executive runs to 4 Jan 2029 | 71000 | cash-back 124000",
			"$1,240 back for your year with Executive Thank you for all you bought with us. It is a voucher, good until 4 Jan 2029."},
		{"2028-02-01 12:00", buy("E", 100_00), "executive runs to 4 Jan 2029 | 71125 | back 200 | cash-back 124000", ""}, // 25 % more in the third tier
		// All of this year's comes back, and nothing of what was bought in it.
		{"2028-03-01 12:00", refundPlan(130_00), "none | 71125 | cash-back 124000", ""},
		{"2028-03-02 12:00", payPlan("basic", 65_00, ""), "basic runs to 1 Mar 2029 | 71125 | cash-back 124000", ""},
	})
}
