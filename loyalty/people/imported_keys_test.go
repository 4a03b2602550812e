package people

import (
	"errors"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// who is known by a phone number alone is known by it in the next file too, when
// another number is in the place of it: what was theirs is not opened again.
func TestImportedByNumberAndChangedIt(t *testing.T) {
	w := newWorld(t)
	one := Imported{Name: "Ann", Phone: mustPhone(t, "0912345678")}
	first := w.bring(one)
	w.do(func(tx store.Tx) error {
		return errors.Join(Claimed(tx, first.Member, BySMS, "", w.now), w.v.SetPhone(tx, first.Member, mustPhone(t, "0955666777"), true, w.rand))
	})
	next := w.member(line("next"), "Next")
	w.do(func(tx store.Tx) error { return w.v.SetPhone(tx, next, one.Phone, true, w.rand) })
	w.now = w.now.Add(time.Hour)
	if again := w.bring(one); again.Member != first.Member || again.What != TakenSame {
		t.Errorf("the same line: %+v, first %s", again, first.Member)
	}
	w.view(func(r store.Reader) error {
		id, err := w.v.FindImported(r, "old-till", "", one.Phone)
		if id != first.Member {
			t.Errorf("a purchase of the same file is of %s, not of %s", id, first.Member)
		}
		return err
	})
	w.do(func(tx store.Tx) error { return w.v.Erase(tx, first.Member, w.now, w.now.Add(1000*time.Hour)) })
	if back := w.bring(one); !errors.Is(back.Err, ErrImportErased) {
		t.Errorf("came back: %+v", back)
	}
}

// whoever is erased is gone from every source that knew them, and not brought
// back by any; also a member who had proven the number before the file came.
func TestErasedFromAllSources(t *testing.T) {
	w := newWorld(t)
	phone := mustPhone(t, "0912345678")
	a := Imported{Source: "a", External: "7", Name: "Ann", Phone: phone}
	b := Imported{Source: "b", External: "99", Name: "Ann L", Phone: phone}
	met := Imported{Source: "a", External: "8", Phone: mustPhone(t, "0922333444")}
	imported, bob := w.bring(a).Member, w.member(line("bob"), "Bob")
	w.do(func(tx store.Tx) error { return w.v.SetPhone(tx, bob, met.Phone, true, w.rand) })
	w.now = w.now.Add(time.Hour)
	if got := w.bring(b); got.Member != imported {
		t.Fatalf("the second source: %+v", got)
	}
	if got := w.bring(met); got.What != TakenMember || got.Member != bob {
		t.Fatalf("who proved the number: %+v", got)
	}
	for _, id := range []loyalty.MemberID{imported, bob} {
		w.do(func(tx store.Tx) error { return w.v.Erase(tx, id, w.now, w.now.Add(1000*time.Hour)) })
	}
	if n := w.countRows("extid/") + w.countRows("imported/"); n != 0 {
		t.Errorf("%d rows lead to who was erased", n)
	}
	for _, x := range []Imported{a, b, met} {
		if got := w.bring(x); !errors.Is(got.Err, ErrImportErased) {
			t.Errorf("%s %s came back: %+v", x.Source, x.External, got)
		}
	}
}

// Two customers of one source never have one number, also when it is a later
// file that says so: whoever proves the number would have both balances.
func TestImportedNumberGoesToAnother(t *testing.T) {
	w := newWorld(t)
	ann := Imported{External: "7", Name: "Ann", Phone: mustPhone(t, "0912345678")}
	bob := Imported{External: "8", Name: "Bob", Phone: mustPhone(t, "0922333444")}
	w.bring(ann)
	w.bring(bob)
	w.now = w.now.Add(time.Hour)
	bob.Phone = ann.Phone
	if got := w.bring(bob); !errors.Is(got.Err, ErrImportPhone) {
		t.Errorf("a number that another has: %+v", got)
	}
	w.view(func(r store.Reader) error {
		open, err := w.v.Unclaimed(r, ann.Phone)
		if len(open) != 1 {
			t.Errorf("%d can be claimed with one number", len(open))
		}
		return err
	})
}

// A file that changes somebody leaves how far the claim has come.
func TestImportedAgainKeepsTheClaim(t *testing.T) {
	w := newWorld(t)
	one := Imported{External: "7", Name: "Ann", Phone: mustPhone(t, "0912345678")}
	id := w.bring(one).Member
	w.do(func(tx store.Tx) error { return Reached(tx, id, w.now) })
	w.now, one.Name = w.now.Add(time.Hour), "Ann Lee"
	w.bring(one)
	w.do(func(tx store.Tx) error { return Reached(tx, id, w.now) })
	if f := w.funnel(""); f != (Funnel{Imported: 1, Reached: 1}) {
		t.Errorf("funnel: %+v", f)
	}
}
