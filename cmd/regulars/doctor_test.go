package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
)

var (
	freeForm  = regexp.MustCompile(`\d+ MB of disk`)
	clockForm = regexp.MustCompile(`clock is off by .*`)
)

// doctored is what the doctor says, without what differs from run to run.
func doctored(out string, world *sim.Sim) string {
	out = freeForm.ReplaceAllString(out, "MANY MB of disk")
	out = clockForm.ReplaceAllString(out, "clock is off by A LOT")
	return strings.NewReplacer(world.LineAPI(), "LINE-API", world.TelegramAPI(), "TELEGRAM-API").Replace(out)
}

// withChannels is a shop whose two channels live in a simulator.
func withChannels(t *testing.T, world *sim.Sim, public, polling string) *shell {
	t.Helper()
	world.LineChannel(sim.LineConfig{ID: "1650000001", Secret: "abc", Token: "def", BasicID: "@corner", Name: "Corner Café"})
	world.TelegramBot(sim.TelegramConfig{Token: "1001:abc", Username: "corner_bot", Name: "Corner Café"})
	s := newShell(t)
	s.must("init")
	s.write("regulars.toml", fmt.Sprintf(`%s
[[channel]]
name = "main"
kind = "line"
channel_secret = "abc"
channel_token = "def"
basic_id = "@comer"
api_base = %q
data_api_base = %q
[[channel]]
name = "tg"
kind = "telegram"
token = "1001:abc"
api_base = %q
%s
`, public, world.LineAPI(), world.LineDataAPI(), world.TelegramAPI(), polling))
	return s
}

func TestDoctorBeforeServe(t *testing.T) {
	world := sim.New(t)
	s := withChannels(t, world, `public_url = "https://bot.example.com"`, `secret_token = "ghi"`)
	golden(t, "doctor.txt", doctored(s.refused(1, "need attention", "doctor"), world))
}

func TestDoctorWithoutPublicAddress(t *testing.T) {
	world := sim.New(t)
	s := withChannels(t, world, "", `polling = true`)
	out := s.refused(1, "public_url is not set", "doctor")
	if !strings.Contains(out, "messages are fetched") {
		t.Error(out)
	}
}

func TestDoctorOfAWrongHouse(t *testing.T) {
	s := newShell(t)
	s.must("init", "--telegram-token", "1001:abc")
	s.write("regulars.toml", strings.Replace(s.read("regulars.toml"), `token = "1001:abc"`, "", 1))
	s.write("programme.toml", "version = 0\n")
	for _, err := range []error{os.Remove(s.path("regulars.db")), os.Chmod(s.path("regulars.key"), 0o640)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	out := s.refused(1, "", "doctor")
	for _, words := range []string{"✗ DIR/regulars.toml: ", "token is missing", "→ Run: chmod 600 DIR/regulars.key", "✗ DIR/programme.toml cannot be used", "✗ there is no store at DIR/regulars.db", "need attention"} {
		if !strings.Contains(out, words) {
			t.Errorf("%q is not in\n%s", words, out)
		}
	}
}

func TestOffBy(t *testing.T) {
	for d, want := range map[time.Duration]string{
		90 * time.Second: "90 seconds, fast", -11 * time.Minute: "11 minutes, slow", 8 * time.Hour: "8 hours, fast", -7706 * time.Hour: "321 days, slow",
	} {
		if got := offBy(d); got != want {
			t.Errorf("%s is told as %q", d, got)
		}
	}
}
