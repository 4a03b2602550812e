package campaign

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/store"
)

// shopped are members of whom it is known what they bought.
type shopped struct {
	listed
	paid map[loyalty.MemberID]loyalty.Money
}

func (s shopped) Bought(_ store.Reader, m loyalty.MemberID, _, _ time.Time) (int64, loyalty.Money, error) {
	return int64(min(s.paid[m], 1)), s.paid[m], nil
}

func (a arrived) BulkStates(r store.Reader, id outbox.BulkID, f func(bot.PersonID, string, outbox.State) error) error {
	return a.Outbox.BulkStates(r, id, func(who bot.PersonID, wording string, _ outbox.State) error {
		return f(who, wording, outbox.Sent)
	})
}

// reported is a world with a report of a campaign to n members, of whom half are
// left out; bought tells what the k-th of those who got it, or did not, paid.
func reported(t *testing.T, n int, d Draft, bought func(out bool, k int) loyalty.Money) (*world, ID, Report) {
	t.Helper()
	w := newWorld(t)
	s := shopped{paid: map[loyalty.MemberID]loyalty.Money{}}
	half := 50
	d.HoldOut = &half
	for i := range n {
		s.ids = append(s.ids, loyalty.MemberID(fmt.Sprintf("01JH00000000000000000%05d", i)))
	}
	w.e.Bulks = arrived{w.out, nil}
	w.e.Segments = s
	id := w.save(d)
	var seen [2]int
	for i, m := range s.ids {
		if i%10 == 0 {
			continue // agreed to no news
		}
		_, out := w.e.Assigned(id, &d, m)
		side := 0
		if out {
			side = 1
		}
		s.paid[m] = bought(out, seen[side])
		seen[side]++
	}
	w.send(id)
	w.run()
	w.clock.at = w.clock.at.AddDate(0, 0, 5)
	rep, err := w.e.Report(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return w, id, rep
}

// What recipients and those left out bought is summed apart; a group too small to
// tell anything says so, whatever its figures are.
func TestReportTooFewToTell(t *testing.T) {
	_, _, rep := reported(t, 40, plain(), func(out bool, k int) loyalty.Money {
		if out {
			return 0
		}
		return loyalty.Money(100 * (k % 2))
	})
	people := rep.Treated.People + rep.Control.People
	if people != 36 || rep.Treated.People < 8 || rep.Control.People < 8 || rep.Treated.Buyers != rep.Treated.People/2 || rep.Treated.Money != 100*loyalty.Money(rep.Treated.Buyers) || rep.Control.Buyers != 0 {
		t.Fatalf("%+v and %+v", rep.Treated, rep.Control)
	}
	if rep.Buyers.Outcome != measure.TooFew {
		t.Errorf("%d of %d against none of %d: %+v", rep.Treated.Buyers, rep.Treated.People, rep.Control.People, rep.Buyers)
	}
	if _, ok := rep.PerExtra(); ok {
		t.Error("it says what one more purchaser costs")
	}
	if rep.From.Format(time.DateOnly) != "2026-01-05" || rep.To.Format(time.DateOnly) != "2026-01-19" {
		t.Errorf("bought from %v to %v", rep.From, rep.To)
	}
}

// A real difference is found in a walk over everybody: here 40 of a hundred
// recipients bought and 20 of those left out.
func TestReportFindsADifference(t *testing.T) {
	_, _, rep := reported(t, 2000, plain(), func(out bool, k int) loyalty.Money {
		if out && k%5 == 0 || !out && k%5 < 2 {
			return 300
		}
		return 0
	})
	if rep.Treated.People+rep.Control.People != 1800 || rep.Treated.People < 800 || rep.Control.People < 800 {
		t.Fatalf("%d and %d", rep.Treated.People, rep.Control.People)
	}
	near := func(what string, got, want, within float64) {
		t.Helper()
		if math.Abs(got-want) > within {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	near("the difference", rep.Buyers.Diff.Value, 0.2, 0.003)
	if rep.Buyers.Outcome != measure.Higher || rep.Spent != measure.Higher || rep.Buyers.Diff.Low < 0.15 || rep.Buyers.Diff.High > 0.25 {
		t.Errorf("%+v, %v", rep.Buyers, rep.Spent)
	}
	near("what one paid more", rep.Spend.Value, 60, 1)
	near("purchasers more", rep.Extra.Value, 0.2*float64(rep.Treated.People), 3)
}

// The figures beside the sums, worked out by hand: 150 of 1,000 recipients bought
// and 100 of 1,000 who were left out. Pooled: p = 0.125, so that z = 0.05 /
// √(0.125 · 0.875 · 2/1000) = 3.381. Wilson's bounds are 0.1293 to 0.1735 and
// 0.0829 to 0.1202; Newcombe's 0.05 − √(0.0207² + 0.0202²) = 0.0211 and
// 0.05 + √(0.0235² + 0.0171²) = 0.0790. Extra purchasers: 50.
func TestReportByHand(t *testing.T) {
	w, id, _ := reported(t, 20, plain(), func(bool, int) loyalty.Money { return 0 })
	sum := reckoned{
		Treated: Bought{People: 1000, Buyers: 150, Money: 60_000, Square: 150 * 400 * 400},
		Control: Bought{People: 1000, Buyers: 100, Money: 40_000, Square: 100 * 400 * 400},
	}
	var rep Report
	w.view(func(r store.Reader) (err error) {
		rep, err = w.e.reported(r, id, sum, w.clock.at)
		return err
	})
	for _, x := range []struct {
		what      string
		got, want float64
		within    float64
	}{
		{"z", rep.Buyers.Z, 3.381, 0.001},
		{"the difference", rep.Buyers.Diff.Value, 0.05, 1e-9},
		{"its lower bound", rep.Buyers.Diff.Low, 0.0210, 0.0001},
		{"its upper bound", rep.Buyers.Diff.High, 0.0790, 0.0001},
		{"purchasers more", rep.Extra.Value, 50, 1e-6},
		{"what one paid more", rep.Spend.Value, 20, 1e-9},
		// The variances are 400² · p(1−p) · 1000/999 = 20,420 and 14,414; their means'
		// difference has the error √(34.83) = 5.902, times 1.961 is 11.57.
		{"its lower bound", rep.Spend.Low, 20 - 11.57, 0.02},
		{"its upper bound", rep.Spend.High, 20 + 11.57, 0.02},
	} {
		if math.Abs(x.got-x.want) > x.within {
			t.Errorf("%s is %v, want %v", x.what, x.got, x.want)
		}
	}
	if rep.Buyers.Outcome != measure.Higher || rep.Spent != measure.Higher {
		t.Errorf("%v, %v", rep.Buyers.Outcome, rep.Spent)
	}
	rep.Cost = outbox.Cost{Money: 20_000, Priced: true}
	if each, ok := rep.PerExtra(); !ok || each != 400 {
		t.Errorf("one purchaser more costs %d, %v; want 400", each, ok)
	}
}

// Of two wordings the report says which is pressed more, and by how many of a
// hundred; one that is no different is not called better.
func TestReportComparesWordings(t *testing.T) {
	d := plain()
	d.Text["en"]["b"] = Words{Text: "Cold outside?"}
	d.Text["en"]["c"] = Words{Text: "Cosy inside."}
	d.Buttons = []Button{{ID: "more", Label: map[string]string{"": "More"}, Do: DoReply}}
	w, id, _ := reported(t, 4000, d, func(bool, int) loyalty.Money { return 0 })
	every := map[string]int{"a": 10, "b": 4, "c": 10} // one in so many presses
	seen := map[string]int{}
	var press []loyalty.MemberID
	w.view(func(r store.Reader) error {
		return w.e.Bulks.BulkStates(r, outbox.BulkID(id), func(who bot.PersonID, wording string, _ outbox.State) error {
			_, v := cutWording(wording)
			if seen[v]++; seen[v]%every[v] == 0 {
				press = append(press, loyalty.MemberID(who))
			}
			return nil
		})
	})
	for _, m := range press {
		w.update(func(tx store.Tx) error {
			c, err := w.e.Get(tx, id)
			if err != nil {
				return err
			}
			_, err = w.e.count(tx, c, "more", m, w.clock.at)
			return err
		})
	}
	w.clock.at = w.clock.at.Add(fresh)
	rep, err := w.e.Report(context.Background(), id)
	if err != nil || len(rep.Variants) != 3 {
		t.Fatal(rep.Variants, err)
	}
	a, b, c := rep.Variants[0], rep.Variants[1], rep.Variants[2]
	if a.Tapped != a.Sent/10 || b.Tapped != b.Sent/4 || a.Sent < 500 || b.Sent < 500 || c.Sent < 500 {
		t.Errorf("%+v", rep.Variants)
	}
	if b.Better.Outcome != measure.Higher || math.Abs(b.Better.Diff.Value-0.15) > 0.005 || c.Better.Outcome != measure.None {
		t.Errorf("b %+v, c %+v", b.Better, c.Better)
	}
	if p := rep.Taps["more"]; p.People != int64(len(press)) || p.Times != p.People {
		t.Errorf("%+v", p)
	}
}
