package trust_test

import (
	"testing"

	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/trust"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/loyalty/referral"
	"regulars/store"
)

// TestFriendsWhoLookAlike: what is held until somebody decides is given once it is
// fine, and refused once it is fraud; a decision that was written down and not carried
// out is by the night's look.
func TestFriendsWhoLookAlike(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, consoletest.Options{Strict: true, Change: []string{"flag            = 5", "flag            = 1"}, Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{trust.Part(w.Console, trust.Deps{})}
	}})
	brings := func(m loyalty.MemberID, user, name string) (friend loyalty.MemberID) {
		friend = w.Join(user, name, "")
		w.Do(func(tx store.Tx) error {
			desk := w.Shop.Club.Referrals
			code, err := desk.Code(tx, m)
			if err != nil {
				return err
			}
			if err := desk.Bind(tx, friend, code, loyalty.Facts{}, w.Clock.Now()); err != nil {
				return err
			}
			_, err = desk.Joined(tx, friend, loyalty.Facts{Joined: w.Clock.Now()}, w.Clock.Now())
			return err
		})
		return friend
	}
	look := func(want int) {
		t.Helper()
		if n, err := w.Shop.FindMembers(t.Context(), w.DB); err != nil || n != want {
			t.Fatalf("found %d, not %d: %v", n, want, err)
		}
	}
	flag := func(m loyalty.MemberID) (f referral.Flag, is bool) {
		w.See(func(r store.Reader) error {
			all, err := w.Shop.Club.Referrals.Flagged(r)
			for _, x := range all {
				if x.Member == m {
					f, is = x, true
				}
			}
			return err
		})
		return f, is
	}
	fay := brings(w.Ann, "fay", "Fay")
	bought := w.Sell(w.Main, fay, 500)
	w.Do(func(tx store.Tx) error {
		_, err := w.Shop.Club.Referrals.Purchase(tx, fay, &bought.Entries[0], w.Clock.Now())
		return err
	})
	brings(w.Bob, "gus", "Gus")
	look(2)
	look(0)
	w.See(func(r store.Reader) error {
		for m, want := range map[loyalty.MemberID]int{w.Ann: 1, w.Bob: 0} {
			list, err := fraud.Of(r, fraud.OfMember(m))
			if err != nil {
				return err
			}
			if f := list[0]; len(f.Entries) != want || f.In("main") != (want > 0) {
				t.Errorf("a friend bought %d times at main: %+v", want, f)
			}
		}
		return nil
	})

	b := w.Open(w.Owner)
	decide := func(who, decision string) {
		t.Helper()
		p := b.Get("/console/trust/fraud")
		p.Must("Friends who look alike", who)
		for _, k := range []loyalty.MemberID{w.Ann, w.Bob} {
			if at := b.Get("/console/trust/fraud/member/" + string(k) + "/" + w.Shop.Local(w.Clock.Now()).Format("2006-01-02") + "/cluster"); at.Says(who) {
				at.Form("/decide").Set("decision", decision).Set("reason", "I asked them").Send().Must("Noted")
				return
			}
		}
		t.Fatalf("%s has no finding", who)
	}
	decide("Ann", "fine")
	if _, is := flag(w.Ann); is {
		t.Error("it is fine, and still held")
	}
	decide("Bob", "fraud")
	if f, is := flag(w.Bob); !is || f.Refused.IsZero() {
		t.Errorf("it is fraud, and not refused: %+v", f)
	}
	look(0)
}
