package mission

import (
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/store"
)

// year is a world under a preset.
func year(t *testing.T, preset string) *yearOf {
	t.Helper()
	data, _ := programme.Preset(preset)
	p, complaints := programme.Load(data)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	return &yearOf{newWorld(t, &p.Rules), t, map[string]loyalty.Ref{}}
}

// at moves the clock to a local time.
func (y *yearOf) at(local string) {
	y.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", local, y.p.Location())
	if err != nil {
		y.t.Fatal(err)
	}
	y.now, y.told = at, nil
}

// TestYearOfCoffeeChallenge lives the personal challenge of a coffee chain's regular
// who has a star for each dollar: three visits in a month, or one more than the mean of
// up to four months before since the first of them, rounded down, bring 25. Each visit is a
// coffee for $10 in the morning of a day that has no bonus.
func TestYearOfCoffeeChallenge(t *testing.T) {
	t.Parallel()
	y := year(t, "coffee")
	y.at("2026-01-05 08:00")
	act := y.act("main")
	y.do(func(tx store.Tx) error { _, err := y.c.Join(tx, ann, act); return err })
	for _, row := range []struct {
		day    string
		visit  string // its name; "" for none, "-name" for one that comes back
		stars  loyalty.Points
		came   string
		showed string
	}{
		{"2026-01-06", "a", 10, "", "one-more running 1/3"}, // nothing to compare with: three
		{"2026-01-20", "b", 20, "", "one-more running 2/3"},
		{"2026-02-03", "c", 30, "", "one-more running 1/3"}, // January had two: two and one more
		{"2026-02-10", "d", 40, "", "one-more running 2/3"},
		{"2026-02-17", "e", 75, "+one-more 25", "one-more done 3/3"},
		{"2026-03-02", "f", 85, "", "one-more running 1/3"}, // (3 + 2) / 2, rounded down, and one more
		{"2026-03-03", "g", 95, "", "one-more running 2/3"},
		{"2026-03-05", "h", 130, "+one-more 25", "one-more done 3/3"},
		{"2026-03-06", "i", 140, "", "one-more done 4/3"},
		{"2026-03-09", "j", 150, "", "one-more done 5/3"},
		{"2026-03-10", "k", 160, "", "one-more done 6/3"},
		{"2026-04-07", "l", 170, "", "one-more running 1/4"}, // (6 + 3 + 2) / 3 and one more
		{"2026-04-14", "m", 180, "", "one-more running 2/4"},
		{"2026-04-21", "n", 190, "", "one-more running 3/4"},
		{"2026-04-30", "o", 225, "+one-more 25", "one-more done 4/4"},
		{"2026-05-02", "-o", 190, "-one-more 25", "one-more running 0/4"}, // 10 and the 25; April has three
		{"2026-05-04", "p", 200, "", "one-more running 1/4"},              // (3 + 6 + 3 + 2) / 4 and one more
		{"2026-05-05", "q", 210, "", "one-more running 2/4"},
		{"2026-05-07", "r", 220, "", "one-more running 3/4"},
		{"2026-05-08", "s", 255, "+one-more 25", "one-more done 4/4"},
		{"2026-06-01", "", 255, "", "one-more running 0/5"},  // (4 + 3 + 6 + 3) / 4 and one more
		{"2026-10-01", "", 255, "", "one-more running 0/3"},  // four months without a visit: as in the beginning
		{"2026-10-06", "t", 265, "", "one-more running 1/3"}, //
		{"2026-10-12", "u", 275, "", "one-more running 2/3"},
		{"2026-10-13", "v", 310, "+one-more 25", "one-more done 3/3"},
		{"2026-12-31", "", 310, "", "one-more running 0/3"}, // November had none: (0 + 3) / 2 and one more is less than three
		{"2027-04-13", "", 310, "", "one-more running 0/3"},
		{"2027-04-14", "", 0, "", "one-more running 0/3"}, // six months without a purchase
	} {
		y.at(row.day + " 09:00")
		switch {
		case row.visit == "":
		case row.visit[0] == '-':
			y.back(y.sales[row.visit[1:]], loyalty.Return{})
		default:
			y.sale(row.visit, "10", "")
		}
		if got, shows := y.happened(), y.shows(ann); y.points(ann) != row.stars || got != row.came || shows != row.showed {
			t.Errorf("%s: %d stars, %q, %q; want %d, %q, %q", row.day, y.points(ann), got, shows, row.stars, row.came, row.showed)
		}
	}
}
