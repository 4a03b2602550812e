package programme

import (
	"strings"
	"testing"
	"time"
)

func TestDigest(t *testing.T) {
	text, _ := Preset("cafe")
	set := func(lines string) ([]byte, bool) {
		head, tail, ok := strings.Cut(string(text), "[digest]")
		_, rest, _ := strings.Cut(tail, "\n[messages]")
		return []byte(head + lines + "\n[messages]" + rest), ok
	}
	for lines, want := range map[string]Digest{
		"": {Weekday: time.Monday, Hour: 9},
		"[digest]\nweekday = \"sun\"\nhour = 0\nto = \"owner\"": {Weekday: time.Sunday, Owners: true},
		"[digest]\nto = \"nobody\"":                             {Weekday: time.Monday, Hour: 9, None: true},
	} {
		data, ok := set(lines)
		if !ok {
			t.Fatal("the preset has no [digest]")
		}
		p, complaints := Load(data)
		if len(complaints) > 0 || p.Digest != want {
			t.Errorf("%q: %+v, %v", lines, p, complaints)
		}
	}
	if spec := (&Digest{Weekday: time.Saturday, Hour: 18}).Spec(); spec != "0 18 * * 6" {
		t.Errorf("the spec is %q", spec)
	}
}

func TestDigestComplaints(t *testing.T) {
	for lines, want := range map[string]string{
		"weekday = \"monday\"": "mon",
		"hour = 24":            "23",
		"to = \"boss\"":        "managers, owner, nobody",
		"wekday = \"mon\"":     "weekday",
	} {
		text, _ := Preset("cafe")
		head, tail, _ := strings.Cut(string(text), "[digest]")
		_, rest, _ := strings.Cut(tail, "\n[messages]")
		_, complaints := Load([]byte(head + "[digest]\n" + lines + "\n[messages]" + rest))
		if len(complaints) != 1 {
			t.Errorf("%q: %v", lines, complaints)
			continue
		}
		if c := complaints[0]; c.Line != strings.Count(head, "\n")+2 || !strings.Contains(c.Allowed+c.Nearest, want) {
			t.Errorf("%q: %+v", lines, c)
		}
	}
}
