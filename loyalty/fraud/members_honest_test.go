package fraud_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/store"
	"regulars/store/mem"
)

// The programme's defaults: from how many on, and how fast is too fast.
const (
	packetsFrom, packetIn  = 8, 5 * time.Second
	answersFrom, answerIn  = 3, 3 * time.Second
	storesFrom             = 4
	sharedWithin           = 15 * time.Minute
	toldFrom               = 20
	packetDays, answerDays = 7, 365
)

// crowd are members as they live: what they do goes through the tallies that the
// shop keeps.
type crowd struct {
	t    *testing.T
	db   store.DB
	rand *rand.Rand
	told map[fraud.Rule]int
}

func newCrowd(t *testing.T, seed uint64) *crowd {
	return &crowd{t, mem.New(), rand.New(rand.NewPCG(seed, 5)), map[fraud.Rule]int{}}
}

// after is how long a person takes: half of them so long, few much less, and nobody
// less than a second.
func (c *crowd) after(usual time.Duration) time.Duration {
	return max(time.Second, time.Duration(float64(usual)*math.Exp(0.9*c.rand.NormFloat64())))
}

// times counts what somebody did so often on a day, and whether it is told.
func (c *crowd) times(tx store.Tx, m loyalty.MemberID, rule fraud.Rule, day time.Time, times, days, from int) error {
	for range times {
		n, err := fraud.Tally(tx, m, string(rule), day, days)
		if err != nil {
			return err
		}
		if f, ok := fraud.OfMemberDay(m, rule, day, n, from, nil, day); ok && f.Worth() >= toldFrom {
			c.told[rule]++
		}
	}
	return nil
}

// fast is how many of n things were done faster than a bound.
func (c *crowd) fast(n int, usual, bound time.Duration) (k int) {
	for range n {
		if c.after(usual) <= bound {
			k++
		}
	}
	return k
}

// honest lives a member's day: some packets in a lively group, a survey a month, the
// shop near home and at times the one near work, and vouchers there.
func (c *crowd) honest(tx store.Tx, m loyalty.MemberID, day time.Time) error {
	if c.rand.IntN(3) == 0 {
		n := c.fast(c.rand.IntN(5), 40*time.Second, packetIn)
		if err := c.times(tx, m, fraud.Packets, day, n, packetDays, packetsFrom); err != nil {
			return err
		}
	}
	if c.rand.IntN(30) == 0 {
		n := c.fast(1, 15*time.Second, answerIn)
		if err := c.times(tx, m, fraud.Answers, day, n, answerDays, answersFrom); err != nil {
			return err
		}
	}
	stores := [...]int{0, 0, 0, 1, 1, 1, 1, 1, 1, 2}[c.rand.IntN(10)]
	if stores == 2 && c.rand.IntN(10) == 0 { // a day in town
		stores = 3
	}
	if stores == 2 && c.rand.IntN(4) == 0 { // with a voucher at each
		way := 15*time.Minute + c.after(40*time.Minute)
		last := fraud.Use{Ref: "B", At: day.Add(15*time.Hour + way), Store: "work"}
		if f, ok := fraud.SharedBy(m, last, []fraud.Use{{Ref: "A", At: day.Add(15 * time.Hour), Store: "home"}}, sharedWithin, day, last.At); ok && f.Worth() >= toldFrom {
			c.told[fraud.Shared]++
		}
	}
	return c.times(tx, m, fraud.CheckIns, day, stores, 1, storesFrom)
}

// TestHonestMembers: of the months of honest members next to none is told.
func TestHonestMembers(t *testing.T) {
	const seeds, members, days = 4, 60, 180
	told, sum := map[fraud.Rule]int{}, 0
	for seed := range uint64(seeds) {
		c := newCrowd(t, seed)
		for d := range days {
			day := monday.AddDate(0, 0, d)
			if err := c.db.Update(t.Context(), func(tx store.Tx) error {
				for i := range members {
					if err := c.honest(tx, loyalty.MemberID(fmt.Sprintf("M%03d", i)), day); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		for rule, n := range c.told {
			told[rule], sum = told[rule]+n, sum+n
		}
	}
	months := seeds * members * days / 30
	t.Logf("%d of %d honest members' months are told, %.2f%%: %v", sum, months, 100*float64(sum)/float64(months), told)
	if 200*sum > months {
		t.Errorf("%d of %d honest members' months are told: %v", sum, months, told)
	}
}

// TestMembersWhoCheatAreTold: a program that opens packets and answers surveys, a
// check-in code that is passed on, a voucher's picture in two hands.
func TestMembersWhoCheatAreTold(t *testing.T) {
	c := newCrowd(t, 1)
	for rule, cheat := range map[fraud.Rule]func(store.Tx) error{
		fraud.Packets:  func(tx store.Tx) error { return c.times(tx, "bot", fraud.Packets, monday, 9, packetDays, packetsFrom) },
		fraud.Answers:  func(tx store.Tx) error { return c.times(tx, "bot", fraud.Answers, monday, 3, answerDays, answersFrom) },
		fraud.CheckIns: func(tx store.Tx) error { return c.times(tx, "bot", fraud.CheckIns, monday, 5, 1, storesFrom) },
		fraud.Shared: func(store.Tx) error {
			f, ok := fraud.SharedBy("ann", fraud.Use{At: monday.Add(4 * time.Minute), Store: "north"}, []fraud.Use{{At: monday, Store: "south"}}, sharedWithin, monday, monday)
			if ok && f.Worth() >= toldFrom {
				c.told[fraud.Shared]++
			}
			return nil
		},
	} {
		if err := c.db.Update(t.Context(), cheat); err != nil {
			t.Fatal(err)
		}
		if c.told[rule] == 0 {
			t.Errorf("%s is not told", rule)
		}
	}
}
