package people

import (
	"errors"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// bring imports one person.
func (w *world) bring(p Imported) Taken {
	w.t.Helper()
	if p.Source == "" {
		p.Source = "old-till"
	}
	x, err := w.v.Prepare(p, w.now, w.rand)
	if err != nil {
		return Taken{Err: err}
	}
	var out []Taken
	w.do(func(tx store.Tx) (err error) {
		if out, err = w.v.Import(tx, []*Prepared{x}, w.now, w.rand); err != nil {
			return err
		}
		return CountImported(tx, out)
	})
	return out[0]
}

func (w *world) funnel(at loyalty.Store) (f Funnel) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) {
		f, err = FunnelOf(r, at)
		return err
	})
	return f
}

func (w *world) bornOn(m time.Month, d int) (list []loyalty.MemberID) {
	w.t.Helper()
	w.view(func(r store.Reader) error {
		return ByBirthday(r, m, d, func(id loyalty.MemberID) bool { list = append(list, id); return true })
	})
	return list
}

func TestImportedPersonIsFoundAndClaimed(t *testing.T) {
	w := newWorld(t)
	yes, phone := true, mustPhone(t, "0912345678")
	got := w.bring(Imported{External: "A-17", Name: "陳大文", Phone: phone, Birthday: Birthday{1990, time.May, 2},
		Joined: time.Date(2020, 1, 5, 0, 0, 0, 0, time.UTC), Promo: &yes, Store: "zhongshan"})
	if got.What != TakenNew || got.Err != nil {
		t.Fatalf("taken: %+v", got)
	}
	p := w.get(got.Member)
	if p.Status != Member || p.Name != "陳大文" || p.Phone != phone || p.PhoneProven || len(p.Accounts) != 0 || p.JoinedAt.Year() != 2020 ||
		p.Birthday.Year != 1990 || !p.Agreed(ForPromo) || p.Consents[ForJoining].Wording != WordingImported {
		t.Errorf("the person: %+v", p.Status)
	}
	w.view(func(r store.Reader) error {
		byName, err := w.v.ByName(r, "大文", 5)
		claims, err2 := w.v.ByPhone(r, phone)
		open, err3 := w.v.Unclaimed(r, phone)
		ext, err4 := w.v.FindImported(r, "old-till", "A-17", Phone{})
		_, err5 := w.v.FindImported(r, "other", "A-17", Phone{})
		if !slices.Contains(byName, got.Member) || len(claims) != 1 || claims[0].Proven || !slices.Equal(open, []loyalty.MemberID{got.Member}) || ext != got.Member || !errors.Is(err5, ErrNobody) {
			t.Errorf("found: %v %v %v %v %v", byName, claims, open, ext, err5)
		}
		return errors.Join(err, err2, err3, err4)
	})
	if n := len(w.bornOn(time.May, 2)); n != 0 {
		t.Error("a birthday is kept of somebody who has not come yet")
	}
	for range 2 { // claims count once
		w.do(func(tx store.Tx) error { return Reached(tx, got.Member, w.now) })
		w.do(func(tx store.Tx) error { return Claimed(tx, got.Member, BySMS, "", w.now) })
	}
	if f := w.funnel("zhongshan"); f != (Funnel{Imported: 1, Reached: 1, SMS: 1}) {
		t.Errorf("funnel: %+v", f)
	}
	if n := len(w.bornOn(time.May, 2)); n != 1 {
		t.Error("a claimed person's birthday is not kept")
	}
	w.view(func(r store.Reader) error {
		if open, err := w.v.Unclaimed(r, phone); len(open) != 0 || err != nil {
			t.Error("still unclaimed", err)
		}
		return nil
	})
}

func TestImportingAgain(t *testing.T) {
	w := newWorld(t)
	one := Imported{External: "7", Name: "Ann", Phone: mustPhone(t, "0912345678")}
	first := w.bring(one)
	writes := w.db.Writes()
	if again := w.bring(one); again.What != TakenSame || again.Member != first.Member {
		t.Errorf("the same line: %+v", again)
	}
	if w.db.Writes() != writes {
		t.Error("the same line wrote something")
	}
	other := one
	other.Name = "Ann Lee"
	if twice := w.bring(other); !errors.Is(twice.Err, ErrImportTwice) {
		t.Errorf("two names in one run: %+v", twice)
	}
	w.now = w.now.Add(time.Hour)
	if changed := w.bring(other); changed.What != TakenChanged || w.get(first.Member).Name != "Ann Lee" {
		t.Errorf("another name in a later run: %+v", changed)
	}
	if cousin := w.bring(Imported{External: "8", Name: "Bob", Phone: one.Phone}); !errors.Is(cousin.Err, ErrImportPhone) {
		t.Errorf("two customers with one number: %+v", cousin)
	}
	if nobody := w.bring(Imported{Name: "Carl"}); !errors.Is(nobody.Err, ErrImportKey) {
		t.Errorf("without a key: %+v", nobody)
	}
	w.do(func(tx store.Tx) error { return Claimed(tx, first.Member, AtCounter, "main", w.now) })
	w.do(func(tx store.Tx) error { return w.v.SetName(tx, first.Member, "Annabel", w.rand) })
	w.now = w.now.Add(time.Hour)
	if own := w.bring(one); own.What != TakenSame || w.get(first.Member).Name != "Annabel" {
		t.Errorf("a file changed a claimed person's own name: %+v", own)
	}
	if f := w.funnel(""); f != (Funnel{Imported: 1, Reached: 1, Counter: 1}) {
		t.Errorf("funnel: %+v", f)
	}
}

func TestImportMeetsMembers(t *testing.T) {
	w := newWorld(t)
	proven, typed := mustPhone(t, "0912345678"), mustPhone(t, "0987654321")
	ann, bob := w.member(line("ann"), "Ann"), w.member(line("bob"), "Bob")
	w.do(func(tx store.Tx) error {
		return errors.Join(w.v.SetPhone(tx, ann, proven, true, w.rand), w.v.SetPhone(tx, bob, typed, false, w.rand))
	})
	if got := w.bring(Imported{External: "1", Name: "Somebody", Phone: proven}); got.What != TakenMember || got.Member != ann || w.get(ann).Name == "Somebody" {
		t.Errorf("who proved the number: %+v", got)
	}
	if got := w.bring(Imported{External: "2", Name: "Bob", Phone: typed}); got.What != TakenNew || got.Member == bob {
		t.Errorf("who only typed the number: %+v", got)
	}
	if f := w.funnel(""); f != (Funnel{Imported: 2, Reached: 1, Contact: 1}) {
		t.Errorf("funnel: %+v", f)
	}
}

func TestErasedIsNotBroughtBack(t *testing.T) {
	w := newWorld(t)
	one := Imported{External: "7", Name: "Ann", Phone: mustPhone(t, "0912345678")}
	got := w.bring(one)
	w.do(func(tx store.Tx) error { return w.v.Erase(tx, got.Member, w.now, w.now.Add(1000*time.Hour)) })
	if again := w.bring(one); !errors.Is(again.Err, ErrImportErased) {
		t.Errorf("came back: %+v", again)
	}
	if byPhone := w.bring(Imported{Phone: one.Phone}); !errors.Is(byPhone.Err, ErrImportErased) {
		t.Errorf("came back by the number: %+v", byPhone)
	}
	w.view(func(r store.Reader) error {
		for _, rg := range []store.Range{imports.All(), externals.All(), names.All(), phones.All()} {
			for row, err := range r.Scan(rg) {
				t.Errorf("left behind: %s %v", row.Key, err)
			}
		}
		return nil
	})
	w.now = w.now.Add(1001 * time.Hour)
	if after := w.bring(one); after.What != TakenNew {
		t.Errorf("after the tombstone's time: %+v", after)
	}
}
