package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// TestBreachCommand: whom a suspect saw is told by the command; of a backup that got
// out, everybody; the list is a file that no spreadsheet takes a formula from, and the
// notice speaks the language that was asked for.
func TestBreachCommand(t *testing.T) {
	s := newShell(t)
	s.must("init")
	ann := s.sale()
	day, bo := s.looked(ann)
	mustSay(t, s.must("breach", "--since", day, "--staff", "Sam"), "1 person was affected", "Data: name, phone number and birthday.", "Not to be reached: 0", "72 hours")
	mustSay(t, s.must("breach", "--since", day), "2 people were affected")
	mustSay(t, s.must("breach", "--since", "2020-01-01", "--until", "2020-01-02"), "0 people were affected", "nothing is known any more")
	list := s.must("breach", "--since", day, "--csv")
	mustSay(t, list, "member,status,name", string(bo), "'=Bo", string(ann))
	// Who writes the list reads their names, and a list of names may get out too.
	if saw := s.namesShown(); saw != 2 {
		t.Errorf("the operator was shown two people's names; noted is %d", saw)
	}
	if n := strings.Count(list, "\n"); n != 3 {
		t.Errorf("the list has %d lines, want a head and two people:\n%s", n, list)
	}
	mustSay(t, s.must("breach", "--since", day, "--staff", "Sam", "--notice", "th"), "การละเมิดข้อมูล", "1 คน")
	s.refused(exitUsage, "from when on?", "breach")
	s.refused(exitUsage, "is no moment", "breach", "--since", "yesterday")
	s.refused(exitUsage, "leave out --staff", "breach", "--since", day, "--all", "--staff", "Sam")
	s.refused(exitWrong, "regulars staff list", "breach", "--since", day, "--staff", "nobody")
	s.refused(exitWrong, "regulars keys list", "breach", "--since", day, "--key", "none")

	s.must("backup", filepath.Join(s.dir, "copy.bak"))
	mustSay(t, s.must("breach", "--backup", filepath.Join(s.dir, "copy.bak")), "3 people were affected", "chat accounts")
	s.must("export", filepath.Join(s.dir, "out"))
	mustSay(t, s.must("breach", "--since", day), "3 people were affected")
}

// looked has Sam, an employee, look at Bo, and a program at Ann.
func (s *shell) looked(ann loyalty.MemberID) (day string, bo loyalty.MemberID) {
	s.t.Helper()
	s.within(func(a *app, tx store.Tx) error {
		v, now := a.shop.Vault, a.clock.Now()
		day = a.shop.Local(now).Format(time.DateOnly)
		who := people.Identity{Channel: "tg", User: "7001"}
		if _, err := meet(a, tx, who, "Sam"); err != nil {
			return err
		}
		code, err := v.Invite(tx, people.Clerk, "", loyalty.ByJob("test"), now, people.CodeLife, a.shop.Rand)
		if err != nil {
			return err
		}
		sam, err := v.Enrol(tx, code, who, now, a.shop.Rand)
		if err != nil {
			return err
		}
		p, err := meet(a, tx, people.Identity{Channel: "tg", User: "7002"}, "=Bo")
		if err != nil {
			return err
		}
		bo = p.ID
		if err := a.shop.Saw(tx, shop.Looker{By: sam.ID.Actor()}, shop.WayNumber, now, bo); err != nil {
			return err
		}
		return a.shop.Saw(tx, shop.Looker{By: loyalty.ByJob("api.K")}, shop.WayAPI, now, ann)
	})
	return day, bo
}

// namesShown are how many people's names the command line is noted to have shown.
func (s *shell) namesShown() (n int) {
	s.t.Helper()
	s.within(func(a *app, tx store.Tx) error {
		now := a.clock.Now()
		return shop.EachLook(tx, now.AddDate(0, 0, -1), now.Add(time.Hour), func(l shop.Look) error {
			if l.By == loyalty.ByJob("command-line") && slices.Contains(shop.Shows[l.Way], shop.DatumName) {
				n++
			}
			return nil
		})
	})
	return n
}

func mustSay(t *testing.T, text string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}
