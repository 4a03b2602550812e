package main

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"regulars/bot/sms"
)

// TestSMSConfig reads [sms] from the file, its secret from wherever secrets may
// come from, and all of it from the environment.
func TestSMSConfig(t *testing.T) {
	s := newShell(t)
	load := func() sms.Config {
		t.Helper()
		cfg, err := LoadConfig(filepath.Join(s.dir, "regulars.toml"), func(name string) (string, bool) { v, ok := s.env[name]; return v, ok })
		if err != nil {
			t.Fatal(err)
		}
		return cfg.SMS
	}
	s.write("regulars.toml", "[sms]\nurl = \"https://sms.example.com/send\"\nbody = '{\"to\":\"{to}\",\"text\":\"{text}\"}'\nheaders = [\"Authorization: Bearer {secret}\"]\n")
	s.write("token", "s3\n")
	s.env["REGULARS_SMS_SECRET_FILE"] = "token"
	want := sms.Config{
		URL: "https://sms.example.com/send", Method: "POST", ContentType: "application/json",
		Body: `{"to":"{to}","text":"{text}"}`, Headers: []string{"Authorization: Bearer {secret}"}, Secret: "s3",
	}
	if got := load(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	s.write("regulars.toml", "")
	if got := load(); got.URL != "" {
		t.Errorf("without [sms]: %+v", got)
	}
	s.env["REGULARS_SMS_URL"], s.env["REGULARS_SMS_METHOD"] = "https://sms.example.com/?to={to}&text={text}", "GET"
	if got := load(); got.URL != s.env["REGULARS_SMS_URL"] || got.Method != "GET" {
		t.Errorf("from the environment: %+v", got)
	}
}

// TestSMSConfigRefused names each mistake with its line, and no secret.
func TestSMSConfigRefused(t *testing.T) {
	const good = "body = \"to={to}&text={text}\"\n"
	for _, c := range []struct{ text, words string }{
		{"sms = 1\n", "must be a table"},
		{"[sms]\n" + good, "line 1: sms.url: is missing"},
		{"[sms]\nurl = \"http://sms.example.com/secret-4711\"\n" + good, "line 2: sms.url: must begin with https://"},
		{"[sms]\nurl = \"https://sms.example.com\"\nbody = \"{to}\"\n", "{text}"},
		{"[sms]\nurl = \"https://sms.example.com\"\nmethod = \"PUT\"\n" + good, "line 3: sms.method: must be POST or GET"},
		{"[sms]\nurl = \"https://sms.example.com\"\nheader = \"x\"\n" + good, "did you mean headers?"},
		{"[sms]\nurl = \"https://sms.example.com\"\nheaders = [\"Bearer secret-4711\"]\n" + good, "Name: value"},
		{"[[channel]]\nname = \"sms\"\nkind = \"line\"\n", "kept for text messages"},
	} {
		s := newShell(t)
		s.write("regulars.toml", c.text)
		if out := s.refused(1, c.words, "check"); strings.Contains(out, "4711") {
			t.Errorf("%q: a secret is repeated: %s", c.text, out)
		}
	}
}
