package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// withReward adds a reward to the shell's programme, before anybody read it.
func (s *shell) withReward(text string) {
	s.write("programme.toml", strings.Replace(s.read("programme.toml"), "\n[[gift]]", "\n[[reward]]\n"+text+"\n\n[[gift]]", 1))
}

const musicReward = `id = "music"
name = "A month of music"
kind = "code"
cost = 20`

func TestCodes(t *testing.T) {
	s := newShell(t)
	s.must("init")
	s.withReward(musicReward)
	if out := s.must("codes", "list"); out != "REWARD  LEFT  TOTAL\nmusic   0     0\n" {
		t.Errorf("before: %q", out)
	}
	if _, out, _ := s.run("doctor"); !strings.Contains(out, "✗ reward music has no codes left") || !strings.Contains(out, "`regulars codes add music FILE`") {
		t.Errorf("the doctor says nothing of the empty pool:\n%s", out)
	}
	codes := "\ufeffA-1\r\nA-2\r\n\r\n  A-3 \r\nA-1\r\n"
	for i := range 1200 { // three transactions
		codes += fmt.Sprintf("B-%04d\n", i)
	}
	s.write("codes.txt", codes)
	file := s.path("codes.txt")
	s.refused(exitUsage, `"latte" is no reward with codes; the programme has music`, "codes", "add", "latte", file)
	s.refused(exitWrong, "cannot be read", "codes", "add", "music", s.path("none.txt"))
	want := "1203 codes added for music, which has 1203 left of 1203 now\n" +
		"1 line was passed over: the code was there already, or came twice\n1 line was empty\n"
	if out := s.must("codes", "add", "music", file); out != want {
		t.Errorf("added: %q, want %q", out, want)
	}
	if out := s.must("codes", "add", "music", file); !strings.HasPrefix(out, "0 codes added for music, which has 1203 left of 1203 now\n1204 lines were passed over") {
		t.Errorf("added again: %q", out)
	}
	if out := s.must("codes", "list"); !strings.Contains(out, "music   1203  1203") {
		t.Errorf("after: %q", out)
	}
	if _, out, _ := s.run("doctor"); strings.Contains(out, "no codes left") {
		t.Errorf("the doctor still says:\n%s", out)
	}
	s.write("many.txt", strings.Repeat("x", mostCodes+1))
	s.refused(exitWrong, "split it", "codes", "add", "music", s.path("many.txt"))
}

func TestCodesOverTheSocket(t *testing.T) {
	both(t, func(t *testing.T, s *shell, _ loyalty.MemberID) {
		s.write("codes.txt", "A-1\n")
		s.refused(exitUsage, "the programme has no reward with codes", "codes", "add", "music", s.path("codes.txt"))
		if out := s.must("codes", "list"); !strings.Contains(out, `kind = "code"`) {
			t.Error(out)
		}
	})
}

func TestDoctorNamesMissingPictures(t *testing.T) {
	s := newShell(t)
	s.must("init")
	s.withReward("id = \"mug\"\nname = \"Mug\"\ncost = 90\npicture = \"mug.jpg\"")
	_, out, _ := s.run("doctor")
	if !strings.Contains(out, "✗ the picture mug.jpg: there is no such file in the folder pictures\n  → Put it into DIR/pictures") {
		t.Errorf("the doctor says:\n%s", out)
	}
	if err := os.MkdirAll(s.path("pictures"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.write(filepath.Join("pictures", "mug.jpg"), "no picture")
	if _, out, _ := s.run("doctor"); !strings.Contains(out, "✗ the picture mug.jpg: the file is no picture") {
		t.Errorf("the doctor says:\n%s", out)
	}
}

// verify names what is wrong with vouchers, and stats count them.
func TestVerifyLooksAtVouchers(t *testing.T) {
	s, id := withSale(t)
	s.within(func(a *app, tx store.Tx) error {
		_, err := a.shop.Club.Vouchers.Present(tx, id, book.Act{Op: "present-1", Actor: loyalty.ByJob("test"), Now: a.clock.Now()}, "cookie", "test/1")
		return err
	})
	s.must("verify")
	if out := s.must("stats"); !regexp.MustCompile(`(?m)^vouchers +1 open, of 1 reward$`).MatchString(out) {
		t.Errorf("stats say:\n%s", out)
	}
	s.within(func(_ *app, tx store.Tx) error { // somebody takes its index away
		var gone []byte
		for row, err := range tx.Scan(store.Range{Start: []byte("vouchercode/"), End: []byte("vouchercode0")}) {
			if err != nil {
				return err
			}
			gone = row.Key
		}
		if gone == nil {
			t.Fatal("no code is indexed")
		}
		return tx.Delete(gone)
	})
	out := s.refused(exitWrong, "the vouchers have 1 fault, named above", "verify")
	if !strings.Contains(out, "✗ "+string(id)+"-") {
		t.Error(out)
	}
}

func TestReferralsList(t *testing.T) {
	both(t, func(t *testing.T, s *shell, _ loyalty.MemberID) {
		if out := s.must("referrals", "list"); out != "nobody's referrals look odd\n" {
			t.Error(out)
		}
		s.refused(exitWrong, "no flagged member has the id 01X", "referrals", "clear", "01x")
	})
}

// Who brings many in a week is listed, and goes by the manager's word.
func TestReferralsAreDecided(t *testing.T) {
	for what, after := range map[string]string{"clear": "nobody's referrals look odd", "refuse": "2026-01-05 10:00\n"} {
		s, id := withSale(t)
		s.within(func(a *app, tx store.Tx) error {
			d := a.shop.Club.Referrals
			code, err := d.Code(tx, id)
			if err != nil {
				return err
			}
			for i := range 6 {
				who := people.Identity{Channel: "main", User: fmt.Sprintf("U%032d", i)}
				p, err := meet(a, tx, who, "Friend")
				if err != nil {
					return err
				}
				if err := d.Bind(tx, p.ID, code, loyalty.Facts{}, a.clock.Now()); err != nil {
					return err
				}
				if _, err := d.Joined(tx, p.ID, loyalty.Facts{Joined: a.clock.Now()}, a.clock.Now()); err != nil {
					return err
				}
			}
			return nil
		})
		if out := s.must("referrals", "list"); !strings.Contains(out, string(id)+"  2026-01-05 10:00  week") {
			t.Fatalf("listed: %s", out)
		}
		s.must("referrals", what, strings.ToLower(string(id)))
		if out := s.must("referrals", "list"); !strings.Contains(out, after) {
			t.Errorf("after %s: %s", what, out)
		}
	}
}
