package segment

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/mem"
)

// fill writes so many rolls as a store has them after some years: three in four
// have agreed to offers, and one in ten came in the last month.
func fill(t testing.TB, db store.DB, n int) {
	t.Helper()
	langs, levels := []string{"zh-TW", "zh-TW", "en", "ja"}, []string{"", "", "silver", "gold"}
	today := DayOf(noon, taipei)
	for at := 0; at < n; {
		err := db.Update(context.Background(), func(tx store.Tx) error {
			for end := min(at+2000, n); at < end; at++ {
				m := loyalty.MemberID(fmt.Sprintf("01H%023d", at))
				r := Roll{
					Seq: uint64(at%40 + 1), Promo: at%4 > 0, Joined: today - int32(at%1000), BirthMonth: uint8(at%13) % 13, BirthDay: 3,
					Lang: langs[at%4], Level: levels[at/7%4], Chats: []string{"main"}, Visits: int64(at % 30), Money: loyalty.Money(at % 30 * 400),
					VisitDays: int32(at % 30), Stores: []Branch{{"main", int32(at % 30)}},
					Lots: []Lot{{Until: noon.Unix() + int64(at%400)*86400, Points: loyalty.Points(at % 500)}, {Until: noon.Unix() + 500*86400, Points: 20}},
				}
				switch r.VisitDays {
				case 0:
				case 1:
					r.First, r.Last = today-int32(at%300), today-int32(at%300)
				default:
					r.First, r.Last = today-int32(at%900)-330, today-int32(at%300)
				}
				if at%50 == 0 {
					r.Tags = []string{"vegan"}
				}
				for d := range int32(at % 12) {
					r.Days = append(r.Days, Day{r.Last - d*9, 1, 400})
				}
				if err := tx.Lock(people.Subject(m)); err != nil {
					return err
				}
				if err := tx.Put(rolls.Key(string(m)), store.WithSum(r.encode())); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestWaysOfLookingAgree: counting, going through in pages of any size, drawing,
// and counting several at once find the same members.
func TestWaysOfLookingAgree(t *testing.T) {
	w := newWorld(t, openBolt(t))
	w.now = noon
	fill(t, w.db, 5000)
	for _, text := range []string{"true", `tier == "gold" and last_visit > 30`, `"vegan" in tags`, "visits > 1000", "reachable and points > 100"} {
		e, ctx := w.expr(text), context.Background()
		c, err := w.desk.Count(ctx, e, w.now)
		if err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int{7, 500, 100_000} {
			var ids []loyalty.MemberID
			reach, pages := 0, 0
			for next := loyalty.MemberID(""); ; pages++ {
				next, err = w.desk.Each(ctx, e, w.now, next, limit, func(r Row) error {
					ids = append(ids, r.Member)
					if r.Reachable() {
						reach++
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if next == "" {
					break
				}
			}
			if len(ids) != c.Members || reach != c.Reachable || !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
				t.Errorf("%s: %d by %ds (%d reachable), %d counted (%d)", text, len(ids), limit, reach, c.Members, c.Reachable)
			}
		}
		some, err := w.desk.Sample(ctx, e, 10, w.now)
		again, _ := w.desk.Sample(ctx, e, 10, w.now)
		if err != nil || len(some) != min(10, c.Members) || !slices.Equal(some, again) {
			t.Errorf("%s: %d drawn, then %d others, %v", text, len(some), len(again), err)
		}
		for _, by := range []map[string]int{c.ByChannel, c.ByLang, c.ByStore} {
			n := 0
			for _, k := range by {
				n += k
			}
			if n != c.Reachable {
				t.Errorf("%s: the parts of %v are not %d", text, by, c.Reachable)
			}
		}
	}
}

// TestTallies: all segments with a name, at once and in a transaction, are what
// they are when they are counted alone.
func TestTallies(t *testing.T) {
	w := newWorld(t, openBolt(t))
	w.now = noon
	fill(t, w.db, 1000)
	own := []Named{{"gold", `tier == "gold"`}}
	ctx := context.Background()
	if _, err := w.desk.Fit(ctx, w.now); err != nil {
		t.Fatal(err)
	}
	if n, err := w.desk.TallyAll(ctx, w.now); err != nil || n != len(presets) {
		t.Fatal(n, err)
	}
	err := w.db.View(ctx, func(r store.Reader) error {
		live, ok, err := w.desk.TallyIn(r, own, w.now)
		if err != nil || !ok || live.When[own[0].When].Members != w.in(own[0].When) {
			t.Errorf("%+v, %v, %v", live, ok, err)
		}
		kept, err := w.desk.Tallied(r)
		for _, p := range presets {
			if got := kept.When[p.When]; got.Members != w.in(p.ID) {
				t.Errorf("%s: %d kept, %d counted", p.ID, got.Members, w.in(p.ID))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, w.db, LiveMost/2+1)
	_ = w.db.View(ctx, func(r store.Reader) error {
		if _, ok, err := w.desk.TallyIn(r, own, w.now); ok || err != nil {
			t.Errorf("so many were counted while somebody waits: %v", err)
		}
		return nil
	})
}

// live writes rolls of members who buy at a rate of their own until they stop.
func (w *world) live(n int) {
	const seed = 3
	rng := rand.New(rand.NewPCG(seed, seed))
	today := DayOf(w.now, taipei)
	w.do(func(tx store.Tx) error {
		for i := range n {
			m := loyalty.MemberID(fmt.Sprintf("01L%023d", i))
			r := Roll{Promo: true, Joined: today - 300, First: today - 100 - int32(rng.IntN(200))}
			every, order, stop := 15/rng.ExpFloat64(), 50+rng.ExpFloat64()*200, rng.Float64()*rng.Float64()
			for day := float64(r.First); int32(day) <= today; day += 1 + rng.ExpFloat64()*every {
				r.Last, r.VisitDays, r.Visits = int32(day), r.VisitDays+1, r.Visits+1
				r.Money += loyalty.Money(order * (0.5 + rng.Float64()))
				if rng.Float64() < stop {
					break
				}
			}
			r.Days = []Day{{r.Last, int32(r.Visits), r.Money}}
			if err := tx.Lock(people.Subject(m)); err != nil {
				return err
			}
			if err := tx.Put(rolls.Key(string(m)), store.WithSum(r.encode())); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestFit: members are told apart by the fifths of those there are, and what too
// few purchases say nothing about is said to be so.
func TestFit(t *testing.T) {
	w := strict(t)
	regular := w.member("regular")
	for i := range 4 {
		w.sell(w.member(fmt.Sprint("once", i)), 50, "main")
	}
	for range 9 {
		w.days(7)
		w.sell(regular, 500, "main")
	}
	w.refresh()
	if w.in(`rfm == "champions"`) != 1 {
		t.Error("the one who comes each week is no champion")
	}
	var few *TooFewError
	if _, err := w.desk.Count(context.Background(), w.expr("alive < 0.5"), w.now); !errors.As(err, &few) {
		t.Errorf("six members: %v", err)
	}
	w.live(2000)
	if _, err := w.desk.Fit(context.Background(), w.now); err != nil {
		t.Fatal(err)
	}
	if all, gone := w.in("visits > 0"), w.in("alive < 0.5"); gone < all/20 || gone > all*19/20 {
		t.Errorf("%d of %d are gone", gone, all)
	}
	if n := w.in("clv > 0"); n < 1900 {
		t.Errorf("%d of 2,000 will buy again", n)
	}
}

// One word alone that is no attribute was meant as a segment's name.
func TestMistypedName(t *testing.T) {
	w := newWorld(t, mem.New())
	_, err := w.desk.Expr("evryone", w.now)
	var c *Complaint
	if !errors.As(err, &c) || c.Nearest != "everyone" {
		t.Error(err)
	}
}

// TestErrorsOfFAreHandedOn, and the walk goes on where it was told.
func TestErrorsOfFAreHandedOn(t *testing.T) {
	w := newWorld(t, openBolt(t))
	fill(t, w.db, 10)
	no := errors.New("no")
	if _, err := w.desk.Each(context.Background(), w.expr("true"), noon, "", 5, func(Row) error { return no }); !errors.Is(err, no) {
		t.Error(err)
	}
	gone, stop := context.WithCancel(context.Background())
	stop()
	if _, err := w.desk.Count(gone, w.expr("true"), noon); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
