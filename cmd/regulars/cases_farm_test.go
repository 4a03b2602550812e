package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/handlers/admin"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// TestWireCase32Farm: fifty accounts, each invited by the one before, on both
// platforms, all buying for the least that counts: nothing is given, the first
// of them stands on the operator's list, and a word from there gives everybody
// theirs once.
func TestWireCase32Farm(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	boss := w.employee("line", "Boss", people.Manager)
	chain := []sim.Person{w.member("line", "Root", 0)}
	for i := range 50 {
		p := w.phone([]string{"telegram", "line"}[i%2], fmt.Sprintf("C%02d", i))
		w.invited(p, w.invitation(chain[i]))
		boss.Say("/sale " + w.card(p) + " 100")
		chain = append(chain, p)
	}
	w.hush()
	last := chain[50] // goes, and comes again as somebody new
	w.says(last, "/leave")
	w.presses(last, "Leave and erase")
	w.heard(last, w.says(last, "/friend "+w.invitation(chain[0])), 1, "Invitations are for people who were never here before")
	w.presses(last, "Join")
	boss.Say("/sale " + w.card(last) + " 100")
	blocker := chain[2].(*sim.LinePerson) // blocks the shop, and comes again
	blocker.Block()
	blocker.Follow()
	w.heard(blocker, w.says(blocker, "/friend "+w.invitation(chain[0])), 1, "Invitations are for people who are new here")

	for range 3 {
		w.moves(8 * 24 * time.Hour)
		w.ticks()
	}
	for i, p := range chain {
		w.wants(p, loyalty.Points(min(i, 1)*10), 0, 0)
	}
	root := string(w.id(chain[0]))
	said := w.asks("referrals-list", nil)
	if !strings.Contains(said, root) || !strings.Contains(said, "cluster") || strings.Count(said, "\n") != 1 {
		t.Errorf("the operator reads:\n%s", said)
	}

	w.asks("referrals-clear", map[string]string{"member": root})
	for range 3 {
		w.ticks()
		w.moves(time.Hour)
	}
	w.again(w.sent(max(0, len(w.sent(0))-100))) // and all that was said of late comes again
	w.ticks()
	for i, p := range chain {
		want := loyalty.Points(10 + 30 + 50)
		switch i {
		case 0:
			want = 50
		case 49: // whose friend left
			want = 40
		case 50: // who left
			want = 10
		}
		w.wants(p, want, 0, 0)
	}
}

// TestWireCase32RefundAfterReward: a purchase that brought rewards is refunded:
// both go back, for good; and nobody is their own friend over a second channel.
func TestWireCase32RefundAfterReward(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	boss := w.employee("line", "Boss", people.Manager)
	hal, ida := w.member("line", "Hal", 0), w.phone("telegram", "Ida")
	w.invited(ida, w.invitation(hal))
	self := w.phone("telegram", "Hal again")
	w.invited(self, w.invitation(hal))
	w.says(self, "/link "+w.only(linkForm, w.says(hal, "/link")))
	if w.id(self) != w.id(hal) {
		t.Fatalf("Hal's second chat is not linked: %q", self.Received())
	}
	card := w.card(ida)
	w.says(boss, "/sale "+card+" 500 A-1")
	w.says(boss, "/sale "+w.card(hal)+" 500 H-1")
	late := func() {
		w.moves(8 * 24 * time.Hour)
		w.ticks()
		w.ticks()
	}
	late()
	w.wants(hal, 50+50, 0, 0) // his own purchase, and Ida's
	w.wants(ida, 50+30, 0, 0)
	w.heard(hal, append(w.hears(hal, 0), w.hears(self, 0)...), 1, "A friend you invited has been here")

	w.says(boss, "/refund "+card+" A-1")
	w.wants(hal, 50, 0, 0)
	w.wants(ida, 0, 0, 0)
	w.says(boss, "/sale "+card+" 500 A-2")
	ida.(*sim.TelegramPerson).Block()
	ida.(*sim.TelegramPerson).Start("friend_" + strings.ReplaceAll(w.invitation(hal), "-", ""))
	w.hush()
	late()
	w.again(w.sent(0))
	w.wants(hal, 50, 0, 0)
	w.wants(ida, 50, 0, 0)
	if said := w.asks("referrals-list", nil); strings.Contains(said, "MEMBER") {
		t.Errorf("somebody is flagged:\n%s", said)
	}
}

// invitation is a member's code, as /invite shows it.
func (w *wire) invitation(p sim.Person) string {
	w.t.Helper()
	w.hears(p, 0)
	p.Say("/invite")
	var all []string
	w.eventually("an invitation", func() bool {
		all = append(all, w.hears(p, 0)...)
		return len(spotted(invitationForm, all)) > 0
	})
	return w.only(invitationForm, all)
}

// invited lets a stranger come by a code, and join.
func (w *wire) invited(p sim.Person, code string) {
	w.t.Helper()
	switch p := p.(type) {
	case *sim.LinePerson:
		p.Follow()
		p.Say("/friend " + code)
	case *sim.TelegramPerson:
		p.Start("friend_" + strings.ReplaceAll(code, "-", ""))
	}
	var all []string
	w.eventually("a welcome", func() bool {
		all = append(all, w.hears(p, 0)...)
		return count(all, "A friend sent you") == 1
	})
	w.try(p.Press("Join"))
}

// asks does something from the command line and gives what it prints.
func (w *wire) asks(op string, args map[string]string) string {
	w.t.Helper()
	var lines []string
	w.try(w.app.app.desk().Ops()[op](w.t.Context(), args, func(l admin.Line) { lines = append(lines, l.Text) }))
	return strings.Join(lines, "\n")
}
