package main

import (
	"strings"
	"testing"

	"regulars/loyalty/people"
)

// TestStatementsCommand: what regulars statements prints, closes and refuses.
func TestStatementsCommand(t *testing.T) {
	s, _ := withSale(t)
	if out := s.must("statements"); !strings.Contains(out, "no price is agreed") || !strings.Contains(out, "not closed yet") {
		t.Error(out)
	}
	s.refused(exitWrong, "write [settlement] with points and worth", "statements", "2020-01", "--close")
	s.refused(exitUsage, "is no month", "statements", "October")
	s.refused(exitUsage, "there is no store", "statements", "--store", "nowhere")
	s.write("programme.toml", strings.Replace(s.read("programme.toml"), "version   = 1", "version   = 2", 1)+"\n[settlement]\npoints = 10\nworth = 1\nfee = 5\n")
	if out := s.must("check"); strings.Contains(out, "settlement") {
		t.Error(out)
	}
	if out := s.must("statements", "--csv"); !strings.HasPrefix(out, "month,owes,gets,corrects,points,amount,fee") {
		t.Error(out)
	}
}

// TestKinOfChannels: LINE channels of one provider, and all of Telegram, share user
// ids; others do not.
func TestKinOfChannels(t *testing.T) {
	s := newShell(t)
	line := func(name, provider string) string {
		return "[[channel]]\nname = \"" + name + "\"\nkind = \"line\"\nchannel_secret = \"s\"\nchannel_token = \"t\"\n" + provider
	}
	tg := func(name string) string {
		return "[[channel]]\nname = \"" + name + "\"\nkind = \"telegram\"\ntoken = \"1:a\"\npolling = true\n"
	}
	s.write("regulars.toml", line("a", "provider = \"acme\"\n")+line("b", "provider = \"acme\"\n")+line("c", "provider = \"other\"\n")+line("d", "")+tg("x")+tg("y")+tg("z")+"api_base = \"http://127.0.0.1:9/\"\n")
	v := people.Vault{Kin: s.load().kin()}
	for _, c := range []struct {
		a, b string
		same bool
	}{{"a", "b", true}, {"b", "a", true}, {"a", "c", false}, {"a", "d", false}, {"d", "c", false}, {"x", "y", true}, {"x", "z", false}, {"x", "a", false}, {"d", "d", true}} {
		if got := v.SameAccount(people.Identity{Channel: c.a, User: "U1"}, people.Identity{Channel: c.b, User: "U1"}); got != c.same {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
	s.write("regulars.toml", line("a", "provider = \"Acme Ltd\"\n"))
	s.refused(exitWrong, "is not a name", "check")
}
