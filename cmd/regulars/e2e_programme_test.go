package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

// TestProgrammeChangesWhileItServes edits the file under the running program,
// badly and well, and looks at what sales earn and what is remembered of it.
func TestProgrammeChangesWhileItServes(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("programme.toml", plainRules(1, "10"))
	p.start()
	p.hooked()
	ann := p.joined("Ann", "0912345678")
	sam := p.telegram.Person("Sam", "en")
	sam.Say("/staff " + p.invite("clerk"))
	p.hears(sam, 1)
	sale := func(order, want string) {
		t.Helper()
		sam.Say("/sale 0912345678 NT$100 " + order)
		if got := p.hears(sam, 1)[0]; !strings.Contains(got, want) {
			t.Errorf("Sam heard %q, want %q", got, want)
		}
	}
	sale("A-1", "10 points for Ann")

	p.write("programme.toml", plainRules(2, `"five"`))
	p.eventually("the mistake to be named", func() bool { return strings.Contains(p.log.String(), "line 11: earn.per: ") })
	sale("A-2", "10 points for Ann")
	if out, err := p.command("check").CombinedOutput(); err == nil || !strings.Contains(string(out), "line 11: earn.per: ") {
		t.Errorf("check: %v\n%s", err, out)
	}

	p.write("programme.toml", plainRules(2, "5"))
	p.write("programme.toml.checked", plainRules(2, "5"))
	check := p.command("check") // over the socket
	check.Env = append(check.Env, "REGULARS_PROGRAMME=programme.toml.checked")
	out, err := check.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "version 2 would take the place of version 1") || !strings.Contains(string(out), "nothing changes for people") {
		t.Errorf("check: %v\n%s", err, out)
	}
	p.try(p.proc.Process.Signal(syscall.SIGHUP))
	p.eventually("version 2 to begin", func() bool {
		return strings.Contains(p.log.String(), "version 2 of the programme is in force from now on")
	})
	sale("A-3", "20 points for Ann")
	ann.Say("points")
	if got := strings.Join(p.hears(ann, 2), "\n"); !strings.Contains(got, "40 points\n") {
		t.Errorf("Ann heard %q", got)
	}
	if stats := p.must("stats"); !strings.Contains(stats, "programme            version 2, since 20") {
		t.Errorf("stats say:\n%s", stats)
	}
	if err := p.stop(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, p.log)
	}
	if n := strings.Count(p.log.String(), "line 11: earn.per: "); n != 1 {
		t.Errorf("the mistake is named %d times:\n%s", n, p.log)
	}
	p.write("programme.toml", plainRules(3, `"six"`)) // what is stored is enough to start
	p.remembers(map[loyalty.Order]int{"A-1": 1, "A-2": 1, "A-3": 2})
	p.start()
	sale("A-4", "20 points for Ann")
}

// remembers looks which version the entries of orders name, and that the store
// knows these versions' rules.
func (p *place) remembers(want map[loyalty.Order]int) {
	p.t.Helper()
	p.opened(func(a *app) {
		err := a.shop.Book.Each(p.t.Context(), a.db, func(r store.Reader, m loyalty.MemberID, _ *loyalty.Account) error {
			for order, version := range want {
				e, ok, err := a.shop.Book.ByOrder(r, m, order)
				if err != nil || !ok {
					p.t.Errorf("%s: found %v, %v", order, ok, err)
					continue
				}
				known := a.rules.Numbered(e.Programme)
				if e.Programme != version || known == nil {
					p.t.Errorf("%s was made by version %d, want %d", order, e.Programme, version)
				} else if points, err := known.Rules.Earn(e.Amount); points != e.Change() || err != nil {
					p.t.Errorf("%s gave %d, by its version it gives %d, %v", order, e.Change(), points, err)
				}
			}
			return nil
		})
		if err != nil {
			p.t.Error(err)
		}
	})
}

// write writes a file of the shop's folder.
func (p *place) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}
