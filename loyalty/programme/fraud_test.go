package programme

import (
	"strings"
	"testing"

	"regulars/loyalty"
)

const shopOnly = `
zone = "Asia/Taipei"
currency = "TWD"
country = "TW"
languages = ["en"]
[name]
en = "Corner Café"
[[store]]
id = "main"
name = "Main"
[earn]
points = 1
per = 10
[expiry]
kind = "never"
[[reward]]
id = "cup"
name = { en = "Cup" }
cost = 10
`

// TestFraudDefaults: a file that says nothing of fraud has rules and stops all the
// same, and none that an honest day meets.
func TestFraudDefaults(t *testing.T) {
	p, wrong := Load([]byte(shopOnly))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if p.Fraud.Tell == 0 || p.Fraud.LookBack != 30 || p.Fraud.Staff.OneCard != 6 || p.Fraud.Staff.ByHand != 100 {
		t.Errorf("%+v", p.Fraud)
	}
	clerk := p.Rules.Stops["clerk"]
	if clerk.Card < 2*p.Fraud.Staff.OneCard || clerk.Hour == 0 || clerk.Household != "" {
		t.Errorf("%+v", clerk)
	}
	if _, stopped := p.Rules.Stops["owner"]; stopped {
		t.Error("an owner is stopped in their own shop")
	}
	p, wrong = Load([]byte(shopOnly + "[household]\n"))
	if len(wrong) > 0 || p.Rules.Stops["clerk"].Household != loyalty.HouseholdRefuse {
		t.Errorf("with households: %v %+v", wrong, p.Rules.Stops)
	}
}

func TestFraudSet(t *testing.T) {
	p, wrong := Load([]byte(shopOnly + `
[household]
[fraud]
tell = 50
look_back_days = 14
[fraud.staff]
one_card = 0
hours = "07:30-22:00"
[fraud.stop]
hour = 0
card = 4
all = 9
household = "approve"
`))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	want := loyalty.Stop{Card: 4, All: 9, Household: loyalty.HouseholdAsk}
	if p.Rules.Stops["clerk"] != want || p.Rules.Stops["manager"] != want {
		t.Errorf("%+v, want %+v", p.Rules.Stops, want)
	}
	if f := p.Fraud; f.Tell != 50 || f.LookBack != 14 || f.Staff.OneCard != 0 || f.Staff.Hours != (Hours{450, 1320}) || f.Staff.Round != 10 {
		t.Errorf("%+v", f)
	}
}

func TestFraudMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"[fraud]\ntell = 0":                   "fraud.tell",
		"[fraud]\nlook_back_days = 400":       "fraud.look_back_days",
		"[fraud.staff]\none_cart = 3":         "one_card",
		"[fraud.staff]\nround = -1":           "fraud.staff.round",
		"[fraud.staff]\nhours = \"early\"":    "fraud.staff.hours",
		"[fraud.stop]\nhousehold = \"never\"": "fraud.stop.household",
		"[fraud.stop]\ncard = 10\nall = 5":    "fraud.stop.all",
		"[fraud]\nstop = 3":                   "fraud.stop",
		"[fraud.stop]\ncard = \"twelve\"":     "fraud.stop.card",
		"[fraud.stop]\nhous = 3":              "hour",
	} {
		_, wrong := Load([]byte(shopOnly + text))
		if len(wrong) != 1 || !strings.Contains(wrong[0].String(), want) {
			t.Errorf("%q: %v, want one complaint with %s", text, wrong, want)
		}
	}
}
