package main

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/passbook"
	"regulars/store"
)

// signs writes a member's statement as the shop signs it now, and the file that the
// shop shows its key in.
func (s *shell) signs(id loyalty.MemberID, name string) {
	s.t.Helper()
	s.within(func(a *app, tx store.Tx) error {
		who, err := a.shop.Vault.Get(tx, id)
		if err != nil {
			return err
		}
		b, err := a.shop.Passbook(tx, i18n.For("en"), who, a.clock.Now())
		s.write(name, string(passbook.Write(b, a.shop.PassbookKey())))
		w := httptest.NewRecorder()
		a.routes().ServeHTTP(w, httptest.NewRequest("GET", shop.KeyWay, nil))
		s.write("key.json", w.Body.String())
		return err
	})
}

// buys is one more purchase.
func (s *shell) buys(id loyalty.MemberID, op loyalty.OpID, amount loyalty.Money) {
	s.t.Helper()
	s.within(func(a *app, tx store.Tx) error {
		_, err := a.shop.Book.Earn(tx, id, book.Act{Op: op, Actor: loyalty.ByJob("test"), Now: a.clock.Now()}, amount, "")
		return err
	})
}

// away is a shell on a machine that has the statements and nothing else.
func (s *shell) away(files ...string) *shell {
	s.t.Helper()
	other := newShell(s.t)
	for _, f := range files {
		other.write(f, s.read(f))
	}
	return other
}

// TestVerifyStatementAnywhere: who has the file alone can tell whether it is as it was
// signed, by whom, and whether a newer one contradicts it.
func TestVerifyStatementAnywhere(t *testing.T) {
	s, id := withSale(t)
	s.signs(id, "older.txt")
	s.clock.at = s.clock.at.Add(48 * time.Hour)
	s.buys(id, "sale-2", 120)
	s.signs(id, "newer.txt")
	o := s.away("older.txt", "newer.txt", "key.json")
	path := o.path
	b, err := passbook.Read([]byte(o.read("newer.txt")))
	if err != nil {
		t.Fatal(err)
	}
	own, newest := passbook.Fingerprint(b.Key), b.Lines[len(b.Lines)-1]
	for _, want := range []string{"every line, every sum and the signature fit", own, "a key that calls itself", "from the shop itself, not from this file", fmt.Sprintf("%d entries, a balance of %d", len(b.Lines), b.Balance()), "not asked, as there is no"} {
		if out := o.must("verify", "--statement", path("newer.txt")); !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	for _, key := range []string{own, strings.ToLower(own), path("key.json")} {
		if out := o.must("verify", "--statement", path("newer.txt"), "--key", key); !strings.Contains(out, "as asked for") {
			t.Errorf("--key %s: %s", key, out)
		}
	}
	if out := o.must("verify", "--statement", path("newer.txt"), "--after", path("older.txt")); !strings.Contains(out, "nothing of it was changed") {
		t.Error(out)
	}

	o.write("changed.txt", strings.Replace(o.read("newer.txt"), fmt.Sprintf(" | %+d | ", newest.Points), " | +920 | ", 1))
	o.refused(exitWrong, fmt.Sprintf("(entry %d, %s) was changed", newest.Seq, newest.Ref), "verify", "--statement", path("changed.txt"))
	o.refused(exitWrong, "is not as it was signed", "verify", "--statement", path("changed.txt"))
	o.refused(exitWrong, "is not as it was signed", "verify", "--statement", path("newer.txt"), "--after", path("changed.txt"))
	o.refused(exitWrong, "older than the one", "verify", "--statement", path("older.txt"), "--after", path("newer.txt"))
	o.write("steers.txt", strings.Replace(o.read("older.txt"), " | earn | ", " | \x1b[2Jearn | ", 1))
	for _, args := range [][]string{{path("steers.txt")}, {path("newer.txt"), "--after", path("steers.txt")}} {
		o.refused(exitWrong, "signs in it that no statement has", append([]string{"verify", "--statement"}, args...)...)
	}
	forger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	last := &b.Lines[len(b.Lines)-1]
	last.Points, last.Balance = last.Points+1000, last.Balance+1000
	b.Lots = []passbook.Lot{{Points: last.Balance}}
	o.write("forged.txt", string(passbook.Write(*b, forger)))
	o.refused(exitWrong, "it is not that shop's", "verify", "--statement", path("forged.txt"), "--key", path("key.json"))
	o.refused(exitWrong, "signed with different keys", "verify", "--statement", path("forged.txt"), "--after", path("older.txt"))

	o.write("note.txt", "dear shop")
	o.refused(exitUsage, "is no statement of Regulars", "verify", "--statement", path("note.txt"))
	o.refused(exitUsage, "cannot be read", "verify", "--statement", path("nowhere.txt"))
	o.refused(exitUsage, "--key is a fingerprint", "verify", "--statement", path("newer.txt"), "--key", "ABCD")
	o.refused(exitUsage, "has no key of a shop", "verify", "--statement", path("newer.txt"), "--key", path("note.txt"))
	o.refused(exitUsage, "name its file with --statement", "verify", "--after", path("older.txt"))
}

// TestVerifyStatementBesideTheStore: the shop's own ledger is asked, with the store closed
// and over the socket; one that another key signed is named, and so is what the ledger has
// otherwise than the shop signed it.
func TestVerifyStatementBesideTheStore(t *testing.T) {
	s, id := withSale(t)
	s.buys(id, "sale-2", 120)
	s.signs(id, "mine.txt")
	other, stranger := withSale(t)
	other.signs(stranger, "theirs.txt")
	s.write("theirs.txt", other.read("theirs.txt"))
	check := func() {
		t.Helper()
		if out := s.must("verify", "--statement", s.path("mine.txt")); !strings.Contains(out, "stand in it as they were signed") {
			t.Error(out)
		}
		s.refused(exitWrong, "this shop did not sign it", "verify", "--statement", s.path("theirs.txt"))
	}
	check()
	t.Run("over the socket", func(t *testing.T) { s.listens(t); check() })

	b, err := passbook.Read([]byte(s.read("mine.txt")))
	if err != nil {
		t.Fatal(err)
	}
	last := b.Lines[len(b.Lines)-1]

	// Points that the shop signed are another number afterwards, by somebody who does
	// not have the ledger's key; then the entry is gone.
	key := fmt.Appendf(nil, "entry/%s/%012d", id, last.Seq)
	s.within(func(_ *app, tx store.Tx) error {
		var e loyalty.Entry
		raw, _, err := tx.Get(key)
		if err != nil {
			return err
		}
		if err := store.Decode(key, raw, &e); err != nil {
			return err
		}
		for i := range e.Legs {
			e.Legs[i].Points *= 2
		}
		if raw, err = store.Encode(e); err != nil {
			return err
		}
		if err := tx.Lock(store.Subject("member/" + string(id))); err != nil {
			return err
		}
		return tx.Put(key, raw)
	})
	s.refused(exitWrong, fmt.Sprintf("entry %d was signed as earn of %+d points, and is earn of %+d now", last.Seq, last.Points, 2*last.Points), "verify", "--statement", s.path("mine.txt"))
	s.within(func(_ *app, tx store.Tx) error {
		if err := tx.Lock(store.Subject("member/" + string(id))); err != nil {
			return err
		}
		return tx.Delete(key)
	})
	s.refused(exitWrong, fmt.Sprintf("entry %d is not in the ledger", last.Seq), "verify", "--statement", s.path("mine.txt"))
}

// A file's words claim, and do not steer the terminal that shows them.
func TestStatementClaimsPlainly(t *testing.T) {
	t.Parallel()
	got := signedBy(&passbook.Statement{Shop: "Cafe\x1b[2J\a\u202e\x9b", Account: "A\r1", Zone: time.UTC})
	if want := "a key that calls itself Cafe\ufffd[2J\ufffd\ufffd\ufffd signed this on"; !strings.HasPrefix(got, want) || !strings.Contains(got, "account A\ufffd1,") {
		t.Errorf("%q", got)
	}
}
