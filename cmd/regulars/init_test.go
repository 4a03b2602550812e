package main

import (
	"os"
	"strings"
	"testing"

	"regulars/loyalty/programme"
)

func TestInitWithoutTerminal(t *testing.T) {
	s := newShell(t)
	golden(t, "init.txt", s.must("init"))
	golden(t, "init.toml", unsecret(s.read("regulars.toml")))
	for name, mode := range map[string]os.FileMode{"regulars.toml": 0o600, "regulars.key": 0o600, "regulars.db": 0o600} {
		info, err := os.Stat(s.path(name))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if want, _ := programme.Preset("cafe"); s.read("programme.toml") != string(want) {
		t.Error("the programme is not the default preset")
	}
	s.must("check")
	s.must("verify")
}

func TestInitTakesFlags(t *testing.T) {
	s := newShell(t)
	s.must("init", "--preset", "cafe-jp", "--shop", `豆 "Q" \ 珈琲`, "--dir", s.path("shop"), "--public-url", "https://bot.example.com",
		"--line-id", "1650000001", "--line-secret", "abc", "--line-basic-id", "@corner", "--telegram-token", "1001:abc")
	s.dir = s.path("shop")
	golden(t, "init_flags.toml", unsecret(s.read("regulars.toml")))
	golden(t, "init_flags_check.txt", s.must("check"))
	p, complaints := programme.Load([]byte(s.read("programme.toml")))
	if len(complaints) > 0 || p.ShopName("en") != `豆 "Q" \ 珈琲` || p.Stores[0].Name != p.ShopName("ja") {
		t.Errorf("%v: %+v", complaints, p)
	}
}

func TestInitWithEveryPresetAndName(t *testing.T) {
	for _, p := range programme.Presets() {
		s := newShell(t)
		s.must("init", "--preset", p.Name, "--shop", "Bean")
		if out := s.must("check"); !strings.Contains(out, "Bean, version 1") {
			t.Errorf("%s: %s", p.Name, out)
		}
	}
}

func TestInitAsksOnATerminal(t *testing.T) {
	s := newShell(t)
	s.typed = "4\nร้านกาแฟ\ny\n1650000001\nabc\n\n@corner\ny\n1001:abc\ny\nhttps://bot.example.com\n"
	golden(t, "init_asks.txt", s.must("init"))
	golden(t, "init_asks.toml", unsecret(s.read("regulars.toml")))
	s.typed = ""
	if out := s.must("check"); !strings.Contains(out, "tg (telegram, polling)") || !strings.Contains(out, "ร้านกาแฟ") {
		t.Error(out)
	}
}

func TestInitMisspeltPresetIsAskedAgain(t *testing.T) {
	s := newShell(t)
	s.typed = "caffe\ncafe-hk\n\nn\nn\n"
	if out := s.must("init"); !strings.Contains(out, "did you mean cafe?") {
		t.Error(out)
	}
	if !strings.Contains(s.read("programme.toml"), "HKD") {
		t.Error("the second answer was not taken")
	}
	s = newShell(t)
	s.refused(2, "did you mean cafe?", "init", "--preset", "caffe")
}

func TestInitOverwritesNothing(t *testing.T) {
	for _, name := range []string{"regulars.toml", "programme.toml", "regulars.key", "regulars.db"} {
		s := newShell(t)
		s.write(name, "mine")
		s.refused(1, "DIR/"+name+" is there already", "init")
		if entries, _ := os.ReadDir(s.dir); len(entries) != 1 || s.read(name) != "mine" {
			t.Errorf("%s: init left %v", name, entries)
		}
	}
}

func TestInitTakesBackHalfAShop(t *testing.T) {
	s := newShell(t)
	s.write("regulars.db.commits", "7\n") // tells of a store that is gone
	exit, _, _ := s.run("init")
	if entries, _ := os.ReadDir(s.dir); exit == 0 || len(entries) != 1 {
		t.Errorf("exit %d, left %v", exit, entries)
	}
}

func TestInitWritesNothingThatServeWouldRefuse(t *testing.T) {
	s := newShell(t)
	s.refused(2, "must be digits only", "init", "--line-secret", "abc", "--line-id", "12x")
	s.refused(2, "does not look like 123456:ABC…", "init", "--telegram-token", "abc")
	s.refused(2, "must not end in a slash", "init", "--public-url", "https://x.example.com/")
	s.typed = "1\n" // and then hangs up
	s.refused(1, "nothing was written", "init")
}

func TestInitWithKeyFromEnvironment(t *testing.T) {
	s := newShell(t)
	s.env["REGULARS_KEY"] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	s.must("init")
	if _, err := os.Stat(s.path("regulars.key")); err == nil {
		t.Error("a second key was made")
	}
	s.must("verify")
}
