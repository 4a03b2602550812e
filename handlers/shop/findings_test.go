package shop

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/fraud"
	"regulars/loyalty/people"
	"regulars/store"
)

// hire makes somebody an employee.
func (w *audience) hire(role loyalty.Role) (s people.Staff) {
	w.t.Helper()
	w.ops++
	who := people.Identity{Channel: "line", User: fmt.Sprint("staff", w.ops)}
	w.update(func(tx store.Tx) error {
		if _, _, err := w.s.Vault.Meet(tx, who, people.Seen{DisplayName: "Sam", Language: "en"}, w.now, rand.Reader); err != nil {
			return err
		}
		code, err := w.s.Vault.Invite(tx, role, "", loyalty.ByJob("test"), w.now, people.CodeLife, rand.Reader)
		if err != nil {
			return err
		}
		s, err = w.s.Vault.Enrol(tx, code, who, w.now, rand.Reader)
		return err
	})
	return s
}

// sale enters one, and gives its reference.
func (w *audience) sale(s people.Staff, m loyalty.MemberID, at time.Time) (ref loyalty.Ref) {
	w.t.Helper()
	w.ops++
	op := loyalty.OpID(fmt.Sprint("sale", w.ops))
	w.update(func(tx store.Tx) error {
		r, err := w.s.Book.Earn(tx, m, book.Act{Op: op, Actor: s.ID.Actor(), Role: s.Role, Self: s.Member, Now: at}, 135, loyalty.Order(op))
		ref = r.Entry().Ref
		return err
	})
	return ref
}

// find looks at a day, and gives all that is kept of it.
func (w *audience) find(day string) (isNew int, all []fraud.Finding) {
	w.t.Helper()
	isNew, err := w.s.FindStaff(w.t.Context(), w.db, day)
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.db.View(w.t.Context(), func(r store.Reader) (err error) {
		all, err = fraud.Between(r, day, day)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return isNew, all
}

// TestFindStaff: one card again and again, in a minute, is found at night with the
// entries that it rests on, once; colleagues who served the same people are not.
func TestFindStaff(t *testing.T) {
	w := newAudience(t, 12)
	w.s.Segments.DB, w.s.Rollups.DB = w.db, w.db
	sam, kim := w.hire(people.Clerk), w.hire(people.Clerk)
	ann := loyalty.MemberID(w.all[0])
	var refs []loyalty.Ref
	for i := range 10 {
		refs = append(refs, w.sale(sam, ann, w.now.Add(time.Duration(i)*5*time.Second)))
	}
	for i, m := range w.all {
		w.sale(kim, loyalty.MemberID(m), w.now.Add(time.Duration(i)*5*time.Minute))
		w.sale(sam, loyalty.MemberID(m), w.now.Add(time.Duration(20+i)*3*time.Minute))
	}
	if _, err := w.s.Rollups.Refresh(t.Context(), w.now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	isNew, all := w.find("2026-01-05")
	if isNew != 2 || len(all) != 2 {
		t.Fatalf("%d findings: %+v", isNew, all)
	}
	for _, f := range all {
		if f.Subject != fraud.OfStaff(string(sam.ID)) || f.Rule != fraud.OneCard && f.Rule != fraud.Minute || f.Worth() == 0 || len(f.Entries) < 10 {
			t.Errorf("%+v", f)
		}
		for _, e := range f.Entries {
			if f.Rule == fraud.Minute && !slices.Contains(refs, e.Ref) || e.Member != ann {
				t.Errorf("%s rests on %+v", f.Rule, e)
			}
		}
	}
	if again, all := w.find("2026-01-05"); again != 0 || len(all) != 2 {
		t.Errorf("found again: %d, %d in all", again, len(all))
	}
	if isNew, all := w.find("2026-01-04"); isNew != 0 || len(all) != 0 {
		t.Errorf("on a day without sales: %+v", all)
	}
	if _, err := w.s.FindStaff(t.Context(), w.db, "yesterday"); err == nil {
		t.Error("a day that is none is looked at")
	}
}

// TestFindFriends: an employee who gives to a friend whom they brought, and to the
// one who brought them, is found though each day's number is small.
func TestFindFriends(t *testing.T) {
	w := newAudience(t, 2)
	ann := loyalty.MemberID(w.all[0])
	rules := *w.s.Rules(w.now)
	rules.Household = loyalty.Household{Size: 3}
	w.s.Households.Programme = func(time.Time) *loyalty.Programme { return &rules }
	sam := w.hire(people.Clerk)
	w.update(func(tx store.Tx) error {
		code, _, err := w.s.Households.Invite(tx, ann, "invite", w.now)
		if err != nil {
			return err
		}
		_, err = w.s.Vault.Join(tx, sam.Member, Wording, w.now, rand.Reader)
		if err != nil {
			return err
		}
		_, err = w.s.Households.Join(tx, sam.Member, code, w.now)
		return err
	})
	for i := range 4 {
		w.sale(sam, ann, w.now.Add(time.Duration(i)*time.Hour))
	}
	_, all := w.find("2026-01-05")
	if len(all) != 1 || all[0].Rule != fraud.Related || all[0].Numbers["times"] != 3 || len(all[0].Entries) != 4 {
		t.Errorf("%+v", all)
	}
}

// TestFindingWords: each rule has a name and a sentence of its own in each language,
// with its numbers in it.
func TestFindingWords(t *testing.T) {
	numbers := fraud.Numbers{}
	for i, name := range []string{"times", "days", "hour", "round", "sales", "points", "undone", "entered", "without"} {
		numbers[name] = int64(11 + i)
	}
	for _, lang := range i18n.Langs {
		p, said := i18n.For(lang), map[string]bool{}
		for rule := range findingTitles {
			title, line := FindingTitle(p, rule), FindingLine(p, &fraud.Finding{Key: fraud.Key{Rule: rule}, Numbers: numbers})
			if said[title] || said[line] || title == string(rule) || !strings.ContainsAny(line, "0123456789") || strings.Contains(line, "{{") {
				t.Errorf("%s: %s: %q, %q", lang, rule, title, line)
			}
			said[title], said[line] = true, true
		}
		if got := FindingLine(p, &fraud.Finding{Key: fraud.Key{Rule: "newer"}}); got != "newer" {
			t.Errorf("a newer program's rule: %q", got)
		}
	}
}
