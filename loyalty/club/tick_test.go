package club

import (
	"context"
	"sync"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// TestBirthdayByTick: the week of 7 May 2026 begins on Monday the 4th. The
// points come at once, the reward waits for the choice to the week's end.
func TestBirthdayByTick(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(ann)
	w.born(ann, time.May, 7)
	w.now = on(2026, 5, 3)
	want(t, "told on Sunday", len(w.tick()), 0)
	w.now = on(2026, 5, 4)
	told := w.tick()
	if len(told) != 1 || told[0].Member != ann || told[0].Points != 5 || told[0].Kind != loyalty.GiftBirthday || told[0].Choice == nil {
		t.Fatalf("told %+v", told)
	}
	want(t, "to choose", len(told[0].Choice.Rewards), 2)
	want(t, "until", told[0].Choice.Until, time.Date(2026, 5, 11, 0, 0, 0, 0, taipei).UTC())
	for range 9 {
		w.days(1)
		want(t, "told again", len(w.tick()), 0)
	}
	if _, err := w.claim(ann, "birthday", "cake"); err != ErrNoGift {
		t.Errorf("after the week: %v", err)
	}
	w.now = on(2026, 5, 10)
	if _, err := w.claim(ann, "birthday", "mug"); err != ErrChoice {
		t.Errorf("what is not offered: %v", err)
	}
	g, err := w.claim(ann, "birthday", "cake")
	if err != nil || g.Voucher.Reward != "cake" {
		t.Errorf("%+v, %v", g, err)
	}
	if _, err := w.claim(ann, "birthday", "latte"); err != ErrNoGift {
		t.Errorf("a second choice: %v", err)
	}
	want(t, "points", w.balance(ann).Available, 20+5)

	w.now = on(2027, 5, 3)                      // the week of Friday 7 May 2027
	want(t, "told next year", len(w.tick()), 2) // and that she is a member for a year
}

// TestBirthdayOverNewYear: 1 January 2027 has its week from 28 December. It is
// one gift, of 2027, on both sides of the year.
func TestBirthdayOverNewYear(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(ann)
	w.born(ann, time.January, 1)
	w.now = on(2026, 12, 28)
	want(t, "told in the old year", len(w.tick()), 1)
	for day := 1; day <= 7; day++ {
		w.days(1)
		want(t, "told again", len(w.tick()), 0)
		want(t, "open gifts", len(w.open(ann)), map[bool]int{true: 1}[day < 7])
	}
	if _, ok := w.gifts(ann)["birthday/2027"]; !ok {
		t.Error("it is not the gift of 2027")
	}
}

// TestOutage: a birthday missed by three days without ticks is given within its
// span, and for forty days after it; an anniversary within 30 days.
func TestOutage(t *testing.T) {
	for _, c := range []struct {
		what string
		on   time.Time // first tick since 1 May
		want int
	}{
		{"a birthday's third day", on(2026, 5, 7), 1},
		{"the last day of its week", on(2026, 5, 10), 1},
		{"the day after", on(2026, 5, 11), 1},
		{"39 days after", on(2026, 6, 19), 1},
		{"40 days after", on(2026, 6, 20), 0},
		{"30 days after the anniversary", on(2027, 4, 1), 1},
		{"31 days after it", on(2027, 4, 2), 0},
	} {
		w := newWorld(t, cafe())
		w.join(ann) // on 2 March
		w.born(ann, time.May, 7)
		w.now = on(2026, 5, 1)
		w.tick()
		w.now = c.on
		want(t, c.what, len(w.tick()), c.want)
		want(t, c.what+", ticked again", len(w.tick()), 0)
	}
}

// TestBelatedBirthday: whose birthday passed while nobody ticked has as many days
// to choose as they would have had, and this year's gift once; who has a birthday
// then and had theirs gets no second.
func TestBelatedBirthday(t *testing.T) {
	w := newWorld(t, cafe())
	for i, m := range []loyalty.MemberID{ann, bob} {
		w.join(m)
		w.born(m, time.May, 7+7*i)
	}
	w.now = on(2026, 5, 4)
	want(t, "told in time", len(w.tick()), 1)
	w.now = on(2026, 5, 27) // Bob's week was from the 11th to the 17th
	told := w.tick()
	if len(told) != 1 || told[0].Member != bob || told[0].Choice == nil {
		t.Fatalf("told %+v", told)
	}
	want(t, "until", told[0].Choice.Until, time.Date(2026, 6, 3, 0, 0, 0, 0, taipei).UTC())
	w.now = on(2026, 6, 2)
	want(t, "told again", len(w.tick()), 0)
	if _, err := w.claim(bob, "birthday", "cake"); err != nil {
		t.Error(err)
	}
	if _, ok := w.gifts(bob)["birthday/2026"]; !ok {
		t.Error("it is not this year's")
	}
}

// TestOldMemberAnniversary: a member from before the club is found from their
// first touch on; what their anniversary brings can be taken within its 30 days.
func TestOldMemberAnniversary(t *testing.T) {
	w := newWorld(t, cafe())
	w.facts[ann] = loyalty.Facts{Joined: on(2025, 2, 20)}
	want(t, "told before the first touch", len(w.tick()), 0)
	w.buy(ann, 10)
	want(t, "open", len(w.open(ann)), 1)
	g, err := w.claim(ann, "years", "")
	if err != nil || g.Voucher.Reward != "cake" {
		t.Errorf("%+v, %v", g, err)
	}
	w.now = on(2027, 2, 20)
	want(t, "told a year later", w.ticked(loyalty.GiftAnniversary), 1)
	for range 2 {
		a := w.act("")
		a.Reason = []byte("left")
		if err := w.update(func(tx store.Tx) error { return w.c.Leave(tx, ann, a) }); err != nil {
			t.Fatal(err)
		}
	}
	want(t, "open vouchers", w.vouchers(ann)[voucher.Open], 0)
	w.now = on(2028, 2, 20)
	want(t, "told after leaving", w.ticked(loyalty.GiftAnniversary), 0)
}

// TestFirstEntryWithinTheWeek: who enters a birthday in its week finds the gift
// among the open ones; Claim gives points and reward.
func TestFirstEntryWithinTheWeek(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(ann)
	w.now = on(2026, 5, 6)
	w.tick()
	w.born(ann, time.May, 7)
	open := w.open(ann)
	if len(open) != 1 || open[0].Points != 5 || len(open[0].Rewards) != 2 {
		t.Fatalf("open %+v", open)
	}
	g, err := w.claim(ann, "birthday", "latte")
	if err != nil || g.Points != 5 || g.Voucher.Reward != "latte" {
		t.Errorf("%+v, %v", g, err)
	}
	want(t, "points", w.balance(ann).Available, 25)
	w.days(1)
	want(t, "told", len(w.tick()), 0)
}

// TestClaimTwice: one operation claims once and is told the same.
func TestClaimTwice(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(ann)
	w.born(ann, time.March, 2)
	a := w.act("tap")
	claim := func() (g Given, err error) {
		err = w.update(func(tx store.Tx) (err error) {
			g, err = w.c.Claim(tx, ann, a, "birthday", "cake")
			return err
		})
		return g, err
	}
	first, err := claim()
	if err != nil {
		t.Fatal(err)
	}
	rows := w.db.Hash()
	second, err := claim()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "voucher", second.Voucher.ID, first.Voucher.ID)
	want(t, "rows", w.db.Hash(), rows)
}

// TestTicksInParallel: three processes tick at once; every gift is given and
// told once.
func TestTicksInParallel(t *testing.T) {
	w := newWorld(t, cafe())
	members := []loyalty.MemberID{"A1", "A2", "A3", "A4", "A5", "A6", "A7"}
	for _, m := range members {
		w.join(m)
		w.born(m, time.May, 7)
	}
	w.now = on(2026, 5, 4)
	var group sync.WaitGroup
	var given [3]int
	for i := range given {
		group.Go(func() {
			n, err := w.c.Tick(context.Background(), w.db, w.now, func(store.Tx, Happened) error { return nil })
			if given[i] = n; err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	want(t, "gifts given", given[0]+given[1]+given[2], len(members))
	for _, m := range members {
		want(t, "points", w.balance(m).Available, 25)
	}
}

// TestLapsedVoucherIsTold: a prize that nobody fetched.
func TestLapsedVoucherIsTold(t *testing.T) {
	w := newWorld(t, cafe())
	for range 3 {
		w.buy(ann, 10)
		w.days(1)
	}
	w.days(40)
	told := w.tick()
	if len(told) != 1 || told[0].Kind != KindLapsed || told[0].Voucher.State != voucher.Expired {
		t.Errorf("%+v", told)
	}
	want(t, "told again", len(w.tick()), 0)
}

// TestGiftsByTier: only the tiers that a gift is for get it, the lowest one
// too where it is named.
func TestGiftsByTier(t *testing.T) {
	for _, c := range []struct {
		levels []string
		spend  loyalty.Money
		given  int
	}{
		{nil, 10, 1}, {[]string{"silver"}, 10, 0}, {[]string{"silver"}, 1000, 1},
		{[]string{"bronze"}, 10, 1}, {[]string{""}, 10, 1}, {[]string{"bronze"}, 1000, 0},
	} {
		p := cafe()
		p.Gifts = []loyalty.Gift{{ID: "birthday", Kind: loyalty.GiftBirthday, Around: loyalty.SpanDay, Points: 5, Levels: c.levels}}
		w := newWorld(t, p)
		w.join(ann)
		w.born(ann, time.May, 7)
		w.buy(ann, c.spend)
		w.now = on(2026, 5, 7)
		if got := len(w.tick()); got != c.given {
			t.Errorf("for %q, having spent %d: %d gifts, want %d", c.levels, c.spend, got, c.given)
		}
	}
}

// TestOneBirthdayAcrossTiers: bronze has its gift on the day, 7 May, and silver
// in its week, from the 4th. Who rises, or is brought down, in that week has one
// of them; what everybody has is had beside it.
func TestOneBirthdayAcrossTiers(t *testing.T) {
	p := cafe()
	p.Gifts = []loyalty.Gift{
		{ID: "card", Kind: loyalty.GiftBirthday, Around: loyalty.SpanMonth, Points: 5},
		{ID: "day", Kind: loyalty.GiftBirthday, Around: loyalty.SpanDay, Rewards: []string{"cake"}, Levels: []string{"bronze"}},
		{ID: "week", Kind: loyalty.GiftBirthday, Around: loyalty.SpanWeek, Rewards: []string{"latte"}, Levels: []string{"silver", "gold"}},
	}
	for _, c := range []struct {
		what         string
		before       loyalty.Money // spent before the week
		rise, fall   int           // the days of May on which that changes
		first, later string        // told on the 4th, and on the 7th
		sold         string        // given by the sale
	}{
		{"bronze", 10, 0, 0, "", "cake", ""},
		{"silver", 1000, 0, 0, "latte", "", ""},
		{"rose on the 5th", 10, 5, 0, "", "", "latte"},
		{"rose on the 7th, with the day's gift", 10, 7, 0, "", "cake", ""},
		{"fell on the 5th, with the week's gift", 1000, 0, 5, "latte", "", ""},
	} {
		w := newWorld(t, p)
		w.join(ann)
		w.born(ann, time.May, 7)
		sale := w.buy(ann, c.before)
		w.now = on(2026, 5, 1)
		want(t, c.what+", told of everybody's", len(w.tick()), 1)
		told := map[int]string{}
		for day := 4; day <= 10; day++ {
			w.now = on(2026, 5, day)
			for _, h := range w.tick() {
				told[day] += h.Voucher.Reward
			}
			switch day {
			case c.rise:
				for _, v := range w.buy(ann, 5000).Vouchers {
					want(t, c.what+", by the sale", v.Reward, c.sold)
				}
			case c.fall:
				w.refund(sale, loyalty.Return{})
			}
			want(t, c.what+", open beside it", len(w.open(ann)), 0)
		}
		want(t, c.what+", told on the 4th", told[4], c.first)
		want(t, c.what+", told on the 7th", told[7], c.later)
		want(t, c.what+", vouchers", w.vouchers(ann)[voucher.Open], 1)
		for _, k := range w.coming() {
			want(t, c.what+", the next is of", k.From.Year(), 2027)
		}
	}
}

// coming is what ann has to look forward to.
func (w *world) coming() (list []Coming) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		list, err = w.c.Coming(r, ann, w.now)
		return err
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return list
}

// TestGiftIsGoodForItsSpan: a voucher of a day that comes with a birthday's week
// is good to the week's end, one that lives longer for as long as it lives.
func TestGiftIsGoodForItsSpan(t *testing.T) {
	for _, c := range []struct {
		valid time.Duration
		until time.Time
	}{
		{24 * time.Hour, time.Date(2026, 5, 11, 0, 0, 0, 0, taipei)},
		{30 * 24 * time.Hour, on(2026, 6, 3)},
		{0, time.Time{}}, // without a time of holds it does not lapse
	} {
		p := cafe()
		p.Rewards[1].ValidFor = c.valid
		p.Gifts = []loyalty.Gift{{ID: "birthday", Kind: loyalty.GiftBirthday, Around: loyalty.SpanWeek, Rewards: []string{"cake"}}}
		w := newWorld(t, p)
		w.join(ann)
		w.born(ann, time.May, 7)
		w.now = on(2026, 5, 4)
		told := w.tick()
		if len(told) != 1 || !told[0].Voucher.Until.Equal(c.until) {
			t.Errorf("a voucher for %v: told %+v, want until %v", c.valid, told, c.until)
		}
	}
}
