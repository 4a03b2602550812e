package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/backup"
)

// TestRestoreDrill is the bad day (LEDGER case 22, invariant 31), with the
// program as it is shipped: a shop full of life is backed up under load, goes on
// for a while, is killed, and put back. What the backup holds is there to the
// point; who left meanwhile stays gone; nothing is sent a second time unasked;
// and people are answered at once.
func TestRestoreDrill(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "REGULARS_CHANNEL_TG_POLLING=true")
	p.start()
	p.hooked()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	s := &siege{place: p, sold: map[string]sale{}}
	for i := range 4 {
		s.members = append(s.members, p.joined(fmt.Sprintf("Member%d", i), s.phone(i)))
	}
	eve := p.joined("Eve Leavewell", "0955000111")
	for i := range 2 {
		c := p.line.Person(fmt.Sprintf("Clerk%d", i), "en").Befriend()
		c.Say("/staff " + p.invite("clerk"))
		p.hears(c, 1)
		s.clerks = append(s.clerks, c)
	}
	s.tg = p.telegram.Person("Tess", "en")
	s.tg.Say("/staff " + p.invite("clerk"))
	p.hears(s.tg, 1)
	bob := p.telegramMember("Bob", "886987654321")
	s.clerks[0].Say("/sale 0955000111 500 EVE-1")
	p.hears(s.clerks[0], 1)

	file := filepath.Join(p.dir, "copies", "shop.backup")
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	held := p.receiptHeldUp(s.clerks[1], bob)
	quit := s.work(seed)
	p.eventually("some life", func() bool { return s.done.Load() > 30 })
	made := p.must("backup", file)
	after := s.done.Load()
	p.eventually("more life", func() bool { return s.done.Load() > after+30 })
	quit()
	held()
	p.eventually("Bob's receipt", func() bool { return count(bob.Received(), "+40 points") == 1 })
	eve.Say("/leave")
	p.hears(eve, 1)
	p.try(eve.Press("Leave and erase"))
	p.hears(eve, 1)
	s.quieten()
	newest := p.ledger()
	p.kill()

	want := p.drill(file, made, newest)
	t.Logf("%s entries were put back, of %s", want, newest[1])
	p.aftermath(s, bob)
}

// telegramMember makes somebody on Telegram a member with a number.
func (p *place) telegramMember(name, number string) *sim.TelegramPerson {
	p.t.Helper()
	x := p.telegram.Person(name, "en")
	x.SetNumber(number)
	x.Start("")
	p.hears(x, 1)
	p.try(x.Press("Join"))
	p.hears(x, 2)
	x.Say("/phone")
	p.hears(x, 2)
	x.ShareContact()
	p.hears(x, 1)
	return x
}

// receiptHeldUp has a sale's receipt wait: Telegram takes no messages until the
// returned function is called.
func (p *place) receiptHeldUp(clerk sim.Person, bob *sim.TelegramPerson) (free func()) {
	p.t.Helper()
	before := len(p.world.Wire.Calls())
	off := p.world.Faults.Switch(sim.Rule{Fault: sim.RateLimit, Platform: "telegram", Path: "sendMessage", By: time.Second})
	clerk.Say("/sale 0987654321 400 BOB-1")
	p.hears(clerk, 1)
	p.eventually("the receipt to be refused", func() bool {
		for _, c := range p.world.Wire.Calls()[before:] {
			if strings.HasSuffix(c.Path, "/sendMessage") && c.Status == 429 {
				return true
			}
		}
		return false
	})
	if n := count(bob.Received(), "+40 points"); n != 0 {
		p.t.Fatal("Bob has it already")
	}
	return off
}

var wholeForm = regexp.MustCompile(`all whole: (\d+) accounts, (\d+) entries, root ([0-9a-f]{64})`)

// ledger is what verify says: accounts, entries, root.
func (p *place) ledger() []string {
	p.t.Helper()
	out := p.must("verify")
	m := wholeForm.FindStringSubmatch(out)
	if m == nil {
		p.t.Fatal(out)
	}
	return m[1:]
}

// drill restores, as an operator would, and tells how many entries are there.
func (p *place) drill(file, made string, newest []string) (entries string) {
	t := p.t
	b, err := backup.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	entries = fmt.Sprint(b.Counts["entry"])
	if !strings.Contains(made, b.Root) || newest[2] == b.Root || newest[1] == entries {
		t.Errorf("the backup says %s entries, root %s; the shop had %v at last\n%s", entries, b.Root, newest, made)
	}
	if out, err := p.command("restore", file).CombinedOutput(); err == nil || !strings.Contains(string(out), "With --force it is put aside") {
		t.Errorf("%v\n%s", err, out)
	}
	out := p.must("restore", file, "--force")
	for _, want := range []string{"1 who left since the backup are erased in it as well", "store: every page and row is whole", "all whole: ", entries + " entries.", "Messages are held"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	return entries
}

// aftermath opens the shop again.
func (p *place) aftermath(s *siege, bob *sim.TelegramPerson) {
	t := p.t
	heard := map[string]int{}
	for _, m := range slices.Concat(s.members, s.clerks) {
		heard[m.Name()] = len(m.Received())
	}
	p.opened(func(a *app) { p.knowsNot(a, "0955000111") })
	p.start()
	p.eventually("serve to say that it holds", func() bool { return strings.Contains(p.log.String(), "messages are held after a restore") })
	list := p.must("outbox", "list")
	if !strings.Contains(list, "was restored") || !regexp.MustCompile(`may have been sent since the backup: .*\d+ receipt`).MatchString(list) {
		t.Errorf("outbox list says:\n%s", list)
	}
	// Who writes now is answered now, and nobody else hears anything.
	s.members[0].Say("points")
	p.hears(s.members[0], 1)
	p.world.Settle(2 * time.Second)
	for _, m := range slices.Concat(s.members[1:], s.clerks) {
		if n := len(m.Received()); n != heard[m.Name()] {
			t.Errorf("%s heard %q a second time", m.Name(), m.Received()[heard[m.Name()]:])
		}
	}
	if n := count(bob.Received(), "+40 points"); n != 1 {
		t.Errorf("Bob has his receipt %d times", n)
	}
	if out := p.must("outbox", "discard"); !strings.Contains(out, "discarded; messages go out again") {
		t.Error(out)
	}
	p.world.Settle(time.Second)
	if n := count(bob.Received(), "+40 points"); n != 1 {
		t.Errorf("Bob has his receipt %d times after discarding", n)
	}
	s.clerks[0].Say("/sale 0987654321 70 AFTER-1")
	p.eventually("a new receipt", func() bool { return count(bob.Received(), "+7 points") == 1 })
	p.ledger()
	if out, err := p.command("compact").CombinedOutput(); err == nil || !strings.Contains(string(out), "serve has the store open") {
		t.Errorf("%v\n%s", err, out)
	}
	if err := p.stop(); err != nil {
		t.Error(err)
	}
	p.must("compact")
	p.ledger()
}

// knowsNot fails where somebody who left can still be found by their number.
func (p *place) knowsNot(a *app, phone string) {
	p.t.Helper()
	number, err := people.ParsePhone(phone, "TW")
	p.try(err)
	p.try(a.db.View(p.t.Context(), func(r store.Reader) error {
		claims, err := a.shop.Vault.ByPhone(r, number)
		if len(claims) > 0 {
			p.t.Errorf("%s is still known", phone)
		}
		return err
	}))
}
