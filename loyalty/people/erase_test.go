package people

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/store"
)

// checkIndexes compares every index row with the persons, both ways: what
// leads to somebody leads to one who has it, and who has something is found.
func (w *world) checkIndexes(t fataler) {
	t.Helper()
	w.view(func(r store.Reader) error {
		want := map[string]bool{}
		var err error
		for id, row := range persons.Scan(r, persons.All(), &err) {
			if row.Status == Erased {
				if len(row.Key)+len(row.Profile)+len(row.Consents) > 0 {
					t.Errorf("erased %s keeps something", id)
				}
				continue
			}
			l, e := w.v.openLife(loyalty.MemberID(id), row)
			if e != nil {
				t.Fatalf("open: %v", e)
			}
			for _, a := range l.Accounts {
				want["ident/"+w.v.identHash(a.Identity)] = true
				if a.Username != "" {
					// Somebody else may have had the name since.
					h := w.v.usernameHash(a.Channel, a.Username)
					if u, ok, _ := usernames.Get(r, h); ok && u.Member == l.id {
						want["uname/"+h] = true
					}
				}
			}
			if l.Phone != "" {
				want["phone/"+w.v.hash("phone", l.Phone)+"/"+id] = true
			}
			if !l.Birthday.IsZero() {
				want["bday/"+l.Birthday.monthDay()+"/"+id] = true
			}
			if l.Card != "" {
				want["card/"+w.v.hash("card", string(l.Card))] = true
			}
			have, _, e := namesOf.Get(r, id)
			if e != nil {
				t.Fatalf("names: %v", e)
			}
			for _, h := range have {
				want["name/"+h+"/"+id] = true
			}
		}
		if err != nil {
			return err
		}
		for _, prefix := range []string{"ident/", "uname/", "phone/", "bday/", "card/", "name/"} {
			for row, err := range r.Scan(store.Prefix([]byte(prefix))) {
				if err != nil {
					return err
				}
				if !want[string(row.Key)] {
					t.Errorf("row %s leads to nobody who has it", row.Key)
				}
				delete(want, string(row.Key))
			}
		}
		for key := range want {
			t.Errorf("row %s is missing", key)
		}
		return nil
	})
}

// secrets are what a full life would leave in the open if anything did.
var secrets = []string{"Annabel", "王小明", "U4af4980629", "7788990011", "annabel_lee", "912345678", "0912345678", "1990-05-02", "two coffees please", "Sam at the bar"}

// leaks are the secrets that stand in any row: as they are, or under the
// encodings a row may hold.
func (w *world) leaks() []string {
	var found []string
	for _, row := range w.db.Dump() {
		all := append(bytes.ToLower(row.Key), bytes.ToLower(row.Value)...)
		exact := append(bytes.Clone(row.Key), row.Value...)
		for _, s := range secrets {
			quoted, _ := json.Marshal(s)
			if bytes.Contains(all, []byte(strings.ToLower(s))) ||
				bytes.Contains(exact, bytes.Trim(quoted, `"`)) ||
				bytes.Contains(all, []byte(hex.EncodeToString([]byte(s)))) ||
				bytes.Contains(exact, []byte(base64.StdEncoding.EncodeToString([]byte(s))[:len(s)*4/3/4*4])) {
				found = append(found, s+" in "+string(row.Key))
			}
		}
	}
	return found
}

// fullLife leaves every kind of row that a person can have.
func (w *world) fullLife() (loyalty.MemberID, []byte) {
	w.t.Helper()
	id := w.member(line("U4af4980629"), "Annabel")
	w.link(w.t, id, tg("7788990011"))
	w.meet(tg("7788990011"), Seen{Username: "@annabel_lee"})
	w.card(id)
	var sealed []byte
	w.do(func(tx store.Tx) (err error) {
		sealed, err = w.v.SealFor(tx, id, "session", []byte("two coffees please"), w.rand)
		return errors.Join(err,
			w.v.SetName(tx, id, "王小明", w.rand),
			w.v.SetPhone(tx, id, mustPhone(w.t, "0912345678"), true, w.rand),
			w.v.SetBirthday(tx, id, Birthday{1990, time.May, 2}, w.now, w.rand),
			w.v.SetConsent(tx, id, ForPromo, true, "promo-1", w.now, w.rand))
	})
	s, err := w.tryEnrol(w.invite(w.t, Clerk, "main"), tg("7788990011"))
	if err != nil {
		w.t.Fatalf("enrol: %v", err)
	}
	w.do(func(tx store.Tx) error { return w.v.NameStaff(tx, s.ID, "Sam at the bar", w.rand) })
	w.newCode(w.t, id)
	return id, sealed
}

func TestNothingPersonalStandsInTheOpen(t *testing.T) {
	w := newWorld(t)
	w.fullLife()
	if found := w.leaks(); len(found) > 0 {
		t.Errorf("in the open: %v", found)
	}
	// The search itself must be able to find something.
	w.do(func(tx store.Tx) error {
		return errors.Join(tx.Lock("ident/leak"), idents.Put(tx, ident{"x-Annabel"}, "leak"))
	})
	if w.leaks() == nil {
		t.Error("the search finds nothing at all")
	}
	w.checkIndexesOf(t, "leak")
}

// checkIndexesOf is only there to prove that checkIndexes can fail.
func (w *world) checkIndexesOf(t *testing.T, key string) {
	t.Helper()
	quiet := &counting{}
	w.checkIndexes(quiet)
	if quiet.errors == 0 {
		t.Errorf("a stray row %q was not found", key)
	}
}

type counting struct{ errors int }

func (*counting) Helper()                 {}
func (c *counting) Fatalf(string, ...any) { c.errors++ }
func (c *counting) Errorf(string, ...any) { c.errors++ }

// LEDGER invariant 26, and the data's side of case 35.
func TestErasing(t *testing.T) {
	w := newWorld(t)
	id, sealed := w.fullLife()
	bo := w.member(line("bo"), "Bo")
	w.do(func(tx store.Tx) error { return w.v.SetPhone(tx, bo, mustPhone(t, "0912345678"), false, w.rand) })
	until := w.now.AddDate(1, 0, 0)
	erase := func() {
		w.do(func(tx store.Tx) error { return w.v.Erase(tx, id, w.now, until) })
	}
	erase()
	erase()
	if p := w.get(id); p.Status != Erased || p.Called() != "" || !p.Phone.IsZero() || len(p.Accounts) != 0 || !p.ErasedAt.Equal(w.now) || p.JoinedAt.IsZero() {
		t.Errorf("left over: %s %d accounts", p.Status, len(p.Accounts))
	}
	w.checkIndexes(t)
	if found := w.leaks(); len(found) > 0 {
		t.Errorf("in the open: %v", found)
	}
	for _, prefix := range []string{"consent/" + string(id), "nameof/" + string(id), "card/", "bday/", "uname/"} {
		if n := w.countRows(prefix); n > 0 {
			t.Errorf("%d rows under %s", n, prefix)
		}
	}
	w.view(func(r store.Reader) error {
		if _, err := w.v.OpenFor(r, id, "session", sealed); err != ErrErased {
			t.Errorf("what he typed still opens: %v", err)
		}
		if _, err := w.v.Export(r, id); err != ErrErased {
			t.Errorf("still exported: %v", err)
		}
		all, err := w.v.AllStaff(r)
		if err != nil || len(all) != 1 || all[0].Active || all[0].Name != "" {
			t.Errorf("as an employee: %v, %v", all, err)
		}
		if c, err := w.v.ByPhone(r, mustPhone(t, "0912345678")); len(c) != 1 || c[0].Member != bo || err != nil {
			t.Errorf("another's claim on the number went too: %v, %v", c, err)
		}
		return nil
	})
	writers := map[string]func(tx store.Tx) error{
		"name":    func(tx store.Tx) error { return w.v.SetName(tx, id, "Ann", w.rand) },
		"consent": func(tx store.Tx) error { return w.v.SetConsent(tx, id, ForPromo, true, "1", w.now, w.rand) },
		"seal":    func(tx store.Tx) error { _, err := w.v.SealFor(tx, id, "x", nil, w.rand); return err },
	}
	for name, f := range writers {
		if err := w.try(f); err != ErrErased {
			t.Errorf("%s after erasing: %v", name, err)
		}
	}
}

func TestComingBackAfterErasing(t *testing.T) {
	w := newWorld(t)
	id, _ := w.fullLife()
	until := w.now.AddDate(1, 0, 0)
	w.do(func(tx store.Tx) error { return w.v.Erase(tx, id, w.now, until) })
	if p := w.meet(line("U4af4980629"), Seen{}); p.ID == id || p.Status != Contact || p.Called() != "" {
		t.Error("who comes back is a new person")
	}
	buried := func(now time.Time) (n int) {
		w.view(func(r store.Reader) error {
			a, err := w.v.Tombstoned(r, line("U4af4980629"), now)
			b, err2 := w.v.Tombstoned(r, tg("7788990011"), now)
			c, err3 := w.v.PhoneTombstoned(r, mustPhone(t, "0912345678"), now)
			for _, x := range []bool{a, b, c} {
				if x {
					n++
				}
			}
			return errors.Join(err, err2, err3)
		})
		return n
	}
	if buried(w.now) != 3 || buried(until) != 0 {
		t.Errorf("%d tombstones stand, %d after their end", buried(w.now), buried(until))
	}
	w.view(func(r store.Reader) error {
		if yes, err := w.v.Tombstoned(r, line("bo"), w.now); yes || err != nil {
			t.Errorf("a stranger's tombstone: %v, %v", yes, err)
		}
		return nil
	})
}

// A number that was only typed may be somebody else's: no tombstone for it.
func TestTypedNumberIsNotBuried(t *testing.T) {
	w := newWorld(t)
	id := w.member(line("eve"), "Eve")
	phone := mustPhone(t, "0912345678")
	w.do(func(tx store.Tx) error {
		return errors.Join(w.v.SetPhone(tx, id, phone, false, w.rand), w.v.Erase(tx, id, w.now, w.now.Add(time.Hour)))
	})
	w.view(func(r store.Reader) error {
		if yes, _ := w.v.PhoneTombstoned(r, phone, w.now); yes {
			t.Error("the number's holder would get no welcome")
		}
		return nil
	})
}

func TestRestoringAppliesErasures(t *testing.T) {
	backup := newWorld(t)
	id, _ := backup.fullLife()
	stays := backup.member(line("bo"), "Bo")

	live := newWorld(t) // the same start and the same randomness: the same rows
	live.fullLife()
	live.member(line("bo"), "Bo")
	late := live.member(line("late"), "Late")
	live.do(func(tx store.Tx) error {
		return errors.Join(live.v.Erase(tx, id, live.now, live.now.Add(time.Hour)), live.v.Erase(tx, late, live.now, time.Time{}))
	})
	var list []Erasure
	live.view(func(r store.Reader) error {
		return Erasures(r, func(e Erasure) bool {
			list = append(list, e)
			return true
		})
	})
	for want := range slices.Values([]int{1, 0}) {
		if n, err := backup.v.ApplyErasures(context.Background(), backup.db, list); n != want || err != nil {
			t.Errorf("%d erased again, %v; want %d", n, err, want)
		}
	}
	if backup.get(id).Status != Erased || backup.get(stays).Status != Member {
		t.Error("the wrong one is erased")
	}
	backup.view(func(r store.Reader) error {
		if yes, err := backup.v.Tombstoned(r, line("U4af4980629"), backup.now); !yes {
			t.Errorf("no tombstone: %v", err)
		}
		return nil
	})
	backup.checkIndexes(t)
}

func TestExportSaysEverything(t *testing.T) {
	w := newWorld(t)
	id, _ := w.fullLife()
	w.view(func(r store.Reader) error {
		e, err := w.v.Export(r, id)
		if err != nil {
			return err
		}
		b, err := json.Marshal(e)
		for _, s := range []string{"Annabel", "王小明", "U4af4980629", "7788990011", "annabel_lee", "+886912345678", "1990-05-02", "promo-1", "Sam at the bar"} {
			if !bytes.Contains(b, []byte(s)) {
				t.Errorf("the export lacks %s", s)
			}
		}
		return err
	})
}

// Whatever people do, in whatever order, every index leads where it should.
func TestIndexesHoldOverRandomLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		users := []Identity{line("a"), line("b"), tg("1"), tg("2")}
		texts := []string{"", "Ann", "Bo Lee", "王小明"}
		numbers := []Phone{{}, mustPhone(t, "0912345678"), mustPhone(t, "0922345678")}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			who := rapid.SampledFrom(users).Draw(t, "who")
			seen := Seen{DisplayName: rapid.SampledFrom(texts).Draw(t, "display"), Username: rapid.SampledFrom(texts[:2]).Draw(t, "username")}
			p := w.meet(who, seen)
			text := rapid.SampledFrom(texts).Draw(t, "text")
			proven := rapid.Bool().Draw(t, "proven")
			acts := []func(store.Tx) error{
				func(tx store.Tx) error { _, err := w.v.Join(tx, p.ID, "1", w.now, w.rand); return err },
				func(tx store.Tx) error { return w.v.SetName(tx, p.ID, text, w.rand) },
				func(tx store.Tx) error {
					return w.v.SetPhone(tx, p.ID, rapid.SampledFrom(numbers).Draw(t, "number"), proven, w.rand)
				},
				func(tx store.Tx) error {
					return w.v.SetBirthday(tx, p.ID, Birthday{Month: time.May, Day: 1 + len(text)}, w.now, w.rand)
				},
				func(tx store.Tx) error { _, err := w.v.ReissueCard(tx, p.ID, w.rand); return err },
				func(tx store.Tx) error { return w.v.Erase(tx, p.ID, w.now, w.now.Add(time.Hour)) },
				func(tx store.Tx) error { _, err := w.v.Unlink(tx, who, w.rand); return err },
				func(tx store.Tx) error { return w.v.Freeze(tx, p.ID, proven, w.rand) },
				func(tx store.Tx) error {
					c, err := w.v.NewLinkCode(tx, p.ID, w.now, w.rand)
					if err != nil {
						return err
					}
					_, err = w.v.Link(tx, c, rapid.SampledFrom(users).Draw(t, "other"), w.now, w.rand,
						func(loyalty.MemberID) (bool, error) { return proven, nil })
					return err
				},
			}
			if err := w.try(rapid.SampledFrom(acts).Draw(t, "act")); err != nil && !isRefusal(err) {
				t.Fatalf("%v", err)
			}
			w.now = w.now.Add(time.Minute)
			w.checkIndexes(t)
		}
	})
}
