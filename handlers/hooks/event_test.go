package hooks

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// act is an employee's deed of this moment.
func (w *world) act(op string) book.Act {
	return book.Act{Op: loyalty.OpID(op), Now: w.Clock.Now(), At: w.Clock.Now(), Actor: w.Clerk.ID.Actor(), Role: w.Owner.Role, Store: "main", Reason: []byte("sealed")}
}

// types are the events heard, in the order of their making.
func (v *receiver) types() (all []string) {
	for _, h := range v.all() {
		all = append(all, h.Type)
	}
	return all
}

// TestWhatIsTold goes through a member's life and listens.
func TestWhatIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(nil)
	w.add(v.URL, Types()...)
	told := func(what string, want ...string) {
		t.Helper()
		w.Clock.Move(time.Second)
		before := len(v.all())
		w.deliver()
		got := v.types()[before:]
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s told %v, want %v", what, got, want)
		}
	}
	do := func(f func(tx store.Tx) error) { t.Helper(); w.Do(f) }
	rec := w.Sell(w.Main, w.Ann, 50000)
	told("a large sale", "points.earned", "tier.changed")
	var reward string
	for _, r := range w.Shop.Rules(w.Clock.Now()).Rewards {
		if r.Kind == loyalty.RewardItem && r.Cost > 0 {
			reward = r.ID
			break
		}
	}
	var got voucher.Voucher
	do(func(tx store.Tx) (err error) {
		got, _, err = w.Shop.Club.Vouchers.Redeem(tx, w.Ann, w.act("redeem"), reward)
		return err
	})
	told("a voucher", "voucher.issued")
	do(func(tx store.Tx) error {
		_, _, err := w.Shop.Club.Vouchers.Use(tx, w.Shop.Club.Vouchers.CodeOf(got), w.act("use"))
		return err
	})
	told("its use", "voucher.used", "points.spent")
	do(func(tx store.Tx) error {
		_, _, err := w.Shop.Club.Vouchers.Undo(tx, got.ID, w.act("undouse"))
		return err
	})
	told("that it was a mistake", "voucher.reopened", "points.reversed")
	do(func(tx store.Tx) error {
		_, _, err := w.Shop.Club.Vouchers.Void(tx, got.ID, w.act("void"), "test")
		return err
	})
	told("that it is withdrawn", "voucher.void")
	do(func(tx store.Tx) error {
		_, err := w.Shop.Book.Adjust(tx, w.Ann, w.act("adjust"), 7)
		return err
	})
	told("a correction", "points.corrected")
	do(func(tx store.Tx) error {
		_, err := w.Shop.Book.Undo(tx, rec.Entry().Ref, w.act("undo"))
		return err
	})
	if !slices.Contains(w.deliverTypes(v), "points.reversed") {
		t.Error("an undone sale is not told")
	}
	w.Sell(w.Main, w.Bob, 500)
	told("a small sale", "points.earned")
	do(func(tx store.Tx) error {
		_, err := w.Shop.Club.Book.Merge(tx, w.Bob, w.Ann, w.act("merge"))
		return err
	})
	w.deliver()
	all := v.all()
	i := slices.IndexFunc(all, func(h heard) bool { return h.Type == "member.merged" })
	if i < 0 || all[i].Member != string(w.Bob) || !strings.Contains(all[i].Body, `"into":"`+string(w.Ann)+`"`) {
		t.Errorf("the merge: %+v", v.types())
	}
	do(func(tx store.Tx) error { return w.desk.Finished(tx, "camp-1", w.Clock.Now()) })
	told("a campaign", "campaign.finished")
}

func (w *world) deliverTypes(v *receiver) []string {
	before := len(v.all())
	w.deliver()
	return v.types()[before:]
}

// TestErased: events of who is erased meanwhile are dropped, and that they are is
// told.
func TestErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(answers(500))
	e, _ := w.add(v.URL, Types()...)
	w.Sell(w.Clerk, w.Ann, 500)
	w.deliver()
	w.Do(func(tx store.Tx) error {
		if err := w.Shop.Club.Leave(tx, w.Ann, w.act("leave")); err != nil {
			return err
		}
		return w.Shop.Vault.Erase(tx, w.Ann, w.Clock.Now(), time.Time{})
	})
	v.then(nil)
	before := len(v.all())
	for range 3 {
		w.Clock.Move(time.Hour)
		w.deliver()
	}
	if got := v.types()[before:]; !slices.Equal(got, []string{"member.erased"}) {
		t.Errorf("after the erasure: %v", got)
	}
	dropped := 0
	for _, d := range w.past(e.ID) {
		if d.Outcome == Dropped && d.Why == WhyErased {
			dropped++
		}
	}
	if dropped < 1 || len(w.waiting(e.ID)) != 0 {
		t.Errorf("%d dropped, waiting %+v", dropped, w.waiting(e.ID))
	}
	// Nor is anything told by sending it again.
	if _, err := w.desk.ReplayRange(context.Background(), e.ID, w.Clock.Now().Add(-24*time.Hour), w.Clock.Now().Add(time.Hour), false); err != nil {
		t.Fatal(err)
	}
	before = len(v.all())
	w.deliver()
	if got := v.types()[before:]; !slices.Equal(got, []string{"member.erased"}) {
		t.Errorf("sent again: %v", got)
	}
}

// TestWanted: an endpoint gets what it asked for.
func TestWanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(nil)
	w.Do(func(tx store.Tx) error {
		_, _, err := w.desk.Add(tx, Endpoint{URL: v.URL, Events: []Type{PointsEarned}, Stores: []loyalty.Store{"main"}}, w.Clock.Now())
		return err
	})
	w.Sell(w.Clerk, w.Ann, 500)  // without a store: for everybody
	w.Sell(w.Main, w.Bob, 50000) // and a tier, which is not wanted
	other := w.Main
	other.Store = "north"
	w.Sell(other, w.Bob, 500)
	w.deliver()
	w.deliver()
	if got := v.types(); !slices.Equal(got, []string{"points.earned", "points.earned"}) {
		t.Errorf("heard %v", got)
	}
}

// TestEndpoints: what may be made, and what not.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	try := func(e Endpoint) (err error) {
		w.Do(func(tx store.Tx) error {
			_, _, err = w.desk.Add(tx, e, w.Clock.Now())
			return nil
		})
		return err
	}
	for _, c := range []struct {
		e    Endpoint
		want error
	}{
		{Endpoint{URL: "http://example.com/", Events: []Type{PointsEarned}}, ErrURL},
		{Endpoint{URL: "https://10.0.0.1/", Events: []Type{PointsEarned}}, ErrAddress},
		{Endpoint{URL: "https://example.com/"}, ErrEvents},
		{Endpoint{URL: "https://example.com/", Events: []Type{"points.guessed"}}, ErrEvents},
		{Endpoint{URL: "https://example.com/", Events: []Type{Test}}, ErrEvents},
	} {
		if err := try(c.e); err != c.want {
			t.Errorf("%+v: %v, want %v", c.e, err, c.want)
		}
	}
	for range MaxEndpoints {
		if err := try(Endpoint{URL: "https://example.com/secret-path", Events: Types()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := try(Endpoint{URL: "https://example.com/", Events: Types()}); err != ErrMany {
		t.Errorf("one more: %v", err)
	}
	var list []Endpoint
	w.See(func(r store.Reader) (err error) { list, err = List(r); return err })
	if list[0].Label() != "example.com" {
		t.Errorf("called %q", list[0].Label())
	}
}
