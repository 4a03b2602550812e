package programme

import (
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
)

func TestHousehold(t *testing.T) {
	p := everything(t)
	want := loyalty.Household{Size: 4, Spend: loyalty.SpendOwner, JoinsAYear: 3, Wait: 7 * 24 * time.Hour, MonthMost: 5000}
	if p.Rules.Household != want {
		t.Errorf("household %+v, want %+v", p.Rules.Household, want)
	}
	m := p.Rules.Match
	if !slices.Equal(m.Levels, []string{"gold"}) || !slices.Equal(m.Programmes, []string{"Other Air Gold"}) || m.Days != 60 || m.Challenge != 250 || m.KeepDays != 365 {
		t.Errorf("match %+v", m)
	}
}

// TestMatchedTiers: without a list all tiers but the lowest are matched; a challenge
// of spending is written as people write money.
func TestMatchedTiers(t *testing.T) {
	p, c := Load([]byte(`country = "US"
zone = "UTC"
currency = "USD"
languages = ["en"]
name.en = "Air"
store = [{ id = "main", name = "Air" }]
earn.per = 1
tiers = { by = "spend", window = "calendar" }
[expiry]
kind = "never"
[status_match]
challenge = 1500
keep_days = 400
[[tier]]
id = "green"
name = "Green"
[[tier]]
id = "silver"
name = "Silver"
at = 1000
[[tier]]
id = "gold"
name = "Gold"
at = 5000
`))
	if len(c) > 0 {
		t.Fatal(c)
	}
	m := p.Rules.Match
	if !slices.Equal(m.Levels, []string{"silver", "gold"}) || m.Days != 90 || m.Challenge != 150000 || !m.On() {
		t.Errorf("match %+v", m)
	}
	at, kept := m.Ends(&p.Rules, time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC))
	if !at.Equal(time.Date(2026, 6, 9, 0, 0, 0, 0, time.UTC)) || !kept.Equal(time.Date(2027, 4, 15, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("to %s, kept to %s", at, kept)
	}
}
