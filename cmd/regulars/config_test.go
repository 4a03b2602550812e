package main

import (
	"encoding/base64"
	"os"
	"reflect"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/store/backup"
)

// wrongs is a configuration in which nearly everything is wrong.
const wrongs = `lisen = ":80"
public_url = "https://x.example.com/"
domain = "https://x.example.com"
trusted_proxies = ["10.0.0.0/8", "nope"]
data = "mysql://db/shop"
metrics_listen = 9090

[[channel]]
name = "Main"
kind = "line"

[[channel]]
name = "tg"
kind = "telegram"
tokn = "5:x"
channel_secret = "x"
polling = "yes"

[[channel]]
name = "tg"
kind = "lime"

[[channel]]
kind = "line"

[other]
x = 1
`

func TestCheckNamesEveryMistake(t *testing.T) {
	s := newShell(t)
	s.write("regulars.toml", wrongs)
	golden(t, "check_wrongs.txt", s.refused(1, "cannot be used", "check"))
	for _, c := range []struct{ text, words string }{
		{"listen = \n", "line 1: this is not TOML"},
		{"listen = \":1\"\nlisten = \":2\"\n", "line 2: this is not TOML"},
		{"[channel]\nname = \"x\"\n", "must be a list of tables"},
		{"channel = \"x\"\n", "must be a list of tables"},
		{"channel = [{name = \"a\", kind = \"line\"}]\n", "REGULARS_CHANNEL_A_CHANNEL_SECRET"},
		{"public_url = \"http://bot.example.com\"\n", "https://"},
		{"data = \"postgres://shop:pass word@db/shop\"\n", "is no address of PostgreSQL"},
	} {
		s.write("regulars.toml", c.text)
		s.refused(1, c.words, "check")
	}
}

func TestCheckNamesMistakesOfTheProgrammeToo(t *testing.T) {
	s := newShell(t)
	s.must("init", "--telegram-token", "1001:abc", "--polling")
	s.write("programme.toml", strings.Replace(s.read("programme.toml"), "rounding", "roundign", 1))
	s.write("regulars.toml", strings.Replace(s.read("regulars.toml"), `token = "1001:abc"`, "", 1))
	out := s.refused(1, "did you mean rounding?", "check")
	if !strings.Contains(out, "channel tg: token is missing") {
		t.Error(out)
	}
}

func TestMissingSecretIsNamed(t *testing.T) {
	s := newShell(t)
	s.must("init")
	s.write("regulars.toml", "[[channel]]\nname = \"ta-pei\"\nkind = \"line\"\n[[channel]]\nname = \"tg\"\nkind = \"telegram\"\n")
	golden(t, "secrets_missing.txt", s.refused(1, "", "serve"))
	s.must("stats") // needs none

	s.write("token", "1001:abc\n")
	s.env["REGULARS_CHANNEL_TA_PEI_CHANNEL_SECRET"] = "abc"
	s.env["REGULARS_CHANNEL_TA_PEI_CHANNEL_ID"] = "12"
	s.env["REGULARS_CHANNEL_TG_TOKEN_FILE"] = "token"
	s.env["REGULARS_CHANNEL_TG_POLLING"] = "true"
	s.must("check")
	cfg := s.load()
	if c := cfg.Channels; c[0].ChannelSecret != "abc" || c[1].Token != "1001:abc" || !c[1].Polling {
		t.Errorf("%+v", c)
	}
	s.env["REGULARS_CHANNEL_TG_TOKEN"] = "1001:def"
	s.refused(1, "keep one of them", "check")
	delete(s.env, "REGULARS_CHANNEL_TG_TOKEN")
	s.env["REGULARS_CHANNEL_TG_TOKEN_FILE"] = "gone"
	s.refused(1, "REGULARS_CHANNEL_TG_TOKEN_FILE: cannot be read", "check")
}

// load reads this shell's configuration.
func (s *shell) load() *Config {
	s.t.Helper()
	cfg, err := LoadConfig(s.path("regulars.toml"), func(name string) (string, bool) { v, ok := s.env[name]; return v, ok })
	if err != nil {
		s.t.Fatal(err)
	}
	return cfg
}

func TestSecretsAreNotRepeated(t *testing.T) {
	s := newShell(t)
	s.write("regulars.toml", "[[channel]]\nname = \"tg\"\nkind = \"telegram\"\ntoken = \"hunter2\"\nsecret_token = \"hun ter2\"\n")
	if out := s.refused(1, "copy it again from BotFather", "check"); strings.Contains(out, "hunter2") || strings.Contains(out, "hun ter2") {
		t.Error(out)
	}
}

// TestEveryOptionComesFromFileAndEnvironment tries each row of the table.
func TestEveryOptionComesFromFileAndEnvironment(t *testing.T) {
	_, recipient, err := backup.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{
		"listen": ":81", "public_url": "https://y.example.com", "domain": "y.example.com", "trusted_proxies": "10.0.0.0/8,::1",
		"data": "/x/y.db", "admin_socket": "/x/s", "programme": "/x/p", "key_file": "/x/k", "cert_dir": "/x/c",
		"backup_dir": "/x/b", "backup_every": "6h", "backup_keep": "3 daily, 2 weekly", "backup_recipient": recipient,
		"hooks_allow": "10.0.0.0/8", "provider": "acme", "journal": "/x/j", "flood_limit": "false",
		"metrics_listen": ":92", "log": "json", "log_level": "debug", "drain": "9s", "channel_secret_before": "k", "secret_token_before": "l",
		"channel_id": "7", "channel_secret": "b", "channel_token": "c", "basic_id": "@d", "api_base": "http://e", "data_api_base": "http://f",
		"token": "9:z", "secret_token": "g", "username": "h", "polling": "true",
	}
	for kind, options := range channelOptions {
		need := map[bot.Platform]string{bot.LINE: "channel_id = \"1\"\nchannel_secret = \"s\"\n", bot.Telegram: "token = \"1:t\"\nsecret_token = \"s\"\n"}[kind]
		base := "[[channel]]\nname = \"main\"\nkind = \"" + string(kind) + "\"\n"
		s := newShell(t)
		try := func(key, file, variable string) {
			t.Helper()
			value, ok := values[key]
			if !ok {
				t.Fatalf("no value to try for %s", key)
			}
			s.write("regulars.toml", base+need)
			before := s.load()
			s.env[variable] = value
			byEnv := s.load()
			delete(s.env, variable)
			s.write("regulars.toml", file)
			byFile := s.load()
			if reflect.DeepEqual(before, byEnv) || !reflect.DeepEqual(byEnv, byFile) {
				t.Errorf("%s: from the environment %+v, from the file %+v", key, byEnv, byFile)
			}
		}
		for _, o := range options {
			line := o.key + " = " + literal(values[o.key], o.form) + "\n"
			rest := ""
			for l := range strings.Lines(need) {
				if !strings.HasPrefix(l, o.key+" ") {
					rest += l
				}
			}
			try(o.key, base+rest+line, "REGULARS_CHANNEL_MAIN_"+strings.ToUpper(o.key))
		}
		for _, o := range shopOptions {
			try(o.key, o.key+" = "+literal(values[o.key], o.form)+"\n"+base+need, "REGULARS_"+strings.ToUpper(o.key))
		}
	}
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	s := newShell(t)
	s.must("init")
	cfg := s.load()
	if cfg.Data != s.path("regulars.db") || cfg.AdminSocket != s.path("regulars.sock") || cfg.Dir != s.dir {
		t.Errorf("%+v", cfg)
	}
	s.write("regulars.toml", "domain = \"bot.example.com\"\n")
	if cfg := s.load(); cfg.PublicURL != "https://bot.example.com" {
		t.Errorf("public_url does not follow from domain: %+v", cfg)
	}
}

func TestKeyFile(t *testing.T) {
	s := newShell(t)
	s.must("init")
	key := s.path("regulars.key")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	s.refused(1, "Run: chmod 600 DIR/regulars.key", "stats")
	s.write("regulars.key", "# nothing\n")
	if err := os.Chmod(key, 0o600); err != nil {
		t.Fatal(err)
	}
	s.refused(1, "DIR/regulars.key holds no key", "stats")
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	s.refused(1, "without it nothing sealed can be read.\nRestore it from your backup", "stats")

	text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	s.write("elsewhere", keyNote+text+"\n")
	s.env["REGULARS_KEY_FILE"] = "elsewhere"
	s.must("stats")
	delete(s.env, "REGULARS_KEY_FILE")
	s.env["REGULARS_KEY"] = text
	s.must("stats")
	s.env["REGULARS_KEY"] = "c2hvcnQ="
	s.refused(1, "REGULARS_KEY holds no key", "stats")
}
