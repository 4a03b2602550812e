package people

import (
	"errors"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// member makes a member with one account.
func (w *world) joined(who Identity, name string) loyalty.MemberID {
	w.t.Helper()
	var id loyalty.MemberID
	w.do(func(tx store.Tx) error {
		p, _, err := w.v.Meet(tx, who, Seen{DisplayName: name, Username: name}, w.now, w.rand)
		if err != nil {
			return err
		}
		id = p.ID
		if _, err := w.v.Join(tx, id, "1", w.now, w.rand); err != nil {
			return err
		}
		_, err = w.v.Card(tx, id, w.rand)
		return err
	})
	w.now = w.now.Add(time.Hour)
	return id
}

func (w *world) person(id loyalty.MemberID) (p Person) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) {
		p, err = w.v.Get(r, id)
		return err
	})
	return p
}

// TestMergedPersons: every way to one leads to the other, and back when they
// part; what was said by one of them only is not forgotten.
func TestMergedPersons(t *testing.T) {
	w := newWorld(t)
	line, tg := Identity{"main", "U1"}, Identity{"tg", "7"}
	from, into := w.joined(line, "ming"), w.joined(tg, "chen")
	phone, err := ParsePhone("+886912345678")
	if err != nil {
		t.Fatal(err)
	}
	born := Birthday{1990, time.May, 2}
	w.do(func(tx store.Tx) error {
		return errors.Join(
			w.v.SetPhone(tx, from, phone, true, w.rand), w.v.SetBirthday(tx, from, born, w.now, w.rand),
			w.v.SetName(tx, from, "陳小明", w.rand), w.v.SetConsent(tx, from, ForPromo, false, "2", w.now, w.rand),
			w.v.SetConsent(tx, into, ForPromo, true, "2", w.now, w.rand), w.v.SetQuiet(tx, from, true, w.rand),
		)
	})
	was, own := w.person(from), w.person(into)
	w.do(func(tx store.Tx) error { return w.v.Merge(tx, from, into, w.now, w.rand) })
	if err := w.try(func(tx store.Tx) error { return w.v.Merge(tx, from, into, w.now, w.rand) }); err != ErrMerged {
		t.Errorf("again: %v", err)
	}

	leads := func(to loyalty.MemberID) {
		t.Helper()
		w.view(func(r store.Reader) error {
			for what, f := range map[string]func() (loyalty.MemberID, error){
				"account": func() (loyalty.MemberID, error) { id, _, err := w.v.Who(r, line); return id, err },
				"card":    func() (loyalty.MemberID, error) { return w.v.ByCard(r, was.Card) },
				"name":    func() (loyalty.MemberID, error) { id, _, err := w.v.ByUsername(r, "main", "ming"); return id, err },
				"phone":   func() (loyalty.MemberID, error) { c, err := w.v.ByPhone(r, phone); return c[0].Member, err },
				"token": func() (loyalty.MemberID, error) {
					token, err := w.v.CardToken(r, from, w.now, time.Minute)
					if err != nil {
						return "", err
					}
					return w.v.ReadCard(r, token, w.now)
				},
				"id": func() (loyalty.MemberID, error) { return w.v.Holder(r, from) },
				"born": func() (id loyalty.MemberID, err error) {
					n := 0
					err = ByBirthday(r, time.May, 2, func(m loyalty.MemberID) bool { id, n = m, n+1; return true })
					if n != 1 {
						t.Errorf("%d were born that day", n)
					}
					return id, err
				},
				"called": func() (loyalty.MemberID, error) {
					list, err := w.v.ByName(r, "小明", 5)
					if len(list) != 1 {
						t.Errorf("%d are called so", len(list))
						return "", err
					}
					return list[0], err
				},
			} {
				if id, err := f(); id != to || err != nil {
					t.Errorf("%s leads to %s (%v), not to %s", what, id, err, to)
				}
			}
			claims, err := w.v.ByPhone(r, phone)
			if len(claims) != 1 || !claims[0].Proven {
				t.Errorf("claims %v", claims)
			}
			return err
		})
	}
	leads(into)
	p := w.person(into)
	if len(p.Accounts) != 2 || p.Name != "陳小明" || p.Phone != phone || !p.PhoneProven || p.Birthday != born || p.Agreed(ForPromo) || !p.Quiet || !p.JoinedAt.Equal(was.JoinedAt) {
		t.Errorf("merged: %+v", p)
	}
	if a := w.person(from); a.Status != Away || a.Into != into {
		t.Errorf("who went is %s of %s", a.Status, a.Into)
	}
	third := Identity{"tg", "9"}
	w.do(func(tx store.Tx) error { // comes while they are one, and stays
		code, err := w.v.NewLinkCode(tx, into, w.now, w.rand)
		if err != nil {
			return err
		}
		_, err = w.v.Link(tx, code, third, w.now, w.rand, nil)
		return err
	})

	w.do(func(tx store.Tx) error { return w.v.Unmerge(tx, from, w.now, w.rand) })
	if err := w.try(func(tx store.Tx) error { return w.v.Unmerge(tx, from, w.now, w.rand) }); err != ErrNotMerged {
		t.Errorf("parted twice: %v", err)
	}
	leads(from)
	back, left := w.person(from), w.person(into)
	if back.Status != Member || !slices.Equal(back.Accounts, was.Accounts) || back.Home != was.Home || back.Name != was.Name || !back.PhoneProven || back.Agreed(ForPromo) {
		t.Errorf("who went and came back: %+v", back)
	}
	if len(left.Accounts) != 2 || left.Name != own.Name || left.Phone != own.Phone || left.PhoneProven || !left.Birthday.IsZero() ||
		!left.Agreed(ForPromo) || left.Quiet || !left.JoinedAt.Equal(own.JoinedAt) || len(left.Parts) != 0 {
		t.Errorf("who stayed: %+v", left)
	}
}

// TestErasingIsForBoth: who was merged is erased as one.
func TestErasingIsForBoth(t *testing.T) {
	w := newWorld(t)
	from, into := w.joined(Identity{"main", "U1"}, "ming"), w.joined(Identity{"tg", "7"}, "chen")
	w.do(func(tx store.Tx) error { return w.v.Merge(tx, from, into, w.now, w.rand) })
	w.do(func(tx store.Tx) error { return w.v.Erase(tx, into, w.now, w.now.Add(time.Hour)) })
	for _, id := range []loyalty.MemberID{from, into} {
		if p := w.person(id); p.Status != Erased {
			t.Errorf("%s is %s", id, p.Status)
		}
	}
	if err := w.try(func(tx store.Tx) error { return w.v.Unmerge(tx, from, w.now, w.rand) }); err != ErrErased {
		t.Errorf("parted after that: %v", err)
	}
	n := 0
	w.view(func(r store.Reader) error { return Erasures(r, func(Erasure) bool { n++; return true }) })
	if n != 2 {
		t.Errorf("%d lines for a restore", n)
	}
}

// TestEmployeesStay: an employee is not made a part of a customer.
func TestEmployeesStay(t *testing.T) {
	w := newWorld(t)
	line := Identity{"main", "U1"}
	from, into := w.joined(line, "ming"), w.joined(Identity{"tg", "7"}, "chen")
	w.do(func(tx store.Tx) error {
		code, err := w.v.Invite(tx, Clerk, "", "job/test", w.now, time.Hour, w.rand)
		if err != nil {
			return err
		}
		_, err = w.v.Enrol(tx, code, line, w.now, w.rand)
		return err
	})
	if err := w.try(func(tx store.Tx) error { return w.v.Merge(tx, from, into, w.now, w.rand) }); err != ErrMergeStaff {
		t.Errorf("%v", err)
	}
	w.do(func(tx store.Tx) error { return w.v.Merge(tx, into, from, w.now, w.rand) })
}
