package programme

import (
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
)

// TestDatesBeginWhereDaysDo: a bonus of 8 March 2026 in Havana, where clocks go
// from 23:59 to 01:00 that night, begins with that day and ends with it; and one
// of the day before ends when that begins.
func TestDatesBeginWhereDaysDo(t *testing.T) {
	havana, err := time.LoadLocation("America/Havana")
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string][2]string{
		"2026-03-07": {"2026-03-07T00:00:00-05:00", "2026-03-08T01:00:00-04:00"},
		"2026-03-08": {"2026-03-08T01:00:00-04:00", "2026-03-09T00:00:00-04:00"},
		"2026-11-01": {"2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"},
	} {
		text, _ := Preset("cafe")
		file := strings.Replace(string(text), `"Asia/Taipei"`, `"America/Havana"`, 1) +
			"\n[[bonus]]\nid = \"night\"\nname = \"Night\"\npoints = 1\nfrom = " + day + "\nto = " + day + "\n"
		p, complaints := Load([]byte(file))
		if len(complaints) > 0 {
			t.Fatal(complaints)
		}
		var b loyalty.Bonus
		for _, x := range p.Rules.Earning.Bonuses {
			if x.ID == "night" {
				b = x
			}
		}
		if got := [2]string{b.From.In(havana).Format(time.RFC3339), b.To.In(havana).Format(time.RFC3339)}; got != want {
			t.Errorf("%s is from %s to %s, want %s to %s", day, got[0], got[1], want[0], want[1])
		}
	}
}
