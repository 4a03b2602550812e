package segment

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/store"
)

// noon is the moment at which most is asked: the 300th day of 2026.
var noon = time.Date(2026, 10, 27, 12, 0, 0, 0, time.UTC)

// today is noon's day.
var today = DayOf(noon, time.UTC)

// ann is a member of whom everything is known.
func ann() *Roll {
	return &Roll{
		Seq: 9, Promo: true, Joined: today - 400, BirthMonth: 11, BirthDay: 3, Lang: "ja", Level: "gold",
		Chats: []string{"main", "tg"}, Tags: []string{"allergic to nuts", "vegan"}, Groups: []string{"7KQ"},
		NPS: 10, NPSDay: today - 3, Ignored: 2, Referrals: 1, Visits: 12, Money: 480000, VisitDays: 12,
		First: today - 390, Last: today - 35, Stores: []Branch{{"xinyi", 9}, {"main", 3}},
		Days: []Day{{today - 35, 1, 100000}, {today - 60, 1, 150000}, {today - 200, 2, 50000}},
		Lots: []Lot{{Until: noon.Unix() + 10*86400, Points: 40}, {Until: noon.Unix() + 90*86400, Points: 100}, {From: noon.Unix() + 86400, Points: 7}, {Until: noon.Unix(), Points: 1000}},
	}
}

// here is a shop in dollars and cents, on the day of noon.
func here() *scene {
	return &scene{
		second: noon.Unix(), today: today, month: 10, unit: 100, lowest: "basic", shopLang: "zh-TW", shopZone: "Asia/Taipei",
		platformOf: func(c string) (string, bool) {
			p, ok := map[string]string{"main": "line", "tg": "telegram"}[c]
			return p, ok
		},
		fit: &Population{
			Scale:    measure.Scale{Recency: measure.Cuts{int64(today) - 300, int64(today) - 100, int64(today) - 50, int64(today) - 40}, Frequency: measure.Cuts{1, 1, 2, 3}, Money: measure.Cuts{1, 2, 3, 4}},
			Buying:   &measure.BGNBD{R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426},
			Spending: &measure.GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44},
		},
	}
}

// asked says whether a member is in a segment.
func asked(t testing.TB, text string, roll *Roll) bool {
	t.Helper()
	e, err := Compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	row := store.Row{Key: rolls.Key("ann"), Value: store.WithSum(roll.encode())}
	yes, err := newJudge(here(), e).judge(e, row)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return yes
}

func TestWhatExpressionsSay(t *testing.T) {
	for text, want := range map[string]bool{
		`tier in ["gold"] and last_visit > 30 and spend_90 >= 2000`: true,
		`tier == "gold" and spend_90 > 2500`:                        false,
		`"vegan" in tags`:                                           true,
		`"vegan" in tags and not ("nuts" in tags)`:                  true,
		`lapsing(30) > 0`:                                           true,
		`lapsing(30) == 40 and lapsing(100) == 140`:                 true,
		`lapsing(-5) == 0`:                                          true,
		`birthday_month == next_month`:                              true,
		`birthday_month == this_month`:                              false,
		`birthday_month in 10..12`:                                  true,
		`nps == "promoter"`:                                         true,
		`rfm == "champions"`:                                        true,
		`alive < 0.3`:                                               false,
		`alive >= 0.5`:                                              true,
		`clv > 1`:                                                   true,
		`points == 140`:                                             true, // what begins tomorrow is not there, what ended now is not either
		`visits == 12 and visits_90 == 2 and visits_365 == 4`:       true,
		`spend == 4800 and average_order == 400`:                    true,
		`30 < last_visit and last_visit < 36`:                       true,
		`joined == 400`:                                             true,
		`store == "xinyi" and "main" in stores`:                     true,
		`language == "ja" and platform == "line"`:                   true,
		`channel == "main" and "7KQ" in groups`:                     true,
		`referrals >= 1 and ignored < 3 and consent and reachable`:  true,
		`plan == ""`:                                                true,
		`engagement > 0 and engagement < 1`:                         true,
		`spend / visits == average_order`:                           true,
		`visits > 100 ? true : points > 100`:                        true,
		`tier contains "go" || false`:                               true,
		`tier != "gold"`:                                            false,
		`true`:                                                      true,
	} {
		if got := asked(t, text, ann()); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestWhoNeverCame is in no segment that compares a visit, whichever way round.
func TestWhoNeverCame(t *testing.T) {
	new := &Roll{Joined: today - 2}
	for text, want := range map[string]bool{
		`last_visit > 30`: false, `last_visit <= 30`: false, `average_order >= 0`: false, `alive < 0.3`: false, `alive >= 0.3`: false,
		`clv >= 0`: false, `visits == 0`: true, `rfm == ""`: true, `nps == ""`: true, `points == 0`: true, `tier == "basic"`: true,
		`language == "zh-TW"`: true, `platform == ""`: true, `reachable`: false, `joined <= 30`: true, `birthday_month == 0`: true,
	} {
		if got := asked(t, text, new); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestPresets: each compiles, and has a name that no attribute has.
func TestPresets(t *testing.T) {
	in := map[string]bool{}
	for _, p := range Presets() {
		in[p.ID] = asked(t, p.When, ann())
		if strings.Trim(p.ID, "abcdefghijklmnopqrstuvwxyz-") != "" {
			t.Errorf("%q", p.ID)
		}
	}
	for id, want := range map[string]bool{"everyone": true, "new": false, "active": false, "promoters": true, "detractors": false, "birthday-next-month": true, "champions": true, "points-lapsing": true, "never": false} {
		if in[id] != want {
			t.Errorf("%s: %v", id, in[id])
		}
	}
}

// TestComplaints name the place, the word, and what was probably meant.
func TestComplaints(t *testing.T) {
	for text, want := range map[string]Complaint{
		`points > 10 and teir == "gold"`: {At: 17, Wrong: WrongWord, Word: "teir", Nearest: "tier"},
		`lastvisit > 3`:                  {At: 1, Wrong: WrongWord, Word: "lastvisit", Nearest: "last_visit"},
		`rfm == "champion"`:              {At: 8, Wrong: WrongValue, Word: "champion", Nearest: "champions"},
		`rfm in ["lost", "sleepy"]`:      {At: 17, Wrong: WrongValue, Word: "sleepy"},
		`"promotor" == nps`:              {At: 1, Wrong: WrongValue, Word: "promotor", Nearest: "promoter"},
		`platform == "whatsapp"`:         {At: 13, Wrong: WrongValue, Word: "whatsapp"},
		`points > "100"`:                 {At: 8, Wrong: WrongKind},
		`points + 1`:                     {Wrong: WrongAnswer},
		`points >`:                       {At: 8, Wrong: WrongSyntax},
		`tier = "gold"`:                  {At: 6, Wrong: WrongSyntax},
		``:                               {Wrong: WrongLength},
		strings.Repeat("x", 1001):        {Wrong: WrongLength},
		`any(tags, # == "x")`:            {At: 1, Wrong: WrongWord, Word: "any"},
		`len(1..1000000) > 3`:            {At: 1, Wrong: WrongWord, Word: "len"},
		`points in 1..2000000`:           {At: 12, Wrong: WrongTool, Word: ".."},
		`points in 1..visits`:            {At: 12, Wrong: WrongTool, Word: ".."},
		`tier matches "(a+)+$"`:          {At: 6, Wrong: WrongTool, Word: "matches"},
		`points % visits == 0`:           {At: 8, Wrong: WrongTool, Word: "%"},
		`let x = points; x > 1`:          {Wrong: WrongTool},
		`{"a": 1}["a"] == 1`:             {Wrong: WrongTool},
		`tags[0] == "vegan"`:             {Wrong: WrongTool},
		`lapse(30) > 1`:                  {At: 1, Wrong: WrongWord, Word: "lapse"},
		`lapsing("x") > 1`:               {Wrong: WrongKind},
		`now() == now()`:                 {At: 1, Wrong: WrongWord, Word: "now"},
		`true; true`:                     {Wrong: WrongTool},
		`tier == nil`:                    {At: 9, Wrong: WrongTool},
	} {
		_, err := Compile(text)
		var c *Complaint
		if !errors.As(err, &c) {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if c.Wrong != want.Wrong || want.At > 0 && c.At != want.At || want.Word != "" && c.Word != want.Word || want.Nearest != "" && c.Nearest != want.Nearest {
			t.Errorf("%s: %+v, want %+v", text, *c, want)
		}
		if c.Error() == "" || strings.Contains(c.Error(), "\n") {
			t.Errorf("%s: %q", text, c.Error())
		}
	}
}

func TestCheckKnowsTheShopsNames(t *testing.T) {
	e, err := Compile(`tier in ["silver", "glod"] and "xinyi" in stores`)
	if err != nil {
		t.Fatal(err)
	}
	var c *Complaint
	if err := e.Check(Known{Tiers: []string{"silver", "gold"}}); !errors.As(err, &c) || c.Nearest != "gold" || c.At != 20 {
		t.Errorf("%v", err)
	}
	if err := e.Check(Known{Tiers: []string{"silver", "glod"}, Stores: []string{"main", "xinyi"}}); err != nil {
		t.Error(err)
	}
	if err := e.Check(Known{Tiers: []string{"silver", "glod"}, Stores: []string{"main"}}); err == nil {
		t.Error("a store that is not there was let through")
	}
}

// TestTooFew: what nobody can tell yet is an error, not a nought.
func TestTooFew(t *testing.T) {
	s := here()
	s.fit = &Population{}
	for text, lacking := range map[string]string{`alive < 0.5`: "alive", `clv > 1`: "clv", `rfm == "lost"`: ""} {
		e, err := Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		var few *TooFewError
		if got := errors.As(s.lacks(e), &few); got != (lacking != "") || got && few.Attribute != lacking {
			t.Errorf("%s: %v", text, s.lacks(e))
		}
	}
}

func TestRollSums(t *testing.T) {
	r := ann()
	if n, m := r.bought(today, 36); n != 1 || m != 100000 {
		t.Errorf("36 days: %d, %d", n, m)
	}
	if n, _ := r.bought(today, 35); n != 0 {
		t.Errorf("35 days: %d", n)
	}
	r.Debt = 500
	if r.points(noon.Unix()) != 0 || r.lapsing(noon.Unix(), math.MaxInt64) != 0 {
		t.Error("who owes has points")
	}
	if loyalty.Points(140) != ann().points(noon.Unix()) {
		t.Error(ann().points(noon.Unix()))
	}
}

// FuzzCompile: whatever is typed ends in an expression or a complaint, quickly,
// and an expression can be held against anybody.
func FuzzCompile(f *testing.F) {
	for _, p := range presets {
		f.Add(p.When)
	}
	f.Add(`points in [1,2] ? "a" == tier : ((((visits)))) > -1.5e3`)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Compile(text)
		if err != nil {
			var c *Complaint
			if !errors.As(err, &c) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		begin := time.Now()
		_, _ = newJudge(here(), e).judge(e, store.Row{Key: rolls.Key("ann"), Value: store.WithSum(ann().encode())})
		if took := time.Since(begin); took > time.Second {
			t.Fatalf("%q took %v", text, took)
		}
	})
}
