package programme

import (
	"fmt"
	"strings"
	"testing"
)

// What may be won among customers in Japan is twenty times the least purchase,
// which counts as 100 yen where none is asked for, and 100,000 yen at most; where
// everybody has a go without buying there is no such bound.
func TestPrizesThatJapanAllows(t *testing.T) {
	for _, c := range []struct {
		game  string
		worth int
		ok    bool
	}{
		{"cost = 5", 2000, true},
		{"cost = 5", 2001, false},
		{"free = 1\nfree_per = \"visit\"\nminimum = 1000", 20_000, true},
		{"free = 1\nfree_per = \"visit\"\nminimum = 1000", 20_001, false},
		{"free = 1\nfree_per = \"visit\"\nminimum = 9000", 100_000, true},
		{"free = 1\nfree_per = \"visit\"\nminimum = 9000", 100_001, false},
		{"free = 1", 500_000, true},
	} {
		file := `country = "JP"
zone = "Asia/Tokyo"
currency = "JPY"
languages = ["ja"]
name.ja = "かどのカフェ"
store = [{ id = "main", name = "本店" }]
earn.per = 100
expiry.kind = "never"
[[reward]]
id = "bag"
name = "袋"
` + fmt.Sprintf("worth = %d\n[[wheel]]\nid = \"w\"\nname = \"くじ\"\n%s\n", c.worth, c.game) + `
prize = [{ id = "bag", odds = 1, reward = "bag", instead = "none" }, { id = "none", odds = 99 }]
`
		_, complaints := Load([]byte(file))
		if got := len(complaints) == 0; got != c.ok {
			t.Errorf("%s, worth %d: %v", c.game, c.worth, complaints)
		}
		for _, x := range complaints {
			if x.Key != "wheel.prize.reward" || !strings.Contains(x.Allowed, "景品表示法") {
				t.Errorf("complained of %v", x)
			}
		}
	}
}
