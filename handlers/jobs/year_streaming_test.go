package jobs

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

// screening is a year of the streaming preset: one member, Ann, and a crowd whose
// taste tells her what to watch next.
type screening struct {
	*testing.T
	db    *mem.DB
	clock *driven
	s     *shop.Shop
	jobs  Jobs
	ann   loyalty.MemberID
	ops   int
}

func newScreening(t *testing.T) *screening {
	text, _ := programme.Preset("streaming")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	x := &screening{T: t, db: mem.New(mem.Twice), clock: &driven{at: time.Date(2027, 1, 5, 20, 0, 0, 0, newYork)}}
	v := must(people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize)))
	x.s = shop.New(v, func(time.Time) *programme.Programme { return p }, x.clock, rand.Reader, slog.New(slog.DiscardHandler))
	x.s.Channels = []shop.Channel{{Name: "line", Platform: bot.LINE, Handle: "@films"}}
	x.jobs = Jobs{DB: x.db, Shop: x.s, Outbox: letters{}}
	x.do(func(tx store.Tx, act book.Act) error {
		who, _, err := v.Meet(tx, people.Identity{Channel: "line", User: "Uann"}, people.Seen{Language: "en"}, act.Now, rand.Reader)
		if err != nil {
			return err
		}
		x.ann = who.ID
		if _, err := v.Join(tx, x.ann, shop.Wording, act.Now, rand.Reader); err != nil {
			return err
		}
		if err := v.SetBirthday(tx, x.ann, people.Birthday{Year: 1990, Month: 7, Day: 12}, act.Now, rand.Reader); err != nil {
			return err
		}
		_, err = x.s.Club.Join(tx, x.ann, act)
		return err
	})
	return x
}

func (x *screening) do(f func(store.Tx, book.Act) error) {
	x.Helper()
	x.ops++
	op := loyalty.OpID(fmt.Sprint("op", x.ops))
	err := x.db.Update(context.Background(), func(tx store.Tx) error {
		return f(tx, book.Act{Op: op, Actor: loyalty.ByJob("till"), Store: "main", Now: x.clock.Now()})
	})
	if err != nil {
		x.Fatal(x.clock.Now(), err)
	}
}

// watches sells a film of a kind for four dollars.
func (x *screening) watches(who loyalty.MemberID, kind string) {
	x.Helper()
	x.do(func(tx store.Tx, act book.Act) error {
		_, err := x.s.Club.Sale(tx, who, act, loyalty.Sale{Amount: 400, Lines: []loyalty.Line{{Item: fmt.Sprint("film-", x.ops), Category: kind}}})
		return err
	})
}

// takes redeems a reward for points.
func (x *screening) takes(who loyalty.MemberID, reward string) {
	x.Helper()
	x.do(func(tx store.Tx, act book.Act) error {
		_, _, err := x.s.Club.Vouchers.Redeem(tx, who, act, reward)
		return err
	})
}

// uses shows the newest open voucher.
func (x *screening) uses(who loyalty.MemberID) {
	x.Helper()
	x.do(func(tx store.Tx, act book.Act) error {
		all, err := x.s.Club.Vouchers.List(tx, who, act.Now)
		if err == nil {
			_, _, err = x.s.Club.Vouchers.Use(tx, x.s.Club.Vouchers.CodeOf(all[0]), act)
		}
		return err
	})
}

func (x *screening) run(job string) {
	x.Helper()
	if _, err := x.jobs.Run(context.Background(), job); err != nil {
		x.Fatal(err)
	}
}

// crowd: twelve who watch dramas, of whom ten watch thrillers, all with a
// documentary for points; and fourteen who watch comedies.
func (x *screening) crowd() {
	for i := range 12 {
		who := loyalty.MemberID(fmt.Sprintf("DRAMA%02d", i))
		x.watches(who, "drama")
		if i < 10 {
			x.watches(who, "thriller")
		}
		x.do(func(tx store.Tx, act book.Act) error {
			act.Reason = []byte("test")
			_, err := x.s.Book.Give(tx, who, act, 800)
			return err
		})
		x.takes(who, "documentary-film")
		x.uses(who)
	}
	for i := range 14 {
		x.watches(loyalty.MemberID(fmt.Sprintf("COMEDY%02d", i)), "comedy")
	}
}

// stands is how Ann stands: points, level, open vouchers, and what she is told may
// please her.
func (x *screening) stands() string {
	x.Helper()
	var all []string
	now := x.clock.Now()
	err := x.db.View(context.Background(), func(r store.Reader) error {
		b, err := x.s.Book.Balance(r, x.ann, now)
		if err != nil {
			return err
		}
		way, _, err := x.s.Book.Progress(r, x.ann, now)
		if err != nil {
			return err
		}
		levels := x.s.Rules(now).Tiers
		all = append(all, fmt.Sprint(b.Available), levels.Levels[levels.Index(way.Standing.Level)].ID)
		mine, err := x.s.Club.Vouchers.List(r, x.ann, now)
		var open []string
		for _, v := range mine {
			if v.State == voucher.Open {
				open = append(open, v.Reward)
			}
		}
		slices.Sort(open)
		all = append(all, strings.Join(open, " "))
		if err != nil {
			return err
		}
		h, ok, err := x.s.Hint(r, x.ann, now)
		if ok {
			all = append(all, fmt.Sprintf("%s, %d because of %s", h.Thing, h.Both, h.Because))
		}
		return err
	})
	if err != nil {
		x.Fatal(err)
	}
	return strings.Join(all, "|")
}

// TestYearStreaming is worked out by hand. Ten points a dollar: a month of 18.00 is
// 180 points and a film of 4.00 is 40; from Fan on a tenth more. A month and two
// films are three visits, so that the 24th comes on 20 August.
func TestYearStreaming(t *testing.T) {
	t.Parallel()
	x := newScreening(t)
	pays := func() {
		x.do(func(tx store.Tx, act book.Act) error {
			_, err := x.s.Club.Sale(tx, x.ann, act, loyalty.Sale{Amount: 1800, Lines: []loyalty.Line{{Item: "month"}}})
			return err
		})
	}
	film := func(kind string) func() { return func() { x.watches(x.ann, kind) } }
	uses := func() { x.uses(x.ann) }
	night := func() { x.run("recommend") }
	documentary, thriller := "|reward/documentary-film, 12 because of category/drama", "|category/thriller, 10 because of category/drama"
	soon := "|category/thriller, 10 because of reward/documentary-film" // of 12 there, of 13 here, until the night counts her
	for _, step := range []struct {
		at   string
		do   func()
		want string
	}{
		{"2027-01-06 18:00", pays, "180|viewer|"},
		{"2027-01-10 21:00", film("drama"), "220|viewer|"},
		{"2027-01-15 21:00", x.crowd, "220|viewer|"},
		{"2027-01-20 21:00", film("drama"), "260|viewer|"},
		{"2027-01-21 04:10", night, "260|viewer|" + documentary},
		{"2027-02-06 18:00", pays, "440|viewer|" + documentary},
		{"2027-02-10 21:00", film("drama"), "480|viewer|" + documentary},
		{"2027-02-20 21:00", film("drama"), "520|viewer|" + documentary},
		{"2027-03-06 18:00", pays, "700|viewer|" + documentary},
		{"2027-03-10 21:00", film("drama"), "740|viewer|" + documentary},
		{"2027-03-20 21:00", film("drama"), "780|viewer|" + documentary},
		{"2027-04-06 18:00", pays, "960|viewer|" + documentary},
		{"2027-04-10 21:00", film("drama"), "1000|viewer|" + documentary},
		{"2027-04-20 21:00", film("drama"), "1040|viewer|" + documentary},
		{"2027-05-06 18:00", pays, "1220|viewer|" + documentary},
		{"2027-05-10 21:00", film("drama"), "1260|viewer|" + documentary},
		{"2027-05-20 21:00", film("drama"), "1300|viewer|" + documentary},
		// She follows the advice: 800 points. What she has is not advised again.
		{"2027-05-25 21:00", func() { x.takes(x.ann, "documentary-film") }, "500|viewer|documentary-film" + soon},
		{"2027-05-26 21:00", uses, "500|viewer|" + soon},
		{"2027-05-27 04:10", night, "500|viewer|" + thriller},
		{"2027-06-06 18:00", pays, "680|viewer|" + thriller},
		{"2027-06-10 21:00", film("drama"), "720|viewer|" + thriller},
		{"2027-06-20 21:00", film("drama"), "760|viewer|" + thriller},
		{"2027-07-01 09:30", func() { x.run("club") }, "760|viewer|birthday-film" + thriller},
		{"2027-07-06 18:00", pays, "940|viewer|birthday-film" + thriller},
		{"2027-07-10 21:00", film("drama"), "980|viewer|birthday-film" + thriller},
		{"2027-07-15 21:00", uses, "980|viewer|" + thriller},
		{"2027-07-20 21:00", film("drama"), "1020|viewer|" + thriller},
		{"2027-08-06 18:00", pays, "1200|viewer|" + thriller},
		{"2027-08-10 21:00", film("drama"), "1240|viewer|" + thriller},
		{"2027-08-20 21:00", film("drama"), "1280|fan|" + thriller},
		{"2027-09-06 18:00", pays, "1478|fan|" + thriller},
		{"2027-09-10 21:00", film("drama"), "1522|fan|" + thriller},
		{"2027-09-20 21:00", film("drama"), "1566|fan|" + thriller},
		{"2027-10-06 18:00", pays, "1764|fan|" + thriller},
		{"2027-10-10 21:00", film("drama"), "1808|fan|" + thriller},
		// A thriller at last: nothing is left that enough others liked.
		{"2027-10-20 21:00", film("thriller"), "1852|fan|"},
		{"2027-11-06 18:00", pays, "2050|fan|"},
		{"2027-11-10 21:00", film("drama"), "2094|fan|"},
		{"2027-11-20 21:00", film("thriller"), "2138|fan|"},
		{"2027-12-06 18:00", pays, "2336|fan|"},
		{"2027-12-10 21:00", film("drama"), "2380|fan|"},
		{"2027-12-20 21:00", film("drama"), "2424|fan|"},
		{"2028-01-05 20:00", func() { x.run("club") }, "2624|fan|"},
		{"2028-01-06 04:10", night, "2624|fan|"},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", step.at, newYork)
		if err != nil {
			t.Fatal(err)
		}
		x.clock.set(at)
		step.do()
		if got := x.stands(); got != step.want {
			t.Errorf("%s: %s, by hand %s", step.at, got, step.want)
		}
	}
	if faults, err := x.s.Book.Verify(context.Background(), x.db, nil); err != nil || len(faults) > 0 {
		t.Errorf("verify: %v, %v", faults, err)
	}
}
